"""How the sheets of a workbook look: headers with notes, widths that show what is there, lists to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zollverein.case.contents import Contents
from zollverein.case.schema import Column
from zollverein.case.workbook_guide import note_of, role_of
from zollverein.case.workbook_layout import Layout

__all__ = ["Look", "shape_list", "shape_table"]

FILLS = {"key": "1F4E78", "figure": "375623", "said": "595959"}
NARROWEST, SHORT, WIDEST, DAY_WIDTH = 9, 32, 48, 12
FILTER_ARROW = 5
# Lists to choose from reach so far beneath the last row, for rows to come.
ROOM = 500
LONGEST_LIST = 255
KEYS_FROZEN = 3
LINE_WIDTH = 42
AS_TEXT, AS_DAY = "@", "yyyy-mm-dd"


class Look:
    """Styles of a workbook, made once."""

    def __init__(self) -> None:
        from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - only who writes a workbook waits

        self._white, self._bold, self._title = (
            Font(bold=True, color="FFFFFF"),
            Font(bold=True),
            Font(bold=True, size=16),
        )
        self._linked = Font(color="0563C1", underline="single")
        self._fills = {role: PatternFill("solid", fgColor=colour) for role, colour in FILLS.items()}
        self._wrapped = Alignment(wrap_text=True, vertical="center")
        self._top = Alignment(wrap_text=True, vertical="top")

    def cell(self, sheet: Any, kind: str, value: Any) -> Any:
        """Return a cell of a table that is not empty."""
        if kind == "text":
            return self.text(sheet, value)
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

        made = WriteOnlyCell(sheet, value)
        if kind == "number":
            made.data_type = "n"  # given as text: the library would write sixteen digits, and some need seventeen
        elif kind == "day":
            made.number_format = AS_DAY
        return made

    def text(self, sheet: Any, value: str) -> Any:
        """Return a cell of text that stays text, whatever it looks like."""
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

        made = WriteOnlyCell(sheet, value)
        made.data_type = "s"
        made.number_format = AS_TEXT
        return made

    def header(self, sheet: Any, name: str, role: str, note: str = "") -> Any:
        """Return a cell of a header, with a note."""
        from openpyxl.comments import Comment  # noqa: PLC0415

        made = self.text(sheet, name)
        made.font, made.fill, made.alignment = self._white, self._fills[role], self._wrapped
        if note:
            lines = sum(1 + len(line) // LINE_WIDTH for line in note.split("\n"))
            made.comment = Comment(note, "zollverein", height=24 + 18 * lines, width=300)
        return made

    def said(self, sheet: Any, line: str, *, title: bool = False, bold: bool = False) -> Any:
        """Return a cell of a line of prose."""
        made = self.text(sheet, line)
        if title or bold:
            made.font = self._title if title else self._bold
        return made

    def plain(self, sheet: Any, value: Any) -> Any:
        """Return a cell of a list: a number as such, a text that wraps; None for an empty one."""
        if not value or not isinstance(value, str):
            return value or None
        made = self.text(sheet, value)
        made.alignment = self._top
        return made

    def link(self, sheet: Any, target: str) -> Any:
        """Return a cell that leads to a sheet of the workbook."""
        from openpyxl.worksheet.hyperlink import Hyperlink  # noqa: PLC0415

        made = self.text(sheet, target)
        made.hyperlink = Hyperlink(ref="", location=f"'{target.replace(chr(39), 2 * chr(39))}'!A1")
        made.font = self._linked
        return made


def shape_table(
    sheet: Any,
    contents: Contents,
    layout: Layout,
    table: str,
    cells: Sequence[Sequence[tuple[str, Any]]],
    counts: Mapping[str, int],
    look: Look,
) -> None:
    """Give a table's sheet its header, widths, formats, filter and lists; its rows are appended after."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - only who writes a workbook waits for it

    schema, names = contents.schemas[table], layout.sheets[table].tokens(()).names
    by_name = {column.name: column for column in schema.columns}
    for at, (name, values) in enumerate(zip(names, cells, strict=True), 1):
        dimension = sheet.column_dimensions[get_column_letter(at)]
        dimension.width = _width(name, values)
        if by_name[name].type == "string":
            dimension.number_format = AS_TEXT  # what is typed beneath stays text too
        elif by_name[name].type == "date":
            dimension.number_format = AS_DAY
    last = max(counts[table], 1) + 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{last}"
    frozen = next((n for n, name in enumerate(names) if role_of(name, schema) != "key"), 0)
    key = [name for name in names if name in schema.primary_key]
    leading = len(key) if 0 < len(key) <= KEYS_FROZEN and tuple(names[: len(key)]) == tuple(key) else min(frozen, 1)
    sheet.freeze_panes = f"{get_column_letter(leading + 1)}2"
    sheet.sheet_properties.tabColor = _tab_colour(contents, table)
    for at, name in enumerate(names, 1):
        _offer(sheet, get_column_letter(at), by_name[name], last + ROOM, layout, counts)
    header = [look.header(sheet, name, role_of(name, schema), note_of(by_name[name], schema)) for name in names]
    sheet.row_dimensions[1].height = 32
    sheet.append(header)


def shape_list(sheet: Any, rows: Sequence[Sequence[str]], look: Look) -> None:
    """Fill a sheet with a list under a frozen header."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    for at in range(len(rows[0])):
        width = max(len(str(row[at])) for row in rows) + FILTER_ARROW
        sheet.column_dimensions[get_column_letter(at + 1)].width = min(max(width, NARROWEST), WIDEST)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(rows[0]))}{len(rows)}"
    sheet.append([look.header(sheet, name, "key") for name in rows[0]])
    for row in rows[1:]:
        sheet.append([look.plain(sheet, value) for value in row])


def _width(name: str, values: Sequence[tuple[str, Any]]) -> int:
    """Wide enough for the header and for what is short; of long texts for nine in ten, up to a bound."""
    lengths = sorted(DAY_WIDTH if kind == "day" else len(str(value)) for kind, value in values if kind != "empty")
    longest = lengths[-1] if lengths else 0
    usual = longest if longest <= SHORT else lengths[int(0.9 * (len(lengths) - 1))]
    return min(max(len(name) + FILTER_ARROW, usual + 2, NARROWEST), WIDEST)


def _tab_colour(contents: Contents, table: str) -> str:
    """One colour for each room of the case."""
    rooms = sorted({contents.path(name).rpartition("/")[0] for name in contents.resources})
    colours = ("A6A6A6", "2E75B6", "70AD47", "ED7D31", "7030A0", "FFC000")
    return colours[rooms.index(contents.path(table).rpartition("/")[0]) % len(colours)]


def _offer(sheet: Any, letter: str, column: Column, last: int, layout: Layout, counts: Mapping[str, int]) -> None:
    """Offer a list to choose from where a column has one; it helps and does not forbid: lists may hold several."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    source = _choices(column, layout, counts)
    if source is None:
        return
    offer = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=not column.separator)
    offer.errorStyle = "warning"
    offer.errorTitle, offer.error = "Not in the list", f"{column.name}: zollverein will refuse what it does not know."
    offer.add(f"{letter}2:{letter}{last}")
    sheet.data_validations.append(offer)


def _choices(column: Column, layout: Layout, counts: Mapping[str, int]) -> str | None:
    """What a column's list is made of, as Excel takes it."""
    if "enum" in column.constraints:
        values = [str(value) for value in column.constraints["enum"]]
        joined = ",".join(values)
        plain = not any("," in value or '"' in value for value in values)
        return f'"{joined}"' if plain and len(joined) <= LONGEST_LIST else None
    if column.type == "boolean":
        return '"TRUE,FALSE"'
    if len(column.foreign) != 1 or column.prefixed:
        return None
    table, _, name = column.foreign[0].partition(".")
    if table not in layout.sheets or name not in layout.sheets[table].tokens(()).names:
        return None
    from openpyxl.utils import get_column_letter, quote_sheetname  # noqa: PLC0415

    letter = get_column_letter(layout.sheets[table].tokens(()).names.index(name) + 1)
    return f"{quote_sheetname(layout.sheets[table].sheet)}!${letter}$2:${letter}${counts[table] + 1 + ROOM}"
