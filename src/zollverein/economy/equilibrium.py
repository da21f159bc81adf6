"""From a shock to its equilibrium: Newton where one sector makes it cheap, else the fused map accelerated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zollverein.economy.anderson import FixedPoint, accelerate
from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.closure import Closure
from zollverein.economy.correction import Correction
from zollverein.economy.fused_map import Equilibrium, FusedMap
from zollverein.economy.newton import newton_point
from zollverein.economy.shock import Shock, ShockArrays, shock_arrays
from zollverein.errors import NotConverged

__all__ = ["consistent", "part_of", "solve"]

TOLERANCE = 1e-11
MAX_ITERATIONS = 1_500
FIRST_STEP, SHORTEST_STEP = 0.25, 1.0 / 64.0
# A deficit of this share of what a country earns is the likely cause where a solution gets lost.
HEAVY = 0.3
# Evaluations after which the correction by the Jacobian at the start has shown that it does not fit so violent a shock.
QUICK = 120
# The C library keeps freed memory for the next array only up to the largest that it saw freed (mallopt(3), the dynamic
# M_MMAP_THRESHOLD, at most 32 MiB): one is freed here, untouched, in a microsecond. Without it the arrays of every
# solve are mapped afresh, page by page, which can cost as much as the solve.
np.empty(30 * 2**20, dtype=np.uint8)


def consistent(base: Baseline) -> Baseline:
    """Return the baseline with its derived levels as the map itself evaluates them, equal to the last bit."""
    null = shock_arrays(Shock(), base, Closure())
    for _ in range(2):  # the first pass may still move the numeraire by a rounding, the second finds it in place
        fused = FusedMap(base, null, Closure())
        state = fused.equilibrium(fused.start())
        levels = {name: getattr(state, name) for name in ("output", "value_added", "tariff_revenue", "income")}
        base = replace(base, expenditure=state.expenditure, **levels)
    return base


def solve(
    base: Baseline,
    shock: ShockArrays,
    closure: Closure,
    *,
    near: Equilibrium | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
) -> Equilibrium:
    """Solve one scenario to its equilibrium: directly, or where that fails by approaching the shock in steps.

    Parameters
    ----------
    near : the equilibrium of a neighbouring scenario, of the same closure and quotas, to start from; absent: the base.
    max_iterations : evaluations of the map in each attempt.

    Raises
    ------
    NotConverged : with the history of the residual, how far the shock could be approached and the likely cause.
    """
    fused, found = _attempt(base, shock, closure, near, tolerance, max_iterations)
    if found.converged:
        return _state(fused, found)
    there: Equilibrium | None = None
    step, reached = FIRST_STEP, 0.0
    while step >= SHORTEST_STEP:
        share = min(1.0, reached + step)
        part = shock if share == 1.0 else part_of(base, shock, share)
        fused, trial = _attempt(base, part, closure, there, tolerance, max_iterations)
        if not trial.converged:
            step /= 2.0
            continue
        there, reached = _state(fused, trial), share
        if share == 1.0:
            return there
        step *= 1.5
    raise NotConverged(_why(base, closure, found, reached, there, tolerance), found.history)


def part_of(base: Baseline, shock: ShockArrays, share: float) -> ShockArrays:
    """Return a shock gone only part of the way, in logs; levies in full, whose bounds are no matter of degree."""
    gone = np.log1p(shock.tau) - np.log1p(base.tau)
    iceberg = shock.log_kappa_hat - gone
    return replace(
        shock,
        tau=np.expm1(np.log1p(base.tau) + share * gone),
        log_kappa_hat=share * gone + share * iceberg,
        log_productivity=share * shock.log_productivity,
        supply=shock.supply**share,
        transfer=share * shock.transfer,
    )


def _attempt(
    base: Baseline,
    shock: ShockArrays,
    closure: Closure,
    near: Equilibrium | None,
    tolerance: float,
    max_iterations: int,
) -> tuple[FusedMap, FixedPoint]:
    fused = FusedMap(base, shock, closure)
    first = fused.start()
    if near is not None and near.point.shape == first.shape:
        first = near.point
    tried: tuple[float, ...] = ()
    with np.errstate(all="ignore"):
        close = newton_point(fused, first)
        if close is None:
            quick = _corrected(fused, first, tolerance, min(QUICK, max_iterations))
            if quick is not None and (quick.converged or max_iterations <= QUICK):
                return fused, quick
            tried = () if quick is None else quick.history
        damping = fused.damping()
        found = accelerate(
            fused.residual, first if close is None else close, plain_step=lambda r: damping * r,
            tolerance=tolerance, max_iterations=max_iterations,
        )  # fmt: skip
    return fused, replace(found, history=tried + found.history)


def _corrected(fused: FusedMap, start: Array, tolerance: float, max_iterations: int) -> FixedPoint | None:
    """Iterate by the Jacobian's approximation at the start; None where that has none."""
    try:
        correction = Correction(fused, start)
    except np.linalg.LinAlgError:
        return None
    return accelerate(fused.residual, start, plain_step=correction, tolerance=tolerance, max_iterations=max_iterations)


def _state(fused: FusedMap, found: FixedPoint) -> Equilibrium:
    return fused.equilibrium(found.point, found.history)


def _why(
    base: Baseline,
    closure: Closure,
    found: FixedPoint,
    reached: float,
    there: Equilibrium | None,
    tolerance: float,
) -> str:
    """Say how far the shock could be approached, and what is most likely in the way."""
    told = (
        f"the equilibrium stopped at a residual of {min(found.history):.1e} after {len(found.history)} iterations; "
        f"{tolerance:.0e} is asked. Approached in steps, {reached:.0%} of the shock could be solved"
    )
    if there is None:
        return f"{told}; try a smaller shock, or check theta"
    burden = np.abs(there.deficit) / there.value_added.sum(axis=0)
    n = int(np.argmax(burden))
    if closure.deficits in ("fixed", "world_share") and burden[n] > HEAVY:
        kind = "surplus" if there.deficit[n] < 0 else "deficit"
        return (
            f"{told}, where the fixed {kind} of {base.countries[n]} is already {burden[n]:.0%} of what it earns; "
            f'beyond it cannot be met. Use Closure(deficits="multiplicative") or "zero", or a smaller shock'
        )
    return f"{told}; try a smaller shock, or check theta"
