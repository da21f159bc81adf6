"""The case to start one's own with: small, valid, invented and run from end to end."""

import zipfile

import pytest

import zollverein as zv
from zollverein.case import copy_case
from zollverein.errors import InputError, ScenarioError, UnknownNameError
from zollverein.report import flow_map
from zollverein.report.figures import figures_of


@pytest.fixture(scope="module")
def small():
    return zv.open_case("small")


@pytest.fixture(scope="module")
def halted(small):
    return zv.run("halt", case=small)


def test_its_figures_all_say_that_they_are_invented(small):
    known = small.confidence()
    assert (known["assumed"] == known["figures"]).all()
    assert len(known) == len(small.tables) - 1  # all but the sources


def test_a_halt_strands_oil_sends_some_east_and_hurts_who_is_inland(halted):
    routes = halted.routes.set_index("route")
    assert 0 < halted.measure("stranded") < 46_000 * 61 / 365
    assert routes.loc["east", "after_kt"] > routes.loc["east", "before_kt"]
    income = halted.welfare.set_index("region")["real_income_percent"]
    assert income["INL"] < -1 < income["BAY"]


def test_places_without_coordinates_leave_out_the_map_and_nothing_else(halted, tmp_path):
    assert not any(name.startswith("map-") for name in figures_of(halted))
    page = halted.to_html(tmp_path / "halt.html")
    assert "Through Bayland to the sea" in page.read_text(encoding="utf-8")
    with pytest.raises(ScenarioError, match="latitude_deg"):
        flow_map(halted)


def test_a_zip_brings_its_scenarios(small, tmp_path):
    folder = copy_case("small", tmp_path / "My League")
    with zipfile.ZipFile(tmp_path / "league.zip", "w") as archive:
        for file in folder.rglob("*"):
            archive.write(file, file.relative_to(tmp_path))
    packed = zv.open_case(tmp_path / "league.zip")
    assert packed.name == "my-league"
    assert list(packed.scenario_files()) == list(small.scenario_files())
    outcome = zv.run({"name": "again", "extends": "open-league", "title": "t", "question": "q"}, case=packed)
    assert (outcome.welfare.set_index("region").loc[["INL", "BAY"], "real_income_percent"] > 0).all()


def test_rows_are_found_by_number_day_and_flag_as_they_are_written(small):
    assert len(small.preferred("link_figures", value="20")) == len(small.preferred("link_figures", value=20.0)) == 1
    assert len(small.trace("memberships", valid_from="2015-01-01")) == 2
    assert len(small.trace("link_figures", preferred="true")) == len(small.table("link_figures"))
    for wrong in ({"value": "much"}, {"valid_from": "soon"}, {"preferred": "perhaps"}):
        with pytest.raises(InputError, match="give one of them"):
            small.preferred("link_figures", **wrong)
    with pytest.raises(UnknownNameError, match="figure"):
        small.preferred("link_figures", figur="x")
