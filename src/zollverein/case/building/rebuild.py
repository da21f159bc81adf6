"""A case's base made again from its inputs: compared with what stands, or written as a case of its own."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from filelock import FileLock, Timeout
from pandas.api.types import is_float_dtype

from zollverein.case.building.base import Base, compiled_base
from zollverein.case.building.base_inputs import base_inputs
from zollverein.case.building.swapped import SWAPPED, Swap, swapped
from zollverein.case.case import Case, check_case, open_case
from zollverein.case.contents import Contents, contents_of
from zollverein.case.editing import LOCK, PATIENCE_S, replace_all
from zollverein.case.fault import refuse
from zollverein.case.package import DESCRIPTOR
from zollverein.case.seal import unsealed
from zollverein.case.writing import case_files, place_case, write_files
from zollverein.errors import CaseError, OutputError

__all__ = ["KEYS", "Rebuilt", "csv_of", "rebuild_case"]

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
# Ten digits are more than any figure here is worth, and less than what another processor would round differently.
DIGITS = 10


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """A base made again.

    Attributes
    ----------
    base : the base, with the certificate of each of its steps.
    differs : one row per table: table, rows, added, removed, largest_change_percent (of a figure) and where it is. What
        the case holds already and the base leaves out counts as removed.
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
    folder : a folder that does not exist: a copy of the case with this base. The case's own folder: it is given this
        base. None: nothing is written, and ``differs`` tells how it compares with what stands.
    year : of the inputs; absent: the case's base year. A case of another year is named after it.
    swap : a publisher's world table whose coefficients and targets take the place of the case's.

    Raises
    ------
    CaseError : inputs that are not there or do not fit; a case with this base would have faults.
    Infeasible, NotConverged : inputs that contradict each other. OutputError : the folder cannot be written.
    """
    case = open_case(name_or_path)
    changed = case if swap is None else swapped(case, swap)
    base = compiled_base(base_inputs(changed, year), tell)
    made = {**base.tables, **({} if swap is None else {name: changed.table(name) for name in SWAPPED})}
    differs = pd.DataFrame([_difference(name, case, table) for name, table in made.items() if name in case.tables])
    if folder is None:
        return Rebuilt(base, differs)
    return Rebuilt(base, differs, _written(changed, base, Path(folder)))


def csv_of(table: pd.DataFrame) -> str:
    """Return a table as the CSV text of a case, floats with ten significant digits."""
    shown = table.copy()
    for column in shown.columns:
        if is_float_dtype(shown[column]):
            shown[column] = ["" if np.isnan(v) else f"{v:.{DIGITS}g}" for v in shown[column]]
    return shown.to_csv(index=False, lineterminator="\n")


def _difference(name: str, case: Case, new: pd.DataFrame) -> dict[str, object]:
    key = list(KEYS[name])
    old = case.table(name).set_index(key)
    made = new.set_index(key)
    both = old.index.intersection(made.index)
    columns = [c for c in made.columns if c in old.columns and is_float_dtype(made[c]) and len(both)]
    largest, where = 0.0, ""
    for column in columns:
        was, now = old.loc[both, column].to_numpy(dtype=float), made.loc[both, column].to_numpy(dtype=float)
        # Relative to the table's mean as well, so that a change of what is next to nothing does not drown the rest.
        size = np.maximum(np.abs(was), 1e-3 * float(np.abs(was).mean() or 1.0))
        change = np.abs(now - was) / size
        if len(change) and change.max() > largest:
            at = both[int(change.argmax())]
            largest, where = float(change.max()), f"{', '.join(np.atleast_1d(np.asarray(at, dtype=object)))}: {column}"
    return {
        "table": name,
        "rows": len(made),
        "added": len(made.index.difference(old.index)),
        "removed": len(old.index.difference(made.index)),
        "largest_change_percent": 100.0 * largest,
        "where": where,
    }


def _written(case: Case, base: Base, target: Path) -> Path:
    """Write the case with the base, into a new folder or in the place of its own tables: valid, or not at all.

    One writer at a time is at a case's own folder, and a file that cannot be put there leaves all of them as they were.
    """
    own = target.exists() and target.resolve() == case.folder.resolve()
    if case.folder.is_dir() and not own and case.folder.resolve() in target.resolve().parents:
        raise OutputError(f"'{target}' lies inside the case '{case.folder}', and would spoil it; name one beside it")
    before = contents_of(case.folder)
    files = _rewritten(before, case, base, own)
    if not own:
        return place_case(files, target)
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
    return target


def _rewritten(before: Contents, case: Case, base: Base, own: bool) -> dict[str, bytes]:
    """Every file of the case with the base in it; tables are in the columns that they have there.

    A table without rows is taken out. A case of another year says so, and is named after it if it is another case.
    """
    files = case_files(case)
    descriptor = dict(before.descriptor)
    for name, table in base.tables.items():
        if name not in before.resources:
            continue
        path = before.path(name)
        if table.empty:
            descriptor["resources"] = [r for r in descriptor["resources"] if r["name"] != name]
            del files[path]
            continue
        columns = list(before.schemas[name].names)
        if lacking := [column for column in columns if column not in table.columns]:
            raise CaseError(
                f"table {name} has the column '{lacking[0]}', which a base does not make; drop it from {path} and its "
                f"schema"
            )
        files[path] = csv_of(table[columns]).encode()
    if case.base_year != base.year:
        descriptor["base_year"] = base.year
        descriptor["title"] = f"{descriptor.get('title', case.name)}, base of {base.year}"
        if not own:
            descriptor["name"] = f"{case.name}-{base.year}"
    # A frozen case whose tables change is a vintage no more.
    descriptor = unsealed(descriptor, files)
    if descriptor != before.descriptor:
        files[DESCRIPTOR] = (json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n").encode()
    return files
