"""A world table out of one labelled matrix: who sells in rows, who buys in columns, wherever each of them stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from zollverein.case.data.world_table import Array, WorldTable
from zollverein.case.fault import LONGEST_SHOWN
from zollverein.errors import DataError

__all__ = ["Label", "LabelledMatrix", "block", "places", "refuse_two_outputs", "regions_of", "wanted", "world_table"]

Label = tuple[str, str]
"""Region and code of a row or a column; rows below the intermediate ones have no region."""

AGREES_WITHIN = 1e-4
"""Of the mean output: two statements of the same output may differ by rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledMatrix:
    """What a publisher's file held, in its own order.

    Attributes
    ----------
    dataset, path, year : for messages, and the table. rows, columns : labels. values : (rows, columns) US$ million.
    notes : what had to be done to read it.
    """

    dataset: str
    path: Path
    year: int
    rows: Sequence[Label]
    columns: Sequence[Label]
    values: Array = field(repr=False)
    notes: tuple[str, ...] = ()


def world_table(
    matrix: LabelledMatrix,
    *,
    sectors: Sequence[str],
    demands: Sequence[str],
    primaries: Sequence[str],
    output_row: Label | None,
    output_column: Label | None,
    iso: Mapping[str, str],
    names: Mapping[str, str] | None = None,
) -> WorldTable:
    """Cut the blocks of a world table out of a matrix; what stands in none of them is left.

    Parameters
    ----------
    sectors, demands, primaries : the publisher's codes; rows of primaries have an empty region.
    output_row, output_column : where gross output stands; both: they must agree; none: output is what rows sell.
    iso : ISO alpha-3 of the publisher's regions; one that is not in it keeps its code.
    names : what sectors, demands and primaries are called in the table; absent: their codes.

    Raises
    ------
    DataError : a label twice; a region without one of the sectors or categories; two outputs at odds.
    """
    where = (matrix.dataset, matrix.path)
    regions = regions_of(matrix.rows, sectors)
    cells = [(region, sector) for region in regions for sector in sectors]
    rows, columns = places(matrix.rows, "row", *where), places(matrix.columns, "column", *where)
    sellers, users = wanted(cells, rows, "row", *where), wanted(cells, columns, "column", *where)
    buyers = wanted([(region, demand) for region in regions for demand in demands], columns, "column", *where)
    below = wanted([("", primary) for primary in primaries], rows, "row", *where)
    N, S, F, P = len(regions), len(sectors), len(demands), len(primaries)
    values = matrix.values
    intermediate = block(values, sellers, users).reshape(N, S, N, S)
    final = block(values, sellers, buyers).reshape(N, S, N, F)
    down = None if output_column is None else values[sellers, wanted([output_column], columns, "column", *where)[0]]
    output = None if output_row is None else values[wanted([output_row], rows, "row", *where)[0], users]
    if output is not None and down is not None:
        refuse_two_outputs(output, down, [" ".join(cell) for cell in cells], *where)
    if output is None:
        output = intermediate.sum(axis=(2, 3)).ravel() + final.sum(axis=(2, 3)).ravel() if down is None else down
    called = names or {}
    return WorldTable(
        dataset=matrix.dataset,
        year=matrix.year,
        regions=tuple(iso.get(region, region) for region in regions),
        sectors=tuple(called.get(sector, sector) for sector in sectors),
        demands=tuple(called.get(demand, demand) for demand in demands),
        primaries=tuple(called.get(primary, primary) for primary in primaries),
        intermediate=intermediate,
        final=final,
        primary=block(values, below, users).reshape(P, N, S),
        output=np.array(output, dtype=float).reshape(N, S),
        demand_taxes=block(values, below, buyers).reshape(P, N, F),
        notes=matrix.notes,
    )


def regions_of(rows: Sequence[Label], sectors: Sequence[str]) -> tuple[str, ...]:
    """Return the regions that have any of the sectors, in the file's order."""
    known = frozenset(sectors)
    return tuple(dict.fromkeys(region for region, code in rows if code in known and region))


def places(labels: Sequence[Label], kind: str, dataset: str, path: Path) -> dict[Label, int]:
    """Return where each label stands.

    Raises
    ------
    DataError : a label stands twice.
    """
    found: dict[Label, int] = {}
    for n, label in enumerate(labels):
        if label in found and any(label):
            raise DataError(f"{dataset}: {path} has {kind} {_said(label)} more than once; download it again")
        found[label] = n
    return found


def wanted(labels: Sequence[Label], places: Mapping[Label, int], kind: str, dataset: str, path: Path) -> list[int]:
    """Return where the wanted labels stand.

    Raises
    ------
    DataError : which are missing.
    """
    missing = [_said(label) for label in labels if label not in places]
    if missing:
        shown = ", ".join(missing[:4]) + (f" and {len(missing) - 4} more" if len(missing) > 4 else "")
        raise DataError(f"{dataset}: {path} lacks {kind} {shown}: it is cut off or not whole; download it again")
    return [places[label] for label in labels]


def refuse_two_outputs(across: Array, down: Array, cells: Sequence[str], dataset: str, path: Path) -> None:
    """Refuse a file that states output twice, below the columns and beside the rows, and differently.

    Raises
    ------
    DataError : of which cell.
    """
    gaps = np.abs(across - down)
    if gaps.max(initial=0.0) > AGREES_WITHIN * float(np.abs(across).mean()):
        n = int(gaps.argmax())
        raise DataError(
            f"{dataset}: {path} gives two outputs of {cells[n]}: {across[n]:.9g} below its column and {down[n]:.9g} "
            "beside its row; download it again"
        )


def block(values: Array, rows: Sequence[int], columns: Sequence[int]) -> Array:
    """Return rows and columns of a matrix as an array of its own; consecutive ones, the usual case, at once."""
    if not len(rows) or not len(columns):
        return np.zeros((len(rows), len(columns)))
    across = _span(columns)
    down = _span(rows)
    part = values[:, across] if across is not None else values[:, list(columns)]
    return np.array(part[down] if down is not None else part[list(rows)], dtype=float, order="C")


def _span(numbers: Sequence[int]) -> slice | None:
    first = numbers[0]
    run = range(first, first + len(numbers))
    return slice(run.start, run.stop) if list(numbers) == list(run) else None


def _said(label: Label) -> str:
    return " ".join(part for part in label if part)[:LONGEST_SHOWN]
