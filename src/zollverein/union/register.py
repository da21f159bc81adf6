"""Barriers with a history that only grows: what stood on a day, as far as it was known on another."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from zollverein.errors import UnionError, UnknownNameError
from zollverein.given import framed
from zollverein.union.checks import as_days

__all__ = ["STANDING", "STATUSES", "Register", "as_timestamp", "pairs_of"]

BARRIER_COLUMNS = (
    "barrier", "imposing", "affected", "hs_chapters", "mast_chapter", "kind", "freedom", "principle", "source",
    "confidence",
)  # fmt: skip
EVENT_COLUMNS = ("event", "barrier", "happened", "recorded", "status", "remaining", "source", "confidence")
STATUSES = ("announced", "reported", "under_review", "confirmed", "contested", "removed", "recurred")
# A contested barrier stands until somebody rules; an announced one does not stand yet.
STANDING = frozenset({"reported", "under_review", "confirmed", "contested", "recurred"})


@dataclass(frozen=True, eq=False)
class Register:
    """Barriers and what became of them; build it with `Register.from_tables`.

    Attributes
    ----------
    barriers : one row each: who against whom, products, measure, freedom. events : their history, oldest first.
    """

    barriers: pd.DataFrame = field(repr=False)
    events: pd.DataFrame = field(repr=False)

    @classmethod
    def from_tables(cls, barriers: pd.DataFrame, events: pd.DataFrame) -> Register:
        """Build from two tables.

        Parameters
        ----------
        barriers : barrier, imposing and affected (``;``-lists of countries; ``members``: all others; ``third``: none of
            the union), hs_chapters, mast_chapter, kind, freedom, principle, source, confidence.
        events : event, barrier, happened (or empty: not known), recorded, status, remaining (share that still stands;
            empty: as before, and all of it at first), source, confidence.

        Raises
        ------
        UnionError : every fault at once: a column, a status, an event of no barrier, one known before it happened.
        """
        frames = {"barriers": framed("barriers", barriers, UnionError), "events": framed("events", events, UnionError)}
        for name, needed in (("barriers", BARRIER_COLUMNS), ("events", EVENT_COLUMNS)):
            missing = [c for c in needed if c not in frames[name].columns]
            if missing:
                raise UnionError(f"table {name} lacks the column {missing[0]}; needed are {', '.join(needed)}")
        faults: list[str] = []
        told = frames["events"].reset_index(drop=True)
        told = told.assign(**{c: as_days("events", told, c, faults) for c in ("happened", "recorded")})
        remaining = pd.to_numeric(told["remaining"], errors="coerce")
        unread = remaining.isna() & told["remaining"].notna()
        faults += [f"table events, row {k + 1}: remaining is no number" for k in np.flatnonzero(unread)]
        told = told.assign(remaining=remaining)
        faults += [*_faults_of_events(told, list(frames["barriers"]["barrier"]))]
        if faults:
            raise UnionError("the register has faults: " + "; ".join(faults))
        told = told.assign(on=told["happened"].fillna(told["recorded"]))
        ordered = told.sort_values(["on", "recorded"], kind="stable", ignore_index=True)
        return cls(frames["barriers"].reset_index(drop=True), ordered)

    def known(self, as_of: date | str | None) -> Register:
        """Return the register as it stood on a day: later records are taken away; None: all that is known."""
        if as_of is None:
            return self
        events = self.events[self.events["recorded"] <= as_timestamp(as_of)]
        barriers = self.barriers[self.barriers["barrier"].isin(events["barrier"])]
        return Register(barriers.reset_index(drop=True), events.reset_index(drop=True))

    def history(self, barrier: str) -> pd.DataFrame:
        """Return every event of a barrier, oldest first, conflicting ones side by side.

        Raises
        ------
        UnknownNameError : no such barrier.
        """
        if barrier not in set(self.barriers["barrier"]):
            raise UnknownNameError("barrier", barrier, self.barriers["barrier"], "table barriers")
        return self.events[self.events["barrier"] == barrier].drop(columns="on").reset_index(drop=True)

    def state(self, on: date | str) -> pd.DataFrame:
        """Return every barrier with its state on a day.

        Columns of ``barriers``, and status (the last word by then; empty before any), since, remaining (0 where it does
        not stand), opened (its first day), conflict (one source's last word is
        that it stands when another's is that it is gone), evidence (number of sources).
        """
        day = as_timestamp(on)
        # Its last day is still a day on which a barrier stands.
        ends_today = (self.events["on"] == day) & (self.events["status"] == "removed")
        events = self.events[(self.events["on"] <= day) & ~ends_today]
        last = events.assign(remaining=_carried(events)).groupby("barrier", sort=False).last()
        state = self.barriers.set_index("barrier", drop=False)
        state = state.assign(
            status=last["status"].reindex(state.index).fillna(""),
            since=last["on"].reindex(state.index),
            remaining=last["remaining"].reindex(state.index).fillna(0.0),
            opened=self._opened.reindex(state.index),
        )
        words = events.groupby(["barrier", "source"], sort=False)[["status", "on"]].last().reset_index("source")
        sources = words.groupby(level="barrier")
        return state.assign(
            remaining=state["remaining"].where(state["status"].isin(STANDING), 0.0),
            conflict=_contradicted(words).reindex(state.index).eq(True),
            evidence=sources.size().reindex(state.index).fillna(0).astype(int),
        ).reset_index(drop=True)

    def in_force(self, on: date | str) -> pd.DataFrame:
        """Return the barriers that stand on a day, as `state` tells them."""
        state = self.state(on)
        return state[state["remaining"] > 0].reset_index(drop=True)

    def between(self, state: pd.DataFrame, countries: Sequence[str]) -> pd.DataFrame:
        """Return the rows of a state whose barriers one of some countries imposes on another of them."""
        mine = [bool(pairs_of(row, countries)) for row in state.to_dict("records")]
        return state[np.array(mine, dtype=bool)].reset_index(drop=True)

    @cached_property
    def _opened(self) -> pd.Series[pd.Timestamp]:
        return self.events[self.events["status"].isin(STANDING)].groupby("barrier")["on"].min()


def _contradicted(words: pd.DataFrame) -> pd.Series[bool]:
    """Whether one source's last word is that a barrier stands, on or after the day on which another says it went.

    What was said before the end does not contradict it, nor does a return.
    """
    standing = words[words["status"].isin(STANDING - {"recurred"})].groupby(level="barrier")["on"].max()
    gone = words[words["status"] == "removed"].groupby(level="barrier")["on"].min()
    both = standing.index.intersection(gone.index)
    return standing[both] >= gone[both]


def pairs_of(row: Mapping[Hashable, Any], countries: Sequence[str]) -> list[tuple[str, str]]:
    """Return (imposing, affected) pairs of a barrier among some countries; ``members`` are all others."""
    imposing, affected = (_parties(row[key], countries) for key in ("imposing", "affected"))
    return [(i, a) for i in imposing for a in affected if i != a]


def _parties(cell: object, countries: Sequence[str]) -> list[str]:
    named = [part.strip() for part in (cell if isinstance(cell, str) else "").split(";")]
    return list(countries) if "members" in named else [c for c in countries if c in named]


def as_timestamp(day: object) -> pd.Timestamp:
    """Return a day, without its time or zone.

    Raises
    ------
    UnionError : it is none.
    """
    found = pd.to_datetime(str(day), errors="coerce", format="ISO8601", utc=True)
    if isinstance(day, int | float) or pd.isna(found):
        raise UnionError(f"{day!r:.60} is no day; give one such as '2023-05-24'")
    return pd.Timestamp(found).tz_localize(None).normalize()


def _carried(events: pd.DataFrame) -> pd.Series[float]:
    """What still stands after each event: all at first and where it recurred, as before where nothing is said."""
    anew = ~events["barrier"].duplicated() | (events["status"] == "recurred")
    told = events["remaining"].where(events["remaining"].notna() | ~anew, 1.0)
    return told.groupby(events["barrier"]).ffill()


def _faults_of_events(events: pd.DataFrame, barriers: Sequence[str]) -> list[str]:
    faults = []
    for number, row in enumerate(events.to_dict("records"), start=1):
        where = f"table events, row {number} ({row['event']})"
        if row["barrier"] not in set(barriers):
            faults.append(f"{where}: no barrier '{row['barrier']}'; add it to barriers, or mend the name")
        if row["status"] not in STATUSES:
            faults.append(f"{where}: status is '{row['status']}'; allowed are {', '.join(STATUSES)}")
        if pd.isna(row["recorded"]):
            faults.append(f"{where}: recorded is empty; give the day from which it is known")
        elif pd.notna(row["happened"]) and row["happened"] > row["recorded"]:
            faults.append(
                f"{where}: recorded on {row['recorded']:%Y-%m-%d}, before it happened on {row['happened']:%Y-%m-%d}"
            )
        if pd.notna(row["remaining"]) and not 0.0 <= row["remaining"] <= 1.0:
            faults.append(f"{where}: remaining is {row['remaining']}; allowed is a share, 0 to 1")
    repeated = events["event"][events["event"].duplicated()]
    faults += [f"table events: '{key}' stands there twice; give each its own" for key in dict.fromkeys(repeated)]
    silent = [b for b in dict.fromkeys(barriers) if b not in set(events["barrier"])]
    faults += [f"table barriers: '{key}' has no event; record one, or take its row out" for key in silent]
    return faults
