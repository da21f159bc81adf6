"""What two cases differ in is found by the rows' keys, told with its size, and nothing else is told."""

import json
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from zollverein.case import copy_case, open_case, place_of, with_figures
from zollverein.case.difference import difference
from zollverein.case.row_keys import row_key
from zollverein.errors import UnknownNameError


@pytest.fixture(scope="module")
def small():
    return open_case("small")


def changed(case, **tables):
    return replace(case, tables={**case.tables, **tables})


@pytest.mark.parametrize("name", ["eurasia", "small"])  # between them they have every table that a bundled case has
def test_a_case_does_not_differ_from_itself(name, request):
    case = request.getfixturevalue(name)
    unique = [t for t, f in case.tables.items() if len(f) < 60 and not f.duplicated(keys_of(f)).any()]
    shuffled = {table: case.tables[table].sample(frac=1.0, random_state=1) for table in unique}
    found = difference(case, changed(case, **shuffled))
    assert found.equal, found.summary()
    assert len(unique) > len(case.tables) / 2


def keys_of(frame):
    kinds = {c: "number" if frame[c].dtype.kind == "f" else "string" for c in frame.columns}
    return row_key(frame, frame, kinds, ())


def test_figures_are_told_with_their_relative_change_the_largest_first(small):
    other = with_figures(
        small,
        [
            (place_of(small, "trade.INL.BAY.OTH.value_usd_million"), 1.1, "factor"),
            (place_of(small, "trade.BAY.INL.OTH.value_usd_million"), 0.25, "factor"),
            (place_of(small, "tariffs.BAY.INL.OTH.applied_percent"), 3.0, "value"),
        ],
    )
    found = difference(small, other)
    largest = found.largest()
    assert list(largest["row"]) == ["BAY, INL, OTH", "BAY, INL, OTH", "INL, BAY, OTH"]
    assert list(largest["table"]) == ["tariffs", "trade", "trade"]
    assert largest["relative_change"].tolist() == pytest.approx([np.inf, -0.75, 0.1])
    assert (largest["was"][0], largest["now"][0]) == ("0", "3")
    assert set(found.tables) == {"trade", "tariffs"}
    assert len(found.largest(1)) == 1
    assert difference(small, other, tolerance=0.2).tables["trade"].changed["row"].tolist() == ["BAY, INL, OTH"]
    back = difference(other, small).largest().set_index(["table", "row"])["relative_change"]
    assert back["trade", "BAY, INL, OTH"] == pytest.approx(3.0)
    assert back["tariffs", "BAY, INL, OTH"] == -1.0


def test_what_moves_most_of_its_total_comes_before_dust_that_grew(small):
    trade = small.table("trade")
    dust, whale = trade.index[0], trade["value_usd_million"].idxmax()
    before = trade.assign(value_usd_million=trade["value_usd_million"].where(trade.index != dust, 1e-10))
    after = before.copy()
    after.loc[dust, "value_usd_million"] = 0.4
    after.loc[whale, "value_usd_million"] *= 0.75
    found = difference(changed(small, trade=before), changed(small, trade=after))
    assert found.largest()["relative_change"].tolist() == pytest.approx([4e9, -0.25])
    weighed = found.weightiest()
    assert weighed["relative_change"].tolist() == pytest.approx([-0.25, 4e9])
    total = before["value_usd_million"].sum()
    assert weighed["share_of_total"][0] == pytest.approx(-0.25 * before["value_usd_million"][whale] / total)
    summary = found.summary().set_index("table")
    assert summary.loc["trade", "largest"] == pytest.approx(-0.25), "a fall keeps its sign"
    key = ", ".join(trade.loc[whale, ["exporter", "importer", "sector"]])
    assert summary.loc["trade", "where"] == f"{key}: value_usd_million"


def test_rows_come_and_go_by_their_key(small):
    trade = small.table("trade")
    moved = trade.assign(sector=trade["sector"].where(trade.index != 0, "NEW")).iloc[::-1]
    found = difference(small, changed(small, trade=moved)).table("trade")
    assert found.key == ("exporter", "importer", "sector")
    assert found.rows == (len(trade), len(trade))
    assert found.added["sector"].tolist() == ["NEW"]
    assert found.removed.equals(trade.head(1))
    assert len(found.changed) == 0


def test_words_flags_days_and_empty_cells_are_compared_as_written(small):
    members = small.table("memberships").astype({"note": "str"})
    members.loc[0, "note"] = "new"
    members.loc[0, "valid_from"] = pd.Timestamp("2015-02-01")
    figures = small.table("link_figures")
    figures.loc[0, "confidence"] = "reported"
    found = difference(small, changed(small, memberships=members, link_figures=figures))
    cells = found.table("link_figures").changed
    assert cells[["column", "was", "now"]].to_numpy().tolist() == [["confidence", "assumed", "reported"]]
    assert found.confidence()["table"].tolist() == ["link_figures"]
    assert found.largest().empty
    told = found.table("memberships")
    assert told.key == ("agreement", "country")
    row = told.changed.set_index("column")
    assert (row.loc["note", "now"], pd.isna(row.loc["note", "was"])) == ("new", True)
    assert row.loc["valid_from", ["was", "now"]].tolist() == ["2015-01-01", "2015-02-01"]


def test_figures_in_conflict_are_told_apart_by_their_source(tmp_path):
    folder = copy_case("small", tmp_path / "mine")
    sources = folder / "sources.csv"
    sources.write_text(sources.read_text(encoding="utf-8") + "other,Someone,,,2020,,\n", encoding="utf-8")
    path = folder / "corridor/link_figures.csv"
    header, first, *rest = path.read_text(encoding="utf-8").splitlines()
    columns = header.split(",")
    rival = dict(zip(columns, first.split(","), strict=True)) | {"preferred": "false", "source": "other", "value": "1"}
    path.write_text("\n".join([header, ",".join(rival.values()), first, *rest]) + "\n", encoding="utf-8")
    found = difference("small", folder).table("link_figures")
    assert (len(found.added), len(found.removed), len(found.changed)) == (1, 0, 0)
    assert found.added["source"].tolist() == ["other"]


def test_rows_alike_are_counted(small):
    routes = small.table("routes")
    twice = pd.concat([routes, routes.tail(1)], ignore_index=True)
    found = difference(small, changed(small, routes=twice)).table("routes")
    assert (len(found.added), len(found.removed), len(found.changed)) == (1, 0, 0)


def test_tables_columns_descriptors_and_scenarios_are_told(tmp_path):
    folder = copy_case("small", tmp_path / "mine", title="Other", rooms=["economy", "union"])
    (folder / "scenarios/halt.yaml").unlink()
    (folder / "scenarios/mine.yaml").write_text("name: mine\n", encoding="utf-8")
    path = folder / "scenarios/open-league.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    found = difference("small", folder)
    assert {"nodes", "links"} <= set(found.tables_removed)
    assert not found.tables_added
    assert dict(found.files.to_numpy().tolist()) == {
        "scenarios/halt.yaml": "removed", "scenarios/mine.yaml": "added", "scenarios/open-league.yaml": "changed",
    }  # fmt: skip
    assert found.stated.set_index("key").loc["title", "now"] == "Other"
    assert not found.equal
    told = json.loads(json.dumps(found.to_mapping(), allow_nan=False))
    assert told["equal"] is False
    summary = found.summary().set_index("table")
    assert summary.loc["nodes", ["rows_was", "rows_now", "removed"]].tolist() == [7, 0, 7]
    swapped = difference(folder, "small")
    assert swapped.tables_added == found.tables_removed
    with pytest.raises(UnknownNameError, match="table that differs"):
        found.table("trade")


def test_a_zip_is_compared_with_a_folder(tmp_path):
    folder = copy_case("small", tmp_path / "mine", rooms=["economy"])
    packed = tmp_path / "mine.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in folder.rglob("*"):
            archive.write(file, file.relative_to(tmp_path))
    assert difference(packed, folder).equal
