"""Reconcile conflicting, uncertain figures: weighted relative entropy under hard and soft linear constraints."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from threadpoolctl import ThreadpoolController

from zollverein.case.balancing.balanced import (
    TOLERANCE,
    Array,
    Balanced,
    constraint_report,
    named_axis,
    relative_gaps,
)
from zollverein.case.balancing.by_label import aligned, index_of
from zollverein.case.balancing.constraints import Constraints, Figures
from zollverein.case.balancing.contradiction import contradiction, forced_to_zero
from zollverein.case.balancing.door import judged_tolerance, number, numbers
from zollverein.case.balancing.entropy import Stopped, maximised
from zollverein.case.balancing.lone_rows import forced_zeros, out_of_reach
from zollverein.case.balancing.refusal import alone, together
from zollverein.errors import InputError, NotConverged
from zollverein.given import require

__all__ = ["errors_like_ras", "reconcile"]

# Steps before it is asked whether the constraints can be met at all, and in all.
PATIENCE, STEPS = 40, 200
# A cell that fell below this share of its seed may be forced to zero; a programme of so many cells at most tells.
VANISHED, MOST_ASKED = 1e-6, 20_000
# What is left of a target below this, relative to its terms, after fixed cells were taken out, is rounding.
ROUNDING = 1e-14
# Digits of figures: a constraint surer than this share of its terms' sizes is hard in all but name.
DIGITS = 1e-12


def reconcile(
    seed: npt.ArrayLike | pd.Series,
    constraints: Constraints,
    *,
    cell_errors: Figures | None = None,
    labels: pd.Index | Sequence[object] | None = None,
    tolerance: float = TOLERANCE,
) -> Balanced:
    """Return the figures nearest to the seed that meet hard constraints exactly and soft ones as far as they are sure.

    With sizes ``y = |x|`` and standard errors ``s_c = cell_errors * |seed|`` of cells and ``sigma_k`` of constraints::

        min  sum_c (y0_c / s_c^2) (y_c log(y_c / y0_c) - y_c + y0_c)  +  1/2 sum_k ((a_k x - b_k) / sigma_k)^2

    which near the seed is least squares in standard errors (Stone, Champernowne and Meade 1942, doi:10.2307/2967664),
    and never changes a sign. Soft constraints that contradict each other are met in between, by their errors, which is
    what KRAS is for (Lenzen, Gallego and Wood 2009, Economic Systems Research 21, 23-44). Newton's method on the dual.

    Parameters
    ----------
    seed : (C,) first estimates of any sign; a zero stays zero. Its index names the cells if it is a Series.
    constraints : on these cells, in their order; see `Constraints`.
    cell_errors : relative standard errors of the seed, a number or (C,), or by label if it has the seed's; 0 holds a
        cell fixed. Absent: `errors_like_ras` with a typical error of 1, so that the seed is hardly more than a pattern,
        and hard sums of rows and columns give RAS and GRAS.
    labels : (C,) names of the cells, in the seed's order, or a MultiIndex.
    tolerance : largest relative gap of a hard constraint.

    Raises
    ------
    InputError, UnknownNameError : shapes or labels that do not fit, figures that are not finite, negative errors.
    Infeasible : hard constraints that contradict each other or the seed's signs and zeros; it names a small set.
    NotConverged : no certificate; the message says which constraint is missed.

    Examples
    --------
    >>> cells = pd.Series([60.0, 40.0, 30.0], index=["KAZ-RUS", "KAZ-CHN", "BLR-RUS"])
    >>> hard = Constraints.linear([[1, 1, 0]], [110.0], labels=["exports of KAZ"], what="")
    >>> soft = Constraints.linear([[1, 0, 1]], [100.0], error=5.0, labels=["imports of RUS"], what="")
    >>> reconcile(cells, hard + soft, cell_errors=0.1).labelled().round(1).to_dict()
    {'KAZ-RUS': 67.8, 'KAZ-CHN': 42.2, 'BLR-RUS': 30.6}
    """
    tolerance = judged_tolerance(tolerance)
    require("constraints", constraints, Constraints, "a Constraints, for example Constraints.sums(...)", InputError)
    x0, index = _cells(seed, labels)
    if constraints.cells != len(x0):
        raise InputError(
            f"the constraints are about {constraints.cells} cells and the seed has {len(x0)}; build them on the same"
        )
    own = seed.index if isinstance(seed, pd.Series) else index
    errors, notes = _cell_errors(cell_errors, x0, index, own), list[str]()
    if cell_errors is None:
        notes.append("cells are weighted as in RAS, the mean cell with a standard error of 100 %")
    # One thread: threads that wait for each other cost more than they bring, and change the last digits.
    # What overflows is no number, and no certificate is given for that.
    with _threads().limit(limits=1, user_api="blas"), np.errstate(all="ignore"):
        x, stopped = _solved(x0, errors, constraints, tolerance)
        gaps = np.where(constraints.hard, relative_gaps(constraints.matrix, constraints.targets, x), 0.0)
        _certify(constraints, x, gaps, stopped, tolerance)
    steps = len(stopped.history) - 1
    gone = int(np.count_nonzero((x == 0) & (x0 != 0)))
    if gone:
        notes.append(f"hard constraints leave nothing but zero to {gone:,} cells")
    report = constraint_report(constraints.labels, constraints.targets, constraints.matrix @ x, constraints.errors)
    return Balanced(
        "weighted entropy", x, x0, (index,), report, float(gaps.max(initial=0.0)), steps, tuple(notes),
        None if cell_errors is None else errors,
    )  # fmt: skip


@cache
def _threads() -> ThreadpoolController:
    """The libraries that may use several threads; to find them takes longer than a small balancing."""
    return ThreadpoolController()


def errors_like_ras(seed: npt.ArrayLike, typical: float = 0.1) -> Array:
    """Return relative standard errors with which balancing acts like RAS: one over the root of a cell's size.

    Parameters
    ----------
    seed : cells, of any shape. typical : the relative error of a cell of mean size.

    Raises
    ------
    InputError : figures that are not finite, or so far apart that an error would not be.
    """
    typical = number("typical", typical, "a relative error above 0, such as 0.1", 0.0, above=True)
    size = np.abs(numbers("the seed", seed))
    if not np.isfinite(size).all():
        raise InputError("the seed holds figures that are not finite; give finite numbers, 0 where there is nothing")
    live = size > 0
    with np.errstate(over="ignore"):  # what is too large is refused
        mean = float(size[live].mean()) if live.any() else 1.0
        errors = typical * np.sqrt(np.divide(mean, size, out=np.ones_like(size), where=live))
    if not np.isfinite(errors).all():
        raise InputError(
            f"typical is {typical:g} and cells are from {size[live].min():g} to {size[live].max():g} in size, so that "
            f"an error would be larger than a number can be; give a smaller one, or 0 for the smallest cells"
        )
    return np.asarray(errors)


def _solved(x0: Array, errors: Array, constraints: Constraints, tolerance: float) -> tuple[Array, Stopped]:
    """Return figures and where Newton stopped; refuse hard constraints that contradict each other."""
    live = np.flatnonzero((x0 != 0) & (errors > 0))
    still = x0.copy()
    still[live] = 0.0
    taken = constraints.matrix @ still
    b, sigma = constraints.targets - taken, constraints.errors
    b[np.abs(b) <= ROUNDING * np.maximum(np.abs(constraints.targets), abs(constraints.matrix) @ np.abs(still))] = 0.0
    B = sparse.csr_array(constraints.matrix[:, live] @ sparse.diags_array(np.sign(x0[live])))
    hard = np.flatnonzero(constraints.hard)
    named = [constraints.labels[k] for k in hard]
    wrong = out_of_reach(B[hard], b[hard])
    if wrong.size:
        raise alone(named, constraints.targets[hard], wrong)
    y0 = np.abs(x0[live])
    w = 1.0 / (errors[live] ** 2 * y0)
    y, stopped = _sizes(B, b, sigma, y0, w, hard, tolerance)
    if not stopped.reached <= tolerance:
        found = contradiction(sparse.csr_array(B[hard]), b[hard], y0) if hard.size else None
        if found is not None:
            raise together(named, constraints.targets[hard], found)
        if not stopped.stuck:
            y, stopped = _sizes(B, b, sigma, y0, w, hard, tolerance, stopped)
    still[live] = np.sign(x0[live]) * y
    return still, stopped


def _sizes(
    B: sparse.csr_array,
    b: Array,
    sigma: Array,
    y0: Array,
    w: Array,
    hard: npt.NDArray[np.intp],
    tolerance: float,
    before: Stopped | None = None,
) -> tuple[Array, Stopped]:
    """Return sizes of cells; cells that hard constraints force to zero are taken out."""
    zero = forced_zeros(B[hard], b[hard])
    stopped = before
    while True:
        at = np.flatnonzero(~zero)
        stopped = maximised(
            sparse.csr_array(B[:, at]), b, sigma, y0[at], w[at], tolerance=tolerance,
            steps=PATIENCE if before is None else STEPS, start=None if stopped is None else stopped.z,
            thorough=before is not None,
        )  # fmt: skip
        y = np.zeros(len(y0))
        y[at] = stopped.y
        lost = (y < VANISHED * y0) & ~zero
        if not lost.any() or len(at) > MOST_ASKED:
            return y, stopped
        forced = np.zeros_like(zero)
        forced[at] = forced_to_zero(sparse.csr_array(B[hard][:, at]), b[hard])
        if not forced.any():
            return y, stopped
        zero |= forced


def _certify(constraints: Constraints, x: Array, gaps: Array, stopped: Stopped, tolerance: float) -> None:
    """Raise NotConverged where a hard constraint is missed, or soft ones are not weighed to the end."""
    worst = float(gaps.max(initial=0.0))
    finite = np.isfinite(np.r_[worst, stopped.reached, x, constraints.matrix @ x]).all()
    if finite and worst <= tolerance and stopped.reached <= tolerance:
        return
    if not finite:
        raise NotConverged(
            "seed, targets and errors are so large, or so far apart, that what is reckoned from them is no number any "
            "more; give all of them in a larger unit, and look at the largest and the smallest",
            stopped.history,
        )
    k, advice = int(gaps.argmax()), "look at the units, or give the constraint an error"
    missed = f"constraint '{constraints.labels[k]}' is missed by {worst:.1e} of its size"
    if worst <= tolerance:
        missed = f"soft constraints are not weighed to the end, {stopped.reached:.1e} is left"
        sure = constraints.errors / (abs(constraints.matrix) @ np.abs(x) + np.abs(constraints.targets))
        sure[constraints.hard] = np.inf
        k = int(sure.argmin())
        if sure[k] < DIGITS:
            advice = (
                f"'{constraints.labels[k]}' has an error of {constraints.errors[k]:.1e}, below the digits of its "
                "figures; make it hard (error=0), or give it a larger one"
            )
    raise NotConverged(
        f"{missed} after {len(stopped.history) - 1} steps, {tolerance:.0e} is allowed; constraints may contradict each "
        f"other by that little, or targets, seed and errors lie too many orders of magnitude apart: {advice}",
        stopped.history,
    )


def _cells(seed: npt.ArrayLike | pd.Series, labels: pd.Index | Sequence[object] | None) -> tuple[Array, pd.Index]:
    x0 = numbers("the seed", seed)
    if x0.ndim != 1:
        raise InputError(f"the seed has {x0.ndim} dimensions; give it flat, with one label per cell")
    given = seed.index if labels is None and isinstance(seed, pd.Series) else labels
    index = pd.RangeIndex(len(x0)) if given is None else index_of("labels", given, "a list of one name for each cell")
    if len(index) != len(x0):
        raise InputError(f"{len(x0)} cells have {len(index)} labels; give one each")
    index = named_axis(index, "cell")
    wrong = np.flatnonzero(~np.isfinite(x0))
    if wrong.size:
        c = int(wrong[0])
        raise InputError(f"cell {index[c]} of the seed is {x0[c]}; give a finite number, 0 where there is nothing")
    return x0, index


def _cell_errors(given: Figures | None, x0: Array, index: pd.Index, own: pd.Index) -> Array:
    """Relative errors of cells, by the seed's own labels or by those that it was given."""
    if given is None:
        return errors_like_ras(x0, 1.0)
    held = isinstance(given, pd.Series) and given.index.equals(own)
    errors = aligned("cell_errors", given, (own if held else index,), one_for_all=True)
    wrong = np.flatnonzero(~(np.isfinite(errors) & (errors >= 0)))
    if wrong.size:
        c = int(wrong[0])
        raise InputError(
            f"cell {index[c]} has a relative standard error of {errors[c]}; give a finite number, 0 or more"
        )
    return errors
