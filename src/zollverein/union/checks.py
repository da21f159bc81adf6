"""What must hold of a union's tables before anything is asked of them; every fault is told at once."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from zollverein.errors import UnionError
from zollverein.given import framed
from zollverein.union.weights import DIMENSIONS, FREEDOMS, KINDS, MEASURES, STANDINGS

__all__ = ["NEEDED", "chapters_of", "checked", "refuse_barriers"]

NEEDED = {
    "agreements": ("agreement", "in_force", "ended"),
    "memberships": ("agreement", "country", "side", "valid_from", "valid_to", "status", "share", "dimension"),
    "provisions": ("agreement", "dimension", "degree"),
    "promises": ("agreement", "promise", "kind", "promised"),
    "coverage": ("exporter", "importer", "hs_chapter", "share"),
}
DAYS = {"agreements": ("in_force", "ended"), "memberships": ("valid_from", "valid_to")}
SHARES = {"memberships": ("share",), "provisions": ("degree",), "promises": ("promised",), "coverage": ("share",)}
SHOWN = 12


def checked(name: str, given: Any) -> pd.DataFrame:
    """Return a table of a union: its columns there, its days days, its shares numbers from 0 to 1; None: no rows.

    Raises
    ------
    UnionError : what is wrong, every row of it.
    """
    if given is None:
        return pd.DataFrame(columns=list(NEEDED[name]))
    frame = framed(name, given, UnionError).reset_index(drop=True)
    missing = [c for c in NEEDED[name] if c not in frame.columns]
    if missing:
        raise UnionError(f"table {name} lacks the column {missing[0]}; needed are {', '.join(NEEDED[name])}")
    faults: list[str] = []
    for column in DAYS.get(name, ()):
        frame[column] = as_days(name, frame, column, faults)
    for column in SHARES.get(name, ()):
        value = pd.to_numeric(frame[column], errors="coerce")
        wrong = (value.isna() & frame[column].notna()) | (value < 0) | (value > 1)
        faults += _told(name, frame, column, wrong, "a number from 0 to 1")
        frame[column] = value
    if name == "memberships":
        faults += _of_memberships(frame)
    if name == "provisions":
        faults += _told(name, frame, "dimension", ~frame["dimension"].isin(DIMENSIONS), ", ".join(DIMENSIONS))
    _refuse(faults)
    return frame


def as_days(name: str, frame: pd.DataFrame, column: str, faults: list[str]) -> pd.Series[pd.Timestamp]:
    """Return a column as days, without a time or a zone; what is none is added to the faults."""
    days = pd.to_datetime(frame[column], errors="coerce", utc=True).dt.tz_localize(None).dt.normalize()
    faults += _told(name, frame, column, days.isna() & frame[column].notna(), "a day such as 2015-01-01, or nothing")
    return days


def _of_memberships(frame: pd.DataFrame) -> Iterator[str]:
    yield from _told("memberships", frame, "status", ~frame["status"].isin(list(STANDINGS)), ", ".join(STANDINGS))
    exempt = frame["status"] == "exemption"
    yield from _told(
        "memberships", frame, "share", exempt & frame["share"].isna(), "of an exemption, a share from 0 to 1"
    )
    named = [{p.strip() for p in c.split(";")} if isinstance(c, str) else set() for c in frame["dimension"]]
    strange = pd.Series([bool(parts - set(DIMENSIONS)) for parts in named], index=frame.index, dtype=bool)
    yield from _told("memberships", frame, "dimension", strange, "; ".join(DIMENSIONS))
    sides = frame[~exempt].assign(side=frame["side"].fillna("")).groupby(["agreement", "country"])["side"].nunique()
    for agreement, country in sides.index[sides > 1]:
        yield f"table memberships: {country} is on two sides of {agreement}; put it on one"


def refuse_barriers(
    barriers: pd.DataFrame, members: Collection[str] | None, principles: Collection[str] | None
) -> None:
    """Raise unless every barrier stands between members, and its words and codes are known.

    Parameters
    ----------
    members : all that ever were members; None: not judged. principles : that the treaty names; None: not judged.

    Raises
    ------
    UnionError : every fault of every row.
    """
    faults = []
    for row in barriers.to_dict("records"):
        faults += [f"table barriers, {row['barrier']}: {fault}" for fault in _of_barrier(row, members, principles)]
    repeated = barriers["barrier"][barriers["barrier"].duplicated()]
    faults += [f"table barriers: '{key}' stands there twice; keep one" for key in dict.fromkeys(repeated)]
    _refuse(faults)


def _of_barrier(
    row: Mapping[Hashable, Any], members: Collection[str] | None, principles: Collection[str] | None
) -> Iterator[str]:
    for column in ("imposing", "affected"):
        named = _parts(row[column])
        strange = [] if members is None else [c for c in named if c not in {*members, "members", "third"}]
        if strange:
            yield f"{column} names {', '.join(strange)}, never a member; a barrier stands between members"
        if not named:
            yield f"{column} is empty; name countries, or members"
    if _parts(row["imposing"]) == _parts(row["affected"]) != ["members"]:
        yield f"{row['imposing']} imposes it on itself; mend one of the two"
    if row["kind"] not in KINDS:
        yield f"kind is {row['kind']!r}; allowed are {', '.join(KINDS)}"
    if isinstance(row["mast_chapter"], str) and row["mast_chapter"] not in MEASURES:
        yield f"mast_chapter is '{row['mast_chapter']}'; allowed is a letter from A to P, or nothing"
    strange = [f for f in _parts(row["freedom"]) if f not in FREEDOMS]
    if strange or not _parts(row["freedom"]):
        yield f"freedom is {row['freedom']!r}; allowed are {', '.join(FREEDOMS)}, parted by semicolons"
    unknown = [] if principles is None else [p for p in _parts(row["principle"]) if p not in principles]
    if unknown:
        yield f"principle is '{unknown[0]}'; the treaty names {', '.join(sorted(principles or ())) or 'none'}"
    try:
        chapters_of(row["hs_chapters"])
    except UnionError as error:
        yield str(error)


def chapters_of(cell: object) -> list[str] | None:
    """Return the HS chapters of a cell such as ``02;04-06``; None for all of them, no chapter for ``services``.

    Raises
    ------
    UnionError : a chapter that does not exist, or a span that runs backwards.

    >>> chapters_of("02;04-06"), chapters_of("all"), chapters_of("services")
    (['02', '04', '05', '06'], None, [])
    """
    parts = _parts(cell)
    if not parts or "all" in parts:
        return None
    out: list[str] = []
    for part in (p for p in parts if p != "services"):
        first, dash, last = (p.strip() for p in part.partition("-"))
        ends = (first, last if dash else first)
        if (
            not all(len(e) == 2 and e.isdecimal() and 1 <= int(e) <= 97 and e != "77" for e in ends)
            or ends[0] > ends[1]
        ):
            raise UnionError(
                f"hs_chapters has '{part}'; allowed are chapters 01 to 97 without 77, spans such as 04-08, all, or "
                f"services"
            )
        out += [f"{k:02d}" for k in range(int(ends[0]), int(ends[1]) + 1) if k != 77]
    return list(dict.fromkeys(out))


def _parts(cell: object) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()] if isinstance(cell, str) else []


def _told(name: str, frame: pd.DataFrame, column: str, wrong: pd.Series[bool], allowed: str) -> list[str]:
    return [
        f"table {name}, row {k + 1}: {column} is '{frame[column].iloc[k]!s:.60}'; allowed is {allowed}"
        for k in map(int, np.flatnonzero(wrong.to_numpy(dtype=bool)))
    ]


def _refuse(faults: list[str]) -> None:
    if faults:
        more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise UnionError("; ".join(faults[:SHOWN]) + more)
