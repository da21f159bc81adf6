"""From barriers and agreements to the trade cost that the economy takes: a factor with its interval and its source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from zollverein.errors import UnionError, UnknownNameError
from zollverein.given import framed, require

__all__ = ["CELL", "checked_wedges", "combined", "delivered_cost_wedges", "estimated_wedges", "factors"]

PAIR = ["exporter", "importer"]
CELL = [*PAIR, "sector"]
RANGE = ("ad_valorem_low", "ad_valorem", "ad_valorem_high")
FACTORS = ("factor_low", "factor", "factor_high")
NEEDED = ("union", *PAIR, "sector", *RANGE)
INTERVAL = 1.6448536269514722


def checked_wedges(wedges: pd.DataFrame) -> pd.DataFrame:
    """Return a table of trade-cost equivalents: union, exporter, importer, sector (empty: all goods), and its range.

    Raises
    ------
    UnionError : a column is missing, or a wedge is negative or its range is out of order; every row at once.
    """
    frame = framed("wedges", wedges, UnionError)
    missing = [c for c in NEEDED if c not in frame.columns]
    if missing:
        raise UnionError(f"table wedges lacks the column {missing[0]}; needed are {', '.join(NEEDED)}")
    low, mid, high = (pd.to_numeric(frame[c], errors="coerce").to_numpy(dtype=float) for c in RANGE)
    nameless = frame[PAIR].isna().any(axis=1).to_numpy()
    twice = frame.assign(sector=frame["sector"].fillna(""))[[*CELL, "union"]].duplicated().to_numpy()
    for what, rows in (("names no exporter or importer", nameless), ("stands there twice; keep one", twice)):
        if rows.any():
            raise UnionError(f"table wedges, row {int(np.argmax(rows)) + 1} {what}")
    wrong = ~((low >= 0) & (low <= mid) & (mid <= high) & np.isfinite(high))
    if wrong.any():
        told = [
            f"row {k + 1}: low {low[k]:g}, central {mid[k]:g}, high {high[k]:g}"
            for k in map(int, np.flatnonzero(wrong))
        ]
        raise UnionError(
            f"table wedges, {'; '.join(told)}; allowed is 0 or more, in this order (0.15 is fifteen percent)"
        )
    return frame


def factors(
    table: pd.DataFrame,
    change: Literal["remove", "raise"],
    *,
    pairs: Sequence[tuple[str, str]] | None = None,
    severity: float = 1.0,
) -> pd.DataFrame:
    """Return the change of iceberg costs if the wedges of some pairs went, or came once more.

    With w the trade-cost equivalent times ``severity``, removal is the factor ``1 / (1 + w)`` and raising ``1 + w``.

    Parameters
    ----------
    table : as `checked_wedges` returns it. pairs : (exporter, importer); None: all that have a wedge.
    severity : share of the wedge that goes or comes, above 0.

    Returns
    -------
    exporter, importer, sector (empty: all goods), factor_low, factor, factor_high; low is the small wedge.

    Raises
    ------
    UnknownNameError : a pair without a wedge. UnionError : change or severity is not allowed.
    """
    if change not in ("remove", "raise"):
        raise UnionError(f"change is '{change}'; allowed are 'remove' and 'raise'")
    if not (isinstance(severity, int | float | np.number) and np.isfinite(severity) and severity > 0):
        raise UnionError(f"severity is {severity!r:.40}; allowed is a number above 0 (1 is the whole wedge)")
    rows = table
    if pairs is not None:
        known = set(zip(rows["exporter"], rows["importer"], strict=True))
        require("pairs", pairs, (list, tuple), "a list of (exporter, importer)", UnionError)
        for pair in pairs:
            if not isinstance(pair, list | tuple) or len(pair) != len(PAIR):
                raise UnionError(f"a pair is {pair!r:.60}; give (exporter, importer)")
            if tuple(pair) not in known:
                near = [f"{a} to {b}" for a, b in sorted(known)]
                raise UnknownNameError("wedge of", f"{pair[0]} to {pair[1]}", near, "table wedges")
        pairs = [(pair[0], pair[1]) for pair in pairs]
        rows = rows[pd.MultiIndex.from_frame(rows[PAIR]).isin(list(pairs))]
    sign = -1.0 if change == "remove" else 1.0
    grown = {
        name: (1.0 + severity * rows[column].astype(float)) ** sign for name, column in zip(FACTORS, RANGE, strict=True)
    }
    return rows[CELL].assign(**grown).reset_index(drop=True)


def estimated_wedges(
    coefficient: float,
    standard_error: float,
    theta: float,
    pairs: Sequence[tuple[str, str]],
    *,
    union: str,
    sectors: Sequence[str] = ("",),
) -> pd.DataFrame:
    """Return the wedge of an estimated effect on trade, ``exp(beta / theta) - 1``, and its 90 percent range.

    A PPML coefficient beta of an agreement raises trade by ``exp(beta)``; with elasticity theta that is a fall of trade
    costs by the factor ``exp(-beta / theta)`` (Yotov and others 2016, chapter 1). Losing the agreement is this wedge.

    Raises
    ------
    UnionError : a number that is none, a negative error, a theta of nothing, or an effect that lowers trade. The low
        end is nothing where the estimate's range goes below it.
    """
    for name, value, least in (("coefficient", coefficient, -np.inf), ("standard_error", standard_error, 0.0)):
        if not (isinstance(value, int | float | np.number) and np.isfinite(value) and value >= least):
            raise UnionError(f"{name} is {value!r}; allowed is a number{', zero or more' if least == 0 else ''}")
    if not (isinstance(theta, int | float | np.number) and np.isfinite(theta) and theta > 0):
        raise UnionError(f"theta is {theta!r}; allowed is a number above 0")
    if coefficient < 0 or not np.isfinite(np.exp((coefficient + INTERVAL * standard_error) / theta)):
        raise UnionError(
            f"a coefficient of {coefficient:g} over a theta of {theta:g} is no wedge; allowed is zero or more"
        )
    for pair in pairs:
        if not (isinstance(pair, list | tuple) and len(pair) == len(PAIR)):
            raise UnionError(f"a pair is {pair!r:.60}; give (exporter, importer)")
    low, high = ((coefficient + sign * INTERVAL * standard_error) / theta for sign in (-1.0, 1.0))
    values = [float(np.expm1(max(b, 0.0))) for b in (low, coefficient / theta, high)]
    rows = [(union, i, n, s, *values) for i, n in pairs for s in sectors]
    return pd.DataFrame(rows, columns=list(NEEDED))


def delivered_cost_wedges(costs: pd.DataFrame, *, union: str) -> pd.DataFrame:
    """Return the wedge that dearer carriage amounts to: its rise over the price of the goods at their market.

    Parameters
    ----------
    costs : exporter, importer, sector, cost_change_usd_per_t, price_usd_per_t: what the corridor engine found.

    Raises
    ------
    UnionError : a column is missing, a price of nothing, or carriage that got cheaper (which is no wedge).
    """
    needed = (*CELL, "cost_change_usd_per_t", "price_usd_per_t")
    frame = framed("costs", costs, UnionError)
    missing = [c for c in needed if c not in frame.columns]
    if missing:
        raise UnionError(f"table costs lacks the column {missing[0]}; needed are {', '.join(needed)}")
    change, price = (pd.to_numeric(frame[c], errors="coerce").to_numpy(dtype=float) for c in needed[-2:])
    wrong = ~((change >= 0) & (price > 0) & np.isfinite(change) & np.isfinite(price))
    if wrong.any():
        k = int(np.argmax(wrong))
        raise UnionError(
            f"table costs, row {k + 1}: a change of {change[k]:g} US$/t at a price of {price[k]:g}; allowed are zero "
            f"or more, and a price above 0"
        )
    wedge = change / price
    return frame[CELL].assign(union=union, **dict.fromkeys(RANGE, wedge))[list(NEEDED)]


def combined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return one table of wedges from several that overlap.

    The rule: wedges of different tables are costs of different things and compound, ``prod (1 + w) - 1``; a wedge of
    all goods counts in every sector that another table names for the pair. Bounds compound as they are, which is wider
    than independent errors would be.

    Raises
    ------
    UnionError : as `checked_wedges`; nothing to combine.
    """
    require("tables", tables, (list, tuple), "a list of tables of wedges", UnionError)
    checked = [checked_wedges(table).assign(sector=lambda frame: frame["sector"].fillna("")) for table in tables]
    if not checked:
        raise UnionError("no wedges to combine; give one table at least")
    whole = pd.concat(checked, keys=range(len(checked)), names=["table", None]).reset_index("table")
    rows = []
    for (exporter, importer), mine in whole.groupby(PAIR, sort=True):
        sectors = sorted(set(mine["sector"]))
        for sector in sectors:
            here = mine[(mine["sector"] == sector) | (mine["sector"] == "")]
            # Of one table the sector's own row stands for the row of all goods.
            here = here.sort_values("sector").drop_duplicates("table", keep="last")
            grown = [float(np.prod(1.0 + here[column].astype(float)) - 1.0) for column in RANGE]
            rows.append((here["union"].iloc[0], exporter, importer, sector, *grown))
    return pd.DataFrame(rows, columns=list(NEEDED))
