"""What of a case was known on a day: rows by the days of their sources, and what has to go with those that were not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from zollverein.case.case import Case
from zollverein.case.contents import Contents
from zollverein.case.copying import tables_of
from zollverein.case.knowing import KNOWN, begins, last_day, published
from zollverein.case.leaving_out import Less, leave_out, named_in
from zollverein.case.package import Package
from zollverein.case.parsing import Table

__all__ = ["Asked", "KnownPart", "has_sources", "known_part"]

WITHOUT = "left out as asked"


@dataclass(frozen=True)
class Asked:
    """What a case is to be frozen at, and with what exceptions; see `freeze_case`."""

    at: date
    without: tuple[str, ...]
    keep: tuple[str, ...]
    reported_later: bool

    @property
    def how(self) -> str:
        """What ends the title of such a case."""
        return f"as known on {self.at}"

    @property
    def told(self) -> list[str]:
        """The exceptions, a sentence each."""
        told = [f"Left out as asked: {', '.join(self.without)}."] if self.without else []
        if self.keep:
            told.append(f"Taken as they are, whenever they were known: {', '.join(self.keep)}.")
        if self.reported_later:
            told.append("What later sources report of states that had begun is in it, too.")
        return told


@dataclass(frozen=True)
class KnownPart:
    """What was known of a case.

    Attributes
    ----------
    less : what is left of it. known : by table, the day of each row. dated : by key, the day of each source.
    files : of what is left, by path.
    """

    less: Less
    known: dict[str, pd.Series[Any]]
    dated: dict[str, Any]
    files: dict[str, bytes]


def known_part(package: Package, contents: Contents, case: Case, asked: Asked) -> KnownPart:
    """Return what of a case was known, and nothing that refers to the rest of it; it need not be a whole case.

    Raises
    ------
    UnknownNameError : no such room or table.
    """
    kept = set(tables_of(contents, asked.keep))
    less = Less(contents, package.tables)
    less.gone |= dict.fromkeys(tables_of(contents, asked.without, besides=False), WITHOUT)
    told = case.sources.reindex(columns=["key", "date", "retrieved"])
    dated = {str(key): _out_by(*days) for key, *days in told.itertuples(index=False, name=None)}
    known = {name: _by_today(published(table, dated)) for name, table in less.tables.items()}
    for name, table in less.tables.items():
        if name not in kept | set(less.gone) and name != "sources":
            less.take(name, _not_known(table, known[name], asked.at, asked.reported_later))
            less.take(name, _untold(less, name, asked.at))
    leave_out(less, known)
    less.take("sources", _sources_of_later(less, dated, asked.at, kept))
    less.notes.clear()
    return KnownPart(less, known, dated, leave_out(less, known))


def _out_by(published_on: object, retrieved: object) -> Any:
    """The last day on which a source can have been published: it was, when it was retrieved."""
    day, had = last_day(published_on), last_day(retrieved)
    return day if pd.isna(day) or pd.isna(had) else min(day, had)


def _by_today(days: pd.Series[Any]) -> pd.Series[Any]:
    """Last days that a date can mean; what is in the case is known today, though its month or year go on."""
    today = pd.Timestamp(date.today())
    return days.where(~(days > today), today)


def _not_known(table: Table, known: pd.Series[Any], at: date, reported_later: bool) -> dict[int, str]:
    starts, later = begins(table), known > pd.Timestamp(at)
    if reported_later:
        later &= ~_reported_later(table, known, at)
    found = {row: f"known from {day.date().isoformat()}" for row, day in known[later].items()}
    new = known.isna() & (starts > pd.Timestamp(at)) & has_sources(table)
    reason = "is about later days alone, and no source with a date announces it"
    return found | dict.fromkeys(known.index[new], reason)


def _untold(less: Less, table: str, at: date) -> dict[int, str]:
    """Rows whose history, a table that must name them and says when each of its rows was known, begins later."""
    frame = less.tables[table].frame
    found: dict[int, str] = {}
    for other in less.tables.values():
        days = [name for name in KNOWN if name in other.schema.names]
        of_mine = [
            (column.name, column.foreign[0].partition(".")[2])
            for column in other.schema.columns
            if column.constraints.get("required") and not column.separator
            if len(column.foreign) == 1 and column.foreign[0].partition(".")[0] == table
        ]
        for name, key in of_mine if days else ():
            first = _by_today(frame[key].map(other.frame[days[0]].groupby(other.frame[name]).min()))
            for row, day in first[first > pd.Timestamp(at)].items():
                found[int(str(row))] = f"its history begins on {day.date().isoformat()}"
    return found


def _reported_later(table: Table, known: pd.Series[Any], at: date) -> pd.Series[Any]:
    """Rows that a source of after the day reports of a state before it; a row that says when it was known is none."""
    frame = table.frame
    if "confidence" not in frame.columns or any(column in frame.columns for column in KNOWN):
        return pd.Series(False, index=frame.index)
    begun = ~(begins(table) > pd.Timestamp(at))
    return (frame["confidence"] == "reported") & begun & (known > pd.Timestamp(at))


def has_sources(table: Table) -> pd.Series[Any]:
    """Return which rows of a table name a source."""
    frame = table.frame
    return frame["source"].notna() if "source" in frame.columns else pd.Series(False, index=frame.index)


def _sources_of_later(less: Less, dated: dict[str, Any], at: date, kept: Collection[str]) -> dict[int, str]:
    """Sources that were published later and that no row names any more."""
    used = named_in(less, "sources", "key")
    keys = less.tables["sources"].frame["key"].astype(str)
    later = {
        row: f"known from {dated[key].date().isoformat()}"
        for row, key in keys.items()
        if key not in used and not pd.isna(dated[key]) and min(dated[key].date(), date.today()) > at
    }
    return {} if "sources" in kept else {int(str(row)): reason for row, reason in later.items()}
