"""An Excel workbook as a case again: whole and checked, or refused with every fault by sheet and cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zollverein.case.accounts import MEND_TRADE
from zollverein.case.adding_up import added_up
from zollverein.case.case import check_case
from zollverein.case.contents import as_contents, json_like
from zollverein.case.fault import Fault
from zollverein.case.package import DESCRIPTOR
from zollverein.case.seal import unsealed
from zollverein.case.workbook_faults import faults_at_sheets, refused
from zollverein.case.workbook_layout import Layout
from zollverein.case.workbook_new_tables import with_new_tables
from zollverein.case.workbook_opening import hidden_files, open_workbook
from zollverein.case.workbook_sheets import ReadSheet, match_sheets, read_sheet
from zollverein.case.workbook_writing import LAYOUT
from zollverein.case.writing import require_free, whole_folder, write_files
from zollverein.errors import CaseError, OutputError

__all__ = ["ReadBack", "from_excel"]


@dataclass(frozen=True)
class ReadBack:
    """A case that was read from a workbook.

    Attributes
    ----------
    folder : where it is. tables, rows : how many. notes : what was understood without being told, or left out.
    """

    folder: Path
    tables: int
    rows: int
    notes: tuple[str, ...]


def from_excel(file: str | Path, folder: str | Path, *, follow_trade: bool = False) -> ReadBack:
    """Make a case of a workbook that `to_excel` wrote, in a folder that does not exist or is empty.

    A workbook that nobody changed gives the files that it was written from, byte by byte. In a changed one the cells
    that were not touched keep their letters. Columns may have changed places; rows may be sorted, hidden, added; empty
    ones are left out. A formula counts with the value stored with it. The folder is made whole or not at all.

    Parameters
    ----------
    follow_trade : let production follow trade as `add_up` does; what changed is in the notes.

    Raises
    ------
    CaseError : it is no such workbook; or its faults, all at once, with the sheet as file and the sheet's row and
        column: what Excel made of cells, and what `check_case` finds. Nothing is written.
    OutputError : no place to write to.
    """
    target = require_free(folder)
    near = next(place for place in target.absolute().parents if place.exists())
    if not near.is_dir():
        raise OutputError(f"'{target}' cannot be made: '{near}' is a file, no folder; choose another place")
    opened = open_workbook(file)
    texts = hidden_files(opened)
    layout = Layout.from_json(texts.pop(LAYOUT, "{}"))
    if lost := [path for path in layout.files if path not in texts]:
        raise CaseError(
            f"'{lost[0]}' is missing in the workbook's hidden sheet; write it anew: zollverein case to-excel"
        )
    files = {path: text.encode("utf-8") for path, text in texts.items()}
    empty = {sheet.path: b"" for sheet in layout.sheets.values()}
    contents = as_contents({**files, **empty}, str(file))
    if lost := [table for table in layout.sheets if table not in contents.schemas]:
        raise CaseError(f"the workbook's hidden sheet names no table '{lost[0]}' any more; write the workbook anew")
    grown = with_new_tables(opened.book, layout, contents, str(file))
    layout, contents, files = grown.layout, grown.contents, dict(grown.files)
    faults, others = match_sheets(opened.book, layout, contents.schemas)
    sheets = {
        table: read_sheet(opened, layout, table, contents.schemas[table])
        for table, sheet in layout.sheets.items()
        if sheet.sheet in opened.book.sheetnames
    }
    for read in sheets.values():
        faults += read.faults
    files |= {layout.sheets[table].path: read.tokens.to_bytes() for table, read in sheets.items()}
    notes = [*grown.notes, *_notes(sheets, others)]
    if follow_trade:
        try:
            followed = added_up(replace(contents, files={**contents.files, **files}), Path(file).name)
            files[contents.path("production")] = followed.raw
            notes.append(f"production follows trade: {len(followed.changes):,} figures became others")
        except CaseError as error:
            own = [fault for fault in error.faults if isinstance(fault, Fault)]
            if not own:
                raise
            faults += faults_at_sheets(own, layout, sheets, contents.schemas, faults)
    descriptor = unsealed(contents.descriptor, files)
    if descriptor != contents.descriptor:
        files[DESCRIPTOR] = json_like(descriptor, files[DESCRIPTOR])
        notes.append("tables of a frozen case were changed: it is no vintage any more, and their seals are off")
    with whole_folder(folder) as made:
        write_files(files, made)
        found = [fault for fault in check_case(made) if not (follow_trade and fault.mend == MEND_TRADE)]
        faults += faults_at_sheets(found, layout, sheets, contents.schemas, faults)
        if faults:
            raise refused(Path(file).name, faults, layout)
    rows = sum(len(read.tokens.rows) for read in sheets.values())
    return ReadBack(Path(folder), len(sheets), rows, tuple(notes))


def _notes(sheets: Mapping[str, ReadSheet], others: Sequence[str]) -> list[str]:
    counts: Counter[str] = Counter()
    where: dict[str, list[str]] = {}
    for read in sheets.values():
        for note, count in read.notes.items():
            counts[note] += count
            where.setdefault(note, []).append(read.sheet)
    notes = [f"{note} ({count:,} in {', '.join(where[note])})" for note, count in counts.items()]
    return notes + [f"sheet '{name}' is none of the case's and was left out" for name in others]
