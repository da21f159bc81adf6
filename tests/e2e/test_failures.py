"""A full disk, a place that cannot be written to, Ctrl-C: nothing half-written is left."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform != "linux", reason="signals and mounts of Linux")]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
# Of the small case, with a map and without: how a report is put in its place is the same for all.
SCENARIO, SHORT = "halt", "open-league"


def assert_said(done: "subprocess.CompletedProcess[str]", *words: str) -> None:
    assert done.returncode == 2, f"{done.returncode}: {done.stderr}"
    assert "Traceback" not in done.stderr
    assert [word for word in words if word not in " ".join(done.stderr.split())] == []


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A small file system of its own, where the machine permits one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False) if os.geteuid() == 0 else None
    if done is None or done.returncode:
        pytest.skip(f"cannot mount a small file system: {done.stderr.strip() if done else 'not root'}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_nothing(run: Run, tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "size=300k") as small:
        done = run("run", SHORT, "--out", small / "out")
        assert_said(done, "out")
        assert list(small.iterdir()) == []


def test_a_disk_that_fills_keeps_the_report_that_was_there(run: Run, report_folder: Path, tmp_path: Path) -> None:
    size = sum(path.stat().st_size for path in report_folder.rglob("*") if path.is_file())
    with mounted(tmp_path / "small", f"size={int(size * 1.2) // 1024}k") as small:
        shutil.copytree(report_folder, small / "out")
        before = {path: path.read_bytes() for path in small.rglob("*") if path.is_file()}
        assert_said(run("run", SHORT, "--out", small / "out"), "out")
        assert {path: path.read_bytes() for path in small.rglob("*") if path.is_file()} == before


def test_a_limit_on_file_size_leaves_nothing(start: Run, tmp_path: Path) -> None:
    """What a quota does, on machines where nothing can be mounted."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = start("run", SHORT, "--out", tmp_path / "out", preexec_fn=limited)
    assert_said(done, "out")
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_folder_is_refused(run: Run, tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "size=10m") as small:
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        assert_said(run("run", SHORT, "--out", small / "out"), "out")
        assert list(small.iterdir()) == []


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_file_in_the_way_is_refused_and_kept(run: Run, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert_said(run("run", SCENARIO, "--out", tmp_path / place), "file")
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("file", "mine")]


def test_a_folder_of_somebody_else_is_refused_and_kept(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter.txt").write_text("years of work", encoding="utf-8")
    assert_said(run("run", SCENARIO, "--out", folder), "thesis")
    assert [path.name for path in folder.iterdir()] == ["chapter.txt"]


def test_a_report_of_ours_is_replaced_whole(run: Run, report_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    shutil.copytree(report_folder, folder)
    first = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    assert run("run", SHORT, "--out", folder).returncode == 0
    second = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    assert any("flows" in name for name in first)
    assert not any("flows" in name for name in second)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def loaded(library: str) -> Callable[[int], bool]:
    def is_loaded(process: int) -> bool:
        try:
            return library in Path(f"/proc/{process}/maps").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False

    return is_loaded


def something_is_written(folder: Path) -> Callable[[int], bool]:
    return lambda _process: any(folder.glob(".out-*/*"))


@pytest.mark.parametrize("moment", ["while it starts", "while it computes", "while it writes"])
def test_ctrl_c_leaves_nothing(command: Path, plain_environment: dict[str, str], tmp_path: Path, moment: str) -> None:
    ready = {
        "while it starts": loaded("pydantic_core"),
        "while it computes": loaded("highspy"),
        "while it writes": something_is_written(tmp_path),
    }[moment]
    process = subprocess.Popen(
        [str(command), "run", SCENARIO, "--out", str(tmp_path / "out")],
        cwd=tmp_path, env=plain_environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while process.poll() is None and not ready(process.pid) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    if process.returncode == 0 and moment == "while it writes":
        assert [path.name for path in tmp_path.iterdir()] == ["out"]  # it had just been done, and whole
        return
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []
