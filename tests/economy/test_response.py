"""The first-order response against the equilibrium itself: small changes one by one, then bounds that bind."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.economy.worlds import cell, world

from zollverein.economy import Closure, Economy, Shock
from zollverein.economy.certificate import trade_levels
from zollverein.economy.response import Change, Response, _levies, response
from zollverein.economy.shock import shock_arrays
from zollverein.errors import NotConverged

SHORT_RUN = Closure(labour="specific")
CLOSURES = [
    SHORT_RUN,
    Closure(labour="specific", deficits="multiplicative"),
    Closure(labour="specific", deficits="zero"),
]
FLOWS = [("AAA", "BBB", "food"), ("AAA", "CCC", "food")]
OWN = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
H = 1e-4


def answers(economy: Economy, shock: Shock, closure: Closure) -> np.ndarray:
    """Log real incomes, then the log of what is left of the two flows at their producer's price."""
    outcome, base = economy.solve(shock, closure=closure), economy.base
    _, _, receipts = trade_levels(base, shock_arrays(shock, base, closure), outcome.state)
    before = base.pi * base.expenditure[:, :, None] / (1.0 + base.tau)
    flows = []
    for exporter, importer, sector in FLOWS:
        at = base.sectors.index(sector), base.countries.index(importer), base.countries.index(exporter)
        flows.append(np.log(receipts[at] / before[at] / outcome.state.c_hat[at[0], at[2]]))
    return np.concatenate([np.log1p(outcome.real_income.to_numpy() / 100.0), flows])


def slope(economy: Economy, shock, closure: Closure) -> np.ndarray:
    return (answers(economy, shock(H), closure) - answers(economy, shock(-H), closure)) / (2.0 * H)


@settings(max_examples=9, deadline=None)
@given(seed=st.integers(0, 10_000), closure=st.sampled_from(CLOSURES))
def test_every_derivative_is_the_slope_of_differences(seed: int, closure: Closure) -> None:
    economy = world(seed, tariffs=0.1)
    if closure.deficits == "zero":
        economy = economy.settled_at(economy.solve(closure=closure))
    found = response(economy.base, closure, FLOWS, [("AAA", "food"), ("BBB", "tools")])

    def supply(by: float) -> Shock:
        return Shock(supply=pd.DataFrame({"country": ["BBB"], "sector": ["tools"], "factor": [np.exp(by)]}))

    def iceberg(by: float) -> Shock:
        return Shock(iceberg=cell("AAA", "CCC", factor=float(np.exp(by))))

    def transfer(by: float) -> Shock:
        return Shock(transfer=pd.DataFrame({"country": ["AAA", "BBB"], "value": [by, -by]}))

    def toll(by: float) -> Shock:
        return Shock(export_tax=cell("AAA", "CCC", rate=float(np.expm1(by)), recipient="CCC"))

    expected = {
        supply: found.supply[:, 1],
        iceberg: found.iceberg[:, 0, 2, 0],
        transfer: found.transfer[:, 0] - found.transfer[:, 1],
        toll: found.dearer[:, 1] - found.taken[:, 1] + found.transfer[:, 2] * found.sales[1],
    }
    for shock, mine in expected.items():
        np.testing.assert_allclose(mine, slope(economy, shock, closure), rtol=1e-5, atol=1e-6)


def bounded(economy: Economy, bounds: tuple[float, float], supply: float) -> tuple[Response, np.ndarray, np.ndarray]:
    found = response(economy.base, SHORT_RUN, FLOWS, [("AAA", "food")])
    income, levy = found.real_income(Change(np.log(bounds), OWN, log_supply=np.log([supply])))
    return found, income, levy


@pytest.mark.parametrize(("bounds", "supply"), [((0.99, 0.98), 0.999), ((0.98, 1.5), 0.99), ((1.5, 1.5), 0.99)])
def test_bounds_that_bind_are_met_as_in_the_equilibrium(bounds: tuple[float, float], supply: float) -> None:
    economy = world(4)
    _, income, levy = bounded(economy, bounds, supply)
    quota = pd.concat([cell("AAA", n, factor=b, recipient="AAA") for n, b in zip(("BBB", "CCC"), bounds, strict=True)])
    shock = Shock(quota=quota, supply=pd.DataFrame({"country": ["AAA"], "sector": ["food"], "factor": [supply]}))
    exact = economy.solve(shock, closure=SHORT_RUN)
    np.testing.assert_allclose(income, exact.real_income.to_numpy(), rtol=0.02, atol=2e-4)
    rate = exact.levies.set_index("importer")["rate"].reindex(["BBB", "CCC"]).to_numpy()
    assert list(levy > 0) == list(rate > 1e-9)
    np.testing.assert_allclose(np.expm1(levy), rate, rtol=0.02, atol=1e-9)


def test_a_bound_whose_rent_melts_is_met_as_in_the_equilibrium() -> None:
    economy = world(4)
    found = response(economy.base, SHORT_RUN, FLOWS, [("AAA", "food")])
    income, _ = found.real_income(Change(np.log([0.99, 0.995]), np.zeros((2, 3))))
    quota = pd.concat([cell("AAA", n, factor=b, melts=True) for n, b in (("BBB", 0.99), ("CCC", 0.995))])
    exact = economy.solve(Shock(quota=quota), closure=SHORT_RUN).real_income.to_numpy()
    np.testing.assert_allclose(income, exact, rtol=0.02, atol=2e-4)


def test_the_error_falls_with_the_square_of_the_shock() -> None:
    economy = world(4)
    off = []
    for size in (0.02, 0.01, 0.005):
        _, income, _ = bounded(economy, (np.exp(-2 * size), np.exp(-size)), np.exp(-size))
        quota = pd.concat([
            cell("AAA", n, factor=float(np.exp(-k * size)), recipient="AAA") for n, k in (("BBB", 2), ("CCC", 1))
        ])  # fmt: skip
        supply = pd.DataFrame({"country": ["AAA"], "sector": ["food"], "factor": [np.exp(-size)]})
        exact = economy.solve(Shock(quota=quota, supply=supply), closure=SHORT_RUN).real_income.to_numpy()
        off.append(np.abs(income - exact).max())
    assert off[0] / off[1] == pytest.approx(4.0, rel=0.2)
    assert off[1] / off[2] == pytest.approx(4.0, rel=0.2)


def test_nothing_is_exactly_nothing() -> None:
    _, income, levy = bounded(world(1), (1.0, 1.0), 1.0)
    assert (income == 0.0).all()
    assert (levy == 0.0).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 7))
def test_levies_are_the_only_ones_that_fit(seed: int, count: int) -> None:
    """Own effects outweigh the others': one solution, found here by trying every set of binding bounds."""
    rng = np.random.default_rng(seed)
    matrix = rng.uniform(-1.0, 1.0, (count, count))
    np.fill_diagonal(matrix, np.abs(matrix).sum(axis=1) + rng.uniform(0.1, 2.0, count))
    room = rng.normal(size=count)
    levy = _levies(matrix, room)
    assert (levy >= 0.0).all()
    assert (room + matrix @ levy >= -1e-9).all()
    assert abs(levy @ (room + matrix @ levy)) < 1e-9
    fits = []
    for held in product([False, True], repeat=count):
        at, trial = np.array(held), np.zeros(count)
        if at.any():
            trial[at] = np.linalg.solve(matrix[np.ix_(at, at)], -room[at])
        if (trial >= -1e-12).all() and (room + matrix @ trial >= -1e-9).all():
            fits.append(trial)
    assert all(np.allclose(fit, levy, atol=1e-8) for fit in fits)
    assert fits


def test_levies_that_cannot_be_are_told() -> None:
    with pytest.raises(NotConverged, match="solve the shock exactly"):
        _levies(np.array([[-1.0]]), np.array([-1.0]))
