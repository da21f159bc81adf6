"""A sweep's report on disk, beside the rows that it was made from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from zollverein.errors import OutputError
from zollverein.report.sweep_page import sweep_html
from zollverein.report.sweep_sheets import TABLES as NAMES
from zollverein.report.writing import told

if TYPE_CHECKING:
    from zollverein.stress.sweeps.result import Sweep

__all__ = ["write_sweep_report"]

PAGE, TABLES, MANIFEST = "report.html", "tables", "manifest.json"
# What a page of ours says of itself within its first letters.
OURS, WITHIN = 'name="generator" content="zollverein', 2_000


def write_sweep_report(sweep: Sweep, folder: str | Path) -> Path:
    """Write a sweep's report.html and its tables as CSV (tables/*.csv) into a folder, beside what is there.

    Both are made aside and take their places by a rename each; an older report of a sweep is replaced, anything else
    stays.

    Raises
    ------
    OutputError : the place cannot be written to, or holds a report that is not a sweep's; nothing was changed.
    """
    place = Path(folder)
    _require_free(place)
    page, frames = sweep_html(sweep), sweep.frames()
    with told(place, "changed"):
        place.mkdir(exist_ok=True)
        building = place / f".report-{token_hex(8)}"
        try:
            (building / TABLES).mkdir(parents=True)
            (building / PAGE).write_text(page, encoding="utf-8", newline="\n")
            for name, frame in frames.items():
                path = building / TABLES / f"{name}.csv"
                frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
            _take_places(building, place)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return place


def _take_places(building: Path, place: Path) -> None:
    """Rename tables and page into their places; older tables wait aside until that has worked."""
    there, aside = place / TABLES, building / "old"
    if there.exists():
        there.rename(aside)
    try:
        (building / TABLES).rename(there)
        (building / PAGE).replace(place / PAGE)
    except BaseException:
        if aside.exists():
            shutil.rmtree(there, ignore_errors=True)
            aside.rename(there)
        raise


def _require_free(place: Path) -> None:
    """Refuse a place where something would be lost."""
    parent = place.absolute().parent
    if not parent.is_dir():
        raise OutputError(f"cannot write to {place}: {parent} is no folder; make it, or choose another place")
    if place.exists() and not place.is_dir():
        raise OutputError(f"cannot write to {place}: a file is there; name a folder")
    tables, page = place / TABLES, place / PAGE
    if _is_other_report(place) or (page.exists() and not _is_our_page(page)):
        raise OutputError(f"cannot write to {place}: it holds another {PAGE}; choose another folder")
    ours = {f"{name}.csv" for name in NAMES}
    if tables.exists() and not (tables.is_dir() and all(path.name in ours for path in tables.iterdir())):
        raise OutputError(f"cannot write to {place}: {tables} holds what is no table of ours; choose another folder")


def _is_other_report(place: Path) -> bool:
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and "written_by" in manifest


def _is_our_page(page: Path) -> bool:
    try:
        with page.open(encoding="utf-8") as file:
            return OURS in file.read(WITHIN)
    except (OSError, ValueError):
        return False
