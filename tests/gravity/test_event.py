"""Event studies: periods are counted from entry, ends are binned, and the path is found again."""

import numpy as np
import pandas as pd
import pytest
from tests.gravity.panels import table

from zollverein.errors import GravityError
from zollverein.gravity import Design, EventTime, Panel, agreements, estimate, event_path, event_study, regressors

PATH = {-2: 0.1, -1: 0.0, 0: 0.2, 1: 0.4, 2: 0.5}


def world(noise: float = 0.0) -> pd.DataFrame:
    """Pairs enter in 2003, 2004, 2005 or never, and trade follows the path above; the ends hold what lies beyond."""
    frame = table(3, countries=8, years=9, noise=noise)
    pair = frame["exporter"].where(frame["exporter"] < frame["importer"], frame["importer"]) + frame[
        ["exporter", "importer"]
    ].max(axis=1)
    turn = pair.map({p: k % 4 for k, p in enumerate(sorted(set(pair)))})
    entry = (2003.0 + turn).where((turn < 3) & (frame["exporter"] != frame["importer"]))
    since = (frame["year"] - entry).clip(-2, 2)
    trade = frame["trade"] / np.exp(0.5 * frame["agreement"]) * np.exp(since.map(PATH).fillna(0.0))
    member = (frame["year"] >= entry).astype(float)
    return frame.assign(entry=entry, trade=trade, agreement=member)


@pytest.mark.parametrize("how", [{"entry": "entry"}, {"agreement": "agreement"}, {}])
def test_the_path_is_found_without_noise(how: dict[str, str]) -> None:
    found = estimate(Panel.from_table(world()), event_study(**how, first=-2, last=2), backend="newton")  # type: ignore[arg-type]
    path = event_path(found).set_index("horizon")
    assert path.index.tolist() == [-2, -1, 0, 1, 2]
    assert path["estimate"].to_numpy() == pytest.approx(list(PATH.values()), abs=1e-8)
    assert path.loc[-1, ["estimate", "low", "high"]].tolist() == [0.0, 0.0, 0.0]
    assert path["binned"].tolist() == [True, False, False, False, True]


def test_the_frame_is_that_of_the_coefficients() -> None:
    found = estimate(Panel.from_table(world(0.2)), event_study(entry="entry", first=-2, last=2), backend="newton")
    path, table_ = event_path(found), found.to_frame().set_index("term")
    assert path.loc[path["horizon"] == 1, "low"].item() == table_.loc["after_1", "low"]
    assert path.loc[path["horizon"] == -2, "high"].item() == table_.loc["before_2", "high"]
    assert (path["low"] <= path["estimate"]).all()


def test_periods_of_several_years() -> None:
    found = regressors(Panel.from_table(world()), Design((EventTime("entry", first=-2, last=1, width=2),)))
    since = found["year"] - Panel.from_table(world()).frame["entry"]
    assert np.array_equal(found["after_0"], since.isin([0, 1]).astype(float))
    assert np.array_equal(found["after_1"], (since >= 2).astype(float))
    assert np.array_equal(found["before_2"], (since <= -3).astype(float))


def test_entries_that_are_not_known_are_refused() -> None:
    frame = world()
    always = frame.assign(agreement=np.where(frame["exporter"] == "C01", 1.0, frame["agreement"]))
    with pytest.raises(GravityError, match="is 1 from the pair's first year on"):
        estimate(Panel.from_table(always), event_study(first=-2, last=2), backend="newton")
    left = frame.assign(agreement=np.where(frame["year"] == 2008, 0.0, frame["agreement"]))
    with pytest.raises(GravityError, match="goes back from 1 to 0"):
        estimate(Panel.from_table(left), event_study(first=-2, last=2), backend="newton")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"entry": "a", "dummy": "b"}, "one of them"),
        ({}, "one of them"),
        ({"entry": "entry", "first": -1}, "first period of -2"),
        ({"entry": "entry", "last": -1}, "last one of 0"),
        ({"entry": "entry", "width": 0}, "1 year or more"),
        ({"entry": "entry", "first": 1.5}, "whole number"),
    ],
)
def test_event_times_that_mean_nothing(options: dict[str, object], words: str) -> None:
    with pytest.raises(GravityError, match=words):
        EventTime(**options)  # type: ignore[arg-type]


def test_an_empty_period_and_a_design_without_events() -> None:
    rows = Panel.from_table(world())
    with pytest.raises(GravityError, match="no row in period 6, 7"):
        estimate(rows, event_study(entry="entry", first=-2, last=7), backend="newton")
    with pytest.raises(GravityError, match="no event study"):
        event_path(estimate(rows, agreements(), backend="newton"))
