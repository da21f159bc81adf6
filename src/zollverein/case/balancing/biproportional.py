"""RAS and GRAS: a table scaled by rows and columns to new sums, and the same where figures are below zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.case.balancing.acceleration import Anderson
from zollverein.case.balancing.balanced import TOLERANCE, Array, Balanced, gaps_of
from zollverein.case.balancing.door import judged_tolerance, whole_number
from zollverein.case.balancing.margin import Margin, contradicting, labelled_axes, margin_of
from zollverein.case.balancing.proportional_fitting import (
    PATIENCE,
    SWEEPS,
    VANISHED,
    by_newton,
    certified,
    fitted,
    newton_can,
    seed_of,
)
from zollverein.case.balancing.refusal import infeasible, listed
from zollverein.errors import InputError

__all__ = ["Sums", "gras", "ras", "table"]

Sums = npt.ArrayLike | pd.Series | Mapping[Any, float]


def ras(
    seed: npt.ArrayLike | pd.DataFrame,
    rows: Sums,
    columns: Sums,
    *,
    tolerance: float = TOLERANCE,
    most_sweeps: int = SWEEPS,
) -> Balanced:
    """Return the table ``x_ij = r_i a_ij s_j`` with given sums of rows and columns.

    Of all tables with these sums it is the nearest to the seed in relative entropy (Stone 1961; Bacharach 1970). Zeros
    stay zero.

    Parameters
    ----------
    seed : (R, C) table ``a``, no figure below zero; a DataFrame brings its labels.
    rows, columns : (R,) and (C,) sums. A dict or a Series goes by label where the seed is a DataFrame; in all else the
        position counts.
    tolerance : largest gap of a sum, relative to it. most_sweeps : after these it gives up.

    Raises
    ------
    InputError, UnknownNameError : figures that are not finite or below zero, shapes and labels that do not fit.
    Infeasible : the sums of rows and columns differ, or do not go with the seed's zeros; it names them, and both sums.
    NotConverged : a sum was not met.

    Examples
    --------
    >>> ras([[10.0, 10.0], [10.0, 20.0]], rows=[30.0, 30.0], columns=[20.0, 40.0]).values.round(2).tolist()
    [[12.28, 17.72], [7.72, 22.28]]
    """
    tolerance, most_sweeps = judged_tolerance(tolerance), whole_number("most_sweeps", most_sweeps, 1)
    x0, margins = table(seed, rows, columns)
    for margin in margins:
        margin.refuse(margin.target < 0, "sums of figures above zero cannot be below it; for negatives use gras")
    if (x0 < 0).any():
        i, j = (int(k) for k in np.argwhere(x0 < 0)[0])
        axes = margins[0].axes
        raise InputError(f"the seed has {x0[i, j]} at {axes[0][i]}, {axes[1][j]}; figures below zero are for gras")
    return fitted("RAS", x0, margins, tolerance, most_sweeps)


def gras(
    seed: npt.ArrayLike | pd.DataFrame,
    rows: Sums,
    columns: Sums,
    *,
    tolerance: float = TOLERANCE,
    most_sweeps: int = SWEEPS,
) -> Balanced:
    """Return the table with given sums of rows and columns, where figures may be below zero.

    ``x_ij = r_i a_ij s_j`` where ``a_ij >= 0`` and ``a_ij / (r_i s_j)`` where it is below: generalised RAS (Junius and
    Oosterhaven 2003, doi:10.1080/0953531032000056954; with the objective of Lenzen, Wood and Gallego 2007,
    doi:10.1080/09535310701698613, and rows without positive figures as in Temurshoev, Miller and Bouwmeester 2013,
    Economic Systems Research 25, 361-367). Signs and zeros stay. Without negatives it is RAS.

    Parameters
    ----------
    seed, rows, columns, tolerance, most_sweeps : as in `ras`, of any sign.

    Raises
    ------
    InputError, UnknownNameError, Infeasible, NotConverged : as in `ras`; and a sum whose sign no figure of its row has.

    Examples
    --------
    >>> found = gras([[7, 3, 5, -3], [2, 9, 8, 0], [-2, 0, 2, 0]], rows=[15, 26, -1], columns=[9, 16, 17, -2])
    >>> found.values.round(2).tolist()
    [[8.42, 3.38, 5.2, -2.0], [3.0, 12.62, 10.37, 0.0], [-2.43, 0.0, 1.43, 0.0]]
    """
    tolerance, most_sweeps = judged_tolerance(tolerance), whole_number("most_sweeps", most_sweeps, 1)
    x0, margins = table(seed, rows, columns)
    x = _without_forced_zeros(x0, margins)
    _possible(x, margins)
    contradicting(margins, 0.1 * tolerance)
    cells = np.flatnonzero(x)
    newton = newton_can(cells, margins)
    # What overflows is no number, and no certificate is given for that.
    with np.errstate(all="ignore"):
        x, history = _swept(x, margins, 0.1 * tolerance, min(PATIENCE, most_sweeps) if newton else most_sweeps)
    lost = newton and (np.abs(x.ravel()[cells]) < VANISHED * np.abs(x0.ravel()[cells])).any()
    if (not history[-1] <= tolerance and newton) or lost:
        return by_newton("GRAS", x0, cells, margins, tolerance)
    return certified("GRAS", x, x0, margins, tolerance, history)


def table(seed: npt.ArrayLike | pd.DataFrame, rows: Sums, columns: Sums) -> tuple[Array, tuple[Margin, Margin]]:
    """Return a table as numbers, and its two margins.

    Raises
    ------
    InputError, UnknownNameError : figures that are not finite, shapes and labels that do not fit.
    """
    x0 = seed_of(seed, 2)
    labels = [seed.index, seed.columns] if isinstance(seed, pd.DataFrame) else None
    axes = labelled_axes(labels, x0.shape, ("row", "column"))
    sums = {"rows": rows, "columns": columns}
    first, second = (
        margin_of((a,), given, axes, what=what, signed=True) for a, (what, given) in enumerate(sums.items())
    )
    return x0, (first, second)


def _without_forced_zeros(x0: Array, margins: Sequence[Margin]) -> Array:
    """Zero what can only be zero: figures of one sign that add up to nothing."""
    x = x0.copy()
    while True:
        before = np.count_nonzero(x)
        for margin in margins:
            above, below = margin.sums(np.maximum(x, 0.0)) > 0, margin.sums(np.minimum(x, 0.0)) < 0
            x *= ((margin.target != 0) | (above & below)).reshape(margin.shape)
        if np.count_nonzero(x) == before:
            return x


def _possible(x: Array, margins: Sequence[Margin]) -> None:
    """Raise Infeasible where no figure has the sign of the sum."""
    for margin in margins:
        above, below = margin.sums(np.maximum(x, 0.0)) > 0, margin.sums(np.minimum(x, 0.0)) < 0
        wrong = np.flatnonzero(((margin.target > 0) & ~above) | ((margin.target < 0) & ~below))
        if wrong.size:
            said = [f"{margin.name(int(k))} = {margin.target.flat[k]:,.10g}" for k in wrong[:8]]
            raise infeasible(
                f"targets whose sign no cell has: {listed(said, wrong.size)}. Set them to 0, or give a zero cell in "
                f"each a small seed of that sign", [margin.name(int(k)) for k in wrong],
            )  # fmt: skip


def _swept(x: Array, margins: Sequence[Margin], tolerance: float, most: int) -> tuple[Array, list[float]]:
    """Return the table after sweeps over columns and rows, and the largest relative gap before each."""
    P, N = np.maximum(x, 0.0), np.maximum(-x, 0.0)
    u, v = margins[0].target, margins[1].target
    log_s = np.zeros(len(v))
    r = np.ones(len(u))
    anderson = Anderson()
    history = [max(_gap(x.sum(1), u, np.abs(x).sum(1)), _gap(x.sum(0), v, np.abs(x).sum(0)))]
    if history[0] <= tolerance:
        return x, history
    while len(history) <= most:
        s = np.exp(log_s)
        r = _factor(u, P @ s, N @ (1.0 / s))
        p, n = r @ P, (1.0 / r) @ N
        history.append(_gap(p * s - n / s, v, p * s + n / s))
        if history[-1] <= tolerance:
            break
        log_s = anderson.next(log_s, np.log(_factor(v, p, n)) - log_s)
    return r[:, None] * P * s - N / (r[:, None] * s), history


def _factor(target: Array, p: Array, n: Array) -> Array:
    """The root of ``p f - n / f = target``, without cancellation; 1 where nothing stands."""
    root = np.sqrt(target**2 + 4.0 * p * n)
    up = np.divide(target + root, 2.0 * p, out=np.ones_like(p), where=(p > 0) & (target >= 0))
    return np.divide(2.0 * n, root - target, out=up, where=(target < 0) & (n > 0))


def _gap(reached: Array, target: Array, size: Array) -> float:
    return float(gaps_of(reached, target, np.maximum(np.abs(target), size)).max(initial=0.0))
