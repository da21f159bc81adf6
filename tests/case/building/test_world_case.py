"""From a world table to a case: nothing is lost, stocks are taken out, and what no model takes is refused by name."""

from dataclasses import replace

import numpy as np
import pytest
from tests.case.data.layouts_worlds import made_world

from zollverein.case.building.world_case import flows_of, tables_of_world
from zollverein.case.concordances import aggregate_table, read_aggregation
from zollverein.case.data.world_table import WorldTable
from zollverein.errors import DataError

REGIONS, SECTORS = ("AAA", "BBB", "CCC"), ("food", "steel", "care")


def world(*, falling: str = "", seed: int = 1) -> WorldTable:
    made = made_world(REGIONS, SECTORS, ("HOUSE", "STOCK"), ("VA",), seed=seed, falling=falling)
    return WorldTable(
        "made", 2020, REGIONS, SECTORS, ("HOUSE", "STOCK"), ("VA",), made.intermediate, made.final, made.primary,
        made.output, made.demand_taxes,
    )  # fmt: skip


def tables(table: WorldTable):
    aggregation = read_aggregation({"regions": "keep", "sectors": "keep"}, table.regions, table.sectors)
    return tables_of_world(table, table, aggregation, None, "made")


def test_a_table_without_stocks_drawn_is_taken_as_it_is():
    table = world()
    assert (table.final >= 0).all()
    flows = flows_of(table)
    assert flows.ledger.empty
    assert np.array_equal(flows.output, table.output)
    sold = table.intermediate.sum(axis=3) + table.final.sum(axis=3)
    assert np.allclose(flows.sales, sold, rtol=1e-12)
    assert np.allclose(flows.value_added_share * table.output, table.value_added, rtol=1e-9)


def test_what_was_drawn_from_stocks_is_taken_out_and_output_made_anew():
    table = world(falling="STOCK")
    demand = table.final.sum(axis=3)
    assert (demand < 0).any(), "the made table must have what is tested"
    flows = flows_of(table)
    assert (flows.sales >= 0).all()
    assert (flows.final >= 0).all()
    # The same technology, and what is made is what is used and bought.
    a = table.intermediate / table.output
    made = np.einsum("nsmt,mt->ns", a, flows.output) + np.maximum(demand, 0.0).sum(axis=2)
    assert np.allclose(made, flows.output, rtol=1e-12)
    assert np.allclose(flows.coefficients, a.sum(axis=0).transpose(1, 0, 2), rtol=1e-12)
    told = flows.ledger[flows.ledger["what"] == "negative final demand"]
    assert told["was_usd_million"].sum() == pytest.approx(np.minimum(demand, 0.0).sum())


def test_the_tables_of_a_case_close():
    made = tables(world(falling="STOCK")).tables
    production = made["production"]
    balance = production["exports_usd_million"] + production["domestic_sales_usd_million"]
    assert np.allclose(balance, production["gross_output_usd_million"], rtol=1e-12)
    exports = made["trade"].groupby(["exporter", "sector"])["value_usd_million"].sum()
    assert np.allclose(exports, production.set_index(["region", "sector"])["exports_usd_million"].loc[exports.index])
    costs = made["inputs"].groupby(["region", "user"])["share"].sum()
    shares = production.set_index(["region", "sector"])["value_added_share"]
    assert np.allclose(costs + shares.reindex(costs.index), 1.0, rtol=1e-12)
    assert (made["trade"]["exporter"] != made["trade"]["importer"]).all()


def test_regions_have_names_that_a_reader_knows():
    made = tables_of("MYS", "ROW", "WA").set_index("region")
    assert made["name"].to_dict() == {
        "MYS": "Malaysia", "ROW": "Rest of the world", "WA": "Rest of Asia and the Pacific",
    }  # fmt: skip
    assert made["kind"].to_dict() == {"MYS": "country", "ROW": "aggregate", "WA": "aggregate"}


def tables_of(*regions):
    table = replace(world(), regions=regions)
    return tables(table).tables["regions"]


def test_a_sector_that_a_region_does_not_have_takes_the_worlds_technology():
    table = world()
    parts = {name: getattr(table, name).copy() for name in ("intermediate", "final", "primary", "output")}
    parts["intermediate"][0, 1], parts["intermediate"][:, :, 0, 1], parts["final"][0, 1] = 0.0, 0.0, 0.0
    parts["primary"][:, 0, 1], parts["output"][0, 1] = 0.0, 0.0
    flows = flows_of(replace(table, **parts))
    others = np.average(flows.coefficients[1:, :, 1], axis=0, weights=flows.output[1:, 1])
    assert np.allclose(flows.coefficients[0, :, 1], others)
    assert flows.value_added_share[0, 1] == pytest.approx(1 - others.sum())
    assert flows.output[0, 1] == 0.0


def test_sectors_that_cost_more_than_they_sell_are_named():
    table = world()
    dear = table.intermediate.copy()
    dear[1, 0, 2, 1] += 2 * table.output[2, 1]
    with pytest.raises(DataError, match=r"CCC steel .* merge each with a larger sector"):
        flows_of(replace(table, intermediate=dear))


def test_a_region_without_output_is_refused():
    table = world()
    with pytest.raises(DataError, match="region AAA makes nothing"):
        tables(
            replace(
                table,
                intermediate=table.intermediate
                * (np.arange(3) != 0)[:, None, None, None]
                * (np.arange(3) != 0)[:, None],
                final=table.final * (np.arange(3) != 0)[:, None, None, None],
                primary=table.primary * (np.arange(3) != 0)[:, None],
                output=table.output * (np.arange(3) != 0)[:, None],
            )
        )


def test_a_rest_of_the_world_of_the_table_itself_is_no_country():
    table = replace(world(), regions=("KAZ", "CHN", "ROW"))
    for told, members in (
        ({"KAZ": {"of": "KAZ"}, "RST": {"of": "rest"}}, ["KAZ", "CHN"]),
        ("keep", ["KAZ", "CHN", "ROW"]),
    ):
        aggregation = read_aggregation({"regions": told, "sectors": "keep"}, table.regions, table.sectors)
        merged = aggregate_table(table, aggregation.regions, aggregation.sectors)
        regions = tables_of_world(merged.table, table, aggregation, None, "made").tables["regions"]
        assert list(regions["members"]) == members
