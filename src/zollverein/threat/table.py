"""From a table of threats, and the events that some of them rest on, to threats with their uncertainty."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from zollverein.errors import ThreatError
from zollverein.given import framed
from zollverein.threat.fitting import fitted_duration, fitted_frequency, fitted_severity
from zollverein.threat.kinds import Duration, Frequency, Severity, Threat
from zollverein.threat.targets import BarrierTarget, Target, target_of
from zollverein.threat.told import Seen, Told, flag, parts_of, require_columns, window_of, years_of

__all__ = ["observed_days", "observed_years", "threats_from_table"]

COLUMNS = (
    "hazard", "kind", "targets", "basis", "events", "observed_from", "observed_to", "rate_per_year", "rate_events",
    "median_days", "spread_factor", "losses", "loss_weights", "units", "also", "source",
)  # fmt: skip
BASES = ("history", "judgement")


def threats_from_table(
    hazards: pd.DataFrame, events: pd.DataFrame, barriers: pd.DataFrame | None = None
) -> tuple[Threat, ...]:
    """Return threats: those of history fitted to their events, those of judgement as they are judged.

    Parameters
    ----------
    hazards : hazard, kind, targets (``;``-list, each as `target_of` reads it), basis (history or judgement), units
        (whether losses are), also (``target:probability:share``, ``;``-list), source; of history: events (``;``-list,
        several that were one joined by ``+``), observed_from, observed_to; of judgement: rate_per_year, rate_events
        (how many events' worth of knowledge the rate is), median_days, spread_factor (of which one standard deviation
        makes a duration longer or shorter), losses and loss_weights (``;``-lists). May have events_of (events or
        barriers: the table that its events stand in; empty: events) and cuts (see `Threat`).
    events : event, start, end (first day back; empty: it still runs), units_lost, share_lost, applied.
    barriers : episode, exporter, importer, start, end (first day without it; empty: not known to be gone), seen (last
        day on which it is known to stand), share (of the pair's goods that it holds up).

    Raises
    ------
    ThreatError : every row that makes no threat, with what it lacks. UnknownNameError : an event that is not there.
    """
    told = Told.of(events, barriers)
    table = framed("hazards", hazards, ThreatError)
    require_columns("hazards", table, COLUMNS)
    threats, faults = [], []
    for number, row in enumerate(table.to_dict("records"), start=1):
        try:
            threats.append(_threat(row, told))
        except ThreatError as error:
            faults.append(f"table hazards, row {number} ({row['hazard']}): {error}")
    if faults:
        raise ThreatError("; ".join(faults))
    return tuple(threats)


def observed_days(
    hazards: pd.DataFrame, events: pd.DataFrame, barriers: pd.DataFrame | None = None
) -> dict[str, list[float]]:
    """Return, for each threat of history, the days of the events that it rests on; of running ones those seen."""
    told, mine = Told.of(events, barriers), hazards[hazards["basis"] == "history"]
    return {
        str(row["hazard"]): [seen.days for seen in told.seen(row, _targets(row))] for row in mine.to_dict("records")
    }


def observed_years(hazards: pd.DataFrame) -> dict[str, float]:
    """Return, for each threat of history, the years over which its events were looked for."""
    mine = hazards[hazards["basis"] == "history"]
    return {str(row["hazard"]): years_of(*window_of(row)) for row in mine.to_dict("records")}


def _threat(row: Mapping[Hashable, Any], told: Told) -> Threat:
    if row["basis"] not in BASES:
        raise ThreatError(f"basis is {row['basis']!r}; allowed are {' and '.join(BASES)}")
    targets = _targets(row)
    units, raised = flag(row["units"]), all(isinstance(target, BarrierTarget) for target in targets)
    frequency, duration, severity = (
        _of_history(row, told.seen(row, targets), units, raised)
        if row["basis"] == "history"
        else _of_judgement(row, units, raised)
    )
    return Threat(
        str(row["hazard"]), str(row["kind"]), targets, frequency, duration, severity,
        tuple(_also(part) for part in parts_of(row["also"])), row["basis"], str(row["source"]),
        flag(row.get("cuts")),
    )  # fmt: skip


def _targets(row: Mapping[Hashable, Any]) -> tuple[Target, ...]:
    return tuple(target_of(part) for part in parts_of(row["targets"]))


def _of_history(
    row: Mapping[Hashable, Any], seen: Sequence[Seen], units: bool, raised: bool
) -> tuple[Frequency, Duration, Severity]:
    years = years_of(*window_of(row))
    losses = [loss for one in seen if np.isfinite(loss := one.units if units else one.share)]
    if len(losses) < len(seen):
        lacking = "units_lost" if units else "share_lost"
        raise ThreatError(f"{len(seen) - len(losses)} of its events state no {lacking}; complete them, or judge it")
    duration = fitted_duration([one.days for one in seen], [one.over for one in seen])
    return fitted_frequency(len(seen), years), duration, fitted_severity(losses, units=units, raised=raised)


def _of_judgement(row: Mapping[Hashable, Any], units: bool, raised: bool) -> tuple[Frequency, Duration, Severity]:
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
    losses, weights = ([_number(part, c) for part in parts_of(row[c])] for c in ("losses", "loss_weights"))
    return frequency, duration, Severity(tuple(losses), tuple(weights), units, raised)


def _also(part: str) -> tuple[Target, float, float]:
    # A target may hold a colon of its own.
    target, *numbers = part.rsplit(":", 2)
    if len(numbers) != 2:
        raise ThreatError(f"also is '{part}'; write target:probability:share")
    return target_of(target), _number(numbers[0], "also"), _number(numbers[1], "also")


def _number(text: str, column: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ThreatError(f"{column} holds '{text}', which is no number") from None
