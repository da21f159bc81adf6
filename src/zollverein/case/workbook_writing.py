"""A case as an Excel workbook: a sheet for each table, a first sheet that says what it is, and nothing lost."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zollverein._version import __version__
from zollverein.case.case import Case, open_case
from zollverein.case.contents import Contents, as_contents, files_in
from zollverein.case.tokens import plain
from zollverein.case.workbook_cells import as_read_back, cell_value
from zollverein.case.workbook_guide import ROLES, column_lines, read_me_lines
from zollverein.case.workbook_layout import COLUMNS, FILES, READ_ME, Forms, Layout, Sheet, sheet_names
from zollverein.case.workbook_look import Look, shape_list, shape_table
from zollverein.case.workbook_opening import no_collecting
from zollverein.case.workbook_text import LONGEST_CELL, escaped, file_pieces, unescaped
from zollverein.case.writing import case_files
from zollverein.errors import CaseError, OutputError

__all__ = ["LAYOUT", "Written", "to_excel"]

LAYOUT = "(layout)"
# Years before which a zip cannot say when a file was made; the same case gives the same bytes.
THEN = (1980, 1, 1, 0, 0, 0)
WRITTEN_ON = "1980-01-01T00:00:00Z"


@dataclass(frozen=True)
class Written:
    """A workbook that was written: the file, its tables and rows, and files of the case that it does not hold."""

    file: Path
    tables: int
    rows: int
    left_out: tuple[str, ...]


def to_excel(case: Case | str | Path, file: str | Path) -> Written:
    """Write a case into a workbook that `from_excel` makes the same case of again.

    Each table has a sheet: the header frozen, filtered and explained by notes; numbers, days, true and false as such;
    everything else as text, so that ``0101``, ``1-3`` or ``=x`` stay what they are; lists to choose from where a
    column has them. Schemas, scenarios and the rest lie in a hidden sheet.

    Parameters
    ----------
    case : a bundled name, a folder, a zip or an open case. file : a new file that ends in ``.xlsx``.

    Raises
    ------
    UnknownNameError : no such case. CaseError : it has faults, or a text too long for a cell.
    OutputError : the file is there already, or cannot be written.
    """
    target = Path(file)
    if target.suffix.lower() != ".xlsx":
        raise OutputError(f"cannot write '{target}': a workbook's name ends in .xlsx; name it so")
    if target.exists():
        raise OutputError(f"'{target}' is there already; name a file that is not, so that no work of yours is lost")
    opened = case if isinstance(case, Case) else open_case(case)
    files = case_files(opened) if isinstance(case, Case) else files_in(opened.folder)
    contents = as_contents(files, opened.name)
    with no_collecting():
        made, left_out = _workbook(contents, opened.name, target.name)
    _put(target, made)
    return Written(target, len(contents.resources), opened.figures, tuple(left_out))


def _put(target: Path, made: bytes) -> None:
    """Write a file that is there whole or not at all."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".zollverein-") as beside:
            part = Path(beside) / target.name
            part.write_bytes(made)
            part.rename(target)
    except OSError as error:
        raise OutputError(f"'{target}' cannot be written: {error.strerror}; choose another place") from error


def _workbook(contents: Contents, name: str, file: str) -> tuple[bytes, list[str]]:
    from openpyxl import Workbook  # noqa: PLC0415 - only who writes a workbook waits for it

    texts, left_out = _other_files(contents)
    tables = {table: contents.tokens(table) for table in contents.resources}
    called = sheet_names(tables)
    sheets = {
        table: Sheet(
            table, called[table], contents.path(table), tokens.head, tokens.ending, tokens.ended, tokens.marked
        )
        for table, tokens in tables.items()
    }
    layout = Layout(name, __version__, tuple(texts), sheets, {table: Forms() for table in tables})
    book, look = Workbook(), Look()
    book.remove(book.active)
    first, columns = book.create_sheet(READ_ME), book.create_sheet(COLUMNS)
    rows = {table: len(tokens.rows) for table, tokens in tables.items()}
    for table, tokens in tables.items():
        _table_sheet(book.create_sheet(called[table]), contents, layout, table, tokens.rows, rows, look)
    _read_me(first, *read_me_lines(contents, layout, file, rows, left_out), look)
    shape_list(columns, [*column_lines(contents, layout)], look)
    hidden = book.create_sheet(FILES)
    hidden.sheet_state = "hidden"
    hidden.append(["file", "piece", "as", "text"])
    for path, piece, how, text in file_pieces({**texts, LAYOUT: layout.to_json()}):
        hidden.append([look.text(hidden, path), piece, how or None, look.text(hidden, text) if text else None])
    made = io.BytesIO()
    book.save(made)
    return _without_clock(made.getvalue()), left_out


def _other_files(contents: Contents) -> tuple[dict[str, str], list[str]]:
    """The files besides the tables, as text; and those that are none."""
    tables = {contents.path(table) for table in contents.resources}
    texts: dict[str, str] = {}
    left_out = []
    for path, raw in contents.files.items():
        if path in tables:
            continue
        try:
            texts[path] = raw.decode("utf-8")
        except UnicodeDecodeError:
            left_out.append(path)
    return texts, left_out


def _table_sheet(
    sheet: Any,
    contents: Contents,
    layout: Layout,
    table: str,
    rows: Sequence[Sequence[str]],
    counts: Mapping[str, int],
    look: Look,
) -> None:
    """Fill the sheet of a table, and note what its cells do not tell of how they are written in the file."""
    schema, names = contents.schemas[table], layout.sheets[table].tokens(()).names
    by_name = {column.name: column for column in schema.columns}
    cells: list[list[tuple[str, Any]]] = []
    for name in names:
        at = names.index(name)
        tokens = [row[at] for row in rows]
        texts = [plain(token) for token in tokens]
        values = [cell_value(text, by_name[name]) for text in texts]
        _require_room(table, name, texts)
        forms = layout.forms[table]
        back = [as_read_back(*value) for value in values]
        forms.note(name, back, tokens)
        _note_misread(forms, name, back, tokens)
        cells.append([(kind, escaped(value) if kind == "text" else value) for kind, value in values])
    shape_table(sheet, contents, layout, table, cells, counts, look)
    for row in zip(*cells, strict=True):
        sheet.append([None if kind == "empty" else look.cell(sheet, kind, value) for kind, value in row])


def _note_misread(forms: Forms, column: str, texts: Sequence[str], tokens: Sequence[str]) -> None:
    """Texts that look like an escape come back as a control character once Excel has saved them; say what they were."""
    for text, token in zip(texts, tokens, strict=True):
        if "_x" in text and (misread := unescaped(text)) != text and misread not in texts:
            forms.usual.setdefault(column, {}).setdefault(misread, token)


def _require_room(table: str, column: str, texts: Sequence[str]) -> None:
    for row, text in enumerate(texts, 2):
        if len(text) > LONGEST_CELL // 2 and len(escaped(text).encode("utf-16-le")) // 2 > LONGEST_CELL:
            raise CaseError(
                f"table {table}, row {row}, column {column}: a text of {len(text):,} letters; a cell of Excel holds "
                f"{LONGEST_CELL:,}: shorten it"
            )


def _read_me(sheet: Any, lines: Sequence[str], table: Sequence[Sequence[Any]], look: Look) -> None:
    for letter, width in zip("ABCDE", (32, 32, 10, 36, 70), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    for number, line in enumerate(lines):
        bold = number == 0 or line in ("How it goes back", "What to mind")
        sheet.append([look.said(sheet, line, title=number == 0, bold=bold)] if line else [])
    for role, what in ROLES.items():
        sheet.append([look.header(sheet, what, role)])
    sheet.append([])
    sheet.append([look.header(sheet, name, "key") for name in ("sheet", "table", "rows", "file", "holds")])
    for target, *rest in table:
        sheet.append([look.link(sheet, target), *(look.plain(sheet, value) for value in rest)])


def _without_clock(raw: bytes) -> bytes:
    """A workbook without the time at which it was written, so that the same case gives the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", WRITTEN_ON.encode(), content)
            plain_entry = zipfile.ZipInfo(entry.filename, THEN)
            plain_entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(plain_entry, content)
    return made.getvalue()
