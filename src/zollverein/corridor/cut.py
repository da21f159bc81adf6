"""The most that an exporter can bring out, and the bounds that say so: maximum flow and minimum cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from zollverein.corridor.availability import Capacity
from zollverein.corridor.horizon import DAYS_PER_YEAR, Horizon
from zollverein.corridor.network import Network
from zollverein.corridor.outage import Outage
from zollverein.errors import NotConverged, UnknownNameError

__all__ = ["Bottleneck", "bottleneck"]

Floats = npt.NDArray[np.float64]
# What nothing bounds can carry a hundred times what all fields offer.
UNBOUNDED = 100.0
BINDS = 1e-7


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """What bounds an exporter's way out over a horizon.

    Attributes
    ----------
    maximum_kt : most that can reach foreign markets, whatever it earns. offered_kt : output of the fields.
    cut : kind (link, field, market or quota), name, capacity_kt, weight: bounds that together let no more out. By their
        weights their capacities add to the maximum; without quotas all are one, and the cut is a minimum cut.
    """

    maximum_kt: float
    offered_kt: float
    cut: pd.DataFrame


def bottleneck(network: Network, horizon: Horizon, exporter: str, outages: Sequence[Outage] = ()) -> Bottleneck:
    """Return the maximum flow from an exporter's fields to foreign markets and a minimum cut (Ford and Fulkerson 1956).

    Capacities and treaty quotas are those of the whole horizon, outages taken off. All of the exporter's oil counts as
    one commodity and has the links to itself; tanks, losses, rights, blends and contracts are left out.

    Raises
    ------
    UnknownNameError : an exporter that has no commodity. NotConverged : the flow was not solved.
    """
    known = network.commodities["exporter"]
    if exporter not in set(known):
        raise UnknownNameError("exporter", exporter, known.unique(), "the network's commodities")
    for outage in outages:
        network.check_outage(outage, horizon)
    now = Capacity(network, horizon).under(outages)
    mine = set(known.index[known == exporter])
    nodes = {str(node): k for k, node in enumerate(network.nodes.index)}
    fields = _offered(network, horizon, mine, now.field_share, nodes)
    markets = _taken(network, horizon, exporter, mine)
    offered = sum(fields.values())
    links = list(zip(network.ends.items(), now.links_kt.sum(axis=1), strict=True))
    edges = [
        *(("link", link, (nodes[a], -1.0), (nodes[b], 1.0), float(kt)) for (link, (a, b)), kt in links),
        *(("field", node, None, (nodes[node], 1.0), kt) for node, kt in fields.items()),
        *(("market", node, (nodes[node], -1.0), None, kt) for node, kt in markets.items()),
    ]
    most = np.minimum([edge[-1] for edge in edges], max(UNBOUNDED * offered, 1.0))
    ends = [(row, k, value) for k, edge in enumerate(edges) for row, value in filter(None, edge[2:4])]
    row, column, value = (np.array(part) for part in zip(*ends, strict=True))
    quota_names, quota_rows, quota_kt = _quotas(network, horizon, mine, len(edges))
    found = linprog(  # type: ignore[call-overload]  # scipy's stubs leave out sparse matrices
        [-float(kind == "market") for kind, *_ in edges],
        A_ub=quota_rows if len(quota_kt) else None,
        b_ub=quota_kt if len(quota_kt) else None,
        A_eq=sparse.csr_array((value, (row, column)), shape=(len(nodes), len(edges))),
        b_eq=np.zeros(len(nodes)),
        bounds=np.stack([np.zeros(len(edges)), most], axis=1),
        method="highs-ds",
    )
    if found.status != 0:
        raise NotConverged(f"the maximum flow was not solved: {found.message}")
    bounds = [
        (kind, name, kt, weight)
        for (kind, name, *_), kt, weight in zip(edges, most, -found.upper.marginals, strict=True)
    ]
    if len(quota_kt):
        bounds += zip(["quota"] * len(quota_kt), quota_names, quota_kt, -found.ineqlin.marginals, strict=True)
    cut = pd.DataFrame(bounds, columns=["kind", "name", "capacity_kt", "weight"])
    return Bottleneck(float(-found.fun), offered, cut[cut["weight"] > BINDS].reset_index(drop=True))


def _quotas(network: Network, horizon: Horizon, mine: set[str], edges: int) -> tuple[list[str], Floats, Floats]:
    """Names, rows over edges and bounds, in kt of the horizon, of quotas that touch the exporter's oil."""
    position = {link: k for k, link in enumerate(network.links.index)}
    names, rows, bounds = [], [], []
    for name, members in network.quotas.groupby("quota", sort=True):
        touched = members[members["commodity"].isin([*mine, ""])]
        if touched.empty:
            continue
        row = np.zeros(edges)
        row[[position[link] for link in touched["link"]]] = 1.0
        names.append(str(name))
        rows.append(row)
        bounds.append(float(members["kt_per_year"].iloc[0]) * horizon.total_days / DAYS_PER_YEAR)
    return names, np.array(rows).reshape(len(names), edges), np.array(bounds)


def _offered(
    network: Network, horizon: Horizon, mine: set[str], field_share: Floats, nodes: dict[str, int]
) -> dict[str, float]:
    out: dict[str, float] = {}
    for (node, commodity), rate in network.node_figure("production_kt_per_year", horizon).items():
        if commodity in mine:
            kt = float(np.nan_to_num(rate) @ (horizon.years * field_share[nodes[node]]))
            out[node] = out.get(node, 0.0) + kt
    return out


def _taken(network: Network, horizon: Horizon, exporter: str, mine: set[str]) -> dict[str, float]:
    """Foreign markets that take any of the exporter's oil, and how much."""
    country = network.nodes["country"]
    demand = network.node_figure("demand_kt_per_year", horizon)
    out = {}
    for node, commodity in network.node_figure("price_usd_per_t", horizon):
        if country[node] != exporter and (commodity in mine or not commodity):
            rate = demand.get((node, ""), np.full(len(horizon), np.inf))
            out[node] = float(np.where(np.isnan(rate), np.inf, rate) @ horizon.years)
    return out
