"""Figures that no plain file may hold, and what DuckDB says of a file in our words: with its line and column.

DuckDB reads 1_000 as a thousand, 2018.6 as the year 2019 and 1e999 as infinite; no publisher writes these. The query
itself refuses such a cell; only then is the file searched for it, row by row, to name its line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from zollverein.case.data.inspection import TextLayout
from zollverein.case.data.inspection_rows import every_row
from zollverein.errors import DataError

__all__ = [
    "MOST",
    "WHOLE",
    "cell_fault",
    "checked_cells",
    "figure",
    "first_line",
    "quoted",
    "refuse_underscored",
    "refused",
]

WHOLE = ("SMALLINT", "INTEGER", "BIGINT")
MOST = 1e15
"""No flow is as large, in whatever unit: the world's product of a year is 1e14 US dollars."""
NO_FIGURE, NOT_WHOLE = "no figure", "no whole number"
FAULT = re.compile(rf"({NO_FIGURE}|{NOT_WHOLE}): <(.*?)> in <(.+?)>", re.S)
COLUMN_ERROR = re.compile(
    r"Error when converting column \"(.+?)\"\. Could not convert string \"(.*?)\" to '(\w+)", re.S
)
COUNT_ERROR = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
KINDS = {"DOUBLE": "number", "INTEGER": "whole number", "SMALLINT": "year", "BIGINT": "whole number"}
SHOWN = 40
RESTORE = "restore it from the publisher's"


def quoted(name: str) -> str:
    """Return a column's name as SQL quotes it; what a file calls its columns is no part of a query otherwise."""
    return '"' + name.replace('"', '""') + '"'


def figure(cell: str, column: str, most: float = MOST) -> str:
    """Return SQL that makes a figure of a cell, and refuses what is no finite number or is beyond ``most``.

    Parameters
    ----------
    cell : SQL of the cell, text or number. column : SQL of its column's name, for the message.
    """
    number = f"TRY_CAST({cell} AS DOUBLE)"
    text = f"CAST({cell} AS VARCHAR)"
    return (
        f"CASE WHEN {cell} IS NULL OR (isfinite({number}) AND abs({number}) <= {most!r} AND NOT contains({text}, '_')) "
        f"THEN {number} ELSE error('{NO_FIGURE}: <' || {text} || '> in <' || {column} || '>') END"
    )


def checked_cells(file: str, types: Mapping[str, str], most: Mapping[str, float]) -> str:
    """Return SQL of a file whose figures are finite and whose whole numbers are whole.

    Parameters
    ----------
    types : DuckDB's type of the columns that are numbers. most : what figures of a column may be at most; ``MOST``.
    """
    cells = []
    for name, kind in types.items():
        c, told = quoted(name), "'" + name.replace("'", "''") + "'"
        if kind == "DOUBLE":
            cells.append(f"{figure(c, told, most.get(name, MOST))} AS {c}")
        elif kind in WHOLE:
            cells.append(
                f"CASE WHEN {c} IS NULL OR {c} = floor({c}) THEN CAST({c} AS {kind}) ELSE "
                f"error('{NOT_WHOLE}: <' || {c} || '> in <' || {told} || '>') END AS {c}"
            )
    return f"(SELECT * REPLACE ({', '.join(cells)}) FROM {file})" if cells else file


def cell_fault(called: str, layout: TextLayout, column: str, held: str, wrong: str) -> DataError:
    """Return the refusal of a cell, with the first line that has it in its column; a number may be put otherwise."""
    line, cell = _place(layout, column, held)
    at = f"{layout.path}, line {line}" if line else f"{layout.path}"
    return _holding(f"{called}: {at}", column, cell, wrong)


def refuse_underscored(called: str, layout: TextLayout, numbers: set[str]) -> None:
    """DuckDB reads 1_000 as a thousand; no publisher writes it. Every row is looked at, only where there is cause."""
    places = [n for n, name in enumerate(layout.header) if name in numbers]
    for row in islice(every_row(layout.path, layout.encoding, layout.delimiter), 1, None):
        for n in places:
            if n < len(row.cells) and "_" in row.cells[n]:
                where = f"{called}: {layout.path}, line {row.line}"
                raise _holding(where, layout.header[n], row.cells[n].strip(), "which is no number")


def refused(called: str, layout: TextLayout, text: str) -> DataError:
    """Say in our words what DuckDB found in a file."""
    if odd := FAULT.search(text):
        why = "which is no whole number" if odd[1] == NOT_WHOLE else _why_no_figure(odd[2])
        return cell_fault(called, layout, odd[3], odd[2], why)
    number = re.search(r"CSV Error on Line: (\d+)", text)
    where = f"{called}: {layout.path}, line {number[1]}" if number else f"{called}: {layout.path}"
    if cell := COLUMN_ERROR.search(text):
        kind = KINDS.get(cell[3], "number")
        hint = "write a decimal point" if re.fullmatch(r"[-+]?[\d.]+,\d+", cell[2]) else RESTORE
        return _holding(where, cell[1], cell[2], f"which is no {kind}", hint)
    if counts := COUNT_ERROR.search(text):
        return DataError(f"{where} has {counts[2]} cells where the first line has {counts[1]}; download it again")
    if "Maximum line size" in text:
        return DataError(f"{where} is longer than any line of a publisher's: it is damaged; download the file again")
    if "unterminated quote" in text:
        return DataError(f"{where} has a quotation mark that is never closed; download it again")
    return DataError(f"{where} cannot be read ({first_line(text)}); download it again")


def first_line(error: object) -> str:
    """Return the first line of what a library says."""
    return str(error).strip().split("\n", 1)[0][:200]


def _holding(where: str, column: str, cell: str, wrong: str, hint: str = RESTORE) -> DataError:
    return DataError(f"{where}, column '{column}' holds '{cell[:SHOWN]}', {wrong}; {hint}, or download again")


def _why_no_figure(held: str) -> str:
    number = _number(held)
    if number is None:
        return "which is no number"
    return "a figure that no publisher gives" if abs(number) < float("inf") else "which is no finite number"


def _number(cell: str) -> float | None:
    try:
        return None if "_" in cell or not cell.isascii() else float(cell)
    except ValueError:
        return None


def _place(layout: TextLayout, column: str, held: str) -> tuple[int, str]:
    """The line that a cell stands on, from 1, and how it is written there; line 0 where it cannot be found."""
    if column not in layout.header:
        return 0, held
    n, number = layout.header.index(column), _number(held)
    try:
        for row in islice(every_row(Path(layout.path), layout.encoding, layout.delimiter), 1, None):
            cell = row.cells[n].strip() if n < len(row.cells) else ""
            if cell == held.strip() or (number is not None and repr(_number(cell)) == repr(number)):
                return row.line, cell
    except csv.Error:  # a cell too long for it; the figure is named without its line
        return 0, held
    return 0, held
