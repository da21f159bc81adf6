"""A case goes to Excel and back without losing a letter; what a spreadsheet does to it comes through or is named."""

import csv
import io
import json
import re
import shutil
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from zollverein.case import bundled_cases, check_case
from zollverein.case.contents import files_in
from zollverein.case.freezing import freeze_case
from zollverein.case.workbook_layout import COLUMNS, FILES, READ_ME, sheet_names
from zollverein.case.workbook_reading import from_excel
from zollverein.case.workbook_writing import to_excel
from zollverein.errors import CaseError, OutputError

FIELDS = {
    "code": {"type": "string", "constraints": {"required": True}},
    "value_usd_million": {"type": "number"},
    "duty_percent": {"type": "number"},
    "weight_share": {"type": "number"},
    "count": {"type": "integer"},
    "year": {"type": "year"},
    "open": {"type": "boolean"},
    "valid_from": {"type": "date"},
    "note": {"type": "string"},
    "source": {"type": "string", "x-zollverein": {"list": ";", "foreign": "sources.key"}},
    "confidence": {"type": "string", "constraints": {"enum": ["reported", "derived", "assumed"]}},
    "method": {"type": "string"},
}
ROWS = [
    ["0101", "5.0", "0.0", "0.5", "3", "2021", "true", "2022-03-23", "plain", "one", "reported", ""],
    ["1-3", "-1e-07", "12.50", "", "", "", "false", "", "  spaces  ", "one;two", "derived", "so, it is"],
    ["A01-A03", "0.30000000000000004", "", "1", "-2", "1999", "TRUE", "1899-12-31", "=SUM(A1)", "two", "assumed", "x"],
    [
        "2022",
        "12345678901234567890",
        "+3",
        ".5",
        "0",
        "2022",
        "",
        "1900-02-28",
        "#REF!",
        "two",
        "assumed",
        "line\nbreak",
    ],
    ["007", "", "", "", "", "", "", "", 'said "so"', "one", "reported", "_x000D_"],
]


def plain_case(folder, rows=ROWS):
    """A case with a column of each type and nothing that an engine reads."""
    (folder / "schemas").mkdir(parents=True)
    (folder / "scenarios").mkdir()
    sources = {"fields": [{"name": n, "type": "string"} for n in ("key", "publisher", "url")], "primaryKey": ["key"]}
    goods = {
        "fields": [{"name": n, **f} for n, f in FIELDS.items()],
        "primaryKey": ["code"],
        "x-zollverein": {"figure": True},
    }
    paths = {"sources": "sources.csv", "goods": "economy/goods.csv"}
    for name, schema in (("sources", sources), ("goods", goods)):
        (folder / f"schemas/{name}.json").write_text(json.dumps(schema, indent=1) + "\n", encoding="utf-8")
    resources = [{"name": n, "path": p, "schema": f"schemas/{n}.json"} for n, p in paths.items()]
    described = {"name": "plain", "title": "A plain case", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(described, indent=1, ensure_ascii=False), encoding="utf-8")
    (folder / "README.md").write_text(
        "# Plain\r\n\n=not a formula\n_x000D_ stays\n\ttab\x0b", encoding="utf-8", newline=""
    )
    (folder / "scenarios/x.yaml").write_text("name: x\n", encoding="utf-8")
    (folder / "sources.csv").write_text("key,publisher,url\none,A,http://a.org\ntwo,B,http://b.org\n", encoding="utf-8")
    (folder / "economy").mkdir()
    write_rows(folder, rows)
    return folder


def write_rows(folder, rows):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([list(FIELDS), *rows])
    (folder / "economy/goods.csv").write_text(text.getvalue(), encoding="utf-8", newline="")


@pytest.fixture
def book(tmp_path):
    """The workbook of a plain case."""
    return to_excel(plain_case(tmp_path / "plain"), tmp_path / "plain.xlsx").file


def edited(file, change):
    """The workbook after somebody worked in it; numbers with all the digits that Excel would save."""
    opened = openpyxl.load_workbook(file)
    change(opened)
    cells = (cell for sheet in opened.worksheets for row in sheet.iter_rows(max_row=50) for cell in row)
    for cell in cells:
        if isinstance(cell.value, float):
            cell.value, cell.data_type = repr(cell.value), "n"
    opened.save(file)
    return file


def goods_of(folder):
    with (folder / "economy/goods.csv").open(encoding="utf-8", newline="") as given:
        return {row["code"]: row for row in csv.DictReader(given)}


def refused(file, folder):
    with pytest.raises(CaseError) as error:
        from_excel(file, folder)
    assert not folder.exists()
    assert sorted(p.name for p in folder.parent.iterdir() if p.name.startswith(".")) == []
    return error.value


@pytest.mark.parametrize("name", ["eurasia", "small"])  # between them they have every table that a bundled case has
def test_bundled_cases_come_back_byte_by_byte(name, tmp_path):
    place = bundled_cases()[name]
    made = to_excel(name, tmp_path / "case.xlsx")
    back = from_excel(made.file, tmp_path / "back")
    was, now = files_in(place), files_in(tmp_path / "back")
    assert [file for file in {**was, **now} if was.get(file) != now.get(file)] == []
    assert (back.tables, back.rows) == (made.tables, made.rows)
    assert (made.left_out, back.notes) == ((), ())


def test_awkward_cells_come_back_byte_by_byte_also_as_excel_saves_them(book, tmp_path):
    from_excel(book, tmp_path / "back")
    assert files_in(tmp_path / "back") == files_in(tmp_path / "plain")
    from_excel(with_shared_strings(book), tmp_path / "shared")
    assert files_in(tmp_path / "shared") == files_in(tmp_path / "plain")


def with_shared_strings(file):
    """The workbook with its texts in a list of their own, which is how Excel saves them."""
    strings: list[str] = []

    def shared(found):
        strings.append(found[2])
        return f'{found[1]} t="s"><v>{len(strings) - 1}</v></c>'

    with zipfile.ZipFile(file) as given:
        parts = {name: given.read(name) for name in given.namelist()}
    for name, raw in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            text = raw.decode("utf-8")
            parts[name] = re.sub(
                r'(<c r="[A-Z]+\d+"(?: s="\d+")?) t="inlineStr"><is>(<t.*?</t>)</is></c>',
                shared,
                text,
                flags=re.DOTALL,
            ).encode("utf-8")
            assert b"inlineStr" not in parts[name]
    listed = "".join(f"<si>{text}</si>" for text in strings)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{space}">{listed}</sst>'.encode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", part)
    made = file.with_name("shared.xlsx")
    with zipfile.ZipFile(made, "w") as new:
        for name, raw in parts.items():
            new.writestr(name, raw)
    return made


TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(lambda d: f"{d:f}"),
    st.sampled_from(["", "5.0", "05", "+1", "1e3", "1E-3", ".5", "7.", "-0.0", "0.1000", "123456789012345678"]),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(TEXTS, NUMBERS, NUMBERS), min_size=1, max_size=8))
def test_no_text_and_no_number_is_changed(cells, tmp_path):
    place = tmp_path / "any"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    rows = [[f"c{k}", a, b, "", "", "", "", "", text, "one", "reported", ""] for k, (text, a, b) in enumerate(cells)]
    plain_case(place / "case", rows)
    if check_case(place / "case"):
        return  # a number beyond what a float holds
    from_excel(to_excel(place / "case", place / "x.xlsx").file, place / "back")
    assert files_in(place / "back") == files_in(place / "case")


def test_the_same_case_gives_the_same_bytes(book, tmp_path):
    again = to_excel(tmp_path / "plain", tmp_path / "other" / "plain.xlsx").file
    assert again.read_bytes() == book.read_bytes()


def test_cells_are_what_they_look_like(book):
    sheet = openpyxl.load_workbook(book)["goods"]
    by_name = {cell.value: cell.column_letter for cell in sheet[1]}
    seen = [[sheet[f"{by_name[name]}{row}"].value for name in FIELDS] for row in range(2, 7)]
    assert seen[0][:9] == ["0101", 5, 0, 0.5, 3, 2021, True, datetime(2022, 3, 23), "plain"]
    assert seen[1][:2] == ["1-3", -1e-07]
    assert seen[2][1] == 0.1 + 0.2  # seventeen digits
    assert [row[8] for row in seen] == ["plain", "  spaces  ", "=SUM(A1)", "#REF!", 'said "so"']
    assert seen[2][7] == "1899-12-31"  # before Excel's days begin
    for row in range(2, 7):
        for name in ("code", "note"):
            cell = sheet[f"{by_name[name]}{row}"]
            assert (cell.data_type, cell.number_format) == ("s", "@")
    assert sheet.column_dimensions[by_name["code"]].number_format == "@"


def test_a_person_finds_their_way(book):
    opened = openpyxl.load_workbook(book)
    assert opened.sheetnames == [READ_ME, COLUMNS, "sources", "goods", FILES]
    assert opened[FILES].sheet_state == "hidden"
    said = [str(cell.value) for row in opened[READ_ME].iter_rows() for cell in row if cell.value is not None]
    assert "zollverein case from-excel plain.xlsx my-case" in said
    assert any("2 tables, 7 rows" in line for line in said)
    explained = [[cell.value for cell in row] for row in opened[COLUMNS].iter_rows(min_row=2)]
    assert [
        "goods",
        "value_usd_million",
        "value_usd_million",
        "number",
        "million US dollars",
        "may be empty",
        None,
    ] in explained
    sheet = opened["goods"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:L6"
    header = {cell.value: cell for cell in sheet[1]}
    assert all(cell.font.bold and cell.comment is not None for cell in header.values())
    assert "One of reported, derived, assumed" in header["confidence"].comment.text
    lists = {str(offer.sqref): offer.formula1 for offer in sheet.data_validations.dataValidation}
    assert '"reported,derived,assumed"' in lists.values()
    assert any("sources" in str(formula) for formula in lists.values())
    for name, cell in header.items():
        assert sheet.column_dimensions[cell.column_letter].width >= len(name) + 2
        assert sheet.protection.sheet is False


def test_work_in_a_spreadsheet_comes_through(book, tmp_path):
    def work(opened):
        sheet = opened["goods"]
        sheet["B2"] = 6.25
        sheet["B3"] = "7.50"  # a number as text
        sheet["H2"] = date(2023, 1, 2)
        sheet["D2"].number_format = "0%"
        sheet.append(["0202", 1, 2, 0.25, 4, 2020, True, datetime(2024, 2, 29), "new", "two", "derived", "added"])
        sheet.insert_rows(4, 2)
        sheet.row_dimensions[5].hidden = True
        sheet.column_dimensions["I"].hidden = True
        sheet.insert_rows(1)
        sheet["A1"] = "Trade of the year"
        sheet.insert_cols(3)  # an empty column
        opened["sources"].move_range("C1:C3", cols=2)
        opened["sources"].move_range("A1:A3", cols=2)
        opened.create_sheet("my sums")["A1"] = "=1+1"
        opened["sources"].cell(1_048_576, 1).number_format = "@"  # the last row of all, as by Ctrl+End
        opened.epoch = CALENDAR_MAC_1904

    back = from_excel(edited(book, work), tmp_path / "back")
    rows, was = goods_of(tmp_path / "back"), goods_of(tmp_path / "plain")
    assert list(rows) == [*was, "0202"]
    assert rows["0101"] == was["0101"] | {"value_usd_million": "6.25", "valid_from": "2023-01-02"}
    assert rows["1-3"] == was["1-3"] | {"value_usd_million": "7.50"}
    # 0.5 stands in two ways in its column; a row that moved takes the usual one.
    assert rows["2022"] == was["2022"] | {"weight_share": "0.5"}
    assert rows["007"] == was["007"]
    assert rows["0202"]["valid_from"] == "2024-02-29"
    assert rows["0202"]["weight_share"] == "0.25"
    assert (tmp_path / "back/sources.csv").read_bytes() == (tmp_path / "plain/sources.csv").read_bytes()
    assert any("5 % is 0.05 (1 in goods)" in note for note in back.notes)
    assert any("'my sums'" in note for note in back.notes)


def test_sorted_rows_keep_their_letters(book, tmp_path):
    def work(opened):
        sheet = opened["goods"]
        cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        for number, row in enumerate(reversed(cells), 2):
            for at, value in enumerate(row, 1):
                made = sheet.cell(number, at)
                made.value = value
                if isinstance(value, str):
                    made.data_type = "s"

    from_excel(edited(book, work), tmp_path / "back")
    was, now = ((tmp_path / name / "economy/goods.csv").read_text(encoding="utf-8") for name in ("plain", "back"))
    expected = [*csv.reader(io.StringIO(was.replace(",.5,", ",0.5,")))][:0:-1]
    assert [*csv.reader(io.StringIO(now))][1:] == expected


def test_a_formula_counts_with_its_stored_value(book, tmp_path):
    edited(book, lambda opened: opened["goods"].__setitem__("B2", "=1+2"))
    error = refused(book, tmp_path / "none")
    assert [str(f) for f in error.faults] == [
        "goods, row 2, column B value_usd_million: a formula without a stored value; allowed: a value; open the "
        "workbook in Excel and save it, or type the value"
    ]
    with zipfile.ZipFile(book) as given:
        parts = {name: given.read(name) for name in given.namelist()}
    stored = {n: re.sub(rb"(<f>1\+2</f>)<v ?/?>(</v>)?", rb"\1<v>3.5</v>", raw) for n, raw in parts.items()}
    assert stored != parts
    with zipfile.ZipFile(book, "w") as new:
        for name, raw in stored.items():
            new.writestr(name, raw)
    back = from_excel(book, tmp_path / "back")
    assert goods_of(tmp_path / "back")["0101"]["value_usd_million"] == "3.5"
    assert back.notes == ("formulas count with the value that was stored (1 in goods)",)


def test_what_excel_made_of_cells_is_named_all_at_once(book, tmp_path):
    def work(opened):
        sheet = opened["goods"]
        sheet["A3"] = datetime(2024, 3, 1)  # 1-3
        sheet["A6"] = 7  # 007
        sheet["B2"] = "3,5"
        sheet["B3"] = "1 234"
        sheet["B4"] = "#DIV/0!"
        sheet["B5"] = datetime(2024, 4, 3)
        sheet["C2"], sheet["C2"].number_format = 0.05, "0.0%"
        sheet["E2"] = 2.5
        sheet["F2"] = True
        sheet["G3"] = "perhaps"
        sheet["H2"], sheet["H2"].number_format = 45000, "General"
        sheet["H3"] = datetime(2022, 3, 4, 12, 30)
        sheet["H4"] = "23.03.2022"
        sheet["I2"], sheet["I2"].number_format = 0.05, "0%"
        sheet["J2"] = "nobody"
        sheet["K2"] = "certain"
        sheet["L3"] = None
        sheet.merge_cells("I4:I5")
        sheet["M1"], sheet["N3"] = "my_check", 1

    told = {(f.file, f.row, f.column): f for f in refused(edited(book, work), tmp_path / "none").faults}
    cells = {
        (3, "A code"): "the day 2024-03-01", (6, "A code"): "the number 7, from which Excel may have cut zeros",
        (4, "B value_usd_million"): "the error #DIV/0!", (5, "B value_usd_million"): "the day 2024-04-03",
        (2, "C duty_percent"): "5 %, which Excel holds as 0.05", (2, "F year"): "Excel's TRUE",
        (2, "H valid_from"): "the number 45000", (3, "H valid_from"): "the time 2022-03-04 12:30:00",
        (2, "I note"): "5 %, which Excel holds as 0.05", (4, "I note"): "merged cells I4:I5",
        (1, "N"): "cells from row 3 on without a name above", (1, "M my_check"): "a column too many",
    }  # fmt: skip
    for (row, column), found in cells.items():
        assert found in told["goods", row, column].found
    # With a column too many the table's own rules wait until it is gone.
    assert set(told) == {("goods", *place) for place in cells}


def test_what_the_case_s_own_rules_find_is_told_at_the_sheet_s_cells(book, tmp_path):
    def work(opened):
        sheet = opened["goods"]
        sheet.insert_rows(3)
        sheet["B2"], sheet["B4"] = "3,5", "1 234"
        sheet["E2"], sheet["G4"], sheet["H2"] = 2.5, "perhaps", "23.03.2022"
        sheet["J2"], sheet["K2"], sheet["L4"], sheet["A7"] = "nobody", "certain", None, "0101"

    told = {(f.file, f.row, f.column): f.found for f in refused(edited(book, work), tmp_path / "none").faults}
    assert told == {
        ("goods", 2, "B value_usd_million"): "'3,5'",
        ("goods", 4, "B value_usd_million"): "'1 234'",
        ("goods", 2, "E count"): "'2.5'",
        ("goods", 4, "G open"): "'perhaps'",
        ("goods", 2, "H valid_from"): "'23.03.2022'",
        ("goods", 2, "J source"): "'nobody'",
        ("goods", 2, "K confidence"): "'certain'",
        ("goods", 4, "L method"): "no method beside confidence 'derived'",
        ("goods", 7, "A code"): "code 0101 stands already in row 2",
    }


def test_sheets_that_are_renamed_doubled_or_gone_are_named(book, tmp_path):
    shutil.copy(book, tmp_path / "second.xlsx")

    def copy_one(opened):
        opened.copy_worksheet(opened["goods"]).title = "goods (2)"
        del opened["sources"]

    told = [str(f) for f in refused(edited(book, copy_one), tmp_path / "none").faults]
    assert any(line.startswith("goods (2): a second sheet with the columns of 'goods'") for line in told)
    assert any(line.startswith("sources: the sheet is missing") for line in told)
    renamed = edited(tmp_path / "second.xlsx", lambda opened: setattr(opened["goods"], "title", "Goods 2022"))
    assert "rename 'Goods 2022' to 'goods'" in str(refused(renamed, tmp_path / "none"))


def test_a_renamed_header_is_named_with_what_it_was(book, tmp_path):
    told = refused(
        edited(book, lambda opened: opened["goods"].__setitem__("B1", "value usd million")), tmp_path / "none"
    )
    assert "goods, row 1, column B value usd million: a column too many" in str(told)
    assert "rename it to 'value_usd_million'" in str(told)


def test_a_workbook_of_another_kind_is_refused_by_its_name(book, tmp_path):
    for kind, said in (
        (".xlsm", "macros"),
        (".xls", "2003"),
        (".ods", "LibreOffice"),
        (".csv", "CSV"),
        (".txt", ".xlsx"),
    ):
        other = shutil.copy(book, tmp_path / f"book{kind}")
        assert said in str(refused(Path(other), tmp_path / "none"))
    assert "no file" in str(refused(tmp_path / "nowhere.xlsx", tmp_path / "none"))
    for raw, said in (
        (b"PK\x03\x04 cut", "cannot be read"),
        (b"\xd0\xcf\x11\xe0 old", "password"),
        (b"", "cannot be read"),
    ):
        (tmp_path / "damaged.xlsx").write_bytes(raw)
        assert said in str(refused(tmp_path / "damaged.xlsx", tmp_path / "none"))
    cut = book.read_bytes()
    (tmp_path / "damaged.xlsx").write_bytes(cut[: len(cut) // 2])
    assert "cannot be read" in str(refused(tmp_path / "damaged.xlsx", tmp_path / "none"))
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert "cannot be read" in str(refused(tmp_path / "other.xlsx", tmp_path / "none"))


def test_a_workbook_that_we_did_not_write_is_refused(tmp_path):
    mine = openpyxl.Workbook()
    mine.active["A1"] = "hello"
    mine.active["A1"].font = Font(bold=True)
    mine.save(tmp_path / "mine.xlsx")
    assert f"no sheet '{FILES}'" in str(refused(tmp_path / "mine.xlsx", tmp_path / "none"))


def test_a_hidden_sheet_that_somebody_changed_is_refused(book, tmp_path):
    shutil.copy(book, tmp_path / "second.xlsx")
    edited(book, lambda opened: opened[FILES].delete_rows(4))
    assert "is missing" in str(refused(book, tmp_path / "none"))

    edited(tmp_path / "second.xlsx", lambda opened: opened[FILES].append(["../outside.md", 1, None, "x"]))
    assert "inside the case" in str(refused(tmp_path / "second.xlsx", tmp_path / "none"))
    assert not (tmp_path / "outside.md").exists()


def test_only_a_new_workbook_is_written(book, tmp_path):
    before = book.read_bytes()
    with pytest.raises(OutputError, match="is there already"):
        to_excel(tmp_path / "plain", book)
    assert book.read_bytes() == before
    with pytest.raises(OutputError, match=r"ends in \.xlsx"):
        to_excel(tmp_path / "plain", tmp_path / "plain.xls")


def test_a_case_with_faults_or_a_text_too_long_is_not_written(tmp_path):
    folder = plain_case(tmp_path / "plain", [["a", "x", *[""] * 7, "one", "reported", ""]])
    with pytest.raises(CaseError, match="column value_usd_million: 'x'"):
        to_excel(folder, tmp_path / "x.xlsx")
    write_rows(folder, [["a", *[""] * 7, "é" * 32_768, "one", "reported", ""]])
    with pytest.raises(CaseError, match="row 2, column note: a text of 32,768 letters"):
        to_excel(folder, tmp_path / "x.xlsx")
    assert not (tmp_path / "x.xlsx").exists()


def test_files_that_are_no_text_are_told_and_left_out(tmp_path):
    folder = plain_case(tmp_path / "plain")
    (folder / "map.png").write_bytes(b"\x89PNG\xff")
    made = to_excel(folder, tmp_path / "x.xlsx")
    assert made.left_out == ("map.png",)
    from_excel(made.file, tmp_path / "back")
    assert files_in(tmp_path / "back") == {k: v for k, v in files_in(folder).items() if k != "map.png"}


def test_windows_lines_and_a_byte_order_mark_come_back(tmp_path):
    folder = plain_case(tmp_path / "plain")
    path = folder / "economy/goods.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"line\nbreak", b"line").replace(b"\n", b"\r\n")[:-2])
    from_excel(to_excel(folder, tmp_path / "x.xlsx").file, tmp_path / "back")
    assert files_in(tmp_path / "back") == files_in(folder)


def test_a_frozen_case_that_is_changed_is_no_vintage_any_more(tmp_path):
    freeze_case(plain_case(tmp_path / "plain"), "2026-01-01", tmp_path / "frozen")
    file = to_excel(tmp_path / "frozen", tmp_path / "x.xlsx").file
    from_excel(file, tmp_path / "same")
    assert files_in(tmp_path / "same") == files_in(tmp_path / "frozen")
    back = from_excel(edited(file, lambda opened: opened["goods"].__setitem__("B2", 9)), tmp_path / "back")
    described = json.loads((tmp_path / "back/datapackage.json").read_text(encoding="utf-8"))
    assert "frozen_at" not in described
    assert ["hash" in resource for resource in described["resources"]] == [True, False]
    assert any("no vintage" in note for note in back.notes)


def test_every_table_gets_a_sheet_that_excel_allows():
    names = sheet_names(["read me", "History", "a/b", "x" * 40, "x" * 41, "X" * 42, "columns", "'q'"])
    assert all(len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names.values())
    lowered = [name.lower() for name in names.values()]
    assert len({*lowered, READ_ME, COLUMNS, FILES, "history"}) == len(lowered) + 4
    assert (names["a/b"], names["x" * 40]) == ("a-b", "x" * 31)
