"""A case as it was known on a day: without what was published later, sealed so that the vintage can be cited."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from zollverein.case.case import Case, case_of, check_case
from zollverein.case.contents import Contents, contents_of, json_like
from zollverein.case.copying import Judge, remove_unfit, rooms_of
from zollverein.case.fault import Fault
from zollverein.case.knowing import DAYS, by_sources
from zollverein.case.known_part import Asked, KnownPart, has_sources, known_part
from zollverein.case.leaving_out import EMPTIED, keys_of
from zollverein.case.made_from import descends, keep_readme, write_readme
from zollverein.case.package import DESCRIPTOR, Package, locate, read_package
from zollverein.case.seal import FROZEN, sealed
from zollverein.case.writing import require_free, whole_folder, write_files
from zollverein.errors import CaseError, InputError

__all__ = ["Frozen", "freeze_case"]

# Who belongs to a union, and to what.
UNION = ("agreements", "memberships")


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

    @property
    def told(self) -> list[str]:
        """What changed, a sentence each; nothing of a table of which all rows are left."""
        told = [
            f"preferred instead: {row['table']}, {row['key']} (what was preferred was not known)"
            for row in self.preferred.to_dict("records")
        ]
        for reason, files in self.scenarios.groupby("reason", sort=False)["file"]:
            told.append(f"left out: {', '.join(files)}: {reason}")
        told += self.notes
        tables = self.tables
        if gone := tables.loc[tables["kept"] == 0, "table"].tolist():
            told.append(f"left out as a whole: {', '.join(gone)}")
        if undated := int(tables["undated"].sum()):
            told.append(f"{undated:,} rows are kept on the word of sources without a date (general knowledge)")
        if later := int(tables["later"].sum()):
            told.append(f"{later:,} rows are kept though their sources are later")
        out, kept = int(tables["left_out"].sum()), int(tables["kept"].sum())
        return [*told, f"{out:,} rows left out, {kept:,} kept"]

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
    that names a month or a year means its last day, unless the source was retrieved before. A source without a date is
    general knowledge; what rests on such alone stays, unless all of its own days and years lie after the day. What
    refers to a row that is left out, and shares that no longer add to one without it, go with it (`leave_out`). A span
    that begins later stays if it was announced by the day. The descriptor says ``frozen_at``, and of every table its
    hash and length; the case is named after its folder, and its README says what was left out.

    Parameters
    ----------
    without : rooms or tables to leave out as a whole. keep : rooms or tables taken as they are, whatever was known.
    reported_later : take as well what a later source reports of a state that began by the day, or of no day at all, as
        a hindcast does; such rows are counted.
    judge : which scenarios and sweeps do not hold on what is left; they are left out. Absent: all are taken.

    Raises
    ------
    InputError : no day, one to come, or one before anything of the case was known. UnknownNameError : no such case,
        room or table. OutputError : no place to write to. CaseError : the case has faults; or what was known is no
        valid case, with what breaks and what does not; nothing is written.
    """
    at, place = _as_day(day), locate(name_or_path)
    require_free(folder)
    package = read_package(place)
    case = case_of(package, place, str(name_or_path))
    asked = Asked(at, tuple(without), tuple(keep), reported_later)
    part = known_part(package, contents_of(place), case, asked)
    _require_known(part, asked)
    part.files[DESCRIPTOR] = _sealed_descriptor(part.files, asked, Path(folder))
    with whole_folder(folder) as made:
        write_files(keep_readme(part.files, case.name), made)
        if faults := check_case(made):
            raise _refused(package, case, asked, faults)
        unfit = remove_unfit(made, judge)
        scenarios = pd.DataFrame([*unfit.items()], columns=["file", "reason"])
        frozen = Frozen(Path(folder), at, *_report(part, at), scenarios, (*part.less.notes, *_advice(part, asked)))
        write_readme(made, case.name, asked.how, [*asked.told, *frozen.told])
    return frozen


def _as_day(day: date | str) -> date:
    try:
        at = date.fromisoformat(str(day))
    except ValueError as error:
        raise InputError(f"the day to freeze at is '{day}'; give a day such as 2022-03-28") from error
    if at > (today := date.today()):
        raise InputError(f"the day to freeze at is {at}, of which nothing can be known yet; give {today} or one before")
    return at


def _require_known(part: KnownPart, asked: Asked) -> None:
    """Refuse a day before anything of the case was known, if nothing is to be kept whenever it was known."""
    days = pd.concat([pd.Series(list(part.dated.values()), dtype=DAYS), *part.known.values()])
    first = days.min()
    if not asked.keep and not pd.isna(first) and pd.Timestamp(asked.at) < first:
        raise InputError(
            f"the day to freeze at is {asked.at}, and nothing of the case was known before {first.date()}, the day of "
            f"its first source; give a later day"
        )


def _sealed_descriptor(files: dict[str, bytes], asked: Asked, folder: Path) -> bytes:
    raw = files[DESCRIPTOR]
    descriptor = descends(json.loads(raw.decode("utf-8-sig")), folder, asked.how)
    resources = [sealed(resource, files[resource["path"]]) for resource in descriptor["resources"]]
    head = {key: value for key, value in descriptor.items() if key not in ("resources", FROZEN)}
    return json_like({**head, FROZEN: asked.at.isoformat(), "resources": resources}, raw)


def _advice(part: KnownPart, asked: Asked) -> list[str]:
    """What would keep a union that was there on the day, and whose sources are later ones."""
    less = part.less
    if not less.union_lost:
        return []
    return [f"to have the union in it, take who belongs to it as it is: --keep {_listed(asked.keep, UNION)}"]


def _listed(before: Collection[str], more: Collection[str]) -> str:
    return ",".join(dict.fromkeys([*before, *more]))


def _refused(package: Package, case: Case, asked: Asked, faults: Sequence[Fault]) -> CaseError:
    """The error that tells what breaks, file by file, and which ways there are: they were tried."""
    files = dict.fromkeys(fault.file for fault in faults)
    lines = [f"what was known of '{case.name}' on {asked.at} is no whole case:"]
    for file in files:
        mine = [fault for fault in faults if fault.file == file]
        lines.append(f"  {mine[0]}" + f" (and {len(mine) - 1} faults more in {file})" * (len(mine) > 1))
    ways = [*_ways(package, case, asked, faults)]
    told = (
        f"what gives a whole case: {'; or '.join(ways)}" if ways else "give another day, or more to --without or --keep"
    )
    error = CaseError("\n".join([*lines, told]))
    error.faults = tuple(faults)
    return error


def _ways(package: Package, case: Case, asked: Asked, faults: Sequence[Fault]) -> Iterator[str]:
    """Yield the options with which there is a whole case."""
    contents = contents_of(case.folder)
    if not asked.reported_later and not _faults(package, contents, case, replace(asked, reported_later=True)):
        yield "--reported-later (what later sources report of earlier states)"
    rooms, more = rooms_of(contents), list[str]()
    while new := [r for r in dict.fromkeys(f.file.partition("/")[0] for f in faults) if r in rooms and r not in more]:
        more += new
        faults = _faults(package, contents, case, replace(asked, without=(*asked.without, *more)))
        if not faults:
            yield f"--without {_listed(asked.without, more)}"
            return


def _faults(package: Package, contents: Contents, case: Case, asked: Asked) -> list[Fault]:
    with tempfile.TemporaryDirectory(prefix="zollverein-") as beside:
        write_files(known_part(package, contents, case, asked).files, Path(beside))
        return check_case(Path(beside))


def _report(part: KnownPart, at: date) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What the tables have and lack, row by row what is left out, and what is preferred instead."""
    less, known, dated = part.less, part.known, part.dated
    rows: list[tuple[Any, ...]] = []
    tables, preferred = [], []
    for name, table in less.tables.items():
        out, keys = less.rows.get(name, {}), [*keys_of(less, name)]
        whole = less.gone.get(name, EMPTIED) != EMPTIED
        left = pd.Series(not whole, index=table.frame.index) & ~table.frame.index.isin(list(out))
        undated = int((left & known[name].isna() & has_sources(table)).sum())
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
