"""Text as a workbook holds it: what XML cannot carry is escaped as Excel does, and files are kept in a few cells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from zollverein.errors import CaseError

__all__ = ["LONGEST_CELL", "escaped", "file_pieces", "files_of_pieces", "unescaped"]

LONGEST_CELL = 32_767
# Of a file that is longer; Excel counts letters beyond the basic plane twice.
PIECE = 16_000
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
Piece = tuple[str, int, str, str]


def escaped(text: str) -> str:
    """Return a text as a cell holds it: control characters as ``_x000D_``, and what looks like that itself escaped."""
    text = ESCAPE.sub(lambda found: f"_x005F_x{found[1]}_", text)
    return UNSAFE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """Return the text of a cell, undoing `escaped`."""
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def file_pieces(files: Mapping[str, str]) -> Iterator[Piece]:
    """Yield files in pieces that a cell holds: file, piece, how it is written (empty, or ``json``), text.

    A file with letters that a cell cannot hold as they are (control characters) is written as JSON.
    """
    for file, text in files.items():
        unsafe = UNSAFE.search(text) or ESCAPE.search(text)
        told = json.dumps(text, ensure_ascii=False).replace("_x", "\\u005fx") if unsafe else text
        told = UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", told)  # those that JSON lets stand
        for number, start in enumerate(range(0, max(len(told), 1), PIECE), 1):
            yield file, number, "json" if unsafe else "", told[start : start + PIECE]


def files_of_pieces(pieces: Iterable[Piece]) -> dict[str, str]:
    """Return the files that `file_pieces` told, whatever order the pieces are in now.

    Raises
    ------
    CaseError : a piece that is missing, or one that is not what was written.
    """
    parts: dict[str, dict[int, str]] = {}
    coded: set[str] = set()
    for file, number, how, text in pieces:
        parts.setdefault(file, {})[number] = text
        coded |= {file} if how == "json" else set()
    files = {}
    for file, told in parts.items():
        if gap := next((n for n in range(1, max(told) + 1) if n not in told), 0):
            raise CaseError(f"piece {gap} of '{file}' is missing; write the workbook anew: zollverein case to-excel")
        text = "".join(told[number] for number in sorted(told))
        try:
            files[file] = str(json.loads(text)) if file in coded else text
        except ValueError as error:
            raise CaseError(
                f"'{file}' was changed in the hidden sheet and cannot be read; write the workbook anew with "
                f"'zollverein case to-excel', and put your rows into it"
            ) from error
    return files
