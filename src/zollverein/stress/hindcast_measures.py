"""What a forecast says of a measure: the routing, yesterday's level, and rerouting in proportion to capacity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.corridor import Routing
from zollverein.errors import CaseError
from zollverein.stress.hindcast_checks import parts

__all__ = [
    "KINDS",
    "UNITS",
    "Forecasts",
    "Spread",
    "forecasts",
    "in_proportion",
    "route_capacity_by_period",
    "spread_of",
]

Floats = npt.NDArray[np.float64]
FELL = 1e-3
KINDS = {
    "route": "tonnes on a route",
    "route_gain": "tonnes that a route gains by what befalls the network",
    "rerouted": "tonnes that routes gain, all of them",
    "lost": "tonnes that fields produce less by what befalls the network",
    "lost_per_day": "the same a day",
    "output_per_day": "what fields produce a day",
    "fall": "by how much their output lies below that of an undisturbed network",
    "days_to_fall": "days from the first of the period until output falls",
}
UNITS = {"lost_per_day": "kt/d", "output_per_day": "kt/d", "fall": "percent", "days_to_fall": "d"}


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Three forecasts of one measure in its unit; NaN where a forecast says nothing about it."""

    model: float
    persistence: float
    proportional: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Routes by period: what they carried, what they carry in proportion to capacity, and what finds no room.

    Attributes
    ----------
    routes : R names. level, flow : (R, T) kt. left : (T,) kt.
    """

    routes: tuple[str, ...]
    level: Floats
    flow: Floats
    left: Floats


@dataclass(frozen=True, slots=True)
class Span:
    """Share of every period of a routing that lies in a measure's time. weights : (T,). days : of the time."""

    weights: Floats
    days: float


def forecasts(
    row: Mapping[str, Any], before: Routing, after: Routing, spread: Spread, exporter: str, weight: float
) -> Forecasts:
    """Return what the model, persistence and proportional rerouting say of one row of observed measures.

    Nothing but the row's kind, target and time is read: what was observed is not.

    Parameters
    ----------
    before, after : the network without and with what befalls it. spread : see `spread_of`.
    weight : probability that what is announced happens; ``weight * after + (1 - weight) * before``.
    """
    kind, target = str(row["kind"]), "" if pd.isna(row["target"]) else str(row["target"])
    if kind not in KINDS:
        raise CaseError(f"table hindcast_observed: kind '{kind}'; allowed are {', '.join(KINDS)}")
    span = _span(after, row)
    model = _mixed(weight, *(_modelled(kind, target, routing, before, exporter, span) for routing in (after, before)))
    if kind.startswith("route") or kind == "rerouted":
        persistence, proportional = _by_route(kind, target, spread, span)
        return Forecasts(model, persistence, _mixed(weight, proportional, persistence))
    persistence = _undisturbed_output(kind, target, before, exporter, span)
    left = float(spread.left @ span.weights) if spread.routes else float("nan")
    proportional = _mixed(weight, left, 0.0) / (span.days if kind == "lost_per_day" else 1.0)
    # How deep single fields fall, and when, is nothing that shares of capacity can tell.
    return Forecasts(model, persistence, proportional if kind.startswith("lost") and not target else float("nan"))


def spread_of(after: Routing, carried: Mapping[str, float], exporter: str) -> Spread:
    """Return what routes carried, and what they carry if displaced oil is spread in proportion to capacity.

    Parameters
    ----------
    carried : by route, the level that was last known (kt a year).
    """
    level = np.array([carried[route] for route in carried]).reshape(-1, 1) * after.horizon.years
    capacity = route_capacity_by_period(after, exporter).reindex(list(carried)).to_numpy(dtype=float)
    return Spread(tuple(carried), level, *in_proportion(level, capacity))


def in_proportion(carried: Floats, capacity: Floats) -> tuple[Floats, Floats]:
    """Return what routes carry when displaced tonnes are spread in proportion to capacity, and what finds no room.

    Parameters
    ----------
    carried : (R, T) what each route carried before. capacity : (R, T) what it can carry now; NaN: not known, no room.

    Returns
    -------
    (R, T) carried, (T,) left over. Room that is used up passes its part on to the others, until no room is left.

    Examples
    --------
    Ten are displaced; two routes of capacity 30 and 10 take them three to one.

    >>> carried, left = in_proportion(np.array([[10.0], [5.0], [2.0]]), np.array([[0.0], [30.0], [10.0]]))
    >>> carried.ravel().tolist(), left.tolist()
    ([0.0, 12.5, 4.5], [0.0])
    """
    limit = np.where(np.isnan(capacity), carried, capacity)
    flow = np.minimum(carried, limit)
    left = (carried - flow).sum(axis=0)
    for _ in range(len(carried)):
        weight = np.where(limit - flow > 1e-12, limit, 0.0)
        total = weight.sum(axis=0)
        offered = np.divide(left * weight, total, out=np.zeros_like(flow), where=total > 0)
        taken = np.minimum(offered, limit - flow)
        flow, left = flow + taken, left - taken.sum(axis=0)
    return flow, np.maximum(left, 0.0)


def route_capacity_by_period(routing: Routing, exporter: str) -> pd.DataFrame:
    """Return what each route could carry in every period: the widest way from the exporter's fields to a market.

    Returns
    -------
    Indexed by route, a column per period, kt; NaN where no link on the way has a bound. Routes that share a link each
    count it in full.
    """
    mine = routing.flows[routing.flows["exporter"] == exporter]
    capacity = mine.pivot_table(index="link", columns="period", values="capacity_kt", aggfunc="max")
    fields = set(routing.supply.loc[routing.supply["exporter"] == exporter, "node"])
    markets = set(routing.deliveries.loc[routing.deliveries["exporter"] == exporter, "node"])
    network, T = routing.network, capacity.shape[1]
    ends = network.links.loc[capacity.index, ["from_node", "to_node"]]
    arcs = [(str(link), str(a), str(b)) for link, a, b in ends.itertuples(name=None)]
    width = {link: capacity.loc[link].to_numpy(dtype=float) for link, _, _ in arcs}
    up = _widest({node: np.full(T, np.inf) for node in fields}, [(a, b, width[k]) for k, a, b in arcs], T)
    down = _widest({node: np.full(T, np.inf) for node in markets}, [(b, a, width[k]) for k, a, b in arcs], T)
    routes: dict[str, Floats] = {}
    for link, a, b in arcs:
        if route := str(network.links.loc[link, "route"]):
            through = np.minimum(np.minimum(up.get(a, np.zeros(T)), width[link]), down.get(b, np.zeros(T)))
            routes[route] = routes.get(route, np.zeros(T)) + through
    return pd.DataFrame.from_dict(routes, orient="index").replace(np.inf, np.nan)


def _widest(seeds: dict[str, Floats], arcs: list[tuple[str, str, Floats]], T: int) -> dict[str, Floats]:
    """Width of the widest way from the seeds to every node, by period."""
    found = dict(seeds)
    for _ in range(len(arcs)):
        changed = False
        for a, b, width in arcs:
            if a in found:
                offer = np.minimum(found[a], width)
                better = np.maximum(found.get(b, np.zeros(T)), offer)
                if b not in found or (better > found[b]).any():
                    found[b], changed = better, True
        if not changed:
            break
    return found


def _modelled(kind: str, target: str, routing: Routing, before: Routing, exporter: str, span: Span) -> float:
    if kind.startswith("route") or kind == "rerouted":
        now = _route_flows(routing, exporter, span)
        if kind == "route":
            return float(now.get(target, 0.0))
        gain = now.sub(_route_flows(before, exporter, span), fill_value=0.0)
        return float(gain.get(target, 0.0)) if kind == "route_gain" else float(gain.clip(lower=0.0).sum())
    undisturbed, produced = (_by_period(_supply(r, target, exporter), "produced_kt") for r in (before, routing))
    if kind == "days_to_fall":
        return _days_to_fall(routing, undisturbed, produced, span)
    would, did = float(undisturbed @ span.weights), float(produced @ span.weights)
    match kind:
        case "lost":
            return would - did
        case "lost_per_day":
            return (would - did) / span.days
        case "fall":
            return 100.0 * (would - did) / would if would > 0 else float("nan")
    return did / span.days


def _undisturbed_output(kind: str, target: str, before: Routing, exporter: str, span: Span) -> float:
    """Yesterday goes on: fields produce what they are known to give."""
    if kind == "output_per_day":
        return float(_by_period(_supply(before, target, exporter), "available_kt") @ span.weights) / span.days
    return float("nan") if kind == "days_to_fall" else 0.0


def _by_route(kind: str, target: str, spread: Spread, span: Span) -> tuple[float, float]:
    was = dict(zip(spread.routes, (spread.level @ span.weights).tolist(), strict=True))
    now = dict(zip(spread.routes, (spread.flow @ span.weights).tolist(), strict=True))
    if kind == "rerouted":
        return 0.0, float(sum(max(now[route] - was[route], 0.0) for route in now))
    if kind == "route_gain":
        return 0.0, now[target] - was[target] if target in now else float("nan")
    return was.get(target, float("nan")), now.get(target, float("nan"))


def _route_flows(routing: Routing, exporter: str, span: Span) -> pd.Series[float]:
    mine = routing.flows[(routing.flows["exporter"] == exporter) & (routing.flows["route"] != "")]
    inside = mine.assign(kt=mine["flow_kt"] * span.weights[mine["period"].to_numpy()])
    return inside.groupby("route")["kt"].sum()


def _supply(routing: Routing, target: str, exporter: str) -> pd.DataFrame:
    mine = routing.supply[routing.supply["exporter"] == exporter]
    return mine[mine["node"].isin(parts(target))] if target else mine


def _by_period(supply: pd.DataFrame, name: str) -> Floats:
    return supply.groupby("period")[name].sum().to_numpy(dtype=float)


def _days_to_fall(routing: Routing, undisturbed: Floats, produced: Floats, span: Span) -> float:
    fell = (span.weights > 0) & (produced < (1.0 - FELL) * undisturbed)
    if not fell.any():
        return float("nan")
    first, since = int(np.argmax(fell)), int(np.argmax(span.weights > 0))
    return float(routing.horizon.days[since:first].sum())


def _span(routing: Routing, row: Mapping[str, Any]) -> Span:
    first = routing.horizon.starts.astype("datetime64[D]")
    following = first + routing.horizon.days.astype("timedelta64[D]")
    start, end = (np.datetime64(pd.Timestamp(row[name]).date(), "D") for name in ("start", "end"))
    inside = (np.minimum(following, end + 1) - np.maximum(first, start)).astype(float).clip(min=0.0)
    return Span(inside / routing.horizon.days, float((end - start).astype(int) + 1))


def _mixed(weight: float, after: float, before: float) -> float:
    """Expectation over what is announced and what is not; where all of it is believed, only that counts."""
    return after if weight >= 1.0 else weight * after + (1.0 - weight) * before
