"""From the bytes of a CSV file to a typed frame; every cell that is not what its column says is a fault."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.case.fault import LONGEST_SHOWN, Fault
from zollverein.case.schema import Column, TableSchema
from zollverein.errors import near_matches

__all__ = ["Table", "parse_table"]

BOOLEANS = {"true": True, "false": False, "True": True, "False": False, "TRUE": True, "FALSE": False}
EXACT = 2**53
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
DAY = re.compile(r"(?!0000)\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Table:
    """A parsed table.

    Attributes
    ----------
    frame : typed columns. lines : (rows,) line of each row in the file. file : path inside the case.
    bad : columns with cells that could not be read; rules on them are not judged.
    """

    file: str
    schema: TableSchema
    frame: pd.DataFrame
    lines: npt.NDArray[np.int64]
    bad: frozenset[str]


def parse_table(raw: bytes, file: str, schema: TableSchema) -> tuple[Table | None, list[Fault]]:
    """Read a table; None if its very shape is broken, the faults telling why."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        found = f"byte 0x{raw[error.start]:02x} at position {error.start} is not UTF-8"
        return None, [Fault(file, line, None, found, "UTF-8", "save the file as UTF-8")]
    rows, lines, faults = _rows(text, file)
    if faults:
        return None, faults
    if not rows:
        wanted = ", ".join(schema.names)
        return None, [Fault(file, None, None, "an empty file", f"a header and rows: {wanted}", "add them")]
    header = [name.strip() for name in rows[0]]
    faults = _header_faults(header, file, schema) + _ragged_faults(rows, lines, len(header), file)
    if faults:
        return None, faults
    if len(rows) == 1:
        return None, [Fault(file, None, None, "no rows", "at least one", "add rows, or drop the table")]
    cells = dict(zip(header, map(list, zip(*rows[1:], strict=True)), strict=True))
    at = np.array(lines[1:], dtype=np.int64)
    columns: dict[str, object] = {}
    bad: set[str] = set()
    for column in schema.columns:
        stripped = map(str.strip, cells[column.name])
        values = [None if cell in schema.missing else cell for cell in stripped]
        columns[column.name], unreadable = _typed(values, column, at, file)
        if unreadable:
            bad.add(column.name)
            faults += unreadable
    return Table(file, schema, pd.DataFrame(columns), at, frozenset(bad)), faults


def _rows(text: str, file: str) -> tuple[list[list[str]], list[int], list[Fault]]:
    """Rows with the line on which each begins; blank lines are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    before = 0
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(before + 1)
            before = reader.line_num
    except csv.Error as error:
        mend = "close every quotation mark; double one that belongs to the text"
        return [], [], [Fault(file, before + 1, None, f"not CSV: {error}", "comma-separated values", mend)]
    return rows, lines, []


def _header_faults(header: Sequence[str], file: str, schema: TableSchema) -> list[Fault]:
    allowed = ", ".join(schema.names)
    twice = dict.fromkeys(name for name in header if header.count(name) > 1)
    faults = [Fault(file, 1, name, "the column stands twice", allowed, "keep one") for name in twice]
    missing = [name for name in schema.names if name not in header]
    for name in dict.fromkeys(header):
        if name not in schema.names:
            near = near_matches(name, missing)
            mend = f"rename it to '{near[0]}'" if near else "drop it, or declare it in the schema"
            faults.append(Fault(file, 1, name, "a column too many", allowed, mend))
    faults += [Fault(file, 1, name, "the column is missing", allowed, "add it") for name in missing]
    return faults


def _ragged_faults(rows: Sequence[Sequence[str]], lines: Sequence[int], width: int, file: str) -> list[Fault]:
    return [
        Fault(
            file,
            line,
            None,
            f"{len(row)} cells",
            f"{width}, as in the header",
            "add what is missing" if len(row) < width else "put text that holds a comma in quotation marks",
        )
        for row, line in zip(rows[1:], lines[1:], strict=True)
        if len(row) != width
    ]


def _typed(
    values: Sequence[str | None], column: Column, lines: npt.NDArray[np.int64], file: str
) -> tuple[object, list[Fault]]:
    # Cell by cell: a case has hundreds of short columns, and an operation on a column costs more than all its cells.
    if column.type in ("number", "integer", "year"):
        return _numbers(values, column, lines, file)
    if column.type == "boolean":
        flags = [BOOLEANS.get(cell) if cell is not None else False for cell in values]
        wrong = [k for k, flag in enumerate(flags) if flag is None]
        faults = _cell_faults(values, wrong, column, lines, file, "true or false", "write true or false")
        return np.array([bool(flag) for flag in flags]), faults
    if column.type == "date":
        plain = pd.Series([cell if cell is not None and DAY.fullmatch(cell) else None for cell in values], dtype="str")
        dates = pd.to_datetime(plain, format="%Y-%m-%d", errors="coerce")
        unread = dates.isna().to_numpy()
        wrong = [k for k, cell in enumerate(values) if cell is not None and unread[k]]
        faults = _cell_faults(values, wrong, column, lines, file, "a day as 2022-03-23", "write it so; it must exist")
        return dates, faults
    return pd.Series(np.array(values, dtype=object), dtype="str"), []


def _numbers(
    values: Sequence[str | None], column: Column, lines: npt.NDArray[np.int64], file: str
) -> tuple[npt.NDArray[np.float64] | npt.NDArray[np.int64], list[Fault]]:
    numbers = np.array(
        [float(cell) if cell is not None and NUMBER.fullmatch(cell) else np.nan for cell in values], dtype=np.float64
    )
    given = np.array([cell is not None for cell in values])
    whole = column.type != "number"
    wrong = given & (~np.isfinite(numbers) | (whole & ((numbers != numbers.round()) | (np.abs(numbers) > EXACT))))
    allowed = (
        f"a whole number up to {EXACT:,}" if whole else "a number with a decimal point, no unit and no thousands mark"
    )
    faults = _cell_faults(values, np.flatnonzero(wrong), column, lines, file, allowed, "write it as in 1234.5")
    exact = whole and bool(given.all()) and not faults
    return (numbers.astype(np.int64) if exact else numbers), faults


def _cell_faults(
    values: Sequence[str | None],
    wrong: Iterable[int],
    column: Column,
    lines: npt.NDArray[np.int64],
    file: str,
    allowed: str,
    mend: str,
) -> list[Fault]:
    return [
        Fault(file, int(lines[k]), column.name, f"'{str(values[k])[:LONGEST_SHOWN]}'", allowed, mend) for k in wrong
    ]
