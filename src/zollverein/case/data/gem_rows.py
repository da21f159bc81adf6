"""Rows of a Global Energy Monitor tracker, from a workbook or a GeoJSON file: text, numbers and the route of each."""

from __future__ import annotations

import math
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from zollverein.case.data.drawn_lines import Line
from zollverein.case.data.geojson_features import Feature, read_features, refuse_places_off_the_map
from zollverein.case.data.inspection_cells import ERROR_CELLS
from zollverein.errors import DataError

__all__ = ["GemRow", "gem_rows"]

NEEDED = ("PipelineName", "Status", "Fuel")
OTHER_TRACKERS = {"TerminalName": "LNG terminals", "Unit ID": "oil and gas fields", "Plant name": "power plants"}
ABSENT = frozenset({"", "--", "nan", "none", "n/a", "unknown", "tbd"})
HEADER_ROWS = 5
EXCEL_LIMIT = 32_767
"""A cell of Excel's holds no more letters; a route that is longer is cut off there."""
PLAIN = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
DECIMAL_COMMA = re.compile(r"-?\d+,\d{1,2}|-?\d{1,3}(\.\d{3})+,\d+")
FRACTION = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)\.\d+")
NUMBERS = ("Capacity", "LengthKnownKm", "LengthEstimateKm", "LengthMergedKm")
READ = frozenset(NUMBERS) | {
    "PipelineName", "SegmentName", "ProjectID", "Status", "Fuel", "Owner", "StartYear1", "CapacityUnits",
    "RouteAccuracy", "Countries", "CountriesOrAreas", "StartCountry", "StartCountryOrArea", "StartLocation",
    "EndCountry", "EndCountryOrArea", "EndLocation",
}  # fmt: skip
WKT = re.compile(r"\s*(MULTI)?LINESTRING\s*(?:Z|M|ZM)?\s*\((.*)\)\s*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, eq=False)
class GemRow:
    """One pipeline. ``number`` is its row in the sheet, or its feature in the GeoJSON file."""

    where: str
    number: int
    cells: Mapping[str, Any]
    lines: tuple[Line, ...]

    def text(self, *columns: str) -> str:
        """Return the first cell of these columns that says something."""
        for column in columns:
            value = self.cells.get(column)
            said = "" if value is None else _plain(value)
            if said.lower() not in ABSENT:
                return said
        return ""

    def number_in(self, column: str) -> float | None:
        """Return a column's number; None where it is none, as in '42,36,30' for three pipes.

        Raises
        ------
        DataError : a date; a number below zero.
        """
        if isinstance(self.cells.get(column), date | datetime):
            raise DataError(
                f"{self.where}, row {self.number}, column '{column}' holds a date where a number belongs: a "
                "spreadsheet has made one of it; restore it from the publisher's file"
            )
        said = self.text(column)
        if not (PLAIN.fullmatch(said) or GROUPED.fullmatch(said)):
            return None
        number = float(said.replace(",", ""))
        if not 0 <= number < math.inf:
            raise DataError(
                f"{self.where}, row {self.number}, column '{column}' holds '{said[:40]}'; it is a finite number from 0 "
                "up: restore it from the publisher's file"
            )
        return number


def gem_rows(path: Path, dataset: str) -> tuple[list[GemRow], list[str]]:
    """Return the pipelines of a file, and what was noticed, a sentence each.

    Raises
    ------
    DataError : it is neither a workbook nor GeoJSON, or not of pipelines; its numbers have decimal commas.
    """
    rows, told = _rows_in(path, dataset)
    _refuse_errors(rows)
    for column in NUMBERS:
        _refuse_decimal_commas(rows, column)
    return rows, told


def _refuse_errors(rows: Sequence[GemRow]) -> None:
    """Raise where a cell that is read holds what a spreadsheet puts where a formula has failed."""
    for row in rows:
        for column in sorted(READ & row.cells.keys()):
            if (said := row.text(column)).upper() in ERROR_CELLS:
                raise DataError(
                    f"{row.where}, row {row.number}, column '{column}' holds '{said}', a formula's error that a "
                    "spreadsheet has saved; restore it from the publisher's file"
                )


def _refuse_decimal_commas(rows: Sequence[GemRow], column: str) -> None:
    """Raise where most fractions of a column have a comma: a lone '42,36' may be two pipes."""
    said = [(row, row.text(column)) for row in rows]
    commas = [(row, text) for row, text in said if DECIMAL_COMMA.fullmatch(text)]
    points = sum(FRACTION.fullmatch(text) is not None for _, text in said)
    if len(commas) > points:
        row, text = commas[0]
        raise DataError(
            f"{row.where}, row {row.number}, column '{column}' holds '{text}', a number with a decimal comma, as "
            f"{len(commas)} rows do; the publisher writes a point: take the publisher's file as it is"
        )


def _rows_in(path: Path, dataset: str) -> tuple[list[GemRow], list[str]]:
    if path.suffix.lower() in {".geojson", ".json"}:
        return _from_geojson(path, dataset)
    if not path.is_file():
        raise DataError(f"{dataset}: there is no file {path}; look where it was saved")
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            beginning = file.read(512).lstrip()
        if beginning.startswith((b"{", b"[")):
            return _from_geojson(path, dataset)
        raise DataError(f"{dataset}: {path} {_what_else(beginning)}")
    return _from_workbook(path, dataset)


def _what_else(beginning: bytes) -> str:
    if beginning.startswith(b"PK"):
        return "is cut off: a workbook whose end is missing; download it again"
    if beginning.lower().startswith((b"<!doctype", b"<html")):
        return "is a web page, often the one to log in; download the file by hand"
    if beginning.startswith(b"\xd0\xcf\x11\xe0"):
        return "is an old or a locked Excel workbook; save it as .xlsx without a password"
    return "is neither an Excel workbook (.xlsx) nor GeoJSON; take the publisher's file as it is"


def _from_geojson(path: Path, dataset: str) -> tuple[list[GemRow], list[str]]:
    found = read_features(path, dataset)
    held = {name for feature in found.features for name in feature.properties}
    _require_columns(path, dataset, held)
    where = f"{dataset}: {path}"
    rows = [GemRow(where, feature.number, feature.properties, feature.lines) for feature in found.features]
    return [row for row in rows if row.text("PipelineName")], list(found.notes)


def _from_workbook(path: Path, dataset: str) -> tuple[list[GemRow], list[str]]:
    import openpyxl  # noqa: PLC0415 - lists of datasets need not wait for it

    try:
        with warnings.catch_warnings():  # of styles and drop-down lists, which nothing here reads
            warnings.simplefilter("ignore", UserWarning)
            book = openpyxl.load_workbook(path, read_only=True)
            sheets = [(sheet.title, _cells(sheet)) for sheet in book.worksheets]
            book.close()
    except (KeyError, ValueError, OSError, SyntaxError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise DataError(f"{dataset}: {path} is no whole Excel workbook ({error}); download it again") from error
    for title, values in sheets:
        header = _header(iter(values))
        if header:
            return _rows_of(f"{dataset}: {path}, sheet '{title}'", path, dataset, *header, iter(values[header[0] :]))
    names = ", ".join(f"'{title}'" for title, _ in sheets)
    first = {str(cell) for _, values in sheets for row in values[:HEADER_ROWS] for cell in row}
    _require_columns(path, dataset, first, f" in any of its sheets ({names})")
    raise DataError(f"{dataset}: {path} has no sheet of pipelines; its sheets are {names}")


def _cells(sheet: Any) -> list[tuple[Any, ...]]:
    """All rows of a sheet, whatever size it says it has."""
    sheet.reset_dimensions()
    return list(sheet.iter_rows(values_only=True))


def _header(values: Iterator[tuple[Any, ...]]) -> tuple[int, list[str]] | None:
    """The row that names the columns, and the names; None where the first rows have none."""
    for number in range(1, HEADER_ROWS + 1):
        row = next(values, None)
        if row is None:
            return None
        names = [str(cell).strip() if cell is not None else "" for cell in row]
        if set(NEEDED) <= set(names):
            return number, names
    return None


def _rows_of(
    where: str, path: Path, dataset: str, start: int, names: Sequence[str], values: Iterator[tuple[Any, ...]]
) -> tuple[list[GemRow], list[str]]:
    rows: list[GemRow] = []
    cut_off: list[str] = []
    broken: list[str] = []
    for number, row in enumerate(values, start=start + 1):
        cells = {name: value for name, value in zip(names, row, strict=False) if name}
        formula = next(
            (name for name, value in cells.items() if isinstance(value, str) and value.startswith("=")), None
        )
        if formula:
            raise DataError(
                f"{where}, row {number}, column '{formula}' holds the formula {str(cells[formula])[:40]}; save the "
                "sheet's values, or take the publisher's file"
            )
        drawn = str(cells.get("WKTFormat") or "")
        lines = _from_wkt(drawn)
        held = GemRow(where, number, cells, lines or ())
        if not held.text("PipelineName"):
            continue
        key = held.text("ProjectID") or f"row {number}"
        if lines is None:
            (cut_off if len(drawn) >= EXCEL_LIMIT else broken).append(key)
        rows.append(held)
    if not rows:
        raise DataError(f"{where} has its columns and no pipelines; download it again")
    refuse_places_off_the_map(path, dataset, [Feature(row.number, {}, row.lines, ()) for row in rows])
    told = []
    if cut_off:
        told.append(
            f"{len(cut_off)} routes are cut off where a cell of Excel's ends ({EXCEL_LIMIT:,} letters) and are taken "
            f"as not drawn; the GeoJSON file has them whole: {', '.join(cut_off[:8])}."
        )
    if broken:
        told.append(f"{len(broken)} routes cannot be read and are taken as not drawn: {', '.join(broken[:8])}.")
    return rows, told


def _from_wkt(text: str) -> tuple[Line, ...] | None:
    """The lines of a WKT text (OGC 06-103r4), ``LINESTRING`` or ``MULTILINESTRING``; None where it cannot be read."""
    if text.strip().lower() in ABSENT or text.strip().upper().endswith("EMPTY"):
        return ()
    found = WKT.fullmatch(text)
    if not found:
        return None
    pieces = re.findall(r"\(([^()]*)\)", found[2]) if found[1] else [found[2]]
    try:
        lines = tuple(np.array([_position(pair) for pair in piece.split(",")]) for piece in pieces)
    except ValueError:
        return None
    return lines if lines and all(len(line) > 1 for line in lines) else None


def _position(pair: str) -> tuple[float, float]:
    x, y = map(float, pair.split()[:2])
    return x, y


def _require_columns(path: Path, dataset: str, held: set[str], where: str = "") -> None:
    missing = [name for name in NEEDED if name not in held]
    if not missing:
        return
    other = next((what for sign, what in OTHER_TRACKERS.items() if sign in held), None)
    hint = f"it looks like the publisher's {other}; " if other and "PipelineName" in missing else ""
    raise DataError(
        f"{dataset}: {path} lacks {', '.join(missing)}{where}; {hint}take the file of pipelines, as it was published"
    )


def _plain(value: Any) -> str:
    """A cell as text; whole numbers without their decimal point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
