"""A CSV file as its tokens: every cell as it is written, so that what nobody changed keeps its digits and its marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

__all__ = ["TokenTable", "plain", "quoted", "tokens_of"]

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
TOKEN = re.compile(r'("[^"]*(?:""[^"]*)*"|[^,\r\n]*)(,|\r\n|\n|\r|\Z)')
NEEDS_QUOTES = re.compile(r'[,"\r\n]')


@dataclass(frozen=True, slots=True)
class TokenTable:
    """A CSV file, cell by cell.

    Attributes
    ----------
    head : the header's cells as they are written. rows : those of each row; blank lines are left out.
    ending : what ends a line. ended : the last line has its ending too. marked : a byte order mark stands first.
    """

    head: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    ending: str = "\n"
    ended: bool = True
    marked: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, as a schema calls them."""
        return tuple(plain(token).strip() for token in self.head)

    def to_bytes(self) -> bytes:
        """Return the file."""
        lines = self.ending.join(",".join(row) for row in (self.head, *self.rows))
        return (MARK * self.marked + lines + self.ending * self.ended).encode("utf-8")

    def with_rows(self, rows: Sequence[Sequence[str]]) -> TokenTable:
        """Return the same file with other rows."""
        return replace(self, rows=rows)

    def starts(self) -> Iterator[int]:
        """Yield the line on which each row begins, the header's being 1."""
        at = 1
        for row in (self.head, *self.rows):
            yield at
            at += 1 + sum(_breaks(token) for token in row if token.startswith('"'))


def tokens_of(raw: bytes) -> TokenTable:
    """Return the tokens of a CSV file that is one: UTF-8, commas, a header, as many cells in every row."""
    text = raw.decode("utf-8")
    marked = text.startswith(MARK)
    text = text.removeprefix(MARK)
    rows: list[tuple[str, ...]] = []
    row: list[str] = []
    ending, ended, at = "", True, 0
    while at < len(text) or row:
        found = TOKEN.match(text, at)
        if found is None or (found.end() == at and at < len(text)):
            break  # text after a closing quotation mark: no CSV, which whoever reads the table has told
        row.append(found[1])
        at = found.end()
        if found[2] == ",":
            continue
        if row != [""]:
            rows.append(tuple(row))
        ending, ended, row = ending or found[2], bool(found[2]), []
    head = rows[0] if rows else ()
    return TokenTable(head, tuple(rows[1:]), ending or "\n", ended, marked)


def plain(token: str) -> str:
    """Return the text that a token stands for."""
    return token[1:-1].replace('""', '"') if token.startswith('"') else token


def quoted(text: str) -> str:
    """Return a text as a token: in quotation marks only where it needs them."""
    return '"' + text.replace('"', '""') + '"' if NEEDS_QUOTES.search(text) else text


def _breaks(token: str) -> int:
    return token.count("\n") + token.count("\r") - token.count("\r\n")
