"""Who earns what: rents of bounds, fees of the states that are crossed, the exporter's budget; several oils at once."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.stress.test_coupling import HALT, NOTHING, SHORT_RUN, YEAR, economy, halted, link, network

import zollverein as zv
from zollverein.corridor import Network, transport_cost
from zollverein.corridor.carriage import carried, entered_kt
from zollverein.errors import ScenarioError, UnknownNameError
from zollverein.stress.coupling import couple
from zollverein.stress.settling import settled
from zollverein.stress.shocks import Policy

HOMES = {"Pipe Co": {"XXX": 0.25, "BBB": 0.75}, "Rail Co": {"BBB": 1.0}}


def operated():
    net = network()
    return replace(net, links=net.links.assign(operator=["Pipe Co", "Rail Co"]))


def test_rents_add_up_whoever_gets_them():
    exporters = halted([HALT])[2]
    whole = exporters.outcome.accounts["levy_revenue_new"].sum()
    assert whole > 0.0
    for rent_to, share in (("exporter", {"XXX": 1.0}), ("BBB", {"BBB": 1.0}), ("transit", {"AAA": 1.0}),
                           ("operator", {"XXX": 0.25, "BBB": 0.75})):  # fmt: skip
        coupled = halted([HALT], operated(), link(rent_to=rent_to, homes=HOMES))[2]
        earned = coupled.outcome.accounts["levy_revenue_new"].sum()
        got = coupled.rents.set_index("region")["usd_million"]
        assert got.sum() == pytest.approx(earned, rel=1e-8)
        assert (got / got.sum()).to_dict() == pytest.approx(share)
        # What is not the receiver's by the engine's own quota reaches it by transfer, none the more nor the less.
        accounts = coupled.outcome.accounts
        moved = accounts["deficit_new"] - accounts["deficit_base"]
        fees = coupled.oils[0].fees["transfer"].reindex(moved.index).fillna(0.0)
        fees["XXX"] = -fees.sum()
        expected = got.reindex(moved.index).fillna(0.0) - accounts["levy_revenue_new"]
        assert (moved - fees).to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-5)
        assert moved.sum() == pytest.approx(0.0, abs=1e-8)


def test_a_lost_rent_is_nobodys_and_leaves_the_exporter_poorer():
    kept, lost = halted([HALT])[2], halted([HALT], crude=link(rent_to="lost"))[2]
    assert (lost.outcome.accounts["levy_revenue_new"] == 0.0).all()
    assert list(lost.rents["region"]) == [""]
    assert lost.rents["usd_million"].item() > 0.0
    assert lost.outcome.real_income["XXX"] < kept.outcome.real_income["XXX"]
    bound = lost.outcome.levies.set_index("importer")
    assert bound.loc["AAA", "quantity_factor"] == pytest.approx(lost.link.loc["AAA", "quantity_factor"], rel=1e-8)


def test_a_rent_that_nobody_else_lost_oil_for_stays_with_the_exporter():
    """The pipe is run from home, and the railway, run from BBB, lost nothing."""
    at_home = {"Pipe Co": {"XXX": 1.0}, "Rail Co": {"BBB": 1.0}}
    coupled = halted([HALT], operated(), link(rent_to="operator", homes=at_home))[2]
    assert list(coupled.rents["region"]) == ["XXX"]


def test_fees_by_hand_and_no_dollar_twice():
    before, _, coupled = halted([HALT])
    oil = coupled.oils[0]
    after = coupled.routing
    # Half of each link's tariff is the foreign country's.
    flows = after.flows.assign(paid=after.flows["flow_kt"] * after.flows["tariff_usd_per_t"] / 1e3)
    by_link = flows.groupby("link")["paid"].sum()
    assert oil.fees["after_usd_million"].to_dict() == pytest.approx(
        {"AAA": by_link["pipe"] / 2, "BBB": by_link["rail"] / 2}
    )
    # The other half is carriage at home: together they are all that was paid.
    abroad = oil.fees["after_usd_million"].sum()
    assert 2.0 * abroad == pytest.approx(transport_cost(after, "XXX"))
    # What melts and what is paid over are the whole change of carriage, each once.
    told = oil.link.loc["AAA"]
    melted = (told["iceberg_factor"] - 1.0) / told["crude_share"] * 600.0
    assert melted + told["fee_change_usd_per_t"] == pytest.approx(told["cost_change_usd_per_t"], abs=1e-9)
    # A dollar of the corridor is a share of the oil's value: the exporter pays what the others get.
    value = before.deliveries["value_usd_million"].sum()
    crude = 0.9 * 5000.0 + 0.5 * 1500.0
    change = oil.fees["after_usd_million"] - oil.fees["before_usd_million"]
    assert oil.fees["transfer"].to_numpy() == pytest.approx((change / value * crude).to_numpy(), rel=1e-9)
    paid = coupled.shock.transfer.set_index("country")["value"]
    assert paid.sum() == pytest.approx(0.0, abs=1e-9)
    assert paid["XXX"] == pytest.approx(-oil.fees["transfer"].sum(), rel=1e-9)


def test_a_stated_share_in_a_tariff_goes_before_equal_parts():
    stated = link(fee_shares={"pipe": {"XXX": 1.0}, "rail": {"AAA": 0.2, "BBB": 0.8}})
    fees = halted([HALT], crude=stated)[2].oils[0].fees
    assert fees.loc["AAA", "before_usd_million"] == 0.0
    assert fees.loc["AAA", "after_usd_million"] == pytest.approx(fees.loc["BBB", "after_usd_million"] / 4.0)


def test_a_country_of_a_region_earns_for_its_region():
    nobody = halted([HALT], crude=link(region_of={"BBB": "AAA"}))[2]
    assert list(nobody.oils[0].fees.index) == ["AAA"]


def test_where_the_link_is_cut_both_engines_answer_alone():
    """Crude that is no part of the economy's trade tells it nothing, and hears nothing of what it does."""
    cut = link(shares=pd.Series({"AAA": 0.0, "BBB": 0.0}), base_price_usd_per_t=0.0)
    _, route, coupled = halted([HALT], crude=cut)
    assert (coupled.outcome.real_income == 0.0).all()
    assert coupled.oils[0].price_factor == 1.0
    alone = route({})
    for name in ("flows", "deliveries", "supply"):
        pd.testing.assert_frame_equal(getattr(coupled.routing, name), getattr(alone, name))

    tariff = pd.DataFrame({"exporter": ["AAA"], "importer": ["XXX"], "sector": ["REST"], "rate_percent": [20.0]})
    policy = Policy(tariff, None)
    net, world = network(), economy()
    before = net.route(YEAR)
    coupled = couple(world, SHORT_RUN, policy, before, lambda p: net.route(YEAR, outages=[HALT], price_factor=p), cut)
    by_policy = world.solve(zv.Shock(tariff=tariff), closure=SHORT_RUN)
    assert np.allclose(coupled.outcome.real_income, by_policy.real_income, rtol=0.0, atol=1e-9)
    assert coupled.shock.quota is None
    assert coupled.shock.supply is None
    assert coupled.shock.transfer is None


def two_oils():
    """XXX and BBB both sell at the sea, through pipes of their own."""
    one = network()
    nodes = pd.concat(
        [one.nodes, pd.DataFrame({"node": ["well"], "name": ["Well"], "kind": ["field"], "country": ["BBB"]})]
    )
    line = {"link": "line", "name": "Line", "from_node": "well", "to_node": "sea", "mode": "pipeline",
            "countries": "BBB;AAA", "route": "line"}  # fmt: skip
    links = pd.concat([one.links, pd.DataFrame([line])])
    figures = [("line", "nominal_kt_per_year", 5000.0), ("line", "tariff_usd_per_t", 25.0)]
    more = pd.DataFrame(figures, columns=["link", "figure", "value"]).assign(valid_from=pd.NaT, valid_to=pd.NaT)
    at = [("well", "brent", "production_kt_per_year", 3000.0), ("sea", "brent", "price_usd_per_t", 620.0),
          ("east", "brent", "price_usd_per_t", 620.0)]  # fmt: skip
    there = pd.DataFrame(at, columns=["node", "commodity", "figure", "value"]).assign(
        valid_from=pd.NaT, valid_to=pd.NaT
    )
    return Network.from_tables(
        nodes=nodes.reset_index(drop=True),
        links=links.reset_index(drop=True),
        link_figures=pd.concat([one.link_figures[more.columns], more], ignore_index=True),
        node_figures=pd.concat([one.node_figures[there.columns], there], ignore_index=True),
        commodities=pd.DataFrame({"commodity": ["crude", "brent"], "exporter": ["XXX", "BBB"]}),
    )


def test_several_oils_have_a_price_each():
    net, world = two_oils(), economy()
    before = net.route(YEAR)
    other = link(
        exporter="BBB", sector="REST", rent_to="BBB", shares=pd.Series({"AAA": 0.8}), output_usd_million=63000.0,
        market_regions=pd.DataFrame({"node": ["sea"], "region": ["AAA"], "share": [1.0]}),
    )  # fmt: skip
    told = []

    def route(factors):
        told.append(factors)
        return net.route(YEAR, outages=[HALT], price_factor=factors)

    coupled = couple(world, SHORT_RUN, NOTHING, before, route, [link(), other])
    assert set(told[-1]) == {"sea/crude", "east/crude", "sea/brent"}
    mine, theirs = (oil.price_factor for oil in coupled.oils)
    assert mine > 1.0
    assert mine != theirs
    for oil in coupled.oils:
        price = coupled.outcome.border_price(oil.crude.exporter, oil.crude.sector)
        weights = oil.link["kt_before"] / oil.link["kt_before"].sum()
        answered = (price.reindex(oil.link.index) * oil.link["iceberg_factor"] * weights).sum()
        assert answered == pytest.approx(oil.price_factor, abs=1e-6)
    # A second oil on which nothing happens changes next to nothing for the first.
    alone = couple(world, SHORT_RUN, NOTHING, before, lambda p: net.route(YEAR, outages=[HALT], price_factor=p), link())
    assert coupled.link["kt_after"].to_numpy() == pytest.approx(alone.link["kt_after"].to_numpy(), rel=1e-6)


def test_two_commodities_of_one_sector_share_a_bound():
    halves = [
        link(shares=pd.Series({"AAA": 0.45, "BBB": 0.25}), base_price_usd_per_t=300.0, commodity="crude")
        for _ in range(2)
    ]
    whole = halted([HALT])[2]
    net = network()
    both = couple(
        economy(), SHORT_RUN, NOTHING, net.route(YEAR),
        lambda p: net.route(YEAR, outages=[HALT], price_factor=p), halves,
    )  # fmt: skip
    assert np.allclose(both.outcome.real_income, whole.outcome.real_income, atol=1e-8)
    with pytest.raises(ScenarioError, match="give both commodities the same rent_to"):
        couple(economy(), SHORT_RUN, NOTHING, net.route(YEAR), lambda p: net.route(YEAR, price_factor=p),
               [halves[0], replace(halves[1], rent_to="lost")])  # fmt: skip


def test_what_was_passed_on_settles_anew_in_another_world():
    coupled = halted([HALT], crude=link(rent_to="transit"))[2]
    again = settled(economy(), SHORT_RUN, NOTHING, coupled.bounds)
    assert again.residual <= 1e-9
    assert np.allclose(again.outcome.real_income, coupled.outcome.real_income, atol=1e-7)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"rent_to": "exporters"}, UnknownNameError, "did you mean 'exporter'"),
        ({"rent_to": "operator"}, ScenarioError, "no column operator"),
        ({"exporter": "YYY"}, UnknownNameError, "no exporter 'YYY'"),
        ({"sector": "OIL"}, UnknownNameError, "no sector 'OIL'"),
        ({"region_of": {"AAA": "ZZZ"}}, UnknownNameError, "no region 'ZZZ' in the countries of link"),
    ],
)
def test_a_link_that_does_not_fit_is_refused(changes, error, words):
    with pytest.raises(error, match=words):
        halted([HALT], crude=link(**changes))


def test_an_operator_without_a_home_is_refused():
    with pytest.raises(UnknownNameError, match="no operator 'Pipe Co'"):
        halted([HALT], operated(), link(rent_to="operator", homes={"Rail Co": {"BBB": 1.0}}))


@pytest.fixture(scope="module")
def halt(answer_of):
    return answer_of("novorossiysk-90-days")


def test_the_bundled_halt_takes_fees_from_the_state_it_bypasses(halt, eurasia):
    fees = halt.transit_fees.set_index("country")
    assert fees.loc["RUS", "change_usd_million"] < 0.0 < fees.loc["AZE", "change_usd_million"]
    assert set(fees["confidence"]) <= {"reported", "derived", "assumed"}
    # Before: seven tenths of the line's tariff on all that it carried, and what else Russia's links took.
    share = eurasia.table("fee_shares").set_index(["link", "country"])["share"]["cpc-kazakh", "RUS"]
    flows = halt.baseline.flows
    line = flows[(flows["link"] == "cpc-kazakh") & (flows["exporter"] == "KAZ")]
    carried_by_line = float((line["flow_kt"] * line["tariff_usd_per_t"]).sum() / 1e3)
    assert fees.loc["RUS", "before_usd_million"] > share * carried_by_line
    assert fees.loc["RUS", "before_usd_million"] == pytest.approx(share * carried_by_line, rel=0.25)


def test_the_budget_loses_its_share_of_the_oil(halt):
    budget = halt.budget.set_index("measure")
    revenue = budget.loc["oil_export_revenue"]
    summary = halt.corridor_summary.set_index("measure")
    assert revenue["before"] == pytest.approx(summary.loc["export_value", "before"])
    # All rent is the exporter's in this case, so that its revenue is the whole value.
    assert revenue["after"] == pytest.approx(summary.loc["export_value", "after"])
    assert budget.loc["state_revenue", "change"] == pytest.approx(0.4 * revenue["change"])
    assert budget.loc["state_revenue_high", "change"] < budget.loc["state_revenue", "change"] < 0.0
    assert (halt.budget["confidence"] == "assumed").all()


def test_entered_tonnes_are_those_of_the_transit_table(halt):
    oil = carried(halt.baseline, "KAZ")
    entered = entered_kt(halt.baseline.network, oil.links_kt, "KAZ")
    transit = halt.transit.set_index("country")["before_share"]
    for country, share in transit.items():
        assert entered[country] / oil.exported_kt.sum() == pytest.approx(share)
