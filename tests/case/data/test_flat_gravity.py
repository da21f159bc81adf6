"""CEPII's Gravity as it is published: the columns asked for, and no country before its time."""

from pathlib import Path

import pandas as pd
import pytest
from tests.case.data.layouts_flat import write, zipped

from zollverein.case.data.cepii_gravity import read
from zollverein.case.data.flat import Limits
from zollverein.errors import DataError, UnknownNameError

HEADER = (
    "year,country_id_o,country_id_d,iso3_o,iso3_d,iso3num_o,iso3num_d,country_exists_o,country_exists_d,"
    "distw_harmonic,dist,main_city_source_o,contig,comlang_off,comcol,tradeflow_baci"
)
ROWS = (
    "1985,DEU.1,KAZ,DEU,KAZ,280,398,1,0,4500,4000,1,0,0,0,NA",
    "2019,DEU.2,KAZ,DEU,KAZ,276,398,1,1,4500,4000,1,0,0,0,1234.5",
    "2019,DEU.1,KAZ,DEU,KAZ,280,398,0,1,4500,4000,1,0,0,0,NA",
    "2019,KAZ,DEU.2,KAZ,DEU,398,276,1,1,4500,4000,,0,0,0,NA",
    "2019,NAM,DEU.2,NAM,DEU,516,276,1,1,8000,8100.5,un,0,1,0,7",
)


def gravity(folder: Path, rows: tuple[str, ...] = ROWS, header: str = HEADER) -> Path:
    return write(folder / "Gravity_V202211.csv", [header, *rows])


def test_the_columns_asked_for_of_countries_that_existed(tmp_path: Path) -> None:
    found = read(zipped(tmp_path / "Gravity_csv_V202211.zip", [gravity(tmp_path)]))
    assert list(found.frame) == [
        "year",
        "iso3_o",
        "iso3_d",
        "dist",
        "contig",
        "comlang_off",
        "comcol",
        "tradeflow_baci",
    ]
    expected = [(2019, "DEU", "KAZ", 1234.5), (2019, "KAZ", "DEU", None), (2019, "NAM", "DEU", 7.0)]
    rows = found.frame[["year", "iso3_o", "iso3_d", "tradeflow_baci"]].astype(object)
    assert [tuple(None if pd.isna(cell) else cell for cell in row) for row in rows.to_numpy()] == expected
    assert found.frame["dist"].tolist() == [4000, 4000, 8100.5]
    assert (found.ledger.rows_read, found.ledger.rows_kept) == (5, 3)
    assert found.ledger.left_out[["why", "rows"]].values.tolist() == [["a country did not exist that year", 2]]


def test_years_countries_and_columns_of_text(tmp_path: Path) -> None:
    found = read(gravity(tmp_path), columns=["main_city_source_o", "iso3num_o"], countries=["NAM", "DEU"], years=[2019])
    assert found.frame["main_city_source_o"].tolist() == ["un"]
    assert found.frame["iso3num_o"].tolist() == [516.0]
    with pytest.raises(UnknownNameError, match=r"no column 'distance' in CEPII's Gravity.*did you mean"):
        read(gravity(tmp_path), columns=["distance"])
    with pytest.raises(DataError, match="the panel would have 3 rows, more than the 2 allowed"):
        read(gravity(tmp_path), limits=Limits(most_rows=2))
    with pytest.raises(DataError, match=r"has no rows of 1800; it holds .*2019"):
        read(gravity(tmp_path), years=[1800])


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (lambda folder: gravity(folder, (*ROWS, ROWS[1])), "DEU to KAZ stands 2 times in 2019"),
        (lambda folder: gravity(folder, header=HEADER.replace("distw_harmonic", "distw")), "missing 'distw_harmonic'"),
        (
            lambda folder: gravity(folder, tuple(r.replace(",", ";") for r in ROWS), HEADER.replace(",", ";")),
            "semicolons",
        ),
        (lambda folder: gravity(folder, (*ROWS, '2020,A,B,AAA,BBB,1,2,1,1,"1,5",2,1,0,0,0,3')), "decimal comma"),
        (lambda folder: gravity(folder, (*ROWS, ROWS[1][:30])), "cut off"),
        (lambda folder: gravity(folder, ()), "has no rows with figures below its header"),
        *(
            (
                lambda folder, cell=cell: gravity(folder, (*ROWS, f"2020,A,B,AAA,BBB,1,2,1,1,2,{cell},1,0,0,0,3")),
                f"line 7, column 'dist' holds '{cell}', {why}",
            )
            for cell, why in (
                ("-5", "which is no distance"),
                ("0", "which is no distance"),
                ("25001", "which is no distance"),
                ("1e999", "which is no distance"),
                ("inf", "which is no distance"),
                ("12abc", "which is no number"),
            )
        ),
    ],
)
def test_spoilt_files_are_named_as_such(tmp_path: Path, path: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(path(tmp_path))  # type: ignore[operator]
