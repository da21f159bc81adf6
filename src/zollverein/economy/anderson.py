"""Safeguarded Anderson acceleration of a fixed-point map.

Type II acceleration (Walker and Ni 2011, doi:10.1137/10078356X) with a ridge, a cap on the step and a restart when
the residual rises: the safeguards are what makes violent shocks converge, not the acceleration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zollverein.economy.baseline import Array

__all__ = ["FixedPoint", "accelerate"]

MEMORY = 20
STEP_CAP = 2.0
RIDGE = 1e-12
RISE_ALLOWED = 4.0
LOST = 100.0
SMALLEST_CAUTION = 0.02


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """Where the iteration ended: the point, the residual after each evaluation, and whether it converged."""

    point: Array
    history: tuple[float, ...]
    converged: bool


def accelerate(
    residual: Callable[[Array], Array],
    start: Array,
    *,
    damping: Array | float,
    tolerance: float,
    max_iterations: int,
) -> FixedPoint:
    """Find x with ``residual(x) = 0`` where ``residual(x) = G(x) - x`` for a fixed-point map G in logs.

    Parameters
    ----------
    residual : maps a point (K,) to its residual (K,).
    start : (K,) first point.
    damping : scalar or (K,); the plain step is ``damping * residual``.
    tolerance : largest absolute residual accepted.
    max_iterations : evaluations of the map at most.
    """
    x = start.copy()
    best_x, best_norm = x, np.inf
    reference = np.inf
    caution = 1.0
    history: list[float] = []
    dx: list[Array] = []
    dr: list[Array] = []
    previous: tuple[Array, Array] | None = None
    for _ in range(max_iterations):
        r = residual(x)
        norm = float(np.abs(r).max()) if np.isfinite(r).all() else np.inf
        history.append(norm)
        if norm <= tolerance:
            return FixedPoint(x, tuple(history), converged=True)
        if norm < best_norm:
            best_x, best_norm = x, norm
        if norm > RISE_ALLOWED * reference or not np.isfinite(norm):
            # Acceleration led astray: forget the past and step plainly, ever more carefully, from here or,
            # where it is much worse, from the best point seen.
            dx.clear()
            dr.clear()
            previous = None
            caution = max(0.5 * caution, SMALLEST_CAUTION)
            if norm > LOST * best_norm or not np.isfinite(norm):
                x = best_x
                r = residual(x)
                norm = best_norm
            reference = norm
        reference = min(reference, norm)
        step_residual = damping * r
        if previous is not None:
            dx.append(x - previous[0])
            dr.append(step_residual - previous[1])
            del dx[:-MEMORY], dr[:-MEMORY]
        previous = (x, step_residual)
        step = _step(step_residual, dx, dr) if dx else caution * step_residual
        x = x + np.clip(step, -STEP_CAP, STEP_CAP)
    return FixedPoint(best_x, tuple(history), converged=False)


def _step(step_residual: Array, dx: list[Array], dr: list[Array]) -> Array:
    """Anderson step: the damped residual less its projection on the last differences."""
    if not dr:
        return step_residual
    # Differences shrink with the residual: scaled to one, so that the ridge does not drown the newest.
    scale = 1.0 / np.maximum(np.linalg.norm(dr, axis=1), np.finfo(float).tiny)
    R, D = np.stack(dr) * scale[:, None], np.stack(dx) * scale[:, None]
    gram = R @ R.T
    gram[np.diag_indices_from(gram)] += RIDGE
    weights = np.linalg.solve(gram, R @ step_residual)
    step: Array = step_residual - weights @ (D + R)
    return step
