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
from zollverein.corridor.horizon import Horizon
from zollverein.corridor.network import Network
from zollverein.corridor.outage import Outage, believed_end
from zollverein.corridor.programme import Programme, assemble
from zollverein.corridor.routing import Routing, routing_of
from zollverein.corridor.session import Session, Solution

__all__ = ["plan"]


def plan(
    network: Network,
    horizon: Horizon,
    outages: Sequence[Outage],
    foresight: Literal["rolling", "perfect"],
    price_factor: Mapping[str, float],
) -> Routing:
    """Solve the programme once, or again in every period that brings news, with what is past held fixed."""
    began = perf_counter()
    programme = assemble(network, horizon, price_factor)
    session = Session(programme)
    capacity = Capacity(network, horizon)
    actual = capacity.under(outages)
    x, duals, solutions = _at_once(session, actual) if foresight == "perfect" else _rolling(session, capacity, outages)
    return routing_of(network, horizon, programme, actual, x, duals, solutions, perf_counter() - began)


def _at_once(
    session: Session, actual: Availability
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], list[Solution]]:
    _apply(session, actual, 0)
    solution = session.solve()
    T = session.programme.periods
    return solution.x.reshape(T, -1), solution.row_dual.reshape(T, -1), [solution]


def _rolling(
    session: Session, capacity: Capacity, outages: Sequence[Outage]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], list[Solution]]:
    """Decide period by period; within a period what happens in it is seen, beyond it only beliefs are held."""
    T = session.programme.periods
    x = np.zeros((T, len(session.programme.cost) // T))
    duals = np.zeros((T, len(session.programme.row_lower) // T))
    solutions: list[Solution] = []
    believed: tuple[Outage, ...] | None = None
    for t in range(T):
        news = _beliefs(capacity.horizon, t, outages)
        if news != believed:
            believed = news
            _apply(session, capacity.under(news), t)
            solutions.append(session.solve())
        x[t] = solutions[-1].x.reshape(T, -1)[t]
        duals[t] = solutions[-1].row_dual.reshape(T, -1)[t]
        if t + 1 < T:
            width = x.shape[1]
            past = np.arange(t * width, (t + 1) * width)
            session.bound_columns(past, x[t], x[t])
    return x, duals, solutions


def _beliefs(horizon: Horizon, period: int, outages: Sequence[Outage]) -> tuple[Outage, ...]:
    """Outages that have begun by the end of a period, with the end that is known or believed."""
    tomorrow = horizon.start + days_after(horizon, period)
    known = []
    for outage in outages:
        if outage.start >= tomorrow:
            continue
        if outage.end <= tomorrow:
            known.append(outage)
        else:
            end = believed_end(outage, tomorrow)
            known.append(replace(outage, end=max(end, tomorrow + timedelta(days=1))))
    return tuple(known)


def _apply(session: Session, now: Availability, first: int) -> None:
    """Set the bounds of capacity and supply from a period on."""
    programme: Programme = session.programme
    T = programme.periods
    n_rows, n_columns = len(programme.row_lower) // T, len(programme.cost) // T
    later = np.arange(first, T)
    capacity = programme.blocks.rows["capacity"]
    rows = (np.arange(capacity.start, capacity.stop)[None, :] + n_rows * later[:, None]).ravel()
    session.bound_rows_above(rows, now.links_kt[:, first:].T.ravel())
    supply = programme.blocks.columns["supply"]
    columns = (np.arange(supply.start, supply.stop)[None, :] + n_columns * later[:, None]).ravel()
    share = now.field_share[[programme.nodes.index(node) for node, _ in programme.blocks.fields]]
    upper = (programme.figures.production * share)[:, first:].T.ravel()
    session.bound_columns(columns, np.zeros_like(upper), upper)
