"""The time that a routing covers, cut into periods."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.errors import NetworkError

FIRST_YEAR, LAST_YEAR = 1950, 2150
DAYS_PER_YEAR = 365.0
Step = Literal["day", "week", "month", "year"]

__all__ = ["DAYS_PER_YEAR", "Horizon", "Step", "as_day"]


def as_day(given: object) -> date | None:
    """Return a day as a date, a moment as its day; None where it is neither."""
    if not isinstance(given, date) or pd.isna(given):
        return None
    return given.date() if isinstance(given, datetime) else given


@dataclass(frozen=True)
class Horizon:
    """Periods from ``start`` to ``end``, both days included; the last period is cut at ``end``.

    Attributes
    ----------
    step : length of a period; or several, each with the last day that it holds for, such as
        ``(("day", april), ("month", december))``, which counts days while it matters and months after.
    starts : (T,) first day of every period.
    days : (T,) its length in days.
    """

    start: date
    end: date
    step: Step | tuple[tuple[Step, date], ...] = "week"
    starts: npt.NDArray[np.datetime64] = field(init=False, repr=False, compare=False)
    days: npt.NDArray[np.int64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        days = [as_day(given) for given in (self.start, self.end)]
        if None in days:
            raise NetworkError(f"horizon from {self.start!r} to {self.end!r}; give two dates, as in date(2022, 1, 1)")
        for name, day in zip(("start", "end"), days, strict=True):
            object.__setattr__(self, name, day)
        if not FIRST_YEAR <= self.start.year <= self.end.year <= LAST_YEAR and self.end >= self.start:
            raise NetworkError(
                f"horizon from {self.start} to {self.end}; allowed are the years {FIRST_YEAR} to {LAST_YEAR}"
            )
        if self.end < self.start:
            raise NetworkError(f"horizon ends on {self.end}, before it starts on {self.start}; swap the two")
        edges = np.array([*_starts(self.start, self._pieces()), self.end + timedelta(days=1)], dtype="datetime64[D]")
        object.__setattr__(self, "starts", edges[:-1])
        object.__setattr__(self, "days", np.diff(edges).astype(np.int64))

    def _pieces(self) -> tuple[tuple[Step, date], ...]:
        """Steps, each with the last day that it holds for."""
        pieces = ((self.step, self.end),) if isinstance(self.step, str) else self.step
        paired = isinstance(pieces, tuple | list) and all(isinstance(p, tuple | list) and len(p) == 2 for p in pieces)
        if not paired:
            raise NetworkError(
                f"horizon step is {self.step!r}; give one of {', '.join(get_args(Step))}, or pairs of step and last day"
            )
        for step, _ in pieces:
            if step not in get_args(Step):
                raise NetworkError(f"horizon step is '{step}'; allowed are {', '.join(get_args(Step))}")
        if not isinstance(self.step, str):
            self._require_cover(pieces)
        return tuple(pieces)

    def _require_cover(self, pieces: tuple[tuple[Step, date], ...]) -> None:
        last_days = [until for _, until in pieces]
        if not pieces or last_days[-1] != self.end or any(a >= b for a, b in pairwise([self.start, *last_days])):
            told = ", ".join(f"{step} until {until}" for step, until in pieces) or "none"
            raise NetworkError(
                f"horizon from {self.start} to {self.end} has the steps {told}; each must end after the one before, "
                f"and the last on {self.end}"
            )

    def __len__(self) -> int:
        return len(self.days)

    @property
    def years(self) -> npt.NDArray[np.float64]:
        """(T,) length of every period in years, of which a figure per year is a part."""
        return np.asarray(self.days / DAYS_PER_YEAR)

    @property
    def total_days(self) -> int:
        """Days from start to end."""
        return int(self.days.sum())

    def by_period(self, daily: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Sum a (K, days) array over the days of every period: (K, T)."""
        first = np.concatenate([[0], np.cumsum(self.days)[:-1]])
        return np.asarray(np.add.reduceat(daily, first, axis=1))

    def day(self, when: date) -> int:
        """Return the position of a date in the horizon's days; negative or beyond the end outside of it."""
        return (when - self.start).days


def _starts(start: date, pieces: tuple[tuple[Step, date], ...]) -> list[date]:
    """First days of all periods; a period is cut where its piece ends."""
    starts = [start]
    for step, until in pieces:
        while (following := _next(starts[-1], step)) <= until:
            starts.append(following)
        starts.append(until + timedelta(days=1))
    return starts[:-1]


def _next(start: date, step: Step) -> date:
    if step == "day":
        return start + timedelta(days=1)
    if step == "week":
        return start + timedelta(days=7)
    if step == "month":
        return date(start.year + start.month // 12, start.month % 12 + 1, min(start.day, 28))
    return date(start.year + 1, start.month, min(start.day, 28))
