"""Small folders and archives in exactly the layout of Eora26: tabs, no headers, labels in files of their own."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from tests.case.data.layouts_worlds import Array, MadeWorld, made_world

NAMES = {"KAZ": "Kazakhstan", "CIV": "Cote d'Ivoire", "SUD": "Sudan", "USR": "Former USSR"}
SECTORS = ("Agriculture", "Mining and Quarrying", "Petroleum, Chemical and Non-Metallic Mineral Products", "Transport")
DEMANDS = (
    "Household final consumption P.3h",
    "Non-profit institutions serving households P.3n",
    "Government final consumption P.3g",
    "Gross fixed capital formation P.51",
    "Changes in inventories P.52",
    "Acquisitions less disposals of valuables P.53",
)
PRIMARIES = (
    "Taxes on production D.29",
    "Subsidies on production D.39",
    "Net operating surplus B.2n",
    "Net mixed income B.3n",
    "Consumption of fixed capital K.1",
    "Compensation of employees D.1",
)


def eora_world() -> MadeWorld:
    return made_world(tuple(NAMES), SECTORS, DEMANDS, PRIMARIES, falling=DEMANDS[4], decimals=3)


def eora_texts(world: MadeWorld, year: int = 2015, *, seed: int = 0) -> tuple[dict[str, str], dict[str, Array]]:
    """Texts by file name, in thousands; and the discrepancies drawn for ROW: delivered to cells, taken from them."""
    rng = np.random.default_rng(seed)
    n, D, P = world.cells, world.demand().shape[1], len(world.primaries)
    F = len(world.demands)
    delivered, taken = np.round(rng.normal(0, 1, n), 3), np.round(rng.normal(0, 1, n), 3)
    to_demand, to_row = np.round(rng.normal(0, 1, D), 3), np.round(rng.normal(0, 1, (n, F)), 3)
    flows = np.block([[world.flows(), taken[:, None]], [delivered[None, :], np.array([[9.0]])]])
    demand = np.block([[world.demand(), to_row], [to_demand[None, :], np.ones((1, F))]])
    added = np.hstack([world.primary.reshape(P, -1), np.zeros((P, 1))])
    Q = np.ones((2, n + 1))
    cells = [f"{NAMES[r]}\t{r}\tIndustries\t{s}\t" for r in world.regions for s in world.sectors]
    bought = [f"{NAMES[r]}\t{r}\tFinal demand\t{d}\t" for r in world.regions for d in world.demands]
    texts = {
        f"Eora26_{year}_bp_T.txt": tabbed(flows),
        f"Eora26_{year}_bp_FD.txt": tabbed(demand),
        f"Eora26_{year}_bp_VA.txt": tabbed(added),
        f"Eora26_{year}_bp_Q.txt": tabbed(Q),
        f"Eora26_{year}_bp_QY.txt": tabbed(np.ones((2, D + F))),
        "labels_T.txt": "\n".join([*cells, "ROW\tROW\tTOTAL\tTOTAL\t"]) + "\n",
        "labels_FD.txt": "\n".join([*bought, *(f"ROW\tROW\tFinal demand\t{d}\t" for d in world.demands)]) + "\n",
        "labels_VA.txt": "".join(f"Primary inputs\t{p}\t\n" for p in world.primaries),
        "labels_Q.txt": "I-ENERGY\tNatural Gas (TJ)\t\nI-ENERGY\tCoal (TJ)\t\n",
    }
    drawn = {"delivered": delivered, "taken": taken + to_row.sum(axis=1), "to_demand": to_demand}
    return texts, drawn


def tabbed(values: Array) -> str:
    """Figures in thousands, as Eora writes them: no header, tabs between."""
    lines = ["\t".join("0" if v == 0 else repr(float(1000.0 * v)) for v in row) for row in values]
    return "\n".join(lines) + "\n"


def write_folder(path: Path, texts: Mapping[str, str]) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in texts.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def write_archive(path: Path, texts: Mapping[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    return path
