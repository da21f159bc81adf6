"""Crude oil in a base of another year: its part of the sector's exports stays, what the sector sells is that year's."""

from __future__ import annotations

import pandas as pd

from zollverein.case.case import Case

__all__ = ["crude_of_year"]

TABLE = "crude"
NEEDED = frozenset({"exporter", "region", "value_usd_million", "kt"})
# What is told of other years' trade besides, and would be none of this year's.
OF_THE_OLD_YEAR = ("all_goods_usd_million",)


def crude_of_year(case: Case, trade: pd.DataFrame, year: int) -> pd.DataFrame | None:
    """Return the table of crude oil for a base of another year than the case's; None if the case has none to make.

    Nobody's inputs of a base hold crude by destination. Its share of the sector's exports to each region is taken to be
    that of the case's own base, and so are the tonnes; the value follows the sector's exports of the new base. Every
    row is assumed, and says so. Rows whose sector sold nothing to the region, in either base, are left out.

    Parameters
    ----------
    trade : of the new base: exporter, importer, sector, value_usd_million, source.
    """
    if TABLE not in case.tables or "commodities" not in case.tables or not set(case.table(TABLE)) >= NEEDED:
        return None
    crude, commodities = case.table(TABLE), case.table("commodities")
    sector = commodities.drop_duplicates("exporter").set_index("exporter")["sector"]
    place = pd.MultiIndex.from_arrays([crude["exporter"], crude["region"], crude["exporter"].map(sector)])
    key = ["exporter", "importer", "sector"]
    rows = trade.set_index(key).reindex(place)
    was = case.table("trade").set_index(key)["value_usd_million"].reindex(place).to_numpy()
    now = rows["value_usd_million"].to_numpy()
    sold = (was > 0) & (now > 0)
    then = "" if case.base_year is None else f" of {case.base_year}"
    told = f"recipe crude: its share of the sector's exports and its tonnes as in the base{then}, by trade of"
    sources = [
        ";".join(dict.fromkeys([*str(mine).split(";"), *str(theirs).split(";")]))
        for mine, theirs in zip(crude["source"], rows["source"], strict=True)
    ]
    made = crude.assign(
        value_usd_million=crude["value_usd_million"] * now / was,
        source=sources, confidence="assumed", method=f"{told} {year}",
    )[sold]  # fmt: skip
    for column in OF_THE_OLD_YEAR:
        if column in made:
            made[column] = float("nan")
    return made[list(crude.columns)].reset_index(drop=True)
