"""Tariffs of WITS and TRAINS: by product, spread over a union's members, and averaged with weights that are said."""

from pathlib import Path

import pandas as pd
import pytest
from tests.case.data.layouts_flat import concordance, write, zipped

from zollverein.case.data.wits import read
from zollverein.errors import DataError, InputError

QUERY = (
    "Selected Nomen,Native Nomen,Reporter,Reporter Name,Product,Product Name,Partner,Partner Name,Tariff Year,"
    "Trade Year,Trade Source,DutyType,Simple Average,Weighted Average,Standard Deviation,Minimum Rate,Maximum Rate,"
    "Nbr of Total Lines,Nbr of Domestic Peaks,Nbr of International Peaks,Imports Value in 1000 USD,Binding Coverage"
)
MFN = (
    "NomenCode,Reporter_ISO_N,Year,ProductCode,Sum_Of_Rates,Min_Rate,Max_Rate,SimpleAverage,Nbr_NA_Lines,Nbr_Free_Lines,"
    "Nbr_AVE_Lines,Nbr_Dutiable_Lines,TotalNoOfValidLines,TotalNoOfLines,EstCode"
)
CODES = pd.DataFrame([("918", "DEU"), ("918", "FRA"), ("398", "KAZ"), ("643", "RUS")], columns=["source", "target"])
SECTORS = concordance(
    ("010121", "farming", 1.0), ("870323", "cars", 1.0), ("870322", "cars", 0.5), ("870322", "other", 0.5)
)


def rate(reporter: str, partner: str, product: str, duty: str, simple: str, imports: str = "0") -> str:
    return (
        f'H5,H5,{reporter},C\u00f4te,{product},"Cars, other",{partner},Partner,2019,2019,CMT,{duty},{simple},'
        f"{simple},0,0,50,3,0,0,{imports},100"
    )


RATES = (
    rate("918", "398", "010121", "AHS", "5.5", "1000"),
    rate("918", "398", "870323", "AHS", "10", "3000"),
    rate("918", "398", "870322", "AHS", "4", "2000"),
    rate("643", "398", "870323", "AHS", "0"),
    rate("918", "000", "870323", "MFN", "10"),
)


def query(folder: Path, rows: tuple[str, ...] = RATES) -> Path:
    return write(folder / "DataJobID-2840104_2840104_Tariffs.csv", [QUERY, *rows], encoding="cp1252")


def test_rates_by_product_of_each_member(tmp_path: Path) -> None:
    found = read(query(tmp_path), countries=CODES)
    assert list(found.frame) == ["exporter", "importer", "product", "year", "rate_percent", "regime"]
    rows = found.frame.set_index(["exporter", "importer", "product", "regime"])["rate_percent"]
    assert rows["KAZ", "FRA", "010121", "AHS"] == rows["KAZ", "DEU", "010121", "AHS"] == 5.5
    assert rows["WLD", "DEU", "870323", "MFN"] == 10
    assert len(found.frame) == 9
    assert (found.ledger.rows_read, found.ledger.rows_kept) == (5, 5)
    assert "rates of '918' are those of each of its 2 members" in found.ledger.notes
    assert set(read(query(tmp_path), countries=CODES, regimes=["MFN"]).frame["regime"]) == {"MFN"}
    with pytest.raises(DataError, match=r"has no rows of 1800; it holds 20\d\d"):
        read(query(tmp_path), countries=CODES, years=[1800])


def test_averages_say_their_weights(tmp_path: Path) -> None:
    path = query(tmp_path)
    simple = read(path, countries=CODES, sectors=SECTORS, regimes=["AHS"])
    cars = simple.frame.query("importer == 'DEU' and sector == 'cars'").iloc[0]
    assert cars["rate_percent"] == (1.0 * 10 + 0.5 * 4) / 1.5
    assert (cars["products"], cars["weighting"]) == (2, "simple")
    weighed = read(path, countries=CODES, sectors=SECTORS, weights="imports", regimes=["AHS"])
    cars = weighed.frame.query("importer == 'DEU' and sector == 'cars'").iloc[0]
    assert cars["rate_percent"] == pytest.approx((3 * 10 + 0.5 * 2 * 4) / (3 + 0.5 * 2))
    assert cars["weighting"] == "trade"
    russia = weighed.frame.query("importer == 'RUS'").iloc[0]
    assert (russia["rate_percent"], russia["weighting"]) == (0.0, "simple")
    assert "1 of 7 averages are simple: no trade to weigh with" in weighed.ledger.notes


def test_trade_of_the_readers_own_weighs(tmp_path: Path) -> None:
    trade = pd.DataFrame(
        [("KAZ", "DEU", "870323", 1.0), ("KAZ", "DEU", "870322", 18.0), ("KOR", "DEU", "870323", 5.0)],
        columns=["exporter", "importer", "product", "value_usd_million"],
    )
    found = read(query(tmp_path), countries=CODES, sectors=SECTORS, weights=trade).frame
    rows = found.set_index(["exporter", "importer", "sector", "regime"])
    assert rows.loc[("KAZ", "DEU", "cars", "AHS"), "rate_percent"] == pytest.approx((10 + 9 * 4) / 10)
    assert rows.loc[("KAZ", "FRA", "cars", "AHS"), "weighting"] == "simple"
    assert rows.loc[("WLD", "DEU", "cars", "MFN"), "weighting"] == "trade"
    with pytest.raises(InputError, match="no column 'value_usd_million'"):
        read(query(tmp_path), countries=CODES, sectors=SECTORS, weights=trade.drop(columns="value_usd_million"))
    with pytest.raises(DataError, match="1 products have no sector: '010121'"):
        read(query(tmp_path), countries=CODES, sectors=SECTORS.iloc[1:])
    dropped = read(query(tmp_path), countries=CODES, sectors=SECTORS.iloc[1:], absent="drop")
    assert dropped.ledger.left_out[["why", "code", "rows"]].values.tolist() == [
        ["product without a target", "010121", 2]
    ]


def test_bulk_files_and_the_rates_that_are_none(tmp_path: Path) -> None:
    mfn = write(
        tmp_path / "AVEMFN_H5_398_2019_U2.CSV",
        [
            MFN,
            "H5,398,2019,010121,15,5,5,5,0,0,0,3,3,3,UNCTAD1",
            "H5,398,2019,220300,0,0,0,0,2,0,0,0,0,2,UNCTAD1",
            "H5,398,2019,2203,0,0,0,0,2,0,0,0,0,2,UNCTAD1",
        ],
    )
    archive = zipped(tmp_path / "AVEMFN_H5_398_2019_U2.zip", [mfn])
    found = read(archive, "trains-bulk", countries=CODES)
    assert found.frame.values.tolist() == [["WLD", "KAZ", "010121", 2019, 5.0, "MFN"]]
    assert found.ledger.left_out.set_index("why")["rows"].to_dict() == {
        "product at another level": 1, "specific duties without an ad valorem equivalent": 1
    }  # fmt: skip
    preferential = MFN.replace("ProductCode,", "ProductCode,Partner,")
    rows = [preferential, *(f"H5,398,2019,010121,643,3,{r},{r},{r},0,0,0,1,1,1,X" for r in (2, 1))]
    path = write(tmp_path / "AVEPref_H5_398_2019_U2.CSV", rows)
    with pytest.raises(DataError, match="KAZ has 2 PRF rates for 010121 from RUS in 2019"):
        read(path, "trains-bulk", countries=CODES)
    lowest = read(path, "trains-bulk", countries=CODES, several="lowest")
    assert lowest.frame.values.tolist() == [["RUS", "KAZ", "010121", 2019, 1.0, "PRF"]]
    assert "1 rates gave way to a lower one" in lowest.ledger.notes[-1]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((*RATES, rate("918", "398", "10129", "AHS", "1")), "product '10129' .1 rows. is no HS6 code of six digits"),
        ((*RATES, rate("999", "398", "010129", "AHS", "1")), "1 country codes have no ISO alpha-3: 999"),
        ((*RATES, RATES[0]), "has 2 AHS rates for 010121 from KAZ in 2019; give a file once"),
        ((*RATES, rate("918", "398", "010129", "AHS", "-1")), "charges -1 % on 010129"),
        ((*RATES, rate("918", "398", "010129", "AHS", '"1,5"')), "decimal comma"),
        ((*RATES, RATES[0][:40]), "cut off"),
        ((*RATES, rate("918", "398", "010129", "AHS", "1e300")), "line 7, column 'Simple Average' holds '1e300'"),
        ((), "has no rows with figures below its header"),
        ((*RATES, rate("918", "398", "1-Feb", "AHS", "1")), "a date that a spreadsheet has made"),
        (tuple(row.replace("Simple", "x").replace(",", ";") for row in RATES), "cells where the first line has"),
    ],
)
def test_spoilt_files_are_named_as_such(tmp_path: Path, rows: tuple[str, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(query(tmp_path, rows), countries=CODES)


def test_a_file_of_the_other_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has other columns than this edition: missing 'NomenCode'"):
        read(query(tmp_path), "trains-bulk")
    with pytest.raises(InputError, match="weights are 'many'"):
        read(query(tmp_path), countries=CODES, sectors=SECTORS, weights="many")  # type: ignore[arg-type]
