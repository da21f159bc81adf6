"""Networks whose best routing is plain to see."""

from datetime import date

import pandas as pd
import pytest
from tests.corridor.toys import network, two_ways

from zollverein.corridor import Horizon, Outage, Revision, route_tonnes, stranded_kt
from zollverein.corridor.measures import export_tonnes, mean_netback_usd_per_t, transport_cost

YEAR = Horizon(date(2022, 1, 1), date(2022, 12, 31), "month")
WEEKS = Horizon(date(2022, 1, 1), date(2022, 12, 30), "week")


def test_the_better_netback_fills_first_and_the_rest_takes_what_is_left():
    routing = two_ways().route(YEAR)
    assert route_tonnes(routing, "XXX").to_dict() == pytest.approx({"cheap": 730.0, "dear": 365.0})
    assert stranded_kt(routing, "XXX") == pytest.approx(0.0, abs=1e-9)
    assert transport_cost(routing, "XXX") == pytest.approx((730 * 40 + 365 * 90) / 1e3)
    assert mean_netback_usd_per_t(routing, "XXX") == pytest.approx((730 * 560 + 365 * 520) / 1095)


def test_one_more_tonne_of_the_cheap_way_is_worth_the_difference_of_netbacks():
    routing = two_ways(dear=400.0).route(YEAR, foresight="perfect")
    duals = routing.flows.groupby("link")["dual_usd_per_t"].mean()
    assert duals["cheap"] == pytest.approx(40.0)
    assert duals["dear"] == pytest.approx(0.0, abs=1e-9)
    assert routing.supply["netback_usd_per_t"].to_numpy() == pytest.approx(520.0)


def test_oil_that_no_way_pays_for_stays_in_the_ground():
    routing = two_ways().route(YEAR, price_factor={"east": 0.1})
    assert route_tonnes(routing, "XXX")["dear"] == pytest.approx(0.0, abs=1e-9)
    assert stranded_kt(routing, "XXX") == pytest.approx(365.0)


def test_a_quota_binds_below_the_pipe():
    routing = two_ways(figures=[("cheap", "quota_kt_per_year", 100.0)]).route(YEAR)
    assert route_tonnes(routing, "XXX")["cheap"] == pytest.approx(100.0)


def test_what_is_usable_counts_and_not_what_is_written_on_the_pipe():
    routing = two_ways(figures=[("cheap", "usable_kt_per_year", 200.0)]).route(YEAR)
    assert route_tonnes(routing, "XXX")["cheap"] == pytest.approx(200.0)


def test_losses_on_the_way_are_paid_for():
    routing = two_ways(figures=[("cheap", "loss_share", 0.01)]).route(YEAR)
    delivered = routing.deliveries.groupby("node")["delivered_kt"].sum()
    assert delivered["sea"] == pytest.approx(730.0 * 0.99)


def test_a_halt_strands_what_no_other_way_can_carry():
    halt = Outage("halt", "cheap", date(2022, 4, 1), date(2022, 6, 30), share_lost=1.0)
    routing = two_ways().route(YEAR, outages=[halt])
    assert route_tonnes(routing, "XXX")["cheap"] == pytest.approx(730.0 * (365 - 90) / 365)
    assert stranded_kt(routing, "XXX") == pytest.approx(2.0 * 90)
    halted = routing.flows[(routing.flows["link"] == "cheap") & (routing.flows["capacity_kt"] == 0)]
    assert (halted["flow_kt"] == 0).all()


def test_tanks_fill_in_a_halt_and_empty_after_it():
    halt = Outage("halt", "cheap", date(2022, 4, 2), date(2022, 4, 16), share_lost=1.0)
    wide = two_ways(cheap=1000.0, storage=20.0)
    routing = wide.route(WEEKS, outages=[halt])
    without = two_ways(cheap=1000.0).route(WEEKS, outages=[halt])
    assert routing.stocks["stock_kt"].max() == pytest.approx(20.0)
    assert routing.stocks["stock_kt"].iloc[-1] == pytest.approx(0.0, abs=1e-9)
    assert stranded_kt(without, "XXX") - stranded_kt(routing, "XXX") == pytest.approx(20.0)


def test_capacity_follows_the_table_of_units_and_not_a_ratio():
    """Two of three moorings carry all, one carries half, none nothing."""
    units = [("cheap", 3, 730 / 12), ("cheap", 2, 730 / 12), ("cheap", 1, 365 / 12), ("cheap", 0, 0.0)]
    net = two_ways(units=units)
    whole = {}
    for lost in (0, 1, 2, 3):
        outage = Outage("moorings", "cheap", date(2022, 1, 1), date(2023, 1, 1), units_lost=lost)
        whole[lost] = float(route_tonnes(net.route(YEAR, outages=[outage]), "XXX")["cheap"])
    assert whole == pytest.approx({0: 730.0, 1: 730.0, 2: 365.0, 3: 0.0})


def test_two_outages_of_moorings_add_up():
    units = [("cheap", 2, 730 / 12), ("cheap", 1, 365 / 12), ("cheap", 0, 0.0)]
    outages = [
        Outage("one", "cheap", date(2022, 1, 1), date(2023, 1, 1), units_lost=1),
        Outage("other", "cheap", date(2022, 1, 1), date(2023, 1, 1), units_lost=1),
    ]
    assert route_tonnes(two_ways(units=units).route(YEAR, outages=outages), "XXX")["cheap"] == pytest.approx(0.0)


def test_an_outage_of_a_port_stops_all_that_leaves_it_and_of_a_field_its_output():
    port = Outage("port", "port", date(2022, 1, 1), date(2023, 1, 1), share_lost=1.0)
    assert route_tonnes(two_ways().route(YEAR, outages=[port]), "XXX")["cheap"] == pytest.approx(0.0)
    field = Outage("field", "field", date(2022, 1, 1), date(2023, 1, 1), share_lost=0.5)
    routing = two_ways().route(YEAR, outages=[field])
    assert export_tonnes(routing, "XXX") == pytest.approx(1095.0 / 2)
    assert stranded_kt(routing, "XXX") == pytest.approx(0.0, abs=1e-9), "what cannot be produced is not stranded"


def test_home_refineries_are_served_before_exports_that_pay_more():
    net = network(
        [("field", "field", "XXX"), ("refinery", "refinery", "XXX"), ("sea", "market", "AAA")],
        [("home", "field", "refinery", ""), ("out", "field", "sea", "out")],
        [("out", "nominal_kt_per_year", 1000.0)],
        [
            ("field", "crude", "production_kt_per_year", 1000.0),
            ("refinery", "", "price_usd_per_t", 300.0),
            ("refinery", "", "demand_kt_per_year", 400.0),
            ("refinery", "", "minimum_kt_per_year", 400.0),
            ("sea", "", "price_usd_per_t", 700.0),
        ],
    )
    routing = net.route(YEAR)
    assert export_tonnes(routing, "XXX") == pytest.approx(600.0)
    starved = net.route(YEAR, outages=[Outage("dry", "field", date(2022, 1, 1), date(2023, 1, 1), share_lost=0.8)])
    assert starved.shortfalls["unmet_kt"].sum() == pytest.approx(200.0)
    assert export_tonnes(starved, "XXX") == pytest.approx(0.0, abs=1e-9)


def test_two_shippers_share_a_pipe_and_each_is_told_apart():
    net = network(
        [("a", "field", "XXX"), ("b", "field", "YYY"), ("hub", "junction", "YYY"), ("sea", "market", "AAA")],
        [("from-a", "a", "hub", ""), ("from-b", "b", "hub", ""), ("pipe", "hub", "sea", "pipe")],
        [("pipe", "nominal_kt_per_year", 1000.0), ("from-a", "tariff_usd_per_t", 10.0)],
        [
            ("a", "one", "production_kt_per_year", 700.0),
            ("b", "two", "production_kt_per_year", 700.0),
            ("sea", "", "price_usd_per_t", 500.0),
        ],
        commodities=(("one", "XXX"), ("two", "YYY")),
    )
    routing = net.route(YEAR)
    assert route_tonnes(routing, "YYY")["pipe"] == pytest.approx(700.0), "nearer the pipe, so it fills it first"
    assert route_tonnes(routing, "XXX")["pipe"] == pytest.approx(300.0)


def test_a_dated_revision_holds_from_its_day_on():
    widened = two_ways().route(YEAR, revisions=[Revision("cheap", "nominal_kt_per_year", 1095.0, date(2022, 7, 1))])
    halves = 730.0 * 181 / 365 + 1095.0 * 184 / 365
    assert route_tonnes(widened, "XXX")["cheap"] == pytest.approx(halves)


def test_nobody_fills_tanks_for_an_outage_that_has_not_begun():
    halt = Outage("halt", "cheap", date(2022, 6, 4), date(2022, 7, 2), share_lost=1.0)
    net = two_ways(cheap=2000.0, storage=30.0)
    blind = net.route(WEEKS, outages=[halt])
    before = blind.stocks[pd.to_datetime(blind.stocks["start"]) < "2022-06-04"]
    assert (before["stock_kt"] == 0).all()


def test_no_bytes_reach_the_screen(capfd):
    two_ways().route(YEAR)
    assert capfd.readouterr().out == ""
