"""The tables of a comparison: one column per scenario, in the order given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zollverein.report.sheets import MEASURES, UNITS, Column, Sheet

if TYPE_CHECKING:
    from zollverein.stress import Comparison

__all__ = ["comparison_sheets"]


def comparison_sheets(comparison: Comparison) -> list[Sheet]:
    """Return the tables that hold something: corridor, routes, real income."""
    names = [test.name for test in comparison.tests]
    sheets = []
    if len(comparison.corridor):
        frame = comparison.corridor
        # What is served everywhere needs no row.
        figures = frame.drop(columns=["measure", "unit"]).abs().max(axis=1)
        frame = frame[(frame["measure"] != "shortfall") | (figures >= 0.05)]
        frame = frame.assign(
            label=[MEASURES.get(m, str(m)) for m in frame["measure"]],
            unit_key=frame["unit"],
            unit=[UNITS.get(u, str(u)) for u in frame["unit"]],
        )
        lead = (Column("label", "Measure", "text"), Column("unit", "Unit", "text"))
        columns = (*lead, *(Column(n, n, "number") for n in ("undisturbed", *names) if n in frame.columns))
        sheets.append(Sheet("corridor", "The corridor in figures", columns, frame, units_by_row=True))
    if len(comparison.routes):
        columns = (
            Column("name", "Route", "text"),
            *(Column(n, n, "kt", "kt") for n in ("undisturbed", *names) if n in comparison.routes.columns),
        )
        sheets.append(Sheet("routes", "Tonnes by route", columns, comparison.routes))
    columns = (Column("name", "Region", "text"), *(Column(n, n, "percent_change", "%") for n in names))
    sheets.append(Sheet("income", "Real income by region", columns, comparison.real_income))
    return sheets
