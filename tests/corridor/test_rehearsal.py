"""The sums of a rehearsal against the measures of a whole routing, for both kinds of foresight."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import zollverein as zv
from zollverein.corridor import (
    Horizon,
    Outage,
    available_kt,
    delivered_by_region,
    export_tonnes,
    export_value_usd_million,
    produced_kt,
    route_tonnes,
    shortfall_kt,
    stranded_kt,
    transport_cost,
)
from zollverein.corridor.rehearsal import Rehearsal
from zollverein.errors import NetworkError, UnknownNameError

YEAR = Horizon(date(2023, 1, 1), date(2023, 12, 31), "month")
NOTHING = ()
HALT = (Outage("halt", "cpc-moorings", date(2023, 3, 10), date(2023, 5, 20), units_lost=3),)
FIELD = (Outage("fire", "tengiz", date(2023, 2, 1), date(2023, 4, 1), share_lost=0.6),)
MANY = (*HALT, Outage("leak", "atyrau-samara", date(2023, 4, 5), date(2023, 9, 1), share_lost=1.0))


@pytest.fixture(scope="module")
def case():
    return zv.open_case("eurasia")


@pytest.fixture(scope="module")
def network(case):
    return case.network()


@pytest.mark.parametrize("foresight", ["rolling", "perfect"])
def test_its_sums_are_those_of_a_whole_routing(case, network, foresight):
    where = case.table("market_regions")
    ready = Rehearsal(network, YEAR, "KAZ", where, foresight=foresight)
    for outages in (NOTHING, HALT, FIELD, MANY, HALT):
        found, error = ready.under(outages)
        whole = network.route(YEAR, outages=outages, foresight=foresight)
        by_region = delivered_by_region(whole, where, "KAZ").reindex(ready.tally.regions)
        routes = route_tonnes(whole, "KAZ").reindex(ready.tally.routes)
        assert error <= 1e-6
        for mine, theirs in (
            (found.exported_kt, export_tonnes(whole, "KAZ")),
            (found.export_value_usd_million, export_value_usd_million(whole, "KAZ")),
            (found.carriage_usd_million, transport_cost(whole, "KAZ")),
            (found.produced_kt, produced_kt(whole, "KAZ")),
            (found.available_kt, available_kt(whole, "KAZ")),
            (found.stranded_kt, stranded_kt(whole, "KAZ")),
            (found.shortfall_kt, shortfall_kt(whole)),
            (found.routes_kt, routes.to_numpy()),
            (found.regions_kt, by_region["kt"].fillna(0.0).to_numpy()),
            (found.regions_value_usd_million, by_region["value_usd_million"].fillna(0.0).to_numpy()),
            (found.regions_cost_usd_per_t, by_region["cost_usd_per_t"].to_numpy()),
        ):
            np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-7)


@pytest.mark.parametrize("foresight", ["rolling", "perfect"])
def test_what_was_asked_before_changes_no_bit(case, network, foresight):
    where = case.table("market_regions")
    ready = Rehearsal(network, YEAR, "KAZ", where, foresight=foresight)
    first = [ready.under(outages)[0].export_value_usd_million for outages in (HALT, FIELD, MANY)]
    again = Rehearsal(network, YEAR, "KAZ", where, foresight=foresight)
    assert first == [again.under(o)[0].export_value_usd_million for o in (MANY, FIELD, HALT)][::-1]


def test_what_does_not_fit_is_refused(case, network):
    where = case.table("market_regions")
    with pytest.raises(UnknownNameError, match="KZA"):
        Rehearsal(network, YEAR, "KZA", where)
    with pytest.raises(NetworkError, match="must add to one"):
        Rehearsal(network, YEAR, "KAZ", pd.concat([where, where.head(1)]))
    ready = Rehearsal(network, YEAR, "KAZ", where)
    with pytest.raises(UnknownNameError, match="nowhere"):
        ready.under((Outage("x", "nowhere", date(2023, 1, 1), date(2023, 2, 1), share_lost=1.0),))
