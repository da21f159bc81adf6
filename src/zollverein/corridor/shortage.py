"""Why a market goes short of its minimum: the bounds that hold it there, and what one more kt of each would serve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.corridor.bounds import bounds_under
from zollverein.corridor.explanation import bound_of_column, bound_of_row
from zollverein.corridor.programme import Programme, assemble
from zollverein.corridor.routing import Routing
from zollverein.corridor.session import Session

__all__ = ["said_of_shortfalls", "why_short"]

Ints = npt.NDArray[np.int64]
COLUMNS = ("node", "needed_kt", "unmet_kt", "least_unmet_kt", "bound", "start", "bound_kt", "serves_kt_per_kt")
SHORT_KT = 1e-6
BINDS = 1e-7
# Rows that only tie others together: they bound nothing that anybody could loosen.
TIES = ("balance", "bending", "pushing", "sealed")
BOUNDS_SAID = 4


def why_short(routing: Routing) -> pd.DataFrame:
    """Return what keeps each market short of its minimum over the horizon, one row for each bound and period of it.

    For each market the least that must stay unmet is solved for, all outages known and the other markets' minima served
    as they were. Its dual is a vertex, so the bounds with a price are an irreducible reason (Gleeson and Ryan 1990,
    doi:10.1287/ijoc.2.1.61): what they let through, each times what a kt of it serves, is all that can be served.

    Returns
    -------
    Frame of node, needed_kt (minima of the periods that are short or could have helped), unmet_kt, least_unmet_kt,
    bound (in words), start (of its period; none for a quota), bound_kt, serves_kt_per_kt. For each node
    ``needed_kt - least_unmet_kt`` is the sum of ``bound_kt * serves_kt_per_kt``. What lies between ``unmet_kt`` and
    ``least_unmet_kt`` was lost to not knowing an outage beforehand, or to costs above the penalty; where nothing had
    to stay unmet, ``bound`` is empty.

    Raises
    ------
    NotConverged : the least shortfall was not solved.
    """
    unmet_kt = routing.shortfalls.groupby("node", sort=False)["unmet_kt"].sum()
    if not (unmet_kt > SHORT_KT).any():
        return pd.DataFrame(columns=list(COLUMNS))
    programme = assemble(routing.network, routing.horizon, {})
    session = Session(programme)
    session.bound(bounds_under(programme, routing.available, 0))
    session.price(np.arange(len(programme.cost)), np.zeros(len(programme.cost)))
    unmet = programme.blocks.columns["unmet"]
    columns = np.arange(unmet.start, unmet.stop) + programme.blocks.width * np.arange(programme.periods)[:, None]
    # A hair of room, so that the routing's own plan stays feasible in the solver's arithmetic.
    missed = routing.shortfalls["unmet_kt"].to_numpy().reshape(columns.shape) + SHORT_KT
    session.bound_columns(columns.ravel(), np.zeros(columns.size), missed.ravel())
    rows: list[tuple[Any, ...]] = []
    for k, node in enumerate(programme.blocks.intakes):
        if unmet_kt[node] > SHORT_KT:
            own, none = columns[:, k], np.zeros(len(columns))
            session.bound_columns(own, none, programme.figures.minimum[k])
            _open_wide(session, k)
            session.price(own, np.ones(len(own)))
            rows += [(node, *row) for row in _explained(session, k, float(unmet_kt[node]))]
            session.price(own, none)
            session.bound_columns(own, none, missed[:, k])
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _open_wide(session: Session, intake: int) -> None:
    """Let a market take more than it must: where it is served in full, its own largest intake is no reason."""
    blocks = session.programme.blocks
    rows = blocks.rows["intake"].start + intake + blocks.height * np.arange(session.programme.periods)
    session.bound_rows(rows, session.row_lower[rows], np.full(len(rows), np.inf))
    own = [k for k, (node, _) in enumerate(blocks.markets) if node == blocks.intakes[intake]]
    time = blocks.width * np.arange(session.programme.periods)[:, None]
    columns = (blocks.columns["delivery"].start + np.array(own, dtype=np.int64) + time).ravel()
    session.bound_columns(columns, np.zeros(len(columns)), np.full(len(columns), np.inf))


def _explained(session: Session, intake: int, unmet_kt: float) -> Iterator[tuple[Any, ...]]:
    """The row of each bound that has a price where one market's shortfall is the least that it can be."""
    solution, programme = session.solve(), session.programme
    blocks, starts = programme.blocks, programme.horizon.starts
    own = blocks.rows["intake"].start + intake + blocks.height * np.arange(programme.periods)
    needed = float(np.maximum(solution.row_dual[own], 0.0) @ programme.figures.minimum[intake])
    least = max(solution.cost, 0.0)
    if least <= SHORT_KT:
        yield needed, unmet_kt, least, "", np.datetime64("NaT"), np.nan, np.nan
        return
    for k in map(int, np.flatnonzero(np.abs(solution.row_dual) > BINDS)):
        price = float(solution.row_dual[k])
        kt = float(session.row_lower[k] if price > 0 else session.row_upper[k])
        if k in own or (kt == 0.0 and _ties(programme, k)):
            continue
        name, t = bound_of_row(programme, k)
        if (other := _unmet_of_intake(programme, k)) is not None:
            name, kt = f"{name}, served first", kt - float(session.upper[other])
        elif _ties(programme, k):
            # What lay there or was on its way at the start stands, with the other sign, in the balance.
            name, kt, price = name.replace("balance of", "oil at hand at"), -kt, -price
        yield needed, unmet_kt, least, name, _day(starts, t), kt, -price
    unmet = blocks.columns["unmet"]
    for k in map(int, np.flatnonzero(solution.reduced_cost < -BINDS)):
        if not unmet.start <= k % blocks.width < unmet.stop:
            name, t = bound_of_column(programme, k)
            price = float(solution.reduced_cost[k])
            yield needed, unmet_kt, least, name, _day(starts, t), float(session.upper[k]), -price


def _unmet_of_intake(programme: Programme, row: int) -> int | None:
    """The column of what an intake misses, if the row is of one."""
    blocks = programme.blocks
    t, place = divmod(row, blocks.height)
    intake = blocks.rows["intake"]
    if t >= programme.periods or not intake.start <= place < intake.stop:
        return None
    return int(t * blocks.width + blocks.columns["unmet"].start + place - intake.start)


def _day(starts: npt.NDArray[np.datetime64], period: int | None) -> np.datetime64:
    return np.datetime64("NaT") if period is None else starts[period]


def _ties(programme: Programme, row: int) -> bool:
    blocks = programme.blocks
    place = row % blocks.height
    in_a_period = row < blocks.height * programme.periods
    return in_a_period and any(blocks.rows[kind].start <= place < blocks.rows[kind].stop for kind in TIES)


def said_of_shortfalls(why: pd.DataFrame) -> list[str]:
    """Return a sentence for each market that `why_short` explains."""
    return [_said(str(node), rows) for node, rows in why.groupby("node", sort=False)]


def _said(node: str, rows: pd.DataFrame) -> str:
    needed, unmet, least = (float(rows[c].iloc[0]) for c in ("needed_kt", "unmet_kt", "least_unmet_kt"))
    head = f"'{node}' misses {_kt(unmet)} kt of its minimum"
    if least <= SHORT_KT:
        return f"{head}, though no bound forces it: it was lost to not knowing an outage beforehand, or to its cost"
    part = f", {_kt(least)} kt of it whatever is known beforehand" if unmet - least > 1e-3 * unmet else ""
    bounds = rows.assign(share_kt=rows["bound_kt"] * rows["serves_kt_per_kt"]).groupby("bound", sort=False)
    told = bounds.agg(kt=("bound_kt", "sum"), share_kt=("share_kt", "sum"), periods=("start", "count"))
    told = told.sort_values("share_kt", ascending=False, kind="stable")
    named = [
        f"{name} ({_kt(kt)} kt{f' in {periods} periods' if periods > 1 else ''})"
        for name, kt, periods in zip(told.index, told["kt"], told["periods"], strict=True)
    ]
    more = f"; and {len(named) - BOUNDS_SAID} more" if len(named) > BOUNDS_SAID else ""
    return (
        f"{head}{part}: it needs {_kt(needed)} kt, and {_kt(needed - least)} kt is the most that can reach it under "
        f"{'; '.join(named[:BOUNDS_SAID])}{more}. Loosen {'any one of these' if len(named) > 1 else 'that'}, or lower "
        f"its minimum_kt_per_year"
    )


def _kt(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"
