"""The constraint families of the netback programme, as coordinates of its matrix.

A family of one period gives rows and columns within that period and is repeated; a family that couples periods gives
those of the whole programme. Each docstring states its inequality.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from zollverein.corridor.bending import PIECES
from zollverein.corridor.blocks import Blocks
from zollverein.corridor.delays import arriving_shares
from zollverein.corridor.figures import Figures
from zollverein.corridor.horizon import Horizon

__all__ = ["Entries", "coupling", "of_a_period"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Entries = tuple[Ints, Ints, Floats]


def of_a_period(ends: Mapping[str, tuple[str, str]], blocks: Blocks, figures: Figures) -> Iterator[Entries]:
    """Return the coefficients of one period, without what other periods bring."""
    yield from _balance(ends, blocks, figures)
    yield from _capacity(blocks)
    yield from _intake(blocks)
    yield from _room(blocks)
    yield from _take(blocks)
    yield from _shares(blocks, figures)
    yield from _bending(blocks)


def coupling(
    ends: Mapping[str, tuple[str, str]], blocks: Blocks, figures: Figures, horizon: Horizon
) -> Iterator[Entries]:
    """Return the coefficients that tie periods to each other, in rows and columns of the whole programme."""
    T = len(horizon)
    yield from _carried_stock(blocks, T)
    yield from _late_arrivals(ends, blocks, figures, horizon)
    yield from _filling(blocks, T)
    yield from _rising(blocks, horizon)
    yield from _packing(blocks, figures, horizon)
    yield from _quota(blocks, T)


def _balance(ends: Mapping[str, tuple[str, str]], blocks: Blocks, figures: Figures) -> Iterator[Entries]:
    """``sum_in (1 - loss) flow - sum_out flow + supply - delivery + stock[t-1] - stock[t] (+- blending) = 0``.

    By node and commodity. Of a line that is being filled the oil that stays in it does not arrive.
    """
    c, at = blocks.columns, {key: k for k, key in enumerate(blocks.balances)}
    here = np.array([at[ends[link][0], k] for link, k in blocks.arcs], dtype=np.int64)
    there = np.array([at[ends[link][1], k] for link, k in blocks.arcs], dtype=np.int64)
    flow = c["flow"].start + np.arange(len(blocks.arcs))
    yield here, flow, -np.ones(len(flow))
    at_once = figures.transit_days == 0
    yield there[at_once], flow[at_once], 1.0 - figures.loss[at_once]
    for kind, keys, sign in (
        ("supply", blocks.fields, 1.0), ("delivery", blocks.markets, -1.0), ("stock", blocks.tanks, -1.0),
        ("waiting", blocks.waiting, -1.0),
        ("blended", tuple((n, k) for n, k, _ in blocks.recipes), -1.0),
        ("blended", tuple((n, b) for n, _, b in blocks.recipes), 1.0),
    ):  # fmt: skip
        yield _rows(at, keys), c[kind].start + np.arange(len(keys)), np.full(len(keys), sign)
    arc = {key: k for k, key in enumerate(blocks.arcs)}
    opened = np.array([arc[key] for key in blocks.openings], dtype=np.int64)
    yield there[opened], c["packed"].start + np.arange(len(opened)), -(1.0 - figures.loss[opened])


def _capacity(blocks: Blocks) -> Iterator[Entries]:
    """``sum_c flow[link, c] <= capacity[link]``."""
    yield _sum_of(blocks, "capacity", blocks.links, "flow", blocks.arcs)


def _intake(blocks: Blocks) -> Iterator[Entries]:
    """``minimum <= sum_c delivery + unmet <= demand`` at every market that has either."""
    yield _sum_of(blocks, "intake", blocks.intakes, "delivery", blocks.markets)
    yield _slack_of(blocks, "intake", blocks.intakes, "unmet")


def _room(blocks: Blocks) -> Iterator[Entries]:
    """``sum_c stock[tank, c] <= storage[tank]``."""
    yield _sum_of(blocks, "room", blocks.rooms, "stock", blocks.tanks)


def _take(blocks: Blocks) -> Iterator[Entries]:
    """``sum_c flow[link, c] + unshipped[link] >= minimum[link]``: take or pay."""
    yield _sum_of(blocks, "take", blocks.takes, "flow", blocks.arcs)
    yield _slack_of(blocks, "take", blocks.takes, "unshipped")


def _sum_of(
    blocks: Blocks, row_kind: str, names: tuple[str, ...], column_kind: str, keys: tuple[tuple[str, str], ...]
) -> Entries:
    """In the row of each name, the sum over commodities of the columns that are of it."""
    at = {name: k for k, name in enumerate(names)}
    mine = np.array([k for k, (name, _) in enumerate(keys) if name in at], dtype=np.int64)
    rows = blocks.rows[row_kind].start + np.array([at[keys[k][0]] for k in mine], dtype=np.int64)
    return rows, blocks.columns[column_kind].start + mine, np.ones(len(mine))


def _slack_of(blocks: Blocks, row_kind: str, names: tuple[str, ...], column_kind: str) -> Entries:
    """In the row of each name, the column that takes what the sum lacks."""
    own = np.arange(len(names))
    return blocks.rows[row_kind].start + own, blocks.columns[column_kind].start + own, np.ones(len(own))


def _shares(blocks: Blocks, figures: Figures) -> Iterator[Entries]:
    """``share_min sum_k blended[k] <= blended[component] <= share_max sum_k blended[k]`` of every blend."""
    own = np.arange(len(blocks.recipes))
    of_blend: dict[tuple[str, str], list[int]] = {}
    for k, (node, _, blend) in enumerate(blocks.recipes):
        of_blend.setdefault((node, blend), []).append(k)
    rows, columns = [], []
    for k, (node, _, blend) in enumerate(blocks.recipes):
        rows += [k] * len(of_blend[node, blend])
        columns += of_blend[node, blend]
    row, column = np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)
    start = blocks.columns["blended"].start
    for kind, share in (("least", figures.share_min), ("most", figures.share_max)):
        yield blocks.rows[kind].start + own, start + own, np.ones(len(own))
        yield blocks.rows[kind].start + row, start + column, -share[row]


def _bending(blocks: Blocks) -> Iterator[Entries]:
    """``flow = sum of its pieces`` of every link whose cost bends."""
    at, own = {arc: k for k, arc in enumerate(blocks.arcs)}, np.arange(len(blocks.bent))
    rows = blocks.rows["bending"].start + own
    flow = blocks.columns["flow"].start + np.array([at[arc] for arc in blocks.bent], dtype=np.int64)
    yield rows, flow, np.ones(len(own))
    for piece in range(PIECES):
        yield rows, blocks.columns["piece"].start + piece * len(own) + own, -np.ones(len(own))


def _carried_stock(blocks: Blocks, T: int) -> Iterator[Entries]:
    """Stock of period t - 1, and what waited in it, enters the balance of period t."""
    for kind, keys in (("stock", blocks.tanks), ("waiting", blocks.waiting)):
        row = _rows({key: k for k, key in enumerate(blocks.balances)}, keys)
        column = blocks.columns[kind].start + np.arange(len(keys))
        yield _repeated(blocks, row, column, np.ones(len(row)), np.arange(1, T), np.arange(T - 1))


def _late_arrivals(
    ends: Mapping[str, tuple[str, str]], blocks: Blocks, figures: Figures, horizon: Horizon
) -> Iterator[Entries]:
    """``sum_s share[t, s] (1 - loss) flow[s]`` arrives in period t on a link with days on the way."""
    at = {key: k for k, key in enumerate(blocks.balances)}
    for days in np.unique(figures.transit_days[figures.transit_days > 0]):
        mine = np.flatnonzero(figures.transit_days == days)
        there = np.array([at[ends[blocks.arcs[k][0]][1], blocks.arcs[k][1]] for k in mine], dtype=np.int64)
        shares = arriving_shares(horizon, int(days))
        t, s = np.nonzero(shares)
        yield (
            (there[None, :] + blocks.height * t[:, None]).ravel(),
            (blocks.columns["flow"].start + mine[None, :] + blocks.width * s[:, None]).ravel(),
            ((1.0 - figures.loss[mine])[None, :] * shares[t, s][:, None]).ravel(),
        )


def _filling(blocks: Blocks, T: int) -> Iterator[Entries]:
    """``-draw <= sum_c stock[t] - sum_c stock[t-1] <= fill`` of a tank."""
    row, column, ones = _sum_of(blocks, "filling", blocks.paced, "stock", blocks.tanks)
    yield _repeated(blocks, row, column, ones, np.arange(T), np.arange(T))
    yield _repeated(blocks, row, column, -ones, np.arange(1, T), np.arange(T - 1))


def _rising(blocks: Blocks, horizon: Horizon) -> Iterator[Entries]:
    """``supply[t] / days[t] - supply[t-1] / days[t-1] <= full rate x days between / ramp_up_days`` of a field."""
    T, at = len(horizon), {key: k for k, key in enumerate(blocks.fields)}
    row = blocks.rows["rising"].start + np.arange(len(blocks.ramps))
    column = blocks.columns["supply"].start + np.array([at[key] for key in blocks.ramps], dtype=np.int64)
    for t in range(1, T if len(row) else 0):
        for period, sign in ((t, 1.0), (t - 1, -1.0)):
            value = np.full(len(row), sign / float(horizon.days[period]))
            yield _repeated(blocks, row, column, value, np.array([t]), np.array([period]))


def _packing(blocks: Blocks, figures: Figures, horizon: Horizon) -> Iterator[Entries]:
    """A line that opens: ``sum_{s<=t} packed[s] <= fill`` and ``flow[t] - packed[t] <= capacity[t] filled share[t]``.

    The second in the form ``fill / capacity (flow - packed) <= sum_{s<=t} packed[s]``: a line gives at its end no more
    than the share of it that is full. Nothing stays in it that was not put in: ``packed[t] <= flow[t]``.
    """
    T = len(horizon)
    arc = {key: k for k, key in enumerate(blocks.arcs)}
    t, s = np.tril_indices(T)
    for k, key in enumerate(blocks.openings):
        packed = blocks.columns["packed"].start + k + blocks.width * s
        yield blocks.rows["packing"].start + k + blocks.height * t, packed, np.ones(len(t))
        pushing = blocks.rows["pushing"].start + k
        yield pushing + blocks.height * t, packed, -np.ones(len(t))
        # The capacity without outages scales the row; an outage binds through the capacity itself.
        full = figures.opening_capacity[k]
        whole = np.divide(figures.line_fill[k], full, out=np.zeros(T), where=full > 0)
        time = np.arange(T)
        flow = blocks.columns["flow"].start + arc[key] + blocks.width * time
        own = blocks.columns["packed"].start + k + blocks.width * time
        yield pushing + blocks.height * time, flow, whole
        yield pushing + blocks.height * time, own, -whole
        sealed = blocks.rows["sealed"].start + k + blocks.height * time
        yield sealed, own, np.ones(T)
        yield sealed, flow, -np.ones(T)


def _quota(blocks: Blocks, T: int) -> Iterator[Entries]:
    """``sum of some arcs over some periods <= quota``."""
    for k, quota in enumerate(blocks.quotas):
        arcs, periods = np.array(quota.arcs), np.array(quota.periods)
        column = (blocks.columns["flow"].start + arcs[None, :] + blocks.width * periods[:, None]).ravel()
        yield np.full(len(column), blocks.height * T + k), column, np.ones(len(column))


def _rows(at: Mapping[tuple[str, str], int], keys: tuple[tuple[str, str], ...]) -> Ints:
    return np.array([at[key] for key in keys], dtype=np.int64)


def _repeated(blocks: Blocks, row: Ints, column: Ints, value: Floats, rows_at: Ints, columns_at: Ints) -> Entries:
    """Entries of some periods' rows with (other) periods' columns."""
    return (
        (row[None, :] + blocks.height * rows_at[:, None]).ravel(),
        (column[None, :] + blocks.width * columns_at[:, None]).ravel(),
        np.tile(value, len(rows_at)),
    )
