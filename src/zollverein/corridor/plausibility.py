"""Figures that only another unit explains: kt for Mt, tonnes for kt, a day's figure for a year's, barrels for tonnes.

No figure alone betrays its unit. Beside its neighbours it does: a field that can bring out a hundredth of what it
makes, a pipe observed to carry a hundred times its capacity. What cannot be meant is refused; what can be is only told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from zollverein.corridor.network import Network, Told

__all__ = ["doubts", "mixed_units"]

# Below what a mixed-up unit makes of figures that fit (365 or 1,000, less what is spare), above what a network needs.
APART = 100.0
MONTHS_PER_YEAR = 12.0
# A month's figure that is a year's is twelve times too much, a day's thirty times too little.
UNITS_MOST, UNITS_LEAST = 6.0, 1.0 / 20.0
YEARS_IN_TANKS, YEARS_IN_LINE = 10.0, 2.0
# A tonne is about 7.3 barrels; no two markets for one oil pay so differently.
PRICES_APART = 6.0
LIGHTEST_LOAD_T, MOST_TRIPS = 20.0, 1500.0
SMALL_KT_PER_YEAR = 500.0
KT_MT_DAY = "kt for Mt, or a day's for a year's"


def mixed_units(network: Network) -> list[str]:
    """Return what is too far apart to be in the same unit, one sentence for each."""
    seen = _Seen(network)
    return [
        *_output_against_outlets(seen), *_intake_against_inlets(seen), *_observed_against_stated(seen),
        *_usable_against_nominal(seen), *_units_against_capacity(seen), *_stocks_against_flows(seen),
        *_prices_against_each_other(seen), *_vehicles(seen),
    ]  # fmt: skip


def doubts(network: Network) -> list[str]:
    """Return what may be meant and yet looks like another unit: pipes far smaller than all that they join."""
    seen, said = _Seen(network), []
    mode = network.links["mode"].to_dict()
    largest: dict[str, float] = {}
    for link, (a, b) in network.ends.items():
        kt = seen.capacity[link]
        if np.isfinite(kt):
            largest[a], largest[b] = max(largest.get(a, 0.0), kt), max(largest.get(b, 0.0), kt)
    for link, (a, b) in network.ends.items():
        kt, beside = seen.capacity[link], max(largest.get(a, 0.0), largest.get(b, 0.0))
        if mode[link] == "pipeline" and 0 < kt < min(SMALL_KT_PER_YEAR, beside / APART):
            said.append(
                "table link_figures: "
                f"pipeline '{link}' carries {_n(kt)} kt a year, and what it joins up to {_n(beside)}: is it in another "
                f"unit ({KT_MT_DAY})?"
            )
    return said


class _Seen:
    """The largest figure of each kind, whenever it holds, by link or node, and what links carry to and from nodes."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.of_links, self.of_nodes = _largest(network.told_of_links), _largest(network.told_of_nodes)
        usable, nominal = self.link("usable_kt_per_year"), self.link("nominal_kt_per_year")
        self.capacity = {
            str(link): usable.get(str(link), nominal.get(str(link), np.inf)) for link in network.links.index
        }
        self.out_of: dict[str, float] = {}
        self.into: dict[str, float] = {}
        for link, (a, b) in network.ends.items():
            self.out_of[a] = self.out_of.get(a, 0.0) + self.capacity[link]
            self.into[b] = self.into.get(b, 0.0) + self.capacity[link]

    def link(self, figure: str) -> dict[str, float]:
        """Return a figure by link."""
        return self.of_links.get(figure, {})

    def node(self, figure: str) -> dict[str, float]:
        """Return a figure by node."""
        return self.of_nodes.get(figure, {})


def _largest(told: Mapping[str, Iterable[Told]]) -> dict[str, dict[str, float]]:
    """The largest value over time, summed over commodities, by figure and link or node."""
    out: dict[str, dict[str, float]] = {}
    for figure, rows in told.items():
        most: dict[tuple[str, str], float] = {}
        for of, value, _, _ in rows:
            most[of] = max(value, most.get(of, -np.inf))
        sums = out.setdefault(figure, {})
        for (what, _), value in most.items():
            sums[what] = sums.get(what, 0.0) + value
    return out


def _output_against_outlets(seen: _Seen) -> Iterator[str]:
    sold_there = seen.network.nodes_with("price_usd_per_t")
    yield from _against(seen, "production_kt_per_year", seen.out_of, "leaves", sold_there)


def _intake_against_inlets(seen: _Seen) -> Iterator[str]:
    made_there = seen.network.nodes_with("production_kt_per_year")
    yield from _against(seen, "minimum_kt_per_year", seen.into, "leads to", made_there)


def _against(seen: _Seen, figure: str, carried: Mapping[str, float], way: str, apart: set[str]) -> Iterator[str]:
    """A figure of nodes against what their links carry, those set apart that need no link."""
    for node, kt in seen.node(figure).items():
        links = carried.get(node, 0.0)
        if node not in apart and 0 < links < kt / APART:
            yield (
                "table node_figures: "
                f"{figure} of '{node}' is {_n(kt)}, and all that {way} it can carry {_n(links)}: one of the two is in "
                f"another unit ({KT_MT_DAY})"
            )


def _observed_against_stated(seen: _Seen) -> Iterator[str]:
    rows = seen.network.observed
    observed: dict[str, float] = {}
    for target, kt in zip(rows["target"], rows["kt_per_year"].astype(float), strict=True):
        observed[target] = observed.get(target, 0.0) + kt
    output = seen.node("production_kt_per_year")
    for target, kt in observed.items():
        stated = output.get(target, seen.capacity.get(target, np.inf))
        too_small = target in output and 0 < kt < stated / APART
        if 0 < stated < kt / APART or too_small:
            yield (
                "table observed: "
                f"'{target}' was observed at {_n(kt)} kt a year and is stated at {_n(stated)}: one of the two is in "
                f"another unit ({KT_MT_DAY})"
            )


def _usable_against_nominal(seen: _Seen) -> Iterator[str]:
    nominal = seen.link("nominal_kt_per_year")
    for link, kt in seen.link("usable_kt_per_year").items():
        name = nominal.get(link, kt)
        if kt > 0 and name > 0 and max(kt / name, name / kt) > APART:
            yield (
                "table link_figures: "
                f"usable_kt_per_year of '{link}' is {_n(kt)} and its nominal_kt_per_year {_n(name)}: one of the two "
                f"is in another unit ({KT_MT_DAY})"
            )


def _units_against_capacity(seen: _Seen) -> Iterator[str]:
    rows = seen.network.link_units
    most: dict[str, float] = {}
    for link, kt in zip(rows["link"], rows["capacity_kt_per_month"].astype(float), strict=True):
        most[link] = max(kt, most.get(link, 0.0))
    for link, month in most.items():
        kt = seen.capacity.get(link, np.inf)
        share = MONTHS_PER_YEAR * month / kt if kt > 0 else 1.0
        if month > 0 and np.isfinite(kt) and not UNITS_LEAST < share < UNITS_MOST:
            yield (
                "table link_units: "
                f"capacity_kt_per_month of '{link}' is {_n(month)} with all its units, {_n(MONTHS_PER_YEAR * month)} a "
                f"year, and its capacity {_n(kt)} a year: is it a year's or a day's figure?"
            )


def _stocks_against_flows(seen: _Seen) -> Iterator[str]:
    for node, kt in seen.node("storage_kt").items():
        through = seen.into.get(node, 0.0) + seen.node("production_kt_per_year").get(node, 0.0)
        if 0 < through < kt / YEARS_IN_TANKS:
            yield (
                "table node_figures: "
                f"storage_kt of '{node}' is {_n(kt)}, over {YEARS_IN_TANKS:g} years of all that can come there "
                f"({_n(through)} kt a year): is it in tonnes?"
            )
    for link, kt in seen.link("line_fill_kt").items():
        if 0 < seen.capacity[link] < kt / YEARS_IN_LINE:
            yield (
                "table link_figures: "
                f"line_fill_kt of '{link}' is {_n(kt)}, over {YEARS_IN_LINE:g} years of all that it can carry "
                f"({_n(seen.capacity[link])} kt a year): is it in tonnes?"
            )


def _prices_against_each_other(seen: _Seen) -> Iterator[str]:
    paid: dict[str, list[tuple[float, str]]] = {}
    for (node, commodity), value, _, _ in seen.network.told_of_nodes.get("price_usd_per_t", ()):
        if value > 0:
            paid.setdefault(commodity, []).append((value, node))
    for commodity, prices in paid.items():
        (least, cheap), (most, dear) = min(prices), max(prices)
        if most > PRICES_APART * least:
            of = f" for {commodity}" if commodity else ""
            yield (
                "table node_figures: "
                f"price_usd_per_t{of} is {_n(least)} at '{cheap}' and {_n(most)} at '{dear}': is one of them by the "
                f"barrel?"
            )


def _vehicles(seen: _Seen) -> Iterator[str]:
    for link, load in seen.link("vehicle_load_t").items():
        if 0 < load < LIGHTEST_LOAD_T:
            yield (f"table link_figures: vehicle_load_t of '{link}' is {_n(load)}, less than a lorry's: is it in kt?")
    for link, trips in seen.link("trips_per_year").items():
        if trips > MOST_TRIPS:
            yield (
                "table link_figures: "
                f"trips_per_year of '{link}' is {_n(trips)}, over four a day: is it of all vehicles together?"
            )


def _n(figure: float) -> str:
    return f"{figure:,.10g}"
