"""What no plain file may hold or lack, asked of its staged rows: a row twice, a year that was asked for.

Rows are counted one year after another: groups of a year fit into the memory that a file of all years would overfill.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zollverein.case.data.flat import Desk, answers, quoted
from zollverein.errors import DataError

__all__ = ["in_runs", "refuse_absent_years", "refuse_twice"]

USED = "FROM staged WHERE left_out IS NULL"


def refuse_twice(on: Desk, keys: Sequence[str], files: str, shown: Sequence[str] = ()) -> None:
    """Refuse rows in use that stand more than once; they would be added up.

    Parameters
    ----------
    keys : columns of ``staged`` that the publisher tells rows apart by, beside ``year``. files : that they are from.
    shown : what the message calls the row by; none: the keys.

    Raises
    ------
    DataError : the first row of them, how often it stands, and how many there are.
    """
    cells = ", ".join(map(quoted, keys))
    first: tuple[object, ...] = ()
    rows = 0
    for (year,) in answers(on, f"SELECT DISTINCT year {USED} ORDER BY 1"):
        found = answers(
            on,
            f"""SELECT *, count(*) OVER () FROM (
                    SELECT {cells}, count(*) AS times {USED} AND year IS NOT DISTINCT FROM $year
                    GROUP BY {cells} HAVING count(*) > 1)
                ORDER BY {cells} LIMIT 1""",
            {"year": year},
        )
        if found:
            *row, times, of_year = found[0]
            rows += of_year
            first = first or (*row, year, times)
    if first:
        *row, year, times = first
        names = dict(zip(keys, row, strict=True))
        key = ", ".join(f"{name} {names[name]}" for name in shown or keys)
        more = f", and {rows - 1:,} more rows stand more than once" if rows > 1 else ""
        raise DataError(
            f"{on.called}: {files} holds {key} of {year} {times} times{more}; a flow stands there once: two copies "
            "were put together, or the file is damaged; download it again"
        )


def refuse_absent_years(on: Desk, years: Iterable[int], files: str) -> None:
    """Refuse a question for years of which the files hold no row, and say which years they hold.

    Raises
    ------
    DataError : as said.
    """
    asked = sorted({int(year) for year in years})
    if not asked:
        return
    held = [year for (year,) in answers(on, "SELECT DISTINCT year FROM staged WHERE year IS NOT NULL ORDER BY 1")]
    if missing := [year for year in asked if year not in held]:
        there = f"it holds {in_runs(held)}" if held else "it holds no year at all"
        raise DataError(f"{on.called}: {files} has no rows of {in_runs(missing)}; {there}")


def in_runs(years: Sequence[int]) -> str:
    """Return years in words, those that follow one another as one run: ``1995 to 1999, 2004``."""
    runs: list[list[int]] = []
    for year in sorted(set(years)):
        if runs and year == runs[-1][1] + 1:
            runs[-1][1] = year
        else:
            runs.append([year, year])
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in runs)
