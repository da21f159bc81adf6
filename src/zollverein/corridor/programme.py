"""The netback programme as sparse arrays: assembled once, then only bounds change.

Columns of one period: flow by (link, commodity), supply by (field, commodity), delivery by (market, commodity),
unmet minimum by market, stock by (tank, commodity). Rows of one period: balance by (node, commodity), capacity by
link, intake by market, room by tank. Periods follow each other; only stocks couple them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zollverein.corridor.horizon import Horizon
from zollverein.corridor.network import Network
from zollverein.errors import NetworkError

__all__ = ["Blocks", "Figures", "Programme", "assemble"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
DAYS_PER_YEAR = 365.0
DAYS_PER_MONTH = DAYS_PER_YEAR / 12.0
# An unmet minimum costs this many times the best price: worse than any other use of the tonne.
UNMET_PENALTY = 2.0
# Oil in a tank at the end counts at this share of its best netback: enough that filling a tank beats shutting in,
# too little to hoard where any other way still pays.
END_STOCK_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Blocks:
    """What the columns and rows of one period stand for, in order.

    Attributes
    ----------
    arcs : (link, commodity) pairs. fields, markets, tanks : (node, commodity) pairs.
    intakes : market nodes with a bound or a minimum. balances : (node, commodity) pairs. links, rooms : names.
    """

    arcs: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]
    markets: tuple[tuple[str, str], ...]
    intakes: tuple[str, ...]
    tanks: tuple[tuple[str, str], ...]
    balances: tuple[tuple[str, str], ...]
    links: tuple[str, ...]
    rooms: tuple[str, ...]

    @property
    def columns(self) -> dict[str, slice]:
        """Columns of a period by kind."""
        return _slices(flow=self.arcs, supply=self.fields, delivery=self.markets, unmet=self.intakes, stock=self.tanks)

    @property
    def rows(self) -> dict[str, slice]:
        """Rows of a period by kind."""
        return _slices(balance=self.balances, capacity=self.links, intake=self.intakes, room=self.rooms)


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures by period, in the order of the blocks; kt are per period.

    Attributes
    ----------
    tariff : (arcs, T) US$/t. loss : (arcs,) share. production : (fields, T) kt offered before outages.
    shut_in : (fields, T) US$/t. price : (markets, T) US$/t. minimum, demand : (intakes, T) kt.
    storage : (rooms, T) kt. holding : (tanks, T) US$/t for the period. initial : (tanks,) kt. salvage : (tanks,).
    """

    tariff: Floats
    loss: Floats
    production: Floats
    shut_in: Floats
    price: Floats
    minimum: Floats
    demand: Floats
    storage: Floats
    holding: Floats
    initial: Floats
    salvage: Floats


@dataclass(frozen=True, slots=True)
class Programme:
    """Minimise ``cost @ x`` with bounds on columns and rows; the matrix by columns (CSC)."""

    blocks: Blocks
    figures: Figures
    nodes: tuple[str, ...]
    periods: int
    cost: Floats
    column_lower: Floats
    column_upper: Floats
    row_lower: Floats
    row_upper: Floats
    starts: Ints
    index: Ints
    value: Floats


def assemble(network: Network, horizon: Horizon, price_factor: Mapping[str, float]) -> Programme:
    """Lay out the programme of a network over a horizon, all links open.

    Raises
    ------
    NetworkError : a market that no field reaches, a field that reaches no market, a stock of nobody's.
    """
    blocks = _blocks(network, horizon)
    figures = _figures(network, horizon, blocks, price_factor)
    T = len(horizon)
    row, column, value = _period_matrix(network, blocks, figures)
    n_rows = sum(s.stop - s.start for s in blocks.rows.values())
    n_columns = sum(s.stop - s.start for s in blocks.columns.values())
    time = np.arange(T)
    rows = (row[None, :] + n_rows * time[:, None]).ravel()
    columns = (column[None, :] + n_columns * time[:, None]).ravel()
    values = np.tile(value, T)
    carried_rows, carried_columns = _carried_stock(blocks, n_rows, n_columns, T)
    rows = np.concatenate([rows, carried_rows])
    columns = np.concatenate([columns, carried_columns])
    values = np.concatenate([values, np.ones(len(carried_rows))])
    order = np.lexsort((rows, columns))
    starts = np.searchsorted(columns[order], np.arange(n_columns * T + 1))
    return Programme(
        blocks, figures, tuple(network.nodes.index), T,
        **_bounds(blocks, figures, T, n_rows, n_columns),
        starts=starts.astype(np.int64), index=rows[order].astype(np.int64), value=values[order],
    )  # fmt: skip


def _slices(**groups: tuple[object, ...]) -> dict[str, slice]:
    edges = np.concatenate([[0], np.cumsum([len(g) for g in groups.values()])])
    return {name: slice(int(a), int(b)) for name, a, b in zip(groups, edges[:-1], edges[1:], strict=True)}


def _blocks(network: Network, horizon: Horizon) -> Blocks:
    fields = tuple(sorted(network.node_figure("production_kt_per_year", horizon)))
    priced = sorted(network.node_figure("price_usd_per_t", horizon))
    stored = {node for node, _ in network.node_figure("storage_kt", horizon)}
    ends = _ends(network)
    edges = list(ends.values())
    arcs: list[tuple[str, str]] = []
    markets: list[tuple[str, str]] = []
    reached: dict[str, set[str]] = {}
    for commodity in network.commodities.index:
        sources = {node for node, c in fields if c in (commodity, "")}
        forward = _closure(sources, edges)
        sinks = {node for node, c in priced if c in (commodity, "")}
        useful = forward & _closure(sinks, [(b, a) for a, b in edges])
        stuck = sorted(sources - useful)
        if stuck:
            raise NetworkError(f"field '{stuck[0]}' reaches no market for {commodity}; add a link from it")
        arcs += [(k, commodity) for k, (a, b) in ends.items() if {a, b} <= useful]
        markets += [(node, commodity) for node in sorted(sinks & useful)]
        reached[commodity] = useful
    cut_off = sorted({node for node, _ in priced} - {node for node, _ in markets})
    if cut_off:
        raise NetworkError(f"market '{cut_off[0]}' is cut off: no field reaches it; add a link, or drop its price")
    balances = tuple((n, c) for c in network.commodities.index for n in network.nodes.index if n in reached[c])
    bounded = {
        node for figure in ("demand_kt_per_year", "minimum_kt_per_year")
        for node, _ in network.node_figure(figure, horizon)
    }  # fmt: skip
    return Blocks(
        arcs=tuple(arcs),
        fields=fields,
        markets=tuple(markets),
        intakes=tuple(sorted(bounded & {n for n, _ in markets})),
        tanks=tuple((n, c) for n, c in balances if n in stored),
        balances=balances,
        links=tuple(network.links.index),
        rooms=tuple(sorted(stored & {n for n, _ in balances})),
    )


def _ends(network: Network) -> dict[str, tuple[str, str]]:
    links = network.links
    return dict(zip(links.index, zip(links["from_node"], links["to_node"], strict=True), strict=True))


def _closure(seeds: set[str], edges: list[tuple[str, str]]) -> set[str]:
    found, frontier = set(seeds), set(seeds)
    while frontier:
        frontier = {b for a, b in edges if a in frontier} - found
        found |= frontier
    return found


def _figures(network: Network, horizon: Horizon, blocks: Blocks, price_factor: Mapping[str, float]) -> Figures:
    wrong = [node for node, factor in price_factor.items() if not (np.isfinite(factor) and factor > 0)]
    if wrong:
        raise NetworkError(f"price_factor of '{wrong[0]}' is {price_factor[wrong[0]]}; allowed is a number above 0")
    unknown = [node for node in price_factor if node not in network.nodes.index]
    if unknown:
        raise NetworkError(f"price_factor names '{unknown[0]}', which is no node of the network")
    per_year = horizon.days / DAYS_PER_YEAR
    links = list(network.links.index)
    row = [links.index(link) for link, _ in blocks.arcs]
    tariff = np.nan_to_num(network.link_figure("tariff_usd_per_t", horizon)[row])
    loss = np.nan_to_num(network.link_figure("loss_share", horizon)[row, 0])

    def nodes(figure: str, keys: tuple[tuple[str, str], ...], missing: float) -> Floats:
        table = network.node_figure(figure, horizon)
        absent = np.full(len(horizon), missing)
        found = [table.get(key, table.get((key[0], ""), absent)) for key in keys]
        series = np.stack(found) if found else np.empty((0, len(horizon)))
        return np.where(np.isnan(series), missing, series)

    price = nodes("price_usd_per_t", blocks.markets, np.nan)
    _require_prices(price, blocks, horizon)
    price = price * np.array([price_factor.get(node, 1.0) for node, _ in blocks.markets])[:, None]
    intakes = tuple((node, "") for node in blocks.intakes)
    rooms = tuple((node, "") for node in blocks.rooms)
    return Figures(
        tariff=tariff,
        loss=loss,
        production=nodes("production_kt_per_year", blocks.fields, 0.0) * per_year,
        shut_in=nodes("shut_in_usd_per_t", blocks.fields, 0.0),
        price=price,
        minimum=nodes("minimum_kt_per_year", intakes, 0.0) * per_year,
        demand=nodes("demand_kt_per_year", intakes, np.inf) * per_year,
        storage=nodes("storage_kt", rooms, 0.0),
        holding=nodes("storage_usd_per_t_month", blocks.tanks, 0.0) * (horizon.days / DAYS_PER_MONTH),
        initial=_initial_stock(network, horizon, blocks),
        salvage=_salvage(network, blocks, tariff[:, -1], loss, price[:, -1]),
    )


def _require_prices(price: Floats, blocks: Blocks, horizon: Horizon) -> None:
    absent = np.argwhere(np.isnan(price))
    if absent.size:
        k, t = absent[0]
        node, commodity = blocks.markets[k]
        raise NetworkError(
            f"table node_figures: '{node}' has no price_usd_per_t for {commodity} on {horizon.starts[t]}; "
            f"a market has one in every period: give it a price from the first day on"
        )


def _initial_stock(network: Network, horizon: Horizon, blocks: Blocks) -> Floats:
    table = network.node_figure("initial_stock_kt", horizon)
    for node, commodity in table:
        owners = [c for n, c in blocks.tanks if n == node]
        if commodity not in owners and not (commodity == "" and len(owners) == 1):
            raise NetworkError(
                f"initial_stock_kt of '{node}' is for commodity '{commodity}'; the tank there holds "
                f"{', '.join(owners) or 'nothing'}: name one of these"
            )
    none = np.zeros(1)
    return np.array([table.get((n, c), table.get((n, ""), none))[0] for n, c in blocks.tanks], dtype=float)


def _salvage(network: Network, blocks: Blocks, tariff: Floats, loss: Floats, price: Floats) -> Floats:
    """Value of a tonne left in a tank at the end: the best market's price less carriage, capacities aside."""
    value = dict(zip(blocks.markets, price, strict=True))
    ends = _ends(network)
    for _ in range(len(blocks.balances)):
        changed = False
        for k, (link, commodity) in enumerate(blocks.arcs):
            a, b = ends[link]
            if (b, commodity) in value:
                offer = (1.0 - loss[k]) * value[b, commodity] - tariff[k]
                if offer > value.get((a, commodity), -np.inf):
                    value[a, commodity] = offer
                    changed = True
        if not changed:
            break
    else:
        raise NetworkError("a cycle of links has a negative cost, so carrying in circles would pay; check the tariffs")
    return END_STOCK_SHARE * np.array([value.get(key, 0.0) for key in blocks.tanks])


def _period_matrix(network: Network, blocks: Blocks, figures: Figures) -> tuple[Ints, Ints, Floats]:
    """Coefficients of one period; see the docstrings of the constraint families it calls."""
    names = {"balance": blocks.balances, "capacity": blocks.links, "intake": blocks.intakes, "room": blocks.rooms}
    row_of: dict[str, dict[object, int]] = {
        kind: {key: blocks.rows[kind].start + k for k, key in enumerate(keys)} for kind, keys in names.items()
    }
    entries = [
        *_balance(network, blocks, figures, row_of["balance"]),
        *_capacity(blocks, row_of["capacity"]),
        *_intake(blocks, row_of["intake"]),
        *_room(blocks, row_of["room"]),
    ]
    row, column, value = zip(*entries, strict=True)
    return np.array(row), np.array(column), np.array(value, dtype=float)


def _balance(
    network: Network, blocks: Blocks, figures: Figures, row_of: Mapping[object, int]
) -> list[tuple[int, int, float]]:
    """``sum_in (1 - loss) flow - sum_out flow + supply - delivery + stock[t-1] - stock[t] = 0`` by node, commodity."""
    c = blocks.columns
    ends = _ends(network)
    entries = []
    for k, (link, commodity) in enumerate(blocks.arcs):
        a, b = ends[link]
        entries.append((row_of[a, commodity], c["flow"].start + k, -1.0))
        entries.append((row_of[b, commodity], c["flow"].start + k, 1.0 - float(figures.loss[k])))
    entries += [(row_of[key], c["supply"].start + k, 1.0) for k, key in enumerate(blocks.fields)]
    entries += [(row_of[key], c["delivery"].start + k, -1.0) for k, key in enumerate(blocks.markets)]
    entries += [(row_of[key], c["stock"].start + k, -1.0) for k, key in enumerate(blocks.tanks)]
    return entries


def _capacity(blocks: Blocks, row_of: Mapping[object, int]) -> list[tuple[int, int, float]]:
    """``sum_c flow[link, c] <= capacity[link]``."""
    start = blocks.columns["flow"].start
    return [(row_of[link], start + k, 1.0) for k, (link, _) in enumerate(blocks.arcs)]


def _intake(blocks: Blocks, row_of: Mapping[object, int]) -> list[tuple[int, int, float]]:
    """``minimum <= sum_c delivery + unmet <= demand`` at every market that has either."""
    c = blocks.columns
    entries = [(row_of[n], c["delivery"].start + k, 1.0) for k, (n, _) in enumerate(blocks.markets) if n in row_of]
    return entries + [(row_of[n], c["unmet"].start + k, 1.0) for k, n in enumerate(blocks.intakes)]


def _room(blocks: Blocks, row_of: Mapping[object, int]) -> list[tuple[int, int, float]]:
    """``sum_c stock[tank, c] <= storage[tank]``."""
    start = blocks.columns["stock"].start
    return [(row_of[node], start + k, 1.0) for k, (node, _) in enumerate(blocks.tanks)]


def _carried_stock(blocks: Blocks, n_rows: int, n_columns: int, T: int) -> tuple[Ints, Ints]:
    """Stock of period t - 1 enters the balance of period t."""
    row_of = {key: k for k, key in enumerate(blocks.balances)}
    row = np.array([row_of[key] for key in blocks.tanks], dtype=np.int64)
    column = blocks.columns["stock"].start + np.arange(len(blocks.tanks))
    time = np.arange(1, T)
    return (row[None, :] + n_rows * time[:, None]).ravel(), (column[None, :] + n_columns * (time - 1)[:, None]).ravel()


def _bounds(blocks: Blocks, f: Figures, T: int, n_rows: int, n_columns: int) -> dict[str, Floats]:
    c, r = blocks.columns, blocks.rows
    cost, upper = np.zeros((T, n_columns)), np.full((T, n_columns), np.inf)
    cost[:, c["flow"]] = f.tariff.T
    cost[:, c["supply"]] = -f.shut_in.T
    cost[:, c["delivery"]] = -f.price.T
    cost[:, c["unmet"]] = UNMET_PENALTY * np.abs(f.price).max()
    cost[:, c["stock"]] = f.holding.T
    cost[-1, c["stock"]] -= f.salvage
    upper[:, c["supply"]] = f.production.T
    upper[:, c["unmet"]] = f.minimum.T
    row_lower, row_upper = np.zeros((T, n_rows)), np.zeros((T, n_rows))
    first = {key: k for k, key in enumerate(blocks.balances)}
    for k, key in enumerate(blocks.tanks):
        row_lower[0, first[key]] = row_upper[0, first[key]] = -f.initial[k]
    row_lower[:, r["capacity"]], row_upper[:, r["capacity"]] = -np.inf, np.inf
    row_lower[:, r["intake"]] = f.minimum.T
    row_upper[:, r["intake"]] = np.maximum(f.demand, f.minimum).T
    row_lower[:, r["room"]], row_upper[:, r["room"]] = -np.inf, f.storage.T
    return {
        "cost": cost.ravel(), "column_lower": np.zeros(T * n_columns), "column_upper": upper.ravel(),
        "row_lower": row_lower.ravel(), "row_upper": row_upper.ravel(),
    }  # fmt: skip
