"""The most that an exporter can bring out, and the links that say so: maximum flow and minimum cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from zollverein.corridor.availability import Capacity
from zollverein.corridor.horizon import Horizon
from zollverein.corridor.network import Network
from zollverein.corridor.outage import Outage
from zollverein.errors import UnknownNameError

__all__ = ["Bottleneck", "bottleneck"]

# Flows are found in whole tonnes; what nothing bounds can carry a hundred times what all fields offer.
TONNES_PER_KT = 1_000
UNBOUNDED = 100


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """What bounds an exporter's way out over a horizon.

    Attributes
    ----------
    maximum_kt : most that can reach foreign markets, whatever it earns. offered_kt : output of the fields.
    cut : kind (link, field or market), name, capacity_kt: bounds that together carry no more; loosen one of them, or
        nothing changes. Their capacities add to the maximum.
    """

    maximum_kt: float
    offered_kt: float
    cut: pd.DataFrame


def bottleneck(network: Network, horizon: Horizon, exporter: str, outages: Sequence[Outage] = ()) -> Bottleneck:
    """Return the maximum flow from an exporter's fields to foreign markets and a minimum cut (Ford and Fulkerson 1956).

    Of one commodity's fields at a time shared capacity is not parted: all of the exporter's oil counts as one, and
    tanks, losses and the oil of others are left out. Capacities are those of the whole horizon, outages taken off.

    Raises
    ------
    UnknownNameError : an exporter that has no commodity.
    """
    known = network.commodities["exporter"]
    if exporter not in set(known):
        raise UnknownNameError("exporter", exporter, known.unique(), "the network's commodities")
    for outage in outages:
        network.check_outage(outage, horizon)
    now = Capacity(network, horizon).under(outages)
    mine = set(known.index[known == exporter])
    nodes = {node: k for k, node in enumerate(network.nodes.index)}
    fields = _offered(network, horizon, mine, now.field_share, nodes)
    markets = _taken(network, horizon, exporter, mine)
    offered = sum(fields.values())
    most = max(UNBOUNDED * offered, 1.0)
    source, sink = len(nodes), len(nodes) + 1
    edges = [
        *(("link", link, nodes[a], nodes[b], float(kt))
          for (link, (a, b)), kt in zip(network.ends.items(), now.links_kt.sum(axis=1), strict=True)),
        *(("field", node, source, nodes[node], kt) for node, kt in fields.items()),
        *(("market", node, nodes[node], sink, kt) for node, kt in markets.items()),
    ]  # fmt: skip
    tonnes = np.array([round(min(kt, most) * TONNES_PER_KT) for *_, kt in edges], dtype=np.int64)
    scale = max(1, int(np.ceil(tonnes.sum() / np.iinfo(np.int32).max)))
    start, end = (np.array([edge[k] for edge in edges]) for k in (2, 3))
    graph = sparse.csr_array(
        ((tonnes // scale).astype(np.int32), (start, end)), shape=(len(nodes) + 2,) * 2
    )  # parallel links add up
    flow = maximum_flow(graph, source, sink)
    residual = sparse.csr_array(graph - flow.flow)
    residual.data = np.maximum(residual.data, 0)
    residual.eliminate_zeros()
    reached = np.zeros(len(nodes) + 2, dtype=bool)
    reached[breadth_first_order(residual, source, return_predecessors=False)] = True
    cut = [(kind, name, min(kt, most)) for kind, name, a, b, kt in edges if reached[a] and not reached[b]]
    frame = pd.DataFrame(cut, columns=["kind", "name", "capacity_kt"])
    return Bottleneck(float(frame["capacity_kt"].sum()), offered, frame)


def _offered(
    network: Network, horizon: Horizon, mine: set[str], field_share: np.ndarray, nodes: dict[str, int]
) -> dict[str, float]:
    out: dict[str, float] = {}
    for (node, commodity), rate in network.node_figure("production_kt_per_year", horizon).items():
        if commodity in mine:
            kt = float(np.nan_to_num(rate) @ (horizon.days / 365.0 * field_share[nodes[node]]))
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
            out[node] = float(np.where(np.isnan(rate), np.inf, rate) @ (horizon.days / 365.0))
    return out
