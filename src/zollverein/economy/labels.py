"""From long tables with names to arrays, with every fault named by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein import given as given_at_door
from zollverein.economy.baseline import Array
from zollverein.errors import EconomyError, near_matches

__all__ = [
    "codes",
    "framed",
    "numbers",
    "refuse_gross",
    "require",
    "require_columns",
    "require_count",
    "scatter",
    "tariff_rates",
]

# Columns that hold names; `recipient` may be left empty.
NAMES = ("exporter", "importer", "country", "sector", "input", "user", "effect")
RATE_ADVICE = "Tariffs are rates: 0.05 is five percent; a gross 1.05 or a percent 5 would be far too high"
HIGHEST_RATE = 10.0
# Tariffs that are all at least a hundred percent, most of them at most half as much again, are gross ones.
LOOKS_GROSS = (1.0, 1.5)
MOSTLY = 0.9
NAME_PERCENT = ", or, if a hundred percent and more is meant, name the column rate_percent"


def require(what: str, given: object, kind: type | tuple[type, ...], advice: str) -> None:
    """Raise `EconomyError` unless what a user gave is of a kind."""
    given_at_door.require(what, given, kind, advice, EconomyError)


def require_count(what: str, given: object, most: int) -> None:
    """Raise `EconomyError` unless a user gave a whole number from 1 to the most."""
    if isinstance(given, bool) or not isinstance(given, int | np.integer) or not 1 <= given <= most:
        raise EconomyError(f"{what} is {given!r:.60}; allowed is a whole number from 1 to {most:,}")


def framed(table: str, given: Any) -> pd.DataFrame:
    """Return any dataframe that narwhals knows as one of pandas, or raise `EconomyError`."""
    return given_at_door.framed(table, given, EconomyError)


def require_columns(table: str, frame: pd.DataFrame, columns: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Raise `EconomyError` unless ``frame`` has just these columns (any order), and a name in every cell of one."""
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise EconomyError(f"table {table} has the column '{twice[0]}' twice; keep one")
    missing = [c for c in columns if c not in frame.columns]
    if missing:
        raise EconomyError(
            f"table {table} has the columns {', '.join(map(str, frame.columns))}; "
            f"{', '.join(missing)} is missing: needed are {', '.join(columns)}"
        )
    unknown = [c for c in frame.columns if c not in (*columns, *optional)]
    if unknown:
        raise EconomyError(
            f"table {table} has the column '{unknown[0]}' that is not known here; "
            f"allowed are {', '.join((*columns, *optional))}: rename or drop it"
        )
    for column in (c for c in frame.columns if c in NAMES):
        empty = frame[column].isna().to_numpy()
        if empty.any():
            raise EconomyError(f"table {table}, row {int(np.argmax(empty)) + 1}: {column} is empty; name it")


def codes(table: str, frame: pd.DataFrame, column: str, labels: Sequence[str]) -> npt.NDArray[np.intp]:
    """Return the position of every label of ``column`` in ``labels``; an unknown one raises with near matches."""
    index = {label: k for k, label in enumerate(labels)}
    found = np.array([index.get(str(value), -1) for value in frame[column].tolist()], dtype=np.intp)
    if (found < 0).any():
        row = int(np.argmax(found < 0))
        name = str(frame[column].iloc[row])
        near = near_matches(name, labels)
        hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(labels[:20])}"
        raise EconomyError(f"table {table}, row {row + 1}, column {column}: '{name}' is not known; {hint}")
    return found


def numbers(
    table: str,
    frame: pd.DataFrame,
    column: str,
    *,
    minimum: float = -np.inf,
    above: float = -np.inf,
    maximum: float = np.inf,
    advice: str = "",
) -> Array:
    """Return a column as floats; text, NaN and values outside the range raise with the row."""
    kind = frame[column].dtype.kind
    if kind in "bcmM":
        raise EconomyError(f"table {table}: {column} holds {frame[column].dtype} values; give plain numbers")
    values = pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=float)
    bad = ~np.isfinite(values) | (values < minimum) | (values <= above) | (values > maximum)
    if bad.any():
        row = int(np.argmax(bad))
        limits = [f"at least {minimum:g}"] * bool(np.isfinite(minimum)) + [f"above {above:g}"] * bool(
            np.isfinite(above)
        )
        limits += [f"at most {maximum:g}"] * bool(np.isfinite(maximum))
        keys = ", ".join(f"{k} {frame[k].iloc[row]}" for k in frame.columns if k != column)
        allowed = "a number " + " and ".join(limits) if limits else "a number"
        found = _plain(frame[column].iloc[row])
        raise EconomyError(
            f"table {table}, row {row + 1} ({keys}): {column} is {found}; allowed is {allowed}"
            + (f". {advice}" if advice else "")
        )
    return values


def refuse_gross(
    table: str, rates: Array, *, share: float = MOSTLY, most: float = LOOKS_GROSS[1], advice: str = NAME_PERCENT
) -> None:
    """Raise `EconomyError` where a ``share`` of the rates is at least a hundred percent, their median at most ``most``.

    A shock may set tariffs far above a hundred percent; hardly ever are nine in ten just above it, as gross ones are.
    """
    high = rates >= LOOKS_GROSS[0]
    if len(rates) and high.mean() >= share and np.median(rates) <= most:
        raise EconomyError(
            f"table {table}: {high.sum()} of {len(rates)} rates lie between 1 and {rates.max():g}, as gross tariffs or "
            f"percents do. 0.05 is five percent: take 1 off, or divide by a hundred{advice}"
        )


def tariff_rates(table: str, frame: pd.DataFrame, *, is_base: bool = False) -> Array:
    """Return ad valorem rates from a column ``rate``, or ``rate_percent``.

    Parameters
    ----------
    is_base : whether these are the tariffs of a whole base year, most of which never reach a hundred percent.

    Raises
    ------
    EconomyError : both or neither, a rate out of range, rates that may as well be gross tariffs, or a tariff of a
        country on its own goods.
    """
    in_percent = "rate_percent" in frame.columns and "rate" not in frame.columns
    column = "rate_percent" if in_percent else "rate"
    require_columns(table, frame, ("exporter", "importer", column), ("sector",))
    unit = 100.0 if in_percent else 1.0
    rates = numbers(
        table, frame, column, above=-unit, maximum=HIGHEST_RATE * unit, advice="" if in_percent else RATE_ADVICE
    )
    if not in_percent:
        share, most = (0.5, np.inf) if is_base else (MOSTLY, LOOKS_GROSS[1])
        refuse_gross(table, rates, share=share, most=most)
    own = (rates != 0.0) & (frame["exporter"].astype(str) == frame["importer"].astype(str)).to_numpy()
    if own.any():
        row = int(np.argmax(own))
        raise EconomyError(
            f"table {table}, row {row + 1}: {frame['exporter'].iloc[row]} has a tariff on its own goods; drop the row"
        )
    return rates / unit


def scatter(
    table: str,
    frame: pd.DataFrame,
    keys: Mapping[str, Sequence[str]],
    values: Array,
    *,
    fill: float,
) -> Array:
    """Place long values in an array whose axes are ``keys`` (column to labels); a duplicate raises.

    A key column that is absent means all: the value is broadcast along that axis.
    """
    shape = tuple(len(labels) for labels in keys.values())
    index = tuple(
        codes(table, frame, column, labels)[:, None] if column in frame.columns else np.arange(len(labels))[None, :]
        for column, labels in keys.items()
    )
    if sum(column not in frame.columns for column in keys) > 1:
        raise EconomyError(f"table {table} leaves out more than one of {', '.join(keys)}; only one may mean 'all'")
    flat = np.ravel_multi_index(np.broadcast_arrays(*index), shape) if len(frame) else np.empty(0, dtype=np.intp)
    places = flat.ravel()
    order = np.argsort(places, kind="stable")
    repeated = order[1:][np.diff(places[order]) == 0] if places.size else np.empty(0, dtype=np.intp)
    if repeated.size:
        row = int(repeated.min()) // (flat.shape[1] if flat.ndim == 2 else 1)
        named = ", ".join(f"{k} {frame[k].iloc[row]}" for k in keys if k in frame.columns)
        raise EconomyError(f"table {table}, row {row + 1}: {named} stands there twice; keep one row")
    out = np.full(int(np.prod(shape)), fill)
    out[places] = np.broadcast_to(values[:, None], flat.shape).ravel() if len(frame) else values
    return out.reshape(shape)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else repr(value)
