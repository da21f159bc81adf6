"""What oil paid on its way: against the measures' own sums, and by hand where tanks and periods matter."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from zollverein.corridor import Horizon, Network, Outage, delivered_by_region, transport_cost
from zollverein.corridor.carriage import carried, delivered_cost, mean_carriage
from zollverein.errors import UnknownNameError

HALF_YEAR = Horizon(date(2022, 1, 1), date(2022, 6, 30), "month")
NOTHING = {"valid_from": pd.NaT, "valid_to": pd.NaT}


def network(**more):
    """Two fields, dear and cheap to reach from a hub with a tank, and one pipe from there to the market."""
    nodes = pd.DataFrame(
        {
            "node": ["near", "far", "hub", "sea"],
            "name": ["Near", "Far", "Hub", "Sea"],
            "kind": ["field", "field", "junction", "market"],
            "country": ["XXX", "XXX", "XXX", "AAA"],
        }
    )
    links = pd.DataFrame(
        {
            "link": ["near-hub", "far-hub", "hub-sea"],
            "name": ["Near", "Far", "Out"],
            "from_node": ["near", "far", "hub"],
            "to_node": ["hub", "hub", "sea"],
            "mode": "pipeline",
            "countries": ["XXX", "XXX", "XXX;AAA"],
            "route": ["", "", "out"],
        }
    )
    figures = [
        ("near-hub", "nominal_kt_per_year", 9000.0), ("near-hub", "tariff_usd_per_t", 5.0),
        ("far-hub", "nominal_kt_per_year", 9000.0), ("far-hub", "tariff_usd_per_t", 20.0),
        ("hub-sea", "nominal_kt_per_year", 12000.0), ("hub-sea", "tariff_usd_per_t", 30.0),
        *more.get("figures", ()),
    ]  # fmt: skip
    at = [
        ("near", "crude", "production_kt_per_year", 6000.0), ("far", "crude", "production_kt_per_year", 2000.0),
        ("sea", "crude", "price_usd_per_t", 500.0), ("hub", "", "storage_kt", 5000.0),
    ]  # fmt: skip
    return Network.from_tables(
        nodes=nodes,
        links=links,
        link_figures=pd.DataFrame(figures, columns=["link", "figure", "value"]).assign(**NOTHING),
        node_figures=pd.DataFrame(at, columns=["node", "commodity", "figure", "value"]).assign(**NOTHING),
        commodities=pd.DataFrame({"commodity": ["crude"], "exporter": ["XXX"]}),
    )


def test_a_tonne_pays_the_mean_of_what_mixes():
    routing = network().route(HALF_YEAR)
    table = delivered_cost(routing)
    assert len(table) == len(HALF_YEAR)
    assert table["cost_usd_per_t"].to_numpy() == pytest.approx((6 * 5 + 2 * 20) / 8 + 30)
    assert table["netback_usd_per_t"].to_numpy() == pytest.approx(500 - table["cost_usd_per_t"].to_numpy())


def test_oil_from_a_tank_brings_its_cost_along():
    """The pipe out halts for two months; what fills the tank is mixed with what comes later, and no dollar is lost."""
    halt = Outage("halt", "hub-sea", date(2022, 2, 1), date(2022, 4, 1), share_lost=1.0)
    fire = Outage("fire", "near", date(2022, 4, 1), date(2022, 6, 1), share_lost=1.0)
    routing = network().route(HALF_YEAR, outages=[halt, fire])
    table = delivered_cost(routing)
    left = routing.stocks[routing.stocks["period"] == 5]["stock_kt"].sum()
    assert left == pytest.approx(0.0, abs=1e-6)
    paid = (table["delivered_kt"] * table["cost_usd_per_t"]).sum() / 1e3
    assert paid == pytest.approx(transport_cost(routing, "XXX"), rel=1e-9)
    by_period = table.set_index("period")["cost_usd_per_t"]
    # In April the near field burns: by then only the tank's mixture keeps the far oil's 50 US$/t down.
    assert 38.75 < by_period[3] < 50.0
    assert by_period[0] == pytest.approx(38.75)


def test_what_is_lost_on_the_way_is_paid_for_by_what_arrives():
    routing = network(figures=[("hub-sea", "loss_share", 0.1)]).route(HALF_YEAR)
    table = delivered_cost(routing)
    assert table["cost_usd_per_t"].to_numpy() == pytest.approx(38.75 / 0.9)
    paid = (table["delivered_kt"] * table["cost_usd_per_t"]).sum() / 1e3
    assert paid == pytest.approx(transport_cost(routing, "XXX"), rel=1e-9)


def test_the_arrays_agree_with_the_measures():
    routing = network().route(HALF_YEAR)
    oil = carried(routing, "XXX")
    where = pd.DataFrame({"node": ["sea"], "region": ["AAA"], "share": [1.0]})
    told = delivered_by_region(routing, where, "XXX").loc["AAA"]
    assert oil.exported_kt.sum() == pytest.approx(told["kt"])
    assert oil.value_usd_million.sum() == pytest.approx(told["value_usd_million"])
    assert oil.paid_usd_thousand.sum() / 1e3 == pytest.approx(transport_cost(routing, "XXX"))
    parts = np.column_stack([np.ones(3), [0.0, 0.0, 0.5]])
    at_sea = mean_carriage(routing.network, oil, parts)[3]
    assert at_sea == pytest.approx([told["cost_usd_per_t"], 15.0])


def test_an_unknown_commodity_is_refused():
    routing = network().route(HALF_YEAR)
    with pytest.raises(UnknownNameError, match=r"no commodity 'crud'.*did you mean 'crude'"):
        carried(routing, "XXX", "crud")
    with pytest.raises(UnknownNameError, match="no exporter 'YYY'"):
        carried(routing, "YYY")
