"""UN Comtrade's bulk files: totals beside parts, and nothing counted twice."""

import gzip
from pathlib import Path

import pytest
from tests.case.data.layouts_flat import COMTRADE, COMTRADE_KAZ, comtrade, comtrade_codes, concordance, exports, imports

from zollverein.case.data.comtrade import read
from zollverein.errors import DataError, InputError


def test_flows_are_taken_whole_once(tmp_path: Path) -> None:
    found = read(comtrade(tmp_path), **comtrade_codes(tmp_path))
    assert found.frame.values.tolist() == [
        ["DEU", "KAZ", "870323", 2021, "importer", "cif", 2.5],
        ["KAZ", "DEU", "270900", 2021, "exporter", "fob", 40.0],
        ["KAZ", "KOR", "270900", 2021, "exporter", "fob", 10.0],
        ["KOR", "KAZ", "870323", 2021, "importer", "fob", 0.5],
    ]
    assert list(found.frame) == ["exporter", "importer", "product", "year", "reporter", "basis", "value_usd_million"]
    rows = found.ledger.left_out.set_index("why")["rows"].to_dict()
    assert rows == {
        "a group of countries": 1,
        "a part (customs, transport, supply, second partner) of a flow that is taken whole": 4,
        "flow RX, not asked for or part of X or M": 1,
        "partner World, the total of the others": 2,
        "product at another level": 3,
    }
    assert "partners add to 100.0 to 100.0 % of the rows of World" in found.ledger.notes
    assert found.ledger.rows_read == len(COMTRADE_KAZ)


def test_levels_sectors_and_reporters(tmp_path: Path) -> None:
    path, codes = comtrade(tmp_path), comtrade_codes(tmp_path)
    chapters = read(path, digits=2, flows=["X"], **codes)
    assert chapters.frame[["exporter", "importer", "product", "value_usd_million"]].values.tolist() == [
        ["KAZ", "DEU", "27", 40.0]
    ]
    assert "partners add to 80.0 to 80.0 % of the rows of World" in chapters.ledger.notes
    packed = tmp_path / "COMTRADE-FINAL-CA3982021H5[2023-01-03].gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    sectors = concordance(("270900", "oil", 1.0), ("870323", "cars", 1.0))
    assert set(read(packed, sectors=sectors, **codes).frame["product"]) == {"oil", "cars"}
    with pytest.raises(InputError, match="flows are"):
        read(path, flows=["RX"], **codes)
    with pytest.raises(DataError, match="has no rows of 1800; it holds 2021"):
        read(path, years=[1800], **codes)


def test_codes_may_stand_in_the_file(tmp_path: Path) -> None:
    iso = {"398": "KAZ", "276": "DEU", "410": "KOR", "0": "W00"}
    kept = [row.split("\t") for row in COMTRADE_KAZ if row.split("\t")[8] != "97"]
    rows = ["\t".join([*row, iso[row[6]], iso[row[8]]]) for row in kept]
    path = tmp_path / "COMTRADE-api.csv"
    path.write_text("\n".join(["\t".join([*COMTRADE, "reporterISO", "partnerISO"]), *rows]) + "\n")
    assert read(path).ledger.total_frame == 53.0
    with pytest.raises(DataError, match=r"has reporters as numbers only; give UN Comtrade's Reporters.json"):
        read(comtrade(tmp_path))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ([exports(398, 276, "270900", 40e6)], "stands 2 times; is a file given in two releases"),
        ([exports(398, 276, "270111", 1e6, motCode=2100)], "stands only in parts"),
        (
            [exports(398, 276, "270111", 9e6)],
            "partners of reporter 398 add to US. 59 million of X in 2021, World is 50",
        ),
        ([exports(398, 276, "270111", 1e6, classificationCode="H4")], "stands in 2021 in H4, H5"),
        ([exports(398, 276, "270111", 1e6, freqCode="M")], "monthly figures"),
        ([exports(398, 276, "270111", 1e6, typeCode="S")], "trade in services"),
        ([imports(398, 36, "870323", 1.0)], "1 exporter codes have no ISO alpha-3.*partner 36"),
        ([exports(398, 276, "270111", 1e6).replace("1000000.0", "1000000,5")], "decimal comma"),
        ([exports(398, 276, "1-Feb", 1e6)], "a date that a spreadsheet has made"),
    ],
)
def test_what_would_be_counted_twice_or_is_spoilt_is_refused(tmp_path: Path, more: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(comtrade(tmp_path, [*COMTRADE_KAZ, *more]), **comtrade_codes(tmp_path))


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no rows with figures below its header"):
        read(comtrade(tmp_path, []), **comtrade_codes(tmp_path))


def test_other_files_are_refused(tmp_path: Path) -> None:
    codes = comtrade_codes(tmp_path)
    path = comtrade(tmp_path)
    text = path.read_text()
    path.write_text(text.replace("\t", ","))
    with pytest.raises(DataError, match="commas between its cells where tabs belong"):
        read(path, **codes)
    path.write_text(text.replace("primaryValue", "Trade Value (US$)"))
    with pytest.raises(DataError, match="no column primaryValue; take a final bulk file"):
        read(path, **codes)
    path.write_text(text)
    with pytest.raises(DataError, match=r"has no 'results'; take Reporters.json"):
        codes["partners"].write_text("[]")
        read(path, **codes)
    codes["partners"].unlink()
    packed = tmp_path / "COMTRADE-cut.gz"
    packed.write_bytes(gzip.compress(path.read_bytes())[:-20])
    with pytest.raises(DataError, match="gzip archive that is damaged or cut off"):
        read(packed, reporters=codes["reporters"])
