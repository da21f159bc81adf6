"""A case as it was known on a day: without what was published later, sealed so that the vintage can be cited."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from zollverein.case.case import case_of, check_case
from zollverein.case.contents import contents_of, json_like
from zollverein.case.copying import Judge, remove_unfit, tables_of
from zollverein.case.fault import Fault
from zollverein.case.knowing import KNOWN, begins, by_sources, last_day, published
from zollverein.case.leaving_out import EMPTIED, Less, keys_of, leave_out, named_in
from zollverein.case.package import DESCRIPTOR, locate, read_package
from zollverein.case.parsing import Table
from zollverein.case.seal import FROZEN, sealed
from zollverein.case.writing import require_free, whole_folder, write_files
from zollverein.errors import CaseError, InputError

__all__ = ["Frozen", "freeze_case"]

README = "README.md"
WITHOUT = "left out as asked"


@dataclass(frozen=True)
class Frozen:
    """A frozen case, and what was not known.

    Attributes
    ----------
    folder, day : where it is, and the last day whose knowledge is in it.
    tables : table, rows, left_out, kept; of the kept ones undated (on the word of sources without a date) and later
        (taken though their sources are of after the day: as asked, or since they say when they were known).
    left_out : table, row (line of its file), key, known_on (empty: not told), reason.
    preferred : table, key: rows preferred now, since the one preferred before was not known.
    scenarios : file, reason: scenarios and sweeps that do not hold on what was known, left out.
    notes : what had to change besides.
    """

    folder: Path
    day: date
    tables: pd.DataFrame
    left_out: pd.DataFrame
    preferred: pd.DataFrame
    scenarios: pd.DataFrame
    notes: tuple[str, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        frames = {n: getattr(self, n) for n in ("tables", "left_out", "preferred", "scenarios")}
        rows = {n: json.loads(f.to_json(orient="records", date_format="iso")) for n, f in frames.items()}
        return {"folder": str(self.folder), FROZEN: self.day.isoformat(), **rows, "notes": list(self.notes)}


def freeze_case(
    name_or_path: str | Path,
    day: date | str,
    folder: str | Path,
    *,
    without: Collection[str] = (),
    keep: Collection[str] = (),
    reported_later: bool = False,
    judge: Judge | None = None,
) -> Frozen:
    """Copy a case as it was known on a day into a folder that does not exist or is empty, whole or not at all.

    A row that says when it was known (``known_on``, ``recorded``) is known from then on. Any other is known once its
    sources were published: a reported figure with the first of them, a derived or assumed one with the last. A date
    that names a month or a year means its last day. A source without a date is general knowledge; what rests on such
    alone stays, unless all of its own days and years lie after the day. What refers to a row that is left out, and
    shares that no longer add to one without it, go with it (`leave_out`). A span that begins later stays if it was
    announced by the day. The descriptor says ``frozen_at``, and of every table its hash and length.

    Parameters
    ----------
    without : rooms or tables to leave out as a whole. keep : rooms or tables taken as they are, whatever was known.
    reported_later : take as well what a later source reports of a state that began by the day, or of no day at all, as
        a hindcast does; such rows are counted.
    judge : which scenarios and sweeps do not hold on what is left; they are left out. Absent: all are taken.

    Raises
    ------
    InputError : no day. UnknownNameError : no such case, room or table. OutputError : no place to write to.
    CaseError : the case has faults; or what was known is no valid case, with what breaks; nothing is written.
    """
    at, place = _as_day(day), locate(name_or_path)
    require_free(folder)
    package = read_package(place)
    case = case_of(package, place, str(name_or_path))
    contents = contents_of(place)
    kept = set(tables_of(contents, keep))
    less = Less(contents, package.tables)
    less.gone |= dict.fromkeys(tables_of(contents, without, besides=False), WITHOUT)
    told = case.sources.reindex(columns=["key", "date"])
    dated = {str(key): last_day(day) for key, day in zip(told["key"], told["date"], strict=True)}
    known = {name: published(table, dated) for name, table in less.tables.items()}
    for name, table in less.tables.items():
        if name not in kept | set(less.gone) and name != "sources":
            less.take(name, _not_known(table, known[name], at, reported_later))
            less.take(name, _untold(less, name, at))
    leave_out(less, known)
    less.take("sources", _sources_of_later(less, dated, at, kept))
    less.notes.clear()
    files = leave_out(less, known)
    files[DESCRIPTOR] = _sealed_descriptor(files, at)
    if README in files:
        files[README] = _told(files[README], at)
    with whole_folder(folder) as made:
        write_files(files, made)
        if faults := check_case(made):
            raise _refused(str(name_or_path), at, faults)
        unfit = remove_unfit(made, judge)
    scenarios = pd.DataFrame([*unfit.items()], columns=["file", "reason"])
    return Frozen(Path(folder), at, *_report(less, known, dated, at), scenarios, tuple(less.notes))


def _as_day(day: date | str) -> date:
    try:
        at = date.fromisoformat(str(day))
    except ValueError as error:
        raise InputError(f"the day to freeze at is '{day}'; give a day such as 2022-03-28") from error
    return at


def _not_known(table: Table, known: pd.Series[Any], at: date, reported_later: bool) -> dict[int, str]:
    starts, later = begins(table), known > pd.Timestamp(at)
    if reported_later:
        later &= ~_reported_later(table, known, at)
    found = {row: f"known from {day.date().isoformat()}" for row, day in known[later].items()}
    new = known.isna() & (starts > pd.Timestamp(at)) & _has_sources(table)
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
            first = frame[key].map(other.frame[days[0]].groupby(other.frame[name]).min())
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


def _has_sources(table: Table) -> pd.Series[Any]:
    frame = table.frame
    return frame["source"].notna() if "source" in frame.columns else pd.Series(False, index=frame.index)


def _sources_of_later(less: Less, dated: dict[str, Any], at: date, kept: Collection[str]) -> dict[int, str]:
    """Sources that were published later and that no row names any more."""
    used = named_in(less, "sources", "key")
    keys = less.tables["sources"].frame["key"].astype(str)
    later = {
        row: f"known from {dated[key].date().isoformat()}"
        for row, key in keys.items()
        if key not in used and not pd.isna(dated[key]) and dated[key].date() > at
    }
    return {} if "sources" in kept else {int(str(row)): reason for row, reason in later.items()}


def _sealed_descriptor(files: dict[str, bytes], at: date) -> bytes:
    raw = files[DESCRIPTOR]
    descriptor = json.loads(raw.decode("utf-8-sig"))
    resources = [sealed(resource, files[resource["path"]]) for resource in descriptor["resources"]]
    head = {key: value for key, value in descriptor.items() if key not in ("resources", FROZEN)}
    return json_like({**head, FROZEN: at.isoformat(), "resources": resources}, raw)


def _told(readme: bytes, at: date) -> bytes:
    line = f"> This is the case as it was known on {at.isoformat()}. What follows is about the whole of it.\n\n"
    return line.encode("utf-8") + readme


def _refused(name: str, at: date, faults: list[Fault]) -> CaseError:
    """The error that tells what breaks, file by file, and which ways there are."""
    files = dict.fromkeys(fault.file for fault in faults)
    lines = [f"what was known of '{name}' on {at} is no whole case:"]
    for file in files:
        mine = [fault for fault in faults if fault.file == file]
        lines.append(f"  {mine[0]}" + f" (and {len(mine) - 1} faults more in {file})" * (len(mine) > 1))
    rooms = sorted({file.partition("/")[0] for file in files if "/" in file})
    ways = [f"--without {room}" for room in rooms]
    error = CaseError(
        "\n".join(lines) + f"\nleave a room or table out ({' or '.join(ways) or '--without TABLE'}), take one as it is "
        f"(--keep TABLE: that a place exists), or what later sources report of earlier states (--reported-later)"
    )
    error.faults = tuple(faults)
    return error


def _report(
    less: Less, known: dict[str, pd.Series[Any]], dated: dict[str, Any], at: date
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What the tables have and lack, row by row what is left out, and what is preferred instead."""
    rows: list[tuple[Any, ...]] = []
    tables, preferred = [], []
    for name, table in less.tables.items():
        out, keys = less.rows.get(name, {}), [*keys_of(less, name)]
        whole = less.gone.get(name, EMPTIED) != EMPTIED
        left = pd.Series(not whole, index=table.frame.index) & ~table.frame.index.isin(list(out))
        undated = int((left & known[name].isna() & _has_sources(table)).sum())
        later = int((left & (by_sources(table, dated) > pd.Timestamp(at))).sum())
        count = len(table.frame)
        tables.append((name, count, count - int(left.sum()), int(left.sum()), undated, later))
        for row, reason in sorted(out.items()):
            day = known[name].loc[row]
            rows.append((name, int(table.lines[row]), keys[row], None if pd.isna(day) else f"{day:%Y-%m-%d}", reason))
        if whole:
            rows.append((name, None, None, None, less.gone[name]))
        preferred += [(name, keys[row]) for row in less.preferred.get(name, ())]
    columns = ["table", "rows", "left_out", "kept", "undated", "later"]
    lines = pd.DataFrame(rows, columns=["table", "row", "key", "known_on", "reason"]).astype({"row": "Int64"})
    return pd.DataFrame(tables, columns=columns), lines, pd.DataFrame(preferred, columns=["table", "key"])
