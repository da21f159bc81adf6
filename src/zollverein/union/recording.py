"""New rows for the register: a barrier that is reported, and what becomes of one; the history only grows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from zollverein.errors import UnionError
from zollverein.given import require
from zollverein.union.register import STANDING, STATUSES, Register, as_timestamp

__all__ = ["added_barrier", "added_event"]

Row = dict[str, object]
# What may follow what: a barrier that is gone comes back as one that recurred, and only what stands can be removed.
GONE = frozenset({"removed"})


def added_barrier(
    register: Register, told: Mapping[str, object], happened: date | str, **evidence: object
) -> tuple[Row, Row]:
    """Return the rows of a barrier that is not on the register yet and of its first event.

    Parameters
    ----------
    told : columns of the barrier; ``barrier``, its key, is the next free one where it is absent.
    happened : the day on which it began. evidence : columns of the event: recorded, source, confidence, quote,
        language, note, method, and status (``reported`` where absent).

    Raises
    ------
    UnionError : the key is taken, or as `added_event`.
    """
    require("the barrier", told, Mapping, "its columns by name", UnionError)
    taken = set(register.barriers["barrier"])
    key = str(told.get("barrier") or _next_key(taken))
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", key):
        raise UnionError(f"the key is {key!r:.60}; allowed are up to 40 letters, digits, dots, dashes and underscores")
    if str(evidence.get("status") or "reported") not in STANDING | {"announced"}:
        raise UnionError(f"a barrier cannot begin as {evidence['status']}; report it first")
    if key in taken:
        raise UnionError(f"barrier '{key}' is on the register; record an event of it, or choose another key")
    row = {**told, "barrier": key, "source": evidence.get("source"), "confidence": evidence.get("confidence"),
           "method": evidence.get("method")}  # fmt: skip
    return row, _event(register, key, str(evidence.get("status") or "reported"), happened, evidence)


def added_event(register: Register, barrier: str, status: str, happened: date | str | None, **evidence: object) -> Row:
    """Return the row of an event of a barrier on the register.

    Raises
    ------
    UnknownNameError : no such barrier. UnionError : an unknown status, one that cannot follow the last, or what is no
        day.
    """
    history = register.history(barrier)
    if len(history):
        day = None if happened is None else as_timestamp(happened)
        earlier = history if day is None else history[history["happened"].fillna(history["recorded"]) <= day]
        last = str(earlier["status"].iloc[-1]) if len(earlier) else "not there yet"
        if status == "removed" and last not in STANDING and last not in ("announced",):
            raise UnionError(f"barrier '{barrier}' is {last} and does not stand, so it cannot be removed")
        if last in GONE and status in STANDING - {"recurred", "contested"}:
            raise UnionError(
                f"barrier '{barrier}' is {last}; if it is back, record that it recurred (--status recurred)"
            )
    return _event(register, barrier, status, happened, evidence)


def _event(
    register: Register, barrier: str, status: str, happened: date | str | None, evidence: Mapping[str, object]
) -> Row:
    if status not in STATUSES:
        raise UnionError(f"status is '{status}'; allowed are {', '.join(STATUSES)}")
    day = None if happened is None else f"{as_timestamp(happened):%Y-%m-%d}"
    recorded = f"{as_timestamp(evidence.get('recorded')):%Y-%m-%d}"
    number = int((register.events["barrier"] == barrier).sum()) + 1
    while f"{barrier}-{number}" in set(register.events["event"]):
        number += 1
    kept = {
        key: evidence.get(key) for key in ("remaining", "quote", "language", "note", "source", "confidence", "method")
    }
    return {
        "event": f"{barrier}-{number}", "barrier": barrier, "happened": day, "recorded": recorded, "status": status,
        **kept,
    }  # fmt: skip


def _next_key(taken: set[str]) -> str:
    """The next of keys such as b01, b02."""
    numbers = [int(found[1]) for key in taken if (found := re.fullmatch(r"b(\d{1,9})", str(key)))]
    return f"b{max(numbers, default=0) + 1:02d}"
