"""What a plan amounts to for one exporter, straight from its numbers: the measures without the tables.

A sweep asks for these sums ten thousand times; each agrees with the function of `measures` that bears its name.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zollverein.corridor.availability import Availability
from zollverein.corridor.carriage import Carried
from zollverein.corridor.network import Network
from zollverein.corridor.programme import Programme
from zollverein.errors import UnknownNameError

__all__ = ["Tallied", "Tally"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tallied:
    """Sums over a horizon.

    Attributes
    ----------
    oil : by link and node, as `zollverein.corridor.carriage.carried`; of each of the exporter's commodities in order.
    available_kt, stranded_kt, shortfall_kt : as the functions of `zollverein.corridor.measures`.
    routes_kt : (routes,) likewise.
    """

    oil: tuple[Carried, ...]
    available_kt: float
    stranded_kt: float
    shortfall_kt: float
    routes_kt: Floats

    @property
    def exported_kt(self) -> float:
        """Deliveries to markets abroad."""
        return float(sum(part.exported_kt.sum() for part in self.oil))

    @property
    def export_value_usd_million(self) -> float:
        """Value of those deliveries at the markets' prices."""
        return float(sum(part.value_usd_million.sum() for part in self.oil))

    @property
    def carriage_usd_million(self) -> float:
        """What the exporter's oil paid for carriage."""
        return float(sum(part.paid_usd_thousand.sum() for part in self.oil) / 1e3)

    @property
    def produced_kt(self) -> float:
        """What the exporter's fields produced."""
        return float(sum(part.produced_kt.sum() for part in self.oil))


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a commodity's flows, fields and markets stand among the programme's, and which link or node they are of."""

    flows: Ints
    links: Ints
    fields: Ints
    field_nodes: Ints
    markets: Ints
    market_nodes: Ints


class Tally:
    """Where an exporter's columns are in a programme, found once.

    Raises
    ------
    UnknownNameError : the exporter has no commodity in the network.
    """

    def __init__(self, programme: Programme, network: Network, exporter: str) -> None:
        of = network.commodities["exporter"].to_dict()
        if exporter not in of.values():
            raise UnknownNameError("exporter", exporter, set(of.values()), "the network's commodities")
        self.programme, self.exporter = programme, exporter
        self.commodities = tuple(str(c) for c, owner in of.items() if owner == exporter)
        self._size = len(network.links), len(network.nodes)
        self._columns = [_columns(programme, network, exporter, commodity) for commodity in self.commodities]
        route = network.links["route"].to_numpy()
        self.routes = tuple(sorted({r for columns in self._columns for r in route[columns.links] if r}))
        self._to_route = np.array([(route == name).astype(float) for name in self.routes]).reshape(-1, len(route))

    def at_prices(self, programme: Programme) -> Tally:
        """Return the tally of a programme that differs in prices alone."""
        other = copy(self)
        other.programme = programme
        return other

    def of(self, x: Floats, now: Availability) -> Tallied:
        """Return the sums of a plan.

        Parameters
        ----------
        x : (T, columns) the plan. now : what outages left.
        """
        c, figures = self.programme.blocks.columns, self.programme.figures
        x = np.where(np.abs(x) < 1e-9, 0.0, x)
        oil, available, stranded = [], 0.0, 0.0
        for columns in self._columns:
            made = x[:, c["supply"]][:, columns.fields]
            offered = (figures.production[columns.fields] * now.field_share[columns.field_nodes]).T
            available += float(offered.sum())
            stranded += float(np.maximum(offered - made, 0.0).sum())
            oil.append(self._carried(columns, x[:, c["flow"]], made, x[:, c["delivery"]]))
        by_link = np.sum([part.links_kt for part in oil], axis=0)
        return Tallied(tuple(oil), available, stranded, float(x[:, c["unmet"]].sum()), self._to_route @ by_link)

    def _carried(self, columns: _Columns, flow: Floats, made: Floats, delivered: Floats) -> Carried:
        figures, (links, nodes) = self.programme.figures, self._size
        put_in, sold = flow[:, columns.flows], delivered[:, columns.markets]
        paid = (put_in * figures.tariff[columns.flows].T).sum(axis=0)
        value = (sold * figures.price[columns.markets].T / 1e3).sum(axis=0)
        return Carried(
            links_kt=_at(columns.links, put_in.sum(axis=0), links),
            paid_usd_thousand=_at(columns.links, paid, links),
            produced_kt=_at(columns.field_nodes, made.sum(axis=0), nodes),
            exported_kt=_at(columns.market_nodes, sold.sum(axis=0), nodes),
            value_usd_million=_at(columns.market_nodes, value, nodes),
        )


def _at(where: Ints, values: Floats, size: int) -> Floats:
    """Values summed by place; zeros where there is none of them."""
    return np.bincount(where, weights=values, minlength=size).astype(np.float64)


def _columns(programme: Programme, network: Network, exporter: str, commodity: str) -> _Columns:
    blocks, country = programme.blocks, network.nodes["country"].to_dict()
    node_at = {str(node): k for k, node in enumerate(network.nodes.index)}
    link_at = {str(link): k for k, link in enumerate(network.links.index)}
    flows = [k for k, (_, c) in enumerate(blocks.arcs) if c == commodity]
    fields = [k for k, (_, c) in enumerate(blocks.fields) if c == commodity]
    markets = [k for k, (node, c) in enumerate(blocks.markets) if c == commodity and country[node] != exporter]

    def places(names: list[str], at: dict[str, int]) -> Ints:
        return np.array([at[name] for name in names], dtype=np.int64)

    return _Columns(
        flows=np.array(flows, dtype=np.int64),
        links=places([blocks.arcs[k][0] for k in flows], link_at),
        fields=np.array(fields, dtype=np.int64),
        field_nodes=places([blocks.fields[k][0] for k in fields], node_at),
        markets=np.array(markets, dtype=np.int64),
        market_nodes=places([blocks.markets[k][0] for k in markets], node_at),
    )
