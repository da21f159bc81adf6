"""One HiGHS instance that holds the programme, takes new bounds and solves again from its last basis."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

from zollverein.corridor.programme import Programme
from zollverein.errors import Infeasible

__all__ = ["Session", "Solution"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Solution:
    """Optimal point, duals and the proof of optimality as recomputed from them.

    Attributes
    ----------
    x : (columns,). row_dual : (rows,), the change of the cost by one more unit of the right-hand side.
    primal_violation, dual_violation : largest violation of a bound and of a reduced cost's sign.
    relative_gap : cost less the dual bound, over the cost.
    """

    x: Floats
    row_dual: Floats
    primal_violation: float
    dual_violation: float
    relative_gap: float
    iterations: int


class _Quiet(highspy.Highs):  # type: ignore[misc]
    """HiGHS that never writes to the screen: its banner would come with the callbacks, before any option can be set."""

    def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS' own name
        self.silent()
        super().enableCallbacks()


class Session:
    """A programme inside HiGHS. State is what it is for: the basis survives from solve to solve."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.lower, self.upper = programme.column_lower.copy(), programme.column_upper.copy()
        self.row_lower, self.row_upper = programme.row_lower.copy(), programme.row_upper.copy()
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(programme.cost), len(programme.row_lower)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = programme.cost, self.lower, self.upper
        lp.row_lower_, lp.row_upper_ = self.row_lower, self.row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = (
            programme.starts, programme.index, programme.value,
        )  # fmt: skip
        self.highs = _Quiet()
        for option, setting in (("output_flag", False), ("threads", 1), ("random_seed", 1)):
            self.highs.setOptionValue(option, setting)
        self.highs.passModel(lp)

    def bound_columns(self, which: npt.NDArray[np.int64], lower: Floats, upper: Floats) -> None:
        """Change the bounds of some columns."""
        self.lower[which], self.upper[which] = lower, upper
        self.highs.changeColsBounds(len(which), which.astype(np.int32), self.lower[which], self.upper[which])

    def bound_rows_above(self, which: npt.NDArray[np.int64], upper: Floats) -> None:
        """Change the upper bounds of some rows."""
        self.row_upper[which] = upper
        self.highs.changeRowsBounds(len(which), which.astype(np.int32), self.row_lower[which], self.row_upper[which])

    def solve(self) -> Solution:
        """Solve from the last basis.

        Raises
        ------
        Infeasible : HiGHS finds no optimum; unmet minima are elastic, so tanks or fixed flows must be at odds.
        """
        self.highs.run()
        status = self.highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise Infeasible(
                f"the routing programme ended as '{self.highs.modelStatusToString(status)}': initial stocks above the "
                f"tanks' capacity, or a negative cost cycle, are the usual causes; check storage and tariffs"
            )
        found = self.highs.getSolution()
        info = self.highs.getInfo()
        x, row_dual = np.array(found.col_value), np.array(found.row_dual)
        activity = np.array(found.row_value)
        reduced = np.array(found.col_dual)
        primal = max(_excess(x, self.lower, self.upper), _excess(activity, self.row_lower, self.row_upper))
        dual, wrong = _dual_value(reduced, self.lower, self.upper)
        dual_rows, wrong_rows = _dual_value(row_dual, self.row_lower, self.row_upper)
        cost = float(self.programme.cost @ x)
        gap = abs(cost - dual - dual_rows) / max(1.0, abs(cost))
        return Solution(x, row_dual, primal, max(wrong, wrong_rows), gap, int(info.simplex_iteration_count))


def _excess(values: Floats, lower: Floats, upper: Floats) -> float:
    return float(np.maximum(np.maximum(lower - values, values - upper), 0.0).max(initial=0.0))


def _dual_value(multiplier: Floats, lower: Floats, upper: Floats) -> tuple[float, float]:
    """Value of the bounds at their multipliers, and the largest multiplier on a bound that does not exist."""
    bound = np.where(multiplier > 0, lower, upper)
    open_ended = ~np.isfinite(bound)
    wrong = float(np.abs(multiplier[open_ended]).max(initial=0.0))
    return float(multiplier[~open_ended] @ bound[~open_ended]), wrong
