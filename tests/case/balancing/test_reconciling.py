"""Reconciled figures are the optimum of the documented objective, and keep its laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.case.balancing.rivals import posed, solved_otherwise

from zollverein.case.balancing import Constraints, errors_like_ras, gras, ras, reconcile
from zollverein.errors import InputError, NotConverged

FEW = settings(max_examples=20, deadline=None)
numbers = st.integers(0, 100_000)


@FEW
@given(numbers, st.booleans(), st.booleans())
def test_the_optimum_is_found(number: int, signed: bool, soft: bool) -> None:
    """Problems built from their multipliers have the answer that they were built from."""
    rng = np.random.default_rng(number)
    problem = posed(rng, int(rng.integers(6, 30)), int(rng.integers(1, 6)), signed=signed, soft=soft)
    found = reconcile(problem.seed, problem.constraints, cell_errors=problem.cell_errors)
    assert np.allclose(found.values, problem.answer, rtol=1e-6, atol=1e-9)
    assert found.residual <= 1e-9


@pytest.mark.parametrize("number", range(12))
def test_a_solver_of_another_kind_agrees(number: int) -> None:
    rng = np.random.default_rng(number)
    problem = posed(rng, 9, 4, signed=number % 2 == 1, soft=number % 3 != 0)
    # Not the targets that it was built with: the answer is not known beforehand.
    shifted = problem.constraints.targets * (1.0 + 0.02 * rng.normal(size=4))
    constraints = Constraints.linear(problem.constraints.matrix, shifted, error=problem.constraints.errors)
    found = reconcile(problem.seed, constraints, cell_errors=problem.cell_errors)
    weights = 1.0 / (problem.cell_errors**2 * np.abs(problem.seed))
    rival = solved_otherwise(problem.seed, weights, constraints)
    assert np.allclose(found.values, rival, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("number", range(4))
def test_ras_and_gras_agree_with_it_too(number: int) -> None:
    rng = np.random.default_rng(number)
    seed = rng.lognormal(0.0, 1.0, (3, 4)) * (rng.choice([1.0, -1.0], (3, 4), p=[0.8, 0.2]) if number % 2 else 1.0)
    made = seed * rng.uniform(0.7, 1.4, seed.shape)
    found = (gras if number % 2 else ras)(seed, made.sum(axis=1), made.sum(axis=0)).values
    row, column = np.indices(seed.shape)
    rows = Constraints.sums(row.ravel(), pd.Series(made.sum(axis=1)))
    columns = Constraints.sums(column.ravel()[:], pd.Series(made.sum(axis=0)[:-1]))
    rival = solved_otherwise(seed.ravel(), np.ones(seed.size), rows + columns)
    assert np.allclose(found.ravel(), rival, rtol=1e-6, atol=1e-6)


@FEW
@given(numbers)
def test_ras_and_gras_are_special_cases(number: int) -> None:
    rng = np.random.default_rng(number)
    seed = rng.lognormal(0.0, 1.0, (4, 3)) * rng.choice([1.0, 1.0, -1.0], (4, 3))
    made = np.where(rng.random((4, 3)) < 0.5, seed, seed * rng.uniform(0.5, 2.0, (4, 3)))
    row, column = np.indices(seed.shape)
    constraints = Constraints.sums(row.ravel(), pd.Series(made.sum(axis=1))) + Constraints.sums(
        column.ravel(), pd.Series(made.sum(axis=0))
    )
    by_sums = gras(seed, made.sum(axis=1), made.sum(axis=0)).values.ravel()
    for errors in (None, errors_like_ras(seed.ravel(), 0.05)):
        found = reconcile(seed.ravel(), constraints, cell_errors=errors).values
        assert np.allclose(found, by_sums, rtol=1e-6, atol=1e-8)


@FEW
@example(number=299)
@example(number=1963)
@example(number=2441)
@example(number=2500)
@given(numbers)
def test_signs_zeros_and_fixed_cells_stay(number: int) -> None:
    rng = np.random.default_rng(number)
    problem = posed(rng, 12, 3, signed=True, soft=True)
    seed, errors = problem.seed.copy(), problem.cell_errors.copy()
    zero, fixed = rng.permutation(12)[:4].reshape(2, 2)
    seed[zero], errors[fixed] = 0.0, 0.0
    # Without hard constraints there is always an answer.
    targets, error = problem.constraints.targets, np.maximum(problem.constraints.errors, 0.1)
    constraints = Constraints.linear(problem.constraints.matrix, targets, error=error)
    found = reconcile(seed, constraints, cell_errors=errors)
    assert (np.sign(found.values) == np.sign(seed)).all()
    assert (found.values[fixed] == seed[fixed]).all()
    assert (found.values[zero] == 0).all()


@FEW
@given(numbers, st.floats(1e-6, 1e6))
def test_the_unit_does_not_matter(number: int, scale: float) -> None:
    rng = np.random.default_rng(number)
    problem = posed(rng, 10, 3, signed=True, soft=True)
    held = problem.constraints
    scaled = Constraints(held.matrix, scale * held.targets, scale * held.errors, held.labels)
    once = reconcile(problem.seed, held, cell_errors=problem.cell_errors)
    again = reconcile(scale * problem.seed, scaled, cell_errors=problem.cell_errors)
    assert np.allclose(again.values, scale * once.values, rtol=1e-7)
    assert np.allclose(again.constraints["gap_in_errors"], once.constraints["gap_in_errors"], atol=1e-6, equal_nan=True)


@FEW
@given(numbers)
def test_balanced_figures_come_back_as_they_are(number: int) -> None:
    rng = np.random.default_rng(number)
    problem = posed(rng, 10, 3, signed=True, soft=False)
    once = reconcile(problem.seed, problem.constraints, cell_errors=problem.cell_errors)
    again = reconcile(once.values, problem.constraints, cell_errors=problem.cell_errors)
    assert (again.values == once.values).all()
    assert again.iterations == 0
    assert again.moved.empty
    assert again.share_moved == 0.0


def test_two_sources_meet_where_their_errors_say() -> None:
    """Small gaps are weighed as least squares weigh them: by one over the square of each error."""
    sources = Constraints.measured([0, 0], [100.2, 99.9], count=1, error=[0.1, 0.3])
    found = reconcile([100.0], sources, cell_errors=0.002)
    weight = 1.0 / np.array([0.2, 0.1, 0.3]) ** 2
    assert found.values[0] == pytest.approx(weight @ [100.0, 100.2, 99.9] / weight.sum(), abs=1e-4)
    assert found.constraints["gap_in_errors"].tolist() == pytest.approx(
        [(found.values[0] - 100.2) / 0.1, (found.values[0] - 99.9) / 0.3]
    )


def test_equal_errors_meet_half_way() -> None:
    totals = Constraints.linear([[1, 1], [1, 1]], [100.0, 110.0], error=1.0)
    found = reconcile([40.0, 60.0], totals, cell_errors=100.0)
    assert found.values.sum() == pytest.approx(105.0, abs=1e-3)
    assert found.constraints["gap_in_errors"].tolist() == pytest.approx([5.0, -5.0], abs=1e-3)


def test_reliable_cells_move_little() -> None:
    total = Constraints.linear([[1.0, 1.0]], [220.0])
    found = reconcile([100.0, 100.0], total, cell_errors=[0.01, 0.1])
    assert found.values.sum() == pytest.approx(220.0)
    moved = np.log(found.values / 100.0)
    # With one constraint logs move by the squares of the errors.
    assert moved[1] / moved[0] == pytest.approx(100.0, rel=1e-9)
    table = found.moved.set_index("cell")
    assert table.index[0] == 1
    assert table.loc[1, "change_in_errors"] == pytest.approx(table.loc[1, "change"] / 10.0)


def test_input_output_balances() -> None:
    """Home sales h solve ``h_s - sum_k a_sk h_k - f_s = 0`` beside totals that are only known about."""
    rng = np.random.default_rng(5)
    S = 6
    a = rng.uniform(0.0, 0.12, (S, S))
    h = rng.lognormal(3.0, 1.0, S)
    f = h - a @ h
    f_seen, h_seen = f * rng.uniform(0.9, 1.1, S), h * rng.uniform(0.9, 1.1, S)
    balance = Constraints.linear(np.hstack([np.eye(S) - a, -np.eye(S)]), 0.0, what="market of sector")
    total = Constraints.linear(np.r_[np.ones(S), np.zeros(S)][None, :], h.sum(), relative_error=0.01)
    found = reconcile(np.r_[h_seen, f_seen], balance + total, cell_errors=0.1)
    new_h, new_f = found.values[:S], found.values[S:]
    assert np.abs(new_h - a @ new_h - new_f).max() <= 1e-8 * h.sum()
    assert (np.abs(found.moved["change_in_errors"]) < 3).all()


def test_large_systems_are_solved_by_products() -> None:
    """A thousand soft and hard constraints on a cube: beyond what is factorised."""
    rng = np.random.default_rng(2)
    N, S = 16, 25
    seed = rng.lognormal(0.0, 1.5, (N, N, S))
    made = seed * rng.lognormal(0.0, 0.3, seed.shape)
    i, j, k = (index.ravel() for index in np.indices(seed.shape))
    by = pd.DataFrame({"i": i, "j": j, "k": k, "made": made.ravel()})
    pairs = Constraints.sums(by[["i", "j"]], by.groupby(["i", "j"])["made"].sum(), relative_error=0.02)
    exports = Constraints.sums(by[["i", "k"]], by.groupby(["i", "k"])["made"].sum())
    imports = Constraints.sums(by[["j", "k"]], by.groupby(["j", "k"])["made"].sum(), relative_error=0.05)
    constraints = pairs + exports + imports
    assert len(constraints) > 1000
    found = reconcile(seed.ravel(), constraints, cell_errors=0.3)
    # The conditions of the optimum, recomputed: logs of cells lie in the span of the rows, soft gaps price them.
    weights = 1.0 / (0.09 * seed.ravel())
    soft = ~constraints.hard
    gap = constraints.targets - constraints.matrix @ found.values
    price = weights * np.log(found.values / seed.ravel())
    price -= constraints.matrix[soft].T @ (gap[soft] / constraints.errors[soft] ** 2)
    hard = constraints.matrix[~soft]
    left = price - hard.T @ ((hard @ price) / hard.sum(axis=1))
    assert np.abs(left).max() <= 1e-6 * np.abs(price).max()
    assert found.residual <= 1e-9


def test_what_is_too_large_to_reckon_with_is_refused() -> None:
    with pytest.raises(InputError, match=r"typical is 1e\+300 and cells are from 0\.001 to 1e\+25 in size"):
        errors_like_ras([[1e14, 1e-3], [0, 1e25]], 1e300)
    soft = Constraints.sums(["a", "b"], {"a": 4e150}, error=1e300)
    with pytest.raises(NotConverged, match="so large, or so far apart"):
        reconcile([4.7e150, 1e149], soft, cell_errors=0.1)
    hard = Constraints.sums(["a", "b"], {"a": 1e300})
    with pytest.raises(NotConverged, match="so large, or so far apart"):
        reconcile([4.7e150, 1e149], hard, cell_errors=0.1)
