"""Text as a workbook holds it: what XML cannot carry is escaped as Excel does, and files are kept line by line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from zollverein.errors import CaseError

__all__ = ["LONGEST_CELL", "escaped", "file_lines", "files_of_lines", "unescaped"]

LONGEST_CELL = 32_767
# Of a file that is longer in one line; Excel counts letters beyond the basic plane twice.
PIECE = 16_000
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
LineOfFile = tuple[str, int, str, str]


def escaped(text: str) -> str:
    """Return a text as a cell holds it: control characters as ``_x000D_``, and what looks like that itself escaped."""
    text = ESCAPE.sub(lambda found: f"_x005F_x{found[1]}_", text)
    return UNSAFE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """Return the text of a cell, undoing `escaped`."""
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def file_lines(files: Mapping[str, str]) -> Iterator[LineOfFile]:
    """Yield files line by line: file, line, how it is written (empty, or ``json``), text.

    A line that a cell cannot hold as it is (control characters, too long) is written as JSON, or goes on in the next.
    """
    for file, text in files.items():
        for number, line in enumerate(text.split("\n"), 1):
            if UNSAFE.search(line) or ESCAPE.search(line):
                line = json.dumps(line).replace("_x", "\\u005fx")  # noqa: PLW2901 - the same line, written safely
                how = "json"
            else:
                how = ""
            for start in range(0, max(len(line), 1), PIECE):
                yield file, number, how, line[start : start + PIECE]


def files_of_lines(lines: Iterable[LineOfFile]) -> dict[str, str]:
    """Return the files that `file_lines` told, whatever order the lines are in now.

    Raises
    ------
    CaseError : a line that is missing, or one that is not what was written.
    """
    parts: dict[str, dict[int, list[str]]] = {}
    coded: set[tuple[str, int]] = set()
    for file, number, how, text in lines:
        parts.setdefault(file, {}).setdefault(number, []).append(text)
        if how == "json":
            coded.add((file, number))
    files = {}
    for file, told in parts.items():
        if sorted(told) != list(range(1, len(told) + 1)):
            gap = next(n for n in range(1, len(told) + 2) if n not in told)
            raise CaseError(f"line {gap} of '{file}' is missing; write the workbook anew: zollverein case to-excel")
        joined = []
        for number in range(1, len(told) + 1):
            line = "".join(told[number])
            try:
                joined.append(str(json.loads(line)) if (file, number) in coded else line)
            except ValueError as error:
                raise CaseError(f"line {number} of '{file}' was changed and is not read: {error}") from error
        files[file] = "\n".join(joined)
    return files
