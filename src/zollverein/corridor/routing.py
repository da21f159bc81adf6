"""The answer of the corridor engine: flows, deliveries, output, stocks and duals, with labels and a certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.corridor.accounting import arrivals_kt, mass_balance_kt
from zollverein.corridor.availability import Availability
from zollverein.corridor.horizon import Horizon
from zollverein.corridor.network import Network
from zollverein.corridor.programme import Programme
from zollverein.corridor.session import Solution
from zollverein.errors import NotConverged

__all__ = ["Routing", "RoutingCertificate", "routing_of"]

Floats = npt.NDArray[np.float64]
BALANCED_KT = 1e-6
OPTIMAL = 1e-6


@dataclass(frozen=True, slots=True)
class RoutingCertificate:
    """Proof that every tonne is accounted for and that each decision was optimal on what was known.

    Attributes
    ----------
    mass_balance_kt : largest imbalance of any node, commodity and period, recomputed from the returned frames.
    primal_violation, dual_violation, relative_gap : the worst over all solves.
    solves, iterations : solves of the programme and simplex iterations in them.
    seconds : time taken, for information; not part of any result.
    """

    mass_balance_kt: float
    primal_violation: float
    dual_violation: float
    relative_gap: float
    solves: int
    iterations: int
    seconds: float = field(compare=False)

    @property
    def max_residual(self) -> float:
        """The largest of all residuals."""
        return max(self.mass_balance_kt, self.primal_violation, self.relative_gap)


@dataclass(frozen=True)
class Routing:
    """Where everything went.

    Attributes
    ----------
    flows : link, route, commodity, exporter, period, start, days, flow_kt (put in), arrived_kt, capacity_kt,
        tariff_usd_per_t, dual_usd_per_t (what one more tonne of the link's capacity would have been worth then).
    deliveries : node, commodity, exporter, period, delivered_kt, price_usd_per_t, value_usd_million.
    supply : node, commodity, exporter, period, available_kt, produced_kt, shut_in_kt, netback_usd_per_t (dual: what
        one more tonne that must leave the field would have earned, in the belief of the time).
    stocks : node, commodity, period, stock_kt, capacity_kt.
    waiting : node, commodity, period, waiting_kt: in ships and trains that came where no tank and no way on had room.
    shortfalls : node, period, unmet_kt.
    contracts : link, period, minimum_kt, unshipped_kt (paid for and not shipped), penalty_usd_per_t.
    blending : node, component, blend, period, blended_kt. filling : link, commodity, period, packed_kt, what stays in a
        line that is being filled.
    quotas : quota, label (the year, or the period's first day), used_kt, bound_kt, dual_usd_per_t: what one more tonne
        of it would have been worth, in the last solve.
    available : what outages left of links and fields.
    """

    network: Network = field(repr=False)
    horizon: Horizon
    flows: pd.DataFrame = field(repr=False)
    deliveries: pd.DataFrame = field(repr=False)
    supply: pd.DataFrame = field(repr=False)
    stocks: pd.DataFrame = field(repr=False)
    waiting: pd.DataFrame = field(repr=False)
    shortfalls: pd.DataFrame = field(repr=False)
    contracts: pd.DataFrame = field(repr=False)
    blending: pd.DataFrame = field(repr=False)
    filling: pd.DataFrame = field(repr=False)
    quotas: pd.DataFrame = field(repr=False)
    initial_stocks: pd.DataFrame = field(repr=False)
    available: Availability = field(repr=False)
    certificate: RoutingCertificate


def routing_of(
    network: Network,
    programme: Programme,
    actual: Availability,
    x: Floats,
    duals: Floats,
    solutions: Sequence[Solution],
    seconds: float,
) -> Routing:
    """Label a solution and certify it.

    Parameters
    ----------
    x, duals : (T, columns) and (T, rows): every period as decided, with the duals of the solve that decided it.

    Raises
    ------
    NotConverged : the frames do not balance, or a solve was not optimal.
    """
    blocks, figures, horizon = programme.blocks, programme.figures, programme.horizon
    c, r = blocks.columns, blocks.rows
    exporter = network.commodities["exporter"].to_dict()
    # Tiny negative zeros of the simplex are rounding, not flows.
    x = np.where(np.abs(x) < 1e-9, 0.0, x)

    def table(keys: Sequence[tuple[str, ...]], names: Sequence[str], **values: Floats) -> pd.DataFrame:
        T, K = len(horizon), len(keys)
        frame = {name: np.tile([key[j] for key in keys], T) for j, name in enumerate(names)}
        frame["period"] = np.repeat(np.arange(T), K)
        frame["start"] = np.repeat(horizon.starts, K)
        frame["days"] = np.repeat(horizon.days, K)
        return pd.DataFrame({**frame, **{name: value.ravel() for name, value in values.items()}})

    route_of = network.links["route"].to_dict()
    link_row = [blocks.link_at[link] for link, _ in blocks.arcs]
    balance_row = {key: k for k, key in enumerate(blocks.balances)}
    capacity_dual = -duals[:, r["capacity"]][:, link_row]
    flow_keys = [(link, route_of[link], commodity, exporter[commodity]) for link, commodity in blocks.arcs]
    flows = table(
        flow_keys, ("link", "route", "commodity", "exporter"),
        flow_kt=x[:, c["flow"]], arrived_kt=arrivals_kt(programme, x[:, c["flow"]], x[:, c["packed"]]),
        capacity_kt=actual.links_kt[link_row].T,
        tariff_usd_per_t=figures.tariff.T, dual_usd_per_t=np.maximum(capacity_dual, 0.0),
    )  # fmt: skip
    market_keys = [(n, k, exporter[k]) for n, k in blocks.markets]
    deliveries = table(
        market_keys, ("node", "commodity", "exporter"),
        delivered_kt=x[:, c["delivery"]], price_usd_per_t=figures.price.T,
        value_usd_million=x[:, c["delivery"]] * figures.price.T / 1e3,
    )  # fmt: skip
    field_keys = [(n, k, exporter[k]) for n, k in blocks.fields]
    share = actual.field_share[programme.field_nodes]
    available = (figures.production * share).T
    produced = x[:, c["supply"]]
    supply = table(
        field_keys, ("node", "commodity", "exporter"),
        available_kt=available, produced_kt=produced, shut_in_kt=np.maximum(available - produced, 0.0),
        netback_usd_per_t=duals[:, [balance_row[key] for key in blocks.fields]],
    )  # fmt: skip
    room_row = [blocks.rooms.index(n) for n, _ in blocks.tanks]
    stocks = table(
        list(blocks.tanks), ("node", "commodity"),
        stock_kt=x[:, c["stock"]], capacity_kt=figures.storage[room_row].T,
    )  # fmt: skip
    waiting = table(list(blocks.waiting), ("node", "commodity"), waiting_kt=x[:, c["waiting"]])
    shortfalls = table([(n,) for n in blocks.intakes], ("node",), unmet_kt=x[:, c["unmet"]])
    contracts = table(
        [(link,) for link in blocks.takes], ("link",),
        minimum_kt=figures.take.T * actual.link_share[[blocks.link_at[link] for link in blocks.takes]].T,
        unshipped_kt=x[:, c["unshipped"]], penalty_usd_per_t=figures.penalty.T,
    )  # fmt: skip
    blending = table(list(blocks.recipes), ("node", "component", "blend"), blended_kt=x[:, c["blended"]])
    filling = table(list(blocks.openings), ("link", "commodity"), packed_kt=x[:, c["packed"]])
    quotas = _quotas_used(programme, x[:, c["flow"]], solutions[-1])
    initial = pd.DataFrame(list(blocks.tanks), columns=["node", "commodity"]).assign(stock_kt=figures.initial)
    frames = (flows, deliveries, supply, stocks, waiting, shortfalls, contracts, blending, filling, quotas, initial)
    balance = mass_balance_kt(network, flows, deliveries, supply, stocks, waiting, blending, initial)
    return Routing(network, horizon, *frames, actual, _certified(balance, solutions, seconds))


def _quotas_used(programme: Programme, flow_kt: Floats, last: Solution) -> pd.DataFrame:
    first = programme.blocks.height * programme.periods
    rows = [
        (
            quota.name, quota.label, float(flow_kt[np.ix_(quota.periods, quota.arcs)].sum()), quota.bound_kt,
            max(-float(last.row_dual[first + k]), 0.0),
        )
        for k, quota in enumerate(programme.blocks.quotas)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["quota", "label", "used_kt", "bound_kt", "dual_usd_per_t"])


def _certified(balance_kt: float, solutions: Sequence[Solution], seconds: float) -> RoutingCertificate:
    certificate = RoutingCertificate(
        mass_balance_kt=balance_kt,
        primal_violation=max(s.primal_violation for s in solutions),
        dual_violation=max(s.dual_violation for s in solutions),
        relative_gap=max(s.relative_gap for s in solutions),
        solves=len(solutions),
        iterations=sum(s.iterations for s in solutions),
        seconds=seconds,
    )
    if not (certificate.mass_balance_kt <= BALANCED_KT and certificate.relative_gap <= OPTIMAL):
        raise NotConverged(
            f"no certificate for the routing: {certificate.mass_balance_kt:.1e} kt do not balance, duality gap "
            f"{certificate.relative_gap:.1e}; allowed are {BALANCED_KT:.0e} and {OPTIMAL:.0e}. Check for figures that "
            f"differ by many orders of magnitude"
        )
    return certificate
