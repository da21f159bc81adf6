"""What binds before the pipe does: contracts, rights, quotas, fleets, blends, tanks, days on the way."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from tests.corridor.toys import network, two_ways

from zollverein.corridor import Horizon, Outage, route_tonnes, stranded_kt
from zollverein.errors import Infeasible, NetworkError, ZollvereinError

YEAR = Horizon(date(2022, 1, 1), date(2022, 12, 31), "month")
DAYS = Horizon(date(2022, 1, 1), date(2022, 3, 1), "day")


def tonnes(routing):
    return route_tonnes(routing, "XXX").to_dict()


def test_take_or_pay_ships_at_a_loss_smaller_than_the_penalty():
    """To the east a tonne earns 61 and costs 90; not shipping it costs 90 all the same."""
    routing = two_ways(figures=[("dear", "minimum_kt_per_year", 100.0)]).route(YEAR, price_factor={"east": 0.1})
    assert tonnes(routing)["dear"] == pytest.approx(100.0)
    assert routing.contracts["unshipped_kt"].sum() == pytest.approx(0.0, abs=1e-9)


def test_take_or_pay_pays_for_what_cannot_be_had():
    starved = two_ways(figures=[("dear", "minimum_kt_per_year", 100.0)]).route(
        YEAR, outages=[Outage("dry", "field", date(2022, 1, 1), date(2023, 1, 1), share_lost=1.0)]
    )
    assert starved.contracts["unshipped_kt"].sum() == pytest.approx(100.0)
    assert (starved.contracts["penalty_usd_per_t"] == 90.0).all()


def test_the_minimum_is_waived_while_the_link_itself_is_out():
    out = Outage("burst", "dear", date(2022, 1, 1), date(2022, 7, 2), share_lost=1.0)  # 182 of 365 days
    routing = two_ways(figures=[("dear", "minimum_kt_per_year", 365.0)]).route(
        YEAR, outages=[out], price_factor={"east": 0.1}
    )
    assert routing.contracts["minimum_kt"].sum() == pytest.approx(183.0)
    assert tonnes(routing)["dear"] == pytest.approx(183.0)
    assert routing.contracts["unshipped_kt"].sum() == pytest.approx(0.0, abs=1e-9)


def two_grades(**tables):
    """Two grades in one pipe of 1,000; sweet sells at 650, sour at 600."""
    return network(
        [("f", "field", "XXX"), ("g", "field", "YYY"), ("hub", "junction", "XXX"), ("sea", "market", "AAA")],
        [("f-hub", "f", "hub", ""), ("g-hub", "g", "hub", ""), ("pipe", "hub", "sea", "pipe")],
        [("pipe", "nominal_kt_per_year", 1000.0), *tables.pop("figures", ())],
        [
            ("f", "sweet", "production_kt_per_year", 800.0), ("g", "sour", "production_kt_per_year", 800.0),
            ("sea", "sweet", "price_usd_per_t", 650.0), ("sea", "sour", "price_usd_per_t", 600.0),
            *tables.pop("prices", ()),
        ],
        commodities=[("sweet", "XXX"), ("sour", "YYY"), *tables.pop("commodities", ())],
        **tables,
    )  # fmt: skip


def delivered(routing):
    return routing.deliveries.groupby("commodity")["delivered_kt"].sum().to_dict()


def test_a_shipper_s_right_bounds_one_commodity_of_a_shared_pipe():
    free = two_grades().route(YEAR)
    assert delivered(free) == pytest.approx({"sweet": 800.0, "sour": 200.0})
    bound = two_grades(figures=[("pipe", "right_kt_per_year", 500.0, None, None, "sweet")]).route(YEAR)
    assert delivered(bound) == pytest.approx({"sweet": 500.0, "sour": 500.0})


def test_shippers_with_rights_are_cut_in_proportion_when_the_pipe_is():
    """Without rights the grade that earns less goes first; with them both lose the same share."""
    half = [Outage("half", "pipe", date(2022, 1, 1), date(2023, 1, 1), share_lost=0.5)]
    assert delivered(two_grades().route(YEAR, outages=half)) == pytest.approx({"sweet": 500.0, "sour": 0.0})
    rights = [("pipe", "right_kt_per_year", kt, None, None, grade) for grade, kt in (("sweet", 600.0), ("sour", 400.0))]
    shared = two_grades(figures=rights)
    assert delivered(shared.route(YEAR)) == pytest.approx({"sweet": 600.0, "sour": 400.0})
    assert delivered(shared.route(YEAR, outages=half)) == pytest.approx({"sweet": 300.0, "sour": 200.0})


def test_a_treaty_quota_binds_the_sum_of_two_ways_over_the_year_and_not_in_each_month():
    rows = [("treaty", "cheap", "", 500.0, "year"), ("treaty", "dear", "", 500.0, "year")]
    halt = Outage("h", "cheap", date(2022, 1, 1), date(2022, 7, 1), share_lost=1.0)
    by_year = two_ways(dear=0.0, quotas=rows).route(YEAR, outages=[halt], foresight="perfect")
    # Half of the year at 2 kt a day is 368, within the quota; counted in each month no more than 500 a year passes.
    assert sum(tonnes(by_year).values()) == pytest.approx(2.0 * 184)
    monthly = [(*row[:4], "period") for row in rows]
    by_month = two_ways(dear=0.0, quotas=monthly).route(YEAR, outages=[halt], foresight="perfect")
    assert sum(tonnes(by_month).values()) == pytest.approx(500.0 * 184 / 365)
    undisturbed = two_ways(quotas=rows).route(YEAR, foresight="perfect")
    assert sum(tonnes(undisturbed).values()) == pytest.approx(500.0)
    used = undisturbed.quotas.iloc[0]
    assert (used["used_kt"], used["bound_kt"]) == pytest.approx((500.0, 500.0))
    # One more tonne goes by the cheap way, earning 560.
    assert used["dual_usd_per_t"] == pytest.approx(560.0, abs=1e-3)


def test_of_plans_that_earn_the_same_the_earliest_counts():
    """A yearly quota of half of what could be sold is used up by the end of June, in every run alike."""
    rows = [("treaty", "cheap", "", 365.0, "year"), ("treaty", "dear", "", 365.0, "year")]
    routing = two_ways(dear=0.0, quotas=rows).route(YEAR, foresight="perfect")
    flows = routing.flows[routing.flows["link"] == "cheap"]["flow_kt"].to_numpy()
    assert flows[:5] == pytest.approx(2.0 * YEAR.days[:5])
    assert flows[7:] == pytest.approx(0.0, abs=1e-9)


def test_a_fleet_carries_its_ships_times_load_times_trips():
    fleet = [("cheap", "vehicles", 3.0), ("cheap", "vehicle_load_t", 12_000.0), ("cheap", "trips_per_year", 10.0)]
    assert tonnes(two_ways(figures=fleet).route(YEAR))["cheap"] == pytest.approx(360.0)
    shallow = [*fleet, ("cheap", "load_share", 0.7)]
    assert tonnes(two_ways(figures=shallow).route(YEAR))["cheap"] == pytest.approx(252.0)


def test_a_blend_keeps_to_its_shares():
    """Sour sells better as a blend that needs three tenths of sweet at least."""
    net = two_grades(
        commodities=[("blend", "XXX")],
        prices=[("sea", "blend", "price_usd_per_t", 640.0)],
        blends=[("hub", "sweet", "blend", 0.3, 1.0, 0.0), ("hub", "sour", "blend", 0.0, 0.7, 2.0)],
    )
    routing = net.route(YEAR)
    mixed = routing.blending.groupby("component")["blended_kt"].sum()
    # The pipe takes 1,000: sweet alone earns 650; a blend of 3 to 7 earns 640 - 0.7 x 2 = 638.6, better than 600.
    assert mixed["sour"] / mixed.sum() == pytest.approx(0.7)
    assert routing.certificate.mass_balance_kt < 1e-6
    sweet = 500.0 / 0.7  # of which with 0.3 of the rest no more than 800 is used
    best = 650.0 * sweet + 638.6 * (1000.0 - sweet)
    earned = routing.deliveries["value_usd_million"].sum() - 2.0 * mixed["sour"] / 1e3
    assert earned == pytest.approx(best / 1e3, rel=1e-6)


def test_a_tank_fills_no_faster_than_its_pumps():
    halt = Outage("h", "cheap", date(2022, 1, 11), date(2022, 1, 21), share_lost=1.0)
    fast = two_ways(dear=0.0, storage=100.0).route(DAYS, outages=[halt], foresight="perfect")
    slow = two_ways(dear=0.0, storage=100.0, node_figures=[("port", "", "fill_kt_per_day", 0.5)]).route(
        DAYS, outages=[halt], foresight="perfect"
    )
    rise = slow.stocks["stock_kt"].diff().max()
    assert fast.stocks["stock_kt"].diff().max() == pytest.approx(3.0)
    assert rise == pytest.approx(0.5)
    assert stranded_kt(slow, "XXX") > stranded_kt(fast, "XXX")


def test_a_field_comes_back_slowly():
    """Output of 3 kt a day, thirty days from nothing to full: a tenth of a kt more each day."""
    dry = Outage("dry", "field", date(2022, 1, 11), date(2022, 1, 21), share_lost=1.0)
    routing = two_ways(node_figures=[("field", "", "ramp_up_days", 30.0)]).route(DAYS, outages=[dry])
    output = routing.supply["produced_kt"].to_numpy()
    assert output[:10] == pytest.approx(3.0)
    assert output[10:20] == pytest.approx(0.0, abs=1e-9)
    assert output[20:30] == pytest.approx(0.1 * np.arange(1, 11))


def test_oil_arrives_as_many_days_later_as_the_way_is_long():
    on_the_way = [("cheap", "transit_days", 10.0), ("cheap", "before_kt_per_year", 365.0)]
    routing = two_ways(figures=on_the_way).route(DAYS)
    sea = routing.deliveries[routing.deliveries["node"] == "sea"]["delivered_kt"].to_numpy()
    assert sea[:10] == pytest.approx(1.0)  # what was on the way before
    assert sea[10:] == pytest.approx(2.0)
    assert routing.certificate.mass_balance_kt < 1e-9


@pytest.mark.parametrize("step", ["day", "week", "month"])
def test_delays_across_periods_lose_nothing(step):
    horizon = Horizon(date(2022, 1, 1), date(2022, 12, 31), step)
    routing = two_ways(figures=[("cheap", "transit_days", 17.0)]).route(horizon, foresight="perfect")
    flows = routing.flows[routing.flows["link"] == "cheap"]
    assert flows["arrived_kt"].sum() == pytest.approx(flows["flow_kt"].sum() * (365 - 17) / 365, rel=1e-3)
    assert routing.certificate.mass_balance_kt < 1e-6


def test_a_full_line_delays_nothing_and_a_new_one_must_be_filled():
    full = two_ways(figures=[("cheap", "transit_days", 10.0), ("cheap", "line_fill_kt", 20.0)]).route(DAYS)
    assert full.deliveries[full.deliveries["node"] == "sea"]["delivered_kt"].to_numpy() == pytest.approx(2.0)
    new = two_ways(
        dear=0.0,
        figures=[
            ("cheap", "usable_kt_per_year", 0.0, None, "2022-01-10"),
            ("cheap", "usable_kt_per_year", 730.0, "2022-01-11"),
            ("cheap", "line_fill_kt", 20.0),
        ],
    ).route(DAYS, foresight="perfect")
    arrived = new.deliveries[new.deliveries["node"] == "sea"]["delivered_kt"].to_numpy()
    packed = new.filling["packed_kt"].to_numpy()
    assert arrived[:10] == pytest.approx(0.0, abs=1e-9)
    # No more comes out than the share that is full, and what came out and what stays in is what was put in.
    assert (arrived <= 2.0 * np.cumsum(packed) / 20.0 + 1e-6).all()
    assert 19.0 < packed.sum() <= 20.0 + 1e-9
    assert arrived.sum() + packed.sum() == pytest.approx(2.0 * (len(DAYS) - 10))
    assert arrived[-1] == pytest.approx(2.0, rel=0.02)


def test_planned_maintenance_is_prepared_for():
    """The tank is emptied before a halt that is known, and not before one that is not."""
    halt = {"name": "h", "target": "dear", "start": date(2022, 2, 1), "end": date(2022, 2, 20), "share_lost": 1.0}
    net = network(
        [("f", "field", "XXX"), ("port", "port", "XXX"), ("sea", "market", "AAA")],
        [("feed", "f", "port", ""), ("dear", "port", "sea", "dear")],
        [("dear", "nominal_kt_per_year", 1100.0)],
        [
            ("f", "crude", "production_kt_per_year", 1095.0),
            ("sea", "", "price_usd_per_t", 600.0),
            ("port", "", "storage_kt", 40.0),
            ("port", "", "initial_stock_kt", 40.0),
        ],
    )
    blind = net.route(DAYS, outages=[Outage(**halt)])
    planned = net.route(DAYS, outages=[Outage(**halt, known_from=date(2022, 1, 1))])
    perfect = net.route(DAYS, outages=[Outage(**halt)], foresight="perfect")
    assert stranded_kt(planned, "XXX") == pytest.approx(stranded_kt(perfect, "XXX"), abs=1e-6)
    assert stranded_kt(planned, "XXX") <= stranded_kt(blind, "XXX") + 1e-9


def test_bounds_at_odds_are_named_and_no_more_than_these():
    """Forty kt in a tank that shrinks to ten in February, and pumps that draw a tenth of a kt a day."""
    net = two_ways(
        node_figures=[
            ("port", "", "storage_kt", 40.0, None, "2022-01-31"), ("port", "", "storage_kt", 10.0, "2022-02-01"),
            ("port", "", "initial_stock_kt", 40.0), ("port", "", "draw_kt_per_day", 0.1),
        ]
    )  # fmt: skip
    with pytest.raises(Infeasible, match=r"(tanks|stock) (of|at) 'port'") as caught:
        net.route(YEAR, foresight="perfect")
    assert "rate of filling or drawing of 'port'" in str(caught.value)
    assert "cheap" not in str(caught.value)


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"quotas": [("t", "cheep", "", 1.0, "year")]}, "did you mean 'cheap'"),
        ({"quotas": [("t", "cheap", "", 1.0, "week")]}, "year or period"),
        ({"quotas": [("t", "cheap", "", 1.0, "year"), ("t", "dear", "", 2.0, "year")]}, "one quota"),
        ({"quotas": [("t", "cheap", "", -1.0, "year")]}, "zero or more"),
        ({"blends": [("port", "crude", "crude", 0.0, 1.0, 0.0)]}, "itself"),
        ({"blends": [("port", "crude", "mix", 0.0, 1.0, 0.0)]}, "no blend 'mix'"),
        ({"blends": [("port", "crude", "crude", 0.7, 0.2, 0.0)]}, "share_min"),
        ({"observed": [("cheap", "", -5.0)]}, "zero or more"),
        ({"figures": [("cheap", "transit_days", 1.5)]}, "whole"),
        ({"figures": [("cheap", "load_share", 1.5)]}, "0 to 1"),
        ({"figures": [("cheap", "right_kt_per_year", 5.0)]}, "names no commodity"),
        ({"figures": [("cheap", "tariff_usd_per_t", 5.0, None, None, "crude")]}, "leave commodity empty"),
    ],
)
def test_what_no_contract_can_say_is_refused(tables, told):
    with pytest.raises(ZollvereinError, match=told) as caught:
        two_ways(**tables)
    assert "table" in str(caught.value)


def test_a_cycle_that_pays_is_named():
    with pytest.raises(NetworkError, match=r"'back', 'there'|'there', 'back'"):
        network(
            [("f", "field", "XXX"), ("a", "junction", "XXX"), ("b", "junction", "XXX"), ("sea", "market", "AAA")],
            [("feed", "f", "a", ""), ("there", "a", "b", ""), ("back", "b", "a", ""), ("out", "b", "sea", "out")],
            [("there", "tariff_usd_per_t", 5.0), ("back", "tariff_usd_per_t", -9.0)],
            [("f", "crude", "production_kt_per_year", 10.0), ("sea", "", "price_usd_per_t", 100.0)],
        ).route(YEAR)


def test_tables_may_be_left_out():
    assert isinstance(two_ways().quotas, pd.DataFrame)
    assert two_ways().observed.empty


def test_oil_under_way_to_what_fails_waits_until_there_is_a_way_on():
    """Nobody knew: tankers on their way to a port whose pipe then fails wait there, and nothing is lost."""
    march = Outage("pipe", "pipe", date(2022, 3, 1), date(2022, 4, 1), share_lost=1.0)
    net = network(
        [("field", "field", "XXX"), ("port", "port", "AAA"), ("sea", "market", "AAA")],
        [("ships", "field", "port", ""), ("pipe", "port", "sea", "pipe")],
        [("ships", "transit_days", 10.0), ("pipe", "nominal_kt_per_year", 730.0)],
        [("field", "crude", "production_kt_per_year", 365.0), ("sea", "", "price_usd_per_t", 600.0)],
    )
    days = Horizon(date(2022, 2, 1), date(2022, 5, 31), "day")
    rolled = net.route(days, outages=[march])
    waited = rolled.waiting.set_index(["node", "start"])["waiting_kt"]["port"]
    assert waited[np.datetime64("2022-02-28")] == pytest.approx(0.0)
    assert waited[np.datetime64("2022-03-15")] == pytest.approx(10.0), "ten days of 1 kt were under way"
    assert waited.iloc[-1] == pytest.approx(0.0)
    assert stranded_kt(rolled, "XXX") > 0
    known = net.route(days, outages=[march], foresight="perfect")
    assert known.waiting["waiting_kt"].sum() == pytest.approx(0.0), "nobody sends oil to wait"


def test_oil_under_way_before_the_first_day_waits_where_its_market_takes_less():
    on_the_way = [("cheap", "transit_days", 10.0), ("cheap", "before_kt_per_year", 365.0)]
    less = [("sea", "", "demand_kt_per_year", 182.5)]
    routing = two_ways(figures=on_the_way, node_figures=less).route(DAYS, foresight="perfect")
    assert routing.waiting["waiting_kt"].max() > 0
    assert routing.certificate.mass_balance_kt < 1e-6
