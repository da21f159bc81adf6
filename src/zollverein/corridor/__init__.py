"""Where the goods go: a capacitated multimodal network routed for the exporters' netback.

A multi-period linear programme on HiGHS, assembled once as sparse arrays; an outage only changes bounds, and the
programme is solved again from its last basis. Frames go in and come out; nothing here reads a file or prints.
"""

from zollverein.corridor.calibration import BEND_USD_PER_T
from zollverein.corridor.criticality import criticality, worst_attack
from zollverein.corridor.cut import Bottleneck, bottleneck
from zollverein.corridor.expansion import Expansion, Option, expansion
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
from zollverein.corridor.resilience import Resilience, concentration, days_to_full_tanks, resilience
from zollverein.corridor.router import Answer, Router, answers
from zollverein.corridor.routing import Routing, RoutingCertificate
from zollverein.corridor.shortage import said_of_shortfalls, why_short

__all__ = [
    "BEND_USD_PER_T",
    "Answer",
    "Bottleneck",
    "Expansion",
    "Horizon",
    "Network",
    "Option",
    "Outage",
    "Resilience",
    "Revision",
    "Router",
    "Routing",
    "RoutingCertificate",
    "answers",
    "available_kt",
    "bottleneck",
    "concentration",
    "criticality",
    "days_to_full_tanks",
    "delivered_by_region",
    "expansion",
    "export_tonnes",
    "export_value_usd_million",
    "mean_netback_usd_per_t",
    "produced_kt",
    "resilience",
    "route_capacity_kt",
    "route_tonnes",
    "said_of_shortfalls",
    "shortfall_kt",
    "stranded_kt",
    "transit_shares",
    "transport_cost",
    "why_short",
    "worst_attack",
]
