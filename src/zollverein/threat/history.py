"""From a table of past events to the losses of capacity that they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from zollverein.errors import InputError, UnknownNameError

__all__ = ["Incident", "outages_from_events"]

COLUMNS = ("event", "target", "start", "end", "applied", "units_lost", "share_lost", "announced_days")


@dataclass(frozen=True, slots=True)
class Incident:
    """A loss of capacity of a link or node from ``start`` up to, not including, ``end``.

    Attributes
    ----------
    share_lost : share of capacity; or units_lost : parallel units. One of the two is None.
    announced_days : the duration that was announced when it began, if one was.
    """

    name: str
    target: str
    start: date
    end: date
    share_lost: float | None
    units_lost: int | None
    announced_days: int | None


def outages_from_events(events: pd.DataFrame, ids: Sequence[str]) -> tuple[Incident, ...]:
    """Return the losses of the events named; one that was ordered but never applied is no loss.

    Parameters
    ----------
    events : event, target, start, end (first day back), applied, units_lost, share_lost, announced_days.
    ids : events, in the order wanted.

    Raises
    ------
    UnknownNameError : an event that the table does not have, with near matches.
    InputError : a column is missing, or an applied event states no loss.
    """
    missing = [c for c in COLUMNS if c not in events.columns]
    if missing:
        raise InputError(f"table events lacks the column {missing[0]}; needed are {', '.join(COLUMNS)}")
    by_id = {str(row["event"]): row for row in events.to_dict("records")}
    incidents = []
    for name in ids:
        if name not in by_id:
            raise UnknownNameError("event", name, by_id, "table events")
        row = by_id[name]
        if not row["applied"]:
            continue
        units, share = _or_none(row["units_lost"]), _or_none(row["share_lost"])
        if (units is None) == (share is None):
            raise InputError(
                f"table events, event {name}: it is applied, so it must state either units_lost or share_lost, "
                f"and not both; mend the row or set applied to false"
            )
        announced = _or_none(row["announced_days"])
        incidents.append(
            Incident(
                name=str(name),
                target=str(row["target"]),
                start=pd.Timestamp(row["start"]).date(),
                end=pd.Timestamp(row["end"]).date(),
                share_lost=share,
                units_lost=None if units is None else int(units),
                announced_days=None if announced is None else int(announced),
            )
        )
    return tuple(incidents)


def _or_none(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
