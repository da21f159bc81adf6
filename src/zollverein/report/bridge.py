"""From oil to income: one table, and the sentence that says why its sums differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zollverein.report.formatting import number, shown
from zollverein.report.sheets import UNITS, Column, Sheet
from zollverein.report.wording import base_year, year_of_base

if TYPE_CHECKING:
    import pandas as pd

    from zollverein.stress import StressTest

__all__ = ["bridge_line", "bridge_sheet", "why_sums_differ"]

# Below this, US$ million, nothing moved that could be followed from oil to income.
MONEY_THAT_COUNTS = 0.5
PRICES = ("corridor_price", "base_price")


def bridge_sheet(test: StressTest) -> Sheet:
    """Return the steps from the oil that is not produced to what the exporter's region can buy."""
    frame = _steps(test)
    if len(frame):
        said = _labels(test)
        frame = frame[~frame["step"].isin(PRICES)]
        where = {
            "corridor": "corridor, its prices over the horizon",
            "economy": f"economy, US$ of {base_year(test)}",
        }
        frame = frame.assign(
            label=[said.get(s, str(s)) for s in frame["step"]],
            where=frame["counted_in"].map(where),
            unit_key=frame["unit"],
            unit=[UNITS.get(u, str(u)) for u in frame["unit"]],
        ).reset_index(drop=True)
    columns = (
        Column("label", "Step", "text"), Column("value", "Change", "kt_change"), Column("unit", "Unit", "text"),
        Column("where", "Counted in", "text"),
    )  # fmt: skip
    return Sheet("bridge", "From oil to income", columns, frame, units_by_row=True)


def why_sums_differ(test: StressTest) -> str:
    """Return one sentence: why the corridor's revenue and the economy's exports are not the same sum."""
    steps = test.oil_to_income.set_index("step")["value"]
    return (
        f"The corridor counts at its own prices, on average US$ {number(float(steps['corridor_price']))} for a tonne "
        f"undisturbed, and the economy is a change of {base_year(test)}, in which a tonne earned "
        f"US$ {number(float(steps['base_price']))}; there buyers and sellers adjust too, what still gets out sells for "
        f"another price, and other sectors export more or less than before."
    )


def bridge_line(test: StressTest) -> str:
    """Return the same steps in one line, US$ million; empty where nothing moved."""
    frame = _steps(test)
    if not len(frame):
        return ""
    steps = frame.set_index("step")["value"]

    def change(step: str) -> str:
        return shown("usd_million_change", float(steps[step]))

    year = year_of_base(test)
    return (
        f"From oil to income, US$ m: oil exports {change('export_value')} (the corridor’s prices); oil not produced "
        f"{change('supply_lost')} (price of {year}); scarcity rent {change('rent')}; the sector’s exports "
        f"{change('sector_exports')}, all exports {change('exports')}, real income {change('real_income')}."
    )


def _steps(test: StressTest) -> pd.DataFrame:
    """The steps, or no row where no sum of money moved."""
    frame = test.oil_to_income
    if not len(frame):
        return frame
    sums = frame.loc[frame["unit"] == "usd_million", "value"]
    return frame if sums.abs().max() >= MONEY_THAT_COUNTS else frame.head(0)


def _labels(test: StressTest) -> dict[str, str]:
    names = dict(zip(test.welfare["region"], test.welfare["name"], strict=True))
    owners = str(test.oil_to_income.set_index("step")["region"].get("rent", "")).split(";")
    whom = "nobody: it is lost" if owners == ["lost"] else ", ".join(names.get(owner, owner) for owner in owners)
    return {
        "not_produced": "Oil produced",
        "export_value": "Value of oil exports",
        "carriage": "Cost of carriage",
        "supply_lost": f"Oil no longer produced, at the price of {year_of_base(test)}: the loss of supply",
        "rent": f"Scarcity rent on the oil that still gets out, to {whom}",
        "sector_exports": "Exports of the sector that oil is part of",
        "exports": "All exports",
        "income": "Income, in money",
        "real_income": "Real income: what that income buys",
    }
