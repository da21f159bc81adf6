"""From long tables to a baseline that is an equilibrium, with a ledger of everything that had to move."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from zollverein.economy.baseline import Array, Baseline, baseline_of_flows
from zollverein.economy.labels import numbers, require_columns, scatter
from zollverein.economy.shock import GROSS_TARIFF_ADVICE, HIGHEST_RATE
from zollverein.errors import EconomyError

__all__ = ["baseline_of_tables"]

SHARES_ADD_UP = 1e-6
LEDGER_COLUMNS = ("table", "country", "sector", "was", "now", "why")


def baseline_of_tables(
    trade: pd.DataFrame,
    theta: pd.DataFrame | float,
    value_added: pd.DataFrame | None,
    inputs: pd.DataFrame | None,
    tariffs: pd.DataFrame | None,
) -> tuple[Baseline, pd.DataFrame]:
    """Build the baseline and the ledger (table, country, sector, was, now, why) of what was moved to get there.

    Negative final demand is set to zero in ``alpha`` and the rest renormalised; the flows then are no longer an
    equilibrium, which the engine mends by solving the base first.

    Raises
    ------
    EconomyError : naming the table, the row and the fix.
    """
    require_columns("trade", trade, ("exporter", "importer", "sector", "value"))
    countries = tuple(sorted(set(trade["exporter"].astype(str)) | set(trade["importer"].astype(str))))
    sectors = tuple(dict.fromkeys(trade["sector"].astype(str)))
    pair = {"sector": sectors, "importer": countries, "exporter": countries}
    value = numbers("trade", trade, "value", minimum=0.0, advice="Flows are values net of tariff, never negative")
    flows = scatter("trade", trade, pair, value, fill=0.0)
    _require_domestic_sales(flows, countries, sectors)
    gamma, gamma_io = _cost_shares(value_added, inputs, countries, sectors)
    tau = np.zeros_like(flows)
    if tariffs is not None:
        require_columns("tariffs", tariffs, ("exporter", "importer", "rate"), ("sector",))
        rate = numbers("tariffs", tariffs, "rate", above=-1.0, maximum=HIGHEST_RATE, advice=GROSS_TARIFF_ADVICE)
        tau = scatter("tariffs", tariffs, pair, rate, fill=0.0)
    base = baseline_of_flows(countries, sectors, flows, tau, _theta(theta, sectors), gamma, gamma_io)
    return _without_negative_final_demand(base)


def _require_domestic_sales(flows: Array, countries: tuple[str, ...], sectors: tuple[str, ...]) -> None:
    home = np.einsum("snn->sn", flows)
    if not home.any():
        raise EconomyError(
            "table trade has no domestic sales (rows with exporter = importer); "
            "add them: gross output less exports, by country and sector"
        )
    absent = np.argwhere(home.sum(axis=0) <= 0)
    if absent.size:
        raise EconomyError(
            f"table trade: {countries[int(absent[0, 0])]} has no domestic sales in any sector; "
            f"add rows with exporter = importer: gross output less exports"
        )


def _theta(theta: pd.DataFrame | float, sectors: tuple[str, ...]) -> Array:
    if not isinstance(theta, pd.DataFrame):
        if isinstance(theta, bool) or not isinstance(theta, int | float) or not np.isfinite(theta) or theta <= 0:
            raise EconomyError(f"theta is {theta!r}; it must be a number above zero (sigma - 1 in CES terms)")
        return np.full(len(sectors), float(theta))
    named = [c for c in ("theta", "sigma") if c in theta.columns]
    if len(named) != 1:
        raise EconomyError("table theta must have the columns sector and either theta or sigma (theta = sigma - 1)")
    column = named[0]
    require_columns("theta", theta, ("sector", column))
    values = numbers("theta", theta, column, above=0.0 if column == "theta" else 1.0)
    out = scatter("theta", theta, {"sector": sectors}, values, fill=np.nan)
    if np.isnan(out).any():
        raise EconomyError(f"table theta has no row for sector {sectors[int(np.argmax(np.isnan(out)))]}; add one")
    return out - 1.0 if column == "sigma" else out


def _cost_shares(
    value_added: pd.DataFrame | None,
    inputs: pd.DataFrame | None,
    countries: tuple[str, ...],
    sectors: tuple[str, ...],
) -> tuple[Array, Array]:
    S, N = len(sectors), len(countries)
    if value_added is None:
        if inputs is not None:
            raise EconomyError("table inputs is given without table value_added; give both or neither")
        return np.ones((S, N)), np.zeros((N, S, S))
    require_columns("value_added", value_added, ("country", "sector", "share"))
    share = numbers("value_added", value_added, "share", above=0.0, maximum=1.0 + SHARES_ADD_UP)
    gamma = scatter("value_added", value_added, {"sector": sectors, "country": countries}, share, fill=np.nan)
    if np.isnan(gamma).any():
        s, n = np.argwhere(np.isnan(gamma))[0]
        raise EconomyError(f"table value_added has no row for country {countries[n]}, sector {sectors[s]}; add one")
    gamma_io = np.zeros((N, S, S))
    if inputs is not None:
        require_columns("inputs", inputs, ("country", "input", "user", "share"))
        # Published tables hold small negative coefficients (by-products); they are legitimate Cobb-Douglas exponents.
        coefficient = numbers("inputs", inputs, "share", minimum=-1.0, maximum=1.0)
        keys = {"country": countries, "input": sectors, "user": sectors}
        gamma_io = scatter("inputs", inputs, keys, coefficient, fill=0.0)
    total = gamma + gamma_io.sum(axis=1).T
    off = np.abs(total - 1.0)
    if off.max() > SHARES_ADD_UP:
        s, n = np.unravel_index(int(np.argmax(off)), off.shape)
        raise EconomyError(
            f"country {countries[n]}, sector {sectors[s]}: value added and inputs add to {total[s, n]:.8g} of gross "
            f"output; they must add to 1: mend table value_added or inputs"
        )
    return gamma / total, gamma_io / total.T[:, None, :]


def _without_negative_final_demand(base: Baseline) -> tuple[Baseline, pd.DataFrame]:
    negative = base.alpha < 0
    rows = [
        (
            "trade",
            base.countries[n],
            base.sectors[s],
            base.alpha[s, n] * base.income[n],
            0.0,
            "negative final demand",
        )
        for s, n in np.argwhere(negative)
    ]
    ledger = pd.DataFrame(rows, columns=list(LEDGER_COLUMNS))
    alpha = np.where(negative, 0.0, base.alpha)
    return replace(base, alpha=alpha / alpha.sum(axis=0)), ledger
