"""When barriers stood between which two, and how much of the trade between them each held up."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from pandas.api.typing import NaTType

from zollverein.union.integration import goods_held
from zollverein.union.model import Union
from zollverein.union.register import STANDING
from zollverein.union.weights import Weights

__all__ = ["EPISODE_COLUMNS", "episodes"]

EPISODE_COLUMNS = ("episode", "barrier", "exporter", "importer", "start", "end", "seen", "share")


def episodes(union: Union, weights: Weights | None = None) -> pd.DataFrame:
    """Return each time that a barrier of the register stood, a row for each (exporter, importer) whose goods it meets.

    A barrier stands from the first event that says so to the last that says that it was removed; one that recurred
    after that stood another time (``b7``, then ``b7/2``). A removal without a day is taken on the day of its source, as
    the register takes it; an opening without a day has none.

    Returns
    -------
    episode, barrier, exporter, importer, start (empty: no source tells the day), end (first day without it; empty: no
    source tells that it went), seen (the last day on which a source says that it stands, or its last), share (of the
    pair's goods that it holds up while all of it stands: what it touches, times what its measure and kind count for in
    ``weights``, as in `Union.integration`). Pairs whose goods it does not touch are left out.
    """
    weights = weights or Weights()
    rows = union.treaties.memberships
    ever = rows.loc[(rows["agreement"] == union.name) & (rows["status"] == "member"), "country"]
    countries = tuple(sorted(ever.unique()))
    history: dict[str, list[dict[Hashable, Any]]] = {}
    for event in union.register.events[["barrier", "happened", "recorded", "status", "on"]].to_dict("records"):
        history.setdefault(str(event["barrier"]), []).append(event)
    told = []
    for barrier in union.register.barriers.to_dict("records"):
        held = goods_held({**barrier, "remaining": 1.0}, countries, weights, union.coverage)
        times = list(_times(history[str(barrier["barrier"])]))
        for number, (start, end, seen) in enumerate(times, start=1):
            name = str(barrier["barrier"]) if number == 1 else f"{barrier['barrier']}/{number}"
            told += [(name, barrier["barrier"], *pair, start, end, seen, share) for pair, share in held.items()]
    return pd.DataFrame(told, columns=list(EPISODE_COLUMNS))


def _times(history: Sequence[Mapping[Hashable, Any]]) -> Iterator[tuple[pd.Timestamp | NaTType, ...]]:
    """(start, end, seen) of each time that a barrier stood, of its events, oldest first."""
    times: list[list[Mapping[Hashable, Any]]] = [[]]
    gone = False
    for event in history:
        gone |= event["status"] == "removed"
        if gone and event["status"] == "recurred":
            times.append([])
        times[-1].append(event)
    for mine in times:
        standing = [event for event in mine if event["status"] in STANDING]
        if not standing:
            continue
        start, last = standing[0]["happened"], mine[-1]
        if last["status"] == "removed":
            # Its last day is still a day on which it stands.
            yield start, last["on"] + pd.Timedelta(days=1), last["on"]
        else:
            yield start, pd.NaT, max(event["recorded"] for event in standing)
