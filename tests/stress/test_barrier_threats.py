"""Sampled impediments become a year's trade costs and tariffs: weighted by days, the strongest of each day."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zollverein as zv
from zollverein.corridor import Outage
from zollverein.errors import ScenarioError, UnknownNameError
from zollverein.stress import load_scenario
from zollverein.stress.barrier_threats import barrier_basis, disturbed, joined_policies
from zollverein.stress.shocks import Policy, policy_of
from zollverein.threat import Impediment, Incident, sampled, target_of

START, END = date(2022, 1, 1), date(2022, 12, 31)
AFTER = date(2023, 1, 1)
CELL = ["exporter", "importer", "sector"]


@pytest.fixture(scope="module")
def case(eurasia):
    return eurasia


@pytest.fixture(scope="module")
def basis(case):
    return barrier_basis(case, case.threats(), START, END)


def stands(target="barrier:KAZ-RUS", first=0, days=365, share=1.0):
    start = START + timedelta(days=first)
    return Impediment("it", target_of(target), start, start + timedelta(days=days), share)


def logs(incidents, basis):
    """Log of the trade cost by (exporter, importer); the same for every good of the bundled wedges."""
    frame = disturbed(incidents, basis).policy.iceberg
    if frame is None:
        return {}
    by_pair = np.log(frame["factor"]).groupby([frame["exporter"], frame["importer"]])
    assert (by_pair.max() - by_pair.min()).max() < 1e-15
    return by_pair.first().to_dict()


def test_a_year_without_kazakhstan_is_the_scenario_in_which_it_leaves(case, basis):
    made = disturbed([stands("exit:KAZ")], basis).policy
    said = policy_of(load_scenario("kazakhstan-leaves", case), case)
    pd.testing.assert_frame_equal(made.iceberg, said.iceberg, check_exact=True)
    pd.testing.assert_frame_equal(made.tariff, said.tariff, check_exact=True)


@pytest.mark.parametrize("bound", ["low", "high"])
def test_so_it_is_at_both_ends_of_the_range_and_in_a_leap_year(case, bound):
    start, end = date(2024, 1, 1), date(2024, 12, 31)
    leap = barrier_basis(case, case.threats(), start, end, bound=bound)
    made = disturbed([Impediment("it", target_of("exit:KAZ"), start, date(2030, 1, 1))], leap).policy
    said = policy_of(load_scenario("kazakhstan-leaves", case), case, bound)
    pd.testing.assert_frame_equal(made.iceberg, said.iceberg, check_exact=True)
    pd.testing.assert_frame_equal(made.tariff, said.tariff, check_exact=True)


def test_nothing_that_happens_is_no_frame_and_outages_pass(basis):
    halt = Incident("halt", "atyrau-samara", START, AFTER, 0.5, None, 30)
    found = disturbed([halt], basis)
    assert found.outages == (Outage("halt", "atyrau-samara", START, AFTER, 0.5, None, 30),)
    assert (found.policy.tariff, found.policy.iceberg) == (None, None)


def test_ninety_days_are_ninety_parts_of_the_log_cost(basis):
    assert logs([stands(days=90)], basis) == {("KAZ", "RUS"): pytest.approx(90 / 365 * np.log(1.225))}
    assert logs([stands(days=90, share=0.2)], basis)["KAZ", "RUS"] == pytest.approx(90 / 365 * np.log(1.045))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 364), max_size=5, unique=True), st.floats(0.01, 5.0))
def test_the_parts_of_a_year_add_to_the_whole(basis, cuts, share):
    edges = [0, *sorted(cuts), 365]
    parts = [stands(first=a, days=b - a, share=share) for a, b in pairwise(edges)]
    whole = logs([stands(share=share)], basis)["KAZ", "RUS"]
    assert logs(parts, basis)["KAZ", "RUS"] == pytest.approx(whole, rel=1e-12)
    one_by_one = sum(logs([part], basis)["KAZ", "RUS"] for part in parts)
    assert one_by_one == pytest.approx(whole, rel=1e-12)


SPAN = st.builds(
    stands,
    st.sampled_from(["barrier:KAZ-RUS", "barriers:RUS-KAZ", "barrier:RUS-KAZ", "exit:KAZ"]),
    st.integers(-20, 380),
    st.integers(1, 500),
)


@settings(deadline=None, max_examples=40)
@given(st.lists(SPAN, max_size=5), st.randoms())
def test_order_and_repetition_change_nothing(basis, incidents, random):
    mixed = [*incidents, *incidents]
    random.shuffle(mixed)
    first, other = logs(incidents, basis), logs(mixed, basis)
    assert first == pytest.approx(other)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 364), st.integers(1, 400), st.floats(0.01, 5.0)), min_size=1, max_size=5))
def test_each_day_counts_its_strongest(basis, spans):
    daily = np.zeros(365)
    for first, days, share in spans:
        daily[first : first + days] = np.maximum(daily[first : first + days], share)
    found = logs([stands(first=f, days=d, share=s) for f, d, s in spans], basis)
    assert found["KAZ", "RUS"] == pytest.approx(np.log1p(0.225 * daily).sum() / 365, rel=1e-10)


def test_what_lasts_no_day_of_the_horizon_is_nothing(basis):
    for nothing in (stands(days=0), stands(first=365), stands(first=-30, days=30), stands("exit:ARM", days=0)):
        assert disturbed([nothing], basis).policy == Policy(None, None)


def test_one_direction_is_one_and_both_are_both(basis):
    assert set(logs([stands("barrier:KAZ-RUS")], basis)) == {("KAZ", "RUS")}
    assert set(logs([stands("barriers:KAZ-RUS")], basis)) == {("KAZ", "RUS"), ("RUS", "KAZ")}
    both = logs([stands("barrier:KAZ-RUS"), stands("barrier:RUS-KAZ")], basis)
    assert both == logs([stands("barriers:RUS-KAZ")], basis)


def test_a_barrier_beside_an_exit_does_not_add_and_two_that_leave_share_their_tariffs(basis):
    alone = disturbed([stands("exit:KAZ")], basis).policy
    beside = disturbed([stands("exit:KAZ"), stands("barrier:KAZ-RUS", share=0.5)], basis).policy
    pd.testing.assert_frame_equal(alone.iceberg, beside.iceberg)
    two = disturbed([stands("exit:KAZ", days=100), stands("exit:ARM", first=50, days=100)], basis).policy.tariff
    rates = two.set_index(CELL)["rate_percent"]
    whole = disturbed([stands("exit:KAZ"), stands("exit:ARM")], basis).policy.tariff.set_index(CELL)["rate_percent"]
    share = (rates / whole).groupby(["exporter", "importer"]).first()
    assert share["KAZ", "ARM"] == pytest.approx(150 / 365)
    assert share["KAZ", "RUS"] == share["RUS", "ARM"] == pytest.approx(100 / 365)
    assert ("BLR", "RUS") not in share.index


def test_a_part_of_a_year_without_a_member_weighs_tariffs_from_what_stands(case):
    standing = pd.DataFrame([("KAZ", "RUS", "AGR", 2.0)], columns=[*CELL, "rate_percent"])
    basis = barrier_basis(case, case.threats(), START, END, policy=Policy(standing, None))
    tariff = disturbed([stands("exit:KAZ", days=73)], basis).policy.tariff.set_index(CELL)["rate_percent"]
    mfn = case.table("tariffs").set_index(CELL)["mfn_percent"]
    assert tariff["KAZ", "RUS", "AGR"] == pytest.approx(2.0 + 0.2 * (mfn["KAZ", "RUS", "AGR"] - 2.0))
    assert tariff["RUS", "KAZ", "AGR"] == pytest.approx(0.2 * mfn["RUS", "KAZ", "AGR"])


def test_a_longer_horizon_is_the_year_and_a_shorter_one_a_part_of_it(case):
    two = barrier_basis(case, case.threats(), START, date(2023, 12, 31))
    assert logs([stands(days=365)], two)["KAZ", "RUS"] == pytest.approx(0.5 * np.log(1.225))
    quarter = barrier_basis(case, case.threats(), START, date(2022, 3, 31))
    assert logs([stands(days=365)], quarter)["KAZ", "RUS"] == pytest.approx(90 / 365 * np.log(1.225))


def test_before_a_member_joined_it_leaves_nobody(case):
    early = barrier_basis(case, [threat_of(case, "exit:KGZ")], date(2015, 2, 1), date(2015, 12, 31))
    gone = Impediment("it", target_of("exit:KGZ"), date(2015, 3, 1), date(2015, 4, 1))
    assert disturbed([gone], early).policy == Policy(None, None)


def test_two_policies_are_one(basis):
    more = disturbed([stands("exit:KAZ")], basis).policy
    none = Policy(None, None)
    assert joined_policies(none, none) == none
    assert joined_policies(more, none).iceberg is more.iceberg
    assert joined_policies(none, more).tariff is more.tariff
    twice = joined_policies(more, more)
    assert np.allclose(twice.iceberg["factor"], more.iceberg["factor"] ** 2)
    pd.testing.assert_frame_equal(twice.tariff, more.tariff)


def test_sampled_years_come_through_and_the_economy_takes_them(case, basis):
    years = [disturbed(year, basis) for year in sampled(case.threats(), START, END, 200)]
    assert any(year.outages for year in years)
    factors = [year.policy.iceberg["factor"] for year in years if year.policy.iceberg is not None]
    assert 0 < len(factors) <= 200
    assert all((factor > 1.0).all() for factor in factors)
    worst = max((year.policy for year in years if year.policy.iceberg is not None), key=lambda p: p.iceberg.size)
    outcome = case.economy().solve(zv.Shock(tariff=worst.tariff, iceberg=worst.iceberg))
    assert (outcome.real_income != 0.0).any()


def threat_of(case, target):
    (leaves,) = (threat for threat in case.threats() if threat.name == "member-leaves")
    return replace(leaves, targets=(target,))


def test_names_that_are_none_are_told(case, basis):
    with pytest.raises(UnknownNameError, match="did you mean 'ARM'"):
        barrier_basis(case, [threat_of(case, "exit:ARN")], START, END)
    with pytest.raises(UnknownNameError, match="KAZ to RUS"):
        barrier_basis(case, [threat_of(case, "barrier:KAZ-RUZ")], START, END)
    with pytest.raises(ScenarioError, match="not made for"):
        disturbed([stands("barrier:CHN-KAZ")], basis)
    with pytest.raises(ScenarioError, match="swap the two"):
        barrier_basis(case, [], END, START)


def test_without_such_threats_nothing_is_looked_up(case):
    physical = [t for t in case.threats() if all(isinstance(x, str) for x in (*t.targets, *(o for o, _, _ in t.also)))]
    bare = barrier_basis(case, physical, START, END)
    assert bare.members == ()
    years = [disturbed(year, bare) for year in sampled(physical, START, END, 20)]
    assert all(year.policy == Policy(None, None) for year in years)
