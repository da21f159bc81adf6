"""Words that several parts of a report share, so that each thing is called the same everywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from zollverein.corridor import said_of_shortfalls
from zollverein.report.formatting import THIN

if TYPE_CHECKING:
    from zollverein.stress import StressTest

THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")

__all__ = ["base_year", "range_covers", "shortage_lines", "varied", "year_of_base"]


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
