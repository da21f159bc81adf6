"""What is told of the events that a threat rests on: outages of the network, or times that barriers stood."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from zollverein.errors import ThreatError, UnknownNameError
from zollverein.given import framed
from zollverein.threat.targets import BarrierTarget, Target

__all__ = ["Seen", "Told", "flag", "parts_of", "require_columns", "window_of", "years_of"]

DAYS_PER_YEAR = 365.0
EVENT_COLUMNS = ("event", "start", "end", "units_lost", "share_lost", "applied")
BARRIER_COLUMNS = ("episode", "exporter", "importer", "start", "end", "seen", "share")
TABLES = ("events", "barriers")
DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """One event as it was seen: its days, whether it is over, and the largest share and units that it took."""

    days: float
    over: bool
    share: float
    units: float


@dataclass(frozen=True, slots=True)
class _Event:
    """One row: its first day, first day after (or none), last day on which it is known to run, and what it took."""

    start: pd.Timestamp
    end: pd.Timestamp | None
    seen: pd.Timestamp | None
    share: float
    units: float


@dataclass(frozen=True)
class Told:
    """The tables of events and of barriers' episodes; build it with `Told.of`."""

    events: Mapping[str, Mapping[Hashable, Any]] = field(repr=False)
    # The rows of each episode.
    barriers: Mapping[str, Sequence[Mapping[Hashable, Any]]] | None = field(repr=False)

    @classmethod
    def of(cls, events: pd.DataFrame, barriers: pd.DataFrame | None) -> Told:
        """Build from frames; see `threats_from_table`.

        Raises
        ------
        ThreatError : a column is missing.
        """
        told = framed("events", events, ThreatError)
        require_columns("events", told, EVENT_COLUMNS)
        by_name = {str(event["event"]): event for event in told.to_dict("records")}
        stood = None if barriers is None else framed("barriers", barriers, ThreatError)
        if stood is not None:
            require_columns("barriers", stood, BARRIER_COLUMNS)
        return cls(by_name, None if stood is None else _by_episode(stood))

    def seen(self, row: Mapping[Hashable, Any], targets: Sequence[Target]) -> list[Seen]:
        """Return what is told of each event that a row of hazards names.

        Raises
        ------
        ThreatError : it names none, or one that took nothing, has no day, or began when nobody looked.
        UnknownNameError : an event that is not there.
        """
        table = row.get("events_of")
        table = TABLES[0] if table is None or pd.isna(table) or table == "" else table
        if table not in TABLES:
            raise ThreatError(f"events_of is {table!r}; allowed are {' and '.join(TABLES)}")
        named = parts_of(row["events"])
        if not named:
            raise ThreatError("it rests on history and names no event; name some, or judge it")
        first, last = window_of(row)
        out = []
        for joined in named:
            names = [part.strip() for part in joined.split("+")]
            events = [
                self._outage(name, row) if table == TABLES[0] else self._episode(name, row, targets) for name in names
            ]
            for name, event in zip(names, events, strict=True):
                if not first <= event.start <= last:
                    raise ThreatError(
                        f"event {name} began on {event.start:%Y-%m-%d}, outside {first:%Y-%m-%d} to {last:%Y-%m-%d}; "
                        f"leave it out, or look over a longer time"
                    )
            out.append(_joined(events, last))
        return out

    def _outage(self, name: str, row: Mapping[Hashable, Any]) -> _Event:
        if name not in self.events:
            raise UnknownNameError("event", name, self.events, f"table hazards, {row['hazard']}")
        event = self.events[name]
        if not flag(event["applied"]):
            raise ThreatError(f"event {name} took nothing (applied is false), so that it is no such event")
        end = pd.Timestamp(event["end"]) if pd.notna(event["end"]) else None
        share, units = (float(event[c]) if pd.notna(event[c]) else np.nan for c in ("share_lost", "units_lost"))
        return _Event(pd.Timestamp(event["start"]), end, None, share, units)

    def _episode(self, name: str, row: Mapping[Hashable, Any], targets: Sequence[Target]) -> _Event:
        if self.barriers is None:
            raise ThreatError("it rests on barriers and no table of them is given; give one, or judge it")
        mine = self.barriers.get(name, ())
        if not mine:
            raise UnknownNameError("barrier", name, self.barriers, f"table hazards, {row['hazard']}")
        pairs = [pair for target in targets if isinstance(target, BarrierTarget) for pair in target.pairs]
        met = [(stood["exporter"], stood["importer"]) for stood in mine]
        mine = [stood for stood, pair in zip(mine, met, strict=True) if pair in pairs]
        if not mine:
            raise ThreatError(
                f"barrier {name} meets {', '.join(f'{a}-{b}' for a, b in met)}, and none of the targets "
                f"{', '.join(map(str, targets))}; name another, or mend the targets"
            )
        start, end, seen = (pd.Timestamp(mine[0][c]) for c in ("start", "end", "seen"))
        if pd.isna(start):
            raise ThreatError(f"no source tells the day on which barrier {name} was raised; leave it out")
        share = float(pd.Series([stood["share"] for stood in mine]).max())
        return _Event(start, None if pd.isna(end) else end, seen, share, np.nan)


def _by_episode(stood: pd.DataFrame) -> dict[str, list[Mapping[Hashable, Any]]]:
    rows: dict[str, list[Mapping[Hashable, Any]]] = {}
    for row in stood[list(BARRIER_COLUMNS)].to_dict("records"):
        rows.setdefault(row["episode"], []).append(row)
    return rows


def _joined(events: Sequence[_Event], last: pd.Timestamp) -> Seen:
    """Several events as the one that they were, seen up to a last day."""
    begins = min(event.start for event in events)
    reaches = [
        event.end if event.end is not None else last if event.seen is None else min(event.seen + DAY, last)
        for event in events
    ]
    shares = [event.share for event in events if np.isfinite(event.share)]
    units = [event.units for event in events if np.isfinite(event.units)]
    days = float(max((max(reaches) - begins).days, 1))
    over = all(event.end is not None for event in events)
    return Seen(days, over, max(shares, default=np.nan), max(units, default=np.nan))


def window_of(row: Mapping[Hashable, Any]) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last day on which events of a hazard were looked for.

    Raises
    ------
    ThreatError : one is no day, or they are out of order.
    """
    first, last = (pd.to_datetime(row[c], errors="coerce") for c in ("observed_from", "observed_to"))
    if pd.isna(first) or pd.isna(last) or last <= first:
        raise ThreatError(
            f"it was observed from {row['observed_from']} to {row['observed_to']}; give two days in order"
        )
    return pd.Timestamp(first), pd.Timestamp(last)


def years_of(first: pd.Timestamp, last: pd.Timestamp) -> float:
    """Return the years between two days, both included."""
    return ((last - first).days + 1) / DAYS_PER_YEAR


def require_columns(name: str, frame: pd.DataFrame, needed: Sequence[str]) -> None:
    """Raise `ThreatError` unless a table has the columns."""
    missing = [c for c in needed if c not in frame.columns]
    if missing:
        raise ThreatError(f"table {name} lacks the column {missing[0]}; needed are {', '.join(needed)}")


def parts_of(cell: object) -> list[str]:
    """Return the parts of a ``;``-list."""
    text = cell if isinstance(cell, str) else "" if cell is None or pd.isna(cell) else f"{cell:g}"  # type: ignore[call-overload]
    return [part.strip() for part in text.split(";") if part.strip()]


def flag(cell: object) -> bool:
    """Return whether a cell says true."""
    return cell is True or str(cell).lower() == "true"
