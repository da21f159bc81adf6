"""World trade in general equilibrium, in relative changes.

The model is Caliendo and Parro (2015, doi:10.1093/restud/rdu035): many countries and sectors, input-output
linkages, tariffs with revenue; here with export levies, quotas whose rent has an owner, and factors that are
mobile between sectors (the long run) or specific to them (the short run). Frames go in and come out; nothing
here reads a file or prints.
"""

from zollverein.economy.baseline import Baseline
from zollverein.economy.certificate import Certificate
from zollverein.economy.closure import Closure
from zollverein.economy.conditional import Conditional
from zollverein.economy.draws import Draws, Effects
from zollverein.economy.engine import Economy
from zollverein.economy.gradient import Gradient
from zollverein.economy.membership import formation, leaving, merger, splitting
from zollverein.economy.outcome import Outcome
from zollverein.economy.players import BestTariffs
from zollverein.economy.shock import Shock

__all__ = [
    "Baseline",
    "BestTariffs",
    "Certificate",
    "Closure",
    "Conditional",
    "Draws",
    "Economy",
    "Effects",
    "Gradient",
    "Outcome",
    "Shock",
    "formation",
    "leaving",
    "merger",
    "splitting",
]
