"""Conditional equilibrium of structural gravity: outputs and expenditures stay, resistances adjust.

What trade would be if only multilateral resistances answered a change of trade costs (Anderson and van Wincoop 2003,
doi:10.1257/000282803321455214; Yotov and others 2016, chapter 2). It is neither partial nor full: the gap to the full
equilibrium is what incomes add.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from zollverein.economy.anderson import accelerate
from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.outcome import Outcome
from zollverein.economy.shock import ShockArrays
from zollverein.errors import EconomyError, NotConverged

__all__ = ["Conditional", "conditional"]

TOLERANCE = 1e-13
CERTIFIED = 1e-10
MAX_ITERATIONS = 5_000


@dataclass(frozen=True)
class Conditional:
    """A conditional equilibrium beside its baseline.

    Attributes
    ----------
    trade : exporter, importer, sector, base, new, change_percent.
    resistances : by sector and country: outward and inward, change of the multilateral resistance as a factor. The
        two are determined up to one factor per sector; here the outward ones of a sector have a mean, weighted by
        output, of no change.
    adding_up : largest relative gap of what a country sells from its output, or buys from its expenditure.
    """

    trade: pd.DataFrame = field(repr=False)
    resistances: pd.DataFrame = field(repr=False)
    adding_up: float

    def beside(self, outcome: Outcome) -> pd.DataFrame:
        """Return exports and imports of every country, change in percent: conditional, full, and what incomes add.

        Parameters
        ----------
        outcome : the same shock solved in full, ``economy.solve(shock)``.

        Raises
        ------
        EconomyError : an outcome of other countries.
        """
        if not isinstance(outcome, Outcome) or set(outcome.base.countries) != set(self.trade["exporter"]):
            raise EconomyError("beside() needs the outcome of the same economy: economy.solve(shock)")
        columns = {}
        for name, key in (("exports", "exporter"), ("imports", "importer")):
            held, full = _totals(self.trade, key), _totals(outcome.trade, key)
            columns[f"{name}_conditional_percent"] = held
            columns[f"{name}_full_percent"] = full
            columns[f"{name}_incomes_add_points"] = full - held
        return pd.DataFrame(columns).loc[list(outcome.base.countries)].rename_axis("country")


def _totals(trade: pd.DataFrame, key: str) -> pd.Series[float]:
    """Percent change of foreign trade by country."""
    totals = trade[trade["exporter"] != trade["importer"]].groupby(key)[["base", "new"]].sum()
    return 100.0 * (totals["new"] / totals["base"] - 1.0)


def conditional(base: Baseline, shock: ShockArrays) -> Conditional:
    """Solve the conditional equilibrium.

    Finds ``q`` with ``Y[i] = q[i] sum_n A[n, i] X[n] / Phi[n]``, ``Phi = A q``, sector by sector.

    Raises
    ------
    EconomyError : tariffs, levies, productivity or transfers, which change what is held fixed.
    NotConverged : supplies and demands do not add up under tolerance.
    """
    if np.any(base.tau) or np.any(shock.tau) or shock.levies.cells[0].size:
        raise EconomyError("a conditional equilibrium knows no tariffs, quotas or levies; give iceberg costs alone")
    if np.any(shock.log_productivity) or np.any(shock.transfer) or (shock.supply != 1.0).any():
        raise EconomyError("a conditional equilibrium holds output and expenditure fixed; give iceberg costs alone")
    S, N = base.expenditure.shape
    A = base.pi * np.exp(-base.theta[:, None, None] * shock.log_kappa_hat)
    sells = base.output > 0
    log_Y = np.log(np.where(sells, base.output, 1.0))

    def gap(log_q: Array) -> Array:
        q = np.exp(log_q.reshape(S, N))
        Phi = np.matmul(A, q[:, :, None])[:, :, 0]
        sold = q * np.matmul(A.transpose(0, 2, 1), (base.expenditure / Phi)[:, :, None])[:, :, 0]
        return np.where(sells, log_Y - np.log(np.where(sells, sold, 1.0)), 0.0).ravel()

    with np.errstate(all="ignore"):
        found = accelerate(
            gap, np.zeros(S * N), plain_step=lambda r: r, tolerance=TOLERANCE, max_iterations=MAX_ITERATIONS
        )
    q = np.exp(found.point.reshape(S, N))
    Phi = np.matmul(A, q[:, :, None])[:, :, 0]
    new = A * q[:, None, :] * (base.expenditure / Phi)[:, :, None]
    off = max(
        float(np.abs(new.sum(axis=1)[sells] / base.output[sells] - 1.0).max()),
        float(np.abs(new.sum(axis=2) / base.expenditure - 1.0).max()),
    )
    if not off <= CERTIFIED:
        raise NotConverged(
            f"no certificate: supplies and demands of the conditional equilibrium differ by {off:.1e}, "
            f"{CERTIFIED:.0e} is allowed. Try a smaller change of trade costs",
            found.history,
        )
    return Conditional(_trade(base, new), _resistances(base, q, Phi), off)


def _trade(base: Baseline, new: Array) -> pd.DataFrame:
    flows = base.flows
    s, n, i = np.nonzero(flows)
    countries, sectors = np.array(base.countries, dtype=object), np.array(base.sectors, dtype=object)
    frame = pd.DataFrame(
        {"exporter": countries[i], "importer": countries[n], "sector": sectors[s],
         "base": flows[s, n, i], "new": new[s, n, i]}
    )  # fmt: skip
    return frame.assign(change_percent=100.0 * (frame["new"] / frame["base"] - 1.0))


def _resistances(base: Baseline, q: Array, Phi: Array) -> pd.DataFrame:
    """``q = Pi_hat**theta`` up to scale and ``Phi = P_hat**-theta``, in Anderson and van Wincoop's notation."""
    theta = base.theta[:, None]
    log_outward = np.log(q) / theta
    mean = (base.output * log_outward).sum(axis=1, keepdims=True) / base.output.sum(axis=1, keepdims=True)
    index = pd.MultiIndex.from_product([base.sectors, base.countries], names=["sector", "country"])
    outward, inward = np.exp(log_outward - mean), np.exp(-np.log(Phi) / theta + mean)
    return pd.DataFrame({"outward": outward.ravel(), "inward": inward.ravel()}, index=index)
