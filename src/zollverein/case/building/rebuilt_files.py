"""The files of a case with another base in it: its tables in the columns that they have there, its years mended."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype

from zollverein.case.case import Case
from zollverein.case.contents import Contents, contents_of, json_like
from zollverein.case.made_from import descends
from zollverein.case.package import DESCRIPTOR
from zollverein.case.seal import unsealed
from zollverein.case.writing import case_files
from zollverein.errors import CaseError

__all__ = ["DIGITS", "csv_of", "rewritten"]

# Ten digits are more than any figure here is worth, and less than what another processor would round differently.
DIGITS = 10


def csv_of(table: pd.DataFrame) -> str:
    """Return a table as the CSV text of a case, floats with ten significant digits."""
    shown = table.copy()
    for column in shown.columns:
        if is_float_dtype(shown[column]):
            shown[column] = ["" if np.isnan(v) else f"{v:.{DIGITS}g}" for v in shown[column]]
    return shown.to_csv(index=False, lineterminator="\n")


def rewritten(case: Case, tables: Mapping[str, pd.DataFrame], year: int, folder: Path | None) -> dict[str, bytes]:
    """Return every file of a case with tables of a base of some year in it.

    A table without rows is taken out. Where the year is another one than before, titles of these tables and of their
    columns say so.

    Parameters
    ----------
    folder : of the case that is made; None: it is the case itself, which keeps its name.

    Raises
    ------
    CaseError : a table has a column that the base does not make.
    """
    before = contents_of(case.folder)
    files = case_files(case)
    descriptor = dict(before.descriptor)
    made = [name for name in tables if name in before.resources]
    for name in made:
        path, table = before.path(name), tables[name]
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
    if folder is not None or case.base_year != year:
        descriptor = _named(descriptor, folder or case.folder, year, own=folder is None)
    if case.base_year not in (None, year):
        descriptor["resources"] = [
            _of_year(r, case.base_year, year) if r["name"] in made else r for r in descriptor["resources"]
        ]
        files |= _schemas_of_year(before, made, case.base_year, year)
    # A frozen case whose tables change is a vintage no more.
    descriptor = unsealed(descriptor, files)
    if descriptor != before.descriptor:
        files[DESCRIPTOR] = (json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n").encode()
    return files


def _named(descriptor: Mapping[str, Any], folder: Path, year: int, *, own: bool) -> dict[str, Any]:
    told = descends(descriptor, folder, f"base of {year}")
    kept = {key: value for key, value in descriptor.items() if own and key in ("name", "description")}
    return {**told, **kept, "base_year": year}


def _schemas_of_year(before: Contents, made: Collection[str], was: int | None, now: int) -> dict[str, bytes]:
    """Schemas of tables that were made, and of no other, with the new year in their titles."""
    of = {name: r["schema"] for name, r in before.resources.items() if isinstance(r["schema"], str)}
    others = {file for name, file in of.items() if name not in made}
    out = {}
    for name in made:
        if name in of and of[name] not in others:
            data = before.schema_data(name)
            mended = {**data, "fields": [_of_year(field, was, now) for field in data["fields"]]}
            if mended != data:
                out[of[name]] = json_like(mended, before.files[of[name]])
    return out


def _of_year(titled: Mapping[str, Any], was: int | None, now: int) -> dict[str, Any]:
    """A resource or field whose title names the new year where it named the old one."""
    title = titled.get("title")
    return {**titled, "title": re.sub(rf"\b{was}\b", str(now), title)} if isinstance(title, str) else dict(titled)
