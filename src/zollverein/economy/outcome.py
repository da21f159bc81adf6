"""What a shock did: real income, prices, trade, output and revenue, with labels and a certificate."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.certificate import Certificate, trade_levels
from zollverein.economy.fused_map import Equilibrium
from zollverein.economy.shock import ShockArrays

__all__ = ["Outcome"]


@dataclass(frozen=True)
class Outcome:
    """A certified counterfactual equilibrium beside its baseline.

    Values are in the unit of the trade table and measured in the numeraire, world value added.
    """

    base: Baseline = field(repr=False)
    shock: ShockArrays = field(repr=False)
    state: Equilibrium = field(repr=False)
    certificate: Certificate

    @cached_property
    def real_income(self) -> pd.Series[float]:
        """Equivalent variation in percent of base income, by country: exact, not a first-order approximation.

        Income over the exact price index of final consumption, ``I'/I / prod_j P_hat[n, j]**alpha[n, j] - 1``.
        """
        change = self.state.income / self.base.income / self._consumer_prices - 1.0
        return pd.Series(100.0 * change, index=self._countries, name="real_income_percent")

    @cached_property
    def real_wage(self) -> pd.Series[float]:
        """Percent change of value added over consumer prices, by country."""
        wages = self.state.value_added.sum(axis=0) / self.base.value_added.sum(axis=0)
        return pd.Series(100.0 * (wages / self._consumer_prices - 1.0), index=self._countries, name="real_wage_percent")

    @cached_property
    def prices(self) -> pd.DataFrame:
        """Price index over base by country (rows) and sector (columns)."""
        return pd.DataFrame(
            self.state.P_hat.T, index=self._countries, columns=pd.Index(self.base.sectors, name="sector")
        )

    @cached_property
    def trade(self) -> pd.DataFrame:
        """Trade by exporter, importer, sector: base, new (net of tariff, levies included) and change in percent."""
        base, new = self.base.flows, self._border
        s, n, i = np.nonzero(base)
        countries, sectors = (
            np.array(self.base.countries, dtype=object),
            np.array(self.base.sectors, dtype=object),
        )
        frame = pd.DataFrame(
            {
                "exporter": countries[i],
                "importer": countries[n],
                "sector": sectors[s],
                "base": base[s, n, i],
                "new": new[s, n, i],
            }
        )
        return frame.assign(change_percent=100.0 * (frame["new"] / frame["base"] - 1.0))

    @cached_property
    def output(self) -> pd.DataFrame:
        """Gross output by country and sector: base, new and change in percent."""
        return self._by_country_sector(self.base.output, self.state.output)

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """By country: base and new income, value added, tariff and levy revenue, exports and imports (no domestic)."""
        off = ~np.eye(len(self.base.countries), dtype=bool)
        base_flows, new_flows = self.base.flows * off, self._border * off
        levies = self.state.levy_revenue
        columns = {
            "income_base": self.base.income,
            "income_new": self.state.income,
            "value_added_base": self.base.value_added.sum(axis=0),
            "value_added_new": self.state.value_added.sum(axis=0),
            "tariff_revenue_base": self.base.tariff_revenue,
            "tariff_revenue_new": self.state.tariff_revenue,
            "levy_revenue_new": levies,
            "exports_base": base_flows.sum(axis=(0, 1)),
            "exports_new": new_flows.sum(axis=(0, 1)),
            "imports_base": base_flows.sum(axis=(0, 2)),
            "imports_new": new_flows.sum(axis=(0, 2)),
        }
        return pd.DataFrame(columns, index=self._countries)

    @cached_property
    def levies(self) -> pd.DataFrame:
        """Export taxes and quotas: ad valorem rate (for a quota, its rent) and real flow over base."""
        s, n, i = self.shock.levies.cells
        label = self.base.countries
        return pd.DataFrame(
            {
                "exporter": [label[k] for k in i],
                "importer": [label[k] for k in n],
                "sector": [self.base.sectors[k] for k in s],
                "recipient": [label[k] for k in self.shock.levies.owner],
                "kind": np.where(self.shock.levies.quota, "quota", "export tax"),
                "rate": self.state.levy_rate,
                "quantity_factor": self.state.quantity_hat,
            }
        )

    def border_price(self, exporter: str, sector: str) -> pd.Series[float]:
        """Price at the exporter's border over base, levies included, by importer: what a buyer pays the exporter."""
        s, i = self.base.sectors.index(sector), self.base.countries.index(exporter)
        levy = np.ones(len(self.base.countries))
        cs, cn, ci = self.shock.levies.cells
        mine = (cs == s) & (ci == i)
        levy[cn[mine]] = 1.0 + self.state.levy_rate[mine]
        return pd.Series(self.state.c_hat[s, i] * levy, index=self._countries, name="price_factor")

    @property
    def _countries(self) -> pd.Index[str]:
        return pd.Index(self.base.countries, name="country")

    @cached_property
    def _consumer_prices(self) -> Array:
        return np.asarray(np.exp((self.base.alpha * np.log(self.state.P_hat)).sum(axis=0)))

    @cached_property
    def _border(self) -> Array:
        return trade_levels(self.base, self.shock, self.state)[1]

    def _by_country_sector(self, base: Array, new: Array) -> pd.DataFrame:
        index = pd.MultiIndex.from_product([self.base.countries, self.base.sectors], names=["country", "sector"])
        frame = pd.DataFrame({"base": base.T.ravel(), "new": new.T.ravel()}, index=index)
        return frame.assign(change_percent=100.0 * (frame["new"] / frame["base"].where(frame["base"] > 0) - 1.0))
