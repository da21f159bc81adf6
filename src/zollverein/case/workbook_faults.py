"""What a case's own check finds, told where a person who works in its workbook finds it: at sheet, row and column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from zollverein.case.fault import LONGEST_SHOWN, SHOWN, Fault
from zollverein.case.schema import TableSchema
from zollverein.case.tokens import plain
from zollverein.case.workbook_layout import Layout
from zollverein.case.workbook_sheets import ReadSheet
from zollverein.errors import CaseError

__all__ = ["faults_at_sheets", "refused"]

TOO_MANY = "a column too many"


def faults_at_sheets(
    found: Sequence[Fault],
    layout: Layout,
    sheets: Mapping[str, ReadSheet],
    schemas: Mapping[str, TableSchema],
    told: Sequence[Fault],
) -> list[Fault]:
    """Return the faults of a case at its sheets' rows and columns; not those that are told already."""
    by_path = {layout.sheets[table].path: table for table in sheets}
    missing = {sheet.path for table, sheet in layout.sheets.items() if table not in sheets}
    known = {(fault.file, fault.row, fault.column) for fault in told}
    faults = []
    for fault in found:
        if fault.file in missing:
            continue
        table = by_path.get(fault.file)
        moved = fault if table is None else _at_the_sheet(fault, sheets[table], schemas[table])
        if (moved.file, moved.row, moved.column) not in known:
            faults.append(moved)
    return faults


def refused(name: str, faults: Sequence[Fault], layout: Layout) -> CaseError:
    """Return the error that refuses a workbook, all its faults in the order of the sheets."""
    order = {sheet.sheet: at for at, sheet in enumerate(layout.sheets.values())}
    ranked = sorted(dict.fromkeys(faults), key=lambda f: (order.get(f.file, -1), f.file, f.row or 0, f.column or ""))
    count = f"{len(ranked)} fault{'s' * (len(ranked) != 1)}"
    lines = [
        f"workbook '{name}' is refused, {count}; nothing was written:",
        *(f"  {fault}" for fault in ranked[:SHOWN]),
    ]
    if len(ranked) > SHOWN:
        lines.append(f"  and {len(ranked) - SHOWN} more; mend these first, or see all of them with --json")
    error = CaseError("\n".join(lines))
    error.faults = tuple(ranked)
    return error


def _at_the_sheet(fault: Fault, read: ReadSheet, schema: TableSchema) -> Fault:
    def row_of(line: int) -> int:
        return read.lines.get(line, line)

    column, mend = fault.column, fault.mend
    if column is not None:
        column = ", ".join(_lettered(read, name) for name in column.split(", "))
    if fault.found == TOO_MANY and not mend.startswith("rename"):
        mend = _room_for_remarks(schema)
    found = re.sub(r"\brow (\d+)", lambda number: f"row {row_of(int(number[1]))}", _shortened(fault, read))
    row = None if fault.row is None else row_of(fault.row)
    return Fault(read.sheet, row, column, found, fault.allowed, mend)


def _shortened(fault: Fault, read: ReadSheet) -> str:
    """What was found, with the texts of its row cut to a length that a person reads."""
    found = fault.found
    starts = list(read.tokens.starts())[1:] if len(found) > LONGEST_SHOWN else []
    if fault.row in starts:
        texts = (plain(token) for token in read.tokens.rows[starts.index(fault.row)])
        for text in sorted((text for text in texts if len(text) > LONGEST_SHOWN), key=len, reverse=True):
            for told in (text, text.strip()):
                found = found.replace(told, f"{told[: LONGEST_SHOWN - 3]}...") if len(told) > LONGEST_SHOWN else found
    return found


def _lettered(read: ReadSheet, column: str) -> str:
    return f"{read.letters.get(column, '')} {column}".strip()


def _room_for_remarks(schema: TableSchema) -> str:
    """What to do with a column that somebody added, such as one of remarks."""
    own = "put them into the column 'note'" if "note" in schema.names else "move them to a sheet of your own"
    return (
        f"if it is for remarks, {own} and clear it; if it is to stay, declare it in the table's schema in the folder's "
        f"schemas/ and write the workbook anew"
    )
