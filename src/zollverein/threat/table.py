"""From a table of threats, and the events that some of them rest on, to threats with their uncertainty."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from zollverein.errors import ThreatError, UnknownNameError
from zollverein.given import framed
from zollverein.threat.fitting import fitted_duration, fitted_frequency, fitted_severity
from zollverein.threat.kinds import Duration, Frequency, Severity, Threat

__all__ = ["observed_days", "threats_from_table"]

DAYS_PER_YEAR = 365.0
COLUMNS = (
    "hazard", "kind", "targets", "basis", "events", "observed_from", "observed_to", "rate_per_year", "rate_events",
    "median_days", "spread_factor", "losses", "loss_weights", "units", "also", "source",
)  # fmt: skip
EVENT_COLUMNS = ("event", "start", "end", "units_lost", "share_lost", "applied")
BASES = ("history", "judgement")


def threats_from_table(hazards: pd.DataFrame, events: pd.DataFrame) -> tuple[Threat, ...]:
    """Return threats: those of history fitted to their events, those of judgement as they are judged.

    Parameters
    ----------
    hazards : hazard, kind, targets (``;``-list), basis (history or judgement), units (whether losses are), also
        (``target:probability:share``, ``;``-list), source; of history: events (``;``-list, several that were one joined
        by ``+``), observed_from, observed_to; of judgement: rate_per_year, rate_events (how many events' worth of
        knowledge the rate is), median_days, spread_factor (of which one standard deviation makes a duration longer or
        shorter), losses and loss_weights (``;``-lists).
    events : event, start, end (first day back; empty: it still runs), units_lost, share_lost, applied.

    Raises
    ------
    ThreatError : every row that makes no threat, with what it lacks. UnknownNameError : an event that is not there.
    """
    table, told = framed("hazards", hazards, ThreatError), framed("events", events, ThreatError)
    for name, frame, needed in (("hazards", table, COLUMNS), ("events", told, EVENT_COLUMNS)):
        missing = [c for c in needed if c not in frame.columns]
        if missing:
            raise ThreatError(f"table {name} lacks the column {missing[0]}; needed are {', '.join(needed)}")
    threats, faults = [], []
    for number, row in enumerate(table.to_dict("records"), start=1):
        try:
            threats.append(_threat(row, told))
        except ThreatError as error:
            faults.append(f"table hazards, row {number} ({row['hazard']}): {error}")
    if faults:
        raise ThreatError("; ".join(faults))
    return tuple(threats)


def observed_days(hazards: pd.DataFrame, events: pd.DataFrame) -> dict[str, list[float]]:
    """Return, for each threat of history, the days of the events that it rests on."""
    mine = hazards[hazards["basis"] == "history"]
    return {str(row["hazard"]): [days for days, _, _ in _seen(row, events)] for row in mine.to_dict("records")}


def _threat(row: Mapping[Hashable, Any], events: pd.DataFrame) -> Threat:
    if row["basis"] not in BASES:
        raise ThreatError(f"basis is {row['basis']!r}; allowed are {' and '.join(BASES)}")
    units = _flag(row["units"])
    frequency, duration, severity = (
        _of_history(row, events, units) if row["basis"] == "history" else _of_judgement(row, units)
    )
    return Threat(
        str(row["hazard"]), str(row["kind"]), tuple(_parts(row["targets"])), frequency, duration, severity,
        tuple(_also(part) for part in _parts(row["also"])), row["basis"], str(row["source"]),
    )  # fmt: skip


def _of_history(row: Mapping[Hashable, Any], events: pd.DataFrame, units: bool) -> tuple[Frequency, Duration, Severity]:
    seen = _seen(row, events)
    first, last = (pd.to_datetime(row[c], errors="coerce") for c in ("observed_from", "observed_to"))
    if pd.isna(first) or pd.isna(last) or last <= first:
        raise ThreatError(
            f"it was observed from {row['observed_from']} to {row['observed_to']}; give two days in order"
        )
    years = ((last - first).days + 1) / DAYS_PER_YEAR
    column = 1 if units else 0
    losses = [loss[column] for _, _, loss in seen if np.isfinite(loss[column])]
    if len(losses) < len(seen):
        lacking = "units_lost" if units else "share_lost"
        raise ThreatError(f"{len(seen) - len(losses)} of its events state no {lacking}; complete them, or judge it")
    duration = fitted_duration([days for days, _, _ in seen], [over for _, over, _ in seen])
    return fitted_frequency(len(seen), years), duration, fitted_severity(losses, units=units)


def _of_judgement(row: Mapping[Hashable, Any], units: bool) -> tuple[Frequency, Duration, Severity]:
    numbers = {}
    for column in ("rate_per_year", "rate_events", "median_days", "spread_factor"):
        value = pd.to_numeric(row[column], errors="coerce")
        if not (np.isfinite(value) and value > (1.0 if column == "spread_factor" else 0.0)):
            raise ThreatError(f"{column} is {row[column]!r}; of a judgement it is a number above "
                              f"{1 if column == 'spread_factor' else 0}")  # fmt: skip
        numbers[column] = float(value)
    events = numbers["rate_events"]
    frequency = Frequency(events, events / numbers["rate_per_year"])
    duration = Duration(float(np.log(numbers["median_days"])), float(np.log(np.log(numbers["spread_factor"]))))
    losses, weights = ([_number(part, c) for part in _parts(row[c])] for c in ("losses", "loss_weights"))
    return frequency, duration, Severity(tuple(losses), tuple(weights), units)


def _seen(row: Mapping[Hashable, Any], events: pd.DataFrame) -> list[tuple[float, bool, tuple[float, float]]]:
    """Of each event: its days, whether it is over, and the largest share and units that it took."""
    by_name = {str(event["event"]): event for event in events.to_dict("records")}
    named = _parts(row["events"])
    if not named:
        raise ThreatError("it rests on history and names no event; name some, or judge it")
    out = []
    for joined in named:
        parts = [part.strip() for part in joined.split("+")]
        for part in parts:
            if part not in by_name:
                raise UnknownNameError("event", part, by_name, f"table hazards, {row['hazard']}")
            if not _flag(by_name[part]["applied"]):
                raise ThreatError(f"event {part} took nothing (applied is false), so that it is no such event")
        out.append(_joined([by_name[part] for part in parts], row))
    return out


def _joined(
    events: Sequence[Mapping[Hashable, Any]], row: Mapping[Hashable, Any]
) -> tuple[float, bool, tuple[float, float]]:
    begins = min(pd.Timestamp(event["start"]) for event in events)
    over = all(pd.notna(event["end"]) for event in events)
    ends = max(pd.Timestamp(event["end"]) for event in events) if over else pd.Timestamp(row["observed_to"])
    share, units = (
        max((float(event[c]) for event in events if pd.notna(event[c])), default=np.nan)
        for c in ("share_lost", "units_lost")
    )
    return float((ends - begins).days), over, (share, units)


def _also(part: str) -> tuple[str, float, float]:
    target, *numbers = part.split(":")
    if len(numbers) != 2:
        raise ThreatError(f"also is '{part}'; write target:probability:share")
    return target.strip(), _number(numbers[0], "also"), _number(numbers[1], "also")


def _number(text: str, column: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ThreatError(f"{column} holds '{text}', which is no number") from None


def _parts(cell: object) -> list[str]:
    text = cell if isinstance(cell, str) else "" if cell is None or pd.isna(cell) else f"{cell:g}"  # type: ignore[call-overload]
    return [part.strip() for part in text.split(";") if part.strip()]


def _flag(cell: object) -> bool:
    return cell is True or str(cell).lower() == "true"
