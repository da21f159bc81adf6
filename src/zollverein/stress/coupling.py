"""Corridor and economy, carried to a common fixed point.

The corridor says how much of an exporter's oil can reach each region, and at what cost of carriage; the economy takes
the cost as a change of iceberg cost, the quantity as a bound whose rent goes where the case says, and the oil that
is no longer produced as a loss of the sector's specific factor. The price that clears the world's markets goes back
to the corridor, where it moves netbacks. What is between them is one number, the world price of the oil.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from zollverein.corridor import Routing, delivered_by_region, produced_kt
from zollverein.economy import Closure, Economy, Outcome, Shock
from zollverein.errors import NotConverged, ScenarioError
from zollverein.stress.shocks import Policy, iceberg_product

__all__ = ["Coupled", "CouplingCertificate", "CrudeLink", "couple"]

TOLERANCE = 1e-6
LONGEST = 40
UNMOVED = 1e-12
MOST_LOST = 0.99
# A bound of nothing has no finite rent; a thousandth of the base flow stands for it.
NEXT_TO_NOTHING = 1e-3


@dataclass(frozen=True)
class CrudeLink:
    """Where an exporter's crude oil sits in the economy.

    Attributes
    ----------
    exporter, sector : whose oil, and the sector that it is part of.
    rent_to : who earns the rent of a quantity bound.
    shares : by region, crude's share of the exporter's sales of the sector there, base year.
    confidence : by region, how that share is known.
    base_price_usd_per_t : mean export price of the base year, which values oil that is no longer produced.
    output_usd_million : the exporter's base output of the sector.
    market_regions : node, region, share: where oil that lands at a market ends up.
    years : that the corridor's horizon covers; the economy's year is one of them.
    """

    exporter: str
    sector: str
    rent_to: str
    shares: pd.Series[float]
    confidence: pd.Series[str]
    base_price_usd_per_t: float
    output_usd_million: float
    market_regions: pd.DataFrame
    years: float

    @property
    def year_share(self) -> float:
        """The part of the economy's year that the horizon covers, at most 1."""
        return min(self.years, 1.0)


@dataclass(frozen=True, slots=True)
class CouplingCertificate:
    """How well corridor and economy agree.

    Attributes
    ----------
    residual : difference between the price factor that the corridor was routed with and the one that the economy
        then returned.
    iterations : passes through both engines. history : the residual after each.
    """

    residual: float
    iterations: int
    history: tuple[float, ...]


@dataclass(frozen=True)
class Coupled:
    """Both engines at their common fixed point.

    Attributes
    ----------
    routing, outcome : the engines' answers. shock : what the economy took.
    link : by region: crude_share, kt_before, kt_after, quantity_factor (of the sector's flow), cost_before_usd_per_t,
        cost_after_usd_per_t, cost_change_usd_per_t, iceberg_factor, price_factor, confidence.
    supply_factor : what is left of the exporter's specific factor in the sector.
    """

    routing: Routing
    outcome: Outcome
    shock: Shock
    link: pd.DataFrame
    supply_factor: float
    certificate: CouplingCertificate


def couple(
    economy: Economy,
    closure: Closure,
    policy: Policy,
    before: Routing,
    route: Callable[[dict[str, float]], Routing],
    link: CrudeLink,
) -> Coupled:
    """Iterate corridor and economy to a common fixed point of the oil's price.

    Parameters
    ----------
    before : the corridor undisturbed, at base prices.
    route : routes the disturbed corridor, given price factors by market node.

    Raises
    ------
    NotConverged : the price keeps moving; the message holds the residual, the error its history.
    """
    markets = list(dict.fromkeys(link.market_regions["node"]))
    price = 1.0
    history: list[float] = []
    damping = 1.0
    for _ in range(LONGEST):
        after = route(dict.fromkeys(markets, price))
        table = _link_table(link, before, after)
        supply = _supply_factor(link, before, after)
        shock = _shock(link, policy, table, supply)
        outcome = economy.solve(shock, closure=closure)
        table["price_factor"] = outcome.border_price(link.exporter, link.sector).reindex(table.index)
        answered = _world_price(link, table)
        history.append(abs(answered - price))
        if history[-1] <= TOLERANCE:
            certificate = CouplingCertificate(history[-1], len(history), tuple(history))
            return Coupled(after, outcome, shock, table, supply, certificate)
        if len(history) > 1 and history[-1] > 0.9 * history[-2]:
            damping = max(damping / 2.0, 0.05)
        price += damping * (answered - price)
    raise NotConverged(
        f"corridor and economy do not agree after {LONGEST} passes: the oil's price still moves by {history[-1]:.1e} "
        f"(allowed {TOLERANCE:.0e}). A use of the oil may pay so nearly nothing that it comes and goes with the price; "
        f"check prices and tariffs of the scenario's markets",
        history,
    )


def _link_table(link: CrudeLink, before: Routing, after: Routing) -> pd.DataFrame:
    """By region: tonnes and delivered cost before and after, and what they amount to in the economy."""
    was = delivered_by_region(before, link.market_regions, link.exporter)
    if not was["kt"].sum() > 0 or not was["value_usd_million"].sum() > 0:
        raise ScenarioError(
            f"undisturbed, the corridor brings {was['kt'].sum():,.0f} kt of {link.exporter}'s oil worth "
            f"US$ {was['value_usd_million'].sum():,.0f} m to the economy's regions, so the two cannot be tied; check "
            f"capacities, tariffs and prices of the network, and table market_regions"
        )
    now = delivered_by_region(after, link.market_regions, link.exporter).reindex(was.index)
    # Below a tonne nothing is delivered, and neither a ratio nor a cost has a meaning.
    known = (was["kt"] > 1e-3) & (was["value_usd_million"] > 0)
    ratio = (now["kt"] / was["kt"]).where(known, 1.0)
    moved = (now["cost_usd_per_t"] - was["cost_usd_per_t"]).where(known & (now["kt"] > 1e-3), 0.0).fillna(0.0)
    price = (1e3 * was["value_usd_million"] / was["kt"]).where(known, 1.0)
    share = link.shares.reindex(was.index).fillna(0.0)
    lost = link.year_share * (1.0 - ratio)
    return pd.DataFrame(
        {
            "crude_share": share,
            "kt_before": was["kt"],
            "kt_after": now["kt"].fillna(0.0),
            "quantity_factor": 1.0 - share * lost,
            "cost_before_usd_per_t": was["cost_usd_per_t"],
            "cost_after_usd_per_t": now["cost_usd_per_t"],
            "cost_change_usd_per_t": moved,
            "iceberg_factor": 1.0 + share * link.year_share * moved / price,
            "confidence": link.confidence.reindex(was.index),
        }
    ).rename_axis("region")


def _supply_factor(link: CrudeLink, before: Routing, after: Routing) -> float:
    """Oil no longer produced, at the base year's price, as a share of the sector's output.

    Whether a field stands still because its oil cannot leave or because it is hit itself, what worked there idles.
    """
    fewer = produced_kt(before, link.exporter) - produced_kt(after, link.exporter)
    lost = fewer / max(link.years, 1.0) * link.base_price_usd_per_t / 1e3 / link.output_usd_million
    if lost > MOST_LOST:
        raise ScenarioError(
            f"{fewer:,.0f} kt of {link.exporter}'s oil are lost; at {link.base_price_usd_per_t:,.0f} US$/t that is "
            f"{lost:.0%} of its output of {link.sector}: the tables crude and production of the case contradict the "
            f"corridor's tonnes, or nothing is left to produce. Mend the tables, or soften the scenario"
        )
    return 1.0 - lost


def _shock(link: CrudeLink, policy: Policy, table: pd.DataFrame, supply_factor: float) -> Shock:
    cells = pd.DataFrame({"exporter": link.exporter, "importer": table.index, "sector": link.sector})
    cells["quota"], cells["iceberg"] = table["quantity_factor"].to_numpy(), table["iceberg_factor"].to_numpy()
    abroad = cells[cells["importer"] != link.exporter]
    bound = abroad[(abroad["quota"] - 1.0).abs() > UNMOVED]
    dearer = abroad[(abroad["iceberg"] - 1.0).abs() > UNMOVED]
    key = ["exporter", "importer", "sector"]
    quota = bound[key].assign(factor=bound["quota"].clip(lower=NEXT_TO_NOTHING), recipient=link.rent_to)
    supply = pd.DataFrame({"country": [link.exporter], "sector": [link.sector], "factor": [supply_factor]})
    return Shock(
        tariff=policy.tariff,
        iceberg=iceberg_product([policy.iceberg, dearer[key].assign(factor=dearer["iceberg"])]),
        quota=quota if len(quota) else None,
        supply=supply if abs(supply_factor - 1.0) > UNMOVED else None,
    )


def _world_price(link: CrudeLink, table: pd.DataFrame) -> float:
    """Delivered price of the oil over base, weighted by what arrived before.

    One price for all markets: oil that pays better elsewhere goes there, so markets differ by carriage and grade alone,
    and those differences are the corridor's. Armington prices by region would let whole routes swing on a percent.
    """
    delivered = (table["price_factor"] * table["iceberg_factor"]).fillna(1.0)
    return float((delivered * table["kt_before"]).sum() / table["kt_before"].sum())
