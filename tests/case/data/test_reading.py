"""A file read by the name of its dataset: figures of what came out, and the tidy file that it becomes."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.case.data.layouts_flat import BACI_CODES, baci, comtrade, comtrade_codes, write
from tests.case.data.layouts_icio import icio_text, icio_world

from zollverein.case.data.network_tables import NetworkTables
from zollverein.case.data.reading import facts, notes_of, read_file, tidy_parts
from zollverein.case.data.tidy_files import write_tidy
from zollverein.case.data.world_table import WorldTable
from zollverein.errors import DataError, InputError, OutputError, UnknownNameError

LINE = {
    "type": "Feature",
    "properties": {"name": "Trunk", "countries": "KAZ", "capacity_kt_per_year": 10},
    "geometry": {"type": "LineString", "coordinates": [[50, 47], [45, 46]]},
}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> WorldTable:
    path = tmp_path_factory.mktemp("icio") / "2018_SML.csv"
    path.write_text(icio_text(icio_world()), encoding="utf-8")
    read = read_file("oecd-icio-2023", path, year=2018)
    assert isinstance(read, WorldTable)
    return read


def test_a_world_table_in_figures(table: WorldTable) -> None:
    told = facts(table)
    assert (told["year"], told["regions"], told["sectors"]) == (2018, 5, 6)
    assert told["output_usd_million"] == pytest.approx(table.output.sum())
    uses = float(told["intermediate_usd_million"]) + float(told["final_usd_million"])
    assert uses == pytest.approx(told["output_usd_million"], rel=1e-6)
    assert 0 <= float(told["rows_miss_output_at_worst"]) < 1e-4
    assert json.dumps(told)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_tidy_file_holds_every_cell_that_is_not_zero(table: WorldTable, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"table{ending}"
    rows = write_tidy(table, path)
    held = pd.read_csv(path, keep_default_na=False) if ending == ".csv" else pd.read_parquet(path)
    arrays = (table.intermediate, table.final, table.primary, table.output, table.demand_taxes)
    assert len(held) == rows == sum(np.count_nonzero(array) for array in arrays)
    sums = held.groupby("part")["value_usd_million"].sum()
    assert sums["intermediate"] == pytest.approx(table.intermediate.sum())
    assert sums["output"] == pytest.approx(table.output.sum())
    cell = held[(held["part"] == "final") & (held["row_region"] == "KAZ") & (held["row"] == "B05_06")
                & (held["column_region"] == "USA") & (held["column"] == "HFCE")]  # fmt: skip
    at = table.regions.index("KAZ"), table.sectors.index("B05_06"), table.regions.index("USA"), 0
    assert cell["value_usd_million"].item() == table.final[at]
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_network_in_figures(tmp_path: Path) -> None:
    path = tmp_path / "net.geojson"
    path.write_text(json.dumps(LINE), encoding="utf-8")
    read = read_file("geojson-network", path, countries=["KAZ"])
    assert isinstance(read, NetworkTables)
    told = facts(read)
    assert (told["nodes"], told["links"], told["links_with_capacity_in_kt"]) == (2, 1, 1)
    assert told["length_km"] == pytest.approx(read.links["length_km"].sum(), abs=0.1)
    assert notes_of(read) == read.notes


def test_plain_files_in_figures(tmp_path: Path) -> None:
    header = "Country Name,Country Code,Indicator Name,Indicator Code,2019,2020,"
    rows = ["Kazakhstan,KAZ,GDP,NY.GDP.MKTP.CD,181.7,171.1,", "Germany,DEU,GDP,NY.GDP.MKTP.CD,3889,3890,"]
    path = tmp_path / "WDICSV.csv"
    path.write_text("\n".join([header.rstrip(","), *(row.rstrip(",") for row in rows), ""]), encoding="utf-8")
    (tmp_path / "WDICountry.csv").write_text("Country Code,Region\nKAZ,Central Asia\nDEU,Europe\n", encoding="utf-8")
    read = read_file("wdi", tmp_path, year=2020)
    told = facts(read)
    assert told["rows_of_table"] == 2
    assert len(pd.concat(tidy_parts(read))) == 2  # type: ignore[arg-type]


def test_choices_that_an_adaptor_does_not_know_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.geojson"
    path.write_text(json.dumps(LINE), encoding="utf-8")
    with pytest.raises(InputError, match="geojson-network has no year to choose by"):
        read_file("geojson-network", path, year=2020)
    with pytest.raises(InputError, match="geojson-network has no usd_per_eur"):
        read_file("geojson-network", path, usd_per_eur=1.1)
    with pytest.raises(InputError, match=r"usd_per_eur, .* not -1\.0"):
        read_file("exiobase-3", path, usd_per_eur=-1.0)
    with pytest.raises(InputError, match="wdi has no countries to choose by"):
        read_file("wdi", path, countries=["KAZ"])
    with pytest.raises(InputError, match="geojson-network takes no file of country codes"):
        read_file("geojson-network", path, country_codes=path)
    with pytest.raises(InputError, match="geojson-network has no reporters to choose by"):
        read_file("geojson-network", path, reporters=path)
    with pytest.raises(UnknownNameError):
        read_file("geojson", path)


def test_places_for_a_tidy_file_are_looked_at_first(table: WorldTable, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"neither \.csv nor \.parquet"):
        write_tidy(table, tmp_path / "table.xlsx")
    with pytest.raises(OutputError, match="there is no folder"):
        write_tidy(table, tmp_path / "nowhere" / "table.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        write_tidy(table, tmp_path / "folder.csv")


def test_a_tidy_file_that_failed_leaves_nothing(
    table: WorldTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    with pytest.raises(OutputError, match="No space left"):
        write_tidy(table, tmp_path / "table.csv")
    assert list(tmp_path.iterdir()) == []


def test_files_of_codes_may_lie_elsewhere(tmp_path: Path) -> None:
    path = baci(tmp_path)
    (tmp_path / "country_codes_V202501.csv").unlink()
    with pytest.raises(DataError, match="--country-codes"):
        read_file("baci-hs17-202501", path)
    (tmp_path / "codes").mkdir()
    elsewhere = write(tmp_path / "codes" / "mine.csv", BACI_CODES)
    read = read_file("baci-hs17-202501", path, country_codes=elsewhere)
    assert facts(read)["rows_of_table"] == 5
    bulk = comtrade(tmp_path)
    codes = comtrade_codes(tmp_path / "codes")
    with pytest.raises(DataError, match=r"give UN Comtrade's Reporters.json with --reporters"):
        read_file("comtrade-bulk", bulk)
    read = read_file("comtrade-bulk", bulk, **codes)  # type: ignore[arg-type]
    assert any(note.endswith("rows are left out: product at another level") for note in notes_of(read))
    comtrade_codes(tmp_path)
    pd.testing.assert_frame_equal(next(tidy_parts(read_file("comtrade-bulk", bulk))), next(tidy_parts(read)))  # type: ignore[arg-type]


def test_codes_as_a_table_and_a_unit_are_handed_on(tmp_path: Path) -> None:
    path = tmp_path / "dots.csv"
    header = "Country Code,Indicator Code,Counterpart Country Code,Time Period,Value"
    write(path, [header, "916,TXG_FOB_USD,134,2020,1500", "916,TXG_FOB_USD,134,2021,2500"])
    codes = write(tmp_path / "codes.csv", ["source,target", "916,KAZ", "134,DEU"])
    read = read_file("imf-dots", path, country_codes=codes, unit="usd_million", year=2021)
    assert facts(read)["value_usd_million_of_table"] == 2500
    codes.write_bytes(b"source,target\n916,\xff\n")
    with pytest.raises(DataError, match=r"codes.csv is no CSV of source and target in UTF-8"):
        read_file("imf-dots", path, country_codes=codes, unit="usd_million")


@pytest.mark.parametrize("name", ["geojson-network", "oecd-icio-2023", "wiod-2013", "wdi", "baci-hs17-202501"])
def test_what_the_system_cannot_read_is_named(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / {"oecd-icio-2023": "2018_SML.csv", "wiod-2013": "wiot11_row_sep12.xlsx"}.get(name, "file")
    path.write_text("x", encoding="utf-8")
    opening = Path.open

    def failing(file: Path, *rest: object, **named: object) -> object:
        if file.name == path.name:
            raise OSError(5, "Input/output error")
        return opening(file, *rest, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", failing)
    with pytest.raises(DataError, match=r"cannot be .*Input/output error") as told:
        read_file(name, path)
    assert str(path) in str(told.value)


def test_a_name_without_a_year_hides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("<!DOCTYPE html><html>Please log in</html>", encoding="utf-8")
    with pytest.raises(DataError, match="is a web page, not a table"):
        read_file("oecd-icio-2023", path)
    path.write_text(icio_text(icio_world()), encoding="utf-8")
    with pytest.raises(DataError, match=r"say which year it is with --year \(from Python: year=\)"):
        read_file("oecd-icio-2023", path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX systems")
@pytest.mark.parametrize(
    "entry", ["oecd-icio-2025", "wiod-2016", "wiod-2013", "eora26", "adb-mrio", "exiobase-3", "gloria"]
)
def test_a_pipe_is_refused_and_not_waited_for(entry: str, tmp_path: Path) -> None:
    pipe = tmp_path / "WIOT2014_October16_ROW.dta"
    os.mkfifo(pipe)
    with pytest.raises(DataError, match="neither a file nor a folder"):
        read_file(entry, pipe, year=2014, usd_per_eur=1.1 if entry == "exiobase-3" else None)
