"""Words that several parts of a report share, so that each thing is called the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zollverein.stress import StressTest

__all__ = ["base_year", "range_covers", "varied", "year_of_base"]


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
