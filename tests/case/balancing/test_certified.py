"""Nothing that is no number, and no tolerance that certifies nothing, passes as balanced."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zollverein.case.balancing import Constraints, gras, ipf, ras, reconcile
from zollverein.case.balancing.balanced import gaps_of
from zollverein.errors import Infeasible, InputError, NotConverged

FEW = settings(max_examples=15, deadline=None)
SEED = np.random.default_rng(0).uniform(1.0, 2.0, (3, 4))
# Fifteen orders of magnitude in a table of three rows, and a sum out of reach: the iteration runs into NaN.
WILD = [
    [0.37588085342795086, 0, -5.971413030030732e-09, 1.2968555906766094e-05, 0],
    [0, 1985471.9886296713, 0.022312940697057693, 15.561992200937139, 0],
    [19456750.087736987, 58095565128.47677, 0.0020910504494674187, 3291.280080395998, 0],
]
WILD_ROWS = [2646705.277934504, 6175644.398328348, 802991913.4780915]
WILD_COLUMNS = [37004.84338072916, 811777245.7037408, 0.024501548435256006, 12.582731407825388, 0.0]


@pytest.mark.parametrize("tolerance", [float("nan"), float("inf"), 10, 0, -1, "1e-9", None, True])
def test_a_tolerance_certifies_something(tolerance):
    calls = (
        lambda: ras(SEED, [10, 20, 30], [15] * 4, tolerance=tolerance),
        lambda: gras(SEED, [10, 20, 30], [15] * 4, tolerance=tolerance),
        lambda: ipf(SEED, [((0,), [10, 20, 30])], tolerance=tolerance),
        lambda: reconcile([1.0, 2.0], Constraints.linear([[1, 1]], [4.0]), tolerance=tolerance),
    )
    for call in calls:
        with pytest.raises(InputError, match="tolerance is"):
            call()


def test_sums_that_overflow_the_iteration_are_refused_and_not_certified():
    """Row 0 can get no more than what columns 0 and 3 have in all, which is a seventieth of its sum."""
    with pytest.raises(Infeasible, match="'row 0' = 2,646,705"):
        gras(WILD, WILD_ROWS, WILD_COLUMNS)


def test_a_gap_of_no_number_is_infinite():
    gaps = gaps_of(np.array([1.0, np.nan, 2.0]), np.array([1.0, 1.0, 4.0]), np.array([1.0, 1.0, np.nan]))
    assert gaps.tolist() == [0.0, np.inf, np.inf]


def test_errors_beyond_all_measure_give_no_certificate():
    with pytest.raises((NotConverged, InputError)):
        reconcile([1.0, 2.0], Constraints.linear([[1, 1]], [4.0]), cell_errors=1e160)


def test_a_soft_constraint_below_the_digits_of_its_figures_is_no_soft_one():
    """Its gap would be told in standard errors that are nothing but rounding."""
    cells, errors = [2e11, 1.0, 3e8], [1e-11, 0.1, 1e-9]
    opinion = Constraints.linear([[1, 1, -1]], [3.7e11], error=5e-8, labels=["sum"])
    with pytest.raises(
        NotConverged, match=r"'constraint sum' has an error of 5.0e-08, below the digits .* \(error=0\)"
    ):
        reconcile(cells, opinion, cell_errors=errors)
    hard = Constraints.linear([[1, 1, -1]], [3.7e11])
    assert reconcile(cells, hard, cell_errors=errors).residual <= 1e-9


@FEW
@given(st.integers(0, 100_000))
def test_scales_far_apart_are_balanced_or_refused(number):
    """What is certified is the optimum: one multiplier moves all cells, and is the soft gap's."""
    rng = np.random.default_rng(number)
    seed, target, error = (
        10.0 ** rng.uniform(-12.0, 12.0, 4),
        10.0 ** rng.uniform(-12, 12),
        10.0 ** rng.uniform(-12, 12),
    )
    cell_errors = 10.0 ** rng.uniform(-6.0, 1.0, 4)
    try:
        found = reconcile(seed, Constraints.linear(np.ones((1, 4)), target, error=error), cell_errors=cell_errors)
    except NotConverged:
        return
    assert (found.values >= 0).all()
    # A cell's move in logs, over the square of its error and its size, is the multiplier.
    gap_in_errors = float(found.constraints["gap_in_errors"][0])
    moved = np.log(np.maximum(found.values, 1e-300) / seed) / (cell_errors**2 * seed)
    sure = (found.values > 1e-90 * seed) & (np.abs(np.log(found.values / seed)) > 1e-6)
    assert np.allclose(-gap_in_errors / error, moved[sure], rtol=0.02, atol=0.01 / error)


def test_what_became_of_a_tiny_seed_can_be_read():
    said = ras([[1e-9, 1e-9], [1e-9, 0.0]], [3.0, 1.0], [2.0, 2.0]).summary
    assert "%" not in said
    assert "changes add up to 10^9 times its value, no cell by more than a factor of 10^9" in said
    assert "100.00% of the value moved, no cell by more than a factor of 2" in ras([[1.0]], [2.0], [2.0]).summary
