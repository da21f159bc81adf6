"""Newton's method on the dual of weighted relative entropy under linear constraints.

Primal, in sizes y > 0 (x = sign * y), with hard constraints exact and soft ones at a price::

    min_y  sum_c w_c (y_c log(y_c / y0_c) - y_c + y0_c)  +  1/2 sum_k (b_k - B_k y)^2 / sigma_k^2

Dual, concave, with multipliers z and y(z) = y0 exp(B'z / w)::

    max_z  b'z - sum_c w_c (y_c(z) - y0_c) - 1/2 sum_k sigma_k^2 z_k^2
    gradient  b - B y(z) - sigma^2 z,     Hessian  -(B diag(y / w) B' + diag(sigma^2))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.linalg import splu

from zollverein.case.balancing.balanced import Array

__all__ = ["Stopped", "maximised"]

STEPS = 120
HALVINGS = 40
# No cell moves by more than this in logs in one step.
LONGEST = 5.0
# Aim well below what is certified, as the last step is free.
AIM = 1e-13
RIDGE = 1e-12
# A system is factorised densely up to this size, or where it is not sparse.
DENSE = 1_200


@dataclass(frozen=True, eq=False)
class Stopped:
    """Where Newton stopped: sizes (C,), multipliers (K,), the largest relative residual after each step."""

    y: Array
    z: Array
    residual: Array
    history: tuple[float, ...]


def maximised(
    B: sparse.csr_array, b: Array, sigma: Array, y0: Array, w: Array, *, tolerance: float, steps: int = STEPS
) -> Stopped:
    """Return where Newton stops: at a residual of rounding, or short of it.

    Parameters
    ----------
    B : (K, C) coefficients of sizes. b, sigma : (K,) targets and standard errors, 0 is hard.
    y0 : (C,) sizes before, above 0. w : (C,) weights, above 0.
    """
    Bt, size_of = B.T.tocsr(), abs(B)
    z, y = np.zeros(len(b)), y0
    square = sigma**2
    history: list[float] = []

    def height(z: Array, y: Array) -> float:
        return float(b @ z - w @ (y - y0) - 0.5 * square @ z**2)

    at = height(z, y)
    residual = np.zeros(len(b))
    while True:
        g = b - B @ y - square * z
        scale = np.maximum(np.abs(b), size_of @ y) + sigma
        residual = np.divide(np.abs(g), scale, out=np.zeros(len(b)), where=scale > 0)
        history.append(float(residual.max(initial=0.0)))
        if history[-1] <= AIM or len(history) > steps or (history[-1] <= tolerance and _stalled(history)):
            break
        if len(history) == 1 and history[0] <= tolerance:
            break
        d = _solved(B, Bt, y / w, square)(g)
        slope = float(g @ d)
        turn = (Bt @ d) / w
        t = min(1.0, LONGEST / (float(np.abs(turn).max(initial=0.0)) or 1.0))
        spread = abs(at) + float(np.abs(b) @ np.abs(z)) + float(w @ y) * 1e-3
        for _ in range(HALVINGS):
            new_y = y0 * np.exp((Bt @ (z + t * d)) / w)
            new = height(z + t * d, new_y)
            if new >= at + 1e-4 * t * slope - 1e-14 * spread:
                break
            t /= 2.0
        z, y, at = z + t * d, new_y, new
    return Stopped(y, z, residual, tuple(history))


def _stalled(history: list[float]) -> bool:
    return len(history) > 2 and history[-1] > 0.1 * history[-2]


def _solved(B: sparse.csr_array, Bt: sparse.csr_array, v: Array, square: Array) -> Callable[[Array], Array]:
    """Return a solver of ``(B diag(v) B' + diag(square)) d = g``, lightly ridged where constraints are redundant."""
    H = sparse.csr_array((B * v[None, :]) @ Bt + sparse.diags_array(square))
    diagonal = H.diagonal()
    top = float(diagonal.max(initial=0.0)) or 1.0
    s = 1.0 / np.sqrt(np.maximum(diagonal, 1e-300 * top))
    K = len(s)
    scaled = sparse.csc_array(sparse.diags_array(s) @ H @ sparse.diags_array(s))
    if K <= DENSE or scaled.nnz > 0.1 * K * K:
        full = scaled.toarray()
        ridge = RIDGE
        while True:
            try:
                factor = linalg.cho_factor(full + ridge * np.eye(K), lower=True, overwrite_a=True, check_finite=False)
            except linalg.LinAlgError:
                ridge *= 100.0
                continue
            return lambda g: s * linalg.cho_solve(factor, s * g, check_finite=False)
    lu = splu(
        sparse.csc_array(scaled + RIDGE * sparse.eye_array(K)), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )  # fmt: skip
    return lambda g: s * lu.solve(s * g)
