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
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from zollverein.case.balancing.balanced import Array
from zollverein.case.balancing.entropy import maximised

__all__ = ["Contradiction", "contradiction", "forced_to_zero"]

# How hard the seed pulls in the compromise, and the gap below which its pull may be all there is to it.
PULL, NOTICED = 1e-8, 1e-6
# A contradiction below this, relative to its terms, is not told from rounding in a linear programme.
CERTAIN = 1e-9
# Rows looked at together at first, by what factor more each time, and how many at most.
FEW, MORE, MOST = 24, 4, 6_000
# Larger sets are not thinned out.
MOST_THINNED = 300
SECONDS = 30.0
LP: Any = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10, "time_limit": SECONDS}


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
        weights = _farkas(B, b, rows)
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


def _farkas(B: sparse.csr_array, b: Array, rows: npt.NDArray[np.intp]) -> Array | None:
    """Return weights of some rows that contradict each other, largest at size 1; None: a y meets them all."""
    part, h, K = _distinct(sparse.csr_array(B[rows])), b[rows], len(rows)
    row, column = _scales(part, h)
    R = sparse.csr_array(sparse.diags_array(row) @ part @ sparse.diags_array(column))
    # z = p - q: max h'z with R'z <= 0 and sum(p + q) <= 1, whose value is 0 where there is no contradiction.
    both = sparse.vstack([sparse.hstack([R.T, -R.T]), sparse.csr_array(np.ones((1, 2 * K)))], format="csc")
    found = optimize.linprog(
        -np.concatenate([row * h, -row * h]),
        A_ub=both,
        b_ub=np.append(np.zeros(R.shape[1]), 1.0),
        bounds=(0, None),
        method="highs-ds",
        options=LP,
    )
    if found.status != 0 or -found.fun <= CERTAIN:
        return None
    z = found.x[:K] - found.x[K:]
    z[np.abs(z) < 1e-9 * np.abs(z).max()] = 0.0
    z = row * z
    return np.asarray(z / np.abs(z).max())


def _distinct(part: sparse.csr_array) -> sparse.csr_array:
    """Return one of each kind of columns: cells that the rows do not tell apart are one cell."""
    marks = np.random.default_rng(0).random((2, part.shape[0])) @ part
    _, first = np.unique(marks, axis=1, return_index=True)
    return sparse.csr_array(part[:, np.sort(first)])


def _scales(B: sparse.csr_array, b: Array) -> tuple[Array, Array]:
    """Return scales of rows and columns with which targets and coefficients are of a size of one or below.

    A cell's unit is the smallest target that it could fill alone.
    """
    entries = B.tocoo()
    alone = np.abs(b)[entries.row] / np.abs(entries.data)
    column = np.full(B.shape[1], np.inf)
    np.minimum.at(column, entries.col[alone > 0], alone[alone > 0])
    column[~np.isfinite(column)] = float(np.abs(b).max(initial=0.0)) or 1.0
    row = np.abs(b)
    np.maximum.at(row, entries.row, np.abs(entries.data) * column[entries.col])
    return np.divide(1.0, row, out=np.ones_like(row), where=row > 0), column


def _thinned(B: sparse.csr_array, b: Array, rows: npt.NDArray[np.intp], weights: Array) -> Contradiction:
    """Leave rows out as long as the rest contradicts itself."""
    irreducible = len(rows) <= MOST_THINNED
    if irreducible:
        for k in rows.copy():
            rest = rows[rows != k]
            found = _farkas(B, b, rest) if len(rest) < len(rows) and len(rest) else None
            if found is not None:
                rows, weights = rest[found != 0], found[found != 0]
    order = np.argsort(-np.abs(weights), kind="stable")
    return Contradiction(rows[order], weights[order], irreducible)


def forced_to_zero(B: sparse.csr_array, b: Array) -> npt.NDArray[np.bool_]:
    """Return (C,) which cells are zero in every ``y >= 0`` with ``B y = b``; none where there is no such y.

    One linear programme finds the largest support: max sum(u) with ``B y = b t``, ``y >= u``, ``0 <= u <= 1``,
    ``t >= 1``.
    """
    C = B.shape[1]
    row, column = _scales(B, b)
    R = sparse.csr_array(sparse.diags_array(row) @ B @ sparse.diags_array(column))
    # y = u + v, both not below zero.
    split = sparse.hstack([R, R, sparse.csr_array(-(row * b)[:, None])], format="csc")
    found = optimize.linprog(
        np.concatenate([-np.ones(C), np.zeros(C + 1)]),
        A_eq=split,
        b_eq=np.zeros(len(b)),
        bounds=[(0.0, 1.0)] * C + [(0.0, None)] * C + [(1.0, None)],
        method="highs",
        options=LP,
    )
    return np.asarray(found.x[:C] < 0.5) if found.status == 0 else np.zeros(C, dtype=bool)
