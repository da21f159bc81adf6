"""Promised against observed, each cell with its evidence; silence of the register is no observation."""

import pytest
from tests.union.toys import barrier, event, union

from zollverein.union import Weights


def cell(of, promise, country, year=2018):
    board = of.scoreboard([year]).set_index(["promise", "country"])
    return board.loc[(promise, country)]


def test_without_a_barrier_a_freedom_is_kept_and_a_principle_is_not_observed():
    goods, equality = cell(union(), "goods", "AAA"), cell(union(), "equality", "AAA")
    assert goods["promised"] == 1.0
    assert goods["provided"] == pytest.approx((0.9 + 0.8 + 0.8) / 3)
    assert goods["kept"] == pytest.approx(1.0)
    assert equality["evidence"] == ""
    assert equality["observed"] != equality["observed"], "nothing on record says nothing"


def test_who_bars_and_who_is_barred_are_told_apart():
    told = union(barriers=[barrier()], events=[event()])
    assert (cell(told, "goods", "AAA")["imposed"], cell(told, "goods", "AAA")["suffered"]) == (1, 0)
    assert (cell(told, "goods", "CCC")["imposed"], cell(told, "goods", "CCC")["suffered"]) == (0, 1)
    assert cell(told, "goods", "CCC")["kept"] < 1.0
    assert cell(told, "goods", "DDD")["kept"] == pytest.approx(1.0)
    assert cell(told, "goods", "CCC")["evidence"] == "b1"


def test_a_principle_is_broken_for_whom_it_strikes_by_the_share_of_members_who_break_it():
    told = union(barriers=[barrier()], events=[event()])
    assert cell(told, "equality", "CCC")["observed"] == pytest.approx(1.0 - Weights().measures["E"] / 3)
    assert cell(told, "equality", "AAA")["observed"] == pytest.approx(1.0), "it imposes, and suffers nothing"


def test_what_ended_is_gone_from_the_year_after():
    told = union(barriers=[barrier()], events=[event(), event("e2", happened="2018-06-30", recorded="2018-07-01",
                                                              status="removed")])  # fmt: skip
    assert cell(told, "goods", "CCC", 2017)["suffered"] == 1
    assert cell(told, "goods", "CCC", 2018)["suffered"] == 0
