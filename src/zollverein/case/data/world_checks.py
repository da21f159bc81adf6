"""Whether a world table is what its publisher says: outputs that can be, rows and columns that close."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from zollverein.case.data.world_table import Array, WorldTable
from zollverein.errors import DataError

__all__ = ["MOST_MISSED", "Gap", "checked", "worst_gaps"]

MOST_MISSED = 0.1
"""Of the world's output: what rows, or columns, of a table that its publisher does not balance may miss in all. No
publisher states a bound; a table that misses more is in two units, or is none."""


@dataclass(frozen=True, slots=True)
class Gap:
    """By how much one row or column misses its output.

    Attributes
    ----------
    cell : region and sector. counted, output : US$ million. relative : the gap over the world's mean cell of output.
    share : of all such gaps in the world's output.
    """

    cell: str
    counted: float
    output: float
    relative: float
    share: float


def worst_gaps(table: WorldTable) -> tuple[Gap, Gap]:
    """Return where sales miss output at worst, and where costs do; the measure is that of ``WorldTable.imbalance``."""
    sales = table.intermediate.sum(axis=(2, 3)) + table.final.sum(axis=(2, 3))
    costs = table.intermediate.sum(axis=(0, 1)) + table.value_added
    scale = float(np.abs(table.output).mean()) or 1.0
    return _worst(table, sales, scale), _worst(table, costs, scale)


def checked(
    table: WorldTable, *, within: float, columns_within: float | None = None, refuse: bool = True
) -> WorldTable:
    """Return the table with notes on what was found, or refuse it.

    Parameters
    ----------
    within : how far a row may miss its output, relative to the world's mean cell of output: the publisher's rounding.
    columns_within : the same for columns; None: as rows.
    refuse : whether a wider gap is refused; otherwise it is noted with its share of the world's output, for publishers
        whose tables do not close, and refused where that is more than ``MOST_MISSED``.

    Raises
    ------
    DataError : there is no output, or it is negative somewhere; rows or columns do not close.
    """
    called = f"{table.dataset} {table.year}"
    if not table.output.any() or not table.intermediate.any():
        what = "output" if not table.output.any() else "intermediate deliveries"
        raise DataError(f"{called}: all {what} are zero; the file is empty of figures, download it again")
    if (table.output < 0).any():
        cell = _cell(table, int(table.output.argmin()))
        raise DataError(
            f"{called}: gross output of {cell} is {table.output.min():.6g}, below zero; it must be 0 or more: download "
            "the file again, or mend that cell"
        )
    notes = list(table.notes)
    limits = (within, within if columns_within is None else columns_within)
    words = (("sells", "row"), ("buys, with its primary inputs,", "column"))
    for gap, limit, (does, line) in zip(worst_gaps(table), limits, words, strict=True):
        if gap.relative <= limit:
            continue
        said = f"{gap.cell} {does} {gap.counted:.9g} US$ million in all where its output is {gap.output:.9g}"
        if refuse:
            raise DataError(
                f"{called}: a {line} does not close: {said}; a figure is damaged or missing, download the file again"
            )
        if gap.share > MOST_MISSED:
            raise DataError(
                f"{called}: {line}s miss {gap.share:.1%} of the world's output, more than a publisher's discrepancies "
                f"would ({MOST_MISSED:.0%}); at worst {said}. One of the files is in another unit, of another year, or "
                "damaged: download it again"
            )
        notes.append(f"{line}s do not close, as published, by {gap.share:.2g} of the world's output; at worst {said}")
    notes += _negative_value_added(table)
    return replace(table, notes=tuple(notes))


def _negative_value_added(table: WorldTable) -> list[str]:
    """A sentence on cells whose primary inputs are negative in all; they are kept as published."""
    added = table.value_added
    count = int((added < 0).sum())
    if not count:
        return []
    cell = _cell(table, int(added.argmin()))
    return [f"primary inputs are negative in {count} cells, lowest in {cell} ({added.min():.6g}); kept as published"]


def _worst(table: WorldTable, counted: Array, scale: float) -> Gap:
    gaps = np.abs(counted - table.output)
    place = int(gaps.argmax())
    return Gap(
        _cell(table, place),
        float(counted.flat[place]),
        float(table.output.flat[place]),
        float(gaps.flat[place] / scale),
        float(gaps.sum() / (np.abs(table.output).sum() or 1.0)),
    )


def _cell(table: WorldTable, place: int) -> str:
    region, sector = divmod(place, len(table.sectors))
    return f"{table.regions[region]} {table.sectors[sector]}"
