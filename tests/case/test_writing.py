"""A case is saved whole, and what nobody changed keeps its letters: columns, rows, digits, quotation marks."""

import csv
import io
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zollverein.case import bundled_cases, check_case, copy_case, open_case, place_of, with_figures
from zollverein.case.contents import contents_of, files_in
from zollverein.case.package import read_package
from zollverein.case.schema import Column, TableSchema
from zollverein.case.tokens import TokenTable, plain, quoted, tokens_of
from zollverein.case.writing import case_files, number_text, place_case, save_case, table_bytes
from zollverein.errors import CaseError, OutputError


@pytest.fixture(scope="module", params=sorted(bundled_cases()))
def bundled(request):
    return open_case(request.param)


@pytest.fixture(scope="module")
def small():
    return open_case("small")


def test_an_unchanged_case_is_written_byte_by_byte(bundled):
    assert case_files(bundled) == files_in(bundled.folder)


def test_every_table_keeps_its_letters_when_a_row_is_taken_out(bundled):
    """Each file is written anew from its cells, and only the first row is missing."""
    frames = {name: frame.drop(index=0) for name, frame in bundled.tables.items() if len(frame) > 1}
    made = case_files(replace(bundled, tables={**bundled.tables, **frames}))
    contents = contents_of(bundled.folder)
    for name in frames:
        before = contents.tokens(name)
        assert made[contents.path(name)] == before.with_rows(before.rows[1:]).to_bytes(), name


def test_load_save_load_is_the_same(small, tmp_path):
    again = open_case(save_case(small, tmp_path / "deep" / "again"))
    assert files_in(again.folder) == files_in(small.folder)
    assert (again.name, again.title, again.base_year) == (small.name, small.title, small.base_year)
    for name, frame in small.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], frame)
    assert check_case(again.folder) == []
    packed = save_case(read_package(again.folder), tmp_path / "third")
    assert files_in(packed) == files_in(small.folder)


def test_a_changed_figure_is_the_only_change(small, tmp_path):
    place = place_of(small, "tariffs.SEA.INL.OTH.applied_percent")
    changed = with_figures(small, [(place, 0.1 + 0.2, "value")])
    saved = save_case(changed, tmp_path / "changed")
    was, now = files_in(small.folder), files_in(saved)
    assert [file for file in was if was[file] != now[file]] == ["economy/tariffs.csv"]
    before, after = (files["economy/tariffs.csv"].decode().splitlines() for files in (was, now))
    differing = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert len(differing) == 1
    assert differing[0][1].split(",")[3] == "0.30000000000000004"
    pd.testing.assert_frame_equal(open_case(saved).tables["tariffs"], changed.tables["tariffs"], check_dtype=False)


def test_new_rows_and_numbers_are_written_as_their_column_is(tmp_path):
    folder = copy_case("small", tmp_path / "mine")
    path = folder / "economy/tariffs.csv"
    pointed = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    for row in pointed[1:]:
        row[3] = f"{float(row[3])}"
    path.write_text("\n".join(map(",".join, pointed)), encoding="utf-8")
    case = open_case(folder)
    rows = case.table("tariffs")
    rows.loc[0, "applied_percent"] = 7.0
    rows.loc[1, "method"] = 'so, "it" is'
    saved = save_case(replace(case, tables={**case.tables, "tariffs": rows.iloc[::-1]}), tmp_path / "saved")
    lines = [*csv.reader(io.StringIO((saved / "economy/tariffs.csv").read_text(encoding="utf-8")))]
    assert lines[-1][3] == "7.0"
    assert lines[-2][-1] == 'so, "it" is'
    assert lines[1] == pointed[-1]
    assert not (saved / "economy/tariffs.csv").read_text(encoding="utf-8").endswith("\n")


def test_what_is_no_case_is_not_written(small, tmp_path):
    place = place_of(small, "tariffs.SEA.INL.OTH.applied_percent")
    with pytest.raises(CaseError, match="applied_percent"):
        save_case(with_figures(small, [(place, -500.0, "value")]), tmp_path / "bad")
    frame = small.table("regions")
    for rows, said in (
        (frame.assign(colour="red"), "column colour"),
        (frame.drop(columns="name"), "lacks column name"),
    ):
        with pytest.raises(CaseError, match=said):
            save_case(replace(small, tables={**small.tables, "regions": rows}), tmp_path / "bad")
    with pytest.raises(CaseError, match="no schema"):
        save_case(replace(small, tables={**small.tables, "extra": frame}), tmp_path / "bad")
    with pytest.raises(CaseError, match="is gone"):
        save_case(replace(small, folder=tmp_path / "gone"), tmp_path / "bad")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_taken_is_left_alone(small, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="not an empty folder"):
        save_case(small, tmp_path / "mine")
    with pytest.raises(OutputError, match="cannot be made"):
        save_case(small, tmp_path / "mine/notes.txt/inside")
    assert [p.name for p in tmp_path.rglob("*")] == ["mine", "notes.txt"]


def test_no_file_leads_out_of_the_folder(small, tmp_path):
    for name in ("../out.csv", "/out.csv", "a/../../out.csv", "C:out.csv", "a\\..\\out.csv"):
        with pytest.raises(CaseError, match="inside the case"):
            place_case({**case_files(small), name: b""}, tmp_path / "mine")
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=60, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_s_text_gives_the_number_again(number):
    assert float(number_text(number)) == number


CELLS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=5)))
def test_tokens_are_what_a_csv_reader_reads(rows):
    head = ("a",) * len(rows[0])
    made = TokenTable(head, [tuple(map(quoted, row)) for row in rows if row != [""]])
    read = [row for row in csv.reader(io.StringIO(made.to_bytes().decode(), newline=""), strict=True) if row]
    assert read == [list(head), *(row for row in rows if row != [""])]
    again = tokens_of(made.to_bytes())
    assert (again.head, list(again.rows)) == (made.head, list(made.rows))
    assert [[plain(token) for token in row] for row in again.rows] == read[1:]


def test_a_table_is_written_in_the_order_of_its_schema():
    kinds = {"day": "date", "open": "boolean", "n": "integer", "x": "number", "note": "string"}
    schema = TableSchema(tuple(Column(name, kind, name, {}) for name, kind in kinds.items()))
    days = pd.to_datetime(["2022-03-23", None])
    frame = pd.DataFrame({"x": [1.0, 1e-7], "note": ["a,b", None], "open": [True, False], "n": [2, 3], "day": days})
    assert table_bytes(frame, schema) == b'day,open,n,x,note\n2022-03-23,true,2,1,"a,b"\n,false,3,1e-07,\n'
