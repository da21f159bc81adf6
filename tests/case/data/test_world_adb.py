"""ADB MRIO: workbooks in the bank's layout; other years, constant prices and damaged ones are named."""

import re
from pathlib import Path

import numpy as np
import pytest
from tests.case.data.layouts_adb import DEMANDS, PRIMARIES, adb_rows, adb_world, write_adb

from zollverein.case.countries import ISO_3166
from zollverein.case.data import adb_mrio
from zollverein.errors import DataError

(ADB,) = adb_mrio.DATASETS
NAME = "ADB-MRIO62-2022_June2023.xlsx"


def refusal(path: Path, year: int | None = None) -> str:
    with pytest.raises(DataError) as caught:
        adb_mrio.read(path, ADB, year)
    return str(caught.value)


@pytest.mark.parametrize(
    "name", [NAME, "ADB-MRIO-2022_August 2024.xlsx", "ADB MRIO 2022, at constant 2010 prices_Sept 2024.xlsx"]
)
def test_a_workbook_reads_as_it_was_written(tmp_path: Path, name: str) -> None:
    world = adb_world()
    table = adb_mrio.read(write_adb(tmp_path / name, adb_rows(world)), ADB)
    for array in ("intermediate", "final", "primary", "output", "demand_taxes"):
        np.testing.assert_allclose(getattr(table, array), getattr(world, array), atol=1e-9)
    assert table.regions == ("AUS", "CHN", "KAZ", "ROW")
    assert table.sectors == ("AtB", "C", "23")
    assert table.demands == tuple(DEMANDS.values())
    assert table.primaries == tuple(PRIMARIES.values())
    assert max(table.imbalance()) < 1e-9
    assert table.notes == ()


def test_a_legacy_row_of_numbers_above_the_names_does_no_harm(tmp_path: Path) -> None:
    rows = adb_rows(adb_world())
    rows.insert(4, [None] * 4 + ["0001"] * (len(rows[4]) - 4))
    table = adb_mrio.read(write_adb(tmp_path / "ADB-MRIO-LAC-2017_Mar2022-2.xlsx", renamed(rows, 2017)), ADB)
    assert table.year == 2017
    assert table.sectors == ("AtB", "C", "23")


def renamed(rows: list[list[object]], year: int) -> list[list[object]]:
    rows[0][0] = f"ADB Multiregional Input-Output Table, {year}"
    return rows


def test_constant_prices_are_noted(tmp_path: Path) -> None:
    rows = adb_rows(adb_world(), prices="at constant 2010 prices")
    table = adb_mrio.read(write_adb(tmp_path / NAME, rows), ADB)
    assert any("constant 2010 prices" in note for note in table.notes)


def test_a_workbook_of_another_year_is_named(tmp_path: Path) -> None:
    path = write_adb(tmp_path / NAME, adb_rows(adb_world(), year=2021))
    assert "is called a table of 2022 and says inside that it is 'ADB Multiregional" in refusal(path)
    assert "is of 2022, not of 2019" in refusal(path, 2019)


def test_a_workbook_in_another_unit_is_named(tmp_path: Path) -> None:
    rows = adb_rows(adb_world())
    rows[2][0] = "In thousands of US$"
    assert "says that it is in thousands of US$" in refusal(write_adb(tmp_path / NAME, rows))


def test_rows_that_do_not_close_are_noted_with_the_worst_cell(tmp_path: Path) -> None:
    rows = adb_rows(adb_world())
    rows[8][5] += 20.0
    table = adb_mrio.read(write_adb(tmp_path / NAME, rows), ADB)
    assert any(
        re.match(r"rows do not close, as published, by 0\.0\d+ of .*; at worst AUS C sells", n) for n in table.notes
    )
    rows[8][5] += 5000.0
    assert "rows miss " in refusal(write_adb(tmp_path / NAME, rows))


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("1,5", "cell F9 holds '1,5', a number with a decimal comma"),
        ("(2)", "cell F9 holds '(2)', which is no number"),
        ("#DIV/0!", "cell F9 holds '#DIV/0!', a formula's error"),
        ("=SUM(F8:F8)", "a formula"),
    ],
)
def test_spoilt_cells(tmp_path: Path, cell: str, said: str) -> None:
    rows = adb_rows(adb_world())
    rows[8][5] = cell
    assert said in refusal(write_adb(tmp_path / NAME, rows))


def test_cut_off_workbooks(tmp_path: Path) -> None:
    rows = adb_rows(adb_world())
    path = tmp_path / NAME
    assert "lacks row KAZ c2" in refusal(write_adb(path, rows[:14]))
    assert "lacks row r61" in refusal(write_adb(path, rows[:21]))
    assert "has no row of codes c1, c2" in refusal(write_adb(path, rows[:5]))
    assert "lacks column RoW F5" in refusal(write_adb(path, [row[:-2] for row in rows]))
    path.write_bytes(b"not a workbook at all")
    assert "is no Excel workbook" in refusal(path)


def test_an_output_stated_twice_must_agree(tmp_path: Path) -> None:
    world = adb_world()
    rows = adb_rows(world)
    rows[-1][4] = 1.0
    assert "gives two outputs of AUS c1" in refusal(write_adb(tmp_path / NAME, rows))


def test_codes_become_iso_and_are_not_iso_themselves() -> None:
    assert len(adb_mrio.SECTORS) == 35
    iso = {code: to for code, to in adb_mrio.ISO.items() if to != "ROW"}
    assert set(iso.values()) <= ISO_3166
    assert not set(iso) & ISO_3166
    assert ADB.files == ()
