"""EXIOBASE 3: archives and folders in its layout, in dollars at the rate that is given; damaged ones are named."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.case.data.layouts_exiobase import DEMANDS, SECTORS, exiobase_files, exiobase_world, write_exiobase
from tests.case.data.rival_pymrio import rival

from zollverein.case.countries import ISO_3166
from zollverein.case.data import exiobase
from zollverein.case.data.world_table import WorldTable
from zollverein.errors import DataError, InputError

OF_382, OF_39 = exiobase.DATASETS
RATE = 1.12
WORLD = exiobase_world(exiobase.FACTORS)


def read(path: Path, year: int | None = None) -> WorldTable:
    return exiobase.read(path, OF_382, year, usd_per_eur=RATE)


def refusal(path: Path, year: int | None = None) -> str:
    with pytest.raises(DataError) as caught:
        read(path, year)
    return str(caught.value)


@pytest.mark.parametrize("extension", ["satellite", "factor_inputs"])
def test_an_archive_reads_as_it_was_written_in_dollars(tmp_path: Path, extension: str) -> None:
    texts = exiobase_files(WORLD, extension=extension)
    table = read(write_exiobase(tmp_path / "IOT_2019_ixi.zip", texts))
    for name in ("intermediate", "final", "primary", "output", "demand_taxes"):
        np.testing.assert_allclose(getattr(table, name), RATE * getattr(WORLD, name), atol=1e-9, err_msg=name)
    assert (table.year, table.regions) == (2019, ("DEU", "RUS", "WA"))
    assert (table.sectors, table.demands, table.primaries) == (SECTORS, DEMANDS, exiobase.FACTORS)
    assert max(table.imbalance()) < 1e-9
    assert table.notes == ("million euros were taken at 1.12 US dollars for one euro",)


def test_pymrios_own_parser_reads_the_same(tmp_path: Path) -> None:
    path = write_exiobase(tmp_path / "IOT_2019_ixi.zip", exiobase_files(WORLD))
    table = read(path)
    system = rival("parse_exiobase3", path)
    n = table.output.size
    np.testing.assert_allclose(table.intermediate.reshape(n, n), RATE * system.Z.to_numpy(), atol=1e-9)
    np.testing.assert_allclose(table.final.reshape(n, -1), RATE * system.Y.to_numpy(), atol=1e-9)


def test_no_rate_is_chosen_for_the_caller(tmp_path: Path) -> None:
    path = write_exiobase(tmp_path / "IOT_2019_ixi.zip", exiobase_files(WORLD))
    for rate in (None, 0.0, -1.0, float("nan")):
        with pytest.raises(InputError, match="give usd_per_eur, the year's average rate"):
            exiobase.read(path, OF_382, usd_per_eur=rate)


def test_an_unpacked_folder_and_a_folder_of_archives(tmp_path: Path) -> None:
    archive = write_exiobase(tmp_path / "IOT_2019_ixi.zip", exiobase_files(WORLD))
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path / "unpacked")
    assert read(tmp_path / "unpacked" / "IOT_2019_ixi").year == 2019
    assert read(tmp_path, 2019).year == 2019
    plain = (tmp_path / "unpacked" / "IOT_2019_ixi").rename(tmp_path / "mine")
    assert read(plain, 2020).year == 2020
    assert "holds no file of this dataset" in refusal(plain)


def test_other_units_are_refused(tmp_path: Path) -> None:
    path = write_exiobase(tmp_path / "IOT_2019_pxp.zip", exiobase_files(WORLD, unit="tonnes"))
    assert "is in tonnes; only the monetary tables, in M.EUR" in refusal(path)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    texts = exiobase_files(WORLD)
    path = tmp_path / "IOT_2019_ixi.zip"
    write_exiobase(path, {name: text for name, text in texts.items() if name != "Y.txt"})
    assert "pymrio's load_all cannot parse it" in refusal(path)
    write_exiobase(path, {name: text for name, text in texts.items() if not name.startswith("satellite")})
    assert "lacks the factor inputs ('Taxes less subsidies" in refusal(path)
    write_exiobase(path, {name: text for name, text in texts.items() if name != "file_parameters.json"})
    assert "cannot parse it" in refusal(path)
    assert "there is no file" in refusal(tmp_path / "IOT_1999_ixi.zip")


def test_cut_off_and_spoilt_files(tmp_path: Path) -> None:
    texts = exiobase_files(WORLD)
    path = tmp_path / "IOT_2019_ixi.zip"
    rows = texts["Z.txt"].splitlines(keepends=True)
    write_exiobase(path, {**texts, "Z.txt": "".join(rows[:-2])})
    assert "lacks sector Extraction of crude petroleum" in refusal(path)
    write_exiobase(path, {**texts, "Z.txt": texts["Z.txt"].replace("\t", ";").replace(".", ",")})
    assert "is not in the publisher's layout, or is cut off" in refusal(path)
    comma = rows[4].rsplit("\t", 1)[0] + "\t1,5\n"
    write_exiobase(path, {**texts, "Z.txt": "".join([*rows[:4], comma, *rows[5:]])})
    assert "holds '1,5', which is no number" in refusal(path)
    path.write_bytes(path.read_bytes()[:700])
    assert "damaged or cut off" in refusal(path)


def test_a_gap_between_rows_and_output_is_noted(tmp_path: Path) -> None:
    texts = exiobase_files(WORLD)
    rows = texts["x.txt"].splitlines()
    label, output = rows[1].rsplit("\t", 1)
    rows[1] = f"{label}\t{1.2 * float(output)}"
    table = read(write_exiobase(tmp_path / "IOT_2019_ixi.zip", {**texts, "x.txt": "\n".join(rows) + "\n"}))
    assert any(
        "rows do not close, as published, by " in note and "at worst DEU Cultivation of wheat" in note
        for note in table.notes
    )
    rows[1] = f"{label}\t1000000.0"
    write_exiobase(tmp_path / "IOT_2019_ixi.zip", {**texts, "x.txt": "\n".join(rows) + "\n"})
    assert "rows miss 99.7% of the world's output" in refusal(tmp_path / "IOT_2019_ixi.zip")


def test_cells_that_are_empty_or_no_number_are_named(tmp_path: Path) -> None:
    texts = exiobase_files(WORLD)
    *rows, last = texts["Z.txt"].splitlines()
    path = tmp_path / "IOT_2019_ixi.zip"
    for cell in ("", "nan"):
        spoilt = "\n".join([*rows, last.rsplit("\t", 1)[0] + f"\t{cell}"]) + "\n"
        write_exiobase(path, {**texts, "Z.txt": spoilt})
        assert "row WA " in refusal(path)
        assert "holds 'nan', which is no number" in refusal(path)


def test_codes_and_what_may_be_fetched() -> None:
    assert {to for to in exiobase.ISO.values() if to not in exiobase.REST} <= ISO_3166
    assert len({to for code, to in exiobase.ISO.items() if len(code) == 2}) == 44
    assert len(OF_382.files) == 56
    assert all(file.url.endswith(file.name) for file in OF_382.files)
    assert OF_39.files == ()
    assert "non-commercial" in OF_39.licence


def test_without_pymrio_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_exiobase(tmp_path / "IOT_2019_ixi.zip", exiobase_files(WORLD))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "pip install 'zollverein[mrio]'" in refusal(path)
