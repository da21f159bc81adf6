"""Periods cover every day once, whatever their lengths."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.corridor.toys import two_ways

from zollverein.corridor import Horizon, Outage, Router, stranded_kt
from zollverein.errors import NetworkError

START = date(2022, 1, 1)
END = date(2022, 12, 31)
MIXED = Horizon(START, END, (("day", date(2022, 2, 10)), ("week", date(2022, 5, 3)), ("month", END)))


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["day", "week", "month", "year"]), st.integers(1, 300)), min_size=1, max_size=4)
)
def test_every_day_is_in_one_period(pieces):
    until, steps = START, []
    for step, length in pieces:
        until += timedelta(days=length)
        steps.append((step, until))
    horizon = Horizon(START, until, tuple(steps))
    assert horizon.total_days == (until - START).days + 1
    assert (horizon.days > 0).all()
    assert (np.diff(horizon.starts).astype(int) == horizon.days[:-1]).all()


def test_the_same_horizon_is_the_same():
    assert Horizon(START, END, "week") == Horizon(START, END, "week")
    assert Horizon(START, END, "week") != Horizon(START, END, "month")


def test_fine_at_first_and_coarse_after():
    assert horizon_lengths(MIXED)[:41] == [1] * 41
    assert set(horizon_lengths(MIXED)[41:52]) == {7}
    assert horizon_lengths(MIXED)[-1] > 20


def horizon_lengths(horizon):
    return horizon.days.tolist()


def test_an_outage_strands_the_same_however_the_year_is_cut():
    halt = Outage("h", "cheap", date(2022, 1, 5), date(2022, 2, 4), share_lost=1.0)
    cut = [MIXED, Horizon(START, date(2022, 12, 31), "day"), Horizon(START, date(2022, 12, 31), "month")]
    lost = [stranded_kt(two_ways().route(h, outages=[halt], foresight="perfect"), "XXX") for h in cut]
    assert lost == pytest.approx([60.0] * 3)
    assert Router(two_ways(), MIXED).answer([halt]).stranded_kt["XXX"] == pytest.approx(60.0)


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (("day", date(2022, 3, 1)),),
        (("day", date(2022, 3, 1)), ("week", date(2022, 2, 1)), ("week", date(2022, 12, 31))),
        (("fortnight", date(2022, 12, 31)),),
    ],
)
def test_steps_that_do_not_cover_the_horizon_are_refused(steps):
    with pytest.raises(NetworkError, match="horizon"):
        Horizon(START, date(2022, 12, 31), steps)
