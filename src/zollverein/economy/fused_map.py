"""One fused map whose fixed point is the equilibrium; never an N*S by N*S matrix.

Unknowns, in logs: unit cost ``c`` (S, N), expenditure ``X`` (S, N), the wage (N,), the price of each sector's specific
factor, and the levy that makes each binding quota just bind. Per scenario one power pass forms
``A = pi * kappa_hat**-theta`` and ``B = A / (1 + tau')``; every iteration only multiplies these with vectors.
Equations: Caliendo and Parro (2015), (9) to (13) in changes, with factors mobile, specific or both.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.closure import Closure
from zollverein.economy.shock import Levies, ShockArrays
from zollverein.errors import EconomyError

__all__ = ["Equilibrium", "FusedMap"]


@dataclass(frozen=True, slots=True)
class Equilibrium:
    """A counterfactual equilibrium; a hat is counterfactual over base, a prime a counterfactual level.

    Attributes
    ----------
    c_hat, P_hat : (S, N) unit cost and price index.
    v_hat : (S, N) price of value added.
    expenditure : (S, N) X', tariffs included.
    output : (S, N) Y', at producer prices.
    value_added : (S, N) gamma * Y'.
    tariff_revenue, levy_revenue, deficit, income : (N,) levels.
    levy_rate : (Q,) ad valorem rate of every levied flow, export taxes and quotas.
    quantity_hat : (Q,) real flow over base of every levied flow.
    history : largest residual of the solver after each iteration.
    point : the unknowns in logs, from which a neighbouring scenario may start.
    """

    c_hat: Array
    P_hat: Array
    v_hat: Array
    expenditure: Array
    output: Array
    value_added: Array
    tariff_revenue: Array
    levy_revenue: Array
    deficit: Array
    income: Array
    levy_rate: Array
    quantity_hat: Array
    history: tuple[float, ...]
    point: Array = field(repr=False)


@dataclass(slots=True)
class _Evaluation:
    """Every quantity of the map at a point, and what the map makes of its costs and expenditures."""

    log_c: Array
    log_p: Array
    log_v: Array
    X: Array
    Y: Array
    VA: Array
    R: Array
    E: Array
    D: Array
    I: Array  # noqa: E741 - the field's symbol for income
    log_levy: Array
    quantity_hat: Array
    log_c_new: Array
    X_new: Array


class FusedMap:
    """Arrays of one scenario that do not change between iterations, and the map on them."""

    def __init__(self, base: Baseline, shock: ShockArrays, closure: Closure) -> None:
        self.base, self.shock, self.closure = base, shock, closure
        self.S, self.N = base.expenditure.shape
        self.taxed = bool(np.any(shock.tau))
        with np.errstate(divide="ignore", under="ignore", invalid="ignore"):
            self.A = np.multiply(shock.log_kappa_hat, -base.theta[:, None, None])
            np.exp(self.A, out=self.A)
            self.A *= base.pi
            self.B = self.A
            if self.taxed:
                self.B = 1.0 + shock.tau
                np.divide(self.A, self.B, out=self.B)
        self.levies: Levies = shock.levies
        cells = self.levies.cells
        self.A_free, self.B_free = self.A[cells], self.B[cells]
        self.theta_cells = base.theta[cells[0]]
        self.flow_cells = base.pi[cells] * base.expenditure[cells[0], cells[1]] / (1.0 + base.tau[cells])
        self.world = float(base.value_added.sum())
        self.safe_va = np.where(base.value_added > 0, base.value_added, 1.0)
        self._factors()
        self._costs()
        # Shares add to one up to rounding; measured against the same product at base, no shock is exactly no change.
        self.log_Phi_base = np.log(np.matmul(base.pi, np.ones((self.S, self.N, 1)))[:, :, 0])
        SN, quotas = self.S * self.N, int(self.levies.quota.sum())
        self.edges = np.cumsum([0, SN, SN, self.N, len(self.tied) * self.N, quotas])

    def _factors(self) -> None:
        """Which sectors have a specific factor, and what labour earns where it may move."""
        self.specific = self.closure.specific_shares(self.base.sectors)[:, None]
        self.tied = np.flatnonzero(self.specific > 0)
        self.labour_income = ((1.0 - self.specific) * self.base.value_added).sum(axis=0)
        self.moves = self.labour_income > 0
        if (self.shock.supply != 1.0).any() and not self.specific[(self.shock.supply != 1.0).any(axis=1)].all():
            raise EconomyError(
                "Shock(supply=...) changes the specific factor of a sector that has none; "
                "give the sector a specific_share in the closure, or use Shock(productivity=...)"
            )

    def _costs(self) -> None:
        """Weights of value added and inputs in the log of unit cost: the technology's, or universal gravity's."""
        self.cost_gamma, self.cost_inputs = self.base.gamma, self.base.gamma_io.transpose(0, 2, 1)
        psi = self.closure.supply_elasticity
        if psi == 0.0:
            return
        if self.S > 1 or self.base.gamma_io.any() or self.tied.size:
            raise EconomyError(
                f"Closure(supply_elasticity={psi:g}) is for one sector without linkages and specific factors; "
                f"leave it at 0, or leave value_added and inputs out of the economy"
            )
        self.cost_gamma = np.full((1, self.N), 1.0 / (1.0 + psi))
        self.cost_inputs = np.full((self.N, 1, 1), psi / (1.0 + psi))

    def start(self) -> Array:
        """Return the base as a point: no change in costs, expenditure and factor prices, no levy."""
        return np.zeros(self.edges[-1])

    def damping(self) -> Array:
        """Step per unknown: factor prices answer demand with elasticity theta, so they move with care."""
        theta = self.base.theta
        d = np.full(self.edges[-1], 0.5)
        d[: self.edges[2]] = 0.7
        weights = self.base.value_added / self.base.value_added.sum(axis=0)
        d[self.edges[2] : self.edges[3]] = np.minimum(1.6 / (1.0 + theta @ weights), 0.8)
        d[self.edges[3] : self.edges[4]] = np.repeat(1.0 / (1.0 + theta[self.tied]), self.N)
        return d

    def parts(self, x: Array) -> tuple[Array, Array, Array, Array, Array]:
        """Split a point into log c (S, N), log X_hat (S, N), log wage (N,), log factor (tied, N) and quotas' levies."""
        c, X, w, r, levy = (x[a:b] for a, b in zip(self.edges[:-1], self.edges[1:], strict=True))
        shape = (self.S, self.N)
        return c.reshape(shape), X.reshape(shape), w, r.reshape(len(self.tied), self.N), levy

    def log_v(self, w: Array, r: Array) -> Array:
        """Log price of value added (S, N) from the wage and the specific factors."""
        out = (1.0 - self.specific) * w
        out[self.tied] += self.specific[self.tied] * r
        return out

    def evaluate(self, x: Array) -> _Evaluation:
        """Evaluate every equation at a point."""
        base = self.base
        log_c, log_X, w, r, levy = self.parts(x)
        log_levy = self.levies.log_gross.copy()
        log_levy[self.levies.quota] = np.maximum(levy, 0.0)
        self._toll(log_levy)
        X = base.expenditure * np.exp(log_X)
        q = np.exp(-base.theta[:, None] * log_c)
        Phi = np.matmul(self.A, q[:, :, None])[:, :, 0]
        log_P = (self.log_Phi_base - np.log(Phi)) / base.theta[:, None]
        spend = X / Phi
        net = np.matmul(self.B, q[:, :, None])[:, :, 0] if self.taxed else Phi
        R = (X - spend * net).sum(axis=0) if self.taxed else np.zeros(self.N)
        Y = q * np.matmul(self.B.transpose(0, 2, 1), spend[:, :, None])[:, :, 0]
        E, quantity_hat = self._collect(Y, q, spend, log_c, log_levy)
        VA = base.gamma * Y
        earned = VA.sum(axis=0)
        scale = self.world / VA.sum()
        D = self.deficits(earned * scale) / scale
        I = earned + R + E + D  # noqa: E741 - the field's symbol for income
        X_new = base.alpha * I + np.matmul(base.gamma_io, Y.T[:, :, None])[:, :, 0].T
        log_v = self.log_v(w, r)
        inputs = np.matmul(self.cost_inputs, log_P.T[:, :, None])[:, :, 0].T
        log_c_new = self.cost_gamma * log_v + inputs - self.shock.log_productivity
        return _Evaluation(log_c, log_P, log_v, X, Y, VA, R, E, D, I, log_levy, quantity_hat, log_c_new, X_new)

    def equilibrium(self, x: Array, history: tuple[float, ...] = ()) -> Equilibrium:
        """Return what holds at a point, which is an equilibrium if the residual there is nothing."""
        e = self.evaluate(x)
        return Equilibrium(
            np.exp(e.log_c), np.exp(e.log_p), np.exp(e.log_v), e.X, e.Y, e.VA, e.R, e.E, e.D, e.I,
            np.expm1(e.log_levy), e.quantity_hat, history, x,
        )  # fmt: skip

    def _toll(self, log_levy: Array) -> None:
        if log_levy.size:
            toll = np.exp(-self.theta_cells * log_levy)
            self.A[self.levies.cells] = self.A_free * toll
            self.B[self.levies.cells] = self.B_free * toll

    def _collect(self, Y: Array, q: Array, spend: Array, log_c: Array, log_levy: Array) -> tuple[Array, Array]:
        """Take the levies out of producers' sales (in place); return revenue by owner and real flows over base."""
        E = np.zeros(self.N)
        if not log_levy.size:
            return E, log_levy
        s, n, i = self.levies.cells
        border = self.B[s, n, i] * q[s, i] * spend[s, n]
        toll = border * -np.expm1(-log_levy)
        # What melts was made and sold all the same: it stays in the producer's receipts, and is nobody's revenue.
        taken = np.where(self.levies.melts, 0.0, toll)
        np.subtract.at(Y, (s, i), taken)
        E += np.bincount(self.levies.owner, weights=taken, minlength=self.N)
        quantity_hat: Array = (border - toll) / self.flow_cells * np.exp(-log_c[s, i])
        return E, quantity_hat

    def deficits(self, VA: Array) -> Array:
        """Return deficits (N,) at value added (N,), both in the numeraire."""
        if self.closure.deficits == "zero":
            return self.shock.transfer
        if self.closure.deficits == "multiplicative":
            spend = (1.0 + self.base.deficit / self.base.value_added.sum(axis=0)) * VA
            return np.asarray(spend * (VA.sum() / spend.sum()) - VA + self.shock.transfer)
        return self.base.deficit + self.shock.transfer

    def residual(self, x: Array) -> Array:
        """Return the log residual of the map at a point, prices measured in the numeraire."""
        at = self.evaluate(x)
        e, VA = self.edges, at.VA
        log_world = np.log(VA.sum() / self.world)
        res = np.empty_like(x)
        res[: e[1]] = at.log_c_new.ravel() - x[: e[1]]
        res[e[1] : e[2]] = np.log(at.X_new / self.base.expenditure).ravel() - x[e[1] : e[2]] - log_world
        res[e[2] : e[3]] = np.log(self.wage(VA)) - x[e[2] : e[3]] - log_world
        if self.tied.size:
            res[e[3] : e[4]] = np.log(self.rental(VA)).ravel() - x[e[3] : e[4]] - log_world
        if self.levies.quota.any():
            bound, quota = self.levies.bound[self.levies.quota], x[e[4] :]
            theta = self.theta_cells[self.levies.quota]
            excess = np.log(at.quantity_hat[self.levies.quota] / bound) / (1.0 + theta)
            res[e[4] :] = np.maximum(excess, -np.maximum(quota, 0.0)) - np.minimum(quota, 0.0)
        return res

    def wage(self, VA: Array) -> Array:
        """Wage over base (N,): what labour that moves earns; 1 where there is none."""
        earned = ((1.0 - self.specific) * VA).sum(axis=0)
        out = np.full(self.N, VA.sum() / self.world)
        np.divide(earned, self.labour_income, out=out, where=self.moves)
        return out

    def rental(self, VA: Array) -> Array:
        """Price of the specific factors over base (tied, N)."""
        paid = self.base.value_added[self.tied] > 0
        return np.where(paid, VA[self.tied] / self.safe_va[self.tied], 1.0) / self.shock.supply[self.tied]
