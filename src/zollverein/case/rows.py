"""Rules between cells and rows: figures have sources, shares add up, balances close, spans do not overlap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from zollverein.case.fault import Fault
from zollverein.case.parsing import Table
from zollverein.case.schema import Span

__all__ = ["check_reports", "check_rows"]

ADDS_UP = 1e-6
ALWAYS, NEVER = pd.Timestamp("0001-01-01"), pd.Timestamp("9999-12-31")
CONFIDENCES = ("reported", "derived", "assumed")


def check_rows(table: Table) -> Iterator[Fault]:
    """Yield every fault that lies between cells or rows of a table."""
    yield from _figures(table)
    yield from _preferred(table)
    yield from _adds_to_one(table)
    yield from _balances(table)
    yield from _ordered(table)
    yield from _overlaps(table)


def check_reports(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Yield every figure that is called reported and has no source that can be looked up."""
    sources = tables.get("sources")
    if sources is None or {"key", "url"} & sources.bad:
        return
    public = set(sources.frame.loc[sources.frame["url"].notna(), "key"].tolist())
    for table in tables.values():
        if _has_figures(table):
            yield from _hearsay(table, public)


def _has_figures(table: Table) -> bool:
    return table.schema.figure and not table.bad & {"source", "confidence", "method"}


def _figures(table: Table) -> Iterator[Fault]:
    if not _has_figures(table):
        return
    frame = table.frame
    for name in ("source", "confidence"):
        for k in np.flatnonzero(frame[name].isna()):
            mend = "name a key of sources.csv" if name == "source" else f"one of {', '.join(CONFIDENCES)}"
            yield Fault(table.file, int(table.lines[k]), name, "an empty cell", "every figure has it", mend)
    how = frame["confidence"].isin(["derived", "assumed"]) & frame["method"].isna()
    for k in np.flatnonzero(how):
        found = f"no method beside confidence '{frame['confidence'].iloc[k]}'"
        yield Fault(table.file, int(table.lines[k]), "method", found, "how it was derived or assumed", "say how")


def _hearsay(table: Table, public: set[str]) -> Iterator[Fault]:
    keys, confidence = table.frame["source"], table.frame["confidence"]
    said = {key for key, how in zip(keys.tolist(), confidence.tolist(), strict=True) if how == "reported"}
    named = [key for key in said if isinstance(key, str) and key]
    private = [key for key in named if not any(part.strip() in public for part in key.split(";"))]
    if not private:
        return
    for k in np.flatnonzero((confidence == "reported") & keys.isin(private)):
        found = f"'reported' on the word of '{keys.iloc[k]}', which has no url"
        mend = "mark it assumed, or name a public source"
        yield Fault(table.file, int(table.lines[k]), "confidence", found, "a source that can be looked up", mend)


def _preferred(table: Table) -> Iterator[Fault]:
    key = list(table.schema.preferred_per)
    if not key or table.bad & {*key, "preferred"}:
        return
    frame = table.frame[[*key, "preferred"]]
    groups = [frame[name].astype("str").fillna("") for name in key]
    count = frame["preferred"].astype(int).groupby(groups).transform("sum")
    first = ~pd.DataFrame(dict(enumerate(groups))).duplicated()
    for k in np.flatnonzero(((count != 1) & first).to_numpy()):
        shown = ", ".join(f"{name} {frame[name].iloc[k]}" for name in key)
        found = f"{int(count.iloc[k])} preferred rows for {shown}"
        mend = "set preferred to true on just one of the rows that state it"
        yield Fault(table.file, int(table.lines[k]), "preferred", found, "one", mend)


def _adds_to_one(table: Table) -> Iterator[Fault]:
    for column, by in table.schema.adds_to_one:
        if table.bad & {column, *by}:
            continue
        groups = [table.frame[name].astype("str").fillna("") for name in by]
        total = table.frame[column].groupby(groups).transform("sum")
        first = ~pd.DataFrame(dict(enumerate(groups))).duplicated()
        for k in np.flatnonzero((((total - 1.0).abs() > ADDS_UP) & first).to_numpy()):
            shown = ", ".join(f"{name} {table.frame[name].iloc[k]}" for name in by)
            found = f"the {column}s of {shown} add to {total.iloc[k]:.9g}"
            yield Fault(table.file, int(table.lines[k]), column, found, "1", "mend or scale the shares")


def _balances(table: Table) -> Iterator[Fault]:
    for parts, total, tolerance in table.schema.balances:
        if table.bad & {*parts, total}:
            continue
        added, whole = table.frame[list(parts)].sum(axis=1), table.frame[total]
        wrong = (added - whole).abs() > tolerance * np.maximum(whole.abs(), 1.0)
        for k in np.flatnonzero(wrong.to_numpy()):
            found = f"{' + '.join(parts)} is {added.iloc[k]:.9g}, {total} is {whole.iloc[k]:.9g}"
            yield Fault(table.file, int(table.lines[k]), total, found, "a balance that closes", "mend one of them")


def _ordered(table: Table) -> Iterator[Fault]:
    for low, high in table.schema.ordered:
        if table.bad & {low, high}:
            continue
        a, b = table.frame[low], table.frame[high]
        for k in np.flatnonzero((a > b).to_numpy()):
            found = f"{low} {_day(a.iloc[k])} comes after {high} {_day(b.iloc[k])}"
            yield Fault(table.file, int(table.lines[k]), high, found, f"{low} up to {high}", "swap or mend them")


def _overlaps(table: Table) -> Iterator[Fault]:
    for span in table.schema.no_overlap:
        if table.bad & {span.start, span.end, *span.by, "preferred"}:
            continue
        frame = table.frame.assign(_line=table.lines)
        if "preferred" in frame:
            frame = frame[frame["preferred"]]
        # An empty first day lies before all others, an empty last day after.
        first = frame[span.start].fillna(ALWAYS).rename("_first")
        last = frame[span.end].fillna(NEVER).rename("_last")
        open_ended = frame[span.end].isna() & span.open_until_next
        frame = frame.assign(_first=first, _last=last.where(~open_ended, first))
        for key, rows in frame.sort_values(["_first", "_line"]).groupby(list(span.by), sort=False, dropna=False):
            yield from _overlaps_among(table, span, tuple(part for part in map(str, key) if part != "nan"), rows)


def _overlaps_among(table: Table, span: Span, key: tuple[str, ...], rows: pd.DataFrame) -> Iterator[Fault]:
    reaches, reached_by = ALWAYS, 0
    for position, (line, first, last) in enumerate(zip(rows["_line"], rows["_first"], rows["_last"], strict=True)):
        if position and first <= reaches:
            found = f"{', '.join(key)}: overlaps the span in row {reached_by}"
            yield Fault(table.file, int(line), span.start, found, "spans one after another", "end one before")
        if not position or last > reaches:
            reaches, reached_by = last, int(line)


def _day(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else f"{value}"
