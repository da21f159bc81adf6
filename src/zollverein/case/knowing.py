"""When something was known: from the dates of its sources, which may be partial, or from what the row says itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import pandas as pd

from zollverein.case.parsing import Table

__all__ = ["DAYS", "KNOWN", "begins", "by_sources", "last_day", "published"]

# A day on which the row itself says that it was known; it counts before the days of its sources.
KNOWN = ("known_on", "recorded")
MONTHS = 12
# Seconds reach as far as any day that a table may hold; nanoseconds end in 2262.
DAYS: Final = "datetime64[s]"


def last_day(text: object) -> Any:
    """Return the last day that a source's date can mean: of a year its end, of a month its last day.

    NaT if it names none. A date is a year, a month or a day, and may go on: ``2023-01/02``, ``2024-25``,
    ``2022-12/01`` (into the next year), ``2022-03-28 (event 23 Mar)``.

    Examples
    --------
    >>> [str(last_day(text))[:10] for text in ("2022", "2022-02", "2023-01/02", "2024-25", "n/d")]
    ['2022-12-31', '2022-02-28', '2023-02-28', '2025-12-31', 'NaT']
    """
    return _last_day(str(text).strip())


# The dates of a case's sources are few, and asked for again with every table and every freeze.
@lru_cache(maxsize=4096)
def _last_day(text: str) -> Any:
    found = re.match(r"(?!0000)(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:/(\d{2}))?(?!\d)", text)
    if found is None:
        return pd.NaT
    year, month, day, until = (int(part) if part else 0 for part in found.groups())
    if day and not until:
        exact = pd.to_datetime(f"{year:04}-{month:02}-{day:02}", format="%Y-%m-%d", errors="coerce")
        if not pd.isna(exact):
            return exact
    if 0 < until < month <= MONTHS:  # a span over the end of the year
        year += 1
    month = until or month
    if month > MONTHS:  # the second year of a span, or no month at all
        year, month = max(year, year - year % 100 + month), MONTHS
    return pd.to_datetime(f"{year:04}-{month or MONTHS:02}-01", errors="coerce") + pd.offsets.MonthEnd(0)


def published(table: Table, dated: Mapping[str, Any]) -> pd.Series[Any]:
    """Return the day from which each row of a table is known; NaT where nothing tells.

    Parameters
    ----------
    dated : key of a source to the last day on which it can have been published, or NaT.
    """
    frame, days = table.frame, by_sources(table, dated)
    for column in KNOWN:
        if column in frame.columns and pd.api.types.is_datetime64_any_dtype(frame[column]):
            days = frame[column].astype(DAYS).fillna(days)
    return days


def by_sources(table: Table, dated: Mapping[str, Any]) -> pd.Series[Any]:
    """Return the day on which the sources of each row of a table had said enough; NaT where none has a date."""
    frame = table.frame
    days = pd.Series(pd.NaT, index=frame.index, dtype=DAYS)
    if "source" in frame.columns:
        reported = frame["confidence"] == "reported" if "confidence" in frame.columns else frame["source"].isna()
        told = {cell: _told_on(cell, dated) for cell in frame["source"].dropna().astype(str).unique()}
        days = pd.Series(
            [
                told.get(cell, (pd.NaT, pd.NaT))[0 if by_the_first else 1]
                for cell, by_the_first in zip(frame["source"].tolist(), reported.tolist(), strict=True)
            ],
            index=frame.index, name="source", dtype=DAYS,
        )  # fmt: skip
    return days


def _told_on(cell: str, dated: Mapping[str, Any]) -> tuple[Any, Any]:
    """The first and the last day on which the sources of a row were published; NaT, NaT if none has a date."""
    days = [day for key in cell.split(";") if not pd.isna(day := dated.get(key.strip(), pd.NaT))]
    return (min(days), max(days)) if days else (pd.NaT, pd.NaT)


def begins(table: Table) -> pd.Series[Any]:
    """Return the first of the days and years that each row names; NaT where it names none."""
    columns = []
    for column in table.schema.columns:
        values = table.frame[column.name]
        if column.type == "date":
            columns.append(values.astype(DAYS))
        elif column.type == "year":
            years = values.astype("Int64").astype("str").where(values.notna())
            columns.append(pd.to_datetime(years, format="%Y", errors="coerce").astype(DAYS))
    if not columns:
        return pd.Series(pd.NaT, index=table.frame.index, dtype=DAYS)
    return pd.concat(columns, axis=1).min(axis=1)
