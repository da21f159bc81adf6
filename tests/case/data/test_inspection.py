"""A bad file is named as what it is: kind, encoding, delimiter, columns, cut-offs, spoilt cells; a good one passes."""

import contextlib
import gzip
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zollverein.case.data import inspection_rows
from zollverein.case.data.inspection import TextLayout, inspect_text
from zollverein.errors import DataError

COLUMNS = ("year", "exporter_iso3", "hs6", "country", "value")
GOOD = "year,exporter_iso3,hs6,country,value\n2019,CIV,180100,Côte d'Ivoire,1.5\n2020,KAZ,270900,Kazakhstan,2e3\n"


def saved(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "trade.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def inspected(path: Path, **options: object) -> TextLayout:
    return inspect_text(path, dataset="a-dataset", columns=COLUMNS, **options)  # type: ignore[arg-type]


def refusal(path: Path, **options: object) -> str:
    with pytest.raises(DataError) as caught:
        inspected(path, **options)
    message = str(caught.value)
    assert "a-dataset" in message
    assert str(path) in message
    return message


def test_a_good_file_passes(tmp_path: Path) -> None:
    path = saved(tmp_path, GOOD)
    assert inspected(path) == TextLayout(path, "utf-8", ",", COLUMNS, ())


def test_line_ends_of_windows_and_blank_last_lines_pass(tmp_path: Path) -> None:
    assert inspected(saved(tmp_path, GOOD.replace("\n", "\r\n") + "\r\n\r\n")).notes == ()


def test_cells_may_hold_delimiters_and_line_ends_in_quotation_marks(tmp_path: Path) -> None:
    text = 'year,country,value\n2019,"Korea,\nRepublic of",1\n2019,"Bolivia, Plurinational State of",2\n'
    assert inspect_text(saved(tmp_path, text), dataset="d").header == ("year", "country", "value")


# --- what is no text file at all ---


def test_what_is_not_there(tmp_path: Path) -> None:
    assert "there is no file" in refusal(tmp_path / "absent.csv")


def test_a_folder(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\n\n  \n"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    assert "is empty" in refusal(saved(tmp_path, content))


def test_a_zip_archive_under_a_text_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "trade.csv", "w") as archive:
        archive.writestr("inside.csv", GOOD)
    message = refusal(tmp_path / "trade.csv")
    assert "zip archive" in message
    assert "inside.csv" in message


def test_a_zip_archive_that_is_cut_off(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
        archive.writestr("inside.csv", GOOD)
    half = (tmp_path / "whole.zip").read_bytes()[:60]
    assert "damaged or cut off" in refusal(saved(tmp_path, half))


def test_a_workbook_under_a_text_name(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "trade.csv")
    assert "Excel workbook" in refusal(tmp_path / "trade.csv")


def test_a_gzip_archive_under_a_text_name(tmp_path: Path) -> None:
    assert "gzip" in refusal(saved(tmp_path, gzip.compress(GOOD.encode())))


@pytest.mark.parametrize("page", ["<!DOCTYPE html><html><body>Log in</body></html>", "\n <HTML>\n<p>404</p></HTML>\n"])
def test_a_web_page_saved_for_the_file(tmp_path: Path, page: str) -> None:
    message = refusal(saved(tmp_path, page))
    assert "web page" in message
    assert "login" in message


# --- encodings ---


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-16-le", "UTF-16 "), ("utf-16-be", "UTF-16 "), ("utf-32-le", "UTF-32 "), ("utf-32-be", "UTF-32 ")],
)
def test_wide_encodings_are_told_by_name(tmp_path: Path, encoding: str, name: str) -> None:
    assert name in refusal(saved(tmp_path, "\ufeff" + GOOD, encoding))


def test_utf_16_without_a_mark(tmp_path: Path) -> None:
    assert "NUL" in refusal(saved(tmp_path, GOOD, "utf-16-le"))


def test_a_byte_order_mark_is_accepted_and_noted(tmp_path: Path) -> None:
    layout = inspected(saved(tmp_path, "\ufeff" + GOOD))
    assert (layout.encoding, layout.header) == ("utf-8-sig", COLUMNS)
    assert "byte order mark" in layout.notes[0]


def test_another_encoding_than_utf_8(tmp_path: Path) -> None:
    message = refusal(saved(tmp_path, GOOD, "cp1252"))
    assert "line 2 is not UTF-8" in message
    assert "'Côte'" in message


def test_mixed_encodings_name_a_line_of_each(tmp_path: Path) -> None:
    mixed = GOOD.encode() + "2021,CUW,1,Curaçao,3\n".encode("latin-1")
    message = refusal(saved(tmp_path, mixed))
    assert "mixes encodings: line 2 is UTF-8 ('Côte')" in message
    assert "line 4 is not and reads 'Curaçao'" in message


def test_mixed_encodings_are_seen_where_latin_1_is_expected(tmp_path: Path) -> None:
    mixed = GOOD.encode() + "2021,CUW,1,Curaçao,3\n".encode("latin-1")
    assert "mixes encodings" in refusal(saved(tmp_path, mixed), encoding="latin-1")
    assert inspected(saved(tmp_path, GOOD, "latin-1"), encoding="latin-1").encoding == "latin-1"
    assert inspected(saved(tmp_path, GOOD), encoding="latin-1").encoding == "utf-8"


def test_a_bad_byte_deep_in_a_large_file_is_found(tmp_path: Path) -> None:
    plain, bad = b"2019,KAZ,270900,Kazakhstan,1.5\n", "2021,CUW,1,Cura\xe7ao,3\n".encode("latin-1")
    content = ",".join(COLUMNS).encode() + b"\n" + plain * 100_000 + bad + plain * 50_000
    assert "line 100002 is not UTF-8" in refusal(saved(tmp_path, content))


def test_a_file_cut_off_within_a_character(tmp_path: Path) -> None:
    whole = GOOD.encode()
    assert "middle of a character" in refusal(saved(tmp_path, whole[: whole.index("ô".encode()) + 1]))


# --- delimiters, decimal commas, columns ---


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
@pytest.mark.parametrize("columns", [COLUMNS, None])
def test_another_delimiter(tmp_path: Path, mark: str, name: str, columns: tuple[str, ...] | None) -> None:
    path = saved(tmp_path, GOOD.replace(",", mark).replace("1.5", "1,5"))
    with pytest.raises(DataError, match=f"{name} between its cells where commas belong"):
        inspect_text(path, dataset="d", columns=columns)


def test_semicolons_may_be_what_the_publisher_writes(tmp_path: Path) -> None:
    path = saved(tmp_path, GOOD.replace(",", ";"))
    assert inspected(path, delimiter=";").header == COLUMNS
    assert "decimal comma" in refusal(saved(tmp_path, GOOD.replace(",", ";").replace("1.5", "1,5")), delimiter=";")


@pytest.mark.parametrize("figure", ["1,5", "-0,25", "12345,6789", "1.234,5", "1 234,5"])
def test_decimal_commas_in_quotation_marks(tmp_path: Path, figure: str) -> None:
    message = refusal(saved(tmp_path, GOOD.replace("1.5", f'"{figure}"')))
    assert "line 2, column 'value'" in message
    assert "decimal comma" in message


def test_decimal_commas_without_quotation_marks(tmp_path: Path) -> None:
    message = refusal(saved(tmp_path, GOOD.replace("1.5", "1,5")))
    assert "line 2 has 6 cells where the first line has 5" in message
    assert "decimal commas" in message


@pytest.mark.parametrize("figure", ["1,234", "1,234,567.8", "1 234", "1\u00a0234\u00a0567", "1'234", "1.234.567"])
def test_thousands_separators(tmp_path: Path, figure: str) -> None:
    assert "thousands separators" in refusal(saved(tmp_path, GOOD.replace("1.5", f'"{figure}"')))


def test_missing_and_further_columns_are_told_with_near_matches(tmp_path: Path) -> None:
    message = refusal(saved(tmp_path, GOOD.replace("exporter_iso3", "exporter_iso")), edition="edition of 2024")
    assert "a-dataset (edition of 2024)" in message
    assert "missing 'exporter_iso3' (is it 'exporter_iso'?)" in message
    assert "not expected 'exporter_iso'" in message


def test_further_columns_are_noted_or_refused(tmp_path: Path) -> None:
    path = saved(
        tmp_path, "".join(f"{line},9\n" if n else f"{line},extra\n" for n, line in enumerate(GOOD.splitlines()))
    )
    assert inspected(path).notes == ("trade.csv has columns that are not read: extra",)
    assert "not expected 'extra'" in refusal(path, exact=True)


def test_a_file_without_a_header(tmp_path: Path) -> None:
    assert "no header line" in refusal(saved(tmp_path, "2019,398,270900,1,5\n2019,398,270900,1,5\n"))


def test_a_column_twice(tmp_path: Path) -> None:
    assert "'year' more than once" in refusal(saved(tmp_path, GOOD.replace("country", "year")))


# --- cut off ---


def test_cut_off_within_a_row(tmp_path: Path) -> None:
    message = refusal(saved(tmp_path, GOOD[: GOOD.index("Kazakhstan")]))
    assert "cut off: its last line, 3, has 4 cells where the first line has 5" in message


def test_cut_off_within_quotation_marks(tmp_path: Path) -> None:
    message = refusal(saved(tmp_path, GOOD + '2019,COD,2,"Congo, Democra'))
    assert "never closed; line 4" in message


def test_a_last_figure_without_line_end_is_noted(tmp_path: Path) -> None:
    assert "no line end" in inspected(saved(tmp_path, GOOD.rstrip("\n"))).notes[0]


def test_a_short_row_in_between(tmp_path: Path) -> None:
    assert "line 2 has 3 cells" in refusal(saved(tmp_path, GOOD.replace("2019,CIV,180100,Côte d'Ivoire", "2019,CIV")))


@pytest.mark.parametrize("cells", [5, 3_000, 30_000, 100_000])
def test_a_large_file_cut_off_in_its_last_row(tmp_path: Path, cells: int) -> None:
    header = ",".join(f"c{n}" for n in range(cells)) + "\n"
    row = ",".join(["123.25"] * cells) + "\n"
    whole = header + row * (1_500_000 // len(row))
    path = saved(tmp_path, whole[:-10])
    with pytest.raises(DataError, match="cut off: its last line"):
        inspect_text(path, dataset="d")
    assert inspect_text(saved(tmp_path, whole), dataset="d").notes == ()


# --- what a spreadsheet has done to cells ---


@pytest.mark.parametrize("date", ["01-Mar", "Jan-02", "2-Mar", "03-Sep-20", "01. Mrz", "1-avr", "02.янв"])
def test_dates_among_codes(tmp_path: Path, date: str) -> None:
    message = refusal(saved(tmp_path, GOOD.replace("270900", date)))
    assert f"line 3, column 'hs6' holds '{date}', a date" in message


def test_a_date_by_its_number_in_a_year_column(tmp_path: Path) -> None:
    message = refusal(saved(tmp_path, GOOD.replace("2020", "44562")))
    assert "line 3, column 'year' holds '44562'" in message
    assert "date" in message


def test_a_date_by_its_number_among_codes_that_are_words(tmp_path: Path) -> None:
    path = saved(tmp_path, "sector_code,value\nA01,44562\n1-3,44562\n44562,44562\nB05,3\n")
    with pytest.raises(DataError, match="line 4, column 'sector_code' holds '44562'"):
        inspect_text(path, dataset="d")


def test_numbers_of_five_digits_may_be_codes(tmp_path: Path) -> None:
    inspect_text(saved(tmp_path, "sitc,value\n33410,44562\n44562,1\n"), dataset="d")


@pytest.mark.parametrize("cell", ["#REF!", "#NAME?", "#DIV/0!", "#N/A", "#VALUE!"])
def test_errors_of_formulas(tmp_path: Path, cell: str) -> None:
    assert "formula's error" in refusal(saved(tmp_path, GOOD.replace("1.5", cell)))


@pytest.mark.parametrize("cell", ["=SUM(A1:A3)", "=A1+B2", "=-3*2", '"=""x""&A1"'])
def test_formulas(tmp_path: Path, cell: str) -> None:
    assert "a formula, not a figure" in refusal(saved(tmp_path, GOOD.replace("1.5", cell)))


def test_hashes_for_a_narrow_column(tmp_path: Path) -> None:
    assert "too narrow" in refusal(saved(tmp_path, GOOD.replace("1.5", "######")))


def test_codes_in_scientific_notation(tmp_path: Path) -> None:
    message = refusal(saved(tmp_path, GOOD.replace("270900", "2.709E+05")))
    assert "column 'hs6' holds '2.709E+05', a code" in message


def test_free_text_is_not_judged_and_codes_can_be_named(tmp_path: Path) -> None:
    text = "start,licence,value\n01-Mar,1.0E+05,1\n"
    inspect_text(saved(tmp_path, text), dataset="d", free=("start",))
    with pytest.raises(DataError, match="column 'licence'"):
        inspect_text(saved(tmp_path, text), dataset="d", free=("start",), codes=("licence",))


def test_a_spoilt_cell_in_the_middle_of_a_large_file_needs_thoroughness(tmp_path: Path) -> None:
    lines = ["2019,KAZ,270900,Kazakhstan,1.5"] * 60_000
    lines[2_500] = "2019,KAZ,02-Mar,Kazakhstan,1.5"
    path = saved(tmp_path, "\n".join([",".join(COLUMNS), *lines]) + "\n")
    assert "line 2502, column 'hs6'" in refusal(path, thorough=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(1, len(GOOD.encode()) - 1))
def test_no_cut_passes_unnoticed(tmp_path: Path, cut: int) -> None:
    """Wherever a download stops, it is refused or noted, but for a cut between two rows, which nothing can show."""
    content = GOOD.encode()[:cut]
    path = saved(tmp_path, content)
    if content.endswith(b"\n"):
        assert inspected(path).notes == ()
        return
    with contextlib.suppress(DataError):
        assert inspected(path).notes


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    widths=st.lists(st.integers(1, 300), min_size=1, max_size=60),
    blanks=st.integers(0, 3),
    line_end=st.sampled_from(["\n", "\r\n"]),
    ends=st.booleans(),
)
def test_sampled_rows_are_rows_of_the_file_each_once_and_the_last_among_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, widths: list[int], blanks: int, line_end: str, ends: bool
) -> None:
    for name, size in (("WHOLE_BYTES", 0), ("HEAD_BYTES", 64), ("TAIL_BYTES", 64), ("BETWEEN_BYTES", 16)):
        monkeypatch.setattr(inspection_rows, name, size)
    lines = [f"{n}," + "x" * width for n, width in enumerate(widths)]
    path = saved(tmp_path, line_end.join(lines) + (line_end * (1 + blanks) if ends else ""))
    found = list(inspection_rows.rows(path, "utf-8", ","))
    numbers = [int(row.cells[0]) for row in found]
    assert numbers == sorted(set(numbers))
    assert [",".join(row.cells) for row in found] == [lines[n] for n in numbers]
    assert [inspection_rows.line_number(path, row) for row in found] == [n + 1 for n in numbers]
    assert numbers[0] == 0
    assert [row.last for row in found] == [False] * (len(found) - 1) + [True]
    assert numbers[-1] == len(lines) - 1
