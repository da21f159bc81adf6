"""Small folders and archives in exactly the layout of GLORIA: supply and use in one square, labels in a workbook."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import openpyxl
from tests.case.data.layouts_worlds import Array, MadeWorld, made_world

REGIONS = ("KAZ", "UZB", "XAF")
SECTORS = ("Growing wheat", "Petroleum extraction", "Refined petroleum products")
DEMANDS = (
    "Household final consumption P.3h",
    "Non-profit institutions serving households P.3n",
    "Government final consumption P.3g",
    "Gross fixed capital formation P.51",
    "Changes in inventories P.52",
    "Acquisitions less disposals of valuables P.53",
)
INPUTS = (
    "Taxes on production D.29",
    "Subsidies on production D.39",
    "Net operating surplus B.2n",
    "Net mixed income B.3n",
    "Consumption of fixed capital K.1",
    "Compensation of employees D.1",
)
NAME = "20240111_120secMother_AllCountries_002_{}-Results_2022_059_Markup001(full).csv"
T, Y, V, TQ, YQ = (NAME.format(kind) for kind in ("T", "Y", "V", "TQ", "YQ"))


def gloria_world() -> MadeWorld:
    return made_world(REGIONS, SECTORS, DEMANDS, INPUTS, falling=DEMANDS[4], decimals=3)


def gloria_texts(world: MadeWorld, *, empty: bool = True) -> dict[str, str]:
    """The three files of figures, thousands of US$; a region DYE without any stands last, as after 1990."""
    N, S, F, P = len(world.regions), len(world.sectors), len(world.demands), len(world.primaries)
    R = N + empty
    square = np.zeros((R, 2, S, R, 2, S))
    square[:N, 1, :, :N, 0, :] = world.intermediate
    for n in range(N):
        square[n, 0, :, n, 1, :] = np.diag(world.output[n])
    demand = np.zeros((R, 2, S, R, F))
    demand[:N, 1, :, :N] = world.final
    added = np.zeros((R, P, R, 2, S))
    for n in range(N):
        added[n, :, n, 0] = world.primary[:, n]
    return {
        T: lines(square.reshape(R * 2 * S, -1)),
        Y: lines(demand.reshape(R * 2 * S, -1)),
        V: lines(added.reshape(R * P, -1)),
        TQ: lines(np.ones((1, R * 2 * S))),
        YQ: lines(np.ones((1, R * F))),
    }


def lines(values: Array) -> str:
    return "".join(",".join("0" if v == 0 else repr(float(1000.0 * v)) for v in row) + "\n" for row in values)


def write_gloria(folder: Path, texts: dict[str, str], *, regions: tuple[str, ...] = (*REGIONS, "DYE")) -> Path:
    """A release in one folder: tables in a zip archive, satellite accounts in a folder, the workbook of labels."""
    with zipfile.ZipFile(folder / "GLORIA_MRIOs_59_2022.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (T, Y, V):
            if name in texts:
                archive.writestr(name, texts[name])
    satellites = folder / "GLORIA_SatelliteAccounts_059_2022"
    satellites.mkdir(exist_ok=True)
    for name in (TQ, YQ):
        (satellites / name).write_text(texts[name])
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "Regions"
    for row in [("Lfd_Nr", "Region_acronyms", "Region_names"), *((n, r, r) for n, r in enumerate(regions, start=1))]:
        page.append(row)
    page = book.create_sheet("Sectors")
    for row in [("Lfd_Nr", "Sector_names"), *enumerate(SECTORS, start=1)]:
        page.append(row)
    page = book.create_sheet("Value added and final demand")
    for row in [("Lfd_Nr", "Value_added_names", "Final_demand_names"), *zip(range(1, 7), INPUTS, DEMANDS, strict=True)]:
        page.append(row)
    page = book.create_sheet("Satellites")
    page.append(("Sat_indicator", "Sat_head_indicator", "Sat_unit"))
    page.append(("Wheat", "Material", "t"))
    book.save(folder / "GLORIA_ReadMe_059.xlsx")
    return folder
