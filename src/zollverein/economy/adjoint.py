"""The derivative of real income to every tariff, trade cost and productivity, for about one extra solve.

The equilibrium is a zero of the fused map's residual ``r(x, p)``. For an objective ``L(x, p)``, here a weighted sum of
log real incomes, the implicit function theorem gives ``dL/dp = L_p + lambda' r_p`` where ``r_x' lambda = -L_x``.
Products with the transposed Jacobian are written out by hand, in reverse order of the map; each costs what the map
costs. The linear system is solved by GMRES (Saad and Schultz 1986, doi:10.1137/0907058), never forming a matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import lu_factor, lu_solve
from scipy.sparse.linalg import LinearOperator, gmres

from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.closure import Closure
from zollverein.economy.fused_map import Equilibrium, FusedMap
from zollverein.economy.shock import ShockArrays
from zollverein.errors import EconomyError, NotConverged

__all__ = ["Cells", "Sensitivity", "sensitivities", "sensitivity"]

Cells = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp]]

TOLERANCE = 1e-11
RESTART = 80
ROUNDS = 20
# From so many objectives on, and up to so many unknowns, factors of the matrix cost less than iterating for each.
MANY, DENSE = 4, 4_000


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Derivatives of the objective, a weighted sum of log real incomes or the log of a real flow.

    Attributes
    ----------
    tariff : (S, N, N) to each ad valorem rate, importer by exporter.
    log_iceberg : (S, N, N) to the log of each iceberg cost.
    log_productivity : (S, N).
    log_supply : (S, N) to the log of each specific factor; 0 where a sector has none.
    transfer : (N,) to one more unit of value that a country is given.
    sales, sellers : (S, N, N) value of each flow at the border, (S, N) to one more unit of a producer's receipts.
    """

    tariff: Array
    log_iceberg: Array
    log_productivity: Array
    log_supply: Array
    transfer: Array
    sales: Array
    sellers: Array


def sensitivity(
    base: Baseline, shock: ShockArrays, closure: Closure, state: Equilibrium, weights: Array
) -> Sensitivity:
    """Return the derivatives of ``weights @ log(real income)`` at an equilibrium.

    Parameters
    ----------
    weights : (N,) weight of each country's log real income.

    Raises
    ------
    EconomyError : the shock has quotas or export taxes, at whose bounds there may be no derivative.
    NotConverged : the adjoint system was not solved.
    """
    return next(sensitivities(base, shock, closure, state, [weights], ()))


def sensitivities(
    base: Baseline,
    shock: ShockArrays,
    closure: Closure,
    state: Equilibrium,
    incomes: Iterable[Array],
    flows: Iterable[tuple[int, int, int]],
) -> Iterator[Sensitivity]:
    """Yield the derivatives of several objectives at one equilibrium: of incomes first, then of flows.

    Parameters
    ----------
    incomes : weights (N,) of log real incomes. flows : cells (sector, importer, exporter) whose log real flow counts.

    Raises
    ------
    EconomyError, NotConverged : as `sensitivity`.
    """
    if shock.levies.cells[0].size:
        raise EconomyError(
            "the gradient is not offered where a shock has quotas or export taxes: a bound that just binds has no "
            "derivative; leave them out of the shock"
        )
    fused = FusedMap(base, shock, closure)
    reverse = _Reverse(fused, state)
    nobody = np.zeros(fused.N)
    asked = [*(_Objective(w, None) for w in incomes), *(_Objective(nobody, cell) for cell in flows)]
    solve = _factorised(reverse) if len(asked) >= MANY and state.point.size <= DENSE else _iterated(reverse)
    for objective in asked:
        yield reverse.parameters(_multiplier(reverse, objective, solve), objective)


def _iterated(reverse: _Reverse) -> Callable[[Array], Array]:
    """A solver of the adjoint system by GMRES: what a few objectives are best served by."""
    size = reverse.state.point.size
    operator = LinearOperator((size, size), matvec=lambda v: reverse.pull(v, None).x, dtype=float)

    def solve(b: Array) -> Array:
        found, _ = gmres(operator, b, rtol=TOLERANCE, atol=0.0, restart=min(RESTART, size), maxiter=ROUNDS)
        return np.asarray(found)

    return solve


def _factorised(reverse: _Reverse) -> Callable[[Array], Array]:
    """The same by factors of the matrix, row by row from its products: for many objectives of a small world."""
    matrix = np.stack([reverse.pull(unit, None).x for unit in np.eye(reverse.state.point.size)], axis=1)
    factors = lu_factor(matrix)
    return lambda b: np.asarray(lu_solve(factors, b))


def _multiplier(reverse: _Reverse, objective: _Objective, solve: Callable[[Array], Array]) -> Array:
    """Solve the adjoint system of one objective."""
    b = -reverse.pull(np.zeros(reverse.state.point.size), objective).x
    found = solve(b)
    off = float(np.abs(reverse.pull(found, None).x - b).max() / max(np.abs(b).max(), np.finfo(float).tiny))
    if not off <= 1e-8:
        raise NotConverged(
            f"the adjoint system of the gradient stopped at a residual of {off:.1e}; 1e-8 is asked. Check theta and "
            f"the closure, or approach the shock in steps"
        )
    return found


@dataclass(frozen=True, slots=True)
class _Objective:
    """Weights (N,) of log real incomes, and a cell (sector, importer, exporter) whose log real flow is added."""

    weights: Array
    cell: tuple[int, int, int] | None


@dataclass(slots=True)
class _Pulled:
    """Cotangents of the unknowns, and of what the parameters touch."""

    x: Array
    Phi: Array
    net: Array
    Z: Array
    log_c_new: Array
    Y: Array
    I: Array  # noqa: E741 - the field's symbol for income


class _Reverse:
    """The map at one point, ready to be run backwards."""

    def __init__(self, fused: FusedMap, state: Equilibrium) -> None:
        self.fused, self.state = fused, state
        theta = fused.base.theta[:, None]
        self.q = state.c_hat**-theta
        self.Phi = np.matmul(fused.A, self.q[:, :, None])[:, :, 0]
        self.net = np.matmul(fused.B, self.q[:, :, None])[:, :, 0] if fused.taxed else self.Phi
        self.U = state.expenditure / self.Phi
        self.Z = np.matmul(fused.B.transpose(0, 2, 1), self.U[:, :, None])[:, :, 0]
        self.X_new = fused.evaluate(state.point).X_new

    def pull(self, v: Array, objective: _Objective | None) -> _Pulled:
        """Return ``r_x' v``, and with an objective its gradient to the unknowns added to it."""
        f, state = self.fused, self.state
        base, e = f.base, f.edges
        g_c, g_X, g_w, g_r, _ = f.parts(v)
        w = objective.weights if objective is not None else np.zeros(f.N)
        VA = state.value_added
        theta = base.theta[:, None]
        # log c: technology; log P enters there and in the objective.
        bar_log_P = np.matmul(f.cost_inputs.transpose(0, 2, 1), g_c.T[:, :, None])[:, :, 0].T - w * base.alpha
        bar_log_v = f.cost_gamma * g_c
        # X_new, wages and rentals, all measured in the numeraire.
        bar_X_new = g_X / self.X_new
        bar_I = (base.alpha * bar_X_new).sum(axis=0) + w / state.income
        bar_Y = np.matmul(base.gamma_io.transpose(0, 2, 1), bar_X_new.T[:, :, None])[:, :, 0].T
        bar_VA = np.zeros_like(VA) + self._of_factors(g_w, g_r) + bar_I
        in_numeraire = g_X.sum() + g_w[f.moves].sum() + g_r.sum()
        bar_VA += self._of_deficits(bar_I) - in_numeraire / VA.sum()
        bar_Y += base.gamma * bar_VA
        # Y = q Z, Z = B' U, R = X - U net, U = X / Phi, log P = -log Phi / theta.
        bar_q, bar_Z = bar_Y * self.Z, bar_Y * self.q
        bar_U = np.matmul(f.B, bar_Z[:, :, None])[:, :, 0]
        if objective is not None and objective.cell is not None:
            k, n, i = objective.cell  # the real flow is B q U / c
            bar_q[k, i] += 1.0 / self.q[k, i]
            bar_U[k, n] += 1.0 / self.U[k, n]
        # Without tariffs revenue answers to no unknown, but to the first tariff all the same.
        bar_net = -bar_I * self.U
        bar_X = np.zeros_like(bar_U)
        if f.taxed:
            bar_X += bar_I
            bar_U -= bar_I * self.net
            bar_q += np.matmul(f.B.transpose(0, 2, 1), bar_net[:, :, None])[:, :, 0]
        bar_X += bar_U / self.Phi
        bar_Phi = -bar_U * self.U / self.Phi - bar_log_P / (theta * self.Phi)
        bar_q += np.matmul(f.A.transpose(0, 2, 1), bar_Phi[:, :, None])[:, :, 0]
        x = np.empty_like(v)
        x[: e[1]] = (-theta * self.q * bar_q - g_c).ravel()
        x[e[1] : e[2]] = (state.expenditure * bar_X - g_X).ravel()
        x[e[2] : e[3]] = ((1.0 - f.specific) * bar_log_v).sum(axis=0) - g_w
        x[e[3] : e[4]] = ((f.specific * bar_log_v)[f.tied] - g_r).ravel()
        if objective is not None and objective.cell is not None:
            x[objective.cell[0] * f.N + objective.cell[2]] -= 1.0
        return _Pulled(x, bar_Phi, bar_net, bar_Z, g_c, bar_Y, bar_I)

    def _of_factors(self, g_w: Array, g_r: Array) -> Array:
        f, VA = self.fused, self.state.value_added
        earned = ((1.0 - f.specific) * VA).sum(axis=0)
        per_wage = np.divide(g_w, earned, out=np.zeros(f.N), where=f.moves)
        bar: Array = (1.0 - f.specific) * per_wage
        paid = f.base.value_added[f.tied] > 0
        bar[f.tied] += np.divide(g_r, VA[f.tied], out=np.zeros_like(g_r), where=paid)
        return bar

    def _of_deficits(self, bar_D: Array) -> Array:
        """Cotangent of value added (N,) from that of deficits; deficits are written in the price of the point."""
        f = self.fused
        VA = self.state.value_added.sum(axis=0)
        fixed = f.shock.transfer
        if f.closure.deficits in ("fixed", "world_share"):
            fixed = fixed + f.base.deficit
        bar = np.full(f.N, float(bar_D @ fixed) / f.world)
        if f.closure.deficits != "multiplicative":
            return bar
        ratio = 1.0 + f.base.deficit / f.base.value_added.sum(axis=0)
        spend = ratio * VA
        world, total = VA.sum(), spend.sum()
        of_ratio = float(bar_D @ spend)
        return np.asarray(
            bar + bar_D * (ratio * world / total - 1.0) + of_ratio / total - of_ratio * world / total**2 * ratio
        )

    def parameters(self, multiplier: Array, objective: _Objective) -> Sensitivity:
        """Derivatives to the parameters, given the solved multipliers."""
        f = self.fused
        at = self.pull(multiplier, objective)
        theta = f.base.theta[:, None, None]
        q = self.q[:, None, :]
        of_B = self.U[:, :, None] * at.Z[:, None, :]
        of_revenue = at.net[:, :, None] * q
        of_revenue *= f.B
        of_B *= f.B
        if objective.cell is not None:
            of_B[objective.cell] += 1.0
        log_iceberg = at.Phi[:, :, None] * q
        log_iceberg *= f.A
        log_iceberg += of_B
        if f.taxed:
            log_iceberg += of_revenue
        log_iceberg *= -theta
        tariff = (log_iceberg - of_B - of_revenue) / (1.0 + f.shock.tau)
        log_supply = np.zeros((f.S, f.N))
        log_supply[f.tied] = -f.parts(multiplier)[3]
        transfer = at.I * (self.state.value_added.sum() / f.world)
        sales = f.B * q * self.U[:, :, None]
        return Sensitivity(tariff, log_iceberg, -at.log_c_new, log_supply, transfer, sales, at.Y)
