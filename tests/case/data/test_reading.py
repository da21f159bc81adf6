"""A file read by the name of its dataset: figures of what came out, and the tidy file that it becomes."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.case.data.layouts_icio import icio_text, icio_world

from zollverein.case.data.network_tables import NetworkTables
from zollverein.case.data.reading import facts, notes_of, read_file, tidy_parts
from zollverein.case.data.tidy_files import write_tidy
from zollverein.case.data.world_table import WorldTable
from zollverein.errors import InputError, OutputError, UnknownNameError

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
