"""When barriers stood: recurrences apart, ends as the register knows them, and how much of a pair's goods they hold."""

import pandas as pd
import pytest
from tests.union.toys import barrier, event, tables

from zollverein.union import Union, Weights, episodes


def told(barriers, events):
    return episodes(Union.from_tables("u", **tables(barriers, events))).set_index("episode")


def test_an_episode_runs_from_the_first_word_to_the_day_after_the_removal():
    found = told([barrier()], [event(), event("b1-2", happened="2016-03-01", recorded="2016-03-05", status="removed")])
    row = found.loc["b1"]
    assert (row["exporter"], row["importer"]) == ("CCC", "AAA"), "what the importer bars comes from the affected"
    assert (row["start"], row["end"]) == (pd.Timestamp("2016-01-01"), pd.Timestamp("2016-03-02"))
    assert row["share"] == pytest.approx(Weights().measure("E")), "all chapters, a ban"


def test_one_that_nobody_ended_was_last_seen_by_its_last_source():
    found = told([barrier()], [event(), event("b1-2", happened=None, recorded="2018-05-01", remaining=0.5)])
    assert pd.isna(found.loc["b1", "end"])
    assert found.loc["b1", "seen"] == pd.Timestamp("2018-05-01")


def test_one_that_recurred_stood_twice_and_one_whose_removal_is_gainsaid_once():
    gone = event("b1-2", happened="2016-03-01", recorded="2016-03-01", status="removed")
    again = event("b1-3", happened="2017-01-01", recorded="2017-01-02", status="recurred")
    assert list(told([barrier()], [event(), gone, again]).index) == ["b1", "b1/2"]
    gainsaid = event("b1-3", happened="2016-03-01", recorded="2016-03-09", source="other")
    found = told([barrier()], [event(), gone, gainsaid])
    assert list(found.index) == ["b1"]
    assert pd.isna(found.loc["b1", "end"])


def test_an_export_ban_meets_what_its_imposer_sells_and_an_announcement_is_no_episode():
    found = told([barrier(mast="P")], [event()])
    assert (found.loc["b1", "exporter"], found.loc["b1", "importer"]) == ("AAA", "CCC")
    assert told([barrier()], [event(status="announced")]).empty
