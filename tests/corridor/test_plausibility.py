"""Units that are mixed up are caught by what stands beside them; figures that fit are let through."""

import re
import warnings

import pytest
from tests.corridor.toys import network, two_ways

from zollverein import open_case
from zollverein.corridor import Revision
from zollverein.corridor.plausibility import doubts, mixed_units
from zollverein.errors import DoubtfulFigure, NetworkError


def trunk(*, output=60_000.0, feed=80_000.0, pipe=67_000.0, price=(600.0, 620.0), figures=(), nodes=(), **tables):
    """A field, a trunk line to a port and tankers from there; in kt a year."""
    return network(
        [("field", "field", "XXX"), ("hub", "junction", "XXX"), ("port", "port", "XXX"), ("sea", "market", "AAA"),
         ("east", "market", "BBB")],
        [("feed", "field", "hub", ""), ("pipe", "hub", "port", "pipe"), ("ship", "port", "sea", ""),
         ("rail", "hub", "east", "rail")],
        [("feed", "nominal_kt_per_year", feed), ("pipe", "nominal_kt_per_year", pipe),
         ("rail", "nominal_kt_per_year", 1200.0), *figures],
        [("field", "crude", "production_kt_per_year", output), ("sea", "", "price_usd_per_t", price[0]),
         ("east", "", "price_usd_per_t", price[1]), *nodes],
        **tables,
    )  # fmt: skip


def test_figures_that_fit_raise_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mixed_units(trunk()) == doubts(trunk()) == []
        assert mixed_units(two_ways()) == []


@pytest.mark.parametrize("case", ["eurasia", "eastafrica", "small"])
def test_the_bundled_networks_are_beyond_doubt(case):
    assert doubts(open_case(case).network()) == []


MIXED = {
    "output in tonnes": (lambda: trunk(output=60_000_000.0), "output|production_kt_per_year of 'field' is"),
    "capacities in Mt": (lambda: trunk(feed=80.0, pipe=67.0), "production_kt_per_year of 'field' is 60,000.*carry 80"),
    "capacities a day": (lambda: trunk(feed=219.0), "carry 219.*a day's for a year's"),
    "output a day, observed a year": (
        lambda: trunk(output=164.0, observed=[("field", "crude", 60_000.0)]),
        "'field' was observed at 60,000 kt a year and is stated at 164",
    ),
    "a pipe in Mt, observed in kt": (
        lambda: trunk(pipe=67.0, observed=[("pipe", "crude", 55_000.0)]),
        "'pipe' was observed at 55,000 kt a year and is stated at 67",
    ),
    "observed in Mt": (
        lambda: trunk(observed=[("field", "crude", 60.0)]),
        "'field' was observed at 60 kt a year and is stated at 60,000",
    ),
    "usable in Mt": (
        lambda: trunk(figures=[("pipe", "usable_kt_per_year", 60.0)]),
        "usable_kt_per_year of 'pipe' is 60 and its nominal_kt_per_year 67,000",
    ),
    "a year's figure by the month": (
        lambda: trunk(units=[("pipe", 3, 67_000.0), ("pipe", 2, 50_000.0), ("pipe", 0, 0.0)]),
        "capacity_kt_per_month of 'pipe' is 67,000 with all its units, 804,000 a year",
    ),
    "a day's figure by the month": (
        lambda: trunk(units=[("pipe", 3, 183.0), ("pipe", 0, 0.0)]),
        "capacity_kt_per_month of 'pipe' is 183",
    ),
    "tanks in tonnes": (
        lambda: trunk(nodes=[("hub", "", "storage_kt", 1_300_000.0)]),
        "storage_kt of 'hub' is 1,300,000.*is it in tonnes",
    ),
    "line fill in tonnes": (
        lambda: trunk(figures=[("pipe", "line_fill_kt", 900_000.0)]),
        "line_fill_kt of 'pipe' is 900,000.*is it in tonnes",
    ),
    "a refinery's minimum in tonnes": (
        lambda: trunk(nodes=[("east", "", "minimum_kt_per_year", 900_000.0)]),
        "minimum_kt_per_year of 'east' is 900,000, and all that leads to it can carry 1,200",
    ),
    "a price by the barrel": (lambda: trunk(price=(82.0, 620.0)), "82 at 'sea' and 620 at 'east': .*by the barrel"),
    "a load in kt": (
        lambda: trunk(figures=[("ship", "vehicles", 5.0), ("ship", "vehicle_load_t", 12.0),
                               ("ship", "trips_per_year", 60.0)]),
        "vehicle_load_t of 'ship' is 12, less than a lorry's: is it in kt",
    ),
    "trips of the whole fleet": (
        lambda: trunk(figures=[("ship", "vehicles", 5.0), ("ship", "vehicle_load_t", 12_000.0),
                               ("ship", "trips_per_year", 4000.0)]),
        "trips_per_year of 'ship' is 4,000.*all vehicles together",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", MIXED)
def test_a_mixed_unit_is_refused_with_both_figures(fault):
    build, said = MIXED[fault]
    with pytest.raises(NetworkError) as refused:
        build()
    assert re.search(said, str(refused.value)), str(refused.value)


def test_all_that_is_mixed_is_told_at_once():
    with pytest.raises(NetworkError) as refused:
        trunk(feed=80.0, price=(82.0, 620.0), nodes=[("hub", "", "storage_kt", 1_300_000.0)])
    assert all(word in str(refused.value) for word in ("'field'", "by the barrel", "storage_kt of 'hub'"))


def test_a_revision_in_another_unit_is_refused_too():
    with pytest.raises(NetworkError, match="usable_kt_per_year of 'pipe' is 60"):
        trunk().revised([Revision("pipe", "usable_kt_per_year", 60.0)])


@pytest.mark.parametrize("pipe", [67.0, 183.0], ids=["in Mt", "a day"])
def test_a_pipe_that_may_be_meant_is_used_and_doubted(pipe):
    with pytest.warns(DoubtfulFigure, match=f"table link_figures: pipeline 'pipe' carries {pipe:g} kt a year"):
        assert trunk(pipe=pipe).links.index.size == 4


def test_closed_is_no_unit():
    assert mixed_units(trunk(pipe=0.0)) == doubts(trunk(pipe=0.0)) == []
