"""Production made to follow trade: what somebody edits in the one is carried through every column of the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.case.accounts import ADDED, HOME, IMPORTS, OUTPUT, OWN, SHARE, SIDES, check_accounts, traded
from zollverein.case.contents import Contents, contents_of
from zollverein.case.editing import change_files
from zollverein.case.fault import Fault, refuse
from zollverein.case.parsing import Table, parse_table
from zollverein.case.rows import check_rows
from zollverein.case.tokens import plain, quoted
from zollverein.case.writing import number_text
from zollverein.errors import CaseError

__all__ = ["AddedUp", "add_up", "added_up"]

NEEDED = {"production": {"region", "sector", OUTPUT}, "trade": {"exporter", "importer", "sector", "value_usd_million"}}
EXPORTS = SIDES[0][0]
FIGURES = (EXPORTS, IMPORTS, HOME, OWN, ADDED)
# Written with ten digits; what differs by less is the same. Exports may be above output by rounding.
DIGITS, SAME, ROUNDING = 10, 1e-9, 1e-7
FOLLOWS = "what is traded and sold at home follows trade"


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
    CaseError : as `added_up`; a bundled case or a zip; what else is wrong with the case.
    OutputError : the folder cannot be written to, or another writer does not come to an end.
    """
    made: list[AddedUp] = []

    def follow(trial: Path) -> list[str]:
        contents = contents_of(trial)
        made.append(added_up(contents, Path(folder).name))
        if made[0].changes.empty:
            return []
        path = contents.path("production")
        (trial / path).write_bytes(made[0].raw)
        return [path]

    change_files(folder, follow)
    return made[0]


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
    CaseError : no such tables, cells that cannot be read, or exports above output, each at its row.
    """
    production, trade = _parsed(contents, "production", name), _parsed(contents, "trade", name)
    told = [*check_accounts({"production": production, "trade": trade}), *check_rows(production)]
    lines = {fault.row for fault in told if fault.file == production.file}
    rows = np.flatnonzero(np.isin(production.lines, [line for line in lines if line is not None]))
    followed = production.frame.copy()
    for column, values in _figures(production.frame, trade.frame).items():
        followed.loc[rows, column] = values[rows]
    if faults := list(_above_output(production, traded(production.frame, trade.frame, "exporter"), rows)):
        raise refuse(name, faults)
    return _written(contents, production, followed, rows)


def _parsed(contents: Contents, table: str, name: str) -> Table:
    if table not in contents.resources:
        raise CaseError(f"case '{name}' has no table '{table}'; there is nothing to add up")
    path = contents.path(table)
    parsed, faults = parse_table(contents.files[path], path, contents.schemas[table])
    if parsed is None or faults:
        raise refuse(name, faults)
    if lacking := sorted(NEEDED[table] - set(parsed.frame)):
        raise CaseError(f"case '{name}', table {table}: there is no column '{lacking[0]}'; without it nothing adds up")
    return parsed


def _figures(production: pd.DataFrame, trade: pd.DataFrame) -> dict[str, npt.NDArray[np.float64]]:
    """What every column would be if all rows followed; of columns that the table has."""
    sums = {column: traded(production, trade, side) for column, side in SIDES}
    output = production[OUTPUT].to_numpy(dtype=float)
    home = np.maximum(output - sums[EXPORTS], 0.0)
    absorbed = home + sums[IMPORTS]
    own = production[OWN].to_numpy(dtype=float) if OWN in production else np.zeros(len(production))
    figures = {**sums, HOME: home, OWN: np.divide(home, absorbed, out=own.copy(), where=absorbed > 0)}
    if SHARE in production:
        figures[ADDED] = output * production[SHARE].to_numpy(dtype=float)
    return {column: values for column, values in figures.items() if column in production}


def _above_output(production: Table, exports: npt.NDArray[np.float64], rows: Iterable[int]) -> Iterator[Fault]:
    frame = production.frame
    output = frame[OUTPUT].to_numpy(dtype=float)
    for k in rows:
        if exports[k] > (1.0 + ROUNDING) * output[k]:
            place = f"exporter {frame['region'].iloc[k]}, sector {frame['sector'].iloc[k]}"
            yield Fault(
                production.file, int(production.lines[k]), OUTPUT,
                f"{output[k]:,.6g}, and trade adds up to {exports[k]:,.6g} for {place}",
                "no less than what is exported", "raise the output, or lower the trade",
            )  # fmt: skip


def _written(contents: Contents, production: Table, followed: pd.DataFrame, rows: Iterable[int]) -> AddedUp:
    """The file with new cells where a figure is another; all other cells keep their letters."""
    tokens = contents.tokens("production")
    at = {name: k for k, name in enumerate(tokens.names)}
    cells = [list(row) for row in tokens.rows]
    changes: list[tuple[str, str, str, float, float]] = []
    for k in rows:
        before = len(changes)
        for column in FIGURES:
            if column not in followed:
                continue
            was, now = float(production.frame[column].iloc[k]), float(f"{followed[column].iloc[k]:.{DIGITS}g}")
            if abs(now - was) > SAME * max(abs(now), abs(was)):
                cells[k][at[column]] = number_text(now)
                changes.append((str(followed["region"].iloc[k]), str(followed["sector"].iloc[k]), column, was, now))
        if len(changes) > before:
            _said(cells[k], at)
    raw = replace(tokens, rows=tuple(tuple(row) for row in cells)).to_bytes()
    return AddedUp(raw, pd.DataFrame(changes, columns=["region", "sector", "column", "was", "now"]))


def _said(row: list[str], at: dict[str, int]) -> None:
    """Say in a changed row how its figures are known now."""
    if "confidence" in at and plain(row[at["confidence"]]).strip() == "reported":
        row[at["confidence"]] = "derived"
    if "method" in at and FOLLOWS not in row[at["method"]]:
        method = plain(row[at["method"]]).strip()
        row[at["method"]] = quoted(f"{method}; {FOLLOWS}" if method else FOLLOWS)
