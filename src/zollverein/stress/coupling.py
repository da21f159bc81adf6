"""Corridor and economy, carried to a common fixed point.

The corridor says how much of an exporter's oil can reach each region, and at what cost of carriage; the economy takes
the cost as a change of iceberg cost, what of it foreign states earn as a transfer, the quantity as a bound whose rent
goes where the case says, and the oil that is no longer produced as a loss of the sector's specific factor. The price
that clears the world's markets goes back to the corridor, where it moves netbacks. What is between them is one number
for every exporter and commodity, the world price of its oil.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.corridor import Routing
from zollverein.corridor.carriage import Carried
from zollverein.economy import Closure, Economy, Outcome, Shock
from zollverein.economy.anderson import accelerate
from zollverein.errors import NotConverged
from zollverein.stress.settling import Bound, Settled, bounds_of, settled
from zollverein.stress.shocks import Policy
from zollverein.stress.tie import CrudeLink, Tie, Told, link_table, tied, told

__all__ = ["Agreed", "Coupled", "CouplingCertificate", "CrudeLink", "TiedOil", "agree", "answer_again", "couple"]

Floats = npt.NDArray[np.float64]
TOLERANCE = 1e-6
LONGEST = 40
# Two prices that differ by less are one.
UNMOVED = 1e-12


@dataclass(frozen=True, slots=True)
class CouplingCertificate:
    """How well corridor and economy agree.

    Attributes
    ----------
    residual : the largest of the three that follow.
    iterations : passes through the corridor. history : the residual after each.
    price : economy's side: the price that it returns less the one that the corridor was routed with, in logs.
    quantities : corridor's side: at the price returned it is routed again; how far the tonnes that reach each region
        are from those that the economy was told, over all that arrived undisturbed. Likewise the tonnes produced.
    transfers : likewise of the fees paid to foreign states, over the value of the oil; and the rent that the exporter
        earns and passes on, over its crude exports.
    """

    residual: float
    iterations: int
    history: tuple[float, ...]
    price: float = 0.0
    quantities: float = 0.0
    transfers: float = 0.0


@dataclass(frozen=True)
class TiedOil:
    """One exporter's oil at the fixed point.

    Attributes
    ----------
    crude : where it sits in the economy.
    link : by region: crude_share, kt_before, kt_after, quantity_factor (of the sector's flow), cost_before_usd_per_t,
        cost_after_usd_per_t, cost_change_usd_per_t, fee_change_usd_per_t (what of it foreign states earn),
        iceberg_factor, confidence, price_factor, rent_rate (of the bound, over the exporter's price).
    fees : by foreign region that earned any: before_usd_million, after_usd_million (over the horizon), transfer (their
        change in the economy's dollars).
    supply_factor : what is left of the exporter's specific factor in the sector.
    price_factor : the world price of the oil over base, with which the corridor was routed.
    """

    crude: CrudeLink
    link: pd.DataFrame = field(repr=False)
    fees: pd.DataFrame = field(repr=False)
    supply_factor: float
    price_factor: float


@dataclass(frozen=True)
class Coupled:
    """Both engines at their common fixed point.

    Attributes
    ----------
    routing, outcome : the engines' answers. shock : what the economy took. bounds : the same before rents are paid on.
    oils : what the two told each other, for each exporter's oil that was followed.
    rents : exporter, sector, region (empty: nobody's), usd_million: who got the rents of the bounds.
    """

    routing: Routing
    outcome: Outcome
    shock: Shock
    bounds: tuple[Bound, ...] = field(repr=False)
    oils: tuple[TiedOil, ...]
    rents: pd.DataFrame = field(repr=False)
    certificate: CouplingCertificate

    @property
    def link(self) -> pd.DataFrame:
        """The link of the first oil that was followed; see `TiedOil`."""
        return self.oils[0].link

    @property
    def supply_factor(self) -> float:
        """What is left of the first exporter's specific factor."""
        return self.oils[0].supply_factor


def couple(
    economy: Economy,
    closure: Closure,
    policy: Policy,
    before: Routing,
    route: Callable[[dict[str, float]], Routing],
    link: CrudeLink | Sequence[CrudeLink],
) -> Coupled:
    """Iterate corridor and economy to a common fixed point of the oil's price, or of several oils' prices.

    The price that comes back is the next one to route with, accelerated (Anderson) and safeguarded by damping. It is a
    fixed point if the corridor, routed again at the final prices, gives the tonnes that the economy was told.

    Parameters
    ----------
    before : the corridor undisturbed, at base prices.
    route : routes the disturbed corridor, given price factors by market node; where several oils are followed, by
        node and commodity, parted by a slash.
    link : the oil that is followed, or several.

    Raises
    ------
    NotConverged : the price keeps moving; the message holds the residual, the error its history.
    UnknownNameError, ScenarioError : a link that does not fit the economy or the network.
    """
    links = [link] if isinstance(link, CrudeLink) else list(link)
    ties = [tied(each, economy, before) for each in links]
    routings: dict[tuple[float, ...], Routing] = {}

    def told_of(price_factor: dict[str, float]) -> Routing:
        return routings.setdefault(tuple(price_factor.values()), route(price_factor))

    circle = _Circle(economy, closure, policy, told_of, ties)
    certificate = _fixed_point(circle)
    return _answer(circle, routings[tuple(circle.factors(circle.last.price).values())], certificate)


@dataclass(frozen=True)
class Agreed:
    """Both engines at their common fixed point, without the tables.

    Attributes
    ----------
    outcome : the economy's answer. price_factor : by market, what the corridor was routed with.
    """

    outcome: Outcome
    price_factor: dict[str, float]
    certificate: CouplingCertificate


def agree(
    economy: Economy,
    closure: Closure,
    policy: Policy,
    tie: Tie,
    route: Callable[[dict[str, float]], Carried],
) -> Agreed:
    """Iterate as `couple` does, for what was carried alone: a sweep asks for it thousands of times.

    Raises
    ------
    NotConverged : as `couple`.
    """
    circle = _Circle(economy, closure, policy, route, [tie])
    certificate = _fixed_point(circle)
    return Agreed(circle.last.settled.outcome, circle.factors(circle.last.price), certificate)


def _fixed_point(circle: _Circle) -> CouplingCertificate:
    """Bring a circle to its fixed point; the last pass is it."""
    log_price = np.zeros(len(circle.ties))
    history: list[float] = []
    while len(history) < LONGEST:
        found = accelerate(
            circle.residual, log_price, plain_step=lambda r: r, tolerance=TOLERANCE,
            max_iterations=LONGEST - len(history),
        )  # fmt: skip
        history += found.history
        if not found.converged:
            break
        here = circle.last
        quantities, fees = circle.routed_again(here)
        parts = {"price": history[-1], "quantities": quantities, "transfers": max(fees, here.settled.residual)}
        history[-1] = max(parts.values())
        if history[-1] <= TOLERANCE:
            return CouplingCertificate(history[-1], len(history), tuple(history), **parts)
        log_price = np.log(here.answered)
    raise NotConverged(
        f"corridor and economy do not agree after {len(history)} passes: the oil's price or its tonnes still move by "
        f"{history[-1]:.1e} (allowed {TOLERANCE:.0e}). A use of the oil may pay so nearly nothing that it comes and "
        f"goes with the price; check prices and tariffs of the scenario's markets",
        history,
    )


def answer_again(coupled: Coupled, economy: Economy, closure: Closure, policy: Policy) -> Outcome:
    """Solve another economy, or another policy, under what the corridor told at the fixed point; rents settle anew.

    Raises
    ------
    NotConverged : no certified answer.
    """
    return settled(economy, closure, policy, coupled.bounds).outcome


@dataclass(frozen=True)
class _Pass:
    """One pass: prices routed with, what came of it, prices returned."""

    price: Floats
    tolds: tuple[Told, ...]
    bounds: tuple[Bound, ...]
    settled: Settled
    answered: Floats


class _Circle:
    """Both engines in a circle. State is what it is for: the last pass, which the next one starts from."""

    def __init__(
        self,
        economy: Economy,
        closure: Closure,
        policy: Policy,
        route: Callable[[dict[str, float]], Routing | Carried],
        ties: Sequence[Tie],
    ) -> None:
        self.economy, self.closure, self.policy, self.route, self.ties = economy, closure, policy, route, ties
        self.passes: list[_Pass] = []

    @property
    def last(self) -> _Pass:
        """The last pass."""
        return self.passes[-1]

    def residual(self, log_price: Floats) -> Floats:
        """Log of the prices returned less those routed with (K,)."""
        price = np.exp(log_price)
        routing = self.route(self.factors(price))
        tolds = tuple(told(tie, routing) for tie in self.ties)
        before = self.last if self.passes else None
        if before is not None and _same(before.tolds, tolds):
            here = _Pass(price, tolds, before.bounds, before.settled, before.answered)
        else:
            bounds = bounds_of(self.ties, tolds)
            near = None if before is None else before.settled.outcome
            answer = settled(self.economy, self.closure, self.policy, bounds, near)
            answered = np.array([_world_price(t, s, answer.outcome) for t, s in zip(self.ties, tolds, strict=True)])
            here = _Pass(price, tolds, bounds, answer, answered)
        self.passes[:] = [here]
        return np.asarray(np.log(here.answered) - log_price)

    def routed_again(self, here: _Pass) -> tuple[float, float]:
        """How far the tonnes and the fees of a routing at the prices returned are from those that were told."""
        if np.abs(here.answered / here.price - 1.0).max() <= UNMOVED:
            return 0.0, 0.0  # they are the prices of the routing at hand
        again = [told(tie, self.route(self.factors(here.answered))) for tie in self.ties]
        quantities = fees = 0.0
        for tie, was, now in zip(self.ties, here.tolds, again, strict=True):
            tonnes = float(np.abs(now.now.kt - was.now.kt).max() / tie.was.kt.sum())
            quantities = max(quantities, tonnes, abs(now.supply_factor - was.supply_factor))
            paid = np.abs(now.fees_usd_million - was.fees_usd_million).max()
            fees = max(fees, float(paid / tie.was.value_usd_million.sum()))
        return quantities, fees

    def factors(self, price: Floats) -> dict[str, float]:
        """Return price factors by market; by market and commodity where several oils may differ."""
        out: dict[str, float] = {}
        for tie, factor in zip(self.ties, price, strict=True):
            for node in dict.fromkeys(tie.link.market_regions["node"]):
                if len(self.ties) == 1:
                    out[node] = float(factor)
                    continue
                commodities = tie.network.commodities
                mine = commodities.index[commodities["exporter"] == tie.link.exporter]
                for commodity in [tie.link.commodity] if tie.link.commodity else mine:
                    out[f"{node}/{commodity}"] = float(factor)
        return out


def _same(before: Sequence[Told], now: Sequence[Told]) -> bool:
    return all(np.array_equal(a.numbers, b.numbers) for a, b in zip(before, now, strict=True))


def _world_price(tie: Tie, said: Told, outcome: Outcome) -> float:
    """Delivered price of the oil over base, weighted by what arrived before.

    One price for all markets: oil that pays better elsewhere goes there, so markets differ by carriage and grade alone,
    and those differences are the corridor's. Armington prices by region would let whole routes swing on a percent.
    """
    delivered = outcome.border_price(tie.link.exporter, tie.link.sector).to_numpy() * said.iceberg_factor
    return float((delivered * tie.was.kt).sum() / tie.was.kt.sum())


def _answer(circle: _Circle, routing: Routing, certificate: CouplingCertificate) -> Coupled:
    oils = []
    here = circle.last
    outcome = here.settled.outcome
    for tie, said, price in zip(circle.ties, here.tolds, here.price, strict=True):
        link = link_table(tie, said)
        border = outcome.border_price(tie.link.exporter, tie.link.sector)
        mine = outcome.levies
        mine = mine[(mine["exporter"] == tie.link.exporter) & (mine["sector"] == tie.link.sector)]
        link["price_factor"] = border.reindex(link.index)
        link["rent_rate"] = mine.set_index("importer")["rate"].reindex(link.index).fillna(0.0).astype(float)
        oils.append(TiedOil(tie.link, link, _fees(tie, said), said.supply_factor, float(price)))
    return Coupled(
        routing=routing, outcome=outcome, shock=here.settled.shock, bounds=here.bounds, oils=tuple(oils),
        rents=_rents(here), certificate=certificate,
    )  # fmt: skip


def _fees(tie: Tie, said: Told) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "before_usd_million": tie.fees_before,
            "after_usd_million": said.fees_usd_million,
            "transfer": said.fee_transfer,
        },
        index=pd.Index(tie.regions, name="region"),
    )
    return table[(table["before_usd_million"] > 0.0) | (table["after_usd_million"] > 0.0)]


def _rents(here: _Pass) -> pd.DataFrame:
    rows: list[tuple[str, str, str, float]] = []
    for bound, got, burnt in zip(
        here.bounds, here.settled.rents_usd_million, here.settled.burnt_usd_million, strict=True
    ):
        named = [(region, float(usd)) for region, usd in zip(bound.regions, got, strict=True) if usd != 0.0]
        rows += [(bound.exporter, bound.sector, region, usd) for region, usd in named]
        if burnt > 0.0:
            rows.append((bound.exporter, bound.sector, "", float(burnt)))
    return pd.DataFrame(rows, columns=["exporter", "sector", "region", "usd_million"])
