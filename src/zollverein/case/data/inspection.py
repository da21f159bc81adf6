"""A publisher's text file before it is read: whether it is whole, and the file that it should be.

A browser saves the login page, a spreadsheet turns codes into dates, a locale writes commas for points, a download
stops half-way. Each of these reads, and each spoils what follows; here each is named, with its line and column.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from zollverein.case.data.inspection_bytes import encoded, opened, refuse_what_is_no_text
from zollverein.case.data.inspection_cells import DECIMAL_COMMA, NUMBER, Judge, Spoilt
from zollverein.case.data.inspection_rows import Row, first_line, line_number, rows, split, stops_within_a_line
from zollverein.case.fault import LONGEST_SHOWN
from zollverein.errors import DataError, near_matches

__all__ = ["TextLayout", "inspect_text"]

# Python's csv module has this limit too, unless another library raises it for the whole process.
LONGEST = 131_072
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


@dataclass(frozen=True, slots=True)
class TextLayout:
    """How a text file that passed inspection is to be opened.

    Attributes
    ----------
    path : the file. encoding : what to open it with (``utf-8-sig`` if it begins with a byte order mark).
    delimiter : between cells. header : its column names; empty if it has none.
    notes : what was noticed, a sentence each.
    underscored : whether an underscore stands between digits somewhere; some programs read 1_000 as a number.
    """

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    notes: tuple[str, ...]
    underscored: bool = False


def inspect_text(
    path: Path,
    *,
    dataset: str,
    columns: Sequence[str] | None = None,
    delimiter: str = ",",
    encoding: str = "utf-8",
    edition: str = "",
    exact: bool = False,
    has_header: bool = True,
    free: Iterable[str] = (),
    codes: Iterable[str] | None = None,
    years: Iterable[str] | None = None,
    thorough: bool = False,
) -> TextLayout:
    """Look a delimited text file over and return how to open it, or say what is wrong with it.

    Every byte is read once for the encoding (a gigabyte takes about a second); rows and cells are judged in the head,
    in the tail and in a dozen places between, all of them if the file is small or ``thorough`` is asked for.

    Parameters
    ----------
    path : the file. dataset : name in the registry, for messages. edition : which one ``columns`` belong to.
    columns : the names that must stand in its header, in any order; None: whatever stands there.
    exact : whether further columns are refused; otherwise they are noted.
    delimiter, encoding : as the publisher writes it.
    has_header : whether its first line names columns.
    free : columns of free text (names, descriptions, dates), whose cells are not judged.
    codes, years : columns that hold codes or years; None: recognised by their names (``hs6``, ``year`` ...).
    thorough : judge every row; 100 MB take about ten seconds.

    Raises
    ------
    DataError : no such file; an archive, a workbook or a web page; not UTF-8 or two encodings; another delimiter;
        columns missing; cut off; rows of another length; cells spoilt by a spreadsheet or a decimal comma.
    """
    called = f"{dataset} ({edition})" if edition else dataset
    with opened(path, dataset):
        refuse_what_is_no_text(path, dataset)
        found = encoded(path, dataset, encoding)
        line = first_line(path, found.encoding)
        _refuse_other_delimiter(path, called, line, columns, delimiter)
        cells = [cell.strip() for cell in split(line, delimiter)]
        notes = list(found.notes)
        if has_header:
            notes += _compare_columns(path, called, cells, columns, exact)
        _refuse_open_quotation(path, called, found.marks)
        judge = Judge(cells if has_header else (), free=free, codes=codes, years=years)
        try:
            for row in rows(path, found.encoding, delimiter, thorough):
                _judge_row(path, called, row, cells, judge, has_header)
            for row, spoilt in judge.doubtful():
                _refuse_cell(path, called, row, spoilt, cells, has_header)
        except csv.Error as error:
            if "field limit" in str(error):
                raise _too_long(path, called) from error
            raise DataError(f"{called}: {path} cannot be cut into cells ({error}); download it again") from error
        if stops_within_a_line(path):
            notes.append(
                f"{path.name} has no line end after its last row; whether its last figure is whole cannot be seen"
            )
    header = tuple(cells) if has_header else ()
    return TextLayout(path, found.encoding, delimiter, header, tuple(notes), found.underscored)


def _refuse_other_delimiter(path: Path, called: str, line: str, columns: Sequence[str] | None, delimiter: str) -> None:
    """Refuse a file whose first line falls into more cells, or more of the wanted ones, at another delimiter."""

    def score(mark: str) -> tuple[int, int]:
        cells = [cell.strip() for cell in split(line, mark)]
        wanted = {name.lower() for name in columns or ()}
        return sum(cell.lower() in wanted for cell in cells), len(cells)

    best = max([delimiter, *DELIMITERS], key=score)
    as_said = score(delimiter)
    if best == delimiter or score(best) == as_said:
        return
    if as_said[0] == score(best)[0] and as_said[1] > 1 and not _are_figures(split(line, best)):
        return
    said, stands = DELIMITERS.get(delimiter, repr(delimiter)), DELIMITERS[best]
    comma = " and, often with these, decimal commas" if best == ";" else ""
    raise DataError(
        f"{called}: {path}, line 1 has {stands} between its cells where {said} belong{comma}; save it again with "
        f"{said} and decimal points, or download it again"
    )


def _are_figures(cells: Sequence[str]) -> bool:
    """Whether a line without names is one of numbers, some of them with decimal commas."""
    bare = [cell.strip() for cell in cells]
    return all(NUMBER.fullmatch(cell) or DECIMAL_COMMA.fullmatch(cell) for cell in bare if cell)


def _compare_columns(
    path: Path, called: str, header: Sequence[str], columns: Sequence[str] | None, exact: bool
) -> list[str]:
    """Hold the header against the wanted columns; return what to note."""
    twice = [name for name, count in Counter(header).items() if count > 1 and name]
    if twice:
        raise DataError(
            f"{called}: {path}, line 1 names column '{twice[0][:LONGEST_SHOWN]}' more than once; download it again"
        )
    if columns is None:
        return []
    missing = [name for name in columns if name not in header]
    extra = [name for name in header if name not in columns]
    if len(missing) == len(columns) and all(NUMBER.fullmatch(cell) for cell in header[-2:]):
        raise DataError(f"{called}: {path} has no header line; its columns must be named {', '.join(columns)}")
    if missing or (extra and exact):
        raise DataError(
            f"{called}: {path} has other columns than this edition: {_differences(missing, extra)}; "
            "check which edition it is, or download it again"
        )
    return [f"{path.name} has columns that are not read: {_some(extra)}"] if extra else []


def _differences(missing: Sequence[str], extra: Sequence[str]) -> str:
    parts = []
    if missing:
        near = [(name, near_matches(name, extra, 1)) for name in missing]
        told = [f"'{name}'" + (f" (is it '{match[0]}'?)" if match else "") for name, match in near]
        parts.append("missing " + _some(told))
    if extra:
        parts.append("not expected " + _some([f"'{name[:LONGEST_SHOWN]}'" for name in extra]))
    return "; ".join(parts)


def _some(names: Sequence[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _refuse_open_quotation(path: Path, called: str, marks: int) -> None:
    if marks % 2 == 0:
        return
    with path.open("rb") as file:
        first = next(number for number, line in enumerate(file, start=1) if line.count(b'"') % 2)
    raise DataError(
        f"{called}: {path} has a quotation mark that is never closed; line {first} is the first with an odd number of "
        "them; the file is cut off or damaged: download it again"
    )


def _judge_row(path: Path, called: str, row: Row, first: Sequence[str], judge: Judge, has_header: bool) -> None:
    """Refuse a row of another length than the first, or with a spoilt cell."""
    if max(map(len, row.cells), default=0) > LONGEST:
        raise _too_long(path, called)
    if len(row.cells) < len(first):
        line, count = line_number(path, row), f"{len(row.cells)} cells where the first line has {len(first)}"
        if row.last:
            raise DataError(f"{called}: {path} is cut off: its last line, {line}, has {count}; download it again")
        raise DataError(f"{called}: {path}, line {line} has {count}; download it again, or mend that line")
    if len(row.cells) > len(first):
        raise DataError(
            f"{called}: {path}, line {line_number(path, row)} has {len(row.cells)} cells where the first line has "
            f"{len(first)}: decimal commas or texts without quotation marks would do this; download it again"
        )
    spoilt = judge.first_fault(row)
    if spoilt:
        _refuse_cell(path, called, row, spoilt, first, has_header)


def _too_long(path: Path, called: str) -> DataError:
    return DataError(
        f"{called}: {path} has a cell of more than {LONGEST:,} letters, which no publisher writes: it is damaged; "
        f"download it again"
    )


def _refuse_cell(path: Path, called: str, row: Row, spoilt: Spoilt, first: Sequence[str], has_header: bool) -> None:
    name = first[spoilt.column] if has_header else ""
    column = f"column '{name}'" if name else f"column {spoilt.column + 1}"
    raise DataError(f"{called}: {path}, line {line_number(path, row)}, {column} holds {spoilt.fault}")
