"""Whose tariffs, on whom: the publisher's codes to ISO alpha-3, a code of several countries to each of them."""

from __future__ import annotations

import pandas as pd

from zollverein.case.data.flat import Desk, answers
from zollverein.case.data.flat_codes import load_codes
from zollverein.errors import DataError

__all__ = ["WORLD", "spread_over_countries"]

WORLD = "WLD"
WORLD_CODES = ("0", "000", "WLD")


def spread_over_countries(on: Desk, countries: pd.DataFrame | None) -> list[str]:
    """Make the table ``rates`` of the rows of ``staged`` in use: exporter, importer, and a row for each member.

    Raises
    ------
    DataError : codes that are neither ISO alpha-3 nor in the table.
    """
    given = pd.DataFrame({"source": [], "target": []}) if countries is None else countries
    load_codes(on, given, "codes")
    on.con.execute(
        """CREATE OR REPLACE TABLE known AS
           SELECT code, coalesce(codes.target, CASE WHEN list_contains($world, code) THEN 'WLD'
                                                    WHEN regexp_full_match(code, '[A-Z]{3}') THEN code END) AS country
           FROM (SELECT DISTINCT unnest([reporter, partner]) AS code FROM staged WHERE left_out IS NULL)
           LEFT JOIN codes ON codes.source =
               CASE WHEN regexp_full_match(code, '[0-9]+') THEN CAST(code::BIGINT AS VARCHAR) ELSE code END""",
        {"world": list(WORLD_CODES)},
    )
    unknown = [code for (code,) in answers(on, "SELECT code FROM known WHERE country IS NULL ORDER BY code")]
    if unknown:
        more = f" and {len(unknown) - 8} more" if len(unknown) > 8 else ""
        raise DataError(
            f"{on.called}: {len(unknown)} country codes have no ISO alpha-3: {', '.join(unknown[:8])}{more}; give them "
            "in 'countries', a frame of source and target made of the publisher's own list"
        )
    on.con.execute(
        """CREATE OR REPLACE TABLE rates AS
           SELECT origin.country AS exporter, goal.country AS importer, product, year, regime, rate_percent,
                  imports_usd_million
           FROM staged JOIN known AS origin ON staged.partner = origin.code JOIN known AS goal ON reporter = goal.code
           WHERE left_out IS NULL AND origin.country <> goal.country"""
    )
    several = answers(on, "SELECT code, count(*) FROM known GROUP BY code HAVING count(*) > 1 ORDER BY code")
    return [f"rates of '{code}' are those of each of its {members} members" for code, members in several]
