"""What came of the coupling beside trade and welfare: fees of transit states, the exporter's budget, delivered cost."""

from __future__ import annotations

import pandas as pd

from zollverein.case import Case
from zollverein.corridor import Network, Routing, delivered_by_region, export_value_usd_million
from zollverein.corridor.carriage import delivered_cost
from zollverein.stress.coupling import Coupled, TiedOil
from zollverein.stress.marks import weakest_of

__all__ = ["budget_table", "delivered_table", "transit_fees_table"]

KEY = ["exporter", "commodity", "market", "start", "days"]


def transit_fees_table(case: Case, coupled: Coupled) -> pd.DataFrame:
    """Return what foreign states earn by carrying oil: exports of their services.

    Returns
    -------
    country (a region of the economy), name, before_usd_million, after_usd_million, change_usd_million (over the
    horizon, at the corridor's tariffs), transfer_usd_million (the change as the economy takes it: of its year, in its
    dollars), confidence: the weakest of the tariffs and of the shares in them.
    """
    oil = coupled.oils[0]
    names = case.table("regions").set_index("region")["name"]
    known = _fee_marks(case, coupled.routing.network, oil)
    table = oil.fees.rename_axis("country").reset_index()
    return pd.DataFrame(
        {
            "country": table["country"],
            "name": [names.get(country, country) for country in table["country"]],
            "before_usd_million": table["before_usd_million"],
            "after_usd_million": table["after_usd_million"],
            "change_usd_million": table["after_usd_million"] - table["before_usd_million"],
            "transfer_usd_million": table["transfer"],
            "confidence": [known[country] for country in table["country"]],
        }
    ).sort_values("before_usd_million", ascending=False, kind="stable", ignore_index=True)


def budget_table(case: Case, coupled: Coupled, before: Routing) -> pd.DataFrame:
    """Return what the exporter earns by its oil, and what of it the state does; empty where the case has no share.

    Returns
    -------
    country, measure, unit, before, after, change, confidence. ``oil_export_revenue``: value at the markets over the
    horizon, less what of the rents of bounds others get or nobody; ``rent_kept``: what of it is rent; ``state_revenue``
    with ``_low`` and ``_high``: the budget's share of that revenue, the rent counted with a share of its own where
    table ``budget`` has one (``rent_share``).
    """
    oil = coupled.oils[0]
    exporter = oil.crude.exporter
    if "budget" not in case.tables:
        return pd.DataFrame()
    rows = case.table("budget")
    mine = rows[rows["country"] == exporter].set_index("measure")
    if "oil_export_share" not in mine.index:
        return pd.DataFrame()
    was, now = export_value_usd_million(before, exporter), export_value_usd_million(coupled.routing, exporter)
    rent = _rent_at_markets(oil, coupled.routing)
    paid = coupled.rents.loc[
        (coupled.rents["exporter"] == exporter) & (coupled.rents["sector"] == oil.crude.sector),
        ["region", "usd_million"],
    ].set_index("region")["usd_million"]
    kept = rent * float(paid.get(exporter, 0.0)) / float(paid.sum()) if len(paid) else 0.0
    earned = now - rent + kept
    records = [("oil_export_revenue", was, earned), ("rent_kept", 0.0, kept)]
    for suffix, column in (("", "value"), ("_low", "low"), ("_high", "high")):
        shares = mine[column].astype(float).to_dict()
        share = shares["oil_export_share"]
        of_rent = shares.get("rent_share", share)
        records.append((f"state_revenue{suffix}", share * was, share * (earned - kept) + of_rent * kept))
    table = pd.DataFrame(records, columns=["measure", "before", "after"])
    table = table.assign(
        country=exporter,
        unit="usd_million",
        change=table["after"] - table["before"],
        confidence=weakest_of([*mine["confidence"], *oil.link["confidence"].dropna()]),
    )
    return table[["country", "measure", "unit", "before", "after", "change", "confidence"]]


def delivered_table(before: Routing, after: Routing) -> pd.DataFrame:
    """Return the delivered cost of oil, undisturbed and disturbed.

    exporter, commodity, market, start, days, before_kt, after_kt, before_usd_per_t, after_usd_per_t (carriage from the
    fields to the market; unknown where nothing came), change_usd_per_t.
    """
    states = {"before": before, "after": after}
    columns = {
        f"{state}_{unit}": delivered_cost(routing).set_index(KEY)[column]
        for unit, column in (("kt", "delivered_kt"), ("usd_per_t", "cost_usd_per_t"))
        for state, routing in states.items()
    }
    table = pd.concat(columns, axis=1).sort_index()
    table = table.fillna({"before_kt": 0.0, "after_kt": 0.0})
    return table.assign(change_usd_per_t=table["after_usd_per_t"] - table["before_usd_per_t"]).reset_index()


def _rent_at_markets(oil: TiedOil, after: Routing) -> float:
    """Rent in the value of what arrived, at the markets' prices."""
    value = delivered_by_region(after, oil.crude.market_regions, oil.crude.exporter)["value_usd_million"]
    rate = oil.link["rent_rate"].reindex(value.index).fillna(0.0)
    return float((value * rate / (1.0 + rate)).sum())


def _fee_marks(case: Case, network: Network, oil: TiedOil) -> dict[str, str]:
    """By region, the weakest mark among the tariffs that it earns a part of and among the shares in them."""
    figures = network.link_figures
    tariffs = figures[figures["figure"] == "tariff_usd_per_t"]
    told = {str(link): list(marks) for link, marks in tariffs.groupby("link")["confidence"]}
    stated: dict[str, list[str]] = {}
    if "fee_shares" in case.tables:
        stated = {str(link): list(marks) for link, marks in case.table("fee_shares").groupby("link")["confidence"]}
    marks: dict[str, list[str]] = {str(region): [] for region in oil.fees.index}
    for link, touched in network.links["countries"].items():
        countries = [country for country in str(touched).split(";") if country]
        equal = ["assumed"] if len(countries) > 1 else []
        earners = oil.crude.fee_shares.get(str(link), dict.fromkeys(countries, 1.0))
        for country in earners:
            region = oil.crude.region_of.get(country, country)
            if region in marks and str(link) in told:
                marks[region] += [*told[str(link)], *stated.get(str(link), equal)]
    return {region: weakest_of(found) or "assumed" for region, found in marks.items()}
