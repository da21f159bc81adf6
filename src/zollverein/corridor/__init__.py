"""Where the goods go: a capacitated multimodal network routed for the exporters' netback.

A multi-period linear programme on HiGHS, assembled once as sparse arrays; an outage only changes bounds, and the
programme is solved again from its last basis. Frames go in and come out; nothing here reads a file or prints.
"""

from zollverein.corridor.horizon import Horizon
from zollverein.corridor.measures import (
    available_kt,
    delivered_by_region,
    export_tonnes,
    export_value_usd_million,
    mean_netback_usd_per_t,
    produced_kt,
    route_capacity_kt,
    route_tonnes,
    shortfall_kt,
    stranded_kt,
    transit_shares,
    transport_cost,
)
from zollverein.corridor.network import Network
from zollverein.corridor.outage import Outage, Revision
from zollverein.corridor.router import Answer, Router, answers
from zollverein.corridor.routing import Routing, RoutingCertificate

__all__ = [
    "Answer",
    "Horizon",
    "Network",
    "Outage",
    "Revision",
    "Router",
    "Routing",
    "RoutingCertificate",
    "answers",
    "available_kt",
    "delivered_by_region",
    "export_tonnes",
    "export_value_usd_million",
    "mean_netback_usd_per_t",
    "produced_kt",
    "route_capacity_kt",
    "route_tonnes",
    "shortfall_kt",
    "stranded_kt",
    "transit_shares",
    "transport_cost",
]
