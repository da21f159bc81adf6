"""The door of balancing: what a user gives is numbers, in the shape and the range asked for, or is refused by name."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import starmap
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.errors import InputError

__all__ = ["Array", "judged_tolerance", "number", "numbers", "sequence", "whole_number"]

Array = npt.NDArray[np.float64]

LARGEST_TOLERANCE = 1e-3
LARGEST_COUNT = np.iinfo(np.intp).max
MISSING = (None, pd.NA, pd.NaT)


def numbers(what: str, given: object) -> Array:
    """Return a new array of real numbers; what is missing in it is no number (NaN), for its reader to refuse.

    Raises
    ------
    InputError : texts, days, flags, complex numbers, rows of different lengths, or no figures at all.
    """
    try:
        held = np.ma.filled(given.astype(float), np.nan) if isinstance(given, np.ma.MaskedArray) else np.asarray(given)
    except (TypeError, ValueError):
        raise InputError(f"{what} is {_shown(given)}, which is no array; give numbers in rows of one length") from None
    if held.dtype.kind in "iuf":
        return np.array(held, dtype=np.float64)
    if held.ndim == 0 and (held.dtype.kind != "O" or not _is_number(held.item()) or held.item() is None):
        raise InputError(f"{what} is {_shown(given)}; give real numbers")
    flat = held.ravel().tolist()
    wrong = next((k for k, value in enumerate(flat) if held.dtype.kind != "O" or not _is_number(value)), None)
    if wrong is not None:
        place = _place(given, np.unravel_index(wrong, held.shape))
        raise InputError(f"{what} holds {_shown(flat[wrong])} at {place}; give real numbers")
    read = [np.nan if any(value is none for none in MISSING) else float(value) for value in flat]
    return np.array(read, dtype=np.float64).reshape(held.shape)


def number(what: str, given: object, allowed: str, least: float, most: float = np.inf, *, above: bool = False) -> float:
    """Return one finite number from ``least`` (or above it) to ``most``.

    Raises
    ------
    InputError : it is none; ``allowed`` says in words what is.
    """
    fits = isinstance(given, Real) and not isinstance(given, bool) and _is_number(given)
    value = float(given) if fits else np.nan  # type: ignore[arg-type]
    if not (np.isfinite(value) and (value > least if above else value >= least) and value <= most):
        raise InputError(f"{what} is {_shown(given)}; give {allowed}")
    return value


def whole_number(what: str, given: object, least: int) -> int:
    """Return a whole number, of ``least`` or more.

    Raises
    ------
    InputError : it is none.
    """
    if not isinstance(given, int | np.integer) or isinstance(given, bool) or not least <= given <= LARGEST_COUNT:
        raise InputError(f"{what} is {_shown(given)}; give a whole number, {least} or more")
    return int(given)


def judged_tolerance(tolerance: object) -> float:
    """Return a tolerance that certifies something.

    Raises
    ------
    InputError : no number above zero, or one so large that what misses its sums would pass.
    """
    allowed = f"a number above 0 and at most {LARGEST_TOLERANCE:g}"
    return number("tolerance", tolerance, allowed, 0.0, LARGEST_TOLERANCE, above=True)


def sequence(what: str, given: object, of: str) -> Sequence[Any]:
    """Return what is in a list, a tuple, an array, a Series or an index.

    Raises
    ------
    InputError : it is something else; a text is no list of its letters.
    """
    lists = (Sequence, pd.Series, pd.Index, np.ndarray, pd.api.extensions.ExtensionArray)
    if not isinstance(given, lists) or isinstance(given, str | bytes) or getattr(given, "ndim", 1) == 0:
        raise InputError(f"{what} is {_shown(given)}; give {of}")
    return given if isinstance(given, list | tuple) else list(given)


def _is_number(value: object) -> bool:
    if any(value is none for none in MISSING):
        return True
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return False
    try:
        float(value)
    except OverflowError:
        return False
    return True


def _shown(given: object) -> str:
    """What was found, short, on one line."""
    if isinstance(given, pd.DataFrame | pd.Series | pd.Index | np.ndarray):
        return f"a {type(given).__name__} of shape {given.shape}"
    text = " ".join(repr(given.item() if isinstance(given, np.generic) else given).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _place(given: object, at: tuple[Any, ...]) -> str:
    """Labels of a cell where there are any, else its position."""
    axes: list[Any] = []
    if isinstance(given, pd.Series):
        axes = [given.index]
    elif isinstance(given, pd.DataFrame):
        axes = [given.index, given.columns]
    labels = starmap(lambda axis, i: axis[i], zip(axes, at, strict=False)) if axes else (int(i) for i in at)
    return ", ".join(map(str, labels))
