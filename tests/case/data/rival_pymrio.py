"""The same files by pymrio's own parsers, to hold ours against."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from tests.case.data.layouts_worlds import MadeWorld

from zollverein.case.data.world_table import WorldTable


def rival(parser: str, path: Path, **options: object) -> Any:
    """An ``IOSystem`` as pymrio makes it of a file."""
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pymrio  # noqa: PLC0415  three seconds, and warnings of its own

            return getattr(pymrio, parser)(path, **options)
    finally:
        logging.disable(logging.NOTSET)


def frames_as_world(system: Any, like: WorldTable, extension: str) -> MadeWorld:
    """pymrio's frames, label by label in the order of ``like``; output as rows sum up."""
    N, S, F = len(like.regions), len(like.sectors), len(like.demands)
    cells = [(region, sector) for region in like.regions for sector in like.sectors]
    bought = [(region, demand) for region in like.regions for demand in like.demands]
    below = getattr(system, extension)
    Z = system.Z.loc[cells, cells].to_numpy().reshape(N, S, N, S)
    Y = system.Y.loc[cells, bought].to_numpy().reshape(N, S, N, F)
    V = below.F.loc[list(like.primaries), cells].to_numpy().reshape(-1, N, S)
    taxes = below.F_Y.loc[list(like.primaries), bought].to_numpy().reshape(-1, N, F)
    output = np.asarray(Z.sum(axis=(2, 3)) + Y.sum(axis=(2, 3)))
    return MadeWorld(like.regions, like.sectors, like.demands, like.primaries, Z, Y, V, output, taxes)
