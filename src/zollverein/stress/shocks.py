"""From what a scenario says of the economy to the shock that its engine takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from zollverein.case import Case
from zollverein.economy import Closure, Shock
from zollverein.errors import ScenarioError, UnknownNameError
from zollverein.stress.scenario import EconomyPart, Scenario

__all__ = [
    "CELL",
    "NOTHING",
    "Policy",
    "closure_of",
    "goods_of",
    "iceberg_product",
    "policy_of",
    "shock_of",
    "with_mfn",
]

Bound = Literal["low", "central", "high"]
CELL = ["exporter", "importer", "sector"]
FACTOR_COLUMN = {"low": "factor_low", "central": "factor", "high": "factor_high"}


@dataclass(frozen=True, slots=True)
class Policy:
    """What governments do in a scenario, as the economy's frames.

    Attributes
    ----------
    tariff : exporter, importer, sector, rate_percent; or None.
    iceberg : exporter, importer, sector, factor; or None.
    """

    tariff: pd.DataFrame | None
    iceberg: pd.DataFrame | None


NOTHING = Policy(tariff=None, iceberg=None)


def shock_of(policy: Policy) -> Shock:
    """Return what governments do as the shock of an economy without a corridor."""
    return Shock(tariff=policy.tariff, iceberg=iceberg_product([policy.iceberg]))


def closure_of(scenario: Scenario) -> Closure:
    """Return the closure of the economy that a scenario asks for."""
    return Closure(deficits=scenario.economy.deficits, labour=scenario.labour)


def policy_of(scenario: Scenario, case: Case, bound: Bound = "central") -> Policy:
    """Translate barriers, tariffs and trade costs of a scenario into long frames.

    Parameters
    ----------
    bound : which end of the range of the barriers' trade-cost equivalents.

    Raises
    ------
    UnknownNameError : a region or sector that the case does not have.
    ScenarioError : the case holds no figure for what is asked.
    """
    economy = scenario.economy
    _check_names(economy, case)
    return Policy(tariff=_tariffs(economy, case), iceberg=_iceberg(economy, case, bound))


def iceberg_product(frames: Iterable[pd.DataFrame | None]) -> pd.DataFrame | None:
    """Multiply trade-cost factors cell by cell; None where nothing changes."""
    given = [frame for frame in frames if frame is not None and len(frame)]
    if not given:
        return None
    product = pd.concat(given, ignore_index=True).groupby(CELL, as_index=False, sort=True)["factor"].prod()
    return product[product["factor"] != 1.0].reset_index(drop=True) if (product["factor"] != 1.0).any() else None


def _check_names(economy: EconomyPart, case: Case) -> None:
    regions, sectors = set(case.table("regions")["region"]), set(case.table("sectors")["sector"])
    for k, barrier in enumerate(economy.barriers):
        _require("region", (*barrier.between, *(barrier.and_ or ())), regions, f"scenario key economy.barriers.{k}")
    for key in ("tariffs", "iceberg"):
        for k, change in enumerate(getattr(economy, key)):
            where = f"scenario key economy.{key}.{k}"
            _require("region", (*change.exporters, *change.importers), regions, where)
            _require("sector", change.sectors or (), sectors, where)


def _require(kind: str, names: Sequence[str], known: set[str], where: str) -> None:
    for name in names:
        if name not in known:
            raise UnknownNameError(kind, name, known, where)


def _cells(
    exporters: Sequence[str], importers: Sequence[str], sectors: Sequence[str] | None, case: Case
) -> pd.DataFrame:
    named = sectors or tuple(case.table("sectors")["sector"])
    rows = [(i, n, s) for i in exporters for n in importers for s in named if i != n]
    return pd.DataFrame(rows, columns=CELL)


def _tariffs(economy: EconomyPart, case: Case) -> pd.DataFrame | None:
    frames = []
    for k, change in enumerate(economy.tariffs):
        cells = _cells(change.exporters, change.importers, change.sectors, case)
        if change.rate is not None:
            frames.append(cells.assign(rate_percent=100.0 * change.rate))
            continue
        mend = "give a rate, or add the row to economy/tariffs.csv"
        found = with_mfn(cells, case, f"scenario key economy.tariffs.{k}", mend)
        frames.append(found[CELL].assign(rate_percent=found["mfn_percent"].astype(float)))
    if not frames:
        return None
    # A later change of the same cell replaces an earlier one.
    return pd.concat(frames, ignore_index=True).drop_duplicates(CELL, keep="last", ignore_index=True)


def with_mfn(cells: pd.DataFrame, case: Case, where: str, mend: str) -> pd.DataFrame:
    """Return cells with the case's tariffs; those of services, which have none of the most favoured nation, left out.

    Raises
    ------
    ScenarioError : a good without one; the message begins with ``where`` and ends with ``mend``.
    """
    if "tariffs" not in case.tables:
        raise ScenarioError(f"{where}: the case has no table tariffs; add it, or {mend}")
    found = cells.merge(case.table("tariffs"), on=CELL, how="left", validate="one_to_one")
    gaps = found["mfn_percent"].isna() & found["sector"].isin(goods_of(case))
    if gaps.any():
        row = found[gaps].iloc[0]
        raise ScenarioError(
            f"{where}: the case has no mfn_percent for {row['exporter']} to {row['importer']} in {row['sector']}; "
            f"{mend}"
        )
    return found[found["mfn_percent"].notna()].reset_index(drop=True)


def _iceberg(economy: EconomyPart, case: Case, bound: Bound) -> pd.DataFrame | None:
    frames = [
        _cells(change.exporters, change.importers, change.sectors, case).assign(factor=change.factor)
        for change in economy.iceberg
    ]
    if economy.barriers:
        union = case.union()
        frames += [
            _every_good(union.wedges(barrier.change, pairs=list(barrier.pairs), severity=barrier.severity), case, bound)
            for barrier in economy.barriers
        ]
    return iceberg_product(frames)


def _every_good(wedges: pd.DataFrame, case: Case, bound: Bound) -> pd.DataFrame:
    """A wedge without a sector holds for every good; services have none on record."""
    column = FACTOR_COLUMN[bound]
    blank = wedges["sector"].fillna("") == ""
    broad = wedges[blank].drop(columns="sector").merge(pd.DataFrame({"sector": goods_of(case)}), how="cross")
    both = pd.concat([wedges[~blank], broad], ignore_index=True)
    return both[CELL].assign(factor=both[column].astype(float))


def goods_of(case: Case) -> list[str]:
    """Return the sectors of a case that are goods."""
    sectors = case.table("sectors")
    return list(sectors.loc[sectors["kind"] == "goods", "sector"])
