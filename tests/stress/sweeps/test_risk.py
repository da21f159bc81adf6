"""Value at risk and what lies beyond it, against brute force and against laws whose answer is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from zollverein.stress.sweeps.risk import cvar, distribution, exceedance, mean_error, paired, var

LOSSES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60).map(np.array)


@given(LOSSES, st.floats(0.0, 0.99))
def test_value_at_risk_is_the_smallest_loss_that_is_seldom_exceeded(losses, level):
    found = var(losses, level)
    assert found in losses
    assert (losses <= found).mean() >= level - 1e-9
    below = losses[losses < found]
    assert not len(below) or (losses <= below.max()).mean() < level + 1e-9


@given(LOSSES, st.floats(0.0, 0.99))
def test_the_mean_beyond_is_the_least_of_a_convex_function(losses, level):
    """Rockafellar and Uryasev: the minimum over a of a + E[(loss - a)+] / (1 - level), at some loss of the sample."""
    least = min(a + np.maximum(losses - a, 0.0).mean() / (1.0 - level) for a in losses)
    assert cvar(losses, level) == pytest.approx(least, rel=1e-9, abs=1e-6)
    assert cvar(losses, level) >= var(losses, level) - 1e-6
    assert cvar(losses, 0.0) == pytest.approx(losses.mean(), abs=1e-6)


@given(LOSSES, LOSSES, st.floats(0.0, 0.99))
def test_spreading_is_never_worse(one, other, level):
    size = min(len(one), len(other))
    both = cvar(one[:size] + other[:size], level)
    assert both <= cvar(one[:size], level) + cvar(other[:size], level) + 1e-5


def test_a_normal_law_is_found_within_its_errors():
    told = distribution(np.random.default_rng(5).normal(10.0, 2.0, 200_000)).set_index("measure")
    z = norm.ppf(0.95)
    exact = {"mean": 10.0, "q50": 10.0, "var95": 10.0 + 2.0 * z, "cvar95": 10.0 + 2.0 * norm.pdf(z) / 0.05}
    for measure, value in exact.items():
        assert abs(told.loc[measure, "value"] - value) < 4.0 * told.loc[measure, "standard_error"]
        assert told.loc[measure, "standard_error"] < 0.03


def test_intervals_hold_what_they_promise():
    """In four hundred samples of a skewed law the true value lies outside about one time in twenty."""
    rng = np.random.default_rng(11)
    u = (np.arange(2_000_000) + 0.5) / 2_000_000
    true = distribution((-np.log1p(-u)) ** 1.5).set_index("measure")["value"]
    told = [distribution(rng.exponential(size=800) ** 1.5).set_index("measure") for _ in range(400)]
    for measure in ("mean", "q50", "q95", "var95", "cvar95"):
        inside = sum(one.loc[measure, "low"] <= true[measure] <= one.loc[measure, "high"] for one in told)
        assert 0.90 <= inside / 400 <= 0.985, measure


def test_probabilities_have_exact_intervals():
    told = exceedance(np.array([0.0] * 99 + [5.0]), [1.0, 10.0]).set_index("loss")
    assert told.loc[1.0, "probability"] == pytest.approx(0.01)
    assert told.loc[1.0, "low"] == pytest.approx(0.000253, abs=1e-6)  # Clopper and Pearson's tables for 1 of 100
    assert told.loc[1.0, "high"] == pytest.approx(0.054459, abs=1e-6)
    assert told.loc[10.0, ["probability", "low"]].tolist() == [0.0, 0.0]
    assert told.loc[10.0, "high"] == pytest.approx(1.0 - 0.025 ** (1 / 100), abs=1e-9)


def test_opposite_draws_have_the_error_of_their_pairs():
    u = np.random.default_rng(2).random(20_000)
    losses = np.stack([u, 1.0 - u], axis=1).ravel()
    assert mean_error(losses, antithetic=True) < 1e-12
    assert mean_error(losses) > 1e-3


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_common_draws_tell_policies_apart_sharply(seed):
    rng = np.random.default_rng(seed)
    nothing = rng.lognormal(size=400)
    mean, error = paired(nothing, nothing - 0.1)
    assert mean == pytest.approx(0.1)
    assert error < 1e-9
