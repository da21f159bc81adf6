"""Nothing that is no number, and no tolerance that certifies nothing, passes as balanced."""

import numpy as np
import pytest

from zollverein.case.balancing import Constraints, gras, ipf, ras, reconcile
from zollverein.case.balancing.balanced import gaps_of
from zollverein.errors import Infeasible, InputError, NotConverged

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
