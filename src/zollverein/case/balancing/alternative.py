"""Farkas' alternative as a linear programme that is solved again and again, with rows taken out."""

from __future__ import annotations

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from zollverein.case.balancing.balanced import Array

__all__ = ["Alternative", "scales"]

OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 1,
    "solver": "simplex",
    "primal_feasibility_tolerance": 1e-10,
    "dual_feasibility_tolerance": 1e-10,
}
# A contradiction below this, relative to the sizes of the rows, is not told from rounding.
CERTAIN = 1e-9


class _Quiet(highspy.Highs):  # type: ignore[misc]
    """HiGHS without its banner, which comes with the callbacks, before any option can be set."""

    def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS' own name
        self.silent()
        super().enableCallbacks()


class Alternative:
    """Looks for weights z of rows of ``B y = b, y >= 0`` with ``B'z <= 0`` and ``b'z > 0``: rows that no y meets.

    The sum of their sizes is 1 in rows scaled to a size of one, so that few rows carry weight.

    Parameters
    ----------
    B : (K, C). b : (K,).
    """

    def __init__(self, B: sparse.csr_array, b: Array) -> None:
        part, K = _distinct(B), len(b)
        self._row, column = scales(part, b)
        R = sparse.csr_array(sparse.diags_array(self._row) @ part @ sparse.diags_array(column))
        # z = p - q with p, q >= 0: the columns; a row for every cell, and one for the sum of sizes.
        A = sparse.vstack([sparse.hstack([R.T, -R.T]), sparse.csr_array(np.ones((1, 2 * K)))], format="csc")
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = 2 * K, A.shape[0]
        lp.col_cost_ = np.concatenate([-self._row * b, self._row * b])
        lp.col_lower_, lp.col_upper_ = np.zeros(2 * K), np.full(2 * K, highspy.kHighsInf)
        lp.row_lower_, lp.row_upper_ = np.full(A.shape[0], -highspy.kHighsInf), np.append(np.zeros(A.shape[0] - 1), 1.0)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = A.indptr, A.indices, A.data
        self._highs = _Quiet()
        for option, setting in OPTIONS.items():
            self._highs.setOptionValue(option, setting)
        self._highs.passModel(lp)
        self._rows = K

    def weights(self, without: npt.ArrayLike = ()) -> Array | None:
        """Return (K,) weights, the largest of size 1, with some more rows left out; None: a y meets the others.

        Rows stay left out only if the others still contradict each other.
        """
        out = np.atleast_1d(np.asarray(without, dtype=np.int32))
        self._bound(out, 0.0)
        self._highs.run()
        optimal = self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        if not optimal or -self._highs.getInfo().objective_function_value <= CERTAIN:
            self._bound(out, highspy.kHighsInf)
            return None
        pq = np.array(self._highs.getSolution().col_value)
        z = pq[: self._rows] - pq[self._rows :]
        z[np.abs(z) < 1e-9 * np.abs(z).max()] = 0.0
        z = self._row * z
        return np.asarray(z / np.abs(z).max())

    def _bound(self, rows: npt.NDArray[np.int32], upper: float) -> None:
        for k in rows:
            self._highs.changeColBounds(int(k), 0.0, upper)
            self._highs.changeColBounds(int(k) + self._rows, 0.0, upper)


def scales(B: sparse.csr_array, b: Array) -> tuple[Array, Array]:
    """Return scales of rows (K,) and columns (C,) that bring targets and coefficients to a size of one or below.

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


def _distinct(B: sparse.csr_array) -> sparse.csr_array:
    """Return one of each kind of columns: cells that the rows do not tell apart are one cell."""
    marks = np.random.default_rng(0).random((2, B.shape[0])) @ B
    _, first = np.unique(marks, axis=1, return_index=True)
    return sparse.csr_array(B[:, np.sort(first)])
