"""WIOD: the workbooks of 2013 by pymrio, Stata files and workbooks of 2016; damaged ones are named."""

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.case.data.layouts_wiod import (
    IN_FILE_2016,
    wiod_2013_rows,
    wiod_2013_world,
    wiod_2016_rows,
    wiod_2016_world,
    write_stata,
    write_workbook,
)
from tests.case.data.layouts_worlds import MadeWorld
from tests.case.data.rival_pymrio import frames_as_world, rival

from zollverein.case.data import wiod
from zollverein.case.data.dataset import Dataset
from zollverein.case.data.world_table import WorldTable
from zollverein.errors import DataError

OF_2013, OF_2016 = wiod.DATASETS


def same(table: WorldTable, world: MadeWorld) -> None:
    for name in ("intermediate", "final", "primary", "output", "demand_taxes"):
        np.testing.assert_allclose(getattr(table, name), getattr(world, name), rtol=0, atol=1e-9, err_msg=name)
    assert (table.sectors, table.demands) == (world.sectors, world.demands)


def in_file_order(world: MadeWorld) -> MadeWorld:
    """Primaries as the release of 2016 orders them: value added before the margins."""
    order = [world.primaries.index(code) for code in IN_FILE_2016]
    return replace(world, primaries=IN_FILE_2016, primary=world.primary[order], demand_taxes=world.demand_taxes[order])


def refusal(path: Path, dataset: Dataset, year: int | None = None) -> str:
    with pytest.raises(DataError) as caught:
        wiod.read(path, dataset, year)
    return str(caught.value)


def test_the_release_of_2013_as_pymrio_reads_it(tmp_path: Path) -> None:
    world = wiod_2013_world()
    write_workbook(tmp_path / "wiot11_row_sep12.xlsx", wiod_2013_rows(world))
    table = wiod.read(tmp_path / "wiot11_row_sep12.xlsx", OF_2013)
    same(table, world)
    assert (table.year, table.regions) == (2011, ("AUS", "ROU", "USA", "ROW"))
    assert table.primaries[-1] == "Value added at basic prices"
    assert max(table.imbalance()) < 1e-9
    assert table.notes == ()
    system = rival("parse_wiod", tmp_path / "wiot11_row_sep12.xlsx")
    other = frames_as_world(system, replace(table, regions=("AUS", "ROU", "USA", "RoW")), "factor_inputs")
    for name in ("intermediate", "final", "primary", "demand_taxes"):
        np.testing.assert_allclose(getattr(other, name), getattr(table, name), atol=1e-9)


def test_the_release_of_2013_from_its_archive(tmp_path: Path) -> None:
    world = wiod_2013_world()
    book = write_workbook(tmp_path / "WIOT95_ROW_Apr12.xlsx", wiod_2013_rows(world, 1995))
    with zipfile.ZipFile(tmp_path / "WIOTS_in_EXCEL.zip", "w") as archive:
        archive.write(book, book.name)
        archive.writestr("WIOT96_ROW_Apr12.xlsx", b"")
    table = wiod.read(tmp_path / "WIOTS_in_EXCEL.zip", OF_2013, 1995)
    assert table.year == 1995
    same(table, world)


def test_the_release_of_2013_cut_off_spoilt_or_misnamed(tmp_path: Path) -> None:
    rows = wiod_2013_rows(wiod_2013_world())
    path = write_workbook(tmp_path / "wiot11_row_sep12.xlsx", rows[:9])
    assert "lacks row AUS c23, AUS c35" in refusal(path, OF_2013)
    rows[7][5] = "1,5"
    message = refusal(write_workbook(path, rows), OF_2013)
    assert "cell F8 holds '1,5', a number with a decimal comma" in message
    rows[7][5], rows[7][6] = 0.0, 1e5
    assert "a row does not close: AUS C sells" in refusal(write_workbook(path, rows), OF_2013)
    other = write_workbook(tmp_path / "wiot10_row_sep12.xlsx", wiod_2013_rows(wiod_2013_world(), 2011))
    assert "is called a table of 2010 and says inside that it is of 2011" in refusal(other, OF_2013)


def test_stata_files_and_workbooks_of_2016_are_one_table(tmp_path: Path) -> None:
    world = wiod_2016_world()
    stata = wiod.read(write_stata(tmp_path / "WIOT2014_October16_ROW.dta", world), OF_2016)
    book = write_workbook(tmp_path / "WIOT2014_Nov16_ROW.xlsx", wiod_2016_rows(world), "2014")
    excel = wiod.read(book, OF_2016)
    for table in (stata, excel):
        same(table, in_file_order(world))
        assert (table.year, table.regions, table.primaries) == (2014, world.regions, IN_FILE_2016)
        assert max(table.imbalance()) < 1e-9


def test_stata_files_from_their_archive(tmp_path: Path) -> None:
    world = wiod_2016_world()
    with zipfile.ZipFile(tmp_path / "WIOTS_in_STATA.zip", "w") as archive:
        for year in (2013, 2014):
            name = f"WIOT{year}_October16_ROW.dta"
            archive.write(write_stata(tmp_path / name, world, year), name)
    assert wiod.read(tmp_path / "WIOTS_in_STATA.zip", OF_2016, 2013).year == 2013
    assert "has no year 2000; it holds 2013, 2014" in refusal(tmp_path / "WIOTS_in_STATA.zip", OF_2016, 2000)


def test_binary_workbooks_need_a_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    book = write_workbook(tmp_path / "book.xlsx", wiod_2016_rows(wiod_2016_world()), "2014")
    assert "pip install python-calamine" in refusal(book.rename(tmp_path / "WIOT2014_Nov16_ROW.xlsb"), OF_2016)


def test_both_readers_of_workbooks_give_one_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("python_calamine")
    book = write_workbook(tmp_path / "WIOT2014_Nov16_ROW.xlsx", wiod_2016_rows(wiod_2016_world()), "2014")
    quick = wiod.read(book, OF_2016)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    slow = wiod.read(book, OF_2016)
    assert np.array_equal(quick.intermediate, slow.intermediate)
    assert np.array_equal(quick.primary, slow.primary)


@pytest.mark.parametrize(
    ("row", "column", "cell", "said"),
    [
        (7, 5, "#REF!", "cell F8 holds '#REF!', a formula's error"),
        (7, 5, "nan", "cell F8 holds 'nan', which is no number"),
        (5, 5, "c1", "has column AUS c1 more than once"),
        (4, 5, "USA", "has column USA c2 more than once"),
        (-1, 3, "r70", "lacks row r69"),
        (-1, 4, 1.0, "gives two outputs of AUS c1"),
        (3, 0, "(thousands of US$)", "says that it is in thousands of US$; the publisher's is in millions"),
    ],
)
def test_what_the_release_of_2013_must_hold(tmp_path: Path, row: int, column: int, cell: object, said: str) -> None:
    rows = wiod_2013_rows(wiod_2013_world())
    rows[row][column] = cell
    path = write_workbook(tmp_path / "wiot11_row_sep12.xlsx", rows)
    message = refusal(path, OF_2013)
    assert said in message
    assert f"wiod-2013: {path}" in message


def test_workbooks_that_are_none_of_the_release_are_named(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "WIOT2014_Nov16_ROW.xlsx", wiod_2016_rows(wiod_2016_world()), "2014")
    assert "this release has the years 1995 to 2011, not 2014" in refusal(path, OF_2013, 2014)
    message = refusal(path.rename(tmp_path / "wiot11_row_sep12.xlsx"), OF_2013)
    assert (
        f"{tmp_path / 'wiot11_row_sep12.xlsx'} is called a table of 2011 and says inside that it is of 2014" in message
    )
    path = tmp_path / "wiot10_row_sep12.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert "a workbook of old Excel (xls) or one with a password" in refusal(path, OF_2013)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types")
    assert "damaged" in refusal(path, OF_2013)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("1,5", "cell F8 holds '1,5', a number with a decimal comma"),
        ("#REF!", "cell F8 holds '#REF!', a formula's error"),
        ("=A1+1", "cell F8 holds '=A1+1', a formula"),
        ("n.a.", "cell F8 holds 'n.a.', which is no number"),
        (date(2014, 3, 1), "cell F8 holds a date (2014-03-01"),
    ],
)
def test_spoilt_cells_are_named_with_their_address(tmp_path: Path, cell: object, said: str) -> None:
    rows = wiod_2016_rows(wiod_2016_world())
    rows[7][5] = cell
    assert said in refusal(write_workbook(tmp_path / "WIOT2014_Nov16_ROW.xlsx", rows, "2014"), OF_2016)


def test_empty_cells_and_numbers_as_text_are_noted(tmp_path: Path) -> None:
    world = wiod_2016_world()
    world.intermediate[0, 1, 0, 1] = 0.0
    world.output[0, 1] = world.intermediate[0, 1].sum() + world.final[0, 1].sum()
    rows = wiod_2016_rows(replace(world, primary=closing(world)))
    rows[7][5], rows[7][6] = " ", str(rows[7][6])
    table = wiod.read(write_workbook(tmp_path / "WIOT2014_Nov16_ROW.xlsx", rows, "2014"), OF_2016)
    assert any("1 figures of sheet '2014' stood there as text" in note for note in table.notes)
    assert any("were empty and count as 0" in note for note in table.notes)


def closing(world: MadeWorld) -> np.ndarray:
    primary = world.primary.copy()
    primary[-1] = world.output - world.intermediate.sum(axis=(0, 1)) - primary[:-1].sum(axis=0)
    return primary


def test_cut_off_tables_of_2016(tmp_path: Path) -> None:
    rows = wiod_2016_rows(wiod_2016_world())
    path = tmp_path / "WIOT2014_Nov16_ROW.xlsx"
    assert "lacks row USA C19" in refusal(write_workbook(path, rows[:18], "2014"), OF_2016)
    assert "lacks row EXP_adj" in refusal(write_workbook(path, rows[:28], "2014"), OF_2016)
    assert "lacks column ROW INVEN" in refusal(write_workbook(path, [row[:43] for row in rows], "2014"), OF_2016)
    path.write_bytes(path.read_bytes()[:3000])
    assert "is a workbook that is damaged or cut off" in refusal(path, OF_2016)
    path.write_text("<!DOCTYPE html><html>Please log in</html>")
    assert "is a web page" in refusal(path, OF_2016)


def test_a_stata_file_cut_off_or_of_another_year(tmp_path: Path) -> None:
    path = write_stata(tmp_path / "WIOT2014_October16_ROW.dta", wiod_2016_world(), 2013)
    assert "is called a table of 2014 and says inside that it is of [2013]" in refusal(path, OF_2016)
    path.write_bytes(path.read_bytes()[:2000])
    assert "is no Stata file, or cut off" in refusal(path, OF_2016)


def test_a_changed_figure_shows(tmp_path: Path) -> None:
    rows = wiod_2016_rows(wiod_2016_world())
    rows[7][5] += 1000.0
    path = write_workbook(tmp_path / "WIOT2014_Nov16_ROW.xlsx", rows, "2014")
    assert "a row does not close: AUS B sells" in refusal(path, OF_2016)


def test_what_is_known_of_the_releases() -> None:
    assert len(wiod.SECTORS_2016) == 56
    assert OF_2013.files == ()
    assert [file.name for file in OF_2016.files] == ["WIOTS_in_STATA.zip"]
    assert "CC BY 4.0" in OF_2016.licence


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (
            "2014, in current prices",
            "2005, in current prices",
            "called a table of 2014 and says inside that it is of 2005",
        ),
        ("(millions of US$)", "(thousands of US$)", "in thousands of US"),
    ],
)
def test_a_workbook_of_another_year_or_unit_is_refused(tmp_path, was, now, said):
    rows = wiod_2016_rows(wiod_2016_world(), 2014)
    assert sum(cell == was for row in rows for cell in row) == 1
    spoilt = [[now if cell == was else cell for cell in row] for row in rows]
    path = write_workbook(tmp_path / "WIOT2014_Nov16_ROW.xlsx", spoilt, sheet="2014")
    with pytest.raises(DataError, match=said):
        wiod.read(path, OF_2016)
