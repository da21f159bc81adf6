"""A stress test on one screen: readable with and without colour, from 60 columns on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from zollverein.report.answer import answer_of
from zollverein.report.bridge import bridge_line
from zollverein.report.formatting import MARKS, apart, days, money, number, plain, residual, share, shown, with_sign
from zollverein.report.sheets import (
    Column,
    Sheet,
    corridor_sheet,
    income_sheet,
    routes_sheet,
    transit_sheet,
)
from zollverein.report.sheets_compared import comparison_sheets
from zollverein.report.wording import interval_lines, published_lines, range_covers, shortage_lines, stuck_line

if TYPE_CHECKING:
    import pandas as pd

    from zollverein.stress import Comparison, StressTest

__all__ = ["Laid", "compare_terminal", "said", "terminal"]

WIDE = 100
NARROW = 56
WIDEST = 120
LONGEST_NAME, LONG_NAME, SHORTEST_NAME = 40, 19, 17
GAP = 3
# Regions beyond these are in the report; a screen holds no more.
REGIONS_SHOWN = 11
INCOME_COLUMNS = (
    "name",
    "real_income_percent",
    "range",
    "real_income_usd_million",
    "exports_percent",
    "imports_percent",
    "tariff_revenue_usd_million",
    "assumed_share",
)
# What a screen calls it, where the page has more room.
SHORT = {"range": Column("range", "low to high", "number", "%"),
         "tariff_revenue_usd_million": Column("tariff_revenue_usd_million", "Tariffs", "usd_million_change", "US$ m"),
         "assumed_share": Column("assumed_share", "Assumed", "share", "of base")}  # fmt: skip
NARROW_INCOME_COLUMNS = ("name", "real_income_percent", "range", "exports_percent")


@dataclass(frozen=True)
class Laid:
    """Something that lays itself out for the width and the letters that the terminal has."""

    parts: Callable[[Console, int], Iterable[RenderableType]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        width = min(options.max_width, WIDEST)
        content = Group(*self.parts(console, width))
        for segment in console.render(content, options.update(width=width)):
            yield Segment(plain(segment.text), segment.style, segment.control) if options.ascii_only else segment


def terminal(test: StressTest) -> RenderableType:
    """Return a stress test as one screen.

    Print it with ``rich.print``; a screen without colour, of 60 columns, or of ASCII letters only is served as well.
    """
    return Laid(lambda console, width: _parts(test, console, width))


def compare_terminal(comparison: Comparison) -> RenderableType:
    """Return several stress tests side by side as one screen."""
    return Laid(lambda _console, width: _compared(comparison, width))


def _parts(test: StressTest, console: Console, width: int) -> Iterable[RenderableType]:
    yield Text(test.scenario.title, style="bold")
    yield said(_setting(test), width)
    yield Text("")
    yield said(" ".join(str(test.scenario.question).split()), width, style="italic")
    yield Text("")
    yield said(answer_of(test).headline, width, style="bold")
    yield Text("")
    if len(test.routes):
        yield from _corridor(test, console, width)
        yield Text("")
    if lines := [*filter(None, [stuck_line(test)]), *shortage_lines(test)]:
        yield from (said(line, width) for line in lines)
        yield Text("")
    yield from _income(test, width)
    yield Text("")
    yield from (said(line, width) for line in interval_lines(test))
    yield from (said(line, width) for line in published_lines(test))
    if line := bridge_line(test):
        yield said(line, width)
    if len(test.crude_link):
        yield said(_crude(test), width)
    yield from (said(line, width) for line in _trust(test))


def said(words: str, width: int, style: str = "dim") -> Text:
    """Running text, folded at spaces alone: a terminal's own folding parts a number at its thin spaces."""
    lines = [""]
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and cell_len(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return Text("\n".join(lines), style=style)


def _setting(test: StressTest) -> str:
    parts = [test.name, f"case {test.case_name}"]
    if test.scenario.corridor is not None:
        horizon = test.scenario.corridor.horizon
        parts += [days(horizon.start, horizon.end), f"{test.scenario.corridor.foresight} foresight"]
        if test.scenario.corridor.mode == "calibrated":
            parts.append("calibrated to observed flows")
    parts.append("long run: factors move" if test.scenario.labour == "mobile" else "short run: factors stay")
    parts += [f"base year {test.base_year}"] if test.base_year is not None else []
    return " · ".join(parts)


def _corridor(test: StressTest, console: Console, width: int) -> Iterable[RenderableType]:
    routes, summary, transit = (_table(s) for s in (routes_sheet(test), corridor_sheet(test), transit_sheet(test)))
    room = width - GAP - console.measure(summary).maximum
    if console.measure(routes).maximum > room:
        # Long names of routes may take two lines if that keeps all on one screen.
        routes = _table(routes_sheet(test), longest_name=LONG_NAME)
    left = Group(routes, Text(""), transit)
    if max(console.measure(t).maximum for t in (routes, transit)) > room:
        yield from (_table(routes_sheet(test)), Text(""), transit, Text(""), summary)
        return
    beside = Table.grid(padding=(0, GAP, 0, 0))
    beside.add_row(left, summary)
    yield beside


def _income(test: StressTest, width: int) -> Iterable[RenderableType]:
    sheet = income_sheet(test)
    frame = sheet.frame.assign(range=[_range(row) for row in sheet.rows()])
    wanted: tuple[str, ...] = INCOME_COLUMNS if width >= WIDE else NARROW_INCOME_COLUMNS
    if width < NARROW:
        wanted = NARROW_INCOME_COLUMNS[:2]
    by_key = {c.key: c for c in sheet.columns} | SHORT
    if not frame["range"].any():
        wanted = tuple(key for key in wanted if key != "range")
    columns = tuple(by_key[key] for key in wanted if key in by_key and key in frame.columns)
    hidden = max(0, len(frame) - REGIONS_SHOWN)
    yield _table(Sheet(sheet.name, sheet.caption, columns, frame.head(REGIONS_SHOWN)))
    if "range" in wanted:
        yield said(range_covers(test), width)
    if hidden:
        yield said(_not_shown(frame.iloc[REGIONS_SHOWN:]), width)


def _not_shown(rows: pd.DataFrame) -> str:
    """How little the regions move that a screen has no room for: a bound that holds, and the largest sum among them."""
    bound = math.ceil(1e3 * float(rows["real_income_percent"].abs().max())) / 1e3
    largest = rows.iloc[int(rows["real_income_usd_million"].abs().to_numpy().argmax())]
    value = float(largest["real_income_usd_million"])
    return (
        f"and {len(rows)} more in the report, none moved by over {number(bound, 3)} %; "
        f"largest sum: {largest['name']}, {with_sign(money(value), value)}"
    )


def _range(row: dict[str, object]) -> str:
    low, high = row.get("real_income_low_percent"), row.get("real_income_high_percent")
    if not isinstance(low, float) or not isinstance(high, float):
        return ""
    # A dash stands only where nothing was varied, and not where two ends are near each other.
    return "" if low == high else " to ".join(end[:-2] for end in apart(low, high))


def _crude(test: StressTest) -> str:
    """In one line, what corridor and economy told each other."""
    bound = test.crude_link.iloc[int(test.crude_link["quantity_factor"].to_numpy().argmin())]
    names = dict(zip(test.welfare["region"], test.welfare["name"], strict=True))
    where = names.get(bound["region"], bound["region"])
    confidence = MARKS.get(str(bound["confidence"]), "")
    return (
        f"Corridor to economy: tightest for {where}, which gets {share(float(bound['quantity_factor']))} of the "
        f"sector’s base quantity over the year (crude is {share(float(bound['crude_share']))} of it {confidence}); "
        f"price factor back {shown('factor', float(bound['price_factor']))}."
    )


def _trust(test: StressTest) -> Iterable[str]:
    counts = test.sources[["figures", "reported", "derived", "assumed"]].sum()
    known = ", ".join(
        f"{MARKS[c]} {share(float(counts[c]) / max(float(counts['figures']), 1.0))} {c}"
        for c in ("reported", "derived", "assumed")
    )
    yield f"Rests on {number(int(counts['figures']))} figures from {_sources(len(test.source_list))}: {known}."
    parts = test.certificate.to_frame().groupby("part", sort=False)["value"].max()
    worst = ", ".join(f"{part} {residual(float(value))}" for part, value in parts.items())
    yield f"Certified: largest residual {worst}."


def _table(sheet: Sheet, highlight: bool = True, longest_name: int = LONGEST_NAME) -> RenderableType:
    table = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim",
    )  # fmt: skip
    for column in sheet.columns:
        least = _least_width(sheet, column, longest_name)
        table.add_column(
            _heading(column), justify="right" if column.is_figure else "left", vertical="bottom", overflow="fold",
            no_wrap=column.is_figure, min_width=least, max_width=None if column.is_figure else longest_name,
        )  # fmt: skip
    for row in sheet.rows():
        table.add_row(*(_cell(sheet, row, column, highlight) for column in sheet.columns))
    return Group(Text(sheet.caption, style="bold"), table)


def _heading(column: Column) -> str:
    """A heading, and its unit beneath it."""
    if column.kind == "mark":
        return ""
    return f"{column.label}\n{column.unit}" if column.unit else column.label


def _least_width(sheet: Sheet, column: Column, longest: int) -> int | None:
    """Names may break, but not into single letters."""
    if column.is_figure or not len(sheet.frame):
        return None
    return min(SHORTEST_NAME, longest, max(len(sheet.text(row, column)) for row in sheet.rows()))


def _cell(sheet: Sheet, row: dict[str, object], column: Column, highlight: bool) -> Text:
    text = sheet.text(row, column)
    kind = sheet.kind_in(row, column)
    if column.unit == "%":  # the heading says it
        text = text.removesuffix("%").rstrip()
    style = ""
    value = row[column.key]
    if highlight and kind.endswith("_change") and isinstance(value, float) and text not in ("0", "0.0", "0.00"):
        style = "red" if value < 0 else "green"
    # Tonnes stranded and dollars spent are not good news for being more.
    if sheet.name == "corridor":
        style = ""
    return Text(text, style=style)


def _compared(comparison: Comparison, width: int) -> Iterable[RenderableType]:
    tests = comparison.tests
    yield Text("Scenarios side by side", style="bold")
    yield Text("")
    for test in tests:
        yield Padding(Text.assemble((f"{test.name}  ", "bold"), answer_of(test).headline), (0, 0, 0, 2))
    yield Text("")
    for sheet in comparison_sheets(comparison):
        yield _table(sheet, highlight=sheet.name == "income")
        yield Text("")
    for test in tests:
        worst = residual(test.certificate.max_residual)
        yield Text(f"{test.name}: {share(test.assumed_share)} of figures assumed, residual {worst}.", style="dim")


def _sources(count: int) -> str:
    return f"{count} source{'s' * (count != 1)}"
