"""What a residual of the fused map says about the way to the equilibrium: an approximate Newton step.

The Jacobian of the map is far too large to form, but most of it is two things that are small: factor prices answer
world demand (N by N, sectors taken together), and a cost passes on to those who use the good at home (one product with
the input shares). Both are taken at the first point; with them the iteration needs about half the evaluations that it
needs with damping alone.
"""

from __future__ import annotations

import numpy as np

from zollverein.economy.baseline import Array
from zollverein.economy.fused_map import FusedMap

__all__ = ["Correction"]

# What of a residual is taken as it stands: spending overshoots by what income still has to answer.
SPENDING, LEVY = 0.7, 0.5


class Correction:
    """The step that a residual (K,) asks for, by the Jacobian at a first point.

    Raises
    ------
    numpy.linalg.LinAlgError : factor prices have no answer there.
    """

    def __init__(self, fused: FusedMap, start: Array) -> None:
        self.fused = fused
        base, theta = fused.base, fused.base.theta
        log_c, log_X, *_ = fused.parts(start)
        q = np.exp(-theta[:, None] * log_c)
        Phi = np.matmul(fused.A, q[:, :, None])[:, :, 0]
        own = np.arange(fused.N)
        self.home = (fused.A[:, own, own] * q / Phi).T
        X = base.expenditure * np.exp(log_X)
        spend = X / Phi
        sold = q * np.matmul(fused.B.transpose(0, 2, 1), spend[:, :, None])[:, :, 0]
        paid = base.gamma * sold
        earned = paid.sum(axis=0)
        # Shares of each factor in what a country earns: the specific ones by sector, and labour that moves.
        self.tied_share = (fused.specific * paid)[fused.tied] / earned
        self.moving_share = ((1.0 - fused.specific) * paid).sum(axis=0) / earned
        self.by_theta = 1.0 / (1.0 + theta)[fused.tied, None]
        self.by_wage = 1.0 / (1.0 + theta @ (paid / earned))
        self.factor_prices = np.linalg.inv(np.eye(fused.N) - self._answer(q, spend, X, earned))

    def _answer(self, q: Array, spend: Array, X: Array, earned: Array) -> Array:
        """How earnings (N,), over the world's, answer factor prices (N, N), in logs; costs and spending move too."""
        base, theta = self.fused.base, self.fused.base.theta
        weight = base.gamma * q / earned
        sales = np.einsum("sni,sn,si->in", self.fused.B, spend, weight)
        elastic = np.einsum("sni,sn,si->in", self.fused.B, spend * theta[:, None], weight)
        at_stake = theta[:, None] * X
        bought = np.einsum("sni,sn,si->ni", self.fused.A, spend * theta[:, None], q) / at_stake.sum(axis=0)[:, None]
        answer = sales + elastic @ bought - np.diag(elastic.sum(axis=1))
        world: Array = earned @ answer / earned.sum()
        return np.asarray(answer - world)

    def __call__(self, residual: Array) -> Array:
        """Return the step (K,) of a residual (K,)."""
        f = self.fused
        c, X, w, r, levy = f.parts(residual)
        step = np.empty_like(residual)
        mean = self.moving_share * w + (self.tied_share * r).sum(axis=0)
        common = self.factor_prices @ mean
        d_w = common + self.by_wage * (w - mean)
        d_r = common + self.by_theta * (r - mean)
        source = c + f.cost_gamma * f.log_v(d_w, d_r)
        passed = np.matmul(f.cost_inputs, (self.home * source.T)[:, :, None])[:, :, 0].T
        e = f.edges
        step[: e[1]] = (source + passed).ravel()
        step[e[1] : e[2]] = SPENDING * X.ravel()
        step[e[2] : e[3]] = d_w
        step[e[3] : e[4]] = d_r.ravel()
        step[e[4] :] = LEVY * levy
        return step
