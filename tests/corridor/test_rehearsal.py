"""The sums of a rehearsal against the measures of a whole routing, for both kinds of foresight."""

from datetime import date

import numpy as np
import pytest

import zollverein as zv
from zollverein.corridor import (
    Horizon,
    Outage,
    Router,
    available_kt,
    export_tonnes,
    export_value_usd_million,
    produced_kt,
    route_tonnes,
    shortfall_kt,
    stranded_kt,
    transport_cost,
)
from zollverein.corridor.carriage import carried
from zollverein.corridor.rehearsal import Rehearsal
from zollverein.errors import UnknownNameError

YEAR = Horizon(date(2023, 1, 1), date(2023, 12, 31), "month")
NOTHING = ()
HALT = (Outage("halt", "cpc-moorings", date(2023, 3, 10), date(2023, 5, 20), units_lost=3),)
FIELD = (Outage("fire", "tengiz", date(2023, 2, 1), date(2023, 4, 1), share_lost=0.6),)
MANY = (*HALT, Outage("leak", "atyrau-samara", date(2023, 4, 5), date(2023, 9, 1), share_lost=1.0))


@pytest.fixture(scope="module")
def network():
    return zv.open_case("eurasia").network()


@pytest.mark.parametrize("foresight", ["rolling", "perfect"])
def test_its_sums_are_those_of_a_whole_routing(network, foresight):
    ready = Rehearsal(network, YEAR, "KAZ", foresight=foresight)
    for outages in (NOTHING, HALT, FIELD, MANY, HALT):
        found, error = ready.under(outages)
        # Of plans that are equally good a router finds the one that a rehearsal does: both start undisturbed.
        perfect = foresight == "perfect"
        whole = Router(network, YEAR).route(outages) if perfect else network.route(YEAR, outages=outages)
        oil, theirs_oil = found.oil[0], carried(whole, "KAZ")
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
            *((getattr(oil, part), getattr(theirs_oil, part)) for part in type(oil).__dataclass_fields__),
        ):
            np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-7)


@pytest.mark.parametrize("foresight", ["rolling", "perfect"])
def test_what_was_asked_before_changes_no_bit(network, foresight):
    ready = Rehearsal(network, YEAR, "KAZ", foresight=foresight)
    told = [ready.under(outages)[0].oil[0] for outages in (HALT, FIELD, MANY, HALT)]
    again = Rehearsal(network, YEAR, "KAZ", foresight=foresight)
    for one, other in zip(told, [again.under(o)[0].oil[0] for o in (HALT, MANY, FIELD, HALT)][::-1], strict=True):
        for part in type(one).__dataclass_fields__:
            assert (getattr(one, part) == getattr(other, part)).all()


def test_what_does_not_fit_is_refused(network):
    with pytest.raises(UnknownNameError, match="KZA"):
        Rehearsal(network, YEAR, "KZA")
    ready = Rehearsal(network, YEAR, "KAZ")
    with pytest.raises(UnknownNameError, match="nowhere"):
        ready.under((Outage("x", "nowhere", date(2023, 1, 1), date(2023, 2, 1), share_lost=1.0),))
