"""Newton's method on the dual of weighted relative entropy under linear constraints.

Primal, in sizes y > 0, with hard constraints exact and soft ones at a price::

    min_y  sum_c w_c (y_c log(y_c / y0_c) - y_c + y0_c)  +  1/2 sum_k ((b_k - B_k y) / sigma_k)^2

Dual, concave, with multipliers z and y(z) = y0 exp(B'z / w)::

    max_z  b'z - sum_c w_c (y_c(z) - y0_c) - 1/2 sum_k sigma_k^2 z_k^2
    gradient  b - B y(z) - sigma^2 z,     Hessian  -(B diag(y / w) B' + diag(sigma^2))
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from zollverein.case.balancing.balanced import Array
from zollverein.case.balancing.normal_equations import NormalEquations

__all__ = ["Stopped", "maximised"]

STEPS = 100
HALVINGS = 40
# In logs: no cell grows or shrinks by more than this in one step, and none ends below this of its seed.
MOST_UP, MOST_DOWN, LEAST = 5.0, 50.0, -230.0
# Below this a cell is dust, which grows that far at one go.
DUST = -30.0
# Where sure constraints want cells away, logs end in the hundreds: after a step that was not halved, so much more.
BOLDER = 4.0
# A soft row's residual counts relative to its terms, and to this many of its gaps or standard errors if that is less:
# at a residual of 1e-9 the gap in standard errors is told to 1 %.
SURE = 1e7
# Aim well below what is certified: near the answer each step squares the gap.
AIM = 1e-12
# Steps need not be exact; near the answer each still shortens the gap by this factor.
ACCURATE = 1e-4
# After so many steps that did not halve the residual there is no answer, or none that steps like these find.
STUCK = 20
# Nor is there when the system of a step was out of reach so often.
FAILURES = 2
# A step that gains less than this share of what its slope promises is halved (Armijo).
ENOUGH = 1e-4


@dataclass(frozen=True, eq=False)
class Stopped:
    """Where Newton stopped: sizes (C,), multipliers (K,), and the largest relative residual before each step.

    ``stuck`` says that many steps had brought nothing.
    """

    y: Array
    z: Array
    history: tuple[float, ...]
    stuck: bool

    @property
    def reached(self) -> float:
        """The residual of these sizes and multipliers."""
        return min(self.history)


def maximised(
    B: sparse.csr_array,
    b: Array,
    sigma: Array,
    y0: Array,
    w: Array,
    *,
    tolerance: float,
    steps: int = STEPS,
    start: Array | None = None,
    thorough: bool = False,
) -> Stopped:
    """Return where Newton stops: at a residual of rounding, or short of it.

    A seed that meets everything within the tolerance comes back as it is.

    Parameters
    ----------
    B : (K, C) coefficients of sizes. b, sigma : (K,) targets and standard errors, 0 is hard.
    y0 : (C,) sizes before, above 0. w : (C,) weights, above 0. start : (K,) multipliers to start from; absent: 0.
    thorough : go on where there is hardly an answer, and factorise large systems if need be.
    """
    Bt, sizes = sparse.csr_array(B.T), abs(B)
    normal = NormalEquations(B, Bt, sigma**2, thorough)
    z, history = np.zeros(len(b)) if start is None else start, list[float]()
    y = _grown(Bt, z, y0, w)
    height = _height(z, y, b, sigma, y0, w)
    best, down = (np.inf, y, z), MOST_DOWN
    while True:
        gap = b - B @ y
        gradient = gap - sigma**2 * z
        scale = np.maximum(np.abs(b), sizes @ y) + sigma
        scale = np.where(sigma > 0, np.minimum(scale, SURE * np.maximum(sigma, np.abs(gap))), scale)
        residual = np.divide(np.abs(gradient), scale, out=np.zeros(len(b)), where=scale > 0)
        history.append(float(residual.max(initial=0.0)))
        if history[-1] < best[0]:
            best = (history[-1], y, z)
        lost = normal.failures >= FAILURES and not thorough and history[-1] > tolerance
        stuck = _stuck(history, tolerance)
        if lost or stuck or _done(history, tolerance) or len(history) > steps:
            return Stopped(best[1], best[2], tuple(history), stuck)
        step = normal.solve(gradient, y / w, max(ACCURATE, min(0.1, history[-1])))
        t = longest = _longest((Bt @ z) / w, (Bt @ step) / w, down)
        slope = float(gradient @ step)
        # What rounding may take from the sum that the height is.
        noise = 1e-14 * (abs(height) + float(np.abs(b) @ np.abs(z)) + float(w @ y))
        for _ in range(HALVINGS):
            new_z = z + t * step
            new_y = _grown(Bt, new_z, y0, w)
            new = _height(new_z, new_y, b, sigma, y0, w)
            if new >= height + ENOUGH * t * slope - noise:
                break
            t /= 2.0
        down = BOLDER * down if t == longest else MOST_DOWN
        z, y, height = new_z, new_y, new


def _grown(Bt: sparse.csr_array, z: Array, y0: Array, w: Array) -> Array:
    """Sizes at multipliers z."""
    return np.asarray(y0 * np.exp(np.maximum((Bt @ z) / w, LEAST)))


def _longest(log: Array, turn: Array, most_down: float) -> float:
    """The share of a step that no cell's log, moving from ``log`` by ``turn``, forbids.

    A cell that is at its least already holds nothing up, nor does dust that stays dust.
    """
    up = turn / (np.maximum(log, DUST) + MOST_UP - log)
    down = np.where(log > LEAST, -turn / most_down, 0.0)
    return 1.0 / max(1.0, float(up.max(initial=0.0)), float(down.max(initial=0.0)))


def _height(z: Array, y: Array, b: Array, sigma: Array, y0: Array, w: Array) -> float:
    """The dual objective."""
    return float(b @ z - w @ (y - y0) - 0.5 * (sigma * z) @ (sigma * z))


def _done(history: list[float], tolerance: float) -> bool:
    last = history[-1]
    if len(history) == 1:
        return last <= tolerance
    return last <= AIM or (last <= tolerance and last > 0.1 * history[-2])


def _stuck(history: list[float], tolerance: float) -> bool:
    last = history[-1]
    return len(history) > STUCK and last > tolerance and last > 0.5 * min(history[:-STUCK])
