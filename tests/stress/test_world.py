"""A world's two answers, to first order and exact, and what a varied world takes over from the one it comes from."""

from datetime import date

import numpy as np
import pytest
from tests.stress.sweeps.specs import HALT, YEAR

import zollverein as zv
from zollverein.corridor import Outage
from zollverein.errors import ScenarioError
from zollverein.stress.barrier_threats import barrier_basis, disturbed
from zollverein.stress.drawing import Setting, target_of
from zollverein.stress.ground import Ground
from zollverein.stress.loading import load_scenario
from zollverein.stress.world import World, world_with
from zollverein.threat import Impediment, Threat
from zollverein.threat import target_of as struck
from zollverein.threat.kinds import Duration, Frequency, Severity

HALF = (Outage("half", "cpc-moorings", date(2023, 3, 1), date(2023, 5, 1), share_lost=0.5),)
OWN = {
    "barriers": [{"change": "raise", "between": ["KAZ"], "and": ["KGZ"], "severity": 0.1}],
    "iceberg": [{"exporters": ["KAZ"], "importers": ["CHN"], "factor": 1.01}],
    "tariffs": [{"exporters": ["RUS"], "importers": ["KAZ"], "sectors": ["AGR"], "rate": 0.02}],
}


@pytest.fixture(scope="module")
def ground(eurasia):
    return Ground(eurasia)


def world_of(told, ground):
    return World(load_scenario(told, ground.case), ground)


def raised(world, *targets, days=30, share=0.1):
    """Barriers and exits that stand for some days, as a sweep would draw them."""
    of = {target: 1.0 if target.startswith("exit") else share for target in targets}
    often, lasts = Frequency(1.0, 1.0), Duration(1.0, 0.0)
    threats = [
        Threat(f"t{k}", "interference", (struck(t),), often, lasts, Severity((loss,), (1.0,)))
        for k, (t, loss) in enumerate(of.items())
    ]
    basis = barrier_basis(world.ground.case, threats, world.horizon.start, world.horizon.end, policy=world.policy)
    begins = date(2023, 6, 1)
    ends = date.fromordinal(begins.toordinal() + days)
    told = [Impediment(f"t{k} 1", struck(t), begins, ends, loss) for k, (t, loss) in enumerate(of.items())]
    return disturbed(told, basis)


CASES = [
    (YEAR, HALF, ()),
    (YEAR, (), ("barriers:KAZ-RUS",)),
    (YEAR, HALF, ("barrier:RUS-KAZ", "barriers:KAZ-KGZ")),
    (YEAR | {"economy": OWN}, HALF, ("barriers:KAZ-RUS",)),
    (YEAR | {"economy": OWN}, HALF, ("exit:KGZ",)),
    (YEAR | {"economy": {"deficits": "multiplicative"}}, HALF, ("exit:ARM",)),
    (YEAR | {"corridor": YEAR["corridor"] | {"foresight": "perfect"}}, HALF, ("barriers:KAZ-RUS",)),
    (YEAR | {"corridor": YEAR["corridor"] | {"mode": "calibrated"}}, HALF, ()),
    (YEAR | {"corridor": {"horizon": {"start": "2023-01-01", "end": "2023-06-30", "step": "month"}}}, HALF, ()),
    (YEAR | {"corridor": {"horizon": {"start": "2023-01-01", "end": "2024-12-31", "step": "month"}}}, HALF, ()),
]


@pytest.mark.parametrize(("told", "outages", "targets"), CASES)
def test_first_order_is_near_the_exact_answer(told, outages, targets, ground):
    world = world_of(told, ground)
    happens = raised(world, *targets, days=10)
    first = world.first_order(outages, happens.raised)
    exact = world.exact(outages, happens.policy)
    incomes = [name for name in exact if name.startswith("real_income")]
    one, other = (np.array([row[name] for name in incomes]) for row in (first, exact))
    scale = np.abs(other).max()
    assert np.abs(one - other).max() < 0.03 * scale
    kaz = "real_income_percent_KAZ"
    assert first[kaz] == pytest.approx(exact[kaz], rel=0.03, abs=1e-3)
    assert exact["certificate"] <= 1e-6
    for name in ("exported_kt", "stranded_kt", "lost_at_field_kt"):
        assert first[name] == pytest.approx(exact[name], rel=1e-3, abs=60.0)  # prices move the exact one's routing


def test_two_incidents_on_one_flow_multiply_with_the_scenario_s_own(ground):
    """What the scenario raises and what a draw raises on the same pair stand together, to first order as exactly."""
    own = YEAR | {"economy": {"barriers": [{"change": "raise", "between": ["KAZ"], "and": ["RUS"], "severity": 0.05}]}}
    world, plain = world_of(own, ground), world_of(YEAR, ground)
    both = world.first_order((), raised(world, "barriers:KAZ-RUS", days=20).raised)["real_income_percent_KAZ"]
    apart = world.first_order()["real_income_percent_KAZ"]
    drawn = plain.first_order((), raised(plain, "barriers:KAZ-RUS", days=20).raised)["real_income_percent_KAZ"]
    assert np.log1p(both / 100) == pytest.approx(np.log1p(apart / 100) + np.log1p(drawn / 100), rel=1e-6)


def test_nothing_is_exactly_nothing(ground):
    world = world_of(YEAR, ground)
    for row in (world.first_order(), world.exact()):
        assert all(row[name] == 0.0 for name in row if name.startswith("real_income"))
        assert row["lost_exports_kt"] == 0.0
        assert row["lost_netback_usd_million"] == 0.0


def test_a_varied_world_is_the_one_that_would_be_built_anew(ground):
    world = world_of(HALT, ground)
    plain = world.exact()
    paths = {
        "scenario.corridor.outages.halt.units_lost": 2,
        "case.node_figures.*.*.price_usd_per_t.value": 1.1,
        "case.link_figures.btc.tariff_usd_per_t..value": 1.5,
        "case.sectors.ENX.theta": 1.2,
        "case.crude.KAZ.*.*.value_usd_million": 0.9,
    }
    for path, value in paths.items():
        how = "value" if path.startswith("scenario") else "factor"
        setting = Setting(target_of(path, world.scenario, ground.case, ""), value, how)
        varied = world_with(world, world.scenario, [setting])
        anew = World(varied.scenario, Ground(varied.ground.case))
        answer = varied.exact()
        assert answer == anew.exact(), path
        assert answer != plain, path


def test_without_a_corridor_there_is_no_first_order(ground):
    alone = {"name": "x", "title": "t", "question": "q", "economy": {"iceberg": OWN["iceberg"]}}
    world = world_of(alone, ground)
    with pytest.raises(ScenarioError, match="welfare: exact"):
        world.first_order()
    exact = world.exact()
    test = zv.run(alone, case=ground.case).welfare.set_index("region")["real_income_percent"]
    for region, percent in test.items():
        assert exact[f"real_income_percent_{region}"] == pytest.approx(percent, abs=1e-10)


def test_run_tells_what_an_answer_owes_to_what_it_varies(ground):
    path = "scenario.corridor.outages.halt.units_lost"
    law = {"law": "choice", "values": [2, 3]}
    told = HALT | {"draws": 20, "vary": [{"path": path, "distribution": law}]}
    test = zv.run(told, case=ground.case)
    table = test.intervals.set_index(["measure", "region"])
    kaz = table.loc[("real_income", "KAZ")]
    welfare = test.welfare.set_index("region")["real_income_percent"]
    assert kaz["central"] == pytest.approx(welfare["KAZ"], rel=1e-9)
    assert kaz["q05"] == pytest.approx(welfare["KAZ"], rel=1e-9)  # three moorings lost is the worse half
    assert kaz["q95"] > kaz["q05"]
    fewer = HALT["corridor"]["outages"][0] | {"units_lost": 2}
    two = zv.run(HALT | {"corridor": HALT["corridor"] | {"outages": [fewer]}}, case=ground.case)
    stranded = table.loc[("stranded", "")]
    assert stranded["q05"] == pytest.approx(two.measure("stranded"), abs=1e-6)
    assert stranded["q95"] == pytest.approx(test.measure("stranded"), abs=1e-6)
    assert (table["draws"] == 20).all()
    assert two.intervals.empty, "nothing is varied in it"
