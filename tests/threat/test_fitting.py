"""Rates, durations and severities from what happened: closed forms, limits, and what a running event says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zollverein.errors import ThreatError
from zollverein.threat import Duration, Frequency, Severity, Threat, fitted_duration, fitted_frequency, fitted_severity
from zollverein.threat.fitting import PRIOR_DAYS


@given(st.integers(0, 50), st.floats(0.1, 50.0))
def test_a_rate_is_prior_and_events_over_prior_and_years(events, years):
    told = fitted_frequency(events, years)
    assert told == Frequency(events + 0.5, years + 1.0)
    assert told.mean == pytest.approx((events + 0.5) / (years + 1.0))


def test_many_durations_come_to_their_own_mean_and_spread():
    rng = np.random.Generator(np.random.Philox(1))
    days = rng.lognormal(3.0, 0.8, 5000)
    told = fitted_duration(days)
    assert told.log_median == pytest.approx(np.log(days).mean(), abs=1e-3)
    assert np.exp(told.log_spread) == pytest.approx(np.log(days).std(), abs=1e-3)
    error = np.sqrt(np.diag(told.covariance))
    assert error[0] == pytest.approx(np.log(days).std() / np.sqrt(5000), rel=0.01), "that of a mean"
    assert error[1] == pytest.approx(1.0 / np.sqrt(2 * 5000), rel=0.01), "that of a logarithm of a standard deviation"


def test_no_durations_leave_the_prior():
    told = fitted_duration([])
    assert (told.log_median, told.log_spread) == pytest.approx((PRIOR_DAYS[0], PRIOR_DAYS[2]), abs=1e-6)
    assert np.allclose(told.covariance, np.diag([PRIOR_DAYS[1] ** 2, PRIOR_DAYS[3] ** 2]), rtol=1e-4)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(1.0, 400.0), min_size=2, max_size=8))
def test_one_that_still_runs_makes_the_long_ones_longer_than_one_that_ended_then(days):
    """The median need not move up: a wider spread lets the prior pull more."""
    longest = int(np.argmax(days))

    def long(told):
        return told.log_median + 1.28 * np.exp(told.log_spread)

    assert long(fitted_duration(days, [k != longest for k in range(len(days))])) > long(fitted_duration(days))


def test_censored_durations_are_recovered_where_taking_them_as_ended_is_not():
    rng = np.random.Generator(np.random.Philox(2))
    true = rng.lognormal(3.0, 1.0, 4000)
    seen, over = np.minimum(true, 25.0), true <= 25.0
    assert fitted_duration(seen, over).log_median == pytest.approx(3.0, abs=0.06)
    assert fitted_duration(seen).log_median < 2.8


def test_severities_count_half_an_event_more():
    told = fitted_severity([1, 2, 2, 3], units=True)
    assert (told.losses, told.weights) == ((1.0, 2.0, 3.0), (1.5, 2.5, 1.5))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: fitted_frequency(-1, 1.0), "zero or more"),
        (lambda: fitted_frequency(1.5, 1.0), "whole number"),
        (lambda: fitted_frequency(1, 0.0), "above 0"),
        (lambda: fitted_duration([3.0, -1.0]), "-1 days"),
        (lambda: fitted_duration([3.0, float("nan")]), "above 0"),
        (lambda: fitted_duration([3.0], [True, False]), "one end for each"),
        (lambda: fitted_severity([]), "no loss was seen"),
        (lambda: fitted_severity([1.5]), "a share to 1"),
        (lambda: fitted_severity([1.5], units=True), "whole units"),
        (lambda: Frequency(0.0, 1.0), "above 0"),
        (lambda: Severity((0.5,), ()), "one each"),
        (lambda: Severity((0.5,), (0.0,)), "above 0"),
        (lambda: Duration(float("inf"), 0.0), "allowed is a number"),
        (lambda: Duration(1.0, 0.0, ((1.0, 2.0), (2.0, 1.0))), "2 by 2"),
        (lambda: threat(kind="meteor"), "allowed are physical, cyber"),
        (lambda: threat(targets=()), "strikes nothing"),
        (lambda: threat(also=(("port", 1.5, 0.5),)), "probability 1.5"),
    ],
)
def test_what_is_no_threat_is_told(make, said):
    with pytest.raises(ThreatError) as refused:
        make()
    assert said in str(refused.value)


def threat(**changes):
    given = {"name": "storm", "kind": "natural", "targets": ("port",), "frequency": Frequency(2.0, 1.0),
             "duration": Duration(2.0, 0.0), "severity": Severity((1.0,), (1.0,))}  # fmt: skip
    return Threat(**(given | changes))
