"""A case written to a folder: whole or not at all, and what nobody changed in the very letters that it had."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from zollverein.case.case import Case, check_case
from zollverein.case.contents import Contents, contents_of, json_like, require_inside
from zollverein.case.fault import refuse
from zollverein.case.package import DESCRIPTOR, Package, read_package
from zollverein.case.schema import Column, TableSchema
from zollverein.case.seal import unsealed
from zollverein.case.tokens import TokenTable, quoted
from zollverein.errors import CaseError, OutputError

__all__ = [
    "case_files",
    "number_text",
    "place_case",
    "require_free",
    "save_case",
    "table_bytes",
    "whole_folder",
    "write_files",
    "written",
]

WHOLE = 2**53


def save_case(case: Case | Package, folder: str | Path) -> Path:
    """Write a case into a folder that does not exist or is empty, whole or not at all; return the folder.

    Files whose content is unchanged are written byte by byte as they were. In a table with changes every other cell
    keeps its letters (``5.0`` stays ``5.0``), the columns and rows their order; a new number is written with the
    fewest digits that give the same number again.

    Parameters
    ----------
    case : as it was opened, or with figures changed (`with_figures`), rows changed, added or taken out.

    Raises
    ------
    CaseError : the case has faults, or the files that it was read from are gone. OutputError : no place to write to.

    Examples
    --------
    >>> import tempfile
    >>> from zollverein.case import open_case
    >>> with tempfile.TemporaryDirectory() as place:
    ...     save_case(open_case("small"), f"{place}/mine").name
    'mine'
    """
    return place_case(case_files(case), folder)


def place_case(files: Mapping[str, bytes], folder: str | Path) -> Path:
    """Check files as a case and put them into a folder that does not exist or is empty; return it.

    Raises
    ------
    CaseError : faults of the case, all of them; nothing is written. OutputError : no place to write to.
    """
    with whole_folder(folder) as made:
        write_files(files, made)
        if faults := check_case(made):
            raise refuse(Path(folder).name, faults)
    return Path(folder)


def require_free(folder: str | Path) -> Path:
    """Return a folder to make, or raise an OutputError if something is there; to be asked before long work."""
    target = Path(folder)
    try:
        taken = target.exists() and (not target.is_dir() or any(target.iterdir()))
    except OSError as error:
        raise OutputError(f"'{target}' cannot be made: {error}; choose another place") from error
    if taken:
        raise OutputError(f"'{target}' is there and not an empty folder; name one that does not exist")
    return target


@contextmanager
def whole_folder(folder: str | Path) -> Iterator[Path]:
    """Give a folder to fill, which takes its place only if nothing goes wrong; until then nothing is there.

    Raises
    ------
    OutputError : the place is taken by something, or cannot be written to.
    """
    target = require_free(folder)
    try:
        near = next(place for place in target.absolute().parents if place.exists())
        with tempfile.TemporaryDirectory(dir=near, prefix=".zollverein-") as beside:
            made = Path(beside) / "case"
            made.mkdir()
            yield made
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                target.rmdir()
            made.rename(target)
    except (OSError, shutil.Error) as error:
        raise OutputError(f"'{target}' cannot be made: {error}; choose another place") from error


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files below a folder."""
    for name, raw in files.items():
        require_inside(name, str(folder))
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)


def case_files(case: Case | Package) -> dict[str, bytes]:
    """Return what `save_case` writes, by path inside the case.

    Raises
    ------
    CaseError : the files that the case was read from are gone, or a table has not the columns of its schema.
    """
    frames = {n: t.frame if not isinstance(t, pd.DataFrame) else t for n, t in case.tables.items()}
    if not case.folder.exists():
        raise CaseError(f"'{case.folder}', which case '{case.name}' was read from, is gone; open the case anew")
    contents = contents_of(case.folder)
    if unknown := [name for name in frames if name not in contents.resources]:
        raise CaseError(f"table {unknown[0]} has no schema in '{case.folder}'; declare it in {DESCRIPTOR} first")
    files, package = dict(contents.files), read_package(case.folder)
    if package.faults:
        raise refuse(str(case.folder), package.faults)
    for table, frame in frames.items():
        files[contents.path(table)] = _table_file(contents, table, frame, package.tables[table].frame)
    gone = [name for name in contents.resources if name not in frames]
    for name in gone:
        files.pop(contents.path(name), None)
    descriptor = {
        **contents.descriptor,
        "resources": [r for name, r in contents.resources.items() if name not in gone],
    }
    stated = {
        "name": case.name,
        "title": case.title,
        "base_year": case.base_year,
        "union": case.union if isinstance(case, Package) else case.union_agreement,
        "union_core": list(case.core if isinstance(case, Package) else case.union_core) or None,
    }
    descriptor = unsealed(_stated(descriptor, stated, case.folder.stem), files)
    if descriptor != contents.descriptor:
        files[DESCRIPTOR] = json_like(descriptor, files[DESCRIPTOR])
    return files


def table_bytes(frame: pd.DataFrame, schema: TableSchema) -> bytes:
    """Return a table as a CSV file in its schema's order: UTF-8, Unix lines, quotation marks where they are needed."""
    return _rewritten(frame, schema, None, None).to_bytes()


def written(values: pd.Series[Any], column: Column, missing: str = "") -> list[str]:
    """Return the values of a column as text: numbers with the fewest digits that tell them, days as ISO 8601.

    A whole number has no decimal point; what is empty is ``missing``.
    """
    return [missing if pd.isna(value) else _text(value, column.type) for value in values.tolist()]


def number_text(number: float) -> str:
    """Return a number with the fewest digits that give it again; a whole one without a decimal point."""
    return str(int(number)) if number.is_integer() and abs(number) < WHOLE else repr(number)


def _text(value: Any, kind: str) -> str:
    if kind in ("number", "integer", "year") and not isinstance(value, str):
        return number_text(float(value))
    if kind == "boolean":
        return str(value).lower()
    if kind == "date" and isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value)


def _table_file(contents: Contents, table: str, frame: pd.DataFrame, held: pd.DataFrame) -> bytes:
    """The file of a table: the very one it was where the frame is as it was read."""
    schema = contents.schemas[table]
    if lacking := [name for name in schema.names if name not in frame.columns]:
        raise CaseError(f"table {table} lacks column {lacking[0]}; its schema has {', '.join(schema.names)}")
    if extra := [str(name) for name in frame.columns if name not in schema.names]:
        raise CaseError(f"table {table} has a column {extra[0]} that its schema has not; drop or declare it")
    if frame is held or held.equals(frame[list(schema.names)]):
        return contents.files[contents.path(table)]
    return _rewritten(frame, schema, contents.tokens(table), held).to_bytes()


def _rewritten(
    frame: pd.DataFrame, schema: TableSchema, before: TokenTable | None, held: pd.DataFrame | None
) -> TokenTable:
    """A frame as tokens; a cell of the value that it had keeps its token, a value that the column had elsewhere its."""
    names = before.names if before is not None else schema.names
    missing = "" if "" in schema.missing else schema.missing[0]
    columns = []
    for name in names:
        column = next(c for c in schema.columns if c.name == name)
        now = written(frame[name], column, missing)
        if before is None or held is None:
            columns.append([quoted(text) for text in now])
            continue
        was = [row[names.index(name)] for row in before.rows]
        columns.append(_kept_tokens(now, frame.index.tolist(), written(held[name], column, missing), was, column))
    rows = [*zip(*columns, strict=True)]
    if before is None:
        return TokenTable(tuple(map(quoted, names)), rows)
    return before.with_rows(rows)


def _kept_tokens(now: list[str], labels: list[Any], was: list[str], tokens: list[str], column: Column) -> list[str]:
    usual = dict(zip(reversed(was), reversed(tokens), strict=True))
    whole = [t for text, t in zip(was, tokens, strict=True) if text.lstrip("-").isdigit()]
    pointed = column.type == "number" and sum("." in t for t in whole) > len(whole) / 2
    kept = []
    for label, text in zip(labels, now, strict=True):
        here = isinstance(label, int) and 0 <= label < len(was) and was[label] == text
        if here or text in usual:
            kept.append(tokens[label] if here else usual[text])
        else:
            kept.append(f"{text}.0" if pointed and text.lstrip("-").isdigit() else quoted(text))
    return kept


def _stated(descriptor: Mapping[str, Any], stated: Mapping[str, Any], stem: str) -> dict[str, Any]:
    """The descriptor with what the case says of itself, where it says other than before."""
    made = dict(descriptor)
    for key, value in stated.items():
        if str(made.get(key, stem if key in ("name", "title") else None)) == str(value):
            continue
        if value is None:
            made.pop(key, None)
        else:
            made[key] = value
    return made
