"""Multilateral resistance, read off the fixed effects of a Poisson gravity equation."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from zollverein.errors import GravityError, NotConverged, UnknownNameError
from zollverein.gravity.newton import Maximum
from zollverein.gravity.panel import Floats, Ints
from zollverein.gravity.sample import Sample

__all__ = ["Resistances", "resistances_of"]

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Resistances:
    """Multilateral resistances, raised to ``-theta`` as trade feels them.

    Attributes
    ----------
    outward : country, year [, sector], output, outward: what an exporter meets on all its markets.
    inward : country, year [, sector], expenditure, inward: what an importer meets from all its suppliers.
    reference : the country whose inward resistance is 1. relative : whether each country's are over those of the first
        year in which it is there, because further effects, such as those of pairs, leave their level open.
    residual : the largest relative error with which they solve their system.
    """

    outward: pd.DataFrame = field(repr=False)
    inward: pd.DataFrame = field(repr=False)
    reference: str
    relative: bool
    residual: float


def resistances_of(sample: Sample, found: Maximum, reference: str | None = None) -> Resistances:
    """Return the multilateral resistances of an estimate.

    With predicted trade ``mu_ij = phi_ij Y_i E_j / (Y O_i I_j)``, output ``Y_i``, spending ``E_j``, world output ``Y``
    and trade costs ``phi_ij = exp(x beta + pair effects)``, resistances solve, in each year (and sector),
    ``O_i = sum_j phi_ij E_j / (Y I_j)`` and ``I_j = sum_i phi_ij Y_i / (Y O_i)`` (Anderson and van Wincoop 2003,
    doi:10.1257/000282803321455214; ``O = Pi^-theta``, ``I = P^-theta``). Because a Poisson regression with effects of
    exporters and importers in each year predicts their totals exactly, they follow from the effects (Fally 2015,
    doi:10.1016/j.jinteco.2015.05.005). Sums are over the rows used: without domestic sales, output is exports.

    A factor between all ``O`` and all ``I`` of a year is open; the reference's inward resistance is set to 1. Under
    further effects, such as those of pairs, each country's level is open too; then each is given over that of its first
    year.

    Raises
    ------
    GravityError : effects are missing from the design, further ones change by year, or countries fall into groups that
        do not trade with each other. UnknownNameError : the reference does not import in each year.
    NotConverged : the system is missed by more than 1e-6.
    """
    time = ("year", "sector") if "sector" in sample.keys else ("year",)
    out, into = (_family(sample, {side, *time}) for side in ("exporter", "importer"))
    y, mu = sample.trade, found.mu
    i, j = sample.effects.codes[out], sample.effects.codes[into]
    market = sample.keys.groupby(list(time), sort=True).ngroup().to_numpy().astype(np.int64)
    others = [k for k in range(len(sample.families)) if k not in (out, into)]
    _require_level(sample, others, i, j, int(market.max()) + 1)
    log_phi = sample.x @ found.beta + sum(
        (found.effects[k][sample.effects.codes[k]] for k in others), start=np.zeros(1)
    )
    output, spending, world = np.bincount(i, y), np.bincount(j, y), np.bincount(market, y)
    at_i, at_j = _first(i, market), _first(j, market)
    outward = output / world[at_i] * np.exp(-found.effects[out])
    inward = spending * np.exp(-found.effects[into])
    names = sample.labels[into]["importer"].to_numpy()
    chosen = _reference(names, at_j, int(market.max()) + 1, reference)
    unit = np.full(len(world), np.nan)
    unit[at_j[names == chosen]] = inward[names == chosen]
    outward, inward = outward * unit[at_i], inward / unit[at_j]
    phi = np.exp(log_phi)
    solved = np.bincount(i, phi * spending[j] / (world[market] * inward[j])) / outward
    bought = np.bincount(j, phi * output[i] / (world[market] * outward[i])) / inward
    residual = float(max(np.abs(solved - 1.0).max(), np.abs(bought - 1.0).max(), _off(mu, phi, outward[i] * inward[j],
                         output[i] * spending[j] / world[market])))  # fmt: skip
    if not residual <= TOLERANCE:
        raise NotConverged(f"the resistances miss their system by {residual:.1e}; allowed is {TOLERANCE:.0e}")
    relative = bool(others)
    frames = []
    for at, side, values, total, name in (
        (out, "exporter", outward, output, "output"), (into, "importer", inward, spending, "expenditure")
    ):  # fmt: skip
        frame = sample.labels[at].rename(columns={side: "country"})[["country", *time]]
        frame = frame.assign(**{name: sample.unit * total, {"exporter": "outward", "importer": "inward"}[side]: values})
        frames.append(_over_first(frame, time) if relative else frame)
    return Resistances(frames[0], frames[1], chosen, relative, residual)


def _family(sample: Sample, parts: set[str]) -> int:
    for k, family in enumerate(sample.families):
        if {*family.split("-")} == parts:
            return k
    side, *rest = sorted(parts, key=["exporter", "importer", "sector", "year"].index)
    raise GravityError(
        f"resistances need fixed effects '{'-'.join([side, *rest])}', and the design has {', '.join(sample.families)}; "
        f"add them"
    )


def _require_level(sample: Sample, others: list[int], i: Ints, j: Ints, markets: int) -> None:
    """Refuse designs and samples in which not even changes of resistance are determined."""
    for k in others:
        if "year" in sample.families[k].split("-"):
            raise GravityError(
                f"the effects '{sample.families[k]}' change by year, so that resistances cannot be told apart from them"
            )
    exporters = int(i.max()) + 1
    nodes = exporters + int(j.max()) + 1
    met = sparse.coo_array((np.ones(len(i)), (i, exporters + j)), shape=(nodes, nodes))
    parts = int(connected_components(met, directed=False)[0])
    if parts > markets:
        raise GravityError(
            f"countries fall into {parts} groups in {markets} years that do not trade with each other, so that their "
            f"resistances cannot be compared; leave the smaller groups out"
        )


def _first(code: Ints, market: Ints) -> Ints:
    """The year (and sector) of each group."""
    out = np.zeros(int(code.max()) + 1, dtype=np.int64)
    out[code] = market
    return out


def _reference(names: npt.NDArray[np.object_], market: Ints, markets: int, reference: str | None) -> str:
    there = pd.Series(market).groupby(names).nunique()
    always = sorted(str(name) for name in there.index[there == markets])
    if reference is not None and reference not in always:
        raise UnknownNameError("importer", reference, always, "what is bought in every year")
    if not always:
        raise GravityError("no country imports in every year of the estimate, so that none can be the reference")
    return reference if reference is not None else always[0]


def _off(mu: Floats, phi: Floats, resisted: Floats, sizes: Floats) -> float:
    """By how much the structural form misses what the regression predicts, over what is predicted in all."""
    return float(np.abs(phi * sizes / resisted - mu).max() / mu.max())


def _over_first(frame: pd.DataFrame, time: tuple[str, ...]) -> pd.DataFrame:
    value = frame.columns[-1]
    by = ["country", *time[1:]]
    ordered = frame.sort_values([*by, "year"])
    return ordered.assign(**{value: ordered[value] / ordered.groupby(by)[value].transform("first")}).sort_index()
