"""Production that follows trade: what hangs on an edited flow is reckoned again, and nothing else is touched."""

import io
import json

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.case.edits import edit

from zollverein.case import bundled_cases, check_case, copy_case
from zollverein.case.adding_up import FOLLOWS, add_up, added_up
from zollverein.case.contents import as_contents, contents_of, files_in
from zollverein.case.seal import sealed
from zollverein.case.workbook_reading import from_excel
from zollverein.case.workbook_writing import to_excel
from zollverein.errors import CaseError

SMALL = bundled_cases()["small"]
FEW = settings(max_examples=25, deadline=None)


@pytest.fixture
def own(tmp_path):
    return copy_case("small", tmp_path / "own")


def test_one_flow_is_carried_through_every_column(own):
    edit(own, "trade", 0, "value_usd_million", "1500")  # INL to BAY, ENX, was 1000
    assert check_case(own)
    changes = add_up(own).changes.set_index(["region", "sector", "column"])["now"].to_dict()
    assert changes == {
        ("INL", "ENX", "exports_usd_million"): 25500,
        ("INL", "ENX", "domestic_sales_usd_million"): 5500,
        ("INL", "ENX", "own_trade_share"): 0.9166666667,
        ("BAY", "ENX", "imports_usd_million"): 1500,
        ("BAY", "ENX", "own_trade_share"): 0.9302325581,
    }
    assert check_case(own) == []
    assert add_up(own).changes.empty


def test_rows_that_agree_keep_their_letters(own):
    before = (own / "economy/production.csv").read_text(encoding="utf-8").splitlines()
    edit(own, "trade", 0, "value_usd_million", "1500")
    add_up(own)
    after = (own / "economy/production.csv").read_text(encoding="utf-8").splitlines()
    changed = [k for k, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    assert [after[k].split(",")[:2] for k in changed] == [["INL", "ENX"], ["BAY", "ENX"]]
    assert all(after[k].endswith(FOLLOWS) for k in changed)


def test_what_was_reported_is_derived_now(own):
    edit(own, "production", 0, "confidence", "reported")
    edit(own, "trade", 0, "value_usd_million", "1500")
    add_up(own)
    frame = pd.read_csv(own / "economy/production.csv")
    assert frame.loc[0, "confidence"] == "derived"


def test_a_case_that_agrees_is_left_alone(own):
    before = files_in(own)
    assert add_up(own).changes.empty
    assert files_in(own) == before


def test_exports_above_output_are_told_at_their_row_and_nothing_is_written(own):
    edit(own, "trade", 0, "value_usd_million", "20000")
    before = files_in(own)
    with pytest.raises(CaseError, match="31,000, and trade adds up to 44,000 for exporter INL, sector ENX") as caught:
        add_up(own)
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.column) == ("economy/production.csv", 2, "gross_output_usd_million")
    assert files_in(own) == before


def test_what_is_all_exported_leaves_nothing_at_home(own):
    edit(own, "trade", 0, "value_usd_million", "7000.0000001")  # INL exports 24,000 of ENX elsewhere, of 31,000
    changes = add_up(own).changes.set_index(["region", "sector", "column"])["now"]
    assert changes["INL", "ENX", "domestic_sales_usd_million"] == 0
    assert changes["INL", "ENX", "exports_usd_million"] == 31000
    assert check_case(own) == []


def test_a_small_change_in_a_large_sum_is_followed_on_both_sides(own):
    edit(own, "trade", 0, "value_usd_million", "1000.01")
    changes = add_up(own).changes.set_index(["region", "sector", "column"])["now"]
    assert changes["INL", "ENX", "exports_usd_million"] == 25000.01
    assert changes["BAY", "ENX", "imports_usd_million"] == 1000.01


@pytest.mark.parametrize("bundled", bundled_cases())
def test_what_is_bundled_agrees(bundled):
    assert added_up(contents_of(bundled_cases()[bundled]), bundled).changes.empty


def test_empty_cells_of_what_follows_are_filled(own):
    edit(own, "production", 0, "own_trade_share", "")
    changes = add_up(own).changes
    assert changes[["region", "sector", "column"]].to_numpy().tolist() == [["INL", "ENX", "own_trade_share"]]
    assert changes["now"].item() == pytest.approx(6000 / 6500)


@pytest.mark.parametrize(
    "gone", [("exports_usd_million",), ("imports_usd_million",), ("exports_usd_million", "imports_usd_million")]
)
def test_columns_that_a_table_does_not_have_are_not_needed(own, gone):
    path = own / "economy/production.csv"
    pd.read_csv(path, dtype=str, keep_default_na=False).drop(columns=[*gone]).to_csv(path, index=False)
    declare(own, "production", lambda fields: [field for field in fields if field["name"] not in gone])
    edit(own, "trade", 0, "value_usd_million", "2000")
    add_up(own)
    frame = pd.read_csv(path).set_index(["region", "sector"])
    assert frame.loc[("INL", "ENX"), "domestic_sales_usd_million"] == 5000
    assert frame.loc[("INL", "ENX"), "own_trade_share"] == pytest.approx(5000 / 5500)
    assert frame.loc[("BAY", "ENX"), "own_trade_share"] == pytest.approx(20000 / 22000)


def declare(folder, table, change):
    path = folder / "schemas" / f"{table}.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["fields"] = change(schema["fields"])
    schema.pop("x-zollverein", None)
    path.write_text(json.dumps(schema), encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "column", "kind", "words"),
    [
        ("production", "exports_usd_million", "integer", "a whole number"),
        ("production", "own_trade_share", "string", "column 'own_trade_share' is not declared a number"),
        ("trade", "value_usd_million", "string", "column 'value_usd_million' is not declared a number"),
    ],
)
def test_what_is_declared_otherwise_is_told(own, table, column, kind, words):
    def other(fields):
        return [{"name": f["name"], "type": kind} if f["name"] == column else f for f in fields]

    declare(own, table, other)
    edit(own, "trade", 0, "value_usd_million", "2000.5")
    with pytest.raises(CaseError, match=words):
        add_up(own)
    check_case(own)  # tells faults or none, and does not break


@pytest.mark.parametrize("column", ["domestic_sales_usd_million", "value_added_share"])
def test_a_column_that_an_economy_needs_is_told_by_name(own, column):
    path = own / "economy/production.csv"
    pd.read_csv(path, dtype=str, keep_default_na=False).drop(columns=column).to_csv(path, index=False)
    declare(own, "production", lambda fields: [field for field in fields if field["name"] != column])
    (fault,) = check_case(own)
    assert (fault.file, fault.found) == (
        "economy/production.csv", f"table production has no column '{column}', which an economy is built from"
    )  # fmt: skip


def test_negative_trade_is_told_of_trade_alone(own):
    edit(own, "trade", 0, "value_usd_million", "-1000")
    with pytest.raises(CaseError) as caught:
        add_up(own)
    assert [(fault.file, fault.row) for fault in caught.value.faults] == [("economy/trade.csv", 2)]


def test_a_sealed_case_is_not_edited(own):
    path = own / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        resource.update(sealed(resource, (own / resource["path"]).read_bytes()))
    path.write_text(json.dumps(package), encoding="utf-8")
    edit(own, "trade", 0, "value_usd_million", "1500")
    with pytest.raises(CaseError, match="case 'own' is frozen"):
        add_up(own)


def test_a_case_without_its_descriptor_is_told_as_ever(own):
    (own / "datapackage.json").unlink()
    with pytest.raises(CaseError, match=r"case 'own' is refused.*\n.*datapackage.json: the file is missing"):
        add_up(own)


def test_other_faults_are_told_and_nothing_is_written(own):
    edit(own, "trade", 0, "value_usd_million", "1500")
    edit(own, "inputs", 0, "share", "0.9")
    before = files_in(own)
    with pytest.raises(CaseError, match="costs that add to 1"):
        add_up(own)
    edit(own, "trade", 1, "value_usd_million", "many")
    with pytest.raises(CaseError, match="'many'"):
        add_up(own)
    assert files_in(own).keys() == before.keys()
    assert files_in(own)["economy/production.csv"] == before["economy/production.csv"]


def test_what_is_no_folder_of_ones_own_is_refused(tmp_path):
    with pytest.raises(CaseError, match="comes with the program"):
        add_up("small")


@FEW
@given(st.lists(st.tuples(st.integers(0, 10_000), st.floats(0.0, 3.0)), min_size=1, max_size=6))
def test_whatever_is_edited_the_accounts_agree_or_output_is_too_small(edits):
    contents = contents_of(SMALL)
    path = contents.path("trade")
    trade = pd.read_csv(SMALL / path, dtype=str, keep_default_na=False)
    for row, factor in edits:
        k = row % len(trade)
        trade.loc[k, "value_usd_million"] = repr(float(trade.loc[k, "value_usd_million"]) * factor)
    edited = as_contents({**contents.files, path: trade.to_csv(index=False).encode()}, "edited")
    sums = trade.astype({"value_usd_million": float}).groupby(["exporter", "sector"])["value_usd_million"].sum()
    output = pd.read_csv(SMALL / contents.path("production")).set_index(["region", "sector"])
    try:
        found = added_up(edited, "edited")
    except CaseError:
        assert (sums > output["gross_output_usd_million"].reindex(sums.index)).any()
        return
    again = as_contents({**edited.files, contents.path("production"): found.raw}, "again")
    assert added_up(again, "again").changes.empty
    frame = pd.read_csv(io.BytesIO(found.raw)).set_index(["region", "sector"])
    told = frame["exports_usd_million"].reindex(sums.index)
    assert np.allclose(told, sums, rtol=1e-4, atol=1e-3)
    parts = frame["exports_usd_million"] + frame["domestic_sales_usd_million"]
    assert np.allclose(parts, frame["gross_output_usd_million"], rtol=1e-6)


def test_a_workbook_with_one_edited_flow_comes_in(tmp_path):
    book = tmp_path / "book.xlsx"
    to_excel("small", book)
    opened = openpyxl.load_workbook(book)
    sheet = opened["trade"]
    header = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, header["value_usd_million"]).value = 1500
    opened.save(book)
    with pytest.raises(CaseError, match="add-up"):
        from_excel(book, tmp_path / "refused")
    made = from_excel(book, tmp_path / "mine", follow_trade=True)
    assert "production follows trade: 5 figures became others" in made.notes
    assert check_case(made.folder) == []


def test_faults_of_a_workbook_are_told_by_cell_and_all_at_once(tmp_path):
    book = tmp_path / "book.xlsx"
    to_excel("small", book)
    opened = openpyxl.load_workbook(book)
    header = {cell.value: cell.column for cell in opened["trade"][1]}
    opened["trade"].cell(2, header["value_usd_million"]).value = 90000
    opened["production"].insert_rows(2, 3)
    opened["tariffs"].cell(2, 1).value = "XXX"
    opened.save(book)
    with pytest.raises(CaseError) as caught:
        from_excel(book, tmp_path / "mine", follow_trade=True)
    told = {(fault.file, fault.row, fault.column) for fault in caught.value.faults}
    assert told == {("production", 5, "C gross_output_usd_million"), ("tariffs", 2, "A exporter")}
    assert not (tmp_path / "mine").exists()
