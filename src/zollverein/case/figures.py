"""Single figures of a case by a dotted path, and the case with some of them changed; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from zollverein.case.case import Case
from zollverein.errors import InputError, UnknownNameError

__all__ = ["How", "Place", "place_of", "with_figures"]

How = Literal["value", "factor", "plus"]
ANY = "*"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: some rows of one column of a table.

    Attributes
    ----------
    path : as it was written. table, column : names. rows : positions in the table.
    """

    path: str
    table: str
    column: str
    rows: npt.NDArray[np.intp]


def place_of(case: Case, path: str, where: str = "") -> Place:
    """Return the rows and the column that ``table.key[.key ...].column`` names.

    Keys are matched with the first columns of the table, in their order; ``*`` matches all. Of figures in conflict only
    the preferred rows are meant.

    Parameters
    ----------
    where : where the path stands, for messages.

    Raises
    ------
    UnknownNameError : no such table, row or column, with near matches. InputError : a column that holds no numbers.
    """
    table, *keys, column = parts if len(parts := path.split(".")) > 1 else (path, "")
    if table not in case.tables:
        raise UnknownNameError("table", table, case.tables, where)
    frame = case.tables[table]
    if column not in frame.columns:
        raise UnknownNameError("column", column, frame.columns, f"table '{table}', {where}")
    if not is_numeric_dtype(frame[column]) or is_bool_dtype(frame[column]):
        numeric = [c for c in frame.columns if is_numeric_dtype(frame[c]) and not is_bool_dtype(frame[c])]
        raise InputError(
            f"{where}: column '{column}' of table '{table}' holds no numbers; those with numbers are "
            f"{', '.join(numeric) or 'none'}"
        )
    chosen = _chosen(frame, table, keys, where)
    if not (chosen & frame[column].notna().to_numpy()).any():
        raise InputError(f"{where}: '{path}' names only cells that are empty; name one that holds a number")
    return Place(path, table, column, np.flatnonzero(chosen & frame[column].notna().to_numpy()))


def _chosen(frame: pd.DataFrame, table: str, keys: Sequence[str], where: str) -> npt.NDArray[np.bool_]:
    chosen = np.ones(len(frame), dtype=bool)
    if "preferred" in frame.columns:
        chosen &= frame["preferred"].to_numpy(dtype=bool)
    if len(keys) > len(frame.columns):
        raise InputError(f"{where}: table '{table}' has {len(frame.columns)} columns and {len(keys)} keys are given")
    for name, key in zip(frame.columns, keys, strict=False):
        if key == ANY:
            continue
        held = frame[name].astype(object).where(frame[name].notna(), "").astype(str)
        matching = (held == key).to_numpy()
        if not (chosen & matching).any():
            raise UnknownNameError(name, key, dict.fromkeys(held[chosen]), f"table '{table}', {where}")
        chosen &= matching
    return chosen


def with_figures(case: Case, changes: Iterable[tuple[Place, float, How]]) -> Case:
    """Return a case with figures changed, each replaced (``value``), multiplied or added to; later ones on top."""
    tables = dict(case.tables)
    fresh: set[str] = set()
    for place, number, how in changes:
        if place.table not in fresh:
            tables[place.table] = tables[place.table].copy()
            fresh.add(place.table)
        frame = tables[place.table]
        old = np.array(frame[place.column].to_numpy(dtype=float, na_value=np.nan))
        new = {"value": number, "factor": old[place.rows] * number, "plus": old[place.rows] + number}[how]
        old[place.rows] = new
        frame[place.column] = old
    return replace(case, tables=MappingProxyType(tables))
