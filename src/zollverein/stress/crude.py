"""Where crude oil sits in the economy's sectors, from the case's tables; no share is left implicit."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from zollverein.case import Case
from zollverein.corridor import Horizon
from zollverein.errors import ScenarioError, UnknownNameError
from zollverein.stress.marks import weakest_of
from zollverein.stress.tie import CrudeLink

__all__ = ["crude_link"]

DAYS_PER_YEAR = 365.0


def crude_link(case: Case, exporter: str, horizon: Horizon) -> CrudeLink:
    """Return how an exporter's crude is tied to a sector of the economy.

    The share of crude in the sector's trade is the value of crude by region (table ``crude``) over the value of the
    sector's trade (table ``trade``), at most 1. Who earns tariffs and rents is in the tables ``fee_shares`` and
    ``operators``, if the case has them.

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
    weakest = crude.groupby("region")["confidence"].agg(weakest_of)
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
    homes = _rows(case, "operators", "operator")
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
        region_of=_region_of(case, [*_crossed(case), *homes["country"]]),
        fee_shares=_shares(_rows(case, "fee_shares", "link"), "link"),
        homes=_shares(homes, "operator"),
    )


def _rows(case: Case, table: str, of: str) -> pd.DataFrame:
    """Rows of a table that a case may leave out."""
    return case.table(table) if table in case.tables else pd.DataFrame(columns=[of, "country", "share"])


def _shares(rows: pd.DataFrame, of: str) -> dict[str, dict[str, float]]:
    out: dict[str, dict[str, float]] = {}
    for name, country, share in rows[[of, "country", "share"]].itertuples(index=False, name=None):
        out.setdefault(str(name), {})[str(country)] = float(share)
    return out


def _crossed(case: Case) -> list[str]:
    lists = case.table("links")["countries"].dropna().astype(str)
    return [country for listed in lists for country in listed.split(";") if country]


def _region_of(case: Case, countries: Iterable[str]) -> dict[str, str]:
    """The region of every country: its own, the one that lists it as a member, or the one rest of the world."""
    regions = case.table("regions")
    region_of = {str(region): str(region) for region in regions["region"]}
    listed = regions["members"].fillna("") if "members" in regions else pd.Series("", index=regions.index)
    for region, members in zip(regions["region"], listed, strict=True):
        region_of |= {member: str(region) for member in str(members).split(";") if member}
    kind = regions["kind"] if "kind" in regions else pd.Series("", index=regions.index)
    rest = list(regions.loc[(listed == "") & (kind == "aggregate"), "region"].astype(str))
    if len(rest) == 1:
        region_of |= {country: rest[0] for country in countries if country not in region_of}
    return region_of
