"""What the columns and rows of the programme stand for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from zollverein.corridor.availability import capacity_kt_per_day
from zollverein.corridor.bending import PIECES
from zollverein.corridor.horizon import DAYS_PER_YEAR, Horizon
from zollverein.corridor.network import Network
from zollverein.errors import NetworkError

__all__ = ["Blocks", "Quota", "blocks_of"]

State = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Quota:
    """A bound on the sum of some arcs over some periods, kt."""

    name: str
    label: str
    arcs: tuple[int, ...]
    periods: tuple[int, ...]
    bound_kt: float


@dataclass(frozen=True)
class Blocks:
    """What the columns and rows of one period stand for, in order; quotas are rows of the whole horizon.

    Attributes
    ----------
    arcs : (link, commodity) pairs. fields, markets, tanks : (node, commodity) pairs.
    intakes : market nodes with a bound or a minimum. balances : (node, commodity) pairs. links, rooms : names.
    takes : links with a contracted minimum. recipes : (node, component, blend).
    paced : tanks with a rate of filling or drawing. ramps : fields that take time to come back.
    openings : arcs of lines that are filled within the horizon. quotas : see `Quota`.
    bent : arcs whose cost rises with the flow, each parted into `PIECES`.
    waiting : (node, commodity) pairs where oil arrives days after it left, and may find no way on.
    """

    arcs: tuple[State, ...]
    fields: tuple[State, ...]
    markets: tuple[State, ...]
    intakes: tuple[str, ...]
    tanks: tuple[State, ...]
    balances: tuple[State, ...]
    links: tuple[str, ...]
    rooms: tuple[str, ...]
    takes: tuple[str, ...] = ()
    recipes: tuple[tuple[str, str, str], ...] = ()
    paced: tuple[str, ...] = ()
    ramps: tuple[State, ...] = ()
    openings: tuple[State, ...] = ()
    quotas: tuple[Quota, ...] = ()
    bent: tuple[State, ...] = ()
    waiting: tuple[State, ...] = ()

    @cached_property
    def column_keys(self) -> dict[str, tuple[object, ...]]:
        """What the columns of a period are of, by kind and in order."""
        return {
            "flow": self.arcs, "supply": self.fields, "delivery": self.markets, "unmet": self.intakes,
            "stock": self.tanks, "unshipped": self.takes, "blended": self.recipes, "packed": self.openings,
            "piece": self.bent * PIECES, "waiting": self.waiting,
        }  # fmt: skip

    @cached_property
    def row_keys(self) -> dict[str, tuple[object, ...]]:
        """What the rows of a period are of, by kind and in order."""
        return {
            "balance": self.balances, "capacity": self.links, "intake": self.intakes, "room": self.rooms,
            "take": self.takes, "least": self.recipes, "most": self.recipes, "filling": self.paced,
            "rising": self.ramps, "packing": self.openings, "pushing": self.openings, "sealed": self.openings,
            "bending": self.bent,
        }  # fmt: skip

    @cached_property
    def columns(self) -> dict[str, slice]:
        """Columns of a period by kind."""
        return _slices(self.column_keys)

    @cached_property
    def rows(self) -> dict[str, slice]:
        """Rows of a period by kind."""
        return _slices(self.row_keys)

    @cached_property
    def link_at(self) -> dict[str, int]:
        """Position of every link."""
        return {link: k for k, link in enumerate(self.links)}

    @cached_property
    def width(self) -> int:
        """Columns of a period."""
        return int(max(s.stop for s in self.columns.values()))

    @cached_property
    def height(self) -> int:
        """Rows of a period."""
        return int(max(s.stop for s in self.rows.values()))


def _slices(groups: Mapping[str, tuple[object, ...]]) -> dict[str, slice]:
    edges = np.concatenate([[0], np.cumsum([len(g) for g in groups.values()])])
    return {name: slice(int(a), int(b)) for name, a, b in zip(groups, edges[:-1], edges[1:], strict=True)}


def blocks_of(network: Network, horizon: Horizon, bent: tuple[State, ...] = ()) -> Blocks:
    """Find what of a network takes part: links between a field and a market of the same commodity or its blend.

    Raises
    ------
    NetworkError : a market that no field reaches, or a field that reaches no market.
    """
    fields = tuple(sorted(network.node_figure("production_kt_per_year", horizon)))
    priced = sorted(network.node_figure("price_usd_per_t", horizon))
    recipes = tuple(zip(*(network.blends[c] for c in ("node", "component", "blend")), strict=True))
    ends = network.ends
    useful = _useful(network, ends, recipes, fields, priced)
    arcs = tuple(
        (link, c) for c in network.commodities.index for link, (a, b) in ends.items() if {(a, c), (b, c)} <= useful
    )
    sold = {(node, c) for node, named in priced for c in ([named] if named else network.commodities.index)}
    balances = tuple((n, c) for c in network.commodities.index for n in network.nodes.index if (n, c) in useful)
    markets = tuple((n, c) for c in network.commodities.index for n in sorted({n for n, k in sold & useful if k == c}))
    cut_off = sorted({node for node, _ in priced} - {node for node, _ in markets})
    if cut_off:
        raise NetworkError(f"market '{cut_off[0]}' is cut off: no field reaches it; add a link, or drop its price")
    stored = {node for node, _ in network.node_figure("storage_kt", horizon)}
    rooms = tuple(sorted(stored & {n for n, _ in balances}))
    told = {figure: network.nodes_with(figure) for figure in _OF_NODES}
    contracted = network.links_with("minimum_kt_per_year")
    delayed = network.links_with("transit_days") - network.links_with("line_fill_kt")
    late = {(ends[link][1], c) for link, c in arcs if link in delayed}
    bounded = told["demand_kt_per_year"] | told["minimum_kt_per_year"]
    return Blocks(
        arcs=arcs,
        fields=fields,
        markets=markets,
        intakes=tuple(sorted(bounded & {n for n, _ in markets})),
        tanks=tuple((n, c) for n, c in balances if n in stored),
        balances=balances,
        links=tuple(network.links.index),
        rooms=rooms,
        takes=tuple(k for k in network.links.index if k in contracted),
        recipes=_makeable(network, useful),
        paced=tuple(n for n in rooms if n in told["fill_kt_per_day"] | told["draw_kt_per_day"]),
        ramps=tuple(key for key in fields if key[0] in told["ramp_up_days"]),
        openings=_openings(network, horizon, arcs),
        quotas=_quotas(network, horizon, arcs),
        bent=bent,
        waiting=tuple(key for key in balances if key in late),
    )


def _makeable(network: Network, useful: set[State]) -> tuple[tuple[str, str, str], ...]:
    """Recipes of blends of which every component that must be in them can be had."""
    rows = network.blends.to_dict("records")
    wanting = {
        (r["node"], r["blend"]) for r in rows if r["share_min"] > 0 and (r["node"], r["component"]) not in useful
    }
    return tuple(
        (r["node"], r["component"], r["blend"])
        for r in rows
        if (r["node"], r["blend"]) not in wanting and {(r["node"], r["component"]), (r["node"], r["blend"])} <= useful
    )


_OF_NODES = ("demand_kt_per_year", "minimum_kt_per_year", "fill_kt_per_day", "draw_kt_per_day", "ramp_up_days")


def _useful(
    network: Network,
    ends: Mapping[str, State],
    recipes: Iterable[tuple[str, str, str]],
    fields: tuple[State, ...],
    priced: list[State],
) -> set[State]:
    """(node, commodity) pairs on a way from a field to a market."""
    commodities = list(network.commodities.index)
    onward: dict[str, list[str]] = {}
    backward: dict[str, list[str]] = {}
    for a, b in ends.values():
        onward.setdefault(a, []).append(b)
        backward.setdefault(b, []).append(a)
    becomes: dict[State, list[str]] = {}
    comes_of: dict[State, list[str]] = {}
    for node, component, blend in recipes:
        becomes.setdefault((node, component), []).append(blend)
        comes_of.setdefault((node, blend), []).append(component)
    sinks = {(node, c) for node, named in priced for c in ([named] if named else commodities)}
    useful = _reached(set(fields), onward, becomes) & _reached(sinks, backward, comes_of)
    stuck = sorted(set(fields) - useful)
    if stuck:
        raise NetworkError(f"field '{stuck[0][0]}' reaches no market for {stuck[0][1]}; add a link from it")
    return useful


def _reached(seeds: set[State], onward: Mapping[str, list[str]], becomes: Mapping[State, list[str]]) -> set[State]:
    found, frontier = set(seeds), deque(seeds)
    while frontier:
        node, commodity = frontier.popleft()
        for state in [
            *((b, commodity) for b in onward.get(node, ())),
            *((node, c) for c in becomes.get((node, commodity), ())),
        ]:
            if state not in found:
                found.add(state)
                frontier.append(state)
    return found


def _openings(network: Network, horizon: Horizon, arcs: tuple[State, ...]) -> tuple[State, ...]:
    """Arcs of lines with a line fill and no capacity in the first period: they are filled when they open."""
    filled = network.links_with("line_fill_kt")
    if not filled:
        return ()
    capacity = capacity_kt_per_day(network, horizon)
    new = {
        link for k, link in enumerate(network.links.index)
        if link in filled and capacity[k, 0] <= 0 and capacity[k].max() > 0
    }  # fmt: skip
    return tuple(arc for arc in arcs if arc[0] in new)


def _quotas(network: Network, horizon: Horizon, arcs: tuple[State, ...]) -> tuple[Quota, ...]:
    """Treaty quotas over several links, counted by calendar year or in every period."""
    out = []
    for name, rows in network.quotas.groupby("quota", sort=True):
        named = {(r["link"], c) for r in rows.to_dict("records") for c in _commodities(r["commodity"], network)}
        members = tuple(k for k, arc in enumerate(arcs) if arc in named)
        if not members:
            continue
        first = rows.iloc[0]
        groups: dict[str, list[int]] = {}
        for t, start in enumerate(horizon.starts):
            label = str(start) if first["counted"] == "period" else str(start)[:4]
            groups.setdefault(label, []).append(t)
        for label, periods in groups.items():
            bound_kt = float(first["kt_per_year"]) * float(horizon.days[periods].sum()) / DAYS_PER_YEAR
            out.append(Quota(str(name), label, members, tuple(periods), bound_kt))
    return tuple(out)


def _commodities(named: str, network: Network) -> list[str]:
    return [named] if named else [str(c) for c in network.commodities.index]
