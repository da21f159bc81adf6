"""GLORIA: archives and folders in its layout, by both parsers; damaged ones are named."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.case.data.layouts_gloria import (
    DEMANDS,
    INPUTS,
    REGIONS,
    SECTORS,
    T,
    V,
    Y,
    gloria_texts,
    gloria_world,
    write_gloria,
)
from tests.case.data.rival_pymrio import rival

from zollverein.case.data import gloria
from zollverein.errors import DataError

(GLORIA,) = gloria.DATASETS
Texts = dict[str, str]


@pytest.fixture
def texts() -> Texts:
    return gloria_texts(gloria_world())


def refusal(path: Path, year: int | None = None) -> str:
    with pytest.raises(DataError) as caught:
        gloria.read(path, GLORIA, year)
    return str(caught.value)


def test_a_release_reads_as_it_was_written(tmp_path: Path, texts: Texts) -> None:
    world = gloria_world()
    table = gloria.read(write_gloria(tmp_path, texts), GLORIA)
    for name in ("intermediate", "final", "primary", "output"):
        np.testing.assert_allclose(getattr(table, name), getattr(world, name), atol=1e-9)
    assert (table.year, table.regions, table.sectors) == (2022, REGIONS, SECTORS)
    assert (table.demands, table.primaries) == (DEMANDS, INPUTS)
    assert max(table.imbalance()) < 1e-9
    assert "left out, as empty: DYE" in table.notes
    assert any("supply is diagonal" in note for note in table.notes)


def test_pymrio_reads_the_same_table(tmp_path: Path, texts: Texts) -> None:
    table = gloria.read(write_gloria(tmp_path, texts), GLORIA)
    system = rival("parse_gloria", tmp_path, year=2022, version=59)
    n = table.output.size
    flows = system.A.to_numpy() * 1000.0 * table.output.reshape(1, n)
    np.testing.assert_allclose(table.intermediate.reshape(n, n), flows / 1000.0, atol=1e-9)
    np.testing.assert_allclose(table.final.reshape(n, -1), system.Y.to_numpy() / 1000.0, atol=1e-9)
    by_region = system.VA.F.to_numpy().reshape(len(REGIONS), len(INPUTS), n).sum(axis=0)
    np.testing.assert_allclose(table.primary.reshape(-1, n), by_region / 1000.0, atol=1e-9)


def test_the_archive_itself_or_its_folder(tmp_path: Path, texts: Texts) -> None:
    write_gloria(tmp_path, texts)
    archive = tmp_path / "GLORIA_MRIOs_59_2022.zip"
    assert gloria.read(archive, GLORIA).regions == REGIONS
    folder = tmp_path / "GLORIA_MRIOs_59_2021"
    folder.mkdir()
    for name in (T, Y, V):
        (folder / name.replace("2022", "2021")).write_text(texts[name])
    assert gloria.read(folder, GLORIA).year == 2021
    assert "holds the years 2021, 2022; say which one" in refusal(tmp_path)
    assert gloria.read(tmp_path, GLORIA, 2022).year == 2022


def test_what_is_missing_is_named(tmp_path: Path, texts: Texts) -> None:
    write_gloria(tmp_path, {name: text for name, text in texts.items() if name != V})
    assert "lacks a file ..._V-Results_2022_..._Markup001(full).csv" in refusal(tmp_path)
    (tmp_path / "GLORIA_ReadMe_059.xlsx").unlink()
    assert "there is no GLORIA_ReadMe_0<version>.xlsx beside" in refusal(tmp_path)
    assert "there is no file" in refusal(tmp_path / "GLORIA_MRIOs_59_1999.zip")


@pytest.mark.parametrize("name", [T, Y, V])
def test_cut_off_files(tmp_path: Path, texts: Texts, name: str) -> None:
    write_gloria(tmp_path, {**texts, name: texts[name][:-20]})
    assert "cut off: its last line" in refusal(tmp_path)
    write_gloria(tmp_path, {**texts, name: "".join(texts[name].splitlines(keepends=True)[:-1])})
    assert "where the labels are" in refusal(tmp_path)


def test_labels_of_another_version(tmp_path: Path, texts: Texts) -> None:
    write_gloria(tmp_path, texts, regions=REGIONS)
    assert "of another version than the workbook of labels" in refusal(tmp_path)


def test_semicolons_decimal_commas_and_words(tmp_path: Path, texts: Texts) -> None:
    write_gloria(tmp_path, {**texts, T: texts[T].replace(",", ";").replace(".", ",")})
    message = refusal(tmp_path)
    assert "semicolons between its cells where commas belong" in message
    assert f"{tmp_path / 'GLORIA_MRIOs_59_2022.zip'}: {T}, line 1" in message
    rest = texts[V][texts[V].index(",") :]
    write_gloria(tmp_path, {**texts, V: "#N/A" + rest})
    assert "holds '#N/A', a formula's error" in refusal(tmp_path)
    write_gloria(tmp_path, {**texts, V: "nil" + rest})
    assert "line 1, column 1 holds 'nil', which is no number" in refusal(tmp_path)


def test_a_supply_table_that_is_not_diagonal_is_refused(tmp_path: Path) -> None:
    texts = gloria_texts(gloria_world())
    rows = [line.split(",") for line in texts[T].splitlines()]
    rows[0][4] = "5000.0"  # the first industry also makes the second product
    texts[T] = "\n".join(map(",".join, rows)) + "\n"
    assert "a supply table that is not diagonal (5 US$ million stand off it)" in refusal(write_gloria(tmp_path, texts))


def test_a_damaged_archive(tmp_path: Path, texts: Texts) -> None:
    write_gloria(tmp_path, texts)
    archive = tmp_path / "GLORIA_MRIOs_59_2022.zip"
    archive.write_bytes(archive.read_bytes()[:500])
    assert "damaged or cut off" in refusal(archive)
    assert not zipfile.is_zipfile(archive)


def test_nothing_is_fetched() -> None:
    assert GLORIA.files == ()
    assert "FootprintLab" in GLORIA.licence
