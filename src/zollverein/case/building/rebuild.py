"""A case's base made again from its inputs: compared with what stands, or written as a case of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import pandas as pd
from filelock import FileLock, Timeout
from pandas.api.types import is_float_dtype

from zollverein.case.building.base import Base, compiled_base
from zollverein.case.building.base_crude import crude_of_year
from zollverein.case.building.base_inputs import base_inputs
from zollverein.case.building.rebuilt_files import DIGITS, rewritten
from zollverein.case.building.rebuilt_told import told_of
from zollverein.case.building.swapped import SWAPPED, Swap, swapped
from zollverein.case.case import Case, check_case, open_case
from zollverein.case.contents import Contents, contents_of
from zollverein.case.difference import difference
from zollverein.case.editing import LOCK, PATIENCE_S, replace_all
from zollverein.case.fault import refuse
from zollverein.case.made_from import keep_readme, write_readme
from zollverein.case.writing import require_free, whole_folder, write_files
from zollverein.errors import OutputError

__all__ = ["KEYS", "Rebuilt", "rebuild_case"]

Tell = Callable[[str, float], None]
# What makes a row of each table that a base writes.
KEYS: Mapping[str, tuple[str, ...]] = {
    "trade": ("exporter", "importer", "sector"),
    "production": ("region", "sector"),
    "final": ("region", "sector"),
    "deficits": ("region",),
    "pairs": ("exporter", "importer"),
    "mirror": ("exporter", "importer"),
    "inputs": ("region", "input", "user"),
    "base_activity": ("region", "sector"),
    "sources": ("key",),
}
COUNTED = ("added", "removed", "changed")


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """A base made again.

    Attributes
    ----------
    base : the base, with the certificate of each of its steps.
    differs : one row per table, as `Difference.summary` tells it of the case and a copy with this base: table, rows,
        added, removed, changed, largest_change_percent (of the figure that moved by the largest share of its column's
        total; infinite from zero) and where it is. What the case holds already and the base leaves out counts as
        removed.
    folder : where a case with this base was written; None if nothing was.
    """

    base: Base
    differs: pd.DataFrame = field(repr=False)
    folder: Path | None = None


def rebuild_case(
    name_or_path: str | Path,
    folder: str | Path | None = None,
    *,
    year: int | None = None,
    swap: Swap | None = None,
    tell: Tell = lambda _what, _share: None,
) -> Rebuilt:
    """Compile the base of a case from its inputs (tables ``base_...``, inputs, tariffs), and write it if asked to.

    Parameters
    ----------
    folder : a folder that does not exist: a copy of the case with this base, named after the folder, with a README of
        what was done. The case's own folder: it is given this base. None: nothing is written, and ``differs`` tells how
        it compares with what stands.
    year : of the inputs; absent: the case's base year. In a base of another year crude oil is that year's too, see
        `crude_of_year`.
    swap : a publisher's world table whose coefficients and targets take the place of the case's.

    Raises
    ------
    CaseError : inputs that are not there or do not fit; a case with this base would have faults.
    Infeasible, NotConverged : inputs that contradict each other. OutputError : the folder cannot be written.
    """
    case = open_case(name_or_path)
    own = _is_own(case, folder)
    changed = case if swap is None else swapped(case, swap)
    base = compiled_base(base_inputs(changed, year), tell)
    made = dict(base.tables)
    if base.year != case.base_year and (crude := crude_of_year(case, base.tables["trade"], base.year)) is not None:
        made["crude"] = crude
    differs = _differs(case, {**made, **({} if swap is None else {name: changed.table(name) for name in SWAPPED})})
    if folder is None:
        return Rebuilt(base, differs)
    target = Path(folder)
    files = rewritten(changed, made, base.year, None if own else target)
    if own:
        _put_in_place(files, target, contents_of(case.folder))
    else:
        _put_beside(files, target, case.name, base, told_of(case, base, made, swap))
    return Rebuilt(base, differs, target)


def _is_own(case: Case, folder: str | Path | None) -> bool:
    """Whether a folder to write to is the case's own; refuse one that cannot be made, before the long work."""
    if folder is None:
        return False
    target = Path(folder)
    if target.exists() and target.resolve() == case.folder.resolve():
        return True
    if case.folder.is_dir() and case.folder.resolve() in target.resolve().parents:
        raise OutputError(f"'{target}' lies inside the case '{case.folder}', and would spoil it; name one beside it")
    require_free(target)
    return False


def _differs(case: Case, made: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per table that was made and that the case has, by the measure of `difference`."""
    mine = {name: table for name, table in made.items() if name in case.tables}
    new = {name: _as_written(table, list(case.tables[name].columns)) for name, table in mine.items()}
    gone = {name for name, table in new.items() if table.empty}
    tables = {name: new.get(name, frame) for name, frame in case.tables.items() if name not in gone}
    found = difference(case, replace(case, tables=MappingProxyType(tables)))
    told = {str(row["table"]): row for row in found.summary().to_dict("records")}
    rows = []
    for name in mine:
        row = told.get(name, dict.fromkeys(COUNTED, 0) | {"largest": 0.0, "where": None})
        stays = not isinstance(row["where"], str)  # no figure of it is there before and after with another value
        change, where = (0.0, "") if stays else (100.0 * float(row["largest"]), str(row["where"]))
        rows.append((name, len(new[name]), *(int(row[c]) for c in COUNTED), change, where))
    return pd.DataFrame(rows, columns=["table", "rows", *COUNTED, "largest_change_percent", "where"])


def _as_written(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """A table in a case's columns, its figures as they are when they are read again."""
    shown = table[[column for column in columns if column in table]].copy()
    for column in shown.columns:
        if is_float_dtype(shown[column]):
            shown[column] = [float(f"{value:.{DIGITS}g}") for value in shown[column]]
    return shown


def _put_beside(files: Mapping[str, bytes], target: Path, name: str, base: Base, told: Sequence[str]) -> None:
    """Write a case of its own: valid, or not at all."""
    with whole_folder(target) as made:
        write_files(keep_readme(files, name), made)
        if faults := check_case(made):
            raise refuse(target.name, faults)
        write_readme(made, name, f"base of {base.year}", told)


def _put_in_place(files: Mapping[str, bytes], target: Path, before: Contents) -> None:
    """Write a case's own tables: valid, or not at all.

    One writer at a time is at a case's own folder, and a file that cannot be put there leaves all of them as they were.
    """
    try:
        with FileLock(target / LOCK, timeout=PATIENCE_S), tempfile.TemporaryDirectory(prefix="zollverein-") as beside:
            write_files(files, Path(beside))
            if faults := check_case(Path(beside)):
                raise refuse(target.name, faults)
            replace_all(target, {f: raw for f, raw in files.items() if raw != before.files.get(f)})
            for gone in set(before.files) - set(files):
                (target / gone).unlink()
    except Timeout as error:
        raise OutputError(f"'{target}' has been held by another writer for {PATIENCE_S:g} s; wait for it") from error
    except OSError as error:
        raise OutputError(f"'{target}' cannot be written to: {error}; nothing was changed") from error
