"""What was promised and what is done: treaties, barriers, how deep each pair is integrated, and what it costs trade.

Frames go in and come out; nothing here reads a file or prints.
"""

from zollverein.union.entities import Entities
from zollverein.union.episodes import episodes
from zollverein.union.model import Union
from zollverein.union.recording import added_barrier, added_event
from zollverein.union.register import STATUSES, Register
from zollverein.union.tiers import Tiers, partition_of, tiers_of
from zollverein.union.wedges import combined, delivered_cost_wedges, estimated_wedges
from zollverein.union.weights import DIMENSIONS, FREEDOMS, Weights

__all__ = [
    "DIMENSIONS",
    "FREEDOMS",
    "STATUSES",
    "Entities",
    "Register",
    "Tiers",
    "Union",
    "Weights",
    "added_barrier",
    "added_event",
    "combined",
    "delivered_cost_wedges",
    "episodes",
    "estimated_wedges",
    "partition_of",
    "tiers_of",
]
