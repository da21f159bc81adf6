"""What a person reads in a workbook besides the tables: what it is, how it goes back, and what each column holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from zollverein.case.contents import Contents
from zollverein.case.schema import Column, TableSchema
from zollverein.case.workbook_layout import COLUMNS, Layout

__all__ = ["ROLES", "column_lines", "note_of", "read_me_lines", "role_of", "unit_of"]

# The end of a column's name to its unit, the longest first.
UNITS = {
    "usd_million": "million US dollars",
    "usd_per_t_month": "US dollars per tonne and month",
    "usd_per_bbl": "US dollars per barrel",
    "usd_per_t": "US dollars per tonne",
    "kt_per_year": "thousand tonnes a year",
    "kt_per_month": "thousand tonnes a month",
    "per_year": "a year",
    "percent": "percent: 5 is 5 %",
    "share": "share of 1: 0.05 is 5 %",
    "days": "days",
    "deg": "degrees",
    "dwt": "tonnes deadweight",
    "usd": "US dollars",
    "km": "kilometres",
    "kt": "thousand tonnes",
    "t": "tonnes",
}
SAID = ("source", "confidence", "method")
ROLES = {"key": "what a row is about", "figure": "what it states", "said": "where it is from and how sure it is"}
TYPES = {
    "string": "text", "number": "number", "integer": "whole number", "year": "year", "boolean": "TRUE or FALSE",
    "date": "day",
}  # fmt: skip
RULES = (
    "Change cells, add rows beneath the last one, sort and filter as you like; empty rows and hidden ones do no harm.",
    "Leave the names of sheets and headers as they are. Columns may change places. Sheets of your own are left out.",
    "Codes such as 0101 or 1-3 stay text: their columns are formatted as text. Check what you paste from elsewhere.",
    "Numbers are numbers without a unit: the unit is in the column's name. A column in percent holds 5 for 5 %.",
    "Formulas count with the value that Excel stored. An error such as #REF! is refused.",
    "Every fault is told at once, with sheet and cell, and nothing is written until there is none.",
)


def role_of(column: str, schema: TableSchema) -> str:
    """Return what a column is for: ``key``, ``figure`` or ``said`` (of the figure)."""
    if column in SAID:
        return "said"
    kind = next(c.type for c in schema.columns if c.name == column)
    return "key" if column in (schema.primary_key or schema.preferred_per) or kind != "number" else "figure"


def unit_of(column: Column) -> str:
    """Return the unit that a column's name ends in; empty if it is no number or has none."""
    if column.type not in ("number", "integer"):
        return ""
    return next((u for end, u in UNITS.items() if column.name == end or column.name.endswith(f"_{end}")), "")


def note_of(column: Column, schema: TableSchema) -> str:
    """Return what a person should know of a column, in lines."""
    title = column.title if column.title != column.name.replace("_", " ") else ""
    lines = [f"{title[:1].upper()}{title[1:]}"] if title else []
    lines.append(TYPES.get(column.type, column.type) + (f", {unit_of(column)}" if unit_of(column) else ""))
    lines += [f"{allowed}" for allowed in _allowed(column)]
    lines.append(_needed(column, schema))
    return "\n".join(line[:1].upper() + line[1:] for line in lines)


def column_lines(contents: Contents, layout: Layout) -> Iterator[tuple[str, ...]]:
    """Yield the header and the rows of the sheet that explains every column."""
    yield "sheet", "column", "holds", "type", "unit", "needed", "allowed"
    for table, sheet in layout.sheets.items():
        schema = contents.schemas[table]
        by_name = {column.name: column for column in schema.columns}
        for name in (by_name[name] for name in sheet.tokens(()).names):
            yield (
                sheet.sheet, name.name, name.title, TYPES.get(name.type, name.type), unit_of(name),
                _needed(name, schema), "; ".join(_allowed(name)),
            )  # fmt: skip


def read_me_lines(
    contents: Contents, layout: Layout, file: str, rows: Mapping[str, int], left_out: Sequence[str]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the lines above and the rows of the list of sheets: sheet, table, rows, file, holds."""
    name = str(contents.descriptor.get("name", layout.name))
    count = f"{len(rows)} table{'s' * (len(rows) != 1)}, {sum(rows.values()):,} rows"
    lines = [
        str(contents.descriptor.get("title", name)),
        f"The case '{name}' of zollverein: {count}. Written by zollverein {layout.program}.",
        "",
        "How it goes back",
        f"zollverein case from-excel {_as_argument(file)} my-case",
        "",
        "What to mind",
        *RULES,
        *([f"Not in this workbook, since they are no text: {', '.join(left_out)}."] if left_out else []),
        "",
        f"The sheet '{COLUMNS}' says what each column holds; so does the note on each header. Colours of headers:",
    ]
    table = [
        (sheet.sheet, t, rows[t], sheet.path, str(contents.resources[t].get("title", "")))
        for t, sheet in layout.sheets.items()
    ]
    return lines, table


def _allowed(column: Column) -> list[str]:
    rules = column.constraints
    told = [f"one of {', '.join(map(str, rules['enum']))}"] if "enum" in rules else []
    if column.foreign:
        told.append(f"stands in {' or '.join(column.foreign)}")
    told += [f"or {prefix}: and a {what}" for prefix, what in column.prefixed.items()]
    told += ["a country (ISO 3166 alpha-3) or a region of the case"] if column.country else []
    told += ["a member of the union, members or third"] if column.member else []
    told += [f"a list, parted by {column.separator}"] if column.separator else []
    told += [f"at least {rules['minimum']}"] if "minimum" in rules else []
    told += [f"at most {rules['maximum']}"] if "maximum" in rules else []
    return told


def _needed(column: Column, schema: TableSchema) -> str:
    if column.constraints.get("required"):
        return "needed"
    if schema.figure and column.name in ("source", "confidence"):
        return "needed"
    if schema.figure and column.name == "method":
        return "needed unless reported"
    return "may be empty"


def _as_argument(file: str) -> str:
    return f'"{file}"' if " " in file else file
