"""A wide text file of figures as one array: labels before, numbers after, block by block."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zollverein.case.data.inspection import TextLayout, inspect_text
from zollverein.case.data.inspection_cells import NUMBER
from zollverein.case.data.inspection_rows import every_row
from zollverein.case.data.world_table import Array
from zollverein.errors import DataError

__all__ = ["Matrix", "matrix_blocks", "read_matrix"]

BLOCK_BYTES = 32 << 20  # a row must fit into a block; the fastest of 4 to 64 MB on a table of 3,468 x 3,929
SMALL_BLOCK_BYTES = 8 << 20  # where memory is short: several blocks are under way at once


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """What a text file held.

    Attributes
    ----------
    labels : of each row, its first ``label_columns`` cells. values : (rows, columns) figures.
    """

    labels: list[tuple[str, ...]]
    values: Array = field(repr=False)


def read_matrix(layout: TextLayout, *, dataset: str, label_columns: int = 1) -> Matrix:
    """Read all figures of a delimited text file that passed inspection; its width is that of its first line.

    A file of 77 x 45 industries, 105 MB, takes about two seconds of one core; memory is twice the array's.

    Parameters
    ----------
    layout : how to open it. dataset : name in the registry, for messages.
    label_columns : how many cells of each row, from the left, are labels.

    Raises
    ------
    DataError : a cell that is empty, or no finite number, with its line and column; no rows.
    """
    blocks: list[Array] = []
    labels: list[tuple[str, ...]] = []
    for batch in _batches(layout, dataset, label_columns):
        columns = [batch.column(n).to_pylist() for n in range(label_columns)]
        labels += list(zip(*columns, strict=True)) if columns else []
        blocks.append(_figures(batch, layout, dataset, label_columns))
    if not blocks:
        raise DataError(f"{dataset}: {layout.path} has no rows of figures below its header; download it again")
    values = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
    if not layout.header and np.isnan(values[:, -1]).all():
        values = values[:, :-1]  # each line ends with a delimiter
    _refuse_what_is_no_figure(values, layout, dataset, label_columns)
    return Matrix(labels, np.ascontiguousarray(values))


def matrix_blocks(layout: TextLayout, *, dataset: str) -> Iterator[Array]:
    """Yield the figures of a file without labels, some rows at a time, for those that do not fit into memory whole.

    Raises
    ------
    DataError : a cell that is empty, or no finite number, with its line and column.
    """
    for batch in _batches(layout, dataset, 0, SMALL_BLOCK_BYTES):
        block = _figures(batch, layout, dataset, 0)
        _refuse_what_is_no_figure(block, layout, dataset, 0)
        yield block


def _figures(batch: Any, layout: TextLayout, dataset: str, label_columns: int) -> Array:
    """The figures of a record batch, (rows, columns); NaN where a cell of the last column is empty."""
    figures = batch.select(range(label_columns, batch.num_columns))
    block: Array = figures.to_tensor(null_to_nan=True).to_numpy()
    _refuse_what_is_no_figure(block[:, :-1], layout, dataset, label_columns)
    return block


def _refuse_what_is_no_figure(values: Array, layout: TextLayout, dataset: str, label_columns: int) -> None:
    if not np.isfinite(values).all():
        at = _first_word(layout, label_columns)
        raise DataError(f"{dataset}: {layout.path}{at}; restore it from the publisher's, or download it again")


def _batches(layout: TextLayout, dataset: str, label_columns: int, block_bytes: int = BLOCK_BYTES) -> Any:
    """Yield Arrow record batches of a file; a cell that is no number is found again and named."""
    import pyarrow as pa  # noqa: PLC0415  only readers of wide text files wait for it
    from pyarrow import csv  # noqa: PLC0415

    names = [str(n) for n in range(_width(layout))]
    if len(names) <= label_columns:
        raise DataError(
            f"{dataset}: {layout.path} has {len(names)} columns, and a table has figures beside its labels; it is "
            f"another file"
        )
    kinds = {name: pa.string() if n < label_columns else pa.float64() for n, name in enumerate(names)}
    reading = csv.ReadOptions(block_size=block_bytes, column_names=names, skip_rows=1 if layout.header else 0)
    converting = csv.ConvertOptions(column_types=kinds, null_values=[""], strings_can_be_null=False)
    try:
        parsing = csv.ParseOptions(delimiter=layout.delimiter)
        with csv.open_csv(layout.path, reading, parsing, converting) as reader:
            yield from reader
    except pa.ArrowException as error:
        header = layout.header
        inspect_text(
            layout.path,
            dataset=dataset,
            delimiter=layout.delimiter,
            has_header=bool(header),
            codes=(),
            years=(),
            thorough=True,
        )
        at = _first_word(layout, label_columns) or f" cannot be read ({error})"
        raise DataError(f"{dataset}: {layout.path}{at}; download it again") from error


def _first_word(layout: TextLayout, label_columns: int) -> str:
    """Where the first cell stands that is no finite number, and what it holds; empty if all are numbers."""
    after_the_last = ""  # an empty last cell may be only a delimiter that ends each line
    for n, row in enumerate(every_row(layout.path, layout.encoding, layout.delimiter)):
        if n == 0 and layout.header:
            continue
        for column, cell in enumerate(map(str.strip, row.cells[label_columns:]), start=label_columns):
            if NUMBER.fullmatch(cell) and math.isfinite(float(cell)):
                continue
            name = f"'{layout.header[column]}'" if layout.header else str(column + 1)
            holds = f"holds '{cell[:40]}', which is no number" if cell else "is empty; a zero is written as 0"
            found = f", line {row.line}, column {name} {holds}"
            if cell or column < len(row.cells) - 1:
                return found
            after_the_last = after_the_last or found
    return after_the_last


def _width(layout: TextLayout) -> int:
    if layout.header:
        return len(layout.header)
    with layout.path.open(encoding=layout.encoding) as file:
        return file.readline().count(layout.delimiter) + 1
