"""A concordance has unique pairs and weights that add to one; chaining is a product, the way back needs sizes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zollverein.case.concordances import Concordance, identity
from zollverein.errors import InputError, UnknownNameError


def concordance(rows, name="test", **columns):
    frame = pd.DataFrame(rows, columns=["source", "target", "weight"])
    return Concordance(name, name, "old", "new", frame.assign(**columns), cited=(f"the source of {name}",))


@st.composite
def concordances(draw, sources="abcd", targets="WXYZ", name="drawn"):
    rows = []
    for source in sources:
        chosen = draw(st.lists(st.sampled_from(targets), min_size=1, max_size=3, unique=True))
        parts = np.array(draw(st.lists(st.floats(0.05, 1.0), min_size=len(chosen), max_size=len(chosen))))
        rows += [(source, target, weight) for target, weight in zip(chosen, parts / parts.sum(), strict=True)]
    return concordance(rows, name)


MIXED = [("a", "X", 1.0), ("b", "Y", 0.25), ("b", "X", 0.75), ("c", "Y", 1.0)]


def test_weights_are_a_matrix_in_the_order_of_the_concordance():
    targets, matrix = concordance(MIXED).weights(["c", "b"])
    assert targets == ("Y", "X")
    assert np.array_equal(matrix, [[1.0, 0.0], [0.25, 0.75]])


def test_what_is_parted_is_assumed_and_what_goes_whole_is_not():
    frame = concordance(MIXED).frame
    assert list(frame["confidence"]) == ["reported", "assumed", "assumed", "reported"]
    told = concordance(MIXED, confidence=["derived", "derived", None, None]).frame
    assert list(told["confidence"]) == ["derived", "derived", "assumed", "reported"]


def test_a_third_with_ten_digits_is_a_third():
    frame = concordance([("a", t, 0.3333333333) for t in "XYZ"]).frame
    assert frame["weight"].sum() == pytest.approx(1.0, abs=1e-16)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("a", "X", 0.5), ("a", "Y", 0.4)], "weights add up for a to 0.9"),
        ([("a", "X", 1.5), ("a", "Y", -0.5)], "weight of a is not a number above zero"),
        ([("a", "X", 1.0), ("a", "Y", 0.0)], "weight of a is not a number above zero"),
        ([("a", "X", 0.5), ("a", "X", 0.5)], "a to X stands more than once"),
        ([(1, "X", 1.0)], "source 1 is no code; codes are text"),
        ([("a", "", 1.0)], "target '' is no code"),
        ([("a", "X", "much")], "weight of a is not a number above zero"),
        ([], "has no rows"),
    ],
)
def test_what_is_no_concordance_is_refused(rows, said):
    with pytest.raises(InputError, match=said):
        concordance(rows)


def test_every_fault_is_told_at_once():
    rows = [("a", "X", 0.5), ("a", "X", 0.5), ("b", "Y", -1.0), ("", "Y", 1.0)]
    with pytest.raises(InputError) as caught:
        concordance(rows, confidence="sure")
    for said in ("stands more than once", "weight of b", "source ''", "confidence sure"):
        assert said in str(caught.value)


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="table of concordance 'x' is a dict"):
        Concordance("x", "x", "", "", {"a": "X"})
    with pytest.raises(InputError, match="lacks column weight"):
        Concordance("x", "x", "", "", pd.DataFrame({"source": ["a"], "target": ["X"]}))


def test_unknown_codes_are_all_told_with_near_matches():
    known = concordance([("A01", "X", 1.0), ("C10T12", "X", 1.0)])
    with pytest.raises(UnknownNameError, match="did you mean 'C10T12'"):
        known.weights(["C10T13"])
    with pytest.raises(InputError, match=r"'A1' \(did you mean 'A01'\?\), 'C10-12' \(did you mean 'C10T12'\?\)"):
        known.weights(["A1", "C10-12", "A01"])
    with pytest.raises(InputError, match="A01 more than once"):
        known.weights(["A01", "A01"])


@settings(max_examples=10, deadline=None)
@given(concordances(), concordances("WXYZ", "123", "next"))
def test_chaining_is_the_product(first, second):
    both = first.then(second)
    middle, left = first.weights(list("abcd"))
    last, right = second.weights(list(middle))
    names, product = both.weights(list("abcd"))
    expected = pd.DataFrame(left @ right, columns=list(last))[list(names)]
    assert np.abs(product - expected.to_numpy()).max() <= 4e-16
    assert set(names) == set(last)
    assert both.cited == ("the source of drawn", "the source of next")


def test_a_chain_is_as_sure_as_its_weakest_link():
    first = concordance([("a", "X", 1.0), ("b", "Y", 1.0)], confidence=["reported", "derived"])
    second = concordance([("X", "1", 0.5), ("X", "2", 0.5), ("Y", "1", 1.0)])
    both = first.then(second).frame.set_index(["source", "target"])["confidence"]
    assert both.to_dict() == {("a", "1"): "assumed", ("a", "2"): "assumed", ("b", "1"): "derived"}


def test_a_chain_needs_every_code_in_between():
    with pytest.raises(InputError, match="'Y'"):
        concordance(MIXED).then(concordance([("X", "1", 1.0)]))


@settings(max_examples=10, deadline=None)
@given(concordances(), st.lists(st.floats(0.1, 1e6), min_size=4, max_size=4))
def test_the_way_back_undoes_the_way_there(there, sizes):
    """What was aggregated and is parted again by the sizes it had adds up to what it was."""
    sizes = np.array(sizes)
    back = there.reversed(pd.Series(sizes, index=list("abcd")))
    targets, forth = there.weights(list("abcd"))
    sources, again = back.weights(list(targets))
    returned = dict(zip(sources, sizes @ forth @ again, strict=True))
    assert sum(returned.values()) == pytest.approx(sizes.sum(), rel=1e-12)
    if there.splits.empty:
        assert [returned[c] for c in "abcd"] == pytest.approx(sizes, rel=1e-12)


def test_the_way_back_of_one_to_one_needs_nothing():
    back = concordance([("a", "X", 1.0), ("b", "Y", 1.0)]).reversed()
    assert (back.source_classification, back.target_classification) == ("new", "old")
    assert back.frame[["source", "target", "weight"]].to_numpy().tolist() == [["X", "a", 1.0], ["Y", "b", 1.0]]


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        (None, "cannot be reversed by itself: X, Y of new"),
        ({"a": 1.0, "b": 1.0}, "no size of code 'c'"),
        ({"a": 1.0, "b": -1.0, "c": 1.0}, "weights_by of b is not a number of zero or more"),
        ({"a": 0.0, "b": 0.0, "c": 1.0}, "gives nothing to all codes that X of new come"),
    ],
)
def test_the_way_back_needs_explicit_weights(sizes, said):
    by = None if sizes is None else pd.Series(sizes)
    with pytest.raises(InputError, match=said):
        concordance(MIXED).reversed(by)


def test_identity_is_the_unit_matrix():
    targets, matrix = identity(["b", "a"]).weights(["b", "a"])
    assert targets == ("b", "a")
    assert np.array_equal(matrix, np.eye(2))
