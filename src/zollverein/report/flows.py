"""The oil on every link, before and after, and the part of it that can be drawn on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from zollverein.stress.marks import link_marks

if TYPE_CHECKING:
    from zollverein.corridor import Routing
    from zollverein.stress import StressTest

__all__ = ["has_map", "held_back", "link_flows", "placed_flows"]

# US$/t: below the first a link does not bind; what is dearer than undisturbed by less than the second is no news.
BINDING, DEARER = 0.05, 1.0


def link_flows(test: StressTest) -> pd.DataFrame:
    """Return every link that carries the exporter's oil, before or after, largest first.

    link, name, mode, from_node, to_node, before_kt, after_kt, change_kt, tariff_usd_per_t (mean over the tonnes),
    worth_usd_per_t (the most that one more tonne of capacity was worth in any period), confidence, weakest_figure,
    source.
    """
    before, after = test.baseline, test.routing
    if before is None or after is None or test.scenario.corridor is None:
        return pd.DataFrame()
    exporter = test.scenario.corridor.exporter
    was, now = _by_link(before, exporter), _by_link(after, exporter)
    table = was.add_suffix("_was").join(now, how="outer").fillna(0.0)
    links = after.network.links.reindex(table.index)
    both = table["flow_kt_was"] + table["flow_kt"]
    frame = pd.DataFrame(
        {
            "link": table.index,
            "name": links["name"],
            "mode": links["mode"],
            "from_node": links["from_node"],
            "to_node": links["to_node"],
            "before_kt": table["flow_kt_was"],
            "after_kt": table["flow_kt"],
            "change_kt": table["flow_kt"] - table["flow_kt_was"],
            "tariff_usd_per_t": (table["paid_was"] + table["paid"]) / both.where(both > 0),
            "worth_usd_per_t": table["worth"],
        }
    )
    frame = frame.join(link_marks(after.network))
    carries = frame[both > 1e-6]
    size = carries[["before_kt", "after_kt"]].max(axis=1)
    return carries.loc[size.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def held_back(test: StressTest, rows: int = 6) -> pd.DataFrame:
    """Return the links on which one more tonne would have been worth most, and more than undisturbed.

    link, name, worth_usd_per_t (the most in any period), undisturbed_usd_per_t (likewise), full_periods (in which a
    tonne more was worth anything), dearer_periods (in which it was worth more than ever undisturbed).
    """
    before, after = test.baseline, test.routing
    if before is None or after is None or test.scenario.corridor is None:
        return pd.DataFrame()
    exporter = test.scenario.corridor.exporter
    was = _worth_by_period(before, exporter).groupby("link").max()
    now = _worth_by_period(after, exporter).reset_index()
    now["undisturbed_usd_per_t"] = now["link"].map(was).fillna(0.0)
    now["full"] = now["dual_usd_per_t"] > BINDING
    now["dearer"] = now["dual_usd_per_t"] > now["undisturbed_usd_per_t"] + DEARER
    table = now.groupby("link").agg(
        worth_usd_per_t=("dual_usd_per_t", "max"), undisturbed_usd_per_t=("undisturbed_usd_per_t", "max"),
        full_periods=("full", "sum"), dearer_periods=("dearer", "sum"),
    )  # fmt: skip
    table = table[table["dearer_periods"] > 0].sort_values("worth_usd_per_t", ascending=False, kind="stable")
    named = table.reset_index().head(rows)
    named.insert(1, "name", named["link"].map(after.network.links["name"]))
    return named


def has_map(test: StressTest) -> bool:
    """Return whether any oil of the test flows between places with coordinates."""
    return test.routing is not None and len(placed_flows(test.routing.network.nodes, link_flows(test))[1]) > 0


def placed_flows(nodes: pd.DataFrame, flows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The nodes that have coordinates, and the flows between them."""
    placed = nodes[nodes[["latitude_deg", "longitude_deg"]].notna().all(axis=1)]
    return placed, flows[flows["from_node"].isin(placed.index) & flows["to_node"].isin(placed.index)]


def _worth_by_period(routing: Routing, exporter: str) -> pd.Series[float]:
    """What one more tonne of a link's capacity was worth, by link and period."""
    mine = routing.flows[routing.flows["exporter"] == exporter]
    return mine.groupby(["link", "period"])["dual_usd_per_t"].max()


def _by_link(routing: Routing, exporter: str) -> pd.DataFrame:
    mine = routing.flows[routing.flows["exporter"] == exporter]
    mine = mine.assign(paid=mine["flow_kt"] * mine["tariff_usd_per_t"])
    return mine.groupby("link", sort=True).agg(
        flow_kt=("flow_kt", "sum"), paid=("paid", "sum"), worth=("dual_usd_per_t", "max")
    )
