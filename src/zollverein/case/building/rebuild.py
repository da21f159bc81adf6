"""A case's base made again from its inputs: compared with what stands, or written as a case of its own."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype

from zollverein.case.building.base import Base, compiled_base
from zollverein.case.building.base_inputs import base_inputs
from zollverein.case.case import Case, check_case, open_case
from zollverein.case.fault import refuse
from zollverein.case.package import DESCRIPTOR
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
    tell: Tell = lambda _what, _share: None,
) -> Rebuilt:
    """Compile the base of a case from its inputs (tables ``base_...``, inputs, tariffs), and write it if asked to.

    Parameters
    ----------
    folder : a folder that does not exist: a copy of the case with this base. The case's own folder: it is given this
        base. None: nothing is written, and ``differs`` tells how it compares with what stands.
    year : of the inputs; absent: the case's base year. A case of another year is named after it.

    Raises
    ------
    CaseError : inputs that are not there or do not fit; a case with this base would have faults.
    Infeasible, NotConverged : inputs that contradict each other. OutputError : the folder cannot be written.
    """
    case = open_case(name_or_path)
    base = compiled_base(base_inputs(case, year), tell)
    differs = pd.DataFrame(
        [_difference(name, case, table) for name, table in base.tables.items() if name in case.tables]
    )
    if folder is None:
        return Rebuilt(base, differs)
    if not case.folder.is_dir():
        raise CaseError(f"'{case.folder}' is a zip; unpack it, and rebuild the folder")
    return Rebuilt(base, differs, _written(case, base, Path(folder)))


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
    """Write a copy of the case with the base, valid as a whole or not at all."""
    own = target.exists() and target.resolve() == case.folder.resolve()
    if target.exists() and not own and (not target.is_dir() or any(target.iterdir())):
        raise OutputError(
            f"'{target}' is there and not an empty folder; name one that does not exist, or the case's own"
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".zollverein-") as beside:
            made = Path(beside) / "case"
            shutil.copytree(case.folder, made, ignore=shutil.ignore_patterns("__pycache__", ".zollverein.lock"))
            descriptor = json.loads((made / DESCRIPTOR).read_text(encoding="utf-8-sig"))
            _put(made, descriptor, base)
            _of_year(made, descriptor, base.year, case, own)
            if faults := check_case(made):
                raise refuse(target.name, faults)
            if own:
                changed = [path.relative_to(made) for path in made.rglob("*") if path.is_file()]
                for file in changed:
                    if not (target / file).exists() or (target / file).read_bytes() != (made / file).read_bytes():
                        (made / file).replace(target / file)
            else:
                if target.exists():
                    target.rmdir()
                made.rename(target)
    except (OSError, shutil.Error) as error:
        raise OutputError(f"'{target}' cannot be written: {error}; choose another place") from error
    return target


def _put(made: Path, descriptor: dict[str, Any], base: Base) -> None:
    """Write each table that the case lists, in the columns that it has there; one without rows is taken out."""
    resources = {str(r["name"]): r for r in descriptor["resources"]}
    for name, table in base.tables.items():
        if name not in resources:
            continue
        path = made / str(resources[name]["path"])
        if table.empty:
            descriptor["resources"] = [r for r in descriptor["resources"] if r["name"] != name]
            path.unlink()
            continue
        header = path.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
        if lacking := [column for column in header if column not in table.columns]:
            raise CaseError(
                f"table {name} has the column '{lacking[0]}', which a base does not make; drop it from {path.name} and "
                f"its schema"
            )
        path.write_text(csv_of(table[header]), encoding="utf-8", newline="")


def _of_year(made: Path, descriptor: dict[str, Any], year: int, case: Case, own: bool) -> None:
    """Say in the descriptor which year it is, and name a case that is another one."""
    if case.base_year != year:
        descriptor["base_year"] = year
        descriptor["title"] = f"{descriptor.get('title', case.name)}, base of {year}"
    if not own:
        descriptor["name"] = f"{case.name}-{year}" if case.base_year != year else case.name
    text = json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n"
    (made / DESCRIPTOR).write_text(text, encoding="utf-8")
