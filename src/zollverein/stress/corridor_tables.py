"""What became of the corridor: tonnes by route, transit, cost and stocks, before and after."""

from __future__ import annotations

import pandas as pd

from zollverein.case import Case
from zollverein.corridor import (
    Horizon,
    Network,
    Routing,
    available_kt,
    concentration,
    export_tonnes,
    export_value_usd_million,
    mean_netback_usd_per_t,
    resilience,
    route_capacity_kt,
    route_tonnes,
    shortfall_kt,
    stranded_kt,
    transit_shares,
    transport_cost,
    why_short,
)
from zollverein.stress.marks import link_marks, weakest_of

__all__ = [
    "by_period_table", "founding_table", "routes_table", "shortages_table", "stocks_table", "summary_table",
    "transit_table",
]  # fmt: skip


def routes_table(case: Case, before: Routing, after: Routing, exporter: str) -> pd.DataFrame:
    """Return tonnes by route: route, name, before_kt, after_kt, change_kt, confidence, weakest_figure.

    A route is as well known as the link that it is counted on; ``weakest_figure`` says what makes the mark.
    """
    names = case.table("routes").set_index("route")["name"]
    was, now = route_tonnes(before, exporter), route_tonnes(after, exporter)
    routes = [r for r in names.index if max(was.get(r, 0.0), now.get(r, 0.0)) > 0 or r in was.index]
    table = pd.DataFrame({"route": routes, "name": [names[r] for r in routes]})
    table["before_kt"] = [float(was.get(r, 0.0)) for r in routes]
    table["after_kt"] = [float(now.get(r, 0.0)) for r in routes]
    table["change_kt"] = table["after_kt"] - table["before_kt"]
    table = pd.concat([table, _route_marks(after.network, routes)], axis=1)
    return table.sort_values("before_kt", ascending=False, kind="stable", ignore_index=True)


def transit_table(case: Case, before: Routing, after: Routing, exporter: str) -> pd.DataFrame:
    """Return the share of exports that enters each foreign country: country, name, before_share, after_share."""
    was, now = transit_shares(before, exporter), transit_shares(after, exporter)
    entered = was.index.union(now.index)
    countries = entered[[max(was.get(c, 0.0), now.get(c, 0.0)) > 0 for c in entered]]
    names = _country_names(case)
    table = pd.DataFrame(
        {
            "country": countries,
            "name": [names.get(c, c) for c in countries],
            "before_share": was.reindex(countries).fillna(0.0).to_numpy(),
            "after_share": now.reindex(countries).fillna(0.0).to_numpy(),
        }
    )
    return table.sort_values("before_share", ascending=False, kind="stable", ignore_index=True)


def summary_table(before: Routing, after: Routing, exporter: str) -> pd.DataFrame:
    """Return the corridor in a few figures: measure, unit, before, after, change.

    ``rerouted`` is the sum of what routes gained, ``displaced`` the sum of what routes lost; ``stranded`` could have
    been produced and could not leave, ``lost_at_field`` could not be produced at all. ``delayed`` left later than it
    would have; ``missed`` is the resilience triangle, days of undisturbed exports; ``recovery`` the days from the first
    period below 99 percent of them to the last (unknown where they never fell or are not back by the end).
    """
    was, now = route_tonnes(before, exporter), route_tonnes(after, exporter)
    either = was.index.union(now.index)
    moved = now.reindex(either).fillna(0.0) - was.reindex(either).fillna(0.0)
    time = resilience(before, after, exporter) if export_tonnes(before, exporter) > 0 else None
    rows = [
        ("exported", "kt", export_tonnes(before, exporter), export_tonnes(after, exporter)),
        ("displaced", "kt", 0.0, float(-moved.clip(upper=0.0).sum())),
        ("rerouted", "kt", 0.0, float(moved.clip(lower=0.0).sum())),
        ("stranded", "kt", stranded_kt(before, exporter), stranded_kt(after, exporter)),
        ("lost_at_field", "kt", 0.0, available_kt(before, exporter) - available_kt(after, exporter)),
        ("shortfall", "kt", shortfall_kt(before), shortfall_kt(after)),
        ("transport_cost", "usd_million", transport_cost(before, exporter), transport_cost(after, exporter)),
        (
            "transport_cost_per_t",
            "usd_per_t",
            _per_tonne(transport_cost(before, exporter), export_tonnes(before, exporter)),
            _per_tonne(transport_cost(after, exporter), export_tonnes(after, exporter)),
        ),
        (
            "export_value",
            "usd_million",
            export_value_usd_million(before, exporter),
            export_value_usd_million(after, exporter),
        ),
        ("netback", "usd_per_t", mean_netback_usd_per_t(before, exporter), mean_netback_usd_per_t(after, exporter)),
    ]
    rows.append(("route_concentration", "index", concentration(was), concentration(now)))
    if time is not None:
        rows.insert(4, ("delayed", "kt", 0.0, time.delayed_kt))
        took = time.recovery_days if time.lowest_share < 1.0 else 0.0
        rows += [("missed", "days", 0.0, time.triangle_days), ("recovery", "days", 0.0, took)]
    table = pd.DataFrame(rows, columns=["measure", "unit", "before", "after"])
    return table.assign(change=table["after"] - table["before"])


def by_period_table(before: Routing, after: Routing, exporter: str) -> pd.DataFrame:
    """Return tonnes by period and route: start, days, route, before_kt, after_kt."""
    was = _by_period(before, exporter).rename("before_kt")
    now = _by_period(after, exporter).rename("after_kt")
    return pd.concat([was, now], axis=1).reset_index()


def stocks_table(before: Routing, after: Routing) -> pd.DataFrame:
    """Return what lies in tanks at the end of every period: start, node, before_kt, after_kt, capacity_kt."""
    key = ["start", "node"]
    was = before.stocks.groupby(key)["stock_kt"].sum().rename("before_kt")
    now = after.stocks.groupby(key).agg(after_kt=("stock_kt", "sum"), capacity_kt=("capacity_kt", "max"))
    return pd.concat([was, now], axis=1).reset_index()


def shortages_table(before: Routing, after: Routing) -> pd.DataFrame:
    """Return why markets miss their minimum: state (undisturbed or disturbed), then as `corridor.why_short`."""
    states = {"undisturbed": before, "disturbed": after}
    there = [why.assign(state=state) for state, routing in states.items() if len(why := why_short(routing))]
    return pd.concat(there, ignore_index=True) if there else pd.DataFrame()


def founding_table(case: Case, before: Routing, after: Routing, exporter: str) -> pd.DataFrame:
    """Return the facts of the founding report beside what the case's network could carry in the same time.

    fact, value, unit, start, end, could_carry_kt (capacity of the route, undisturbed), modelled_kt (the exporter's
    oil in the routing, where the horizon covers the fact's time), source, confidence. Empty if there are no such facts.
    """
    if "founding" not in case.tables:
        return pd.DataFrame()
    facts = case.table("founding")
    rows = []
    for fact in facts.to_dict("records"):
        could = modelled = float("nan")
        route, start, end = fact.get("route"), fact.get("start"), fact.get("end")
        if isinstance(route, str) and route and pd.notna(start) and pd.notna(end):
            horizon = Horizon(pd.Timestamp(start).date(), pd.Timestamp(end).date(), "month")
            could = float(route_capacity_kt(before.network, horizon).get(route, float("nan")))
            modelled = _carried(after, exporter, route, horizon)
        keep = {k: fact[k] for k in ("fact", "value", "unit", "start", "end", "source", "confidence")}
        rows.append({**keep, "could_carry_kt": could, "modelled_kt": modelled})
    return pd.DataFrame(rows)


def _carried(routing: Routing, exporter: str, route: str, span: Horizon) -> float:
    """Tonnes of an exporter on a route within a span, a period that is cut counting in proportion to its days."""
    if span.start < routing.horizon.start or span.end > routing.horizon.end:
        return float("nan")
    flows = routing.flows[(routing.flows["route"] == route) & (routing.flows["exporter"] == exporter)]
    first = pd.to_datetime(flows["start"])
    following = first + pd.to_timedelta(flows["days"], unit="D")
    opening, closing = pd.Timestamp(span.start), pd.Timestamp(span.end) + pd.Timedelta(days=1)
    inside = (following.where(following < closing, closing) - first.where(first > opening, opening)).dt.days
    return float((flows["flow_kt"] * inside.clip(lower=0) / flows["days"]).sum())


def _by_period(routing: Routing, exporter: str) -> pd.Series[float]:
    flows = routing.flows
    mine = flows[(flows["exporter"] == exporter) & (flows["route"] != "")]
    return mine.groupby(["start", "days", "route"])["flow_kt"].sum()


def _per_tonne(usd_million: float, kt: float) -> float:
    return 1e3 * usd_million / kt if kt > 0 else float("nan")


def _route_marks(network: Network, routes: list[str]) -> pd.DataFrame:
    """The mark of the link that a route is counted on, the weakest where it is counted on several."""
    marks = link_marks(network).join(network.links[["route", "name"]])
    rows = []
    for route in routes:
        counted = marks[marks["route"] == route]
        weakest = weakest_of(counted["confidence"])
        makes = counted[counted["confidence"] == weakest]
        said = [f"{figure} of {name}" for figure, name in zip(makes["weakest_figure"], makes["name"], strict=True)]
        rows.append((weakest or "assumed", "; ".join(said)))
    return pd.DataFrame(rows, columns=["confidence", "weakest_figure"])


def _country_names(case: Case) -> dict[str, str]:
    regions = case.table("regions")
    return dict(zip(regions["region"], regions["name"], strict=True))
