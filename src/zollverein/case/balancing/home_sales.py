"""Domestic sales: what exports leave of output; where they leave less than nothing, it is said or mended by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from zollverein.case.balancing.door import number, sequence
from zollverein.errors import InputError
from zollverein.given import framed, require

__all__ = ["DomesticSales", "domestic_sales"]

MOST_NAMED = 20
BELOW_ONE = float(np.nextafter(1.0, 0.0))


@dataclass(frozen=True, eq=False)
class DomesticSales:
    """Sales at home by key, and what had to move.

    Attributes
    ----------
    sales : the key columns, output, exports, value (domestic sales: output less exports), in the unit given.
    ledger : the key columns, figure, was, now, change, why; one row for each output that was raised; else empty.
    """

    sales: pd.DataFrame = field(repr=False)
    ledger: pd.DataFrame = field(repr=False)


def domestic_sales(
    output: Any,
    exports: Any,
    *,
    by: str | Sequence[str] = ("region", "sector"),
    value: str = "value",
    floor_share: float | None = None,
) -> DomesticSales:
    """Return output less exports for each key.

    Parameters
    ----------
    output : one row per key, columns ``by`` and ``value``. exports : the same columns; several rows of a key (its
        markets) are added up, a key without rows exports nothing. Same unit, same prices (basic or f.o.b.).
    floor_share : absent: exports above output are refused, all of them named. Given (0.01 is one percent): where home
        sales would be below zero, output is raised until they are that share of it, and the ledger says so. Exports
        stand, as they are their partners' imports too.

    Raises
    ------
    InputError : columns missing, keys twice in ``output``, figures missing or below zero, exports without output;
        exports above output, unless ``floor_share`` is given.
    """
    keys = [by] if isinstance(by, str) else list(sequence("by", by, "the names of the columns that make a key"))
    for column in (*keys, value):
        require("a column's name in by= or value=", column, str, "a text")
    if not keys or len({*keys, value}) < len(keys) + 1:
        raise InputError(f"by= is {keys} and value= is '{value}'; give one column or more as a key, each once")
    made = _read("output", output, keys, value)
    twice = made.duplicated(keys)
    if twice.any():
        raise InputError(f"output has {_named(made[twice], keys)} twice; give one row per {' and '.join(keys)}")
    if floor_share is not None:
        floor_share = number("floor_share", floor_share, "a share from 0 to below 1, such as 0.01", 0.0, BELOW_ONE)
    sold = _read("exports", exports, keys, value).groupby(keys, as_index=False, sort=False)[value].sum()
    both = made.merge(sold, on=keys, how="outer", suffixes=("_made", "_sold"), indicator=True, sort=False)
    orphan = (both["_merge"] == "right_only") & (both[f"{value}_sold"] > 0)
    if orphan.any():
        raise InputError(f"exports of {_named(both[orphan], keys)} have no output; give it, or leave these rows out")
    both = both[both["_merge"] != "right_only"]
    table = both[keys].assign(output=both[f"{value}_made"], exports=both[f"{value}_sold"].fillna(0.0))
    return _settled(made[keys].merge(table, on=keys, how="left"), keys, floor_share)


def _settled(table: pd.DataFrame, keys: list[str], floor_share: float | None) -> DomesticSales:
    was = table["output"].to_numpy()
    short = was < table["exports"].to_numpy()
    if short.any() and floor_share is None:
        worst = table[short].assign(short=lambda t: t["exports"] - t["output"]).sort_values("short", ascending=False)
        said = "; ".join(
            f"{', '.join(str(row[k]) for k in keys)}: output {row['output']:,.6g}, exports {row['exports']:,.6g}, "
            f"short by {row['short']:,.6g}"
            for row in worst.head(MOST_NAMED).to_dict("records")
        )
        more = len(worst) - MOST_NAMED
        raise InputError(
            f"exports are above output in {len(worst)} place{'s' * (len(worst) > 1)}: {said}"
            f"{f'; and {more} more' if more > 0 else ''}. Look for re-exports, or "
            f"for output and exports at different prices; floor_share= mends them by rule"
        )
    share = floor_share or 0.0
    now = np.where(short, table["exports"].to_numpy() / (1 - share), was)
    sales = table.assign(output=now, value=now - table["exports"].to_numpy())
    ledger = table.loc[short, keys].assign(
        figure="output", was=was[short], now=now[short], change=(now - was)[short],
        why=f"exports are above output; output is raised until home sales are {share:.2%} of it",
    )  # fmt: skip
    return DomesticSales(sales, ledger.sort_values("change", ascending=False, ignore_index=True))


def _read(table: str, given: Any, keys: list[str], value: str) -> pd.DataFrame:
    frame = framed(table, given)
    missing = [name for name in [*keys, value] if name not in frame.columns]
    if missing:
        raise InputError(
            f"table {table} has no column '{missing[0]}'; it has {', '.join(map(str, frame.columns))}; give by="
        )
    held = frame[[*keys, value]].copy()
    if held[keys].isna().any(axis=None):
        raise InputError(f"table {table} has rows without {' or '.join(keys)}; fill them or leave them out")
    numbers = pd.to_numeric(held[value], errors="coerce").astype(float)
    wrong = ~(np.isfinite(numbers) & (numbers >= 0))
    if wrong.any():
        first = held[wrong].iloc[0]
        raise InputError(
            f"{table} of {', '.join(str(first[k]) for k in keys)} is {first[value]}; give a number not below zero"
        )
    return held.assign(**{value: numbers})


def _named(rows: pd.DataFrame, keys: list[str]) -> str:
    names = [" ".join(map(str, row)) for row in rows[keys].itertuples(index=False)]
    more = len(names) - MOST_NAMED
    return "; ".join(names[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
