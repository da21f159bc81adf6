"""What a routing amounts to, for one exporter: tonnes by route, transit, stranded oil, cost and netback."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zollverein.corridor.availability import Capacity
from zollverein.corridor.carriage import carried, entered_kt, mean_carriage
from zollverein.corridor.horizon import Horizon
from zollverein.corridor.network import Network
from zollverein.corridor.routing import Routing
from zollverein.errors import NetworkError, UnknownNameError

__all__ = [
    "available_kt",
    "delivered_by_region",
    "export_tonnes",
    "export_value_usd_million",
    "mean_netback_usd_per_t",
    "produced_kt",
    "require_shares",
    "route_capacity_kt",
    "route_tonnes",
    "shortfall_kt",
    "stranded_kt",
    "transit_shares",
    "transport_cost",
]

SHARES_ADD = 1e-6


def route_tonnes(routing: Routing, exporter: str) -> pd.Series[float]:
    """Return the tonnes on every route (kt over the horizon), counted on the one link that bears its name."""
    mine = _of(routing.flows, routing, exporter)
    return mine[mine["route"] != ""].groupby("route", sort=True)["flow_kt"].sum()


def route_capacity_kt(network: Network, horizon: Horizon) -> pd.Series[float]:
    """Return what the link that counts for each route could carry over a horizon without outages (kt)."""
    links_kt = Capacity(network, horizon).under(()).links_kt.sum(axis=1)
    capacity = pd.Series(links_kt, index=network.links["route"].to_numpy())
    return capacity[capacity.index != ""].groupby(level=0).sum().rename_axis("route")


def export_tonnes(routing: Routing, exporter: str) -> float:
    """Return the kt delivered to markets outside the exporter's country."""
    return float(_exports(routing, exporter)["delivered_kt"].sum())


def export_value_usd_million(routing: Routing, exporter: str) -> float:
    """Return the value of those deliveries at the markets' prices."""
    return float(_exports(routing, exporter)["value_usd_million"].sum())


def stranded_kt(routing: Routing, exporter: str) -> float:
    """Return the kt that could have been produced and were not, because they could not leave."""
    return float(_of(routing.supply, routing, exporter)["shut_in_kt"].sum())


def produced_kt(routing: Routing, exporter: str) -> float:
    """Return the kt that the exporter's fields produced."""
    return float(_of(routing.supply, routing, exporter)["produced_kt"].sum())


def available_kt(routing: Routing, exporter: str) -> float:
    """Return the kt that the exporter's fields could have produced, outages of the fields themselves taken off."""
    return float(_of(routing.supply, routing, exporter)["available_kt"].sum())


def shortfall_kt(routing: Routing) -> float:
    """Return the kt by which markets missed a minimum that had to be served."""
    return float(routing.shortfalls["unmet_kt"].sum())


def transport_cost(routing: Routing, exporter: str) -> float:
    """Return what the exporter's oil paid for carriage, US$ million over the horizon."""
    mine = _of(routing.flows, routing, exporter)
    return float((mine["flow_kt"] * mine["tariff_usd_per_t"]).sum() / 1e3)


def mean_netback_usd_per_t(routing: Routing, exporter: str) -> float:
    """Return the mean price of the exporter's deliveries less the mean carriage of them, US$/t."""
    mine = _of(routing.deliveries, routing, exporter)
    tonnes = mine["delivered_kt"].sum()
    if tonnes <= 0:
        return float("nan")
    return float((mine["value_usd_million"].sum() - transport_cost(routing, exporter)) * 1e3 / tonnes)


def transit_shares(routing: Routing, exporter: str) -> pd.Series[float]:
    """Return the share of exports that enters each foreign country, the country of the market included.

    A tonne enters country k on a link that touches k and starts outside of it; one that enters a country twice
    counts twice, which no corridor of sense does.
    """
    entered = entered_kt(routing.network, carried(routing, exporter).links_kt, exporter)
    total = export_tonnes(routing, exporter)
    shares = pd.Series(entered, dtype=float).sort_index() / (total or np.nan)
    return shares.rename_axis("country").rename("share").fillna(0.0)


def delivered_by_region(routing: Routing, market_regions: pd.DataFrame, exporter: str) -> pd.DataFrame:
    """Return what reached every region of the economy, and what its carriage cost.

    Parameters
    ----------
    market_regions : node, region, share: where the oil that lands at a market ends up.

    Returns
    -------
    Frame by region: kt, value_usd_million, cost_usd_per_t (mean carriage from field to market, oil of different
    fields mixing in proportion at every node).

    Raises
    ------
    NetworkError : shares of a market that do not add to one. UnknownNameError : an unknown exporter.
    """
    require_shares(market_regions)
    exports = _exports(routing, exporter).groupby("node")[["delivered_kt", "value_usd_million"]].sum()
    network = routing.network
    per_tonne = mean_carriage(network, carried(routing, exporter), np.ones((len(network.links), 1)))[:, 0]
    exports["cost_usd_million"] = exports["delivered_kt"] * pd.Series(per_tonne, network.nodes.index) / 1e3
    joined = market_regions.merge(exports, left_on="node", right_index=True)
    weighted = joined[["delivered_kt", "value_usd_million", "cost_usd_million"]].mul(joined["share"], axis=0)
    by_region = weighted.assign(region=joined["region"]).groupby("region").sum()
    cost = by_region["cost_usd_million"] * 1e3 / by_region["delivered_kt"].where(by_region["delivered_kt"] > 0)
    return pd.DataFrame(
        {"kt": by_region["delivered_kt"], "value_usd_million": by_region["value_usd_million"], "cost_usd_per_t": cost}
    )


def require_shares(market_regions: pd.DataFrame) -> None:
    """Raise `NetworkError` unless the shares of every market (node, region, share) add to one."""
    shares = market_regions.groupby("node")["share"].sum()
    off = shares[(shares - 1.0).abs() > SHARES_ADD]
    if len(off):
        raise NetworkError(
            f"table market_regions: the shares of '{off.index[0]}' add to {off.iloc[0]:.6g}; they must add to one"
        )


def _of(frame: pd.DataFrame, routing: Routing, exporter: str) -> pd.DataFrame:
    """The rows of an exporter.

    Raises
    ------
    UnknownNameError : it has no commodity in the network.
    """
    known = routing.network.commodities["exporter"]
    if exporter not in set(known):
        raise UnknownNameError("exporter", exporter, known.unique(), "the network's commodities")
    return frame[frame["exporter"] == exporter]


def _exports(routing: Routing, exporter: str) -> pd.DataFrame:
    country = routing.deliveries["node"].map(routing.network.nodes["country"])
    return _of(routing.deliveries[country != exporter], routing, exporter)
