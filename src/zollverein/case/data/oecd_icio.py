"""OECD's inter-country input-output tables (ICIO), editions of 2023 and 2025.

A file is one year: a header, a row for each economy and industry, then the rows TLS, VA and OUT. It is read natively:
pymrio's parser takes the same files in half as much time again (benchmarks/world_table.py measures them side by side),
keeps no published output and takes a spoilt file as it comes. Tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from zollverein.case.data.dataset import Dataset
from zollverein.case.data.inspection import inspect_text
from zollverein.case.data.labelled_blocks import Label, block, places, refuse_two_outputs, wanted
from zollverein.case.data.oecd_icio_editions import (
    DEMANDS,
    EDITIONS,
    PARTS,
    PRIMARIES,
    Edition,
    refuse_other_edition,
    refuse_other_year,
)
from zollverein.case.data.text_matrix import read_matrix
from zollverein.case.data.world_checks import checked
from zollverein.case.data.world_table import Array, WorldTable
from zollverein.case.data.year_files import year_file
from zollverein.case.fault import LONGEST_SHOWN
from zollverein.errors import DataError

__all__ = ["DATASETS", "read"]

PAGE = "https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html"
LICENCE = (
    "OECD terms and conditions (https://www.oecd.org/en/about/terms-conditions.html): data may be downloaded, copied, "
    "adapted and shared, commercially too, if the OECD is named as the source."
)
BY_HAND = (
    "The OECD's file server answers browsers and turns programs away, so nothing is fetched. Open the page, section "
    "'{edition} edition', and save the zip archive that holds the year: {archives} (regular tables, '_SML'; the "
    "extended ones, '_EXT', split China and Mexico and are read too). An archive need not be unpacked."
)
LAYOUT = (
    "<year>_SML.csv or extended <year>.csv, alone or in zip archives of several years: commas, UTF-8, first column V1; "
    "{regions} economies x {sectors} industries as rows and columns CCC_INDUSTRY, six columns of final demand for each "
    "economy ({demands}), column OUT; rows TLS (taxes less subsidies on products), VA, OUT; US$ million at basic "
    "prices, current. {size}"
)

DATASETS: tuple[Dataset, ...] = (
    Dataset(
        name="oecd-icio-2023",
        title="OECD Inter-Country Input-Output Tables, 2023 edition, 1995-2020",
        publisher="OECD",
        kind="world table",
        page=PAGE,
        licence=LICENCE,
        citation="OECD (2023), OECD Inter-Country Input-Output Database, http://oe.cd/icio.",
        layout=LAYOUT.format(
            regions=77, sectors=45, demands=", ".join(DEMANDS), size="A year has 3,468 x 3,929 cells."
        ),
        by_hand=BY_HAND.format(
            edition="2023",
            archives="1995-2000_SML.zip, 2001-2005_SML.zip, 2006-2010_SML.zip, 2011-2015_SML.zip, 2016-2020_SML.zip",
        ),
    ),
    Dataset(
        name="oecd-icio-2025",
        title="OECD Inter-Country Input-Output Tables, 2025 edition, 1995-2022",
        publisher="OECD",
        kind="world table",
        page=PAGE,
        licence=LICENCE,
        citation="OECD (2025), OECD Inter-Country Input-Output Database, http://oe.cd/icio.",
        layout=LAYOUT.format(
            regions=81, sectors=50, demands=", ".join(DEMANDS), size="A year has 4,053 x 4,538 cells, about 90 MB."
        ),
        by_hand=BY_HAND.format(
            edition="2025",
            archives="1995-2000_SML.zip, 2001-2005_SML.zip, 2006-2010_SML.zip, 2011-2015_SML.zip, 2016-2022_SML.zip",
        ),
    ),
)

FILE_NAMES = r"(ICIO(2023|2025)_)?(?P<year>(19|20)\d\d)([_.-]?(SML|EXT))?\.(csv|zip)"
OUTPUT = ("", "OUT")
CLOSES_WITHIN = 1e-4
"""Of the world's mean cell of output: published rows and columns miss by what three or four decimals leave."""


def read(path: Path, dataset: Dataset, year: int | None = None) -> WorldTable:
    """Read one year of an edition.

    In the extended tables China's and Mexico's parts (CN1, CN2, MX1, MX2) are added up under CHN and MEX, where their
    final demand stands already. A file with fewer economies or industries than its edition is read, and noted.

    Parameters
    ----------
    path : the CSV file, a zip archive of years, or a folder of either. dataset : which edition.
    year : which; needed where several years stand together.

    Raises
    ------
    DataError : a file of the other edition, cut off or spoilt; a row or a column is missing, or does not close.
    """
    edition = EDITIONS[dataset.name]
    with year_file(path, dataset=dataset.name, pattern=FILE_NAMES, year=year) as (file, found):
        return _read_file(file, edition, found)


def _read_file(path: Path, edition: Edition, year: int) -> WorldTable:
    layout = inspect_text(path, dataset=edition.dataset)
    columns = [_label(name, edition, path) for name in layout.header[1:]]
    cells = [label for label in columns if label != OUTPUT and label[1] not in DEMANDS]
    regions, sectors = tuple(dict.fromkeys(c[0] for c in cells)), tuple(dict.fromkeys(c[1] for c in cells))
    own = tuple(region for region in regions if region not in PARTS)
    refuse_other_edition(edition, own, sectors, str(path))
    refuse_other_year(edition, year, str(path))
    matrix = read_matrix(layout, dataset=edition.dataset)
    rows = [_label(label[0].strip(), edition, path) for label in matrix.labels]
    where = (edition.dataset, path)
    down, across = places(rows, "row", *where), places(columns, "column", *where)
    grid = [(region, sector) for region in regions for sector in sectors]
    users, sellers = wanted(grid, across, "column", *where), wanted(grid, down, "row", *where)
    buyers = wanted([(region, demand) for region in own for demand in DEMANDS], across, "column", *where)
    *below, last = wanted([*(("", primary) for primary in PRIMARIES), OUTPUT], down, "row", *where)
    (beside,) = wanted([OUTPUT], across, "column", *where)
    _refuse_the_rest(down, {*sellers, *below, last}, "row", edition, path)
    _refuse_the_rest(across, {*users, *buyers, beside}, "column", edition, path)

    values = matrix.values
    refuse_two_outputs(values[last, users], values[sellers, beside], [" ".join(cell) for cell in grid], *where)
    called = {n: " ".join(columns[n]) for n in buyers}
    _refuse_other_sums(values, sellers, below, last, called, f"{edition.dataset}: {path}")
    N, S, F = len(regions), len(sectors), len(DEMANDS)
    intermediate = block(values, sellers, users).reshape(N, S, N, S)
    final = block(values, sellers, buyers).reshape(N, S, len(own), F)
    primary = block(values, below, users).reshape(-1, N, S)
    output = values[last, users].reshape(N, S)
    notes = list(layout.notes)
    if len(own) < N:
        fold = _fold(regions, own, output, edition, path)
        intermediate = _folded(_folded(intermediate, fold, 0), fold, 2)
        final, primary, output = _folded(final, fold, 0), _folded(primary, fold, 1), _folded(output, fold, 0)
        parts = ", ".join(region for region in regions if region in PARTS)
        notes.append(f"{parts} were added to {' and '.join(sorted({PARTS[r] for r in regions if r in PARTS}))}")
    notes += _what_is_missing(edition, own, sectors)
    table = WorldTable(
        dataset=edition.dataset,
        year=year,
        regions=own,
        sectors=sectors,
        demands=DEMANDS,
        primaries=PRIMARIES,
        intermediate=intermediate,
        final=final,
        primary=primary,
        output=output,
        demand_taxes=block(values, below, buyers).reshape(-1, len(own), F),
        notes=tuple(notes),
    )
    return checked(table, within=CLOSES_WITHIN)


def _label(name: str, edition: Edition, path: Path) -> Label:
    """Economy and industry of a name such as KAZ_C19; of TLS, VA and OUT, the name alone."""
    region, mark, code = name.partition("_")
    if mark and code and region:
        return region, code
    if name in {*PRIMARIES, OUTPUT[1]}:
        return "", name
    raise DataError(
        f"{edition.dataset}: {path} names a row or column '{name[:LONGEST_SHOWN]}' where a name such as KAZ_C19 "
        "belongs; it is not a table of this dataset, or not one of this edition"
    )


def _refuse_other_sums(
    values: Array, rows: Sequence[int], taxes: Sequence[int], last: int, buyers: Mapping[int, str], where: str
) -> None:
    """Row OUT below final demand is what buyers pay in all, with taxes or without; it shows a figure damaged there."""
    at = list(buyers)
    stated, bought = values[last, at], values[np.ix_(rows, at)].sum(axis=0)
    paid = bought + values[np.ix_(taxes, at)].sum(axis=0)
    limit = CLOSES_WITHIN * float(np.abs(stated).mean())
    gaps = np.abs(stated - paid)
    if stated.any() and gaps.max() > limit and np.abs(stated - bought).max() > limit:
        n = int(gaps.argmax())
        raise DataError(
            f"{where}, column {buyers[at[n]]} adds to {paid[n]:.9g} US$ million with its taxes (TLS), and row OUT says "
            f"{stated[n]:.9g}; a figure is damaged, download the file again"
        )


def _refuse_the_rest(places: dict[Label, int], used: set[int], kind: str, edition: Edition, path: Path) -> None:
    rest = [" ".join(label) for label, n in places.items() if n not in used]
    if rest:
        raise DataError(
            f"{edition.dataset}: {path} has {kind} {rest[0]}, which no table of this edition has; is it another?"
        )


def _fold(regions: Sequence[str], own: Sequence[str], output: Array, edition: Edition, path: Path) -> list[int]:
    """To which own economy each economy of the file belongs.

    The whole's own rows are empty where its parts stand. If they are not, the parts would be counted twice.
    """
    for whole in sorted({PARTS[region] for region in regions if region in PARTS}):
        if whole not in own or output[list(regions).index(whole)].any():
            raise DataError(
                f"{edition.dataset}: {path} has the parts of {whole} and figures of {whole} itself, or no {whole}; an "
                "extended table keeps output in the parts and leaves the whole empty: download it again"
            )
    return [list(own).index(PARTS.get(region, region)) for region in regions]


def _folded(array: Array, fold: Sequence[int], axis: int) -> Array:
    moved = np.moveaxis(array, axis, 0)
    out = np.zeros((max(fold) + 1, *moved.shape[1:]))
    for n, whole in enumerate(fold):
        out[whole] += moved[n]
    return np.ascontiguousarray(np.moveaxis(out, 0, axis))


def _what_is_missing(edition: Edition, regions: Sequence[str], sectors: Sequence[str]) -> list[str]:
    if len(regions) == len(edition.regions) and len(sectors) == len(edition.sectors):
        return []
    return [
        f"a part of the edition: {len(regions)} of its {len(edition.regions)} economies and {len(sectors)} of its "
        f"{len(edition.sectors)} industries"
    ]
