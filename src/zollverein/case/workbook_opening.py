"""A workbook that somebody may have changed: opened, or refused by the name of what it is instead."""

from __future__ import annotations

import gc
import io
import re
import traceback
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zollverein.case.workbook_layout import FILES
from zollverein.case.workbook_text import files_of_pieces
from zollverein.errors import CaseError

__all__ = ["Opened", "hidden_files", "no_collecting", "open_workbook", "stored_value"]

LARGEST_BYTES = 200_000_000
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
SAVE = "open it and save it as an Excel workbook (.xlsx)"
OTHERS = {
    ".xlsm": "a workbook with macros",
    ".xlsb": "a binary workbook",
    ".xls": "a workbook of Excel 2003 or before",
    ".ods": "a workbook of LibreOffice",
    ".numbers": "a workbook of Numbers",
    ".csv": "one table as CSV",
    ".xltx": "a template of a workbook",
}
# Cells and rows that hold nothing but a format; in XML no text can look like them.
EMPTY_CELL = re.compile(rb"<((?:\w+:)?c)(?:\s[^<>]*)?(?:/>|>\s*</\1>)")
EMPTY_ROW = re.compile(rb"<((?:\w+:)?row)(?:\s[^<>]*)?(?:/>|>\s*</\1>)")
# From so many elements without content on, a sheet is worth the look.
MANY_EMPTY = 2_000
# Parts of a workbook without which it is not read.
PARTS = {
    "[Content_Types].xml": "the list of its parts",
    "xl/workbook.xml": "the list of its sheets",
    "xl/styles.xml": "the formats of its cells",
}
# What the library raises on a file that is damaged.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, IndexError, AttributeError, EOFError, OSError,
    SyntaxError, NotImplementedError, RuntimeError,
)  # fmt: skip


@dataclass
class Opened:
    """A workbook with its formulas; the values that were stored with these are read once they are asked for."""

    path: Path
    book: Any
    values: Any = None


def open_workbook(file: str | Path) -> Opened:
    """Open a workbook.

    Raises
    ------
    CaseError : it is no ``.xlsx``, or cannot be read; the message says what it is and what to do.
    """
    path = Path(file)
    kind = path.suffix.lower()
    if kind in OTHERS:
        raise CaseError(f"'{path}' is {OTHERS[kind]} ({kind}), which is not read; {SAVE}")
    if kind != ".xlsx":
        raise CaseError(f"'{path}' does not end in .xlsx; give a workbook that 'zollverein case to-excel' wrote")
    if not path.is_file():
        raise CaseError(f"there is no file '{path}'; give a workbook that 'zollverein case to-excel' wrote")
    try:
        with path.open("rb") as given:
            beginning = given.read(4)
        if beginning == OLD_OR_LOCKED:
            raise CaseError(f"'{path}' is locked by a password, or old under a new name; unlock it, or {SAVE}")
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > LARGEST_BYTES:
            raise CaseError(f"'{path}' unpacks to {size:,} bytes; at most {LARGEST_BYTES:,} are read: split the case")
        return Opened(path, _loaded(path, data_only=False))
    except DAMAGED as error:
        raise CaseError(f"'{path}' cannot be read as a workbook: {_damage(path, error)}") from error


def _damage(path: Path, error: Exception) -> str:
    """What is damaged, and what to do, as far as what the library raised tells."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}; close it elsewhere, or copy it to another place"
    anew = "save it anew as .xlsx from the program that it is from"
    if isinstance(error, zipfile.BadZipFile | zlib.error | EOFError):
        return f"it is cut short, damaged, or none; {anew}, or copy it again"
    if isinstance(error, SyntaxError):
        return f"a part of it is no sound XML; {anew}"
    met = {frame.name for frame in traceback.extract_tb(error.__traceback__)}
    if "read_chartsheet" in met:
        return f"a sheet that is a chart has lost its drawing; delete this sheet, then {anew}"
    try:
        with zipfile.ZipFile(path) as archive:
            parts = set(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        parts = set(PARTS)
    if lost := [f"{what} ({part})" for part, what in PARTS.items() if part not in parts]:
        return f"it lacks {lost[0]}; {anew}"
    return f"a part of it is damaged; {anew}, or put your rows into a workbook that to-excel wrote anew"


def stored_value(opened: Opened, sheet: str, place: str) -> Any:
    """Return the cell with the value that was stored with a formula; its value is None if none was."""
    if opened.values is None:
        opened.values = _loaded(opened.path, data_only=True)
    return opened.values[sheet][place]


def hidden_files(opened: Opened) -> dict[str, str]:
    """Return the files that the hidden sheet keeps.

    Raises
    ------
    CaseError : the sheet is gone, or was changed beyond reading.
    """
    if FILES not in opened.book.sheetnames:
        raise CaseError(
            f"'{opened.path}' has no sheet '{FILES}': 'zollverein case to-excel' did not write it, or the hidden sheet "
            f"was deleted; write the workbook anew and put your rows in"
        )
    pieces = []
    for row in opened.book[FILES].iter_rows(min_row=2, max_col=4, values_only=True):
        path, number, how, text = row
        if path is None:
            continue
        if not isinstance(number, int | float):
            raise CaseError(f"the hidden sheet '{FILES}' has a piece '{number}' of '{path}'; write the workbook anew")
        pieces.append((str(path), int(number), str(how or ""), "" if text is None else str(text)))
    return files_of_pieces(pieces)


@contextmanager
def no_collecting() -> Iterator[None]:
    """Let no garbage be looked for meanwhile: a hundred thousand cells are none, and looking takes half of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _loaded(path: Path, *, data_only: bool) -> Any:
    """The workbook without its cells that hold no value.

    Somebody who colours a column, or presses Ctrl+End, makes a million of them, and the library an object of each.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 - only who reads a workbook waits for it

    with warnings.catch_warnings(), no_collecting():
        # Of parts that it leaves out, such as pictures, and of days out of range, which it makes errors of.
        warnings.simplefilter("ignore")
        return load_workbook(_of_values(path), data_only=data_only)


def _of_values(path: Path) -> io.BytesIO:
    """A workbook whose sheets, where they have many empty cells and rows, lack them."""
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            raw = old.read(entry)
            many = "worksheets/" in entry.filename and raw.count(b"/>") > MANY_EMPTY
            if many and b"<![CDATA[" not in raw:
                raw = EMPTY_ROW.sub(b"", EMPTY_CELL.sub(b"", raw))
            new.writestr(entry.filename, raw)
    made.seek(0)
    return made
