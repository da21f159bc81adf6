"""The base year as arrays: an equilibrium that shocks start from.

Layout: (sector, importer, exporter) for bilateral arrays, (sector, country) for the rest, so that every step of
the solver is a batch of small matrix-vector products over sectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from zollverein.errors import EconomyError

Array: TypeAlias = npt.NDArray[np.float64]

__all__ = ["Array", "Baseline", "baseline_of_flows"]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Base-year equilibrium of S sectors and N countries; values in the unit of the trade table.

    Attributes
    ----------
    countries, sectors : labels, in the order of the arrays.
    pi : (S, N, N) expenditure share of importer n on exporter i.
    tau : (S, N, N) ad valorem tariff rate of n on i, 0.05 is five percent.
    theta : (S,) trade elasticity.
    alpha : (S, N) final consumption share.
    gamma : (S, N) value-added share of gross output.
    gamma_io : (N, S, S) share of input k (axis 1) in the gross output of user j (axis 2).
    expenditure : (S, N) X, tariffs included.
    output : (S, N) Y, gross output at producer prices.
    value_added : (S, N) gamma * Y.
    tariff_revenue, deficit, income : (N,) R, D (imports less exports) and I = VA + R + D.
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    pi: Array
    tau: Array
    theta: Array
    alpha: Array
    gamma: Array
    gamma_io: Array
    expenditure: Array
    output: Array
    value_added: Array
    tariff_revenue: Array
    deficit: Array
    income: Array

    @property
    def flows(self) -> Array:
        """(S, N, N) value of trade net of tariffs, domestic sales included."""
        return self.pi * self.expenditure[:, :, None] / (1.0 + self.tau)


def baseline_of_flows(
    countries: tuple[str, ...],
    sectors: tuple[str, ...],
    flows: Array,
    tau: Array,
    theta: Array,
    gamma: Array,
    gamma_io: Array,
) -> Baseline:
    """Derive every base-year quantity from flows, tariffs and cost shares.

    Final demand is what is left of each market after intermediate use, so that all markets clear by construction;
    ``alpha`` may come out negative where the tables contradict each other: the caller decides what to do.

    Parameters
    ----------
    flows : (S, N, N) value net of tariff, importer by exporter, domestic sales on the diagonal.
    tau, theta, gamma, gamma_io : as in `Baseline`.

    Raises
    ------
    EconomyError : a country buys nothing at all of a sector, or spends a negative income.
    """
    gross = flows * (1.0 + tau)
    expenditure = gross.sum(axis=2)
    if not (expenditure > 0).all():
        s, n = np.argwhere(~(expenditure > 0))[0]
        raise EconomyError(
            f"table trade: {countries[n]} buys nothing of sector {sectors[s]}, not even at home; "
            f"every country must buy something of every sector: add its domestic sales"
        )
    output = flows.sum(axis=1)
    value_added = gamma * output
    tariff_revenue = (flows * tau).sum(axis=(0, 2))
    deficit = flows.sum(axis=(0, 2)) - output.sum(axis=0)
    income = value_added.sum(axis=0) + tariff_revenue + deficit
    if not (income > 0).all():
        n = int(np.argmin(income))
        raise EconomyError(
            f"country {countries[n]}: value added plus tariff revenue plus deficit is {income[n]:.6g}, not positive; "
            f"check its exports against its output in table trade"
        )
    final = expenditure - np.einsum("nkj,jn->kn", gamma_io, output)
    return Baseline(
        countries=countries,
        sectors=sectors,
        pi=gross / expenditure[:, :, None],
        tau=tau,
        theta=theta,
        alpha=final / income,
        gamma=gamma,
        gamma_io=gamma_io,
        expenditure=expenditure,
        output=output,
        value_added=value_added,
        tariff_revenue=tariff_revenue,
        deficit=deficit - deficit.mean(),
        income=income,
    )
