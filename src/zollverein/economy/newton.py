"""Newton's method for one sector: N unknowns and an analytic Jacobian.

With one sector, its own input or not, expenditure follows from costs in closed form, so that the equilibrium is N
market-clearing equations in N unit costs, one of which the numeraire replaces (Walras' law).
"""

from __future__ import annotations

import numpy as np

from zollverein.economy.baseline import Array
from zollverein.economy.fused_map import FusedMap

__all__ = ["newton_point"]

CLOSE = 1e-12
STEPS = 40
SHORTEST = 1e-4
STEP_CAP = 2.0


def newton_point(fused: FusedMap, start: Array) -> Array | None:
    """Return the equilibrium as a point of the map; None where Newton does not apply or does not get there."""
    if fused.S != 1 or fused.tied.size or fused.levies.quota.size or not (fused.base.gamma > 0.0).all():
        return None
    log_c = start[: fused.N].copy()
    system = _System(fused)
    h = system.residual(log_c)
    for _ in range(STEPS):
        norm = np.abs(h).max()
        if not np.isfinite(norm):
            return None
        if norm <= CLOSE:
            return system.point(log_c)
        try:
            step = np.linalg.solve(system.jacobian(), -h)
        except np.linalg.LinAlgError:
            return None
        length = min(1.0, STEP_CAP / np.abs(step).max())
        while True:
            trial = system.residual(log_c + length * step)
            if np.abs(trial).max() < (1.0 - 0.1 * length) * norm:
                break
            length /= 2.0
            if length < SHORTEST:
                # Rounding leaves nothing to gain: the map finishes from here, or shows that this is no solution.
                return system.point(log_c) if norm < 1e-8 else None
        log_c, h = log_c + length * step, trial
    return None


class _System:
    """Market clearing as a function of log unit costs; the last evaluation is kept for its Jacobian."""

    def __init__(self, fused: FusedMap) -> None:
        self.fused = fused
        self.A, self.B = fused.A[0], fused.B[0]
        self.theta, self.g = float(fused.base.theta[0]), fused.cost_gamma[0]
        self.va, self.gamma = fused.base.value_added[0], fused.base.gamma[0]
        self.prod = fused.shock.log_productivity[0]

    def residual(self, log_c: Array) -> Array:
        """Log of sales over value added (N,), the last replaced by the numeraire."""
        f = self.fused
        self.q = np.exp(-self.theta * log_c)
        self.Phi, self.net = self.A @ self.q, self.B @ self.q
        log_P = (f.log_Phi_base[0] - np.log(self.Phi)) / self.theta
        self.log_v = (log_c + self.prod - (1.0 - self.g) * log_P) / self.g
        self.VA = self.va * np.exp(self.log_v)
        self.scale = self.VA.sum() / f.world
        self.D = f.deficits(self.VA / self.scale) * self.scale
        # X net / Phi = Y + D: what is spent at the border is what is sold, and the deficit.
        self.Y = self.VA / self.gamma
        self.X = (self.Y + self.D) * self.Phi / self.net
        self.m = self.B * self.q * (self.X / self.Phi)[:, None]
        h: Array = np.log(self.m.sum(axis=0) / self.Y)
        h[-1] = np.log(self.scale)
        return h

    def jacobian(self) -> Array:
        """Derivative of the residual to log unit costs (N, N)."""
        # In place where it can be: at a hundred countries what is allocated costs more than what is multiplied.
        theta, at = self.theta, np.arange(len(self.va))
        share = self.A * self.q
        share /= self.Phi[:, None]  # d log Phi = -theta share
        d_log_v = share * (-(1.0 - self.g) / self.g)[:, None]  # d log P = share
        d_log_v[at, at] += 1.0 / self.g
        d_VA = self.VA[:, None] * d_log_v
        spent = self.Y + self.D
        # d log (X / Phi), of which sales are made.
        inner = self._d_deficits(d_VA)
        inner += d_VA / self.gamma[:, None]
        inner /= spent[:, None]
        if self.fused.taxed:
            share = self.B * self.q
            share /= self.net[:, None]
        share *= theta
        inner += share
        sales = self.m.sum(axis=0)
        J: Array = self.m.T @ inner
        J /= sales[:, None]
        J -= d_log_v
        J[at, at] -= theta
        J[-1] = d_VA.sum(axis=0) / self.VA.sum()
        return J

    def _d_deficits(self, d_VA: Array) -> Array:
        f, world = self.fused, d_VA.sum(axis=0)
        transfer: Array = f.shock.transfer[:, None] * world / f.world
        if f.closure.deficits == "zero":
            return transfer
        if f.closure.deficits == "multiplicative":
            ratio = 1.0 + f.base.deficit / self.va
            spend = ratio * self.VA
            share = self.VA.sum() / spend.sum()
            d_share = world / spend.sum() - share * (ratio @ d_VA) / spend.sum()
            return np.asarray(ratio[:, None] * d_VA * share + spend[:, None] * d_share - d_VA + transfer)
        return np.asarray((f.base.deficit + f.shock.transfer)[:, None] * world / f.world)

    def point(self, log_c: Array) -> Array:
        """The same equilibrium as a point of the fused map."""
        f = self.fused
        x = f.start()
        x[: f.edges[1]] = log_c
        x[f.edges[1] : f.edges[2]] = np.log(self.X / f.base.expenditure[0])
        x[f.edges[2] : f.edges[3]] = self.log_v
        return x
