"""Plain files through DuckDB: seventy million rows in bounded memory, and an account of every one of them.

A file is unpacked beside (DuckDB reads no zip), inspected, and read once into a table on the disk that holds only the
columns that count, with a reason in `left_out` for each row that is not to be used. All questions are asked of that
table; only what was summed up leaves it. Memory is what `Limits` allows DuckDB, whatever the file's size; disk is the
unpacked file and about a tenth of it, in a folder that is gone afterwards.

File names, codes and years reach DuckDB as parameters, never as text of a query.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from zollverein.case.data.inspection import TextLayout
from zollverein.case.data.inspection_rows import every_row
from zollverein.errors import DataError, InputError, OutputError

if TYPE_CHECKING:
    import duckdb

__all__ = ["Desk", "FlatData", "Ledger", "Limits", "answers", "desk", "fetched", "quoted", "stage"]

LEAST_MIB = 128
WHOLE = ("SMALLINT", "INTEGER", "BIGINT")
NOT_WHOLE = "no whole number: "
READ_CSV = (
    "read_csv($path, header = true, auto_detect = false, columns = $columns, delim = $delimiter, "
    "quote = '\"', escape = '\"', strict_mode = true, nullstr = $nulls, encoding = $encoding)"
)
COLUMN_ERROR = re.compile(
    r"Error when converting column \"(.+?)\"\. Could not convert string \"(.*?)\" to '(\w+)", re.S
)
COUNT_ERROR = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
KINDS = {"DOUBLE": "number", "INTEGER": "whole number", "SMALLINT": "year", "BIGINT": "whole number"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading a plain file may use.

    Attributes
    ----------
    memory_mib : what DuckDB may hold; the process adds some 150 MB of its own libraries and the frame that comes out.
    threads : that read and sum. folder : where archives are unpacked and sums spill over; None: the system's.
    most_rows : of the frame that comes out; more are refused rather than fill the memory.
    """

    memory_mib: int = 1024
    threads: int = 2
    folder: Path | None = None
    most_rows: int = 5_000_000


@dataclass(frozen=True, eq=False, slots=True)
class Ledger:
    """What became of a file's rows.

    Attributes
    ----------
    files : that were read. rows_read, rows_kept : all rows, and those that the frame is made of.
    measure : the column that totals are of, with its unit; empty if the figures cannot be added up.
    total_read, total_kept : of all rows and of those kept, before aggregation. total_frame : of the frame.
    left_out : why, code, rows, total: each reason for which rows were left out, and each code without a target.
    notes : what had to be done, or should be known, a sentence each.
    """

    files: tuple[str, ...]
    rows_read: int
    rows_kept: int
    measure: str
    total_read: float
    total_kept: float
    total_frame: float
    left_out: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class FlatData:
    """A publisher's plain file as a tidy frame, with its ledger. ``dataset`` : its name in the registry."""

    dataset: str
    frame: pd.DataFrame = field(repr=False)
    ledger: Ledger


@dataclass(frozen=True, eq=False, slots=True)
class Desk:
    """An open DuckDB, the folder that it works in, its limits, and what its messages are about."""

    con: duckdb.DuckDBPyConnection
    folder: Path
    limits: Limits
    called: str


@contextmanager
def desk(called: str, limits: Limits) -> Iterator[Desk]:
    """Open a DuckDB within limits, in a folder that is removed afterwards.

    Raises
    ------
    InputError : limits that nothing can be done within.
    OutputError : the folder cannot be written to, or is full. DataError : the memory does not suffice.
    """
    import duckdb  # noqa: PLC0415 - slow to import, and few need it

    if limits.memory_mib < LEAST_MIB or limits.threads < 1 or limits.most_rows < 1:
        raise InputError(f"{limits} are too narrow; give at least {LEAST_MIB} MiB, one thread and one row")
    try:
        with tempfile.TemporaryDirectory(prefix="zollverein-flat-", dir=limits.folder) as made:
            folder = Path(made)
            config: dict[str, str | bool | int | float | list[str]] = {
                "memory_limit": f"{limits.memory_mib}MiB",
                "threads": limits.threads,
                "temp_directory": str(folder / "spill"),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
            with duckdb.connect(str(folder / "staged.duckdb"), config=config) as con:
                con.begin()  # and never committed: nothing has to survive, so the disk is not waited for
                yield Desk(con, folder, limits, called)
    except duckdb.OutOfMemoryException as error:
        raise DataError(
            f"{called}: {limits.memory_mib} MiB do not suffice ({_first_line(error)}); give limits with more memory_mib"
        ) from error
    except (OSError, duckdb.IOException) as error:
        raise OutputError(
            f"{called}: {limits.folder or tempfile.gettempdir()} cannot be worked in ({_first_line(error)}); make room "
            "there, or give limits with another folder"
        ) from error


def stage(
    on: Desk,
    layout: TextLayout,
    *,
    types: Mapping[str, str],
    select: str,
    values: Mapping[str, object] | None = None,
    joins: str = "",
    shape: str = "{cells}",
    nulls: Sequence[str] = ("",),
    numbers: Sequence[str] = (),
) -> int:
    """Read a whole file once into the table ``staged``, which is made or added to; return the rows that it then has.

    Parameters
    ----------
    types : DuckDB's type of each column that is not text. nulls : how the publisher writes that there is no value.
    numbers : further columns that the query makes numbers of.
    select, joins : of the query; the file is ``cells``. shape : what stands in its place, ``{cells}`` being the file.
    values : parameters of the query, by name.

    Raises
    ------
    DataError : rows of another length, a cell that is no number, a quotation mark never closed; with line and column.
    """
    import duckdb  # noqa: PLC0415 - as above

    columns = {name or f"column_{n}": types.get(name, "VARCHAR") for n, name in enumerate(layout.header)}
    if len({name.lower() for name in columns}) < len(layout.header):
        raise DataError(f"{on.called}: {layout.path} has columns that differ by capitals alone; rename one")
    if layout.underscored:
        _refuse_underscored(on.called, layout, {*types, *numbers})
    whole = {name: kind for name, kind in columns.items() if kind in WHOLE}
    columns |= dict.fromkeys(whole, "DOUBLE")
    cells = shape.format(cells=_as_whole(READ_CSV, whole) if whole else READ_CSV)
    made = answers(on, "SELECT 1 FROM duckdb_tables() WHERE table_name = 'staged'")
    start = "INSERT INTO staged" if made else "CREATE TABLE staged AS"
    given = {
        "path": str(layout.path),
        "columns": columns,
        "delimiter": layout.delimiter,
        "nulls": list(nulls),
        "encoding": "utf-8" if layout.encoding.startswith("utf-8") else "latin-1",
    }
    try:
        on.con.execute(f"{start} SELECT {select} FROM {cells} AS cells {joins}", {**given, **(values or {})})
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise _refusal(on.called, layout.path, str(error)) from error
    return int(answers(on, "SELECT count(*) FROM staged")[0][0])


def _refuse_underscored(called: str, layout: TextLayout, numbers: set[str]) -> None:
    """DuckDB reads 1_000 as a thousand; no publisher writes it. Every row is looked at, only where there is cause."""
    places = [n for n, name in enumerate(layout.header) if name in numbers]
    for row in islice(every_row(layout.path, layout.encoding, layout.delimiter), 1, None):
        for n in places:
            if n < len(row.cells) and "_" in row.cells[n]:
                raise DataError(
                    f"{called}: {layout.path}, line {row.line}, column '{layout.header[n]}' holds "
                    f"'{row.cells[n].strip()[:40]}', which is no number; restore it from the publisher's, or download "
                    "again"
                )


def _as_whole(file: str, whole: Mapping[str, str]) -> str:
    """A file whose whole numbers are whole: DuckDB rounds 2018.6 to 2019 where it is asked for an integer."""
    checked = [
        f"CASE WHEN {c} IS NULL OR {c} = floor({c}) THEN CAST({c} AS {kind}) ELSE "
        f"error('{NOT_WHOLE}' || {c} || ' in ' || '{name.replace(chr(39), chr(39) * 2)}') END AS {c}"
        for name, kind in whole.items()
        for c in (quoted(name),)
    ]
    return f"(SELECT * REPLACE ({', '.join(checked)}) FROM {file})"


def answers(on: Desk, query: str, values: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
    """Return a few rows that a query finds; what stands in them is the query's to say, so it is not typed here."""
    return on.con.execute(query, dict(values or {})).fetchall()


def fetched(on: Desk, query: str, values: Mapping[str, object] | None = None) -> pd.DataFrame:
    """Return what a query finds as a frame; only what is small, or was counted before."""
    return on.con.execute(query, dict(values or {})).df()


def quoted(name: str) -> str:
    """Return a column's name as SQL quotes it; what a file calls its columns is no part of a query otherwise."""
    return '"' + name.replace('"', '""') + '"'


def _refusal(called: str, path: Path, text: str) -> DataError:
    """Say in our words what DuckDB found in a file."""
    if odd := re.search(rf"{NOT_WHOLE}(\S+) in (.+)", text):
        return DataError(
            f"{called}: {path}, column '{odd[2]}' holds {odd[1]}, which is no whole number; restore it from the "
            f"publisher's, or download again"
        )
    number = re.search(r"CSV Error on Line: (\d+)", text)
    where = f"{called}: {path}, line {number[1]}" if number else f"{called}: {path}"
    if cell := COLUMN_ERROR.search(text):
        kind = KINDS.get(cell[3], "number")
        hint = (
            "write a decimal point" if re.fullmatch(r"[-+]?[\d.]+,\d+", cell[2]) else "restore it from the publisher's"
        )
        return DataError(
            f"{where}, column '{cell[1]}' holds '{cell[2]}', which is no {kind}; {hint}, or download again"
        )
    if counts := COUNT_ERROR.search(text):
        return DataError(f"{where} has {counts[2]} cells where the first line has {counts[1]}; download it again")
    if "unterminated quote" in text:
        return DataError(f"{where} has a quotation mark that is never closed; download it again")
    return DataError(f"{where} cannot be read ({_first_line(text)}); download it again")


def _first_line(error: object) -> str:
    return str(error).strip().split("\n", 1)[0][:200]
