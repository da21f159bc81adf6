"""Reports on disk, whole or not at all.

A report is built in a hidden folder beside its place and takes that place by one rename. What fails or is stopped on
the way leaves nothing behind; what stood there before goes only when the new report has come, and only if it is a
report of ours.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import pandas as pd

from zollverein._version import __version__
from zollverein.errors import OutputError
from zollverein.report.page import compare_html, html

if TYPE_CHECKING:
    from zollverein.stress import Comparison, StressTest

__all__ = [
    "check_file",
    "check_folder",
    "write_comparison",
    "write_csv",
    "write_folder",
    "write_html",
    "write_report",
]

MANIFEST = "manifest.json"
WRITER = "zollverein"
README = """{title}

{pages}data/          every table of the result, as CSV (UTF-8, comma, LF) and as Parquet; columns carry their units
manifest.json  what wrote this folder, and a SHA-256 of every file

Written by zollverein {version}. Writing a report to this place again replaces the whole folder.
"""
PAGE = "report.html    everything, in one page: open it with a browser; it needs no network"


def write_report(test: StressTest, folder: str | Path) -> Path:
    """Write a stress test as a folder: report.html, its tables as CSV and Parquet, README.txt and manifest.json.

    Raises
    ------
    OutputError : the place cannot be written to or holds what is not ours; nothing was changed.
    """
    return write_folder(folder, test.scenario.title, {"": test.frames()}, {"report.html": html(test)}, (PAGE,))


def write_comparison(comparison: Comparison, folder: str | Path) -> Path:
    """Write several stress tests side by side as a folder, with the tables of each in a folder of its own.

    Raises
    ------
    OutputError : the place cannot be written to or holds what is not ours; nothing was changed.
    """
    together = {"corridor": comparison.corridor, "routes": comparison.routes, "real_income": comparison.real_income}
    tables = {"": {name: frame for name, frame in together.items() if len(frame)}}
    tables |= {test.name: test.frames() for test in comparison.tests}
    return write_folder(folder, "Scenarios side by side", tables, {"report.html": compare_html(comparison)}, (PAGE,))


def write_folder(
    folder: str | Path,
    title: str,
    tables: Mapping[str, Mapping[str, pd.DataFrame]],
    texts: Mapping[str, str],
    pages: Sequence[str],
) -> Path:
    """Write tables as CSV and Parquet under data/, texts beside it, README.txt and manifest.json, whole or not at all.

    Parameters
    ----------
    tables : by part of the folder, "" for data/ itself, and name. texts : by name of the file. pages : lines of the
        README that say what each text is.

    Raises
    ------
    OutputError : the place cannot be written to or holds what is not ours; nothing was changed.
    """
    place = Path(folder)
    check_folder(place)
    with told(place):
        target = _real(place)
        # Named before it is made: whatever comes between is cleared away too.
        building = target.parent / f".{target.name}-{token_hex(8)}"
        try:
            building.mkdir(mode=0o700)
            for name, text in texts.items():
                _write_text(building / name, text)
            for part, frames in tables.items():
                _write_tables(building / "data" / part, frames)
            readme = README.format(title=title, version=__version__, pages="".join(f"{line}\n" for line in pages))
            _write_text(building / "README.txt", readme)
            _write_text(building / MANIFEST, _manifest(building, title))
            _open_to_others(building, 0o777)
            _take_place(building, target)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
    return place


def write_html(test: StressTest, path: str | Path) -> Path:
    """Write the page alone.

    Raises
    ------
    OutputError : the place cannot be written to; nothing half-written is left.
    """
    return _write_file(Path(path), html(test), "the page", "report.html")


def write_csv(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write one table as CSV: UTF-8, comma, LF.

    Raises
    ------
    OutputError : the place cannot be written to; nothing half-written is left.
    """
    text = frame.to_csv(index=False, lineterminator="\n")
    return _write_file(Path(path), text, "the table", "table.csv")


def check_file(path: str | Path) -> None:
    """Check that a file could be written there, before anything is computed.

    Raises
    ------
    OutputError : what is in the way, and what to do.
    """
    _file_place(Path(path), "the table", "table.csv")


def check_folder(folder: str | Path) -> None:
    """Check that a report could be written there, before anything is computed.

    Raises
    ------
    OutputError : what is in the way, and what to do.
    """
    place = Path(folder)
    if not str(folder) or place.resolve() == Path.cwd():
        raise OutputError(
            "cannot write to the folder that you are in: a report replaces its whole folder; name another"
        )
    _parent_of(place)
    if place.is_symlink() and not place.exists():
        raise OutputError(f"cannot write to {place}: it is a link to nothing; remove it or choose another folder")
    if place.exists() and not place.is_dir():
        raise OutputError(f"cannot write to {place}: a file is there; name a folder")
    if place.is_dir() and any(place.iterdir()) and not _is_ours(place):
        raise OutputError(
            f"cannot write to {place}: it holds files that zollverein did not write, and a report replaces its whole "
            f"folder; choose another folder, or empty this one"
        )
    # The only honest test of a place is to write there. The file has no name where the system permits, so that not
    # even a Ctrl-C at this moment leaves it behind.
    with told(place), tempfile.TemporaryFile(dir=_real(place).parent):
        pass


def _write_file(path: Path, text: str, what: str, example: str) -> Path:
    _file_place(path, what, example)
    with told(path):
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.absolute().parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            _open_to_others(Path(name), 0o666)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    return path


def _file_place(path: Path, what: str, example: str) -> None:
    if path.is_dir():
        raise OutputError(f"cannot write {what} to {path}: a folder is there; name a file, for example {example}")
    _parent_of(path)


def _write_tables(folder: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")
        frame.to_parquet(folder / f"{name}.parquet", index=False)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _manifest(folder: Path, title: str) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    content = {"written_by": WRITER, "version": __version__, "title": title, "sha256": sums}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _take_place(building: Path, target: Path) -> None:
    """Rename the new report into its place; an older one waits aside until that has worked."""
    if not target.exists():
        building.rename(target)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        target.rename(aside / "old")
        try:
            building.rename(target)
        except BaseException:
            (aside / "old").rename(target)
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("written_by") == WRITER


def _parent_of(place: Path) -> None:
    parent = place.absolute().parent
    if not parent.is_dir():
        what = "is a file" if parent.exists() else "does not exist"
        raise OutputError(f"cannot write to {place}: {parent} {what}; make that folder, or choose another place")


def _real(place: Path) -> Path:
    """The place itself; a link is followed, so that the link stays and its folder is replaced."""
    return place.resolve()


def _open_to_others(path: Path, mode: int) -> None:
    """Give a temporary file or folder the permissions that an ordinary one would have."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(mode & ~mask)


@contextmanager
def told(place: Path, done: str = "written") -> Iterator[None]:
    """Turn what the system says into one sentence that says what to do; nothing was ``done``."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"cannot write to {place}: {error.strerror or error}; nothing was {done}. "
            f"Free space, change its permissions, or choose another place"
        ) from error
