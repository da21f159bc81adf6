"""Small files in exactly the layout of OECD's ICIO tables: header V1 ... OUT, rows CCC_INDUSTRY, then TLS, VA, OUT."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from tests.case.data.layouts_worlds import Array, MadeWorld, made_world

DEMANDS = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
PRIMARIES = ("TLS", "VA")
REGIONS = ("CHN", "KAZ", "MEX", "USA", "ROW")
SECTORS_2023 = ("A01_02", "B05_06", "C19", "C24", "D", "H49")
SECTORS_2025 = ("A01", "B06", "C19", "C24A", "C302T309", "D", "H49")
SPLIT = {"CHN": ("CN1", "CN2"), "MEX": ("MX1", "MX2")}


def icio_world(regions: Sequence[str] = REGIONS, sectors: Sequence[str] = SECTORS_2023, *, seed: int = 0) -> MadeWorld:
    return made_world(regions, sectors, DEMANDS, PRIMARIES, seed=seed, falling="INVNT")


def icio_text(world: MadeWorld, *, line_end: str = "\n") -> str:
    """The text of <year>_SML.csv: figures as the OECD writes them, zeros short."""
    cells = [f"{region}_{sector}" for region in world.regions for sector in world.sectors]
    bought = [f"{region}_{demand}" for region in world.regions for demand in world.demands]
    return icio_lines(
        cells,
        bought,
        world.flows(),
        world.demand(),
        world.primary.reshape(len(world.primaries), -1),
        world.demand_taxes.reshape(len(world.primaries), -1),
        line_end=line_end,
    )


def icio_lines(
    cells: Sequence[str],
    bought: Sequence[str],
    flows: Array,
    demand: Array,
    primary: Array,
    taxes: Array,
    *,
    line_end: str = "\n",
) -> str:
    output = flows.sum(axis=1) + demand.sum(axis=1)
    rows = np.hstack([flows, demand, output[:, None]])
    below = np.hstack([primary, taxes, np.zeros((len(primary), 1))])
    last = np.hstack([output, demand.sum(axis=0) + taxes.sum(axis=0), [0.0]])
    lines = [",".join(["V1", *cells, *bought, "OUT"])]
    for label, row in zip([*cells, *PRIMARIES, "OUT"], [*rows, *below, last], strict=True):
        lines.append(",".join([label, *(f"{round(float(v), 4):g}" if v == 0 else f"{v:.4f}" for v in row)]))
    return line_end.join(lines) + line_end


def extended_text(world: MadeWorld, *, seed: int = 0) -> str:
    """The text of the extended table: CHN and MEX keep final demand, their producers stand below as CN1 ... MX2."""
    rng = np.random.default_rng(seed)
    regions = [*world.regions, *(part for whole in SPLIT if whole in world.regions for part in SPLIT[whole])]
    N, S, R = len(world.regions), len(world.sectors), len(regions)
    weight = np.zeros((R, N, S))  # of each economy of the file in each whole
    for n, whole in enumerate(world.regions):
        if whole in SPLIT:
            first = rng.uniform(0.2, 0.8, S)
            for part, share in zip(SPLIT[whole], (first, 1.0 - first), strict=True):
                weight[regions.index(part), n] = share
        else:
            weight[n, n] = 1.0
    spread = np.einsum("ans,nsmt,bmt->asbt", weight, world.intermediate, weight)
    final = np.einsum("ans,nsmf->asmf", weight, world.final)
    primary = np.einsum("ans,pns->pas", weight, world.primary)
    cells = [f"{region}_{sector}" for region in regions for sector in world.sectors]
    bought = [f"{region}_{demand}" for region in world.regions for demand in world.demands]
    P = len(world.primaries)
    return icio_lines(
        cells,
        bought,
        spread.reshape(R * S, R * S),
        final.reshape(R * S, -1),
        primary.reshape(P, -1),
        world.demand_taxes.reshape(P, -1),
    )


def write_icio(
    path: Path,
    regions: Sequence[str] = REGIONS,
    sectors: Sequence[str] = SECTORS_2023,
    *,
    seed: int = 0,
) -> MadeWorld:
    """Write one year's table; the name (``2020_SML.csv``) is the caller's, as on the OECD's server."""
    world = icio_world(regions, sectors, seed=seed)
    path.write_text(icio_text(world), encoding="utf-8", newline="")
    return world


def write_icio_zip(path: Path, texts: Mapping[str, str]) -> Path:
    """Write an archive of years, such as ``2016-2020_SML.zip``."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    return path


def turned(world: MadeWorld, order: Sequence[int]) -> MadeWorld:
    """The same world with its regions in another order."""
    o = list(order)
    return replace(
        world,
        regions=tuple(world.regions[n] for n in o),
        intermediate=world.intermediate[o][:, :, o],
        final=world.final[o][:, :, o],
        primary=world.primary[:, o],
        output=world.output[o],
        demand_taxes=world.demand_taxes[:, o],
    )
