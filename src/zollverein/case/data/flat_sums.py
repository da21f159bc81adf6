"""Flows summed by concordance inside DuckDB, so that only sums reach the memory; totals kept, or refused.

A flow x[i, n, k] of exporter i, importer n and product k becomes

    X[I, N, K] = sum over i, n, k of  r[i, I] r[n, N] s[k, K] x[i, n, k]

with r the weights of regions and s of sectors; those of a source add to one, so that totals stay. Each term is rounded
to fifteen decimals and added in decimals: the sum is the same whatever the order and the number of threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from zollverein.case.data.flat import Desk, FlatData, Ledger, answers, fetched, quoted
from zollverein.errors import DataError, InputError

__all__ = ["ABSENT", "DECIMAL", "Absent", "Flows", "checked_concordance", "refuse_impossible", "summed"]

Absent = Literal["refuse", "keep", "drop"]
ABSENT = ("refuse", "keep", "drop")
TOLERANCE, ROUNDING = 1e-9, 1e-15
DECIMAL = "DECIMAL(38, 15)"


@dataclass(frozen=True, slots=True)
class Flows:
    """What the table ``staged`` holds.

    Attributes
    ----------
    keys : columns that rows are told apart by. measures : columns that are summed; totals are of the first.
    unit : of the first measure, for messages.
    """

    keys: tuple[str, ...]
    measures: tuple[str, ...]
    unit: str = "US$ million"


def summed(
    on: Desk,
    dataset: str,
    flows: Flows,
    *,
    files: Sequence[str],
    concordances: Mapping[str, pd.DataFrame | None],
    absent: Absent = "refuse",
    notes: Sequence[str] = (),
) -> FlatData:
    """Sum the rows of ``staged`` that are not left out, by key, through a concordance for each key that has one.

    Parameters
    ----------
    concordances : by key, a frame of source, target and weight; None: the key stays as it is.
    absent : what becomes of codes without a target: refused, kept under their own name, or dropped and told.

    Raises
    ------
    DataError : codes without a target, all of them counted; figures that are negative or no numbers; too many rows.
    InputError : a concordance whose weights do not add to one.
    """
    if absent not in ABSENT:
        raise InputError(f"absent is {absent!r}; it may be {', '.join(ABSENT)}")
    refuse_impossible(on, flows)
    tables = {key: frame for key, frame in concordances.items() if frame is not None}
    for key, frame in tables.items():
        _load(on, key, checked_concordance(frame, f"the concordance of {key}s"))
    lost = pd.concat([_without_target(on, flows, key) for key in tables]) if tables else _NOTHING
    if absent == "refuse" and len(lost):
        raise DataError(_refusal(on.called, lost, flows))
    kept, total_kept = _totals(on, flows, "left_out IS NULL", tables if absent == "drop" else ())
    frame = _summed_frame(on, flows, tables, absent, kept)
    total = float(frame[flows.measures[0]].sum())
    if abs(total - total_kept) > TOLERANCE * max(1.0, total_kept) + ROUNDING * max(kept, len(frame)):
        raise DataError(f"{on.called}: the frame adds to {total!r}, the rows to {total_kept!r} {flows.unit}")
    rows, total_read = _totals(on, flows, "true")
    left_out = pd.concat([_left_out(on, flows), lost if absent == "drop" else _NOTHING], ignore_index=True)
    measure = flows.measures[0]
    account = Ledger(tuple(files), rows, kept, measure, total_read, total_kept, total, left_out, tuple(notes))
    return FlatData(dataset, frame, account)


def checked_concordance(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return source, target and weight of a concordance, as text and numbers, weights of a source adding to one.

    Raises
    ------
    InputError : a column that is missing, an empty code, a pair that stands twice, weights that do not add to one.
    """
    missing = [name for name in ("source", "target", "weight") if name not in frame]
    if missing:
        raise InputError(f"{what} has no column '{missing[0]}'; give source, target and weight")
    out = frame[["source", "target", "weight"]].reset_index(drop=True)
    if out[["source", "target"]].isna().any(axis=None) or not len(out):
        raise InputError(f"{what} has an empty code, or no row; each row names a source and a target")
    codes = out[["source", "target"]].astype(str)
    weights = pd.to_numeric(out["weight"], errors="coerce").astype(float)
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise InputError(f"{what} has a weight that is no share; give numbers from 0 to 1")
    if codes.duplicated().any():
        source, target = codes[codes.duplicated()].iloc[0]
        raise InputError(f"{what} has '{source}' to '{target}' twice; once is enough")
    sums = weights.groupby(codes["source"]).sum()
    wrong = sums[(sums - 1.0).abs() > TOLERANCE]
    if len(wrong):
        raise InputError(f"{what}: weights of '{wrong.index[0]}' add to {wrong.iloc[0]:.10g}; they must add to 1")
    return codes.assign(weight=weights)


def refuse_impossible(on: Desk, flows: Flows) -> None:
    """Refuse rows in use whose key or first measure is missing, and measures that are negative or no finite number."""
    for name in flows.keys:
        query = f"SELECT count(*) FROM staged WHERE left_out IS NULL AND {quoted(name)} IS NULL"
        if empty := answers(on, query)[0][0]:
            raise DataError(f"{on.called}: {empty} rows have no {name}; download the file again")
    for place, name in enumerate(flows.measures):
        column = quoted(name)
        missing = f"{column} IS NULL OR" if place == 0 else ""
        wrong = answers(
            on,
            f"SELECT {', '.join(map(quoted, flows.keys))}, {column} AS found FROM staged WHERE left_out IS NULL AND "
            f"({missing} NOT isfinite({column}) OR {column} < 0) ORDER BY ALL LIMIT 1",
        )
        if wrong:
            *row, figure = wrong[0]
            key, found = ", ".join(map(str, row)), "nothing" if figure is None else f"{figure:g}"
            raise DataError(f"{on.called}: {name} of {key} is {found}; a flow is a number from 0 up: mend the file")


_NOTHING = pd.DataFrame({"why": pd.Series(dtype=str), "code": pd.Series(dtype=str), "rows": 0, "total": 0.0})


def _load(on: Desk, key: str, frame: pd.DataFrame) -> None:
    on.con.register("given", frame)
    on.con.execute(f"CREATE OR REPLACE TEMP TABLE {quoted('to_' + key)} AS SELECT * FROM given")
    on.con.unregister("given")


def _joins(keys: Mapping[str, object]) -> str:
    return " ".join(
        f"LEFT JOIN {quoted('to_' + key)} ON staged.{quoted(key)} = {quoted('to_' + key)}.source" for key in keys
    )


def _kept(keys: Mapping[str, object]) -> str:
    return " AND ".join(["left_out IS NULL", *(f"{quoted('to_' + key)}.target IS NOT NULL" for key in keys)])


def _without_target(on: Desk, flows: Flows, key: str) -> pd.DataFrame:
    """List the codes of one key that no row of its concordance names, the largest first."""
    return fetched(
        on,
        f"""SELECT '{key} without a target' AS why, {quoted(key)} AS code, count(*) AS rows,
                   {_total(flows)} AS total
            FROM staged ANTI JOIN {quoted("to_" + key)} AS known ON staged.{quoted(key)} = known.source
            WHERE left_out IS NULL GROUP BY ALL ORDER BY total DESC, code""",
    )


def _summed_frame(
    on: Desk, flows: Flows, tables: Mapping[str, pd.DataFrame], absent: Absent, kept: int
) -> pd.DataFrame:
    if not tables and kept > on.limits.most_rows:
        raise DataError(_too_many(on, kept))
    keys = ", ".join(
        f"coalesce({quoted('to_' + key)}.target, staged.{quoted(key)}) AS {quoted(key)}"
        if key in tables
        else f"staged.{quoted(key)}{'::BIGINT' if key == 'year' else ''} AS {quoted(key)}"
        for key in flows.keys
    )
    share = "".join(f" * coalesce({quoted('to_' + key)}.weight, 1)" for key in tables)
    sums = ", ".join(
        f"CAST(sum(CAST(staged.{quoted(name)}{share} AS {DECIMAL})) AS DOUBLE) AS {quoted(name)}"
        for name in flows.measures
    )
    where = _kept(tables) if absent == "drop" else "left_out IS NULL"
    on.con.execute(
        f"CREATE OR REPLACE TABLE sums AS SELECT {keys}, {sums} FROM staged {_joins(tables)} WHERE {where} GROUP BY ALL"
    )
    rows = answers(on, "SELECT count(*) FROM sums")[0][0]
    if rows > on.limits.most_rows:
        raise DataError(_too_many(on, rows))
    return fetched(on, f"SELECT * FROM sums ORDER BY {', '.join(map(quoted, flows.keys))}")


def _totals(on: Desk, flows: Flows, where: str, known: Iterable[str] = ()) -> tuple[int, float]:
    """Count rows and add their first measure, of keys that concordances know; a row counts once, however split."""
    joins = "".join(
        f" SEMI JOIN {quoted('to_' + key)} AS {quoted('known_' + key)} "
        f"ON staged.{quoted(key)} = {quoted('known_' + key)}.source"
        for key in known
    )
    ((rows, total),) = answers(on, f"SELECT count(*), {_total(flows)} FROM staged{joins} WHERE {where}")
    return int(rows), float(total)


def _left_out(on: Desk, flows: Flows) -> pd.DataFrame:
    return fetched(
        on,
        f"SELECT left_out AS why, '' AS code, count(*) AS rows, {_total(flows)} AS total FROM staged "
        "WHERE left_out IS NOT NULL GROUP BY left_out ORDER BY why",
    )


def _total(flows: Flows) -> str:
    """The sum of the first measure, where it is a number."""
    column = f"staged.{quoted(flows.measures[0])}"
    return f"coalesce(CAST(sum(CASE WHEN isfinite({column}) THEN CAST({column} AS {DECIMAL}) END) AS DOUBLE), 0.0)"


def _refusal(called: str, lost: pd.DataFrame, flows: Flows) -> str:
    parts = []
    for why, codes in lost.groupby("why", sort=False):
        first = ", ".join(
            f"'{code}' ({total:,.6g} {flows.unit})" for code, total in codes[["code", "total"]].values[:5]
        )
        more = f" and {len(codes) - 5} more" if len(codes) > 5 else ""
        parts.append(
            f"{len(codes)} code{'s' * (len(codes) > 1)} of {str(why).split(' ')[0]} without a target: {first}{more}"
        )
    return f"{called}: {'; '.join(parts)}; add them to the concordance, or ask for absent='keep' or 'drop'"


def _too_many(on: Desk, rows: int) -> str:
    return (
        f"{on.called}: the frame would have {rows:,} rows, more than the {on.limits.most_rows:,} allowed; ask for "
        "fewer years (--year), give a concordance, or raise most_rows in the limits"
    )
