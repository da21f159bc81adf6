"""The Asian Development Bank's multiregional input-output tables (MRIOT): workbooks of 62, 72 or 74 economies.

pymrio has no parser for them. A workbook is one year: names, regions and codes above and left of the figures.
"""

from __future__ import annotations

import re
from pathlib import Path

from zollverein.case.data.dataset import Dataset
from zollverein.case.data.labelled_blocks import Label, LabelledMatrix, world_table
from zollverein.case.data.workbook_grid import Grid, figures, read_grid, refuse_other_unit, text
from zollverein.case.data.world_checks import checked
from zollverein.case.data.world_table import WorldTable
from zollverein.case.data.year_files import year_file
from zollverein.errors import DataError

__all__ = ["DATASETS", "SECTORS", "read"]

DATASETS: tuple[Dataset, ...] = (
    Dataset(
        name="adb-mrio",
        title="ADB Multiregional Input-Output Tables, 2000 and 2007 on",
        publisher="Asian Development Bank",
        kind="world table",
        page="https://kidb.adb.org/globalization/current",
        licence=(
            "Key Indicators Database terms (https://kidb.adb.org/terms): may be copied, adapted and shared, "
            "commercially too, if attributed to the Asian Development Bank; what is from third parties may have others."
        ),
        citation=(
            "Asian Development Bank: Key Indicators Database Online (https://kidb.adb.org), Multiregional "
            "Input-Output Tables. Accessed on [date]."
        ),
        layout=(
            "ADB-MRIO-<year>... .xlsx or ADB-MRIO62-, ADB-MRIO72-<year>... .xlsx: 62, 72 or 74 economies and RoW x 35 "
            "industries (c1-c35, those of WIOD 2013), final demand F1-F5, TOTAL; labels in rows 5-7 and columns B-D; "
            "below, rows r60, r99, r61, r62, r63, r64, trs, r69; US$ million. Reading a year takes two "
            "minutes, or seconds with python-calamine."
        ),
        by_hand=(
            "Open the page, choose the number of economies and current or constant prices, and save the workbook of "
            "the year."
        ),
    ),
)

FILES = r"ADB[-_ ]MRIO(62|72|74)?(-LAC)?[-_ ](?P<year>20\d\d)(?!\d).*\.xlsx"
ISIC_3 = (
    "AtB C 15t16 17t18 19 20 21t22 23 24 25 26 27t28 29 30t33 34t35 36t37 E F 50 51 52 H 60 61 62 63 64 J 70 71t74 L M "
    "N O P"
)
SECTORS = {f"c{n}": code for n, code in enumerate(re.split(r"\s+", ISIC_3), start=1)}
"""ADB's industries are the 35 of WIOD's release of 2013 and are called here by the same codes of ISIC Rev. 3."""

DEMANDS = ("F1", "F2", "F3", "F4", "F5")
PRIMARIES = ("r99", "r61", "r62", "r63", "r64", "trs")
ISO = {
    "BAN": "BGD", "BHU": "BTN", "BRU": "BRN", "CAM": "KHM", "DEN": "DNK", "FIJ": "FJI", "GER": "DEU", "INO": "IDN",
    "IRE": "IRL", "MAL": "MYS", "MLD": "MDV", "MON": "MNG", "NEP": "NPL", "NET": "NLD", "PHI": "PHL", "POR": "PRT",
    "PRC": "CHN", "ROM": "ROU", "ROW": "ROW", "RoW": "ROW", "SIN": "SGP", "SPA": "ESP", "SRI": "LKA", "SWI": "CHE",
    "TAJ": "TJK", "TAP": "TWN", "UKG": "GBR", "VIE": "VNM",
}  # fmt: skip
"""ADB's own codes of its members and their ISO alpha-3; where a table has ISO codes already, they pass as they are."""

CLOSES_WITHIN = 1e-4


def read(path: Path, dataset: Dataset, year: int | None = None) -> WorldTable:
    """Read one year's workbook.

    Final demand and the rows below are called by the workbook's own words. Rows or columns that do not close are noted,
    not refused: the bank does not state its rounding.

    Parameters
    ----------
    path : the workbook, or a folder of them. dataset : the one there is. year : which.

    Raises
    ------
    DataError : no such table, cut off or spoilt; a region without one of its industries.
    """
    with year_file(path, dataset=dataset.name, pattern=FILES, year=year) as (file, found):
        grid = read_grid(file, dataset.name)
    codes_at, first = _header(grid, dataset.name)
    _refuse_other_year(grid, dataset.name, found)
    refuse_other_unit(grid, " ".join(text(cell) for row in grid.rows[:4] for cell in row[:2]), dataset.name)
    words, regions, codes = (_texts(grid, codes_at - n) for n in (2, 1, 0))
    across = [c for c in range(first, len(codes)) if codes[c] or words[c].upper() == "TOTAL"]
    columns = [_label(regions[c], codes[c] or "TOTAL") for c in across]
    down = [n for n in range(codes_at + 1, len(grid.rows)) if _texts(grid, n)[first - 1]]
    left = [_texts(grid, n)[first - 3 : first] for n in down]
    rows = [_label(region, code) for _, region, code in left]
    names = {codes[c]: words[c] for c in across if codes[c] in DEMANDS}
    names |= {code: word for word, _, code in left if code in PRIMARIES}
    values = figures(grid, down, across, dataset.name)
    table = world_table(
        LabelledMatrix(dataset.name, path, found, rows, columns, values, (*grid.notes, *_prices(grid))),
        sectors=[code for code in SECTORS if any(code == label[1] for label in rows)],
        demands=DEMANDS,
        primaries=PRIMARIES,
        output_row=("", "r69"),
        output_column=("", "TOTAL"),
        iso=ISO,
        names={**SECTORS, **names},
    )
    return checked(table, within=CLOSES_WITHIN, refuse=False)


def _header(grid: Grid, dataset: str) -> tuple[int, int]:
    """The row of codes (c1, c2 ... F1 ...) and the first column of figures."""
    for n in range(min(12, len(grid.rows))):
        row = _texts(grid, n)
        codes = [c for c, cell in enumerate(row) if re.fullmatch(r"c\d+", cell)]
        if len(codes) > 1 and n >= 2 and codes[0] >= 3:
            return n, codes[0]
    raise DataError(
        f"{dataset}: {grid.path}, sheet '{grid.sheet}' has no row of codes c1, c2 ... on top, with names and regions "
        "above it; it is not a table of this dataset, or it is cut off"
    )


def _refuse_other_year(grid: Grid, dataset: str, year: int) -> None:
    """The first cell of a workbook says which table it is."""
    title = text(grid.rows[0][0]) if grid.rows[0] else ""
    stated = re.search(r"\b(20\d\d)\b", title)
    if stated and int(stated[1]) != year:
        raise DataError(f"{dataset}: {grid.path} is called a table of {year} and says inside that it is '{title}'")


def _prices(grid: Grid) -> list[str]:
    """A sentence if the table is not at the prices of its own year."""
    said = " ".join(text(cell) for row in grid.rows[:4] for cell in row[:2])
    return [f"not at the prices of its year: {said.strip()}"] if "constant" in said.lower() else []


def _texts(grid: Grid, row: int) -> list[str]:
    """The cells of a row as text, as many as the widest of the first rows has."""
    width = max(map(len, grid.rows[:12]))
    cells = [text(cell) for cell in grid.rows[row][:width]]
    return cells + [""] * (width - len(cells))


def _label(region: str, code: str) -> Label:
    return ("" if region.upper() == "TOT" else region, code)
