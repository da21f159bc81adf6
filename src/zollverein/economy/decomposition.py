"""Where a change of real income comes from: to first order as in the literature, and exactly along a path.

Caliendo and Parro (2015, section 2.5) split the change of welfare into terms of trade and volume of trade. The split is
of first order, at base weights: it is what their Table 2 publishes, and for a large shock it is not the exact change
(Mexico under NAFTA: 1.31 against 0.007 percent). Summed along a path of small steps it tends to the exact one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.fused_map import Equilibrium

__all__ = ["log_linear_parts", "log_linear_table"]

SPLITS = {
    "country": ["country"],
    "pair": ["country", "partner"],
    "sector": ["country", "sector"],
    "cell": ["country", "partner", "sector"],
}


def log_linear_parts(base: Baseline, state: Equilibrium, border: Array) -> tuple[Array, Array]:
    """Return terms and volume of trade by sector, country and partner, as shares of the country's base income.

    With imports M and exports E at base, net of tariffs, and hats less one for changes:
    terms of trade ``(E[n, i] c[n] - M[n, i] c[i]) / I[n]``; volume of trade
    ``tau[n, i] M[n, i] (M_hat[n, i] - c_hat[i]) / I[n]`` (Caliendo and Parro 2015, equation 14).

    Parameters
    ----------
    border : (S, N, N) value of trade after the shock, net of tariffs.
    """
    imports = base.flows
    change = state.c_hat - 1.0
    income = base.income[None, :, None]
    terms = imports.transpose(0, 2, 1) * change[:, :, None] - imports * change[:, None, :]
    traded = imports > 0
    growth = np.where(traded, border / np.where(traded, imports, 1.0), 1.0) - 1.0
    volume = base.tau * imports * (growth - change[:, None, :])
    return terms / income, volume / income


def log_linear_table(base: Baseline, state: Equilibrium, border: Array, by: str) -> pd.DataFrame:
    """Return the split in percent of base income, summed to country, pair, sector or cell.

    Raises
    ------
    ValueError : ``by`` is not one of these; the caller says so in its own words.
    """
    keys = SPLITS[by]
    terms, volume = log_linear_parts(base, state, border)
    axes = {"sector": 0, "country": 1, "partner": 2}
    labels = {"sector": base.sectors, "country": base.countries, "partner": base.countries}
    gone = tuple(axis for name, axis in axes.items() if name not in keys)
    order = [name for name in axes if name in keys]
    index = pd.MultiIndex.from_product([labels[name] for name in order], names=order)
    frame = pd.DataFrame(
        {
            "terms_of_trade": 100.0 * terms.sum(axis=gone).ravel(),
            "volume_of_trade": 100.0 * volume.sum(axis=gone).ravel(),
        },
        index=index,
    )
    frame["welfare"] = frame.sum(axis=1)
    if len(keys) == 1:
        frame.index = pd.Index([key[0] for key in frame.index], name=keys[0])
        return frame
    return frame.reorder_levels(keys).sort_index(sort_remaining=True)
