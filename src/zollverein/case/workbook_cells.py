"""One cell between a CSV file and Excel: numbers, days, true and false as such, all else as text that stays text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

from zollverein.case.parsing import BOOLEANS
from zollverein.case.schema import Column
from zollverein.case.workbook_text import unescaped
from zollverein.case.writing import number_text

__all__ = ["Read", "as_read_back", "cell_value", "read_cell"]

NUMBERS = ("number", "integer", "year")
PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
PLAIN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Excel counts days from 1900 and takes that year for a leap year; before March its days are not to be trusted.
FIRST_DAY = date(1900, 3, 1)
LONG_CODE = 15
Kind = Literal["empty", "text", "number", "flag", "day"]


@dataclass(frozen=True, slots=True)
class Read:
    """What a cell of a workbook holds.

    Attributes
    ----------
    text : as it would stand in a CSV file. fault : found, allowed and what to do, if it is not what its column holds.
    note : what was understood without being told, for a summary.
    """

    text: str
    fault: tuple[str, str, str] | None = None
    note: str = ""


def cell_value(text: str, column: Column) -> tuple[Kind, Any]:
    """Return what a cell of a CSV file is in Excel: its kind, and its text (of numbers too), day or flag."""
    plain = text.strip()
    if not text:
        return "empty", None
    if column.type in NUMBERS and PLAIN_NUMBER.fullmatch(plain):
        number = float(plain)
        if abs(number) != float("inf"):
            return "number", number_text(number)
    if column.type == "boolean" and plain in BOOLEANS:
        return "flag", BOOLEANS[plain]
    if column.type == "date" and PLAIN_DAY.fullmatch(plain):
        day = _day(plain)
        if day is not None and day >= FIRST_DAY:
            return "day", day
    return "text", text


def as_read_back(kind: Kind, value: Any) -> str:
    """Return the text that `read_cell` will find in a cell that nobody changed."""
    if kind == "empty":
        return ""
    if kind == "flag":
        return "true" if value else "false"
    return value.isoformat() if kind == "day" else str(value)


def read_cell(cell: Any, column: Column, coded: bool) -> Read:
    """Read a cell of a workbook that holds no formula.

    Parameters
    ----------
    cell : as openpyxl gives it. coded : other cells of the column are codes that begin with a zero, such as ``0101``.
    """
    value, kind = cell.value, cell.data_type
    if value is None or value == "":
        return Read("")
    if kind == "e":
        return Read(str(value), (f"the error {value}", "a value", "mend the formula it came from, or type the value"))
    if kind == "b" or isinstance(value, bool):
        return _flag(bool(value), column)
    if isinstance(value, datetime | date | time) or kind == "d":
        return _moment(value, column, str(cell.number_format))
    if isinstance(value, int | float):
        return _number(value, column, coded, "%" in re.sub(r'"[^"]*"|\\.', "", str(cell.number_format)))
    return Read(unescaped(str(value)))


def _flag(value: bool, column: Column) -> Read:
    text = "true" if value else "false"
    if column.type == "boolean":
        return Read(text)
    allowed = "a number" if column.type in NUMBERS else "a day" if column.type == "date" else "text"
    return Read(text, (f"Excel's {text.upper()}", allowed, "format the cell as text and type it again"))


def _moment(value: Any, column: Column, shown_as: str) -> Read:
    """A day, or what Excel took for one."""
    day = value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None
    at = value.time() if isinstance(value, datetime) else time()
    text = day.isoformat() if day is not None else str(value)
    if column.type == "date":
        if day is None or at != time():
            return Read(text, (f"the time {value}", "a day without a time", "take the time off"))
        return Read(text)
    if column.type in NUMBERS:
        mend = "type the number again; Excel makes days of entries such as 3-4 or 3.4"
        return Read(text, (f"the day {text}", "a number", mend))
    mend = (
        f"format the cell as text and type it again; Excel makes days of codes such as 3-4 and of {text} itself "
        f"(shown as {shown_as})"
    )
    return Read(text, (f"the day {text}, of Excel's own making or a real one", "text", mend))


def _number(value: float, column: Column, coded: bool, percent: bool) -> Read:
    text = number_text(float(value)) if isinstance(value, float) else str(value)
    share = f"{100 * float(value):.10g} %"
    if column.type == "date":
        mend = "format it as a day if it is Excel's number of one, or write it as 2022-03-23"
        return Read(text, (f"the number {text}", "a day", mend))
    if column.type in NUMBERS:
        if percent and "percent" in column.name:
            mend = "take the percent format off and write a plain number: 5 for 5 %"
            return Read(text, (f"{share}, which Excel holds as {text}", "percent as a plain number", mend))
        note = "cells with a percent format are read as Excel holds them: 5 % is 0.05" if percent else ""
        return Read(text, note=note)
    if column.type == "boolean":
        return Read(text)
    if percent:
        return Read(text, (f"{share}, which Excel holds as {text}", "text", "format the cell as text, type it again"))
    if coded:
        mend = "format the cell as text and type the code again, with its zeros"
        return Read(text, (f"the number {text}, from which Excel may have cut zeros", "a code as text", mend))
    if len(text.lstrip("-").replace(".", "")) > LONG_CODE:
        mend = f"format the cell as text and type it again; Excel keeps {LONG_CODE} digits of a number"
        return Read(text, (f"the number {text}", "text", mend))
    return Read(text, note="numbers in a column of text are taken by their digits")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
