"""The economy's answer to what the corridor tells it, with rents and fees paid on to whom they are due.

A quota of the economy has one owner. Where several countries share a rent, or a part of them, the exporter receives it
and passes it on; how much that is changes with what it does to incomes, so that it is solved for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.economy import Closure, Economy, Outcome, Shock
from zollverein.economy.anderson import accelerate
from zollverein.errors import NotConverged, ScenarioError
from zollverein.stress.shocks import Policy, iceberg_product
from zollverein.stress.tie import Tie, Told

__all__ = ["Bound", "Settled", "bounds_of", "settled"]

Floats = npt.NDArray[np.float64]
UNMOVED = 1e-12
# A bound of nothing has no finite rent; a thousandth of the base flow stands for it.
NEXT_TO_NOTHING = 1e-3
# Rents over the exporter's crude exports; the economy itself is known to 1e-8.
PASSED_ON = 1e-9
LONGEST = 60


@dataclass(frozen=True)
class Bound:
    """What an economy is told of an exporter's sector, its commodities taken together.

    Attributes
    ----------
    regions : names of the N regions. exporter, sector : whose sales.
    quantity_factor, iceberg_factor : (N,). supply_factor : of the specific factor.
    fee_transfer : (N,) adds to nothing.
    recipient : region that the engine gives the rent to. melts : nobody gets it.
    rent_shares : (N,) who gets what of the rent in the end; None where the recipient keeps it.
    scale : the exporter's crude exports, which rents are measured by.
    """

    regions: tuple[str, ...]
    exporter: str
    sector: str
    quantity_factor: Floats
    iceberg_factor: Floats
    supply_factor: float
    fee_transfer: Floats
    recipient: str
    melts: bool
    rent_shares: Floats | None
    scale: float


@dataclass(frozen=True)
class Settled:
    """An outcome in which what was passed on is what was earned.

    Attributes
    ----------
    rents_usd_million : (bounds, N) who got what of each bound's rent. burnt_usd_million : (bounds,) what nobody got.
    residual : rent earned less rent passed on, over the exporter's crude exports; the largest.
    """

    outcome: Outcome
    shock: Shock
    rents_usd_million: Floats
    burnt_usd_million: Floats
    residual: float


def bounds_of(ties: Sequence[Tie], tolds: Sequence[Told]) -> tuple[Bound, ...]:
    """Take the commodities of one exporter and sector together.

    Raises
    ------
    ScenarioError : two of them give the rent of one flow to different recipients.
    """
    groups: dict[tuple[str, str], list[tuple[Tie, Told]]] = {}
    for tie, said in zip(ties, tolds, strict=True):
        groups.setdefault((tie.link.exporter, tie.link.sector), []).append((tie, said))
    return tuple(_joined(parts) for parts in groups.values())


def _joined(parts: Sequence[tuple[Tie, Told]]) -> Bound:
    first, link = parts[0][0], parts[0][0].link
    for tie, _ in parts[1:]:
        if tie.link.rent_to != link.rent_to:
            raise ScenarioError(
                f"the rent of {link.name} goes to '{link.rent_to}' and that of {tie.link.name} to "
                f"'{tie.link.rent_to}', but both are sold as {link.sector} by {link.exporter}, whose flows have one "
                f"bound; give both commodities the same rent_to"
            )
    passes_on = link.rent_to in ("operator", "transit")
    weight = np.array([tie.crude_usd_million for tie, _ in parts])
    shares = np.stack([said.rent_shares for _, said in parts])
    exporters = link.rent_to in ("exporter", "operator", "transit", "lost")
    return Bound(
        regions=first.regions,
        exporter=link.exporter,
        sector=link.sector,
        quantity_factor=1.0 + np.sum([said.quantity_factor - 1.0 for _, said in parts], axis=0),
        iceberg_factor=1.0 + np.sum([said.iceberg_factor - 1.0 for _, said in parts], axis=0),
        supply_factor=1.0 + sum(said.supply_factor - 1.0 for _, said in parts),
        fee_transfer=np.sum([said.fee_transfer for _, said in parts], axis=0),
        recipient=link.exporter if exporters else link.rent_to,
        melts=link.rent_to == "lost",
        rent_shares=np.average(shares, axis=0, weights=weight) if passes_on and weight.sum() > 0.0 else None,
        scale=float(weight.sum()),
    )


def settled(
    economy: Economy, closure: Closure, policy: Policy, bounds: Sequence[Bound], near: Outcome | None = None
) -> Settled:
    """Solve the economy under bounds, such that every rent that is passed on is the one that was earned.

    Parameters
    ----------
    near : an outcome to start from.

    Raises
    ------
    NotConverged : the economy has no certified answer, or the rents do not settle.
    """
    passing = [k for k, bound in enumerate(bounds) if bound.rent_shares is not None and _binds(bound)]
    scale = np.array([bounds[k].scale for k in passing])
    last: list[tuple[Shock, Outcome]] = []

    def solved(rents: Floats) -> Floats:
        shock = _shock(policy, bounds, dict(zip(passing, rents * scale, strict=True)))
        last[:] = [(shock, economy.solve(shock, closure=closure, near=last[0][1] if last else near))]
        earned = _earned(last[0][1], bounds)
        return np.asarray(earned[passing] / scale - rents)

    off = 0.0
    if passing:
        found = accelerate(
            solved, np.zeros(len(passing)), plain_step=lambda r: r, tolerance=PASSED_ON, max_iterations=LONGEST
        )
        off = found.history[-1]
        if not found.converged:
            raise NotConverged(
                f"the rents that are passed on do not settle after {LONGEST} solutions: they still differ from those "
                f"earned by {off:.1e} of the exporter's oil (allowed {PASSED_ON:.0e}); give the rents to one region "
                f"(rent_to), or soften the scenario",
                found.history,
            )
    else:
        solved(np.zeros(0))
    shock, outcome = last[0]
    earned = _earned(outcome, bounds)
    got = np.stack([_got(bound, rent) for bound, rent in zip(bounds, earned, strict=True)])
    burnt = np.array([rent if bound.melts else 0.0 for bound, rent in zip(bounds, earned, strict=True)])
    return Settled(outcome, shock, got, burnt, off)


def _got(bound: Bound, rent: float) -> Floats:
    if bound.rent_shares is not None:
        return np.asarray(rent * bound.rent_shares)
    here = np.array([region == bound.recipient and not bound.melts for region in bound.regions])
    return np.asarray(rent * here)


def _binds(bound: Bound) -> bool:
    return bool((bound.quantity_factor[_abroad(bound)] < 1.0 - UNMOVED).any())


def _abroad(bound: Bound) -> npt.NDArray[np.bool_]:
    return np.array([region != bound.exporter for region in bound.regions])


def _earned(outcome: Outcome, bounds: Sequence[Bound]) -> Floats:
    """(bounds,) rent of every bound in an outcome."""
    levies, state = outcome.shock.levies, outcome.state
    s, n, i = levies.cells
    revenue = outcome.base.flows[s, n, i] * state.quantity_hat * state.c_hat[s, i] * state.levy_rate
    countries, sectors = outcome.base.countries, outcome.base.sectors
    mine = [(s == sectors.index(b.sector)) & (i == countries.index(b.exporter)) for b in bounds]
    return np.array([float(revenue[cells].sum()) for cells in mine])


def _shock(policy: Policy, bounds: Sequence[Bound], rents: dict[int, float]) -> Shock:
    quotas, dearer, supply = [], [], []
    transfer = np.zeros(len(bounds[0].regions))
    for k, bound in enumerate(bounds):
        abroad = _abroad(bound)
        limited = abroad & (np.abs(bound.quantity_factor - 1.0) > UNMOVED)
        moved = abroad & (np.abs(bound.iceberg_factor - 1.0) > UNMOVED)
        if limited.any():
            factor = np.maximum(bound.quantity_factor[limited], NEXT_TO_NOTHING)
            quotas.append(_cells(bound, limited).assign(factor=factor, recipient=bound.recipient, melts=bound.melts))
        if moved.any():
            dearer.append(_cells(bound, moved).assign(factor=bound.iceberg_factor[moved]))
        if abs(bound.supply_factor - 1.0) > UNMOVED:
            supply.append((bound.exporter, bound.sector, bound.supply_factor))
        transfer += bound.fee_transfer
        if k in rents and bound.rent_shares is not None:
            transfer += rents[k] * bound.rent_shares
            transfer[bound.regions.index(bound.exporter)] -= rents[k]
    return Shock(
        tariff=policy.tariff,
        iceberg=iceberg_product([policy.iceberg, *dearer]),
        quota=pd.concat(quotas, ignore_index=True) if quotas else None,
        supply=pd.DataFrame(supply, columns=["country", "sector", "factor"]) if supply else None,
        transfer=_transfer(bounds, transfer),
    )


def _cells(bound: Bound, which: npt.NDArray[np.bool_]) -> pd.DataFrame:
    importers = [region for region, here in zip(bound.regions, which, strict=True) if here]
    return pd.DataFrame({"exporter": bound.exporter, "importer": importers, "sector": bound.sector})


def _transfer(bounds: Sequence[Bound], value: Floats) -> pd.DataFrame | None:
    there = np.abs(value) > UNMOVED * max(bound.scale for bound in bounds)
    if not there.any():
        return None
    value = np.where(there, value, 0.0)
    # What is rounded away is the exporter's, so that transfers add to nothing.
    value[bounds[0].regions.index(bounds[0].exporter)] -= value.sum()
    paid = value != 0.0
    return pd.DataFrame({"country": np.array(bounds[0].regions, dtype=object)[paid], "value": value[paid]})
