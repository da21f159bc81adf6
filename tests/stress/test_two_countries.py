"""The coupling where it can be solved by hand: two countries, one good, one pipe that halts and a railway beside it.

All factors are specific, so that output is an endowment; tonnes, carriage and fees are sums, and what is left is one
relative price and the rent of one bound, found here by bisection from the equations themselves.
"""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from zollverein.corridor import Horizon, Network, Outage, Revision
from zollverein.economy import Closure, Economy
from zollverein.stress.coupling import CrudeLink, couple
from zollverein.stress.shocks import Policy

YEAR = Horizon(date(2022, 1, 1), date(2022, 12, 31), "month")
HALT = Outage("halt", "pipe", date(2022, 4, 1), date(2022, 7, 1), share_lost=1.0)
SHORT_RUN, NOTHING = Closure(labour="specific"), Policy(None, None)
THETA, SHARE, PRICE = 5.0, 0.9, 600.0
# Sales by exporter, importer.
FLOWS = {("XXX", "XXX"): 2000.0, ("XXX", "AAA"): 4000.0, ("AAA", "XXX"): 3500.0, ("AAA", "AAA"): 9000.0}
OUTPUT = 6000.0
HOMES = {"Pipe Co": {"AAA": 0.4, "XXX": 0.6}, "Rail Co": {"AAA": 1.0}}


def network():
    nodes = pd.DataFrame(
        {"node": ["field", "port"], "name": ["Field", "Port"], "kind": ["field", "market"], "country": ["XXX", "AAA"]}
    )
    links = pd.DataFrame(
        {
            "link": ["pipe", "rail"],
            "name": ["Pipe", "Rail"],
            "from_node": "field",
            "to_node": "port",
            "mode": ["pipeline", "rail"],
            "operator": ["Pipe Co", "Rail Co"],
            "countries": "XXX;AAA",
            "route": ["pipe", "rail"],
        }
    )
    nothing = {"valid_from": pd.NaT, "valid_to": pd.NaT}
    link_figures = pd.DataFrame(
        {
            "link": ["pipe", "pipe", "rail", "rail"],
            "figure": ["nominal_kt_per_year", "tariff_usd_per_t"] * 2,
            "value": [12000.0, 40.0, 2000.0, 90.0],
            **nothing,
        }
    )
    node_figures = pd.DataFrame(
        {
            "node": ["field", "port"],
            "commodity": "crude",
            "figure": ["production_kt_per_year", "price_usd_per_t"],
            "value": [10000.0, PRICE],
            **nothing,
        }
    )
    return Network.from_tables(
        nodes=nodes, links=links, link_figures=link_figures, node_figures=node_figures,
        commodities=pd.DataFrame({"commodity": ["crude"], "exporter": ["XXX"]}),
    )  # fmt: skip


def economy():
    rows = [{"exporter": i, "importer": n, "sector": "oil", "value": v} for (i, n), v in FLOWS.items()]
    return Economy.from_tables(pd.DataFrame(rows), theta=THETA)


def link(rent_to):
    return CrudeLink(
        exporter="XXX",
        sector="oil",
        rent_to=rent_to,
        shares=pd.Series({"AAA": SHARE}),
        confidence=pd.Series({"AAA": "assumed"}),
        base_price_usd_per_t=PRICE,
        output_usd_million=OUTPUT,
        market_regions=pd.DataFrame({"node": ["port"], "region": ["AAA"], "share": [1.0]}),
        years=1.0,
        homes=HOMES,
    )


class Hand:
    """The same world written down by hand."""

    def __init__(self, rent_to, produced_share=1.0):
        days = 91 / 365
        whole = 10000.0 * produced_share
        self.kt = whole * (1 - days) + 2000.0 * days
        lost = 10000.0 - self.kt
        by_rail = 2000.0 * days
        by_pipe = self.kt - by_rail
        # Half of every tariff is the foreign country's.
        home_was, home_is = 20.0, (20.0 * by_pipe + 45.0 * by_rail) / self.kt
        fees_was, fees_are = 10000.0 * 20.0 / 1e3, (20.0 * by_pipe + 45.0 * by_rail) / 1e3
        self.fees = fees_are - fees_was
        self.bound = 1.0 - SHARE * lost / 10000.0
        self.iceberg = 1.0 + SHARE * (home_is - home_was) / PRICE
        self.supply = 1.0 - lost * PRICE / 1e3 / OUTPUT
        self.transfer = self.fees / (10000.0 * PRICE / 1e3) * SHARE * FLOWS["XXX", "AAA"]
        self.to_a = {"exporter": 0.0, "XXX": 0.0, "AAA": 1.0, "operator": 0.4, "transit": 1.0, "lost": 0.0}[rent_to]
        self.lost = rent_to == "lost"

    def incomes(self, c, rent):
        made_x, made_a = OUTPUT * self.supply, 12500.0
        other = (OUTPUT + made_a - c * made_x) / made_a
        gap = (FLOWS["AAA", "XXX"] - FLOWS["XXX", "AAA"], FLOWS["XXX", "AAA"] - FLOWS["AAA", "XXX"])
        kept = 0.0 if self.lost else rent
        mine = c * made_x + gap[0] - self.transfer + kept * (1 - self.to_a)
        theirs = other * made_a + gap[1] + self.transfer + kept * self.to_a
        return other, mine, theirs

    def demand(self, c, levy):
        """What A spends on X's oil and X on its own, given the levy; the rent is in incomes, so that it is iterated."""
        rent = 0.0
        for _ in range(500):
            other, mine, theirs = self.incomes(c, rent)
            dear = (c * self.iceberg * (1 + levy)) ** -THETA
            at_a = np.array([FLOWS["XXX", "AAA"] * dear, FLOWS["AAA", "AAA"] * other**-THETA])
            at_x = np.array([FLOWS["XXX", "XXX"] * c**-THETA, FLOWS["AAA", "XXX"] * other**-THETA])
            abroad, own = theirs * at_a[0] / at_a.sum(), mine * at_x[0] / at_x.sum()
            was, rent = rent, abroad * levy / (1 + levy)
            if abs(rent - was) < 1e-13 * OUTPUT:
                break
        price_a = (at_a.sum() / (FLOWS["XXX", "AAA"] + FLOWS["AAA", "AAA"])) ** (-1 / THETA)
        price_x = (at_x.sum() / (FLOWS["XXX", "XXX"] + FLOWS["AAA", "XXX"])) ** (-1 / THETA)
        real = (mine / 5500.0 / price_x - 1, theirs / 13000.0 / price_a - 1)
        return abroad, own, rent, real

    def solve(self):
        def levy(c):
            def excess(t):
                return self.demand(c, t)[0] / (1 + t) / c / FLOWS["XXX", "AAA"] - self.bound

            return brentq(excess, 0.0, 5.0, xtol=1e-14) if excess(0.0) > 0 else 0.0

        def unsold(c):
            t = levy(c)
            abroad, own, _, _ = self.demand(c, t)
            received = abroad if self.lost else abroad / (1 + t)
            return c * OUTPUT * self.supply - own - received

        c = brentq(unsold, 0.5, 2.0, xtol=1e-14)
        t = levy(c)
        _, _, rent, real = self.demand(c, t)
        return {"c": c, "levy": t, "rent": rent, "price": c * (1 + t) * self.iceberg, "real": real}


@pytest.mark.parametrize("rent_to", ["exporter", "XXX", "AAA", "operator", "transit", "lost"])
def test_two_countries_by_hand(rent_to):
    net, hand = network(), Hand(rent_to)

    def route(factor):
        return net.route(YEAR, outages=[HALT], price_factor=factor)

    coupled = couple(economy(), SHORT_RUN, NOTHING, net.route(YEAR), route, link(rent_to))
    told, oil = coupled.link.loc["AAA"], coupled.oils[0]
    assert told["kt_after"] == pytest.approx(hand.kt, rel=1e-9)
    assert told["quantity_factor"] == pytest.approx(hand.bound, rel=1e-9)
    assert told["iceberg_factor"] == pytest.approx(hand.iceberg, rel=1e-9)
    assert coupled.supply_factor == pytest.approx(hand.supply, rel=1e-9)
    fees = oil.fees.loc["AAA"]
    assert fees["after_usd_million"] - fees["before_usd_million"] == pytest.approx(hand.fees, rel=1e-9)
    assert fees["transfer"] == pytest.approx(hand.transfer, rel=1e-9)

    answer = hand.solve()
    assert answer["levy"] > 0.01
    assert oil.price_factor == pytest.approx(answer["price"], rel=1e-6)
    assert told["rent_rate"] == pytest.approx(answer["levy"], rel=1e-6)
    assert coupled.outcome.real_income["XXX"] / 100 == pytest.approx(answer["real"][0], rel=1e-6)
    assert coupled.outcome.real_income["AAA"] / 100 == pytest.approx(answer["real"][1], rel=1e-6)
    got = coupled.rents.set_index("region")["usd_million"]
    assert got.sum() == pytest.approx(answer["rent"], rel=1e-6)
    if rent_to == "lost":
        assert list(got.index) == [""]
    else:
        assert got.get("AAA", 0.0) == pytest.approx(hand.to_a * answer["rent"], rel=1e-6, abs=1e-9)
    certificate = coupled.certificate
    assert max(certificate.price, certificate.quantities, certificate.transfers) == certificate.residual <= 1e-6


@pytest.mark.parametrize("elasticity", [0.3, 1.0, -0.5])
def test_a_corridor_that_answers_the_price_is_met_where_the_curves_cross(elasticity):
    """Fields produce more at a better price: the fixed point of price and tonnes is found by bisection here."""
    net = network()
    passes = []

    def route(factor):
        passes.append(factor["port"])
        more = Revision("field", "production_kt_per_year", 10000.0 * factor["port"] ** elasticity)
        return net.route(YEAR, outages=[HALT], price_factor=factor, revisions=[more])

    coupled = couple(economy(), SHORT_RUN, NOTHING, net.route(YEAR), route, link("exporter"))

    def crossing(price):
        return Hand("exporter", price**elasticity).solve()["price"] - price

    price = brentq(crossing, 0.8, 1.5, xtol=1e-9)
    assert coupled.oils[0].price_factor == pytest.approx(price, rel=1e-6)
    assert coupled.link.loc["AAA", "kt_after"] == pytest.approx(Hand("exporter", price**elasticity).kt, rel=1e-6)
    certificate = coupled.certificate
    assert certificate.price <= 1e-6
    assert certificate.quantities <= 1e-6
    # Accelerated: as many passes as a secant needs, and one more that proves it.
    assert len(passes) <= 8
    assert passes[-1] == pytest.approx(price, rel=2e-6)
