"""Cells that a spreadsheet or a locale has spoilt: what is wrong with one, and in which column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from zollverein.case.data.inspection_rows import Row

__all__ = ["DECIMAL_COMMA", "NUMBER", "Judge", "Spoilt"]

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
ERROR_CELLS = frozenset(
    ("#REF!", "#NAME?", "#DIV/0!", "#VALUE!", "#N/A", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!")
)
FORMULA = re.compile(r"=\s*[-+(\"A-Za-z\d$]")
TOO_NARROW = re.compile(r"#{3,}")
DECIMAL_COMMA = re.compile(r"[-+]?(\d+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:[ \u00a0\u202f]\d{3})+),\d+([eE][-+]?\d+)?")
COMMA_GROUPS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
OTHER_GROUPS = re.compile(r"[-+]?\d{1,3}(?:(?:[ \u00a0\u202f'\u2019]\d{3})+|(?:\.\d{3}){2,})([.,]\d+)?")
# Months as Excel shortens them in English, German, French, Spanish and Russian.
MONTH = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|mrz|mär|mai|okt|dez|janv|févr|mars|avr|juin|juil|août|"
    "déc|ene|abr|ago|dic|янв|фев|мар|апр|май|июн|июл|авг|сен|окт|ноя|дек"
)
EXCEL_DATE = re.compile(
    rf"(\d{{1,2}}[-.\s]{{1,2}}({MONTH})\.?([-.\s]\d{{2}}(\d{{2}})?)?|({MONTH})\.?[-.\s]\d{{2}}(\d{{2}})?)",
    re.IGNORECASE,
)
SERIAL_DATE = re.compile(r"[2-5]\d{4}(\.0)?")
SCIENTIFIC = re.compile(r"[-+]?\d+(\.\d+)?[eE][-+]?\d+")
YEAR_NAMES = frozenset(("year", "yr", "t", "period", "ref_year", "refyear", "time", "time_period", "yyyy"))
CODE_NAMES = frozenset(
    ("k", "hs", "hs2", "hs4", "hs6", "isic", "cmd", "cmdcode", "product", "commodity", "sitc", "bec", "cpa", "nace")
)
CODE_ENDINGS = ("code", "iso3", "iso2", "_id", "hs6")


@dataclass(frozen=True, slots=True)
class Spoilt:
    """What is wrong with one cell: where in its row (from 0), what was found, and what to do."""

    column: int
    fault: str


class Judge:
    """Judges the cells of one file, by the name of the column each stands in.

    Parameters
    ----------
    header : the file's columns; empty if it has none. free : columns of free text, in which nothing is judged.
    codes, years : columns that hold codes or years; None: recognised by their names.
    """

    def __init__(
        self,
        header: Sequence[str],
        free: Iterable[str] = (),
        codes: Iterable[str] | None = None,
        years: Iterable[str] | None = None,
    ) -> None:
        lower = [name.strip().lower() for name in header]
        wanted_codes = None if codes is None else {name.strip().lower() for name in codes}
        wanted_years = None if years is None else {name.strip().lower() for name in years}
        left_out = {name.strip().lower() for name in free}
        self._free = frozenset(n for n, name in enumerate(lower) if name in left_out)
        self._codes = frozenset(n for n, name in enumerate(lower) if _is_code(name, wanted_codes))
        self._years = frozenset(n for n, name in enumerate(lower) if _is_year(name, wanted_years))

        self._words: Counter[int] = Counter()
        self._serials: Counter[int] = Counter()
        self._first_serials: dict[int, tuple[Row, str]] = {}

    def first_fault(self, row: Row) -> Spoilt | None:
        """Return the first spoilt cell of a row, or None. Plain numbers and words pass quickly."""
        for column, raw in enumerate(row.cells):
            cell = raw.strip()
            if not cell or column in self._free:
                continue
            is_number = NUMBER.fullmatch(cell) is not None
            if column in self._codes or column in self._years:
                fault = self._fault_of_a_label(row, column, cell) if is_number else _fault(cell)
                self._words[column] += not is_number
            else:
                fault = "" if is_number else _fault(cell)
            if fault:
                return Spoilt(column, fault)
        return None

    def doubtful(self) -> Iterator[tuple[Row, Spoilt]]:
        """Yield codes that may be dates by their number, in columns whose other codes are words; to be asked last."""
        for column, (row, cell) in self._first_serials.items():
            if self._words[column] > self._serials[column]:
                yield row, Spoilt(column, f"'{cell}' {_SERIAL} where a code belongs; {_AS_TEXT}")

    def _fault_of_a_label(self, row: Row, column: int, cell: str) -> str:
        if SERIAL_DATE.fullmatch(cell):
            if column in self._years:
                return f"'{cell}' {_SERIAL} where a year belongs; {_AS_TEXT}"
            self._serials[column] += 1
            self._first_serials.setdefault(column, (row, cell))
        if SCIENTIFIC.fullmatch(cell):
            return f"'{cell}', a code that a spreadsheet has turned into a number in scientific notation; {_AS_TEXT}"
        return ""


_SERIAL = "(the number by which a spreadsheet keeps a date)"
_AS_TEXT = "import that column as text from the publisher's file"


def _fault(cell: str) -> str:
    """What is wrong with a cell that is not a plain number; empty if nothing is."""
    first = cell[0]
    if first == "#" and cell.upper() in ERROR_CELLS:
        return f"'{cell}', a formula's error that a spreadsheet has saved; restore the figure from the publisher's file"
    if first == "#" and TOO_NARROW.fullmatch(cell):
        return f"'{cell}', which a spreadsheet shows for a column too narrow; restore it from the publisher's file"
    if first == "=" and FORMULA.match(cell):
        return f"'{cell[:40]}', a formula, not a figure; save the sheet's values"
    if first in "-+0123456789":
        if COMMA_GROUPS.fullmatch(cell):
            return f"'{cell}', a number with thousands separators or a decimal comma; write it with digits and a point"
        if DECIMAL_COMMA.fullmatch(cell):
            return f"'{cell}', a number with a decimal comma; write a decimal point, without thousands separators"
        if OTHER_GROUPS.fullmatch(cell):
            return f"'{cell}', a number with thousands separators; write it without them"
    if len(cell) <= 14 and EXCEL_DATE.fullmatch(cell):
        return f"'{cell}', a date that a spreadsheet has made of a code such as '1-3' or 'MAR1'; {_AS_TEXT}"
    return ""


def _is_code(name: str, wanted: set[str] | None) -> bool:
    return name in wanted if wanted is not None else name in CODE_NAMES or name.endswith(CODE_ENDINGS)


def _is_year(name: str, wanted: set[str] | None) -> bool:
    return name in wanted if wanted is not None else name in YEAR_NAMES
