"""What ties an exporter's oil in the corridor to a sector of the economy, and what a routing tells of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.corridor import Network, Routing
from zollverein.corridor.carriage import Carried, carried, entered_kt, mean_carriage
from zollverein.corridor.measures import require_shares
from zollverein.economy import Economy
from zollverein.errors import ScenarioError, UnknownNameError

__all__ = ["RECIPIENTS", "CrudeLink", "Tie", "Told", "link_table", "tied", "tied_to", "told"]

Floats = npt.NDArray[np.float64]
# Besides a region of the economy.
RECIPIENTS = ("exporter", "operator", "transit", "lost")
MOST_LOST = 0.99
# Below a tonne nothing is delivered, and neither a ratio nor a cost has a meaning.
LEAST_KT = 1e-3


@dataclass(frozen=True)
class CrudeLink:
    """Where an exporter's crude oil sits in the economy.

    Attributes
    ----------
    exporter, sector : whose oil, and the sector that it is part of.
    rent_to : who earns the rent of a quantity bound: a region; ``exporter``; ``operator`` or ``transit``, the homes of
        those who run the links that lost oil, or the foreign countries that the lost oil would have entered, by
        tonnes; or ``lost``: nobody.
    shares : by region, crude's share of the exporter's sales of the sector there, base year.
    confidence : by region, how that share is known.
    base_price_usd_per_t : mean export price of the base year, which values oil that is no longer produced.
    output_usd_million : the exporter's base output of the sector.
    market_regions : node, region, share: where oil that lands at a market ends up.
    years : that the corridor's horizon covers; the economy's year is one of them.
    commodity : which of the exporter's commodities; empty: all of them.
    region_of : by country, the region of the economy that it is in; a country not named is a region itself.
    fee_shares : by link, who earns its tariff: country to share; a link not named: its countries in equal parts.
    homes : by operator as the network's links name it, its home: country to share. Read for ``operator`` only.
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
    commodity: str = ""
    region_of: Mapping[str, str] = field(default_factory=dict)
    fee_shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    homes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def year_share(self) -> float:
        """The part of the economy's year that the horizon covers, at most 1."""
        return min(self.years, 1.0)

    @property
    def name(self) -> str:
        """The exporter, and the commodity where it is one of several."""
        return f"{self.exporter} {self.commodity}".strip()


@dataclass(frozen=True)
class _Arrived:
    """What reached the regions (N,): tonnes, value, carriage of a tonne, and what of it foreign states earned."""

    kt: Floats
    value_usd_million: Floats
    cost_usd_per_t: Floats
    fee_usd_per_t: Floats


@dataclass(frozen=True)
class Tie:
    """A link laid out as arrays over the economy's N regions, the network's L links and V nodes; made once.

    Attributes
    ----------
    of_market : (N, V) where the oil of each market ends up. of_fee : (L, N) part of a link's tariff that each foreign
        region earns. share : (N,) crude in the sector's sales.
    before, was, fees_before : what the undisturbed corridor carried, what arrived, what each region earned (N,).
    crude_usd_million : the exporter's crude exports in the economy's base year.
    """

    link: CrudeLink
    network: Network
    regions: tuple[str, ...]
    exporter_at: int
    share: Floats
    of_market: Floats
    of_fee: Floats
    before: Carried
    was: _Arrived
    fees_before: Floats
    crude_usd_million: float


@dataclass(frozen=True)
class Told:
    """What a routing tells the economy of one link's oil.

    Attributes
    ----------
    now : what arrived. quantity_factor, iceberg_factor : (N,) of the sector's flow to each region.
    supply_factor : what is left of the exporter's specific factor.
    fees_usd_million : (N,) fees that each foreign region earned over the horizon.
    fee_transfer : (N,) their change in the economy's dollars; the exporter pays it, so that it adds to nothing.
    rent_shares : (N,) who gets the rent that the exporter receives first.
    """

    now: _Arrived
    quantity_factor: Floats
    iceberg_factor: Floats
    supply_factor: float
    fees_usd_million: Floats
    fee_transfer: Floats
    rent_shares: Floats

    @property
    def numbers(self) -> Floats:
        """Everything that the economy is told, in one row."""
        return np.concatenate(
            [self.quantity_factor, self.iceberg_factor, [self.supply_factor], self.fee_transfer, self.rent_shares]
        )


def tied(link: CrudeLink, economy: Economy, before: Routing) -> Tie:
    """Lay a link out against an economy and the corridor undisturbed.

    Raises
    ------
    UnknownNameError : an exporter, sector, region, country or recipient that is none.
    ScenarioError : undisturbed, no oil reaches the economy. NetworkError : shares of a market that do not add to one.
    """
    return tied_to(link, economy, before.network, carried(before, link.exporter, link.commodity))


def tied_to(link: CrudeLink, economy: Economy, network: Network, oil: Carried) -> Tie:
    """Lay a link out against an economy and what the undisturbed corridor carried.

    Raises
    ------
    UnknownNameError, ScenarioError, NetworkError : as `tied`.
    """
    regions = economy.countries
    at = {name: k for k, name in enumerate(regions)}
    _require("exporter", link.exporter, regions, "the countries of the economy")
    _require("sector", link.sector, economy.sectors, "the sectors of the economy")
    _require("recipient", link.rent_to, (*RECIPIENTS, *regions), "who earns the rent of a bound (rent_to)")
    require_shares(link.market_regions)
    exporter = at[link.exporter]
    share = np.asarray(link.shares.reindex(regions).fillna(0.0), dtype=np.float64)
    flows = economy.base.flows[economy.sectors.index(link.sector), :, exporter]
    foreign = np.arange(len(regions)) != exporter
    of_market, of_fee = _of_market(link, network, at), _of_fee(link, network, at)
    was = _arrived(network, oil, of_market, of_fee)
    if not was.kt.sum() > 0 or not was.value_usd_million.sum() > 0:
        raise ScenarioError(
            f"undisturbed, the corridor brings {was.kt.sum():,.0f} kt of {link.name}'s oil worth "
            f"US$ {was.value_usd_million.sum():,.0f} m to the economy's regions, so the two cannot be tied; check "
            f"capacities, tariffs and prices of the network, and table market_regions"
        )
    return Tie(
        link=link, network=network, regions=regions, exporter_at=exporter, share=share, of_market=of_market,
        of_fee=of_fee, before=oil, was=was, fees_before=oil.paid_usd_thousand @ of_fee / 1e3,
        crude_usd_million=float((share * flows)[foreign].sum()),
    )  # fmt: skip


def told(tie: Tie, after: Routing | Carried) -> Told:
    """Return what a routing of the disturbed corridor, or what it carried, tells the economy.

    Raises
    ------
    ScenarioError : more oil is lost than the economy's tables know of.
    """
    link, was = tie.link, tie.was
    oil = after if isinstance(after, Carried) else carried(after, link.exporter, link.commodity)
    now = _arrived(tie.network, oil, tie.of_market, tie.of_fee)
    known = (was.kt > LEAST_KT) & (was.value_usd_million > 0)
    both = known & (now.kt > LEAST_KT)
    part = tie.share * link.year_share
    ratio = np.where(known, now.kt / np.where(known, was.kt, 1.0), 1.0)
    price = np.where(known, 1e3 * was.value_usd_million / np.where(known, was.kt, 1.0), 1.0)
    # What foreign states earn is paid over to them; only the rest of what carriage takes melts on the way.
    melts = np.where(both, (now.cost_usd_per_t - now.fee_usd_per_t) - (was.cost_usd_per_t - was.fee_usd_per_t), 0.0)
    fees = oil.paid_usd_thousand @ tie.of_fee / 1e3
    # A dollar of the corridor enters as a share of the oil's value, as carriage does.
    per_dollar = link.year_share * tie.crude_usd_million / float(was.value_usd_million.sum())
    transfer = (fees - tie.fees_before) * per_dollar
    transfer[tie.exporter_at] = -transfer.sum()
    return Told(
        now=now,
        quantity_factor=1.0 - part * (1.0 - ratio),
        iceberg_factor=1.0 + part * melts / price,
        supply_factor=_supply_factor(tie, oil),
        fees_usd_million=fees,
        fee_transfer=transfer,
        rent_shares=_rent_shares(tie, oil),
    )


def link_table(tie: Tie, told: Told) -> pd.DataFrame:
    """Return by region: tonnes and delivered cost before and after, and what they amount to in the economy."""
    was, now = tie.was, told.now
    both = (was.kt > LEAST_KT) & (was.value_usd_million > 0) & (now.kt > LEAST_KT)
    frame = pd.DataFrame(
        {
            "crude_share": tie.share,
            "kt_before": was.kt,
            "kt_after": now.kt,
            "quantity_factor": told.quantity_factor,
            "cost_before_usd_per_t": was.cost_usd_per_t,
            "cost_after_usd_per_t": now.cost_usd_per_t,
            "cost_change_usd_per_t": np.where(both, now.cost_usd_per_t - was.cost_usd_per_t, 0.0),
            "fee_change_usd_per_t": np.where(both, now.fee_usd_per_t - was.fee_usd_per_t, 0.0),
            "iceberg_factor": told.iceberg_factor,
            "confidence": tie.link.confidence.reindex(list(tie.regions)).to_numpy(),
        },
        index=pd.Index(tie.regions, name="region"),
    )
    abroad = (tie.network.nodes["country"] != tie.link.exporter).to_numpy()
    reached = np.flatnonzero(tie.of_market[:, abroad].any(axis=1))
    return frame.iloc[reached].sort_index()


def _arrived(network: Network, oil: Carried, of_market: Floats, of_fee: Floats) -> _Arrived:
    parts = np.column_stack([np.ones(len(of_fee)), of_fee.sum(axis=1)])
    paid = oil.exported_kt[:, None] * mean_carriage(network, oil, parts)
    kt = of_market @ oil.exported_kt
    with np.errstate(invalid="ignore", divide="ignore"):
        cost, fee = np.where(kt > 0, (of_market @ paid).T / kt, np.nan)
    return _Arrived(kt, of_market @ oil.value_usd_million, cost, fee)


def _supply_factor(tie: Tie, oil: Carried) -> float:
    """Oil no longer produced, at the base year's price, as a share of the sector's output.

    Whether a field stands still because its oil cannot leave or because it is hit itself, what worked there idles.
    """
    link = tie.link
    fewer = float(tie.before.produced_kt.sum() - oil.produced_kt.sum())
    lost = fewer / max(link.years, 1.0) * link.base_price_usd_per_t / 1e3 / link.output_usd_million
    if lost > MOST_LOST:
        raise ScenarioError(
            f"{fewer:,.0f} kt of {link.name}'s oil are lost; at {link.base_price_usd_per_t:,.0f} US$/t that is "
            f"{lost:.0%} of its output of {link.sector}: the tables crude and production of the case contradict the "
            f"corridor's tonnes, or nothing is left to produce. Mend the tables, or soften the scenario"
        )
    return 1.0 - lost


def _of_market(link: CrudeLink, network: Network, at: Mapping[str, int]) -> Floats:
    """(N, V) where the oil of each node ends up."""
    out = np.zeros((len(at), len(network.nodes)))
    node_at = {node: k for k, node in enumerate(network.nodes.index)}
    rows = link.market_regions[["node", "region", "share"]]
    for node, region, share in rows.itertuples(index=False, name=None):
        _require("region", region, at, "table market_regions")
        if node in node_at:
            out[at[region], node_at[node]] += share
    return out


def _of_fee(link: CrudeLink, network: Network, at: Mapping[str, int]) -> Floats:
    """(L, N) part of each link's tariff that foreign regions earn."""
    out = np.zeros((len(network.links), len(at)))
    links = network.links
    for k, (name, touched) in enumerate(zip(links.index, links["countries"], strict=True)):
        countries = [country for country in str(touched).split(";") if country]
        equal = {country: 1.0 / len(countries) for country in countries}
        for country, share in link.fee_shares.get(str(name), equal).items():
            region = _region(link, country, at, f"the countries of link '{name}'")
            out[k, at[region]] += share
    out[:, at[link.exporter]] = 0.0
    return out


def _rent_shares(tie: Tie, oil: Carried) -> Floats:
    """(N,) who gets the rent that the exporter receives first; the exporter keeps it where nobody else lost oil."""
    link = tie.link
    at = {name: k for k, name in enumerate(tie.regions)}
    out = np.zeros(len(at))
    lost = np.maximum(tie.before.links_kt - oil.links_kt, 0.0)
    lost[lost <= LEAST_KT] = 0.0
    if link.rent_to == "operator":
        for operator, kt in _taken_over(tie.network, lost).items():
            _require("operator", operator, link.homes, "table operators, whose home earns the rent of bounds (rent_to)")
            for country, share in link.homes[operator].items():
                out[at[_region(link, country, at, f"the home of operator '{operator}'")]] += kt * share
    elif link.rent_to == "transit":
        for country, kt in entered_kt(tie.network, lost, link.exporter).items():
            out[at[_region(link, country, at, "the countries of links")]] += kt
    total = out.sum()
    if total > 0.0:
        return np.asarray(out / total)
    out[tie.exporter_at] = 1.0
    return out


def _taken_over(network: Network, lost: Floats) -> dict[str, float]:
    """Lost tonnes that each operator would have taken over: what enters its links other than from its own."""
    links = network.links
    if "operator" not in links:
        raise ScenarioError(
            "the rent of bounds goes to operators (rent_to), and table links has no column operator; add it"
        )
    net: dict[tuple[str, str], float] = {}
    rows = zip(links.index, links["operator"], links["from_node"], links["to_node"], lost, strict=True)
    for name, operator, begin, end, kt in rows:
        if kt <= 0.0:
            continue
        if not isinstance(operator, str) or not operator:
            raise ScenarioError(
                f"the rent of bounds goes to operators (rent_to), and link '{name}' of table links, which lost oil, "
                f"names none; name its operator"
            )
        net[operator, begin] = net.get((operator, begin), 0.0) + kt
        net[operator, end] = net.get((operator, end), 0.0) - kt
    taken: dict[str, float] = {}
    for (operator, _), kt in net.items():
        if kt > 0.0:
            taken[operator] = taken.get(operator, 0.0) + kt
    return taken


def _region(link: CrudeLink, country: str, at: Mapping[str, int], where: str) -> str:
    region = link.region_of.get(country, country)
    _require("region", region, at, where)
    return region


def _require(kind: str, name: str, known: Iterable[str], where: str) -> None:
    names = tuple(known)
    if name not in names:
        raise UnknownNameError(kind, name, names, where)
