"""From long tables to a baseline that is an equilibrium, with a ledger of everything that had to move."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from zollverein.economy.baseline import Array, Baseline, baseline_of_flows
from zollverein.economy.labels import codes, numbers, require_columns, scatter, tariff_rates
from zollverein.errors import EconomyError

__all__ = ["UNSETTLED", "AbsentPairs", "baseline_of_tables"]

AbsentPairs = Literal["refuse", "zero"]

SHARES_ADD_UP = 1e-6
SMALLEST_THETA = 0.01
# What the sector of an economy is called whose tables have no column for it.
ONE_SECTOR = "all"
LedgerRow = tuple[str, str, str, float, float, str]
NEGATIVE_DEMAND = "negative final demand"
FINAL_GIVEN = "final demand as given"
# What leaves the tables no equilibrium, so that the base is solved first.
UNSETTLED = (NEGATIVE_DEMAND, FINAL_GIVEN)
# Rounding in the last bits is no line of the ledger.
WORTH_A_LINE = 1e-12
LEDGER_COLUMNS = ("table", "country", "sector", "was", "now", "why")


def baseline_of_tables(
    trade: pd.DataFrame,
    theta: pd.DataFrame | float,
    value_added: pd.DataFrame | None,
    inputs: pd.DataFrame | None,
    tariffs: pd.DataFrame | None,
    output: pd.DataFrame | None = None,
    final: pd.DataFrame | None = None,
    *,
    clip: bool = False,
    absent_pairs: AbsentPairs = "refuse",
) -> tuple[Baseline, pd.DataFrame]:
    """Build the baseline and the ledger (table, country, sector, was, now, why) of what was moved to get there.

    Cost shares that rounding leaves off one are scaled. Negative final demand is set to zero in ``alpha`` and the rest
    renormalised; the flows then are no longer an equilibrium, which the engine mends by solving the base first.

    Parameters
    ----------
    output : country, sector, value: gross output, from which domestic sales are what exports leave; absent: ``trade``
        has them, as rows with exporter = importer.
    final : country, sector, share of final consumption; absent: what each market has left after intermediate use.
    clip : raise output to exports where exports are larger; absent: refuse such a table.
    absent_pairs : refuse pairs without a row in a table that is else complete, or take them for no trade.

    Raises
    ------
    EconomyError : naming the table, the row and the fix.
    """
    if "sector" not in trade.columns:
        trade = trade.assign(sector=ONE_SECTOR)
        inputs = _of_one_sector(inputs, ("input", "user"))
        value_added, output, final = (_of_one_sector(table, ("sector",)) for table in (value_added, output, final))
    require_columns("trade", trade, ("exporter", "importer", "sector", "value"))
    moved: list[LedgerRow] = []
    if output is not None:
        trade = with_domestic_sales(trade, output, moved, clip=clip)
    countries = _countries(trade)
    sectors = tuple(dict.fromkeys(trade["sector"].astype(str)))
    pair = {"sector": sectors, "importer": countries, "exporter": countries}
    value = numbers("trade", trade, "value", minimum=0.0, advice="Flows are values net of tariff, never negative")
    flows = scatter("trade", trade, pair, value, fill=0.0)
    if absent_pairs not in get_args(AbsentPairs):
        raise EconomyError(f"absent_pairs={absent_pairs!r} is not known; choose one of refuse, zero")
    if absent_pairs == "refuse":
        _require_pairs(trade, countries, sectors)
    _require_domestic_sales(flows, countries, sectors)
    gamma, gamma_io = _cost_shares(value_added, inputs, countries, sectors, moved)
    tau = np.zeros_like(flows)
    if tariffs is not None:
        rate = tariff_rates("tariffs", tariffs, is_base=True)
        tau = scatter("tariffs", tariffs, pair, rate, fill=0.0)
    base = baseline_of_flows(countries, sectors, flows, tau, _theta(theta, sectors), gamma, gamma_io)
    if final is not None:
        base = _with_final(base, final, moved)
    return _without_negative_final_demand(base, moved)


def _of_one_sector(table: pd.DataFrame | None, keys: tuple[str, ...]) -> pd.DataFrame | None:
    """Name the only sector of a table that has no column for it."""
    if table is None:
        return None
    return table.assign(**{key: ONE_SECTOR for key in keys if key not in table.columns})


def _require_pairs(trade: pd.DataFrame, countries: tuple[str, ...], sectors: tuple[str, ...]) -> None:
    """Refuse a hole: pairs without a row where every pair that has one has all its sectors.

    A table that leaves out what is not traded has gaps everywhere; in one that is else complete a gap is a fault.
    """
    stands = np.eye(len(countries), dtype=bool)
    stands[codes("trade", trade, "exporter", countries), codes("trade", trade, "importer", countries)] = True
    absent = np.argwhere(~stands)
    if absent.size and len(trade) == stands.sum() * len(sectors):
        i, n = absent[0]
        count = "one pair is" if len(absent) == 1 else f"{len(absent)} pairs are"
        raise EconomyError(
            f"table trade is complete but for {countries[i]} to {countries[n]} ({count} missing); add the flow, with "
            f'value 0 if there is none, or say absent_pairs="zero"'
        )


def _with_final(base: Baseline, final: pd.DataFrame, moved: list[LedgerRow]) -> Baseline:
    """Take final consumption shares as given; where they are not what the markets leave, the ledger says so."""
    require_columns("final", final, ("country", "sector", "share"))
    share = numbers("final", final, "share", minimum=0.0, maximum=1.0 + SHARES_ADD_UP)
    alpha = scatter("final", final, {"sector": base.sectors, "country": base.countries}, share, fill=0.0)
    total = alpha.sum(axis=0)
    off = np.abs(total - 1.0)
    if off.max() > SHARES_ADD_UP:
        n = int(np.argmax(off))
        raise EconomyError(
            f"table final: the shares of {base.countries[n]} add to {total[n]:.8g}; they must add to 1: mend them"
        )
    alpha = alpha / total
    differs = np.argwhere(np.abs(alpha - base.alpha) > SHARES_ADD_UP)
    moved += [
        ("final", base.countries[n], base.sectors[s], float(base.alpha[s, n]), float(alpha[s, n]), FINAL_GIVEN)
        for s, n in differs
    ]
    # Shares that only rounding parts from the market's own would leave the base off by as much, and unsolved.
    return replace(base, alpha=alpha) if differs.size else base


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
        number = isinstance(theta, int | float | np.number) and not isinstance(theta, bool)
        if not number or not np.isfinite(theta) or theta < SMALLEST_THETA:
            raise EconomyError(
                f"theta is {theta!r}; it must be a number above zero, at least {SMALLEST_THETA:g} (sigma - 1 in CES)"
            )
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
    out = out - 1.0 if column == "sigma" else out
    if out.min() < SMALLEST_THETA:
        smallest = sectors[int(out.argmin())]
        raise EconomyError(f"table theta: {smallest} has {out.min():g}; theta must be at least {SMALLEST_THETA:g}")
    return out


def _cost_shares(
    value_added: pd.DataFrame | None,
    inputs: pd.DataFrame | None,
    countries: tuple[str, ...],
    sectors: tuple[str, ...],
    moved: list[LedgerRow],
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
    moved += [
        ("value_added and inputs", countries[n], sectors[s], float(total[s, n]), 1.0, "shares scaled to add to one")
        for s, n in np.argwhere(off > WORTH_A_LINE)
    ]
    return gamma / total, gamma_io / total.T[:, None, :]


def _countries(trade: pd.DataFrame) -> tuple[str, ...]:
    sells, buys = set(trade["exporter"].astype(str)), set(trade["importer"].astype(str))
    if alone := sorted(sells ^ buys):
        does, not_ = ("sells and never buys", "importer") if alone[0] in sells else ("buys and never sells", "exporter")
        raise EconomyError(
            f"table trade: {alone[0]} {does}; every country must stand in both columns: add rows with it as {not_}, "
            f"its domestic sales among them, or drop it"
        )
    return tuple(sorted(sells))


def with_domestic_sales(
    trade: pd.DataFrame, output: pd.DataFrame, moved: list[LedgerRow], *, clip: bool
) -> pd.DataFrame:
    """Return a trade table with domestic sales as gross output less exports.

    Raises
    ------
    EconomyError : trade has domestic rows of its own, output misses a row, or exports exceed output.
    """
    require_columns("output", output, ("country", "sector", "value"))
    numbers("output", output, "value", minimum=0.0, advice="Gross output is never negative")
    home = trade["exporter"].astype(str) == trade["importer"].astype(str)
    if home.any():
        row = int(np.argmax(home))
        raise EconomyError(
            f"table trade, row {row + 1}: {trade['exporter'].iloc[row]} sells to itself, and table output is given, "
            f"which says the same in another way; give one of the two"
        )
    trade = trade.assign(value=numbers("trade", trade, "value", minimum=0.0))
    exports = trade.groupby(["exporter", "sector"])["value"].sum().rename_axis(["country", "sector"])
    made = output.set_index(["country", "sector"])["value"].astype(float)
    missing = exports.index.difference(made.index)
    if len(missing):
        raise EconomyError(f"table output has no row for {missing[0][0]}, {missing[0][1]}, which exports; add it")
    rest = made - exports.reindex(made.index).fillna(0.0)
    short = rest < 0
    for country, sector in rest.index[short].to_list():
        was, sold = float(made.loc[(country, sector)]), float(exports.loc[(country, sector)])
        if not clip:
            raise EconomyError(
                f"table output: {country} makes {was:.6g} of {sector} and exports {sold:.6g}, which leaves "
                f"{was - sold:.6g} at home; mend one of them, or allow clip=True to raise output to exports"
            )
        moved.append(("output", str(country), str(sector), was, sold, "output raised to exports"))
    own = rest.clip(lower=0.0).rename("value").reset_index()
    own = own.assign(exporter=own["country"], importer=own["country"])[["exporter", "importer", "sector", "value"]]
    return pd.concat([trade, own[own["value"] > 0]], ignore_index=True)


def _without_negative_final_demand(base: Baseline, moved: list[LedgerRow]) -> tuple[Baseline, pd.DataFrame]:
    negative = base.alpha < 0
    moved += [
        ("trade", base.countries[n], base.sectors[s], float(base.alpha[s, n] * base.income[n]), 0.0, NEGATIVE_DEMAND)
        for s, n in np.argwhere(negative)
    ]
    ledger = pd.DataFrame(moved, columns=list(LEDGER_COLUMNS))
    alpha = np.where(negative, 0.0, base.alpha)
    return replace(base, alpha=alpha / alpha.sum(axis=0)), ledger
