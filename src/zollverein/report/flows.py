"""The oil on every link, before and after, and the part of it that can be drawn on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from zollverein.report.formatting import CONFIDENCES

if TYPE_CHECKING:
    from zollverein.corridor import Routing
    from zollverein.stress import StressTest

__all__ = ["has_map", "link_flows", "placed_flows"]


def link_flows(test: StressTest) -> pd.DataFrame:
    """Return every link that carries the exporter's oil, before or after, largest first.

    link, name, mode, from_node, to_node, before_kt, after_kt, change_kt, tariff_usd_per_t (mean over the tonnes),
    worth_usd_per_t (the most that one more tonne of capacity was worth in any period), confidence, source.
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
            **_provenance(after, table.index),
        }
    )
    carries = frame[both > 1e-6]
    size = carries[["before_kt", "after_kt"]].max(axis=1)
    return carries.loc[size.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def has_map(test: StressTest) -> bool:
    """Return whether any oil of the test flows between places with coordinates."""
    return test.routing is not None and len(placed_flows(test.routing.network.nodes, link_flows(test))[1]) > 0


def placed_flows(nodes: pd.DataFrame, flows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The nodes that have coordinates, and the flows between them."""
    placed = nodes[nodes[["latitude_deg", "longitude_deg"]].notna().all(axis=1)]
    return placed, flows[flows["from_node"].isin(placed.index) & flows["to_node"].isin(placed.index)]


def _by_link(routing: Routing, exporter: str) -> pd.DataFrame:
    mine = routing.flows[routing.flows["exporter"] == exporter]
    mine = mine.assign(paid=mine["flow_kt"] * mine["tariff_usd_per_t"])
    return mine.groupby("link", sort=True).agg(
        flow_kt=("flow_kt", "sum"), paid=("paid", "sum"), worth=("dual_usd_per_t", "max")
    )


def _provenance(routing: Routing, links: pd.Index[Any]) -> dict[str, list[str]]:
    """Sources and the weakest confidence of each link and of its figures, as far as the tables say."""
    own, figures = routing.network.links, routing.network.link_figures
    confidence, sources = [], []
    for link in links:
        tables = (own.loc[[link]], figures[figures["link"] == link])
        known = {str(v) for t in tables if "confidence" in t.columns for v in t["confidence"].dropna()}
        cited = [str(v) for t in tables if "source" in t.columns for v in t["source"].dropna()]
        confidence.append(next((c for c in reversed(CONFIDENCES) if c in known), ""))
        keys = dict.fromkeys(key.strip() for value in cited for key in value.split(";"))
        sources.append(";".join(key for key in keys if key))
    return {"confidence": confidence, "source": sources}
