"""From what befalls corridor and union in one sampled scenario to outages, and to frames that the economy takes.

On each day of the horizon the recorded trade-cost equivalent w of a pair is raised once more by the strongest share s
of that day; shares of one day do not add. A day weighs one part of the year, which has 365 or, if the horizon is
longer, as many as the horizon, so that a barrier of 90 days counts 90/365 of its log trade cost::

    factor = product over s of (1 + s w) ** (days at s / days of the year)

A member that is gone raises the pairs that it makes with the other members by one, and on the days on which it is gone
most-favoured-nation tariffs stand in both directions::

    rate = standing + (mfn - standing) * days gone / days of the year
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.case import Case
from zollverein.corridor import Outage
from zollverein.errors import ScenarioError, UnknownNameError
from zollverein.stress.shocks import CELL, NOTHING, Policy, goods_of, iceberg_product, with_mfn
from zollverein.threat import BarrierTarget, ExitTarget, Impediment, Incident, Threat

__all__ = ["BarrierBasis", "Disturbance", "barrier_basis", "disturbed", "joined_policies"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Pair = tuple[str, str]
Span = tuple[int, int, float]

WEDGE = {"low": "ad_valorem_low", "central": "ad_valorem", "high": "ad_valorem_high"}
DAYS_PER_YEAR = 365
NO_ROWS, NO_NUMBERS = np.empty(0, dtype=np.intp), np.empty(0)


@dataclass(frozen=True, eq=False)
class Raised:
    """What a sampled scenario raises, as rows of a basis: no frame is made where none is asked for.

    Attributes
    ----------
    iceberg, factor : rows of the basis' cells, and the factor on each. tariff, rate_percent : rows of its tariff cells,
        and their rates of the year.
    """

    basis: BarrierBasis = field(repr=False)
    iceberg: Ints
    factor: Floats
    tariff: Ints
    rate_percent: Floats

    @property
    def policy(self) -> Policy:
        """The same as the economy's frames; None in both where nothing is raised."""
        costs = rates = None
        if len(self.iceberg):
            costs = self.basis.cells.take(self.iceberg).reset_index(drop=True).assign(factor=self.factor)
        if len(self.tariff):
            cells = self.basis.tariff_cells.take(self.tariff).reset_index(drop=True)
            rates = cells.assign(rate_percent=self.rate_percent)
        return Policy(tariff=rates, iceberg=costs)


@dataclass(frozen=True, eq=False)
class Disturbance:
    """One sampled scenario, as corridor and economy take it.

    Attributes
    ----------
    outages : of links and nodes. raised : barriers and tariffs of the year.
    """

    outages: tuple[Outage, ...]
    raised: Raised

    @property
    def policy(self) -> Policy:
        """Trade costs and tariffs of the year; None in both where nothing happens."""
        return self.raised.policy


@dataclass(frozen=True, eq=False)
class BarrierBasis:
    """What threats to barriers and membership need of a case, looked up once; build it with `barrier_basis`.

    Attributes
    ----------
    start, end : first and last day. members : of the union on the first day.
    exits : by member, the ordered pairs that it makes with the others, what it sells first.
    cells : exporter, importer, sector (K rows) in order. wedges : by pair, the cells and trade-cost equivalents.
    tariff_cells : exporter, importer, sector (T rows). tariffs : by pair, the cells, and the rates that stand and those
        of the most favoured nation, percent.
    """

    start: date
    end: date
    members: tuple[str, ...]
    exits: Mapping[str, tuple[Pair, ...]] = field(repr=False)
    cells: pd.DataFrame = field(repr=False)
    wedges: Mapping[Pair, tuple[Ints, Floats]] = field(repr=False)
    tariff_cells: pd.DataFrame = field(repr=False)
    tariffs: Mapping[Pair, tuple[Ints, Floats, Floats]] = field(repr=False)

    @property
    def days(self) -> int:
        """Days of the horizon."""
        return (self.end - self.start).days + 1

    @property
    def year(self) -> int:
        """Days of the economy's year: 365, or those of a longer horizon."""
        return max(self.days, DAYS_PER_YEAR)


def barrier_basis(
    case: Case,
    threats: Sequence[Threat],
    start: date,
    end: date,
    *,
    bound: Literal["low", "central", "high"] = "central",
    policy: Policy = NOTHING,
) -> BarrierBasis:
    """Return what threats to barriers and membership need of a case between two days, both included.

    Parameters
    ----------
    threats : all that are sampled; those on links and nodes alone need nothing.
    bound : which end of the range of the trade-cost equivalents.
    policy : what stands in every scenario; its tariffs are those that an exit changes.

    Raises
    ------
    UnknownNameError : a pair without a trade-cost equivalent, a member that never was one.
    ScenarioError : the days are out of order, or the case has no most-favoured-nation tariff that an exit needs.
    """
    if end < start:
        raise ScenarioError(f"the horizon ends on {end}, before it starts on {start}; swap the two")
    struck = [target for threat in threats for target in (*threat.targets, *(other for other, _, _ in threat.also))]
    leavers = [target.member for target in struck if isinstance(target, ExitTarget)]
    barred = [pair for target in struck if isinstance(target, BarrierTarget) for pair in target.pairs]
    if not leavers and not barred:
        nobody = pd.DataFrame(columns=CELL)
        return BarrierBasis(start, end, (), {}, nobody, {}, nobody, {})
    union = case.union()
    members = union.members(start)
    rows = union.treaties.memberships
    ever = rows.loc[(rows["agreement"] == union.name) & (rows["status"] == "member"), "country"]
    for member in leavers:
        if member not in set(ever):
            raise UnknownNameError("member of the union", member, ever, f"target exit:{member}")
    exits = {m: _pairs_with_others(m, members) for m in dict.fromkeys(leavers)}
    left = list(dict.fromkeys(pair for pairs in exits.values() for pair in pairs))
    cells, wedges = _wedges(case, union.wedges_table, list(dict.fromkeys([*barred, *left])), WEDGE[bound])
    tariff_cells, tariffs = _tariffs(case, left, policy)
    return BarrierBasis(start, end, members, exits, cells, wedges, tariff_cells, tariffs)


def disturbed(incidents: Iterable[Incident | Impediment], basis: BarrierBasis) -> Disturbance:
    """Return one sampled scenario as the corridor's outages and the economy's trade costs and tariffs of the year.

    Raises
    ------
    ScenarioError : an impediment of none of the threats that the basis was made for.
    """
    outages: list[Outage] = []
    raised: dict[Pair, list[Span]] = {}
    gone: dict[Pair, list[Span]] = {}
    for incident in incidents:
        if isinstance(incident, Incident):
            outages.append(
                Outage(incident.name, incident.target, incident.start, incident.end, incident.share_lost,
                       incident.units_lost, incident.announced_days)
            )  # fmt: skip
            continue
        first = max((incident.start - basis.start).days, 0)
        last = min((incident.end - basis.start).days, basis.days)
        leaves = isinstance(incident.target, ExitTarget)
        for pair in _pairs_of(incident, basis) if first < last else ():
            raised.setdefault(pair, []).append((first, last, incident.share))
            if leaves:
                gone.setdefault(pair, []).append((first, last, 1.0))
    return Disturbance(tuple(outages), Raised(basis, *_factors(raised, basis), *_rates(gone, basis)))


def joined_policies(policy: Policy, more: Policy) -> Policy:
    """Return what a scenario's policy and that of a sampled year are together: costs multiply, later rates replace."""
    rates = [rate for rate in (policy.tariff, more.tariff) if rate is not None]
    if len(rates) == 2:
        rates = [pd.concat(rates, ignore_index=True).drop_duplicates(CELL, keep="last", ignore_index=True)]
    if policy.iceberg is None or more.iceberg is None:
        iceberg = policy.iceberg if more.iceberg is None else more.iceberg
    else:
        iceberg = iceberg_product([policy.iceberg, more.iceberg])
    return Policy(tariff=rates[0] if rates else None, iceberg=iceberg)


def _pairs_with_others(member: str, members: Sequence[str]) -> tuple[Pair, ...]:
    """Who was no member on the first day leaves nobody."""
    others = [other for other in members if other != member] if member in members else []
    return (*((member, other) for other in others), *((other, member) for other in others))


def _wedges(
    case: Case, table: pd.DataFrame, pairs: Sequence[Pair], column: str
) -> tuple[pd.DataFrame, dict[Pair, tuple[Ints, Floats]]]:
    """Cells in order, and by pair the cells that its rows touch; a row without a sector touches every good."""
    goods = goods_of(case)
    by_pair: dict[Pair, list[tuple[str, float]]] = {pair: [] for pair in pairs}
    for i, n, s, w in zip(table["exporter"], table["importer"], table["sector"], table[column], strict=True):
        if (i, n) in by_pair:
            by_pair[i, n] += [(sector, float(w)) for sector in (goods if pd.isna(s) or s == "" else [s])]
    for (i, n), found in by_pair.items():
        if not found:
            known = [f"{a} to {b}" for a, b in zip(table["exporter"], table["importer"], strict=True)]
            raise UnknownNameError("wedge of", f"{i} to {n}", known, "table wedges")
    labels = sorted({(*pair, sector) for pair, found in by_pair.items() for sector, _ in found})
    at = {label: k for k, label in enumerate(labels)}
    return pd.DataFrame(labels, columns=CELL), {
        pair: (np.array([at[(*pair, sector)] for sector, _ in found], dtype=np.intp), np.array([w for _, w in found]))
        for pair, found in by_pair.items()
    }


def _tariffs(
    case: Case, pairs: Sequence[Pair], policy: Policy
) -> tuple[pd.DataFrame, dict[Pair, tuple[Ints, Floats, Floats]]]:
    """Cells of the pairs, sectors as the case has them, with the rates that stand and the most favoured nation's."""
    wanted = [(*pair, sector) for pair in pairs for sector in case.table("sectors")["sector"]]
    found = with_mfn(pd.DataFrame(wanted, columns=CELL), case, "an exit", "add the row to economy/tariffs.csv")
    standing = found["applied_percent"].fillna(0.0).to_numpy(dtype=float)
    if policy.tariff is not None:
        changed = found[CELL].merge(policy.tariff[[*CELL, "rate_percent"]], on=CELL, how="left")["rate_percent"]
        standing = np.where(changed.notna(), changed, standing)
    mfn = found["mfn_percent"].to_numpy(dtype=float)
    exporter, importer = (found[c].to_numpy(dtype=object) for c in CELL[:2])
    places = {pair: np.flatnonzero((exporter == pair[0]) & (importer == pair[1])) for pair in pairs}
    return found[CELL], {pair: (rows, standing[rows], mfn[rows]) for pair, rows in places.items()}


def _pairs_of(incident: Impediment, basis: BarrierBasis) -> tuple[Pair, ...]:
    target = incident.target
    if isinstance(target, ExitTarget) and target.member in basis.exits:
        return basis.exits[target.member]
    if isinstance(target, BarrierTarget) and all(pair in basis.wedges for pair in target.pairs):
        return target.pairs
    raise ScenarioError(
        f"'{incident.name}' strikes {target}, which the basis was not made for; give it that threat too"
    )


def _strongest(spans: Sequence[Span]) -> dict[float, int]:
    """Days at each share, the strongest of each day; days at which none stands are left out."""
    if len(spans) == 1:
        ((first, last, share),) = spans
        return {share: last - first}
    days: dict[float, int] = {}
    edges = sorted({edge for first, last, _ in spans for edge in (first, last)})
    for a, b in pairwise(edges):
        standing = [share for first, last, share in spans if first <= a and b <= last]
        if standing:
            days[max(standing)] = days.get(max(standing), 0) + b - a
    return days


def _factors(raised: Mapping[Pair, Sequence[Span]], basis: BarrierBasis) -> tuple[Ints, Floats]:
    """Rows of the basis' cells that get dearer, and by what factor."""
    if not raised:
        return NO_ROWS, NO_NUMBERS
    factor = np.ones(len(basis.cells))
    for pair, spans in raised.items():
        cells, wedge = basis.wedges[pair]
        for share, days in _strongest(spans).items():
            np.multiply.at(factor, cells, (1.0 + share * wedge) ** (days / basis.year))
    touched = np.flatnonzero(factor != 1.0)
    return touched, factor[touched]


def _rates(gone: Mapping[Pair, Sequence[Span]], basis: BarrierBasis) -> tuple[Ints, Floats]:
    """Rows of the basis' tariff cells whose rates change, and the rates of the year, percent."""
    struck = [(*basis.tariffs[pair], spans) for pair, spans in gone.items() if pair in basis.tariffs]
    if not struck:
        return NO_ROWS, NO_NUMBERS
    away = [_strongest(spans)[1.0] / basis.year for *_, spans in struck]
    rates = [standing * (1.0 - share) + mfn * share for (_, standing, mfn, _), share in zip(struck, away, strict=True)]
    return np.concatenate([rows for rows, *_ in struck]), np.concatenate(rates)
