"""What became of the economy: real income, trade and revenue by region, with its range and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from zollverein.case import Case
from zollverein.economy import Outcome

__all__ = ["trade_table", "welfare_table"]

# The weakest of the rows that a sum is made of.
WEAKEST_FIRST = ("assumed", "derived", "reported")


def welfare_table(
    case: Case, outcome: Outcome, variants: Sequence[Outcome], rents: pd.Series[float] | None = None
) -> pd.DataFrame:
    """Return the economy by region.

    Parameters
    ----------
    variants : the same scenario under other published elasticities and ends of the barriers' ranges.
    rents : who got what of the rents of bounds, by region; absent: who received them first.

    Returns
    -------
    region, name, real_income_percent, real_income_low_percent and _high_percent (over the variants and the central
    run), real_income_usd_million, real_wage_percent, exports_percent, imports_percent (values at the border),
    tariff_revenue_usd_million and rent_usd_million (change, in base-year dollars of world income),
    assumed_share (of the region's base flows, sales at home included, by value) and assumed_trade_share.
    """
    accounts = outcome.accounts
    regions = case.table("regions").set_index("region")
    percent = pd.concat([o.real_income for o in (outcome, *variants)], axis=1)
    assumed, assumed_trade = _assumed_shares(case)
    table = pd.DataFrame(
        {
            "region": accounts.index,
            "name": regions["name"].reindex(accounts.index).to_numpy(),
            "real_income_percent": outcome.real_income,
            "real_income_low_percent": percent.min(axis=1),
            "real_income_high_percent": percent.max(axis=1),
            "real_income_usd_million": outcome.real_income / 100.0 * accounts["income_base"],
            "real_wage_percent": outcome.real_wage,
            "exports_percent": 100.0 * (accounts["exports_new"] / accounts["exports_base"] - 1.0),
            "imports_percent": 100.0 * (accounts["imports_new"] / accounts["imports_base"] - 1.0),
            "tariff_revenue_usd_million": accounts["tariff_revenue_new"] - accounts["tariff_revenue_base"],
            "rent_usd_million": _by_region(accounts, rents),
            "assumed_share": assumed.reindex(accounts.index),
            "assumed_trade_share": assumed_trade.reindex(accounts.index),
        }
    )
    members = list(regions.index[regions["union"].fillna("") != ""])
    order = np.where(table["region"].isin(members), 0, 1)
    return (
        table.assign(_order=order, _size=-table["real_income_percent"].abs())
        .sort_values(["_order", "_size"], kind="stable", ignore_index=True)
        .drop(columns=["_order", "_size"])
    )


def _by_region(accounts: pd.DataFrame, rents: pd.Series[float] | None) -> pd.Series[float]:
    return accounts["levy_revenue_new"] if rents is None else rents.reindex(accounts.index).fillna(0.0)


def trade_table(case: Case, outcome: Outcome) -> pd.DataFrame:
    """Return trade by pair and sector: base and new in US$ million, change in percent, confidence of the base.

    exporter, importer, sector, sector_name, base_usd_million, new_usd_million, change_percent, confidence; no sales at
    home.
    """
    trade = outcome.trade.rename(columns={"base": "base_usd_million", "new": "new_usd_million"})
    foreign = trade[trade["exporter"] != trade["importer"]]
    known = case.table("trade")[["exporter", "importer", "sector", "confidence"]]
    names = case.table("sectors")[["sector", "name"]].rename(columns={"name": "sector_name"})
    named = foreign.merge(names, on="sector", how="left", validate="many_to_one")
    order = ["exporter", "importer", "sector", "sector_name"]
    named = named[[*order, *(c for c in named.columns if c not in order)]]
    return named.merge(known, on=["exporter", "importer", "sector"], how="left", validate="one_to_one")


def _assumed_shares(case: Case) -> tuple[pd.Series[float], pd.Series[float]]:
    """Share of a region's base flows that rests on assumed rows, with and without its sales at home."""
    trade = case.table("trade")[["exporter", "importer", "value_usd_million", "confidence"]]
    home = case.table("production")[["region", "domestic_sales_usd_million", "confidence"]]
    as_seller = trade.rename(columns={"exporter": "region", "value_usd_million": "value"})
    as_buyer = trade.rename(columns={"importer": "region", "value_usd_million": "value"})
    at_home = home.rename(columns={"domestic_sales_usd_million": "value"})
    columns = ["region", "value", "confidence"]
    foreign = pd.concat([as_seller[columns], as_buyer[columns]])
    return _assumed(pd.concat([foreign, at_home[columns]])), _assumed(foreign)


def _assumed(rows: pd.DataFrame) -> pd.Series[float]:
    total = rows.groupby("region")["value"].sum()
    weak = rows[rows["confidence"] == "assumed"].groupby("region")["value"].sum()
    return (weak.reindex(total.index).fillna(0.0) / total).astype(float)


def published_table(case: Case, scenario: str, welfare: pd.DataFrame) -> pd.DataFrame:
    """Return what others published on a scenario's question beside the answer here.

    author, year, country, name, published, unit, here (real income, percent), confidence; empty where the case's table
    ``estimates`` names nothing for it.
    """
    if "estimates" not in case.tables or "scenario" not in case.table("estimates"):
        return pd.DataFrame()
    table = case.table("estimates")
    mine = table[(table["scenario"] == scenario) & table["country"].isin(welfare["region"])]
    mine = mine.assign(published=pd.to_numeric(mine["value"], errors="coerce")).dropna(subset="published")
    if mine.empty:
        return pd.DataFrame()
    here = welfare.set_index("region")
    return pd.DataFrame(
        {
            "author": mine["author"], "year": mine["year"], "country": mine["country"],
            "name": [here.loc[c, "name"] for c in mine["country"]], "published": mine["published"],
            "unit": mine["unit"], "here": [float(here.loc[c, "real_income_percent"]) for c in mine["country"]],
            "confidence": mine["confidence"],
        }
    ).reset_index(drop=True)  # fmt: skip
