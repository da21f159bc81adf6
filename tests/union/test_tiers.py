"""Does it fall into parts? Strong clusters against every subset tried, and how sure that is."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.union.toys import barrier, event, union

from zollverein.errors import UnionError, UnknownNameError
from zollverein.union import partition_of, tiers_of

NAMES = ("A", "B", "C", "D", "E")


def matrix(pairs, other=0.3):
    depth = np.full((len(NAMES), len(NAMES)), other)
    np.fill_diagonal(depth, 1.0)
    for (a, b), value in pairs.items():
        i, j = NAMES.index(a), NAMES.index(b)
        depth[i, j] = depth[j, i] = value
    return depth


def test_two_that_are_deeper_with_each_other_stand_apart_from_the_rest():
    assert partition_of(matrix({("A", "B"): 0.6}), NAMES) == (("A", "B"), ("C", "D", "E"))


def test_all_alike_is_one_tier():
    assert partition_of(matrix({}), NAMES) == (NAMES,)
    assert partition_of(matrix({}, other=0.0), NAMES) == (NAMES,)


def test_of_nested_parts_that_with_the_widest_margin_counts():
    wide = {("A", "B"): 0.9, ("A", "C"): 0.5, ("B", "C"): 0.5}
    assert partition_of(matrix(wide), NAMES) == (("A", "B"), ("C", "D", "E"))
    narrow = {("A", "B"): 0.6, ("A", "C"): 0.5, ("B", "C"): 0.5}
    assert partition_of(matrix(narrow, other=0.1), NAMES) == (("A", "B", "C"), ("D", "E"))


def test_a_chain_is_no_part():
    chain = {("A", "B"): 0.6, ("B", "C"): 0.6, ("C", "D"): 0.6, ("D", "E"): 0.6}
    assert partition_of(matrix(chain), NAMES) == (NAMES,)


def strong_by_trying_all(depth):
    n = len(depth)
    found = {}
    for size in range(2, n):
        for group in combinations(range(n), size):
            out = [k for k in range(n) if k not in group]
            inside = min(depth[a, b] for a, b in combinations(group, 2))
            margin = inside - max(depth[a, b] for a in group for b in out)
            if margin > 1e-9:
                found[group] = margin
    return found


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=10, max_size=10))
def test_the_parts_are_those_found_by_trying_every_subset(values):
    depth = np.eye(5)
    for (i, j), value in zip(combinations(range(5), 2), values, strict=True):
        depth[i, j] = depth[j, i] = value / 10
    strong = strong_by_trying_all(depth)
    chosen = []
    for group in sorted(strong, key=lambda g: (-strong[g], g)):
        if not any(set(group) & set(c) for c in chosen):
            chosen.append(group)
    rest = tuple(NAMES[k] for k in range(5) if not any(k in c for c in chosen))
    expected = {tuple(NAMES[k] for k in c) for c in chosen} | ({rest} if rest else set())
    assert set(partition_of(depth, NAMES)) == expected


@settings(deadline=None)
@given(st.permutations(range(5)))
def test_the_order_of_countries_does_not_matter(order):
    depth = matrix({("A", "B"): 0.6, ("D", "E"): 0.5})
    turned = partition_of(depth[np.ix_(order, order)], [NAMES[k] for k in order])
    assert {frozenset(part) for part in turned} == {frozenset("AB"), frozenset("DE"), frozenset("C")}


def test_shares_over_draws_are_counts():
    central = matrix({("A", "B"): 0.6})
    drawn = np.stack([central, matrix({}), matrix({("A", "B"): 0.6, ("D", "E"): 0.5}), central])
    found = tiers_of(central, drawn, NAMES)
    assert found.stability == 0.5
    assert found.apart(("A", "B")) == 0.75
    assert found.apart(("D", "E")) == 0.25
    assert found.together.loc["A", "B"] == 0.75
    assert found.together.loc["A", "C"] == 0.0, "those in no part are not together"
    assert found.groupings["share"].sum() == pytest.approx(1.0)
    assert found.margin(("A", "B"))[0] == pytest.approx(0.3)
    assert str(found) == "A + B | C + D + E"


def test_the_inner_pair_of_the_toy_stands_apart_since_the_common_treaty():
    told = union().tiers("2018-01-01", draws=100)
    assert str(told) == "AAA + BBB | CCC + DDD"
    over = union().tiers_over([2014, 2016], ("AAA", "BBB"), draws=50)
    assert set(over["year"]) == {2016}, "in 2014 there were no members"
    early = union().tiers_over([2014], ("AAA", "BBB"), countries=("AAA", "BBB", "CCC", "DDD"), draws=50)
    assert early.set_index("dimension").loc["military", "apart"] == 1.0


def test_bans_inside_the_core_close_the_gap():
    bars = [barrier("b1", "AAA", "BBB"), barrier("b2", "BBB", "AAA")]
    told = union(barriers=bars, events=[event("e1", "b1"), event("e2", "b2")])
    assert told.tiers("2018-01-01", dimension="goods", draws=50).apart(("AAA", "BBB")) < 0.5
    assert union().tiers("2018-01-01", dimension="military", draws=50).apart(("AAA", "BBB")) == 1.0


def test_who_is_not_there_cannot_stand_apart():
    told = union().tiers("2018-01-01", draws=5)
    with pytest.raises(UnknownNameError, match="no country 'ZZZ'"):
        told.apart(("AAA", "ZZZ"))
    for core in (("AAA",), ("AAA", "BBB", "CCC", "DDD")):
        with pytest.raises(UnionError, match="two or more of them, and not all"):
            told.margin(core)
    with pytest.raises(UnknownNameError, match="'ZZZ'"):
        union().tiers_over([2018], ("AAA", "ZZZ"))
    with pytest.raises(UnionError, match="in none of these years"):
        union().tiers_over([1990, 2010], ("AAA", "BBB"))


def test_the_same_parts_count_as_the_same_whatever_their_order():
    first, second = matrix({("A", "B"): 0.9, ("C", "D"): 0.8}), matrix({("A", "B"): 0.8, ("C", "D"): 0.9})
    assert tiers_of(first, np.stack([first, second]), NAMES).stability == 1.0
    alone = matrix({("A", "B"): 0.9})
    found = tiers_of(first, np.stack([first, alone]), NAMES)
    assert found.stability == 0.5
    assert found.together.loc["C", "D"] == 0.5


@pytest.mark.parametrize("drawn", [np.zeros((0, 5, 5)), np.zeros((3, 4, 4)), np.zeros((5, 5))])
def test_draws_that_do_not_fit_are_told(drawn):
    with pytest.raises(UnionError, match="5 by 5"):
        tiers_of(np.eye(5), drawn, NAMES)
