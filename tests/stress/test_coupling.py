"""Corridor and economy at their common fixed point, on a world small enough to reason about."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from zollverein.corridor import Horizon, Network, Outage, delivered_by_region, produced_kt, stranded_kt
from zollverein.economy import Closure, Economy
from zollverein.errors import NotConverged
from zollverein.stress.coupling import CrudeLink, couple
from zollverein.stress.shocks import Policy

YEAR = Horizon(date(2022, 1, 1), date(2022, 12, 31), "month")
SHORT_RUN = Closure(labour="specific")
NOTHING = Policy(None, None)


def network(*, spare_kt=2000.0, spare_tariff=90.0):
    """One field in XXX; a cheap pipe to AAA with room for all, a dear one to BBB."""
    nodes = pd.DataFrame(
        {
            "node": ["field", "sea", "east"],
            "name": ["Field", "Sea", "East"],
            "kind": ["field", "market", "market"],
            "country": ["XXX", "AAA", "BBB"],
        }
    )
    links = pd.DataFrame(
        {
            "link": ["pipe", "rail"],
            "name": ["Pipe", "Rail"],
            "from_node": ["field", "field"],
            "to_node": ["sea", "east"],
            "mode": ["pipeline", "rail"],
            "countries": ["XXX;AAA", "XXX;BBB"],
            "route": ["pipe", "rail"],
        }
    )
    figure = ["nominal_kt_per_year", "tariff_usd_per_t"]
    link_figures = pd.DataFrame(
        {
            "link": np.repeat(["pipe", "rail"], 2),
            "figure": figure * 2,
            "value": [12000.0, 40.0, spare_kt, spare_tariff],
            "valid_from": pd.NaT,
            "valid_to": pd.NaT,
        }
    )
    node_figures = pd.DataFrame(
        {
            "node": ["field", "sea", "east"],
            "commodity": "crude",
            "figure": ["production_kt_per_year", "price_usd_per_t", "price_usd_per_t"],
            "value": [10000.0, 600.0, 640.0],
            "valid_from": pd.NaT,
            "valid_to": pd.NaT,
        }
    )
    commodities = pd.DataFrame({"commodity": ["crude"], "exporter": ["XXX"]})
    return Network.from_tables(
        nodes=nodes, links=links, link_figures=link_figures, node_figures=node_figures, commodities=commodities
    )


def economy():
    """XXX sells energy to AAA, BBB and at home; all three make the rest."""
    places = ["XXX", "AAA", "BBB"]
    rest = {("XXX", "XXX"): 20000.0, ("AAA", "AAA"): 90000.0, ("BBB", "BBB"): 60000.0}
    energy = {("XXX", "AAA"): 5000.0, ("XXX", "BBB"): 1500.0, ("XXX", "XXX"): 1500.0}
    energy |= {("AAA", "AAA"): 4000.0, ("BBB", "BBB"): 3000.0}
    rest |= {("AAA", "XXX"): 4500.0, ("BBB", "XXX"): 1800.0, ("AAA", "BBB"): 900.0, ("BBB", "AAA"): 1000.0}
    rows = [
        {"exporter": i, "importer": n, "sector": s, "value": flows.get((i, n), 0.0)}
        for s, flows in (("ENX", energy), ("REST", rest))
        for i in places
        for n in places
    ]
    theta = pd.DataFrame({"sector": ["ENX", "REST"], "theta": [8.0, 5.0]})
    return Economy.from_tables(pd.DataFrame(rows), theta=theta)


def link(**changes):
    values = {
        "exporter": "XXX",
        "sector": "ENX",
        "rent_to": "XXX",
        "shares": pd.Series({"AAA": 0.9, "BBB": 0.5}),
        "confidence": pd.Series({"AAA": "assumed", "BBB": "reported"}),
        "base_price_usd_per_t": 600.0,
        "output_usd_million": 8000.0,
        "market_regions": pd.DataFrame({"node": ["sea", "east"], "region": ["AAA", "BBB"], "share": 1.0}),
        "years": 1.0,
    }
    return CrudeLink(**(values | changes))


def halted(outages, net=None, crude=None, world=None):
    net, world = net or network(), world or economy()
    before = net.route(YEAR)

    def route(price_factor):
        return net.route(YEAR, outages=outages, price_factor=price_factor)

    return before, route, couple(world, SHORT_RUN, NOTHING, before, route, crude or link())


HALT = Outage("halt", "pipe", date(2022, 4, 1), date(2022, 6, 30), share_lost=1.0)


def test_nothing_happens_if_nothing_is_halted():
    _, _, coupled = halted([])
    assert (coupled.outcome.real_income == 0.0).all()
    assert coupled.certificate.residual == 0.0
    assert coupled.supply_factor == 1.0


def test_the_fixed_point_is_one():
    """Routed with the prices that came back, and solved again, nothing moves: recomputed here from scratch."""
    before, route, coupled = halted([HALT])
    factor = coupled.outcome.border_price("XXX", "ENX") * coupled.link["iceberg_factor"]
    price = (factor * coupled.link["kt_before"]).sum() / coupled.link["kt_before"].sum()
    again = route({"sea": price, "east": price})
    pd.testing.assert_frame_equal(
        delivered_by_region(again, link().market_regions, "XXX"),
        delivered_by_region(coupled.routing, link().market_regions, "XXX"),
        rtol=1e-5,
    )
    assert coupled.certificate.residual <= 1e-6
    assert coupled.certificate.history[-1] == coupled.certificate.residual
    assert before is not coupled.routing


def test_a_halt_hurts_its_exporter_and_no_halt_helps_it():
    _, _, coupled = halted([HALT])
    assert coupled.outcome.real_income["XXX"] < -0.5
    longer = Outage("halt", "pipe", date(2022, 4, 1), date(2022, 9, 30), share_lost=1.0)
    assert halted([longer])[2].outcome.real_income["XXX"] < coupled.outcome.real_income["XXX"]


def test_a_second_way_out_softens_the_halt():
    narrow, wide = halted([HALT])[2], halted([HALT], network(spare_kt=8000.0))[2]
    assert stranded_kt(wide.routing, "XXX") < stranded_kt(narrow.routing, "XXX")
    assert wide.outcome.real_income["XXX"] > narrow.outcome.real_income["XXX"]


def test_what_the_corridor_tells_the_economy_can_be_checked_by_hand():
    before, _, coupled = halted([HALT])
    aaa = coupled.link.loc["AAA"]
    lost = 1.0 - aaa["kt_after"] / aaa["kt_before"]
    assert aaa["quantity_factor"] == pytest.approx(1.0 - 0.9 * lost)
    assert aaa["cost_change_usd_per_t"] == pytest.approx(0.0)
    stranded = stranded_kt(coupled.routing, "XXX") - stranded_kt(before, "XXX")
    assert coupled.supply_factor == pytest.approx(1.0 - stranded * 600.0 / 1e3 / 8000.0)
    bound = coupled.outcome.levies.set_index("importer")
    assert (bound["quantity_factor"] <= coupled.link["quantity_factor"].reindex(bound.index) + 1e-9).all()


def test_oil_lost_at_its_field_costs_about_what_it_costs_to_strand_it():
    """The pipe's halt strands, the field's outage cannot produce; a tonne is a tonne."""
    before, _, stranded = halted([HALT], network(spare_kt=0.0))
    fewer = stranded_kt(stranded.routing, "XXX")
    days = (HALT.end - HALT.start).days
    share = fewer / (10000.0 * days / 365.0)
    at_field = halted([Outage("fire", "field", HALT.start, HALT.end, share_lost=share)], network(spare_kt=0.0))[2]
    gone = produced_kt(before, "XXX") - produced_kt(at_field.routing, "XXX")
    assert gone == pytest.approx(fewer, rel=0.02)
    assert stranded_kt(at_field.routing, "XXX") == pytest.approx(0.0, abs=1e-6)
    assert at_field.supply_factor == pytest.approx(stranded.supply_factor, rel=0.01)
    assert at_field.outcome.real_income["XXX"] == pytest.approx(stranded.outcome.real_income["XXX"], rel=0.05)


def test_only_the_share_of_the_year_that_is_routed_counts():
    whole = halted([HALT])[2]
    half = halted([HALT], crude=link(years=0.5))[2]
    assert 1.0 - half.link.loc["AAA", "quantity_factor"] == pytest.approx(
        0.5 * (1.0 - whole.link.loc["AAA", "quantity_factor"])
    )


def test_the_rent_of_a_bound_goes_to_whom_the_case_says():
    coupled = halted([HALT], crude=link(rent_to="BBB"))[2]
    assert set(coupled.outcome.levies["recipient"]) == {"BBB"}
    accounts = coupled.outcome.accounts
    assert accounts.loc["XXX", "levy_revenue_new"] == 0.0
    binding = (coupled.outcome.levies["rate"] > 1e-6).any()
    assert (accounts.loc["BBB", "levy_revenue_new"] > 0.0) == binding


def test_prices_that_never_settle_are_an_error_with_their_history():
    net = network()
    before = net.route(YEAR)
    turn = iter(range(1000))

    def route(_price_factor):
        return net.route(YEAR, outages=[] if next(turn) % 2 else [HALT])

    with pytest.raises(NotConverged, match="do not agree after") as caught:
        couple(economy(), SHORT_RUN, NOTHING, before, route, link())
    assert len(caught.value.history) == 40
