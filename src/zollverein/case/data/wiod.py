"""The World Input-Output Database (WIOD), releases of 2013 and 2016.

Workbooks are read cell by cell, Stata files by pandas. Of the release of 2013 pymrio has a parser too: it takes labels
from the rows alone, keeps no published output and reads a formula's error as zero. Tests hold the two against each
other.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from zollverein.case.data.adb_mrio import SECTORS as SECTORS_2013
from zollverein.case.data.dataset import Dataset, RemoteFile
from zollverein.case.data.labelled_blocks import Label, LabelledMatrix, world_table
from zollverein.case.data.workbook_grid import Grid, figures, read_grid, refuse_other_unit, text
from zollverein.case.data.world_checks import checked
from zollverein.case.data.world_table import WorldTable
from zollverein.case.data.year_files import year_file
from zollverein.errors import DataError

__all__ = ["DATASETS", "SECTORS_2016", "read"]

LICENCE = "Creative Commons Attribution 4.0 International (CC BY 4.0), as DataverseNL and the release's page state."
CITATION = (
    "Timmer, M. P., Dietzenbacher, E., Los, B., Stehrer, R. and de Vries, G. J. (2015), An Illustrated User Guide to "
    "the World Input-Output Database: the Case of Global Automotive Production, Review of International Economics "
    "23: 575-605, doi:10.1111/roie.12178."
)

DATASETS: tuple[Dataset, ...] = (
    Dataset(
        name="wiod-2013",
        title="World Input-Output Database 2013 Release, 1995-2011",
        publisher="Groningen Growth and Development Centre, University of Groningen",
        kind="world table",
        page="https://doi.org/10.34894/XDTAUZ",
        licence=LICENCE,
        citation=CITATION,
        layout=(
            "wiotYY_row_apr12.xlsx (1995-2007) or wiotYY_row_sep12.xlsx (2008-2011), alone or in WIOTS_in_EXCEL.zip: "
            "41 regions (RoW among them) x 35 industries of ISIC Rev. 3, labels in rows 3-6 and columns A-D, five "
            "columns of final demand (c37, c38, c39, c41, c42), total output last; below, rows of taxes, adjustments, "
            "value added and margins, output (r69) last; US$ million. Reading a year takes a minute or two, or seconds "
            "with python-calamine."
        ),
        by_hand=(
            "Open the page (DataverseNL), list of files, and save the world input-output tables in Excel, "
            "WIOTS_in_EXCEL.zip; it need not be unpacked."
        ),
    ),
    Dataset(
        name="wiod-2016",
        title="World Input-Output Database 2016 Release, 2000-2014",
        publisher="Groningen Growth and Development Centre, University of Groningen",
        kind="world table",
        page="https://doi.org/10.34894/PJ2M1C",
        licence=LICENCE,
        citation=CITATION,
        layout=(
            "WIOTyyyy_October16_ROW.dta (Stata; quick) or WIOTyyyy_Nov16_ROW.xlsb or .xlsx, alone or in "
            "WIOTS_in_STATA.zip or WIOTS_in_EXCEL.zip: 44 regions (ROW among them) x 56 industries of ISIC Rev. 4, "
            "five columns of final demand, total; below, rows II_fob, TXSP, EXP_adj, PURR, PURNR, VA, IntTTM, GO; "
            "US$ million."
        ),
        files=(
            RemoteFile(
                name="WIOTS_in_STATA.zip",
                url="https://dataverse.nl/api/access/datafile/199103",
                holds="2000-2014, a Stata file of 55 MB for each year",
                bytes=638_963_496,
            ),
        ),
        by_hand=(
            "Or open the page (DataverseNL), list of files, and save WIOTS_in_STATA.zip, or WIOTS_in_EXCEL.zip, whose "
            "binary workbooks need python-calamine. DataverseNL shows the SHA-1 of each."
        ),
    ),
)

FILES_2013 = r"wiot(?P<year>\d\d)_row_(apr|sep)12\.xlsx"
FILES_2016 = r"WIOT(?P<year>20\d\d)_(October16|Nov16)_ROW\.(dta|xlsb|xlsx)"
ISO = {"ROM": "ROU", "RoW": "ROW"}
"""WIOD's codes are ISO alpha-3 but for Romania, in early years, and the rest of the world."""

SECTORS_2016 = tuple(
    re.split(
        r"\s+",
        "A01 A02 A03 B C10-C12 C13-C15 C16 C17 C18 C19 C20 C21 C22 C23 C24 C25 C26 C27 C28 C29 C30 C31_C32 C33 D35 E36 "
        "E37-E39 F G45 G46 G47 H49 H50 H51 H52 H53 I J58 J59_J60 J61 J62_J63 K64 K65 K66 L68 M69_M70 M71 M72 M73 "
        "M74_M75 N O84 P85 Q R_S T U",
    )
)
DEMANDS_2016 = ("CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN")
PRIMARIES_2016 = ("TXSP", "EXP_adj", "PURR", "PURNR", "VA", "IntTTM")
OUTPUT = ("", "GO")
DEMANDS_2013 = ("c37", "c38", "c39", "c41", "c42")
SUM_OF_INPUTS, OUTPUT_ROW_2013 = "r60", ("", "r69")
WITHIN_2013, WITHIN_2016 = 1e-3, 1e-5
"""Of the world's mean cell of output; published figures of 2016 close to 4e-11 in rows and 2e-7 in columns."""


def read(path: Path, dataset: Dataset, year: int | None = None) -> WorldTable:
    """Read one year of a release.

    Rows below the intermediate ones are carried as published, the adjustments and the international transport margins
    among them; they are part of what a column costs.

    Parameters
    ----------
    path : the file, an archive of years, or a folder of either. dataset : which release. year : which.

    Raises
    ------
    DataError : a file of another release or layout, cut off or spoilt; rows or columns that do not close.
    """
    if dataset.name == "wiod-2013":
        with year_file(path, dataset=dataset.name, pattern=FILES_2013, year=year) as (file, found):
            _refuse_year_outside(dataset.name, found, 1995, 2011)
            return checked(_from_workbook_2013(file, dataset.name, found), within=WITHIN_2013)
    with year_file(path, dataset=dataset.name, pattern=FILES_2016, year=year) as (file, found):
        _refuse_year_outside(dataset.name, found, 2000, 2014)
        reader: Callable[[Path, str, int], LabelledMatrix] = _from_stata if file.suffix == ".dta" else _from_workbook
        matrix = reader(file, dataset.name, found)
    known = [code for code in SECTORS_2016 if any(code == label[1] for label in matrix.rows)]
    table = world_table(
        matrix,
        sectors=known,
        demands=DEMANDS_2016,
        primaries=PRIMARIES_2016,
        output_row=OUTPUT,
        output_column=OUTPUT,
        iso=ISO,
    )
    return checked(table, within=WITHIN_2016)


def _refuse_year_outside(dataset: str, year: int, first: int, last: int) -> None:
    if not first <= year <= last:
        raise DataError(
            f"{dataset}: this release has the years {first} to {last}, not {year}; name a file of one of them"
        )


def _from_workbook_2013(path: Path, dataset: str, year: int) -> WorldTable:
    """Labels from the four rows above and the four columns left of the figures: ISIC code, name, region, number."""
    grid = read_grid(path, dataset)
    top = next((n for n, row in enumerate(grid.rows[:12]) if sum(text(c) in SECTORS_2013 for c in row[4:]) > 1), None)
    if top is None or top < 3 or len(grid.rows) < top + 2:
        raise DataError(
            f"{dataset}: {path}, sheet '{grid.sheet}' has no row of industries (c1, c2 ...) on top; it is not a table "
            "of this release, or it is cut off"
        )
    _require_year_and_unit(grid, dataset, path, year, top)
    codes, regions = grid.rows[top], grid.rows[top - 1]
    across = [c for c in range(4, len(codes)) if text(codes[c]) or text(regions[c] if c < len(regions) else None)]
    columns = [_label(regions[c] if c < len(regions) else None, codes[c]) for c in across]
    if columns[-1][1] not in {*SECTORS_2013, *DEMANDS_2013}:
        columns[-1] = OUTPUT  # the last column is total output, whatever its number
    down = [n for n in range(top + 1, len(grid.rows)) if text(_at(grid.rows[n], 3))]
    rows = [_label(grid.rows[n][2], grid.rows[n][3]) for n in down]
    below = {code: text(grid.rows[n][1]) for (region, code), n in zip(rows, down, strict=True) if not region}
    values = figures(grid, down, across, dataset)
    return world_table(
        LabelledMatrix(dataset, path, year, rows, columns, values, tuple(grid.notes)),
        sectors=[code for code in SECTORS_2013 if any(code == label[1] for label in (*rows, *columns))],
        demands=DEMANDS_2013,
        primaries=[code for code in below if code not in {SUM_OF_INPUTS, OUTPUT_ROW_2013[1]}],
        output_row=OUTPUT_ROW_2013,
        output_column=OUTPUT,
        iso=ISO,
        names={**SECTORS_2013, **below},
    )


def _at(row: Sequence[Any], column: int) -> Any:
    return row[column] if column < len(row) else None


def _from_workbook(path: Path, dataset: str, year: int) -> LabelledMatrix:
    """Labels from the four rows above and the four columns left of the figures: code, name, region, number."""
    grid = read_grid(path, dataset, sheet=str(year))
    known = frozenset(SECTORS_2016)
    top = next((n for n, row in enumerate(grid.rows[:12]) if sum(text(c) in known for c in row[4:]) > 1), None)
    if top is None or len(grid.rows) < top + 5:
        raise DataError(
            f"{dataset}: {path}, sheet '{grid.sheet}' has no row of industries (A01, A02 ...) on top; it is not a "
            "table of this release, or it is cut off"
        )
    _require_year_and_unit(grid, dataset, path, year, top)
    codes, regions = grid.rows[top], grid.rows[top + 2]
    across = [c for c in range(4, len(codes)) if text(codes[c])]
    down = [n for n in range(top + 4, len(grid.rows)) if any(text(cell) for cell in grid.rows[n][:3])]
    columns = [_label(regions[c] if c < len(regions) else None, codes[c]) for c in across]
    rows = [_label(grid.rows[n][2], grid.rows[n][0]) for n in down]
    values = figures(grid, down, across, dataset)
    return LabelledMatrix(dataset, path, year, rows, columns, values, tuple(grid.notes))


def _require_year_and_unit(grid: Grid, dataset: str, path: Path, year: int, top: int) -> None:
    """What stands above the industries says of which year a table is, and in what unit."""
    above = " ".join(text(cell) for row in grid.rows[: top + 2] for cell in row[:4])
    stated = sorted({int(found) for found in re.findall(r"\b(?:19|20)\d\d\b", above)})
    if stated and year not in stated:
        raise DataError(f"{dataset}: {path} is called a table of {year} and says inside that it is of {stated[0]}")
    refuse_other_unit(grid, above, dataset)


def _label(region: Any, code: Any) -> Label:
    return ("" if text(region).upper() == "TOT" else text(region), text(code))


def _from_stata(path: Path, dataset: str, year: int) -> LabelledMatrix:
    """Rows by IndustryCode and Country; columns vCCCn, n the number RNr of the user's industry, 57 to 61 for demand."""
    import pandas as pd  # noqa: PLC0415  only readers of Stata files wait for it

    try:
        frame = pd.read_stata(path, convert_categoricals=False)
    except (ValueError, OSError, EOFError, KeyError, IndexError, struct.error) as error:
        raise DataError(f"{dataset}: {path} is no Stata file, or cut off ({error}); download it again") from error
    named = ("IndustryCode", "Country", "RNr", "Year")
    missing = [name for name in named if name not in frame.columns]
    if missing:
        raise DataError(f"{dataset}: {path} lacks columns {', '.join(missing)}; it is not a table of this release")
    stated = sorted({int(value) for value in frame["Year"].dropna().unique()})
    if stated != [year]:
        raise DataError(f"{dataset}: {path} is called a table of {year} and says inside that it is of {stated}")
    codes = dict(zip(frame["RNr"].astype(int), frame["IndustryCode"], strict=True))
    demands = {len(SECTORS_2016) + 1 + n: demand for n, demand in enumerate(DEMANDS_2016)}
    across = [name for name in frame.columns if name == "TOT" or re.fullmatch(r"v[A-Z]{3}\d+", name)]
    values = frame[across].to_numpy(dtype=float, na_value=0.0)
    rows = [_label(region, code) for region, code in zip(frame["Country"], frame["IndustryCode"], strict=True)]
    columns = [_stata_column(name, {**codes, **demands}) for name in across]
    return LabelledMatrix(dataset, path, year, rows, columns, np.ascontiguousarray(values))


def _stata_column(name: str, codes: Mapping[int, str]) -> Label:
    if name == "TOT":
        return OUTPUT
    return name[1:4], codes.get(int(name[4:]), name)
