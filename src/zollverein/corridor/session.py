"""One HiGHS instance that holds the programme, takes new bounds and solves again from its last basis."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import highspy
import numpy as np
import numpy.typing as npt

from zollverein.corridor.bounds import Bounds
from zollverein.corridor.explanation import why_infeasible
from zollverein.corridor.programme import Programme
from zollverein.errors import Infeasible

__all__ = ["Session", "Solution"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# One thread, one seed: the same programme gives the same plan. HiGHS would bend flat costs by 1e-7, which moves flows.
OPTIONS = {"output_flag": False, "threads": 1, "random_seed": 1, "qp_regularization_value": 0.0}


@dataclass(frozen=True, slots=True)
class Solution:
    """Optimal point, duals and the proof of optimality as recomputed from them.

    Attributes
    ----------
    x : (columns,). row_value : (rows,), the matrix times x.
    row_dual : (rows,), the change of the cost by one more unit of the right-hand side.
    reduced_cost : (columns,), likewise of a column's bound.
    cost : US$ thousand (kt times US$/t).
    primal_violation, dual_violation : largest violation of a bound and of a reduced cost's sign.
    relative_gap : cost less the dual bound, over the cost.
    seconds : inside HiGHS.
    """

    x: Floats
    row_value: Floats
    row_dual: Floats
    reduced_cost: Floats
    cost: float
    primal_violation: float
    dual_violation: float
    relative_gap: float
    iterations: int
    seconds: float


class _Quiet(highspy.Highs):  # type: ignore[misc]
    """HiGHS that never writes to the screen: its banner would come with the callbacks, before any option can be set."""

    def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS' own name
        self.silent()
        super().enableCallbacks()


class Session:
    """A programme inside HiGHS. State is what it is for: the basis survives from solve to solve."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.cost = programme.cost.copy()
        self.lower, self.upper = programme.column_lower.copy(), programme.column_upper.copy()
        self.row_lower, self.row_upper = programme.row_lower.copy(), programme.row_upper.copy()
        self.highs = _Quiet()
        for option, setting in OPTIONS.items():
            self.highs.setOptionValue(option, setting)
        self.highs.passModel(self._model())
        if programme.curvature is not None:
            self.highs.passHessian(_hessian(programme.curvature))

    def _model(self) -> highspy.HighsLp:
        programme = self.programme
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(programme.cost), len(programme.row_lower)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = programme.cost, self.lower, self.upper
        lp.row_lower_, lp.row_upper_ = self.row_lower, self.row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = (
            programme.starts, programme.index, programme.value,
        )  # fmt: skip
        return lp

    @property
    def bounds(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Lower and upper bounds of columns, then of rows, as they now are."""
        return self.lower, self.upper, self.row_lower, self.row_upper

    def bound_columns(self, which: Ints, lower: Floats, upper: Floats) -> None:
        """Change the bounds of some columns."""
        self.lower[which], self.upper[which] = lower, upper
        self.highs.changeColsBounds(len(which), which.astype(np.int32), self.lower[which], self.upper[which])

    def bound_rows(self, which: Ints, lower: Floats, upper: Floats) -> None:
        """Change the bounds of some rows."""
        self.row_lower[which], self.row_upper[which] = lower, upper
        self.highs.changeRowsBounds(len(which), which.astype(np.int32), self.row_lower[which], self.row_upper[which])

    def price(self, which: Ints, cost: Floats) -> None:
        """Change the costs of some columns."""
        if not np.array_equal(self.cost[which], cost):
            self.cost[which] = cost
            self.highs.changeColsCost(len(which), which.astype(np.int32), cost)

    def bound(self, to: Bounds) -> None:
        """Change the bounds of those rows and columns that are not already so."""
        moved = (self.row_upper[to.rows] != to.row_upper) | (self.row_lower[to.rows] != to.row_lower)
        if moved.any():
            self.bound_rows(to.rows[moved], to.row_lower[moved], to.row_upper[moved])
        changed = self.upper[to.columns] != to.upper
        if changed.any():
            columns = to.columns[changed]
            self.bound_columns(columns, self.lower[columns], to.upper[changed])

    def solve(self) -> Solution:
        """Solve from the last basis.

        Raises
        ------
        Infeasible : no plan satisfies the bounds; the message names an irreducible set of bounds at odds.
        """
        began, before = perf_counter(), self.highs.getRunTime()
        self.highs.run()
        seconds = min(self.highs.getRunTime() - before, perf_counter() - began)
        status = self.highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise Infeasible(why_infeasible(self.highs, self.programme, self.highs.modelStatusToString(status)))
        found, info = self.highs.getSolution(), self.highs.getInfo()
        x, row_dual = np.array(found.col_value), np.array(found.row_dual)
        activity = np.array(found.row_value)
        primal = max(_excess(x, self.lower, self.upper), _excess(activity, self.row_lower, self.row_upper))
        reduced = np.array(found.col_dual)
        dual, wrong = _dual_value(reduced, self.lower, self.upper)
        dual_rows, wrong_rows = _dual_value(row_dual, self.row_lower, self.row_upper)
        bent = 0.0 if self.programme.curvature is None else float(self.programme.curvature @ (x * x))
        cost = float(self.cost @ x) + bent / 2.0
        # Of a quadratic programme the dual bound is what the bounds are worth, less half of the bending.
        gap = abs(cost - (dual + dual_rows - bent / 2.0)) / max(1.0, abs(cost))
        iterations = max(int(info.simplex_iteration_count), 0) + max(int(info.qp_iteration_count), 0)
        return Solution(x, activity, row_dual, reduced, cost, primal, max(wrong, wrong_rows), gap, iterations, seconds)


def _hessian(curvature: Floats) -> highspy.HighsHessian:
    hessian = highspy.HighsHessian()
    bent = np.flatnonzero(curvature)
    hessian.dim_, hessian.format_ = len(curvature), highspy.HessianFormat.kTriangular
    hessian.start_ = np.concatenate([[0], np.cumsum(curvature != 0)]).astype(np.int32)
    hessian.index_, hessian.value_ = bent.astype(np.int32), curvature[bent]
    return hessian


def _excess(values: Floats, lower: Floats, upper: Floats) -> float:
    return float(np.maximum(np.maximum(lower - values, values - upper), 0.0).max(initial=0.0))


def _dual_value(multiplier: Floats, lower: Floats, upper: Floats) -> tuple[float, float]:
    """Value of the bounds at their multipliers, and the largest multiplier on a bound that does not exist."""
    bound = np.where(multiplier > 0, lower, upper)
    open_ended = ~np.isfinite(bound)
    wrong = float(np.abs(multiplier[open_ended]).max(initial=0.0))
    return float(multiplier[~open_ended] @ bound[~open_ended]), wrong
