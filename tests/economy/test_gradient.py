"""The adjoint's derivatives against central differences, and what is built on them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.economy.worlds import cell, world

from zollverein.economy import Closure, Economy, Effects, Shock
from zollverein.economy.equilibrium import solve
from zollverein.economy.fused_map import Equilibrium
from zollverein.economy.shock import ShockArrays
from zollverein.errors import EconomyError, UnknownNameError

CLOSURES = [
    Closure(),
    Closure(deficits="multiplicative"),
    Closure(deficits="zero"),
    Closure(labour="specific"),
    Closure(labour="specific", specific_share=0.3),
    Closure(labour="specific", specific_share={"food": 0.5}),
]


def log_income(economy: Economy, arrays: ShockArrays, closure: Closure, near: Equilibrium) -> np.ndarray:
    state = solve(economy.base, arrays, closure, near=near, tolerance=1e-14)
    return np.asarray(
        np.log(state.income / economy.base.income) - (economy.base.alpha * np.log(state.P_hat)).sum(axis=0)
    )


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), closure=st.sampled_from(CLOSURES))
def test_every_derivative_is_the_slope_of_differences(seed: int, closure: Closure) -> None:
    economy = world(seed, tariffs=0.1)
    outcome = economy.solve(Shock(iceberg=cell("AAA", "BBB", factor=1.3)), closure=closure)
    weights = {"AAA": 1.0, "CCC": -0.4}
    slopes = outcome.gradient(weights).sensitivity
    w = np.array([1.0, 0.0, -0.4])
    rng = np.random.default_rng(seed)
    s, n, i = rng.integers(2), 1, 0
    h = 1e-4

    def objective(change: str, by: float) -> float:
        arrays = outcome.shock
        tau, cost, productivity = arrays.tau.copy(), arrays.log_kappa_hat.copy(), arrays.log_productivity.copy()
        if change == "tariff":
            cost[s, n, i] += np.log1p(tau[s, n, i] + by) - np.log1p(tau[s, n, i])
            tau[s, n, i] += by
        elif change == "iceberg":
            cost[s, n, i] += by
        else:
            productivity[s, n] += by
        moved = replace(arrays, tau=tau, log_kappa_hat=cost, log_productivity=productivity)
        return float(w @ log_income(economy, moved, closure, outcome.state))

    for change, slope in (
        ("tariff", slopes.tariff[s, n, i]),
        ("iceberg", slopes.log_iceberg[s, n, i]),
        ("productivity", slopes.log_productivity[s, n]),
    ):
        difference = (objective(change, h) - objective(change, -h)) / (2 * h)
        assert slope == pytest.approx(difference, rel=1e-5, abs=1e-8)


def test_labels_and_units() -> None:
    economy = world()
    gradient = economy.solve().gradient("AAA")
    dearer = gradient.iceberg.set_index(["exporter", "importer", "sector"])["percent"]
    tiny = economy.solve(Shock(iceberg=cell("BBB", "AAA", factor=1.0001))).real_income["AAA"]
    assert dearer["BBB", "AAA", "food"] == pytest.approx(tiny / 0.01, rel=1e-3)
    point = gradient.tariff.set_index(["exporter", "importer", "sector"])["percent"]
    tariff = economy.solve(Shock(tariff=cell("BBB", "AAA", rate=0.0001))).real_income["AAA"]
    assert point["BBB", "AAA", "food"] == pytest.approx(tariff / 0.01, rel=1e-2)
    worst = gradient.costliest(3)
    assert worst["percent"].is_monotonic_increasing
    assert (worst["exporter"] != worst["importer"]).all()


def test_barriers_are_ranked_by_what_they_cost() -> None:
    economy = world()
    wedges = pd.concat([cell("BBB", "AAA", None, ad_valorem=0.2), cell("CCC", "AAA", None, ad_valorem=0.01)])
    ranked = economy.solve().gradient("AAA").barriers(wedges)
    assert len(ranked) == 4
    assert ranked["percent"].is_monotonic_increasing
    assert ranked.loc[0, "exporter"] == "BBB"
    # First order: a hundredth of the barrier is a hundredth of the cost.
    tiny = economy.solve(Shock(iceberg=cell("CCC", "AAA", None, factor=1.01))).real_income["AAA"]
    assert ranked.loc[ranked["exporter"] == "CCC", "percent"].sum() == pytest.approx(tiny, rel=0.05)


def test_targets_that_are_none_are_refused() -> None:
    outcome = world().solve()
    with pytest.raises(UnknownNameError, match="did you mean 'AAA'"):
        outcome.gradient("AAAA")
    with pytest.raises(EconomyError, match="nobody"):
        outcome.gradient({})
    bounded = world().solve(Shock(quota=cell("AAA", "BBB", factor=0.9)))
    with pytest.raises(EconomyError, match="no derivative"):
        bounded.gradient("AAA")


def test_the_delta_method_agrees_with_draws_for_small_errors() -> None:
    economy = world()
    pairs = [("AAA", "BBB"), ("BBB", "AAA")]
    cells = pd.DataFrame(pairs, columns=["exporter", "importer"]).assign(effect="union", value=1.0)
    effects = Effects(pd.Series({"union": 0.0}), pd.DataFrame([[0.02**2]], index=["union"], columns=["union"]), cells)
    by_slope = economy.solve().gradient("AAA").standard_error(effects)
    drawn = economy.draws(effects=effects, draws=400, seed=3)
    assert not drawn.failed
    assert drawn.real_income["AAA"].std() == pytest.approx(by_slope, rel=0.1)


@pytest.mark.parametrize("by", ["country", "partner", "sector", "cell"])
def test_the_best_tariff_cannot_be_bettered(by: str) -> None:
    economy = world(3)
    best = economy.best_tariffs("AAA", by=by)  # type: ignore[arg-type]
    mine = best.real_income["AAA"]
    assert mine > 0
    for factor in (0.9, 1.1):
        other = economy.solve(Shock(tariff=best.tariff.assign(rate=factor * best.tariff["rate"])))
        assert other.real_income["AAA"] < mine + 1e-7
    assert economy.solve(Shock(tariff=best.tariff)).real_income["AAA"] == pytest.approx(mine, abs=1e-8)


def test_small_open_economy_limit_of_the_best_tariff() -> None:
    """One sector, a country that is nearly nobody: the best tariff tends to 1 / theta (Gros 1987)."""
    small = 1e-4
    flows = pd.DataFrame(
        {"exporter": list("AABB"), "importer": list("ABAB"), "sector": "all", "value": [small, small, small, 1.0]}
    )
    economy = Economy.from_tables(flows, theta=4.0)
    assert economy.best_tariffs("A").tariff["rate"].iloc[0] == pytest.approx(0.25, rel=2e-3)


def test_nash_tariffs_are_best_answers_to_each_other() -> None:
    economy = world(5, balanced=True)
    nash = economy.best_tariffs(["AAA", "BBB"])
    assert nash.rounds > 1
    assert nash.at_bound == ()
    assert economy.best_tariffs("AAA", highest=0.01).at_bound == ("AAA",)
    rates = nash.tariff.set_index("importer")["rate"]
    for player, other in (("AAA", "BBB"), ("BBB", "AAA")):
        theirs = nash.tariff[nash.tariff["importer"] == other]
        answer = economy.best_tariffs(player, shock=Shock(tariff=theirs))
        own = answer.tariff.loc[answer.tariff["importer"] == player, "rate"].iloc[0]
        assert own == pytest.approx(rates[player].iloc[0], abs=2e-3)


def test_a_fixed_deficit_makes_the_best_tariff_run_to_its_bound_and_it_is_said() -> None:
    """Where a deficit is owed whatever the tariff, shutting out the rest makes the others pay for it alone."""
    economy = world(5)
    assert economy.base.deficit[0] > 0
    runaway = economy.best_tariffs("AAA")
    assert runaway.at_bound == ("AAA",)
    assert runaway.tariff["rate"].max() == pytest.approx(2.0)
    settled = world(5, balanced=True).best_tariffs("AAA")
    assert settled.at_bound == ()
    assert 0.15 < settled.tariff["rate"].max() < 0.3


def test_players_that_are_none_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="player"):
        world().best_tariffs("ZZZ")
    with pytest.raises(EconomyError, match="nobody"):
        world().best_tariffs([])
    with pytest.raises(EconomyError, match="above 0"):
        world().best_tariffs("AAA", highest=0.0)
    with pytest.raises(EconomyError, match="partner"):
        world().best_tariffs("AAA", by="pair")  # type: ignore[arg-type]
