"""Why constraints cannot be met: a small set of them that contradict each other, told with its arithmetic.

Farkas' lemma: ``B y = b, y >= 0`` has no solution if and only if some weights z have ``B'z <= 0`` and ``b'z > 0``: the
rows, added up with these weights, say that something not above zero is above zero. The weights of smallest sum of sizes
stand on few rows; leaving rows out one by one, as long as the rest stays contradictory, leaves a set without
superfluous ones (the deletion filter of Chinneck and Dravnieks 1991, doi:10.1287/ijoc.3.2.157).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from zollverein.case.balancing.balanced import Array
from zollverein.errors import Infeasible

__all__ = ["Contradiction", "contradiction", "forced_to_zero", "refuse"]

# A contradiction smaller than this, relative to the sizes of its terms, is left to the certificate.
NOTICED = 1e-9
MOST_NAMED = 8
# Sets larger than this are not thinned out further.
MOST_THINNED = 250
LP = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True, eq=False)
class Contradiction:
    """Rows that contradict each other, their weights z, and the gap b'z over the sum of sizes of its terms."""

    rows: npt.NDArray[np.intp]
    weights: Array
    irreducible: bool


def contradiction(B: sparse.csr_array, b: Array) -> Contradiction | None:
    """Return a small set of rows of ``B y = b, y >= 0`` that no y satisfies; None: there is a y.

    Rows are scaled to their largest coefficient times the target's size, so that a gap is a relative one.
    """
    weights = _farkas(B, b)
    if weights is None:
        return None
    rows = np.flatnonzero(weights)
    thinned = len(rows) <= MOST_THINNED
    if thinned:
        rows = _filtered(B, b, rows)
        again = _farkas(B[rows], b[rows])
        weights = weights[rows] if again is None else again
    else:
        weights = weights[rows]
    return Contradiction(rows, weights, thinned)


def _farkas(B: sparse.csr_array, b: Array) -> Array | None:
    """Return weights (K,) of a contradiction, the sum of their sizes in scaled rows being 1; None: there is none."""
    K = B.shape[0]
    row, column = _scales(B, b)
    R = sparse.csr_array(sparse.diags_array(row) @ B @ sparse.diags_array(column))
    # z = p - q: max b'z with B'z <= 0 and sum(p + q) <= 1; 0 is the answer where there is no contradiction.
    scaled = row * b
    found = optimize.linprog(
        -np.concatenate([scaled, -scaled]),
        A_ub=sparse.vstack([sparse.hstack([R.T, -R.T]), sparse.csr_array(np.ones((1, 2 * K)))], format="csr"),
        b_ub=np.concatenate([np.zeros(R.shape[1]), [1.0]]),
        bounds=(0, None), method="highs-ds", options=LP,
    )  # fmt: skip
    if found.status != 0 or -found.fun <= NOTICED:
        return None
    z = found.x[:K] - found.x[K:]
    z[np.abs(z) < 1e-9 * np.abs(z).max()] = 0.0
    return np.asarray(row * z)


def _scales(B: sparse.csr_array, b: Array) -> tuple[Array, Array]:
    """Scale columns to a common size of cells and rows to a size of one."""
    size = abs(B)
    column = np.ones(B.shape[1]) * (float(np.abs(b).max(initial=0.0)) or 1.0)
    row = np.maximum(np.abs(b), np.asarray((size * column[None, :]).max(axis=1).todense()).ravel())
    return 1.0 / np.where(row > 0, row, 1.0), column


def _filtered(B: sparse.csr_array, b: Array, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Leave rows out as long as the rest contradicts itself."""
    kept = list(rows)
    for k in rows:
        rest = [other for other in kept if other != k]
        if rest and _farkas(B[rest], b[rest]) is not None:
            kept = rest
    return np.array(kept, dtype=np.intp)


def forced_to_zero(B: sparse.csr_array, b: Array) -> npt.NDArray[np.bool_]:
    """Return which cells are zero in every ``y >= 0`` with ``B y = b``; assumes that there is one.

    The largest support is found at once: max sum(u) with ``B y = b t``, ``y >= u``, ``0 <= u <= 1``, ``t >= 1``.
    """
    C = B.shape[1]
    row, column = _scales(B, b)
    R = sparse.csr_array(sparse.diags_array(row) @ B @ sparse.diags_array(column))
    # y = u + v, all above zero.
    A = sparse.hstack([R, R, sparse.csr_array(-(row * b)[:, None])], format="csr")
    found = optimize.linprog(
        np.concatenate([-np.ones(C), np.zeros(C + 1)]), A_eq=A, b_eq=np.zeros(len(b)),
        bounds=[(0, 1)] * C + [(0, None)] * C + [(1, None)], method="highs", options=LP,
    )  # fmt: skip
    if found.status != 0:
        return np.zeros(C, dtype=bool)
    return np.asarray(found.x[:C] < 0.5)


def refuse(found: Contradiction, labels: Sequence[str], b: Array, fixed: Array | None = None) -> Infeasible:
    """Return the error that names the contradicting constraints, in the sense of their weights.

    Parameters
    ----------
    labels, b : (K,) of all constraints. fixed : (K,) what cells that may not move give to each; part of the target.
    """
    z = found.weights / np.abs(found.weights).max()
    names = [f"'{labels[k]}' = {b[k] + (0.0 if fixed is None else fixed[k]):,.10g}" for k in found.rows]
    shown = "; ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    if more > 0:
        shown += f"; and {more} more"
    if len(found.rows) == 1:
        said = f"no cells with the seed's signs and zeros meet {shown}"
    else:
        said = f"these {len(names)} hard constraints contradict each other: {shown}"
        if found.irreducible:
            said += " (without any one of them the others can be met)"
    if len(found.rows) > 1 and np.allclose(np.abs(z), 1.0, atol=1e-6):
        for_, against = b[found.rows][z > 0].sum(), b[found.rows][z < 0].sum()
        if (z < 0).any() and (z > 0).any():
            said += f"; {np.sum(z > 0)} of them add up to {for_:,.10g}, the other {np.sum(z < 0)} to {against:,.10g}"
    error = Infeasible(f"{said}. Give one of them an error, mend its target, or give a zero cell in it a small seed")
    error.constraints = tuple(labels[k] for k in found.rows)  # type: ignore[attr-defined]
    return error
