"""World Development Indicators, in bulk and one by one; groups are told from countries by the publisher's own file."""

from pathlib import Path

import pytest
from tests.case.data.layouts_flat import write, zipped

from zollverein.case.data.wdi import read
from zollverein.errors import DataError, UnknownNameError

HEADER = '"Country Name","Country Code","Indicator Name","Indicator Code","1960","2019","2020"'
GDP, POP = '"GDP (current US$)","NY.GDP.MKTP.CD"', '"Population, total","SP.POP.TOTL"'
ROWS = (
    f'"Kazakhstan","KAZ",{GDP},"","181667190075.542","171082379532.994"',
    f'"Korea, Rep.","KOR",{GDP},"3957240643.5","1651422932447.77",""',
    f'"European Union","EUU",{GDP},"","15693000000000","15300000000000"',
    f'"Kazakhstan","KAZ",{POP},"9714260","18513673","18755666"',
)
COUNTRIES = (
    '"Country Code","Region","IncomeGroup","SpecialNotes","TableName",',
    '"KAZ","Europe & Central Asia","Upper middle income","Fiscal year, calendar","Kazakhstan",',
    '"KOR","East Asia & Pacific","High income","","Korea, Rep.",',
    '"EUU","","","European Union aggregate.","European Union",',
)
PREAMBLE = ('"Data Source","World Development Indicators",', "", '"Last Updated Date","2025-07-01",', "")


def bulk(folder: Path, rows: tuple[str, ...] = ROWS) -> Path:
    return write(folder / "WDICSV.csv", [HEADER, *rows])


def one_indicator(folder: Path, rows: tuple[str, ...] = ROWS[:3]) -> Path:
    lines = [*PREAMBLE, f"{HEADER},", *(f"{row}," for row in rows)]
    return write(folder / "API_NY.GDP.MKTP.CD_DS2_en_csv_v2_403.csv", lines, end="\r\n", encoding="utf-8-sig")


def test_figures_of_countries(tmp_path: Path) -> None:
    write(tmp_path / "WDICountry.csv", COUNTRIES)
    found = read(zipped(tmp_path / "WDI_CSV.zip", [bulk(tmp_path), tmp_path / "WDICountry.csv"]))
    assert found.frame.values.tolist() == [
        ["KAZ", "NY.GDP.MKTP.CD", 2019, 181667190075.542],
        ["KAZ", "NY.GDP.MKTP.CD", 2020, 171082379532.994],
        ["KAZ", "SP.POP.TOTL", 1960, 9714260.0],
        ["KAZ", "SP.POP.TOTL", 2019, 18513673.0],
        ["KAZ", "SP.POP.TOTL", 2020, 18755666.0],
        ["KOR", "NY.GDP.MKTP.CD", 1960, 3957240643.5],
        ["KOR", "NY.GDP.MKTP.CD", 2019, 1651422932447.77],
    ]
    assert found.ledger.left_out[["why", "rows"]].values.tolist() == [["a group of countries", 2]]
    both = read(tmp_path / "WDI_CSV.zip", groups="keep", indicators=["NY.GDP.MKTP.CD"], years=[2019])
    assert both.frame["country"].tolist() == ["EUU", "KAZ", "KOR"]
    with pytest.raises(UnknownNameError, match=r"no indicator 'NY.GDP.MKTP.KD'.*did you mean 'NY.GDP.MKTP.CD'"):
        read(tmp_path / "WDI_CSV.zip", indicators=["NY.GDP.MKTP.KD"])
    with pytest.raises(DataError, match=r"WDI_CSV.zip has no rows of 1800; it holds 1960, 2019 to 2020"):
        read(tmp_path / "WDI_CSV.zip", years=[1800])


def test_the_download_of_one_indicator_with_lines_before_its_header(tmp_path: Path) -> None:
    path = one_indicator(tmp_path)
    alone = read(path)
    assert alone.frame["country"].unique().tolist() == ["EUU", "KAZ", "KOR"]
    assert any("groups such as WLD cannot be told from countries" in note for note in alone.ledger.notes)
    write(tmp_path / "Metadata_Country_API_NY.GDP.MKTP.CD_DS2_en_csv_v2_403.csv", COUNTRIES, encoding="utf-8-sig")
    assert read(path).frame["country"].unique().tolist() == ["KAZ", "KOR"]
    write(tmp_path / "few.csv", COUNTRIES[:2])
    with pytest.raises(DataError, match="EUU, KOR stand in no row of the file of countries"):
        read(path, countries=tmp_path / "few.csv")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text.replace('","', '";"'), "semicolons between its cells"),
        (lambda text: text.replace("181667190075.542", "181667190075,542"), "decimal comma"),
        (lambda text: text.replace("181667190075.542", "181,667,190,075"), "thousands separators"),
        (lambda text: text[:-20], "never closed|cut off"),
        (lambda text: text.replace("Indicator Code", "Series Code"), "missing 'Indicator Code'"),
        (lambda text: text.replace("181667190075.542", "#DIV/0!"), "a formula's error"),
        (
            lambda text: text.replace("181667190075.542", "inf"),
            "line [2-9], column '2019' holds 'inf', which is no finite number",
        ),
        (lambda text: text.replace("181667190075.542", "1e300"), "holds '1e300', a figure that no publisher gives"),
        (lambda text: text[: text.index("\n", text.index("Country Name")) + 1], "has no rows with figures"),
        (lambda text: text.replace('Korea, Rep.","KOR', 'Kazakhstan","KAZ'), "of KAZ in 2019 stands 2 times"),
    ],
)
def test_spoilt_files_are_named_as_such(tmp_path: Path, spoil: object, message: str) -> None:
    for path in (bulk(tmp_path), one_indicator(tmp_path)):
        text = path.read_bytes().decode()
        spoilt = spoil(text)  # type: ignore[operator]
        assert spoilt != text
        path.write_bytes(spoilt.encode())
        with pytest.raises(DataError, match=message):
            read(path)
