"""What barriers and agreements cost trade: factors that undo each other, overlaps that compound, estimates."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.union.toys import barrier, event, table, union

from zollverein.errors import InputError, UnknownNameError
from zollverein.union import Weights, combined, delivered_cost_wedges, estimated_wedges

PLAIN = union()
COLUMNS = ("union", "exporter", "importer", "sector", "ad_valorem_low", "ad_valorem", "ad_valorem_high")


def wedge(*rows):
    return table([("u", *row) for row in rows], COLUMNS)


@settings(deadline=None)
@given(st.floats(0.01, 5.0))
def test_removing_undoes_raising(severity):
    up, down = PLAIN.wedges("raise", severity=severity), PLAIN.wedges("remove", severity=severity)
    for column in ("factor_low", "factor", "factor_high"):
        assert np.allclose(up[column] * down[column], 1.0)
    assert (up["factor_low"] <= up["factor"]).all()
    assert (down["factor_low"] >= down["factor"]).all()


@settings(deadline=None)
@given(st.floats(0.01, 2.0), st.floats(0.01, 2.0))
def test_a_severer_change_changes_more(one, other):
    mild, severe = sorted((one, other))
    assert (PLAIN.wedges("raise", severity=mild)["factor"] <= PLAIN.wedges("raise", severity=severe)["factor"]).all()


def test_only_the_pairs_asked_for_change():
    wedges = union().wedges("remove", pairs=[("AAA", "BBB")])
    assert list(zip(wedges["exporter"], wedges["importer"], strict=True)) == [("AAA", "BBB")]
    assert wedges["factor"].iloc[0] == pytest.approx(1 / 1.2)


def test_wedges_of_different_tables_compound_and_one_table_s_own_sector_stands_for_all_goods():
    both = combined([
        wedge(("AAA", "BBB", None, 0.1, 0.2, 0.3), ("AAA", "BBB", "FOO", 0.0, 0.5, 0.6)),
        wedge(("AAA", "BBB", None, 0.0, 0.1, 0.1)),
    ]).set_index("sector")  # fmt: skip
    assert both.loc["", "ad_valorem"] == pytest.approx(1.2 * 1.1 - 1)
    assert both.loc["FOO", "ad_valorem"] == pytest.approx(1.5 * 1.1 - 1)
    assert both.loc["FOO", "ad_valorem_high"] == pytest.approx(1.6 * 1.1 - 1)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=4))
def test_the_order_of_overlapping_tables_does_not_matter(values):
    tables = [wedge(("AAA", "BBB", None, v, v, v)) for v in values]
    assert combined(tables)["ad_valorem"].iloc[0] == pytest.approx(math.prod(1 + v for v in values) - 1)
    assert combined(tables[::-1])["ad_valorem"].iloc[0] == pytest.approx(combined(tables)["ad_valorem"].iloc[0])


def test_an_estimate_becomes_a_wedge_with_its_range():
    told = estimated_wedges(0.5, 0.1, 5.0, [("AAA", "BBB")], union="u").iloc[0]
    assert told["ad_valorem"] == pytest.approx(math.exp(0.1) - 1)
    assert told["ad_valorem_low"] == pytest.approx(math.exp((0.5 - 1.6448536 * 0.1) / 5) - 1, rel=1e-6)
    assert told["ad_valorem_high"] == pytest.approx(math.exp((0.5 + 1.6448536 * 0.1) / 5) - 1, rel=1e-6)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: union().wedges("lift"), "'remove' and 'raise'"),
        (lambda: union().wedges("raise", severity=0.0), "above 0"),
        (lambda: union(wedges=[("u", "AAA", "CCC", None, 0.3, 0.2, 0.4)]), "in this order"),
        (lambda: union(wedges=[("u", "AAA", "CCC", None, -0.1, 0.2, 0.4)]), "row 3: low -0.1"),
        (lambda: combined([]), "one table at least"),
        (lambda: estimated_wedges(0.5, -0.1, 5.0, [], union="u"), "zero or more"),
        (lambda: estimated_wedges(0.5, 0.1, 0.0, [], union="u"), "theta is 0.0"),
        (lambda: estimated_wedges(float("nan"), 0.1, 5.0, [], union="u"), "coefficient is nan"),
    ],
)
def test_what_does_not_fit_is_told(make, said):
    with pytest.raises(InputError) as caught:
        make()
    assert said in str(caught.value)


def test_a_pair_without_a_wedge_is_told_with_near_ones():
    with pytest.raises(UnknownNameError, match="did you mean"):
        union().wedges("raise", pairs=[("AAA", "CCC")])


def test_a_wedge_moves_with_the_barriers_on_record():
    told = union(
        barriers=[barrier("b1", "BBB", "AAA", mast="C"), barrier("b2", "BBB", "AAA", mast="C")],
        events=[event("e1", "b1"), event("e2", "b2", happened="2018-01-01", recorded="2018-01-01"),
                event("e3", "b1", happened="2019-12-31", recorded="2020-01-01", status="removed"),
                event("e4", "b2", happened="2019-12-31", recorded="2020-01-01", status="removed")],
    )  # fmt: skip
    frame = told.wedges_on(["2017-01-01", "2018-06-01", "2021-01-01"], surveyed="2017-01-01")
    sold = frame[(frame["exporter"] == "AAA") & (frame["importer"] == "BBB")].set_index("date")["ad_valorem"]
    c = Weights().measures["C"]
    assert sold.tolist() == pytest.approx([0.2, 0.2 * (1 - (1 - c) ** 2) / c, 0.0])
    back = frame[(frame["exporter"] == "BBB") & (frame["importer"] == "AAA")]["ad_valorem"]
    assert back.tolist() == [0.2, 0.2, 0.2], "nothing on record says how it moved"


def test_an_export_ban_weighs_on_what_its_imposer_sells():
    told = union(barriers=[barrier("b1", "AAA", "BBB", mast="P")], events=[event("e1", "b1")])
    frame = told.wedges_on(["2017-01-01"], surveyed="2017-01-01").set_index(["exporter", "importer"])
    assert frame.loc[("AAA", "BBB"), "barriers"] == "b1"
    assert frame.loc[("BBB", "AAA"), "barriers"] == ""


def test_dearer_carriage_becomes_a_wedge():
    columns = ("exporter", "importer", "sector", "cost_change_usd_per_t", "price_usd_per_t")
    told = delivered_cost_wedges(table([("AAA", "BBB", "ENX", 30.0, 600.0)], columns), union="u")
    assert told["ad_valorem"].iloc[0] == pytest.approx(0.05)
    with pytest.raises(InputError, match="row 1: a change of -1"):
        delivered_cost_wedges(table([("AAA", "BBB", "ENX", -1.0, 600.0)], columns), union="u")
