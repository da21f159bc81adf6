"""Small archives in exactly the layout of EXIOBASE 3: what pandas writes with tabs, and pymrio's parameters beside."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from tests.case.data.layouts_worlds import MadeWorld, made_world

REGIONS = ("DE", "RU", "WA")
SECTORS = ("Cultivation of wheat", "Extraction of crude petroleum", "Petroleum Refinery")
DEMANDS = (
    "Final consumption expenditure by households",
    "Final consumption expenditure by non-profit organisations serving households (NPISH)",
    "Final consumption expenditure by government",
    "Gross fixed capital formation",
    "Changes in inventories",
    "Changes in valuables",
    "Exports: Total (fob)",
)


def exiobase_world(factors: tuple[str, ...]) -> MadeWorld:
    return made_world(REGIONS, SECTORS, DEMANDS, factors, falling="Changes in inventories", decimals=3)


def exiobase_files(world: MadeWorld, *, extension: str = "satellite", unit: str = "M.EUR") -> dict[str, str]:
    """Texts by name, million euros; a satellite account has further rows below the factor inputs."""
    cells = pd.MultiIndex.from_product([world.regions, world.sectors], names=["region", "sector"])
    bought = pd.MultiIndex.from_product([world.regions, world.demands], names=["region", "category"])
    P = len(world.primaries)
    rows = pd.Index([*world.primaries, "Employment: Low-skilled male"], name="stressor")
    F = np.vstack([world.primary.reshape(P, -1), np.ones((1, world.cells))])
    F_Y = np.vstack([world.demand_taxes.reshape(P, -1), np.ones((1, len(bought)))])
    frames = {
        "Z.txt": pd.DataFrame(world.flows(), cells, cells),
        "Y.txt": pd.DataFrame(world.demand(), cells, bought),
        "x.txt": pd.DataFrame({"indout": world.output.ravel()}, cells),
        "unit.txt": pd.DataFrame({"unit": unit}, cells),
        f"{extension}/F.txt": pd.DataFrame(F, rows, cells),
        f"{extension}/F_Y.txt": pd.DataFrame(F_Y, rows, bought),
        f"{extension}/unit.txt": pd.DataFrame({"unit": ["M.EUR"] * P + ["1000 p"]}, rows),
    }
    texts = {name: frame.to_csv(sep="\t") for name, frame in frames.items()}
    shapes = {"Z": (2, 2), "Y": (2, 2), "x": (2, 1), "unit": (2, 1)}
    texts["file_parameters.json"] = parameters(shapes, "IOSystem")
    texts[f"{extension}/file_parameters.json"] = parameters({"F": (1, 2), "F_Y": (1, 2), "unit": (1, 1)}, "Extension")
    history = {
        "description": "Metadata for pymrio",
        "name": "EXIO3",
        "system": "ixi",
        "version": "3.8.2",
        "history": [],
    }
    texts["metadata.json"] = json.dumps(history)
    return texts


def parameters(shapes: dict[str, tuple[int, int]], kind: str) -> str:
    files = {
        name: {"name": f"{name}.txt", "nr_index_col": str(index), "nr_header": str(header)}
        for name, (index, header) in shapes.items()
    }
    return json.dumps({"files": files, "systemtype": kind, "name": "Satellite Accounts"})


def write_exiobase(path: Path, texts: dict[str, str]) -> Path:
    """IOT_<year>_ixi.zip, with everything in a folder of that name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(f"{path.stem}/{name}", text)
    return path
