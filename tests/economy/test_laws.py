"""What must hold in any world: nothing in, nothing out; names do not matter; levies go to whom they are due."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zollverein.economy import Closure, Economy, Shock
from zollverein.errors import EconomyError

COUNTRIES, SECTORS = ("AAA", "BBB", "CCC"), ("food", "tools")


def tables(seed: int = 0, swap: dict[str, str] | None = None) -> dict[str, pd.DataFrame]:
    """Draw three countries and two sectors with linkages; domestic sales outweigh foreign ones."""
    rng = np.random.default_rng(seed)
    keys = pd.MultiIndex.from_product([COUNTRIES, COUNTRIES, SECTORS], names=["exporter", "importer", "sector"])
    trade = keys.to_frame(index=False)
    home = trade["exporter"] == trade["importer"]
    trade["value"] = rng.uniform(1, 10, len(trade)) + 100 * home
    own = pd.MultiIndex.from_product([COUNTRIES, SECTORS], names=["country", "sector"]).to_frame(index=False)
    value_added = own.assign(share=0.6)
    inputs = own.rename(columns={"sector": "user"}).merge(pd.DataFrame({"input": SECTORS}), how="cross")
    built = {"trade": trade, "value_added": value_added, "inputs": inputs.assign(share=0.2)}
    return {name: frame.replace(swap) if swap else frame for name, frame in built.items()}


def economy(seed: int = 0, swap: dict[str, str] | None = None) -> Economy:
    return Economy.from_tables(**tables(seed, swap), theta=4.0)


def from_a_to_b(**columns: float | str) -> pd.DataFrame:
    return pd.DataFrame(
        {"exporter": ["AAA"], "importer": ["BBB"], "sector": ["food"], **{k: [v] for k, v in columns.items()}}
    )


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(0.5, 5.0), labour=st.sampled_from(["mobile", "specific"]))
def test_certified_and_the_same_under_other_names(seed: int, factor: float, labour: str) -> None:
    closure = Closure(labour=labour)  # type: ignore[arg-type]
    shock = from_a_to_b(factor=factor)
    outcome = economy(seed).solve(Shock(iceberg=shock), closure=closure)
    assert outcome.certificate.max_residual < 1e-10
    swap = {"AAA": "ZZZ", "food": "wares"}
    renamed = economy(seed, swap).solve(Shock(iceberg=shock.replace(swap)), closure=closure)
    assert np.allclose(outcome.real_income, renamed.real_income.rename({"ZZZ": "AAA"})[list(COUNTRIES)], atol=1e-9)


def test_no_shock_changes_nothing_to_the_last_bit() -> None:
    assert (economy().solve().real_income == 0).all()


def test_a_scaled_world_answers_alike() -> None:
    """Homogeneity: the unit of the trade table cannot matter."""
    built = tables()
    shock = Shock(iceberg=from_a_to_b(factor=1.5))
    small = Economy.from_tables(**built, theta=4.0).solve(shock)
    built["trade"] = built["trade"].assign(value=1000 * built["trade"]["value"])
    large = Economy.from_tables(**built, theta=4.0).solve(shock)
    assert np.allclose(small.real_income, large.real_income, atol=1e-9)


def test_gains_without_linkages_are_those_of_the_domestic_share() -> None:
    """Arkolakis, Costinot and Rodriguez-Clare (2012): one sector, balanced trade, W_hat = pi_nn_hat ** (-1 / theta)."""
    flows = pd.DataFrame(
        {"exporter": list("AABB"), "importer": list("ABAB"), "sector": "all", "value": [80.0, 20.0, 20.0, 180.0]}
    )
    outcome = Economy.from_tables(flows, theta=4.0).solve(
        Shock(iceberg=pd.DataFrame({"exporter": ["A", "B"], "importer": ["B", "A"], "factor": [1.3, 1.2]}))
    )
    trade = outcome.trade[outcome.trade["exporter"] == outcome.trade["importer"]].set_index("exporter")
    spent = outcome.trade.groupby("importer")[["base", "new"]].sum()
    share_hat = (trade["new"] / spent["new"]) / (trade["base"] / spent["base"])
    assert np.allclose(outcome.real_income, 100 * (share_hat**-0.25 - 1), atol=1e-8)


def test_a_binding_quota_just_binds_and_its_rent_is_earned_by_its_owner() -> None:
    rents = {}
    for owner in ("AAA", "BBB"):
        outcome = economy().solve(Shock(quota=from_a_to_b(factor=0.5, recipient=owner)))
        assert outcome.levies["quantity_factor"].item() == pytest.approx(0.5, rel=1e-8)
        assert outcome.levies["rate"].item() > 0
        rents[owner] = outcome
    assert rents["AAA"].real_income["AAA"] > rents["BBB"].real_income["AAA"]
    assert rents["BBB"].accounts.loc["BBB", "levy_revenue_new"] > 0


def test_a_slack_quota_is_no_quota() -> None:
    outcome = economy().solve(Shock(quota=from_a_to_b(factor=2.0)))
    assert outcome.real_income.abs().max() < 1e-9
    assert outcome.levies["rate"].item() == 0


def test_a_quota_is_the_export_tax_that_does_the_same() -> None:
    quota = economy().solve(Shock(quota=from_a_to_b(factor=0.5)))
    rate = float(quota.levies["rate"].item())
    tax = economy().solve(Shock(export_tax=from_a_to_b(rate=rate)))
    assert np.allclose(quota.real_income, tax.real_income, atol=1e-7)


@pytest.mark.parametrize("labour", ["mobile", "specific"])
def test_a_quota_that_melts_is_the_iceberg_cost_that_just_fits(labour: str) -> None:
    closure = Closure(labour=labour)
    burnt = economy().solve(Shock(quota=from_a_to_b(factor=0.5, melts=True)), closure=closure)
    told = burnt.levies.iloc[0]
    assert told["quantity_factor"] == pytest.approx(0.5, rel=1e-8)
    assert told["recipient"] == ""
    assert (burnt.accounts["levy_revenue_new"] == 0.0).all()
    dearer = economy().solve(Shock(iceberg=from_a_to_b(factor=1.0 + told["rate"])), closure=closure)
    assert np.allclose(burnt.real_income, dearer.real_income, atol=1e-8)
    assert np.allclose(burnt.trade["new"], dearer.trade["new"], rtol=1e-8)
    # What is burnt, nobody earns: its owner would rather have the rent.
    kept = economy().solve(Shock(quota=from_a_to_b(factor=0.5)), closure=closure)
    assert kept.real_income["AAA"] > burnt.real_income["AAA"]
    revenue = float(kept.levies["revenue"].item())
    assert revenue == pytest.approx(kept.accounts.loc["AAA", "levy_revenue_new"])


def test_a_neighbour_to_start_from_changes_no_answer() -> None:
    near = economy().solve(Shock(quota=from_a_to_b(factor=0.6)))
    shock = Shock(quota=from_a_to_b(factor=0.5))
    warm, cold = economy().solve(shock, near=near), economy().solve(shock)
    assert np.allclose(warm.real_income, cold.real_income, atol=1e-9)
    assert warm.certificate.iterations < cold.certificate.iterations


def test_a_lost_specific_factor_hurts_its_owner_most() -> None:
    lost = pd.DataFrame({"country": ["AAA"], "sector": ["food"], "factor": [0.5]})
    income = economy().solve(Shock(supply=lost), closure=Closure(labour="specific")).real_income
    assert income.idxmin() == "AAA"
    assert income["AAA"] < -5


def test_a_transfer_makes_its_receiver_richer() -> None:
    gift = pd.DataFrame({"country": ["AAA", "BBB"], "value": [5.0, -5.0]})
    income = economy().solve(Shock(transfer=gift)).real_income
    assert income["AAA"] > 0 > income["BBB"]


@pytest.mark.parametrize(
    ("shock", "words"),
    [
        (Shock(tariff=from_a_to_b(rate=105.0)), "Tariffs are rates"),
        (Shock(tariff=from_a_to_b(rate=np.nan)), "row 1"),
        (Shock(iceberg=from_a_to_b(factor="dear")), "'dear'"),
        (Shock(iceberg=from_a_to_b(factor=0.0)), "above 0"),
        (Shock(iceberg=from_a_to_b(factor=1.1).replace("AAA", "AAB")), "did you mean 'AAA'"),
        (Shock(iceberg=from_a_to_b(factor=1.1).iloc[:0]), "names nobody"),
        (Shock(quota=from_a_to_b(factor=0.5, melts="no")), "True, where nobody gets"),
        (Shock(supply=pd.DataFrame({"country": ["AAA"], "factor": [0.5]})), "specific"),
        (Shock(transfer=pd.DataFrame({"country": ["AAA"], "value": [5.0]})), "must be zero"),
    ],
)
def test_a_shock_that_does_not_fit_is_refused_in_words(shock: Shock, words: str) -> None:
    with pytest.raises(EconomyError, match=words):
        economy().solve(shock)


@pytest.mark.parametrize("theta", [0.0, -1.0])
def test_theta_must_be_above_zero(theta: float) -> None:
    with pytest.raises(EconomyError, match="above zero"):
        Economy.from_tables(**tables(), theta=theta)
