"""A reading as one tidy file, CSV or Parquet, written part by part and put in its place whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import pandas as pd

from zollverein.case.data.flat import FlatData
from zollverein.case.data.reading import tidy_parts
from zollverein.case.data.world_table import WorldTable
from zollverein.errors import InputError, OutputError

__all__ = ["require_place", "write_tidy"]

FORMATS = {".csv": "csv", ".parquet": "parquet", ".pq": "parquet"}


def require_place(path: Path) -> None:
    """Raise unless a tidy file could stand there; to be asked before a long file is read.

    Raises
    ------
    InputError : its name ends in neither .csv nor .parquet. OutputError : there is no folder for it, or it is one.
    """
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"{path} ends in neither .csv nor .parquet; give one of them")
    if path.is_dir():
        raise OutputError(f"{path} is a folder; name a file in it")
    if not path.absolute().parent.is_dir():
        raise OutputError(f"there is no folder {path.absolute().parent}; make it, or choose another place")


def write_tidy(reading: WorldTable | FlatData, path: str | Path) -> int:
    """Write a reading as one long table (:func:`~zollverein.case.data.reading.tidy_parts`); return its rows.

    Raises
    ------
    InputError : the name ends in neither .csv nor .parquet. OutputError : the place cannot be written to.
    """
    path = Path(path)
    require_place(path)
    write = _write_csv if FORMATS[path.suffix.lower()] == "csv" else _write_parquet
    with _in_its_place(path) as beside:
        return write(tidy_parts(reading), beside)


def _write_csv(parts: Iterator[pd.DataFrame], path: Path) -> int:
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for number, part in enumerate(parts):
            part.to_csv(file, index=False, header=number == 0, lineterminator="\n")
            rows += len(part)
    return rows


def _write_parquet(parts: Iterator[pd.DataFrame], path: Path) -> int:
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and few need it
    import pyarrow.parquet as pq  # noqa: PLC0415

    rows, first = 0, next(parts)
    schema = pa.Table.from_pandas(first, preserve_index=False).schema
    with pq.ParquetWriter(path, schema) as writer:
        for part in chain([first], parts):
            writer.write_table(pa.Table.from_pandas(part, schema=schema, preserve_index=False))
            rows += len(part)
    return rows


@contextmanager
def _in_its_place(path: Path) -> Iterator[Path]:
    """Give a file beside, which takes the place in one step if all went well and is gone if not."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.absolute().parent)
        os.close(handle)
        beside = Path(name)
        try:
            yield beside
            mask = os.umask(0)
            os.umask(mask)
            beside.chmod(0o666 & ~mask)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}; free space or choose another place"
        ) from error
