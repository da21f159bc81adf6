"""The tiers that trade itself shows: pairs that trade more with each other than size, distance and openness explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.case import Case
from zollverein.errors import CaseError, UnionError, UnknownNameError
from zollverein.given import require
from zollverein.gravity import Design, Log, Panel, estimate
from zollverein.union import Tiers, tiers_of

__all__ = ["TradeTiers", "trade_tiers"]

Floats = npt.NDArray[np.float64]
EARTH_RADIUS_KM = 6371.0
LEAST = 3
NEEDED = ("trade", "sectors", "capitals")
# What a pair that trades nothing is short of what is expected, in logs: a millionth of it.
NOTHING = float(np.log(1e-6))


@dataclass(frozen=True)
class TradeTiers:
    """What trade says of a union's tiers.

    Attributes
    ----------
    tiers : see `zollverein.union.Tiers`; depth is the residual, log of trade over what gravity expects.
    residuals : first, second, residual, low, high (5 and 95 percent over draws of sectors).
    distance, standard_error : the elasticity of trade to distance, and its error.
    """

    tiers: Tiers
    residuals: pd.DataFrame = field(repr=False)
    distance: float
    standard_error: float


def trade_tiers(case: Case, members: Sequence[str] | None = None, *, draws: int = 200, seed: int = 1) -> TradeTiers:
    """Return the tiers of a union by the residuals of gravity in the case's base year.

    Goods traded between all regions that have a capital are explained by what each sells and buys in all and by the
    distance between capitals (PPML, effects of exporters and importers); what is left of a pair, both directions
    averaged, is how deep its trade is. How sure that is, is judged by drawing the goods' sectors with replacement.

    Parameters
    ----------
    members : which countries; absent: those of the union at the end of the base year.

    Raises
    ------
    CaseError : the case has no trade, sectors, capitals or base year. UnionError : fewer than three members.
    """
    missing = [name for name in NEEDED if name not in case.tables]
    if missing or case.base_year is None:
        raise CaseError(
            f"case '{case.name}' has no {missing[0] if missing else 'base_year'}, which tiers in trade need"
        )
    named = case.union().members(f"{case.base_year}-12-31") if members is None else _named(members, case)
    if isinstance(draws, bool) or not isinstance(draws, int) or draws < 1:
        raise UnionError(f"draws is {draws!r:.40}; allowed is a whole number from 1")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise UnionError(f"seed is {seed!r:.40}; allowed is a whole number, zero or more")
    flows = _flows(case)
    sectors = sorted(set(flows["sector"]))
    rng = np.random.Generator(np.random.Philox(seed))
    distance = _distances(case.table("capitals"))
    central, slope, error = _residuals(flows, dict.fromkeys(sectors, 1), distance, case.base_year, named)
    drawn = []
    for _ in range(draws):
        picked, times = np.unique(rng.choice(len(sectors), len(sectors)), return_counts=True)
        weights = {sectors[k]: int(n) for k, n in zip(picked, times, strict=True)}
        drawn.append(_residuals(flows, weights, distance, case.base_year, named)[0])
    found = tiers_of(central, np.stack(drawn), named)
    low, high = np.quantile(found.drawn, (0.05, 0.95), axis=0)
    rows = [
        (a, b, central[i, j], low[i, j], high[i, j]) for i, a in enumerate(named) for j, b in enumerate(named) if i < j
    ]
    return TradeTiers(found, pd.DataFrame(rows, columns=["first", "second", "residual", "low", "high"]), slope, error)


def _named(members: Sequence[str], case: Case) -> tuple[str, ...]:
    require("members", members, (list, tuple), "a list of regions", UnionError)
    known = list(case.table("capitals")["region"])
    for member in members:
        if member not in known:
            raise UnknownNameError("region", str(member), known, "table capitals")
    named = tuple(dict.fromkeys(members))
    if len(named) < LEAST:
        raise UnionError(f"{len(named)} regions are named; {LEAST} or more can have tiers")
    return named


def _flows(case: Case) -> pd.DataFrame:
    goods = case.table("sectors").query("kind == 'goods'")["sector"]
    capitals = set(case.table("capitals")["region"])
    trade = case.table("trade")
    inside = trade["sector"].isin(goods) & trade["exporter"].isin(capitals) & trade["importer"].isin(capitals)
    flows = trade[inside & (trade["exporter"] != trade["importer"])]
    return flows[["exporter", "importer", "sector", "value_usd_million"]]


def _residuals(
    flows: pd.DataFrame, weights: dict[str, int], distance: pd.DataFrame, year: int, members: Sequence[str]
) -> tuple[Floats, float, float]:
    """(n, n) residuals of members, both directions averaged; the elasticity to distance and its error."""
    value = flows["value_usd_million"] * flows["sector"].map(weights).fillna(0)
    total = value.groupby([flows["exporter"], flows["importer"]]).sum().rename("trade").reset_index()
    panel = Panel.from_table(total.merge(distance, on=["exporter", "importer"]).assign(year=year))
    design = Design(regressors=(Log("distance_km"),), fixed_effects=("exporter-year", "importer-year"))
    found = estimate(panel, design, backend="newton")
    rows = found.fitted
    trade, fitted = (np.asarray(rows[column], dtype=np.float64) for column in ("trade", "fitted"))
    with np.errstate(divide="ignore"):
        logs = np.maximum(np.log(trade / fitted), NOTHING)
    left = dict(zip(zip(rows["exporter"], rows["importer"], strict=True), map(float, logs), strict=True))
    out = np.zeros((len(members), len(members)))
    for i, a in enumerate(members):
        for j, b in enumerate(members):
            if i != j:
                out[i, j] = (left.get((a, b), NOTHING) + left.get((b, a), NOTHING)) / 2.0
    return out, float(found.coefficients.iloc[0]), float(found.covariance.to_numpy(dtype=np.float64)[0, 0] ** 0.5)


def _distances(capitals: pd.DataFrame) -> pd.DataFrame:
    """Great circles between capitals, km: exporter, importer, distance_km (haversine)."""
    latitude, longitude = (np.radians(capitals[c].to_numpy(dtype=float)) for c in ("latitude", "longitude"))
    half = np.sin((latitude[:, None] - latitude) / 2) ** 2
    half = half + np.cos(latitude[:, None]) * np.cos(latitude) * np.sin((longitude[:, None] - longitude) / 2) ** 2
    km = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))
    names = capitals["region"].astype(str).to_numpy()
    i, j = np.nonzero(km > 0)
    return pd.DataFrame({"exporter": names[i], "importer": names[j], "distance_km": km[i, j]})
