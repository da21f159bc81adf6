"""World Development Indicators of the World Bank: one figure a country, indicator and year.

Two files hold them: the bulk download (`WDICSV.csv`, formerly `WDIData.csv`), and the download of one indicator
(`API_..._DS2_en_csv_v2_....csv`), which begins with four lines about itself. Countries and groups of them stand side by
side; which is which is told by the file of countries in the same archive, where groups have no region.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from zollverein.case.data.dataset import Dataset, RemoteFile
from zollverein.case.data.flat import Desk, FlatData, Ledger, Limits, answers, desk, fetched, quoted, stage
from zollverein.case.data.flat_checks import refuse_absent_years
from zollverein.case.data.flat_codes import codes_from_csv, load_codes
from zollverein.case.data.flat_files import named, unpacked
from zollverein.case.data.inspection import inspect_text
from zollverein.errors import DataError, InputError, UnknownNameError

__all__ = ["DATASETS", "Groups", "read"]

Groups = Literal["drop", "keep"]
DATASETS = (
    Dataset(
        name="wdi",
        title="World Development Indicators",
        publisher="World Bank",
        kind="macro",
        page="https://datatopics.worldbank.org/world-development-indicators/",
        licence="Creative Commons Attribution 4.0 (CC BY 4.0), with the World Bank's terms for datasets.",
        citation="The World Bank: World Development Indicators; name the indicator and the date of the download.",
        layout=(
            "WDI_CSV.zip with WDICSV.csv (Country Name, Country Code, Indicator Name, Indicator Code, 1960 ...) and "
            "WDICountry.csv (Country Code, ..., Region); or a zip of one indicator with API_<indicator>_DS2_*.csv "
            "(four lines, then the same columns and a comma too many) and Metadata_Country_*.csv."
        ),
        files=(
            RemoteFile("WDI_CSV.zip", "https://databank.worldbank.org/data/download/WDI_CSV.zip", "all indicators"),
        ),
    ),
)
COLUMNS = ("Country Name", "Country Code", "Indicator Name", "Indicator Code")
PATTERN = r"WDI(CSV|Data)\.csv|API_.*_DS2_.*\.csv"
COUNTRIES_PATTERN = r"WDICountry\.csv|Metadata_Country_.*\.csv"
YEAR = re.compile(r"(19|20)\d\d")
PREAMBLE_LINES = 20
MOST_VALUE = 1e21  # in currencies of much inflation, products of a year are above 1e17


def read(
    path: Path | str,
    dataset: str = "wdi",
    *,
    indicators: Sequence[str] = (),
    years: Sequence[int] = (),
    countries: Path | str | None = None,
    groups: Groups = "drop",
    limits: Limits | None = None,
) -> FlatData:
    """Read World Development Indicators as country, indicator, year, value; empty cells are no rows.

    Parameters
    ----------
    path : the zip, or the CSV in it. indicators : codes, ``NY.GDP.MKTP.CD``; empty: all. years : to keep; empty: all.
    countries : ``WDICountry.csv`` or ``Metadata_Country_*.csv``; None: the one in the zip or beside the file. Without
        it groups cannot be told from countries, and all are kept.
    groups : whether groups of countries (WLD, EUU ...) are dropped or kept.

    Raises
    ------
    DataError : a file that is spoilt or something else; a figure that stands twice. UnknownNameError : an indicator.
    """
    if dataset != "wdi":
        raise UnknownNameError("dataset of the World Bank", dataset, ["wdi"])
    if groups not in ("drop", "keep"):
        raise InputError(f"groups is {groups!r}; it may be 'drop' or 'keep'")
    (source,) = named(path, PATTERN, dataset)[:1]
    with desk(dataset, limits or Limits()) as on:
        (plain,) = unpacked(source, PATTERN, on.folder, dataset)[:1]
        metadata = _metadata(countries, source, plain, on)
        codes = codes_from_csv(metadata, ("Country Code",), ("Region",), dataset, empty=True) if metadata else None
        if codes is not None:
            load_codes(on, codes, "codes")
        notes = _staged(on, plain, indicators, years, codes is not None and groups == "drop")
        if codes is None:
            notes.append("no file of countries: groups such as WLD cannot be told from countries, and are in the frame")
        refuse_absent_years(on, years, source.name)
        _refuse_doubles(on, indicators)
        return _panel(on, (source.name,), notes)


def _staged(on: Desk, plain: Path, indicators: Sequence[str], years: Sequence[int], drop: bool) -> list[str]:
    table = _without_preamble(plain, on.folder, on.called)
    layout = inspect_text(
        table, dataset=on.called, columns=COLUMNS, free=("Country Name", "Indicator Name"), codes=(), years=()
    )
    known = tuple(name for name in layout.header if YEAR.fullmatch(name))
    if not known:
        raise DataError(f"{on.called}: {plain} has no column of a year; its columns are {', '.join(layout.header[:8])}")
    columns = ", ".join(map(quoted, known))
    group = "WHEN codes.target = '' THEN 'a group of countries'" if drop else ""
    year = "CAST(period AS SMALLINT)"
    stage(
        on,
        layout,
        types=dict.fromkeys(known, "DOUBLE"),
        shape=f"""(UNPIVOT (SELECT "Country Code" AS country, "Indicator Code" AS indicator, {columns} FROM {{cells}})
            ON {columns} INTO NAME period VALUE figure)""",
        select=f"""cells.country, indicator, {year} AS year, figure AS value,
            {"codes.source IS NULL" if drop else "false"} AS strange,
            CASE WHEN len($indicators) > 0 AND NOT list_contains($indicators, indicator) THEN 'indicator not asked for'
                 WHEN len($years) > 0 AND NOT list_contains($years, {year}) THEN 'year not asked for'
                 {group} END AS left_out""",
        joins="LEFT JOIN codes ON cells.country = codes.source" if drop else "",
        values={"indicators": list(indicators), "years": [int(year) for year in years]},
        most=dict.fromkeys(known, MOST_VALUE),
    )
    return [note for note in layout.notes if "not read" not in note]


def _without_preamble(plain: Path, folder: Path, called: str) -> Path:
    """Return the file from its header line on: as it is, or copied without the lines that stand before.

    Raises
    ------
    DataError : no header in the first lines; semicolons or tabs where commas belong.
    """
    with plain.open("rb") as file:
        for _ in range(PREAMBLE_LINES):
            start = file.tell()
            line = file.readline()
            text = line.decode("utf-8-sig", "replace").strip()
            if re.match(r'"?Country Name"?,', text):
                if start == 0:
                    return plain
                out = folder / f"table-of-{plain.name}"
                with out.open("wb") as target:
                    target.write(line)
                    while chunk := file.read(1 << 20):
                        target.write(chunk)
                return out
            if re.match(r'"?Country Name"?[;\t]', text):
                mark = "semicolons" if ";" in text else "tabs"
                raise DataError(
                    f"{called}: {plain} has {mark} between its cells where commas belong; download it again"
                )
    return plain


def _metadata(given: Path | str | None, source: Path, plain: Path, on: Desk) -> Path | None:
    """Find the file of countries: as named, in the archive, or beside the file."""
    if given is not None:
        return Path(given)
    if source != plain:
        try:
            return unpacked(source, COUNTRIES_PATTERN, on.folder, on.called)[0]
        except DataError:
            return None
    beside = [path for path in sorted(plain.parent.iterdir()) if re.fullmatch(COUNTRIES_PATTERN, path.name)]
    return beside[0] if beside else None


def _refuse_doubles(on: Desk, indicators: Sequence[str]) -> None:
    known = {name for (name,) in answers(on, "SELECT DISTINCT indicator FROM staged")}
    for name in indicators:
        if name not in known:
            raise UnknownNameError("indicator", name, known, "the file")
    strange = answers(on, "SELECT DISTINCT country FROM staged WHERE left_out IS NULL AND strange ORDER BY 1")
    if strange:
        raise DataError(
            f"{on.called}: {', '.join(code for (code,) in strange[:8])} stand in no row of the file of countries; take "
            "the one of the same download"
        )
    twice = answers(
        on,
        "SELECT country, indicator, year, count(*) AS n FROM staged WHERE left_out IS NULL GROUP BY ALL HAVING n > 1 "
        "ORDER BY ALL LIMIT 1",
    )
    if twice:
        country, indicator, year, rows = twice[0]
        raise DataError(f"{on.called}: {indicator} of {country} in {year} stands {rows} times; download the file again")
    odd = answers(on, "SELECT country, indicator, year FROM staged WHERE NOT isfinite(value) ORDER BY ALL LIMIT 1")
    if odd:
        raise DataError(f"{on.called}: {odd[0][1]} of {odd[0][0]} in {odd[0][2]} is no finite number; mend the file")


def _panel(on: Desk, files: tuple[str, ...], notes: list[str]) -> FlatData:
    ((rows, kept),) = answers(on, "SELECT count(*), count(*) FILTER (WHERE left_out IS NULL) FROM staged")
    if kept > on.limits.most_rows:
        raise DataError(
            f"{on.called}: the panel would have {kept:,} rows, more than the {on.limits.most_rows:,} allowed; ask for "
            "fewer indicators or years (--year), or raise most_rows in the limits"
        )
    frame = fetched(
        on,
        "SELECT country, indicator, year::BIGINT AS year, value FROM staged WHERE left_out IS NULL "
        "ORDER BY country, indicator, year",
    )
    left_out = fetched(
        on,
        "SELECT left_out AS why, '' AS code, count(*) AS rows, 0.0 AS total FROM staged WHERE left_out IS NOT NULL "
        "GROUP BY left_out ORDER BY why",
    )
    return FlatData(on.called, frame, Ledger(files, rows, kept, "", 0.0, 0.0, 0.0, left_out, tuple(notes)))
