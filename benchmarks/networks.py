"""Networks of any size for benchmarks, from a seed: fields, junctions, ports with tanks, and markets, west to east."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.corridor import Horizon, Network, Outage

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
START = date(2022, 1, 1)
MONTHS = pd.date_range(START, periods=12, freq="MS")
# Layers from west to east, and the share of the nodes in each.
LAYERS = {"field": 0.16, "gathering": 0.20, "trunk": 0.28, "port": 0.12, "market": 0.24}
KINDS = {"field": "field", "gathering": "junction", "trunk": "junction", "port": "port", "market": "market"}
MODES = {"field": "pipeline", "gathering": "pipeline", "trunk": "rail", "port": "tanker"}
PRODUCTION_KT_PER_YEAR = 6_000.0
# Room on the links of a layer, in all, over what is produced: cheap links fill, dear ones stay idle.
SLACK = 2.0
APPETITE = 1.1
NEAREST = 6


def network(nodes: int, links: int, commodities: int, seed: int = 0, lossy: float = 0.0) -> Network:
    """Return a network in which every field reaches a market, and cheap links are too small.

    Every node has a link from the west and one to the east; the others join neighbours, some the same two nodes again
    (a parallel route), some two junctions of one layer. Prices move by month, so that tanks at ports pay. A share of
    the links is lossy; with losses HiGHS needs several times as long.
    """
    rng = np.random.default_rng(seed)
    layer = _layers(nodes)
    place = np.column_stack([layer + rng.uniform(0, 0.8, nodes), rng.uniform(0, 3, nodes)])
    ends = _ends(rng, layer, place, links)
    distance = np.linalg.norm(place[ends[:, 0]] - place[ends[:, 1]], axis=1)
    names = [f"N{k:04d}" for k in range(nodes)]
    kinds = np.array(list(LAYERS))[layer]
    wares = [f"W{k}" for k in range(commodities)]
    return Network.from_tables(
        nodes=pd.DataFrame(
            {"node": names, "name": names, "kind": [KINDS[kind] for kind in kinds], "country": "XXX"}
        ),
        links=_links(names, kinds, ends),
        link_figures=_link_figures(rng, layer, ends, distance, lossy),
        node_figures=_node_figures(rng, names, kinds, wares),
        commodities=pd.DataFrame({"commodity": wares, "exporter": "XXX"}),
    )  # fmt: skip


def horizon(periods: int) -> Horizon:
    """Return so many periods from the start of 2022: months up to twelve, else weeks."""
    if periods <= len(MONTHS):
        after = date(START.year + periods // 12, periods % 12 + 1, 1)
        return Horizon(START, after - timedelta(days=1), "month")
    return Horizon(START, START + timedelta(days=7 * periods - 1), "week")


def random_outages(network: Network, horizon: Horizon, count: int, seed: int = 0) -> list[tuple[Outage, ...]]:
    """Return scenarios in which one random link loses up to all of its capacity for one to four periods."""
    rng = np.random.default_rng(seed)
    edges = [*(day.astype(date) for day in horizon.starts), horizon.end + timedelta(days=1)]
    scenarios: list[tuple[Outage, ...]] = []
    for number in range(count):
        first = int(rng.integers(len(horizon)))
        last = min(first + int(rng.integers(1, 5)), len(horizon))
        link = str(rng.choice(network.links.index))
        share = round(float(rng.uniform()), 3)
        scenarios.append((Outage(f"outage {number}", link, edges[first], edges[last], share),))
    return scenarios


def _layers(nodes: int) -> Ints:
    edges = np.round(np.cumsum([0.0, *LAYERS.values()]) * nodes).astype(int)
    return np.repeat(np.arange(len(LAYERS)), np.diff(edges))


def _ends(rng: np.random.Generator, layer: Ints, place: Floats, links: int) -> Ints:
    """Both ends of every link, (links, 2): a link in and out for every node, then neighbours at random."""
    junctions = [list(LAYERS).index(kind) for kind in ("gathering", "trunk")]
    last = len(LAYERS) - 1

    def near(node: int, others: Ints) -> int:
        others = others[others != node]
        order = np.argsort(np.linalg.norm(place[others] - place[node], axis=1))
        return int(others[order[rng.integers(min(NEAREST, len(order)))]])

    members = [np.flatnonzero(layer == k) for k in range(len(LAYERS))]
    ends = [(node, near(node, members[layer[node] + 1])) for node in np.flatnonzero(layer < last)]
    entered = {b for _, b in ends}
    ends += [
        (near(node, members[layer[node] - 1]), int(node)) for node in np.flatnonzero(layer > 0) if node not in entered
    ]
    if len(ends) > links:
        raise ValueError(f"{links} links are too few to join {len(layer)} nodes; at least {len(ends)} are needed")
    while len(ends) < links:
        node = int(rng.choice(np.flatnonzero(layer < last)))
        sideways = layer[node] in junctions and rng.uniform() < 0.15 and len(members[layer[node]]) > 1
        ends.append((node, near(node, members[layer[node] + (0 if sideways else 1)])))
    return np.array(ends)


def _links(names: list[str], kinds: npt.NDArray[np.str_], ends: Ints) -> pd.DataFrame:
    links = [f"L{k:04d}" for k in range(len(ends))]
    return pd.DataFrame(
        {
            "link": links,
            "name": links,
            "from_node": [names[a] for a in ends[:, 0]],
            "to_node": [names[b] for b in ends[:, 1]],
            "mode": [MODES[kind] for kind in kinds[ends[:, 0]]],
            "countries": "XXX",
            "route": "",
        }
    )


def _link_figures(rng: np.random.Generator, layer: Ints, ends: Ints, distance: Floats, lossy: float) -> pd.DataFrame:
    links = np.array([f"L{k:04d}" for k in range(len(ends))])
    produced = PRODUCTION_KT_PER_YEAR * (layer == 0).sum()
    from_layer = layer[ends[:, 0]]
    capacity = rng.lognormal(0, 0.8, len(ends))
    for k in np.unique(from_layer):
        capacity[from_layer == k] *= SLACK * produced / capacity[from_layer == k].sum()
    tariff = 4.0 + 25.0 * distance * rng.lognormal(0, 0.25, len(ends))
    leaky = rng.uniform(size=len(ends)) < lossy
    loss = rng.uniform(0.0005, 0.005, len(ends))[leaky]
    return pd.concat(
        [
            _rows("nominal_kt_per_year", capacity.round(2), link=links),
            _rows("tariff_usd_per_t", tariff.round(2), link=links),
            _rows("loss_share", loss.round(5), link=links[leaky]),
        ],
        ignore_index=True,
    )


def _node_figures(
    rng: np.random.Generator, names: list[str], kinds: npt.NDArray[np.str_], wares: list[str]
) -> pd.DataFrame:
    fields, ports, markets = (np.array(names)[kinds == kind] for kind in ("field", "port", "market"))
    produced = PRODUCTION_KT_PER_YEAR * len(fields)
    grows = rng.uniform(size=(len(fields), len(wares))) < 0.3
    grows[np.arange(len(fields)), np.arange(len(fields)) % len(wares)] = True
    field, ware = np.nonzero(grows)
    output = rng.lognormal(0, 0.6, len(field))
    demand = rng.lognormal(0, 0.7, len(markets))
    # At every third port a tank of a week to a month of what passes a port.
    tanks = ports[::3]
    storage = produced / len(ports) * rng.uniform(0.02, 0.08, len(tanks))
    frames = [
        _rows("production_kt_per_year", (output * produced / output.sum()).round(2), node=fields[field], ware=ware),
        _rows("demand_kt_per_year", (demand * APPETITE * produced / demand.sum()).round(2), node=markets),
        _rows("storage_kt", storage.round(2), node=tanks),
        _rows("storage_usd_per_t_month", rng.uniform(0.5, 3, len(tanks)).round(2), node=tanks),
    ]
    level = rng.uniform(420, 680, len(wares)) + rng.normal(0, 25, (len(markets), len(wares)))
    for month, begins in enumerate(MONTHS):
        level = level + rng.normal(0, 8, level.shape)
        market, ware = (index.ravel() for index in np.indices(level.shape))
        price = _rows("price_usd_per_t", level.ravel().round(2), node=markets[market], ware=ware)
        frames.append(price.assign(valid_from=begins if month else pd.NaT))
    figures = pd.concat(frames, ignore_index=True)
    named = figures.pop("ware").map(dict(enumerate(wares)))
    return figures.assign(commodity=named.fillna(""))


def _rows(figure: str, value: Floats, **keys: object) -> pd.DataFrame:
    return pd.DataFrame({**keys, "figure": figure, "value": value, "valid_from": pd.NaT, "valid_to": pd.NaT})
