"""A sweep on one screen: readable with and without colour, from 60 columns on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import pandas as pd
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from zollverein.report.formatting import number, share, shown
from zollverein.report.sheets import Column, Sheet
from zollverein.report.sweep_answer import sweep_answer
from zollverein.report.sweep_page import setting_of
from zollverein.report.sweep_sheets import MAKERS, member_regions
from zollverein.report.sweep_wording import LOSSES, draws_line, failures_line, first_order_line, world_names
from zollverein.report.terminal import Laid, said

if TYPE_CHECKING:
    from zollverein.stress.sweeps.result import Sweep

__all__ = ["sweep_terminal"]

WIDEST, WIDE = 120, 96
# What a screen holds; the report has all of it.
WORLDS, ROWS, THRESHOLDS = 8, 8, 6
NAME, LONG_NAME = 22, 34
LOSSES_SHOWN = ("lost_income_usd_million", "lost_revenue_usd_million", "lost_exports_kt")
# The quantile of 95 percent is the value at risk.
MEASURES = (("mean", "Mean"), ("q05", "5 %"), ("q50", "Median"), ("var95", "95 % = VaR"), ("cvar95", "CVaR 95"),
            ("cvar99", "CVaR 99"))  # fmt: skip
# Columns of the tables that a screen has room for, from those of the page.
DRIVERS = ("name", "first_order", "total", "total_low", "total_high")
POLICIES = ("name", "base_name", "capex_usd_million", "loss_avoided", "standard_error", "cvar95_avoided",
            "cvar95_avoided_per_dollar")  # fmt: skip
OPTIONS = ("option", "capex_usd_million", "alone_usd_million", "alone_cvar_usd_million", "cvar_per_dollar")
REGIONS = ("name", "world_name", "mean", "standard_error", "q05", "median", "q95", "worst")
NARROW_REGIONS = ("name", "world_name", "mean", "standard_error", "q05", "q95")
SCENARIOS = ("name", *LOSSES_SHOWN)
# What a screen calls it, where the page has more room.
SHORT = {
    "total": "Together", "alone_usd_million": "Loss\navoided", "alone_cvar_usd_million": "CVaR\navoided",
    "cvar_per_dollar": "per\ndollar", "cvar95_avoided_per_dollar": "per\ndollar", "cvar95_avoided": "CVaR\navoided",
    "loss_avoided": "Loss\navoided", "lost_income_usd_million": "Income", "lost_revenue_usd_million": "Revenue",
    "lost_exports_kt": "Exports",
}  # fmt: skip


def sweep_terminal(sweep: Sweep) -> RenderableType:
    """Return a sweep as one screen; readable without colour, in ASCII, and from 60 columns on."""
    return Laid(lambda _console, width: _parts(sweep, width))


def _parts(sweep: Sweep, width: int) -> Iterable[RenderableType]:
    spec = sweep.plan.spec
    yield Text(spec.title, style="bold")
    yield said(" · ".join(f"{term.lower()} {value}" for term, value in setting_of(sweep)), width)
    yield Text("")
    yield said(" ".join(spec.question.split()), width, style="italic")
    for paragraph in sweep_answer(sweep).paragraphs:
        yield Text("")
        yield said(paragraph, width, style="bold")
    for part in (*_losses(sweep), _exceedance(sweep), *_tables(sweep, width)):
        if part is not None:
            yield Text("")
            yield part
    yield Text("")
    yield said(draws_line(sweep), width)
    yield said(failures_line(sweep), width)
    if line := first_order_line(sweep):
        yield said(line, width)


def _losses(sweep: Sweep) -> Iterator[RenderableType]:
    """One table for each loss: worlds in rows, and under each figure its error."""
    table, names = sweep.distribution, world_names(sweep)
    if not len(table):
        return
    for loss in LOSSES_SHOWN:
        mine = table[table["loss"] == loss]
        if not len(mine):
            continue
        unit = "kt" if loss.endswith("_kt") else "US$ m"
        grid = _grid("World", [heading for _, heading in MEASURES])
        for world, rows in list(mine.groupby("world", sort=False))[:WORLDS]:
            told = rows.set_index("measure")
            cells = [_with_error(told, measure) for measure, _ in MEASURES]
            grid.add_row(_folded(names[str(world)], NAME), *cells)
        yield _titled(f"{LOSSES[loss][0]}, {unit}, and its sampling error", grid, len(set(mine["world"])) - WORLDS)


def _with_error(told: pd.DataFrame, measure: str) -> str:
    value, error = float(told["value"][measure]), float(told["standard_error"][measure])
    return f"{shown('usd_million', value)}\n± {shown('usd_million', error)}"


def _exceedance(sweep: Sweep) -> RenderableType | None:
    """Probabilities of losing more: losses in columns, worlds in rows, and under each its interval."""
    table, names = sweep.exceedance, world_names(sweep)
    if not len(table):
        return None
    losses = sorted(set(table["loss_usd_million"]))
    losses = losses[:: -(-len(losses) // THRESHOLDS)]
    grid = _grid("World", [f"> {number(loss)}" for loss in losses])
    for world, rows in list(table.groupby("world", sort=False))[:WORLDS]:
        told = {float(row["loss_usd_million"]): row for row in rows.to_dict("records")}
        grid.add_row(_folded(names[str(world)], NAME), *(_with_interval(told.get(loss)) for loss in losses))
    return _titled("Probability of losing more real income, US$ m", grid, len(set(table["world"])) - WORLDS)


def _with_interval(row: Mapping[object, float] | None) -> str:
    if row is None:
        return ""
    low, high = share(row["low"]), share(row["high"])
    return f"{share(row['probability'])}\n{low[:-2]} to {high[:-2]}"


def _tables(sweep: Sweep, width: int) -> Iterator[RenderableType]:
    there = sweep.frames()
    if "distribution" not in there and "scenarios" in there:
        yield _short(MAKERS["scenarios"](sweep), SCENARIOS)
    for name, columns in (("drivers", DRIVERS), ("policies", POLICIES), ("options", OPTIONS)):
        if name in there:
            yield _short(MAKERS[name](sweep), columns)
    members = member_regions(sweep)
    if len(members.frame):
        yield _short(members, REGIONS if width >= WIDE else NARROW_REGIONS, 2 * ROWS)


def _short(sheet: Sheet, wanted: tuple[str, ...], rows: int = ROWS) -> RenderableType:
    """Return a table of the page with the columns and rows that a screen has room for."""
    by_key = {column.key: column for column in sheet.columns}
    columns = [by_key[key] for key in wanted if key in by_key]
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for column in columns:
        grid.add_column(_heading(column), justify="right" if column.is_figure else "left", vertical="bottom",
                        overflow="fold", no_wrap=column.is_figure, min_width=None if column.is_figure else 10,
                        max_width=None if column.is_figure else LONG_NAME)  # fmt: skip
    for row in sheet.rows()[:rows]:
        grid.add_row(*(_cell(sheet, row, column) for column in columns))
    return _titled(sheet.caption, grid, len(sheet.frame) - rows)


def _cell(sheet: Sheet, row: Mapping[str, object], column: Column) -> str:
    text = sheet.text(row, column)
    if not column.is_figure:
        return _folded(text, LONG_NAME)
    return text.removesuffix("%").rstrip() if column.unit == "%" else text


def _folded(name: str, width: int) -> str:
    """A name on lines that part at its spaces: a terminal's own folding parts numbers at their thin ones."""
    return "\n".join(textwrap.wrap(name, width)) or name


def _heading(column: Column) -> str:
    label = SHORT.get(column.key, column.label)
    return f"{label}\n{column.unit}" if column.unit else label


def _grid(lead: str, headings: list[str]) -> Table:
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    grid.add_column(lead, overflow="fold", min_width=10, max_width=NAME)
    for heading in headings:
        grid.add_column(heading, justify="right", no_wrap=True)
    return grid


def _titled(caption: str, grid: Table, more: int) -> RenderableType:
    parts: list[RenderableType] = [Text(caption, style="bold"), grid]
    if more > 0:
        parts.append(Text(f"and {number(more)} more in the report", style="dim"))
    return Group(*parts)
