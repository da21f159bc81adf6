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

__all__ = ["consistent", "solve"]

TOLERANCE = 1e-11
MAX_ITERATIONS = 5_000


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
    """Solve one scenario to its equilibrium.

    Parameters
    ----------
    start : the ``point`` of a neighbouring scenario's equilibrium, of the same closure and quotas; absent: the base.

    Raises
    ------
    NotConverged : with the history of the residual and what to try.
    """
    fused = FusedMap(base, shock, closure)
    first = fused.start() if start is None or start.shape != fused.start().shape else start
    with np.errstate(all="ignore"):
        near = newton_point(fused, first)
        found: FixedPoint = accelerate(
            fused.residual,
            first if near is None else near,
            damping=fused.damping(),
            tolerance=tolerance,
            max_iterations=max_iterations,
        )
    if not found.converged:
        raise NotConverged(
            f"the equilibrium stopped at a residual of {min(found.history):.1e} after {len(found.history)} "
            f"iterations; {tolerance:.0e} is asked. Try a smaller shock or approach it in steps, "
            f'Closure(deficits="multiplicative") if a country cannot pay its fixed deficit, or check theta',
            found.history,
        )
    state, _, _ = fused.equilibrium(found.point)
    return replace(state, history=found.history)
