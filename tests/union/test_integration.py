"""How deep a pair is integrated: by hand, and laws that hold for any union."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.union.toys import COUNTRIES, barrier, event, table, tables, union

from zollverein.errors import UnionError, UnknownNameError
from zollverein.union import DIMENSIONS, Register, Weights

DAY = "2018-01-01"


def depth(of, dimension="goods", pair=("AAA", "CCC"), column="held", on=DAY, **options):
    frame = of.integration(on, draws=20, **options)
    row = frame[(frame["first"] == pair[0]) & (frame["second"] == pair[1]) & (frame["dimension"] == dimension)]
    return float(row[column].iloc[0])


def test_the_deepest_provision_in_force_counts():
    assert depth(union(), pair=("AAA", "BBB")) == pytest.approx(0.9)
    assert depth(union()) == pytest.approx(0.8)
    assert depth(union(), "military", ("AAA", "BBB")) == pytest.approx(0.6)
    assert depth(union(), "military") == 0.0


def test_over_all_dimensions_it_is_their_weighted_mean():
    assert depth(union(), "overall") == pytest.approx((0.8 + 0.4) / len(DIMENSIONS))
    two = Weights(dimensions={"goods": 3.0, "labour": 1.0})
    assert depth(union(), "overall", weights=two) == pytest.approx(0.75 * 0.8 + 0.25 * 0.4)


def test_nothing_is_in_force_before_its_day_or_after_its_last():
    old = union(agreements=[("past", "2001-01-01", "2010-12-31")],
                memberships=[("past", c, None, "2001-01-01", None, "member") for c in COUNTRIES],
                provisions=[("past", "cultural", 1.0)])  # fmt: skip
    named = {"countries": COUNTRIES}
    assert depth(old, "cultural", on="2005-01-01", **named) == pytest.approx(1.0)
    assert depth(old, "cultural", on="2011-01-01", **named) == 0.0
    assert depth(old, on="2005-01-01", **named) == 0.0


def test_an_exemption_takes_its_share_out_of_its_dimension_alone():
    told = union(memberships=[("u", "CCC", None, "2015-01-01", "2019-12-31", "exemption", 0.25, "goods")])
    assert depth(told) == pytest.approx(0.8 * 0.75)
    assert depth(told, "labour") == pytest.approx(0.4)
    assert depth(told, on="2020-01-01") == pytest.approx(0.8)


def test_two_sides_are_bound_across_and_not_among_themselves():
    sides = [("trade", "AAA", "u", "2016-01-01", None, "member"), ("trade", "BBB", "u", "2016-01-01", None, "member"),
             ("trade", "VVV", "v", "2016-01-01", None, "partner")]  # fmt: skip
    told = union(agreements=[("trade", "2016-01-01")], memberships=sides, provisions=[("trade", "capital", 0.5)])
    assert depth(told, "capital", ("AAA", "VVV"), countries=("AAA", "BBB", "VVV")) == pytest.approx(0.5)
    assert depth(told, "capital", ("AAA", "BBB"), countries=("AAA", "BBB", "VVV")) == 0.0


def test_a_ban_on_everything_leaves_what_its_weight_leaves_in_one_direction():
    told = union(barriers=[barrier(mast="E")], events=[event()])
    left = 1.0 - Weights().measures["E"]
    assert depth(told) == pytest.approx(0.8 * (1.0 + left) / 2.0), "AAA bars CCC, CCC does not bar AAA"
    assert depth(told, column="provided") == pytest.approx(0.8)
    assert depth(told, "labour") == pytest.approx(0.4)
    assert depth(told, pair=("BBB", "CCC")) == pytest.approx(0.8)


def test_barriers_compound_and_eased_ones_count_their_share():
    twice = union(barriers=[barrier("b1", mast="C"), barrier("b2", mast="C")],
                  events=[event("e1", "b1"), event("e2", "b2", remaining=0.5)])  # fmt: skip
    c = Weights().measures["C"]
    assert depth(twice) == pytest.approx(0.8 * (1.0 + (1 - c) * (1 - 0.5 * c)) / 2.0)


def test_a_barrier_counts_by_the_trade_that_it_touches():
    shares = table([("CCC", "AAA", "02", 0.6), ("CCC", "AAA", "04", 0.1)],
                   ("exporter", "importer", "hs_chapter", "share"))  # fmt: skip
    told = union(barriers=[barrier(chapters="02;04", mast="A")], events=[event()], coverage=shares)
    a = Weights().measures["A"]
    assert depth(told) == pytest.approx(0.8 * (1.0 + (1.0 - 0.7 * a)) / 2.0)
    blind = union(barriers=[barrier(chapters="02;04", mast="A")], events=[event()])
    assert depth(blind) == pytest.approx(0.8 * (1.0 + (1.0 - 2 / 96 * a)) / 2.0)


def test_members_bars_all_others_and_third_bars_none():
    all_of_them = union(barriers=[barrier(imposing="members", affected="DDD")], events=[event()])
    assert depth(all_of_them, pair=("AAA", "DDD")) < 0.8
    assert depth(all_of_them) == pytest.approx(0.8)
    assert depth(union(barriers=[barrier(affected="third")], events=[event()])) == pytest.approx(0.8)


def test_barriers_between_a_pair_are_named():
    told = union(barriers=[barrier()], events=[event()]).integration(DAY, draws=5)
    row = told[(told["first"] == "AAA") & (told["second"] == "CCC")].iloc[0]
    assert row["barriers"] == "b1"
    assert (row["provision"], row["reach"]) == ("u", 1.0)
    of_labour = told[(told["first"] == "AAA") & (told["second"] == "CCC") & (told["dimension"] == "labour")].iloc[0]
    assert of_labour["barriers"] == "", "it touches goods alone"
    inner = told[(told["first"] == "AAA") & (told["second"] == "BBB")].set_index("dimension")
    assert inner.loc["goods", "provision"] == "inner"
    assert inner.loc["cultural", "provision"] == ""


@cache
def free():
    return union()


def barred(barriers, events):
    """The union of the toys with a register of its own; all else is built once."""
    told = tables(barriers=barriers, events=events)
    return replace(free(), register=Register.from_tables(told["barriers"], told["events"]))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(COUNTRIES), st.sampled_from(COUNTRIES), st.sampled_from("ABCEFP"), st.floats(0, 1)),
        max_size=5,
    )
)
def test_laws_of_depth(told):
    """Law: degrees stay in 0 to 1, barriers never deepen, and one more barrier never does either."""
    told = [t for t in told if t[0] != t[1]]
    rows = [barrier(f"b{k}", i, a, mast=m) for k, (i, a, m, _) in enumerate(told)]
    events = [event(f"e{k}", f"b{k}", remaining=r) for k, (*_, r) in enumerate(told)]
    frame = barred(rows, events).integration(DAY, draws=30)
    assert ((frame["held"] >= 0) & (frame["held"] <= frame["provided"] + 1e-12)).all()
    assert (frame["provided"] <= 1).all()
    assert (frame["low"] <= frame["high"]).all()
    if rows:
        fewer = barred(rows[1:], events[1:]).integration(DAY, draws=1)
        assert (frame["held"] <= fewer["held"] + 1e-12).all()


def test_the_same_seed_gives_the_same_range_and_another_another():
    told = union(barriers=[barrier()], events=[event()])
    one, again, other = (told.integration(DAY, draws=50, seed=s)[["low", "high"]] for s in (1, 1, 2))
    assert one.equals(again)
    assert not one.equals(other)


def test_the_range_covers_the_central_depth_where_nothing_is_at_its_edge():
    frame = union().integration(DAY, draws=2000)
    inner = frame[(frame["provided"] > 0.2) & (frame["provided"] < 0.8) & (frame["dimension"] != "overall")]
    assert ((inner["low"] < inner["held"]) & (inner["held"] < inner["high"])).all()
    width = Weights().degree_spread * 0.9
    assert np.allclose(inner["held"] - inner["low"], width, atol=0.02), "uniform: 5 percent is 0.9 of the spread below"


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: union().integration("2014-01-01"), "0 countries on 2014-01-01"),
        (lambda: union().integration("soon"), "is no day"),
        (lambda: union().integration(DAY, draws=0), "draws is 0"),
        (lambda: union().integration(DAY, seed=-1), "seed is -1"),
        (lambda: Weights(dimensions={"goodz": 1.0}), "'goodz' is not known"),
        (lambda: Weights(dimensions={"goods": 0.0}), "add to nothing"),
        (lambda: Weights(kinds={"barrier": -1.0}), "from 0 to 1,000,000"),
        (lambda: Weights(degree_spread=2.0), "0 to 1"),
        (lambda: union(provisions=[("u", "goodz", 1.0)]), "row 5: dimension is 'goodz'"),
    ],
)
def test_what_cannot_be_asked_is_told(ask, said):
    with pytest.raises(UnionError) as refused:
        ask()
    assert said in str(refused.value)


def test_unknown_names_come_with_near_ones():
    with pytest.raises(UnknownNameError, match="did you mean 'CCC'"):
        union().integration(DAY, countries=("AAA", "CCCC"))
    with pytest.raises(UnknownNameError):
        union().tiers(DAY, dimension="good")
    with pytest.raises(UnknownNameError):
        union().members(DAY, "v")


def test_members_on_a_day_include_the_last_day_and_no_observers():
    told = union(memberships=[("u", "EEE", None, "2016-01-01", "2017-06-30", "member"),
                              ("u", "FFF", None, "2016-01-01", None, "observer")])  # fmt: skip
    assert told.members("2017-06-30") == (*COUNTRIES, "EEE")
    assert told.members("2017-07-01") == COUNTRIES
    assert told.members(pd.Timestamp(DAY), "inner") == ("AAA", "BBB")


def test_what_a_pair_does_not_trade_is_not_touched():
    shares = table([("CCC", "AAA", "27", 1.0)], ("exporter", "importer", "hs_chapter", "share"))
    told = union(barriers=[barrier(chapters="01-24", mast="E")], events=[event()], coverage=shares)
    assert depth(told) == pytest.approx(0.8)


def test_a_barrier_on_services_alone_touches_no_goods():
    told = union(barriers=[barrier(chapters="services", mast="E")], events=[event()])
    assert depth(told) == pytest.approx(0.8)


def test_many_alike_provisions_do_not_lift_the_range_above_the_middle():
    more = [(f"a{k}", "2015-01-01") for k in range(6)]
    told = union(agreements=more, provisions=[(name, "goods", 0.8) for name, _ in more],
                 memberships=[(name, c, None, "2015-01-01", None, "member")
                              for name, _ in more for c in COUNTRIES])  # fmt: skip
    frame = told.integration(DAY, draws=500)
    assert (frame["low"] <= frame["held"] + 1e-12).all()
    assert (frame["high"] >= frame["held"] - 1e-12).all()


BAD_TABLES = {
    "a degree beyond one": ({"provisions": [("u", "goods", 5.0)]}, "degree is '5.0'"),
    "an exemption of nothing": (
        {"memberships": [("u", "CCC", None, "2015-01-01", None, "exemption")]}, "of an exemption, a share",
    ),
    "an exemption from nowhere": (
        {"memberships": [("u", "CCC", None, "2015-01-01", None, "exemption", 0.2, "goodz")]}, "dimension is 'goodz'",
    ),
    "an unknown standing": ({"memberships": [("u", "CCC", None, "2015-01-01", None, "king")]}, "status is 'king'"),
    "no day": ({"memberships": [("u", "CCC", None, "the spring", None, "member")]}, "valid_from is 'the spring'"),
    "a country on two sides": (
        {"memberships": [("u", "CCC", "x", "2016-01-01", None, "member")]}, "CCC is on two sides of u",
    ),
    "an unknown kind": ({"barriers": [barrier(kind="wall")]}, "kind is 'wall'"),
    "an unknown measure": ({"barriers": [barrier(mast="Z")]}, "mast_chapter is 'Z'"),
    "an unknown freedom": ({"barriers": [barrier(freedom="goodz")]}, "freedom is 'goodz'"),
    "an unknown principle": ({"barriers": [barrier(principle="love")]}, "principle is 'love'"),
    "a span that runs backwards": ({"barriers": [barrier(chapters="09-02")]}, "hs_chapters has '09-02'"),
    "a chapter that is none": ({"barriers": [barrier(chapters="98")]}, "hs_chapters has '98'"),
    "a barrier against oneself": ({"barriers": [barrier(affected="AAA")]}, "imposes it on itself"),
    "a barrier twice": ({"barriers": [barrier(), barrier()]}, "'b1' stands there twice"),
    "an event twice": ({"events": [event(), event()]}, "'b1-1' stands there twice"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD_TABLES)
def test_tables_that_make_no_union_are_refused(fault):
    changes, said = BAD_TABLES[fault]
    given = {"barriers": [barrier()], "events": [event()]} | changes
    with pytest.raises(UnionError) as refused:
        union(**given)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "ask",
    [
        lambda u: u.integration([]), lambda u: u.integration(None), lambda u: u.integration(DAY, countries=5),
        lambda u: u.integration(DAY, weights=5), lambda u: u.scoreboard("2015"), lambda u: u.scoreboard([2015.0]),
        lambda u: u.scoreboard([10**9]), lambda u: u.scoreboard([]), lambda u: u.wedges_on([], surveyed=DAY),
        lambda u: u.wedges("remove", pairs=[("AAA",)]), lambda u: u.wedges("remove", severity="a"),
        lambda u: Weights(measures={"A": "x"}), lambda u: Weights(dimensions=[1]), lambda u: Weights(degree_spread="a"),
        lambda u: u.tiers(DAY, draws=2).apart(None), lambda u: u.entities.resolve(None),
    ],
)  # fmt: skip
def test_odd_questions_are_refused_in_words(ask):
    with pytest.raises(UnionError):
        ask(union())


def test_a_measure_without_a_weight_of_its_own_has_a_common_one():
    assert Weights(measures={"A": 0.1}).measure("B") == Weights().measures[""]
