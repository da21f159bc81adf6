"""Derivatives of real income with their labels: which barriers cost most, and how wide an estimate's error makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from zollverein.economy.adjoint import Sensitivity
from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.draws import Effects, checked_effects, effect_cells
from zollverein.economy.labels import HIGHEST_RATE, framed, numbers, require, require_columns, require_count, scatter
from zollverein.errors import EconomyError, UnknownNameError

__all__ = ["Gradient", "weights_of"]


def weights_of(target: str | Mapping[str, float], countries: tuple[str, ...]) -> Array:
    """Return the weight of every country's log real income (N,): one country, or several by name.

    Raises
    ------
    UnknownNameError : a country that is none. EconomyError : a weight that is no number.
    """
    require("the target of a gradient", target, (str, Mapping), "a country, or weights by country")
    given = {target: 1.0} if isinstance(target, str) else dict(target)
    if not given:
        raise EconomyError("the gradient of nobody's income: name a country, or weights by country")
    weights = np.zeros(len(countries))
    for name, weight in given.items():
        if name not in countries:
            raise UnknownNameError("country", name, countries, "the target of the gradient")
        if not isinstance(weight, int | float | np.number) or not np.isfinite(weight):
            raise EconomyError(f"the weight of {name} is {weight!r}; allowed is a number")
        weights[countries.index(name)] = weight
    return weights


@dataclass(frozen=True)
class Gradient:
    """Derivatives of real income, in percent, at an outcome.

    Attributes
    ----------
    base : labels and trade. sensitivity : the derivatives as arrays. income : log change at the outcome, weighted.
    """

    base: Baseline = field(repr=False)
    sensitivity: Sensitivity = field(repr=False)

    @cached_property
    def tariff(self) -> pd.DataFrame:
        """Exporter, importer, sector, percent: change of real income for one more percentage point of tariff."""
        # A percentage point is 0.01, a percent of income 0.01: the two cancel.
        return self._cells(self.sensitivity.tariff)

    @cached_property
    def iceberg(self) -> pd.DataFrame:
        """Exporter, importer, sector, percent: change of real income for trade costs one percent higher."""
        return self._cells(self.sensitivity.log_iceberg)

    @cached_property
    def productivity(self) -> pd.DataFrame:
        """Country, sector, percent: change of real income for productivity one percent higher."""
        index = pd.MultiIndex.from_product([self.base.sectors, self.base.countries], names=["sector", "country"])
        return pd.DataFrame({"percent": self.sensitivity.log_productivity.ravel()}, index=index).reset_index()

    def costliest(self, count: int = 20) -> pd.DataFrame:
        """Return the foreign flows whose dearer trade would cost most: the rows of `iceberg`, the worst first.

        Raises
        ------
        EconomyError : the count is no whole number from 1.
        """
        require_count("the number of flows", count, self.base.pi.size)
        foreign = self.iceberg[self.iceberg["exporter"] != self.iceberg["importer"]]
        return foreign.nsmallest(count, "percent", keep="first").reset_index(drop=True)

    def barriers(self, wedges: pd.DataFrame) -> pd.DataFrame:
        """Return what each barrier costs to first order, its derivative times log(1 + ad valorem), worst first.

        Parameters
        ----------
        wedges : exporter, importer, ad_valorem [, sector]; 0.2 is a barrier worth twenty percent of the price. Without
            a sector, all of them.

        Returns
        -------
        exporter, importer, sector, ad_valorem, percent: change of real income that the barrier brings, below zero where
        it costs.

        Raises
        ------
        EconomyError : columns or numbers that do not fit.
        """
        wedges = framed("wedges", wedges)
        require_columns("wedges", wedges, ("exporter", "importer", "ad_valorem"), ("sector",))
        numbers(
            "wedges",
            wedges,
            "ad_valorem",
            above=-1.0,
            maximum=HIGHEST_RATE,
            advice="0.2 is a barrier worth twenty percent",
        )
        keys = ["exporter", "importer", *(["sector"] if "sector" in wedges else [])]
        labels = {"exporter": self.base.countries, "importer": self.base.countries, "sector": self.base.sectors}
        scatter("wedges", wedges, {key: labels[key] for key in keys}, np.zeros(len(wedges)), fill=0.0)
        joined = self.iceberg.merge(wedges.astype(dict.fromkeys(keys, str)), on=keys, how="inner")
        joined["percent"] *= 100.0 * np.log1p(joined["ad_valorem"].astype(float))
        ordered = joined.sort_values("percent", kind="stable", ignore_index=True)
        return ordered[["exporter", "importer", "sector", "ad_valorem", "percent"]]

    def standard_error(self, effects: Effects) -> float:
        """Return the standard error of real income, percent, that estimated effects on trade bring (delta method).

        The slope is the one where the gradient was taken: take it at the outcome that has the effects in its shock.

        Raises
        ------
        EconomyError : effects that do not fit the economy.
        """
        coefficients, covariance = checked_effects(effects)
        slope = dict.fromkeys(coefficients.index, 0.0)
        per_beta = -self.sensitivity.log_iceberg / self.base.theta[:, None, None]
        for name, where, value in effect_cells(effects, self.base.countries, self.base.sectors):
            slope[name] += float((per_beta[where] * value).sum())
        g = np.array(list(slope.values()))
        return float(100.0 * np.sqrt(g @ covariance @ g))

    def _cells(self, values: Array) -> pd.DataFrame:
        s, n, i = np.nonzero(self.base.pi)
        countries = np.array(self.base.countries, dtype=object)
        return pd.DataFrame(
            {
                "exporter": countries[i],
                "importer": countries[n],
                "sector": np.array(self.base.sectors, dtype=object)[s],
                "percent": values[s, n, i],
            }
        )
