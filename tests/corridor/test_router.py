"""A router's fast answers are those of a routing laid out anew, whatever was asked before and by how many processes."""

from datetime import date, timedelta

import numpy as np
import pytest
from tests.corridor.toys import network, two_ways

from zollverein.corridor import Horizon, Outage, Revision, Router, answers, stranded_kt
from zollverein.corridor import session as session_module
from zollverein.errors import NetworkError, UnknownNameError

WEEKS = Horizon(date(2022, 1, 1), date(2022, 12, 31), "week")
FIRST = date(2022, 1, 1)


def net():
    return two_ways(storage=30.0, dear=300.0, node_figures=[("field", "", "ramp_up_days", 20.0)])


def random_outages(count, seed=0):
    rng = np.random.default_rng(seed)
    out = []
    for k in range(count):
        start = FIRST + timedelta(days=int(rng.integers(0, 330)))
        end = start + timedelta(days=int(rng.integers(1, 60)))
        target = str(rng.choice(["cheap", "dear", "feed", "field", "port"]))
        out.append((Outage(f"o{k}", target, start, end, share_lost=round(float(rng.uniform(0, 1)), 2)),))
    return out


def test_warm_answers_are_cold_ones_in_any_order():
    router, scenarios = Router(net(), WEEKS), random_outages(30)
    forth = [router.answer(s) for s in scenarios]
    back = [router.answer(s) for s in reversed(scenarios)][::-1]
    assert [a.netback_usd_million for a in forth] == pytest.approx([a.netback_usd_million for a in back], rel=1e-12)
    for scenario, answer in zip(scenarios, forth, strict=True):
        cold = net().route(WEEKS, outages=scenario, foresight="perfect")
        assert answer.stranded_kt["XXX"] == pytest.approx(stranded_kt(cold, "XXX"), abs=1e-6)
        assert answer.delivered_kt["XXX"] == pytest.approx(cold.deliveries["delivered_kt"].sum(), abs=1e-6)
        assert answer.netback_usd_million <= router.base().netback_usd_million + 1e-9


def test_the_whole_routing_of_a_router_is_certified_and_the_same():
    scenario = random_outages(1, seed=5)[0]
    warm = Router(net(), WEEKS).route(scenario)
    cold = net().route(WEEKS, outages=scenario, foresight="perfect")
    assert warm.certificate.max_residual < 1e-6
    assert stranded_kt(warm, "XXX") == pytest.approx(stranded_kt(cold, "XXX"), abs=1e-6)


def test_an_outage_of_what_is_idle_is_skipped_and_one_of_what_is_used_is_not():
    router = Router(two_ways(dear=365.0), WEEKS)
    spare = Outage("half of an idle pipe", "feed", FIRST, date(2022, 3, 1), share_lost=0.9)
    assert router.answer([spare]).skipped  # nothing bounds the feed, and nine tenths of that are still without bound
    used = router.answer([Outage("used", "cheap", FIRST, date(2022, 3, 1), share_lost=0.1)])
    assert not used.skipped
    half_used = Router(two_ways(dear=3650.0), WEEKS)
    idle = half_used.answer([Outage("idle half", "dear", FIRST, date(2022, 3, 1), share_lost=0.5)])
    assert idle.skipped
    assert idle.netback_usd_million == half_used.base().netback_usd_million
    cold = two_ways(dear=1825.0).route(WEEKS, foresight="perfect")
    assert idle.delivered_kt["XXX"] == pytest.approx(cold.deliveries["delivered_kt"].sum())


def test_the_number_of_processes_changes_nothing():
    router, scenarios = Router(net(), WEEKS), random_outages(12, seed=3)
    told = []
    alone = list(answers(router, scenarios))
    together = list(answers(router, scenarios, jobs=2, progress=lambda done, of: told.append((done, of))))
    assert alone == together
    assert told == [(k, 12) for k in range(1, 13)]


def test_a_scenario_that_does_not_fit_is_named_before_any_work():
    router = Router(net(), WEEKS)
    good = random_outages(1)[0]
    bad = (Outage("b", "cheep", FIRST, date(2022, 2, 1), share_lost=1.0),)
    with pytest.raises(UnknownNameError, match="did you mean 'cheap'") as caught:
        next(answers(router, [good, bad]))
    assert "scenario 2 of 2" in "".join(caught.value.__notes__)
    with pytest.raises(NetworkError, match="whole number from 1"):
        next(answers(router, [good], jobs=0))


def test_a_start_stitched_of_the_periods_changes_nothing(monkeypatch):
    cold = Router(net(), WEEKS)
    monkeypatch.setattr(session_module, "STITCHED_FROM", 1)
    stitched = Router(net(), WEEKS)
    assert stitched.base().netback_usd_million == pytest.approx(cold.base().netback_usd_million, rel=1e-12)
    assert stitched.base().iterations < cold.base().iterations


def observed(**tables):
    """Least cost would fill the cheap way with 730; 600 and 300 were seen, and 195 stayed in the ground."""
    return two_ways(observed=[("cheap", "", 600.0), ("dear", "", 300.0)], **tables)


@pytest.mark.parametrize("foresight", ["rolling", "perfect"])
def test_the_calibrated_mode_gives_what_was_observed(foresight):
    routing = observed().route(WEEKS, mode="calibrated", foresight=foresight)
    seen = routing.flows.groupby("link")["flow_kt"].sum()
    assert seen["cheap"] == pytest.approx(600.0, abs=1e-6)
    assert seen["dear"] == pytest.approx(300.0, abs=1e-6)
    by_week = routing.flows[routing.flows["link"] == "cheap"]
    assert by_week["flow_kt"].to_numpy() == pytest.approx(600.0 * by_week["days"].to_numpy() / 365, abs=1e-6)
    assert routing.certificate.relative_gap < 1e-6


def test_the_calibrated_mode_bends_smoothly_and_less_the_stiffer_it_is():
    """Ten dollars on the dear market: least cost does not move at all or moves all, the calibrated mode a little."""

    def dear(bend, factor):
        routing = observed().route(
            WEEKS, mode="calibrated", foresight="perfect", bend_usd_per_t=bend, price_factor={"east": factor}
        )
        return routing.flows.loc[routing.flows["link"] == "dear", "flow_kt"].sum()

    # Doubling the flow makes the marginal tonne `bend` dearer: 6.1 US$/t more pays for 6.1 / bend more of it.
    assert dear(100.0, 1.01) == pytest.approx(300.0 * (1 + 6.1 / 100.0), rel=1e-4)
    assert dear(200.0, 1.01) == pytest.approx(300.0 * (1 + 6.1 / 200.0), rel=1e-4)
    steps = np.diff([dear(100.0, 1.0 + k / 400.0) for k in range(4)])
    assert (steps > 0).all()
    assert steps.std() < 0.05 * steps.mean()


def test_a_disturbed_calibrated_network_is_certified_and_loses():
    halt = Outage("h", "cheap", date(2022, 3, 1), date(2022, 5, 1), share_lost=1.0)
    bound = observed().revised([Revision("field", "production_kt_per_year", 900.0)])  # all of it was carried
    routing = bound.route(WEEKS, outages=[halt], mode="calibrated")
    cheap, dear = (routing.flows[routing.flows["link"] == link].set_index("period") for link in ("cheap", "dear"))
    out = cheap["capacity_kt"] == 0
    untouched = np.isclose(cheap["capacity_kt"], 2.0 * cheap["days"])
    assert out.sum() >= 7
    assert (cheap.loc[out, "flow_kt"] == 0).all()
    assert (dear.loc[out, "flow_kt"] > 300.0 * dear.loc[out, "days"] / 365 + 0.1).all()
    assert cheap.loc[untouched, "flow_kt"].to_numpy() == pytest.approx(600.0 * cheap.loc[untouched, "days"] / 365)
    assert routing.certificate.max_residual < 1e-6


def test_a_field_that_gave_less_then_left_nothing_in_the_ground():
    """Held to the 900 that it gave, the field's oil has a worth, and more of it seeks more ways."""
    rows = [("cheap", "", 600.0), ("dear", "", 300.0), ("field", "", 900.0)]
    net = two_ways(observed=rows)  # the field offers 1,095
    free = net.route(WEEKS, mode="calibrated", foresight="perfect")
    then = net.revised([Revision("field", "production_kt_per_year", 900.0)])
    assert then.route(WEEKS, mode="calibrated").flows.groupby("link")["flow_kt"].sum()["cheap"] == pytest.approx(600.0)
    assert free.flows.groupby("link")["flow_kt"].sum()["cheap"] > 610.0
    assert stranded_kt(free, "XXX") < 195.0
    with pytest.raises(NetworkError, match="no field"):
        two_ways(observed=[("cheap", "", 600.0), ("sea", "", 5.0)]).route(WEEKS, mode="calibrated")


def test_oil_left_in_tanks_does_not_set_the_worth_of_all_oil():
    """Twenty kt that lie in a tank from the start are not sold to calibrate: a tonne is worth its netback, not half."""
    net = two_ways(
        dear=1000.0, observed=[("dear", "", 300.0), ("field", "", 1030.0)], storage=30.0,
        node_figures=[("port", "", "initial_stock_kt", 20.0)],
    )  # fmt: skip
    routing = net.route(WEEKS, mode="calibrated", foresight="perfect")
    assert routing.supply["netback_usd_per_t"].median() > 450.0


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"observed": [("field", "", 900.0)]}, "names no link"),
        ({}, "needs observed flows"),
        ({"observed": [("cheap", "", 900.0)]}, "cannot carry these flows"),
        ({"observed": [("cheap", "", 100.0)], "bend": -1.0}, "above 0"),
    ],
)
def test_a_calibration_that_cannot_be_is_refused(tables, told):
    bend = tables.pop("bend", None)
    with pytest.raises(NetworkError, match=told):
        two_ways(**tables).route(WEEKS, mode="calibrated", bend_usd_per_t=bend)


def test_a_link_that_carries_two_grades_must_say_which_was_observed():
    with pytest.raises(NetworkError, match="carries sweet, sour; name one"):
        network(
            [("f", "field", "XXX"), ("sea", "market", "AAA")],
            [("pipe", "f", "sea", "pipe")],
            [],
            [
                ("f", "sweet", "production_kt_per_year", 8.0), ("f", "sour", "production_kt_per_year", 8.0),
                ("sea", "", "price_usd_per_t", 650.0),
            ],
            commodities=[("sweet", "XXX"), ("sour", "XXX")],
            observed=[("pipe", "", 5.0)],
        ).route(WEEKS, mode="calibrated")  # fmt: skip
