"""A hindcast on a screen: for each episode and variant, every forecast with its error beside what came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from zollverein.report.formatting import ABSENT, THIN, number, residual, with_sign
from zollverein.report.terminal import Laid, said

if TYPE_CHECKING:
    import pandas as pd

    from zollverein.stress import Hindcast

__all__ = ["FEW_EVENTS", "hindcast_terminal"]

WIDE, WIDEST = 92, 120
MEASURE = 30
FORECASTS = {
    "model": "Model",
    "persistence": "Persistence",
    "proportional": "Proportional",
    "expert": "Experts",
}
UNITS = {"percent": "%"}
TIMING = {"ahead": "", "under way": " †", "given": " ‡"}
FEW_EVENTS = (
    "These are few events, several measures of one event are not independent, and the same hands chose the episodes "
    "and built the network: nothing here is significant in the sense of statistics, and a close hit may be chance."
)
LEGEND = (
    "Under each forecast its error, in the unit and in percent of what was observed. Skill is 1 − |error of the model| "
    "/ |error of persistence|: 1 is perfect, 0 no better than the last level known, below 0 worse; a dash where "
    "persistence was exact, says nothing, or nothing was observed. Proportional spreads displaced oil by capacity. "
    "† the time had begun at the freeze; ‡ it was over, and what befell the network in it is given; § said after the "
    "freeze, by who knew more."
)


def hindcast_terminal(past: Hindcast) -> RenderableType:
    """Return a hindcast as one screen; readable without colour, in ASCII, and from 60 columns on."""
    return Laid(lambda _console, width: _parts(past, width))


def _parts(past: Hindcast, width: int) -> Iterable[RenderableType]:
    yield Text(f"Hindcast: {past.case_title}", style="bold")
    yield said(f"case {past.case_name} · routed by {past.mode.replace('_', ' ')}", width)
    for name, runs in past.episodes.groupby("episode", sort=False):
        first = runs.iloc[0]
        yield Text("")
        yield said(f"{first['title']} ({name})", width, "bold")
        yield said(str(first["question"]), width, "italic")
        for run in runs.to_dict("records"):
            rows = past.results[(past.results["episode"] == name) & (past.results["variant"] == run["variant"])]
            yield Text("")
            yield said(f"{run['variant_title']} · {run['variant']} · frozen at {run['freeze']:%Y-%m-%d}", width, "bold")
            yield said(_terms(run), width)
            yield _table(rows) if width >= WIDE else Group(*_lines(rows, width))
    yield Text("")
    yield said(LEGEND, width)
    yield said(FEW_EVENTS, width, "")
    yield said(f"Certified: largest residual {residual(past.max_residual)}.", width)


def _terms(run: dict[Any, Any]) -> str:
    """What was given, what was believed, and what became of the figures at the freeze."""
    used = run["used"] + run["undated"] + run["input"]
    later = run["published_later"] + run["input_published_later"]
    out = [
        f"{run['begins_later']} begin later",
        f"{run['derived_later']} were derived from later sources",
        f"{run['restated'] + run['withdrawn']} are replaced by what was known",
    ]
    told = f"Given: {run['given']}. "
    if run["record_events"]:
        told += (
            f"Of the days announced in {run['record_events']} earlier event{'s' * (run['record_events'] != 1)} "
            f"{number(100 * run['record_share'])} % came true; so much of this one is believed. "
        )
    if run["stranded_undisturbed_kt"] >= 1:
        told += f"Undisturbed, {number(run['stranded_undisturbed_kt'])} kt could not leave. "
    return (
        f"{told}Figures used: {used} known by then ({run['undated']} of them undated) and {later} published after the "
        f"freeze, describing a state before it. Left out: {', '.join(out)}."
    )


def _table(rows: pd.DataFrame) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column("Measure", vertical="top", overflow="fold", min_width=18, max_width=MEASURE)
    for heading in (*FORECASTS.values(), "Observed", "Skill"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows.to_dict("records"):
        cells = [f"{_forecast(row, name)}\n{_error(row, name)}" for name in FORECASTS]
        table.add_row(f"{_title(row)}, {_unit(row)}", *cells, _shown(row["observed"]), _skill(row))
    return table


def _lines(rows: pd.DataFrame, width: int) -> Iterator[Text]:
    """One sentence a measure, where a table has no room."""
    for row in rows.to_dict("records"):
        each = [f"{label.lower()} {_forecast(row, k)} {_error(row, k)}".strip() for k, label in FORECASTS.items()]
        came = f"observed {_shown(row['observed'])}; skill {_skill(row)}"
        text = f"{_title(row)}, {_unit(row)}: {'; '.join(each)}; {came}"
        yield said(text, width, "")


def _title(row: dict[Any, Any]) -> str:
    return f"{row['title']}{TIMING[row['timing']]}"


def _unit(row: dict[Any, Any]) -> str:
    return UNITS.get(str(row["unit"]), str(row["unit"]))


def _shown(value: float) -> str:
    return number(value, 0 if value != value or abs(value) >= 99.95 or value == round(value) else 1)  # noqa: PLR0124


def _forecast(row: dict[Any, Any], name: str) -> str:
    late = name == "expert" and row["expert"] == row["expert"] and row["expert_on"] > row["freeze"]
    return f"{_shown(row[name])}{' §' * late}"


def _error(row: dict[Any, Any], name: str) -> str:
    error, share = float(row[f"error_{name}"]), float(row[f"percent_{name}"])
    if error != error:  # noqa: PLR0124 - NaN differs from itself
        return ""
    off = with_sign(_shown(error), error)
    return off if share != share else f"{off} {with_sign(number(share), share)}{THIN}%"  # noqa: PLR0124


def _skill(row: dict[Any, Any]) -> str:
    value = float(row["skill"])
    if value != value:  # noqa: PLR0124 - NaN differs from itself
        return ABSENT
    return with_sign(number(value, 2 if abs(value) < 9.995 else 0), value if abs(value) >= 0.005 else 0.0)
