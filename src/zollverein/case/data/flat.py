"""Plain files through DuckDB: seventy million rows in bounded memory, and an account of every one of them.

A file is unpacked beside (DuckDB reads no zip), inspected, and read once into a table on the disk that holds only the
columns that count, with a reason in `left_out` for each row that is not to be used. All questions are asked of that
table; only what was summed up leaves it. Memory is what `Limits` allows DuckDB, whatever the file's size; disk is the
unpacked file and about a tenth of it, in a folder that is gone afterwards.

File names, codes and years reach DuckDB as parameters, never as text of a query.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from zollverein.case.data.flat_faults import WHOLE, checked_cells, first_line, quoted, refuse_underscored, refused
from zollverein.case.data.inspection import TextLayout
from zollverein.errors import DataError, InputError, OutputError

if TYPE_CHECKING:
    import duckdb

__all__ = ["Desk", "FlatData", "Ledger", "Limits", "answers", "desk", "fetched", "quoted", "stage"]

LEAST_MIB = 128
READ_CSV = (
    "read_csv($path, header = true, auto_detect = false, columns = $columns, delim = $delimiter, "
    "quote = '\"', escape = '\"', strict_mode = true, nullstr = $nulls, encoding = $encoding)"
)


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
    """An open DuckDB, the folder that it works in, its limits, what its messages are about, and the files read."""

    con: duckdb.DuckDBPyConnection
    folder: Path
    limits: Limits
    called: str
    files: list[Path] = field(default_factory=list)


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
    files: list[Path] = []
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
                yield Desk(con, folder, limits, called, files)
    except duckdb.OutOfMemoryException as error:
        raise DataError(
            f"{called}: {limits.memory_mib} MiB do not suffice ({first_line(error)}); give limits with more memory_mib"
        ) from error
    except (
        duckdb.DataError,
        duckdb.InvalidInputException,
    ) as error:  # what the database makes of cells, not of queries
        raise DataError(
            f"{called}: {', '.join(str(path) for path in files)} holds what cannot be reckoned with "
            f"({first_line(error)}); restore it from the publisher's, or download it again"
        ) from error
    except (OSError, duckdb.IOException) as error:
        raise OutputError(
            f"{called}: {limits.folder or tempfile.gettempdir()} cannot be worked in ({first_line(error)}); make room "
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
    most: Mapping[str, float] | None = None,
) -> int:
    """Read a whole file once into the table ``staged``, which is made or added to; return the rows that it then has.

    Parameters
    ----------
    types : DuckDB's type of each column that is not text. nulls : how the publisher writes that there is no value.
    numbers : further columns that the query makes numbers of. most : what a column's figures may be at most, where
        that is not what any flow may be.
    select, joins : of the query; the file is ``cells``. shape : what stands in its place, ``{cells}`` being the file.
    values : parameters of the query, by name.

    Raises
    ------
    DataError : rows of another length, a cell that is no finite number or beyond all bounds, a quotation mark never
        closed, with line and column; no rows at all.
    """
    import duckdb  # noqa: PLC0415 - as above

    columns = {name or f"column_{n}": types.get(name, "VARCHAR") for n, name in enumerate(layout.header)}
    if len({name.lower() for name in columns}) < len(layout.header):
        raise DataError(f"{on.called}: {layout.path} has columns that differ by capitals alone; rename one")
    if layout.underscored:
        refuse_underscored(on.called, layout, {*types, *numbers})
    kinds = {name: kind for name, kind in columns.items() if kind == "DOUBLE" or kind in WHOLE}
    columns |= dict.fromkeys(kinds, "DOUBLE")
    cells = shape.format(cells=checked_cells(READ_CSV, kinds, most or {}))
    on.files.append(layout.path)
    made = answers(on, "SELECT 1 FROM duckdb_tables() WHERE table_name = 'staged'")
    before = int(answers(on, "SELECT count(*) FROM staged")[0][0]) if made else 0
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
    except (duckdb.InvalidInputException, duckdb.DataError) as error:
        raise refused(on.called, layout, str(error)) from error
    rows = int(answers(on, "SELECT count(*) FROM staged")[0][0])
    if rows == before:
        raise DataError(f"{on.called}: {layout.path} has no rows with figures below its header; download it again")
    return rows


def answers(on: Desk, query: str, values: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
    """Return a few rows that a query finds; what stands in them is the query's to say, so it is not typed here."""
    return on.con.execute(query, dict(values or {})).fetchall()


def fetched(on: Desk, query: str, values: Mapping[str, object] | None = None) -> pd.DataFrame:
    """Return what a query finds as a frame; only what is small, or was counted before."""
    return on.con.execute(query, dict(values or {})).df()
