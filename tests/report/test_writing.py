"""Reports on disk: whole or not at all."""

import errno
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from zollverein.errors import OutputError
from zollverein.report import check_folder, write_comparison, write_html, write_report, writing


@pytest.fixture(autouse=True)
def _short_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page has tests of its own; here only its way to the disk matters."""
    monkeypatch.setattr(writing, "html", lambda test: f"<!doctype html>{test.name}\n")
    monkeypatch.setattr(writing, "compare_html", lambda comparison: f"<!doctype html>{len(comparison.tests)}\n")


def below(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def listed(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_a_report_is_a_page_its_tables_a_readme_and_a_manifest(halt: Any, tmp_path: Path) -> None:
    place = write_report(halt, tmp_path / "out")
    files = below(place)
    assert {"report.html", "README.txt", "manifest.json", "data/welfare.csv", "data/flows.parquet"} <= set(files)
    manifest = json.loads((place / "manifest.json").read_text("utf-8"))
    assert set(manifest["sha256"]) == set(files) - {"manifest.json"}
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((place / name).read_bytes()).hexdigest() == digest
    assert listed(tmp_path) == ["out"]


def test_the_data_is_the_result(halt: Any, tmp_path: Path) -> None:
    place = write_report(halt, tmp_path / "out")
    for name, frame in halt.frames().items():
        stored = pd.read_parquet(place / "data" / f"{name}.parquet")
        assert list(stored.columns) == list(frame.columns)
        assert len(stored) == len(frame)
        read = pd.read_csv(place / "data" / f"{name}.csv")
        assert list(read.columns) == list(frame.columns)
        for column in frame.select_dtypes("float").columns:
            pd.testing.assert_series_equal(stored[column], frame[column].reset_index(drop=True), check_names=False)
            pd.testing.assert_series_equal(read[column].astype(float), frame[column].reset_index(drop=True),
                                           check_names=False, rtol=1e-15)  # fmt: skip
    assert b"\r" not in (place / "data" / "welfare.csv").read_bytes()


def test_the_same_test_gives_the_same_bytes(halt: Any, tmp_path: Path) -> None:
    first, second = write_report(halt, tmp_path / "a"), write_report(halt, tmp_path / "b")
    assert {n: (first / n).read_bytes() for n in below(first)} == {n: (second / n).read_bytes() for n in below(second)}


def test_a_report_replaces_a_report_whole(halt: Any, walls: Any, tmp_path: Path) -> None:
    place = write_report(halt, tmp_path / "out")
    (place / "data" / "stray.txt").write_text("old")
    write_report(walls, place)
    assert "no-walls" in (place / "report.html").read_text("utf-8")
    assert not (place / "data" / "flows.csv").exists()
    assert not (place / "data" / "stray.txt").exists()
    assert listed(tmp_path) == ["out"]


def test_an_empty_folder_is_taken(halt: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert (write_report(halt, tmp_path / "out") / "report.html").exists()


def test_a_link_to_a_folder_stays_a_link(halt: Any, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write_report(halt, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "report.html").exists()


def test_a_path_relative_to_here_works(halt: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert write_report(halt, "out") == Path("out")
    assert (tmp_path / "out" / "report.html").exists()


def test_others_may_read_what_the_mask_lets_them(halt: Any, tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        place = write_report(halt, tmp_path / "out")
        page = write_html(halt, tmp_path / "page.html")
    finally:
        os.umask(old)
    assert place.stat().st_mode & 0o777 == 0o755
    assert page.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("arrange", "said"),
    [
        (lambda p: (p.mkdir(), (p / "thesis.docx").write_text("mine")), "holds files that zollverein did not write"),
        (lambda p: (p.mkdir(), (p / "manifest.json").write_text('{"written_by": "someone"}')), "did not write"),
        (lambda p: (p.mkdir(), (p / "manifest.json").write_text("[")), "did not write"),
        (lambda p: p.write_text("mine"), "a file is there"),
        (lambda p: p.symlink_to("nowhere"), "a link to nothing"),
    ],
)
def test_what_is_not_ours_is_left_alone(halt: Any, tmp_path: Path, arrange: Any, said: str) -> None:
    place = tmp_path / "out"
    arrange(place)
    before = {n: (tmp_path / n).read_bytes() for n in below(tmp_path)}
    for attempt in (lambda: check_folder(place), lambda: write_report(halt, place)):
        with pytest.raises(OutputError, match=said):
            attempt()
    assert {n: (tmp_path / n).read_bytes() for n in below(tmp_path)} == before
    assert listed(tmp_path) == ["out"]


def test_a_parent_that_is_missing_or_a_file_is_named(halt: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place, said in ((tmp_path / "no" / "out", "does not exist"), (tmp_path / "file" / "out", "is a file")):
        for attempt in (lambda p=place: check_folder(p), lambda p=place: write_report(halt, p),
                        lambda p=place: write_html(halt, p)):  # fmt: skip
            with pytest.raises(OutputError, match=said):
                attempt()


@pytest.mark.parametrize("stop", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("at", ["table", "manifest", "place"])
def test_what_stops_on_the_way_leaves_what_was_there(
    halt: Any, walls: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: BaseException, earlier: bool, at: str
) -> None:
    place = tmp_path / "out"
    if earlier:
        write_report(walls, place)
    before = {n: (tmp_path / n).read_bytes() for n in below(tmp_path)}

    def fail(*_: Any, **__: Any) -> None:
        raise stop

    match at:
        case "table":
            monkeypatch.setattr(pd.DataFrame, "to_parquet", fail)
        case "manifest":
            monkeypatch.setattr(writing, "_manifest", fail)
        case "place":
            rename = Path.rename

            def rename_once(self: Path, target: Any) -> Path:
                # The new report is on its way into its place; the old one stands aside.
                if Path(target) == place and self.name != "old":
                    raise stop
                return rename(self, target)

            monkeypatch.setattr(Path, "rename", rename_once)
    with pytest.raises(OutputError if isinstance(stop, OSError) else KeyboardInterrupt):
        write_report(halt, place)
    assert {n: (tmp_path / n).read_bytes() for n in below(tmp_path)} == before
    assert listed(tmp_path) == (["out"] if earlier else [])


def test_a_page_that_stops_on_the_way_leaves_the_old_one(
    halt: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.html"
    page.write_text("old")

    def fail(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match=r"No space left on device; nothing was written\. Free space"):
        write_html(halt, page)
    assert page.read_text() == "old"
    assert listed(tmp_path) == ["page.html"]


def test_a_page_does_not_replace_a_folder(halt: Any, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="name a file"):
        write_html(halt, tmp_path)


def test_a_page_is_written_whole(halt: Any, tmp_path: Path) -> None:
    page = write_html(halt, tmp_path / "page.html")
    assert page.read_text("utf-8") == "<!doctype html>terminal-90-days\n"
    write_html(halt, page)
    assert listed(tmp_path) == ["page.html"]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB; only root can have one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True, check=False
    ).returncode == 0  # fmt: skip
    if not mounted:
        pytest.skip("mounting a tiny disk needs root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_said_and_left_empty(halt: Any, tiny_disk: Path) -> None:
    with pytest.raises(OutputError, match="No space left on device"):
        write_report(halt, tiny_disk / "out")
    assert listed(tiny_disk) == []


@pytest.fixture
def read_only_disk(tiny_disk: Path) -> Path:
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    return tiny_disk


def test_a_disk_that_cannot_be_written_to_is_told_before_the_work(halt: Any, read_only_disk: Path) -> None:
    with pytest.raises(OutputError, match="Read-only file system"):
        check_folder(read_only_disk / "out")
    with pytest.raises(OutputError, match="Read-only file system"):
        write_html(halt, read_only_disk / "page.html")


def test_a_comparison_keeps_each_tests_tables_apart(several: Any, tmp_path: Path) -> None:
    place = write_comparison(several, tmp_path / "out")
    assert {"report.html", "data/real_income.csv", "data/terminal-90-days/welfare.csv",
            "data/no-walls/welfare.parquet"} <= set(below(place))  # fmt: skip
    assert pd.read_csv(place / "data" / "real_income.csv").columns.to_list() == [
        "region", "name", "terminal-90-days", "nothing-happens", "no-walls",
    ]  # fmt: skip
