"""BACI of CEPII: trade between some 200 countries in 5,000 products, with exports and imports reconciled, FOB.

Values in thousands of current US dollars, quantities in tonnes, products by the six digits of one edition of the
Harmonised System; one CSV a year. Countries are numbers, which the file of codes in the same archive explains.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from zollverein.case.data.dataset import Dataset, RemoteFile
from zollverein.case.data.flat import Desk, FlatData, Limits, answers, desk, stage
from zollverein.case.data.flat_checks import in_runs, refuse_absent_years, refuse_twice
from zollverein.case.data.flat_codes import UNKNOWN, codes_from_csv, load_codes, odd_codes, refuse_unknown_codes
from zollverein.case.data.flat_files import named, unpacked
from zollverein.case.data.flat_sums import Absent, Flows, summed
from zollverein.case.data.inspection import inspect_text
from zollverein.case.data.year_files import archive_names
from zollverein.errors import DataError, UnknownNameError

__all__ = ["DATASETS", "read"]

PAGE = "http://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37"
URL = "https://www.cepii.fr/DATA_DOWNLOAD/baci/data/BACI_HS{hs}_V{version}.zip"
VERSIONS = {"202501": ("92", "07", "12", "17", "22"), "202601": ("92", "12", "17", "22")}


def _dataset(hs: str, version: str) -> Dataset:
    file = f"BACI_HS{hs}_V{version}.zip"
    return Dataset(
        name=f"baci-hs{hs}-{version}",
        title=f"BACI, HS{hs}, version of {version[:4]}-{version[4:]}",
        publisher="CEPII",
        kind="trade",
        page=PAGE,
        licence="Etalab Open Licence 2.0: free for any use if BACI and CEPII are named as the source.",
        citation=(
            "Gaulier, G. and Zignago, S. (2010), BACI: International Trade Database at the Product-Level. The "
            "1994-2007 Version, CEPII Working Paper 2010-23; name the version."
        ),
        layout=(
            f"A zip with BACI_HS{hs}_Y<year>_V{version}.csv (t year, i exporter, j importer, k HS6, v thousand US$, q "
            f"tonnes or NA) and country_codes_V{version}.csv (country_code, country_name, country_iso2, country_iso3)."
        ),
        files=(RemoteFile(file, URL.format(hs=hs, version=version), "all years of this edition"),),
    )


DATASETS = tuple(_dataset(hs, version) for version, editions in VERSIONS.items() for hs in editions)
NAME = re.compile(r"baci-hs(\d\d)-(\d{6})")
FILE = re.compile(r"BACI_HS(\d\d)_Y(\d{4})_V(\d{6})b?\.csv", re.IGNORECASE)
ANY_YEAR = r"\d{4}"
YEARS_PATTERN = r"BACI_HS\d\d_Y(?:{years})_V\d+b?\.csv"
CODES_PATTERN = r"country_codes_V\d+b?\.csv"
COLUMNS = ("t", "i", "j", "k", "v", "q")
FLOWS = Flows(("exporter", "importer", "hs6", "year"), ("value_usd_million", "quantity_t"))
SELECT = f"""coalesce(origin.target, '{UNKNOWN}' || i) AS exporter, coalesce(goal.target, '{UNKNOWN}' || j) AS importer,
    i, j, k AS hs6, t AS year, $file::SMALLINT AS file, v / 1000.0 AS value_usd_million,
    CAST(nullif(trim(q), 'NA') AS DOUBLE) AS quantity_t,
    CASE WHEN i = j OR origin.target = goal.target THEN 'partner is the country itself'
         WHEN len($years) > 0 AND NOT list_contains($years, t) THEN 'year not asked for'
         WHEN len($products) > 0 AND NOT list_contains($products, k) THEN 'product not asked for' END AS left_out"""
JOINS = "LEFT JOIN codes AS origin ON cells.i = origin.number LEFT JOIN codes AS goal ON cells.j = goal.number"


def read(
    paths: Path | str | Iterable[Path | str],
    dataset: str = "baci-hs17-202501",
    *,
    countries: Path | str | None = None,
    years: Sequence[int] = (),
    products: Sequence[str] = (),
    regions: pd.DataFrame | None = None,
    sectors: pd.DataFrame | None = None,
    absent: Absent = "refuse",
    limits: Limits | None = None,
) -> FlatData:
    """Read BACI as exporter, importer, hs6 (text, with its zeros), year, value_usd_million, quantity_t.

    Parameters
    ----------
    paths : the zip, its folder, or CSV files of one or several years.
    dataset : edition and version, ``baci-hs17-202501``; any that is named so can be read.
    countries : ``country_codes_V....csv``; None: the one in the zip or beside the first file.
    years, products : to keep; empty: all. From archives and folders only the files of those years are taken.
    regions, sectors : concordances of countries and of HS6 products. absent : what becomes of codes without a target.
        Where quantities are unknown, ``quantity_t`` is what is known; the ledger says how much is not.

    Numbers of CEPII's that have one ISO code, a country then and now, are added up under it, and noted; what a country
    trades with itself is left out, and told.

    Raises
    ------
    DataError : files of another edition, version or year than their names say, damaged or spoilt; a row that stands
        twice; a year that they do not hold; products that have lost their zeros; codes that the file of codes does not
        have. UnknownNameError : the dataset.
    """
    edition = NAME.fullmatch(dataset)
    if not edition:
        raise UnknownNameError("edition of BACI", dataset, [known.name for known in DATASETS])
    sources = named(paths, f"{YEARS_PATTERN.format(years=ANY_YEAR)}|BACI_HS.*\\.zip", dataset)
    with desk(dataset, limits or Limits()) as on:
        files = _files_of(sources, [int(year) for year in years], on)
        table = _codes_file(countries, sources, files, on)
        codes = codes_from_csv(table, ("country_code", "i"), ("country_iso3", "iso_3digit_alpha", "iso3"), dataset)
        load_codes(on, codes, "codes")
        on.con.execute("ALTER TABLE codes ADD COLUMN number INTEGER")
        on.con.execute("UPDATE codes SET number = TRY_CAST(source AS INTEGER)")
        notes = _staged(on, files, edition[1], edition[2], years, products)
        refuse_unknown_codes(on, ("exporter", "importer"), "value_usd_million", table.name)
        _refuse_lost_zeros(on)
        names = ", ".join(file.name for file in files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
        refuse_absent_years(on, years, names)
        refuse_twice(on, ("i", "j", "exporter", "importer", "hs6"), names, ("exporter", "importer", "hs6"))
        notes += _shared_codes(on)
        notes += _without_quantity(on) + odd_codes(on, ("exporter", "importer"), "value_usd_million")
        return summed(
            on,
            dataset,
            FLOWS,
            files=[file.name for file in files],
            concordances={"exporter": regions, "importer": regions, "hs6": sectors},
            absent=absent,
            notes=notes,
        )


def _files_of(sources: Sequence[Path], years: Sequence[int], on: Desk) -> list[Path]:
    """The plain files behind what was named, of archives only those of the years; by their names, where they tell."""
    inside = {
        source: archive_names(source, on.called) if source.suffix.lower() == ".zip" else [source.name]
        for source in sources
    }
    held = {int(name[2]) for names in inside.values() for name in map(FILE.fullmatch, names) if name}
    missing = [year for year in years if year not in held]
    if missing and all(any(map(FILE.fullmatch, names)) for names in inside.values()):
        raise DataError(f"{on.called}: there is no file of {in_runs(missing)}; there are files of {in_runs([*held])}")
    pattern = YEARS_PATTERN.format(years="|".join(map(str, years)) or ANY_YEAR)
    out: list[Path] = []
    for source, names in inside.items():
        told = [name for name in map(FILE.fullmatch, names) if name]
        if not told or not years or any(int(name[2]) in years for name in told):
            out += unpacked(source, pattern, on.folder, on.called)
    return out


def _staged(
    on: Desk, files: Sequence[Path], hs: str, version: str, years: Sequence[int], products: Sequence[str]
) -> list[str]:
    """Read the files one after another; refuse what their names or years say is not of this edition."""
    values = {"years": [int(year) for year in years], "products": [str(code) for code in products]}
    types = {"t": "SMALLINT", "i": "INTEGER", "j": "INTEGER", "v": "DOUBLE"}
    notes: list[str] = []
    seen: dict[str, str] = {}
    for number, file in enumerate(files):
        if name := FILE.fullmatch(file.name):
            if (name[1], name[3]) != (hs, version):
                raise DataError(
                    f"{on.called}: {file.name} is of HS{name[1]}, version {name[3]}; take files of HS{hs}, {version}"
                )
            if name[2] in seen:
                raise DataError(f"{on.called}: {file.name} and {seen[name[2]]} hold the same year; give one of them")
            seen[name[2]] = file.name
        layout = inspect_text(file, dataset=on.called, columns=COLUMNS, codes=("k",), years=("t",), exact=True)
        notes += layout.notes
        stage(on, layout, types=types, select=SELECT, values={**values, "file": number}, joins=JOINS, numbers=("q",))
    found = answers(on, "SELECT file, min(year), max(year) FROM staged GROUP BY file ORDER BY file")
    for number, low, high in found:
        name = FILE.fullmatch(files[number].name)
        if name and {low, high} != {int(name[2])}:
            raise DataError(
                f"{on.called}: {files[number].name} is of {name[2]} by its name, and its rows (column t) are of "
                f"{in_runs([low, high])}; give it the name that it had, or download it again"
            )
    return notes


def _codes_file(given: Path | str | None, sources: Sequence[Path], files: Sequence[Path], on: Desk) -> Path:
    """Find the file of country codes: as named, in an archive, or beside the files."""
    if given is not None:
        return Path(given)
    for source in sources:
        if source.suffix.lower() == ".zip":
            return unpacked(source, CODES_PATTERN, on.folder, on.called)[0]
    beside = [path for path in sorted(files[0].parent.iterdir()) if re.fullmatch(CODES_PATTERN, path.name)]
    if not beside:
        raise DataError(
            f"{on.called}: BACI's country codes are missing; name country_codes_V....csv of the same archive with "
            "--country-codes (from Python: countries=)"
        )
    return beside[-1]


def _refuse_lost_zeros(on: Desk) -> None:
    found = answers(
        on,
        "SELECT hs6, count(*) AS n FROM staged WHERE NOT regexp_full_match(hs6, '[0-9]{6}') GROUP BY hs6 "
        "ORDER BY n DESC, hs6 LIMIT 1",
    )
    if found:
        code, rows = found[0]
        raise DataError(
            f"{on.called}: product '{code}' ({rows} rows) has not six digits; a program that took codes for numbers "
            "has cut their leading zeros: take the publisher's file"
        )


def _shared_codes(on: Desk) -> list[str]:
    """Note the countries that have several of CEPII's numbers in these files, such as those that split or merged."""
    found = answers(
        on,
        """SELECT iso, string_agg(number, ' and ' ORDER BY number) FROM (
               SELECT exporter AS iso, i AS number FROM staged WHERE left_out IS NULL UNION
               SELECT importer, j FROM staged WHERE left_out IS NULL)
           GROUP BY iso HAVING count(*) > 1 ORDER BY iso""",
    )
    return [f"{iso} has the numbers {numbers} in CEPII's codes; their rows are added up" for iso, numbers in found]


def _without_quantity(on: Desk) -> list[str]:
    query = "SELECT count(*), sum(value_usd_million) FROM staged WHERE left_out IS NULL AND quantity_t IS NULL"
    ((rows, total),) = answers(on, query)
    if not rows:
        return []
    return [f"{rows:,} rows, worth US$ {total:,.6g} million, have no quantity; quantity_t is without them"]
