"""The IMF's Direction of Trade Statistics, since 2025 International Trade in Goods (by partner country).

All goods together, annual, exports FOB and imports CIF (of some countries FOB), with the IMF's estimates where a
country does not report. `imf_layouts` knows the four forms in which the files are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from zollverein.case.data.dataset import Dataset
from zollverein.case.data.flat import Desk, FlatData, Limits, answers, desk, stage
from zollverein.case.data.flat_checks import refuse_absent_years
from zollverein.case.data.flat_codes import UNKNOWN, load_codes, odd_codes, refuse_unknown_codes
from zollverein.case.data.flat_faults import figure as checked
from zollverein.case.data.flat_files import named, unpacked
from zollverein.case.data.flat_sums import Absent, Flows, summed
from zollverein.case.data.imf_layouts import Form, form_of
from zollverein.case.data.inspection import inspect_text
from zollverein.errors import DataError, InputError, UnknownNameError

__all__ = ["DATASETS", "Unit", "read"]

Unit = Literal["usd", "usd_million"]
LICENCE = (
    "Copyright International Monetary Fund, on its terms (https://www.imf.org/en/About/copyright-and-terms); name the "
    "IMF as the source, and read them before you pass data on or sell them."
)
DATASETS = (
    Dataset(
        name="imf-imts",
        title="International Trade in Goods (by partner country), formerly Direction of Trade Statistics",
        publisher="International Monetary Fund",
        kind="trade",
        page="https://data.imf.org/en/datasets/IMF.STA:IMTS",
        licence=LICENCE,
        citation="International Monetary Fund, International Trade in Goods (by partner country); give the date.",
        layout=(
            "CSV of the Data Explorer: SERIES_CODE (USA.XG_FOB_USD.CHN.A), COUNTRY, INDICATOR, COUNTERPART_COUNTRY, "
            "FREQUENCY, SCALE and a column a year, in the unit that SCALE names; or SDMX-CSV of the API: COUNTRY, "
            "INDICATOR, COUNTERPART_COUNTRY, FREQUENCY, TIME_PERIOD, OBS_VALUE, in US$. Countries are ISO alpha-3."
        ),
        by_hand=(
            "Open the page, 'View Data', choose the indicators XG_FOB_USD, MG_CIF_USD and MG_FOB_USD, annual, all "
            "countries and counterparts, and download CSV."
        ),
    ),
    Dataset(
        name="imf-dots",
        title="Direction of Trade Statistics, bulk files of the portal that was closed in November 2025",
        publisher="International Monetary Fund",
        kind="trade",
        page="https://data.imf.org/en/datasets/IMF.STA:IMTS",
        licence=LICENCE,
        citation="International Monetary Fund, Direction of Trade Statistics; give the date of the download.",
        layout=(
            "DOT_<date>_timeSeries.csv: Country Name, Country Code, Indicator Name, Indicator Code, Counterpart "
            "Country Name, Counterpart Country Code, Attribute and a column a period; or the long form with Time "
            "Period and Value; countries are the IMF's numbers. The files do not say their unit."
        ),
        by_hand="The portal is closed; take imf-imts, or a copy that you have kept.",
    ),
)
PATTERN = r".*\.csv"
FLOWS = Flows(("exporter", "importer", "year", "reporter", "basis"), ("value_usd_million",))
# The largest flow between two countries is below a trillion dollars a year: more is a mistaken unit.
MOST_USD_MILLION = 2e6
FREE = ("Country Name", "Indicator Name", "Counterpart Country Name", "COUNTRY", "INDICATOR", "COUNTERPART_COUNTRY")


def read(
    path: Path | str | Iterable[Path | str],
    dataset: str = "imf-imts",
    *,
    countries: pd.DataFrame | None = None,
    unit: Unit | None = None,
    years: Sequence[int] = (),
    regions: pd.DataFrame | None = None,
    absent: Absent = "refuse",
    limits: Limits | None = None,
) -> FlatData:
    """Read bilateral trade in all goods as exporter, importer, year, reporter, basis, value_usd_million.

    ``reporter`` says whose figure it is, ``exporter`` or ``importer``; ``basis`` is ``fob`` or ``cif``. Groups of
    countries and trade balances are left out, and told.

    Parameters
    ----------
    countries : every number of the IMF's (source) with its ISO alpha-3 (target), empty for groups; for ``imf-dots``.
    unit : of the figures; None: as the file says. The files of ``imf-dots`` do not say it, and it must be given.
    years : to keep; empty: all. regions : a concordance of countries. absent : what becomes of codes without a target.

    Raises
    ------
    DataError : a file of another form, spoilt, without its unit, or whose figures cannot be of that unit.
    InputError, UnknownNameError : what was asked.
    """
    if dataset not in [known.name for known in DATASETS]:
        raise UnknownNameError("dataset of the IMF", dataset, [known.name for known in DATASETS])
    if unit not in (None, "usd", "usd_million"):
        raise InputError(f"unit is {unit!r}; it may be 'usd', 'usd_million' or None")
    sources = named(path, PATTERN, dataset)
    with desk(dataset, limits or Limits()) as on:
        if countries is not None:
            load_codes(on, countries, "codes")
        files, notes = [], []
        for source in sources:
            for plain in unpacked(source, PATTERN, on.folder, dataset):
                notes += _staged(on, plain, countries is not None, unit, years)
                files.append(plain.name)
        refuse_absent_years(on, years, ", ".join(files))
        refuse_unknown_codes(on, ("exporter", "importer"), "value_usd_million", "the country codes that were given")
        _refuse_doubles_and_units(on)
        notes += odd_codes(on, ("exporter", "importer"), "value_usd_million")
        return summed(
            on,
            dataset,
            FLOWS,
            files=files,
            concordances={"exporter": regions, "importer": regions},
            absent=absent,
            notes=notes,
        )


def _staged(on: Desk, plain: Path, coded: bool, unit: Unit | None, years: Sequence[int]) -> list[str]:
    layout = inspect_text(plain, dataset=on.called, codes=(), years=("TIME_PERIOD", "Time Period"), free=FREE)
    form = form_of(layout, on.called)
    if form.legacy != (on.called == "imf-dots"):
        other = "imf-dots" if form.legacy else "imf-imts"
        raise DataError(f"{on.called}: {plain} is a file of {other}; ask for that, or take the other file")
    if form.legacy and not coded:
        raise DataError(
            f"{on.called}: {plain} has countries by the IMF's numbers; give --country-codes, a CSV (from Python: "
            "countries=, a frame) of source (number) and target (ISO alpha-3, empty for groups) from the IMF's own list"
        )
    divisor, note = _divisor(on.called, plain, form, unit)
    stage(
        on,
        layout,
        types=dict.fromkeys(form.figures, "DOUBLE"),
        select=_select(form, divisor),
        joins=_JOINS if form.legacy else "",
        shape=form.shape,
        values={"years": [int(year) for year in years]},
        nulls=("", "NA"),
    )
    return [*layout.notes, note]


_JOINS = """LEFT JOIN codes AS own ON ltrim(cells.country, '0') = own.source
    LEFT JOIN codes AS other ON ltrim(cells.counterpart, '0') = other.source"""


def _divisor(called: str, plain: Path, form: Form, unit: Unit | None) -> tuple[str, str]:
    """Return the SQL that figures are divided by to be US$ million, and what to note."""
    if unit is not None:
        return ("1e6" if unit == "usd" else "1.0"), f"{plain.name}: figures are taken as {unit}, as was said"
    if form.unit == "scale":
        scale = "CASE lower(scale) WHEN 'millions' THEN 1.0 WHEN 'units' THEN 1e6 WHEN 'thousands' THEN 1e3 END"
        return scale, f"{plain.name}: figures are taken in the unit that its column SCALE names"
    if form.unit == "usd":
        return "1e6", f"{plain.name}: figures are US dollars, as the API gives them; SCALE is how they are shown"
    raise DataError(
        f"{called}: {plain} does not say its unit; look up one flow that you know, and give --unit usd or usd_million"
    )


def _select(form: Form, divisor: str) -> str:
    own = f"coalesce(own.target, '{UNKNOWN}' || cells.country)" if form.legacy else "cells.country"
    other = f"coalesce(other.target, '{UNKNOWN}' || cells.counterpart)" if form.legacy else "cells.counterpart"
    figure = "figure" if form.figures else f"CASE WHEN attribute = 'Value' THEN {checked('figure', 'period')} END"
    no_country = (
        "own.target = '' OR other.target = ''"
        if form.legacy
        else "NOT regexp_full_match(cells.country, '[A-Z]{3}') OR NOT regexp_full_match(cells.counterpart, '[A-Z]{3}')"
    )
    exports = "indicator IN ('TXG_FOB_USD', 'XG_FOB_USD')"
    imports = "indicator IN ('TMG_CIF_USD', 'MG_CIF_USD', 'TMG_FOB_USD', 'MG_FOB_USD')"
    return f"""CASE WHEN {exports} THEN {own} ELSE {other} END AS exporter,
        CASE WHEN {exports} THEN {other} ELSE {own} END AS importer, TRY_CAST(period AS SMALLINT) AS year,
        CASE WHEN {exports} THEN 'exporter' ELSE 'importer' END AS reporter,
        CASE WHEN indicator LIKE '%CIF%' THEN 'cif' ELSE 'fob' END AS basis,
        {figure} / {divisor} AS value_usd_million, indicator, scale,
        CASE WHEN NOT ({exports} OR {imports}) THEN 'another indicator: ' || indicator
             WHEN frequency <> 'A' OR NOT regexp_full_match(period, '[0-9]{{4}}') THEN 'not annual'
             WHEN attribute <> 'Value' THEN 'not a value but its ' || lower(attribute)
             WHEN figure IS NULL THEN 'no figure'
             WHEN len($years) > 0 AND NOT list_contains($years, TRY_CAST(period AS SMALLINT)) THEN 'year not asked for'
             WHEN {no_country} THEN 'a group of countries, or an area that is not specified'
             WHEN {own} = {other} THEN 'partner is the country itself' END AS left_out"""


def _refuse_doubles_and_units(on: Desk) -> None:
    """Refuse a flow that stands twice, and figures that no two countries can have traded."""
    unknown = answers(
        on,
        "SELECT scale, count(*) FROM staged WHERE left_out IS NULL AND value_usd_million IS NULL "
        "GROUP BY ALL ORDER BY 2 DESC LIMIT 1",
    )
    if unknown:
        scale, rows = unknown[0]
        raise DataError(
            f"{on.called}: {rows} figures have the scale '{scale or ''}'; Units, Thousands and Millions are known: "
            "look one of them up, and give --unit usd or usd_million"
        )
    twice = answers(
        on,
        "SELECT exporter, importer, year, indicator, count(*) AS n FROM staged WHERE left_out IS NULL GROUP BY ALL "
        "HAVING n > 1 ORDER BY ALL LIMIT 1",
    )
    if twice:
        exporter, importer, year, indicator, rows = twice[0]
        raise DataError(
            f"{on.called}: {indicator} of {exporter} to {importer} in {year} stands {rows} times; give each file once"
        )
    largest = answers(
        on,
        "SELECT exporter, importer, year, value_usd_million FROM staged WHERE left_out IS NULL AND value_usd_million > "
        "$most ORDER BY value_usd_million DESC LIMIT 1",
        {"most": MOST_USD_MILLION},
    )
    if largest:
        exporter, importer, year, value = largest[0]
        raise DataError(
            f"{on.called}: {exporter} to {importer} in {year} would be US$ {value:,.6g} million, more than any two "
            "countries trade; the figures are dollars, not millions: give --unit usd"
        )
