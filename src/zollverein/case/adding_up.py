"""Production made to follow trade: what somebody edits in the one is carried through every column of the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.case.accounts import ADDED, HOME, IMPORTS, OUTPUT, OWN, SHARE, SIDES, traded
from zollverein.case.case import check_case
from zollverein.case.columns import check_cells
from zollverein.case.contents import Contents, contents_of
from zollverein.case.editing import change_files
from zollverein.case.fault import Fault, refuse
from zollverein.case.parsing import Table, parse_table
from zollverein.case.rows import check_rows
from zollverein.case.tokens import plain, quoted
from zollverein.case.writing import number_text
from zollverein.errors import CaseError

__all__ = ["AddedUp", "add_up", "added_up"]

Floats = npt.NDArray[np.float64]
KEYS = {"production": ("region", "sector"), "trade": ("exporter", "importer", "sector")}
NEEDED = {"production": (OUTPUT,), "trade": ("value_usd_million",)}
EXPORTS = SIDES[0][0]
OF_TRADE = (EXPORTS, IMPORTS, HOME, OWN)
FOLLOWS, ADDS = "what is traded and sold at home follows trade", "value added is its share of output"
# Figures are written with ten digits. What is off by less than this share of its row's output is their rounding.
DIGITS, ROUNDING = 10, 1e-8


@dataclass(frozen=True)
class AddedUp:
    """Production that follows trade.

    Attributes
    ----------
    raw : the file of the table, as it becomes. changes : every figure that changes: region, sector, column, was, now.
    """

    raw: bytes = field(repr=False)
    changes: pd.DataFrame


def add_up(folder: str | Path) -> AddedUp:
    """Let production follow trade in a case on the disk, which is checked with it before a byte is written.

    Raises
    ------
    CaseError : as `added_up`; a bundled case or a zip; a frozen one; what else is wrong with the case.
    OutputError : the folder cannot be written to, or another writer does not come to an end.
    """
    made: list[AddedUp] = []
    name = Path(folder).resolve().name

    def follow(trial: Path) -> list[str]:
        contents = _whole(trial, name)
        if any("hash" in resource for resource in contents.resources.values()):
            raise CaseError(
                f"case '{name}' is frozen: its tables are sealed in datapackage.json and stay as they are; edit the "
                f"case that it is a copy of, or take hash and bytes of every table out"
            )
        made.append(added_up(contents, name))
        if made[0].changes.empty:
            return []
        path = contents.path("production")
        (trial / path).write_bytes(made[0].raw)
        return [path]

    change_files(folder, follow)
    return made[0]


def _whole(folder: Path, name: str) -> Contents:
    try:
        return contents_of(folder)
    except (CaseError, RecursionError):
        if faults := check_case(folder):
            raise refuse(name, faults) from None
        raise


def added_up(contents: Contents, name: str) -> AddedUp:
    """Return production with every row that trade or itself contradicts reckoned again.

    In such a row exports and imports are the sums of trade, home sales are output less exports, the own share is home
    sales over home sales and imports, value added is its share of output. Output and shares of costs stay. Other rows
    keep every digit. A figure that was reported is derived now.

    Parameters
    ----------
    name : of the case, for messages.

    Raises
    ------
    CaseError : no such tables, cells that cannot be read, no output, or exports above it, each at its row.
    """
    trade, production = _parsed(contents, "trade", name), _parsed(contents, "production", name)
    if faults := [*check_cells(trade), *check_rows(trade)]:
        raise refuse(name, faults)
    sums = {column: traded(production.frame, trade.frame, side) for column, side in SIDES}
    if faults := list(_above_output(production, sums[EXPORTS])):
        raise refuse(name, faults)
    figures = _figures(production.frame, sums)
    rows = np.flatnonzero(np.any([figure.off for figure in figures], axis=0))
    return _written(contents, production.frame, figures, rows)


@dataclass(frozen=True, slots=True)
class _Figure:
    """A column of production: what it tells, what it would be if it followed, and where that is something else."""

    column: str
    was: Floats
    now: Floats
    off: npt.NDArray[np.bool_]


def _parsed(contents: Contents, table: str, name: str) -> Table:
    if table not in contents.resources:
        raise CaseError(f"case '{name}' has no table '{table}'; there is nothing to add up")
    path = contents.path(table)
    parsed, faults = parse_table(contents.files[path], path, contents.schemas[table])
    if parsed is None or faults:
        raise refuse(name, faults)
    for column in (*KEYS[table], *NEEDED[table]):
        if column not in parsed.frame:
            raise CaseError(f"case '{name}', table {table}: there is no column '{column}'; without it nothing adds up")
    for column in (*NEEDED[table], *(OF_TRADE if table == "production" else ()), ADDED, SHARE):
        if column in parsed.frame and not pd.api.types.is_numeric_dtype(parsed.frame[column]):
            raise CaseError(
                f"case '{name}', table {table}: column '{column}' is not declared a number; change that in its schema"
            )
    return parsed


def _figures(production: pd.DataFrame, sums: Mapping[str, Floats]) -> list[_Figure]:
    """What every column that the table has would be if all rows followed the sums of trade."""
    output = production[OUTPUT].to_numpy(dtype=float)
    home = np.maximum(output - sums[EXPORTS], 0.0)
    absorbed = home + sums[IMPORTS]
    buys = absorbed > 0
    own = np.divide(home, absorbed, out=_told(production, OWN), where=buys)
    values = {**sums, HOME: home, OWN: own}
    if SHARE in production:
        values[ADDED] = output * production[SHARE].to_numpy(dtype=float)
    sizes = {column: np.maximum(output, now) for column, now in values.items()}
    sizes[OWN] = 1.0 + np.divide(output, absorbed, out=np.zeros_like(output), where=buys)
    found = []
    for column in (*OF_TRADE, ADDED):
        if column in production and column in values:
            was, now = _told(production, column), values[column]
            # An empty cell is off too: it agrees with nothing.
            off = ~(np.abs(now - was) <= ROUNDING * sizes[column]) & ~np.isnan(now)
            found.append(_Figure(column, was, now, off))
    return found


def _told(production: pd.DataFrame, column: str) -> Floats:
    if column not in production:
        return np.zeros(len(production))
    return production[column].to_numpy(dtype=float, na_value=np.nan).copy()


def _above_output(production: Table, exports: Floats) -> Iterator[Fault]:
    frame = production.frame
    output = frame[OUTPUT].to_numpy(dtype=float)
    for k in np.flatnonzero(~(exports <= (1.0 + ROUNDING) * output)):
        place = f"exporter {frame['region'].iloc[k]}, sector {frame['sector'].iloc[k]}"
        stated = "an empty cell" if np.isnan(output[k]) else f"{output[k]:,.6g}"
        yield Fault(
            production.file, int(production.lines[k]), OUTPUT,
            f"{stated}, and trade adds up to {exports[k]:,.6g} for {place}",
            "no less than what is exported", "raise the output, or lower the trade",
        )  # fmt: skip


def _written(
    contents: Contents, production: pd.DataFrame, figures: Sequence[_Figure], rows: npt.NDArray[np.intp]
) -> AddedUp:
    """The file with new cells where a figure is another; all other cells keep their letters."""
    tokens = contents.tokens("production")
    at = {name: k for k, name in enumerate(tokens.names)}
    cells = [list(row) for row in tokens.rows]
    changes: list[tuple[str, str, str, float, float]] = []
    for k in rows:
        changed = set()
        for figure in figures:
            was, now = float(figure.was[k]), float(f"{figure.now[k]:.{DIGITS}g}")
            if abs(now - was) <= 10.0**-DIGITS * abs(was) or np.isnan(now):
                continue
            cells[k][at[figure.column]] = number_text(now)
            changed.add(figure.column)
            place = (str(production["region"].iloc[k]), str(production["sector"].iloc[k]))
            changes.append((*place, figure.column, was, now))
        said = [FOLLOWS] * bool(changed & {*OF_TRADE}) + [ADDS] * (ADDED in changed)
        _say(cells[k], at, said)
    raw = replace(tokens, rows=tuple(tuple(row) for row in cells)).to_bytes()
    return AddedUp(raw, pd.DataFrame(changes, columns=["region", "sector", "column", "was", "now"]))


def _say(row: list[str], at: dict[str, int], said: list[str]) -> None:
    """Say in a changed row how its figures are known now."""
    if said and "confidence" in at and plain(row[at["confidence"]]).strip() == "reported":
        row[at["confidence"]] = "derived"
    for words in said:
        if "method" in at and words not in row[at["method"]]:
            method = plain(row[at["method"]]).strip()
            row[at["method"]] = quoted(f"{method}; {words}" if method else words)
