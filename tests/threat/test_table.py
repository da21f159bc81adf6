"""Threats from a table: history fitted to its events, judgement as judged, and every row that makes none told."""

import numpy as np
import pandas as pd
import pytest

import zollverein as zv
from zollverein.errors import ThreatError, UnknownNameError
from zollverein.threat import observed_days, predictive_check, threats_from_table

EVENTS = pd.DataFrame(
    [
        ("E1", "2020-01-01", "2020-01-11", None, 0.5, True),
        ("E2", "2020-03-01", "2020-03-06", 2.0, None, True),
        ("E3", "2020-03-06", "2020-03-21", 1.0, None, True),
        ("E4", "2021-12-01", None, None, 1.0, True),
        ("E5", "2021-05-01", "2021-05-02", None, 1.0, False),
    ],
    columns=["event", "start", "end", "units_lost", "share_lost", "applied"],
)
COLUMNS = ["hazard", "kind", "targets", "basis", "events", "observed_from", "observed_to", "rate_per_year",
           "rate_events", "median_days", "spread_factor", "losses", "loss_weights", "units", "also",
           "source"]  # fmt: skip


def hazards(*rows):
    return pd.DataFrame([dict.fromkeys(COLUMNS) | row for row in rows], columns=COLUMNS)


def history(**changes):
    return {"hazard": "storm", "kind": "natural", "targets": "port;pipe", "basis": "history", "events": "E1;E4",
            "observed_from": "2020-01-01", "observed_to": "2021-12-31", "units": False, "source": "press",
            } | changes  # fmt: skip


def judged(**changes):
    return {"hazard": "virus", "kind": "cyber", "targets": "port", "basis": "judgement", "rate_per_year": 0.1,
            "rate_events": 2.0, "median_days": 5.0, "spread_factor": 3.0, "losses": "0.5;1", "loss_weights": "2;1",
            "units": False, "also": "pipe:0.2:0.7", "source": "us"} | changes  # fmt: skip


def one(row):
    (threat,) = threats_from_table(hazards(row), EVENTS)
    return threat


def test_history_counts_its_events_and_one_that_still_runs_is_censored():
    threat = one(history())
    assert threat.targets == ("port", "pipe")
    assert (threat.frequency.shape, threat.frequency.years) == pytest.approx((2.5, 1.0 + 731 / 365))
    assert threat.severity.losses == (0.5, 1.0)
    ended = EVENTS.assign(end=EVENTS["end"].fillna("2021-12-31"))
    (as_if_over,) = threats_from_table(hazards(history()), ended)
    assert threat.duration.log_median > as_if_over.duration.log_median


def test_events_that_were_one_are_joined():
    threat = one(history(events="E2+E3", units=True))
    assert observed_days(hazards(history(events="E2+E3", units=True)), EVENTS) == {"storm": [20.0]}
    assert (threat.severity.losses, threat.severity.units) == ((2.0,), True)


def test_a_judgement_is_as_it_was_judged():
    threat = one(judged())
    assert threat.frequency.mean == pytest.approx(0.1)
    assert threat.frequency.shape == 2.0
    assert threat.duration.median_days == pytest.approx(5.0)
    assert np.exp(threat.duration.log_spread) == pytest.approx(np.log(3.0))
    assert threat.also == (("pipe", 0.2, 0.7),)
    assert threat.basis == "judgement"


BAD = {
    "no basis": (history(basis="rumour"), "basis is 'rumour'"),
    "an event that took nothing": (history(events="E5"), "took nothing"),
    "no events": (history(events=None), "names no event"),
    "no loss in that unit": (history(events="E1;E2"), "state no share_lost"),
    "days the wrong way round": (history(observed_to="2019-01-01"), "two days in order"),
    "no rate": (judged(rate_per_year=0.0), "rate_per_year is 0.0"),
    "no spread": (judged(spread_factor=1.0), "a number above 1"),
    "losses that are no numbers": (judged(losses="all"), "'all', which is no number"),
    "one weight too few": (judged(loss_weights="1"), "2 losses and 1 weights"),
    "another that is half told": (judged(also="pipe:0.2"), "target:probability:share"),
    "an unknown kind": (judged(kind="meteor"), "kind is 'meteor'"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_row_that_makes_no_threat_is_told(fault):
    row, said = BAD[fault]
    with pytest.raises(ThreatError) as refused:
        one(row)
    assert said in str(refused.value)
    assert "row 1" in str(refused.value)


def test_all_such_rows_are_told_at_once():
    with pytest.raises(ThreatError) as refused:
        threats_from_table(hazards(judged(kind="meteor"), judged(), history(events="E5")), EVENTS)
    assert "row 1 (virus)" in str(refused.value)
    assert "row 3 (storm)" in str(refused.value)


def test_an_event_that_is_not_there_is_told_with_near_ones():
    with pytest.raises(UnknownNameError):
        one(history(events="E99"))


def test_the_bundled_threats_make_what_happened():
    case = zv.open_case("eurasia")
    threats = [threat for threat in case.threats() if threat.basis == "history"]
    seen = observed_days(case.table("hazards"), case.table("events"))
    check = predictive_check(threats, seen, 4.83, draws=500)
    assert len(threats) == 10
    assert check["p"].between(0.05, 0.95).all()
