"""HiGHS as it is used here: silent, on one thread, with one seed, so that the same programme gives the same plan."""

from __future__ import annotations

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["model_of", "quiet_highs"]

Floats = npt.NDArray[np.float64]
OPTIONS = {"output_flag": False, "threads": 1, "random_seed": 1}


class _Quiet(highspy.Highs):  # type: ignore[misc]
    """HiGHS that never writes to the screen: its banner would come with the callbacks, before any option can be set."""

    def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS' own name
        self.silent()
        super().enableCallbacks()


def quiet_highs() -> highspy.Highs:
    """Return a new HiGHS with our options."""
    highs = _Quiet()
    for option, setting in OPTIONS.items():
        highs.setOptionValue(option, setting)
    return highs


def model_of(
    matrix: sparse.csc_array, cost: Floats, lower: Floats, upper: Floats, row_lower: Floats, row_upper: Floats
) -> highspy.HighsLp:
    """Return ``min cost @ x`` with bounds on columns and on the rows of the matrix."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), len(row_lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, lower, upper
    lp.row_lower_, lp.row_upper_ = row_lower, row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    return lp
