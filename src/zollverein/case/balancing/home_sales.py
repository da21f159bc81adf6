"""Domestic sales: what exports leave of output; where they leave less than nothing, it is said or mended by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from zollverein.case.balancing.by_label import said
from zollverein.case.balancing.door import Array, number, numbers, sequence
from zollverein.errors import InputError
from zollverein.given import framed, require

__all__ = ["DomesticSales", "domestic_sales"]

MOST_NAMED = 20
BELOW_ONE = float(np.nextafter(1.0, 0.0))
# Columns of the result, which a key would be mistaken for.
TAKEN = ("output", "exports", "value", "figure", "was", "now", "change", "why")


@dataclass(frozen=True, eq=False, repr=False)
class DomesticSales:
    """Sales at home by key, and what had to move.

    Attributes
    ----------
    sales : the key columns, output, exports, value (domestic sales: output less exports), in the unit given.
    ledger : the key columns, figure, was, now, change, why; one row for each output that was raised; else empty.
    """

    sales: pd.DataFrame
    ledger: pd.DataFrame

    def __repr__(self) -> str:
        sums = (f"{name} {self.sales[of].sum():,.6g}" for name, of in (("output", "output"), ("exports", "exports")))
        keys = self.sales.columns[: self.sales.columns.get_loc("output")]
        raised = f"{len(self.ledger):,} raised, by {self.ledger['change'].sum():,.6g}" if len(self.ledger) else ""
        return (
            f"domestic sales of {len(self.sales):,} keys ({', '.join(map(str, keys))}): {', '.join(sums)}, sold "
            f"at home {self.sales['value'].sum():,.6g}; {raised or 'none raised'}; see .sales and .ledger"
        )


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
        exports above output, unless ``floor_share`` is given; figures that are texts, days, flags or complex;
        keys of two types, or called as a column of the result is.
    """
    keys = [by] if isinstance(by, str) else list(sequence("by", by, "the names of the columns that make a key"))
    for column in (*keys, value):
        require("a column's name in by= or value=", column, str, "a text")
    if not keys or len({*keys, value}) < len(keys) + 1:
        raise InputError(f"by= is {keys} and value= is '{value}'; give one column or more as a key, each once")
    if taken := [name for name in keys if name in TAKEN]:
        raise InputError(f"a key's column is called '{taken[0]}', as one of the result's is; rename it in both tables")
    made, names, made_figures = _read("output", output, keys, value)
    row = {key: at for at, key in enumerate(names)}
    if len(row) < len(names):
        twice = made.iloc[[at for at, key in enumerate(names) if row[key] != at]]
        raise InputError(f"output has {_named(twice, keys)} twice; give one row per {' and '.join(keys)}")
    if floor_share is not None:
        floor_share = number("floor_share", floor_share, "a share from 0 to below 1, such as 0.01", 0.0, BELOW_ONE)
    sold, sold_names, sold_figures = _read("exports", exports, keys, value)
    at = np.array([row.get(key, -1) for key in sold_names], dtype=np.intp)
    orphan = (at < 0) & (sold_figures > 0)
    if orphan.any():
        _refuse_orphans(sold[orphan], [sold_names[k] for k in np.flatnonzero(orphan)], names, keys)
    with np.errstate(over="ignore"):  # what is too large is refused
        sums = pd.Series(sold_figures[at >= 0]).groupby(at[at >= 0]).sum()
    exported = sums.reindex(range(len(names)), fill_value=0.0).to_numpy(dtype=float)
    if not np.isfinite(exported).all():
        first = names[int(np.flatnonzero(~np.isfinite(exported))[0])]
        raise InputError(f"exports of {said(first)} add up to more than a number can be; give both in a larger unit")
    return _settled(made.reset_index(drop=True).assign(output=made_figures, exports=exported), keys, floor_share)


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
    with np.errstate(over="ignore"):  # what is too large is refused
        now = np.where(short, table["exports"].to_numpy() / (1 - share), was)
    if not np.isfinite(now).all():
        raise InputError(f"floor_share is {share}, which raises output above what a number can be; give a smaller one")
    sales = table.assign(output=now, value=now - table["exports"].to_numpy())
    ledger = table.loc[short, keys].assign(
        figure="output", was=was[short], now=now[short], change=(now - was)[short],
        why=f"exports are above output; output is raised until home sales are {share:.2%} of it",
    )  # fmt: skip
    return DomesticSales(sales, ledger.sort_values("change", ascending=False, ignore_index=True))


def _read(table: str, given: Any, keys: list[str], value: str) -> tuple[pd.DataFrame, list[tuple[Any, ...]], Array]:
    """The columns of the key, each row's key, and its figure."""
    frame = framed(table, given)
    columns = list(frame.columns)
    for name in (*keys, value):
        if name not in columns:
            raise InputError(f"table {table} has no column '{name}'; it has {', '.join(map(str, columns))}; give by=")
        if columns.count(name) > 1:
            raise InputError(f"table {table} has {columns.count(name)} columns '{name}'; keep one of them")
    held = frame[keys]
    if held.isna().any(axis=None):
        raise InputError(f"table {table} has rows without {' or '.join(keys)}; fill them or leave them out")
    names = list(zip(*(held[key].tolist() for key in keys), strict=True))
    for key in names:
        try:
            hash(key)
        except TypeError:
            raise InputError(f"table {table} has the key {said(key)}, which holds a list; give a text each") from None
    figures = numbers(table, frame[value].set_axis(pd.Index([said(name) for name in names], dtype=object)))
    wrong = np.flatnonzero(~(np.isfinite(figures) & (figures >= 0)))
    if wrong.size:
        k = int(wrong[0])
        raise InputError(f"{table} of {said(names[k])} is {frame[value].iloc[k]}; give a number not below zero")
    return held, names, figures


def _refuse_orphans(
    rows: pd.DataFrame, orphans: list[tuple[Any, ...]], known: list[tuple[Any, ...]], keys: list[str]
) -> NoReturn:
    """Raise for exports without output; of another type, where that is all that keeps them apart."""
    alike = {said(key): key for key in known}
    for key in orphans:
        if (twin := alike.get(said(key))) is not None:
            column, found, wanted = next(
                (name, mine, its) for name, mine, its in zip(keys, key, twin, strict=True) if mine != its
            )
            raise InputError(f"{column} is {found!r} in exports and {wanted!r} in output; give both in one type")
    raise InputError(
        f"exports of {_named(rows.drop_duplicates(), keys)} have no output; give it, or leave these rows out"
    )


def _named(rows: pd.DataFrame, keys: list[str]) -> str:
    names = [" ".join(map(str, row)) for row in rows[keys].itertuples(index=False)]
    more = len(names) - MOST_NAMED
    return "; ".join(names[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
