"""What two cases differ in: tables, rows by their key, figures with their relative change, sources and scenarios."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from zollverein.case.case import Case, open_case
from zollverein.case.contents import Contents, contents_of
from zollverein.case.row_keys import numbered_keys, row_key, shown_keys
from zollverein.case.schema import Column
from zollverein.case.writing import written
from zollverein.errors import UnknownNameError

__all__ = ["Difference", "TableDifference", "difference"]

CHANGED = ["row", "column", "was", "now", "relative_change", "share_of_total"]
STATED = ("title", "base_year", "union", "union_core", "frozen_at")


@dataclass(frozen=True)
class TableDifference:
    """What a table differs in.

    Attributes
    ----------
    key : columns that a row is known by. rows : of the first case and of the second.
    added, removed : whole rows, of the second case and of the first.
    changed : row (its key), column, was, now (as text), relative_change (of numbers: (now - was) over the size of what
        was; infinite from zero; empty where either is none), share_of_total (now - was over the sum of sizes in that
        column, of the case where that is larger).
    columns_added, columns_removed : columns that only one of the cases has.
    """

    table: str
    key: tuple[str, ...]
    rows: tuple[int, int]
    added: pd.DataFrame
    removed: pd.DataFrame
    changed: pd.DataFrame
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Nothing differs."""
        return not (
            len(self.added) + len(self.removed) + len(self.changed) or self.columns_added or self.columns_removed
        )


@dataclass(frozen=True)
class Difference:
    """What two cases differ in.

    Attributes
    ----------
    names : of the cases. tables : of the tables that both have, those that differ.
    tables_added, tables_removed : tables that only the second, or only the first case has, with their rows.
    stated : what the descriptors say differently: key, was, now.
    files : scenarios and sweeps: file, and whether it is added, removed or changed.
    """

    names: tuple[str, str]
    tables: Mapping[str, TableDifference]
    tables_added: Mapping[str, int]
    tables_removed: Mapping[str, int]
    stated: pd.DataFrame
    files: pd.DataFrame

    @property
    def equal(self) -> bool:
        """Nothing differs."""
        found = (self.tables, self.tables_added, self.tables_removed)
        return not (any(map(len, found)) or len(self.stated) or len(self.files))

    def table(self, name: str) -> TableDifference:
        """Return what a table differs in.

        Raises
        ------
        UnknownNameError : both cases have it and it does not differ, or neither has it.
        """
        if name not in self.tables:
            raise UnknownNameError("table that differs", name, self.tables, f"'{self.names[0]}' and '{self.names[1]}'")
        return self.tables[name]

    def summary(self) -> pd.DataFrame:
        """Return a line for each table that differs.

        table, rows_was, rows_now, added, removed, changed; and of the figure that moved by the largest share of its
        column's total: largest (its relative change, with its sign), where (its row and column).
        """
        first = {str(row["table"]): row for row in self.weightiest()[::-1].to_dict("records")}
        lines = []
        for name, table in self.tables.items():
            top = first.get(name)
            told = (np.nan, None) if top is None else (top["relative_change"], f"{top['row']}: {top['column']}")
            counts = (len(table.added), len(table.removed), table.changed["row"].nunique())
            lines.append((name, *table.rows, *counts, *told))
        lines += [(name, 0, rows, rows, 0, 0, np.nan, None) for name, rows in self.tables_added.items()]
        lines += [(name, rows, 0, 0, rows, 0, np.nan, None) for name, rows in self.tables_removed.items()]
        columns = ["table", "rows_was", "rows_now", "added", "removed", "changed", "largest", "where"]
        return pd.DataFrame(lines, columns=columns)

    def weightiest(self, count: int | None = None) -> pd.DataFrame:
        """Return changes of numbers, those first that are the largest share of their column's total, as `largest`."""
        return self._ranked("share_of_total", count)

    def largest(self, count: int | None = None) -> pd.DataFrame:
        """Return changes of numbers, the largest relative ones first: table, and the columns of ``changed``."""
        return self._ranked("relative_change", count)

    def _ranked(self, by: str, count: int | None) -> pd.DataFrame:
        parts = [table.changed.assign(table=name) for name, table in self.tables.items() if len(table.changed)]
        columns = ["table", *CHANGED]
        if not parts:
            return pd.DataFrame(columns=columns)
        joined = pd.concat(parts, ignore_index=True)[columns].dropna(subset=["relative_change"])
        ranked = joined.assign(_size=joined[by].abs()).sort_values("_size", ascending=False, kind="stable")
        return ranked.drop(columns="_size").head(len(ranked) if count is None else count).reset_index(drop=True)

    def confidence(self) -> pd.DataFrame:
        """Return the figures that are known otherwise than before: table, row, column, was, now."""
        parts = [
            table.changed[table.changed["column"] == "confidence"].assign(table=name)
            for name, table in self.tables.items()
        ]
        columns = ["table", "row", "was", "now"]
        found = [part[columns] for part in parts if len(part)]
        return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)

    def to_mapping(self) -> dict[str, Any]:
        """Return all of it as plain data; an infinite relative change is null, its ``was`` being zero."""
        return {
            "cases": list(self.names),
            "equal": self.equal,
            "tables_added": dict(self.tables_added),
            "tables_removed": dict(self.tables_removed),
            "descriptor": _records(self.stated),
            "files": _records(self.files),
            "tables": {
                name: {
                    "key": list(table.key),
                    "rows": list(table.rows),
                    "columns_added": list(table.columns_added),
                    "columns_removed": list(table.columns_removed),
                    **{part: _records(getattr(table, part)) for part in ("added", "removed", "changed")},
                }
                for name, table in self.tables.items()
            },
        }


def difference(a: Case | str | Path, b: Case | str | Path, *, tolerance: float = 0.0) -> Difference:
    """Compare two cases: open ones, bundled names, folders or zips.

    Rows are matched by the primary key; without one by the first columns that tell every row of both tables apart,
    numbers of measure and what is said of sources left aside; rows alike in all of these are matched in their order.

    Parameters
    ----------
    tolerance : relative change of a number up to which it counts as the same.

    Raises
    ------
    UnknownNameError : no such case. CaseError : one of them has faults.

    Examples
    --------
    >>> difference("small", "small").equal
    True
    """
    first, second = (given if isinstance(given, Case) else open_case(given) for given in (a, b))
    before, after = contents_of(first.folder), contents_of(second.folder)
    tables = {}
    for name, frame in first.tables.items():
        if name in second.tables and not (frame is second.tables[name] or frame.equals(second.tables[name])):
            columns = {c.name: c for contents in (before, after) for c in contents.schemas[name].columns}
            key = before.schemas[name].primary_key or after.schemas[name].primary_key
            found = _table(name, frame, second.tables[name], columns, key, tolerance)
            if not found.equal:
                tables[name] = found
    return Difference(
        names=(_called(a, first), _called(b, second)),
        tables=tables,
        tables_added={name: len(frame) for name, frame in second.tables.items() if name not in first.tables},
        tables_removed={name: len(frame) for name, frame in first.tables.items() if name not in second.tables},
        stated=_stated(before, after),
        files=_files(before.files, after.files),
    )


def _called(given: Case | str | Path, opened: Case) -> str:
    return opened.name if isinstance(given, Case) else str(given)


def _table(
    name: str,
    a: pd.DataFrame,
    b: pd.DataFrame,
    columns: Mapping[str, Column],
    key: Sequence[str],
    tolerance: float,
) -> TableDifference:
    shared = [column for column in a.columns if column in b.columns]
    by = row_key(a, b, {column: columns[column].type for column in shared}, key)
    keys_a, keys_b = (numbered_keys(_texts(frame[by], columns)) for frame in (a, b))
    at_a = pd.Series(range(len(a)), index=keys_a)
    at_b = pd.Series(range(len(b)), index=keys_b)
    both = at_a.index.intersection(at_b.index, sort=False)
    rows_a, rows_b = at_a[both].to_numpy(), at_b[both].to_numpy()
    changed = [
        _changed(column, a[column], b[column], (rows_a, rows_b), both, columns[column], tolerance)
        for column in shared
        if column not in by
    ]
    filled = [part for part in changed if part is not None]
    return TableDifference(
        table=name,
        key=tuple(by),
        rows=(len(a), len(b)),
        added=b.iloc[at_b[~at_b.index.isin(at_a.index)].to_numpy()].reset_index(drop=True),
        removed=a.iloc[at_a[~at_a.index.isin(at_b.index)].to_numpy()].reset_index(drop=True),
        changed=pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=CHANGED),
        columns_added=tuple(column for column in b.columns if column not in a.columns),
        columns_removed=tuple(column for column in a.columns if column not in b.columns),
    )


def _texts(frame: pd.DataFrame, columns: Mapping[str, Column]) -> pd.DataFrame:
    return pd.DataFrame({name: written(frame[name], columns[name]) for name in frame.columns}, dtype=object)


def _changed(
    column: str,
    a: pd.Series[Any],
    b: pd.Series[Any],
    at: tuple[npt.NDArray[Any], npt.NDArray[Any]],
    rows: pd.Index[Any],
    kind: Column,
    tolerance: float,
) -> pd.DataFrame | None:
    """The cells of a column that differ, of rows that both cases have; None where none does."""
    was, now = a.iloc[at[0]], b.iloc[at[1]]
    numbers = all(is_numeric_dtype(v) and not is_bool_dtype(v) for v in (was, now))
    said = [np.array(written(values, kind), dtype=object) for values in (was, now)]
    differs = said[0] != said[1]
    change, share = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    if numbers:
        x, y = (values.to_numpy(dtype=float, na_value=np.nan) for values in (was, now))
        with np.errstate(divide="ignore", invalid="ignore"):
            change = (y - x) / np.abs(x)
            share = (y - x) / max(float(whole.abs().sum()) for whole in (a, b))
        differs &= ~(np.abs(change) <= tolerance)
    if not differs.any():
        return None
    texts = [pd.array([text or None for text in part[differs]], dtype="str") for part in said]
    parts = {"row": shown_keys(rows[differs]), "column": column, "was": texts[0], "now": texts[1]}
    return pd.DataFrame(parts).assign(relative_change=change[differs], share_of_total=share[differs])


def _stated(a: Contents, b: Contents) -> pd.DataFrame:
    lines = [(key, a.descriptor.get(key), b.descriptor.get(key)) for key in STATED]
    return pd.DataFrame([line for line in lines if line[1] != line[2]], columns=["key", "was", "now"], dtype=object)


def _files(a: Mapping[str, bytes], b: Mapping[str, bytes]) -> pd.DataFrame:
    lines = []
    for file in sorted({*a, *b}):
        if not file.startswith(("scenarios/", "sweeps/")) or a.get(file) == b.get(file):
            continue
        lines.append((file, "added" if file not in a else "removed" if file not in b else "changed"))
    return pd.DataFrame(lines, columns=["file", "what"])


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", date_format="iso", double_precision=15))
    return rows
