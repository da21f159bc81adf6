"""Tariffs by product averaged to sectors, with weights that are said.

With s[k, K] the concordance's weight of product k in sector K and m[i, n, k] imports, the rate of sector K is

    simple:  sum_k s[k, K] t[i, n, k] / sum_k s[k, K]
    trade:   sum_k s[k, K] m[i, n, k] t[i, n, k] / sum_k s[k, K] m[i, n, k]

over the products that have a rate. Trade weights lean towards low tariffs, since high ones choke the trade that weighs
them (a prohibitive tariff weighs nothing); where a pair trades nothing of a sector there is no trade to weigh with, the
simple average stands, and its row says so.
"""

from __future__ import annotations

from typing import Literal

import pandas as pd

from zollverein.case.data.flat import Desk, answers, fetched
from zollverein.case.data.flat_sums import ABSENT, DECIMAL, Absent, checked_concordance
from zollverein.errors import DataError, InputError

__all__ = ["Weights", "averaged_by_sector"]

Weights = Literal["simple", "imports"] | pd.DataFrame


def averaged_by_sector(
    on: Desk, sectors: pd.DataFrame, weights: Weights, absent: Absent
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Average the table ``rates`` to sectors; return the frame, products without a target that were dropped, and notes.

    Raises
    ------
    DataError : products without a target; import values that the file does not have; too many rows.
    InputError : weights or a concordance that are none.
    """
    if absent not in ABSENT:
        raise InputError(f"absent is {absent!r}; it may be {', '.join(ABSENT)}")
    on.con.register("given", checked_concordance(sectors, "the concordance of sectors"))
    on.con.execute("CREATE OR REPLACE TEMP TABLE to_sector AS SELECT * FROM given")
    on.con.unregister("given")
    lost = fetched(
        on,
        "SELECT 'product without a target' AS why, product AS code, count(*) AS rows, 0.0 AS total FROM rates "
        "ANTI JOIN to_sector ON product = source GROUP BY product ORDER BY rows DESC, code",
    )
    if absent == "refuse" and len(lost):
        first = ", ".join(f"'{code}'" for code in lost["code"][:8])
        raise DataError(
            f"{on.called}: {len(lost)} products have no sector: {first}{' ...' if len(lost) > 8 else ''}; is the "
            "concordance of the same edition of HS? Add them, or ask for absent='keep' or 'drop'"
        )
    trade = _trade(on, weights)
    on.con.execute(
        f"""CREATE OR REPLACE TABLE averages AS
            SELECT exporter, importer, sector, year, regime, products,
                   CASE WHEN traded > 0 THEN by_trade / traded ELSE simple / shares END AS rate_percent,
                   CASE WHEN traded > 0 THEN 'trade' ELSE 'simple' END AS weighting
            FROM (SELECT exporter, importer, coalesce(target, product) AS sector, year, regime, count(*) AS products,
                         CAST(sum(CAST(coalesce(weight, 1) AS {DECIMAL})) AS DOUBLE) AS shares,
                         CAST(sum(CAST(coalesce(weight, 1) * rate_percent AS {DECIMAL})) AS DOUBLE) AS simple,
                         CAST(sum(CAST(coalesce(weight, 1) * moved AS {DECIMAL})) AS DOUBLE) AS traded,
                         CAST(sum(CAST(coalesce(weight, 1) * moved * rate_percent AS {DECIMAL})) AS DOUBLE) AS by_trade
                  FROM ({trade}) {"JOIN" if absent == "drop" else "LEFT JOIN"} to_sector ON product = source
                  GROUP BY ALL)"""
    )
    ((rows, simple),) = answers(on, "SELECT count(*), count(*) FILTER (WHERE weighting = 'simple') FROM averages")
    if rows > on.limits.most_rows:
        raise DataError(
            f"{on.called}: the frame would have {rows:,} rows, more than the {on.limits.most_rows:,} allowed; ask for "
            "fewer years or regimes, or raise most_rows in the limits"
        )
    frame = fetched(
        on,
        "SELECT exporter, importer, sector, year::BIGINT AS year, rate_percent, regime, products, weighting "
        "FROM averages ORDER BY exporter, importer, sector, year, regime",
    )
    notes = []
    if not isinstance(weights, str) or weights == "imports":
        notes.append(f"{simple:,} of {rows:,} averages are simple: no trade to weigh with")
    return frame, lost if absent == "drop" else lost.iloc[:0], notes


def _trade(on: Desk, weights: Weights) -> str:
    """Return SQL of the rates with ``moved``, the imports that each is weighed with (0: none)."""
    if isinstance(weights, pd.DataFrame):
        return _given_trade(on, weights)
    if weights == "simple":
        return "SELECT *, 0.0 AS moved FROM rates"
    if weights != "imports":
        raise InputError(f"weights are {weights!r}; give 'simple', 'imports' or a frame of imports")
    if not answers(on, "SELECT 1 FROM rates WHERE imports_usd_million IS NOT NULL LIMIT 1"):
        raise DataError(f"{on.called}: the file has no import values to weigh with; give a frame of imports as weights")
    return "SELECT *, coalesce(imports_usd_million, 0.0) AS moved FROM rates"


def _given_trade(on: Desk, weights: pd.DataFrame) -> str:
    needed = ("importer", "product", "value_usd_million")
    if missing := [name for name in needed if name not in weights]:
        raise InputError(f"the imports to weigh with have no column '{missing[0]}'; give {', '.join(needed)}")
    values = pd.to_numeric(weights["value_usd_million"], errors="coerce")
    if values.isna().any() or (values < 0).any():
        raise InputError("the imports to weigh with hold a value that is missing or negative; give numbers from 0 up")
    keys = [name for name in ("exporter", "importer", "product", "year") if name in weights]
    on.con.register("given", weights[[*keys, "value_usd_million"]])
    on.con.execute(
        f"""CREATE OR REPLACE TEMP TABLE moved AS SELECT {", ".join(keys)},
            CAST(sum(CAST(value_usd_million AS {DECIMAL})) AS DOUBLE) AS moved FROM given GROUP BY ALL"""
    )
    on.con.unregister("given")
    same = " AND ".join(f"moved.{key} = rates.{key}" for key in keys if key != "exporter")
    if "exporter" not in keys:
        return f"SELECT rates.*, coalesce(moved.moved, 0.0) AS moved FROM rates LEFT JOIN moved ON {same}"
    # A rate on the world is weighed with the imports from all.
    others = [key for key in keys if key != "exporter"]
    return f"""SELECT rates.*, coalesce(moved.moved, 0.0) AS moved FROM rates LEFT JOIN (
            SELECT * FROM moved UNION ALL BY NAME
            SELECT 'WLD' AS exporter, {", ".join(others)}, sum(moved) AS moved FROM moved GROUP BY ALL) AS moved
        ON {same} AND moved.exporter = rates.exporter"""
