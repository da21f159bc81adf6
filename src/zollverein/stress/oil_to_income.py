"""From oil to income: the figures between what a corridor loses and what a country can buy, side by side.

Nothing is modelled here. The corridor counts at its own prices, the economy in dollars of its base year, and each row
says which of the two it is from, so that sums that look alike are not taken for one another.
"""

from __future__ import annotations

import pandas as pd

from zollverein.corridor import Routing, export_tonnes, export_value_usd_million, produced_kt, transport_cost
from zollverein.economy import Outcome
from zollverein.stress.coupling import CrudeLink

__all__ = ["oil_to_income_table"]


def oil_to_income_table(
    link: CrudeLink, supply_factor: float, rents: pd.DataFrame, before: Routing, after: Routing, outcome: Outcome
) -> pd.DataFrame:
    """Return the steps from an exporter's oil to its real income.

    Parameters
    ----------
    supply_factor : what the economy was told is left of the exporter's specific factor in the sector.
    rents : region (empty: nobody), usd_million: who got the rent of the bounds.

    Returns
    -------
    step, region (whose figure it is), unit, value (a change, but for the two prices), counted_in (``corridor``: at its
    prices over the horizon; ``economy``: in dollars of the base year). The steps: ``not_produced`` (kt),
    ``export_value``, ``carriage``, ``corridor_price`` (of an exported tonne, undisturbed), ``base_price`` (the same in
    the base year), ``supply_lost`` (oil no longer produced at that price: what the economy takes), ``rent`` (of the
    bounds on arrivals; its region is who gets it, the largest part first and parted by ``;``, or ``lost``),
    ``sector_exports``, ``exports``, ``income`` (in money), ``real_income``.
    """
    exporter, accounts = link.exporter, outcome.accounts
    mine = accounts.loc[exporter]
    sold = outcome.trade[
        (outcome.trade["exporter"] == exporter)
        & (outcome.trade["importer"] != exporter)
        & (outcome.trade["sector"] == link.sector)
    ]
    value_was, value_is = export_value_usd_million(before, exporter), export_value_usd_million(after, exporter)
    tonnes = export_tonnes(before, exporter)
    carriage = transport_cost(after, exporter) - transport_cost(before, exporter)
    rows = [
        ("not_produced", exporter, "kt", produced_kt(after, exporter) - produced_kt(before, exporter), "corridor"),
        ("export_value", exporter, "usd_million", value_is - value_was, "corridor"),
        ("carriage", exporter, "usd_million", carriage, "corridor"),
        ("corridor_price", exporter, "usd_per_t", 1e3 * value_was / tonnes if tonnes > 0 else float("nan"), "corridor"),
        ("base_price", exporter, "usd_per_t", link.base_price_usd_per_t, "economy"),
        ("supply_lost", exporter, "usd_million", (supply_factor - 1.0) * link.output_usd_million, "economy"),
        ("rent", _owners(link, rents), "usd_million", float(rents["usd_million"].sum()), "economy"),
        ("sector_exports", exporter, "usd_million", sold["new"].sum() - sold["base"].sum(), "economy"),
        ("exports", exporter, "usd_million", mine["exports_new"] - mine["exports_base"], "economy"),
        ("income", exporter, "usd_million", mine["income_new"] - mine["income_base"], "economy"),
        ("real_income", exporter, "usd_million",
         outcome.real_income[exporter] / 100.0 * mine["income_base"], "economy"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["step", "region", "unit", "value", "counted_in"])
    return table.assign(value=table["value"].astype(float))


def _owners(link: CrudeLink, rents: pd.DataFrame) -> str:
    """Who gets the rent, the largest part first; who would, where there is none."""
    if len(rents):
        ordered = rents.sort_values("usd_million", ascending=False, kind="stable")["region"]
        return ";".join(region or "lost" for region in ordered)
    return link.exporter if link.rent_to in ("exporter", "operator", "transit") else link.rent_to
