"""What a result rests on: the tables that it used, how well their figures are known, and their sources."""

from __future__ import annotations

import pandas as pd

from zollverein.case import Case
from zollverein.case.doors import MAY_BE_OF_ECONOMY, OF_ECONOMY
from zollverein.stress.scenario import Scenario

__all__ = ["source_list", "sources_table", "tables_used"]

CORRIDOR_TABLES = (
    "nodes", "links", "routes", "link_figures", "node_figures", "link_units", "commodities", "market_regions", "crude",
    "operators", "fee_shares", "budget",
)  # fmt: skip


def tables_used(scenario: Scenario, case: Case) -> tuple[str, ...]:
    """Return the tables of the case that a scenario draws on, as far as the case has them."""
    used = [*OF_ECONOMY, *MAY_BE_OF_ECONOMY]
    if scenario.corridor is not None:
        used += CORRIDOR_TABLES
        used += ["events"] if scenario.corridor.events else []
        used += ["founding"]
    if scenario.economy.barriers:
        used += ["wedges", "memberships"]
    return tuple(name for name in used if name in case.tables)


def sources_table(scenario: Scenario, case: Case) -> pd.DataFrame:
    """Return by table how many figures are reported, derived and assumed: table, figures, reported, derived, assumed.

    Only rows that are in force count; of figures in conflict, the preferred one.
    """
    rows = []
    for name in tables_used(scenario, case):
        table = _in_force(case.table(name))
        counts = table["confidence"].value_counts()
        rows.append({"table": name, "figures": len(table)} | {
            c: int(counts.get(c, 0)) for c in ("reported", "derived", "assumed")
        })  # fmt: skip
    return pd.DataFrame(rows)


def source_list(scenario: Scenario, case: Case) -> pd.DataFrame:
    """Return the sources behind those figures: the rows of the case's sources, with the tables that cite them."""
    cited: dict[str, list[str]] = {}
    for name in tables_used(scenario, case):
        for keys in _in_force(case.table(name))["source"].dropna().unique():
            for key in str(keys).split(";"):
                tables = cited.setdefault(key.strip(), [])
                if name not in tables:
                    tables.append(name)
    sources = case.sources[case.sources["key"].isin(list(cited))].copy()
    sources["cited_in"] = [", ".join(cited[key]) for key in sources["key"]]
    return sources.sort_values("key", ignore_index=True)


def _in_force(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["preferred"].astype(bool)] if "preferred" in table.columns else table
