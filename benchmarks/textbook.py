"""The nested solver of the textbook: wages in the outer loop, prices and spending each in a loop of their own.

Caliendo and Parro's own algorithm as it is taught: for given wages iterate prices to the end, then spending to the end,
then move wages by excess demand. It is here to be measured against, and shares no code with the engine.
"""

from __future__ import annotations

import numpy as np

from zollverein.economy.baseline import Baseline
from zollverein.economy.shock import ShockArrays

STEP = 0.3
MOST = 2_000


def nested(base: Baseline, shock: ShockArrays, tolerance: float) -> tuple[np.ndarray, float]:
    """Solve with fixed deficits; return price indices over base (S, N) and the largest relative excess demand."""
    S, N = base.expenditure.shape
    theta = base.theta[:, None]
    A = base.pi * np.exp(-base.theta[:, None, None] * shock.log_kappa_hat)
    gross = 1.0 + shock.tau
    w, X = np.ones(N), base.expenditure.copy()
    P = np.ones((S, N))
    wages = base.value_added.sum(axis=0)
    excess = np.inf
    for _ in range(MOST):
        for _ in range(MOST):
            c = w**base.gamma * np.exp(np.einsum("nkj,kn->jn", base.gamma_io, np.log(P)))
            new = np.einsum("sni,si->sn", A, c**-theta) ** (-1 / theta)
            moved = np.abs(new / P - 1).max()
            P = new
            if moved < 0.1 * tolerance:
                break
        pi = A * (c[:, None, :] / P[:, :, None]) ** -base.theta[:, None, None]
        net = pi / gross
        for _ in range(MOST):
            Y = np.einsum("sni,sn->si", net, X)
            revenue = (X - np.einsum("sni,sn->sn", net, X)).sum(axis=0)
            income = w * wages + revenue + base.deficit
            new = base.alpha * income + np.einsum("nkj,jn->kn", base.gamma_io, Y)
            moved = np.abs(new / X - 1).max()
            X = new
            if moved < 0.1 * tolerance:
                break
        earned = (base.gamma * Y).sum(axis=0)
        excess = float(np.abs(earned / (w * wages) - 1).max())
        if excess < tolerance:
            break
        w = w * (1 + STEP * (earned / (w * wages) - 1))
        w *= wages.sum() / (w * wages).sum()
    return P, excess
