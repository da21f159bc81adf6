"""A case: what is known, validated as a whole, every figure with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

from zollverein.case.fault import Fault, refuse
from zollverein.case.package import Package, ScenarioFile, locate, read_package
from zollverein.errors import CaseError, InputError, UnknownNameError

if TYPE_CHECKING:
    from zollverein.corridor import Network
    from zollverein.economy import Economy
    from zollverein.threat import Threat
    from zollverein.union import Union

__all__ = ["Case", "check_case", "matching", "open_case"]


@dataclass(frozen=True, eq=False)
class Case:
    """A validated case.

    Attributes
    ----------
    name, title : from its descriptor. folder : where it was read from (a folder or a zip).
    tables : name to frame; do not change a frame, take a copy.
    base_year : the year of the economy's tables, if the descriptor states it.
    union_agreement : the agreement whose members are the union under test, if the descriptor states it.
    union_core : its members that may stand apart from the rest, if the descriptor names some.
    """

    name: str
    title: str
    folder: Path
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    _scenarios: Mapping[str, ScenarioFile] = field(repr=False, default_factory=dict)
    base_year: int | None = None
    union_agreement: str | None = None
    union_core: tuple[str, ...] = ()

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of a table.

        Raises
        ------
        UnknownNameError : with the near matches.
        """
        if name not in self.tables:
            raise UnknownNameError("table", name, self.tables, f"case '{self.name}'")
        return self.tables[name].copy()

    @property
    def sources(self) -> pd.DataFrame:
        """Sources: key, publisher, title, url, date, retrieved, licence."""
        return self.table("sources")

    def preferred(self, table: str, **keys: object) -> pd.DataFrame:
        """Return the rows of a table in force: of figures in conflict, the preferred one.

        Raises
        ------
        UnknownNameError : no such table or column.
        """
        rows = self.table(table)
        if "preferred" in rows.columns:
            rows = rows[rows["preferred"]]
        return matching(rows, table, keys)

    def trace(self, table: str, **keys: object) -> pd.DataFrame:
        """Return every row of a figure, conflicts included, one line for each source behind it."""
        rows = matching(self.table(table), table, keys)
        if "source" not in rows.columns:
            return rows
        parts = rows.assign(source=rows["source"].str.split(";")).explode("source")
        parts["source"] = parts["source"].str.strip()
        sources = self.sources.add_prefix("source_").rename(columns={"source_key": "source"})
        return parts.merge(sources, on="source", how="left")

    def confidence(self) -> pd.DataFrame:
        """Return how well each table's figures are known: table, figures, reported, derived, assumed."""
        rows = []
        for name, frame in self.tables.items():
            if "confidence" in frame.columns:
                counts = frame["confidence"].value_counts()
                known = {c: int(counts.get(c, 0)) for c in ("reported", "derived", "assumed")}
                rows.append({"table": name, "figures": len(frame), **known})
        return pd.DataFrame(rows, columns=["table", "figures", "reported", "derived", "assumed"])

    def scenario_files(self) -> dict[str, ScenarioFile]:
        """Return the scenarios that come with the case: name to file, which may lie inside a zip."""
        return dict(self._scenarios)

    def economy(self, theta: Literal["theta", "theta_alternative"] = "theta") -> Economy:
        """Return the world economy of the case's base year.

        Parameters
        ----------
        theta : which published set of trade elasticities.
        """
        from zollverein.case.doors import economy_of  # noqa: PLC0415 - only a door knows an engine

        return economy_of(self, theta)

    def network(self) -> Network:
        """Return the corridor's network, figures in conflict settled by the preferred one."""
        from zollverein.case.doors import network_of  # noqa: PLC0415

        return network_of(self)

    def threats(self) -> tuple[Threat, ...]:
        """Return what may happen to the network: threats fitted to the case's events, or judged."""
        return self._threats

    @cached_property
    def _threats(self) -> tuple[Threat, ...]:
        from zollverein.case.doors import threats_of  # noqa: PLC0415

        return threats_of(self)

    def union(self, as_of: date | str | None = None) -> Union:
        """Return the union: its agreements, members, barriers and their trade-cost equivalents."""
        from zollverein.case.doors import union_of  # noqa: PLC0415

        return union_of(self, as_of)

    def _repr_html_(self) -> str:
        table = self.confidence().to_html(index=False, border=0)
        return f"<h4>{escape(self.title)}</h4><p>{len(self.tables)} tables, {self.figures:,} rows</p>{table}"

    @property
    def figures(self) -> int:
        """Rows of all tables."""
        return sum(map(len, self.tables.values()))


def open_case(name_or_path: str | Path) -> Case:
    """Open a case: valid as a whole, or refused with every fault.

    Parameters
    ----------
    name_or_path : a bundled name (``"eurasia"``), a folder, or a zip of one.

    Raises
    ------
    UnknownNameError : no such case, with near matches.
    CaseError : the case has faults; the error's ``faults`` holds all of them.

    Examples
    --------
    >>> open_case("eurasia").table("regions")["region"].is_unique
    True
    """
    path = locate(name_or_path)
    return case_of(read_package(path), path, str(name_or_path))


def case_of(package: Package, path: Path, asked: str) -> Case:
    """Return the case that a package read from a path holds; ``asked`` is the name it was asked for by.

    Raises
    ------
    CaseError : the package has faults, or no table of sources.
    """
    if package.faults:
        raise refuse(asked, package.faults)
    frames = {name: table.frame for name, table in package.tables.items()}
    if "sources" not in frames:
        raise CaseError(f"case '{asked}' has no table 'sources'; a figure without a source is not one: add it")
    tables = MappingProxyType(frames)
    return Case(
        package.name, package.title, path, tables, package.scenarios, package.base_year, package.union, package.core
    )  # fmt: skip


def check_case(name_or_path: str | Path) -> list[Fault]:
    """Return every fault of a case at once, ordered by file and row; an empty list means that it is valid.

    A case whose tables are sound is built into what the engines take as well: what one of them refuses is a fault too.

    Warns
    -----
    DoubtfulFigure : a figure that may be meant, and looks as if it were in another unit.
    """
    path = locate(name_or_path)
    package = read_package(path)
    if package.faults or "sources" not in package.tables:
        return list(package.faults)
    from zollverein.case.doors import refusals  # noqa: PLC0415

    paths = {name: table.file for name, table in package.tables.items()}
    return refusals(case_of(package, path, str(name_or_path)), paths)


def matching(rows: pd.DataFrame, table: str, keys: Mapping[str, object]) -> pd.DataFrame:
    """Return the rows whose columns hold the values given; text stands for a number, a day or true and false as well.

    Raises
    ------
    UnknownNameError : no such column.
    InputError : the column's type has no such value.
    """
    for column, value in keys.items():
        if column not in rows.columns:
            raise UnknownNameError("column", column, rows.columns, f"table '{table}'")
        rows = rows[rows[column] == _as_held(rows[column], value, f"column '{column}' of table '{table}'")]
    return rows


def _as_held(column: pd.Series[Any], value: object, where: str) -> object:
    """A value in the type of its column."""
    if is_bool_dtype(column):
        flags = {"true": True, "false": False}
        if str(value).lower() not in flags:
            raise InputError(f"{where} holds true and false, not '{value}'; give one of them")
        return flags[str(value).lower()]
    if not (is_numeric_dtype(column) or is_datetime64_any_dtype(column)):
        return str(value)
    day = is_datetime64_any_dtype(column)
    try:
        return pd.Timestamp(str(value)) if day else float(str(value))
    except ValueError as error:
        held = "days such as 2022-03-23" if day else "numbers"
        raise InputError(f"{where} holds {held}, not '{value}'; give one of them") from error
