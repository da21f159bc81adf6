"""Regressors that come from the columns of a panel: logs, leads and lags, borders, effects by agreement or member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from zollverein.errors import GravityError
from zollverein.gravity.panel import Bools, Floats, Panel, numbers

__all__ = [
    "Border",
    "ByYear",
    "International",
    "Lag",
    "Lead",
    "Log",
    "PerAgreement",
    "PerMember",
    "Regressor",
    "Selection",
    "Term",
    "regressor_columns",
    "require_dummy",
]


@dataclass(frozen=True)
class Selection:
    """A panel and the rows of it that a design takes.

    Attributes
    ----------
    panel : all rows; leads and lags look into years that are not taken. taken : (n,) the rows. years : theirs.
    """

    panel: Panel
    taken: Bools
    years: tuple[int, ...]


@runtime_checkable
class Term(Protocol):
    """What makes one or several regressors of a panel."""

    def columns(self, rows: Selection) -> dict[str, Floats]:
        """Return regressors by name, each (n,), NaN where it is not known."""
        ...


Regressor = str | Term


def regressor_columns(regressors: Sequence[Regressor], rows: Selection) -> dict[str, Floats]:
    """Return all regressors of a design by name, each (n,) in the rows of the panel, NaN where it is not known.

    Raises
    ------
    GravityError : a column is missing or holds what is no number, or two regressors have one name.
    """
    out: dict[str, Floats] = {}
    for regressor in regressors:
        found = _columns(regressor, rows)
        for name, values in found.items():
            if name in out:
                raise GravityError(f"the design has the regressor '{name}' twice; keep one")
            out[name] = values
    return out


def _columns(regressor: Regressor, rows: Selection) -> dict[str, Floats]:
    if isinstance(regressor, str):
        return {regressor: numbers(rows.panel, regressor)}
    return regressor.columns(rows)


@dataclass(frozen=True)
class Log:
    """Natural log of a column; ``plus=1`` for the log of one plus a tariff.

    Raises
    ------
    GravityError : the log of a row that the design takes does not exist; the row is named.
    """

    column: str
    plus: float = 0.0

    def columns(self, rows: Selection) -> dict[str, Floats]:
        """Return the log under ``log_<column>``, or ``log_1_plus_<column>``."""
        values = numbers(rows.panel, self.column) + self.plus
        bad = rows.taken & (values <= 0.0)
        if bad.any():
            k = int(np.argmax(bad))
            raise GravityError(
                f"table panel, row {rows.panel.rows[k]}, column {self.column}: {values[k] - self.plus:g} has no log; "
                f"give a value above {-self.plus:g}, or leave the cell empty if it is not known"
            )
        with np.errstate(invalid="ignore", divide="ignore"):
            logs = np.where(values > 0.0, np.log(values), np.nan)
        return {f"log_{f'{self.plus:g}_plus_' if self.plus else ''}{self.column}": logs}


@dataclass(frozen=True)
class Lag:
    """A column as it was some years before, in the same pair (and sector).

    Where the panel has no such year, the row's value is not known, and the row is left out of the estimation.
    """

    column: str
    years: int

    def __post_init__(self) -> None:
        _require_years("Lag", self.years)

    def columns(self, rows: Selection) -> dict[str, Floats]:
        """Return the lag under ``<column>_lag_<years>``."""
        return {f"{self.column}_lag_{self.years}": _shifted(rows.panel, self.column, -self.years)}


@dataclass(frozen=True)
class Lead:
    """A column as it will be some years later, in the same pair (and sector): a test of what came before its cause.

    Where the panel has no such year, the row's value is not known, and the row is left out of the estimation.
    """

    column: str
    years: int

    def __post_init__(self) -> None:
        _require_years("Lead", self.years)

    def columns(self, rows: Selection) -> dict[str, Floats]:
        """Return the lead under ``<column>_lead_<years>``."""
        return {f"{self.column}_lead_{self.years}": _shifted(rows.panel, self.column, self.years)}


@dataclass(frozen=True)
class Border:
    """One where goods cross a border, nothing at home."""

    def columns(self, rows: Selection) -> dict[str, Floats]:
        """Return the border under ``border``."""
        return {"border": (~rows.panel.at_home).astype(np.float64)}


@dataclass(frozen=True)
class International:
    """A regressor across borders only: a policy that treats all partners alike and does not touch sales at home.

    Such a policy is told apart from what exporters and importers are by domestic sales alone (Heid, Larch and Yotov
    2021, Canadian Journal of Economics 54(1)).
    """

    term: Regressor

    def columns(self, rows: Selection) -> dict[str, Floats]:
        """Return each regressor under ``<name>_international``; at home it is 0."""
        found = _columns(self.term, rows)
        return {f"{name}_international": np.where(rows.panel.at_home, 0.0, x) for name, x in found.items()}


@dataclass(frozen=True)
class ByYear:
    """A regressor of its own for each year.

    Parameters
    ----------
    reference : year that is left out, to which the others compare. With pair effects one must be left out for a
        regressor that does not change over time, such as a border.
    """

    term: Regressor
    reference: int | None = None

    def columns(self, rows: Selection) -> dict[str, Floats]:
        """Return each regressor under ``<name>_<year>``.

        Raises
        ------
        GravityError : the reference is no year of the design.
        """
        if self.reference is not None and self.reference not in rows.years:
            raise GravityError(
                f"the reference year {self.reference} is not among the years of the design; there are: "
                f"{', '.join(map(str, rows.years))}"
            )
        of_year = rows.panel.frame["year"].to_numpy()
        return {
            f"{name}_{year}": np.where(of_year == year, values, 0.0)
            for name, values in _columns(self.term, rows).items()
            for year in rows.years
            if year != self.reference
        }


@dataclass(frozen=True)
class PerAgreement:
    """A dummy for each agreement that a column names.

    Parameters
    ----------
    label : column with the agreement in force between a pair in a year, several parted by semicolons; empty: none.
    """

    label: str = "agreement_name"

    def columns(self, rows: Selection) -> dict[str, Floats]:
        """Return a dummy for each agreement that a row of the design has, under its name.

        Raises
        ------
        GravityError : there is no such column, or it names no agreement in the rows that are taken.
        """
        if self.label not in rows.panel.frame:
            numbers(rows.panel, self.label)  # says what columns there are
        cells = rows.panel.frame[self.label].astype("object").map(lambda cell: "" if pd.isna(cell) else str(cell))
        parts = cells.map(lambda cell: frozenset(part.strip() for part in cell.split(";") if part.strip()))
        names = sorted(frozenset().union(*parts[rows.taken]))
        if not names:
            raise GravityError(
                f"table panel, column {self.label}: no row that the design takes names an agreement; name them, or "
                f"choose other years"
            )
        return {name: np.fromiter((name in cell for cell in parts), np.float64, len(parts)) for name in names}


@dataclass(frozen=True)
class PerMember:
    """The effect of a dummy apart for each member: on its exports, or on its imports.

    Parameters
    ----------
    column : dummy of the agreement. side : whose trade it is. members : the countries; absent: all that have it.
    """

    column: str
    side: Literal["exporter", "importer"] = "exporter"
    members: tuple[str, ...] = ()

    def columns(self, rows: Selection) -> dict[str, Floats]:
        """Return each member's part of the dummy under ``<column>:<member>``.

        Raises
        ------
        GravityError : a member never has the dummy in the rows that are taken, or nobody has.
        """
        values = require_dummy(rows.panel, self.column)
        country = rows.panel.frame[self.side].to_numpy()
        having = sorted(set(country[rows.taken & (values > 0.0)]))
        absent = [member for member in self.members if member not in having]
        if absent or not having:
            who = f"'{absent[0]}' is" if absent else "nobody is"
            raise GravityError(
                f"{who} {self.side} of a row with {self.column} = 1 that the design takes; there are: "
                f"{', '.join(having) or 'none'}"
            )
        return {f"{self.column}:{m}": np.where(country == m, values, 0.0) for m in self.members or having}


def require_dummy(panel: Panel, column: str) -> Floats:
    """Return a column (n,) of zeros and ones, NaN where it is not known.

    Raises
    ------
    GravityError : it holds something else; the row is named.
    """
    values = numbers(panel, column)
    bad = ~np.isnan(values) & (values != 0.0) & (values != 1.0)
    if bad.any():
        k = int(np.argmax(bad))
        raise GravityError(
            f"table panel, row {panel.rows[k]}, column {column}: {values[k]:g} is found; allowed is 0 or 1"
        )
    return values


def _require_years(term: str, years: object) -> None:
    if isinstance(years, bool) or not isinstance(years, int) or years < 1:
        raise GravityError(f"{term} has {years!r:.40} years; allowed is a whole number from 1")


def _shifted(panel: Panel, column: str, years: int) -> Floats:
    keys = list(panel.keys)
    known = panel.frame[keys].assign(value=numbers(panel, column))
    wanted = panel.frame[keys].assign(year=panel.frame["year"] + years)
    found = wanted.merge(known, how="left", on=keys, validate="one_to_one")["value"]
    return found.to_numpy(dtype=np.float64)
