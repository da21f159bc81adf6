"""Gains from trade from domestic shares alone: autarky, and the check of Arkolakis, Costinot and Rodriguez-Clare.

Where labour moves, a country's prices follow from its wage and from how much it buys at home: a sector's price is its
unit cost over ``pi_nn**(-1/theta)``. Through the input-output table that gives the real wage in closed form
(Arkolakis, Costinot and Rodriguez-Clare 2012, doi:10.1257/aer.102.1.94; with many sectors and linkages Costinot and
Rodriguez-Clare 2014, doi:10.1016/B978-0-444-54314-1.00004-5, equation 29).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from zollverein.economy.baseline import Array, Baseline
from zollverein.errors import EconomyError

__all__ = ["autarky_table", "log_prices_of_home_shares"]


def log_prices_of_home_shares(
    base: Baseline, log_home_share_hat: Array, log_productivity: Array | float = 0.0
) -> Array:
    """Return log prices over the wage (S, N) from the change of domestic shares.

    Solves ``log P = inputs' log P + log pi_nn_hat / theta - log A`` country by country, wages being one.

    Parameters
    ----------
    log_home_share_hat : (S, N) log change of each country's expenditure share on itself.
    """
    S = len(base.sectors)
    given = log_home_share_hat / base.theta[:, None] - log_productivity
    system = np.eye(S) - base.gamma_io.transpose(0, 2, 1)
    solved = np.linalg.solve(system, given.T[:, :, None])[:, :, 0].T
    return np.asarray(solved, dtype=np.float64)


def autarky_table(base: Baseline) -> pd.DataFrame:
    """Return what closing all borders would cost: country, real_wage_percent, real_income_percent.

    Negative: what trade is worth, as a loss. Real income loses tariff revenue and the deficit too. Labour moves.

    Raises
    ------
    EconomyError : a country makes nothing of a good that it uses, so that autarky would be the end of it.
    """
    home = np.einsum("snn->sn", base.pi)
    used = (base.alpha > 0) | (base.gamma_io.sum(axis=2).T > 0)
    if ((home <= 0) & used).any():
        s, n = np.argwhere((home <= 0) & used)[0]
        raise EconomyError(
            f"{base.countries[n]} uses {base.sectors[s]} and makes none of it, so it has no autarky; give it domestic "
            f"sales (a row with exporter = importer), or join the sector with another"
        )
    log_P = log_prices_of_home_shares(base, np.where(home > 0, -np.log(np.where(home > 0, home, 1.0)), 0.0))
    prices = np.exp((base.alpha * log_P).sum(axis=0))
    earned = base.value_added.sum(axis=0) / base.income
    return pd.DataFrame(
        {
            "real_wage_percent": 100.0 * (1.0 / prices - 1.0),
            "real_income_percent": 100.0 * (earned / prices - 1.0),
        },
        index=pd.Index(base.countries, name="country"),
    )
