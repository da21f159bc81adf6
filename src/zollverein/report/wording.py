"""Words that several parts of a report share, so that each thing is called the same everywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from zollverein.corridor import available_kt, said_of_shortfalls, stranded_kt
from zollverein.report.formatting import THIN, apart, number

if TYPE_CHECKING:
    from zollverein.stress import StressTest

STUCK = 0.05
INCOMES_SHOWN = 5
INTERVALS = {
    "lost_exports": ("Exports lost", "kt"), "stranded": ("Stranded", "kt"),
    "lost_revenue": ("Revenue of exports lost", "US$ m"), "lost_income": ("Real income lost", "US$ m"),
}  # fmt: skip
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")

__all__ = [
    "base_year", "interval_lines", "published_lines", "range_covers", "shortage_lines", "stuck_line", "varied",
    "year_of_base",
]  # fmt: skip


def base_year(test: StressTest) -> str:
    """Return ``the base year 2021``; without its number where the case does not state it."""
    return f"the base year {test.base_year}" if test.base_year is not None else "the base year"


def varied(test: StressTest) -> str:
    """Return what the range of real income is a range over."""
    elasticities = "published trade elasticities"
    barriers = " and both ends of the barriers’ trade-cost equivalents" if test.scenario.economy.barriers else ""
    return elasticities + barriers


def range_covers(test: StressTest) -> str:
    """Return one sentence: what the range covers, and what it does not."""
    if test.scenario.corridor is None:
        return f"The range covers {varied(test)} only, and no other figure."
    return f"The range covers {varied(test)} only, and no capacity, quota or price of the corridor."


def year_of_base(test: StressTest) -> str:
    """Return ``2021``, or ``the base year`` where the case does not state it."""
    return str(test.base_year) if test.base_year is not None else "the base year"


def shortage_lines(test: StressTest) -> list[str]:
    """Return a sentence for each market that misses its minimum: by how much, and under which bounds."""
    if not len(test.shortages):
        return []
    lines = []
    for state, rows in test.shortages.groupby("state", sort=False):
        before = "Even undisturbed " if state == "undisturbed" else "Short of its minimum: "
        lines += [THOUSANDS.sub(THIN, f"{before}{line}.") for line in said_of_shortfalls(rows)]
    return lines


def published_lines(test: StressTest) -> list[str]:
    """Return a sentence for each study that asked the scenario's question: what it found, and what is found here."""
    if not len(test.published):
        return []
    lines = []
    for (author, year, unit), rows in test.published.groupby(["author", "year", "unit"], sort=False):
        found = ", ".join(
            f"{name} {theirs:g} (here {ours:.1f})"
            for name, theirs, ours in zip(rows["name"], rows["published"], rows["here"], strict=True)
        )
        doubt = " (unverified)" if (rows["confidence"] == "assumed").all() else ""
        lines.append(f"Published beside it, {author} {year}{doubt}, {unit}: {found}.")
    return lines


def interval_lines(test: StressTest) -> list[str]:
    """Return what the figures that the scenario varies do to the answer: ranges that nine draws of ten lie in."""
    table = test.intervals
    if not len(table):
        return []
    draws, failed = int(table["draws"].iloc[0]), int(table["failed"].iloc[0])
    varies = ", ".join(vary.name for vary in test.scenario.vary)
    fell = f" ({failed} more have no answer)" if failed else ""
    lines = [f"Not known for certain: {varies}. In nine of ten of {draws} draws{fell}:"]
    moves = table[table["q05"] != table["q95"]]
    told = {str(row["measure"]): row for row in moves[moves["region"] == ""].to_dict("records")}
    for measure, (name, unit) in INTERVALS.items():
        if row := told.get(measure):
            low, middle, high = (number(float(row[column])) for column in ("q05", "median", "q95"))
            lines.append(f"{name} {low} to {high} {unit} (median {middle}).")
    names = test.welfare.set_index("region")["name"].to_dict()
    incomes = moves[moves["region"] != ""]
    order = incomes["central"].abs().sort_values(ascending=False, kind="stable").index
    for row in incomes.loc[order].head(INCOMES_SHOWN).to_dict("records"):
        low, high = apart(float(row["q05"]), float(row["q95"]))
        lines.append(f"Real income of {names.get(row['region'], row['region'])} {low} to {high}.")
    return lines


def stuck_line(test: StressTest) -> str:
    """Return a warning where much of an exporter's output cannot leave even undisturbed: a unit may be mixed up."""
    if test.baseline is None or test.scenario.corridor is None:
        return ""
    exporter = test.scenario.corridor.exporter
    stuck, offered = stranded_kt(test.baseline, exporter), available_kt(test.baseline, exporter)
    if not stuck > STUCK * offered:
        return ""
    return (
        f"Even undisturbed {number(stuck)} of {number(offered)} kt cannot leave: capacities may be in another unit "
        f"than output, or of another time."
    )
