"""Years that may come: the same wherever they are drawn, as often, as long and as hard as they are said to be."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zollverein.errors import ThreatError, UnknownNameError
from zollverein.threat import (
    BarrierTarget,
    Duration,
    ExitTarget,
    Frequency,
    Impediment,
    Incident,
    Severity,
    Threat,
    drawn,
    predictive_check,
    sampled,
    target_of,
)

START, END = date(2022, 1, 1), date(2022, 12, 31)


def threat(name="storm", **changes):
    given = {"kind": "natural", "targets": ("port", "pipe"), "frequency": Frequency(8.0, 4.0),
             "duration": Duration(2.0, -0.5), "severity": Severity((0.5, 1.0), (1.0, 3.0))}  # fmt: skip
    return Threat(name, **(given | changes))


def years(count, threats=None, **options):
    return list(sampled(threats or (threat(),), START, END, count, **options))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 60), st.integers(1, 30), st.booleans())
def test_a_part_drawn_by_itself_is_the_same_part(first, count, antithetic):
    whole = years(100, antithetic=antithetic)
    assert years(count, first=first, antithetic=antithetic) == whole[first : first + count]


def test_another_threat_changes_nothing_of_this_one():
    alone = years(50)
    both = years(50, (threat("flood"), threat()))
    assert alone == [tuple(i for i in year if i.name.startswith("storm")) for year in both]


def test_another_seed_is_another_world_and_the_same_is_the_same():
    assert years(20) == years(20)
    assert years(20) != years(20, seed=2)


def test_events_come_as_often_as_a_gamma_poisson_says():
    count = drawn(threat(), 365, 40_000).count
    assert count.mean() == pytest.approx(2.0, abs=0.03)
    assert count.var() == pytest.approx(2.0 + 8.0 / 16.0, rel=0.03), "Poisson, and the rate's own variance"


def test_they_last_as_long_and_take_as_much_as_they_are_said_to():
    made = drawn(threat(duration=Duration(3.0, -1.0)), 365, 4000)
    there = np.arange(made.days.shape[1]) < made.count[:, None]
    logs = np.log(made.days[there])
    assert logs.mean() == pytest.approx(3.0, abs=0.02)
    assert logs.std() == pytest.approx(np.exp(-1.0), abs=0.02)
    assert (made.loss[there] == 1).mean() == pytest.approx(0.75, abs=0.02)
    assert (made.target[there] == 0).mean() == pytest.approx(0.5, abs=0.02)
    assert made.day[there].min() >= 0
    assert made.day[there].max() <= 364


def test_parameters_that_are_not_certain_widen_the_years_apart():
    sure = drawn(threat(duration=Duration(3.0, -3.0)), 365, 3000)
    unsure = drawn(threat(duration=Duration(3.0, -3.0, ((0.5, 0.0), (0.0, 0.0)))), 365, 3000)
    assert np.log(unsure.days[:, 0]).std() == pytest.approx(np.sqrt(0.5), abs=0.05)
    assert np.log(sure.days[:, 0]).std() < 0.1


def test_opposite_numbers_make_means_sharper():
    def means(antithetic):
        return [
            np.mean([len(year) for year in years(20, first=40 * k, antithetic=antithetic)]) for k in range(60)
        ]  # fmt: skip

    assert np.std(means(antithetic=True)) < 0.6 * np.std(means(antithetic=False))


def test_one_cause_strikes_others_at_the_same_time_and_for_as_long():
    told = threat(targets=("port",), also=(("pipe", 1.0, 0.3), ("rail", 0.0, 1.0)))
    for year in years(30, (told,)):
        by_target = {target: [i for i in year if i.target == target] for target in ("port", "pipe", "rail")}
        assert [(i.start, i.end) for i in by_target["port"]] == [(i.start, i.end) for i in by_target["pipe"]]
        assert all(i.share_lost == 0.3 for i in by_target["pipe"])
        assert by_target["rail"] == []


def test_units_are_lost_whole():
    told = threat(severity=Severity((1.0, 2.0), (1.0, 1.0), units=True))
    lost = [i for year in years(50, (told,)) for i in year]
    assert {i.units_lost for i in lost} == {1, 2}
    assert all(i.share_lost is None for i in lost)


def test_what_was_seen_is_in_the_middle_of_what_is_made_and_what_was_not_is_far_from_it():
    close = predictive_check([threat()], {"storm": [7.0] * 8}, 4.0).set_index("quantity")
    assert 0.2 < close.loc["events", "p"] < 0.8
    far = predictive_check([threat()], {"storm": [700.0] * 40}, 4.0).set_index("quantity")
    assert (far["p"] < 0.05).all()
    assert predictive_check([threat()], {}, 4.0).set_index("quantity").loc["events", "p"] > 0.95


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: years(1, (threat(), threat())), "given twice"),
        (lambda: list(sampled([threat()], END, START, 1)), "the first not after the last"),
        (lambda: years(-1), "scenarios is -1"),
        (lambda: years(1, seed=1.5), "seed is 1.5"),
        (lambda: years(1, (threat(frequency=Frequency(900.0, 1.0)),)), "happens 900 times"),
        (lambda: predictive_check([threat()], {}, 0.0), "above 0"),
    ],
)
def test_what_cannot_be_drawn_is_told(ask, said):
    with pytest.raises(ThreatError) as refused:
        ask()
    assert said in str(refused.value)


def test_observations_of_nothing_given_are_told():
    with pytest.raises(UnknownNameError, match="did you mean 'storm'"):
        predictive_check([threat()], {"strom": [1.0]}, 1.0)


def test_barriers_and_exits_come_as_impediments_and_a_halt_brings_one_with_it():
    halt = threat(targets=("pipe",), also=(("barrier:KAZ-RUS", 1.0, 2.0),))
    leaves = threat("leaves", targets=("exit:ARM",), severity=Severity((1.0,), (1.0,)))
    seen = [incident for year in years(40, (halt, leaves)) for incident in year]
    halts = [i for i in seen if isinstance(i, Incident)]
    raised = [i for i in seen if isinstance(i, Impediment) and i.target == BarrierTarget("KAZ", "RUS")]
    gone = [i for i in seen if isinstance(i, Impediment) and i.target == ExitTarget("ARM")]
    assert len(halts) + len(raised) + len(gone) == len(seen)
    assert [(i.start, i.end) for i in halts] == [(i.start, i.end) for i in raised]
    assert {i.share for i in raised} == {2.0}
    assert gone
    assert {i.share for i in gone} == {1.0}


@given(st.sampled_from(["ARM", "KAZ", "RUS"]), st.sampled_from(["BLR", "KGZ"]), st.booleans())
def test_a_target_is_read_as_it_is_written(one, other, both):
    target = BarrierTarget(one, other, both)
    assert target_of(str(target)) == target
    assert set(target.pairs) == ({(one, other), (other, one)} if both else {(one, other)})
    assert target_of(str(ExitTarget(one))) == ExitTarget(one)
    assert target_of(one) == one


def test_what_runs_on_after_the_years_observed_is_not_counted():
    endless = threat(duration=Duration(9.0, -3.0), frequency=Frequency(2.0, 4.0))
    check = predictive_check([endless], {"storm": [300.0]}, {"storm": 1.0}).set_index("quantity")
    assert check.loc["longest, days", "high"] <= 365.0
    with pytest.raises(UnknownNameError, match="storm"):
        predictive_check([endless], {}, {"flood": 1.0})
