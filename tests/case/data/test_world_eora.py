"""Eora26: archives and folders in its layout; pymrio reads the same but for the discrepancies, which we carry."""

from pathlib import Path

import numpy as np
import pytest
from tests.case.data.layouts_eora import (
    DEMANDS,
    PRIMARIES,
    SECTORS,
    eora_texts,
    eora_world,
    write_archive,
    write_folder,
)
from tests.case.data.rival_pymrio import rival

from zollverein.case.data import eora26
from zollverein.errors import DataError

(EORA,) = eora26.DATASETS
Texts = dict[str, str]


@pytest.fixture
def texts() -> Texts:
    return eora_texts(eora_world())[0]


def refusal(path: Path, year: int | None = None) -> str:
    with pytest.raises(DataError) as caught:
        eora26.read(path, EORA, year)
    return str(caught.value)


def test_an_archive_reads_as_it_was_written(tmp_path: Path) -> None:
    world = eora_world()
    written, drawn = eora_texts(world)
    table = eora26.read(write_archive(tmp_path / "Eora26_2015_bp.zip", written), EORA)
    N, S, F = len(world.regions), len(SECTORS), len(DEMANDS)
    assert (table.year, table.regions) == (2015, ("KAZ", "CIV", "SDN", "USR"))
    assert table.sectors == SECTORS
    assert table.demands == (*DEMANDS, eora26.DISCREPANCY)
    assert table.primaries == (*PRIMARIES, eora26.DISCREPANCY)
    np.testing.assert_allclose(table.intermediate, world.intermediate, atol=1e-9)
    np.testing.assert_allclose(table.final[..., :F], world.final, atol=1e-9)
    np.testing.assert_allclose(table.primary[:-1], world.primary, atol=1e-9)
    np.testing.assert_allclose(table.primary[-1].ravel(), drawn["delivered"], atol=1e-9)
    np.testing.assert_allclose(table.demand_taxes[-1, :, :F].ravel(), drawn["to_demand"], atol=1e-9)
    own = table.final[..., F].reshape(N, S, N)
    np.testing.assert_allclose(np.einsum("nsn->ns", own).ravel(), drawn["taken"], atol=1e-9)
    assert own.sum() == pytest.approx(drawn["taken"].sum())
    assert any("codes of Eora's own are kept: USR (Former USSR)" in note for note in table.notes)
    assert any("columns do not close, as published, by " in note for note in table.notes)


def test_pymrio_reads_the_same_but_drops_the_discrepancies(tmp_path: Path, texts: Texts) -> None:
    table = eora26.read(write_archive(tmp_path / "Eora26_2015_bp.zip", texts), EORA)
    system = rival("parse_eora26", tmp_path / "Eora26_2015_bp.zip")
    n = table.output.size
    F = len(DEMANDS)
    np.testing.assert_allclose(table.intermediate.reshape(n, n), system.Z.to_numpy() / 1000.0, atol=1e-9)
    np.testing.assert_allclose(table.final[..., :F].reshape(n, -1), system.Y.to_numpy() / 1000.0, atol=1e-9)
    np.testing.assert_allclose(table.primary[:-1].reshape(-1, n), system.VA.F.to_numpy() / 1000.0, atol=1e-9)


def test_labels_may_lie_in_an_archive_beside(tmp_path: Path, texts: Texts) -> None:
    labels = {name: text for name, text in texts.items() if name.startswith("labels")}
    figures = {name: text for name, text in texts.items() if not name.startswith("labels")}
    path = write_archive(tmp_path / "Eora26_2015_bp.zip", figures)
    assert "lacks labels_T.txt, and there is no indices.zip beside it" in refusal(path)
    write_archive(tmp_path / "indices.zip", labels)
    assert eora26.read(path, EORA).year == 2015


def test_an_unpacked_folder_and_a_folder_of_archives(tmp_path: Path, texts: Texts) -> None:
    assert eora26.read(write_folder(tmp_path / "2015", texts), EORA).year == 2015
    folder = tmp_path / "archives"
    folder.mkdir()
    write_archive(folder / "Eora26_2015_bp.zip", texts)
    write_archive(folder / "Eora26_2014_bp.zip", eora_texts(eora_world(), 2014)[0])
    assert eora26.read(folder, EORA, 2014).year == 2014
    assert "holds the years 2014, 2015; say which one" in refusal(folder)


def test_labels_in_latin_1_are_read(tmp_path: Path, texts: Texts) -> None:
    folder = write_folder(tmp_path / "2015", texts)
    labels = texts["labels_T.txt"].replace("Cote d'Ivoire", "Côte d'Ivoire")
    (folder / "labels_T.txt").write_bytes(labels.encode("latin-1"))
    assert eora26.read(folder, EORA).regions[1] == "CIV"


@pytest.mark.parametrize("name", ["Eora26_2015_bp_T.txt", "Eora26_2015_bp_FD.txt", "Eora26_2015_bp_VA.txt"])
def test_files_cut_off_are_named(tmp_path: Path, texts: Texts, name: str) -> None:
    folder = write_folder(tmp_path / "2015", {**texts, name: texts[name][:-30]})
    assert "cut off: its last line" in refusal(folder)
    lines = texts[name].splitlines(keepends=True)
    write_folder(folder, {name: "".join(lines[:-1])})
    assert "figures where its labels are" in refusal(folder)


def test_commas_for_tabs_decimal_commas_and_spreadsheets(tmp_path: Path, texts: Texts) -> None:
    name = "Eora26_2015_bp_T.txt"
    folder = write_folder(tmp_path / "2015", {**texts, name: texts[name].replace("\t", ",")})
    assert "commas between its cells where tabs belong" in refusal(folder)
    write_folder(folder, {name: texts[name].replace(".", ",")})
    assert "decimal comma" in refusal(folder)
    first = texts[name].split("\t", 1)[0]
    write_folder(folder, {name: texts[name].replace(first, "#REF!", 1)})
    assert "line 1, column 1 holds '#REF!', a formula's error" in refusal(folder)


@pytest.mark.parametrize(
    ("part", "factor"), [("T", 1000.0), ("T", 0.001), ("FD", 1000.0), ("FD", 0.001), ("VA", 1000.0), ("VA", 0.001)]
)
def test_a_part_in_another_unit_is_named(tmp_path: Path, texts: Texts, part: str, factor: float) -> None:
    name = f"Eora26_2015_bp_{part}.txt"
    rows = [line.split("\t") for line in texts[name].splitlines()]
    scaled = "".join("\t".join(repr(factor * float(cell)) for cell in row) + "\n" for row in rows)
    message = refusal(write_folder(tmp_path / "2015", {**texts, name: scaled}))
    assert "of the world's output, more than a publisher's discrepancies would (10%)" in message


@pytest.mark.parametrize(("cell", "said"), [("", "is empty"), ("nan", "holds 'nan'"), ("1e999", "holds '1e999'")])
def test_cells_without_a_figure_are_named_with_their_place(tmp_path: Path, texts: Texts, cell: str, said: str) -> None:
    name = "Eora26_2015_bp_T.txt"
    rows = [line.split("\t") for line in texts[name].splitlines()]
    rows[2][4] = cell
    for end in ("", "\t"):
        text = "".join("\t".join(row) + end + "\n" for row in rows)
        assert f"line 3, column 5 {said}" in refusal(write_folder(tmp_path / "2015", {**texts, name: text}))


def test_nothing_is_fetched() -> None:
    assert EORA.files == ()
    assert "Log in" in EORA.by_hand
