"""One HiGHS instance that holds the programme, takes new bounds and solves again from its last basis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter

import highspy
import numpy as np
import numpy.typing as npt

from zollverein.corridor.bending import PIECES, Bend, Pieces, bent_cost, bent_dual, first_pieces, next_pieces
from zollverein.corridor.bounds import Bounds
from zollverein.corridor.explanation import why_infeasible
from zollverein.corridor.highs import model_of, quiet_highs
from zollverein.corridor.programme import Programme
from zollverein.corridor.stitching import STITCHED_FROM, stitched_basis
from zollverein.errors import Infeasible, NotConverged

__all__ = ["Session", "Solution", "Values"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_ROUNDS = 60
# Largest infeasibility, primal or dual, and relative gap of a plan that is handed out.
PROVEN = 1e-6


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

    @property
    def error(self) -> float:
        """The largest violation or gap."""
        return max(self.primal_violation, self.relative_gap)


@dataclass(frozen=True, slots=True)
class Values:
    """An optimal point (columns,), its cost in US$ thousand, iterations and seconds of HiGHS, and its largest error."""

    x: Floats
    cost: float
    iterations: int
    seconds: float
    error: float


class Session:
    """A programme inside HiGHS. State is what it is for: the basis survives from solve to solve."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.cost = programme.cost.copy()
        self.lower, self.upper = programme.column_lower.copy(), programme.column_upper.copy()
        self.row_lower, self.row_upper = programme.row_lower.copy(), programme.row_upper.copy()
        self.highs = quiet_highs()
        self.highs.passModel(model_of(programme.matrix, self.cost, *self.bounds))
        self.bent = programme.flow_columns(programme.bend.arcs if programme.bend is not None else ())

    def start(self) -> None:
        """Start a long horizon from a basis stitched of its periods."""
        programme = self.programme
        if len(programme.cost) >= STITCHED_FROM and programme.periods > 1 and programme.bend is None:
            basis = stitched_basis(programme, self.bounds)
            if basis is not None:
                self.highs.setBasis(basis)

    @property
    def bounds(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Lower and upper bounds of columns, then of rows, as they now are."""
        return self.lower, self.upper, self.row_lower, self.row_upper

    def bound_columns(self, which: Ints, lower: Floats, upper: Floats) -> None:
        """Change the bounds of some columns."""
        self.lower[which], self.upper[which] = lower, upper
        self._done(
            self.highs.changeColsBounds(len(which), which.astype(np.int32), self.lower[which], self.upper[which])
        )

    def bound_rows(self, which: Ints, lower: Floats, upper: Floats) -> None:
        """Change the bounds of some rows."""
        self.row_lower[which], self.row_upper[which] = lower, upper
        self._done(
            self.highs.changeRowsBounds(
                len(which), which.astype(np.int32), self.row_lower[which], self.row_upper[which]
            )
        )

    def price(self, which: Ints, cost: Floats) -> None:
        """Change the costs of some columns."""
        if not np.array_equal(self.cost[which], cost):
            self.cost[which] = cost
            self._done(self.highs.changeColsCost(len(which), which.astype(np.int32), cost))

    def _done(self, status: highspy.HighsStatus) -> None:
        """HiGHS drops a whole change where one number of it is none: never go on as if it were made."""
        if status == highspy.HighsStatus.kError:
            raise NotConverged("HiGHS refused a change of bounds; some figure of the network is no number: check them")

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
        NotConverged : flows whose cost bends do not settle.
        """
        bend = self.programme.bend
        if bend is None:
            return self._solve()
        pieces, seconds, iterations = first_pieces(bend), 0.0, 0
        self._part(pieces)
        for _ in range(MOST_ROUNDS):
            solution = self._solve()
            seconds, iterations = seconds + solution.seconds, iterations + solution.iterations
            finer = next_pieces(bend, pieces, solution.x[self.bent])
            if finer is None:
                return self._certified(bend, replace(solution, seconds=seconds, iterations=iterations))
            pieces = finer
            self._part(pieces)
        raise NotConverged(
            f"flows whose cost bends did not settle in {MOST_ROUNDS} rounds; try a larger bend_usd_per_t"
        )

    def _part(self, pieces: Pieces) -> None:
        """Lay out the pieces of bent flows, (arcs, T, pieces), in the programme's columns."""
        width, start = self.programme.blocks.width, self.programme.blocks.columns["piece"].start
        count, T = pieces.centre.shape
        at = start + np.arange(PIECES)[:, None, None] * count + np.arange(count)[:, None] + width * np.arange(T)
        columns = np.moveaxis(at, 0, -1).ravel()
        self.bound_columns(columns, np.zeros(len(columns)), pieces.upper.ravel())
        self.price(columns, pieces.cost.ravel())

    def _certified(self, bend: Bend, solution: Solution) -> Solution:
        """The cost and gap of the programme with its smooth costs, of which the pieces are only the means."""
        x, pieces = solution.x, self._piece_columns()
        flat = float(self.cost @ x - self.cost[pieces] @ x[pieces])
        cost = flat + bent_cost(bend, x[self.bent])
        # What a kt of a bent flow is worth to all rows but the one that parts it, less its tariff.
        price = -solution.reduced_cost[self.bent] - solution.row_dual[self.programme.bending_rows()]
        others = np.ones(len(x), dtype=bool)
        others[self.bent.ravel()] = others[pieces] = False
        dual, _ = _dual_value(solution.reduced_cost[others], self.lower[others], self.upper[others])
        rows, _ = _dual_value(solution.row_dual, self.row_lower, self.row_upper)
        bound = dual + rows + bent_dual(bend, price, self.lower[self.bent], self.upper[self.bent])
        return replace(solution, cost=cost, relative_gap=abs(cost - bound) / max(1.0, abs(cost)))

    def _piece_columns(self) -> Ints:
        blocks = self.programme.blocks
        piece = blocks.columns["piece"]
        time = blocks.width * np.arange(self.programme.periods)
        return (np.arange(piece.start, piece.stop)[None, :] + time[:, None]).ravel()

    def values(self) -> Values:
        """Solve from the last basis for the plan alone, proven by HiGHS' own measures of it.

        Raises
        ------
        Infeasible, NotConverged : as `solve`, or the proof misses `PROVEN`.
        """
        if self.programme.bend is not None:
            whole = self.solve()
            return Values(whole.x, whole.cost, whole.iterations, whole.seconds, whole.error)
        seconds = self._run()
        info = self.highs.getInfo()
        worst = max(info.max_primal_infeasibility, info.max_dual_infeasibility, info.primal_dual_objective_error)
        if not worst <= PROVEN:
            raise NotConverged(f"no certificate for a routing: HiGHS states an error of {worst:.1e}; check units")
        x = np.array(self.highs.getSolution().col_value)
        return Values(x, float(self.cost @ x), max(int(info.simplex_iteration_count), 0), seconds, worst)

    def _run(self) -> float:
        """Solve; return the seconds inside HiGHS."""
        began, before = perf_counter(), self.highs.getRunTime()
        self.highs.run()
        status = self.highs.getModelStatus()
        if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible):
            # A basis may be so ill conditioned that nothing can be made of it; without one HiGHS starts afresh.
            self.highs.clearSolver()
            self.highs.run()
            status = self.highs.getModelStatus()
        seconds = min(self.highs.getRunTime() - before, perf_counter() - began)
        if status != highspy.HighsModelStatus.kOptimal:
            raise Infeasible(why_infeasible(self.highs, self.programme, self.highs.modelStatusToString(status)))
        return float(seconds)

    def _solve(self) -> Solution:
        seconds = self._run()
        found, info = self.highs.getSolution(), self.highs.getInfo()
        x, row_dual, reduced = np.array(found.col_value), np.array(found.row_dual), np.array(found.col_dual)
        activity = np.array(found.row_value)
        primal = max(_excess(x, self.lower, self.upper), _excess(activity, self.row_lower, self.row_upper))
        dual, wrong = _dual_value(reduced, self.lower, self.upper)
        dual_rows, wrong_rows = _dual_value(row_dual, self.row_lower, self.row_upper)
        cost = float(self.cost @ x)
        gap = abs(cost - dual - dual_rows) / max(1.0, abs(cost))
        iterations = max(int(info.simplex_iteration_count), 0)
        return Solution(x, activity, row_dual, reduced, cost, primal, max(wrong, wrong_rows), gap, iterations, seconds)


def _excess(values: Floats, lower: Floats, upper: Floats) -> float:
    return float(np.maximum(np.maximum(lower - values, values - upper), 0.0).max(initial=0.0))


def _dual_value(multiplier: Floats, lower: Floats, upper: Floats) -> tuple[float, float]:
    """Value of the bounds at their multipliers, and the largest multiplier on a bound that does not exist."""
    bound = np.where(multiplier > 0, lower, upper)
    open_ended = ~np.isfinite(bound)
    wrong = float(np.abs(multiplier[open_ended]).max(initial=0.0))
    return float(multiplier[~open_ended] @ bound[~open_ended]), wrong
