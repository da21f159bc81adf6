"""What `case diff` shows can be read on a narrow screen: whole words, signs, and every column."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from zollverein._cli.case_diff import _percent, _share, _show, _show_table, _six_digits
from zollverein._cli.difference_grid import difference_grid
from zollverein.case import open_case, place_of, with_figures
from zollverein.case.difference import difference

LONG = pd.DataFrame(
    {
        "facility": ["a-terminal-of-the-north-with-a-long-name", "b"],
        "row": ["a very long key, of many parts, that no column of forty letters could hold on one line", "short"],
        "domestic_sales_usd_million": [1234567.0, 2.0],
        "value_added_share_of_gross_output": [0.25, 0.5],
        "source": ["one;two;three;four;five;six;seven", "one"],
        "confidence": ["reported", "derived"],
        "method": ["share of the trade of goods, scaled", None],
        "note": [None, None],
    }
)


def printed(width, *shown):
    console = Console(width=width, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(*shown)
    return capture.get()


@pytest.mark.parametrize("width", [60, 80, 89, 98])
def test_a_wide_table_fits_and_keeps_its_columns(width):
    said = printed(width, difference_grid(LONG, "rows", width, keys=1))
    lines = said.splitlines()
    assert max(map(len, lines)) <= width
    words = said.replace("\n", " ").split()
    for column in LONG.columns.drop("note"):
        assert set(column.split("_")) <= set(words), column
    assert not [word for word in words if word.endswith("_")], "headings break between words"
    assert "empty in all of them: note" in said
    assert "1,234,567" in said
    assert said.count("facility") == said.count("rows")
    assert "terminal" in said
    assert ("continued" in said) is (width == 60)


@settings(max_examples=15, deadline=None)
@given(
    st.integers(30, 110),
    st.integers(1, 9).flatmap(
        lambda columns: st.lists(
            st.lists(st.text("ab_, -", max_size=50), min_size=columns, max_size=columns), min_size=1, max_size=3
        )
    ),
)
def test_no_letter_is_lost(width, rows):
    frame = pd.DataFrame(rows, columns=[f"c{k}" for k in range(len(rows[0]))])
    said = printed(width, difference_grid(frame, "t", width))
    assert max(map(len, said.splitlines())) <= width
    shown = sorted("".join(said.split("─")).replace("continued", ""))
    for letter in "ab":
        assert shown.count(letter) >= sum(text.count(letter) for row in rows for text in row)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (-0.75, "-75 %"),
        (0.0512, "+5.12 %"),
        (6.19, "+619 %"),
        (24.0, "25 times"),
        (3.76e9, "from near 0"),
        (float("inf"), "from 0"),
        (-37.0, "-3,700 %"),
        (float("nan"), None),
    ],
)
def test_changes_can_be_read(change, said):
    assert _percent(change) == said


def test_numbers_can_be_read():
    texts = ("1072054.4", "0.123456789", "9.949577649e-11", "-6471831", "2021", "much")
    assert [_six_digits(text) for text in texts] == ["1,072,054", "0.123457", "9.95e-11", "-6,471,831", "2,021", "much"]
    assert [_share(share) for share in (0.1343, -0.0911, 1e-7, float("nan"))] == ["+13.4 %", "-9.1 %", "~0 %", None]


@pytest.mark.parametrize("width", [80, 98])
def test_what_a_person_sees(width):
    small = open_case("small")
    moved = with_figures(small, [(place_of(small, "trade.INL.BAY.OTH.value_usd_million"), 0.5, "factor")])
    found = difference(small, moved)
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        _show(console, found)
        _show_table(console, found.table("trade"), "trade")
    said = capture.get()
    assert max(map(len, said.splitlines())) <= width
    assert "small to small: rows by table" in said
    assert said.count("-50 %") == 3, "in the summary, among the changes, in the table"
    assert said.count("INL, BAY, OTH") == 2
    assert "row by row: --table NAME" in said
