"""From an estimated gravity equation to real income: what an effect on trade is worth, with its uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import pandas as pd

from zollverein.economy import Closure, Draws, Economy, Effects, Outcome, Shock
from zollverein.errors import GravityError, UnknownNameError
from zollverein.gravity import Estimate, Panel, effect_arguments, regressors

__all__ = ["Change", "EstimatedWelfare", "estimated_welfare"]

Change = Literal["remove", "add"]
LEVELS = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class EstimatedWelfare:
    """Real income without effects on trade that are there, or with some that are not.

    Attributes
    ----------
    table : country, real_income_percent (at the estimate itself), and its quantiles over draws as low_percent (5),
        median_percent (50) and high_percent (95); from the largest loss to the largest gain.
    year : of the trade that is the base. cells : exporter, importer, effect, value: what was changed where.
    outcome : the equilibrium at the estimate itself. draws : those of its draws.
    """

    table: pd.DataFrame = field(repr=False)
    year: int
    cells: pd.DataFrame = field(repr=False)
    outcome: Outcome = field(repr=False)
    draws: Draws

    @property
    def max_residual(self) -> float:
        """Largest relative residual of the equilibrium at the estimate itself."""
        return float(self.outcome.certificate.max_residual)


def estimated_welfare(
    panel: Panel,
    estimate: Estimate,
    *,
    terms: str | Sequence[str],
    year: int,
    theta: float,
    change: Change = "remove",
    between: Sequence[str] | None = None,
    theta_standard_error: float | None = None,
    draws: int = 200,
    seed: int = 1,
    closure: Closure | None = None,
    jobs: int = 1,
) -> EstimatedWelfare:
    """Change estimated effects on trade in one year's economy and return real income by country.

    The economy has one sector and no intermediates; its flows are the panel's trade of that year, sales at home
    included. An effect ``beta x`` that goes raises the iceberg cost by ``exp(beta x / theta)``. Draws are of the
    coefficients, jointly normal with their covariance, and of theta where its standard error is given.

    Parameters
    ----------
    terms : regressors of the estimate whose effect changes. year : a year of the panel.
    change : ``remove`` takes an effect away where its regressor is not 0, ``add`` brings it, with a value of 1, where
        it is 0. between : countries; only trade between two of them changes, never sales at home. Absent: all, which
        ``add`` does not take.
    theta : trade elasticity, and theta_standard_error its standard error; absent: it is certain.
    closure : of the economy; absent: deficits are fixed.

    Raises
    ------
    GravityError : there is nothing to change, or the panel has no sales at home or is by sector.
    UnknownNameError : a term, a country or a year that is not there.
    EconomyError : trade of that year is no economy. NotConverged : an equilibrium was not certified.
    """
    if change not in get_args(Change):
        raise GravityError(f"change is {change!r:.40}; allowed is {', '.join(get_args(Change))}")
    if panel.sectors:
        raise GravityError("the panel is by sector, and this economy has one; add the sectors up, or build an Economy")
    if year not in panel.years:
        raise UnknownNameError("year", str(year), map(str, panel.years), "the panel")
    named = [terms] if isinstance(terms, str) else list(terms)
    cells = _cells(panel, estimate, named, year, change, between)
    now = panel.frame[panel.frame["year"] == year]
    lacking = [country for country, when in panel.without_domestic if when == year]
    if lacking:
        more = f" and {len(lacking) - 5} more" if len(lacking) > 5 else ""
        raise GravityError(
            f"sales at home are missing in {year} for {', '.join(lacking[:5])}{more}; add rows with exporter = "
            f"importer: without them there is no output and no real income"
        )
    trade = now[["exporter", "importer"]].assign(sector="all", value=now["trade"])
    closure = closure or Closure()
    economy = Economy.from_tables(trade, theta=theta, deficits=closure.deficits)
    effects = Effects(**effect_arguments(estimate, cells))
    beta = cells["effect"].map(estimate.coefficients)
    summed = (beta * cells["value"]).groupby([cells["exporter"], cells["importer"]]).sum()
    factor = np.exp(-summed / theta).rename("factor").reset_index()
    outcome = economy.solve(Shock(iceberg=factor), closure=closure)
    spread = None
    if theta_standard_error is not None:
        spread = pd.DataFrame({"sector": ["all"], "standard_error": [theta_standard_error]})
    drawn = economy.draws(
        draws=draws, seed=seed, effects=effects, theta_uncertainty=spread, closure=closure, jobs=jobs
    )  # fmt: skip
    low, median, high = (drawn.quantiles(LEVELS)[level] for level in LEVELS)
    table = pd.DataFrame(
        {"real_income_percent": outcome.real_income, "low_percent": low, "median_percent": median, "high_percent": high}
    )
    table = table.sort_values("real_income_percent", kind="stable").rename_axis("country").reset_index()
    return EstimatedWelfare(table, year, cells, outcome, drawn)


def _cells(
    panel: Panel, estimate: Estimate, terms: Sequence[str], year: int, change: Change, between: Sequence[str] | None
) -> pd.DataFrame:
    """Exporter, importer, effect, value: where effects come and go, and how much of them."""
    for term in terms:
        if term not in estimate.coefficients.index:
            raise UnknownNameError("term", term, map(str, estimate.coefficients.index), "the estimate")
    for country in between or ():
        if country not in panel.countries:
            raise UnknownNameError("country", country, panel.countries, "the panel")
    if change == "add" and between is None:
        raise GravityError("say between which countries the effect comes (between=); all at once is no union")
    values = regressors(panel, estimate.design)
    if year not in set(values["year"]):
        raise UnknownNameError("year", str(year), map(str, values["year"].unique()), "the years of the estimate")
    values = values[(values["year"] == year) & (values["exporter"] != values["importer"])]
    if between is not None:
        values = values[values["exporter"].isin(between) & values["importer"].isin(between)]
    parts = []
    for term in terms:
        known = values[values[term].notna()]
        there = known[known[term] != 0.0] if change == "remove" else known[known[term] == 0.0]
        value = -there[term] if change == "remove" else 1.0
        parts.append(there[["exporter", "importer"]].assign(effect=term, value=value))
    cells = pd.concat(parts, ignore_index=True)
    if cells.empty:
        where = f" between {', '.join(between)}" if between is not None else ""
        state = "is already there" if change == "add" else "is not there"
        raise GravityError(
            f"nothing to {change} in {year}: {' and '.join(terms)} {state} for any pair{where}; choose other "
            f"countries, another year, or another term"
        )
    return cells
