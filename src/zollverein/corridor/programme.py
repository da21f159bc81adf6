"""The netback programme as sparse arrays: assembled once, then only bounds change.

Periods follow each other, each with the same columns and rows (see `Blocks`); stocks, late arrivals, ramps and quotas
couple them. What the columns cost and the rows mean stands in `families`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from zollverein.corridor.bending import Bend
from zollverein.corridor.blocks import Blocks, blocks_of
from zollverein.corridor.delays import arrivals_of_before, still_on_the_way
from zollverein.corridor.families import Entries, coupling, of_a_period
from zollverein.corridor.figures import Figures, figures_of
from zollverein.corridor.horizon import Horizon
from zollverein.corridor.network import Network

__all__ = ["Programme", "assemble"]

Floats = npt.NDArray[np.float64]
# An unmet minimum, or a period of waiting for oil that arrived and finds no way on, costs this many times the best
# price: worse than any other use of the tonne, so that neither is ever planned and both are where they must be.
WORST = 2.0
# What a day's delay costs a tonne: far below any price, and above the solver's tolerance.
LATER_USD_PER_T_DAY = 1e-7


@dataclass(frozen=True)
class Programme:
    """Minimise ``cost @ x`` with bounds on columns and rows; the matrix by columns (CSC).

    Columns are period by period, ``blocks.width`` each; rows too, ``blocks.height`` each, and then the quotas. With a
    `Bend` the costs of some flows rise with them, see `bending`.
    """

    blocks: Blocks
    figures: Figures
    nodes: tuple[str, ...]
    horizon: Horizon
    cost: Floats
    column_lower: Floats
    column_upper: Floats
    row_lower: Floats
    row_upper: Floats
    matrix: sparse.csc_array
    bend: Bend | None = None

    @property
    def periods(self) -> int:
        """Periods of the horizon."""
        return len(self.horizon)

    @cached_property
    def field_nodes(self) -> npt.NDArray[np.int64]:
        """Positions, among the nodes, of the fields' nodes."""
        at = {node: k for k, node in enumerate(self.nodes)}
        return np.array([at[node] for node, _ in self.blocks.fields], dtype=np.int64)

    @cached_property
    def rights(self) -> npt.NDArray[np.int64]:
        """Positions of arcs that a right bounds."""
        return np.flatnonzero(np.isfinite(self.figures.right).any(axis=1))

    def nobodys_usd_thousand(self, x: Floats) -> float:
        """Return what the preference for early plans, and waiting, add to the cost of a point; nobody pays them."""
        c = self.blocks.columns
        by_period = x.reshape(self.periods, self.blocks.width)
        moved = by_period[:, c["delivery"]].sum(axis=1) + by_period[:, c["supply"]].sum(axis=1)
        waited = float(by_period[:, c["waiting"]].sum()) * worst_usd_per_t(self.figures)
        return float(LATER_USD_PER_T_DAY * np.cumsum(self.horizon.days) @ moved) + waited

    def flow_columns(self, arcs: tuple[tuple[str, str], ...]) -> npt.NDArray[np.int64]:
        """Return the columns of flows on some arcs, (arcs, T)."""
        at = {arc: k for k, arc in enumerate(self.blocks.arcs)}
        place = self.blocks.columns["flow"].start + np.array([at[arc] for arc in arcs], dtype=np.int64)
        return np.asarray(place[:, None] + self.blocks.width * np.arange(self.periods))

    def bending_rows(self) -> npt.NDArray[np.int64]:
        """Return the rows that part bent flows into pieces, (arcs, T)."""
        rows = self.blocks.rows["bending"]
        return np.asarray(np.arange(rows.start, rows.stop)[:, None] + self.blocks.height * np.arange(self.periods))

    def by_period(self, duals: Floats) -> Floats:
        """Return what belongs to the rows of periods, (T, height), of an array over all rows."""
        T = self.periods
        return duals[: T * self.blocks.height].reshape(T, self.blocks.height)


def assemble(
    network: Network,
    horizon: Horizon,
    price_factor: Mapping[str, float],
    bend: Bend | None = None,
    blocks: Blocks | None = None,
) -> Programme:
    """Lay out the programme of a network over a horizon, all links open.

    Parameters
    ----------
    blocks : those of a programme that differs in nothing but prices; absent: reckoned.

    Raises
    ------
    NetworkError : a market that no field reaches, a field that reaches no market, figures that contradict each other.
    """
    if blocks is None:
        blocks = blocks_of(network, horizon, bend.arcs if bend is not None else ())
    figures = figures_of(network, horizon, blocks, price_factor)
    T, ends = len(horizon), network.ends
    row, column, value = _joined(of_a_period(ends, blocks, figures))
    time = np.arange(T)
    repeated = (
        (row[None, :] + blocks.height * time[:, None]).ravel(),
        (column[None, :] + blocks.width * time[:, None]).ravel(),
        np.tile(value, T),
    )
    row, column, value = _joined([repeated, *coupling(ends, blocks, figures, horizon)])
    shape = (blocks.height * T + len(blocks.quotas), blocks.width * T)
    matrix = sparse.coo_array((value, (row, column)), shape=shape).tocsc()
    matrix.indptr, matrix.indices = matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32)
    return Programme(
        blocks, figures, tuple(network.nodes.index), horizon,
        **_column_bounds(blocks, figures, horizon, bend), **_row_bounds(ends, blocks, figures, horizon),
        matrix=matrix, bend=bend,
    )  # fmt: skip


def worst_usd_per_t(figures: Figures) -> float:
    """Return what a tonne costs that nobody would plan to miss or to keep waiting."""
    return float(WORST * np.abs(figures.price).max(initial=0.0))


def _joined(entries: Iterable[Entries]) -> Entries:
    row, column, value = zip(*entries, strict=True)
    return np.concatenate(row), np.concatenate(column), np.concatenate(value)


def _column_bounds(blocks: Blocks, f: Figures, horizon: Horizon, bend: Bend | None) -> dict[str, Floats]:
    """Costs and bounds of the columns: tariffs and stocks cost, deliveries earn, what is left at the end is worth."""
    c, T = blocks.columns, len(horizon)
    cost, upper = np.zeros((T, blocks.width)), np.full((T, blocks.width), np.inf)
    cost[:, c["flow"]] = f.tariff.T
    cost[:, c["supply"]] = -f.shut_in.T
    cost[:, c["delivery"]] = -f.price.T
    # Of plans that earn the same the earliest counts: without this their timing would be the solver's whim.
    day = np.cumsum(horizon.days)[:, None]
    cost[:, c["delivery"]] += LATER_USD_PER_T_DAY * day
    cost[:, c["supply"]] += LATER_USD_PER_T_DAY * day
    cost[:, c["unmet"]] = cost[:, c["waiting"]] = worst_usd_per_t(f)
    cost[:, c["stock"]] = f.holding.T
    cost[:, c["unshipped"]] = f.penalty.T
    cost[:, c["blended"]] = f.blend_cost
    at = {key: k for k, key in enumerate(blocks.balances)}
    cost[-1, c["stock"]] -= f.salvage[[at[key] for key in blocks.tanks]]
    if bend is not None:
        cost[-1, c["stock"]] -= [bend.kept_usd_per_t.get(key, 0.0) for key in blocks.tanks]
    upper[:, c["flow"]] = f.right.T
    upper[:, c["supply"]] = f.production.T
    # Implied by rows, and a help to the simplex: no market takes more than it can, no tank holds more.
    demand = {node: f.demand[k] for k, node in enumerate(blocks.intakes)}
    least = {node: f.minimum[k] for k, node in enumerate(blocks.intakes)}
    room = {node: f.storage[k] for k, node in enumerate(blocks.rooms)}
    for k, (node, _) in enumerate(blocks.markets):
        if node in demand:
            upper[:, c["delivery"].start + k] = np.maximum(demand[node], least[node])
    for k, (node, _) in enumerate(blocks.tanks):
        upper[:, c["stock"].start + k] = room[node]
    upper[:, c["unmet"]] = f.minimum.T
    upper[:, c["packed"]] = np.where(f.opening_capacity > 0, np.inf, 0.0).T
    for days in np.unique(f.transit_days[f.transit_days > 0]):
        late = np.flatnonzero(f.transit_days == days)
        # What is on the way at the end is worth what a stock is, and the share of its tariff that is still to come.
        worth = still_on_the_way(horizon, int(days))[:, None] * f.salvage_there[late] * (1.0 - f.loss[late])
        cost[:, c["flow"].start + late] -= worth
    return {"cost": cost.ravel(), "column_lower": np.zeros(cost.size), "column_upper": upper.ravel()}


def _row_bounds(ends: Mapping[str, tuple[str, str]], blocks: Blocks, f: Figures, horizon: Horizon) -> dict[str, Floats]:
    r, T = blocks.rows, len(horizon)
    lower, upper = np.zeros((T, blocks.height)), np.zeros((T, blocks.height))
    at = {key: k for k, key in enumerate(blocks.balances)}
    for k, key in enumerate(blocks.tanks):
        lower[0, at[key]] = upper[0, at[key]] = -f.initial[k]
    for k in map(int, np.flatnonzero(f.before > 0)):
        link, commodity = blocks.arcs[k]
        arrived = (1.0 - f.loss[k]) * arrivals_of_before(horizon, int(f.transit_days[k]), float(f.before[k]))
        lower[:, at[ends[link][1], commodity]] -= arrived
        upper[:, at[ends[link][1], commodity]] -= arrived
    lower[:, r["capacity"]], upper[:, r["capacity"]] = -np.inf, np.inf
    lower[:, r["intake"]] = f.minimum.T
    upper[:, r["intake"]] = np.maximum(f.demand, f.minimum).T
    lower[:, r["room"]], upper[:, r["room"]] = -np.inf, f.storage.T
    lower[:, r["take"]], upper[:, r["take"]] = f.take.T, np.inf
    upper[:, r["least"]] = np.inf
    lower[:, r["most"]] = -np.inf
    lower[:, r["filling"]], upper[:, r["filling"]] = -f.drawing.T, f.filling.T
    held = dict.fromkeys(blocks.paced, 0.0)
    for (node, _), kt in zip(blocks.tanks, f.initial, strict=True):
        held |= {node: held[node] + float(kt)} if node in held else {}
    first = np.array(list(held.values()))
    lower[0, r["filling"]] += first
    upper[0, r["filling"]] += first
    lower[:, r["rising"]], upper[:, r["rising"]] = -np.inf, _rise(blocks, f, horizon)
    lower[:, r["packing"]], upper[:, r["packing"]] = -np.inf, f.line_fill
    lower[:, r["pushing"]] = lower[:, r["sealed"]] = -np.inf
    quotas = np.array([quota.bound_kt for quota in blocks.quotas])
    return {
        "row_lower": np.concatenate([lower.ravel(), np.full(len(quotas), -np.inf)]),
        "row_upper": np.concatenate([upper.ravel(), quotas]),
    }


def _rise(blocks: Blocks, f: Figures, horizon: Horizon) -> Floats:
    """(T, ramps) the most by which a field's daily output may rise from one period to the next; free in the first."""
    at = {key: k for k, key in enumerate(blocks.fields)}
    full = f.production[[at[key] for key in blocks.ramps]] / horizon.days
    between = (horizon.days + np.concatenate([horizon.days[:1], horizon.days[:-1]])) / 2.0
    rise = full * between / np.maximum(f.ramp_days, 1e-9)[:, None]
    rise[:, :1] = np.inf
    return np.asarray(rise.T)
