"""What a shock did: real income, prices, trade, output and revenue, with labels and a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zollverein.economy.adjoint import sensitivity
from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.certificate import Certificate, trade_levels
from zollverein.economy.closure import Closure
from zollverein.economy.decomposition import SPLITS, log_linear_table
from zollverein.economy.describing import about, extremes_in_words
from zollverein.economy.fused_map import Equilibrium
from zollverein.economy.gains import log_prices_of_home_shares
from zollverein.economy.gradient import Gradient, weights_of
from zollverein.economy.shock import ShockArrays
from zollverein.errors import EconomyError, UnknownNameError

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

__all__ = ["Outcome"]


@dataclass(frozen=True)
class Outcome:
    """A certified counterfactual equilibrium beside its baseline.

    Values are in the unit of the trade table and measured in the numeraire, world value added.
    """

    base: Baseline = field(repr=False)
    shock: ShockArrays = field(repr=False)
    state: Equilibrium = field(repr=False)
    closure: Closure
    certificate: Certificate

    def __repr__(self) -> str:
        return (
            f"Outcome(real income, percent: {extremes_in_words(self.real_income)}; "
            f"largest residual {self.certificate.max_residual:.0e})"
        )

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
        """By country: income and its parts (value added, tariffs, levies, deficit), exports and imports; base and new.

        Domestic sales are in neither exports nor imports; at base there are no levies.
        """
        off = ~np.eye(len(self.base.countries), dtype=bool)
        base_flows, new_flows = self.base.flows * off, self._border * off
        levies = self.state.levy_revenue
        columns = {
            "income_base": self.base.income,
            "income_new": self.state.income,
            "value_added_base": self.base.value_added.sum(axis=0),
            "value_added_new": self.state.value_added.sum(axis=0),
            "deficit_base": self.base.deficit,
            "deficit_new": self.state.deficit,
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
        """Export taxes and quotas: ad valorem rate (for a quota, its rent), revenue and real flow over base.

        Where the rent of a quota melts, the recipient is empty and the revenue what melts, at its producer's price.
        """
        levies, state = self.shock.levies, self.state
        s, n, i = levies.cells
        label = self.base.countries
        receipts = self.base.flows[s, n, i] * state.quantity_hat * state.c_hat[s, i]
        return pd.DataFrame(
            {
                "exporter": [label[k] for k in i],
                "importer": [label[k] for k in n],
                "sector": [self.base.sectors[k] for k in s],
                "recipient": ["" if lost else label[k] for k, lost in zip(levies.owner, levies.melts, strict=True)],
                "kind": np.where(levies.quota, "quota", "export tax"),
                "rate": state.levy_rate,
                "revenue": receipts * state.levy_rate,
                "quantity_factor": state.quantity_hat,
            }
        )

    def border_price(self, exporter: str, sector: str) -> pd.Series[float]:
        """Price at the exporter's border over base, levies included, by importer: what a buyer pays the exporter.

        Raises
        ------
        UnknownNameError : an exporter or a sector that is none.
        """
        if exporter not in self.base.countries:
            raise UnknownNameError("exporter", exporter, self.base.countries, "the countries of the economy")
        if sector not in self.base.sectors:
            raise UnknownNameError("sector", sector, self.base.sectors, "the sectors of the economy")
        s, i = self.base.sectors.index(sector), self.base.countries.index(exporter)
        levy = np.ones(len(self.base.countries))
        cs, cn, ci = self.shock.levies.cells
        mine = (cs == s) & (ci == i)
        levy[cn[mine]] = 1.0 + self.state.levy_rate[mine]
        return pd.Series(self.state.c_hat[s, i] * levy, index=self._countries, name="price_factor")

    @cached_property
    def log_linear(self) -> pd.DataFrame:
        """Caliendo and Parro's first-order split of the change of real income, percent, by country.

        Columns terms_of_trade, volume_of_trade, direct (what dearer trade, productivity, supply and transfers do by
        themselves; nothing for tariffs) and their sum, welfare. Not the exact change: that is `real_income`.

        Raises
        ------
        EconomyError : quotas, export taxes, bans or a supply elasticity, for which the split does not hold.
        """
        return self.decompose()

    def decompose(self, by: str = "country") -> pd.DataFrame:
        """Return the first-order split of `log_linear` by country, or by its partners and sectors, in percent.

        Equation 14 of Caliendo and Parro (2015), at base weights. For the exact change along a path of small steps
        see `Economy.log_linear_path`, for its exact split into the parts of a shock `Economy.attribute`.

        Parameters
        ----------
        by : ``"country"``, ``"pair"`` (country and partner), ``"sector"`` or ``"cell"`` (both).

        Returns
        -------
        terms_of_trade, volume_of_trade, direct, welfare (their sum).

        Raises
        ------
        EconomyError : ``by`` is not one of these, or as `log_linear`.
        """
        if not isinstance(by, str) or by not in SPLITS:
            raise EconomyError(f"decompose(by={by!r}) is not known; choose one of {', '.join(SPLITS)}")
        return log_linear_table(self.base, self.shock, self.closure, self.state, self._border, by)

    def gradient(self, target: str | Mapping[str, float]) -> Gradient:
        """Return the derivatives of a country's real income, or of a weighted sum of several, at this outcome.

        Costs about as much as one more solve, whatever the number of tariffs.

        Raises
        ------
        UnknownNameError : a country that is none. EconomyError : a shock with quotas or export taxes.
        NotConverged : the adjoint system was not solved.
        """
        weights = weights_of(target, self.base.countries)
        return Gradient(self.base, sensitivity(self.base, self.shock, self.closure, self.state, weights))

    @cached_property
    def labour(self) -> pd.DataFrame:
        """Share of a country's moving labour by country and sector: base, new and change in percent."""
        moving = 1.0 - self.closure.specific_shares(self.base.sectors)[:, None]
        base, new = moving * self.base.value_added, moving * self.state.value_added
        total = (
            np.where(base.sum(axis=0) > 0, base.sum(axis=0), 1.0),
            np.where(new.sum(axis=0) > 0, new.sum(axis=0), 1.0),
        )
        return self._by_country_sector(base / total[0], new / total[1])

    @cached_property
    def home_share_check(self) -> pd.DataFrame:
        """Real wage as domestic expenditure shares alone give it, beside the solved one; both percent, by country.

        Arkolakis, Costinot and Rodriguez-Clare (2012), with sectors and linkages. Unknown (NaN) for a country that
        makes nothing of some good, whose price its domestic share cannot tell.

        Raises
        ------
        EconomyError : specific factors or a supply elasticity, to which the formula does not apply.
        """
        if self.closure.is_short_run or self.closure.supply_elasticity:
            raise EconomyError("domestic shares give the real wage only where labour moves and supply is an endowment")
        home_base = np.einsum("snn->sn", self.base.pi)
        home_new = np.einsum("snn->sn", trade_levels(self.base, self.shock, self.state)[0])
        made = home_base > 0
        change = np.log(np.where(made, home_new, 1.0)) - np.log(np.where(made, home_base, 1.0))
        log_P = log_prices_of_home_shares(self.base, change, self.shock.log_productivity)
        from_shares = 100.0 * np.expm1(-(self.base.alpha * log_P).sum(axis=0))
        from_shares[(~made & (self.base.expenditure > 0)).any(axis=0)] = np.nan
        return pd.DataFrame({"from_home_shares": from_shares, "solved": self.real_wage}, index=self._countries)

    def to_xarray(self) -> xr.Dataset:
        """Return prices, flows and accounts as one labelled dataset; needs the extra ``zollverein[cubes]``."""
        from zollverein.economy.cubes import dataset_of  # noqa: PLC0415 - xarray is an extra

        return dataset_of(self)

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return every table of the outcome by name, labels as columns."""
        try:
            split = {"log_linear": self.log_linear.add_suffix("_percent").reset_index()}
        except EconomyError:
            split = {}  # no first-order split where the shock has quotas, export taxes or bans
        return {
            "real_income": self.real_income.to_frame().join(self.real_wage).reset_index(),
            "accounts": self.accounts.reset_index(),
            "prices": self.prices.reset_index(),
            "output": self.output.reset_index(),
            "labour": self.labour.reset_index(),
            "trade": self.trade,
            "levies": self.levies,
            **split,
            "certificate": self.certificate.to_frame(),
            "about": about(self.base, self.shock, self.closure, self.certificate.max_residual),
        }

    def to_parquet(self, folder: str | Path) -> Path:
        """Write every table to ``folder/<table>.parquet`` and return the folder.

        Raises
        ------
        OutputError : the folder cannot be written to.
        """
        from zollverein.report import tables_to_parquet  # noqa: PLC0415 - only a door knows files

        return tables_to_parquet(self.frames(), folder)

    def to_excel(self, path: str | Path) -> Path:
        """Write every table to a sheet of one workbook and return its path.

        Raises
        ------
        OutputError : the file cannot be written, the extra is not installed, or a table is longer than a sheet.
        """
        from zollverein.report import tables_to_excel  # noqa: PLC0415

        return tables_to_excel(self.frames(), path)

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
