"""Numbers as a person reads them."""

import doctest
import re
from datetime import date
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zollverein.report import formatting
from zollverein.report.formatting import (
    ABSENT,
    MINUS,
    THIN,
    days,
    money,
    number,
    percent,
    plain,
    residual,
    share,
    shown,
    tonnes,
    with_sign,
)


def spaced(text: str) -> str:
    return text.replace(THIN, " ")


def test_examples_in_the_docstrings_hold() -> None:
    module: ModuleType = formatting
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("kt", "text"),
    [(0, "0.0 kt"), (0.04, "0.0 kt"), (9.949, "9.9 kt"), (9.951, "10 kt"), (163.4, "163 kt"), (999.4, "999 kt"),
     (999.6, "1.0 Mt"), (10_123, "10.1 Mt"), (-2_740, "−2.7 Mt"), (123_456, "123 Mt"), (float("nan"), ABSENT)],
)  # fmt: skip
def test_tonnes_change_their_unit_where_the_rounded_figure_does(kt: float, text: str) -> None:
    assert spaced(tonnes(kt)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(-3.123, "−3.1 %"), (0.994, "0.99 %"), (0.996, "1.0 %"), (0.0421, "0.04 %"), (-0.001, "0.00 %"), (250.0, "250 %"),
     (99.96, "100 %")],
)  # fmt: skip
def test_percent_claims_no_digit_that_is_not_known(value: float, text: str) -> None:
    assert spaced(percent(value)) == text


def test_nothing_is_never_minus_nothing() -> None:
    for value in (-0.0, -1e-12, -0.004):
        assert MINUS not in number(value) + percent(value) + money(value) + tonnes(value) + shown("kt_change", value)
        assert "+" not in with_sign(percent(value), value)


@given(st.floats(-1e9, 1e9))
def test_a_number_can_be_read_back(value: float) -> None:
    text = number(value, 2)
    assert re.fullmatch(f"{MINUS}?\\d{{1,3}}({THIN}\\d{{3}})*\\.\\d\\d", text)
    assert float(text.replace(THIN, "").replace(MINUS, "-")) == pytest.approx(value, abs=0.00501)


@given(st.floats(0, 1))
def test_a_share_says_all_only_of_all(value: float) -> None:
    assert (spaced(share(value)) == "100 %") == (value >= 0.9995)


def test_what_is_not_known_is_a_dash_and_what_infinite_too() -> None:
    for kind in ("kt", "percent", "date", "text", "usd_million_change"):
        assert shown(kind, None) == shown(kind, float("nan")) == ABSENT  # type: ignore[arg-type]
    assert number(float("inf")) == money(float("nan")) == ABSENT


def test_days_name_the_year_once() -> None:
    assert days(date(2022, 1, 1), date(2022, 6, 30)) == "1 January – 30 June 2022"
    assert days(date(2022, 12, 1), date(2023, 1, 5)) == "1 December 2022 – 5 January 2023"


def test_residuals_are_orders_of_magnitude() -> None:
    assert (residual(0.0), residual(3.2e-11), residual(1e-8)) == ("0", f"≤{THIN}1e−10", f"≤{THIN}1e−8")


@given(st.text())
def test_plain_text_is_ascii(text: str) -> None:
    assert plain(text).isascii()
