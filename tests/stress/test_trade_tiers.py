"""The tiers that trade shows: gravity's residuals of the bundled case, and what they need."""

import numpy as np
import pytest

import zollverein as zv
from zollverein.errors import CaseError, UnionError, UnknownNameError
from zollverein.stress.trade_tiers import trade_tiers


@pytest.fixture(scope="module")
def found():
    return trade_tiers(zv.open_case("eurasia"), draws=20)


def test_distance_lowers_trade_and_members_trade_more_than_it_explains(found):
    assert found.distance < 0
    assert found.standard_error < abs(found.distance)
    assert len(found.residuals) == 10
    assert found.residuals["residual"].mean() > 0


def test_trade_does_not_set_the_union_state_apart_as_treaties_do(found):
    """By treaty they do; in trade Russia is as deep with Armenia, and Kazakhstan is deepest with Kyrgyzstan."""
    by_treaty = zv.open_case("eurasia").union().tiers("2021-12-31", draws=50)
    assert by_treaty.apart(("BLR", "RUS")) > 0.95
    assert found.tiers.apart(("BLR", "RUS")) < 0.5


def test_residuals_lie_in_their_range_and_the_same_seed_gives_them_again(found):
    inside = (found.residuals["low"] <= found.residuals["residual"]) & (
        found.residuals["residual"] <= found.residuals["high"]
    )
    assert inside.mean() >= 0.8
    again = trade_tiers(zv.open_case("eurasia"), draws=20)
    assert np.array_equal(found.tiers.drawn, again.tiers.drawn)


def test_a_case_without_capitals_or_with_too_few_members_is_told():
    with pytest.raises(CaseError, match="no capitals"):
        trade_tiers(zv.open_case("small"))
    case = zv.open_case("eurasia")
    with pytest.raises(UnionError, match="two or more"):
        trade_tiers(case, ("RUS", "BLR", "KAZ"), draws=2).tiers.apart(("RUS",))
    with pytest.raises(UnionError, match="1 regions"):
        trade_tiers(case, ["RUS", "RUS"])
    with pytest.raises(UnknownNameError, match="ZZZ"):
        trade_tiers(case, ["RUS", "BLR", "ZZZ"])
    for odd in ({"members": "RUS"}, {"draws": 0}, {"seed": -1}):
        with pytest.raises(UnionError):
            trade_tiers(case, **odd)
