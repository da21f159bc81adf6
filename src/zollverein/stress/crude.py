"""Where crude oil sits in the economy's sectors, from the case's tables; no share is left implicit."""

from __future__ import annotations

import pandas as pd

from zollverein.case import Case
from zollverein.corridor import Horizon
from zollverein.errors import ScenarioError, UnknownNameError
from zollverein.stress.coupling import CrudeLink

__all__ = ["crude_link"]

DAYS_PER_YEAR = 365.0


def crude_link(case: Case, exporter: str, horizon: Horizon) -> CrudeLink:
    """Return how an exporter's crude is tied to a sector of the economy.

    The share of crude in the sector's trade is the value of crude by region (table ``crude``) over the value of the
    sector's trade (table ``trade``), at most 1.

    Raises
    ------
    UnknownNameError : the exporter has no commodity in the corridor.
    ScenarioError : its sector or crude trade is missing from the economy's tables.
    """
    commodities = case.table("commodities")
    mine = commodities[commodities["exporter"] == exporter]
    if mine.empty:
        raise UnknownNameError("exporter", exporter, commodities["exporter"].unique(), "scenario key corridor.exporter")
    sector, rent_to = str(mine["sector"].iloc[0]), mine["rent_to"].iloc[0]
    crude = case.table("crude")
    crude = crude[crude["exporter"] == exporter]
    if crude.empty:
        raise ScenarioError(
            f"the case has no crude trade of {exporter} (table crude), so the corridor cannot be tied to the economy; "
            f"add its rows: exporter, region, value_usd_million, kt"
        )
    by_region = crude.groupby("region").agg(value=("value_usd_million", "sum"), kt=("kt", "sum"))
    if not (by_region["value"].sum() > 0 and by_region["kt"].sum() > 0):
        raise ScenarioError(
            f"table crude gives {exporter} {by_region['kt'].sum():g} kt worth US$ {by_region['value'].sum():g} m in "
            f"all, which makes no price; both must be above 0"
        )
    weakest = crude.groupby("region")["confidence"].agg(_weakest)
    trade = case.table("trade")
    sold = (
        trade[(trade["exporter"] == exporter) & (trade["sector"] == sector)]
        .groupby("importer")["value_usd_million"]
        .sum()
    )
    shares = (by_region["value"] / sold.reindex(by_region.index)).clip(upper=1.0).fillna(0.0)
    production = case.table("production")
    output = production.loc[
        (production["region"] == exporter) & (production["sector"] == sector), "gross_output_usd_million"
    ].sum()
    return CrudeLink(
        exporter=exporter,
        sector=sector,
        rent_to=str(rent_to) if isinstance(rent_to, str) and rent_to else exporter,
        shares=shares,
        confidence=weakest,
        base_price_usd_per_t=1e3 * float(by_region["value"].sum() / by_region["kt"].sum()),
        output_usd_million=float(output),
        market_regions=case.table("market_regions")[["node", "region", "share"]],
        years=horizon.total_days / DAYS_PER_YEAR,
    )


def _weakest(confidences: pd.Series[str]) -> str:
    return next(c for c in ("assumed", "derived", "reported") if c in set(confidences))
