"""BACI as CEPII publishes it: codes keep their zeros, countries come from CEPII's file, quantities may be missing."""

from pathlib import Path

import pandas as pd
import pytest
from tests.case.data.layouts_flat import BACI_2021, baci, concordance, write, zipped

from zollverein.case.data.baci import DATASETS, read
from zollverein.errors import DataError, InputError, UnknownNameError


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((), "has no rows with figures below its header"),
        ((BACI_2021[0], "2021,276,398,870323,1e300,1"), "line 3, column 'v' holds '1e300', a figure that no publisher"),
        ((BACI_2021[0], "2021,276,398,870323,inf,1"), "line 3, column 'v' holds 'inf', which is no finite number"),
    ],
)
def test_rows_that_are_none_are_named(tmp_path: Path, rows: tuple[str, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(baci(tmp_path, rows))


def test_values_quantities_and_codes(tmp_path: Path) -> None:
    found = read(baci(tmp_path))
    assert list(found.frame) == ["exporter", "importer", "hs6", "year", "value_usd_million", "quantity_t"]
    rows = found.frame.set_index(["exporter", "importer", "hs6"])
    assert rows.loc[("DEU", "KAZ", "010121"), "value_usd_million"] == 1.0
    assert rows.loc[("KAZ", "DEU", "270900"), "quantity_t"] == 80000
    assert pd.isna(rows.loc[("KAZ", "KOR", "270900"), "quantity_t"])
    assert found.ledger.total_frame == found.ledger.total_read == 53.5075
    assert "2 rows, worth US$ 12.5005 million, have no quantity; quantity_t is without them" in found.ledger.notes
    assert "1 areas have a code of the publisher's own, not ISO's: 'S19' (0.007)" in found.ledger.notes


def test_a_zip_of_several_years_with_its_codes(tmp_path: Path) -> None:
    files = [baci(tmp_path), baci(tmp_path, ["2022,276,398,010121,3000.000,1.000"], 2022)]
    codes = tmp_path / "country_codes_V202501.csv"
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    archive = zipped(folder / "BACI_HS17_V202501.zip", [*files, codes])
    sectors = concordance(("010121", "farming", 1.0), ("270900", "oil", 1.0), ("870323", "cars", 1.0))
    found = read(archive, sectors=sectors)
    by_year = found.frame.groupby("year")["value_usd_million"].sum()
    assert by_year.to_dict() == {2021: 53.5075, 2022: 3.0}
    assert set(found.frame["hs6"]) == {"farming", "oil", "cars"}
    assert read(archive, years=[2022]).ledger.files == ("BACI_HS17_Y2022_V202501.csv",)
    pd.testing.assert_frame_equal(read(tmp_path, sectors=sectors).frame, found.frame)


def test_files_of_another_edition_version_or_year_are_refused(tmp_path: Path) -> None:
    path = baci(tmp_path)
    with pytest.raises(DataError, match=r"is of HS17, version 202501; take files of HS22, 202501"):
        read(path, "baci-hs22-202501")
    with pytest.raises(UnknownNameError, match="edition of BACI"):
        read(path, "baci")
    with pytest.raises(InputError, match="named twice"):
        read([path, path])
    again = tmp_path / "again"
    again.mkdir()
    with pytest.raises(DataError, match="hold the same year; give one of them"):
        read([path, baci(again)])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([*BACI_2021, "2021,276,398,10121,1.0,1.0"], r"product '10121' \(1 rows\) has not six digits.*leading zeros"),
        ([*BACI_2021, "2021,276,999,010121,1.0,1.0"], r"1 importer codes have no ISO alpha-3.*'999' \(1 rows, 0.001\)"),
        ([*BACI_2021, "2021,276,398,010121,1.0"], "cut off: its last line"),
        ([*BACI_2021, '2021,276,398,010121,"1,5",1.0'], "decimal comma"),
        ([row.replace(",", ";") for row in BACI_2021], "cells where the first line has|line 2 has"),
        ([*BACI_2021, "2021,276,398,1.01E+04,1.0,1.0"], "scientific notation"),
        ([*BACI_2021, "2021,276,398,010121,1.0,many"], "many"),
    ],
)
def test_spoilt_files_are_named_as_such(tmp_path: Path, rows: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(baci(tmp_path, rows))


def test_country_codes_come_from_the_publishers_file(tmp_path: Path) -> None:
    path = baci(tmp_path)
    codes = tmp_path / "country_codes_V202501.csv"
    older = write(
        tmp_path / "older.csv",
        [
            "country_code,country_name_abbreviation,country_name_full,iso_2digit_alpha,iso_3digit_alpha",
            *(f"{row.split(',')[0]},x,x,x,{row.split(',')[-1]}" for row in codes.read_text().splitlines()[1:]),
        ],
    )
    assert read(path, countries=older).ledger.total_frame == 53.5075
    codes.unlink()
    with pytest.raises(DataError, match="country codes are missing; name country_codes_V"):
        read(path)
    with pytest.raises(DataError, match="is no file of country codes; it must have a column country_code"):
        read(path, countries=path)
    twice = write(tmp_path / "twice.csv", ["country_code,country_iso3", "276,DEU", "276,FRA"])
    with pytest.raises(DataError, match="says of '276' that it is DEU and FRA"):
        read(path, countries=twice)


def test_datasets_name_their_files() -> None:
    names = [dataset.name for dataset in DATASETS]
    assert len(names) == len(set(names))
    for dataset in DATASETS:
        hs, version = dataset.name.removeprefix("baci-hs").split("-")
        assert dataset.files[0].url.endswith(f"/baci/data/BACI_HS{hs}_V{version}.zip")


def test_a_row_that_stands_twice_is_named_and_not_added_up(tmp_path: Path) -> None:
    path = baci(tmp_path, [*BACI_2021, BACI_2021[2], BACI_2021[2], BACI_2021[0]])
    with pytest.raises(DataError, match=r"exporter DEU, importer KAZ, hs6 010121 of 2021 2 times, and 1 more rows"):
        read(path)
    copy = write(tmp_path / "copy.csv", ["t,i,j,k,v,q", BACI_2021[2]])
    with pytest.raises(DataError, match=r"BACI_HS17_Y2021_V202501.csv, copy.csv holds .* hs6 270900 of 2021 2 times"):
        read([baci(tmp_path), copy])


def test_the_year_of_a_name_is_that_of_the_rows(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is of 2021 by its name, and its rows \(column t\) are of 2020 to 2021"):
        read(baci(tmp_path, [*BACI_2021, "2020,276,398,010121,1.000,1.000"]))
    with pytest.raises(DataError, match=r"is of 2019 by its name, and its rows \(column t\) are of 2021"):
        read(baci(tmp_path, year=2019))


def test_a_year_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = baci(tmp_path)
    archive = zipped(tmp_path / "BACI_HS17_V202501.zip", [path, tmp_path / "country_codes_V202501.csv"])
    for source in (path, archive):
        with pytest.raises(DataError, match="there is no file of 1800; there are files of 2021"):
            read(source, years=[1800, 2021])
    renamed = path.rename(tmp_path / "mine.csv")
    with pytest.raises(DataError, match=r"mine.csv has no rows of 1800; it holds 2021"):
        read(renamed, years=[1800])


def test_a_country_with_itself_and_two_numbers_of_one_country_are_told(tmp_path: Path) -> None:
    rows = [*BACI_2021, "2021,398,398,270900,5.000,1.000", "2021,280,398,010121,500.000,1.000"]
    path = baci(tmp_path, rows)
    codes = tmp_path / "country_codes_V202501.csv"
    codes.write_text(codes.read_text() + "280,Fed. Rep. of Germany (...1990),DE,DEU\n")
    found = read(path)
    assert found.ledger.left_out.set_index("why")["total"].to_dict() == {"partner is the country itself": 0.005}
    value = found.frame.set_index(["exporter", "importer", "hs6"])["value_usd_million"]
    assert value["DEU", "KAZ", "010121"] == 1.5
    assert "DEU has the numbers 276 and 280 in CEPII's codes; their rows are added up" in found.ledger.notes


@pytest.mark.parametrize("row", ["2021,276,398,010122,1_000.000,1.000", "2021,276,398,010122,1.000,1_000"])
def test_underscores_are_no_part_of_a_number(tmp_path: Path, row: str) -> None:
    with pytest.raises(DataError, match=r"line 7, column '[vq]' holds '1_000.*', which is no number"):
        read(baci(tmp_path, [*BACI_2021, row]))


def test_a_file_of_codes_in_another_encoding_is_named_as_such(tmp_path: Path) -> None:
    path = baci(tmp_path)
    codes = tmp_path / "country_codes_V202501.csv"
    codes.write_bytes(codes.read_text().encode("utf-16"))
    with pytest.raises(DataError, match=r"country_codes_V202501.csv is text in UTF-16"):
        read(path)
    with pytest.raises(DataError, match=r"there is no file .*nowhere.csv"):
        read(path, countries=tmp_path / "nowhere.csv")
