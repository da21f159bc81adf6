"""Which rows of UN Comtrade are flows, and which are totals or parts of others.

A bulk file holds, beside each other: every level of products (`cmdCode` of 2, 4, 6 digits, TOTAL), the partner World
(0) and each partner, groups of countries, and each flow as a whole (`customsCode` C00, `motCode` 0, `mosCode` 0,
`partner2Code` 0) and by customs procedure, mode of transport, mode of supply and second partner. Flows are rows of one
level, one partner and no breakdown. Three tests keep that honest: no such row stands twice; no flow stands in its parts
alone; partners add to no more than World.
"""

from __future__ import annotations

from collections.abc import Mapping

from zollverein.case.data.flat import Desk, answers, quoted
from zollverein.case.data.flat_codes import UNKNOWN
from zollverein.case.data.inspection import TextLayout
from zollverein.errors import DataError

__all__ = ["checked_columns", "refuse_double_counts", "selection"]

NEEDED = (
    "freqCode",
    "reporterCode",
    "flowCode",
    "partnerCode",
    "classificationCode",
    "cmdCode",
    "cifvalue",
    "fobvalue",
    "primaryValue",
)
# Breakdowns, and the code of each that stands for the whole.
WHOLES = {"customscode": "C00", "motcode": "0", "moscode": "0", "partner2code": "0"}
WORLD = "partner World, the total of the others"
PART = "a part (customs, transport, supply, second partner) of a flow that is taken whole"
MOST_OF_WORLD = 1.05


def checked_columns(layout: TextLayout, called: str) -> dict[str, str]:
    """Return the file's column names by their names in small letters: bulk files and the API write them differently.

    Raises
    ------
    DataError : a column that is missing.
    """
    columns = {name.lower(): name for name in layout.header}
    missing = [name for name in NEEDED if name.lower() not in columns]
    if "refyear" not in columns and "period" not in columns:
        missing.append("refYear")
    if missing:
        raise DataError(
            f"{called}: {layout.path} has no column {', '.join(missing)}; take a final bulk file of UN Comtrade, not "
            "one of the older service"
        )
    return columns


def selection(columns: Mapping[str, str], coded: set[str]) -> tuple[str, str]:
    """Return the columns of ``staged`` and the joins that they need, as SQL.

    Parameters: $flows, $digits, $years. ``coded`` : the sides whose codes are read from the publisher's file.
    """
    cell = {name: f"cells.{quoted(own)}" for name, own in columns.items()}
    year = f"CAST({cell['refyear']} AS SMALLINT)" if "refyear" in cell else f"CAST({cell['period']}[:4] AS SMALLINT)"
    code = {side: cell[f"{side}code"] for side in ("reporter", "partner")}
    iso = {side: f"nullif(trim({_iso(cell, side, coded)}), '')" for side in code}
    name = {side: f"coalesce({iso[side]}, '{UNKNOWN}{side} ' || {code[side]})" for side in code}
    group = " OR ".join(f"coalesce({side}s.group, false)" for side in sorted(coded)) or "false"
    parts = " OR ".join(f"{cell[name]} <> '{whole}'" for name, whole in WHOLES.items() if name in cell) or "false"
    flow, product = cell["flowcode"], cell["cmdcode"]
    level = f"({product} = 'TOTAL' AND $digits = 0 OR len({product}) = $digits AND {product} <> 'TOTAL')"
    services = f"{cell['typecode']} <> 'C'" if "typecode" in cell else "false"
    value = cell["primaryvalue"]
    select = f"""
        CASE WHEN {flow} = 'M' THEN {name["partner"]} ELSE {name["reporter"]} END AS exporter,
        CASE WHEN {flow} = 'M' THEN {name["reporter"]} ELSE {name["partner"]} END AS importer,
        {product} AS product, {year} AS year, CASE {flow} WHEN 'M' THEN 'importer' ELSE 'exporter' END AS reporter,
        {_basis(flow, value, cell["cifvalue"], cell["fobvalue"])} AS basis,
        {value} / 1e6 AS value_usd_million, {cell["classificationcode"]} AS classification,
        {cell["freqcode"]} AS frequency, {services} AS services, {flow} AS flow, {code["reporter"]} AS reported_by,
        {code["partner"]} AS partner,
        CASE WHEN len($years) > 0 AND NOT list_contains($years, {year}) THEN 'year not asked for'
             WHEN NOT list_contains($flows, {flow}) THEN 'flow ' || {flow} || ', not asked for or part of X or M'
             WHEN NOT {level} THEN 'product at another level'
             WHEN ({group}) AND {code["partner"]} <> '0' THEN 'a group of countries'
             WHEN {parts} THEN '{PART}'
             WHEN {code["partner"]} = '0' THEN '{WORLD}'
             WHEN {code["reporter"]} = {code["partner"]} THEN 'partner is the reporter itself' END AS left_out"""
    joins = " ".join(f"LEFT JOIN {side}s ON {code[side]} = {side}s.source" for side in sorted(coded))
    return select, joins


def _iso(cell: Mapping[str, str], side: str, coded: set[str]) -> str:
    return f"{side}s.target" if side in coded else cell[f"{side}iso"]


def _basis(flow: str, value: str, cif: str, fob: str) -> str:
    """Which of the two valuations the primary value is; where neither is told, the convention of the flow."""
    same = "abs({other} - {value}) <= 0.5 + 1e-9 * abs({value})"
    is_cif, is_fob = same.format(other=cif, value=value), same.format(other=fob, value=value)
    return (
        f"CASE WHEN {flow} = 'M' THEN CASE WHEN {is_cif} THEN 'cif' WHEN {is_fob} THEN 'fob' ELSE 'cif' END "
        f"ELSE CASE WHEN {is_fob} THEN 'fob' WHEN {is_cif} THEN 'cif' ELSE 'fob' END END"
    )


def refuse_double_counts(on: Desk) -> list[str]:
    """Refuse what would be counted twice or not at all; return what to note.

    Raises
    ------
    DataError : monthly figures, services, two classifications of one reporter's year; a flow that stands twice or only
        in its parts; partners that add to more than World.
    """
    used = "FROM staged WHERE left_out IS NULL"
    if answers(on, "SELECT 1 FROM staged WHERE frequency IS DISTINCT FROM 'A' LIMIT 1"):
        raise DataError(f"{on.called}: the files have monthly figures; take annual ones (freqCode A)")
    if answers(on, "SELECT 1 FROM staged WHERE services LIMIT 1"):
        raise DataError(f"{on.called}: the files have trade in services (typeCode S); take goods (typeCode C)")
    mixed = answers(
        on,
        f"SELECT reported_by, year, string_agg(DISTINCT classification, ', ' ORDER BY classification) {used} "
        "GROUP BY ALL HAVING count(DISTINCT classification) > 1 ORDER BY ALL LIMIT 1",
    )
    if mixed:
        code, year, classes = mixed[0]
        raise DataError(
            f"{on.called}: reporter {code} stands in {year} in {classes}, each of which is all its trade; give one"
        )
    _refuse_twice_or_in_parts(on)
    notes = [
        f"classifications: {classes}"
        for (classes,) in answers(
            on, f"SELECT string_agg(DISTINCT classification, ', ' ORDER BY classification) {used}"
        )
    ]
    return notes + _against_world(on)


def _refuse_twice_or_in_parts(on: Desk) -> None:
    found = answers(
        on,
        """SELECT reported_by, partner, flow, product, year, wholes, parts FROM (
               SELECT reported_by, partner, flow, product, year, count(*) FILTER (WHERE left_out IS NULL) AS wholes,
                      count(*) FILTER (WHERE left_out = $part) AS parts
               FROM staged WHERE (left_out IS NULL OR left_out = $part) AND partner <> '0' AND partner <> reported_by
               GROUP BY ALL)
           WHERE wholes <> 1 ORDER BY ALL LIMIT 1""",
        {"part": PART},
    )
    if not found:
        return
    reporter, partner, flow, product, year, wholes, _ = found[0]
    what = f"{flow} of {product} in {year} between reporter {reporter} and partner {partner}"
    if wholes > 1:
        raise DataError(f"{on.called}: {what} stands {wholes} times; is a file given in two releases? Give one")
    raise DataError(
        f"{on.called}: {what} stands only in parts (by customs procedure, transport or second partner) without its "
        "total; take the complete bulk file"
    )


def _against_world(on: Desk) -> list[str]:
    """Hold the partners of each reporter, flow and year against its row World."""
    found = answers(
        on,
        """SELECT reported_by, flow, year, sum(value_usd_million) FILTER (WHERE left_out = $world) AS world,
                  sum(value_usd_million) FILTER (WHERE left_out IS NULL OR left_out LIKE 'partner is%') AS partners
           FROM staged GROUP BY ALL HAVING world > 0 ORDER BY ALL""",
        {"world": WORLD},
    )
    shares = [(partners or 0.0) / world for *_, world, partners in found]
    if not shares:
        return ["no rows of the partner World to hold the partners against"]
    for (reporter, flow, year, world, partners), share in zip(found, shares, strict=True):
        if share > MOST_OF_WORLD:
            raise DataError(
                f"{on.called}: partners of reporter {reporter} add to US$ {partners:,.6g} million of {flow} in {year}, "
                f"World is {world:,.6g}: something is counted twice; take the complete bulk file"
            )
    return [f"partners add to {100 * min(shares):.1f} to {100 * max(shares):.1f} % of the rows of World"]
