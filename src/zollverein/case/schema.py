"""What a table must be: Table Schema as Frictionless defines it, with a few declarations of our own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from zollverein.case.fault import Fault

__all__ = ["OURS", "Column", "ForeignKey", "Span", "TableSchema", "parse_json", "table_schema"]

OURS = "x-zollverein"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, type, constraints and our declarations.

    Attributes
    ----------
    separator : parts of a list are parted by it; empty for a single value.
    foreign : ``table.column`` that every value (or part) must stand in, at least one of them.
    country : every value (or part) is an ISO 3166-1 alpha-3 code or a region that the case declares.
    member : every value (or part) is at some time a member of the union, or ``members`` or ``third``.
    prefixed : values (or parts) that begin so and with a colon name a ``pair`` of countries (``barrier:RUS-KAZ``) or a
        ``member`` of the union, and are no foreign ones.
    """

    name: str
    type: str
    title: str
    constraints: Mapping[str, Any]
    separator: str = ""
    foreign: tuple[str, ...] = ()
    country: bool = False
    member: bool = False
    prefixed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns whose values must stand in another table."""

    columns: tuple[str, ...]
    table: str
    referenced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """From which to which day a row holds, among the rows that agree in ``by``.

    Attributes
    ----------
    open_until_next : a row without a last day holds until the next one begins, so that they do not overlap.
    """

    start: str
    end: str
    by: tuple[str, ...]
    open_until_next: bool = False


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A table: its columns, keys and the rules between its rows.

    Attributes
    ----------
    figure : every row states a figure: it needs source and confidence, and a method unless it is reported.
    preferred_per : rows that agree in these columns state the same figure; just one is preferred.
    adds_to_one : pairs (column, by): the column adds to one over rows that agree in ``by``.
    balances : triples (parts, total, tolerance): the parts add to the total in every row.
    ordered : pairs of columns whose first may not exceed the second.
    no_overlap : spans of rows that agree in certain columns may not overlap.
    """

    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    missing: tuple[str, ...] = ("",)
    figure: bool = False
    preferred_per: tuple[str, ...] = ()
    adds_to_one: tuple[tuple[str, tuple[str, ...]], ...] = ()
    balances: tuple[tuple[tuple[str, ...], str, float], ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    no_overlap: tuple[Span, ...] = ()
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(column.name for column in self.columns))


def parse_json(raw: bytes, file: str) -> tuple[Any, list[Fault]]:
    """Return parsed JSON, or the fault with its line."""
    try:
        return json.loads(raw.decode("utf-8-sig")), []
    except UnicodeDecodeError as error:
        return None, [_not_utf8(file, raw, error)]
    except json.JSONDecodeError as error:
        found = f"not JSON: {error.msg} (column {error.colno})"
        return None, [Fault(file, error.lineno, None, found, "JSON", "mend the line; a comma too many is usual")]
    except ValueError as error:
        return None, [Fault(file, None, None, f"not JSON: {error}", "JSON", "shorten the number")]
    except RecursionError:
        return None, [Fault(file, None, None, "nested too deeply", "a plain descriptor", "flatten it")]


def table_schema(data: Any, file: str) -> tuple[TableSchema | None, list[Fault]]:
    """Return a schema from its descriptor, or the faults that keep it from being one."""
    from zollverein.case.declarations import judge  # noqa: PLC0415 - it judges the types of this module

    try:
        schema = _schema(data)
    except KeyError as error:
        found, mend = f"a part without its key {error}", f"add {error}; docs/case-format.md shows each part"
        return None, [Fault(file, None, None, found, "a Table Schema", mend)]
    except (TypeError, ValueError, AttributeError) as error:
        found, allowed = f"not a Table Schema: {error}", "fields with name and type, rules as documented"
        return None, [Fault(file, None, None, found, allowed, "see docs/case-format.md")]
    faults = judge(data, schema, file)
    return (None if faults else schema), faults


def _schema(data: Any) -> TableSchema:
    ours = data.get(OURS, {})
    return TableSchema(
        columns=tuple(_column(field) for field in data["fields"]),
        primary_key=_names(data.get("primaryKey", ())),
        foreign_keys=tuple(_foreign_key(key) for key in data.get("foreignKeys", ())),
        missing=tuple(data.get("missingValues", ("",))),
        figure=bool(ours.get("figure", False)),
        preferred_per=_names(ours.get("preferred_per", ())),
        adds_to_one=tuple((str(r["column"]), _names(r["by"])) for r in ours.get("adds_to_one", ())),
        balances=tuple((_names(r["parts"]), str(r["total"]), float(r["tolerance"])) for r in ours.get("balances", ())),
        ordered=tuple((str(a), str(b)) for a, b in ours.get("ordered", ())),
        no_overlap=tuple(_span(rule) for rule in ours.get("no_overlap", ())),
    )


def _column(data: Mapping[str, Any]) -> Column:
    ours = data.get(OURS, {})
    foreign = ours.get("foreign", ())
    return Column(
        name=str(data["name"]),
        type=str(data.get("type", "string")),
        title=str(data.get("title") or data.get("description") or data["name"]),
        constraints=dict(data.get("constraints", {})),
        separator=str(ours.get("list", "")),
        foreign=(foreign,) if isinstance(foreign, str) else tuple(foreign),
        country=bool(ours.get("country", False)),
        member=bool(ours.get("member", False)),
        prefixed=dict(ours.get("prefixed", {})),
    )


def _foreign_key(data: Mapping[str, Any]) -> ForeignKey:
    reference = data["reference"]
    return ForeignKey(_names(data["fields"]), str(reference["resource"]), _names(reference["fields"]))


def _span(rule: Mapping[str, Any]) -> Span:
    return Span(str(rule["from"]), str(rule["to"]), _names(rule["by"]), bool(rule.get("open_until_next", False)))


def _names(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(str, value))


def _not_utf8(file: str, raw: bytes, error: UnicodeDecodeError) -> Fault:
    line = raw[: error.start].count(b"\n") + 1
    found = f"byte 0x{raw[error.start]:02x} at position {error.start} is not UTF-8"
    return Fault(file, line, None, found, "UTF-8", "save the file as UTF-8")
