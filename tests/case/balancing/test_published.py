"""RAS and GRAS give what is published, and what can be worked out by hand."""

import numpy as np
import pytest

from zollverein.case.balancing import Constraints, gras, ipf, ras, reconcile

# The worked example of Junius and Oosterhaven (2003), which Lenzen, Wood and Gallego (2007) and Temurshoev, Miller and
# Bouwmeester (2013) take up: table, sums, and the solution as an R package's tests of `doGRAS` carry it. Of its nine
# decimals the stopping rule behind them leaves six.
TABLE = [[7.0, 3.0, 5.0, -3.0], [2.0, 9.0, 8.0, 0.0], [-2.0, 0.0, 2.0, 0.0]]
ROWS, COLUMNS = [15.0, 26.0, -1.0], [9.0, 16.0, 17.0, -2.0]
SOLUTION = [
    [8.424340881, 3.375237362, 5.200422021, -2.000000263],
    [3.000997078, 12.624763744, 10.374239178, 0.0],
    [-2.425339135, 0.0, 1.425339135, 0.0],
]


def test_gras_gives_the_published_solution() -> None:
    assert np.allclose(gras(TABLE, ROWS, COLUMNS).values, SOLUTION, atol=1e-6)


def test_reconcile_gives_the_published_solution_too() -> None:
    cells = [(i, j) for i in range(3) for j in range(4)]
    rows = Constraints.sums([i for i, _ in cells], dict(enumerate(ROWS)))
    columns = Constraints.sums([j for _, j in cells], dict(enumerate(COLUMNS)))
    found = reconcile(np.ravel(TABLE), rows + columns)
    assert np.allclose(found.values, np.ravel(SOLUTION), atol=1e-6)
    assert np.allclose(found.values, gras(TABLE, ROWS, COLUMNS).values.ravel(), rtol=0, atol=1e-10)


def test_miller_and_blair() -> None:
    """Their coefficients, outputs and sums (2009, section 7.4.2); the solution by its own equations.

    What the book prints of the solution could not be seen. RAS is the one table with these sums that keeps every
    cross product of the seed, ``a_ij a_kl / (a_il a_kj)``.
    """
    coefficients = np.array([[0.120, 0.100, 0.049], [0.210, 0.247, 0.265], [0.026, 0.249, 0.145]])
    flows = np.array([[98.0, 72.0, 75.0], [65.0, 8.0, 63.0], [88.0, 27.0, 44.0]])
    seed = coefficients * np.array([421.0, 284.0, 283.0])
    found = ras(seed, flows.sum(axis=1), flows.sum(axis=0)).values
    assert np.allclose(found.sum(axis=1), [245.0, 136.0, 159.0], rtol=1e-9)
    assert np.allclose(found.sum(axis=0), [251.0, 107.0, 182.0], rtol=1e-9)
    grown = found / seed
    assert np.allclose(grown[:-1, :-1] * grown[1:, 1:], grown[:-1, 1:] * grown[1:, :-1], rtol=1e-8)


def test_two_by_two_is_the_root_of_a_quadratic() -> None:
    """``x (x + 10) = 2 (20 - x) (30 - x)``, for the cross product of the seed is 2."""
    first = 55.0 - np.sqrt(55.0**2 - 1200.0)
    found = ras([[10.0, 10.0], [10.0, 20.0]], [30.0, 30.0], [20.0, 40.0]).values
    assert np.allclose(found, [[first, 30.0 - first], [20.0 - first, first + 10.0]], rtol=1e-10)


@pytest.mark.parametrize("signed", [False, True])
def test_a_table_made_by_multipliers_is_found_again(signed: bool) -> None:
    rng = np.random.default_rng(3)
    seed = rng.lognormal(0.0, 1.5, (7, 5)) * (rng.random((7, 5)) < 0.8)
    if signed:
        seed *= rng.choice([1.0, 1.0, -1.0], seed.shape)
    grown = np.outer(rng.lognormal(0.0, 0.7, 7), rng.lognormal(0.0, 0.7, 5))
    made = np.where(seed > 0, seed * grown, seed / grown)
    found = gras(seed, made.sum(axis=1), made.sum(axis=0))
    assert np.allclose(found.values, made, rtol=1e-7)
    if not signed:
        assert np.allclose(ras(seed, made.sum(axis=1), made.sum(axis=0)).values, made, rtol=1e-7)


def test_rows_without_figures_above_zero() -> None:
    """The case of Temurshoev, Miller and Bouwmeester (2013): in two by two a quadratic again.

    One multiplier per row and column leave ``(x11/a11) (x21/a21) = (x12/a12) (x22/a22)`` where a row is below zero.
    """
    seed = np.array([[-1.0, -2.0], [3.0, 4.0]])
    found = gras(seed, [-6.0, 10.0], [1.0, 3.0]).values
    ratio = found / seed
    assert np.allclose(ratio[:, 0].prod(), ratio[:, 1].prod(), rtol=1e-9)
    assert np.allclose(found.sum(axis=1), [-6.0, 10.0])
    assert np.allclose(found.sum(axis=0), [1.0, 3.0])
    assert (np.sign(found) == np.sign(seed)).all()


def test_zero_sums_empty_rows_and_columns() -> None:
    found = gras([[1.0, 2.0, 0.0], [3.0, 4.0, 0.0], [-1.0, -2.0, 0.0]], [0.0, 10.0, 0.0], [4.0, 6.0, 0.0])
    assert np.allclose(found.values, [[0.0, 0.0, 0.0], [4.0, 6.0, 0.0], [0.0, 0.0, 0.0]])
    found = ras([[1.0, 2.0], [3.0, 4.0]], [0.0, 10.0], [4.0, 6.0])
    assert np.allclose(found.values, [[0.0, 0.0], [4.0, 6.0]])
    assert found.largest_ratio == np.inf


def test_a_single_margin_is_plain_scaling() -> None:
    seed = np.arange(1.0, 7.0).reshape(2, 3)
    assert np.allclose(ipf(seed, [((), 42.0)]).values, 2.0 * seed)
    assert np.allclose(ipf(seed, [((1,), [10.0, 14.0, 27.0])]).values, seed * [2.0, 2.0, 3.0])
