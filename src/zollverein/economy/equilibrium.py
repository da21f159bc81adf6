"""From a shock to its equilibrium: Newton where one sector makes it cheap, else the fused map accelerated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zollverein.economy.anderson import FixedPoint, accelerate
from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.closure import Closure
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


def consistent(base: Baseline) -> Baseline:
    """Return the baseline with its derived levels as the map itself evaluates them, equal to the last bit."""
    null = shock_arrays(Shock(), base, Closure())
    for _ in range(2):  # the first pass may still move the numeraire by a rounding, the second finds it in place
        fused = FusedMap(base, null, Closure())
        state, _, _ = fused.equilibrium(fused.start())
        levels = {name: getattr(state, name) for name in ("output", "value_added", "tariff_revenue", "income")}
        base = replace(base, expenditure=state.expenditure, **levels)
    return base


def solve(
    base: Baseline,
    shock: ShockArrays,
    closure: Closure,
    *,
    start: Array | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
) -> Equilibrium:
    """Solve one scenario to its equilibrium: directly, or where that fails by approaching the shock in steps.

    Parameters
    ----------
    start : the ``point`` of a neighbouring scenario's equilibrium, of the same closure and quotas; absent: the base.
    max_iterations : evaluations of the map in each attempt.

    Raises
    ------
    NotConverged : with the history of the residual, how far the shock could be approached and the likely cause.
    """
    found = _attempt(base, shock, closure, start, tolerance, max_iterations)
    if found.converged:
        return _state(base, shock, closure, found)
    point, reached = None, 0.0
    step, nearest = FIRST_STEP, found
    while step >= SHORTEST_STEP:
        share = min(1.0, reached + step)
        part = shock if share == 1.0 else part_of(base, shock, share)
        trial = _attempt(base, part, closure, point, tolerance, max_iterations)
        if not trial.converged:
            step /= 2.0
            continue
        if share == 1.0:
            return _state(base, shock, closure, trial)
        point, reached, nearest = trial.point, share, trial
        step *= 1.5
    raise NotConverged(_why(base, shock, closure, found, reached, nearest, tolerance), found.history)


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
    start: Array | None,
    tolerance: float,
    max_iterations: int,
) -> FixedPoint:
    fused = FusedMap(base, shock, closure)
    first = fused.start() if start is None or start.shape != fused.start().shape else start
    with np.errstate(all="ignore"):
        near = newton_point(fused, first)
        return accelerate(
            fused.residual,
            first if near is None else near,
            damping=fused.damping(),
            tolerance=tolerance,
            max_iterations=max_iterations,
        )


def _state(base: Baseline, shock: ShockArrays, closure: Closure, found: FixedPoint) -> Equilibrium:
    state, _, _ = FusedMap(base, shock, closure).equilibrium(found.point)
    return replace(state, history=found.history)


def _why(
    base: Baseline,
    shock: ShockArrays,
    closure: Closure,
    found: FixedPoint,
    reached: float,
    nearest: FixedPoint,
    tolerance: float,
) -> str:
    """Say how far the shock could be approached, and what is most likely in the way."""
    told = (
        f"the equilibrium stopped at a residual of {min(found.history):.1e} after {len(found.history)} iterations; "
        f"{tolerance:.0e} is asked. Approached in steps, {reached:.0%} of the shock could be solved"
    )
    if reached == 0.0:
        return f"{told}; try a smaller shock, or check theta"
    state = _state(base, part_of(base, shock, reached), closure, nearest)
    burden = np.abs(state.deficit) / state.value_added.sum(axis=0)
    n = int(np.argmax(burden))
    if closure.deficits in ("fixed", "world_share") and burden[n] > HEAVY:
        kind = "surplus" if state.deficit[n] < 0 else "deficit"
        return (
            f"{told}, where the fixed {kind} of {base.countries[n]} is already {burden[n]:.0%} of what it earns; "
            f'beyond it cannot be met. Use Closure(deficits="multiplicative") or "zero", or a smaller shock'
        )
    return f"{told}; try a smaller shock, or check theta"
