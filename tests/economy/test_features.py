"""Each thing that the economy can be asked, against a limit, a formula or a law that it must obey."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.economy.worlds import SECTORS, cell, tables, world

from zollverein.economy import Closure, Economy, Effects, Shock, formation, leaving, merger, splitting
from zollverein.errors import EconomyError, NotConverged, OutputError, UnknownNameError

DEARER = Shock(iceberg=cell("AAA", "BBB", factor=1.3))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), labour=st.sampled_from(["mobile", "specific"]), factor=st.floats(0.6, 3.0))
def test_a_sector_cut_in_two_alike_halves_changes_nothing(seed: int, labour: str, factor: float) -> None:
    """Merging two identical sectors changes nothing, their theta and shocks being the same."""
    whole = tables(seed)
    theta = pd.DataFrame({"sector": [*SECTORS], "theta": [4.0, 6.0]})
    halves = {name: frame.copy() for name, frame in whole.items()}
    halves["trade"] = pd.concat(
        [whole["trade"][whole["trade"]["sector"] == "tools"]]
        + [
            whole["trade"][whole["trade"]["sector"] == "food"].assign(sector=name, value=lambda f: f["value"] / 2)
            for name in ("food1", "food2")
        ]
    )
    own = halves["value_added"]
    halves["value_added"] = pd.concat(
        [own[own["sector"] == "tools"], *(own[own["sector"] == "food"].assign(sector=n) for n in ("food1", "food2"))]
    )
    used = halves["inputs"]
    users = pd.concat(
        [used[used["user"] == "tools"], *(used[used["user"] == "food"].assign(user=n) for n in ("food1", "food2"))]
    )
    halves["inputs"] = pd.concat(
        [users[users["input"] == "tools"]]
        + [users[users["input"] == "food"].assign(input=n, share=lambda f: f["share"] / 2) for n in ("food1", "food2")]
    )
    theta_halves = pd.DataFrame({"sector": ["tools", "food1", "food2"], "theta": [6.0, 4.0, 4.0]})
    closure = Closure(labour=labour)  # type: ignore[arg-type]
    one = Economy.from_tables(**whole, theta=theta).solve(
        Shock(iceberg=cell("AAA", "BBB", "food", factor=factor)), closure=closure
    )
    both = pd.concat([cell("AAA", "BBB", name, factor=factor) for name in ("food1", "food2")])
    two = Economy.from_tables(**halves, theta=theta_halves).solve(Shock(iceberg=both), closure=closure)
    assert np.allclose(one.real_income, two.real_income, atol=1e-8)


def test_partly_specific_lies_between_the_long_run_and_the_short() -> None:
    economy = world(2)
    shock = Shock(productivity=pd.DataFrame({"country": ["AAA"], "sector": ["food"], "factor": [1.5]}))
    shares = [0.0, 0.25, 0.5, 0.75, 1.0]
    moved = [
        economy.solve(shock, closure=Closure(labour="specific", specific_share=share)).output.loc[
            ("AAA", "food"), "change_percent"
        ]
        for share in shares
    ]
    assert moved == sorted(moved, reverse=True)
    assert moved[0] == pytest.approx(economy.solve(shock).output.loc[("AAA", "food"), "change_percent"], abs=1e-8)
    short = economy.solve(shock, closure=Closure(labour="specific"))
    assert moved[-1] == pytest.approx(short.output.loc[("AAA", "food"), "change_percent"], abs=1e-12)


def test_a_share_by_sector_is_checked_by_name() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'food'"):
        world().solve(closure=Closure(labour="specific", specific_share={"foot": 0.5}))
    lost = pd.DataFrame({"country": ["AAA"], "sector": ["tools"], "factor": [0.5]})
    with pytest.raises(EconomyError, match="specific_share"):
        world().solve(Shock(supply=lost), closure=Closure(labour="specific", specific_share={"food": 0.5}))


def one_sector() -> Economy:
    flows = pd.DataFrame(
        {"exporter": list("AABB"), "importer": list("ABAB"), "sector": "all", "value": [80.0, 20.0, 20.0, 180.0]}
    )
    return Economy.from_tables(flows, theta=4.0)


DEAR = Shock(iceberg=pd.DataFrame({"exporter": ["A", "B"], "importer": ["B", "A"], "factor": [1.3, 1.2]}))


@pytest.mark.parametrize("beta", [0.25, 0.5, 0.8])
def test_supply_elasticity_is_round_about_production(beta: float) -> None:
    """Allen, Arkolakis and Takahashi (2020): intermediates of share 1 - beta are psi = (1 - beta) / beta."""
    flows = pd.DataFrame(
        {"exporter": list("AABB"), "importer": list("ABAB"), "sector": "all", "value": [80.0, 20.0, 20.0, 180.0]}
    )
    own = pd.DataFrame({"country": list("AB"), "sector": "all", "share": beta})
    inputs = pd.DataFrame({"country": list("AB"), "input": "all", "user": "all", "share": 1.0 - beta})
    with_inputs = Economy.from_tables(flows, theta=4.0, value_added=own, inputs=inputs).solve(DEAR)
    assert with_inputs.certificate.iterations <= 2  # Newton's, with linkages too
    universal = one_sector().solve(DEAR, closure=Closure(supply_elasticity=(1.0 - beta) / beta))
    assert np.allclose(with_inputs.real_wage, universal.real_wage, atol=1e-8)


def test_a_supply_elasticity_needs_one_sector_and_no_linkages() -> None:
    with pytest.raises(EconomyError, match="one sector"):
        world().solve(closure=Closure(supply_elasticity=0.5))
    with pytest.raises(EconomyError, match="above -1"):
        Closure(supply_elasticity=-1.0)
    with pytest.warns(UserWarning, match="not unique"):
        one_sector().solve(closure=Closure(supply_elasticity=-0.2))


def test_a_ban_is_the_limit_of_dear_trade_and_leaves_somebody_to_buy_from() -> None:
    economy = world()
    banned = economy.solve(Shock(ban=cell("AAA", "BBB")))
    trade = banned.trade.set_index(["exporter", "importer", "sector"])["new"]
    assert trade["AAA", "BBB", "food"] == 0.0
    very_dear = economy.solve(Shock(iceberg=cell("AAA", "BBB", factor=1e4)))
    assert np.allclose(banned.real_income, very_dear.real_income, atol=1e-6)
    with pytest.raises(EconomyError, match="own market"):
        economy.solve(Shock(ban=cell("AAA", "AAA")))
    nobody = pd.DataFrame({"exporter": ["B"], "importer": ["A"]})
    flows = pd.DataFrame(
        {"exporter": list("ABBA"), "importer": list("ABAB"), "sector": ["x", "x", "y", "x"],
         "value": [80.0, 100.0, 20.0, 20.0]}
    )  # fmt: skip
    flows = pd.concat([flows, cell("B", "B", "y", value=50.0)])
    with pytest.raises(EconomyError, match="nobody to buy y from"):
        Economy.from_tables(flows, theta=4.0).solve(Shock(ban=nobody))


@pytest.mark.parametrize("deficits", ["zero", "multiplicative", "fixed"])
def test_a_transfer_counts_under_every_closure(deficits: str) -> None:
    gift = pd.DataFrame({"country": ["AAA", "BBB"], "value": [5.0, -5.0]})
    outcome = world(balanced=True).solve(Shock(transfer=gift), closure=Closure(deficits=deficits))  # type: ignore[arg-type]
    assert outcome.real_income["AAA"] > 0.5
    assert outcome.real_income["BBB"] < -0.5


def test_the_parts_of_a_shock_add_to_the_whole() -> None:
    economy = world(4, tariffs=0.1)
    parts = {
        "cost": DEARER,
        "tariff": Shock(tariff=cell("CCC", "AAA", rate=0.4)),
        "ban": Shock(ban=cell("BBB", "AAA", "tools")),
    }
    table = economy.attribute(parts)
    assert np.allclose(table[["cost", "tariff", "ban"]].sum(axis=1), table["total"], atol=1e-10)
    alone = economy.solve(DEARER).real_income
    assert np.sign(table.loc["BBB", "cost"]) == np.sign(alone["BBB"])
    assert np.allclose(economy.attribute({"cost": DEARER})["cost"], alone, atol=1e-10)
    with pytest.raises(EconomyError, match="a cell belongs to one part"):
        economy.attribute({"a": parts["tariff"], "b": parts["tariff"]})
    with pytest.raises(EconomyError, match="1 to 8"):
        economy.attribute({})


def test_closing_all_borders_is_the_loss_of_the_gains_from_trade() -> None:
    """Every foreign flow a hundred times as dear, against the closed form; deficits gone on both sides."""
    economy = world(1, balanced=True)
    places = economy.countries
    pairs = [(a, b) for a in places for b in places if a != b]
    closed = Shock(iceberg=pd.DataFrame(pairs, columns=["exporter", "importer"]).assign(factor=1e4))
    outcome = economy.solve(closed, closure=Closure(deficits="zero"))
    gains = economy.gains_from_trade()
    assert np.allclose(gains["real_wage_percent"], outcome.real_wage, atol=1e-6)
    assert (gains["real_wage_percent"] < 0).all()


def test_domestic_shares_tell_the_real_wage() -> None:
    outcome = world(6, tariffs=0.2).solve(Shock(iceberg=cell("AAA", "BBB", factor=1.5)))
    assert np.allclose(outcome.home_share_check["from_home_shares"], outcome.home_share_check["solved"], atol=1e-7)
    with pytest.raises(EconomyError, match="labour moves"):
        _ = world().solve(closure=Closure(labour="specific")).home_share_check


def test_unions_form_split_merge_and_lose_a_member() -> None:
    economy = world(8, tariffs=0.3)
    base = economy.base
    united = economy.solve(formation(base, ["AAA", "BBB"], external="mean", iceberg=0.95))
    tau = united.shock.tau
    a, b, c = (base.countries.index(x) for x in ("AAA", "BBB", "CCC"))
    assert (tau[:, a, b] == 0).all()
    assert (tau[:, b, a] == 0).all()
    assert np.allclose(tau[:, a, c], tau[:, b, c])
    low, high = np.minimum(base.tau[:, a, c], base.tau[:, b, c]), np.maximum(base.tau[:, a, c], base.tau[:, b, c])
    assert ((tau[:, a, c] >= low - 1e-12) & (tau[:, a, c] <= high + 1e-12)).all()
    inside = economy.settled_at(united)
    assert np.allclose(inside.solve().real_income, 0.0, atol=1e-9)
    left = inside.solve(leaving(inside.base, "BBB", ["AAA", "BBB"], tariff=0.2, iceberg=1.05))
    assert left.real_income["BBB"] < 0
    broken = inside.solve(splitting(inside.base, [["AAA"], ["BBB"]], tariff=0.2, iceberg=1.05))
    assert np.allclose(broken.real_income, left.real_income, atol=1e-9)
    whole = economy.solve(merger(base, [["AAA", "BBB"], ["CCC"]]))
    assert (whole.shock.tau[:, c, a] == 0).all()
    with pytest.raises(UnknownNameError, match="did you mean 'BBB'"):
        formation(base, ["AAA", "BBBB"])
    with pytest.raises(EconomyError, match="stands twice"):
        splitting(base, [["AAA"], ["AAA"]], tariff=0.1)
    with pytest.raises(EconomyError, match="no row from"):
        leaving(base, "BBB", ["AAA", "BBB"], tariff=cell("AAA", "BBB", rate=0.1))


def test_a_path_can_only_be_walked_where_every_step_is_a_base() -> None:
    economy = world(2, tariffs=0.2)
    cut = Shock(tariff=cell("AAA", "BBB", rate=0.0))
    exact = economy.solve(cut).real_income
    far, near = (economy.log_linear_path(cut, steps=n)["welfare"] for n in (1, 16))
    assert (near - exact).abs().max() < 0.2 * (far - exact).abs().max() + 1e-6
    with pytest.raises(EconomyError, match="a whole number from 1"):
        economy.log_linear_path(cut, steps=0)
    with pytest.raises(EconomyError, match="leave quotas"):
        economy.log_linear_path(Shock(quota=cell("AAA", "BBB", factor=0.9)), steps=2)
    with pytest.raises(EconomyError, match="choose one of"):
        economy.solve(cut).decompose("planet")


@pytest.mark.parametrize("labour", ["mobile", "specific"])
@pytest.mark.parametrize("what", ["iceberg", "productivity", "transfer", "tariff", "supply"])
def test_the_split_tends_to_the_exact_change_whatever_is_shocked(what: str, labour: str) -> None:
    shocks = {
        "iceberg": Shock(iceberg=pd.concat([cell("AAA", "BBB", factor=1.2), cell("CCC", "CCC", factor=1.05)])),
        "productivity": Shock(productivity=pd.DataFrame({"country": ["AAA"], "factor": [1.2]})),
        "transfer": Shock(transfer=pd.DataFrame({"country": ["AAA", "BBB"], "value": [-5.0, 5.0]})),
        "tariff": Shock(tariff=cell("AAA", "BBB", rate=0.4)),
        "supply": Shock(supply=pd.DataFrame({"country": ["AAA"], "sector": ["food"], "factor": [0.7]})),
    }
    if what == "supply" and labour == "mobile":
        return
    economy, closure = world(2, tariffs=0.2), Closure(labour=labour)  # type: ignore[arg-type]
    off = []
    for steps in (20, 40, 80):
        path = economy.log_linear_path(shocks[what], steps=steps, closure=closure)
        off.append(float((path["welfare"] - path["exact_log"]).abs().max()))
    # The error of a first-order step is of second order: twice the steps, half the error.
    assert off[1] == pytest.approx(off[0] / 2, rel=0.1)
    assert off[2] == pytest.approx(off[1] / 2, rel=0.1)
    outcome = economy.solve(shocks[what], closure=closure)
    for by in ("pair", "sector", "cell"):
        parts = outcome.decompose(by).groupby(level="country").sum()
        assert np.allclose(parts.loc[outcome.log_linear.index], outcome.log_linear, atol=1e-12)


@pytest.mark.parametrize("deficits", ["zero", "multiplicative", "fixed"])
def test_a_path_ends_where_one_solve_does_under_every_closure(deficits: str) -> None:
    economy, closure = world(2, tariffs=0.2), Closure(deficits=deficits)  # type: ignore[arg-type]
    gift = Shock(
        transfer=pd.DataFrame({"country": ["AAA", "BBB"], "value": [5.0, -5.0]}),
        tariff=cell("AAA", "BBB", rate=0.3),
    )
    before, after = (economy.solve(s, closure=closure).real_income for s in (Shock(), gift))
    alone = 100 * (np.log1p(after / 100) - np.log1p(before / 100))
    one, many = (economy.log_linear_path(gift, steps=k, closure=closure) for k in (1, 32))
    assert np.allclose(one["exact_log"], alone, atol=1e-7)
    assert np.allclose(many["exact_log"], alone, atol=1e-7)
    assert np.allclose(many["welfare"], alone, atol=0.03 * alone.abs().max())


def test_no_split_where_it_does_not_hold() -> None:
    economy = world(2)
    for shock in (Shock(quota=cell("AAA", "BBB", factor=0.9)), Shock(ban=cell("AAA", "BBB"))):
        outcome = economy.solve(shock)
        with pytest.raises(EconomyError, match="first-order split holds for"):
            _ = outcome.log_linear
        assert "log_linear" not in outcome.frames()


def test_accounts_add_up_to_income() -> None:
    accounts = world(2, tariffs=0.2).solve(Shock(export_tax=cell("AAA", "BBB", rate=0.1))).accounts
    parts = ["value_added_new", "deficit_new", "tariff_revenue_new", "levy_revenue_new"]
    assert np.allclose(accounts[parts].sum(axis=1), accounts["income_new"])


def test_draws_are_seeded_labelled_and_summed_up() -> None:
    economy = world()
    spread = pd.DataFrame({"sector": ["food"], "low": [3.0], "high": [5.0]})
    one, again = (economy.draws(DEARER, draws=40, seed=2, theta_uncertainty=spread) for _ in range(2))
    pd.testing.assert_frame_equal(one.real_income, again.real_income)
    threaded = economy.draws(DEARER, draws=40, seed=2, theta_uncertainty=spread, jobs=2)
    pd.testing.assert_frame_equal(one.real_income, threaded.real_income)
    assert one.theta["food"].between(3.0, 5.0).all()
    assert (one.theta["tools"] == 6.0).all()
    table = one.quantiles()
    assert list(table.columns) == [0.05, 0.5, 0.95]
    central = economy.solve(DEARER).real_income
    assert (table[0.05] <= table[0.95]).all()
    assert table.loc["BBB", 0.05] < central["BBB"] < table.loc["BBB", 0.95]
    errors = pd.DataFrame({"sector": ["food"], "standard_error": [0.2]})
    assert economy.draws(DEARER, draws=20, theta_uncertainty=errors).theta["food"].std() > 0.05
    together = pd.DataFrame([[0.04, 0.0], [0.0, 0.09]], index=list(SECTORS), columns=list(SECTORS))
    assert economy.draws(DEARER, draws=20, theta_covariance=together).theta["tools"].std() > 0.05


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"draws": 0}, "a whole number from 1"),
        ({"theta_uncertainty": pd.DataFrame({"sector": ["foot"], "low": [1.0], "high": [2.0]})}, "did you mean 'food'"),
        ({"theta_uncertainty": pd.DataFrame({"sector": ["food"], "standard_error": [9.0]})}, "too wide"),
        ({"theta_covariance": pd.DataFrame([[1.0, 2.0], [2.0, 1.0]], list(SECTORS), list(SECTORS))}, "no covariance"),
        (
            {"effects": Effects(pd.Series({"a": 1.0}), pd.DataFrame([[1.0]], ["b"], ["b"]), cell("AAA", "BBB"))},
            "same effects",
        ),
    ],
)
def test_what_cannot_be_drawn_is_told(given: dict[str, object], said: str) -> None:
    with pytest.raises(EconomyError, match=said):
        world().draws(DEARER, **given)  # type: ignore[arg-type]


def test_a_world_of_one_sector_needs_no_column_for_it() -> None:
    trade = pd.DataFrame({"exporter": list("AABB"), "importer": list("ABAB"), "value": [80.0, 20.0, 20.0, 180.0]})
    share = pd.DataFrame({"country": ["A", "B"], "share": 0.5})
    dearer = Shock(iceberg=cell("A", "B", None, factor=1.1))
    short = Economy.from_tables(trade, theta=4.0, value_added=share, inputs=share).solve(dearer)
    long = Economy.from_tables(
        trade.assign(sector="x"), theta=4.0, value_added=share.assign(sector="x"),
        inputs=share.assign(input="x", user="x"),
    ).solve(dearer)  # fmt: skip
    pd.testing.assert_series_equal(short.real_income, long.real_income)


def test_a_result_says_what_it_is() -> None:
    economy = world()
    shock = Shock(iceberg=cell("AAA", "BBB", factor=1.1), ban=cell("BBB", "CCC"))
    outcome = economy.solve(shock, closure=Closure(deficits="multiplicative"))
    about = outcome.frames()["about"].set_index("item")["value"]
    assert about["trade costs changed"] == "1"
    assert about["flows banned"] == "1"
    assert about["quotas"] == "0"
    assert about["closure: deficits"] == "multiplicative"
    assert f"AAA {outcome.real_income['AAA']:+.3g}" in repr(outcome)
    assert "3 countries, 2 sectors" in repr(economy)


def test_an_outcome_as_cubes_has_its_accounts() -> None:
    outcome = world(tariffs=0.1).solve(Shock(iceberg=cell("AAA", "BBB", factor=1.1)))
    cubes = outcome.to_xarray()
    np.testing.assert_array_equal(cubes["tariff_revenue_new"], outcome.accounts["tariff_revenue_new"])
    assert float(cubes["labour_share"].sel(country="BBB").sum()) == pytest.approx(1.0)
    assert float(cubes["labour_share"].sel(country="BBB", sector="food")) == outcome.labour["new"]["BBB", "food"]


def test_conditional_beside_full() -> None:
    economy = world()
    shock = Shock(iceberg=cell("AAA", "BBB", factor=0.9))
    held, full = economy.conditional(shock), economy.solve(shock)
    beside = held.beside(full)
    accounts = full.accounts.loc["AAA"]
    assert beside.loc["AAA", "exports_full_percent"] == pytest.approx(
        100.0 * (accounts["exports_new"] / accounts["exports_base"] - 1.0)
    )
    adds = beside["exports_full_percent"] - beside["exports_conditional_percent"]
    np.testing.assert_allclose(beside["exports_incomes_add_points"], adds)
    assert adds.abs().max() > 0.001


def test_many_shocks_are_solved_as_each_alone_and_a_failure_names_its_shock() -> None:
    economy = world()
    shocks = {f"f{k}": Shock(iceberg=cell("AAA", "BBB", factor=1.0 + 0.1 * k)) for k in range(4)}
    many = economy.solve_many(shocks)
    for name, shock in shocks.items():
        assert np.allclose(many[name].real_income, economy.solve(shock).real_income, atol=1e-8)
    gift = pd.DataFrame({"country": ["AAA", "BBB"], "value": [-1000.0, 1000.0]})
    with pytest.raises(NotConverged) as caught:
        economy.solve_many({"fine": DEARER, "ruin": Shock(transfer=gift)})
    assert caught.value.__notes__ == ["in the shock 'ruin'"]


def test_results_go_out_as_cubes_parquet_and_workbook(tmp_path) -> None:  # type: ignore[no-untyped-def]
    outcome = world().solve(DEARER)
    cube = outcome.to_xarray()
    flow = cube["trade"].sel(exporter="AAA", importer="BBB", sector="food").item()
    trade = outcome.trade.set_index(["exporter", "importer", "sector"])["new"]
    assert flow == pytest.approx(trade["AAA", "BBB", "food"])
    folder = outcome.to_parquet(tmp_path / "tables")
    assert set(pd.read_parquet(folder / "accounts.parquet")["country"]) == {"AAA", "BBB", "CCC"}
    book = pd.read_excel(outcome.to_excel(tmp_path / "answer.xlsx"), sheet_name=None, engine="openpyxl")
    assert set(book) == set(outcome.frames())
    with pytest.raises(OutputError, match="xlsx"):
        outcome.to_excel(tmp_path / "answer.txt")


def test_labelled_arrays_build_the_same_economy() -> None:
    built = tables(3, tariffs=0.1)
    pair = ["exporter", "importer", "sector"]
    keys = {"trade": [*pair, "value"], "value_added": ["country", "sector", "share"],
            "inputs": ["country", "input", "user", "share"], "tariffs": [*pair, "rate"]}  # fmt: skip
    arrays = {n: built[n].set_index(k[:-1])[k[-1]].to_xarray() for n, k in keys.items()}
    arrays["trade"] = arrays["trade"].transpose("sector", "importer", "exporter")
    from_arrays = Economy.from_xarray(**arrays, theta=5.0).solve(DEARER).real_income
    assert np.allclose(from_arrays, Economy.from_tables(**built, theta=5.0).solve(DEARER).real_income, atol=1e-10)
    with pytest.raises(EconomyError, match="rename them"):
        Economy.from_xarray(arrays["trade"].rename(exporter="origin"), theta=5.0)
