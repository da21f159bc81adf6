"""Rows added to a case on the disk: checked as a whole before a byte is written, and never lost to another writer."""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from zollverein.case.case import Case, case_of, check_case
from zollverein.case.fault import refuse
from zollverein.case.package import Package, bundled_cases, locate, read_package
from zollverein.errors import CaseError, OutputError
from zollverein.given import require

__all__ = ["LOCK", "PATIENCE_S", "append_rows", "change_files", "replace_all"]

Rows = Mapping[str, Sequence[Mapping[str, object]]]
LOCK = ".zollverein.lock"
PATIENCE_S = 60.0


def append_rows(
    name_or_path: str | Path, rows: Rows | Callable[[Case], Rows], *, patience_s: float = PATIENCE_S
) -> Rows:
    """Add rows to tables of a case; the case with them is checked first, and refused whole if it has a fault.

    One writer at a time: another waits for its turn and reads the case anew, so that no row is lost. Each file is
    replaced in one step, in the order of ``rows``, and put back if a later one cannot be; a writer that is killed
    between two leaves a case that is refused, never one that seems whole.

    Parameters
    ----------
    name_or_path : a folder. rows : by table, column to value (absent or None: empty); or what makes them of the case as
        it is once no other writer is at it. patience_s : how long another writer is waited for.

    Returns
    -------
    The rows that were added.

    Raises
    ------
    CaseError : a bundled case or a zip, a table or column that is not there, or faults of the case with the rows.
    OutputError : the folder cannot be written to, or another writer does not come to an end.
    """
    added: dict[str, Sequence[Mapping[str, object]]] = {}

    def append(trial: Path) -> list[str]:
        package = read_package(trial)
        made = rows(case_of(package, trial, str(name_or_path))) if callable(rows) else rows
        require("the rows", made, Mapping, "tables by name, each a list of rows", CaseError)
        added.update(made)
        return [_appended(trial, package, table, new) for table, new in added.items() if new]

    try:
        change_files(name_or_path, append, patience_s=patience_s)
    except UnicodeEncodeError as error:
        raise CaseError(f"the rows hold what is no text in UTF-8: {error.object[:40]!r}; write it anew") from error
    return added


def change_files(
    name_or_path: str | Path, change: Callable[[Path], Sequence[str]], *, patience_s: float = PATIENCE_S
) -> None:
    """Change files of a case on the disk: all of them or, if the case with them has a fault, none.

    Parameters
    ----------
    name_or_path : a folder. change : changes a copy of the case, once no other writer is at it, and returns the files.
    patience_s : how long another writer is waited for.

    Raises
    ------
    CaseError : a bundled case or a zip, or faults of the case as it would be.
    OutputError : the folder cannot be written to, or another writer does not come to an end.
    """
    folder = _writable(name_or_path)
    try:
        with FileLock(folder / LOCK, timeout=patience_s), tempfile.TemporaryDirectory(prefix="zollverein-") as beside:
            trial = Path(beside) / folder.resolve().name
            shutil.copytree(folder, trial, ignore=shutil.ignore_patterns(LOCK), ignore_dangling_symlinks=True)
            changed = change(trial)
            if faults := check_case(trial):
                raise refuse(folder.resolve().name, faults)
            replace_all(folder, {file: (trial / file).read_bytes() for file in changed})
    except Timeout as error:
        raise OutputError(
            f"'{folder}' has been held by another writer for {patience_s:g} s; wait, or if there is none remove "
            f"{folder / LOCK}"
        ) from error
    except (OSError, shutil.Error) as error:
        raise OutputError(f"'{folder}' cannot be written to: {error}; nothing was changed") from error


def _writable(name_or_path: str | Path) -> Path:
    path = locate(name_or_path)
    if path.resolve() in {bundled.resolve() for bundled in bundled_cases().values()}:
        raise CaseError(
            f"'{name_or_path}' comes with the program and is not edited; start one of your own: zollverein case new "
            f"FOLDER --like {path.name}"
        )
    if not path.is_dir():
        raise CaseError(f"'{path}' is no folder; unpack it, and edit the folder")
    return path


def _appended(folder: Path, package: Package, table: str, rows: Sequence[Mapping[str, object]]) -> str:
    """Add rows to the file that holds a table of the package, in a copy of it; return its path inside the case."""
    known = package.tables
    if table not in known:
        raise CaseError(f"the case has no table '{table}'; it has {', '.join(known)}")
    file, columns = known[table].file, known[table].schema.names
    path = folder / file
    with path.open(encoding="utf-8", newline="") as given:
        text = given.read()
    ending = next((e for e in ("\r\n", "\n", "\r") if e in text), "\n")
    new = io.StringIO()
    writer = csv.DictWriter(new, _header(text), restval="", lineterminator=ending)
    require(f"the rows of table {table}", rows, (list, tuple), "a list of rows", CaseError)
    for row in rows:
        require(f"a row of table {table}", row, Mapping, "values by column", CaseError)
        unknown = [column for column in row if column not in columns]
        if unknown:
            raise CaseError(f"table {table} has no column '{unknown[0]}'; it has {', '.join(columns)}")
        writer.writerow({column: "" if value is None else value for column, value in row.items()})
    parted = "" if text.endswith(("\n", "\r")) or not text else ending
    path.write_text(text + parted + new.getvalue(), encoding="utf-8", newline="")
    return file


def _header(text: str) -> list[str]:
    rows = csv.reader(io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), newline=""))
    return [name.strip() for name in next(row for row in rows if any(cell.strip() for cell in row))]


def replace_all(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Put files in the place of others, all or none: where one cannot be, those before it are put back."""
    before = {file: (folder / file).read_bytes() for file in contents}
    done: list[str] = []
    try:
        for file, content in contents.items():
            _replace((folder / file).resolve(), content)
            done.append(file)
    except OSError:
        for file in done:
            _replace((folder / file).resolve(), before[file])
        raise


def _replace(path: Path, content: bytes) -> None:
    """Put a file in the place of another in one step: whoever reads sees the old or the new, and never a part."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as made:
        made.write(content)
        made.flush()
        os.fsync(made.fileno())
    try:
        shutil.copymode(path, made.name)
        os.replace(made.name, path)  # noqa: PTH105 - the one that replaces on every system
    except OSError:
        Path(made.name).unlink(missing_ok=True)
        raise
