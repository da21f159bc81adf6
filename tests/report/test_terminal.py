"""A stress test on one screen."""

import io
import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from zollverein.report import compare_terminal, terminal
from zollverein.report.bridge import bridge_line
from zollverein.report.formatting import THIN
from zollverein.report.sheets import corridor_sheet, routes_sheet, transit_sheet


class Narrow(io.TextIOWrapper):
    """A screen that knows ASCII only."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="ascii")

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]


def printed(renderable: Any, width: int, colour: bool = False) -> str:
    screen = io.StringIO()
    console = Console(file=screen, width=width, force_terminal=colour, color_system="standard" if colour else None,
                      legacy_windows=False)  # fmt: skip
    console.print(renderable)
    return screen.getvalue().replace(THIN, " ")


@pytest.mark.parametrize("width", [60, 80, 96, 100, 120, 200])
def test_no_line_is_wider_than_the_screen_and_no_figure_is_cut(halt: Any, width: int) -> None:
    text = printed(terminal(halt), width)
    assert max(len(line) for line in text.splitlines()) <= width
    cells = [sheet.text(row, column) for sheet in (routes_sheet(halt), corridor_sheet(halt), transit_sheet(halt))
             for row in sheet.rows() for column in sheet.columns if column.is_figure]  # fmt: skip
    assert len(cells) > 40
    for figure in (*(cell.replace(THIN, " ") for cell in cells), "−13 315", "−3.1", "24 %"):
        assert figure in text, figure
    assert "…" not in text


def test_tables_stand_side_by_side_where_there_is_room(halt: Any) -> None:
    def starts_alone(width: int) -> bool:
        line = next(x for x in printed(terminal(halt), width).splitlines() if "The corridor in figures" in x)
        return line.startswith("The corridor")

    assert starts_alone(80)
    assert not starts_alone(110)
    assert len(printed(terminal(halt), 110).splitlines()) <= 52


def test_long_names_of_routes_fold_to_keep_one_screen(halt: Any) -> None:
    long = halt.routes.assign(name=[f"{name} by a long and winding name" for name in halt.routes["name"]])
    text = printed(terminal(replace(halt, routes=long)), 100)
    assert "winding name" in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_without_colour_there_is_no_escape_and_with_it_signs_remain(halt: Any) -> None:
    assert "\x1b" not in printed(terminal(halt), 100)
    coloured = printed(terminal(halt), 100, colour=True)
    assert re.search(r"\x1b\[31m *−3\.1", coloured)
    assert re.search(r"\x1b\[32m *\+0\.04", coloured)


def test_marks_have_their_legend(halt: Any) -> None:
    text = printed(terminal(halt), 100)
    assert "● 51 % reported, ◐ 25 % derived, ○ 24 % assumed" in text
    assert "from 3 sources" in text


def test_certificate_and_coupling_each_have_a_line(halt: Any) -> None:
    text = " ".join(printed(terminal(halt), 100).split())
    assert "Certified: largest residual economy ≤ 1e−10, corridor" in text
    assert "tightest for European Union (27), which gets 71 %" in text


def test_the_way_from_oil_to_income_is_one_line(halt: Any, quiet: Any) -> None:
    text = " ".join(printed(terminal(halt), 100).split())
    assert "oil exports −7 263 (the corridor’s prices); oil not produced −4 736 (price of 2021)" in text
    assert "From oil" not in printed(terminal(quiet), 100)


def test_each_heading_reads_by_itself(halt: Any) -> None:
    lines = printed(terminal(halt), 100).splitlines()
    first = next(k for k, line in enumerate(lines) if line.startswith("Real income, trade and revenue"))
    headings, units = (re.split(" {2,}", line.strip()) for line in lines[first + 1 : first + 3])
    assert headings == ["Real income", "low to high", "Real income", "Exports", "Imports", "Tariffs", "Assumed"]
    assert units == ["Region", "%", "%", "US$ m", "%", "%", "US$ m", "of base"]


def test_what_is_not_shown_is_bounded_by_what_it_is(halt: Any) -> None:
    many = pd.concat([halt.welfare, halt.welfare.tail(4).assign(name="Yonder")], ignore_index=True)
    text = " ".join(printed(terminal(replace(halt, welfare=many)), 100).split())
    hidden = many.iloc[11:]
    assert f"and {len(hidden)} more in the report, none moved by over 0.031 %" in text
    assert hidden["real_income_percent"].abs().max() <= 0.031
    assert "largest sum: Yonder, +US$ 59 m" in text


def test_no_number_is_parted_at_the_end_of_a_line(halt: Any) -> None:
    shown, figures = terminal(halt), re.findall(rf"\S+{THIN}\S+", bridge_line(halt))
    for width in range(60, 121):
        screen = io.StringIO()
        Console(file=screen, width=width, legacy_windows=False).print(shown)
        for figure in figures:
            assert figure in screen.getvalue(), (width, figure)


def test_a_dash_stands_for_a_range_only_where_nothing_was_varied(halt: Any) -> None:
    near = halt.welfare.assign(real_income_low_percent=-2.017, real_income_high_percent=-2.004)
    near.loc[1, "real_income_high_percent"] = near.loc[1, "real_income_low_percent"]
    text = printed(terminal(replace(halt, welfare=near)), 100)
    income = text[text.index("Real income, trade and revenue") :].splitlines()
    home, neighbour = (next(x for x in income if x.startswith(name)) for name in ("Kazakhstan ", "Russia "))
    assert "−2.02 to −2.00" in home
    assert " – " in neighbour
    assert "trade elasticities only, and no capacity, quota or price of the corridor." in " ".join(text.split())


def test_without_a_corridor_no_oil_is_mentioned(walls: Any) -> None:
    text = printed(terminal(walls), 100)
    assert "Kazakhstan" in text
    for word in ("route", "netback", "Mt", "Corridor", "nan", "None"):
        assert word not in text, word


def test_nothing_that_changed_reads_as_nothing(quiet: Any) -> None:
    text = printed(terminal(quiet), 100)
    assert "Every tonne goes where it went before" in text
    assert "−0" not in text
    assert "+0 " not in text


def test_a_screen_of_ascii_is_served(hostile: Any) -> None:
    screen = Narrow()
    Console(file=screen, width=100, legacy_windows=False).print(terminal(hostile))
    text = screen.text()
    assert "-13 315" in text
    assert "R 51 % reported, D 25 % derived, A 24 % assumed" in " ".join(text.split())


def test_markup_in_names_is_not_obeyed(walls: Any) -> None:
    named = replace(walls, welfare=walls.welfare.assign(name="[bold red]x[/]"))
    assert "[bold red]x[/]" in printed(terminal(named), 120)


def test_scenarios_stand_side_by_side(several: Any) -> None:
    text = printed(compare_terminal(several), 100)
    header = next(line for line in text.splitlines() if line.startswith("Measure"))
    assert header.split() == ["Measure", "Unit", "undisturbed", "terminal-90-days", "nothing-happens"]
    income = next(line for line in text.splitlines() if line.startswith("Kazakhstan "))
    assert income.split() == ["Kazakhstan", "−3.1", "0.00", "+2.2"]
    assert max(len(line) for line in text.splitlines()) <= 100
