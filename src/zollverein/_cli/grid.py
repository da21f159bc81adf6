"""Rows of a frame on a screen: a table where the columns fit, else a card for each row."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

__all__ = ["CONFIDENCE", "PREFERRED", "ROWS_SHOWN", "table_or_cards"]

CONFIDENCE = (("reported", "●"), ("derived", "◐"), ("assumed", "○"))
PREFERRED = ("preferred where figures conflict", "✓")
ROWS_SHOWN = 60
BORDERS = 3
PROSE = 24
"""Text wraps at no fewer letters than this."""


def table_or_cards(frame: pd.DataFrame, title: str, width: int) -> RenderableType:
    """Return the first rows for a screen of so many letters; columns without a value are left out."""
    shown = frame.head(ROWS_SHOWN)
    shown = shown.loc[:, shown.notna().any() | (len(shown) == 0)]
    names = [str(name) for name in shown.columns]
    cells = [[_cell(name, value) for name, value in zip(names, row, strict=True)] for row in shown.itertuples(False)]
    widths = [_least_width(name, [row[k] for row in cells]) for k, name in enumerate(names)]
    if sum(widths) + BORDERS * len(widths) + 1 <= width:
        return _table(names, cells, widths, title)
    return _cards(names, cells, title)


def _table(names: Sequence[str], cells: Sequence[Sequence[str]], widths: Sequence[int], title: str) -> Table:
    grid = Table(title=escape(title), title_justify="left")
    for name, least in zip(names, widths, strict=True):
        # A long name breaks where its words meet, never inside one.
        heading = name if len(name) <= least else name.replace("_", "_\n")
        grid.add_column(escape(heading), min_width=least, overflow="fold")
    for row in cells:
        grid.add_row(*map(escape, row))
    return grid


def _cards(names: Sequence[str], cells: Sequence[Sequence[str]], title: str) -> Group:
    parts: list[RenderableType] = [Text(title, style="italic")]
    for row in cells:
        card = Table.grid(padding=(0, 2))
        card.add_column(style="bold", no_wrap=True)
        card.add_column(overflow="fold")
        for name, cell in zip(names, row, strict=True):
            if cell:
                card.add_row(escape(name), escape(cell))
        parts += [card, Text("")]
    return Group(*parts)


def _least_width(name: str, cells: Sequence[str]) -> int:
    heading = max(map(len, f"{name}".replace("_", "_ ").split()))
    words = max((len(word) for cell in cells for word in cell.split()), default=0)
    longest = max(map(len, cells), default=0)
    return max(heading, min(words, 2 * PROSE), min(longest, PROSE))


def _cell(column: str, value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN and NaT differ from themselves
        return ""
    if column == "preferred":
        return PREFERRED[1] if value else ""
    if isinstance(value, float):
        return f"{value:,.6g}"
    text = f"{value:%Y-%m-%d}" if hasattr(value, "strftime") else str(value)
    return dict(CONFIDENCE).get(text, text) if column == "confidence" else text
