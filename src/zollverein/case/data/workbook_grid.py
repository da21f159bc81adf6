"""A publisher's workbook as a grid of labels and figures: cells that are neither are named with their address."""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.util
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from zollverein.case.data.inspection_bytes import opened
from zollverein.case.data.inspection_cells import NUMBER, Judge
from zollverein.case.data.inspection_rows import Row
from zollverein.case.data.world_table import Array
from zollverein.case.fault import LONGEST_SHOWN
from zollverein.errors import DataError

__all__ = ["Grid", "figures", "read_grid", "refuse_other_unit", "text"]

PLAIN = frozenset((int, float))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, EOFError, SyntaxError),
    *(AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError),
)
"""What zipfile and openpyxl raise on workbooks that are not whole; a broken part of XML is a SyntaxError."""
NO_DATA_SHEETS = frozenset(("legend", "notes", "readme", "read me", "contents", "table of contents", "sources"))


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The cells of one sheet, as they stand.

    Attributes
    ----------
    path, sheet : where they are from. rows : a list of cells each; empty cells are None. notes : what was noticed.
    """

    path: Path
    sheet: str
    rows: list[list[Any]] = field(repr=False)
    notes: list[str] = field(default_factory=list)


def read_grid(path: Path, dataset: str, sheet: str | None = None) -> Grid:
    """Read one sheet of a workbook: the named one, else the first that holds data.

    ``python-calamine``, where it is installed, reads a world table in seconds and takes xlsb too; openpyxl takes two
    minutes, and xlsx only. Formulas count by the values that the workbook keeps of them.

    Raises
    ------
    DataError : no such file, no workbook, a damaged one, xlsb without python-calamine, no such sheet.
    """
    with opened(path, dataset):
        _refuse_what_is_no_workbook(path, dataset)
        try:
            by_calamine = not _holds_errors(path) and importlib.util.find_spec("python_calamine") is not None
            name, rows = (_by_calamine if by_calamine else _by_openpyxl)(path, dataset, sheet)
        except DAMAGED as error:
            raise DataError(
                f"{dataset}: {path} is a workbook that is damaged or cut off ({error}); download it again"
            ) from error
    if not rows:
        raise DataError(f"{dataset}: {path}, sheet '{name}' is empty; download it again")
    return Grid(path, name, rows)


def _refuse_what_is_no_workbook(path: Path, dataset: str) -> None:
    if not path.is_file():
        raise DataError(f"{dataset}: there is no file {path}; look where it was saved")
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith(OLE):
        raise DataError(
            f"{dataset}: {path} is a workbook of old Excel (xls) or one with a password; open it in a spreadsheet and "
            "save it as xlsx without one, or download it again"
        )
    if not head.startswith(b"PK"):
        what = "a web page" if head.lstrip().lower().startswith((b"<!doctype", b"<html")) else "no Excel workbook"
        raise DataError(f"{dataset}: {path} is {what}; download the workbook itself (xlsx) in a browser")


def figures(grid: Grid, rows: Sequence[int], columns: Sequence[int], dataset: str) -> Array:
    """Return figures of the grid, (rows, columns); empty cells are 0, and noted, as are numbers kept as text.

    Raises
    ------
    DataError : a cell that is no number: a date, a formula's error, a decimal comma, a word; with its address.
    """
    out = np.zeros((len(rows), len(columns)))
    first_empty: tuple[int, int] | None = None
    empty = texts = 0
    start, stop = columns[0], columns[-1] + 1
    for k, n in enumerate(rows):
        cells = grid.rows[n]
        part = cells[start:stop] if len(columns) == stop - start else [cells[c] for c in columns if c < len(cells)]
        part = part + [None] * (len(columns) - len(part))
        if set(map(type, part)) <= PLAIN:
            out[k] = part
            continue
        for c, cell in enumerate(part):
            value = _number(cell)
            if value is None:
                _refuse(grid, n, columns[c], cell, dataset)
            is_empty = cell is None or not text(cell)
            first_empty = (n, columns[c]) if is_empty and first_empty is None else first_empty
            out[k, c] = value
            empty += is_empty
            texts += isinstance(cell, str) and not is_empty
    if first_empty:
        _refuse_formula_without_value(grid, *first_empty, dataset)
        grid.notes.append(f"{empty} cells of sheet '{grid.sheet}' were empty and count as 0")
    if texts:
        grid.notes.append(f"{texts} figures of sheet '{grid.sheet}' stood there as text and were taken as numbers")
    return out


def refuse_other_unit(grid: Grid, title: str, dataset: str) -> None:
    """Refuse a table whose title says that it is in another unit than millions of US dollars.

    Raises
    ------
    DataError : which unit it says.
    """
    unit = re.search(r"\b([a-z]+) of US\$", title, re.IGNORECASE)
    if unit and unit[1].lower() not in {"million", "millions"}:
        raise DataError(
            f"{dataset}: {grid.path} says that it is in {unit[1]} of US$; the publisher's is in millions: download "
            "it again"
        )


def text(cell: Any) -> str:
    """Return a label cell as text: whole numbers without a decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _number(cell: Any) -> float | None:
    """The figure of a cell; 0 of an empty one; None of anything else."""
    if cell is None:
        return 0.0
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, str):
        bare = cell.strip()
        if not bare:
            return 0.0
        return float(bare) if NUMBER.fullmatch(bare) else None
    return None


def _refuse(grid: Grid, row: int, column: int, cell: Any, dataset: str) -> None:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415  only for a message

    spoilt = Judge(()).first_fault(Row([text(cell)])) if isinstance(cell, str) else None
    if spoilt:
        what = spoilt.fault
    elif isinstance(cell, dt.date | dt.datetime | dt.time):
        what = f"a date ({cell}) where a figure belongs; restore it from the publisher's file"
    else:
        what = f"'{str(cell)[:LONGEST_SHOWN]}', which is no number; restore it from the publisher's file"
    address = f"{get_column_letter(column + 1)}{row + 1}"
    raise DataError(f"{dataset}: {grid.path}, sheet '{grid.sheet}', cell {address} holds {what}")


def _refuse_formula_without_value(grid: Grid, row: int, column: int, dataset: str) -> None:
    """An empty cell may be a formula that nobody has computed: a workbook saved by a program, not by a spreadsheet."""
    if grid.path.suffix.lower() not in {".xlsx", ".xlsm"}:
        return
    import openpyxl  # noqa: PLC0415  a second look at one cell

    book = openpyxl.load_workbook(grid.path, read_only=True)
    try:
        place = {"min_row": row + 1, "max_row": row + 1, "min_col": column + 1, "max_col": column + 1}
        cell = next(book[grid.sheet].iter_rows(values_only=True, **place), (None,))[0]
    finally:
        book.close()
    if isinstance(cell, str) and cell.startswith("="):
        _refuse(grid, row, column, cell, dataset)


def _holds_errors(path: Path) -> bool:
    """Whether some cell of an xlsx file is a formula's error; python-calamine takes those for empty cells."""
    with zipfile.ZipFile(path) as book:
        for part in book.namelist():
            if not part.startswith("xl/worksheets/") or not part.endswith(".xml"):
                continue
            before = b""
            with book.open(part) as sheet:
                while chunk := sheet.read(1 << 20):
                    if b't="e"' in before + chunk:
                        return True
                    before = chunk[-8:]
    return False


def _by_calamine(path: Path, dataset: str, sheet: str | None) -> tuple[str, list[list[Any]]]:
    calamine = importlib.import_module("python_calamine")
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        name = _chosen(book.sheet_names, sheet, path, dataset)
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except calamine.CalamineError as error:
        raise DataError(f"{dataset}: {path} is a damaged workbook ({error}); download it again") from error
    return name, [[None if isinstance(cell, str) and not cell else cell for cell in row] for row in rows]


def _by_openpyxl(path: Path, dataset: str, sheet: str | None) -> tuple[str, list[list[Any]]]:
    import openpyxl  # noqa: PLC0415  only readers of workbooks wait for it

    if path.suffix.lower() == ".xlsb":
        raise DataError(
            f"{dataset}: {path} is in Excel's binary format (xlsb), which needs a library more: pip install "
            "python-calamine; or save the sheet as xlsx"
        )
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        name = _chosen(book.sheetnames, sheet, path, dataset)
        return name, [list(row) for row in _rows(book[name])]
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[Sequence[Any]]:
    sheet.reset_dimensions()  # the size that a file states of itself can be wrong
    yield from sheet.iter_rows(values_only=True)


def _chosen(names: Sequence[str], wanted: str | None, path: Path, dataset: str) -> str:
    if wanted is not None and wanted in names:
        return wanted
    data = [name for name in names if name.strip().lower() not in NO_DATA_SHEETS]
    if not data:
        raise DataError(f"{dataset}: {path} has no sheet of data, only {', '.join(names)}; download it again")
    return data[0]
