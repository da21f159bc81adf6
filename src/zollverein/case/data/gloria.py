"""GLORIA: 164 regions and 120 sectors as supply and use, in three files of figures and a workbook of labels.

The supply table is diagonal: each industry makes its own product and no other, so that the use table, products by
industries, is the symmetric table. It is read in blocks of rows, and only the blocks that the table needs are kept
(3.1 GB at full size); pymrio's parser keeps the whole square of industries and products, four times as much, and needs
the satellite accounts beside. Tests hold the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from zollverein.case.data.dataset import Dataset
from zollverein.case.data.flat_files import unpacked
from zollverein.case.data.inspection import TextLayout, inspect_text
from zollverein.case.data.text_matrix import matrix_blocks
from zollverein.case.data.workbook_grid import read_grid, text
from zollverein.case.data.world_checks import checked
from zollverein.case.data.world_table import Array, WorldTable
from zollverein.case.data.year_files import archive_names, choose_year, naming, refuse_no_file
from zollverein.errors import DataError

__all__ = ["DATASETS", "read"]

DATASETS: tuple[Dataset, ...] = (
    Dataset(
        name="gloria",
        title="GLORIA global environmentally-extended multi-region input-output database",
        publisher="Industrial Ecology Virtual Laboratory (IELab), University of Sydney, for UN IRP",
        kind="world table",
        page="https://ielab.info/labs/ielab-gloria",
        licence=(
            "An account at IELab is needed; not for commercial purposes without a licence from FootprintLab; the terms "
            "stand on the site, and nothing may be fetched without them."
        ),
        citation=(
            "Lenzen, M., Geschke, A., West, J. et al. (2022), Implementing the material footprint to measure progress "
            "towards Sustainable Development Goals 8 and 12, Nature Sustainability 5(2): 157-166, "
            "doi:10.1038/s41893-021-00811-6."
        ),
        layout=(
            "GLORIA_MRIOs_<version>_<year>.zip or its folder, with ..._T-Results_, ..._Y-Results_ and ..._V-Results_"
            "<year>_0<version>_Markup001(full).csv (commas, no header; T 39,360 x 39,360, 6 GB), and "
            "GLORIA_ReadMe_0<version>.xlsx beside (sheets Regions, Sectors, Value added and final demand); thousands "
            "of US$, current, basic prices."
        ),
        by_hand=(
            "Make an account, open the page and save GLORIA_MRIOs_<version>_<year>.zip and "
            "GLORIA_ReadMe_0<version>.xlsx into one folder; satellite accounts are not needed."
        ),
    ),
)

SOURCES = r"GLORIA_MRIOs_0?\d+[a-z]?_(?P<year>(19|20)\d\d)(\.zip)?"
README = r"GLORIA_ReadMe_0?\d+[a-z]?\.xlsx"
RESULTS = r".*_{kind}-Results_{year}_\d+_Markup001\(full\)\.csv"
SCALE = 1e-3  # thousands of US$ to millions
CLOSES_WITHIN = 1e-4
DIAGONAL_WITHIN = 1e-9


@dataclass(frozen=True, slots=True)
class _Axes:
    """Labels out of the workbook that comes with the files."""

    regions: list[str]
    sectors: list[str]
    inputs: list[str]
    demands: list[str]

    @property
    def cells(self) -> int:
        return len(self.regions) * len(self.sectors)


def read(path: Path, dataset: Dataset, year: int | None = None) -> WorldTable:
    """Read one year at basic prices; at full size it takes some minutes and about 4 GB.

    Regions of which the table holds nothing (states that were not, that year) are left out, and noted. Rows and columns
    that do not close are noted: GLORIA balances by confidence, not exactly.

    Parameters
    ----------
    path : GLORIA_MRIOs_..., archive or folder, or the folder in which they lie. dataset : the one there is.
    year : which; needed where several years stand together.

    Raises
    ------
    DataError : files missing, cut off or spoilt; labels that do not fit; a supply table that is not diagonal.
    """
    name = dataset.name
    refuse_no_file(path, name)
    if re.fullmatch(SOURCES, path.name, re.IGNORECASE):
        _, when = choose_year([path.name], path, name, SOURCES, year)
        source = path
    else:
        inside = sorted(file.name for file in path.iterdir()) if path.is_dir() else [path.name]
        chosen, when = choose_year(inside, path, name, SOURCES, year)
        source = path / chosen
    axes = _axes(source, name)
    with _result(source, "T", when, name) as file:
        use, supply = _use_and_supply(file, axes, name)
    with _result(source, "Y", when, name) as file:
        demand = _demand(file, axes, name)
    with _result(source, "V", when, name) as file:
        added = _added(file, axes, name)
    return checked(_assembled(axes, use, supply, demand, added, when, name), within=CLOSES_WITHIN, refuse=False)


def _assembled(
    axes: _Axes, use: Array, supply: Array, demand: Array, added: Array, year: int, dataset: str
) -> WorldTable:
    N, S, F, P = len(axes.regions), len(axes.sectors), len(axes.demands), len(axes.inputs)
    blocks = use.reshape(N, S, N, S)
    there = blocks.any(axis=(1, 2, 3)) | blocks.any(axis=(0, 1, 3)) | supply.reshape(N, S).any(axis=1)
    kept = np.flatnonzero(there)
    notes = ["the use table is the symmetric table: supply is diagonal, each industry makes its own product only"]
    if len(kept) < N:
        notes.append(f"left out, as empty: {', '.join(axes.regions[n] for n in np.flatnonzero(~there))}")
        use = _closed_up(use, np.flatnonzero(np.repeat(there, S)))
    return WorldTable(
        dataset=dataset,
        year=year,
        regions=tuple(axes.regions[n] for n in kept),
        sectors=tuple(axes.sectors),
        demands=tuple(axes.demands),
        primaries=tuple(axes.inputs),
        intermediate=use.reshape(len(kept), S, len(kept), S),
        final=np.ascontiguousarray(demand.reshape(N, S, N, F)[kept][:, :, kept]),
        primary=np.ascontiguousarray(added.reshape(P, N, S)[:, kept]),
        output=np.ascontiguousarray(supply.reshape(N, S)[kept]),
        demand_taxes=np.zeros((P, len(kept), F)),
        notes=tuple(notes),
    )


def _closed_up(matrix: Array, kept: npt.NDArray[np.intp]) -> Array:
    """The matrix without the rows and columns that are not kept, moved up in place: there may be no room for two."""
    n = len(kept)
    for to, row in enumerate(kept):
        matrix[to, :n] = matrix[row, kept]
    return matrix[:n, :n]


def _axes(source: Path, dataset: str) -> _Axes:
    """Regions by acronym, sectors, value added and final demand by name, from the workbook beside or above."""
    places = [source, source.parent] if source.is_dir() else [source.parent]
    books = [file for place in places for file in sorted(place.iterdir()) if re.fullmatch(README, file.name)]
    if not books:
        raise DataError(f"{dataset}: there is no GLORIA_ReadMe_0<version>.xlsx beside {source}; it holds the labels")
    book = books[0]
    both = "Value added and final demand"
    return _Axes(
        regions=_column(book, "Regions", "Region_acronyms", dataset),
        sectors=_column(book, "Sectors", "Sector_names", dataset),
        inputs=_column(book, both, "Value_added_names", dataset),
        demands=_column(book, both, "Final_demand_names", dataset),
    )


def _column(book: Path, sheet: str, name: str, dataset: str) -> list[str]:
    grid = read_grid(book, dataset, sheet)
    header = [text(cell) for cell in grid.rows[0]]
    if grid.sheet != sheet or name not in header:
        raise DataError(f"{dataset}: {book} has no column {name} in a sheet {sheet}; download it again")
    at = header.index(name)
    return [label for row in grid.rows[1:] if len(row) > at and (label := text(row[at]))]


@contextmanager
def _result(source: Path, kind: str, year: int, dataset: str) -> Iterator[Path]:
    """One file of figures out of the archive or the folder; unpacked, it is gone afterwards."""
    pattern = RESULTS.format(kind=kind, year=year)
    names = [file.name for file in sorted(source.iterdir())] if source.is_dir() else archive_names(source, dataset)
    found = [name for name in names if re.fullmatch(pattern, name)]
    if len(found) != 1:
        wanted = f"a file ..._{kind}-Results_{year}_..._Markup001(full).csv"
        what = f"holds {' and '.join(found)}, one too many," if found else f"lacks {wanted}"
        raise DataError(f"{dataset}: {source} {what}; download it again")
    if source.is_dir():
        yield source / found[0]
        return
    with TemporaryDirectory(prefix="zollverein-") as folder, naming(Path(folder), source):
        yield unpacked(source, re.escape(found[0]), Path(folder), dataset)[0]


def _use_and_supply(path: Path, axes: _Axes, dataset: str) -> tuple[Array, Array]:
    """(N*S, N*S) use of products by industries and (N*S,) the diagonal of supply, US$ million.

    Rows and columns of T: for each region its industries, then its products.
    """
    n, S = axes.cells, len(axes.sectors)
    product = np.tile(np.repeat([False, True], S), len(axes.regions))
    number = np.cumsum(product) - 1  # of a product
    industry = np.cumsum(~product) - 1
    use, supply = np.zeros((n, n)), np.zeros(n)
    off = 0.0
    for start, block in _blocks(path, 2 * n, 2 * n, dataset):
        rows = np.arange(start, start + len(block))
        of_product = product[rows]
        use[number[rows[of_product]]] = block[of_product][:, ~product] * SCALE
        made = block[~of_product][:, product] * SCALE
        own = industry[rows[~of_product]]
        supply[own] = made[np.arange(len(own)), own]
        made[np.arange(len(own)), own] = 0.0
        off += float(np.abs(made).sum())
    if off > DIAGONAL_WITHIN * float(np.abs(supply).sum()):
        raise DataError(
            f"{dataset}: {path} has a supply table that is not diagonal ({off:.6g} US$ million stand off it); it would "
            "need a technology assumption, which this adaptor does not make: is it GLORIA?"
        )
    return use, supply


def _demand(path: Path, axes: _Axes, dataset: str) -> Array:
    """(N*S, N*F) final demand for products."""
    n, S = axes.cells, len(axes.sectors)
    product = np.tile(np.repeat([False, True], S), len(axes.regions))
    out = np.zeros((n, len(axes.regions) * len(axes.demands)))
    number = np.cumsum(product) - 1
    for start, block in _blocks(path, 2 * n, out.shape[1], dataset):
        rows = np.arange(start, start + len(block))
        out[number[rows[product[rows]]]] = block[product[rows]] * SCALE
    return out


def _added(path: Path, axes: _Axes, dataset: str) -> Array:
    """(P, N*S) value added of industries, whichever region's rows it stands in."""
    n, S, P = axes.cells, len(axes.sectors), len(axes.inputs)
    product = np.tile(np.repeat([False, True], S), len(axes.regions))
    out = np.zeros((P, n))
    for start, block in _blocks(path, len(axes.regions) * P, 2 * n, dataset):
        np.add.at(out, np.arange(start, start + len(block)) % P, block[:, ~product] * SCALE)
    return out


def _blocks(path: Path, rows: int, columns: int, dataset: str) -> Iterator[tuple[int, Array]]:
    """The first row of each block of figures, and the block; the file must have as many figures as labels ask for."""
    layout: TextLayout = inspect_text(path, dataset=dataset, has_header=False)
    start = width = 0
    for block in matrix_blocks(layout, dataset=dataset):
        width = block.shape[1]
        if width != columns or start + len(block) > rows:
            break
        yield start, block
        start += len(block)
    else:
        if start == rows:
            return
    raise DataError(
        f"{dataset}: {path.name} has {start} rows of {width} figures where the labels are {rows} x {columns}: it is "
        "cut off, or of another version than the workbook of labels; download both again"
    )
