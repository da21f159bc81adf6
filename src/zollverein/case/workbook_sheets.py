"""The sheets of a workbook read back: which is whose table, and each table's rows with the cells they came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from zollverein.case.fault import Fault
from zollverein.case.schema import Column, TableSchema
from zollverein.case.tokens import TokenTable, quoted
from zollverein.case.workbook_cells import read_cell
from zollverein.case.workbook_layout import COLUMNS, FILES, READ_ME, Forms, Layout, Sheet
from zollverein.case.workbook_opening import Opened, stored_value
from zollverein.errors import near_matches

__all__ = ["ReadSheet", "header_of", "match_sheets", "read_sheet"]

OURS = (READ_ME, COLUMNS, FILES)
# A header is looked for so far down: people put titles above.
DEEPEST_HEADER = 20
Rows = dict[int, dict[int, Any]]


@dataclass
class ReadSheet:
    """A table as a sheet has it.

    Attributes
    ----------
    tokens : its file. lines : line of the file to row of the sheet. letters : column to its letter.
    faults : what Excel made of cells, sheet and cell named. notes : what was understood without being told, counted.
    """

    sheet: str
    tokens: TokenTable
    lines: Mapping[int, int]
    letters: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


def match_sheets(book: Any, layout: Layout, schemas: Mapping[str, TableSchema]) -> tuple[list[Fault], list[str]]:
    """Return the faults of sheets that are missing or doubled, and the names of those that are none of the case."""
    known = {sheet.sheet: table for table, sheet in layout.sheets.items()}
    others = [sheet for sheet in book.worksheets if sheet.title not in known and sheet.title not in OURS]
    headers = {sheet.title: set(header_of(sheet, schemas)[1].values()) for sheet in others}
    faults, taken = [], set()
    for name, table in known.items():
        alike = [title for title, header in headers.items() if header and set(schemas[table].names) <= header]
        present = name in book.sheetnames
        for title in alike if present else ():
            if title not in taken and not _nearer(title, name, known):
                taken.add(title)
                found, mend = f"a second sheet with the columns of '{name}'", "keep one of them, and name it so"
                faults.append(Fault(title, None, None, found, f"one sheet '{name}'", mend))
        if not present:
            near = [title for title in alike if title not in taken] or near_matches(name, set(headers) - taken, 1)
            taken |= set(near[:1])
            mend = f"rename '{near[0]}' to '{name}'" if near else "put it back; write the workbook anew to have it"
            faults.append(Fault(name, None, None, "the sheet is missing", "a sheet for each table", mend))
    return faults, [title for title in headers if title not in taken]


def read_sheet(opened: Opened, layout: Layout, table: str, schema: TableSchema) -> ReadSheet:
    """Read the sheet of a table: cells as they would stand in its file, and what is wrong with them as cells."""
    plan, sheet = layout.sheets[table], opened.book[layout.sheets[table].sheet]
    header_row, header, _ = header_of(sheet, {table: schema})
    by_name = {column.name: column for column in schema.columns}
    rows = {number: cells for number, cells in _grid(sheet).items() if number > header_row}
    names = {at: header.get(at, "") for at in sorted({*header, *(at for cells in rows.values() for at in cells)})}
    read = ReadSheet(plan.sheet, plan.tokens(()), {}, {n: _letter(at) for at, n in names.items()})
    read.faults += _shape_faults(sheet, plan.sheet, header_row, names, rows)
    coded = {name: _coded(rows, at) for at, name in names.items() if name in by_name}
    forms = layout.forms[table]
    made = [
        [
            _cell(opened, read, cells.get(at), by_name.get(name), coded.get(name, False), forms, number)
            for at, name in names.items()
        ]
        for number, cells in rows.items()
    ]
    read.tokens = _in_order(plan, list(names.values()), made)
    starts = list(read.tokens.starts())
    read.lines = {1: header_row, **dict(zip(starts[1:], rows, strict=True))}
    return read


def _grid(sheet: Any, deepest: int | None = None) -> Rows:
    """The cells of a sheet that hold anything, by row and column; of its first rows, if so asked.

    From the library's own store: it offers no other way that does not make a cell for each place up to the last one,
    and a stray blank in the last row of a sheet is the last of a million.
    """
    rows: Rows = {}
    places = sheet._cells if deepest is None else [place for place in sheet._cells if place[0] <= deepest]
    for row, column in sorted(places):
        cell = sheet._cells[row, column]
        if cell.value is not None and cell.value != "":
            rows.setdefault(row, {})[column] = cell
    return rows


def header_of(sheet: Any, schemas: Mapping[str, TableSchema]) -> tuple[int, dict[int, str], int]:
    """Return the row of the header, which may stand under a title, its names by column, and how many are of tables."""
    best, found, most = 1, dict[int, str](), 0
    known = {name for schema in schemas.values() for name in schema.names}
    for number, cells in _grid(sheet, DEEPEST_HEADER).items():
        names = {at: name for at, cell in cells.items() if (name := str(cell.value).strip())}
        count = len(known.intersection(names.values()))
        if count > most or (number == 1 and names):
            best, found, most = number, names, max(count, most)
    return best, found, most


def _shape_faults(sheet: Any, name: str, header_row: int, names: Mapping[int, str], rows: Rows) -> Iterator[Fault]:
    """What is wrong with a sheet as a sheet: merged cells, a column without a name."""
    last = max(rows, default=header_row)
    for area in sheet.merged_cells.ranges:
        if area.max_row >= header_row and area.min_row <= last:
            place = f"{_letter(area.min_col)} {names.get(area.min_col, '')}".strip()
            found = f"merged cells {area.coord}, of which only the first holds a value"
            yield Fault(name, area.min_row, place, found, "a cell for each value", "unmerge them, and fill each")
    for at, column in names.items():
        if not column:
            first = next(number for number, cells in rows.items() if at in cells)
            found, mend = f"cells from row {first} on without a name above", "name the column, or clear it"
            yield Fault(name, header_row, _letter(at), found, "a header for each column", mend)


def _coded(rows: Rows, at: int) -> bool:
    """Whether a column has codes that begin with a zero, which Excel would cut."""
    cells = (cells[at] for cells in rows.values() if at in cells)
    texts = (str(cell.value).strip() for cell in cells if cell.data_type == "s")
    return any(len(text) > 1 and text[0] == "0" and text.replace(";", "").isdigit() for text in texts)


def _cell(
    opened: Opened, read: ReadSheet, cell: Any, column: Column | None, coded: bool, forms: Forms, number: int
) -> str:
    """The token of a cell; what is wrong with it goes to the faults of its sheet."""
    if cell is None:
        return forms.token(column.name, number, "") if column is not None else ""
    if column is None:
        return quoted(str(cell.value))  # of a column that is none, which is told once for all its cells
    place = f"{cell.column_letter} {column.name}"
    if cell.data_type == "f":
        stored = stored_value(opened, read.sheet, cell.coordinate)
        if stored.value is None:
            mend = "open the workbook in Excel and save it, or type the value"
            read.faults.append(Fault(read.sheet, number, place, "a formula without a stored value", "a value", mend))
            return ""
        read.notes["formulas count with the value that was stored"] += 1
        cell = stored
    told = read_cell(cell, column, coded)
    if told.fault is not None:
        read.faults.append(Fault(read.sheet, number, place, *told.fault))
    if told.note:
        read.notes[told.note] += 1
    return forms.token(column.name, number, told.text)


def _in_order(plan: Sheet, names: list[str], rows: list[list[str]]) -> TokenTable:
    """The table, its columns as in its file if it has them all; else as in the sheet, for the faults to be told."""
    wanted = list(plan.tokens(()).names)
    if sorted(wanted) != sorted(names):
        return plan.tokens(rows, [quoted(name) for name in names])
    order = [names.index(name) for name in wanted]
    return plan.tokens([[row[at] for at in order] for row in rows])


def _nearer(title: str, name: str, known: Mapping[str, str]) -> bool:
    """Whether a sheet's title is nearer to that of another table with the same columns."""
    near = near_matches(title, known, 1)
    return bool(near) and near[0] != name


def _letter(at: int) -> str:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - only who reads a workbook waits for it

    return str(get_column_letter(at))
