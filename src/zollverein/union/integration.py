"""How deep each pair is integrated, by dimension and day: what treaties promise, less exemptions and barriers."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.errors import UnionError
from zollverein.union.checks import chapters_of
from zollverein.union.register import Register, pairs_of
from zollverein.union.weights import DIMENSIONS, FREEDOMS, Weights

__all__ = [
    "Depth", "Drawn", "Evidence", "Treaties", "deepest", "depth_of", "drawn_depth", "either_way", "evidence_on",
    "goods_held", "load_on_goods", "overall", "spans",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
CHAPTERS = 96
MOST_DRAWS, MOST_SEED = 100_000, 2**63 - 1


@dataclass(frozen=True)
class Evidence:
    """What the degree of integration rests upon on one day, for some countries.

    Attributes
    ----------
    countries : in order. degrees : (P,) judged degree of each provision in force. dimension : (P,) its position in
        `DIMENSIONS`. agreement : which provides it. reach : (P, n, n) share in which a pair is bound by it: both in it,
        on two sides where it has sides, less exemptions.
    barriers : names of the barriers in force, (B,). touch : (B, n, n, freedoms) share of the pair's exchange, from the
        affected (second) to the imposing (first), that it touches, times what still stands and what its kind counts.
        measure : (B,) MAST chapter.
    """

    countries: tuple[str, ...]
    degrees: Floats
    dimension: npt.NDArray[np.int64]
    agreement: tuple[str, ...]
    reach: Floats
    barriers: tuple[str, ...]
    touch: Floats = field(repr=False)
    measure: tuple[str, ...]


@dataclass(frozen=True)
class Depth:
    """Degrees of integration, (draws, n, n, dimensions), 0 to 1; the diagonal is 1.

    Attributes
    ----------
    promised : what treaties in force provide. held : what barriers leave of it. Rows impose, columns are struck.
    """

    promised: Floats
    held: Floats


def depth_of(evidence: Evidence, weights: Weights) -> Depth:
    """Return the depth of every pair, (1, n, n, dimensions).

    In each dimension the deepest provision in force counts: agreements overlap and do not add up. Barriers compound:
    ``held = promised prod_b (1 - touch_b measure_b)``.
    """
    strength = np.array([weights.measure(m) for m in evidence.measure])
    return _depth(evidence, evidence.degrees[None], strength[None], np.ones((1, len(strength))))


def deepest(evidence: Evidence, i: int, j: int, dimension: int) -> tuple[str, float]:
    """Return the agreement that provides most to a pair in a dimension, and in which share it reaches the two.

    Nothing and NaN where none does, or the dimension is not one of `DIMENSIONS`.
    """
    mine = np.flatnonzero(evidence.dimension == dimension)
    provided = evidence.degrees[mine] * evidence.reach[mine, i, j]
    if not provided.size or not provided.max() > 0:
        return "", np.nan
    best = mine[int(np.argmax(provided))]
    return evidence.agreement[best], float(evidence.reach[best, i, j])


def drawn_depth(evidence: Evidence, weights: Weights, draws: int, rng: np.random.Generator) -> Depth:
    """Return depths as plausible as the central one: degrees and measures within their spreads, barriers resampled."""
    central = np.array([weights.measure(m) for m in evidence.measure])
    off = rng.uniform(-1.0, 1.0, (draws, len(evidence.degrees))) * weights.degree_spread
    strength = central * (1.0 + rng.uniform(-1.0, 1.0, (draws, len(central))) * weights.measure_spread)
    picked = (
        rng.multinomial(len(central), np.full(len(central), 1.0 / len(central)), draws) if len(central) else central
    )
    return _depth(evidence, np.clip(evidence.degrees + off, 0.0, 1.0), strength, picked.astype(np.float64))


def _depth(evidence: Evidence, degrees: Floats, strength: Floats, times: Floats) -> Depth:
    """Depths for (draws, P) degrees, (draws, B) strengths of measures and (draws, B) how often each barrier counts."""
    n = len(evidence.countries)
    promised = np.zeros((len(degrees), n, n, len(DIMENSIONS)))
    for d in range(len(DIMENSIONS)):
        mine = np.flatnonzero(evidence.dimension == d)
        if mine.size:
            # The deepest as judged, so that an error of judgement moves a pair up as far as down.
            best = np.argmax(evidence.degrees[mine, None, None] * evidence.reach[mine], axis=0)
            reach = np.take_along_axis(evidence.reach[mine], best[None], axis=0)[0]
            promised[..., d] = degrees[:, mine[best]] * reach
    left = np.ones((len(degrees), n, n, len(FREEDOMS)))
    for b in range(len(evidence.barriers)):
        i, j, f = np.nonzero(evidence.touch[b])
        held_up = np.minimum(evidence.touch[b][i, j, f] * strength[:, b, None], 1.0)
        left[:, i, j, f] *= (1.0 - held_up) ** times[:, b, None]
    held = promised.copy()
    held[..., : len(FREEDOMS)] *= left
    for depth in (promised, held):
        depth[:, np.arange(n), np.arange(n)] = 1.0
    return Depth(promised, held)


def overall(depth: Floats, weights: Weights, rng: np.random.Generator | None = None) -> Floats:
    """Return (draws, n, n) the weighted mean over dimensions, the two directions of a pair averaged.

    Parameters
    ----------
    rng : draws the dimensions' weights, Dirichlet with their own as its mean (so that equal ones are uniform).
    """
    weight = np.array([weights.dimensions.get(d, 0.0) for d in DIMENSIONS])
    weight = np.tile(weight / weight.sum(), (len(depth), 1))
    if rng is not None:
        counted = np.flatnonzero(weight[0])
        weight[:, counted] = rng.dirichlet(weight[0, counted] * len(counted), len(depth))
    mean = np.einsum("sijd,sd->sij", depth, weight)
    return np.asarray((mean + mean.transpose(0, 2, 1)) / 2.0)


def either_way(depth: Floats, over_all: Floats) -> Floats:
    """Return (draws, n, n, dimensions and over all) the two directions of a pair averaged."""
    either = (depth + depth.transpose(0, 2, 1, 3)) / 2.0
    return np.concatenate([either, over_all[..., None]], axis=3)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Depths as plausible as the central one, (draws, n, n, dimensions and over all)."""

    both: Floats

    @classmethod
    def of(cls, evidence: Evidence, weights: Weights, draws: int, seed: int) -> Drawn:
        """Draw them with a Philox generator.

        Raises
        ------
        UnionError : draws or seed out of range.
        """
        for name, value, least, most in (("draws", draws, 1, MOST_DRAWS), ("seed", seed, 0, MOST_SEED)):
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
                raise UnionError(f"{name} is {value!r}; allowed is a whole number from {least} to {most:,}")
        rng = np.random.Generator(np.random.Philox(seed))
        held = drawn_depth(evidence, weights, draws, rng).held
        return cls(either_way(held, overall(held, weights, rng)))


@dataclass(frozen=True, eq=False)
class Treaties:
    """Agreements, who is in them and what they provide.

    Attributes
    ----------
    agreements : agreement, in_force, ended. memberships : agreement, country, side, valid_from, valid_to, status,
        share, dimension. provisions : agreement, dimension, degree.
    """

    agreements: pd.DataFrame
    memberships: pd.DataFrame
    provisions: pd.DataFrame

    @cached_property
    def dimension(self) -> npt.NDArray[np.int64]:
        """Position of each provision's dimension."""
        at = {d: k for k, d in enumerate(DIMENSIONS)}
        return np.array([at[d] for d in self.provisions["dimension"]], dtype=np.int64)

    def reach(self, countries: Sequence[str], day: pd.Timestamp, weights: Weights) -> dict[tuple[str, str], Floats]:
        """Return, by agreement and dimension, (n, n) the share in which provisions in force on a day bind each pair."""
        live = self.agreements[spans(self.agreements["in_force"], self.agreements["ended"], day)]
        rows = self.memberships[
            self.memberships["agreement"].isin(live["agreement"])
            & self.memberships["country"].isin(list(countries))
            & spans(self.memberships["valid_from"], self.memberships["valid_to"], day)
        ]
        records = {str(agreement): mine.to_dict("records") for agreement, mine in rows.groupby("agreement", sort=False)}
        provided = zip(self.provisions["agreement"], self.provisions["dimension"], strict=True)
        return {
            (agreement, dimension): _bound(records[agreement], countries, dimension, weights)
            for agreement, dimension in provided
            if agreement in records
        }


def _bound(
    records: Sequence[Mapping[Hashable, Any]], countries: Sequence[str], dimension: str, weights: Weights
) -> Floats:
    """(n, n) the standing of both, less their exemptions; across sides where an agreement has them."""
    at = {country: k for k, country in enumerate(countries)}
    standing, kept = np.zeros(len(at)), np.ones(len(at))
    side = np.full(len(at), "", dtype=object)
    for row in records:
        k = at[row["country"]]
        standing[k] = max(standing[k], weights.standings.get(str(row["status"]), 0.0))
        side[k] = _text(row["side"]) or side[k]
        if row["status"] == "exemption" and dimension in _named(row["dimension"], dimension):
            kept[k] *= 1.0 - float(row["share"])
    bound = standing * kept
    across = (side[:, None] != side[None, :]) | ((side[:, None] == "") & (side[None, :] == ""))
    return np.asarray(np.outer(bound, bound) * across)


def _named(cell: object, absent: str) -> list[str]:
    return [part.strip() for part in (_text(cell) or absent).split(";")]


def spans(start: pd.Series[pd.Timestamp], end: pd.Series[pd.Timestamp], day: pd.Timestamp) -> pd.Series[bool]:
    """Return whether a day lies between; without a first day nothing is in force, without a last day it still is."""
    return (start <= day) & (end.isna() | (end >= day))


def evidence_on(
    treaties: Treaties,
    register: Register,
    countries: Sequence[str],
    day: pd.Timestamp,
    weights: Weights,
    coverage: Mapping[tuple[str, str, str], float],
) -> Evidence:
    """Gather what the degrees of a day rest upon.

    Parameters
    ----------
    coverage : share of what goes from a country to another that an HS chapter makes, by (from, to, chapter); an empty
        chapter marks a pair whose trade is known.
    """
    reach = treaties.reach(countries, day, weights)
    keys = list(zip(treaties.provisions["agreement"], treaties.provisions["dimension"], strict=True))
    mine = np.array([key in reach for key in keys], dtype=bool) & treaties.provisions["degree"].notna().to_numpy()
    rows = treaties.provisions[mine]
    standing = register.in_force(day)
    touched = [_touch(row, countries, weights, coverage) for row in standing.to_dict("records")]
    there = [k for k, share in enumerate(touched) if share.any()]
    n = len(countries)
    return Evidence(
        countries=tuple(countries),
        degrees=rows["degree"].to_numpy(dtype=np.float64),
        dimension=treaties.dimension[mine],
        agreement=tuple(rows["agreement"].astype(str)),
        reach=np.array([reach[keys[k]] for k in np.flatnonzero(mine)]).reshape(len(rows), n, n),
        barriers=tuple(standing["barrier"].iloc[there]),
        touch=np.array([touched[k] for k in there]).reshape(len(there), n, n, len(FREEDOMS)),
        measure=tuple(_text(standing["mast_chapter"].iloc[k]) for k in there),
    )


def load_on_goods(evidence: Evidence, weights: Weights) -> dict[tuple[str, str], tuple[float, str]]:
    """Return, of each (exporter, importer), the share of its depth in goods that barriers take, and their names."""
    strength = np.array([weights.measure(m) for m in evidence.measure])
    goods = np.minimum(evidence.touch[..., 0] * strength[:, None, None], 1.0)
    out = {}
    for i, importer in enumerate(evidence.countries):
        for j, exporter in enumerate(evidence.countries):
            # What the importer imposes on the exporter, and what the exporter holds back from the importer.
            held = [goods[b, i, j] if m != "P" else goods[b, j, i] for b, m in enumerate(evidence.measure)]
            names = ";".join(n for n, share in zip(evidence.barriers, held, strict=True) if share > 0)
            out[exporter, importer] = (1.0 - float(np.prod(1.0 - np.array(held))), names)
    return out


def goods_held(
    row: Mapping[Hashable, Any],
    countries: Sequence[str],
    weights: Weights,
    coverage: Mapping[tuple[str, str, str], float],
) -> dict[tuple[str, str], float]:
    """Return, of each (exporter, importer) whose goods a barrier touches, the share that it holds up."""
    touched = _touch(row, countries, weights, coverage)[..., 0] * weights.measure(_text(row["mast_chapter"]))
    held = {}
    for imposing, affected in pairs_of(row, countries):
        seller, buyer = (imposing, affected) if row["mast_chapter"] == "P" else (affected, imposing)
        share = min(float(touched[countries.index(imposing), countries.index(affected)]), 1.0)
        if share > 0.0:
            held[seller, buyer] = share
    return held


def _touch(
    row: Mapping[Hashable, Any],
    countries: Sequence[str],
    weights: Weights,
    coverage: Mapping[tuple[str, str, str], float],
) -> Floats:
    out = np.zeros((len(countries), len(countries), len(FREEDOMS)))
    at = {country: k for k, country in enumerate(countries)}
    counts = float(row["remaining"]) * weights.kinds.get(_text(row["kind"]), 1.0)
    freedoms = [FREEDOMS.index(f) for f in _text(row["freedom"]).split(";") if f in FREEDOMS]
    products = chapters_of(row["hs_chapters"])
    for imposing, affected in pairs_of(row, countries):
        # What an export measure holds up flows from the imposing to the affected, all else the other way.
        seller, buyer = (imposing, affected) if row["mast_chapter"] == "P" else (affected, imposing)
        # Of a pair whose trade is known, what is not traded is not touched; of others all chapters count alike.
        unknown = 0.0 if (seller, buyer, "") in coverage else 1.0 / CHAPTERS
        for freedom in freedoms:
            goods = FREEDOMS[freedom] == "goods" and products is not None
            share = sum(coverage.get((seller, buyer, c), unknown) for c in products or ()) if goods else 1.0
            out[at[imposing], at[affected], freedom] = counts * min(share, 1.0)
    return out


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""
