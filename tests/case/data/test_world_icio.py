"""OECD ICIO: files in the publisher's layout, by both parsers; other editions and damaged files are named."""

import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from benchmarks.world_table import write_full_icio
from tests.case.data.layouts_icio import (
    SECTORS_2023,
    SECTORS_2025,
    extended_text,
    icio_text,
    icio_world,
    turned,
    write_icio,
    write_icio_zip,
)
from tests.case.data.layouts_worlds import MadeWorld
from tests.case.data.rival_pymrio import frames_as_world, rival

from zollverein.case.data import oecd_icio
from zollverein.case.data.dataset import Dataset
from zollverein.case.data.oecd_icio_editions import EDITIONS
from zollverein.case.data.world_table import WorldTable
from zollverein.errors import DataError

OF_2023, OF_2025 = oecd_icio.DATASETS
ARRAYS = ("intermediate", "final", "primary", "output", "demand_taxes")


def same(table: WorldTable | MadeWorld, other: WorldTable | MadeWorld, rounding: float = 1e-9) -> None:
    for axis in ("regions", "sectors", "demands", "primaries"):
        assert getattr(table, axis) == getattr(other, axis)
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(table, name), getattr(other, name), rtol=0, atol=rounding)


def refusal(path: Path, dataset: Dataset = OF_2023, year: int | None = None) -> str:
    with pytest.raises(DataError) as caught:
        oecd_icio.read(path, dataset, year)
    return str(caught.value)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    write_icio(tmp_path / "2020_SML.csv")
    return tmp_path / "2020_SML.csv"


def test_the_editions_are_those_that_the_oecd_counts() -> None:
    shapes = {name: (len(edition.regions), len(edition.sectors)) for name, edition in EDITIONS.items()}
    assert shapes == {"oecd-icio-2023": (77, 45), "oecd-icio-2025": (81, 50)}


@pytest.mark.parametrize(("dataset", "sectors"), [(OF_2023, SECTORS_2023), (OF_2025, SECTORS_2025)])
def test_a_table_reads_as_it_was_written(tmp_path: Path, dataset: Dataset, sectors: tuple[str, ...]) -> None:
    world = write_icio(tmp_path / "2019_SML.csv", sectors=sectors)
    table = oecd_icio.read(tmp_path / "2019_SML.csv", dataset)
    same(table, world)
    assert (table.dataset, table.year) == (dataset.name, 2019)
    assert max(table.imbalance()) < 1e-6
    assert any(note.startswith("a part of the edition: 5 of its") for note in table.notes)


def test_pymrio_reads_the_same_table(small: Path) -> None:
    """pymrio sorts its labels and keeps no published output; both are the same figures, label by label."""
    table = oecd_icio.read(small, OF_2023)
    other = frames_as_world(rival("parse_oecd", small), table, "factor_inputs")
    same(table, other)


def test_the_order_of_economies_is_the_files(tmp_path: Path) -> None:
    world = turned(icio_world(), [3, 0, 4, 2, 1])
    (tmp_path / "2020_SML.csv").write_text(icio_text(world))
    same(oecd_icio.read(tmp_path / "2020_SML.csv", OF_2023), world)


def test_a_line_may_stand_anywhere(small: Path) -> None:
    """Rows are found by their labels, not by their place."""
    header, *rows = small.read_text().splitlines()
    before = oecd_icio.read(small, OF_2023)
    small.write_text("\n".join([header, *rows[::-1]]) + "\n")
    same(oecd_icio.read(small, OF_2023), before)


def test_the_extended_table_is_folded_into_the_regular_one(tmp_path: Path) -> None:
    world = icio_world()
    (tmp_path / "2017.CSV").write_text(extended_text(world))
    table = oecd_icio.read(tmp_path / "2017.CSV", OF_2023)
    same(table, world, rounding=0.01)  # four decimals in each of up to four parts and their sums
    assert any(note.startswith("CN1, CN2, MX1, MX2 were added to CHN and MEX") for note in table.notes)
    other = frames_as_world(rival("parse_oecd", tmp_path / "2017.CSV"), table, "factor_inputs")
    for name in ("intermediate", "final", "primary"):
        np.testing.assert_allclose(getattr(other, name), getattr(table, name), atol=1e-9)


def test_parts_beside_a_whole_that_is_not_empty_are_refused(tmp_path: Path) -> None:
    lines = [line.split(",") for line in extended_text(icio_world()).splitlines()]
    lines[1][-1] = lines[-1][1] = "5.0000"  # the outputs of CHN_A01_02, below and beside
    (tmp_path / "2017.csv").write_text("\n".join(map(",".join, lines)) + "\n")
    assert "parts of CHN and figures of CHN itself" in refusal(tmp_path / "2017.csv")


def test_a_year_is_picked_from_an_archive_or_a_folder(tmp_path: Path) -> None:
    worlds = {year: icio_world(seed=year) for year in (2016, 2017)}
    texts = {f"{year}_SML.csv": icio_text(world) for year, world in worlds.items()}
    archive = write_icio_zip(tmp_path / "2016-2020_SML.zip", texts)
    same(oecd_icio.read(archive, OF_2023, 2017), worlds[2017])
    assert "holds the years 2016, 2017; say which one" in refusal(archive)
    assert "has no year 2020; it holds 2016, 2017" in refusal(archive, year=2020)
    folder = tmp_path / "years"
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text)
    same(oecd_icio.read(folder, OF_2023, 2016), worlds[2016])


def test_archives_within_an_archive(tmp_path: Path) -> None:
    """As the 2023 edition was first packed: 2020.zip with 2020.csv inside ICIO-2016-2020-extended.zip."""
    world = icio_world()
    inner = write_icio_zip(tmp_path / "2020.zip", {"2020.csv": icio_text(world)})
    with zipfile.ZipFile(tmp_path / "ICIO-2016-2020-extended.zip", "w") as archive:
        archive.write(inner, "2020.zip")
    same(oecd_icio.read(tmp_path / "ICIO-2016-2020-extended.zip", OF_2023, 2020), world)


def test_a_file_of_the_other_edition_is_named(tmp_path: Path) -> None:
    write_icio(tmp_path / "2020_SML.csv")
    message = refusal(tmp_path / "2020_SML.csv", OF_2025)
    assert "is of another edition: industry A01_02, B05_06" in message
    assert "read it as oecd-icio-2023" in message
    write_icio(tmp_path / "2021_SML.csv", regions=("KAZ", "AGO", "ROW"), sectors=("C19", "D"))
    assert "economy AGO belongs to oecd-icio-2025" in refusal(tmp_path / "2021_SML.csv")


def test_a_label_of_no_edition_is_named(tmp_path: Path) -> None:
    write_icio(tmp_path / "2020_SML.csv", sectors=("C19", "C10T13"))
    assert "names industry C10T13, which this edition does not have (is 'C10T13' meant to be 'C10T12'?)" in refusal(
        tmp_path / "2020_SML.csv"
    )


def test_the_name_must_tell_the_year_or_the_reader(small: Path) -> None:
    renamed = small.rename(small.with_name("table.csv"))
    assert "does not say its year" in refusal(renamed)
    assert oecd_icio.read(renamed, OF_2023, 2020).year == 2020
    named = renamed.rename(renamed.with_name("2019_SML.csv"))
    assert "is of 2019, not of 2020" in refusal(named, year=2020)


def test_the_full_table_loads_within_five_seconds_and_a_gigabyte(tmp_path: Path) -> None:
    """77 x 45: in a process of its own; seconds are the processor's, so that a busy machine says nothing."""
    write_full_icio(tmp_path / "2020_SML.csv", EDITIONS["oecd-icio-2023"].regions, EDITIONS["oecd-icio-2023"].sectors)
    assert (tmp_path / "2020_SML.csv").stat().st_size > 60e6
    code = (
        "import resource, sys, time\n"
        "from pathlib import Path\n"
        "from zollverein.case.data import oecd_icio\n"
        "table = oecd_icio.read(Path(sys.argv[1]), oecd_icio.DATASETS[0])\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(table.output.size, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "2020_SML.csv")], check=True, capture_output=True, text=True
    )
    cells, seconds, gigabytes = map(float, told.stdout.split())
    assert cells == 77 * 45
    assert seconds < 5.0
    assert gigabytes < 1.0


# --- damaged files ---


def damaged(path: Path, before: str, after: str, line: int = 3) -> None:
    lines = path.read_text().splitlines(keepends=True)
    assert before in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(before, after, 1)
    path.write_text("".join(lines))


def figure(path: Path, line: int = 3, column: int = 4) -> str:
    return path.read_text().splitlines()[line - 1].split(",")[column - 1]


def test_cut_off_in_a_row(small: Path) -> None:
    small.write_bytes(small.read_bytes()[:-40])
    assert "cut off: its last line" in refusal(small)


def test_cut_off_between_rows(small: Path) -> None:
    small.write_text("".join(small.read_text().splitlines(keepends=True)[:20]))
    assert "lacks row USA B05_06, USA C19, USA C24, USA D and 7 more: it is cut off" in refusal(small)


def test_semicolons(small: Path) -> None:
    small.write_text(small.read_text().replace(",", ";").replace(".", ","))
    assert "semicolons between its cells where commas belong" in refusal(small)


def test_decimal_commas(small: Path) -> None:
    value = figure(small)
    damaged(small, f",{value},", f',"{value.replace(".", ",")}",')
    message = refusal(small)
    assert "line 3, column 'CHN_C19'" in message
    assert "decimal comma" in message


def test_a_byte_order_mark_is_read_over(small: Path) -> None:
    world = oecd_icio.read(small, OF_2023)
    small.write_bytes(b"\xef\xbb\xbf" + small.read_bytes())
    table = oecd_icio.read(small, OF_2023)
    same(table, world)
    assert "byte order mark" in table.notes[0]


def test_windows_line_ends(small: Path) -> None:
    world = oecd_icio.read(small, OF_2023)
    small.write_bytes(small.read_bytes().replace(b"\n", b"\r\n"))
    same(oecd_icio.read(small, OF_2023), world)


def test_utf_16(small: Path) -> None:
    small.write_bytes(small.read_text().encode("utf-16"))
    assert "UTF-16" in refusal(small)


def test_mixed_encodings(small: Path) -> None:
    lines = small.read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].replace(b"CHN", "CHÑ".encode(), 1)
    lines[5] = lines[5].replace(b"CHN", "CHÑ".encode("latin-1"), 1)
    small.write_bytes(b"".join(lines))
    assert "mixes encodings: line 4 is UTF-8" in refusal(small)


@pytest.mark.parametrize(
    ("cell", "said"), [("#REF!", "formula's error"), ("=B2+B3", "a formula"), ("01-Mar", "a date")]
)
def test_what_a_spreadsheet_leaves(small: Path, cell: str, said: str) -> None:
    damaged(small, f",{figure(small)},", f",{cell},")
    message = refusal(small)
    assert "line 3, column 'CHN_C19'" in message
    assert said in message


def test_a_word_among_figures_is_found(small: Path) -> None:
    damaged(small, f",{figure(small)},", ",n/a,")
    assert "line 3, column 'CHN_C19' holds 'n/a', which is no number" in refusal(small)


def test_a_table_without_rows_is_refused(small: Path) -> None:
    small.write_text(small.read_text().splitlines()[0] + "\n")
    assert "has no rows of figures below its header" in refusal(small)


def test_a_label_of_any_length_is_told_shortly(small: Path) -> None:
    small.write_text(small.read_text().replace("KAZ_C19", "x" * 100_000, 1))
    assert f"'{'x' * 60}'" in refusal(small)
    assert len(refusal(small)) < 500


def test_a_damaged_archive(tmp_path: Path) -> None:
    archive = write_icio_zip(tmp_path / "2016-2020_SML.zip", {"2020_SML.csv": icio_text(icio_world())})
    archive.write_bytes(archive.read_bytes()[:900])
    assert "damaged or cut off" in refusal(archive)


def test_a_changed_figure_shows_in_rows_and_columns(small: Path) -> None:
    value = figure(small)
    damaged(small, f",{value},", f",{float(value) + 1e5:.4f},")
    assert "a row does not close: CHN B05_06 sells" in refusal(small)


def test_two_outputs(small: Path) -> None:
    lines = small.read_text().splitlines()
    last = lines[-1].split(",")
    last[2] = "12345678.0"
    small.write_text("\n".join([*lines[:-1], ",".join(last)]) + "\n")
    assert "two outputs of CHN B05_06" in refusal(small)


def test_negative_output_is_refused_and_negative_value_added_noted(tmp_path: Path) -> None:
    world = icio_world()
    world.primary[1, 0, 0] -= world.output[0, 0]
    world.intermediate[1, 1, 0, 0] += world.output[0, 0]  # somebody must sell what pays for it
    world.output[1, 1] += world.output[0, 0]
    world.primary[1, 1, 1] += world.output[0, 0]
    (tmp_path / "2020_SML.csv").write_text(icio_text(world))
    table = oecd_icio.read(tmp_path / "2020_SML.csv", OF_2023)
    assert any("primary inputs are negative in 1 cells, lowest in CHN A01_02" in note for note in table.notes)
    world.final[0, 0, 0, 4] -= 2 * world.output[0, 0]
    world.primary[1, 0, 0] -= 2 * world.output[0, 0]
    (tmp_path / "2020_SML.csv").write_text(icio_text(world))
    assert "gross output of CHN A01_02" in refusal(tmp_path / "2020_SML.csv")


def test_what_is_known_of_a_dataset_is_whole() -> None:
    for dataset in oecd_icio.DATASETS:
        assert dataset.files == ()
        assert "browser" in dataset.by_hand
        assert "OECD" in dataset.citation


def test_a_text_of_one_column_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "2020_SML.csv"
    path.write_text("hello\nworld\nfoo\n", encoding="utf-8")
    with pytest.raises(DataError, match="oecd-icio-2023"):
        oecd_icio.read(path, OF_2023)


def test_an_archive_with_a_password_is_named(small: Path, tmp_path: Path) -> None:
    archive = tmp_path / "2016-2020_SML.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.write(small, "2020_SML.csv")
    raw = bytearray(archive.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the bit that says it is encrypted
        raw[raw.index(mark) + at] |= 1
    archive.write_bytes(bytes(raw))
    with pytest.raises(DataError, match="protected by a password"):
        oecd_icio.read(archive, OF_2023, year=2020)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("nan", "holds 'nan', which is no number"),
        ("inf", "holds 'inf', which is no number"),
        ("1e999", "holds '1e999', which is no number"),
        ("", "is empty; a zero is written as 0"),
    ],
)
def test_what_is_no_finite_number_is_named_with_its_place(small: Path, cell: str, said: str) -> None:
    damaged(small, f",{figure(small)},", f",{cell},")
    assert f"line 3, column 'CHN_C19' {said}" in refusal(small)


@pytest.mark.parametrize("label", ["TLS", "OUT"])
def test_what_stands_below_final_demand_adds_up(small: Path, label: str) -> None:
    header, *rows = [line.split(",") for line in small.read_text().splitlines()]
    at = header.index("KAZ_GFCF")
    row = next(row for row in rows if row[0] == label)
    row[at] = f"{float(row[at]) + 5000:.4f}"
    small.write_text("\n".join(map(",".join, [header, *rows])) + "\n")
    assert "column KAZ GFCF adds to" in refusal(small)


def test_a_row_out_that_stops_at_the_industries_is_read(small: Path) -> None:
    before = oecd_icio.read(small, OF_2023)
    header, *rows = [line.split(",") for line in small.read_text().splitlines()]
    first = header.index("CHN_HFCE")
    rows[-1][first:] = ["0"] * (len(header) - first)
    small.write_text("\n".join(map(",".join, [header, *rows])) + "\n")
    same(oecd_icio.read(small, OF_2023), before)


def test_a_table_of_zeros_is_none(small: Path) -> None:
    lines = [line.split(",") for line in small.read_text().splitlines()]
    zeros = [lines[0], *([row[0], *["0"] * (len(row) - 1)] for row in lines[1:])]
    small.write_text("\n".join(map(",".join, zeros)) + "\n")
    assert "all output are zero; the file is empty of figures" in refusal(small)


@pytest.mark.parametrize(("year", "said"), [(2021, "oecd-icio-2025 has it"), (1912, "see what the file is of")])
def test_years_that_the_edition_does_not_cover_are_refused(small: Path, year: int, said: str) -> None:
    message = refusal(small.rename(small.with_name(f"{year}_SML.csv")))
    assert f"is called a table of {year}, and this edition has the years 1995 to 2020; {said}" in message
