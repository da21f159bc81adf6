"""What an attack on the engine found, each as the smallest network that showed it."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from tests.corridor.toys import network, two_ways

from zollverein.corridor import Horizon, Outage, Revision, Router, answers, criticality, worst_attack
from zollverein.errors import NetworkError, ZollvereinError

YEAR = Horizon(date(2022, 1, 1), date(2022, 12, 31), "month")
ALL_YEAR = (date(2022, 1, 1), date(2023, 1, 1))


def test_a_right_that_begins_later_leaves_outages_their_effect():
    net = network(
        [("f", "field", "XXX"), ("g", "field", "XXX"), ("s", "market", "AAA")],
        [("p", "f", "s", "x"), ("q", "g", "s", "y")],
        [("p", "nominal_kt_per_year", 200.0), ("p", "right_kt_per_year", 60.0, "2022-07-01", None, "crude")],
        [
            ("f", "crude", "production_kt_per_year", 100.0), ("g", "crude", "production_kt_per_year", 100.0),
            ("s", "", "price_usd_per_t", 600.0),
        ],
    )  # fmt: skip
    out = [
        Outage("o", "p", date(2022, 2, 1), date(2022, 3, 1), share_lost=1.0),
        Outage("g", "g", *ALL_YEAR, share_lost=1.0),
    ]
    free, bound = 100.0 * (181 - 28) / 365, 60.0 * 184 / 365
    assert Router(net, YEAR).answer(out).delivered_kt["XXX"] == pytest.approx(free + bound)
    assert net.route(YEAR, outages=out).deliveries["delivered_kt"].sum() == pytest.approx(free + bound)


def test_a_blend_is_not_made_without_what_must_be_in_it():
    net = network(
        [("f", "field", "XXX"), ("port", "port", "XXX"), ("sea", "market", "AAA")],
        [("a", "f", "port", ""), ("b", "port", "sea", "x")],
        [],
        [
            ("f", "crude", "production_kt_per_year", 365.0), ("sea", "crude", "price_usd_per_t", 500.0),
            ("sea", "mix", "price_usd_per_t", 900.0),
        ],
        commodities=[("crude", "XXX"), ("mix", "XXX"), ("dil", "XXX")],
        blends=[("port", "crude", "mix", 0.0, 1.0, 0.0), ("port", "dil", "mix", 0.2, 1.0, 0.0)],
    )  # fmt: skip
    sold = net.route(YEAR).deliveries.groupby("commodity")["delivered_kt"].sum()
    assert sold["crude"] == pytest.approx(365.0)
    assert sold.get("mix", 0.0) == pytest.approx(0.0, abs=1e-9)


def test_processes_know_what_links_were_widened_by():
    router = Router(two_ways(), YEAR)
    added = np.zeros((3, len(YEAR)))
    added[1] = 10.0
    router.extend(added)
    scenarios = [(Outage("h", "dear", date(2022, 3, 1), date(2022, 5, 1), share_lost=1.0),), ()]
    assert list(answers(router, scenarios, jobs=2)) == list(answers(router, scenarios))
    flows = router.route().flows
    assert (flows["flow_kt"] <= flows["capacity_kt"] + 1e-9).all()
    for wrong in (added * np.nan, added[0], -added):
        with pytest.raises(NetworkError, match="3 links by 12 periods"):
            router.extend(wrong)


def test_the_worst_attack_knows_that_a_lost_field_is_not_shut_in():
    """With a cost of shutting in, losing a field on top of its way out can earn the attacker's victim money."""
    net = two_ways(node_figures=[("field", "", "shut_in_usd_per_t", 200.0)])
    router = Router(net, YEAR)
    worst = worst_attack(router, budget=2.0, targets=["cheap", "dear", "field"], most=2)
    pairs = criticality(router, depth=2, targets=["cheap", "dear", "field"])
    assert worst["lost_usd_million"].max() == pytest.approx(pairs["lost_usd_million"].max())


def test_a_tank_with_a_stock_leaves_observed_flows_exact():
    net = two_ways(
        storage=40.0, node_figures=[("port", "", "initial_stock_kt", 15.0)],
        observed=[("cheap", "", 600.0), ("dear", "", 300.0), ("field", "", 900.0)],
    ).revised([Revision("field", "production_kt_per_year", 900.0)])  # fmt: skip
    routing = net.route(YEAR, mode="calibrated", foresight="perfect")
    flows = routing.flows.groupby("link")["flow_kt"].sum()
    assert (flows["cheap"], flows["dear"]) == pytest.approx((600.0, 300.0), abs=1e-5)
    assert routing.stocks["stock_kt"].iloc[-1] == pytest.approx(15.0, abs=1e-5)


@pytest.mark.parametrize("foresight", ["rolling", "perfect"])
def test_an_observed_nothing_settles(foresight):
    net = two_ways(dear=1000.0, observed=[("cheap", "", 600.0), ("dear", "", 0.0)])
    halt = Outage("h", "cheap", date(2022, 3, 1), date(2022, 6, 1), share_lost=0.7)
    routing = net.route(YEAR, outages=[halt], mode="calibrated", foresight=foresight)
    assert routing.certificate.max_residual < 1e-6


def test_outages_may_come_from_a_generator():
    halt = Outage("h", "cheap", *ALL_YEAR, share_lost=1.0)
    assert two_ways().route(YEAR, outages=(o for o in [halt])).certificate.solves >= 1
    flows = two_ways().route(YEAR, outages=(o for o in [halt])).flows
    assert flows.loc[flows["link"] == "cheap", "flow_kt"].sum() == 0.0


def two_fields():
    return network(
        [("f", "field", "XXX"), ("s", "market", "AAA")], [("p", "f", "s", "x")], [],
        [
            ("f", "a", "production_kt_per_year", 100.0), ("f", "b", "production_kt_per_year", 200.0),
            ("s", "", "price_usd_per_t", 600.0),
        ],
        commodities=[("a", "XXX"), ("b", "XXX")],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda: two_fields().revised([Revision("f", "production_kt_per_year", 1.0)]), "of which commodity"),
        (lambda: two_ways(observed=[("cheap", "", 6.0), ("cheap", "", 7.0)]), "twice"),
        (lambda: two_ways(observed=[("cheap", "", 0.0)]).route(YEAR, mode="calibrated"), "zeros alone"),
        (lambda: two_ways(figures=[("cheap", "vehicles", 0.0)]), "lacks vehicle_load_t"),
        (lambda: two_ways(quotas=[(None, "cheap", "", 1.0, "year")]), "has no name"),
        (lambda: two_ways(figures=[("cheap", "nominal_kt_per_year", 1.0, 2021, 2023)]), "give days as"),
        (lambda: two_ways(figures=[("cheap", "nominal_kt_per_year", 1.0, "03/07/2022", None)]), "give days as"),
        (
            lambda: two_ways(cheap=None, figures=[("cheap", "usable_kt_per_year", 1.0, "2022-07-01", None)]).route(
                YEAR
            ),
            "in force on 2022-01-01",
        ),
        (
            lambda: two_ways(figures=[("cheap", "quota_kt_per_year", 7300.0)]).route(YEAR),
            "above its nominal_kt_per_year",
        ),
        (lambda: Router(two_ways(), YEAR, mode="calibratd"), "allowed are 'least_cost'"),
        (lambda: Outage("o", "cheap", "2022-01-01", date(2022, 2, 1), share_lost=1.0), "give a day"),
        (lambda: Outage("o", "cheap", *ALL_YEAR, share_lost="0.5"), "allowed is a number"),
        (lambda: Outage("o", ["cheap"], *ALL_YEAR, share_lost=0.5), "name one link"),
        (lambda: Revision("cheap", "nominal_kt_per_year", "x"), "allowed is a number"),
        (lambda: Revision("cheap", "nominal_kt_per_year", 1.0, "soon"), "give a day"),
        (lambda: Horizon(pd.NaT, date(2022, 2, 1)), "two dates"),
        (lambda: Horizon(*ALL_YEAR, 7), "pairs of step"),
        (lambda: criticality(Router(two_ways(), YEAR), start=date(2030, 1, 1)), "outside the horizon"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(ask, told):
    with pytest.raises(ZollvereinError, match=told):
        ask()


def test_moments_count_as_their_days():
    noon = Outage("o", "cheap", datetime(2022, 3, 1, 12), pd.Timestamp("2022-04-01 06:00"), share_lost=1.0)
    assert (noon.start, noon.end) == (date(2022, 3, 1), date(2022, 4, 1))
    assert Horizon(pd.Timestamp("2022-01-01"), datetime(2022, 2, 1)).start == date(2022, 1, 1)
