"""How a case lies in a workbook: a sheet for each table, and what a sheet cannot show of the file that it came from."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from zollverein.case.tokens import TokenTable, quoted
from zollverein.errors import CaseError

__all__ = ["COLUMNS", "FILES", "READ_ME", "Forms", "Layout", "Sheet", "sheet_names"]

READ_ME, COLUMNS, FILES = "read me", "columns", "case files"
LONGEST_NAME = 31
FORMAT = 1
# Not allowed in the name of a sheet; Excel keeps "History" for itself.
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
RESERVED = (READ_ME, COLUMNS, FILES, "history")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table's sheet, and the form of its file.

    Attributes
    ----------
    table, sheet, path : names of the table, of its sheet and of its file. head : the header's cells as written.
    """

    table: str
    sheet: str
    path: str
    head: tuple[str, ...]
    ending: str
    ended: bool
    marked: bool

    def tokens(self, rows: Sequence[Sequence[str]], head: Sequence[str] | None = None) -> TokenTable:
        """Return rows in the form of the table's file."""
        return TokenTable(self.head if head is None else tuple(head), rows, self.ending, self.ended, self.marked)


@dataclass
class Forms:
    """How cells are written in the file where a value alone does not tell: ``5.0``, ``+3``, needless quotation marks.

    Attributes
    ----------
    usual : by column, the text of a value to the cell as it is usually written. at : the same for single rows.
    """

    usual: dict[str, dict[str, str]] = field(default_factory=dict)
    at: dict[str, dict[int, tuple[str, str]]] = field(default_factory=dict)

    def note(self, column: str, texts: Sequence[str], tokens: Sequence[str]) -> None:
        """Take in a column: what each cell will be read back as, and how it is written; row 2 is the first."""
        told: dict[str, Counter[str]] = {}
        for text, token in zip(texts, tokens, strict=True):
            told.setdefault(text, Counter())[token] += 1
        usual = {text: counts.most_common(1)[0][0] for text, counts in told.items()}
        if special := {text: token for text, token in usual.items() if token != quoted(text)}:
            self.usual[column] = special
        rows = enumerate(zip(texts, tokens, strict=True), 2)
        if odd := {row: (text, token) for row, (text, token) in rows if token != usual[text]}:
            self.at[column] = odd

    def token(self, column: str, row: int, text: str) -> str:
        """Return how the text of a cell is written in the file."""
        was, token = self.at.get(column, {}).get(row, ("", ""))
        return token if token and was == text else self.usual.get(column, {}).get(text, quoted(text))

    def to_mapping(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"usual": self.usual, "at": {c: [[r, *pair] for r, pair in rows.items()] for c, rows in self.at.items()}}

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Forms:
        """Return what `to_mapping` told."""
        at = {c: {int(r): (str(text), str(token)) for r, text, token in rows} for c, rows in data["at"].items()}
        return cls({str(c): dict(texts) for c, texts in data["usual"].items()}, at)


@dataclass(frozen=True, slots=True)
class Layout:
    """What brings a workbook back to a case.

    Attributes
    ----------
    name, program : the case's name, and the version of the program that wrote the workbook.
    files : those that the hidden sheet keeps. sheets, forms : by table.
    """

    name: str
    program: str
    files: tuple[str, ...]
    sheets: Mapping[str, Sheet]
    forms: Mapping[str, Forms]

    def to_json(self) -> str:
        """Return it as text."""
        sheets = [asdict(sheet) for sheet in self.sheets.values()]
        forms = {table: forms.to_mapping() for table, forms in self.forms.items() if forms.usual or forms.at}
        head = {"format": FORMAT, "name": self.name, "program": self.program, "files": self.files}
        data = {**head, "sheets": sheets, "forms": forms}
        return json.dumps(data, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Layout:
        """Return what `to_json` told.

        Raises
        ------
        CaseError : it was changed, or a later version of the program wrote it.
        """
        try:
            data = json.loads(text)
            if data["format"] != FORMAT:
                raise CaseError(
                    f"the workbook was written by zollverein {data['program']} in another form; read it with that "
                    f"version, or write it anew: zollverein case to-excel"
                )
            sheets = {s["table"]: Sheet(**{**s, "head": tuple(s["head"])}) for s in data["sheets"]}
            forms = {table: Forms.from_mapping(data["forms"].get(table, {"usual": {}, "at": {}})) for table in sheets}
            return cls(str(data["name"]), str(data["program"]), tuple(data["files"]), sheets, forms)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CaseError(
                f"the workbook's hidden sheet '{FILES}', which says what belongs where, was changed and cannot be "
                f"read; write the workbook anew with 'zollverein case to-excel', and put your rows into it"
            ) from error


def sheet_names(tables: Iterable[str]) -> dict[str, str]:
    """Return a name for the sheet of each table: its own where Excel allows it, else shortened and numbered."""
    taken = {name.lower() for name in RESERVED}
    names: dict[str, str] = {}
    for table in tables:
        plain = NOT_IN_A_NAME.sub("-", table).strip("'") or "table"
        name, number = plain[:LONGEST_NAME], 1
        while name.lower() in taken:
            number += 1
            name = f"{plain[: LONGEST_NAME - len(str(number)) - 1]}~{number}"
        taken.add(name.lower())
        names[table] = name
    return names
