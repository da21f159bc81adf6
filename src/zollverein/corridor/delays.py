"""Oil on the way: when what left in one period arrives."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zollverein.corridor.horizon import Horizon

__all__ = ["arrivals_of_before", "arriving_shares", "still_on_the_way"]

Floats = npt.NDArray[np.float64]


def arriving_shares(horizon: Horizon, transit_days: int) -> Floats:
    """Return (T, T): the share of what leaves evenly over period s (columns) that arrives in period t (rows).

    What arrives after the horizon's end is in no row: a column then adds to less than one.
    """
    T, total = len(horizon), horizon.total_days
    sent = np.zeros((T, total + transit_days))
    period = np.repeat(np.arange(T), horizon.days)
    sent[period, np.arange(total) + transit_days] = 1.0 / horizon.days[period]
    return horizon.by_period(sent[:, :total]).T


def still_on_the_way(horizon: Horizon, transit_days: int) -> Floats:
    """Return (T,): the share of each period's oil that has not arrived at the horizon's end."""
    return np.asarray(np.maximum(1.0 - arriving_shares(horizon, transit_days).sum(axis=0), 0.0))


def arrivals_of_before(horizon: Horizon, transit_days: int, kt_per_day: float) -> Floats:
    """Return (T,) kt that arrive of what left in the days before the horizon, at an even pace."""
    daily = np.zeros((1, horizon.total_days))
    daily[0, : min(transit_days, horizon.total_days)] = kt_per_day
    return np.asarray(horizon.by_period(daily)[0])
