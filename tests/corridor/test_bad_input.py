"""What does not fit is refused with what, where, what is allowed and what to do."""

from datetime import date

import pytest
from tests.corridor.toys import network, two_ways

from zollverein.corridor import Horizon, Outage, Revision
from zollverein.errors import NetworkError, UnknownNameError, ZollvereinError

YEAR = Horizon(date(2022, 1, 1), date(2022, 12, 31), "month")


def outage(**changes):
    return Outage(**({"name": "o", "target": "cheap", "start": date(2022, 2, 1), "end": date(2022, 3, 1)} | changes))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: outage(share_lost=1.5), "0 to 1"),
        (outage, "either share_lost or units_lost"),
        (lambda: outage(share_lost=1.0, end=date(2022, 1, 1)), "must come after"),
        (lambda: outage(units_lost=-1), "zero or more"),
        (lambda: Horizon(date(2022, 2, 1), date(2022, 1, 1)), "swap"),
        (lambda: Horizon(date(2022, 1, 1), date(2022, 2, 1), "fortnight"), "day, week, month, year"),
        (lambda: two_ways().route(YEAR, outages=[outage(units_lost=1)]), "no rows in link_units"),
        (lambda: two_ways().route(YEAR, outages=[outage(target="cheep", share_lost=1.0)]), "did you mean 'cheap'"),
        (
            lambda: two_ways().route(
                YEAR, outages=[outage(start=date(2020, 1, 1), end=date(2020, 2, 1), share_lost=1.0)]
            ),
            "outside the horizon",
        ),
        (
            lambda: two_ways().route(YEAR, revisions=[Revision("chep", "nominal_kt_per_year", 1.0)]),
            "did you mean 'cheap'",
        ),
        (lambda: two_ways().route(YEAR, revisions=[Revision("cheap", "nominal", 1.0)]), "nominal_kt_per_year"),
        (lambda: two_ways().route(YEAR, revisions=[Revision("cheap", "nominal_kt_per_year", -1.0)]), "zero or more"),
        (lambda: two_ways().route(YEAR, foresight="clear"), "'rolling' and 'perfect'"),
        (lambda: two_ways().route(YEAR, price_factor={"see": 1.0}), "no node"),
        (lambda: two_ways(cheap=7.3e8), "is it in tonnes"),
        (lambda: two_ways(cheap=-1.0), "zero or more"),
        (lambda: two_ways(figures=[("cheep", "tariff_usd_per_t", 1.0)]), "did you mean 'cheap'"),
        (lambda: two_ways(units=[("cheap", 1, 10.0), ("cheap", 0, -1.0)]), "zero or more, units whole"),
        (
            lambda: two_ways(units=[("cheap", 1, 10.0), ("cheap", 0, 0.0)]).route(YEAR, outages=[outage(units_lost=4)]),
            "which has 1",
        ),
        (lambda: two_ways(nodes=[("sea", "market", "AAA")]), "stands there twice"),
    ],
)
def test_what_does_not_fit_is_told(make, said):
    with pytest.raises(ZollvereinError) as caught:
        make()
    assert said in str(caught.value)


def test_a_market_that_no_field_reaches_is_refused():
    with pytest.raises(NetworkError, match="cut off"):
        network(
            [("field", "field", "XXX"), ("sea", "market", "AAA"), ("moon", "market", "BBB")],
            [("out", "field", "sea", "out")],
            [],
            [
                ("field", "crude", "production_kt_per_year", 10.0),
                ("sea", "", "price_usd_per_t", 1.0),
                ("moon", "", "price_usd_per_t", 1.0),
            ],
        ).route(YEAR)


def test_a_bound_on_a_node_for_one_commodity_alone_is_refused_and_not_ignored():
    with pytest.raises(NetworkError, match="leave commodity empty"):
        network(
            [("field", "field", "XXX"), ("sea", "market", "AAA")],
            [("out", "field", "sea", "out")],
            [],
            [
                ("field", "crude", "production_kt_per_year", 10.0),
                ("sea", "", "price_usd_per_t", 1.0),
                ("sea", "crude", "demand_kt_per_year", 5.0),
            ],
        )


def test_an_unknown_target_is_of_the_family_that_lists_near_matches():
    with pytest.raises(UnknownNameError) as caught:
        two_ways().route(YEAR, outages=[outage(target="feild", share_lost=1.0)])
    assert "field" in caught.value.near
