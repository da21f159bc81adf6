"""From a CSV file to a concordance; every fault is told with its row and column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from zollverein.case.concordances.concordance import Concordance
from zollverein.case.concordances.judging import ADDS_TO_ONE_WITHIN, CONFIDENCES
from zollverein.case.fault import Fault
from zollverein.case.parsing import Table, parse_table
from zollverein.case.schema import Column, TableSchema
from zollverein.errors import InputError, near_matches

__all__ = ["read_concordance"]

REQUIRED = {"source": "string", "target": "string"}
OPTIONAL = {"weight": "number", "confidence": "string", "note": "string"}
SHOWN = 40


def read_concordance(
    path: Path,
    *,
    name: str = "",
    title: str = "",
    source_classification: str = "",
    target_classification: str = "",
    cited: Sequence[str] = (),
) -> Concordance:
    """Read a concordance from a CSV file with the columns source, target and, if wanted, weight, confidence, note.

    Without weights a source goes whole to its one target. What is not said is taken from the file's name.

    Raises
    ------
    InputError : a file that cannot be read, or is no concordance; every fault with its row and column.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"'{path}' cannot be read: {error.strerror}; check the path") from error
    table, faults = parse_table(raw, path.name, _schema_for(raw))
    if table is not None:
        faults += _row_faults(table)
    if faults or table is None:
        count = f"{len(faults)} fault{'s' * (len(faults) != 1)}"
        lines = [
            f"'{path}' is no concordance, {count}:",
            *(f"  {fault}" for fault in sorted(faults, key=_order)[:SHOWN]),
        ]
        if len(faults) > SHOWN:
            lines.append(f"  and {len(faults) - SHOWN} more")
        raise InputError("\n".join(lines))
    frame = table.frame
    if "weight" not in frame:
        frame = frame.assign(weight=1.0)
    return Concordance(
        name or path.stem,
        title or path.stem,
        source_classification or "codes of the file",
        target_classification or "codes of the file",
        frame.drop(columns="note", errors="ignore"),
        tuple(cited),
    )


def _schema_for(raw: bytes) -> TableSchema:
    """What the file must be: the optional columns are asked for where its header has them."""
    header = raw.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", errors="replace")
    there = {cell.strip().strip('"') for cell in header.split(",")}
    wanted = REQUIRED | {column: kind for column, kind in OPTIONAL.items() if column in there}
    return TableSchema(tuple(Column(column, kind, column, {}) for column, kind in wanted.items()))


def _row_faults(table: Table) -> list[Fault]:
    frame, file = table.frame, table.file
    lines = table.lines.tolist()
    codes = {column: frame[column].fillna("").tolist() for column in REQUIRED}
    mend = "write the code, or drop the row"
    faults = [
        Fault(file, line, column, "empty", "a code", mend)
        for column, cells in codes.items()
        for line, cell in zip(lines, cells, strict=True)
        if not cell
    ]
    first: dict[tuple[str, str], int] = {}
    for line, *pair in zip(lines, codes["source"], codes["target"], strict=True):
        there = first.setdefault((pair[0], pair[1]), line)
        if there != line and all(pair):
            found = f"{pair[0]} to {pair[1]} stands in row {there} already"
            faults.append(Fault(file, line, None, found, "a pair once", "keep one row, their weights added"))
    if "confidence" in frame:
        faults += _word_faults(file, lines, frame["confidence"].fillna("").tolist())
    if "weight" not in frame:
        return faults + _second_targets(file, lines, codes["source"])
    return faults if "weight" in table.bad else faults + _weight_faults(file, lines, codes["source"], frame["weight"])


def _word_faults(file: str, lines: Sequence[int], words: Sequence[str]) -> list[Fault]:
    faults = []
    for line, word in zip(lines, words, strict=True):
        if word and word not in CONFIDENCES:
            near = near_matches(word, CONFIDENCES, 1)
            mend = f"did you mean '{near[0]}'?" if near else "write one of them"
            faults.append(Fault(file, line, "confidence", f"'{word}'", ", ".join(CONFIDENCES), mend))
    return faults


def _second_targets(file: str, lines: Sequence[int], sources: Sequence[str]) -> list[Fault]:
    mend = "add a column weight that says how it is parted"
    return [
        Fault(file, line, "source", f"{source} has a second target", "one", mend)
        for k, (line, source) in enumerate(zip(lines, sources, strict=True))
        if source and source in sources[:k]
    ]


def _weight_faults(file: str, lines: Sequence[int], sources: Sequence[str], weight: pd.Series[float]) -> list[Fault]:
    faults = []
    total: dict[str, float] = {}
    first: dict[str, int] = {}
    for line, source, share in zip(lines, sources, weight.tolist(), strict=True):
        total[source] = total.get(source, 0.0) + share
        first.setdefault(source, line)
        if not share > 0:
            found = "empty" if np.isnan(share) else f"{share:g}"
            faults.append(Fault(file, line, "weight", found, "a number above zero", "mend it, or drop the row"))
    if faults:
        return faults
    mend = "mend them; a third has ten digits or more"
    return [
        Fault(file, first[source], "weight", f"weights of {source} add to {added:.12g}", "1 within 1e-9", mend)
        for source, added in total.items()
        if abs(added - 1.0) > ADDS_TO_ONE_WITHIN
    ]


def _order(fault: Fault) -> tuple[int, str]:
    return fault.row or 0, fault.column or ""
