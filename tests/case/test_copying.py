"""A case of one's own begins as a copy of a bundled one, or of some rooms of it, and is valid from the start."""

import json

import pytest

from zollverein.case import bundled_cases, check_case, copy_case, open_case
from zollverein.case.contents import contents_of, files_in
from zollverein.case.copying import rooms_of
from zollverein.errors import CaseError, UnknownNameError

CORRIDOR = {
    "commodities", "link_figures", "link_units", "links", "market_regions", "node_figures", "nodes", "observed",
    "quotas", "routes",
}  # fmt: skip


def test_a_copy_has_every_file_and_another_name(tmp_path):
    made = copy_case("small", tmp_path / "My League", title="Two Ways Out")
    was, now = files_in(bundled_cases()["small"]), files_in(made)
    assert {file for file in was if was[file] != now.get(file)} == {"datapackage.json"}
    assert set(was) == set(now)
    case = open_case(made)
    assert (case.name, case.title) == ("my-league", "Two Ways Out")
    assert open_case(copy_case("small", tmp_path / "b", called="Anders als der Ordner")).name == "anders-als-der-ordner"


def test_a_room_alone_is_a_valid_case(tmp_path):
    made = copy_case("small", tmp_path / "mine", rooms=["corridor"])
    case = open_case(made)
    assert set(case.tables) == CORRIDOR | {"sources", "regions"}
    assert check_case(made) == []
    whole = open_case("small")
    for name, frame in case.tables.items():
        assert frame.equals(whole.tables[name]), name
    assert case.union_agreement is None
    assert case.base_year is None
    used = {resource["schema"] for resource in contents_of(made).resources.values()}
    assert {file for file in files_in(made) if file.startswith("schemas/")} == used
    sector = next(f for f in contents_of(made).schema_data("commodities")["fields"] if f["name"] == "sector")
    assert "foreign" not in sector.get("x-zollverein", {})


@pytest.mark.parametrize("room", ["economy", "union"])
def test_each_other_room_is_valid_too(room, tmp_path):
    case = open_case(copy_case("small", tmp_path / "mine", rooms=[room]))
    assert set(case.tables) == {"sources", "regions", *rooms_of(contents_of(bundled_cases()["small"]))[room]}


def test_a_corridor_without_its_union_loses_the_threats_that_are_about_it(tmp_path):
    """Barriers and exits are no threats where there are no wedges and no members; sources that nothing names go."""
    case, whole = open_case(copy_case("eurasia", tmp_path / "mine", rooms=["corridor"])), open_case("eurasia")
    hazards, all_hazards = case.table("hazards"), whole.table("hazards")
    named = all_hazards[["targets", "also"]].fillna("").agg(";".join, axis=1)
    of_the_union = named.str.contains(r"\b(?:barriers?|exit):")
    assert 0 < of_the_union.sum() < len(all_hazards)
    assert list(hazards["hazard"]) == list(all_hazards.loc[~of_the_union, "hazard"])
    used = {key.strip() for frame in case.tables.values() if "source" in frame for cell in frame["source"].dropna()
            for key in cell.split(";")}  # fmt: skip
    assert set(case.sources["key"]) == used
    assert len(used) < len(whole.sources)


def test_tables_may_be_named_one_by_one(tmp_path):
    case = open_case(copy_case("small", tmp_path / "mine", rooms=["trade", "sectors"]))
    assert set(case.tables) == {"sources", "regions", "trade", "sectors"}


def test_scenarios_stay_behind_that_do_not_hold(tmp_path):
    asked = []

    def judge(folder):
        asked.append(json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["name"])
        there = (folder / "scenarios").is_dir() and sorted(p.name for p in (folder / "scenarios").iterdir())
        return {f"scenarios/{name}": "does not hold" for name in there or [] if name.startswith("halt")}

    made = copy_case("small", tmp_path / "mine", rooms=["economy", "union"], judge=judge)
    assert sorted(p.name for p in (made / "scenarios").iterdir()) == ["open-league.yaml"]
    assert asked == ["mine", "mine"]  # again, since another may have rested on what went


def test_a_room_that_does_not_exist_is_named_and_nothing_is_made(tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean 'corridor'"):
        copy_case("small", tmp_path / "mine", rooms=["coridor"])
    assert list(tmp_path.iterdir()) == []


def test_rooms_that_are_no_case_are_refused_with_what_breaks(tmp_path, monkeypatch):
    folder = copy_case("small", tmp_path / "template")
    path = folder / "economy/tariffs.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("assumed", "certain", 1), encoding="utf-8")
    monkeypatch.setattr("zollverein.case.copying.bundled_cases", lambda: {"template": folder})
    with pytest.raises(CaseError, match="'certain'"):
        copy_case("template", tmp_path / "mine", rooms=["economy"])
    assert not (tmp_path / "mine").exists()
