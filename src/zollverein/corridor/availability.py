"""What is left of every link and field on every day, given outages; then summed over the days of a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.corridor.horizon import Horizon
from zollverein.corridor.network import Network
from zollverein.corridor.outage import Outage

__all__ = ["Availability", "Capacity", "days_after"]

Floats = npt.NDArray[np.float64]
DAYS_PER_YEAR = 365.0
MONTHS_PER_YEAR = 12.0


@dataclass(frozen=True, slots=True)
class Availability:
    """Capacity by period.

    Attributes
    ----------
    links_kt : (L, T) capacity of every link, infinite where none is given.
    field_share : (nodes, T) share of a node's output that can be produced.
    """

    links_kt: Floats
    field_share: Floats


class Capacity:
    """Daily capacity of a network without outages, kept so that each belief about outages costs little."""

    def __init__(self, network: Network, horizon: Horizon) -> None:
        self.network, self.horizon = network, horizon
        self.links, self.nodes = list(network.links.index), list(network.nodes.index)
        self.from_node = np.array([self.nodes.index(n) for n in network.links["from_node"]])
        self.to_node = np.array([self.nodes.index(n) for n in network.links["to_node"]])
        priced = set(network.node_figures.loc[network.node_figures["figure"] == "price_usd_per_t", "node"])
        self.is_market = np.array([node in priced for node in self.nodes])
        self.is_field = np.array([kind == "field" for kind in network.nodes["kind"]])
        self.daily = np.repeat(_per_day(network, horizon), horizon.days, axis=1)
        self.units = {str(link): _unit_steps(steps) for link, steps in network.link_units.groupby("link")}

    def under(self, outages: Sequence[Outage]) -> Availability:
        """Apply outages day by day: units add up, shares of several outages multiply.

        An outage of a field takes its output, of any other node what leaves it, of a market or refinery what arrives.

        A link with a table of units carries no more than its units left allow.
        """
        days = self.horizon.total_days
        share, node_share = np.ones((len(self.links), days)), np.ones((len(self.nodes), days))
        units_lost = np.zeros((len(self.links), days))
        for outage in outages:
            window = slice(max(self.horizon.day(outage.start), 0), max(self.horizon.day(outage.end), 0))
            if outage.units_lost is not None:
                units_lost[self.links.index(outage.target), window] += outage.units_lost
            elif outage.target in self.links:
                share[self.links.index(outage.target), window] *= 1.0 - float(outage.share_lost or 0.0)
            else:
                node_share[self.nodes.index(outage.target), window] *= 1.0 - float(outage.share_lost or 0.0)
        share *= np.where(self.is_field[:, None], 1.0, node_share)[self.from_node]
        share *= np.where(self.is_market[:, None], node_share, 1.0)[self.to_node]
        daily = self.daily.copy()
        for link, (left, per_day) in self.units.items():
            k = self.links.index(link)
            daily[k] = np.minimum(daily[k], np.interp(left.max() - units_lost[k], left, per_day))
        capacity = np.multiply(daily, share, out=np.zeros_like(daily), where=share > 0)
        return Availability(self.horizon.by_period(capacity), self.horizon.by_period(node_share) / self.horizon.days)


def _per_day(network: Network, horizon: Horizon) -> Floats:
    """(L, T) capacity in kt a day: the usable figure, else the nominal one, never above a quota."""
    usable = network.link_figure("usable_kt_per_year", horizon)
    nominal = network.link_figure("nominal_kt_per_year", horizon)
    quota = network.link_figure("quota_kt_per_year", horizon)
    capacity = np.where(np.isnan(usable), np.where(np.isnan(nominal), np.inf, nominal), usable)
    return np.asarray(np.fmin(capacity, quota) / DAYS_PER_YEAR)


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
