"""The engine against the textbook's nested solver, which shares no code with it."""

from pathlib import Path

import numpy as np
import pytest

from zollverein.economy import Closure
from zollverein.economy.equilibrium import solve

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("N", "S", "seed"), [(4, 3, 1), (9, 5, 2), (15, 2, 3)])
def test_prices_and_incomes_are_those_of_the_nested_solver(
    N: int, S: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks.textbook import nested  # noqa: PLC0415 - found beside the package, not in it
    from benchmarks.worlds import tariffs_up, world  # noqa: PLC0415

    base = world(N, S, seed)
    shock = tariffs_up(base, seed)
    prices, excess = nested(base, shock, 1e-11)
    assert excess < 1e-11
    state = solve(base, shock, Closure())
    # Both hold world value added fixed, so that levels can be compared as they are.
    assert np.abs(state.P_hat / prices - 1).max() < 1e-8


def test_the_economy_benchmark_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks.economy import many_sectors  # noqa: PLC0415

    row = many_sectors(6, 3)
    assert row["residual"] < 1e-8
    assert row["solve_s"] > 0
