"""Tariffs by product from WITS: what each importer charges, most favoured nation, preferential or effectively applied.

Two forms: what a tariff query in WITS downloads (one CSV, its averages by HS6 already taken), and the bulk files of
UNCTAD TRAINS (one zip a reporter and year, `AVEMFN_H5_...` and `AVEPref_H5_...`). Rates are in percent. A product with
only specific duties and no ad valorem equivalent stands in the bulk files with a rate of 0; it is left out, and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from zollverein.case.data.dataset import Dataset
from zollverein.case.data.flat import Desk, FlatData, Ledger, Limits, answers, desk, fetched, quoted, stage
from zollverein.case.data.flat_checks import refuse_absent_years
from zollverein.case.data.flat_files import named, unpacked
from zollverein.case.data.flat_sums import Absent
from zollverein.case.data.inspection import TextLayout, inspect_text
from zollverein.case.data.wits_averages import Weights, averaged_by_sector
from zollverein.case.data.wits_countries import spread_over_countries
from zollverein.errors import DataError, InputError, UnknownNameError

__all__ = ["DATASETS", "read"]

LICENCE = (
    "UNCTAD TRAINS: free for policy makers, researchers and businesses if named as the source; not to be sold, nor "
    "passed on without UNCTAD's written permission."
)
CITATION = "UNCTAD TRAINS, through the World Bank's World Integrated Trade Solution (WITS); give the date."
DATASETS = (
    Dataset(
        name="wits-tariffs",
        title="Tariffs from a query in WITS (UNCTAD TRAINS, WTO IDB)",
        publisher="World Bank and UNCTAD",
        kind="tariffs",
        page="https://wits.worldbank.org",
        licence=LICENCE,
        citation=CITATION,
        layout=(
            "DataJobID-....csv: Selected Nomen, Native Nomen, Reporter, Reporter Name, Product, Product Name, Partner, "
            "Partner Name, Tariff Year, Trade Year, Trade Source, DutyType (MFN, PRF, AHS, BND), Simple Average, "
            "Weighted Average, ..., Imports Value in 1000 USD; rates in percent."
        ),
        by_hand=(
            "Register at https://wits.worldbank.org, run a tariff query (Advanced Query, Tariff and Trade Analysis) by "
            "HS6 product, and download it as CSV."
        ),
    ),
    Dataset(
        name="trains-bulk",
        title="UNCTAD TRAINS, bulk files of ad valorem equivalents by HS6",
        publisher="UNCTAD, through WITS",
        kind="tariffs",
        page="https://wits.worldbank.org",
        licence=LICENCE,
        citation=CITATION,
        layout=(
            "Zips AVEMFN_<HS>_<reporter>_<year>_U2 and AVEPref_..., each a CSV: NomenCode, Reporter_ISO_N, Year, "
            "ProductCode, Partner (preferential only), Sum_Of_Rates, Min_Rate, Max_Rate, SimpleAverage, Nbr_NA_Lines, "
            "..., TotalNoOfLines, EstCode; rates in percent."
        ),
        by_hand="Register at https://wits.worldbank.org, choose Bulk Download, Tariffs, and keep the zips.",
    ),
)
QUERY = ("Reporter", "Product", "Partner", "Tariff Year", "DutyType", "Simple Average")
BULK = ("NomenCode", "Reporter_ISO_N", "Year", "ProductCode", "SimpleAverage", "Nbr_NA_Lines", "TotalNoOfLines")
PATTERN = r".*\.csv"
MOST_PERCENT = 1e5  # ad valorem equivalents of specific duties run to thousands of percent
REGIMES = ("MFN", "PRF", "AHS", "BND")


def read(
    paths: Path | str | Iterable[Path | str],
    dataset: str = "wits-tariffs",
    *,
    countries: pd.DataFrame | None = None,
    regimes: Sequence[str] = REGIMES,
    years: Sequence[int] = (),
    sectors: pd.DataFrame | None = None,
    weights: Weights = "simple",
    absent: Absent = "refuse",
    several: Literal["refuse", "lowest"] = "refuse",
    limits: Limits | None = None,
) -> FlatData:
    """Read tariffs as exporter, importer, product (HS6, text), year, rate_percent, regime; the world is ``WLD``.

    With ``sectors`` they come out by sector instead of product, with ``products`` (how many were averaged) and
    ``weighting`` (how: ``simple``, ``trade``, or ``simple`` where there was no trade to weigh with).

    Parameters
    ----------
    paths : files, zips, or a folder of them. countries : the publisher's code (source) and ISO alpha-3 (target); a code
        of several countries, such as the European Union's 918 or a preference's beneficiaries, gives its rate to each.
        None: codes must be ISO alpha-3 already.
    regimes, years : to keep; ``MFN``, ``PRF`` preferential, ``AHS`` effectively applied, ``BND`` bound.
    sectors : a concordance of HS6 products. absent : what becomes of products without a target.
    weights : ``simple``; ``imports``, the file's own import values; or a frame of importer, product, value_usd_million
        and, if it has them, exporter and year.
    several : what is done with several rates of one pair, product, year and regime: refused, or the lowest taken.

    Raises
    ------
    DataError : files of another form, spoilt; products that have lost their zeros; unknown country codes.
    InputError, UnknownNameError : what was asked.
    """
    if dataset not in [known.name for known in DATASETS]:
        raise UnknownNameError("dataset of tariffs", dataset, [known.name for known in DATASETS])
    if set(regimes) - set(REGIMES) or several not in ("refuse", "lowest"):
        raise InputError(
            f"regimes are {list(regimes)}, several is {several!r}; give {', '.join(REGIMES)}; refuse, lowest"
        )
    values = {"regimes": list(regimes), "years": [int(year) for year in years]}
    with desk(dataset, limits or Limits()) as on:
        files, notes = [], []
        for source in named(paths, r".*\.(csv|zip)", dataset):
            for plain in unpacked(source, PATTERN, on.folder, dataset):
                notes += _staged(on, plain, values)
                files.append(plain.name)
        refuse_absent_years(on, years, ", ".join(files))
        _refuse_lost_zeros(on)
        notes += spread_over_countries(on, countries)
        notes += _one_rate_each(on, several)
        lost = None
        if sectors is None:
            frame = _by_product(on)
        else:
            frame, lost, more = averaged_by_sector(on, sectors, weights, absent)
            notes += more
        return FlatData(dataset, frame, _account(on, files, notes, lost))


def _staged(on: Desk, plain: Path, values: dict[str, object]) -> list[str]:
    query = on.called == "wits-tariffs"
    layout = inspect_text(
        plain,
        dataset=on.called,
        columns=QUERY if query else BULK,
        encoding="cp1252",
        codes=("Product", "ProductCode"),
        years=("Tariff Year", "Year"),
        free=("Product Name", "Reporter Name", "Partner Name", "EstCode"),
    )
    select, types = _query_cells(layout) if query else _bulk_cells(layout)
    rate = "Simple Average" if query else "SimpleAverage"
    stage(on, layout, types=types, select=select, values=values, most={rate: MOST_PERCENT})
    return [note for note in layout.notes if "not read" not in note]


def _query_cells(layout: TextLayout) -> tuple[str, dict[str, str]]:
    imports = '"Imports Value in 1000 USD"' if "Imports Value in 1000 USD" in layout.header else "NULL::DOUBLE"
    select = _select('"Reporter"', '"Partner"', '"Product"', '"Tariff Year"', '"DutyType"', '"Simple Average"', imports)
    return select, dict.fromkeys(("Simple Average", "Imports Value in 1000 USD"), "DOUBLE") | {
        "Tariff Year": "SMALLINT"
    }


def _bulk_cells(layout: TextLayout) -> tuple[str, dict[str, str]]:
    partner, regime = ('"Partner"', "'PRF'") if "Partner" in layout.header else ("'000'", "'MFN'")
    rate = '"SimpleAverage"'
    select = _select('"Reporter_ISO_N"', partner, '"ProductCode"', '"Year"', regime, rate, "NULL::DOUBLE", bulk=True)
    types = {"SimpleAverage": "DOUBLE", "Year": "SMALLINT", "Nbr_NA_Lines": "INTEGER", "TotalNoOfLines": "INTEGER"}
    return select, types


def _select(
    reporter: str, partner: str, product: str, year: str, regime: str, rate: str, imports: str, bulk: bool = False
) -> str:
    unknown = '"Nbr_NA_Lines" >= "TotalNoOfLines" AND "TotalNoOfLines" > 0' if bulk else "false"
    return f"""trim({reporter}) AS reporter, trim({partner}) AS partner, trim({product}) AS product, {year} AS year,
        trim({regime}) AS regime, {rate} AS rate_percent, {imports} / 1000.0 AS imports_usd_million,
        CASE WHEN len($years) > 0 AND NOT list_contains($years, {year}) THEN 'year not asked for'
             WHEN NOT list_contains($regimes, trim({regime})) THEN 'regime ' || trim({regime}) || ' not asked for'
             WHEN len(trim({product})) IN (2, 4) OR upper(trim({product})) = 'TOTAL' THEN 'product at another level'
             WHEN {rate} IS NULL THEN 'no rate'
             WHEN {unknown} THEN 'specific duties without an ad valorem equivalent'
             END AS left_out"""


def _refuse_lost_zeros(on: Desk) -> None:
    found = answers(
        on,
        "SELECT product, count(*) AS n FROM staged WHERE left_out IS NULL AND NOT regexp_full_match(product, "
        "'[0-9]{6}') GROUP BY product ORDER BY n DESC, product LIMIT 1",
    )
    if found:
        product, rows = found[0]
        raise DataError(
            f"{on.called}: product '{product}' ({rows} rows) is no HS6 code of six digits; choose HS6 in WITS; keep "
            "programs from taking codes for numbers, which cuts their leading zeros"
        )
    odd = answers(
        on,
        "SELECT reporter, product, rate_percent FROM staged WHERE left_out IS NULL AND (NOT isfinite(rate_percent) OR "
        "rate_percent < 0) ORDER BY ALL LIMIT 1",
    )
    if odd:
        reporter, product, rate = odd[0]
        raise DataError(f"{on.called}: {reporter} charges {rate:g} % on {product}; a rate is a number from 0 up")


def _one_rate_each(on: Desk, several: str) -> list[str]:
    """See that each pair, product, year and regime has one rate."""
    keys = ", ".join(map(quoted, ("exporter", "importer", "product", "year", "regime")))
    found = answers(on, f"SELECT {keys}, count(*) AS n FROM rates GROUP BY ALL HAVING n > 1 ORDER BY ALL LIMIT 1")
    if not found:
        return []
    if several == "refuse":
        exporter, importer, product, year, regime, rows = found[0]
        raise DataError(
            f"{on.called}: {importer} has {rows} {regime} rates for {product} from {exporter} in {year}; give a file "
            "once, and where several preferences apply ask for several='lowest'"
        )
    ((before,),) = answers(on, "SELECT count(*) FROM rates")
    on.con.execute(
        f"CREATE OR REPLACE TABLE rates AS SELECT {keys}, min(rate_percent) AS rate_percent, "
        "max(imports_usd_million) AS imports_usd_million FROM rates GROUP BY ALL"
    )
    ((after,),) = answers(on, "SELECT count(*) FROM rates")
    return [f"{before - after:,} rates gave way to a lower one of the same pair, product, year and regime"]


def _by_product(on: Desk) -> pd.DataFrame:
    ((rows,),) = answers(on, "SELECT count(*) FROM rates")
    if rows > on.limits.most_rows:
        raise DataError(
            f"{on.called}: the frame would have {rows:,} rows, more than the {on.limits.most_rows:,} allowed; ask for "
            "fewer years (--year) or regimes, give a concordance of sectors, or raise most_rows in the limits"
        )
    return fetched(
        on,
        "SELECT exporter, importer, product, year::BIGINT AS year, rate_percent, regime FROM rates "
        "ORDER BY exporter, importer, product, year, regime",
    )


def _account(on: Desk, files: Sequence[str], notes: Sequence[str], lost: pd.DataFrame | None) -> Ledger:
    ((rows, kept),) = answers(on, "SELECT count(*), count(*) FILTER (WHERE left_out IS NULL) FROM staged")
    left_out = fetched(
        on,
        "SELECT left_out AS why, '' AS code, count(*) AS rows, 0.0 AS total FROM staged WHERE left_out IS NOT NULL "
        "GROUP BY left_out ORDER BY why",
    )
    if lost is not None and len(lost):
        left_out = pd.concat([left_out, lost], ignore_index=True)
    return Ledger(tuple(files), rows, kept, "", 0.0, 0.0, 0.0, left_out, tuple(notes))
