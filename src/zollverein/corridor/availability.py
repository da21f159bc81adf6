"""What is left of every link and field on every day, given outages; then summed over the days of a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.corridor.horizon import DAYS_PER_YEAR, Horizon
from zollverein.corridor.network import Network
from zollverein.corridor.outage import Outage
from zollverein.errors import NetworkError

__all__ = ["Availability", "Capacity", "capacity_kt_per_day", "days_after"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MONTHS_PER_YEAR = 12.0
CAPACITIES = ("nominal_kt_per_year", "usable_kt_per_year", "quota_kt_per_year", "vehicles")


@dataclass(frozen=True, slots=True)
class Availability:
    """Capacity by period.

    Attributes
    ----------
    links_kt : (L, T) capacity of every link, infinite where none is given.
    link_share : (L, T) share of a link's undisturbed capacity that is left; 1 where it has none.
    field_share : (nodes, T) share of a node's output that can be produced.
    """

    links_kt: Floats
    link_share: Floats
    field_share: Floats


class Capacity:
    """Daily capacity of a network without outages, kept so that each belief about outages costs little."""

    def __init__(self, network: Network, horizon: Horizon) -> None:
        self.network, self.horizon = network, horizon
        self.links, self.nodes = list(network.links.index), list(network.nodes.index)
        self.out_of: list[list[int]] = [[] for _ in self.nodes]
        self.into: list[list[int]] = [[] for _ in self.nodes]
        place = {node: k for k, node in enumerate(self.nodes)}
        for k, (a, b) in enumerate(network.ends.values()):
            self.out_of[place[a]].append(k)
            self.into[place[b]].append(k)
        priced = set(network.node_figures.loc[network.node_figures["figure"] == "price_usd_per_t", "node"])
        self.is_market = np.array([node in priced for node in self.nodes])
        self.is_field = np.array([kind == "field" for kind in network.nodes["kind"]])
        self.daily = np.repeat(capacity_kt_per_day(network, horizon), horizon.days, axis=1)
        self.units = {str(link): _unit_steps(steps) for link, steps in network.link_units.groupby("link")}
        for k, link in enumerate(self.links):
            if link in self.units:
                self.daily[k] = np.minimum(self.daily[k], self.units[link][1][-1])
        self.link_at = {link: k for k, link in enumerate(self.links)}
        self.node_at = {node: k for k, node in enumerate(self.nodes)}
        everything = np.arange(len(self.links))
        T = len(horizon)
        self.open = Availability(
            self._links_kt(everything, np.ones((len(self.links), horizon.total_days)), {})[0],
            np.ones((len(self.links), T)), np.ones((len(self.nodes), T)),
        )  # fmt: skip

    def under(self, outages: Sequence[Outage]) -> Availability:
        """Apply outages day by day: units add up, shares of several outages multiply.

        An outage of a field takes its output, of any other node what leaves it, of a market or refinery what arrives.
        A link with a table of units carries no more than its units left allow. Only what is touched is computed again.
        """
        if not outages:
            return self.open
        days = self.horizon.total_days
        link_share: dict[int, Floats] = {}
        node_share: dict[int, Floats] = {}
        units_lost: dict[int, Floats] = {}
        for outage in outages:
            window = slice(max(self.horizon.day(outage.start), 0), max(self.horizon.day(outage.end), 0))
            if outage.units_lost is not None:
                lost = units_lost.setdefault(self.link_at[outage.target], np.zeros(days))
                lost[window] += outage.units_lost
                continue
            is_link = outage.target in self.link_at
            shares, at = (link_share, self.link_at) if is_link else (node_share, self.node_at)
            shares.setdefault(at[outage.target], np.ones(days))[window] *= 1.0 - float(outage.share_lost or 0.0)
        for node, share in node_share.items():
            if self.is_field[node]:
                continue
            for link in self.into[node] if self.is_market[node] else self.out_of[node]:
                link_share[link] = link_share.get(link, 1.0) * share
        touched = np.array(sorted(link_share | units_lost), dtype=np.int64)
        links_kt, left = self.open.links_kt, self.open.link_share
        if touched.size:
            share = np.stack([link_share.get(int(k), np.ones(days)) for k in touched])
            links_kt, left = links_kt.copy(), left.copy()
            links_kt[touched], left[touched] = self._links_kt(touched, share, units_lost)
        field_share = self.open.field_share
        if node_share:
            field_share = field_share.copy()
            for node, share in node_share.items():
                field_share[node] = self.horizon.by_period(share[None, :])[0] / self.horizon.days
        return Availability(links_kt, left, field_share)

    def _links_kt(self, links: Ints, share: Floats, units_lost: Mapping[int, Floats]) -> tuple[Floats, Floats]:
        """(links, T) capacity of some links, and the share of the undisturbed that it is."""
        daily = self.daily[links].copy()
        for place, k in enumerate(links):
            if self.links[k] in self.units:
                left, per_day = self.units[self.links[k]]
                lost = units_lost.get(int(k), 0.0)
                daily[place] = np.minimum(daily[place], np.interp(left.max() - lost, left, per_day))
        capacity = np.multiply(daily, share, out=np.zeros_like(daily), where=share > 0)
        whole = self.daily[links]
        of_whole = np.divide(capacity, whole, out=share.copy(), where=np.isfinite(whole) & (whole > 0))
        return self.horizon.by_period(capacity), self.horizon.by_period(np.minimum(of_whole, 1.0)) / self.horizon.days


def capacity_kt_per_day(network: Network, horizon: Horizon) -> Floats:
    """Return (L, T) capacity in kt a day without outages: infinite where nothing bounds a link.

    The usable figure, else the nominal one; never above a quota, nor above what its fleet can carry:
    ``vehicles x load x share of the load x trips``.
    """
    usable = network.link_figure("usable_kt_per_year", horizon)
    nominal = network.link_figure("nominal_kt_per_year", horizon)
    quota = network.link_figure("quota_kt_per_year", horizon)
    _require_quota_fits(network, quota, nominal, horizon)
    loads = network.link_figure("vehicle_load_t", horizon) * network.link_figure("trips_per_year", horizon) / 1e3
    share = network.link_figure("load_share", horizon)
    fleet = network.link_figure("vehicles", horizon) * loads * np.where(np.isnan(share), 1.0, share)
    capacity = np.where(np.isnan(usable), np.where(np.isnan(nominal), np.inf, nominal), usable)
    bound = np.asarray(np.fmin(np.fmin(capacity, quota), fleet) / DAYS_PER_YEAR)
    _require_in_force(network, horizon, bound)
    return bound


def _require_quota_fits(network: Network, quota: Floats, nominal: Floats, horizon: Horizon) -> None:
    """Refuse a quota above what the pipe can carry: one of the two is in another unit, or of another link."""
    above = np.argwhere(quota > nominal)
    if above.size:
        k, t = above[0]
        raise NetworkError(
            f"quota_kt_per_year of '{network.links.index[k]}' is {quota[k, t]:,.6g} on {horizon.starts[t]}, above its "
            f"nominal_kt_per_year of {nominal[k, t]:,.6g}; a quota is part of a capacity: check units, mend one of them"
        )


def _require_in_force(network: Network, horizon: Horizon, bound: Floats) -> None:
    """Refuse a link whose capacity is stated for another time alone: no figure would mean no bound."""
    told = set().union(*(network.links_with(figure) for figure in CAPACITIES))
    bounded = np.array([link in told for link in network.links.index])
    absent = np.argwhere(np.isinf(bound) & bounded[:, None])
    if absent.size:
        k, t = absent[0]
        raise NetworkError(
            f"'{network.links.index[k]}' has a capacity, yet none that is in force on {horizon.starts[t]}, and without "
            f"one it would have no bound; state what held then (valid_from, valid_to)"
        )


def _unit_steps(steps: pd.DataFrame) -> tuple[Floats, Floats]:
    """Units left, ascending from none, and the kt a day they allow."""
    ordered = steps.sort_values("units_available")
    left = ordered["units_available"].to_numpy(dtype=float)
    per_day = ordered["capacity_kt_per_month"].to_numpy(dtype=float) * MONTHS_PER_YEAR / DAYS_PER_YEAR
    if left[0] > 0:
        left, per_day = np.concatenate([[0.0], left]), np.concatenate([[0.0], per_day])
    return left, per_day


def days_after(horizon: Horizon, period: int) -> timedelta:
    """Return the time from the horizon's start to the first day after a period."""
    return timedelta(days=int(horizon.days[: period + 1].sum()))
