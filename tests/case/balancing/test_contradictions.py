"""Constraints that contradict each other are named: all of a set that has no part that does."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.case.balancing.rivals import can_be_met

from zollverein.case.balancing import Constraints, gras, ipf, ras, reconcile
from zollverein.errors import Infeasible, NotConverged

CELLS = pd.DataFrame({"exporter": list("AABB"), "importer": list("XYXY")})


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 100_000))
def test_answer_or_an_irreducible_contradiction(number: int) -> None:
    """There is an answer if and only if a linear programme says so; else no named constraint is one too many."""
    rng = np.random.default_rng(number)
    C, K = int(rng.integers(2, 9)), int(rng.integers(1, 7))
    A = rng.integers(-1, 2, (K, C)) * (rng.random((K, C)) < 0.7) * 10.0 ** rng.integers(-2, 3, (K, 1))
    seed = rng.lognormal(0.0, 1.0, C) * rng.choice([1, 1, 1, -1], C) * (rng.random(C) < 0.9)
    b = A @ (rng.lognormal(0.0, 1.0, C) * np.sign(seed))
    if number % 3:
        k = int(rng.integers(K))
        b[k] = rng.choice([b[k] + 1.0, 0.0, -b[k]])
    constraints = Constraints.linear(A, b, labels=range(K), what="")
    if can_be_met(A, b, seed):
        assert reconcile(seed, constraints).residual <= 1e-9
        return
    with pytest.raises(Infeasible) as raised:
        reconcile(seed, constraints)
    named = [int(label) for label in raised.value.constraints]
    if "can meet" in str(raised.value):
        assert all(not can_be_met(A[[k]], b[[k]], seed) for k in named)
        return
    assert not can_be_met(A[named], b[named], seed)
    for k in named:
        others = [other for other in named if other != k]
        assert can_be_met(A[others], b[others], seed)


def test_the_sums_are_told() -> None:
    """Rows that add up to more than the total that they make; what does not belong to it is not named."""
    exports = Constraints.sums(CELLS["exporter"], {"A": 10.0, "B": 20.0}, what="exports of")
    world = Constraints.linear([[1, 1, 1, 1]], [29.0], labels=["world trade"], what="")
    single = Constraints.measured([0], [4.0], count=4, labels=["A to X"], what="")
    with pytest.raises(Infeasible) as raised:
        reconcile([1.0, 2.0, 3.0, 4.0], exports + single + world)
    assert sorted(raised.value.constraints) == ["exports of A", "exports of B", "world trade"]
    said = str(raised.value)
    assert said.startswith("3 hard constraints contradict each other: ")
    assert "'world trade' = 29" in said
    assert "(together 30)" in said
    assert "without any one of them the others can be met" in said
    assert "give one of them an error (in reconcile)" in said


@pytest.mark.parametrize("dropped", ["exports of A", "exports of B", "world trade"])
def test_without_any_one_of_them_there_is_an_answer(dropped: str) -> None:
    labels = ["exports of A", "exports of B", "world trade"]
    matrix, targets = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 1, 1, 1]]), np.array([10.0, 20.0, 29.0])
    kept = [k for k, label in enumerate(labels) if label != dropped]
    assert reconcile([1.0, 2.0, 3.0, 4.0], Constraints.linear(matrix[kept], targets[kept])).residual <= 1e-9


def test_made_soft_the_same_constraints_are_no_failure() -> None:
    exports = Constraints.sums(CELLS["exporter"], {"A": 10.0, "B": 20.0}, what="exports of")
    world = Constraints.linear([[1, 1, 1, 1]], [29.0], error=0.5, labels=["world trade"], what="")
    found = reconcile([1.0, 2.0, 3.0, 4.0], exports + world, cell_errors=0.2)
    assert found.constraints.set_index("constraint").loc["world trade", "gap_in_errors"] == pytest.approx(2.0)
    assert "missed by at most 2.00 standard errors" in found.summary


def test_zeros_of_the_seed_contradict() -> None:
    """A sells to X only, and X buys less than A sells."""
    exports = Constraints.sums(CELLS["exporter"], {"A": 10.0, "B": 20.0}, what="exports of")
    imports = Constraints.sums(CELLS["importer"], {"X": 8.0, "Y": 22.0}, what="imports of")
    with pytest.raises(Infeasible) as raised:
        reconcile([1.0, 0.0, 3.0, 4.0], exports + imports)
    # Either half of the table tells it: A's exports against X's imports, or Y's imports against B's exports.
    assert set(raised.value.constraints) in ({"exports of A", "imports of X"}, {"imports of Y", "exports of B"})
    assert reconcile([1.0, 0.1, 3.0, 4.0], exports + imports).residual <= 1e-9


def test_a_constraint_that_nothing_can_meet() -> None:
    with pytest.raises(
        Infeasible, match=r"no cells with the seed's signs and zeros can meet 'exports of A' = 10"
    ) as raised:
        reconcile([0.0, 0.0, 3.0, 4.0], Constraints.sums(CELLS["exporter"], {"A": 10.0}, what="exports of"))
    assert raised.value.constraints == ("exports of A",)


def test_cells_that_may_not_move_contradict() -> None:
    exports = Constraints.sums(CELLS["exporter"], {"A": 2.0, "B": 20.0}, what="exports of")
    with pytest.raises(Infeasible, match="'exports of A' = 2"):
        reconcile([3.0, 1.0, 3.0, 4.0], exports, cell_errors=[0.0, 0.1, 0.1, 0.1])


def test_a_contradiction_among_hundreds_is_found() -> None:
    """One pair's trade is above what the exporter's sectors can hold; only that exporter's constraints are named."""
    rng = np.random.default_rng(4)
    N, S = 8, 5
    trade = rng.lognormal(0.0, 1.0, (N, N, S))
    i, j, k = (index.ravel() for index in np.indices(trade.shape))
    by = pd.DataFrame({"i": i, "j": j, "k": k, "v": trade.ravel()})
    targets = by.groupby(["i", "j"])["v"].sum()
    targets[(3, 5)] *= 1.2
    pairs = Constraints.sums(by[["i", "j"]], targets, what="trade of")
    exports = Constraints.sums(by[["i", "k"]], by.groupby(["i", "k"])["v"].sum(), what="exports of")
    with pytest.raises(Infeasible) as raised:
        reconcile(trade.ravel() * rng.lognormal(0.0, 0.2, trade.size), pairs + exports)
    assert set(raised.value.constraints) == {f"trade of 3, {n}" for n in range(N)} | {
        f"exports of 3, {s}" for s in range(S)
    }


def test_a_contradiction_of_rounding_is_not_hidden() -> None:
    """Sums that differ in the eighth figure can not be met to nine."""
    totals = Constraints.linear([[1, 1], [1, 1]], [1.0, 1.0 + 4e-9])
    with pytest.raises(NotConverged, match="contradict each other by that little"):
        reconcile([0.4, 0.6], totals)


def test_ras_tells_both_sums() -> None:
    with pytest.raises(Infeasible, match="'row' and 'column' do not add up to the same: total: 12 against 13"):
        ras([[1.0, 2.0], [3.0, 4.0]], [4.0, 8.0], [5.0, 8.0])
    with pytest.raises(Infeasible, match="total: 12 against 13"):
        gras([[1.0, -2.0], [3.0, 4.0]], [4.0, 8.0], [5.0, 8.0])


def test_ras_tells_of_empty_rows() -> None:
    table = pd.DataFrame([[0.0, 0.0], [3.0, 4.0]], index=["KAZ", "BLR"], columns=["oil", "gas"])
    with pytest.raises(Infeasible, match=r"without a cell above zero .*: row KAZ = 4") as raised:
        ras(table, [4.0, 8.0], [4.0, 8.0])
    assert raised.value.constraints == ("row KAZ",)
    with pytest.raises(Infeasible, match="whose sign no cell has: row KAZ = -4"):
        gras(pd.DataFrame(np.abs(table) + 1.0), [-4.0, 16.0], [4.0, 8.0])


def test_ras_tells_which_sums_its_zeros_forbid() -> None:
    with pytest.raises(Infeasible) as raised:
        ras([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]], [5.0, 5.0], [3.0, 4.0, 3.0])
    assert sorted(raised.value.constraints) == ["column 0", "row 0"]


def test_margins_of_cubes_contradict_where_they_meet() -> None:
    cube = np.ones((2, 2, 3))
    by_exporter, by_importer = cube.sum(axis=1), cube.sum(axis=0)
    by_importer[1, 2] += 1.0
    axes = [
        pd.Index(["A", "B"], name="exporter"),
        pd.Index(["A", "B"], name="importer"),
        pd.Index(list("xyz"), name="sector"),
    ]
    with pytest.raises(Infeasible, match="'exporter x sector' and 'importer x sector' do not add up") as raised:
        ipf(cube, [((0, 2), by_exporter), ((1, 2), by_importer)], axes=axes)
    assert "sector z: 4 against 5" in str(raised.value)
    assert "sector x" not in str(raised.value)
