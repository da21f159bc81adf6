"""A history that only grows: what stood on a day, as far as it was known on another; conflicts stand side by side."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.union.toys import barrier, event, tables, union

from zollverein.errors import UnionError, UnknownNameError
from zollverein.union import STATUSES, Register


def one(*events):
    told = tables(barriers=[barrier()], events=events)
    return Register.from_tables(told["barriers"], told["events"])


def status_on(register, day):
    return register.state(day).set_index("barrier").loc["b1", "status"]


LIFE = (
    event("b1-1", happened="2016-01-01", recorded="2016-02-01", status="reported"),
    event("b1-2", happened="2016-06-01", recorded="2016-06-01", status="confirmed"),
    event("b1-3", happened="2017-06-01", recorded="2017-07-01", status="removed"),
    event("b1-4", happened="2019-01-01", recorded="2019-01-15", status="recurred", remaining=0.5),
)


def test_the_life_of_a_barrier():
    register = one(*LIFE)
    days = ("2015-12-31", "2016-03-01", "2017-01-01", "2018-01-01", "2020-01-01")
    assert [status_on(register, day) for day in days] == ["", "reported", "confirmed", "removed", "recurred"]
    assert list(register.in_force("2017-06-01")["barrier"]) == ["b1"], "it stands through its last day"
    assert register.in_force("2017-06-02").empty
    assert register.in_force("2020-01-01")["remaining"].tolist() == [0.5]
    assert str(register.state("2020-01-01")["opened"].iloc[0])[:10] == "2016-01-01"


def test_what_was_known_on_a_day_is_not_what_is_known_today():
    register = one(*LIFE)
    assert register.known("2016-01-15").barriers.empty, "it happened, and nobody had told"
    assert list(register.known("2017-06-15").in_force("2017-06-15")["barrier"]) == ["b1"], "its end was not yet known"
    assert register.in_force("2017-06-15").empty
    assert len(register.known("2018-01-01").history("b1")) == 3
    assert register.known(None) is register


def test_sources_that_differ_stand_side_by_side_and_are_told():
    register = one(
        event("b1-1", status="confirmed", source="press"),
        event("b1-2", happened="2018-01-01", recorded="2018-02-01", status="removed", source="ministry"),
        event("b1-3", happened="2018-03-01", recorded="2018-03-02", status="confirmed", source="press"),
    )
    row = register.state("2019-01-01").iloc[0]
    assert (row["conflict"], row["evidence"], row["status"]) == (True, 2, "confirmed")
    assert not register.state("2018-02-01")["conflict"].iloc[0], "what was said before the end does not contradict it"
    back = one(
        event(),
        event("b1-2", happened="2018-01-01", recorded="2018-02-01", status="removed", source="ministry"),
        event("b1-3", happened="2019-01-01", recorded="2019-01-02", status="recurred"),
    )
    assert not back.state("2020-01-01")["conflict"].iloc[0]
    assert set(register.history("b1")["source"]) == {"press", "ministry"}


def test_announced_is_not_yet_and_contested_still_stands():
    assert one(event(status="announced")).in_force("2017-01-01").empty
    assert len(one(event(status="contested")).in_force("2017-01-01")) == 1


def test_an_event_without_its_day_counts_from_when_it_was_known():
    register = one(event(), event("b1-2", happened=None, recorded="2020-05-01", status="removed"))
    assert len(register.in_force("2020-05-01")) == 1
    assert register.in_force("2020-05-02").empty


TOLD = st.tuples(st.integers(0, 3000), st.integers(0, 400), st.sampled_from(STATUSES))


@settings(deadline=None, max_examples=60)
@given(st.lists(TOLD, min_size=1, max_size=8), st.integers(0, 3600))
def test_later_records_never_change_what_was_known_earlier(told, day):
    """Law: the register as of a day is the register built of what was recorded by then."""
    start = pd.Timestamp("2015-01-01")
    rows = [
        event(f"b1-{k}", happened=start + pd.Timedelta(days=a), recorded=start + pd.Timedelta(days=a + late), status=s)
        for k, (a, late, s) in enumerate(told)
    ]
    as_of = start + pd.Timedelta(days=day)
    known = one(*rows).known(as_of)
    early = [row for row in rows if row[3] <= as_of]
    if not early:
        assert known.barriers.empty
        return
    assert known.state(as_of).equals(one(*early).state(as_of))


def test_every_fault_of_a_history_is_told_at_once():
    with pytest.raises(UnionError) as refused:
        one(
            event("e1", of="b9"), event("e2", status="gone"), event("e3", happened="2016-02-01", recorded="2016-01-01"),
            event("e4", remaining=1.5), event("e5", recorded=None),
        )  # fmt: skip
    for said in ("no barrier 'b9'", "status is 'gone'", "before it happened", "remaining is 1.5", "recorded is empty"):
        assert said in str(refused.value)


def test_barriers_with_strangers_are_told_all_at_once():
    with pytest.raises(UnionError) as refused:
        union(
            barriers=[barrier("b1", affected="ZZZ"), barrier("b2", imposing="YYY")],
            events=[event("e1", "b1"), event("e2", "b2")],
        )
    assert "b1: affected names ZZZ, never a member" in str(refused.value)
    assert "b2: imposing names YYY" in str(refused.value)


def test_an_unknown_barrier_and_no_day():
    with pytest.raises(UnknownNameError, match="did you mean 'b1'"):
        one(*LIFE).history("b11")
    with pytest.raises(UnionError, match="is no day"):
        one(*LIFE).state("the day before yesterday")


def test_a_barrier_without_an_event_is_refused():
    with pytest.raises(UnionError, match="'b1' has no event"):
        one()


def test_on_its_last_day_what_stood_still_stands_and_no_more():
    eased = one(event(remaining=0.4), event("b1-2", happened="2018-01-01", recorded="2018-01-01", status="removed"))
    assert eased.in_force("2018-01-01T12:00")["remaining"].tolist() == [0.4]
    assert eased.in_force("2018-01-02").empty
    never = one(
        event(status="announced"), event("b1-2", happened="2018-01-01", recorded="2018-01-01", status="removed")
    )
    assert never.in_force("2018-01-01").empty
    twice = one(
        event(),
        event("b1-2", happened="2018-01-01", recorded="2018-01-01", status="removed"),
        event("b1-3", happened="2019-01-01", recorded="2019-01-01", status="removed", source="ministry"),
    )
    assert twice.in_force("2019-01-01").empty


def test_of_events_of_one_day_what_was_told_later_counts():
    told = [event("b1-2", recorded="2023-01-01", status="removed"), event("b1-1", recorded="2021-01-01")]
    assert status_on(one(*told), "2024-01-01") == "removed"
    assert status_on(one(*told[::-1]), "2024-01-01") == "removed"


def test_what_still_stands_is_as_before_where_nothing_is_said():
    register = one(
        event(remaining=0.3),
        event("b1-2", happened="2017-01-01", recorded="2017-01-01", status="under_review"),
        event("b1-3", happened="2018-01-01", recorded="2018-01-01", status="removed"),
        event("b1-4", happened="2019-01-01", recorded="2019-01-01", status="recurred"),
    )
    assert [register.state(day)["remaining"].iloc[0] for day in ("2017-06-01", "2018-06-01", "2019-06-01")] == [
        0.3,
        0,
        1,
    ]


def test_a_zone_is_no_other_day():
    assert len(one(event()).in_force("2017-01-01T00:00+06:00")) == 1
    for nothing in (None, 2017, 20.5, ["2017"]):
        with pytest.raises(UnionError, match="is no day"):
            one(event()).state(nothing)
