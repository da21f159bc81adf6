"""What a schema may declare: types, constraints and rules, each of them checked before any row is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from zollverein.case.fault import Fault
from zollverein.case.schema import OURS, Column, TableSchema
from zollverein.errors import near_matches

__all__ = ["judge", "judge_references"]

TYPES = ("string", "number", "integer", "boolean", "date", "year")
NUMBERS = ("number", "integer", "year")
CONSTRAINTS = ("required", "enum", "pattern", "minimum", "maximum", "unique")
OF_A_FIELD = ("list", "foreign", "country", "member", "prefixed")
PREFIXED = ("pair", "member")
OF_A_TABLE = ("figure", "preferred_per", "adds_to_one", "balances", "ordered", "no_overlap")


def judge(data: Mapping[str, Any], schema: TableSchema, file: str) -> list[Fault]:
    """Return what a schema declares wrongly.

    Parameters
    ----------
    data : the descriptor that ``schema`` was read from.
    """
    faults = [*_unknown(data.get(OURS, {}), OF_A_TABLE, file, None)]
    for field, column in zip(data["fields"], schema.columns, strict=True):
        faults += _unknown(field.get(OURS, {}), OF_A_FIELD, file, column.name)
        faults += _column_faults(column, file)
    for name in dict.fromkeys(name for name in schema.names if schema.names.count(name) > 1):
        faults.append(Fault(file, None, name, "the field stands twice", "each field once", "keep one"))
    for key in schema.foreign_keys:
        if len(key.columns) != len(key.referenced) or not key.columns:
            found = f"a foreign key of {len(key.columns)} fields that names {len(key.referenced)} of '{key.table}'"
            faults.append(Fault(file, None, ", ".join(key.columns), found, "as many as it has", "pair them"))
    return [*faults, *_rule_faults(schema, file)]


def judge_references(schema: TableSchema, file: str, fields: Mapping[str, Collection[str]]) -> Iterator[Fault]:
    """Yield the references of a schema that lead to no table or column.

    Parameters
    ----------
    fields : the columns of every table of the case that has a valid schema; empty for one that has not.
    """
    places = [(c.name, *place.partition(".")[::2]) for c in schema.columns for place in c.foreign]
    places += [
        (c, key.table, r) for key in schema.foreign_keys for c, r in zip(key.columns, key.referenced, strict=True)
    ]
    for column, table, referenced in places:
        if table not in fields:
            found = f"refers to table '{table}', which the case does not list"
            yield Fault(file, None, column, found, ", ".join(sorted(fields)), _did_you_mean(table, fields))
        elif fields[table] and referenced not in fields[table]:
            found, allowed = f"refers to '{table}.{referenced}', which is no field", ", ".join(fields[table])
            yield Fault(file, None, column, found, allowed, _did_you_mean(referenced, fields[table]))


def _did_you_mean(name: str, known: Collection[str]) -> str:
    near = near_matches(name, known)
    return f"did you mean '{near[0]}'?" if near else "choose one of these"


def _unknown(ours: Any, allowed: tuple[str, ...], file: str, column: str | None) -> Iterator[Fault]:
    if not isinstance(ours, Mapping):
        yield Fault(file, None, column, f"'{OURS}' is {ours!r}", f"a mapping of {', '.join(allowed)}", "rewrite it")
        return
    for key in ours:
        if key not in allowed:
            yield Fault(file, None, column, f"'{key}' in {OURS}", ", ".join(allowed), _did_you_mean(key, allowed))


def _column_faults(column: Column, file: str) -> Iterator[Fault]:
    if column.type not in TYPES:
        found, mend = f"type '{column.type}'", _did_you_mean(column.type, TYPES)
        yield Fault(file, None, column.name, found, ", ".join(TYPES), mend)
        return
    for name, value in column.constraints.items():
        if name not in CONSTRAINTS:
            yield Fault(file, None, column.name, f"constraint '{name}'", ", ".join(CONSTRAINTS), "rename or drop it")
        elif wrong := _not_a_constraint(name, value, column.type):
            allowed, mend = wrong
            yield Fault(file, None, column.name, f"constraint '{name}' is {value!r}", allowed, mend)
    for place in column.foreign:
        if not all(place.partition(".")):
            yield Fault(file, None, column.name, f"foreign '{place}'", "table.column", "as in sources.key")
    for prefix, what in column.prefixed.items():
        if what not in PREFIXED:
            mend = _did_you_mean(str(what), PREFIXED)
            yield Fault(file, None, column.name, f"prefix '{prefix}' names a {what}", ", ".join(PREFIXED), mend)


def _not_a_constraint(name: str, value: Any, kind: str) -> tuple[str, str] | None:
    """What would be allowed, and what to do; None if the value is fine."""
    if name in ("required", "unique"):
        return None if isinstance(value, bool) else ("true or false", "write one of them")
    if name == "enum":
        good = isinstance(value, list) and value and all(isinstance(v, str | int | float) for v in value)
        return None if good else ("a list of values", "put the values in brackets")
    if name == "pattern":
        return _not_a_pattern(value)
    if kind not in NUMBERS:
        return f"a bound on a column of type {', '.join(NUMBERS)}", f"drop it: the column's type is {kind}"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if number else ("a number", "write it without quotation marks")


def _not_a_pattern(value: Any) -> tuple[str, str] | None:
    try:
        re.compile(value)
    except (re.error, TypeError) as error:
        return "a regular expression", f"mend it: {error}"
    return None


def _rule_faults(schema: TableSchema, file: str) -> Iterator[Fault]:
    """Rules that name a column which the schema does not have, or one of a type that the rule cannot judge."""
    types = {column.name: column.type for column in schema.columns}
    for rule, name, allowed in dict.fromkeys(_used(schema)):
        if name not in types:
            found = f"rule '{rule}' names a column that is not a field"
            yield Fault(file, None, name, found, ", ".join(schema.names), _did_you_mean(name, schema.names))
        elif types[name] not in allowed:
            found = f"rule '{rule}' on a column of type '{types[name]}'"
            yield Fault(file, None, name, found, f"type {' or '.join(allowed)}", "change the type, or drop the rule")
    for low, high in schema.ordered:
        if types.get(low, types.get(high)) != types.get(high, types.get(low)):
            found = f"rule 'ordered' sets {types[low]} against {types[high]} '{high}'"
            yield Fault(file, None, low, found, "two columns of one type", "change a type, or drop the rule")


def _used(schema: TableSchema) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every use of a column by a rule: rule, column, types that it may have."""
    text, flag, day = ("string",), ("boolean",), ("date",)
    yield from (("primaryKey", name, TYPES) for name in schema.primary_key)
    yield from (("foreignKeys", name, TYPES) for key in schema.foreign_keys for name in key.columns)
    yield from (("figure", name, text) for name in ("source", "confidence", "method") if schema.figure)
    yield from (("preferred_per", name, TYPES) for name in schema.preferred_per)
    yield from (("preferred_per", name, flag) for name in ("preferred",) if schema.preferred_per)
    for column, by in schema.adds_to_one:
        yield "adds_to_one", column, NUMBERS
        yield from (("adds_to_one", name, TYPES) for name in by)
    for parts, total, _ in schema.balances:
        yield from (("balances", name, NUMBERS) for name in (*parts, total))
    for pair in schema.ordered:
        yield from (("ordered", name, (*NUMBERS, "date")) for name in pair)
    for span in schema.no_overlap:
        yield from (("no_overlap", name, day) for name in (span.start, span.end))
        yield from (("no_overlap", name, TYPES) for name in span.by)
