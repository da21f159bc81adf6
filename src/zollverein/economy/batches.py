"""Many equilibria of one baseline, each started from the central one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd

from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.certificate import certify
from zollverein.economy.closure import Closure
from zollverein.economy.draws import Draws, Effects, effect_cells, effect_draws, of_theta
from zollverein.economy.equilibrium import solve
from zollverein.economy.fused_map import Equilibrium
from zollverein.economy.shock import ShockArrays
from zollverein.errors import NotConverged

__all__ = ["run_draws"]

# An equilibrium of a draw is certified at 1e-8 like any other; iterating below 1e-10 would not move a quantile.
TOLERANCE = 1e-10


def run_draws(
    base: Baseline,
    shock: ShockArrays,
    closure: Closure,
    thetas: Array,
    effects: Effects | None,
    rng: np.random.Generator,
    jobs: int = 1,
) -> Draws:
    """Solve a shock under every draw.

    Parameters
    ----------
    thetas : (draws, S).
    jobs : threads over draws; the numbers do not depend on it.

    Raises
    ------
    EconomyError : effects that do not fit. NotConverged : not one draw has a certified equilibrium.
    """
    betas = effect_draws(effects, len(thetas), rng) if effects is not None else pd.DataFrame(index=range(len(thetas)))
    cells = effect_cells(effects, base.countries, base.sectors) if effects is not None else []
    try:
        near: Equilibrium | None = solve(base, shock, closure, tolerance=TOLERANCE)
    except NotConverged:
        near = None  # the draws may still have equilibria of their own

    def drawn(k: int) -> Array | str:
        theta = thetas[k]
        arrays = shock
        if cells:
            log_kappa = shock.log_kappa_hat.copy()
            for name, where, value in cells:
                log_kappa[where] -= betas[name].iloc[k] * value / of_theta(theta, where)
            arrays = replace(shock, log_kappa_hat=log_kappa)
        world = replace(base, theta=theta)
        try:
            state = solve(world, arrays, closure, near=near, tolerance=TOLERANCE)
            certify(world, arrays, closure, state)
        except NotConverged as error:
            return str(error)
        prices = np.exp((base.alpha * np.log(state.P_hat)).sum(axis=0))
        return np.asarray(100.0 * (state.income / base.income / prices - 1.0))

    if jobs > 1:
        with ThreadPoolExecutor(jobs) as pool:
            results = list(pool.map(drawn, range(len(thetas))))
    else:
        results = [drawn(k) for k in range(len(thetas))]
    failed = {k: result for k, result in enumerate(results) if isinstance(result, str)}
    rows = {k: result for k, result in enumerate(results) if not isinstance(result, str)}
    if not rows:
        raise NotConverged(f"not one of {len(thetas)} draws has a certified equilibrium; the first: {failed[0]}")
    index = pd.Index(list(rows), name="draw")
    income = pd.DataFrame(np.stack(list(rows.values())), index=index, columns=list(base.countries))
    theta_table = pd.DataFrame(thetas, columns=list(base.sectors)).rename_axis("draw")
    return Draws(income, theta_table, betas.rename_axis("draw"), failed)
