"""Long tables keep their sums; means need weights; the identity changes nothing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zollverein.case.concordances import Concordance, aggregate_rows, identity, open_concordance
from zollverein.errors import InputError, UnknownNameError

GROUPS = Concordance(
    "groups",
    "groups",
    "",
    "",
    pd.DataFrame({"source": ["KAZ", "RUS", "DEU", "FRA"], "target": ["KAZ", "RUS", "EU", "EU"], "weight": 1.0}),
)


def trade():
    return pd.DataFrame(
        {
            "exporter": ["KAZ", "KAZ", "DEU", "FRA", "DEU"],
            "importer": ["DEU", "FRA", "KAZ", "KAZ", "FRA"],
            "sector": ["C19", "C19", "C28", "C28", "C28"],
            "value": [10.0, 5.0, 7.0, 1.0, 4.0],
            "rate": [0.1, 0.4, 0.0, 0.8, 0.0],
            "source": ["a", "b", "c", "d", "e"],
        }
    )


def test_pairs_are_aggregated_on_both_sides_at_once():
    out, totals = aggregate_rows(trade(), ["exporter", "importer"], GROUPS, "value", keys=["sector"])
    assert list(out.columns) == ["exporter", "importer", "sector", "value"]
    assert out.to_numpy().tolist() == [
        ["KAZ", "EU", "C19", 15.0],
        ["EU", "KAZ", "C28", 8.0],
        ["EU", "EU", "C28", 4.0],
    ]
    assert totals.to_numpy().tolist() == [["value", 27.0, 27.0, 0.0]]


def test_a_mean_is_weighted_explicitly():
    frame = trade().drop(columns="source")
    out, totals = aggregate_rows(frame, ["exporter", "importer"], GROUPS, mean_of="rate", weighted_by="value")
    assert out["rate"].tolist() == pytest.approx([3.0 / 15.0, 0.8 / 8.0, 0.0])
    assert out["value"].tolist() == [15.0, 8.0, 4.0]
    assert list(totals["what"]) == ["value"]


def test_a_parted_code_gives_each_target_its_share():
    frame = pd.DataFrame({"sector": ["B", "A01"], "value": [10.0, 1.0]})
    out, _ = aggregate_rows(frame, "sector", open_concordance("wiod-2016-to-eurasia-13"), "value")
    assert dict(zip(out["sector"], out["value"], strict=True)) == pytest.approx({"ENX": 4.0, "MIN": 6.0, "AGR": 1.0})


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_sums_are_conserved(seed):
    rng = np.random.default_rng(seed)
    by = open_concordance("isic3-to-isic4")
    frame = pd.DataFrame(
        {
            "sector": rng.choice(by.sources, 40),
            "user": rng.choice(by.sources, 40),
            "year": rng.integers(2000, 2003, 40),
            "value": rng.lognormal(0, 5, 40),
            "tonnes": rng.lognormal(0, 5, 40),
        }
    )
    out, totals = aggregate_rows(frame, ["sector", "user"], by, ["value", "tonnes"])
    for name in ("value", "tonnes"):
        assert out[name].sum() == pytest.approx(frame[name].sum(), rel=1e-12)
    assert (totals["gap"].abs() <= 1e-12 * totals["before"]).all()
    assert not out.duplicated(["sector", "user", "year"]).any()


def test_the_identity_changes_nothing():
    same, _ = aggregate_rows(trade(), ["exporter", "importer"], identity(["KAZ", "DEU", "FRA"]), "value")
    pd.testing.assert_frame_equal(same, trade(), check_exact=True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"column": "exporter", "mean_of": "rate"}, "the mean of rate needs weights"),
        ({"column": "exporter"}, "nothing to aggregate"),
        ({"column": "exportr", "value": "value"}, "did you mean 'exporter'"),
        ({"column": "exporter", "value": "source"}, "'source' holds cells that are no finite number"),
        ({"column": "exporter", "value": "value", "keys": ["sectr"]}, "did you mean 'sector'"),
        ({"column": "sector", "value": "value"}, "no code in column 'sector' 'C19', 'C28' in 'groups'"),
    ],
)
def test_what_cannot_be_aggregated_is_refused(arguments, said):
    column = arguments.pop("column")
    with pytest.raises(InputError, match=said):
        aggregate_rows(trade(), column, GROUPS, **arguments)


def test_an_unknown_code_has_its_near_match():
    frame = trade().replace("FRA", "FRE")
    with pytest.raises(UnknownNameError, match=r"column 'importer'.*did you mean 'FRA'"):
        aggregate_rows(frame.iloc[:2], "importer", GROUPS, "value")


def test_no_mean_without_a_weight_above_zero():
    frame = trade().assign(value=0.0)
    with pytest.raises(InputError, match=r"adds up to zero .*exporter KAZ, importer EU"):
        aggregate_rows(frame, ["exporter", "importer"], GROUPS, mean_of="rate", weighted_by="value", keys=[])
    with pytest.raises(InputError, match="weights below zero"):
        aggregate_rows(
            frame.assign(value=-1.0), ["exporter", "importer"], GROUPS, mean_of="rate", weighted_by="value", keys=[]
        )
