"""Threats from a table: history fitted to its events, judgement as judged, and every row that makes none told."""

import numpy as np
import pandas as pd
import pytest

from zollverein.case.doors import barriers_of
from zollverein.errors import ThreatError, UnknownNameError
from zollverein.threat import (
    BarrierTarget,
    fitted_duration,
    fitted_frequency,
    observed_days,
    observed_years,
    predictive_check,
    threats_from_table,
)

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


def test_the_bundled_threats_make_what_happened(eurasia):
    threats = [threat for threat in eurasia.threats() if threat.basis == "history"]
    hazards = eurasia.table("hazards")
    seen = observed_days(hazards, eurasia.table("events"), barriers_of(eurasia))
    check = predictive_check(threats, seen, observed_years(hazards), draws=500)
    assert len(threats) == 20
    assert check["p"].between(0.05, 0.95).all()


def test_a_member_that_never_left_is_half_an_event_in_a_year_and_the_years_that_it_stayed(eurasia):
    (leaves,) = (threat for threat in eurasia.threats() if threat.name == "member-leaves")
    rows = eurasia.table("memberships").query("agreement == 'eaeu_2014' and status == 'member'")
    stayed = ((pd.Timestamp("2026-01-01") - rows["valid_from"]).dt.days / 365).sum()
    fitted = fitted_frequency(0, float(stayed))
    assert leaves.frequency.shape == fitted.shape
    assert leaves.frequency.mean == pytest.approx(len(leaves.targets) * fitted.mean, rel=2e-3)
    none = predictive_check([leaves], {}, 11.0, draws=2000).set_index("quantity")
    assert 0.05 < none.loc["events", "p"] < 0.95
    assert none.loc["events", "median"] == 0.0


def test_links_are_struck_by_what_says_that_it_cuts_and_barriers_by_what_does_not(eurasia):
    threats = {threat.name: threat for threat in eurasia.threats()}
    quiet = [t for t in threats.values() if t.kind in ("disinformation", "interference")]
    assert {t.name for t in quiet if t.cuts} == {"samara-halt", "pressure-on-kazakhstan"}
    assert all(not isinstance(target, str) for t in quiet if not t.cuts for target in t.targets)


BARRIERS = pd.DataFrame(
    [
        ("b1", "KAZ", "RUS", "2020-02-01", "2020-03-02", "2020-03-01", 0.2),
        ("b1", "KGZ", "RUS", "2020-02-01", "2020-03-02", "2020-03-01", 0.6),
        ("b2", "KAZ", "RUS", "2021-01-01", None, "2021-06-29", 0.01),
        ("b3", "KAZ", "RUS", None, None, "2021-06-29", 0.01),
        ("b4", "KAZ", "RUS", "2019-06-01", "2021-06-30", "2021-06-29", 0.01),
    ],
    columns=["episode", "exporter", "importer", "start", "end", "seen", "share"],
)


def barred(**changes):
    return history(kind="legal-administrative", targets="barrier:KAZ-RUS", events="b1;b2", events_of="barriers",
                   **changes)  # fmt: skip


def of_barriers(row, barriers=BARRIERS):
    table = pd.DataFrame([dict.fromkeys([*COLUMNS, "events_of", "cuts"]) | row])
    return threats_from_table(table, EVENTS, barriers)[0], observed_days(table, EVENTS, barriers)


def test_a_barrier_that_nobody_said_was_gone_is_known_to_have_stood_to_its_last_source():
    threat, days = of_barriers(barred())
    assert threat.targets == (BarrierTarget("KAZ", "RUS"),)
    assert days == {"storm": [30.0, 180.0]}
    assert threat.duration == fitted_duration([30.0, 180.0], [True, False])
    assert threat.frequency == fitted_frequency(2, 731 / 365)


def test_a_barrier_takes_of_the_pair_that_is_struck():
    assert of_barriers(barred())[0].severity.losses == (0.01, 0.2)
    assert of_barriers(barred() | {"targets": "barrier:KAZ-RUS;barrier:KGZ-RUS"})[0].severity.losses == (0.01, 0.6)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (barred() | {"events": "b3"}, "no source tells the day"),
        (barred() | {"events": "b4"}, "outside 2020-01-01 to 2021-12-31"),
        (barred() | {"targets": "barrier:RUS-KAZ"}, "meets KAZ-RUS, KGZ-RUS, and none of the targets barrier:RUS-KAZ"),
        (barred() | {"events_of": "rumours"}, "allowed are events and barriers"),
        (judged(targets="barrier:RUS-KAZ", losses="1;2", units=True), "in units"),
        (judged(targets="bariers:RUS-KAZ"), "did you mean 'barriers:RUS-KAZ'"),
        (judged(targets="barrier:RUS"), "names no pair"),
        (judged(targets="barrier:RUS-RUS"), "against itself"),
        (judged(targets="exit:"), "name a member"),
        (judged(targets="exit:ARM"), "a member leaves whole"),
        (judged(targets="barrier:RUS-KAZ", losses="1;6"), "a share to 5"),
        (judged(targets="barrier:RUS-KAZ;port", losses="1;2"), "a share to 1"),
        (judged(kind="disinformation"), "takes capacity of 'port'"),
        (judged(kind="interference", targets="barrier:RUS-KAZ"), "takes capacity of 'pipe'"),
        (judged(also="exit:ARM:0.1:0.5"), "a member leaves whole"),
        (judged(also="barrier:RUS-KAZ:0.1:6"), "above 0 to 5"),
    ],
)
def test_what_is_no_threat_to_a_barrier_is_told(row, said):
    with pytest.raises(ThreatError) as refused:
        of_barriers(row)
    assert said in str(refused.value)


def test_barriers_without_their_table_and_unknown_ones_are_told():
    with pytest.raises(ThreatError, match="no table of them"):
        of_barriers(barred(), None)
    with pytest.raises(UnknownNameError, match="b1"):
        of_barriers(barred() | {"events": "b11"})


def test_interference_may_cut_a_line_where_it_says_so_and_bring_a_barrier_with_it():
    threat, _ = of_barriers(judged(kind="interference", cuts=True, also="barriers:KAZ-RUS:0.3:2;pipe:0.1:1"))
    assert threat.also == ((BarrierTarget("KAZ", "RUS", both=True), 0.3, 2.0), ("pipe", 0.1, 1.0))
