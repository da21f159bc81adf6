"""What a plan amounts to for one exporter, straight from its numbers: the measures without the tables.

A sweep asks for these sums ten thousand times; each agrees with the function of `measures` that bears its name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.corridor.availability import Availability
from zollverein.corridor.measures import require_shares
from zollverein.corridor.network import Network
from zollverein.corridor.programme import Programme
from zollverein.errors import UnknownNameError

__all__ = ["Tallied", "Tally"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tallied:
    """Sums over a horizon.

    Attributes
    ----------
    exported_kt, export_value_usd_million, carriage_usd_million, produced_kt, available_kt, stranded_kt, shortfall_kt :
        as the functions of `zollverein.corridor.measures`.
    routes_kt : (routes,). regions_kt, regions_value_usd_million, regions_cost_usd_per_t : (regions,); a cost is NaN
        where nothing arrives.
    """

    exported_kt: float
    export_value_usd_million: float
    carriage_usd_million: float
    produced_kt: float
    available_kt: float
    stranded_kt: float
    shortfall_kt: float
    routes_kt: Floats
    regions_kt: Floats
    regions_value_usd_million: Floats
    regions_cost_usd_per_t: Floats

    @property
    def netback_usd_million(self) -> float:
        """Value of exports less all carriage."""
        return self.export_value_usd_million - self.carriage_usd_million


class Tally:
    """Where the exporter's columns are in a programme, found once.

    Parameters
    ----------
    market_regions : node, region, share: where the oil that lands at a market ends up.

    Raises
    ------
    UnknownNameError : the exporter has no commodity. NetworkError : shares of a market that do not add to one.
    """

    def __init__(self, programme: Programme, network: Network, exporter: str, market_regions: pd.DataFrame) -> None:
        of = network.commodities["exporter"].to_dict()
        if exporter not in of.values():
            raise UnknownNameError("exporter", exporter, set(of.values()), "the network's commodities")
        require_shares(market_regions)
        self.programme, self.exporter = programme, exporter
        blocks, country = programme.blocks, network.nodes["country"].to_dict()
        node_at = {node: k for k, node in enumerate(programme.nodes)}

        def mine(keys: tuple[tuple[str, str], ...]) -> npt.NDArray[np.int64]:
            return np.array([k for k, (_, commodity) in enumerate(keys) if of[commodity] == exporter], dtype=np.int64)

        self.flows, self.fields = mine(blocks.arcs), mine(blocks.fields)
        abroad = [k for k in mine(blocks.markets) if country[blocks.markets[k][0]] != exporter]
        self.markets = np.array(abroad, dtype=np.int64)
        links = [blocks.arcs[k][0] for k in self.flows]
        ends, route = network.ends, network.links["route"].to_dict()
        self.start = np.array([node_at[ends[link][0]] for link in links], dtype=np.int64)
        self.end = np.array([node_at[ends[link][1]] for link in links], dtype=np.int64)
        self.field_node = programme.field_nodes[self.fields]
        self.market_node = np.array([node_at[blocks.markets[k][0]] for k in self.markets], dtype=np.int64)
        named = [route[link] for link in links]
        self.routes = tuple(sorted({r for r in named if r}))
        self.to_route = np.array([[float(r == name) for name in named] for r in self.routes]).reshape(-1, len(named))
        self.regions = tuple(sorted(set(map(str, market_regions["region"]))))
        self.to_region = np.zeros((len(self.regions), len(self.markets)))
        for node, region, share in market_regions[["node", "region", "share"]].itertuples(index=False, name=None):
            for k in np.flatnonzero(self.market_node == node_at.get(node, -1)):
                self.to_region[self.regions.index(region), k] += share

    def of(self, x: Floats, now: Availability) -> Tallied:
        """Return the sums of a plan.

        Parameters
        ----------
        x : (T, columns) the plan. now : what outages left.
        """
        c, figures = self.programme.blocks.columns, self.programme.figures
        x = np.where(np.abs(x) < 1e-9, 0.0, x)
        flow, made = x[:, c["flow"]][:, self.flows], x[:, c["supply"]][:, self.fields]
        sold = x[:, c["delivery"]][:, self.markets]
        by_link, paid = flow.sum(axis=0), (flow * figures.tariff[self.flows].T).sum(axis=0)
        value = (sold * figures.price[self.markets].T).sum(axis=0) / 1e3
        available = (figures.production[self.fields] * now.field_share[self.field_node]).T
        delivered = sold.sum(axis=0)
        cost = delivered * self._unit_cost(by_link, paid, made.sum(axis=0))[self.market_node]
        regions = self.to_region @ delivered
        with np.errstate(invalid="ignore", divide="ignore"):
            per_tonne = np.where(regions > 0, self.to_region @ cost / regions, np.nan)
        return Tallied(
            exported_kt=float(delivered.sum()),
            export_value_usd_million=float(value.sum()),
            carriage_usd_million=float(paid.sum() / 1e3),
            produced_kt=float(made.sum()),
            available_kt=float(available.sum()),
            stranded_kt=float(np.maximum(available - made, 0.0).sum()),
            shortfall_kt=float(x[:, c["unmet"]].sum()),
            routes_kt=self.to_route @ by_link,
            regions_kt=regions,
            regions_value_usd_million=self.to_region @ value,
            regions_cost_usd_per_t=per_tonne,
        )

    def _unit_cost(self, flow: Floats, paid: Floats, made: Floats) -> Floats:
        """Mean carriage paid up to each node, US$/t: ``u[b] in[b] = sum_a (u[a] flow[a, b] + paid[a, b])``."""
        nodes = len(self.programme.nodes)
        into = np.bincount(self.field_node, weights=made, minlength=nodes)
        into += np.bincount(self.end, weights=flow, minlength=nodes)
        into = np.maximum(into, np.finfo(float).tiny)
        mix = np.eye(nodes)
        np.subtract.at(mix, (self.end, self.start), flow / into[self.end])
        return np.asarray(np.linalg.solve(mix, np.bincount(self.end, weights=paid, minlength=nodes) / into))
