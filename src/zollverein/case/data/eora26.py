"""Eora26: 189 countries and 26 sectors, at basic prices, as tab-separated matrices with their labels in files beside.

Read natively: pymrio's parser drops the statistical discrepancies (the row and the column called ROW), which belong to
what a sector costs and sells, and needs the satellite accounts beside the table. Tests hold the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from zollverein.case.countries import ISO_3166
from zollverein.case.data.dataset import Dataset
from zollverein.case.data.flat_files import unpacked
from zollverein.case.data.inspection import TextLayout, inspect_text
from zollverein.case.data.labelled_blocks import LabelledMatrix, world_table
from zollverein.case.data.text_matrix import read_matrix
from zollverein.case.data.world_checks import checked
from zollverein.case.data.world_table import Array, WorldTable
from zollverein.case.data.year_files import archive_names, choose_year, naming, refuse_no_file
from zollverein.errors import DataError

__all__ = ["DATASETS", "DISCREPANCY", "read"]

DATASETS: tuple[Dataset, ...] = (
    Dataset(
        name="eora26",
        title="Eora26 global multi-region input-output tables, 1990-2016",
        publisher="Eora (KGM & Associates; University of Sydney)",
        kind="world table",
        page="https://worldmrio.com/eora26/",
        licence=(
            "An account is needed; academic users get free access on request, others need a licence; the publisher's "
            "terms stand on its site, and nothing may be fetched without them."
        ),
        citation=(
            "Lenzen, M., Kanemoto, K., Moran, D. and Geschke, A. (2012), Mapping the structure of the world economy, "
            "Environmental Science & Technology 46(15): 8374-8381, doi:10.1021/es300171x; Lenzen, M., Moran, D., "
            "Kanemoto, K. and Geschke, A. (2013), Building Eora: a global multi-region input-output database at high "
            "country and sector resolution, Economic Systems Research 25(1): 20-49, doi:10.1080/09535314.2013.769938."
        ),
        layout=(
            "Eora26_<year>_bp.zip or a folder: Eora26_<year>_bp_T.txt (4,915 x 4,915, tabs, no header), _FD.txt and "
            "_VA.txt; labels_T.txt, labels_FD.txt and labels_VA.txt among them or in indices.zip beside; thousands of "
            "US$, current; the last row and column, ROW, are statistical discrepancies."
        ),
        by_hand=(
            "Log in at https://worldmrio.com/login.jsp, open the page of Eora26 and save the year's basic prices "
            "(Eora26_<year>_bp.zip) and indices.zip into one folder; neither need be unpacked."
        ),
    ),
)

ARCHIVES = r"Eora26_(?P<year>(19|20)\d\d)_bp(\.zip|_T\.txt)"
DISCREPANCY = "statistical discrepancies (ROW)"
ROW = "ROW"
SCALE = 1e-3  # thousands of US$ to millions
BY_NAME = {"South Sudan": "SSD", "Sudan": "SDN"}
"""Countries whose code in Eora is not ISO alpha-3; any other code that is none is kept, and noted."""
CLOSES_WITHIN = 1e-4


NAMES = ("T", "FD", "VA", "labels_T", "labels_FD", "labels_VA")


def read(path: Path, dataset: Dataset, year: int | None = None) -> WorldTable:
    """Read one year at basic prices.

    The statistical discrepancies are carried: what ROW delivers is one more primary row, what it takes is one more
    category of final demand, of the seller's own country. Eora balances by confidence, not exactly; what does not close
    is noted with the worst cell.

    Parameters
    ----------
    path : the year's archive, an unpacked folder, or a folder of archives. dataset : the one there is. year : which.

    Raises
    ------
    DataError : files missing, cut off or spoilt; labels that do not fit the figures.
    """
    refuse_no_file(path, dataset.name)
    if path.is_dir():
        name, when = choose_year([file.name for file in sorted(path.iterdir())], path, dataset.name, ARCHIVES, year)
        source = path / name if name.lower().endswith(".zip") else path
    else:
        _, when = choose_year([path.name], path, dataset.name, ARCHIVES, year)
        source = path
    with TemporaryDirectory(prefix="zollverein-") as folder, naming(Path(folder), source):
        files = {name: _located(name, source, when, Path(folder), dataset.name) for name in NAMES}
        return checked(_assembled(files, source, when, dataset.name), within=CLOSES_WITHIN, refuse=False)


def _located(name: str, source: Path, year: int, folder: Path, dataset: str) -> Path:
    """A text file out of a folder, an archive, or the archive of labels beside either."""
    called = f"{name}.txt" if name.startswith("labels") else f"Eora26_{year}_bp_{name}.txt"
    beside = (source if source.is_dir() else source.parent) / "indices.zip"
    if source.is_dir() and (source / called).is_file():
        return source / called
    archives = [archive for archive in (source, beside) if archive.is_file() and archive.suffix.lower() == ".zip"]
    for archive in archives:
        if called in archive_names(archive, dataset):
            return unpacked(archive, re.escape(called), folder, dataset)[0]
    raise DataError(
        f"{dataset}: {source} lacks {called}, and there is no indices.zip beside it that holds it; download both"
    )


def _assembled(files: dict[str, Path], source: Path, year: int, dataset: str) -> WorldTable:
    cells, names = _labels(files["labels_T"], dataset)
    bought, _ = _labels(files["labels_FD"], dataset)
    inputs = [row[-1] for row in _rows(files["labels_VA"], dataset, 2)]
    flows = _matrix(files["T"], len(cells), len(cells), dataset)
    demand = _matrix(files["FD"], len(cells), len(bought), dataset)
    added = _matrix(files["VA"], len(inputs), len(cells), dataset)
    apart = [n for n, (region, _) in enumerate(cells) if region == ROW]
    own = [n for n in range(len(cells)) if n not in set(apart)]
    sectors = tuple(dict.fromkeys(cells[n][1] for n in own))
    regions = tuple(dict.fromkeys(cells[n][0] for n in own))
    demands = tuple(dict.fromkeys(category for region, category in bought if region != ROW))
    notes = (
        [f"{len(apart)} row and column ROW, statistical discrepancies, are carried as '{DISCREPANCY}'"] if apart else []
    )

    # What ROW takes, of whatever kind, is one category of final demand of the seller's own country.
    taken = flows[:, apart].sum(axis=1) + demand[:, [n for n, b in enumerate(bought) if b[0] == ROW]].sum(axis=1)
    by_seller = np.zeros((len(cells), len(regions)))
    at = {region: n for n, region in enumerate(regions)}
    by_seller[own, [at[cells[n][0]] for n in own]] = taken[own]
    values = np.vstack(
        [
            np.hstack([flows, demand, by_seller]),
            np.hstack([added, np.zeros((len(inputs), len(bought) + len(regions)))]),
            np.hstack([flows[apart].sum(axis=0), demand[apart].sum(axis=0), np.zeros(len(regions))])[None, :],
        ]
    )
    values *= SCALE
    matrix = LabelledMatrix(
        dataset,
        source,
        year,
        rows=[*cells, *(("", name) for name in inputs), ("", DISCREPANCY)],
        columns=[*cells, *bought, *((region, DISCREPANCY) for region in regions)],
        values=values,
        notes=(*notes, *_strange(regions, names)),
    )
    return world_table(
        matrix,
        sectors=sectors,
        demands=(*demands, DISCREPANCY),
        primaries=(*inputs, DISCREPANCY),
        output_row=None,
        output_column=None,
        iso={region: BY_NAME.get(names[region], region) for region in regions if region not in ISO_3166},
    )


def _labels(path: Path, dataset: str) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Country code and sector, or category, of each row; and the countries' names."""
    rows = _rows(path, dataset, 4)
    return [(row[1], row[3]) for row in rows], {row[1]: row[0] for row in rows}


def _rows(path: Path, dataset: str, cells: int) -> list[list[str]]:
    layout = _inspected(path, dataset)
    with path.open(encoding=layout.encoding) as file:
        rows = [[cell.strip() for cell in line.rstrip("\n").split("\t")][:cells] for line in file if line.strip()]
    short = next((n for n, row in enumerate(rows, start=1) if len(row) < cells), 0)
    if short:
        raise DataError(
            f"{dataset}: {path.name}, line {short} has fewer than {cells} cells between tabs; download it again"
        )
    return rows


def _matrix(path: Path, rows: int, columns: int, dataset: str) -> Array:
    """The figures of one file, held against how many labels there are."""
    layout = _inspected(path, dataset)
    values = read_matrix(layout, dataset=dataset, label_columns=0).values
    if values.shape != (rows, columns):
        raise DataError(
            f"{dataset}: {path.name} holds {values.shape[0]} x {values.shape[1]} figures where its labels are {rows} x "
            f"{columns}: it is cut off, or of another version than the labels; download both again"
        )
    return values


def _inspected(path: Path, dataset: str) -> TextLayout:
    return inspect_text(path, dataset=dataset, delimiter="\t", has_header=False, encoding="latin-1")


def _strange(regions: Sequence[str], names: dict[str, str]) -> list[str]:
    """A sentence on codes that are not ISO's and are kept."""
    kept = [f"{code} ({names[code]})" for code in regions if code not in ISO_3166 and names[code] not in BY_NAME]
    return [f"codes of Eora's own are kept: {', '.join(kept)}"] if kept else []
