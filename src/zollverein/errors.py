"""Every error a user of zollverein can meet, as one tree.

::

    ZollvereinError
    ├── InputError                what was given is wrong (exit code 2)
    │   ├── CaseError             a case folder with faults, all of them listed
    │   ├── DataError             a publisher's file that no adaptor can take as it is
    │   ├── ScenarioError         a scenario file or key
    │   ├── GravityError          panels or designs of gravity estimation
    │   ├── EconomyError          tables or shocks of the economy engine
    │   ├── NetworkError          tables or outages of the corridor engine
    │   ├── ThreatError           threats, or events that they are fitted to
    │   ├── UnionError            tables or questions of the union engine
    │   ├── UnknownNameError      a name that does not exist, with its near matches
    │   └── OutputError           a place that cannot be written to
    └── NoAnswerError             sound input without a solution (exit code 3)
        ├── NotConverged          an iteration that did not reach its tolerance
        └── Infeasible            a programme without a feasible point

A message says what was found, where, what is allowed and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

__all__ = [
    "CaseError",
    "DataError",
    "DoubtfulFigure",
    "EconomyError",
    "GravityError",
    "Infeasible",
    "InputError",
    "NetworkError",
    "NoAnswerError",
    "NotConverged",
    "OutputError",
    "ScenarioError",
    "ThreatError",
    "UnionError",
    "UnknownNameError",
    "ZollvereinError",
]


class ZollvereinError(Exception):
    """Base of every error that zollverein raises on purpose."""

    exit_code = 1


class InputError(ZollvereinError):
    """What was given is wrong; nothing was computed or written."""

    exit_code = 2


class CaseError(InputError):
    """A case that is not valid; the message lists its faults, ``faults`` holds every one of them."""

    faults: tuple[object, ...] = ()


class DataError(InputError):
    """A publisher's file that is not what its adaptor reads; the message names what is wrong with it and where."""


class ScenarioError(InputError):
    """A scenario that is not valid; the message names the key."""


class GravityError(InputError):
    """Panels or designs that gravity estimation cannot take."""


class EconomyError(InputError):
    """Tables or shocks that the economy engine cannot take."""


class NetworkError(InputError):
    """Tables, outages or revisions that the corridor engine cannot take."""


class ThreatError(InputError):
    """Threats, or events that they are fitted to, that the threat engine cannot take."""


class UnionError(InputError):
    """Tables or questions that the union engine cannot take."""


class OutputError(InputError):
    """A folder or file that cannot be written; nothing half-written is left behind."""


class UnknownNameError(InputError):
    """A name that does not exist where it was looked for.

    Parameters
    ----------
    kind : what was looked for, for example ``"region"``.
    name : what was given.
    known : the names that exist.
    where : where the name stands, for example ``"scenario key 'outages[0].target'"``.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], where: str = "") -> None:
        self.kind, self.name, self.known = kind, name, sorted(map(str, known))
        self.near = near_matches(name, self.known)
        place = f" in {where}" if where else ""
        super().__init__(f"no {kind} '{name}'{place}; {_suggestion(self.near, self.known)}")


class DoubtfulFigure(UserWarning):
    """A figure that may be meant and looks as if it were in another unit; it is used as it stands."""


class NoAnswerError(ZollvereinError):
    """The input is sound, yet there is no answer that could be certified."""

    exit_code = 3


class NotConverged(NoAnswerError):
    """An iteration stopped short of its tolerance.

    Parameters
    ----------
    message : what was tried, where it stuck and what to try next.
    history : the largest relative residual after each iteration.
    """

    def __init__(self, message: str, history: Sequence[float] = ()) -> None:
        self.history = tuple(history)
        super().__init__(message)


class Infeasible(NoAnswerError):
    """A programme that no point satisfies; the message names the bounds at odds, ``constraints`` those of a balance."""

    constraints: tuple[str, ...] = ()


def near_matches(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return up to ``count`` known names that begin with ``name``, have it as a word, or look like it; case ignored."""
    by_lower: dict[str, str] = {}
    for candidate in known:
        by_lower.setdefault(candidate.lower(), candidate)
    asked = str(name).lower()
    having = [k for k in by_lower if len(asked) > 2 and (k.startswith(asked) or asked in re.split(r"[^0-9a-z]+", k))]
    close = get_close_matches(asked, list(by_lower), n=count, cutoff=0.6)
    return [by_lower[match] for match in dict.fromkeys([*having, *close])][:count]


def _suggestion(near: Sequence[str], known: Sequence[str]) -> str:
    if near:
        return "did you mean " + " or ".join(f"'{match}'" for match in near) + "?"
    if not known:
        return "there are none"
    shown = ", ".join(known[:20]) + (f" and {len(known) - 20} more" if len(known) > 20 else "")
    return f"there are: {shown}"
