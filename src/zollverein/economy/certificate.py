"""The proof that comes with every result: each equilibrium condition recomputed from the returned quantities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.closure import Closure
from zollverein.economy.fused_map import Equilibrium
from zollverein.economy.shock import ShockArrays
from zollverein.errors import NotConverged

__all__ = ["Certificate", "certify", "trade_levels"]

CERTIFIED = 1e-8


@dataclass(frozen=True, slots=True)
class Certificate:
    """Largest relative residual of every equilibrium condition, recomputed from scratch.

    Attributes
    ----------
    residuals : condition to largest relative residual.
    iterations : evaluations of the solver's map.
    """

    residuals: dict[str, float]
    iterations: int

    @property
    def max_residual(self) -> float:
        """The largest of all residuals."""
        return max(self.residuals.values())

    def to_frame(self) -> pd.DataFrame:
        """Return condition and residual as a frame."""
        return pd.DataFrame({"condition": list(self.residuals), "residual": list(self.residuals.values())})


def trade_levels(base: Baseline, shock: ShockArrays, state: Equilibrium) -> tuple[Array, Array, Array]:
    """Return pi' (S, N, N), the value at the border net of tariff, and the producers' receipts, from prices alone."""
    # In place: a large world's cubes take a gigabyte each.
    pi = shock.log_kappa_hat + np.log(state.c_hat)[:, None, :]
    pi -= np.log(state.P_hat)[:, :, None]
    cells, log_levy = shock.levies.cells, np.log1p(state.levy_rate)
    pi[cells] += log_levy
    pi *= -base.theta[:, None, None]
    np.exp(pi, out=pi)
    pi *= base.pi
    border = pi * state.expenditure[:, :, None]
    border /= 1.0 + shock.tau
    if not log_levy.size:
        return pi, border, border
    receipts = border.copy()
    receipts[cells] *= np.exp(-np.where(shock.levies.melts, 0.0, log_levy))
    return pi, border, receipts


def certify(base: Baseline, shock: ShockArrays, closure: Closure, state: Equilibrium) -> Certificate:
    """Recompute every condition of the equilibrium from the returned quantities.

    Raises
    ------
    NotConverged : a condition misses `CERTIFIED`; a number is never handed out without its certificate.
    """
    pi, border, receipts = trade_levels(base, shock, state)
    Y = receipts.sum(axis=1)
    levy_of_cells = (border - receipts)[shock.levies.cells]
    levies = np.bincount(shock.levies.owner, weights=levy_of_cells, minlength=len(base.countries))
    VA = base.gamma * Y
    tariffs = (border * shock.tau).sum(axis=(0, 2))
    income = VA.sum(axis=0) + tariffs + levies + state.deficit
    use = base.alpha * income + np.einsum("nkj,jn->kn", base.gamma_io, Y)
    inputs = np.einsum("nkj,kn->jn", base.gamma_io, np.log(state.P_hat))
    psi = closure.supply_elasticity
    if psi == 0.0:
        log_c = base.gamma * np.log(state.v_hat) + inputs - shock.log_productivity
    else:
        log_c = (np.log(state.v_hat) + psi * np.log(state.P_hat)) / (1.0 + psi) - shock.log_productivity
    # With no shock the base must be its own answer.
    base_use = base.alpha * base.income + np.einsum("nkj,jn->kn", base.gamma_io, base.output)
    world = base.value_added.sum()
    imports, exports = border.sum(axis=(0, 2)), Y.sum(axis=0) + levies
    residuals = {
        "unit cost": _largest(np.expm1(log_c - np.log(state.c_hat))),
        "price index, shares add to one": _largest(pi.sum(axis=2) - 1.0),
        "goods market": _largest(use / state.expenditure - 1.0),
        "factor market": _factor_market(base, shock, closure, VA, state.v_hat),
        "trade balance": _largest((imports - exports - state.deficit) / income),
        "Walras' law": abs(float((imports - exports).sum() / world)),
        "base year": _largest(base_use / base.expenditure - 1.0),
        "numeraire": abs(float(VA.sum() / world - 1.0)),
    }
    if shock.levies.quota.any():
        residuals["quota"] = _quota(shock, state)
    certificate = Certificate(residuals, len(state.history))
    if not certificate.max_residual <= CERTIFIED:
        worst = max(residuals, key=lambda k: residuals[k])
        raise NotConverged(
            f"no certificate: '{worst}' is off by {residuals[worst]:.1e}, {CERTIFIED:.0e} is allowed. "
            f"Try a smaller shock or approach it in steps",
            state.history,
        )
    return certificate


def _factor_market(base: Baseline, shock: ShockArrays, closure: Closure, VA: Array, v_hat: Array) -> float:
    """Price of value added against what its factors earn: labour that moves, and what is specific to the sector."""
    specific = closure.specific_shares(base.sectors)[:, None]
    paid = base.value_added > 0
    rental = np.where(paid, VA, 1.0) / np.where(paid, base.value_added, 1.0) / shock.supply
    earned, before = ((1.0 - specific) * VA).sum(axis=0), ((1.0 - specific) * base.value_added).sum(axis=0)
    wage = np.where(before > 0, earned, 1.0) / np.where(before > 0, before, 1.0)
    price = wage ** (1.0 - specific) * rental**specific
    return _largest((price / v_hat - 1.0)[paid])


def _quota(shock: ShockArrays, state: Equilibrium) -> float:
    """Excess over a bound, or a rent where the bound is slack, whichever is larger."""
    bound, quota = shock.levies.bound, shock.levies.quota
    excess = np.maximum(state.quantity_hat[quota] / bound[quota] - 1.0, 0.0)
    slack = np.minimum(np.maximum(1.0 - state.quantity_hat[quota] / bound[quota], 0.0), state.levy_rate[quota])
    return max(_largest(excess), _largest(slack))


def _largest(values: Array) -> float:
    return float(np.abs(values).max(initial=0.0))
