"""A case with less in it: rows and tables left out, and with them whatever refers to what is no longer there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from zollverein.case.contents import Contents, json_like
from zollverein.case.countries import ISO_3166
from zollverein.case.package import DESCRIPTOR
from zollverein.case.parsing import Table
from zollverein.case.schema import OURS, Column, ForeignKey, TableSchema
from zollverein.case.seal import unsealed
from zollverein.case.tokens import TokenTable

__all__ = ["EMPTIED", "Less", "keys_of", "leave_out", "named_in"]

SOURCES, CODES, MEMBERS = "sources", "regions.region", "memberships"
# Parts of a list that begin with a prefix are about the union; without these tables there is none.
OF_A_PREFIX = {"pair": "wedges", "member": MEMBERS}
# What a threat is fitted to, and the table that it stands in; empty: the one of that name.
EVENTS = ("events", "events_of")
SURENESS = {"reported": 0, "derived": 1, "assumed": 2}
EMPTIED = "no row of it is left"
OF_NO_UNION = "is about the union, of which no membership is left"


@dataclass
class Less:
    """What is left of a case, while rows and tables are taken out of it.

    Attributes
    ----------
    contents, tables : the whole case, by table; the frames' index is the position of a row.
    rows : by table, the rows left out, each with the reason. gone : the tables left out, each with the reason; a table
        that is named from the start is left out on purpose: what refers to it stays, only the reference goes.
    preferred : by table, the rows that are preferred now since the one before is left out.
    notes : what had to change besides, in a sentence each.
    """

    contents: Contents
    tables: Mapping[str, Table]
    rows: dict[str, dict[int, str]] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    preferred: dict[str, list[int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    _held: dict[tuple[str, bool], frozenset[str]] = field(default_factory=dict, repr=False)

    def left(self, table: str) -> pd.DataFrame:
        """Return the rows of a table that are left."""
        frame, out = self.tables[table].frame, self.rows.get(table)
        return frame.drop(index=list(out)) if out else frame

    def take(self, table: str, rows: Mapping[int, str]) -> bool:
        """Leave out rows of a table; return whether there was anything new to leave out."""
        known = self.rows.setdefault(table, {})
        new = {row: reason for row, reason in rows.items() if row not in known}
        known |= new
        if new:
            self._held.clear()
        if table not in self.gone and len(known) == len(self.tables[table].frame):
            self.gone[table] = EMPTIED
        return bool(new)

    def values(self, place: str, *, whole: bool = False) -> frozenset[str]:
        """Return the values of a column, named as ``table.column``: of the rows that are left, or of the whole case."""
        table, _, column = place.partition(".")
        if table not in self.tables:
            return frozenset()
        on_purpose = self.gone.get(table, EMPTIED) != EMPTIED
        if (place, whole) not in self._held:
            frame = self.tables[table].frame if whole or on_purpose else self.left(table)
            self._held[place, whole] = frozenset(frame[column].dropna().astype(str))
        return self._held[place, whole]

    def members(self, *, whole: bool = False) -> frozenset[str]:
        """Return all that ever were members of the union: by the rows that are left, or by the whole case."""
        union = self.contents.descriptor.get("union")
        if union is None or MEMBERS not in self.tables or self.gone.get(MEMBERS, EMPTIED) != EMPTIED:
            return frozenset()
        if (MEMBERS, whole) not in self._held:
            rows = self.tables[MEMBERS].frame if whole else self.left(MEMBERS)
            mine = (rows["agreement"] == union) & (rows["status"] == "member")
            self._held[MEMBERS, whole] = frozenset(rows.loc[mine, "country"].dropna().astype(str))
        return self._held[MEMBERS, whole]

    @property
    def lost_members(self) -> frozenset[str]:
        """Members of the union whose membership is left out."""
        return self.members(whole=True) - self.members()

    @property
    def union_lost(self) -> bool:
        """Whether the case had a union, and no member of it is left."""
        return bool(self.lost_members) and not self.members()


def leave_out(less: Less, published: Mapping[str, pd.Series[Any]] | None = None) -> dict[str, bytes]:
    """Take out of a case what refers to rows and tables that are left out already, again and again until all fits.

    A row goes with what it refers to; so do the other rows whose shares added to one with it, and those that name a
    member of the union whose membership is left out (unless all are: the case then has no union). A table without rows
    goes, and references of schemas to it. Of figures in conflict that lost the preferred one, the surest and then
    the newest of the rest is preferred. Sources stay as long as a row names them.

    Parameters
    ----------
    less : what is left out; it is filled with what follows from that. published : by table, the day of each row.

    Returns
    -------
    The files of what is left, by path inside the case.
    """
    moved = True
    while moved:
        judged = [(table, _orphans(less, table)) for table in less.tables if table not in less.gone]
        moved = sum(less.take(table, rows) for table, rows in judged if rows) > 0
    for table in less.tables:
        if table not in less.gone:
            _prefer(less, table, (published or {}).get(table))
    return _files(less)


def named_in(less: Less, table: str, column: str) -> set[str]:
    """Return the values of a column of a table that rows which are left refer to."""
    named: set[str] = set()
    for other in less.tables:
        if other in less.gone:
            continue
        frame = less.left(other)
        for mine in less.tables[other].schema.columns:
            if f"{table}.{column}" in mine.foreign:
                cells = frame[mine.name].dropna().astype(str).unique()
                named |= {part for cell in cells for part in _parts(cell, mine)}
    return named


def _parts(cell: str, column: Column) -> list[str]:
    return [part.strip() for part in cell.split(column.separator)] if column.separator else [cell]


def _orphans(less: Less, table: str) -> dict[int, str]:
    """Rows of a table that cannot stay, each with the reason."""
    schema, frame = less.tables[table].schema, less.left(table)
    found: dict[int, str] = {}
    for column in schema.columns:
        if not (_refers(column) or column.country or column.prefixed or column.member):
            continue
        cells = frame[column.name].dropna().astype(str)
        for cell in cells.unique():
            reason = next((r for part in _parts(cell, column) if (r := _lost(less, column, part))), None)
            if reason:
                found |= dict.fromkeys(cells.index[cells == cell], reason)
    for key in schema.foreign_keys:
        found |= _lost_keys(less, frame, key)
    found |= _named_besides(less, schema, frame)
    found |= _lost_events(less, schema, frame)
    return found | _broken_sums(less, table, schema)


def _lost(less: Less, column: Column, part: str) -> str | None:
    """Why a part of a cell refers to what is left out; None if it does not."""
    prefix = part.partition(":")[0]
    if prefix in column.prefixed:
        table = OF_A_PREFIX[column.prefixed[prefix]]
        if table in less.gone:
            return f"refers to table {table}, which is left out"
        if less.union_lost:
            return OF_NO_UNION
        member = part.partition(":")[2].strip()
        return _no_member(member) if table == MEMBERS and member in less.lost_members else None
    if column.member and part in less.lost_members and not less.union_lost:
        return _no_member(part)
    if _refers(column):
        before = [place for place in column.foreign if part in less.values(place, whole=True)]
        if before and not any(part in less.values(place) for place in before):
            return f"refers to {before[0]} '{part}', which is left out"
    if column.country and part not in ISO_3166 and part in less.values(CODES, whole=True) - less.values(CODES):
        return f"refers to {CODES} '{part}', which is left out"
    return None


def _refers(column: Column) -> bool:
    """Whether a column refers to rows that may be left out; sources stay as long as a row names them."""
    return bool(column.foreign) and not any(place.partition(".")[0] == SOURCES for place in column.foreign)


def _no_member(code: str) -> str:
    return f"names the member '{code}', whose membership is left out"


def _named_besides(less: Less, schema: TableSchema, frame: pd.DataFrame) -> dict[int, str]:
    """Rows that name, in a list of what is struck as well, a pair or member of a union that is left out."""
    prefixes = {prefix: OF_A_PREFIX[what] for column in schema.columns for prefix, what in column.prefixed.items()}
    members = "|".join(map(re.escape, sorted(less.lost_members)))
    # What of each prefix is lost: all of it with its table or the union, or some members.
    lost: dict[str, tuple[str, str]] = {}
    for prefix, table in prefixes.items():
        if table in less.gone or less.union_lost:
            lost[prefix] = ("", f"refers to table {table}, which is left out" if table in less.gone else OF_NO_UNION)
        elif table == MEMBERS and members:
            lost[prefix] = (rf"(?:{members})\b", "names a member whose membership is left out")
    found: dict[int, str] = {}
    for column in schema.columns if lost else ():
        if column.type != "string" or column.prefixed:
            continue
        cells = frame[column.name].dropna().astype(str)
        for prefix, (what, reason) in lost.items():
            named = cells.str.contains(rf"(?:^|;)\s*{re.escape(prefix)}:\s*{what}")
            found |= dict.fromkeys(cells.index[named], reason)
    return found


def _lost_events(less: Less, schema: TableSchema, frame: pd.DataFrame) -> dict[int, str]:
    """Rows that rest on events, by their names in the table that ``events_of`` says, of which one is left out."""
    if not set(EVENTS) <= set(schema.names):
        return {}
    found: dict[int, str] = {}
    for row, named, of in frame[list(EVENTS)].dropna(subset=[EVENTS[0]]).itertuples(name=None):
        table = EVENTS[0] if pd.isna(of) else str(of)
        if table not in less.tables or not (key := less.tables[table].schema.primary_key):
            continue
        place = f"{table}.{key[0]}"
        lost = less.values(place, whole=True) - less.values(place)
        if gone := [part for part in map(str.strip, re.split("[;+]", str(named))) if part in lost]:
            found[row] = f"refers to {place} '{gone[0]}', which is left out"
    return found


def _lost_keys(less: Less, frame: pd.DataFrame, key: ForeignKey) -> dict[int, str]:
    if less.gone.get(key.table, EMPTIED) != EMPTIED or not less.rows.get(key.table):
        return {}
    mine = pd.MultiIndex.from_frame(frame[list(key.columns)].astype("str").fillna(""))
    theirs = pd.MultiIndex.from_frame(less.left(key.table)[list(key.referenced)].astype("str").fillna(""))
    lost = ~mine.isin(theirs) & frame[list(key.columns)].notna().all(axis=1).to_numpy()
    return dict.fromkeys(frame.index[lost], f"refers to a row of {key.table} that is left out")


def _broken_sums(less: Less, table: str, schema: TableSchema) -> dict[int, str]:
    """The rows whose shares added to one with a row that is left out."""
    found: dict[int, str] = {}
    out = less.rows.get(table, {})
    for _, by in schema.adds_to_one if out else ():
        keys = less.tables[table].frame[list(by)].astype("str").fillna("").agg("\0".join, axis=1)
        broken = set(keys.loc[list(out)])
        rest = keys[keys.isin(broken) & ~keys.index.isin(list(out))]
        found |= dict.fromkeys(rest.index, "its shares no longer add to one: others of them are left out")
    return found


def _prefer(less: Less, table: str, published: pd.Series[Any] | None) -> None:
    """Of figures in conflict that lost the preferred row, prefer the surest of the rest, and of these the newest."""
    schema = less.tables[table].schema
    if not schema.preferred_per or not less.rows.get(table):
        return
    left = less.left(table)
    groups = [left[name].astype("str").fillna("") for name in schema.preferred_per]
    lacking = left[~left["preferred"].astype(bool).groupby(groups).transform("any")]
    if lacking.empty:
        return
    sure = lacking["confidence"].map(SURENESS).fillna(len(SURENESS)) if "confidence" in lacking else 0
    day = published.reindex(lacking.index) if published is not None else pd.Series(pd.NaT, index=lacking.index)
    ranked = lacking.assign(_sure=sure, _day=day).sort_values(
        ["_sure", "_day"], ascending=[True, False], kind="stable", na_position="last"
    )
    first = ranked[~ranked[list(schema.preferred_per)].astype("str").fillna("").duplicated()]
    less.preferred[table] = sorted(first.index.tolist())


def _files(less: Less) -> dict[str, bytes]:
    contents = less.contents
    files = dict(contents.files)
    resources: list[Mapping[str, Any]] = []
    for table, resource in contents.resources.items():
        if table in less.gone:
            files.pop(contents.path(table), None)
            continue
        if less.rows.get(table) or less.preferred.get(table):
            files[contents.path(table)] = _less_of(less, table).to_bytes()
        data, cut = _cut_references(contents.schema_data(table), less.gone)
        less.notes += [f"{table}: {note}" for note in cut]
        if cut and isinstance(resource["schema"], str):
            files[resource["schema"]] = json_like(data, contents.files[resource["schema"]])
        resources.append({**resource, "schema": data} if cut and not isinstance(resource["schema"], str) else resource)
    used = {resource["schema"] for resource in resources if isinstance(resource["schema"], str)}
    was = {r["schema"] for r in contents.resources.values() if isinstance(r["schema"], str)}
    files = {name: raw for name, raw in files.items() if name not in was - used}
    descriptor = {**contents.descriptor, "resources": resources}
    descriptor = unsealed(_less_stated(less, descriptor), files)
    if descriptor != contents.descriptor:
        files[DESCRIPTOR] = json_like(descriptor, files[DESCRIPTOR])
    return files


def _less_stated(less: Less, descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """The descriptor without what it states of tables and rows that are left out."""
    made = dict(descriptor)
    agreements = less.values("agreements.agreement")
    if "union" in made and ("agreements" in less.gone or made["union"] not in agreements):
        less.notes.append(f"the descriptor names no union: agreement '{made.pop('union')}' is left out")
    if "union" in made and less.union_lost:
        less.notes.append(f"the descriptor names no union: every membership of '{made.pop('union')}' is left out")
    if "union_core" in made:
        members = less.members() if "union" in made else ()
        core = [member for member in made["union_core"] if member in members]
        if core != list(made["union_core"]):
            less.notes.append("the descriptor names no core of the union any more: a member of it is left out")
            del made["union_core"]
    if "base_year" in made and "trade" in less.gone:
        less.notes.append(f"the descriptor names no base year {made.pop('base_year')}: table trade is left out")
    return made


def _less_of(less: Less, table: str) -> TokenTable:
    tokens, out = less.contents.tokens(table), less.rows.get(table, {})
    rows = [list(row) for row in tokens.rows]
    for row in less.preferred.get(table, ()):
        rows[row][tokens.names.index("preferred")] = "true"
    kept = [row for at, row in enumerate(rows) if at not in out]
    return tokens.with_rows(kept)


def _cut_references(data: Any, gone: Collection[str]) -> tuple[Any, list[str]]:
    """A schema's descriptor without references to tables that are left out, and what was cut, in a sentence each."""
    keys = data.get("foreignKeys", ())
    lost_tables = [key["reference"]["resource"] for key in keys if key["reference"]["resource"] in gone]
    notes = [f"its schema no longer refers to table {table}, which is left out" for table in lost_tables]
    made = {name: value for name, value in data.items() if name != "foreignKeys" or len(lost_tables) < len(keys)}
    if "foreignKeys" in made:
        made["foreignKeys"] = [key for key in keys if key["reference"]["resource"] not in gone]
    made["fields"] = []
    for declared in data["fields"]:
        places = declared.get(OURS, {}).get("foreign", ())
        places = [places] if isinstance(places, str) else list(places)
        lost = [place for place in places if place.partition(".")[0] in gone]
        notes += [f"its schema no longer refers to {place}, which is left out" for place in lost]
        made["fields"].append(_without_places(declared, lost) if lost else declared)
    return (made if notes else data), notes


def _without_places(declared: Mapping[str, Any], lost: Collection[str]) -> dict[str, Any]:
    ours = dict(declared[OURS])
    places = [ours["foreign"]] if isinstance(ours["foreign"], str) else ours["foreign"]
    kept = [place for place in places if place not in lost]
    if kept:
        ours["foreign"] = kept[0] if len(kept) == 1 else kept
    else:
        del ours["foreign"]
    rest = {key: value for key, value in declared.items() if key != OURS}
    return {**rest, OURS: ours} if ours else rest


def keys_of(less: Less, table: str) -> Iterator[str]:
    """Yield what each row of a table is called in a report: its key, or its first columns."""
    schema = less.tables[table].schema
    columns = list(schema.primary_key or schema.preferred_per or schema.names[:3])
    frame = less.tables[table].frame[columns]
    for row in frame.itertuples(index=False):
        yield ", ".join(_shown(value) for value in row if not pd.isna(value))


def _shown(value: Any) -> str:
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)
