"""A start for a long horizon: solved period by period, the bases of the periods laid side by side.

Each period is solved with what the earlier ones left it (stocks, oil on the way), stocks at their salvage value.
Most of its basis is the whole programme's too, which then needs a small part of the iterations of a cold start.
"""

from __future__ import annotations

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from zollverein.corridor.highs import model_of, quiet_highs
from zollverein.corridor.programme import Programme

__all__ = ["STITCHED_FROM", "stitched_basis"]

Floats = npt.NDArray[np.float64]
# Columns from which stitching is faster than a cold start.
STITCHED_FROM = 5_000


def stitched_basis(programme: Programme, bounds: tuple[Floats, Floats, Floats, Floats]) -> highspy.HighsBasis | None:
    """Return a basis to start from; None where a period by itself has no plan.

    Parameters
    ----------
    bounds : column lower and upper, row lower and upper, as they now are.
    """
    T, width, height = programme.periods, programme.blocks.width, programme.blocks.height
    lower, upper, row_lower, row_upper = bounds
    matrix = programme.matrix.tocsr()
    salvage = programme.cost.reshape(T, width)[-1] - programme.cost.reshape(T, width)[max(T - 2, 0)]
    stock = programme.blocks.columns["stock"]
    x = np.zeros(len(programme.cost))
    column_status: list[highspy.HighsBasisStatus] = []
    row_status: list[highspy.HighsBasisStatus] = []
    highs, basis = quiet_highs(), None
    for t in range(T):
        rows, columns = slice(t * height, (t + 1) * height), slice(t * width, (t + 1) * width)
        came = matrix[rows] @ x
        cost = programme.cost[columns].copy()
        if t < T - 1:
            cost[stock] += salvage[stock]
        own = _own(programme.matrix, rows, columns)
        highs.passModel(
            model_of(own, cost, lower[columns], upper[columns], row_lower[rows] - came, row_upper[rows] - came)
        )
        if basis is not None:
            highs.setBasis(basis)
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        basis = highs.getBasis()
        x[columns] = highs.getSolution().col_value
        column_status += basis.col_status
        row_status += basis.row_status
    whole = highspy.HighsBasis()
    whole.col_status = column_status
    whole.row_status = row_status + [highspy.HighsBasisStatus.kBasic] * len(programme.blocks.quotas)
    whole.valid, whole.alien = True, True
    return whole


def _own(matrix: sparse.csc_array, rows: slice, columns: slice) -> sparse.csc_array:
    """The part of a matrix in some rows and columns that follow each other."""
    starts = matrix.indptr[columns.start : columns.stop + 1]
    inside = slice(starts[0], starts[-1])
    row = matrix.indices[inside] - rows.start
    mine = (row >= 0) & (row < rows.stop - rows.start)
    before = np.concatenate(([0], np.cumsum(mine)))[starts - starts[0]].astype(np.int32)
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    return sparse.csc_array((matrix.data[inside][mine], row[mine], before), shape=shape)
