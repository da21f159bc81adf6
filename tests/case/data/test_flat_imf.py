"""The IMF's trade by partner in the four forms in which it is found; units are said or asked for, never guessed."""

from pathlib import Path

import pandas as pd
import pytest
from tests.case.data.layouts_flat import concordance, write

from zollverein.case.data.imf_dots import read
from zollverein.errors import DataError, InputError, UnknownNameError

EXPLORER = (
    "DATASET,SERIES_CODE,OBS_MEASURE,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,SCALE,2018,2018-Q1,2018-M01,2019"
)
XG, MG = (
    '"Exports of goods, Free on board (FOB), US dollar"',
    '"Imports of goods, Cost insurance freight (CIF), US dollar"',
)


def series(code: str, cells: str, scale: str = "Millions") -> str:
    country, indicator, counterpart, frequency = code.split(".")
    label = {"A": "Annual", "Q": "Quarterly"}[frequency]
    name = XG if indicator.startswith("X") else MG
    return f'"IMF.STA:IMTS(1.0.0)",{code},OBS_VALUE,{country},{name},"{counterpart}, Rep. of",{label},{scale},{cells}'


SERIES = (
    series("KAZ.XG_FOB_USD.DEU.A", "5000.5,,,6000"),
    series("KAZ.XG_FOB_USD.DEU.Q", ",1200,400,"),
    series("KAZ.MG_CIF_USD.DEU.A", ",,,1500"),
    series("DEU.MG_FOB_USD.KAZ.A", ",,,5800"),
    series("KAZ.TBG_USD.DEU.A", ",,,4500"),
    series("KAZ.XG_FOB_USD.G001.A", "60000,,,61000"),
    series("GX170.XG_FOB_USD.KAZ.A", ",,,1"),
)
CODES = pd.DataFrame({"source": ["916", "134", "001"], "target": ["KAZ", "DEU", None]})
DOT = "Country Name,Country Code,Indicator Name,Indicator Code,Counterpart Country Name,Counterpart Country Code"


def explorer(folder: Path, rows: tuple[str, ...] = SERIES) -> Path:
    return write(folder / "dataset_IMTS.csv", [EXPLORER, *rows], encoding="utf-8-sig")


def time_series(folder: Path) -> Path:
    head = '"Kazakhstan, Rep. of",916,"Goods, Value of Exports, FOB, US Dollars",TXG_FOB_USD'
    return write(
        folder / "DOT_05-20-2024 10-49-23-10_timeSeries.csv",
        [
            f"{DOT},Attribute,1960,1960M1,2019,",
            f"{head},Germany,134,Value,,,6000000000,",
            f"{head},Germany,134,Status,,,e,",
            f"{head},World,001,Value,,,61000000000,",
        ],
    )


def test_the_data_explorers_file_says_its_scale(tmp_path: Path) -> None:
    found = read(explorer(tmp_path))
    assert found.frame.values.tolist() == [
        ["DEU", "KAZ", 2019, "importer", "cif", 1500.0],
        ["KAZ", "DEU", 2018, "exporter", "fob", 5000.5],
        ["KAZ", "DEU", 2019, "exporter", "fob", 6000.0],
        ["KAZ", "DEU", 2019, "importer", "fob", 5800.0],
    ]
    left = found.ledger.left_out.set_index("why")["rows"].to_dict()
    assert left == {
        "a group of countries, or an area that is not specified": 3,
        "another indicator: TBG_USD": 1,
    }
    assert any("in the unit that its column SCALE names" in note for note in found.ledger.notes)
    region = concordance(("KAZ", "EAEU", 1.0), ("DEU", "EU", 1.0))
    assert read(explorer(tmp_path), regions=region, years=[2018]).frame["exporter"].tolist() == ["EAEU"]
    with pytest.raises(DataError, match="has no rows of 1800; it holds 2018 to 2019"):
        read(explorer(tmp_path), years=[1800])


def test_a_scale_that_is_not_known_is_asked_for(tmp_path: Path) -> None:
    rows = (*SERIES, series("AUS.XG_FOB_USD.KAZ.A", ",,,12", scale=""))
    with pytest.raises(DataError, match="1 figures have the scale ''; Units, Thousands and Millions are known"):
        read(explorer(tmp_path, rows))
    assert read(explorer(tmp_path, rows), unit="usd_million").ledger.total_frame == 18312.5
    thousands = (series("KAZ.XG_FOB_USD.DEU.A", "5000.5,,,6000", scale="Thousands"),)
    assert read(explorer(tmp_path, thousands)).frame["value_usd_million"].tolist() == [5.0005, 6.0]


def test_the_apis_csv_is_in_dollars_whatever_its_scale(tmp_path: Path) -> None:
    header = "STRUCTURE,STRUCTURE_ID,ACTION,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE"
    start = "dataflow,IMF.STA:IMTS(1.0.0),I"
    rows = [
        f"{start},KAZ,XG_FOB_USD,DEU,A,2019,6000000000,6",
        f"{start},KAZ,XG_FOB_USD,G001,A,2019,61000000000,6",
        f"{start},KAZ,XG_FOB_USD,DEU,M,2019-M01,500000000,6",
    ]
    found = read(write(tmp_path / "XG_FOB_USD.csv", [header, *rows]))
    assert found.frame.values.tolist() == [["KAZ", "DEU", 2019, "exporter", "fob", 6000.0]]
    with pytest.raises(
        DataError, match=r"KAZ to DEU in 2019 would be US\$ 6e\+09 million, more than any two countries"
    ):
        read(tmp_path / "XG_FOB_USD.csv", unit="usd_million")


def test_the_old_portals_files_need_codes_and_a_unit(tmp_path: Path) -> None:
    path = time_series(tmp_path)
    with pytest.raises(DataError, match="countries by the IMF's numbers; give --country-codes"):
        read(path, "imf-dots")
    with pytest.raises(DataError, match="does not say its unit"):
        read(path, "imf-dots", countries=CODES)
    found = read(path, "imf-dots", countries=CODES, unit="usd")
    assert found.frame.values.tolist() == [["KAZ", "DEU", 2019, "exporter", "fob", 6000.0]]
    left = found.ledger.left_out.set_index("why")["rows"].to_dict()
    assert left == {"a group of countries, or an area that is not specified": 1, "not a value but its status": 1}
    with pytest.raises(DataError, match=r"no ISO alpha-3 in the country codes that were given: '134' \(1 rows"):
        read(path, "imf-dots", countries=CODES.iloc[[0, 2]], unit="usd")
    with pytest.raises(DataError, match="is a file of imf-dots; ask for that"):
        read(path, "imf-imts")
    start = "Kazakhstan,916,Exports,TXG_FOB_USD,Germany,134"
    long = write(tmp_path / "DOT_long.csv", [f"{DOT},Time Period,Value", f"{start},2019,6000", f"{start},2019M1,500"])
    assert read(long, "imf-dots", countries=CODES, unit="usd_million").ledger.total_frame == 6000


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((*SERIES, SERIES[0]), "XG_FOB_USD of KAZ to DEU in 2018 stands 2 times"),
        ((*SERIES, series("KAZ.XG_FOB_USD.KOR.A", '"1,5",,,2')), "decimal comma"),
        ((*SERIES, SERIES[0][:60]), "cut off|never closed"),
        (tuple(row.replace(",", ";") for row in SERIES), "cells where the first line has"),
        ((*SERIES, series("KAZ.XG_FOB_USD.KOR.A", "=B2,,,2")), "a formula, not a figure"),
        (
            (*SERIES, series("KAZ.XG_FOB_USD.KOR.A", "NaN,,,2")),
            "line 9, column '2018' holds 'NaN', .* no finite number",
        ),
        ((*SERIES, series("KAZ.XG_FOB_USD.KOR.A", ",,,1e999")), "line 9, column '2019' holds '1e999', .* no finite"),
        ((), "has no rows with figures below its header"),
    ],
)
def test_spoilt_files_are_named_as_such(tmp_path: Path, rows: tuple[str, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(explorer(tmp_path, rows))


@pytest.mark.parametrize("cell", ["12abc", "1_000", "0x1F", "TRUE", "nan", "1e999"])
def test_a_cell_that_is_no_number_among_words_is_named(tmp_path: Path, cell: str) -> None:
    path = time_series(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("6000000000", cell), encoding="utf-8")
    with pytest.raises(DataError, match=f"line 2, column '2019' holds '{cell}', which is no (finite )?number"):
        read(path, "imf-dots", countries=CODES, unit="usd")


def test_other_files_and_wishes_are_refused(tmp_path: Path) -> None:
    other = write(tmp_path / "other.csv", ["country,year,value", "KAZ,2019,1"])
    with pytest.raises(DataError, match="has none of the forms of the IMF's trade by partner"):
        read(other)
    with pytest.raises(InputError, match="unit is 'eur'"):
        read(other, unit="eur")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="did you mean 'imf-dots'"):
        read(other, "imf-dot")
