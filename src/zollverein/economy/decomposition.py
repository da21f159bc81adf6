"""Where a change of real income comes from: to first order as in the literature, and exactly along a path.

Caliendo and Parro (2015, section 2.5) split the change of welfare into terms of trade and volume of trade. The split is
of first order, at base weights: it is what their Table 2 publishes, and for a large shock it is not the exact change
(Mexico under NAFTA: 1.31 against 0.007 percent). Summed along a path of small steps it tends to the exact one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.closure import Closure
from zollverein.economy.fused_map import Equilibrium
from zollverein.economy.shock import ShockArrays
from zollverein.errors import EconomyError

__all__ = ["log_linear_parts", "log_linear_table", "require_split"]

SPLITS = {
    "country": ["country"],
    "pair": ["country", "partner"],
    "sector": ["country", "sector"],
    "cell": ["country", "partner", "sector"],
}


def require_split(shock: ShockArrays, closure: Closure) -> None:
    """Raise `EconomyError` for what has no first-order split: quotas, export taxes, bans, a supply elasticity."""
    if shock.levies.cells[0].size or closure.supply_elasticity or np.isinf(shock.log_kappa_hat).any():
        raise EconomyError(
            "the first-order split holds for tariffs, trade costs, productivity, supply and transfers; leave quotas, "
            "export taxes, bans and a supply elasticity out"
        )


def log_linear_parts(
    base: Baseline, shock: ShockArrays, closure: Closure, state: Equilibrium, border: Array
) -> tuple[Array, Array, Array]:
    """Return terms of trade, volume of trade and direct effects by sector, country and partner, over base income.

    With imports M and exports E at base, net of tariffs, and hats less one for changes:
    terms of trade ``(E[n, i] c[n] - M[n, i] c[i]) / I[n]``; volume of trade
    ``tau[n, i] M[n, i] (M_hat[n, i] - c_hat[i] - d_hat[n, i]) / I[n]`` (Caliendo and Parro 2015, equation 14, where no
    iceberg cost d changes). What a shock does by itself, which a tariff does not, is the direct effect: dearer trade
    ``-M[n, i] d[n, i]``; and, with the country as its own partner, productivity ``Y A``, specific factors
    ``VA s K``, and the change of the deficit, by what it is spent on.

    Parameters
    ----------
    border : (S, N, N) value of trade after the shock, net of tariffs.

    Raises
    ------
    EconomyError : quotas, export taxes, bans or a supply elasticity, for which the split does not hold.
    """
    require_split(shock, closure)
    log_d = shock.log_kappa_hat - np.log1p(shock.tau) + np.log1p(base.tau)
    imports = base.flows
    change, dearer = state.c_hat - 1.0, np.expm1(log_d)
    income = base.income[None, :, None]
    terms = imports.transpose(0, 2, 1) * change[:, :, None] - imports * change[:, None, :]
    traded = imports > 0
    growth = np.where(traded, border / np.where(traded, imports, 1.0), 1.0) - 1.0
    volume = base.tau * imports * (growth - change[:, None, :] - dearer)
    direct = -imports * dearer
    own = np.arange(len(base.countries))
    specific = closure.specific_shares(base.sectors)[:, None]
    direct[:, own, own] += base.output * np.expm1(shock.log_productivity) + base.value_added * specific * (
        shock.supply - 1.0
    )
    direct[:, own, own] += base.alpha * (state.deficit - base.deficit)
    return terms / income, volume / income, direct / income


def log_linear_table(
    base: Baseline, shock: ShockArrays, closure: Closure, state: Equilibrium, border: Array, by: str
) -> pd.DataFrame:
    """Return the split in percent of base income, summed to country, pair, sector or cell.

    Raises
    ------
    EconomyError : as `log_linear_parts`.
    """
    keys = SPLITS[by]
    terms, volume, direct = log_linear_parts(base, shock, closure, state, border)
    axes = {"sector": 0, "country": 1, "partner": 2}
    labels = {"sector": base.sectors, "country": base.countries, "partner": base.countries}
    gone = tuple(axis for name, axis in axes.items() if name not in keys)
    order = [name for name in axes if name in keys]
    index = pd.MultiIndex.from_product([labels[name] for name in order], names=order)
    frame = pd.DataFrame(
        {
            "terms_of_trade": 100.0 * terms.sum(axis=gone).ravel(),
            "volume_of_trade": 100.0 * volume.sum(axis=gone).ravel(),
            "direct": 100.0 * direct.sum(axis=gone).ravel(),
        },
        index=index,
    )
    frame["welfare"] = frame.sum(axis=1)
    if len(keys) == 1:
        frame.index = pd.Index([key[0] for key in frame.index], name=keys[0])
        return frame
    return frame.reorder_levels(keys).sort_index(sort_remaining=True)
