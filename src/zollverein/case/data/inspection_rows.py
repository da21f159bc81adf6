"""Rows of a text file without reading all of it: from its head, from places in between and from its tail."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from zollverein.case.data.inspection_bytes import line_of

__all__ = ["Row", "every_row", "first_line", "line_number", "rows", "split", "stops_within_a_line"]

WHOLE_BYTES = 1 << 20  # a file of up to this size is read whole
HEAD_BYTES = TAIL_BYTES = 1 << 17
BETWEEN_BYTES, BETWEEN = 1 << 15, 12


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file, cut into cells.

    Attributes
    ----------
    cells : as they stand, without their quotation marks. line : its number from 1; 0 if it was not counted.
    offset : where it begins, in bytes; told only where ``line`` is 0. last : only blank lines follow.
    """

    cells: list[str]
    line: int = 0
    offset: int = 0
    last: bool = False


def first_line(path: Path, encoding: str) -> str:
    """Return the first line that is not blank, without its line end."""
    with path.open(encoding=encoding, newline=None) as file:
        return next((line.rstrip("\n") for line in file if line.strip()), "")


def split(line: str, delimiter: str) -> list[str]:
    """Cut one line into cells."""
    if '"' not in line:  # far quicker, and free of the csv module's limit on the length of a cell
        return line.split(delimiter)
    return next(csv.reader([line], delimiter=delimiter), [])


def line_number(path: Path, row: Row) -> int:
    """Return the number of a row's line, from 1; counting it costs a look at all that stands before."""
    return row.line or line_of(path, row.offset)


def stops_within_a_line(path: Path) -> bool:
    """Whether the file's last byte is no line end."""
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) not in {b"\n", b"\r"}


def rows(path: Path, encoding: str, delimiter: str, thorough: bool = False) -> Iterator[Row]:
    """Yield a file's rows: all of a small one, or of any if ``thorough``; else its head, tail and places in between."""
    whole = thorough or path.stat().st_size <= WHOLE_BYTES
    return every_row(path, encoding, delimiter) if whole else _sampled_rows(path, encoding, delimiter)


def every_row(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    """Yield every row that is not blank; cells may run over several lines if they stand in quotation marks."""
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        before, begins = None, 1
        for cells in reader:
            if any(cell.strip() for cell in cells) or len(cells) > 1:
                if before is not None:
                    yield before
                before = Row(cells, line=begins)
            begins = reader.line_num + 1
        if before is not None:
            yield Row(before.cells, line=before.line, last=True)


def _sampled_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    """Yield rows from a file's head, from a dozen places in between and from its tail, each at most once.

    A place whose lines hold an odd number of quotation marks is passed over: cells may run over several lines there,
    and a line by itself says nothing.
    """
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    done = 0
    with path.open("rb") as file:
        end = _end_of_content(file)
        for start, length in _places(file, end):
            begin, lines = _whole_lines(file, max(start, done), start + length)
            done = begin + sum(map(len, lines)) if lines else done
            if any(line.count(b'"') % 2 for line in lines):
                continue
            for line in lines:
                text = line.decode(codec, "replace").lstrip("\ufeff").rstrip("\r\n")
                if text.strip():
                    yield Row(split(text, delimiter), offset=begin, last=begin + len(line) >= end)
                begin += len(line)


def _places(file: BinaryIO, end: int) -> Iterator[tuple[int, int]]:
    """Where to look, in order: offset and length."""
    yield 0, HEAD_BYTES
    for place in range(1, BETWEEN + 1):
        yield place * (end // (BETWEEN + 1)), BETWEEN_BYTES
    tail = _last_line(file, end)
    yield min(tail, max(0, end - TAIL_BYTES)), TAIL_BYTES + end


def _whole_lines(file: BinaryIO, start: int, stop: int) -> tuple[int, list[bytes]]:
    """Return where the first whole line from ``start`` begins, and the lines that begin before ``stop``."""
    file.seek(max(0, start - 1))
    if start:
        file.readline()
    begin = position = file.tell()
    lines = []
    while position < stop and (line := file.readline()):
        lines.append(line)
        position += len(line)
    return begin, lines


def _end_of_content(file: BinaryIO) -> int:
    """Where the last byte stands that is not blank, plus one."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - HEAD_BYTES))
    return size - HEAD_BYTES + len(file.read().rstrip()) if size > HEAD_BYTES else len(file.read().rstrip())


def _last_line(file: BinaryIO, end: int) -> int:
    """Where the last line begins."""
    reach = HEAD_BYTES
    while True:
        start = max(0, end - reach)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0 or start == 0:
            return start + found + 1
        reach *= 2
