"""What a row of a table is known by, so that the same row is found in two versions of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

__all__ = ["numbered_keys", "row_key", "shown_keys"]

BETWEEN = "\x1f"  # what stands in no text
# What is said of a row, and not what it is about.
SAID = ("source", "confidence", "method", "note", "preferred", "title", "licence", "url")


def row_key(a: pd.DataFrame, b: pd.DataFrame, types: Mapping[str, str], primary: Sequence[str]) -> list[str]:
    """Return the columns that rows of two versions of a table are matched by.

    Parameters
    ----------
    types : column that both have to its type. primary : the declared key, which is taken if both have it.

    Returns
    -------
    The primary key; or the fewest first columns, none of them a number of measure or what is said of a figure, that
    tell the rows of both apart; with ``source`` if it takes it; or all columns if there are none.
    """
    if primary and all(column in types for column in primary):
        return list(primary)
    able = [column for column, kind in types.items() if kind != "number" and column not in SAID]
    # Of figures in conflict each has its source.
    able += [column for column in ("source",) if column in types and able]
    for count in range(1, len(able) + 1):
        if not any(frame.duplicated(able[:count]).any() for frame in (a, b)):
            return able[:count]
    return able or list(types)


def numbered_keys(keys: pd.DataFrame) -> pd.Index[str]:
    """Return the key of each row as one text, its parts joined by `BETWEEN`; of rows alike the later are numbered."""
    joined = pd.Series([BETWEEN.join(parts) for parts in keys.itertuples(index=False)], dtype=object)
    again = joined.groupby(joined).cumcount()
    return pd.Index(joined.where(again == 0, joined + BETWEEN + "(" + (again + 1).astype(str) + ")"), dtype=object)


def shown_keys(keys: pd.Index[str]) -> list[str]:
    """Return keys as a person reads them: their parts, those that are empty left out."""
    return [", ".join(part for part in key.split(BETWEEN) if part) for key in keys]
