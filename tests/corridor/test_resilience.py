"""How exports fell and came back, on networks where it is plain to see."""

from datetime import date

import pandas as pd
import pytest
from tests.corridor.toys import network, two_ways

from zollverein.corridor import Horizon, Outage, concentration, days_to_full_tanks, resilience
from zollverein.errors import NetworkError

DAYS = Horizon(date(2022, 1, 1), date(2022, 3, 31), "day")
HALT = Outage("h", "cheap", date(2022, 2, 1), date(2022, 2, 11), share_lost=1.0)


def one_way(storage=None):
    """Three kt a day through a pipe that could carry four and a half."""
    return two_ways(cheap=1642.5, dear=0.0, storage=storage)


def test_without_tanks_what_is_not_shipped_is_lost():
    found = resilience(one_way().route(DAYS), one_way().route(DAYS, outages=[HALT]), "XXX")
    assert found.lost_kt == pytest.approx(30.0)
    assert found.delayed_kt == pytest.approx(0.0, abs=1e-9)
    assert found.triangle_days == pytest.approx(10.0)
    assert (found.fell_on, found.recovered_on) == (pd.Timestamp("2022-02-01"), pd.Timestamp("2022-02-11"))
    assert found.recovery_days == 10.0
    assert found.lowest_share == pytest.approx(0.0, abs=1e-9)


def test_tanks_turn_a_loss_into_a_delay():
    before, after = (one_way(storage=30.0).route(DAYS, outages=o) for o in ([], [HALT]))
    found = resilience(before, after, "XXX")
    assert found.lost_kt == pytest.approx(0.0, abs=1e-6)
    assert found.delayed_kt == pytest.approx(30.0)
    assert days_to_full_tanks(after)["port"] == 41.0  # January, and the ten days of the halt
    assert pd.isna(days_to_full_tanks(before)["port"])


def test_no_outage_no_fall():
    routing = one_way().route(DAYS)
    found = resilience(routing, routing, "XXX")
    assert (found.lost_kt, found.delayed_kt, found.triangle_days) == (0.0, 0.0, 0.0)
    assert pd.isna(found.fell_on)
    assert pd.isna(found.recovery_days)


def test_what_is_not_back_at_the_end_has_no_recovery():
    long = Outage("h", "cheap", date(2022, 3, 1), date(2022, 6, 1), share_lost=0.5)
    found = resilience(one_way().route(DAYS), one_way().route(DAYS, outages=[long]), "XXX")
    assert pd.isna(found.recovered_on)
    assert pd.isna(found.recovery_days)
    assert found.lowest_share == pytest.approx(0.75)


def test_horizons_and_exporters_must_fit():
    routing = one_way().route(DAYS)
    with pytest.raises(NetworkError, match="one horizon"):
        resilience(routing, one_way().route(Horizon(date(2022, 1, 1), date(2022, 2, 1), "day")), "XXX")
    with pytest.raises(NetworkError, match="nothing to lose"):
        resilience(routing, routing, "AAA")


def test_concentration_is_one_over_the_number_of_equals():
    assert concentration(pd.Series([5.0, 5.0, 5.0, 5.0])) == pytest.approx(0.25)
    assert concentration(pd.Series([1.0])) == 1.0
    assert pd.isna(concentration(pd.Series(dtype=float)))


def test_an_exporter_may_have_several_markets_in_its_own_country():
    net = network(
        [("f", "field", "XXX"), ("home", "refinery", "XXX"), ("sea", "market", "AAA")],
        [("a", "f", "home", ""), ("b", "f", "sea", "out")],
        [("b", "nominal_kt_per_year", 365.0)],
        [
            ("f", "crude", "production_kt_per_year", 730.0), ("home", "", "price_usd_per_t", 100.0),
            ("sea", "", "price_usd_per_t", 600.0),
        ],
    )  # fmt: skip
    halt = Outage("h", "b", date(2022, 2, 1), date(2022, 2, 11), share_lost=1.0)
    assert resilience(net.route(DAYS), net.route(DAYS, outages=[halt]), "XXX").lost_kt == pytest.approx(10.0)
