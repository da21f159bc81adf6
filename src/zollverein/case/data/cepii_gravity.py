"""CEPII's Gravity: distances, languages, agreements and flows for every pair of countries and year from 1948.

One CSV of some five million rows and more than eighty columns; a panel of the columns asked for comes out, under the
file's own names. Rows of years in which a country did not exist are left out: a pair of codes then stands once a year.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zollverein.case.data.dataset import Dataset, RemoteFile
from zollverein.case.data.flat import Desk, FlatData, Ledger, Limits, answers, desk, fetched, quoted, stage
from zollverein.case.data.flat_checks import refuse_absent_years
from zollverein.case.data.flat_faults import MOST, cell_fault
from zollverein.case.data.flat_files import named, unpacked
from zollverein.case.data.inspection import TextLayout, inspect_text
from zollverein.errors import DataError, UnknownNameError

__all__ = ["DATASETS", "read"]

PAGE = "http://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=8"
DATASETS = (
    Dataset(
        name="cepii-gravity-202211",
        title="The CEPII Gravity Database, version of 2022-11",
        publisher="CEPII",
        kind="gravity",
        page=PAGE,
        licence="Free of charge, on the terms that CEPII states on its page; name CEPII as the source.",
        citation=(
            "Conte, M., Cotterlaz, P. and Mayer, T. (2022), The CEPII Gravity Database, CEPII Working Paper 2022-05."
        ),
        layout=(
            "A zip with Gravity_V202211.csv: year, country_id_o, country_id_d, iso3_o, iso3_d, country_exists_o, "
            "country_exists_d, dist, contig, comlang_off, comcol, tradeflow_baci and some 75 more, in the units of "
            "CEPII's documentation."
        ),
        files=(
            RemoteFile(
                "Gravity_csv_V202211.zip",
                "https://www.cepii.fr/DATA_DOWNLOAD/gravity/data/Gravity_csv_V202211.zip",
                "all years from 1948",
            ),
        ),
    ),
)
KEYS = ("year", "iso3_o", "iso3_d")
NEEDED = (*KEYS, "country_exists_o", "country_exists_d")
# What tells version 2022-11 from the older ones, which had `distw` and no `distw_harmonic`.
MARK = "distw_harmonic"
PATTERN = r"Gravity_V\d+.*\.csv"
TEXTS = ("country_id_o", "country_id_d", "iso3_o", "iso3_d")
FIGURES = ("dist", "contig", "com", "gdp", "pop", "tradeflow", "diplo")  # columns that begin so hold numbers alone
MOST_KM = 25_000.0  # half the way round the earth is 20,037 km
WANTED = ("dist", "contig", "comlang_off", "comcol", "tradeflow_baci")


def read(
    path: Path | str,
    dataset: str = "cepii-gravity-202211",
    *,
    columns: Sequence[str] = WANTED,
    years: Sequence[int] = (),
    countries: Sequence[str] = (),
    limits: Limits | None = None,
) -> FlatData:
    """Read a panel of year, iso3_o, iso3_d and the columns asked for, as the file names them; NA is missing.

    Parameters
    ----------
    path : the zip, or the CSV in it. columns : to read; figures as numbers where all are numbers, else as text.
    years, countries : to keep, countries on both sides; empty: all.

    Raises
    ------
    DataError : a file of another version, damaged or spoilt; a pair that stands twice in a year; too many rows.
    UnknownNameError : a column that the file does not have.
    """
    if dataset not in [known.name for known in DATASETS]:
        raise UnknownNameError("version of CEPII's Gravity", dataset, [known.name for known in DATASETS])
    (source,) = named(path, PATTERN, dataset)[:1]
    with desk(dataset, limits or Limits()) as on:
        (plain,) = unpacked(source, PATTERN, on.folder, dataset)[:1]
        layout = inspect_text(
            plain, dataset=dataset, columns=(*NEEDED, MARK), edition="V202211", codes=("iso3_o", "iso3_d")
        )
        for name in columns:
            if name not in layout.header:
                raise UnknownNameError("column", name, layout.header, f"CEPII's Gravity ({plain.name})")
        asked = tuple(name for name in dict.fromkeys(columns) if name not in KEYS)
        stage(
            on,
            layout,
            types={"year": "SMALLINT"},
            select=_select(asked),
            values={"years": [int(year) for year in years], "countries": list(countries)},
            nulls=("", "NA"),
            numbers=asked,
        )
        refuse_absent_years(on, years, source.name)
        _refuse_pairs_twice(on)
        _refuse_odd_figures(on, layout, asked)
        notes = [note for note in layout.notes if "not read" not in note]
        return _panel(on, dataset, asked, (source.name,), notes)


def _select(asked: Sequence[str]) -> str:
    cells = ", ".join(quoted(name) for name in (*KEYS, *asked))
    return f"""{cells},
    CASE WHEN country_exists_o IS NULL OR country_exists_d IS NULL THEN 'not said whether the countries existed'
         WHEN country_exists_o = '0' OR country_exists_d = '0' THEN 'a country did not exist that year'
         WHEN iso3_o IS NULL OR iso3_d IS NULL THEN 'no ISO code'
         WHEN len($years) > 0 AND NOT list_contains($years, year) THEN 'year not asked for'
         WHEN len($countries) > 0 AND NOT (list_contains($countries, iso3_o) AND list_contains($countries, iso3_d))
         THEN 'country not asked for' END AS left_out"""


def _refuse_pairs_twice(on: Desk) -> None:
    found = answers(
        on,
        "SELECT iso3_o, iso3_d, year, count(*) AS n FROM staged WHERE left_out IS NULL GROUP BY ALL HAVING n > 1 "
        "ORDER BY ALL LIMIT 1",
    )
    if found:
        origin, goal, year, rows = found[0]
        raise DataError(
            f"{on.called}: {origin} to {goal} stands {rows} times in {year}; a pair may stand once a year: the file is "
            "damaged or was put together from several"
        )


def _refuse_odd_figures(on: Desk, layout: TextLayout, asked: Sequence[str]) -> None:
    """Refuse words among numbers, figures that none can be, and distances that are not on this earth."""
    for name in asked:
        if name in TEXTS:
            continue
        column, far = quoted(name), name.startswith("dist") and not name.startswith("dist_")
        number = f"TRY_CAST({column} AS DOUBLE)"
        odd = f"NOT isfinite({number}) OR abs({number}) > {MOST_KM if far else MOST!r}"
        if far:  # a country's distance from itself may be rounded to nothing
            odd += f" OR {number} < 0 OR ({number} = 0 AND iso3_o <> iso3_d)"
        wrong = answers(on, f"SELECT {column} FROM staged WHERE {odd} ORDER BY 1 LIMIT 1")
        if wrong:
            why = f"no distance in km, which is above 0 and below {MOST_KM:,.0f}" if far else "no figure of a publisher"
            raise cell_fault(on.called, layout, name, wrong[0][0], f"which is {why}")
        words = f"{column} IS NOT NULL AND {number} IS NULL"
        ((count, numbers, first),) = answers(
            on,
            f"SELECT count(*) FILTER (WHERE {words}), count({number}), min({column}) FILTER (WHERE {words}) "
            "FROM staged",
        )
        if 0 < count < numbers and name.startswith(FIGURES) and "source" not in name:
            raise cell_fault(on.called, layout, name, first, "which is no number, as the other cells there are")


def _panel(on: Desk, dataset: str, asked: Sequence[str], files: tuple[str, ...], notes: list[str]) -> FlatData:
    ((rows, kept),) = answers(on, "SELECT count(*), count(*) FILTER (WHERE left_out IS NULL) FROM staged")
    if kept > on.limits.most_rows:
        raise DataError(
            f"{dataset}: the panel would have {kept:,} rows, more than the {on.limits.most_rows:,} allowed; ask for "
            "fewer years (--year) or countries, or raise most_rows in the limits"
        )
    cells = ["CAST(year AS BIGINT) AS year", "iso3_o", "iso3_d"]
    for name in asked:
        column, words = quoted(name), 0
        if name not in TEXTS:
            query = (
                f"SELECT count(*) AS n FROM staged WHERE {column} IS NOT NULL AND TRY_CAST({column} AS DOUBLE) IS NULL"
            )
            words = int(fetched(on, query)["n"].iloc[0])
        cells.append(column if name in TEXTS or words else f"CAST({column} AS DOUBLE) AS {column}")
        if words:
            notes.append(f"column {name} is text: {words:,} of its cells are no numbers")
    frame = fetched(on, f"SELECT {', '.join(cells)} FROM staged WHERE left_out IS NULL ORDER BY year, iso3_o, iso3_d")
    left_out = fetched(
        on,
        "SELECT left_out AS why, '' AS code, count(*) AS rows, 0.0 AS total FROM staged WHERE left_out IS NOT NULL "
        "GROUP BY left_out ORDER BY why",
    )
    account = Ledger(files, rows, kept, "", 0.0, 0.0, 0.0, left_out, tuple(notes))
    return FlatData(dataset, frame, account)
