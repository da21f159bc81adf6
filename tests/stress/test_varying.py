"""Distributions against scipy's, draws by number, and paths that lead somewhere or are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import zollverein as zv
from zollverein.case import place_of, with_figures
from zollverein.errors import InputError, ScenarioError, UnknownNameError
from zollverein.stress import load_scenario, scenario_of
from zollverein.stress.drawing import applied, draws_of, resolved, tables_of
from zollverein.stress.intervals import try_ends
from zollverein.stress.varying import Vary
from zollverein.threat.streams import uniforms

U = np.linspace(0.001, 0.999, 97)


@pytest.fixture(scope="module")
def case(eurasia):
    return eurasia


def law(**keys):
    return Vary.model_validate({"path": "scenario.seed", "distribution": keys}).distribution


def test_quantiles_are_those_of_the_laws():
    pairs = [
        (law(law="uniform", low=2.0, high=5.0), stats.uniform(2.0, 3.0)),
        (law(law="triangular", low=1.0, mode=2.0, high=5.0), stats.triang(0.25, 1.0, 4.0)),
        (law(law="triangular", low=1.0, mode=1.0, high=5.0), stats.triang(0.0, 1.0, 4.0)),
        (law(law="normal", mean=3.0, standard_error=0.5), stats.norm(3.0, 0.5)),
        (law(law="normal", mean=3.0, standard_error=2.0, low=2.0, high=6.0), stats.truncnorm(-0.5, 1.5, 3.0, 2.0)),
        (law(law="lognormal", median=4.0, spread_factor=2.0), stats.lognorm(np.log(2.0), scale=4.0)),
    ]
    for mine, theirs in pairs:
        np.testing.assert_allclose(mine.at(U), theirs.ppf(U), rtol=1e-9)


def test_a_choice_is_made_by_its_weights():
    chosen = law(law="choice", values=[1, 2, "three"], weights=[1, 2, 1])
    u = (np.arange(4000) + 0.5) / 4000
    counts = np.bincount(chosen.position(u)) / 4000
    np.testing.assert_allclose(counts, [0.25, 0.5, 0.25])
    whole = Vary.model_validate({"path": "scenario.seed", "distribution": {"law": "choice", "values": [1, 2]}})
    assert type(whole.drawn(np.array([0.1]))[0]) is int


BAD = [
    ({"law": "uniform", "low": 5, "high": 5}, "low must be below high"),
    ({"law": "triangular", "low": 1, "mode": 6, "high": 5}, "must be in order"),
    ({"law": "normal", "mean": 1, "standard_error": 0}, "greater than 0"),
    ({"law": "normal", "mean": 0, "standard_error": 1, "low": 90}, "next to nothing"),
    ({"law": "lognormal", "median": -1, "spread_factor": 2}, "greater than 0"),
    ({"law": "lognormal", "median": 1, "spread_factor": 1}, "greater than 1"),
    ({"law": "choice", "values": [1]}, "at least 2"),
    ({"law": "choice", "values": [1, 2], "weights": [1]}, "give one each"),
    ({"law": "gamma", "shape": 1}, "does not match any of the expected tags"),
    ({"law": "uniform", "low": float("nan"), "high": 5}, "finite number"),
]


@pytest.mark.parametrize(("distribution", "said"), BAD)
def test_impossible_parameters_are_refused(distribution, said):
    with pytest.raises(ScenarioError, match=said):
        scenario_of(scenario(vary=[{"path": "scenario.draws", "distribution": distribution}]), {})


def scenario(**keys):
    outage = {"name": "halt", "target": "cpc-moorings", "start": "2023-03-01", "end": "2023-04-01", "units_lost": 2}
    corridor = {"horizon": {"start": "2023-01-01", "end": "2023-12-31", "step": "month"}, "outages": [outage]}
    return {"name": "x", "title": "t", "question": "q", "corridor": corridor} | keys


@settings(max_examples=40)
@given(st.integers(0, 50), st.integers(1, 60), st.integers(0, 2**31 - 1), st.booleans())
def test_any_part_of_a_stream_can_be_drawn_alone(first, count, seed, antithetic):
    whole = uniforms("a", seed, 0, first + count, antithetic=antithetic)
    assert (uniforms("a", seed, first, count, antithetic=antithetic) == whole[first:]).all()
    assert not (uniforms("b", seed, first, count, antithetic=antithetic) == whole[first:]).any()


def test_streams_are_uniform_and_opposite_pairs_are_opposite():
    u = uniforms("a", 7, 0, 20_000)[:, 0]
    assert stats.kstest(u, "uniform").pvalue > 1e-3
    v = uniforms("a", 7, 0, 20_000, antithetic=True)[:, 0]
    np.testing.assert_allclose(v[::2] + v[1::2], 1.0)
    assert stats.kstest(v[::2], "uniform").pvalue > 1e-3


def varied(case, *vary):
    return load_scenario(scenario(vary=list(vary)), case)


def test_figures_of_the_scenario_and_of_the_case_change_as_asked(case):
    told = varied(
        case,
        {"path": "scenario.corridor.outages.halt.units_lost", "distribution": {"law": "choice", "values": [1, 3]}},
        {"path": ["case.sectors.ENX.theta", "case.sectors.AGR.theta"], "as": "factor",
         "distribution": {"law": "uniform", "low": 0.5, "high": 1.5}},
        {"path": "case.node_figures.*.*.price_usd_per_t.value", "as": "plus",
         "distribution": {"law": "uniform", "low": -10, "high": 10}},
    )  # fmt: skip
    variations = resolved(told, case)
    settings_of = draws_of(variations, dict.fromkeys([v.name for v, _ in variations], 5), 0, 3)
    drawn, changed = applied(told, case, settings_of[1])
    values = {s.target.path: s.value for s in settings_of[1]}
    assert drawn.corridor.outages[0].units_lost == values["scenario.corridor.outages.halt.units_lost"]
    was, now = (c.table("sectors").set_index("sector")["theta"] for c in (case, changed))
    assert now["ENX"] / was["ENX"] == pytest.approx(values["case.sectors.ENX.theta"])
    assert now["AGR"] / was["AGR"] == pytest.approx(values["case.sectors.ENX.theta"])
    assert now.drop(["ENX", "AGR"]).equals(was.drop(["ENX", "AGR"]))
    prices = [c.table("node_figures") for c in (case, changed)]
    mine = (prices[0]["figure"] == "price_usd_per_t") & prices[0]["preferred"]
    off = prices[1]["value"] - prices[0]["value"]
    np.testing.assert_allclose(off[mine], values["case.node_figures.*.*.price_usd_per_t.value"])
    assert (off[~mine].fillna(0.0) == 0.0).all()
    assert tables_of(settings_of[1]) == {"sectors", "node_figures"}
    assert case.table("sectors").equals(zv.open_case("eurasia").table("sectors"))


PATHS = [
    ("sectors.ENX.theta", UnknownNameError, "must begin|sectors"),
    ("scenario.corridor.outages.9.units_lost", UnknownNameError, "halt"),
    ("scenario.corridor.outages.halt", ScenarioError, "leads to a group"),
    ("scenario.corridor.outages.halt.units_lots", UnknownNameError, "units_lost"),
    ("scenario.corridor.foresight.x", ScenarioError, "goes on beyond a value"),
    ("case.sectors.ENG.theta", UnknownNameError, "ENX"),
    ("case.sektors.ENX.theta", UnknownNameError, "sectors"),
    ("case.sectors.ENX.thetta", UnknownNameError, "theta"),
    ("case.sectors.ENX.name", InputError, "holds no numbers"),
    ("case.hazards.moorings-storm.rate_per_year", InputError, "no draw reads|are empty"),
    ("case.budget.KAZ.*.value", ScenarioError, "no draw reads"),
    ("case.node_figures.tengiz.kazakh-crude.production.value", UnknownNameError, "production_kt_per_year"),
]


@pytest.mark.parametrize(("path", "error", "said"), PATHS)
def test_a_path_that_leads_nowhere_is_refused_with_what_is_near(case, path, error, said):
    distribution = {"law": "uniform", "low": 1.0, "high": 2.0}
    with pytest.raises((error, ScenarioError), match=said):
        resolved(varied(case, {"path": path, "distribution": distribution}), case)


ENDS = [
    ("scenario.corridor.outages.halt.units_lost", {"law": "uniform", "low": 1.0, "high": 2.9}, "whole number"),
    ("scenario.corridor.outages.halt.units_lost", {"law": "choice", "values": [1, 7]}, "which has 3"),
    ("case.sectors.ENX.theta", {"law": "normal", "mean": 3.0, "standard_error": 2.0}, "theta"),
    ("case.link_figures.btc.usable_kt_per_year..value", {"law": "uniform", "low": -5.0, "high": 5.0}, "btc"),
    ("case.link_figures.atyrau-samara.quota_kt_per_year..value", {"law": "uniform", "low": 1.0, "high": 9e6}, "quota"),
]


@pytest.mark.parametrize(("path", "distribution", "said"), ENDS)
def test_an_end_that_cannot_be_is_refused_before_anything_is_computed(case, path, distribution, said):
    with pytest.raises(InputError, match=said):
        try_ends(varied(case, {"path": path, "distribution": distribution}), case)


def test_one_figure_has_one_distribution(case):
    one = {"path": "scenario.draws", "distribution": {"law": "uniform", "low": 1.0, "high": 2.0}}
    with pytest.raises(ScenarioError, match="twice"):
        varied(case, one, one)
    with pytest.raises(ScenarioError, match="chooses among words"):
        varied(case, {"path": "case.sectors.ENX.theta", "distribution": {"law": "choice", "values": ["a", "b"]}})


def test_later_changes_come_on_top(case):
    place = place_of(case, "sectors.ENX.theta")
    before = case.table("sectors").set_index("sector").loc["ENX", "theta"]
    changed = with_figures(case, [(place, 2.0, "factor"), (place, 1.0, "plus")])
    assert changed.table("sectors").set_index("sector").loc["ENX", "theta"] == pytest.approx(2.0 * before + 1.0)
