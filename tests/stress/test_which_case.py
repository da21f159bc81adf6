"""A scenario knows its case: by its key, by the folder that it lies in, or by the bundled case that has it."""

import pytest

import zollverein as zv
from zollverein.case import copy_case
from zollverein.errors import UnknownNameError
from zollverein.stress.sweeps import read_sweep


def test_a_scenario_in_a_case_folder_runs_on_that_case(tmp_path):
    folder = copy_case("small", tmp_path / "mine")
    trade = folder / "union" / "wedges.csv"
    trade.write_text(trade.read_text(encoding="utf-8").replace(",0.1,", ",0.14,"), encoding="utf-8")
    mine, theirs = zv.run(folder / "scenarios" / "open-league.yaml"), zv.run("open-league")
    assert (mine.case_name, theirs.case_name) == ("mine", "small")
    assert mine.welfare["real_income_percent"].max() > theirs.welfare["real_income_percent"].max() + 0.1


def test_a_key_outranks_the_folder_and_an_argument_both(tmp_path):
    folder = copy_case("small", tmp_path / "mine")
    path = folder / "scenarios" / "open-league.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "case: small\n", encoding="utf-8")
    assert zv.run(path).case_name == "small"
    assert zv.run(path, case=folder).case_name == "mine"


def test_a_variant_without_a_title_says_that_it_is_one():
    variant = zv.run({"name": "half", "extends": "open-league", "case": "small"})
    assert variant.scenario.title == "The League takes its internal barriers down, varied as 'half'"
    with pytest.raises(UnknownNameError, match="no corridor"):
        variant.measure("stranded")


def test_a_sweep_is_of_the_case_whose_folder_it_lies_in(tmp_path):
    (tmp_path / "sweeps").mkdir()
    told = "name: mine\ntitle: t\nquestion: q?\nscenarios: [halt]\n"
    inside, outside = tmp_path / "sweeps" / "mine.yaml", tmp_path / "mine.yaml"
    (tmp_path / "datapackage.json").write_text("{}", encoding="utf-8")
    inside.write_text(told, encoding="utf-8")
    outside.write_text(told, encoding="utf-8")
    assert read_sweep(inside).case == str(tmp_path.resolve())
    assert read_sweep(outside).case == read_sweep("quick-year").case == "eurasia"
    assert read_sweep("pipeline-year").case == "eastafrica"
    inside.write_text(told + "case: small\n", encoding="utf-8")
    assert read_sweep(inside).case == "small"
