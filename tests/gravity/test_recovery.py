"""A panel that a known equation made gives its coefficients back."""

import numpy as np
import pytest
from tests.gravity.panels import AGREEMENT, BORDER, DISTANCE, panel

from zollverein.gravity import Log, Panel, agreements, border, estimate, traditional


def test_agreements_without_noise_to_the_last_digits() -> None:
    found = estimate(panel(1, noise=0.0), agreements(), backend="newton")
    assert found.coefficients["agreement"] == pytest.approx(AGREEMENT, abs=1e-9)


def test_distance_and_borders_without_noise_to_the_last_digits() -> None:
    quiet = panel(1, noise=0.0, tastes=0.0)
    found = estimate(quiet, border(others=(Log("distance"), "agreement")), backend="newton").coefficients
    assert found["log_distance"] == pytest.approx(DISTANCE, abs=1e-9)
    assert found[[f"border_{year}" for year in quiet.years]].to_numpy() == pytest.approx(BORDER, abs=1e-9)


def test_traditional_gravity_without_noise_to_the_last_digits() -> None:
    quiet = panel(1, noise=0.0, tastes=0.0)
    rng = np.random.default_rng(1)
    idle = {name: rng.integers(0, 2, len(quiet.frame)) for name in ("language", "colony")}
    given = Panel.from_table(quiet.frame.assign(**idle))
    found = estimate(given, traditional(others=("agreement",)), backend="newton").coefficients
    assert found.to_numpy() == pytest.approx([DISTANCE, 0.0, 0.0, 0.0, AGREEMENT], abs=1e-9)


def test_with_noise_within_what_standard_errors_say() -> None:
    """The mean of many estimates is near the truth, and their spread is what standard errors say."""
    found = [estimate(panel(seed, countries=20, noise=0.1), agreements(), backend="newton") for seed in range(40)]
    estimates = np.array([one.coefficients["agreement"] for one in found])
    errors = np.array([float(one.to_frame()["standard_error"].iloc[0]) for one in found])
    assert abs(estimates.mean() - AGREEMENT) < 3.0 * estimates.std() / np.sqrt(len(found))
    assert 0.6 < errors.mean() / estimates.std() < 1.4
    inside = [(one.to_frame()["low"].iloc[0] < AGREEMENT < one.to_frame()["high"].iloc[0]) for one in found]
    assert np.mean(inside) > 0.8
