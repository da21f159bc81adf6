"""Which constraints contradict each other: a small set of them, told with its arithmetic.

Farkas' lemma: ``B y = b, y >= 0`` has no solution if and only if some weights z have ``B'z <= 0`` and ``b'z > 0``: the
rows, added up with these weights, say that something not above zero is above zero. Rows that a compromise between all
of them misses most are looked at first, more and more of them until they contradict each other by a linear programme.
Weights of the smallest sum of sizes stand on few rows; leaving rows out one by one, as long as the rest stays
contradictory, leaves a set that contradicts itself and no part of which does (the deletion filter of Chinneck and
Dravnieks 1991, doi:10.1287/ijoc.3.2.157).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from zollverein.case.balancing.alternative import Alternative, scales
from zollverein.case.balancing.balanced import Array
from zollverein.case.balancing.entropy import maximised

__all__ = ["Contradiction", "contradiction", "forced_to_zero"]

# How hard the seed pulls in the compromise, and the gap below which its pull may be all there is to it.
PULL, NOTICED = 1e-10, 1e-8
# Rows looked at together at first, by what factor more each time, and how many at most.
FEW, MORE, MOST = 24, 4, 6_000
# Larger sets are not thinned out.
MOST_THINNED = 200


@dataclass(frozen=True, eq=False)
class Contradiction:
    """Rows that contradict each other.

    Attributes
    ----------
    rows : their positions, those with the largest weights first. weights : of each, z above; 0 where none was found.
    irreducible : whether all rows but any one of them can be met.
    """

    rows: npt.NDArray[np.intp]
    weights: Array
    irreducible: bool


def contradiction(B: sparse.csr_array, b: Array, y0: Array) -> Contradiction | None:
    """Return a small set of rows of ``B y = b, y >= 0`` that no y satisfies; None where none was found.

    Parameters
    ----------
    B : (K, C). b : (K,). y0 : (C,) sizes to begin a compromise from, above 0.
    """
    gap = _compromise(B, b, y0)
    if gap.max(initial=0.0) < NOTICED:
        return None
    order = np.argsort(-gap, kind="stable")
    count = FEW
    while True:
        rows = order[:count]
        weights = Alternative(sparse.csr_array(B[rows]), b[rows]).weights()
        if weights is not None:
            return _thinned(B, b, rows[weights != 0], weights[weights != 0])
        if count >= len(order) or count >= MOST:
            rows = order[gap[order] > 0.1 * gap[order[0]]]
            return Contradiction(rows, np.zeros(len(rows)), False)
        count *= MORE


def _compromise(B: sparse.csr_array, b: Array, y0: Array) -> Array:
    """Return (K,) by how much each row is missed, relative to its size, where all rows are missed least in squares."""
    scale = np.maximum(np.abs(b), abs(B) @ y0)
    row = np.divide(1.0, scale, out=np.zeros_like(scale), where=scale > 0)
    R, h = sparse.csr_array(sparse.diags_array(row) @ B), row * b
    largest = np.asarray(abs(R).max(axis=0).toarray()).ravel()
    live = largest > 0
    part = sparse.csr_array(R[:, np.flatnonzero(live)])
    stopped = maximised(part, h, np.ones(len(h)), y0[live], PULL * largest[live], tolerance=1e-9)
    return np.asarray(np.abs(h - part @ stopped.y))


def _thinned(B: sparse.csr_array, b: Array, rows: npt.NDArray[np.intp], weights: Array) -> Contradiction:
    """Leave rows out as long as the rest contradicts itself."""
    if len(rows) <= MOST_THINNED:
        programme = Alternative(sparse.csr_array(B[rows]), b[rows])
        kept = np.ones(len(rows), dtype=bool)
        for k in np.argsort(np.abs(weights), kind="stable"):
            found = programme.weights([k]) if kept[k] and kept.sum() > 1 else None
            if found is not None:
                kept &= found != 0
                programme.weights(np.flatnonzero(~kept))
                weights = found
        rows, weights = rows[kept], weights[kept]
    order = np.argsort(-np.abs(weights), kind="stable")
    return Contradiction(rows[order], weights[order], len(rows) <= MOST_THINNED)


def forced_to_zero(B: sparse.csr_array, b: Array) -> npt.NDArray[np.bool_]:
    """Return (C,) which cells are zero in every ``y >= 0`` with ``B y = b``; none where there is no such y.

    One linear programme finds the largest support: max sum(u) with ``B y = b t``, ``y >= u``, ``0 <= u <= 1``,
    ``t >= 1``.
    """
    C = B.shape[1]
    row, column = scales(B, b)
    R = sparse.csr_array(sparse.diags_array(row) @ B @ sparse.diags_array(column))
    # y = u + v, both not below zero.
    split = sparse.hstack([R, R, sparse.csr_array(-(row * b)[:, None])], format="csc")
    found = optimize.linprog(
        np.concatenate([-np.ones(C), np.zeros(C + 1)]),
        A_eq=split,
        b_eq=np.zeros(len(b)),
        bounds=[(0.0, 1.0)] * C + [(0.0, None)] * C + [(1.0, None)],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    return np.zeros(C, dtype=bool) if found.x is None else np.asarray(found.x[:C] < 0.5)
