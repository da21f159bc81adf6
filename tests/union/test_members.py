"""Who belongs when, which barriers stand, and what they cost."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zollverein.errors import InputError, UnknownNameError
from zollverein.union import Union


def union(**wedge):
    memberships = pd.DataFrame(
        {
            "agreement": ["u", "u", "u", "u"],
            "country": ["AAA", "BBB", "CCC", "DDD"],
            "valid_from": pd.to_datetime(["2015-01-01", "2015-01-01", "2015-08-12", "2017-01-01"]),
            "valid_to": pd.to_datetime([None, "2020-12-31", None, None]),
            "status": ["member", "member", "member", "observer"],
        }
    )
    barriers = pd.DataFrame(
        {
            "barrier": ["b1", "b2"],
            "imposing": ["AAA", "BBB"],
            "affected": ["BBB", "AAA"],
            "opened": pd.to_datetime(["2016-01-01", None]),
            "closed": pd.to_datetime([None, "2016-12-31"]),
        }
    )
    row = {"union": "u", "sector": None, "ad_valorem_low": 0.1, "ad_valorem": 0.2, "ad_valorem_high": 0.3} | wedge
    wedges = pd.DataFrame([{"exporter": "AAA", "importer": "BBB"} | row, {"exporter": "BBB", "importer": "AAA"} | row])
    return Union.from_tables(memberships=memberships, barriers=barriers, wedges=wedges)


def test_members_on_a_day_include_the_last_day_and_no_observers():
    assert union().members("u", "2015-03-01") == ("AAA", "BBB")
    assert union().members("u", "2020-12-31") == ("AAA", "BBB", "CCC")
    assert union().members("u", "2021-01-01") == ("AAA", "CCC")
    with pytest.raises(UnknownNameError):
        union().members("v", "2021-01-01")


def test_barriers_stand_from_their_first_to_their_last_day():
    assert list(union().barriers_in_force("2016-06-01")["barrier"]) == ["b1", "b2"]
    assert list(union().barriers_in_force("2017-06-01")["barrier"]) == ["b1"]
    assert list(union().barriers_in_force("2015-06-01")["barrier"]) == ["b2"]


@given(st.floats(0.01, 5.0))
def test_removing_undoes_raising(severity):
    up, down = union().wedges("raise", severity=severity), union().wedges("remove", severity=severity)
    for column in ("factor_low", "factor", "factor_high"):
        assert np.allclose(up[column] * down[column], 1.0)
    assert (up["factor_low"] <= up["factor"]).all()
    assert (down["factor_low"] >= down["factor"]).all()


@given(st.floats(0.01, 2.0), st.floats(0.01, 2.0))
def test_a_severer_change_changes_more(one, other):
    mild, severe = sorted((one, other))
    assert (
        union().wedges("raise", severity=mild)["factor"] <= union().wedges("raise", severity=severe)["factor"]
    ).all()


def test_only_the_pairs_asked_for_change():
    wedges = union().wedges("remove", pairs=[("AAA", "BBB")])
    assert list(zip(wedges["exporter"], wedges["importer"], strict=True)) == [("AAA", "BBB")]
    assert wedges["factor"].iloc[0] == pytest.approx(1 / 1.2)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: union().wedges("lift"), "'remove' and 'raise'"),
        (lambda: union().wedges("raise", severity=0.0), "above 0"),
        (lambda: union().wedges("raise", pairs=[("AAA", "CCC")]), "did you mean"),
        (lambda: union(ad_valorem=0.5), "in this order"),
        (lambda: union(ad_valorem_low=-0.1), "0 or more"),
        (
            lambda: Union.from_tables(memberships=pd.DataFrame(), barriers=pd.DataFrame(), wedges=pd.DataFrame()),
            "lacks",
        ),
    ],
)
def test_what_does_not_fit_is_told(make, said):
    with pytest.raises(InputError) as caught:
        make()
    assert said in str(caught.value)
