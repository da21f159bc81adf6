"""The figures of the programme's columns and rows, period by period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zollverein.corridor.availability import capacity_kt_per_day
from zollverein.corridor.blocks import Blocks
from zollverein.corridor.horizon import DAYS_PER_YEAR, Horizon
from zollverein.corridor.network import Network
from zollverein.errors import NetworkError

__all__ = ["Figures", "figures_of"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
DAYS_PER_MONTH = DAYS_PER_YEAR / 12.0
# Oil in a tank or on the way at the end counts at this share of its best netback: enough that filling a tank beats
# shutting in, too little to hoard where any other way still pays.
END_STOCK_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures by period, in the order of the blocks; kt are per period.

    Attributes
    ----------
    tariff : (arcs, T) US$/t. loss : (arcs,) share. right : (arcs, T) kt.
    transit_days : (arcs,) 0 for a full line. before : (arcs,) kt a day on the way at the start.
    production : (fields, T) kt offered before outages. shut_in : (fields, T) US$/t. ramp_days : (ramps,).
    price : (markets, T) US$/t. minimum, demand : (intakes, T) kt.
    storage : (rooms, T) kt. filling, drawing : (paced, T) kt. holding : (tanks, T) US$/t for the period.
    initial : (tanks,) kt. salvage : (balances,) US$/t, of oil that is still there at the end; salvage_there : (arcs,).
    take : (takes, T) kt. penalty : (takes, T) US$/t. share_min, share_max, blend_cost : (recipes,).
    line_fill : (openings,) kt. opening_capacity : (openings, T) kt.
    """

    tariff: Floats
    loss: Floats
    right: Floats
    transit_days: Ints
    before: Floats
    production: Floats
    shut_in: Floats
    ramp_days: Floats
    price: Floats
    minimum: Floats
    demand: Floats
    storage: Floats
    filling: Floats
    drawing: Floats
    holding: Floats
    initial: Floats
    salvage: Floats
    salvage_there: Floats
    take: Floats
    penalty: Floats
    share_min: Floats
    share_max: Floats
    blend_cost: Floats
    line_fill: Floats
    opening_capacity: Floats


def figures_of(network: Network, horizon: Horizon, blocks: Blocks, price_factor: Mapping[str, float]) -> Figures:
    """Read every figure that the programme needs.

    Raises
    ------
    NetworkError : a market without a price, a stock of nobody's, more than a tank holds, a cycle that pays.
    """
    _require_factors(price_factor, network)
    per_year = horizon.years
    position = {link: k for k, link in enumerate(network.links.index)}
    row = np.array([position[link] for link, _ in blocks.arcs], dtype=np.int64)
    takes = np.array([position[link] for link in blocks.takes], dtype=np.int64)

    def links(figure: str, rows: Ints, missing: float = 0.0) -> Floats:
        values = network.link_figure(figure, horizon)[rows]
        return np.where(np.isnan(values), missing, values)

    def nodes(figure: str, keys: tuple[tuple[str, str], ...], missing: float) -> Floats:
        table = network.node_figure(figure, horizon)
        absent = np.full(len(horizon), missing)
        found = [table.get(key, table.get((key[0], ""), absent)) for key in keys]
        series = np.stack(found) if found else np.empty((0, len(horizon)))
        return np.where(np.isnan(series), missing, series)

    price = nodes("price_usd_per_t", blocks.markets, np.nan)
    _require_prices(price, blocks, horizon)
    price = price * np.array([_factor(price_factor, *market) for market in blocks.markets])[:, None]
    intakes, rooms, paced = (tuple((n, "") for n in names) for names in (blocks.intakes, blocks.rooms, blocks.paced))
    tariff, loss = links("tariff_usd_per_t", row), links("loss_share", row)[:, 0]
    # A line that is full pushes out at its end what is put in at its start: it delays nothing.
    full = links("line_fill_kt", row).max(axis=1) > 0
    days_on_the_way = np.where(full, 0, links("transit_days", row)[:, 0]).astype(np.int64)
    recipe = _recipes(network, blocks)
    storage = nodes("storage_kt", rooms, 0.0)
    initial = _initial_stock(network, horizon, blocks)
    salvage = _salvage(network, blocks, recipe, tariff[:, -1], loss, price[:, -1])
    at = {key: k for k, key in enumerate(blocks.balances)}
    _require_room(initial, storage, blocks)
    return Figures(
        tariff=tariff,
        loss=loss,
        right=_rights(network, horizon, blocks) * per_year,
        transit_days=days_on_the_way,
        before=_before(network, horizon, blocks, row, days_on_the_way),
        production=nodes("production_kt_per_year", blocks.fields, 0.0) * per_year,
        shut_in=nodes("shut_in_usd_per_t", blocks.fields, 0.0),
        ramp_days=nodes("ramp_up_days", blocks.ramps, 0.0)[:, 0] if blocks.ramps else np.empty(0),
        price=price,
        minimum=nodes("minimum_kt_per_year", intakes, 0.0) * per_year,
        demand=nodes("demand_kt_per_year", intakes, np.inf) * per_year,
        storage=storage,
        filling=nodes("fill_kt_per_day", paced, np.inf) * horizon.days,
        drawing=nodes("draw_kt_per_day", paced, np.inf) * horizon.days,
        holding=nodes("storage_usd_per_t_month", blocks.tanks, 0.0) * (horizon.days / DAYS_PER_MONTH),
        initial=initial,
        salvage=salvage,
        salvage_there=salvage[[at[network.ends[link][1], c] for link, c in blocks.arcs]],
        take=links("minimum_kt_per_year", takes) * per_year,
        penalty=links("tariff_usd_per_t", takes),
        share_min=recipe[:, 0],
        share_max=recipe[:, 1],
        blend_cost=recipe[:, 2],
        line_fill=_line_fill(network, horizon, blocks),
        opening_capacity=_opening_capacity(network, horizon, blocks, position),
    )


def _require_factors(price_factor: Mapping[str, float], network: Network) -> None:
    for node, factor in price_factor.items():
        if not (isinstance(factor, int | float | np.number) and np.isfinite(factor) and factor > 0):
            raise NetworkError(f"price_factor of '{node}' is {factor!r}; allowed is a number above 0")
        place, _, commodity = node.rpartition("/")
        if node not in network.nodes.index and not (
            place in network.nodes.index and commodity in network.commodities.index
        ):
            raise NetworkError(
                f"price_factor names '{node}', which is no node of the network, nor node/commodity of one"
            )


def _factor(price_factor: Mapping[str, float], node: str, commodity: str) -> float:
    """The factor on a market's price of one commodity: its own, ``node/commodity``, else the node's."""
    return price_factor.get(f"{node}/{commodity}", price_factor.get(node, 1.0))


def _require_prices(price: Floats, blocks: Blocks, horizon: Horizon) -> None:
    absent = np.argwhere(np.isnan(price))
    if absent.size:
        k, t = absent[0]
        node, commodity = blocks.markets[k]
        raise NetworkError(
            f"table node_figures: '{node}' has no price_usd_per_t for {commodity} on {horizon.starts[t]}; "
            f"a market has one in every period: give it a price from the first day on"
        )


def _rights(network: Network, horizon: Horizon, blocks: Blocks) -> Floats:
    """(arcs, T) kt a year that one commodity may use of a link; infinite without a right."""
    table = network.right_figure(horizon)
    out = np.full((len(blocks.arcs), len(horizon)), np.inf)
    for k, arc in enumerate(blocks.arcs) if table else ():
        if arc in table:
            out[k] = np.where(np.isnan(table[arc]), np.inf, table[arc])
    return out


def _before(network: Network, horizon: Horizon, blocks: Blocks, row: Ints, days: Ints) -> Floats:
    """(arcs,) kt a day on the way at the start; a link's figure is parted equally among its commodities."""
    on_the_way = network.link_figure("before_kt_per_year", horizon)[row, 0]
    count = np.bincount(row, minlength=len(network.links))[row]
    return np.asarray(np.where(days > 0, np.nan_to_num(on_the_way), 0.0) / count / DAYS_PER_YEAR)


def _recipes(network: Network, blocks: Blocks) -> Floats:
    """(recipes, 3): least share, largest share and cost of a component of a blend."""
    rows = network.blends
    keys = zip(*(rows[column] for column in ("node", "component", "blend")), strict=True)
    table = dict(zip(keys, rows[["share_min", "share_max", "cost_usd_per_t"]].to_numpy(dtype=float), strict=True))
    return np.array([table[key] for key in blocks.recipes]).reshape(len(blocks.recipes), 3)


def _line_fill(network: Network, horizon: Horizon, blocks: Blocks) -> Floats:
    fill = dict(
        zip(network.links.index, np.nan_to_num(network.link_figure("line_fill_kt", horizon)).max(axis=1), strict=True)
    )
    return np.array([fill[link] for link, _ in blocks.openings], dtype=float)


def _opening_capacity(network: Network, horizon: Horizon, blocks: Blocks, position: Mapping[str, int]) -> Floats:
    """(openings, T) kt that a line to be filled can carry once it is full, outages aside."""
    if not blocks.openings:
        return np.empty((0, len(horizon)))
    per_day = capacity_kt_per_day(network, horizon)[[position[link] for link, _ in blocks.openings]]
    return np.asarray(per_day * horizon.days)


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


def _require_room(initial: Floats, storage: Floats, blocks: Blocks) -> None:
    for k, node in enumerate(blocks.rooms):
        held = sum(float(kt) for (n, _), kt in zip(blocks.tanks, initial, strict=True) if n == node)
        if held > storage[k, 0] * (1 + 1e-9):
            raise NetworkError(
                f"initial_stock_kt of '{node}' is {held:,.6g} kt, {held - storage[k, 0]:,.6g} more than its tanks hold "
                f"(storage_kt {storage[k, 0]:,.6g}); lower the stock or enlarge the tanks"
            )


def _salvage(network: Network, blocks: Blocks, recipe: Floats, tariff: Floats, loss: Floats, price: Floats) -> Floats:
    """Value of a tonne left at the end at every balance: the best market's price less carriage, capacities aside.

    Bellman and Ford on all arcs at once; a value that still rises after as many rounds as there are places has found
    a cycle that pays.
    """
    at = {key: k for k, key in enumerate(blocks.balances)}
    ends = network.ends
    here = [at[ends[link][0], c] for link, c in blocks.arcs] + [at[n, c] for n, c, _ in blocks.recipes]
    there = [at[ends[link][1], c] for link, c in blocks.arcs] + [at[n, b] for n, _, b in blocks.recipes]
    kept = np.concatenate([1.0 - loss, np.ones(len(blocks.recipes))])
    paid = np.concatenate([tariff, recipe[:, 2]])
    value = np.full(len(at), -np.inf)
    np.maximum.at(value, [at[key] for key in blocks.markets], price)
    for _ in range(len(at) + 1):
        better = value.copy()
        np.maximum.at(better, here, kept * value[there] - paid)
        if np.array_equal(better, value):
            return END_STOCK_SHARE * np.where(np.isfinite(value), value, 0.0)
        value = better
    raise NetworkError(_paying_cycle(network, blocks, tariff))


def _paying_cycle(network: Network, blocks: Blocks, tariff: Floats) -> str:
    """Name the links of a cycle whose tariffs add to less than nothing."""
    ends = network.ends
    cheapest: dict[str, float] = {}
    for (link, _), cost in zip(blocks.arcs, tariff, strict=True):
        cheapest[link] = min(float(cost), cheapest.get(link, np.inf))
    distance: dict[str, float] = dict.fromkeys(network.nodes.index, 0.0)
    via: dict[str, str] = {}
    moved = ""
    for _ in range(len(distance)):
        moved = ""
        for link, cost in cheapest.items():
            a, b = ends[link]
            if distance[a] + cost < distance[b] - 1e-9:
                distance[b], via[b], moved = distance[a] + cost, link, b
    for _ in range(len(distance)):
        moved = ends[via[moved]][0] if moved else moved
    if not moved:
        return "a cycle of links has a negative cost, so carrying in circles would pay; check the tariffs"
    cycle: list[str] = []
    node = moved
    while not cycle or node != moved:
        cycle.append(via[node])
        node = ends[via[node]][0]
    total = sum(cheapest[link] for link in cycle)
    named = ", ".join(f"'{link}'" for link in reversed(cycle))
    return (
        f"the cycle of links {named} costs {total:g} US$/t, less than nothing, so carrying in circles would pay; "
        f"mend their tariff_usd_per_t"
    )
