"""Trade between countries over years, as a table that is valid or refused whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.errors import GravityError, near_matches
from zollverein.given import framed

__all__ = ["Bools", "Floats", "Ints", "Panel", "numbers"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
# So many rows of one fault are named; of the rest their number.
ROWS_NAMED = 5
NAMES = ("exporter", "importer", "sector")


@dataclass(frozen=True)
class Panel:
    """Trade by exporter, importer and year (and sector), with whatever else is known of a pair.

    Rows are kept sorted by sector, year, exporter and importer, so that no answer depends on the order of the table.

    Attributes
    ----------
    frame : exporter, importer, year, trade [, sector], and the other columns of the table under their own names.
    rows : (n,) where each row stood in the table, counted from 1.
    """

    frame: pd.DataFrame = field(repr=False)
    rows: Ints = field(repr=False)

    @classmethod
    def from_table(
        cls,
        frame: Any,
        *,
        exporter: str = "exporter",
        importer: str = "importer",
        year: str = "year",
        trade: str = "trade",
        sector: str | None = None,
    ) -> Panel:
        """Check a table and keep it as a panel; columns go by name, never by position.

        Parameters
        ----------
        frame : any dataframe (pandas, Polars, Arrow): one row for an exporter, importer and year (and sector). Sales
            at home are rows with exporter = importer. Flows of nothing are rows with trade 0; a pair without a row is
            not known, which is something else.
        exporter, importer, year, trade, sector : names of the columns. Trade is in levels, in any one unit of money.

        Raises
        ------
        GravityError : columns that are missing, trade that is negative or no number, years that are no whole numbers,
            names that are blank, rows that stand there twice; all of them in one message.

        Examples
        --------
        >>> table = pd.DataFrame({"exporter": ["A", "A"], "importer": ["A", "B"], "year": 2000, "trade": [9.0, 1.0]})
        >>> Panel.from_table(table)
        Panel(2 rows: 2 countries, years 2000, with domestic sales)
        """
        given = framed("panel", frame, GravityError)
        wanted = {"exporter": exporter, "importer": importer, "year": year, "trade": trade}
        wanted |= {"sector": sector} if sector is not None else {}
        faults = _column_faults(given, wanted)
        there = {role: given[name] for role, name in wanted.items() if list(given.columns).count(name) == 1}
        faults += _cell_faults(there, wanted)
        if not faults and given.empty:
            faults.append("it has no rows; give one for every exporter, importer and year")
        if not faults:
            faults += _repeats(there, wanted)
        if faults:
            many = f"{len(faults)} faults" if len(faults) > 1 else "a fault"
            raise GravityError(f"table panel has {many}: " + "; ".join(faults))
        others = given.drop(columns=list(wanted.values()))
        kept = others.assign(
            **{role: there[role].astype(str) for role in NAMES if role in there},
            year=there["year"].astype("int64"),
            trade=there["trade"].astype("float64"),
        )
        order = kept.reset_index(drop=True).sort_values([*_keys(there)], kind="stable").index.to_numpy()
        return cls(kept.iloc[order].reset_index(drop=True), order.astype(np.int64) + 1)

    def __repr__(self) -> str:
        parts = [f"{len(self.countries)} countries", f"years {_span(self.years)}"]
        parts += [f"{len(self.sectors)} sectors"] * bool(self.sectors)
        said = {"all": "with domestic sales", "some": "domestic sales for some", "none": "without domestic sales"}
        return f"Panel({len(self.frame):,} rows: {', '.join([*parts, said[self.domestic]])})"

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What tells rows apart: exporter, importer, year, and sector where there is one."""
        return ("exporter", "importer", "year") + (("sector",) if "sector" in self.frame else ())

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years of the panel, in order."""
        return tuple(int(year) for year in np.unique(self.frame["year"]))

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """All that export or import, in order."""
        return tuple(sorted({*self.frame["exporter"], *self.frame["importer"]}))

    @cached_property
    def sectors(self) -> tuple[str, ...]:
        """Sectors in order; none where the panel has no such column."""
        return tuple(sorted(set(self.frame["sector"]))) if "sector" in self.frame else ()

    @cached_property
    def at_home(self) -> Bools:
        """(n,) rows that are domestic sales."""
        return np.asarray(self.frame["exporter"] == self.frame["importer"], dtype=np.bool_)

    @cached_property
    def domestic(self) -> Literal["all", "some", "none"]:
        """Whether sales at home are there: for every exporter and year (and sector), for some, or for none."""
        if not self.at_home.any():
            return "none"
        return "some" if self.without_domestic else "all"

    @cached_property
    def without_domestic(self) -> tuple[tuple[str, int], ...]:
        """Exporters and years whose sales at home are not there."""
        keys = ["exporter", "year", *self.keys[3:]]
        whole = self.frame[keys].drop_duplicates()
        marked = whole.merge(self.frame.loc[self.at_home, keys], how="left", on=keys, indicator=True)
        lacking = marked.loc[marked["_merge"] == "left_only", ["exporter", "year"]].drop_duplicates()
        return tuple((str(a), int(b)) for a, b in lacking.itertuples(index=False, name=None))


def numbers(panel: Panel, column: str) -> Floats:
    """Return a column as numbers (n,), missing ones as NaN.

    Raises
    ------
    GravityError : there is no such column, or it holds what is no number; the row is named.
    """
    if column not in panel.frame:
        near = near_matches(column, map(str, panel.frame.columns))
        said = "did you mean " + " or ".join(f"'{name}'" for name in near) + "?" if near else "name one that is there"
        raise GravityError(f"table panel has no column '{column}'; {said}")
    cells = panel.frame[column]
    values = pd.to_numeric(cells, errors="coerce")
    bad = (values.isna() & cells.notna()) | np.isinf(values.astype("float64"))
    if bad.any():
        k = int(np.argmax(bad.to_numpy()))
        raise GravityError(
            f"table panel, row {panel.rows[k]}, column {column}: {_shown(cells.iloc[k])} is no number; give one, or "
            f"leave the cell empty if it is not known"
        )
    return np.asarray(values, dtype=np.float64)


def _keys(there: Mapping[str, object]) -> tuple[str, ...]:
    return (("sector",) if "sector" in there else ()) + ("year", "exporter", "importer")


def _span(years: tuple[int, ...]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"


def _column_faults(given: pd.DataFrame, wanted: Mapping[str, str]) -> list[str]:
    """Columns that are missing, stand there twice, or would be hidden by one of ours."""
    names = [str(name) for name in given.columns]
    faults = []
    for role, name in wanted.items():
        if names.count(name) > 1:
            faults.append(f"column '{name}' stands there {names.count(name)} times; keep one")
        elif name not in names:
            near = near_matches(name, names)
            said = f"did you mean {' or '.join(repr(n) for n in near)}?" if near else f"say which it is with {role}="
            faults.append(f"column '{name}' is missing; {said}")
        elif name != role and role in names:
            faults.append(f"column '{name}' is read as {role}, and a column '{role}' stands beside it; rename that one")
    return faults


def _cell_faults(there: Mapping[str, pd.Series[Any]], wanted: Mapping[str, str]) -> list[str]:
    faults = []
    for role in NAMES:
        if role in there:
            text = there[role].astype("object").map(lambda cell: "" if pd.isna(cell) else str(cell))
            bad = ((text == "") | (text != text.str.strip())).to_numpy(dtype=np.bool_)
            faults += _named(bad, there[role], wanted[role], "is blank or has spaces around it; give a name")
    if "year" in there:
        bad = ~_whole(there["year"])
        faults += _named(bad, there["year"], wanted["year"], "is no year; give a whole number such as 2014")
    if "trade" in there:
        cells = there["trade"]
        values = pd.to_numeric(cells.where(~cells.map(lambda cell: isinstance(cell, bool | np.bool_))), errors="coerce")
        advice = "is no trade; allowed is 0 and above, and what is not known has no row"
        sound = np.isfinite(values.to_numpy(dtype=np.float64)) & (values >= 0.0).to_numpy()
        faults += _named(~sound, cells, wanted["trade"], advice)
    return faults


def _whole(cells: pd.Series[Any]) -> Bools:
    if not pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_bool_dtype(cells):
        return np.array([isinstance(cell, int) and not isinstance(cell, bool) for cell in cells], dtype=np.bool_)
    values = cells.to_numpy(dtype=np.float64)
    return np.asarray(np.isfinite(values) & (values == np.floor(values)))


def _named(bad: Bools, cells: pd.Series[Any], column: str, advice: str) -> list[str]:
    """One fault that names the first rows which have it."""
    at = np.flatnonzero(bad)
    if not len(at):
        return []
    first = ", ".join(f"row {k + 1} ({_shown(cells.iloc[k])})" for k in at[:ROWS_NAMED])
    more = f" and {len(at) - ROWS_NAMED:,} rows more" if len(at) > ROWS_NAMED else ""
    return [f"column {column}: {first}{more} {advice}"]


def _shown(cell: object) -> str:
    plain = cell.item() if isinstance(cell, np.generic) else cell
    return f"{plain!r:.40}"


def _repeats(there: Mapping[str, pd.Series[Any]], wanted: Mapping[str, str]) -> list[str]:
    keys = pd.DataFrame({role: there[role].astype(str) if role != "year" else there[role] for role in _keys(there)})
    keys = keys.reset_index(drop=True)
    at = np.flatnonzero(keys.duplicated().to_numpy())
    if not len(at):
        return []
    first = keys.groupby(list(keys.columns), sort=False).cumcount().eq(0)
    where = (
        keys[first].reset_index().merge(keys.iloc[at[:ROWS_NAMED]].reset_index(names="again"), on=list(keys.columns))
    )
    said = ", ".join(f"row {b + 1} repeats row {a + 1}" for a, b in _pairs(where[["index", "again"]]))
    more = f" and {len(at) - ROWS_NAMED:,} rows more" if len(at) > ROWS_NAMED else ""
    which = ", ".join(wanted[role] for role in wanted if role != "trade")
    return [f"columns {which}: {said}{more}; keep one row of each, or add them up"]


def _pairs(frame: pd.DataFrame) -> Iterable[tuple[int, int]]:
    for a, b in frame.sort_values("again").itertuples(index=False, name=None):
        yield int(a), int(b)
