"""Reconcile conflicting, uncertain figures: weighted relative entropy under hard and soft linear constraints."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from zollverein.case.balancing.balanced import TOLERANCE, Array, Balanced, constraint_report
from zollverein.case.balancing.constraints import Constraints
from zollverein.case.balancing.contradiction import contradiction, forced_to_zero, refuse
from zollverein.case.balancing.entropy import Stopped, maximised
from zollverein.errors import InputError, NotConverged

__all__ = ["errors_like_ras", "reconcile"]


def reconcile(
    seed: npt.ArrayLike | pd.Series,
    constraints: Constraints,
    *,
    cell_errors: npt.ArrayLike | None = None,
    labels: pd.Index | Sequence[object] | None = None,
    tolerance: float = TOLERANCE,
) -> Balanced:
    """Return the figures nearest to the seed that meet hard constraints exactly and soft ones as far as they are sure.

    With sizes ``y = |x|`` and standard errors ``s_c = cell_errors * |seed|`` of cells and ``sigma_k`` of constraints::

        min  sum_c (y0_c / s_c)^2 / y0_c * (y_c log(y_c / y0_c) - y_c + y0_c)  +  1/2 sum_k ((a_k x - b_k) / sigma_k)^2

    which is least squares in standard errors (Stone, Champernowne and Meade 1942) near the seed, and never changes a
    sign. Constraints that contradict each other are met between, as KRAS does (Lenzen, Gallego and Wood 2009,
    doi:10.1080/09535310802688661). Solved by Newton's method on the dual.

    Parameters
    ----------
    seed : (C,) first estimates of any sign; a zero stays zero. Its index names the cells if it is a Series.
    constraints : on these cells, in their order; see `Constraints`.
    cell_errors : relative standard errors of the seed, a number or (C,); 0 holds a cell fixed. Absent: `errors_like_ras`
        with a typical error of 1, so that the seed is hardly more than a pattern and hard sums of rows and columns give
        RAS and GRAS.
    labels : (C,) names of the cells, or a MultiIndex. tolerance : largest relative residual of a hard constraint.

    Raises
    ------
    InputError : shapes that do not fit, figures that are not finite, negative errors.
    Infeasible : hard constraints that contradict each other or the seed's signs and zeros; it names a small set.
    NotConverged : no certificate; the message says which constraint is missed.

    Examples
    --------
    >>> cells = pd.Series([60.0, 40.0, 30.0], index=["KAZ-RUS", "KAZ-CHN", "BLR-RUS"])
    >>> hard = Constraints.linear([[1, 1, 0]], [110.0], labels=["exports of KAZ"], what="")
    >>> soft = Constraints.linear([[1, 0, 1]], [100.0], error=5.0, labels=["imports of RUS"], what="")
    >>> reconcile(cells, hard + soft, cell_errors=0.1).labelled().round(1).to_dict()
    {'KAZ-RUS': 67.6, 'KAZ-CHN': 42.4, 'BLR-RUS': 30.3}
    """
    x0, index = _cells(seed, labels)
    if constraints.cells != len(x0):
        raise InputError(
            f"the constraints are about {constraints.cells} cells and the seed has {len(x0)}; build them alike"
        )
    errors, notes = _cell_errors(cell_errors, x0, index), []
    if cell_errors is None:
        notes.append("cells are weighted as in RAS, the mean cell with a standard error of 100 %")
    x, stopped, zeroed = _solve(x0, errors, constraints, tolerance)
    if zeroed:
        notes.append(f"the hard constraints leave nothing but zero to {zeroed} cells")
    reached = constraints.matrix @ x
    report = constraint_report(constraints.labels, constraints.targets, reached, constraints.errors)
    gap = _relative(constraints, x)
    if gap.max(initial=0.0) > tolerance:
        k = int(gap.argmax())
        raise NotConverged(
            f"constraint '{constraints.labels[k]}' is missed by {gap[k]:.1e} of its size after {len(stopped.history) - 1} "
            f"steps, {tolerance:.0e} is allowed; look for targets that differ by many orders of magnitude, or give it an "
            f"error", stopped.history,
        )  # fmt: skip
    return Balanced(
        "weighted entropy", x, x0, (index,), report, float(gap.max(initial=0.0)), len(stopped.history) - 1, tuple(notes)
    )


def errors_like_ras(seed: npt.ArrayLike, typical: float = 0.1) -> Array:
    """Return relative standard errors with which balancing acts like RAS: proportional to one over the root of a cell.

    Parameters
    ----------
    seed : cells of any shape. typical : the relative error of a cell of mean size.
    """
    size = np.abs(np.asarray(seed, dtype=np.float64))
    live = size > 0
    mean = float(size[live].mean()) if live.any() else 1.0
    return typical * np.sqrt(np.divide(mean, size, out=np.ones_like(size), where=live))


def _solve(x0: Array, errors: Array, constraints: Constraints, tolerance: float) -> tuple[Array, Stopped, int]:
    sign = np.sign(x0)
    free = (x0 != 0) & (errors > 0)
    x = x0.copy()
    fixed = constraints.matrix @ np.where(free, 0.0, x0)
    b, sigma = constraints.targets - fixed, constraints.errors
    B = sparse.csr_array(constraints.matrix * sign[None, :])
    zero = np.zeros(len(x0), dtype=bool)
    for attempt in range(2):
        at = np.flatnonzero(free & ~zero)
        y0 = np.abs(x0[at])
        part = sparse.csr_array(B[:, at])
        stopped = maximised(part, b, sigma, y0, 1.0 / (errors[at] ** 2 * y0), tolerance=tolerance)
        x[at], x[zero] = sign[at] * stopped.y, 0.0
        if attempt or _relative(constraints, x).max(initial=0.0) <= tolerance:
            break
        hard = np.flatnonzero(sigma == 0)
        found = contradiction(sparse.csr_array(part[hard]), b[hard])
        if found is not None:
            named = [constraints.labels[k] for k in hard]
            raise refuse(found, named, b[hard], fixed[hard])
        zero[at[forced_to_zero(sparse.csr_array(part[hard]), b[hard])]] = True
        if not zero.any():
            break
    return x, stopped, int(zero.sum())


def _relative(constraints: Constraints, x: Array) -> Array:
    """Gaps of hard constraints relative to the sizes of their terms; 0 for soft ones."""
    A = constraints.matrix
    scale = np.maximum(np.abs(constraints.targets), abs(A) @ np.abs(x))
    gap = np.where(constraints.hard, np.abs(A @ x - constraints.targets), 0.0)
    return np.divide(gap, scale, out=np.zeros(len(gap)), where=scale > 0)


def _cells(seed: npt.ArrayLike | pd.Series, labels: pd.Index | Sequence[object] | None) -> tuple[Array, pd.Index]:
    x0 = np.asarray(seed, dtype=np.float64)
    if x0.ndim != 1:
        raise InputError(f"the seed has {x0.ndim} dimensions; give it flat, with one label per cell")
    index = seed.index if labels is None and isinstance(seed, pd.Series) else labels
    named = pd.RangeIndex(len(x0)) if index is None else index if isinstance(index, pd.Index) else pd.Index(index)
    if len(named) != len(x0):
        raise InputError(f"{len(x0)} cells have {len(named)} labels; give one each")
    if named.nlevels == 1 and named.name is None:
        named = named.rename("cell")
    if not np.isfinite(x0).all():
        c = int(np.flatnonzero(~np.isfinite(x0))[0])
        raise InputError(f"cell {named[c]} of the seed is {x0[c]}; give a finite number, 0 where there is nothing")
    return x0, named


def _cell_errors(given: npt.ArrayLike | None, x0: Array, index: pd.Index) -> Array:
    if given is None:
        return errors_like_ras(x0, 1.0)
    errors = np.asarray(given, dtype=np.float64)
    if errors.ndim == 0:
        errors = np.full(len(x0), float(errors))
    if errors.shape != x0.shape:
        raise InputError(f"cell_errors have shape {errors.shape}; give one number or {x0.shape}")
    wrong = ~(np.isfinite(errors) & (errors >= 0))
    if wrong.any():
        c = int(np.flatnonzero(wrong)[0])
        raise InputError(
            f"cell {index[c]} has a relative standard error of {errors[c]}; give a finite number, 0 or more"
        )
    return errors
