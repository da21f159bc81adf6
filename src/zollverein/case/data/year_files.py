"""One year's file out of what a publisher packs together: a file, a folder of years, an archive, archives in it."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from zollverein.case.data.flat_files import unpacked
from zollverein.case.data.inspection_bytes import opened, refuse_what_is_no_text
from zollverein.errors import DataError

__all__ = ["archive_names", "choose_year", "naming", "refuse_no_file", "year_file"]

HOW = "with --year (from Python: year=)"
CENTURY_TURNS = 90  # years of two digits: 95 is 1995, 11 is 2011


@contextmanager
def year_file(path: Path, *, dataset: str, pattern: str, year: int | None) -> Iterator[tuple[Path, int]]:
    """Give the file of one year, and that year; what had to be unpacked is gone afterwards.

    Parameters
    ----------
    path : the file itself, a folder that holds such files, or a zip archive of them, or of zip archives of them.
    dataset : name in the registry, for messages.
    pattern : a regular expression of the publisher's file names, without case; its group ``year`` is the year, of four
        digits or two. A file that was named itself may be called otherwise if ``year`` is given.
    year : which; None: the only one there.

    Raises
    ------
    DataError : no such file; several years and none was asked for; another year than was asked for; a damaged archive.
    """
    refuse_no_file(path, dataset)
    with TemporaryDirectory(prefix="zollverein-") as folder:
        if path.is_dir():
            inside = [file for file in sorted(path.iterdir()) if file.is_file()]
            name, found = choose_year([file.name for file in inside], path, dataset, pattern, year)
            chosen = path / name
        elif path.suffix.lower() == ".zip":
            chosen, found = _from_archive(path, dataset, pattern, year, Path(folder))
        else:
            chosen, found = path, _year_of_file(path, dataset, pattern, year)
        if chosen.suffix.lower() == ".zip":
            chosen, found = _from_archive(chosen, dataset, pattern, found, Path(folder) / "inner")
        with naming(Path(folder), path):
            yield chosen, found


def refuse_no_file(path: Path, dataset: str) -> None:
    """Refuse a path where nothing is, or what is neither a file nor a folder: reading a pipe would never end.

    Raises
    ------
    DataError : says which of the two.
    """
    if not path.exists():
        raise DataError(f"{dataset}: there is no file {path}; look where it was saved")
    if not (path.is_file() or path.is_dir()):
        raise DataError(f"{dataset}: {path} is neither a file nor a folder; save what it gives as a file")


@contextmanager
def naming(folder: Path, archive: Path) -> Iterator[None]:
    """In errors about what was unpacked into a passing folder, name the archive that a reader knows."""
    try:
        yield
    except DataError as error:
        raise DataError(str(error).replace(f"{folder}{os.sep}", f"{archive}: ")) from error


def archive_names(path: Path, dataset: str) -> list[str]:
    """Return the names of the files in a zip archive, without their folders.

    Raises
    ------
    DataError : the archive is damaged or cut off.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return [Path(name).name for name in archive.namelist() if not name.endswith("/")]
    except zipfile.BadZipFile as error:
        raise DataError(f"{dataset}: {path} is a zip archive that is damaged or cut off; download it again") from error


def _from_archive(path: Path, dataset: str, pattern: str, year: int | None, folder: Path) -> tuple[Path, int]:
    folder.mkdir(exist_ok=True)
    name, found = choose_year(archive_names(path, dataset), path, dataset, pattern, year)
    return unpacked(path, re.escape(name), folder, dataset)[0], found


def choose_year(names: Sequence[str], path: Path, dataset: str, pattern: str, year: int | None) -> tuple[str, int]:
    """Return the one name of the wanted year among names like the pattern, and the year.

    Raises
    ------
    DataError : no such name; several years and none was asked for; not the wanted one; two names of it.
    """
    years: dict[int, list[str]] = {}
    for name in names:
        found = _year(name, pattern)
        if found is not None:
            years.setdefault(found, []).append(name)
    if not years:
        shown = ", ".join(names[:4]) + (" ..." if len(names) > 4 else "")
        raise DataError(
            f"{dataset}: {path} holds no file of this dataset (it holds {shown or 'nothing'}); name the file"
        )
    if year is None and len(years) > 1:
        raise DataError(f"{dataset}: {path} holds the years {_listed(years)}; say which one is meant {HOW}")
    wanted = next(iter(years)) if year is None else year
    if wanted not in years:
        raise DataError(f"{dataset}: {path} has no year {wanted}; it holds {_listed(years)}")
    if len(years[wanted]) > 1:
        raise DataError(f"{dataset}: {path} holds {' and '.join(years[wanted])} for {wanted}; name the one file")
    return years[wanted][0], wanted


def _year_of_file(path: Path, dataset: str, pattern: str, year: int | None) -> int:
    found = _year(path.name, pattern)
    if found is None:
        if year is None:
            _refuse_what_is_no_table(path, dataset)
            raise DataError(
                f"{dataset}: {path.name} does not say its year as the publisher's names do; say which year it is {HOW}"
            )
        return year
    if year not in {None, found}:
        raise DataError(f"{dataset}: {path.name} is of {found}, not of {year}; name the file of that year")
    return found


def _refuse_what_is_no_table(path: Path, dataset: str) -> None:
    """A file that is no table has no year to be told: say so first. Workbooks and Stata files are looked at later."""
    with opened(path, dataset):
        with path.open("rb") as file:
            head = file.read(4096)
        if b"\0" not in head and not head.startswith(b"PK"):
            refuse_what_is_no_text(path, dataset)


def _year(name: str, pattern: str) -> int | None:
    match = re.fullmatch(pattern, name, re.IGNORECASE)
    if match is None:
        return None
    number = int(match["year"])
    if number >= 100:
        return number
    return number + (1900 if number >= CENTURY_TURNS else 2000)


def _listed(years: dict[int, list[str]]) -> str:
    return ", ".join(map(str, sorted(years)))
