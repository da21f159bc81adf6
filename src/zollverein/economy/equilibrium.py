"""The equilibrium in relative changes: one fused map, never an N*S by N*S matrix.

Unknowns, in logs: unit cost ``c`` (S, N), expenditure ``X`` (S, N), the price of value added ``v`` and the levy that
makes each binding quota just bind. Per scenario one power pass forms ``A = pi * kappa_hat**-theta`` and
``B = A / (1 + tau')``; every iteration only multiplies these with vectors. Equations: Caliendo and Parro (2015),
(9) to (13) in changes, with the price of value added by sector where factors are specific.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from zollverein.economy.anderson import FixedPoint, accelerate
from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.closure import Closure
from zollverein.economy.shock import Levies, Shock, ShockArrays, shock_arrays
from zollverein.errors import NotConverged

__all__ = ["Equilibrium", "consistent", "solve"]

TOLERANCE = 1e-11
MAX_ITERATIONS = 5_000


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
    history : largest residual of the fused map after each iteration.
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


class _Programme:
    """Arrays of one scenario that do not change between iterations, and the fused map on them."""

    def __init__(self, base: Baseline, shock: ShockArrays, closure: Closure) -> None:
        self.base, self.shock, self.closure = base, shock, closure
        self.specific = closure.labour == "specific"
        self.S, self.N = base.expenditure.shape
        theta = base.theta[:, None, None]
        with np.errstate(divide="ignore", under="ignore"):
            self.A = base.pi * np.exp(-theta * shock.log_kappa_hat)
            self.B = self.A / (1.0 + shock.tau)
        self.levies: Levies = shock.levies
        cells = self.levies.cells
        self.A_free, self.B_free = self.A[cells], self.B[cells]
        self.theta_cells = base.theta[cells[0]]
        self.flow_cells = base.flows[cells]
        self.va_country = base.value_added.sum(axis=0)
        self.world = float(self.va_country.sum())
        self.safe_va = np.where(base.value_added > 0, base.value_added, 1.0)
        self.gamma_io_users = np.ascontiguousarray(base.gamma_io.transpose(0, 2, 1))
        # Shares add to one up to rounding; measured against the same product at base, no shock is exactly no change.
        self.log_Phi_base = np.log(np.matmul(base.pi, np.ones((self.S, self.N, 1)))[:, :, 0])
        self.sizes = np.cumsum([self.S * self.N, self.S * self.N, self.S * self.N if self.specific else self.N])

    def start(self) -> Array:
        """Return the base as a point: no change in costs, expenditure and factor prices, no levy."""
        return np.zeros(self.sizes[2] + int(self.levies.quota.sum()))

    def damping(self) -> Array:
        """Step per unknown: factor prices answer demand with elasticity theta, so they move with care."""
        d = np.full(self.sizes[2] + int(self.levies.quota.sum()), 0.5)
        theta = self.base.theta
        if self.specific:
            d[self.sizes[1] : self.sizes[2]] = np.repeat(1.0 / (1.0 + theta), self.N)
        else:
            weights = self.base.value_added / self.va_country
            d[self.sizes[1] : self.sizes[2]] = 1.0 / (1.0 + theta @ weights)
        return d

    def unpack(self, x: Array) -> tuple[Array, Array, Array, Array]:
        """Split a point into log c, X, log v (S, N) and the log gross levy of every levied flow."""
        a, b, c = self.sizes
        log_c = x[:a].reshape(self.S, self.N)
        X = self.base.expenditure * np.exp(x[a:b]).reshape(self.S, self.N)
        log_f = x[b:c].reshape(self.S, self.N) if self.specific else np.broadcast_to(x[b:c], (self.S, self.N))
        log_levy = self.levies.log_gross.copy()
        log_levy[self.levies.quota] = np.maximum(x[c:], 0.0)
        return log_c, X, log_f, log_levy

    def equilibrium(self, x: Array) -> tuple[Equilibrium, Array, Array]:
        """Evaluate every equation at a point; also return the updated log c (S, N) and X (S, N)."""
        base = self.base
        log_c, X, log_v, log_levy = self.unpack(x)
        cells = self.levies.cells
        if log_levy.size:
            toll = np.exp(-self.theta_cells * log_levy)
            self.A[cells], self.B[cells] = self.A_free * toll, self.B_free * toll
        q = np.exp(-base.theta[:, None] * log_c)
        Phi = np.matmul(self.A, q[:, :, None])[:, :, 0]
        log_P = (self.log_Phi_base - np.log(Phi)) / base.theta[:, None]
        spend = X / Phi
        net = np.matmul(self.B, q[:, :, None])[:, :, 0]
        R = (X - spend * net).sum(axis=0)
        Y = q * np.matmul(self.B.transpose(0, 2, 1), spend[:, :, None])[:, :, 0]
        E, quantity_hat = self._collect(Y, q, spend, log_c, log_levy)
        VA = base.gamma * Y
        scale = self.world / VA.sum()
        D = self._deficits(VA.sum(axis=0) * scale) / scale
        I = VA.sum(axis=0) + R + E + D  # noqa: E741 - the field's symbol for income
        X_new = base.alpha * I + np.matmul(base.gamma_io, Y.T[:, :, None])[:, :, 0].T
        inputs = np.matmul(self.gamma_io_users, log_P.T[:, :, None])[:, :, 0].T
        log_c_new = base.gamma * log_v + inputs - self.shock.log_productivity
        result = Equilibrium(
            np.exp(log_c), np.exp(log_P), np.exp(log_v), X, Y, VA, R, E, D, I,
            np.expm1(log_levy), quantity_hat, (),
        )  # fmt: skip
        return result, log_c_new, X_new

    def _collect(self, Y: Array, q: Array, spend: Array, log_c: Array, log_levy: Array) -> tuple[Array, Array]:
        """Take the levies out of producers' sales (in place); return revenue by owner and real flows over base."""
        E = np.zeros(self.N)
        if not log_levy.size:
            return E, log_levy
        s, n, i = self.levies.cells
        border = self.B[s, n, i] * q[s, i] * spend[s, n]
        toll = border * -np.expm1(-log_levy)
        np.subtract.at(Y, (s, i), toll)
        E += np.bincount(self.levies.owner, weights=toll, minlength=self.N)
        quantity_hat: Array = (border - toll) / self.flow_cells * np.exp(-log_c[s, i])
        return E, quantity_hat

    def _deficits(self, VA: Array) -> Array:
        if self.closure.deficits == "zero":
            return np.zeros(self.N)
        if self.closure.deficits == "multiplicative":
            spend = (1.0 + self.base.deficit / self.va_country) * VA
            return np.asarray(spend * (VA.sum() / spend.sum()) - VA)
        return self.base.deficit + self.shock.transfer

    def residual(self, x: Array) -> Array:
        """Return the log residual of the fused map at a point, prices measured in the numeraire."""
        state, log_c_new, X_new = self.equilibrium(x)
        a, b, c = self.sizes
        log_world = np.log(state.value_added.sum() / self.world)
        r = np.empty_like(x)
        r[:a] = log_c_new.ravel() - x[:a]
        r[a:b] = np.log(X_new / self.base.expenditure).ravel() - x[a:b] - log_world
        r[b:c] = np.log(self._factor_price(state.value_added)).ravel() - x[b:c] - log_world
        if self.levies.quota.any():
            bound = self.levies.bound[self.levies.quota]
            theta = self.theta_cells[self.levies.quota]
            excess = np.log(state.quantity_hat[self.levies.quota] / bound) / (1.0 + theta)
            r[c:] = np.maximum(excess, -np.maximum(x[c:], 0.0)) - np.minimum(x[c:], 0.0)
        return r

    def _factor_price(self, VA: Array) -> Array:
        """Value added over its base and over the change of what earns it: by sector or by country."""
        if self.specific:
            return np.where(self.base.value_added > 0, VA / self.safe_va, 1.0) / self.shock.supply
        return np.asarray(VA.sum(axis=0) / self.va_country)


def consistent(base: Baseline) -> Baseline:
    """Return the baseline with its derived levels as the map itself evaluates them, equal to the last bit."""
    null = shock_arrays(Shock(), base, Closure())
    programme = _Programme(base, null, Closure())
    state, _, _ = programme.equilibrium(programme.start())
    levels = {name: getattr(state, name) for name in ("output", "value_added", "tariff_revenue", "income")}
    return replace(base, expenditure=state.expenditure, **levels)


def solve(
    base: Baseline,
    shock: ShockArrays,
    closure: Closure,
    *,
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
) -> Equilibrium:
    """Solve one scenario to its equilibrium.

    Raises
    ------
    NotConverged : with the history of the residual and what to try.
    """
    programme = _Programme(base, shock, closure)
    with np.errstate(all="ignore"):
        found: FixedPoint = accelerate(
            programme.residual,
            programme.start(),
            damping=programme.damping(),
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
    state, _, _ = programme.equilibrium(found.point)
    return replace(state, history=found.history)
