"""Rules on the cells of one column: required, enum, pattern, range, unique, countries and references."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from zollverein.case.countries import ISO_3166
from zollverein.case.fault import Fault
from zollverein.case.parsing import Table
from zollverein.case.schema import Column
from zollverein.errors import near_matches

__all__ = ["check_cells", "check_columns"]

FEW = 8
# All other members, and none of the union.
PARTIES = ("members", "third")


def check_columns(
    tables: Mapping[str, Table], regions: Collection[str], members: Collection[str] | None = None
) -> Iterator[Fault]:
    """Yield every fault that a cell shows beside what the rest of the case declares: countries, members, references.

    Parameters
    ----------
    regions : codes that the case declares beside ISO 3166. members : all that ever were of the union; None: not known.
    """
    countries = ISO_3166 | set(regions)
    values: dict[tuple[str, ...], set[str] | None] = {}
    for table in tables.values():
        for column in table.schema.columns:
            if column.name in table.bad:
                continue
            if column.foreign and column.foreign not in values:
                values[column.foreign] = _referenced(tables, column.foreign)
            if column.country:
                yield from _among(table, column, countries, "an ISO 3166 alpha-3 code or a region of the case")
            if column.member and members is not None:
                allowed = f"a member of the union ({', '.join(sorted(members))}), members or third"
                yield from _among(table, column, {*members, *PARTIES}, allowed)
            if column.foreign and (known := values[column.foreign]) is not None:
                allowed = " or ".join([*column.foreign, *(f"{p}:{what}" for p, what in column.prefixed.items())])
                yield from _among(table, column, known, allowed)
            if column.prefixed:
                yield from _prefixed(table, column, countries, members)
        yield from _foreign_keys(tables, table)


def check_cells(table: Table) -> Iterator[Fault]:
    """Yield every fault that the cells of a table show by themselves: constraints and keys."""
    for column in table.schema.columns:
        if column.name not in table.bad:
            yield from _constraints(table, column)
    yield from _primary_key(table)


def _constraints(table: Table, column: Column) -> Iterator[Fault]:
    values, rules = table.frame[column.name], column.constraints
    if rules.get("required") and values.hasnans:
        yield from _at(table, column, values.isna(), "an empty cell", "a value", f"give the {column.title.lower()}")
    if "enum" in rules:
        allowed = [str(v) for v in rules["enum"]]
        yield from _among(table, column, set(allowed), ", ".join(allowed))
    if "pattern" in rules:
        fits = values.astype("str").str.fullmatch(str(rules["pattern"])).fillna(False).astype(bool)
        yield from _at(table, column, values.notna() & ~fits, None, f"text like {rules['pattern']}", "rewrite it")
    for name, word in (("minimum", "at least"), ("maximum", "at most")):
        if name in rules and column.type in ("number", "integer", "year"):
            wrong = values < float(rules[name]) if name == "minimum" else values > float(rules[name])
            mend = "check sign and unit: the unit is in the column's name"
            yield from _at(table, column, wrong, None, f"{word} {rules[name]:g}", mend)
    if rules.get("unique"):
        yield from _repeated(table, (column.name,))


def _primary_key(table: Table) -> Iterator[Fault]:
    key = table.schema.primary_key
    if key and not table.bad & set(key):
        yield from _repeated(table, key)
        for name in key:
            column = next(c for c in table.schema.columns if c.name == name)
            if not column.constraints.get("required") and len(key) == 1:
                yield from _at(table, column, table.frame[name].isna(), "an empty key", "a value", "give it a key")


def _repeated(table: Table, key: tuple[str, ...]) -> Iterator[Fault]:
    frame = table.frame[list(key)]
    again = frame.duplicated()
    if not again.any():
        return
    first = pd.Series(table.lines).groupby([frame[k].astype("str").fillna("").to_numpy() for k in key]).transform("min")
    for k in np.flatnonzero(again.to_numpy()):
        shown = ", ".join(f"{name} {_shown(frame[name].iloc[k])}" for name in key)
        found = f"{shown} stands already in row {int(first.iloc[k])}"
        yield Fault(table.file, int(table.lines[k]), ", ".join(key), found, "each once", "keep one of the rows")


def _foreign_keys(tables: Mapping[str, Table], table: Table) -> Iterator[Fault]:
    for key in table.schema.foreign_keys:
        other = tables.get(key.table)
        if other is None or table.bad & set(key.columns) or other.bad & set(key.referenced):
            continue
        if not set(key.referenced) <= set(other.schema.names):
            continue
        mine = pd.MultiIndex.from_frame(table.frame[list(key.columns)].astype("str").fillna(""))
        theirs = pd.MultiIndex.from_frame(other.frame[list(key.referenced)].astype("str").fillna(""))
        wrong = ~mine.isin(theirs) & table.frame[list(key.columns)].notna().all(axis=1).to_numpy()
        for k in np.flatnonzero(wrong):
            parts = [str(table.frame[column].iloc[k]) for column in key.columns]
            name = ", ".join(parts)
            near = near_matches(parts[-1], theirs.get_level_values(-1).unique())
            mend = f"did you mean '{near[0]}'?" if near else f"add it to {other.file}, or mend the name"
            allowed = f"a {', '.join(key.referenced)} of {other.file}"
            yield Fault(table.file, int(table.lines[k]), ", ".join(key.columns), f"'{name}'", allowed, mend)


def _referenced(tables: Mapping[str, Table], places: tuple[str, ...]) -> set[str] | None:
    """Values of all the columns named; None if one of them could not be read, so that nothing is judged by it."""
    known: set[str] = set()
    for place in places:
        name, _, column = place.partition(".")
        if name not in tables or column in tables[name].bad or column not in tables[name].frame:
            return None
        known |= set(_distinct(tables[name].frame[column]))
    return known


def _among(table: Table, column: Column, known: Collection[str], allowed: str) -> Iterator[Fault]:
    values = table.frame[column.name]
    for value in _distinct(values):
        parts = [p.strip() for p in value.split(column.separator)] if column.separator else [value]
        parts = [p for p in parts if p.partition(":")[0] not in column.prefixed]
        unknown = list(dict.fromkeys(p for p in parts if p not in known))
        if not unknown:
            continue
        where = np.flatnonzero(((values.astype("str") == value) & values.notna()).to_numpy())
        for part in unknown:
            near = near_matches(part, [*known, *(f"{p}:{part.partition(':')[2]}" for p in column.prefixed)])
            mend = f"did you mean '{near[0]}'?" if near else "mend the name, or add it there"
            found = f"'{part}'" if part else "an empty part of a list"
            for k in where:
                yield Fault(table.file, int(table.lines[k]), column.name, found, allowed, mend)


def _distinct(values: pd.Series[Any]) -> list[str]:
    """The different values of a column as text, in the order in which they come; an empty cell is none."""
    different = values.unique()
    if isinstance(values.dtype, pd.StringDtype):
        return [value for value in different.tolist() if isinstance(value, str)]
    return pd.Series(different).dropna().astype("str").tolist()


def _prefixed(
    table: Table, column: Column, countries: Collection[str], members: Collection[str] | None
) -> Iterator[Fault]:
    """Parts such as ``barrier:RUS-KAZ`` and ``exit:ARM`` whose countries are none, or no members."""
    text = table.frame[column.name].astype("str").where(table.frame[column.name].notna())
    for k in np.flatnonzero(text.notna().to_numpy()):
        for part in map(str.strip, str(text.iloc[k]).split(column.separator or None)):
            prefix, _, rest = part.partition(":")
            if prefix not in column.prefixed:
                continue
            pair = column.prefixed[prefix] == "pair"
            named = [name.strip() for name in rest.split("-")] if pair else [rest.strip()]
            if pair and (len(named) != 2 or named[0] == named[1]):
                allowed, mend = f"{prefix}:ONE-OTHER, two countries", "name the exporter, a hyphen, the importer"
                yield Fault(table.file, int(table.lines[k]), column.name, f"'{part}'", allowed, mend)
                continue
            known = countries if pair or members is None else members
            told = "a country or region" if known is countries else f"a member ({', '.join(sorted(known))})"
            for name in (name for name in named if name not in known):
                near = near_matches(name, known)
                mend = f"did you mean '{near[0]}'?" if near else "mend the name"
                yield Fault(table.file, int(table.lines[k]), column.name, f"'{name}' in '{part}'", told, mend)


def _at(
    table: Table, column: Column, wrong: pd.Series[bool], found: str | None, allowed: str, mend: str
) -> Iterator[Fault]:
    for k in np.flatnonzero(wrong.to_numpy(dtype=bool)):
        stands = found if found is not None else f"'{_shown(table.frame[column.name].iloc[k])}'"
        yield Fault(table.file, int(table.lines[k]), column.name, stands, allowed, mend)


def _shown(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return f"{value:g}" if isinstance(value, float) else str(value)
