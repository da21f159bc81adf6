"""Small workbooks in exactly the layout of the Asian Development Bank's MRIO tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
from tests.case.data.layouts_worlds import MadeWorld, made_world

REGIONS = ("AUS", "PRC", "KAZ", "RoW")
SECTORS = {"c1": "Agriculture, hunting, forestry, and fishing", "c2": "Mining and quarrying", "c8": "Coke, refined"}
DEMANDS = {
    "F1": "Final consumption expenditure by households",
    "F2": "Final consumption expenditure by non-profit organisations serving households (NPISH)",
    "F3": "Final consumption expenditure by government",
    "F4": "Gross fixed capital formation",
    "F5": "Changes in inventories and valuables",
}
PRIMARIES = {
    "r99": "Taxes less subsidies on products",
    "r61": "CIF / FOB adjustments on exports",
    "r62": "Direct purchases abroad by residents",
    "r63": "Purchases on the domestic territory by non-residents",
    "r64": "Value added at basic prices",
    "trs": "International Transport Margins",
}


def adb_world(regions: Sequence[str] = REGIONS) -> MadeWorld:
    return made_world(regions, tuple(SECTORS), tuple(DEMANDS), tuple(PRIMARIES), falling="F5")


def adb_rows(world: MadeWorld, year: int = 2022, *, prices: str = "at current prices") -> list[list[Any]]:
    """Rows of the sheet: title, subtitle, unit, a blank row; names, regions, codes; figures from row 8, column E."""
    cells = [(r, s) for r in world.regions for s in world.sectors]
    bought = [(r, d) for r in world.regions for d in world.demands]
    width = 4 + len(cells) + len(bought) + 1
    rows: list[list[Any]] = [[None] * width for _ in range(7)]
    rows[0][0] = f"ADB Multiregional Input-Output Table, {year}"
    rows[1][0] = f"{len(world.regions) - 1} economies, {prices} (industry by industry)"
    rows[2][0] = "In millions of US$"
    for k, (region, sector) in enumerate(cells, start=4):
        rows[4][k], rows[5][k], rows[6][k] = SECTORS[sector], region, sector
    for k, (region, demand) in enumerate(bought, start=4 + len(cells)):
        rows[4][k], rows[5][k], rows[6][k] = DEMANDS[demand], region, demand
    rows[4][-1], rows[5][-1] = "TOTAL", "ToT"
    table = np.hstack([world.flows(), world.demand(), world.output.reshape(-1, 1)])
    for (region, sector), row in zip(cells, table.tolist(), strict=True):
        rows.append([None, SECTORS[sector], region, sector, *row])
    P = len(world.primaries)
    below = np.hstack([world.primary.reshape(P, -1), world.demand_taxes.reshape(P, -1), np.zeros((P, 1))])
    total = [*world.flows().sum(axis=0).tolist(), *world.demand().sum(axis=0).tolist(), 0.0]
    rows.append([None, "Intermediate input total", "TOT", "r60", *total])
    for code, row in zip(world.primaries, below.tolist(), strict=True):
        rows.append([None, PRIMARIES[code], "TOT", code, *row])
    rows.append([None, "TOTAL", "TOT", "r69", *world.output.ravel().tolist(), *[0.0] * (len(bought) + 1)])
    return rows


def write_adb(path: Path, rows: Sequence[Sequence[Any]], year: int = 2022) -> Path:
    """A workbook with the sheet of figures first and the legend after it."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = f"ADB MRIO {year}"
    for row in rows:
        page.append(list(row))
    legend = book.create_sheet("Legend")
    legend.append(["Code", "Country"])
    legend.append(["PRC", "People's Republic of China"])
    book.save(path)
    return path
