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


class _Memory:
    """The last differences of damped residuals, and of where they lead, in a ring; the products of the former at hand.

    Two passes a step over what is remembered: one that meets the newest difference and the residual together, and one
    that adds up.
    """

    def __init__(self, size: int) -> None:
        self.dr, self.dx_dr = np.empty((MEMORY, size)), np.empty((MEMORY, size))
        self.gram = np.zeros((MEMORY, MEMORY))
        self.pair = np.empty((size, 2), order="F")
        self.count = self.next = 0

    def forget(self) -> None:
        self.count = self.next = 0

    def step(self, dx: Array, dr: Array, residual: Array) -> Array:
        """Anderson step after one more pair of differences: the residual less its projection on all differences."""
        k = self.next
        self.dr[k] = dr
        np.add(dx, dr, out=self.dx_dr[k])
        m = self.count = max(self.count, k + 1)
        self.next = (k + 1) % MEMORY
        self.pair[:, 0], self.pair[:, 1] = dr, residual
        met = self.dr[:m] @ self.pair
        self.gram[k, :m] = self.gram[:m, k] = met[:, 0]
        gram = self.gram[:m, :m]
        # Differences shrink with the residual: scaled to one, so that the ridge does not drown the newest.
        scale = 1.0 / np.sqrt(np.maximum(np.diag(gram), np.finfo(float).tiny))
        scaled = gram * scale * scale[:, None]
        scaled[np.diag_indices(m)] += RIDGE
        weights = scale * np.linalg.solve(scaled, scale * met[:, 1])
        step: Array = residual - weights @ self.dx_dr[:m]
        return step


def accelerate(
    residual: Callable[[Array], Array],
    start: Array,
    *,
    plain_step: Callable[[Array], Array],
    tolerance: float,
    max_iterations: int,
) -> FixedPoint:
    """Find x with ``residual(x) = 0`` where ``residual(x) = G(x) - x`` for a fixed-point map G in logs.

    Parameters
    ----------
    residual : maps a point (K,) to its residual (K,).
    start : (K,) first point.
    plain_step : maps a residual (K,) to the step taken without acceleration, by damping or a preconditioner.
    tolerance : largest absolute residual accepted.
    max_iterations : evaluations of the map at most.
    """
    x = start.copy()
    best_x, best_norm = x, np.inf
    reference = np.inf
    caution = 1.0
    history: list[float] = []
    memory = _Memory(len(x))
    previous: tuple[Array, Array] | None = None
    for _ in range(max_iterations):
        r = residual(x)
        norm = float(np.abs(r).max())
        norm = norm if np.isfinite(norm) else np.inf
        history.append(norm)
        if norm <= tolerance:
            return FixedPoint(x, tuple(history), converged=True)
        if norm < best_norm:
            best_x, best_norm = x, norm
        if norm > RISE_ALLOWED * reference or not np.isfinite(norm):
            # Acceleration led astray: forget the past and step plainly, ever more carefully, from here or,
            # where it is much worse, from the best point seen.
            memory.forget()
            previous = None
            caution = max(0.5 * caution, SMALLEST_CAUTION)
            if norm > LOST * best_norm or not np.isfinite(norm):
                x = best_x
                r = residual(x)
                norm = best_norm
            reference = norm
        reference = min(reference, norm)
        step_residual = plain_step(r)
        if previous is None:
            step = caution * step_residual
        else:
            step = memory.step(x - previous[0], step_residual - previous[1], step_residual)
        previous = (x, step_residual)
        x = x + np.clip(step, -STEP_CAP, STEP_CAP)
    return FixedPoint(best_x, tuple(history), converged=False)
