"""From a network and its outages to a routing: all known at once, or as news arrives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from time import perf_counter
from typing import Literal

import numpy as np
import numpy.typing as npt

from zollverein.corridor.availability import Availability, Capacity, days_after
from zollverein.corridor.bending import Bend
from zollverein.corridor.bounds import bounds_under
from zollverein.corridor.horizon import Horizon
from zollverein.corridor.network import Network
from zollverein.corridor.outage import Outage, believed_end
from zollverein.corridor.programme import Programme, assemble
from zollverein.corridor.routing import Routing, routing_of
from zollverein.corridor.session import Session, Solution

__all__ = ["at_once", "plan", "rolled"]


def plan(
    network: Network,
    horizon: Horizon,
    outages: Sequence[Outage],
    foresight: Literal["rolling", "perfect"],
    price_factor: Mapping[str, float],
    bend: Bend | None = None,
) -> Routing:
    """Solve the programme once, or again in every period that brings news, with what is past held fixed."""
    began = perf_counter()
    programme = assemble(network, horizon, price_factor, bend)
    session = Session(programme)
    capacity = Capacity(network, horizon)
    actual = capacity.under(outages)
    if foresight == "perfect":
        x, solutions = at_once(session, actual)
        duals = programme.by_period(solutions[-1].row_dual)
    else:
        x, duals, solutions = rolled(session, capacity, outages)
    return routing_of(network, programme, actual, x, duals, solutions, perf_counter() - began)


def at_once(session: Session, actual: Availability) -> tuple[npt.NDArray[np.float64], list[Solution]]:
    """Decide everything in one solve: the plan (T, columns), and the solution."""
    programme = session.programme
    session.bound(bounds_under(programme, actual, 0))
    session.start()
    solution = session.solve()
    return solution.x.reshape(programme.periods, -1), [solution]


def rolled(
    session: Session, capacity: Capacity, outages: Sequence[Outage]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], list[Solution]]:
    """Decide period by period; within a period what happens in it is seen, beyond it only beliefs are held.

    Whoever knew an outage's last day would fill the tanks just before it and save their rent. Nobody knows it: while an
    outage runs, output of the present period is not charged for the tank, so that tanks fill from the first day.
    """
    programme = session.programme
    T = programme.periods
    x, duals = np.zeros((T, programme.blocks.width)), np.zeros((T, programme.blocks.height))
    solutions: list[Solution] = []
    believed: tuple[Outage, ...] | None = None
    for t in range(T):
        news = _beliefs(capacity.horizon, t, outages)
        rent = _rent_waived(programme, news, t)
        if news != believed or rent > 0.0:
            believed = news
            session.bound(bounds_under(programme, capacity.under(news), t))
            supply = programme.blocks.columns["supply"]
            now = t * programme.blocks.width + np.arange(supply.start, supply.stop)
            session.price(now, programme.cost[now] - rent)
            if not solutions:
                session.start()
            solutions.append(session.solve())
        x[t] = solutions[-1].x.reshape(T, -1)[t]
        duals[t] = programme.by_period(solutions[-1].row_dual)[t]
        if t + 1 < T:
            past = np.arange(t * x.shape[1], (t + 1) * x.shape[1])
            session.bound_columns(past, x[t], x[t])
    return x, duals, solutions


def _rent_waived(programme: Programme, news: Sequence[Outage], period: int) -> float:
    """Storage of a tonne, US$/t, from a period on until an outage that runs is over and as long again; else nothing."""
    horizon = programme.horizon
    today = horizon.start + days_after(horizon, period)
    running = [outage.end for outage in news if outage.end > today and outage.known_from is None]
    if not running or not programme.figures.holding.size:
        return 0.0
    until = np.datetime64(max(running) + (max(running) - today))
    held = (horizon.starts >= horizon.starts[period]) & (horizon.starts < until)
    return float(programme.figures.holding.max(axis=0)[held].sum())


def _beliefs(horizon: Horizon, period: int, outages: Sequence[Outage]) -> tuple[Outage, ...]:
    """Outages that have begun by the end of a period, with the end that is known or believed."""
    tomorrow = horizon.start + days_after(horizon, period)
    known = []
    for outage in outages:
        planned = outage.known_from is not None and outage.known_from < tomorrow
        if outage.start >= tomorrow and not planned:
            continue
        if outage.end <= tomorrow or planned:
            known.append(outage)
        else:
            end = believed_end(outage, tomorrow)
            known.append(replace(outage, end=max(end, tomorrow + timedelta(days=1))))
    return tuple(known)
