"""ITPD-E, the International Trade and Production Database for Estimation, of the US International Trade Commission.

Bilateral trade of some 170 industries with domestic sales in it, in millions of current US dollars: the usual ground of
sector-level gravity. Release 2 has 72.5 million rows; they are read in bounded memory and leave it summed by region and
sector, or for a few years at full detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from zollverein.case.data.dataset import Dataset, RemoteFile
from zollverein.case.data.flat import Desk, FlatData, Limits, answers, desk, quoted, stage
from zollverein.case.data.flat_checks import refuse_absent_years, refuse_twice
from zollverein.case.data.flat_files import named, unpacked
from zollverein.case.data.flat_sums import Absent, Flows, summed
from zollverein.case.data.inspection import inspect_text
from zollverein.errors import DataError, UnknownNameError

__all__ = ["DATASETS", "read"]

PAGE = "https://www.usitc.gov/data/gravity/itpde.htm"
LICENCE = "Public, by the US International Trade Commission; its authors ask to be cited, and told of errors."
LAYOUT = (
    "One CSV in a zip, with or without country and industry names: exporter_iso3, {dynamic}, exporter_name, "
    "importer_iso3, {other}, importer_name, year, industry_id (1 to 170), industry_descr, broad_sector, trade (US$ "
    "million), flag_mirror (1: the partner's figure), flag_zero (p positive, r reported zero, u unknown, set to zero)."
)
CITATION = (
    "Borchert, I., Larch, M., Shikher, S. and Yotov, Y. (2021), The International Trade and Production Database for "
    "Estimation (ITPD-E), International Economics 166, 140-166; name the release."
)
DATASETS = (
    Dataset(
        name="itpd-e-r02",
        title="International Trade and Production Database for Estimation, Release 2 (1986-2019)",
        publisher="US International Trade Commission",
        kind="trade",
        page=PAGE,
        licence=LICENCE,
        citation=CITATION,
        layout=LAYOUT.format(dynamic="exporter_dynamic_code", other="importer_dynamic_code") + " 72,534,869 rows.",
        files=(RemoteFile("itpd_e_r02.zip", "https://www.usitc.gov/data/gravity/itpd_e/itpd_e_r02.zip", "1986-2019"),),
    ),
    Dataset(
        name="itpd-e-r03",
        title="International Trade and Production Database for Estimation, Release 3 (1986-2022)",
        publisher="US International Trade Commission",
        kind="trade",
        page=PAGE,
        licence=LICENCE,
        citation=CITATION,
        layout=LAYOUT.format(dynamic="exporter_iso3_dynamic", other="importer_iso3_dynamic"),
        by_hand=f"Open {PAGE}, choose Release 3 as one CSV (with or without names), and keep the zip as it is.",
    ),
)
COLUMNS = ("exporter_iso3", "importer_iso3", "year", "industry_id", "trade", "flag_mirror", "flag_zero")
# The columns by which a release is told from the others, and its years.
EDITIONS = {
    "itpd-e-r02": ("exporter_dynamic_code", 1986, 2019),
    "itpd-e-r03": ("exporter_iso3_dynamic", 1986, 2022),
}
INDUSTRIES, ZEROS = tuple(str(number) for number in range(1, 171)), ("p", "r", "u")
FREE = ("exporter_name", "importer_name", "industry_descr", "broad_sector")
PATTERN = r"itpd_?e_r\d+.*\.csv"
KEYS = ("exporter", "exporter_code", "importer", "importer_code", "sector")
FLOWS = Flows(("exporter", "importer", "sector", "year"), ("value_usd_million",))
SELECT = """exporter_iso3 AS exporter, importer_iso3 AS importer, industry_id AS sector, year,
    trade AS value_usd_million, flag_mirror AS mirror, flag_zero AS zero, {own} AS exporter_code,
    {other} AS importer_code,
    CASE WHEN len($years) > 0 AND NOT list_contains($years, year) THEN 'year not asked for'
         WHEN len($industries) > 0 AND NOT list_contains($industries, industry_id) THEN 'industry not asked for'
         WHEN flag_zero = 'u' AND NOT $unknown THEN 'unknown, set to zero by the publisher' END AS left_out"""


def read(
    path: Path | str,
    dataset: str = "itpd-e-r02",
    *,
    years: Sequence[int] = (),
    industries: Sequence[str] = (),
    regions: pd.DataFrame | None = None,
    sectors: pd.DataFrame | None = None,
    absent: Absent = "refuse",
    unknown: bool = False,
    limits: Limits | None = None,
) -> FlatData:
    """Read ITPD-E as exporter, importer, sector (the industry's number, or its target), year, value_usd_million.

    Parameters
    ----------
    path : the zip, or the CSV in it. dataset : the release, ``itpd-e-r02`` or ``itpd-e-r03``.
    years, industries : to keep; empty: all.
    regions, sectors : concordances (source, target, weight) of countries and of industry numbers; None: as they are.
    absent : what becomes of codes without a target. unknown : whether to keep rows that the publisher set to zero
        because nothing is known (flag_zero 'u'), as if they were zeros.

    Raises
    ------
    DataError : a file of another release, damaged or spoilt; a row that stands twice; a year that it does not hold;
        industries or flags that the release does not document; codes without a target. UnknownNameError : the release.
    """
    if dataset not in EDITIONS:
        raise UnknownNameError("release of ITPD-E", dataset, EDITIONS)
    (source,) = named(path, PATTERN, dataset)[:1]
    with desk(dataset, limits or Limits()) as on:
        notes: list[str] = []
        for plain in unpacked(source, PATTERN, on.folder, dataset):
            layout = inspect_text(
                plain, dataset=dataset, columns=COLUMNS, free=FREE, codes=("exporter_iso3", "importer_iso3")
            )
            _refuse_other_release(dataset, plain, layout.header)
            notes += [note for note in layout.notes if "not read" not in note]
            values = {"years": list(years), "industries": [str(name) for name in industries], "unknown": unknown}
            select = _select(dataset, layout.header)
            stage(on, layout, types={"year": "SMALLINT", "trade": "DOUBLE"}, select=select, values=values)
        _refuse_other_years(on, dataset)
        refuse_absent_years(on, years, source.name)
        _refuse_undocumented(on, source.name)
        refuse_twice(on, KEYS, source.name, ("exporter", "importer", "sector"))
        notes += _mirrored(on) + _several_codes(on)
        concordances = {"exporter": regions, "importer": regions, "sector": sectors}
        return summed(on, dataset, FLOWS, files=[source.name], concordances=concordances, absent=absent, notes=notes)


def _select(dataset: str, header: Sequence[str]) -> str:
    """The query, with the codes that change where a country did; a file without them has one code a country."""
    mark = EDITIONS[dataset][0]
    cells = {}
    for side in ("exporter", "importer"):
        name = mark.replace("exporter", side)
        cells[side] = quoted(name if name in header else f"{side}_iso3")
    return SELECT.replace("{own}", cells["exporter"]).replace("{other}", cells["importer"])


def _refuse_other_release(dataset: str, plain: Path, header: Sequence[str]) -> None:
    for name, (mark, _, _) in EDITIONS.items():
        if name != dataset and mark in header:
            raise DataError(f"{dataset}: {plain} has the columns of {name}; ask for that, or take the other file")


def _refuse_other_years(on: Desk, dataset: str) -> None:
    """The years of a release are the surest sign of it: files without names look alike."""
    _, first, last = EDITIONS[dataset]
    ((low, high),) = answers(on, "SELECT min(year), max(year) FROM staged")
    if low is None:
        raise DataError(f"{dataset}: the file has no rows; download it again")
    if low < first or high > last:
        raise DataError(
            f"{dataset}: the file has the years {low} to {high}, this release {first} to {last}; it is of another "
            "release or damaged"
        )


def _refuse_undocumented(on: Desk, file: str) -> None:
    """Hold industries and flag_zero against what the releases document: rows of 'u' are left out, and must be zeros."""
    for column, name, known, said in (
        ("sector", "industry_id", INDUSTRIES, "1 to 170"),
        ("zero", "flag_zero", ZEROS, "p, r and u"),
    ):
        odd = answers(
            on,
            f"SELECT coalesce({column}, ''), count(*) FROM staged WHERE {column} IS NULL OR "
            f"NOT list_contains($known, {column}) GROUP BY ALL ORDER BY 2 DESC, 1 LIMIT 1",
            {"known": list(known)},
        )
        if odd:
            code, rows = odd[0]
            raise DataError(
                f"{on.called}: {file}, column '{name}' holds '{code}' in {rows:,} rows; this release has {said}: it is "
                "of another release or damaged"
            )
    wrong = answers(
        on,
        "SELECT exporter, importer, sector, year, zero, value_usd_million FROM staged WHERE zero <> 'p' AND "
        "value_usd_million <> 0 ORDER BY ALL LIMIT 1",
    )
    if wrong:
        exporter, importer, sector, year, zero, value = wrong[0]
        raise DataError(
            f"{on.called}: {file} gives {value:g} US$ million of {exporter} to {importer}, sector {sector}, {year}, "
            f"and flag_zero '{zero}', which says that it is zero; download it again"
        )


def _mirrored(on: Desk) -> list[str]:
    query = (
        "SELECT count(*) FILTER (WHERE mirror = '1'), count(*) FILTER (WHERE mirror NOT IN ('0', '1')), count(*), "
        "min(mirror) FILTER (WHERE mirror NOT IN ('0', '1')) FROM staged WHERE left_out IS NULL"
    )
    ((mirrored, odd, rows, first),) = answers(on, query)
    notes = [f"{mirrored:,} of {rows:,} rows in use are the partner's figure (flag_mirror)"]
    if odd:
        notes.append(f"{odd:,} rows have a flag_mirror that is not documented ('{first}'); they are taken as they are")
    return notes


def _several_codes(on: Desk) -> list[str]:
    """Note countries that have two of the publisher's dynamic codes in one year: their rows are added up."""
    found = answers(
        on,
        """SELECT iso, year, string_agg(code, ' and ' ORDER BY code) FROM (
               SELECT DISTINCT exporter AS iso, exporter_code AS code, year FROM staged WHERE left_out IS NULL UNION
               SELECT DISTINCT importer, importer_code, year FROM staged WHERE left_out IS NULL)
           GROUP BY iso, year HAVING count(*) > 1 ORDER BY ALL""",
    )
    return [f"{iso} stands under {codes} in {year}: their rows are added up" for iso, year, codes in found[:5]]
