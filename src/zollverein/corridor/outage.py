"""What befalls the network: outages that take capacity away for a time, revisions that change a figure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np

from zollverein.corridor.horizon import as_day
from zollverein.errors import NetworkError
from zollverein.given import require

__all__ = ["Outage", "Revision", "believed_end", "each"]

SHORTEST_BELIEF_DAYS = 7


@dataclass(frozen=True, slots=True)
class Outage:
    """A loss of capacity from ``start`` up to, not including, ``end``.

    Parameters
    ----------
    name : what it is called in results.
    target : a link, or a node: a field loses output, a port or junction what leaves it, a market what arrives.
    start, end : first day lost, first day back.
    share_lost : share of the capacity lost, 0 to 1; or
    units_lost : parallel units lost (moorings, strings) of a link with a table of capacity by units left.
    announced_days : duration that was announced when it began, what rolling foresight believes.
    known_from : day from which it is known with its dates, as planned maintenance is; absent: nobody knows of it before
        it begins.
    """

    name: str
    target: str
    start: date
    end: date
    share_lost: float | None = None
    units_lost: int | None = None
    announced_days: int | None = None
    known_from: date | None = None

    def __post_init__(self) -> None:
        for name in ("start", "end", "known_from"):
            object.__setattr__(
                self, name, _day(getattr(self, name), f"outage '{self.name}': {name}", name == "known_from")
            )
        if not isinstance(self.target, str):
            raise NetworkError(f"outage '{self.name}': target is {self.target!r}; name one link or node")
        for name in ("share_lost", "units_lost", "announced_days"):
            if (given := getattr(self, name)) is not None and not _is_number(given):
                raise NetworkError(f"outage '{self.name}': {name} is {given!r}; allowed is a number")
        if self.end <= self.start:
            raise NetworkError(
                f"outage '{self.name}' ends on {self.end} and starts on {self.start}; the end must come after the start"
            )
        if (self.share_lost is None) == (self.units_lost is None):
            raise NetworkError(f"outage '{self.name}' must give either share_lost or units_lost, and not both")
        if self.share_lost is not None and not 0.0 <= self.share_lost <= 1.0:
            raise NetworkError(
                f"outage '{self.name}': share_lost is {self.share_lost:g}; allowed is 0 to 1 (0.5 is half the capacity)"
            )
        if self.units_lost is not None and not (self.units_lost >= 0 and float(self.units_lost).is_integer()):
            raise NetworkError(f"outage '{self.name}': units_lost is {self.units_lost}; allowed is zero or more, whole")
        if self.announced_days is not None and self.announced_days <= 0:
            raise NetworkError(f"outage '{self.name}': announced_days is {self.announced_days}; allowed is 1 or more")


def _is_number(given: object) -> bool:
    return isinstance(given, int | float | np.number) and not isinstance(given, bool) and bool(np.isfinite(given))


def _day(given: object, what: str, may_be_none: bool = False) -> date | None:
    day = as_day(given)
    if day is None and not (may_be_none and given is None):
        raise NetworkError(f"{what} is {given!r}; give a day, as in date(2022, 3, 1)")
    return day


@dataclass(frozen=True, slots=True)
class Revision:
    """A figure of a link or node that is changed, for the whole horizon or from a date on.

    Parameters
    ----------
    target : link or node.
    figure : a figure of `links` or `nodes`, for example ``"usable_kt_per_year"``.
    value : its new value, in the unit of its name.
    start : first day on which it holds; None: always.
    """

    target: str
    figure: str
    value: float
    start: date | None = None

    def __post_init__(self) -> None:
        what = f"the revision of {self.figure} of '{self.target}'"
        object.__setattr__(self, "start", _day(self.start, f"{what}: start", may_be_none=True))
        if not _is_number(self.value):
            raise NetworkError(f"{what} gives {self.value!r}; allowed is a number")


_Event = TypeVar("_Event", Outage, Revision)


def each(what: str, given: Iterable[Any], kind: type[_Event]) -> tuple[_Event, ...]:
    """Return what befalls the network, every one of its kind.

    Raises
    ------
    NetworkError : something else among them.
    """
    require(what, given, Iterable, f"a list of {kind.__name__}", NetworkError)
    for event in (found := tuple(given)):
        require(f"one of {what}", event, kind, f"an {kind.__name__}", NetworkError)
    return found


def believed_end(outage: Outage, today: date) -> date:
    """Return when an outage that still goes on at ``today`` is believed to end.

    The announced end is believed until it has passed. Without one, or after it, the outage is believed to last as
    long again as it has lasted, and a week at least.
    """
    if outage.announced_days is not None:
        announced = outage.start + timedelta(days=outage.announced_days)
        if announced > today:
            return announced
    return today + timedelta(days=max((today - outage.start).days, SHORTEST_BELIEF_DAYS))
