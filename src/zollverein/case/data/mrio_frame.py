"""What pymrio parses, as a world table: its frames by label, its warnings silenced, its faults in our words."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import math
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from zollverein.case.data.inspection_cells import NUMBER
from zollverein.case.data.world_table import Array, WorldTable
from zollverein.case.fault import LONGEST_SHOWN
from zollverein.errors import DataError

__all__ = ["frame_table", "parsed"]

FAULTS = (
    AttributeError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What pandas, and pymrio by it, raise on files that are not what they expect."""

OWN_FAULTS = (("pymrio.core.fileio", "ReadError"), ("pymrio.tools.ioparser", "ParserError"))
"""Where pymrio's own errors are; they share no base."""


def parsed(name: str, path: Path, dataset: str, **options: object) -> Any:
    """Return what a parser of pymrio makes of a file.

    Raises
    ------
    DataError : pymrio is not installed; it cannot parse the file.
    """
    if importlib.util.find_spec("pymrio") is None:
        raise DataError(
            f"{dataset}: this dataset is read by pymrio, which is not there: pip install 'zollverein[mrio]'"
        )
    with _quiet():
        pymrio = importlib.import_module("pymrio")
        parser: Callable[..., Any] = getattr(pymrio, name)
        own = tuple(getattr(importlib.import_module(module), kind) for module, kind in OWN_FAULTS)
        faults: tuple[type[Exception], ...] = FAULTS + own
        try:
            return parser(path, **options)
        except faults as error:
            said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            raise DataError(
                f"{dataset}: {path} is not in the publisher's layout, or is cut off: pymrio's {name} cannot parse it "
                f"({said}); download it again"
            ) from error


def frame_table(
    Z: Any,
    Y: Any,
    F: Any,
    F_Y: Any | None,
    *,
    dataset: str,
    year: int,
    iso: Mapping[str, str],
    scale: float = 1.0,
    output: Array | None = None,
    notes: Sequence[str] = (),
) -> WorldTable:
    """Return a world table of pymrio's frames, in the order of its labels; every region must have every sector.

    Parameters
    ----------
    Z, Y : flows and final demand, (region, sector) by (region, sector or category). F, F_Y : primary inputs below them.
    iso : ISO alpha-3 of the publisher's regions. scale : US$ million for one unit of the file.
    output : (N * S,) in the order of Z's rows; None: what rows sell.

    Raises
    ------
    DataError : a region lacks a sector, or a category of final demand.
    """
    cells = [(str(region), str(sector)) for region, sector in Z.index]
    bought = [(str(region), str(demand)) for region, demand in Y.columns]
    regions, sectors = tuple(dict.fromkeys(c[0] for c in cells)), tuple(dict.fromkeys(c[1] for c in cells))
    demands = tuple(dict.fromkeys(b[1] for b in bought))
    N, S, D = len(regions), len(sectors), len(demands)
    rows = _order(cells, regions, sectors, dataset, "sector")
    columns = _order([(str(r), str(s)) for r, s in Z.columns], regions, sectors, dataset, "using sector")
    buyers = _order(bought, regions, demands, dataset, "category of final demand")
    primary = _figures(F, dataset)[:, columns]
    taxes = np.zeros((len(primary), N * D)) if F_Y is None else _figures(F_Y, dataset)[:, buyers]
    final = _figures(Y, dataset)[np.ix_(rows, buyers)].reshape(N, S, N, D)
    intermediate = _figures(Z, dataset)[np.ix_(rows, columns)].reshape(N, S, N, S)
    sold = intermediate.sum(axis=(2, 3)).ravel() + final.sum(axis=(2, 3)).ravel()
    made = sold if output is None else output[rows]
    return WorldTable(
        dataset=dataset,
        year=year,
        regions=tuple(iso.get(region, region) for region in regions),
        sectors=sectors,
        demands=demands,
        primaries=tuple(str(label).strip() for label in F.index),
        intermediate=intermediate * scale,
        final=final * scale,
        primary=primary.reshape(-1, N, S) * scale,
        output=made.reshape(N, S) * scale,
        demand_taxes=taxes.reshape(-1, N, D) * scale,
        notes=tuple(notes),
    )


def _figures(frame: Any, dataset: str) -> Array:
    try:
        values = np.asarray(frame.to_numpy(dtype=float, na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise DataError(f"{dataset}: {_spoilt(frame)}; download the file again") from error
    if not np.isfinite(values).all():
        raise DataError(f"{dataset}: {_spoilt(frame)}; download the file again")
    return values


def _spoilt(frame: Any) -> str:
    """The first cell of a frame that is no number, by its labels."""
    for label, column in frame.items():
        for row, cell in column.items():
            if not _is_figure(cell):
                at = ", column ".join(_name(part) for part in (row, label))
                return f"row {at} holds '{str(cell)[:LONGEST_SHOWN]}', which is no number"
    return "a cell is no number"


def _is_figure(cell: object) -> bool:
    if isinstance(cell, str):
        return NUMBER.fullmatch(cell.strip()) is not None
    return isinstance(cell, int | float) and math.isfinite(cell)


def _name(label: Any) -> str:
    return " ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def _order(
    labels: Sequence[tuple[str, str]], regions: Sequence[str], codes: Sequence[str], dataset: str, kind: str
) -> list[int]:
    """Where each region's codes stand, region by region."""
    places = {label: n for n, label in enumerate(labels)}
    missing = [(region, code) for region in regions for code in codes if (region, code) not in places]
    if missing or len(places) < len(labels):
        region, code = missing[0] if missing else next(label for label in places if labels.count(label) > 1)
        what = "lacks" if missing else "has twice"
        raise DataError(f"{dataset}: region {region} {what} {kind} {code}; the file is not whole, download it again")
    return [places[(region, code)] for region in regions for code in codes]


@contextmanager
def _quiet() -> Any:
    """Silence what pymrio and the libraries below it warn of and log while they parse; both come back afterwards."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
