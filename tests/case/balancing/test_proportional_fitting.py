"""Cubes meet their margins, whatever dimensions these keep, and are what factors make of the seed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zollverein.case.balancing import ipf, ras, reconcile
from zollverein.case.balancing.margin import as_constraints, labelled_axes, margin_of
from zollverein.errors import NotConverged

FEW = settings(max_examples=10, deadline=None)
PAIRS = [(0, 1), (0, 2), (1, 2)]


def cube(number: int, shape: tuple[int, ...] = (4, 5, 3)) -> tuple[np.ndarray, np.ndarray]:
    """Return a seed with zeros, and what factors of every pair of dimensions make of it."""
    rng = np.random.default_rng(number)
    seed = rng.lognormal(0.0, 1.0, shape) * (rng.random(shape) < 0.85)
    made = seed.copy()
    for kept in PAIRS:
        made *= rng.lognormal(0.0, 0.4, [size if a in kept else 1 for a, size in enumerate(shape)])
    return seed, made


def sums(x: np.ndarray, kept: tuple[int, ...]) -> np.ndarray:
    """Return the sums of an array in the order of the dimensions kept."""
    left = x.sum(axis=tuple(a for a in range(x.ndim) if a not in kept))
    return left.transpose([sorted(kept).index(a) for a in kept])


@FEW
@given(st.integers(0, 10_000))
def test_what_factors_made_is_found_again(number: int) -> None:
    seed, made = cube(number)
    found = ipf(seed, [(kept, sums(made, kept)) for kept in PAIRS])
    assert np.allclose(found.values, made, rtol=1e-6, atol=1e-9)
    assert found.residual <= 1e-9
    assert (found.values[seed == 0] == 0).all()


@pytest.mark.parametrize("kept", [[(2, 0), (1,)], [(0,), (1,), (2,)], [(1, 0), (2, 1)], [(), (0,)]])
def test_margins_on_any_dimensions_in_any_order(kept: list[tuple[int, ...]]) -> None:
    seed, made = cube(1)
    found = ipf(seed, [(k, sums(made, k)) for k in kept])
    for k in kept:
        assert np.allclose(sums(found.values, k), sums(made, k), rtol=1e-9)


@FEW
@given(st.integers(0, 10_000))
def test_newton_on_the_dual_gives_the_same(number: int) -> None:
    seed, made = cube(number)
    axes = labelled_axes(None, seed.shape)
    margins = [margin_of(kept, sums(made, kept), axes, what="margin") for kept in PAIRS]
    cells = np.flatnonzero(seed)
    found = reconcile(seed.ravel()[cells], as_constraints(margins, cells))
    swept = ipf(seed, [(kept, sums(made, kept)) for kept in PAIRS])
    assert np.allclose(found.values, swept.values.ravel()[cells], rtol=1e-6, atol=1e-9)


@FEW
@given(st.integers(0, 10_000), st.floats(1e-6, 1e6))
def test_scale_is_carried_through(number: int, scale: float) -> None:
    seed, made = cube(number)
    margins = [(kept, sums(made, kept)) for kept in PAIRS]
    once = ipf(seed, margins).values
    assert np.allclose(ipf(scale * seed, margins).values, once, rtol=1e-7, atol=1e-12)
    scaled = ipf(seed, [(kept, scale * target) for kept, target in margins]).values
    assert np.allclose(scaled, scale * once, rtol=1e-7, atol=1e-12 * scale)


@FEW
@given(st.integers(0, 10_000))
def test_balanced_figures_come_back_as_they_are(number: int) -> None:
    seed, made = cube(number)
    margins = [(kept, sums(made, kept)) for kept in PAIRS]
    kept = ipf(made, margins)
    assert (kept.values == made).all()
    assert kept.iterations == 0
    assert kept.moved.empty
    once = ipf(seed, margins).values
    assert (ipf(once, margins).values == once).all()


def test_names_of_dimensions_reach_the_report() -> None:
    axes = [pd.Index(["KAZ", "BLR"], name="exporter"), pd.Index(["RUS", "CHN"], name="importer"), pd.Index(["oil"])]
    found = ipf(np.ones((2, 2, 1)), [((0, 2), [[6.0], [4.0]]), ((1,), [5.0, 5.0])], axes=axes)
    assert found.constraints["constraint"].tolist() == [
        "exporter KAZ, axis 2 oil", "exporter BLR, axis 2 oil", "importer RUS", "importer CHN",
    ]  # fmt: skip
    assert found.moved.columns.tolist() == ["exporter", "importer", "axis 2", "was", "now", "change", "ratio"]
    assert found.moved.iloc[0].tolist() == ["KAZ", "RUS", "oil", 1.0, 3.0, 2.0, 3.0]
    assert found.labelled().loc[("BLR", "CHN", "oil")] == pytest.approx(2.0)


def test_slow_fits_are_finished_by_newton() -> None:
    """Sums that all but empty a cell: sweeps crawl, the answer stays exact."""
    seed = [[1.0, 1.0], [1.0, 1e-9]]
    found = ras(seed, [1.0, 1.0], [1.0, 1.0]).values
    first = np.sqrt(1e-9) / (1.0 + np.sqrt(1e-9))
    assert np.allclose(found, [[first, 1.0 - first], [1.0 - first, first]], rtol=1e-6)


def test_zeros_may_leave_a_cell_nothing() -> None:
    """Row 1 can only stand in column 0, and fills it: cell (0, 0) is at its limit, zero."""
    found = ras([[1.0, 1.0], [1.0, 0.0]], [3.0, 4.0], [4.0, 3.0])
    assert np.allclose(found.values, [[0.0, 3.0], [4.0, 0.0]])
    assert found.values[0, 0] == 0.0
    assert "nothing but zero to 1 cells" in found.summary


def test_few_sweeps_are_not_enough_and_it_says_so() -> None:
    rng = np.random.default_rng(0)
    seed = rng.lognormal(0.0, 2.0, (60, 60, 80))
    with pytest.raises(NotConverged, match=r"axis \d \d+, axis \d \d+ reached .* after 2 sweeps") as raised:
        made = seed * rng.lognormal(0.0, 0.5, seed.shape)
        ipf(seed, [(kept, sums(made, kept)) for kept in PAIRS], most_sweeps=2)
    assert len(raised.value.history) == 3
