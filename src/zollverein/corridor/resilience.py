"""What an outage costs in time: delayed and lost oil, days to full tanks, time to recover, the resilience triangle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.typing import NaTType

from zollverein.corridor.routing import Routing
from zollverein.errors import NetworkError

__all__ = ["Resilience", "concentration", "days_to_full_tanks", "resilience"]

Floats = npt.NDArray[np.float64]
# Exports are back where they reach this share of what they would have been.
RECOVERED = 0.99


@dataclass(frozen=True, slots=True)
class Resilience:
    """How exports fell and came back, by period.

    Attributes
    ----------
    performance : start, days, before_kt, after_kt, share: exports over what they would have been.
    lost_kt : exports that are gone at the horizon's end. delayed_kt : exports that came later: the largest arrears less
        what was lost.
    triangle_days : the area between full performance and what there was, in days of undisturbed exports (Bruneau and
        others 2003, doi:10.1193/1.1623497).
    lowest_share : the worst period. fell_on, recovered_on : start of the first period below `RECOVERED`, and of the
        first from which on it is never below again; NaT where there is none.
    recovery_days : from the one to the other; NaN where exports never fell or never came back.
    """

    performance: pd.DataFrame
    lost_kt: float
    delayed_kt: float
    triangle_days: float
    lowest_share: float
    fell_on: pd.Timestamp | NaTType
    recovered_on: pd.Timestamp | NaTType
    recovery_days: float


def resilience(before: Routing, after: Routing, exporter: str) -> Resilience:
    """Return how an exporter's exports fell and came back.

    Raises
    ------
    NetworkError : routings of different horizons, or an exporter without exports.
    """
    if before.horizon != after.horizon:
        raise NetworkError(f"before covers {before.horizon} and after {after.horizon}; route both over one horizon")
    was, now = _exports_kt(before, exporter), _exports_kt(after, exporter)
    if not was.sum() > 0:
        raise NetworkError(f"{exporter} exports nothing undisturbed, so it has nothing to lose; name another exporter")
    days = before.horizon.days
    share = np.divide(now, was, out=np.ones(len(was)), where=was > 0)
    arrears = np.cumsum(was - now)
    lost = max(float(arrears[-1]), 0.0)
    below = np.flatnonzero(share < RECOVERED)
    starts = pd.DatetimeIndex(before.horizon.starts)
    came_back = below.size > 0 and below[-1] + 1 < len(starts)
    fell = starts[below[0]] if below.size else pd.NaT
    recovered = starts[below[-1] + 1] if came_back else pd.NaT
    took = (starts[below[-1] + 1] - starts[below[0]]).days if came_back else float("nan")
    return Resilience(
        performance=pd.DataFrame({"start": starts, "days": days, "before_kt": was, "after_kt": now, "share": share}),
        lost_kt=lost,
        delayed_kt=max(float(arrears.max(initial=0.0)) - lost, 0.0),
        triangle_days=float(np.maximum(1.0 - share, 0.0) @ days),
        lowest_share=float(share.min()),
        fell_on=fell,
        recovered_on=recovered,
        recovery_days=float(took),
    )


def _exports_kt(routing: Routing, exporter: str) -> Floats:
    country = routing.deliveries["node"].map(routing.network.nodes["country"])
    mine = routing.deliveries[(routing.deliveries["exporter"] == exporter) & (country != exporter)]
    by_period = mine.groupby("period")["delivered_kt"].sum()
    return by_period.reindex(range(len(routing.horizon))).fillna(0.0).to_numpy(dtype=np.float64)


def days_to_full_tanks(routing: Routing) -> pd.Series[float]:
    """Return, by node, the days from the horizon's start to the end of the period in which its tanks are first full.

    NaN where they never are; finer periods give a finer answer.
    """
    held = routing.stocks.groupby(["node", "period"]).agg(stock=("stock_kt", "sum"), room=("capacity_kt", "max"))
    full = held[(held["stock"] >= held["room"] - 1e-6) & (held["room"] > 0)].reset_index()
    passed = np.cumsum(routing.horizon.days)
    first = full.groupby("node")["period"].min()
    nodes = pd.Index(sorted(set(routing.stocks["node"])), name="node")
    return first.map(lambda period: float(passed[period])).reindex(nodes).rename("days_to_full")


def concentration(shares: pd.Series[float] | Sequence[float]) -> float:
    """Return the Herfindahl-Hirschman index of shares, 0 to 1: one over the number of equal ones.

    Shares are scaled to add to one. NaN where there are none.
    """
    parts = np.asarray(shares, dtype=np.float64)
    total = float(parts.sum())
    return float(((parts / total) ** 2).sum()) if total > 0 else float("nan")
