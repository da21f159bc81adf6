"""Small files in exactly the layouts of WIOD: the workbooks of 2013 and 2016, the Stata files of 2016."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
from tests.case.data.layouts_worlds import MadeWorld, made_world

SECTORS_2013 = {"AtB": 1, "C": 2, "23": 8, "60": 23, "P": 35}
DEMANDS_2013 = {
    "c37": "Final consumption expenditure by households",
    "c38": "Final consumption expenditure by non-profit organisations serving households (NPISH)",
    "c39": "Final consumption expenditure by government",
    "c41": "Gross fixed capital formation",
    "c42": "Changes in inventories and valuables",
}
PRIMARIES_2013 = {
    "taxes less subsidies on products": "r99",
    "Cif/ fob adjustments on exports": "r61",
    "Direct purchases abroad by residents": "r62",
    "Purchases on the domestic territory by non-residents": "r63",
    "International Transport Margins": "r65",
    "Value added at basic prices": "r64",
}
SECTORS_2016 = {"A01": 1, "B": 4, "C19": 10, "C31_C32": 22, "U": 56}
DEMANDS_2016 = ("CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN")
PRIMARIES_2016 = ("TXSP", "EXP_adj", "PURR", "PURNR", "IntTTM", "VA")
IN_FILE_2016 = ("TXSP", "EXP_adj", "PURR", "PURNR", "VA", "IntTTM")


def wiod_2013_world(regions: Sequence[str] = ("AUS", "ROM", "USA", "RoW")) -> MadeWorld:
    return made_world(regions, tuple(SECTORS_2013), tuple(DEMANDS_2013), tuple(PRIMARIES_2013), falling="c42")


def wiod_2016_world(regions: Sequence[str] = ("AUS", "RUS", "USA", "ROW")) -> MadeWorld:
    return made_world(regions, tuple(SECTORS_2016), DEMANDS_2016, PRIMARIES_2016, falling="INVEN")


def wiod_2013_rows(world: MadeWorld, year: int = 2011) -> list[list[Any]]:
    """Rows of wiotYY_row_sep12.xlsx: what the sheet is in A1-A4, overlapping the labels; codes c1-c35, r60-r69."""
    n, cells = world.cells, [(r, s) for r in world.regions for s in world.sectors]
    bought = [(r, d) for r in world.regions for d in world.demands]
    width = 4 + n + len(bought) + 1
    rows: list[list[Any]] = [[None] * width for _ in range(6)]
    rows[0][0] = f"Intercountry Input-Output Table for {year}"
    rows[1][0] = "in current prices"
    rows[2][0], rows[3][0] = "(industry-by-industry)", "(millions of US$)"
    for k, (region, sector) in enumerate(cells, start=4):
        rows[2][k], rows[3][k], rows[4][k], rows[5][k] = sector, f"name of {sector}", region, f"c{SECTORS_2013[sector]}"
    for k, (region, demand) in enumerate(bought, start=4 + n):
        rows[3][k], rows[4][k], rows[5][k] = DEMANDS_2013[demand], region, demand
    rows[3][-1], rows[4][-1], rows[5][-1] = "Total output", "TOT", "c43"
    figures = np.hstack([world.flows(), world.demand(), world.output.reshape(-1, 1)])
    for (region, sector), row in zip(cells, figures.tolist(), strict=True):
        rows.append([sector, f"name of {sector}", region, f"c{SECTORS_2013[sector]}", *row])
    F = len(bought)
    P = len(world.primaries)
    below = np.hstack([world.primary.reshape(P, -1), world.demand_taxes.reshape(P, -1), np.zeros((P, 1))])
    total = [*world.flows().sum(axis=0), *world.demand().sum(axis=0), 0.0]
    rows.append([None, "total intermediate consumption", "TOT", "r60", *total])
    for name, row in zip(world.primaries, below.tolist(), strict=True):
        rows.append([None, name, "TOT", PRIMARIES_2013[name], *row])
    rows.append([None, "Output at basic prices", "TOT", "r69", *world.output.ravel().tolist(), *[0.0] * (F + 1)])
    return rows


def wiod_2016_rows(world: MadeWorld, year: int = 2014) -> list[list[Any]]:
    """Rows of WIOTyyyy_Nov16_ROW.xlsb: codes, names, regions and numbers in rows 3-6 and columns A-D."""
    n, cells = world.cells, [(r, s) for r in world.regions for s in world.sectors]
    bought = [(r, d) for r in world.regions for d in world.demands]
    rows: list[list[Any]] = [[None] * (4 + n + len(bought) + 1) for _ in range(6)]
    rows[0][0] = "Intercountry Input-Output Table"
    rows[1][0], rows[2][0], rows[3][0] = f"{year}, in current prices", "(industry-by-industry)", "(millions of US$)"
    for k, (region, sector) in enumerate(cells, start=4):
        rows[2][k], rows[3][k], rows[4][k], rows[5][k] = sector, f"name of {sector}", region, f"c{SECTORS_2016[sector]}"
    for k, (region, demand) in enumerate(bought, start=4 + n):
        number = 57 + DEMANDS_2016.index(demand)
        rows[2][k], rows[3][k], rows[4][k], rows[5][k] = demand, f"name of {demand}", region, f"c{number}"
    rows[2][-1], rows[4][-1] = "GO", "TOT"
    figures = np.hstack([world.flows(), world.demand(), world.output.reshape(-1, 1)])
    for (region, sector), row in zip(cells, figures.tolist(), strict=True):
        rows.append([sector, f"name of {sector}", region, f"r{SECTORS_2016[sector]}", *row])
    for code, name, row in below_2016(world):
        rows.append([code, name, "TOT", None, *row])
    return rows


def below_2016(world: MadeWorld) -> list[tuple[str, str, list[float]]]:
    """The eight rows below the intermediate ones, in the release's order."""
    P, D = len(world.primaries), world.demand().shape[1]
    primary = world.primary.reshape(P, -1)
    taxes = world.demand_taxes.reshape(P, -1)
    rows = [
        ("II_fob", "Total intermediate consumption", [*world.flows().sum(axis=0), *world.demand().sum(axis=0), 0.0])
    ]
    for code in IN_FILE_2016:
        p = world.primaries.index(code)
        rows.append((code, f"name of {code}", [*primary[p], *taxes[p], 0.0]))
    rows.append(("GO", "Output at basic prices", [*world.output.ravel(), *[0.0] * (D + 1)]))
    return [(code, name, [float(v) for v in row]) for code, name, row in rows]


def write_workbook(path: Path, rows: Sequence[Sequence[Any]], sheet: str = "Sheet1") -> Path:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def write_stata(path: Path, world: MadeWorld, year: int = 2014) -> Path:
    """WIOTyyyy_October16_ROW.dta: IndustryCode, IndustryDescription, Country, RNr, Year, vCCCn ..., TOT."""
    cells = [(r, s) for r in world.regions for s in world.sectors]
    names = [f"v{region}{SECTORS_2016[sector]}" for region, sector in cells]
    names += [f"v{region}{57 + n}" for region in world.regions for n in range(len(world.demands))]
    figures = np.hstack([world.flows(), world.demand(), world.output.reshape(-1, 1)])
    below = below_2016(world)
    frame = pd.DataFrame(np.vstack([figures, [row for _, _, row in below]]), columns=[*names, "TOT"])
    labels = pd.DataFrame(
        {
            "IndustryCode": [sector for _, sector in cells] + [code for code, _, _ in below],
            "IndustryDescription": [f"name of {sector}" for _, sector in cells] + [name for _, name, _ in below],
            "Country": [region for region, _ in cells] + ["TOT"] * len(below),
            "RNr": np.array([SECTORS_2016[s] for _, s in cells] + [65 + n for n in range(len(below))], dtype="int8"),
            "Year": np.full(len(frame), year, dtype="int16"),
        }
    )
    pd.concat([labels, frame], axis=1).to_stata(path, version=118, write_index=False)
    return path
