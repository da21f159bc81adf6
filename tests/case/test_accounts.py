"""What production says of exports and imports is what trade adds up to, or it is a fault with its row."""

import shutil

import pytest
from tests.case.edits import edit

from zollverein.case import bundled_cases, check_case


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "own"
    shutil.copytree(bundled_cases()["small"], folder)
    return folder


def test_trade_that_production_does_not_know_is_told_at_both_ends(own):
    edit(own, "trade", 0, "value_usd_million", "2000")  # INL to BAY, ENX, was 1000
    found = {(fault.column, fault.row): fault.found for fault in check_case(own)}
    assert found == {
        ("exports_usd_million", 2): "25,000, and economy/trade.csv adds up to 26,000 for exporter INL, sector ENX",
        ("imports_usd_million", 5): "1,000, and economy/trade.csv adds up to 2,000 for importer BAY, sector ENX",
    }


def test_value_added_is_its_share_of_output(own):
    edit(own, "production", 0, "value_added_usd_million", "22000")
    (fault,) = check_case(own)
    assert (fault.file, fault.row, fault.column) == ("economy/production.csv", 2, "value_added_usd_million")
    assert "22,000" in fault.found
    assert "21,700" in fault.found


def test_trade_within_a_region_is_told_by_production(own):
    edit(own, "trade", 0, "importer", "INL")
    found = check_case(own)
    (fault,) = [f for f in found if f.file == "economy/trade.csv"]
    assert {f.column for f in found} == {"importer", "exports_usd_million", "imports_usd_million"}, "what it was before"
    assert (fault.file, fault.row, fault.found) == ("economy/trade.csv", 2, "'INL' buys from itself")
    assert "output less its exports" in fault.mend


def test_rounding_is_no_fault(own):
    edit(own, "trade", 0, "value_usd_million", "1000.04")
    assert check_case(own) == []


def test_own_share_is_home_sales_over_what_is_bought(own):
    edit(own, "production", 0, "own_trade_share", "0.5")
    (fault,) = check_case(own)
    assert (fault.file, fault.row, fault.column) == ("economy/production.csv", 2, "own_trade_share")
    assert fault.found.startswith("0.5, and domestic_sales_usd_million is ")


def test_costs_of_every_sector_are_all_of_its_output(own):
    edit(own, "inputs", 0, "share", "0.35")
    edit(own, "inputs", 5, "share", "0.36")
    found = check_case(own)
    assert [(fault.file, fault.column, fault.allowed) for fault in found] == [
        ("economy/inputs.csv", "share", "costs that add to 1")
    ] * 2
