"""What people add to a workbook: a table that the case had not, a column of remarks, a million coloured cells."""

import re
import shutil
import zipfile

import openpyxl
import pytest

from zollverein.case import check_case, copy_case
from zollverein.case.contents import files_in
from zollverein.case.workbook_layout import FILES
from zollverein.case.workbook_opening import open_workbook
from zollverein.case.workbook_reading import from_excel
from zollverein.case.workbook_writing import LAYOUT, to_excel
from zollverein.errors import CaseError, OutputError

TARIFFS = [
    "exporter",
    "importer",
    "sector",
    "applied_percent",
    "mfn_percent",
    "regime",
    "source",
    "confidence",
    "method",
]


@pytest.fixture(scope="module")
def economy(tmp_path_factory):
    """A case of an economy without tariffs, and its workbook."""
    place = tmp_path_factory.mktemp("economy")
    tables = ["sources", "regions", "sectors", "trade", "production", "inputs"]
    folder = copy_case("small", place / "economy", rooms=tables)
    return folder, to_excel(folder, place / "economy.xlsx").file


@pytest.fixture
def edited(economy, tmp_path):
    """A function that gives the workbook after somebody worked in it."""

    def after(change):
        file = shutil.copy(economy[1], tmp_path / "edited.xlsx")
        opened = openpyxl.load_workbook(file)
        change(opened)
        opened.save(file)
        return file

    return after


def faults_of(file, tmp_path):
    with pytest.raises(CaseError) as error:
        from_excel(file, tmp_path / "none")
    assert not (tmp_path / "none").exists()
    return error.value.faults


def test_a_sheet_named_after_a_table_is_taken_in_with_its_schema(economy, edited, tmp_path):
    def work(opened):
        sheet = opened.create_sheet("Tariffs ")
        sheet.append(["Duties of the year"])
        sheet.append(TARIFFS)
        sheet.append(["INL", "BAY", "OTH", 5, 7.5, None, "example", "assumed", "made up"])
        opened.create_sheet("hazards").append(["hazard", "what I am afraid of"])

    back = from_excel(edited(work), tmp_path / "back")
    assert back.notes == (
        "sheet 'Tariffs ' is new: it was taken in as table tariffs (economy/tariffs.csv)",
        "sheet 'hazards' is none of the case's and was left out",
    )
    assert back.tables == 7
    assert check_case(tmp_path / "back") == []
    was, now = files_in(economy[0]), files_in(tmp_path / "back")
    assert set(now) - set(was) == {"economy/tariffs.csv", "schemas/tariffs.json"}
    assert {file for file in was if was[file] != now[file]} == {"datapackage.json"}
    assert now["economy/tariffs.csv"].decode() == (f"{','.join(TARIFFS)}\nINL,BAY,OTH,5,7.5,,example,assumed,made up\n")
    again = to_excel(tmp_path / "back", tmp_path / "again.xlsx")
    from_excel(again.file, tmp_path / "twice")
    assert files_in(tmp_path / "twice") == now


def test_a_new_table_is_judged_at_its_sheet(edited, tmp_path):
    def work(opened):
        sheet = opened.create_sheet("tariffs")
        sheet.append(TARIFFS)
        sheet.append(["INL", "BAY", "OTH", "5 %", None, None, "nobody", "assumed", "made up"])

    told = [(fault.file, fault.row, fault.column) for fault in faults_of(edited(work), tmp_path)]
    assert told == [("tariffs", 2, "D applied_percent"), ("tariffs", 2, "E mfn_percent"), ("tariffs", 2, "G source")]


def test_costs_that_do_not_add_up_are_told_at_the_inputs(edited, tmp_path):
    def work(opened):
        sheet = opened["inputs"]
        header = {cell.value: cell.column for cell in sheet[1]}
        sheet.insert_rows(2, 3)
        first = next(row for row in sheet.iter_rows(min_row=2) if row[0].value is not None)
        assert (first[header["region"] - 1].value, first[header["user"] - 1].value) == ("INL", "ENX")
        first[header["share"] - 1].value = 0.9

    (fault,) = faults_of(edited(work), tmp_path)
    assert (fault.file, fault.row, fault.column) == ("inputs", 5, "D share")
    assert fault.found == (
        "shares of output in INL, sector ENX, add to 1.75: inputs to 1.05, "
        "and value_added_share in table production is 0.7"
    )
    assert fault.allowed == "costs that add to 1"


def test_a_column_of_remarks_is_told_where_it_may_go(edited, tmp_path):
    def work(opened):
        sheet = opened["trade"]
        sheet.cell(1, sheet.max_column + 1).value = "my remarks"

    (fault,) = faults_of(edited(work), tmp_path)
    assert (fault.file, fault.row, fault.column, fault.found) == ("trade", 1, "H my remarks", "a column too many")
    assert fault.mend.startswith("if it is for remarks, move them to a sheet of your own and clear it")


def test_cells_with_a_format_and_no_value_are_not_read(economy, tmp_path):
    """A sheet coloured far down holds a cell for each place; the library would make an object of each."""
    coloured = "".join(
        f'<row r="{r}"><c r="A{r}" s="1"/><c r="B{r}" s="1" ></c><x:c r="C{r}"\n/></row>' for r in range(1_000, 6_000)
    )
    file = tmp_path / "coloured.xlsx"
    with zipfile.ZipFile(economy[1]) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode("utf-8")
            if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name):
                text = text.replace("</sheetData>", f"{coloured}</sheetData>")
            new.writestr(name, text)
    book = open_workbook(file).book
    assert all(sheet.max_row < 1_000 for sheet in book.worksheets)
    assert sum(len(sheet._cells) for sheet in book.worksheets) < 2_000
    from_excel(file, tmp_path / "back")
    assert files_in(tmp_path / "back") == files_in(economy[0])


def parts_changed(file, target, change):
    """A copy of a workbook whose parts were changed: ``change`` gives a part's content, or None to drop it."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            if (raw := change(entry.filename, old.read(entry))) is not None:
                new.writestr(entry.filename, raw)
    return target


def test_a_damaged_workbook_is_told_in_plain_words(economy, tmp_path):
    file, anew = tmp_path / "damaged.xlsx", "save it anew as .xlsx"
    with_chart = openpyxl.load_workbook(economy[1])
    with_chart.create_chartsheet("mine")
    with_chart.save(tmp_path / "chart.xlsx")
    with pytest.raises(CaseError, match=f"a sheet that is a chart has lost its drawing; delete this sheet.*{anew}"):
        from_excel(tmp_path / "chart.xlsx", tmp_path / "none")
    for change, said in (
        (
            lambda name, raw: None if name == "xl/styles.xml" else raw,
            r"it lacks the formats of its cells \(xl/styles.xml\)",
        ),
        (lambda name, raw: b"<a><b></a>" if name == "xl/workbook.xml" else raw, "no sound XML"),
        (lambda name, raw: raw.replace(b's="4"', b's="9999"') if "sheet3.xml" in name else raw, "is damaged"),
    ):
        with pytest.raises(CaseError, match=f"{said}.*{anew}"):
            from_excel(parts_changed(economy[1], file, change), tmp_path / "none")


def test_an_emptied_or_spoilt_hidden_sheet_is_told_in_plain_words(edited, tmp_path):
    def spoilt(book):
        layout = next(row for row in book[FILES].iter_rows() if row[0].value == LAYOUT)
        layout[3].value = "{a"

    for change in (lambda book: book[FILES].delete_rows(2, book[FILES].max_row), spoilt):
        file = edited(change)
        with pytest.raises(CaseError, match=r"hidden sheet.*was changed and cannot be read; write the workbook anew"):
            from_excel(file, tmp_path / "none")


def test_a_place_below_a_file_is_refused(economy, tmp_path):
    (tmp_path / "afile").write_text("x")
    with pytest.raises(OutputError, match="afile' is a file, no folder; choose another place"):
        from_excel(economy[1], tmp_path / "afile" / "x")


def test_a_long_text_is_told_short(edited, tmp_path):
    def lengthened(book):
        book["trade"]["A2"] = "x" * 30_000

    found = [fault.found for fault in faults_of(edited(lengthened), tmp_path)]
    assert any("x" * 57 + "..." in text for text in found)
    assert max(map(len, found)) < 300
