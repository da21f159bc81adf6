"""Tables as files, for whoever goes on in another program."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path

import pandas as pd

from zollverein.errors import OutputError

__all__ = ["tables_to_excel", "tables_to_parquet"]

SHEET_ROWS = 1_048_576


def tables_to_parquet(tables: Mapping[str, pd.DataFrame], folder: str | Path) -> Path:
    """Write each table to ``folder/<name>.parquet``.

    Raises
    ------
    OutputError : the folder cannot be written to.
    """
    place = _path("the folder", folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, frame in tables.items():
            frame.to_parquet(place / f"{name}.parquet", index=False)
    except OSError as error:
        raise OutputError(f"cannot write to {place}: {error.strerror or error}; choose another folder") from error
    return place


def tables_to_excel(tables: Mapping[str, pd.DataFrame], path: str | Path) -> Path:
    """Write each table to a sheet of one workbook.

    Raises
    ------
    OutputError : the file cannot be written, or a table is longer than a sheet.
    """
    place = _path("the workbook's path", path)
    too_long = next((name for name, frame in tables.items() if len(frame) >= SHEET_ROWS), None)
    if too_long is not None:
        raise OutputError(f"table {too_long} has {len(tables[too_long]):,} rows, too many for a sheet; write Parquet")
    if place.suffix != ".xlsx":
        raise OutputError(f"cannot write {place}: a workbook's name ends in .xlsx; name it so")
    from openpyxl.utils.exceptions import IllegalCharacterError  # noqa: PLC0415 - only a workbook waits for it

    try:
        with pd.ExcelWriter(place, engine="openpyxl") as workbook:
            for name, frame in tables.items():
                frame.to_excel(workbook, sheet_name=name, index=False)
                for cell in (cell for row in workbook.sheets[name].iter_rows() for cell in row):
                    if cell.data_type == "f":  # a label that begins with '=' is text, never a formula
                        cell.data_type = "s"
    except IllegalCharacterError as error:
        place.unlink(missing_ok=True)
        raise OutputError(f"a label holds a character that no workbook takes ({error!r:.80}); write Parquet") from error
    except OSError as error:
        raise OutputError(f"cannot write {place}: {error.strerror or error}; choose another place") from error
    return place


def _path(what: str, given: object) -> Path:
    if not isinstance(given, str | PathLike):
        raise OutputError(f"{what} is {given!r}; give a path")
    return Path(given)
