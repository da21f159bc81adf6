"""Rows side by side on a narrow screen: cells wrap between words, wide tables go on beneath, and no column is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

__all__ = ["difference_grid", "readable"]

BETWEEN = 2
# Cells break where a name's parts meet, or beyond so many letters anywhere.
PIECE = re.compile(r"[^\s_/,;.:-]*[\s_/,;.:-]*")
LONGEST_PIECE = 24
NUMBER = re.compile(r"[+~-]?[\d,.]+(e[+-]?\d+)?( %| times)?|from (near )?0|")


def difference_grid(frame: pd.DataFrame, title: str, width: int, *, keys: int = 1) -> RenderableType:
    """Return rows as one table that fits a width, or as several beneath each other that begin with the same columns.

    Parameters
    ----------
    keys : how many first columns say which row it is. Columns without a value are named below, and not drawn.
    """
    empty = [str(name) for name in frame.columns if not frame[name].notna().any()]
    shown = frame.drop(columns=empty)
    names = [str(name) for name in shown.columns]
    cells = [[_cell(value) for value in shown[name]] for name in names]
    parts = _parts([_least(name, column) for name, column in zip(names, cells, strict=True)], keys, width)
    tables: list[RenderableType] = [
        _table([names[k] for k in part], [cells[k] for k in part], f"{title}{', continued' * (number > 0)}", width)
        for number, part in enumerate(parts)
    ]
    note = [Text(f"empty in all of them: {', '.join(empty)}")] if empty else []
    return Group(*tables, *note)


def readable(number: float) -> str:
    """Return a number with six digits or all before its point, and with three where it is next to nothing."""
    size = abs(number)
    return f"{number:,.0f}" if 1e5 <= size < 1e15 else f"{number:,.3g}" if size < 1e-4 else f"{number:,.6g}"


def _parts(least: Sequence[int], keys: int, width: int) -> list[list[int]]:
    """The columns of each table: the keys, and as many more as fit."""
    first = list(range(min(keys, len(least))))
    room = width - sum(least[k] + BETWEEN for k in first)
    parts: list[list[int]] = [[]]
    left = room
    for k in range(len(first), len(least)):
        if parts[-1] and least[k] + BETWEEN > left:
            parts.append([])
            left = room
        parts[-1].append(k)
        left -= least[k] + BETWEEN
    return [first + part for part in parts]


def _table(names: Sequence[str], cells: Sequence[Sequence[str]], title: str, width: int) -> Table:
    headings = [name.replace("_", " ") for name in names]
    widths = _widths(headings, cells, width)
    # Two spaces between columns and none at the edges: at 80 letters every border costs a break in a name.
    plain = {"box": SIMPLE_HEAD, "show_edge": False, "pad_edge": False, "padding": (0, 1, 0, 0)}
    grid = Table(title=escape(title), title_justify="left", **plain)  # type: ignore[arg-type]
    for heading, column, wide in zip(headings, cells, widths, strict=True):
        right = all(NUMBER.fullmatch(cell) for cell in column)
        grid.add_column(escape(_wrapped(heading, wide)), justify="right" if right else "left", no_wrap=True, width=wide)
    for row in zip(*cells, strict=True):
        grid.add_row(*(escape(_wrapped(cell, wide)) for cell, wide in zip(row, widths, strict=True)))
    return grid


def _widths(headings: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """A width for each column: what it needs on one line, the widest made narrower until all fit."""
    least = [_least(heading, column) for heading, column in zip(headings, cells, strict=True)]
    widths = [
        max(least[k], max((len(line) for cell in column for line in cell.split("\n")), default=0))
        for k, column in enumerate(cells)
    ]
    while sum(widths) + BETWEEN * len(widths) > width:
        able = [k for k in range(len(widths)) if widths[k] > least[k]]
        if not able:
            break
        widths[max(able, key=lambda k: widths[k])] -= 1
    return widths


def _least(heading: str, cells: Sequence[str]) -> int:
    """What a column cannot do without: its longest piece, numbers whole."""
    if all(NUMBER.fullmatch(cell) for cell in cells):
        whole = max(map(len, cells), default=0)
    else:
        whole = max((len(piece.rstrip()) for cell in cells for piece in PIECE.findall(cell)), default=0)
    words = max(len(word) for word in heading.replace("_", " ").split())
    return max(words, min(whole, LONGEST_PIECE))


def _wrapped(text: str, width: int) -> str:
    """A text in lines of a width, broken between the parts of names, or anywhere if it must."""
    lines = []
    for given in text.split("\n"):
        line = ""
        for piece in PIECE.findall(given):
            rest = piece
            if len((line + rest).rstrip()) > width and line:
                lines.append(line.rstrip())
                line = ""
            while len(rest.rstrip()) > width:
                lines.append(rest[:width])
                rest = rest[width:]
            line += rest
        lines.append(line.rstrip())
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None or value != value or value is pd.NA:  # noqa: PLR0124 - NaN and NaT differ from themselves
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return readable(value)
    return f"{value:%Y-%m-%d}" if hasattr(value, "strftime") else " ".join(str(value).split())
