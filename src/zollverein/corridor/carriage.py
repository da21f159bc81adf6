"""What an exporter's oil paid on its way: by link and place over a horizon, and up to every market in every period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix, identity
from scipy.sparse.linalg import splu

from zollverein.corridor.network import Network
from zollverein.corridor.routing import Routing
from zollverein.errors import UnknownNameError

__all__ = ["Carried", "carried", "delivered_cost", "entered_kt", "mean_carriage"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
# Below a tonne nothing is delivered, and a cost has no meaning.
LEAST_KT = 1e-3
# Up to so many places a matrix that is written out is solved sooner than a sparse one.
SMALL = 150
TINY = float(np.finfo(float).tiny)


@dataclass(frozen=True, slots=True)
class Carried:
    """One exporter's oil over a horizon, in the order of the network's links (L) and nodes (V).

    Attributes
    ----------
    links_kt, paid_usd_thousand : (L,) tonnes put in, and the tariffs paid on them.
    produced_kt : (V,). exported_kt, value_usd_million : (V,) deliveries to markets abroad, at the markets' prices.
    """

    links_kt: Floats
    paid_usd_thousand: Floats
    produced_kt: Floats
    exported_kt: Floats
    value_usd_million: Floats


def carried(routing: Routing, exporter: str, commodity: str = "") -> Carried:
    """Return what was carried of an exporter's oil, or of one commodity of it.

    Raises
    ------
    UnknownNameError : the network has no such exporter, or no such commodity of it.
    """
    network = routing.network
    _require_known(network, exporter, commodity)
    links, nodes = network.links.index, network.nodes.index
    flows, paid_for = _rows(routing.flows, exporter, commodity), _rows(routing.deliveries, exporter, commodity)
    supply = _rows(routing.supply, exporter, commodity)
    at = links.get_indexer(pd.Index(flows["link"]))
    kt = flows["flow_kt"].to_numpy()
    market = nodes.get_indexer(pd.Index(paid_for["node"]))
    abroad = (network.nodes["country"] != exporter).to_numpy()

    def summed(where: Ints, values: Floats, size: int) -> Floats:
        return np.asarray(np.bincount(where, weights=values, minlength=size), dtype=np.float64)

    return Carried(
        links_kt=summed(at, kt, len(links)),
        paid_usd_thousand=summed(at, kt * flows["tariff_usd_per_t"].to_numpy(), len(links)),
        produced_kt=summed(nodes.get_indexer(pd.Index(supply["node"])), supply["produced_kt"].to_numpy(), len(nodes)),
        exported_kt=summed(market, paid_for["delivered_kt"].to_numpy(), len(nodes)) * abroad,
        value_usd_million=summed(market, paid_for["value_usd_million"].to_numpy(), len(nodes)) * abroad,
    )


def mean_carriage(network: Network, oil: Carried, parts: Floats) -> Floats:
    """Return the mean carriage that a tonne has paid up to each node (V, m), US$/t, oil mixing in proportion.

    ``u[b] in[b] = sum_a (u[a] + part * tariff) flow[a, b]``, ``in[b]`` being what is produced there and what comes.

    Parameters
    ----------
    parts : (L, m) the parts of each link's tariff that are asked for; a column of ones is all of it.
    """
    a, b = network.end_positions
    into = np.maximum(oil.produced_kt + np.bincount(b, weights=oil.links_kt, minlength=len(oil.produced_kt)), TINY)
    paid = np.zeros((len(into), parts.shape[1]))
    np.add.at(paid, b, oil.paid_usd_thousand[:, None] * parts / into[b, None])
    return _mixed(a, b, oil.links_kt / into[b], paid)


def entered_kt(network: Network, links_kt: Floats, exporter: str) -> dict[str, float]:
    """Return the tonnes (L,) that enter each foreign country, on links that touch it and start outside of it."""
    country = network.nodes["country"].to_dict()
    entered: dict[str, float] = {}
    for kt, begin, touched in zip(links_kt, network.links["from_node"], network.links["countries"], strict=True):
        for place in str(touched).split(";"):
            if place not in (country[begin], exporter, ""):
                entered[place] = entered.get(place, 0.0) + float(kt)
    return entered


def delivered_cost(routing: Routing) -> pd.DataFrame:
    """Return what it cost to bring oil to each market in each period.

    Oil of different fields mixes in proportion at every node, in a tank also with what lay there and had its cost; oil
    on its way is taken at the cost of the period in which it arrives. Storage is no part of it, a recipe's cost is.

    Returns
    -------
    exporter, commodity, market, period, start, days, delivered_kt, price_usd_per_t, cost_usd_per_t, netback_usd_per_t;
    no row where nothing was delivered.
    """
    network, T = routing.network, len(routing.horizon)
    commodities = network.commodities.index
    size = len(network.nodes) * len(commodities)
    inflow = _Inflows(routing)
    cost = np.zeros((T, size))
    before = np.zeros(size)
    for t in range(T):
        cost[t] = before = inflow.cost(t, before)
    rows = routing.deliveries[routing.deliveries["delivered_kt"].to_numpy() > LEAST_KT].reset_index(drop=True)
    at = inflow.place(rows, "node", "commodity")
    table = rows.rename(columns={"node": "market"}).assign(cost_usd_per_t=cost[rows["period"].to_numpy(), at])
    table["netback_usd_per_t"] = table["price_usd_per_t"] - table["cost_usd_per_t"]
    return table[
        [
            "exporter", "commodity", "market", "period", "start", "days", "delivered_kt", "price_usd_per_t",
            "cost_usd_per_t", "netback_usd_per_t",
        ]
    ]  # fmt: skip


class _Inflows:
    """Where oil comes from at every place, a node and a commodity (P of them), period by period."""

    def __init__(self, routing: Routing) -> None:
        self.network = routing.network
        self.width = len(self.network.commodities)
        flows, self.T = routing.flows, len(routing.horizon)
        ends = self.network.links[["from_node", "to_node"]]
        which = self.network.links.index.get_indexer(pd.Index(flows["link"]))
        moved = flows.assign(**{c: ends[c].to_numpy()[which] for c in ends.columns})
        blended = routing.blending
        self.a = np.concatenate([self.place(moved, "from_node", "commodity"), self.place(blended, "node", "component")])
        self.b = np.concatenate([self.place(moved, "to_node", "commodity"), self.place(blended, "node", "blend")])
        self.period = np.concatenate([flows["period"].to_numpy(), blended["period"].to_numpy()]).astype(np.intp)
        arrived, tariff = flows["arrived_kt"].to_numpy(), flows["tariff_usd_per_t"].to_numpy()
        # What is lost on the way was paid for too: its cost is carried by what arrives.
        kept = 1.0 - np.nan_to_num(self.network.link_figure("loss_share", routing.horizon))[which, 0]
        spent = blended["blended_kt"].to_numpy()
        self.kt = np.concatenate([arrived, spent])
        self.dearer = np.concatenate([1.0 / kept, np.ones(len(spent))])
        self.added = np.concatenate([tariff / kept, _recipe_cost(self.network, blended)])
        self.made = self._by_place(routing.supply, "produced_kt")
        self.kept = self._by_place(routing.stocks, "stock_kt") + self._by_place(routing.waiting, "waiting_kt")
        self.first = np.zeros(self.size)
        np.add.at(
            self.first,
            self.place(routing.initial_stocks, "node", "commodity"),
            routing.initial_stocks["stock_kt"].to_numpy(),
        )

    @property
    def size(self) -> int:
        return len(self.network.nodes) * self.width

    def place(self, rows: pd.DataFrame, node: str, commodity: str) -> Ints:
        """The place of each row."""
        nodes, commodities = self.network.nodes.index, self.network.commodities.index
        at = nodes.get_indexer(pd.Index(rows[node])) * self.width + commodities.get_indexer(pd.Index(rows[commodity]))
        return np.asarray(at, dtype=np.intp)

    def cost(self, t: int, before: Floats) -> Floats:
        """Mean carriage (P,) of what is at every place in a period, what lay there from before included."""
        now = self.period == t
        a, b, kt = self.a[now], self.b[now], self.kt[now]
        lay = self.kept[t - 1] if t else self.first
        into = np.maximum(self.made[t] + lay + np.bincount(b, weights=kt, minlength=self.size), TINY)
        paid = np.zeros((self.size, 1))
        np.add.at(paid[:, 0], b, kt * self.added[now] / into[b])
        paid[:, 0] += lay * before / into
        return _mixed(a, b, kt * self.dearer[now] / into[b], paid)[:, 0]

    def _by_place(self, rows: pd.DataFrame, kt: str) -> Floats:
        out = np.zeros((self.T, self.size))
        at = (rows["period"].to_numpy(dtype=np.intp), self.place(rows, "node", "commodity"))
        np.add.at(out, at, rows[kt].to_numpy())
        return out


def _mixed(a: Ints, b: Ints, weight: Floats, paid: Floats) -> Floats:
    """Solve ``u[b] = sum_a weight[a, b] u[a] + paid[b]``."""
    size = len(paid)
    used = weight > 0.0
    if size <= SMALL:
        dense = np.eye(size)
        np.subtract.at(dense, (b[used], a[used]), weight[used])
        return np.asarray(np.linalg.solve(dense, paid))
    mix = coo_matrix((weight[used], (b[used], a[used])), shape=(size, size))
    solved: Floats = splu((identity(size, format="csc") - mix).tocsc()).solve(np.ascontiguousarray(paid))
    return solved


def _recipe_cost(network: Network, blended: pd.DataFrame) -> Floats:
    key = ["node", "component", "blend"]
    known = network.blends.set_index(key)["cost_usd_per_t"].to_dict()
    return np.array([known[row] for row in blended[key].itertuples(index=False, name=None)], dtype=float)


def _require_known(network: Network, exporter: str, commodity: str) -> None:
    commodities = network.commodities
    if exporter not in set(commodities["exporter"]):
        raise UnknownNameError("exporter", exporter, commodities["exporter"].unique(), "the network's commodities")
    mine = commodities.index[commodities["exporter"] == exporter]
    if commodity and commodity not in mine:
        raise UnknownNameError("commodity", commodity, mine, f"the commodities of {exporter}")


def _rows(frame: pd.DataFrame, exporter: str, commodity: str) -> pd.DataFrame:
    mine = frame["exporter"] == exporter
    return frame[mine & (frame["commodity"] == commodity)] if commodity else frame[mine]
