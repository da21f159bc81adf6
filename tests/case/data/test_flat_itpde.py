"""ITPD-E as USITC publishes it, summed by region and sector: every dollar accounted for."""

import csv
import itertools
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.case.data.layouts_flat import ITPD_R03, ITPD_ROWS, NAMES, concordance, itpd, itpd_row, write, zipped

from zollverein.case.data import itpde
from zollverein.case.data.flat import Limits
from zollverein.errors import DataError, InputError, UnknownNameError

REGIONS = concordance(("KAZ", "KAZ", 1.0), ("DEU", "EUR", 1.0), ("KOR", "ASI", 1.0), ("USA", "ROW", 1.0))
SECTORS = concordance(("30", "oil", 0.75), ("30", "gas", 0.25), ("101", "cars", 1.0))


def test_rows_come_out_under_the_houses_names(tmp_path: Path) -> None:
    found = itpde.read(itpd(tmp_path))
    assert list(found.frame) == ["exporter", "importer", "sector", "year", "value_usd_million"]
    assert found.frame.dtypes.astype(str).to_dict() == {
        "exporter": "str", "importer": "str", "sector": "str", "year": "int64", "value_usd_million": "float64"
    }  # fmt: skip
    row = found.frame.query("exporter == 'KAZ' and importer == 'DEU' and year == 2019")
    assert row["sector"].item() == "30"
    assert row["value_usd_million"].item() == 20.25
    assert len(found.frame) == 7  # the one that is unknown is no zero


def test_the_ledger_accounts_for_every_row(tmp_path: Path) -> None:
    ledger = itpde.read(itpd(tmp_path), years=[2019]).ledger
    assert (ledger.rows_read, ledger.rows_kept) == (8, 6)
    assert ledger.total_read == 1044.875
    assert ledger.total_kept == ledger.total_frame == 1034.375
    left = ledger.left_out.set_index("why")
    assert left["rows"].to_dict() == {"unknown, set to zero by the publisher": 1, "year not asked for": 1}
    assert left.loc["year not asked for", "total"] == 10.5
    assert ledger.left_out["rows"].sum() + ledger.rows_kept == ledger.rows_read
    assert "1 of 6 rows in use are the partner's figure (flag_mirror)" in ledger.notes


def test_regions_and_sectors_are_summed_and_totals_stay(tmp_path: Path) -> None:
    found = itpde.read(itpd(tmp_path), regions=REGIONS, sectors=SECTORS, years=[2019])
    values = found.frame.set_index(["exporter", "importer", "sector"])["value_usd_million"].to_dict()
    assert values["KAZ", "EUR", "oil"] == 0.75 * 20.25
    assert values["KAZ", "EUR", "gas"] == 0.25 * 20.25
    assert values["EUR", "EUR", "cars"] == 1000
    assert found.frame["value_usd_million"].sum() == found.ledger.total_kept == 1034.375


def test_zeros_that_are_unknown_come_only_when_asked_for(tmp_path: Path) -> None:
    found = itpde.read(itpd(tmp_path), unknown=True)
    assert len(found.frame) == len(ITPD_ROWS)
    assert found.ledger.total_kept == 1044.875


def test_codes_without_a_target_are_named_with_their_value(tmp_path: Path) -> None:
    few = REGIONS[REGIONS["source"] != "DEU"]
    with pytest.raises(DataError, match=r"1 code of exporter without a target: 'DEU' \(1,008 US\$ million\).*'drop'"):
        itpde.read(itpd(tmp_path), regions=few)
    kept = itpde.read(itpd(tmp_path), regions=few, absent="keep")
    assert kept.ledger.total_frame == 1044.875
    assert {"DEU", "KAZ", "ASI", "ROW"} == {*kept.frame["exporter"], *kept.frame["importer"]}
    dropped = itpde.read(itpd(tmp_path), regions=few, absent="drop").ledger
    assert dropped.total_kept == dropped.total_frame == 4 + 2.125
    lost = dropped.left_out.set_index(["why", "code"])["total"]
    assert lost["exporter without a target", "DEU"] == 1008
    assert lost["importer without a target", "DEU"] == 1030.75


def test_the_zip_is_read_like_the_file(tmp_path: Path) -> None:
    plain = itpd(tmp_path)
    (tmp_path / "readme.txt").write_text("Read me.")
    archive = zipped(tmp_path / "itpd_e_r02.zip", [plain, tmp_path / "readme.txt"])
    pd.testing.assert_frame_equal(itpde.read(archive).frame, itpde.read(plain).frame)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ITPD_E_R02.csv", "itpd_e_r02.zip", "readme.txt"]


def test_release_3_has_other_columns_and_years(tmp_path: Path) -> None:
    third = itpd(tmp_path, [*ITPD_ROWS, itpd_row("KAZ", "DEU", 2022, 30, "1")], ITPD_R03, "ITPD_E_R03.csv")
    assert itpde.read(third, "itpd-e-r03").frame["year"].max() == 2022
    with pytest.raises(DataError, match="has the columns of itpd-e-r03"):
        itpde.read(third, "itpd-e-r02")
    short = ",".join(itpde.COLUMNS)
    no_names = write(tmp_path / "ITPD_E_R03_no_names.csv", [short, "KAZ,DEU,2022,30,1.5,0,p"])
    assert itpde.read(no_names, "itpd-e-r03").frame["value_usd_million"].item() == 1.5
    with pytest.raises(DataError, match="years 2022 to 2022, this release 1986 to 2019"):
        itpde.read(no_names, "itpd-e-r02")
    with pytest.raises(UnknownNameError, match="did you mean 'itpd-e-r03'"):
        itpde.read(third, "itpd-e-r04")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text.replace(",", ";"), "semicolons between its cells where commas belong"),
        (lambda text: text.replace("20.25", '"20,25"'), "decimal comma"),
        (lambda text: text[:-25], "cut off"),
        (lambda text: text.replace("20.25", "=A1+B1"), "a formula, not a figure"),
        (lambda text: text.replace(",30,", ",Mar-30,"), "a date that a spreadsheet has made"),
        (lambda text: text.replace("industry_id,", "industry,"), "missing 'industry_id' .is it 'industry"),
        (lambda text: text.replace("20.25", "-20.25"), "is -20.25; a flow is a number from 0 up"),
        (lambda text: text.replace("20.25", ""), "is nothing; a flow is a number"),
        (lambda text: text.replace("20.25", "nan"), "line 3, column 'trade' holds 'nan', which is no finite number"),
        (
            lambda text: text.replace("20.25", "1e300"),
            "line 3, column 'trade' holds '1e300', a figure that no publisher",
        ),
        (lambda text: text.split("\n")[0] + "\n", "has no rows with figures below its header"),
        (lambda text: text.replace("Crude oil", "x" * 200_000), "a cell of more than 131,072 letters"),
        (lambda text: text.replace("20.25", "n.a."), "line 3, column 'trade' holds 'n.a.', which is no number"),
        (lambda text: text.replace("broad_sector", "Trade"), "columns that differ by capitals alone"),
        (lambda text: text.replace('"Germany"', '"Germany', 1), "quotation mark that is never closed"),
    ],
)
def test_spoilt_files_are_named_as_such(tmp_path: Path, spoil: object, message: str) -> None:
    path = itpd(tmp_path)
    text = path.read_text()
    spoilt = spoil(text)  # type: ignore[operator]
    assert spoilt != text
    path.write_text(spoilt)
    with pytest.raises(DataError, match=message):
        itpde.read(path)


@pytest.mark.parametrize("year", ["2018.4", "2018.6"])
def test_a_year_that_is_no_whole_number_is_not_rounded(tmp_path: Path, year: str) -> None:
    path = itpd(tmp_path)
    text = path.read_text(encoding="utf-8")
    assert text.count(",2019,30,") > 0
    path.write_text(text.replace(",2019,30,", f",{year},30,", 1), encoding="utf-8")
    with pytest.raises(DataError, match=rf"column 'year' holds '{year}', which is no whole number"):
        itpde.read(path)


def test_archives_are_read_whole_or_refused(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "itpd_e_r02.zip", [itpd(tmp_path)])
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="damaged or cut off"):
        itpde.read(archive)
    broken = bytearray(whole)
    broken[120] ^= 0xFF
    archive.write_bytes(broken)
    with pytest.raises(DataError, match="damaged or cut off"):
        itpde.read(archive)
    other = zipped(tmp_path / "other.zip", [write(tmp_path / "notes.csv", ["a,b", "1,2"])])
    with pytest.raises(DataError, match=r"holds no file named like itpd\*e_r\*\.csv; it holds notes\.csv"):
        itpde.read(other)


def test_more_rows_than_allowed_are_refused_not_loaded(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="would have 7 rows, more than the 3 allowed"):
        itpde.read(itpd(tmp_path), limits=Limits(most_rows=3))
    assert len(itpde.read(itpd(tmp_path), years=[2018], limits=Limits(most_rows=3)).frame) == 1
    with pytest.raises(InputError, match="at least 128 MiB"):
        itpde.read(itpd(tmp_path), limits=Limits(memory_mib=1))


def test_nothing_is_left_in_the_folder_it_works_in(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    archive = zipped(tmp_path / "itpd_e_r02.zip", [itpd(tmp_path)])
    itpde.read(archive, limits=Limits(folder=tmp_path / "work"))
    with pytest.raises(DataError):
        itpde.read(archive, "itpd-e-r02", regions=SECTORS, limits=Limits(folder=tmp_path / "work"))
    assert list((tmp_path / "work").iterdir()) == []


def test_names_are_values_and_never_part_of_a_query(tmp_path: Path) -> None:
    folder = tmp_path / "o'clock; DROP TABLE staged --"
    folder.mkdir()
    evil = "x'); DROP TABLE staged; --"
    regions = concordance(*((code, evil if code == "KAZ" else code, 1.0) for code in NAMES))
    found = itpde.read(itpd(folder), regions=regions, industries=["30", evil])
    assert evil in set(found.frame["exporter"])
    assert found.ledger.total_kept == 34.75


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (REGIONS.drop(columns="weight"), "no column 'weight'"),
        (REGIONS.assign(weight=0.5), "weights of 'DEU' add to 0.5; they must add to 1"),
        (REGIONS.assign(weight=-1.0), "a weight that is no share"),
        (pd.concat([REGIONS, REGIONS]), "'KAZ' to 'KAZ' twice"),
        (REGIONS.assign(target=None), "an empty code"),
    ],
)
def test_a_concordance_that_would_lose_or_double_is_refused(tmp_path: Path, wrong: pd.DataFrame, message: str) -> None:
    with pytest.raises(InputError, match=message):
        itpde.read(itpd(tmp_path), regions=wrong)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.decimals("0", "100000", places=6), min_size=16, max_size=16),
    shares=st.lists(st.integers(1, 5), min_size=6, max_size=6),
)
def test_totals_stay_whatever_the_weights_and_threads(tmp_path: Path, values: list[object], shares: list[int]) -> None:
    pairs = list(itertools.product(NAMES, NAMES))
    rows = [itpd_row(i, n, 2019, 30 + k % 2, str(v)) for k, ((i, n), v) in enumerate(zip(pairs, values, strict=True))]
    path = itpd(tmp_path, rows)
    first, second = sum(shares[:3]), sum(shares[3:])
    sectors = concordance(
        *(("30", name, share / first) for name, share in zip("abc", shares[:3], strict=True)),
        *(("31", name, share / second) for name, share in zip("bcd", shares[3:], strict=True)),
    )
    one = itpde.read(path, sectors=sectors, regions=REGIONS, limits=Limits(threads=1))
    two = itpde.read(path, sectors=sectors, regions=REGIONS, limits=Limits(threads=2))
    pd.testing.assert_frame_equal(one.frame, two.frame, check_exact=True)
    assert one.ledger.total_frame == pytest.approx(float(sum(values)), rel=1e-12, abs=1e-9)  # type: ignore[arg-type]


def test_a_row_that_stands_twice_is_named_and_not_added_up(tmp_path: Path) -> None:
    twice = itpd(tmp_path, [*ITPD_ROWS, ITPD_ROWS[1], itpd_row("KAZ", "DEU", 2018, 30, "3")])
    with pytest.raises(
        DataError, match=r"ITPD_E_R02.csv holds exporter KAZ, importer DEU, sector 30 of 2018 2 times, and 1 more rows"
    ):
        itpde.read(twice)
    assert itpde.read(itpd(tmp_path, [*ITPD_ROWS, ITPD_ROWS[0]]), years=[2019]).ledger.rows_kept == 6


def test_a_country_then_and_now_is_added_up_and_noted(tmp_path: Path) -> None:
    former = itpd_row("DEU", "KAZ", 2019, 101, "2").replace("DEU.1", "DEU.X")
    found = itpde.read(itpd(tmp_path, [*ITPD_ROWS, former]))
    assert found.frame.query("exporter == 'DEU' and importer == 'KAZ'")["value_usd_million"].item() == 10
    assert "DEU stands under DEU.1 and DEU.X in 2019: their rows are added up" in found.ledger.notes


def test_a_year_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"ITPD_E_R02.csv has no rows of 1800, 2000; it holds 2018 to 2019"):
        itpde.read(itpd(tmp_path), years=[2019, 1800, 2000])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (itpd_row("KAZ", "KOR", 2018, 171, "1"), r"'industry_id' holds '171' in 1 rows; this release has 1 to 170"),
        (itpd_row("KAZ", "KOR", 2018, 30, "1", zero="x"), r"'flag_zero' holds 'x' in 1 rows; this release has p, r"),
        (itpd_row("KAZ", "KOR", 2018, 30, "1", zero="u"), r"gives 1 US\$ million of KAZ to KOR, .*flag_zero 'u'"),
    ],
)
def test_what_a_release_does_not_document_is_refused(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        itpde.read(itpd(tmp_path, [*ITPD_ROWS, row]))


def test_a_mirror_flag_that_is_not_documented_is_noted(tmp_path: Path) -> None:
    found = itpde.read(itpd(tmp_path, [*ITPD_ROWS, itpd_row("KAZ", "KOR", 2018, 30, "1", mirror=407)]))
    assert "1 rows have a flag_mirror that is not documented ('407'); they are taken as they are" in found.ledger.notes


def test_a_cell_too_long_is_told_whatever_other_libraries_allow(tmp_path: Path) -> None:
    path = itpd(tmp_path)
    path.write_text(path.read_text().replace("Crude oil", "x" * 200_000))
    before = csv.field_size_limit(2**31 - 1)
    try:
        with pytest.raises(DataError, match="a cell of more than 131,072 letters"):
            itpde.read(path)
    finally:
        csv.field_size_limit(before)
