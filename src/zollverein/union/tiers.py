"""Does the union fall into parts? Countries that are deeper with each other than any of them is with anybody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.errors import UnionError, UnknownNameError
from zollverein.union.integration import Drawn, Evidence, depth_of, either_way, overall
from zollverein.union.weights import DIMENSIONS, Weights

__all__ = ["Partition", "Tiers", "in_words", "margin_of", "partition_of", "tiers_in", "tiers_of"]

Floats = npt.NDArray[np.float64]
Partition = tuple[tuple[str, ...], ...]
# Depths that differ by less are equal.
EQUAL = 1e-9


@dataclass(frozen=True)
class Tiers:
    """The tiers of a union on a day.

    Attributes
    ----------
    day : the day; None for tiers that trade shows.
    tiers : the parts that stand apart, deepest first, and last all who are in none of them.
    stability : share of draws that give just this grouping.
    together : country by country, share of draws in which the two are in one part.
    groupings : grouping, share: every grouping that any draw gave, most frequent first.
    central, drawn : (n, n) depth, and (draws, n, n) as plausible ones.
    """

    day: str | None
    tiers: Partition
    stability: float
    together: pd.DataFrame = field(repr=False)
    groupings: pd.DataFrame = field(repr=False)
    central: Floats = field(repr=False)
    drawn: Floats = field(repr=False)

    def apart(self, core: Sequence[str]) -> float:
        """Return the share of draws in which some countries stand apart: all pairs in it deeper than all out of it.

        Raises
        ------
        UnionError : a country that is not among those grouped, or fewer than two.
        """
        return float((margin_of(self.drawn, self._places(core)) > EQUAL).mean())

    def margin(self, core: Sequence[str], levels: Sequence[float] = (0.05, 0.95)) -> tuple[float, ...]:
        """Return by how much some countries stand apart: the central margin, then quantiles over the draws.

        The margin is the depth of the shallowest pair inside less that of the deepest pair across; below zero they do
        not stand apart.

        Raises
        ------
        UnionError : as `apart`.
        """
        places = self._places(core)
        central = float(margin_of(self.central[None], places)[0])
        return (central, *map(float, np.quantile(margin_of(self.drawn, places), list(levels))))

    def _places(self, core: Sequence[str]) -> list[int]:
        known = list(self.together.index)
        unknown = [c for c in core if c not in known]
        if unknown or len(set(core)) < 2:
            what = f"'{unknown[0]}' is not among {', '.join(known)}" if unknown else f"{len(set(core))} countries"
            raise UnionError(f"{what}; name two or more of those grouped")
        return [known.index(c) for c in dict.fromkeys(core)]

    def __str__(self) -> str:
        return in_words(self.tiers)


def margin_of(depth: Floats, places: Sequence[int]) -> Floats:
    """Return (draws,) the depth of the shallowest pair inside a group less that of the deepest pair across its border.

    Parameters
    ----------
    depth : (draws, n, n). places : of the group's members.
    """
    inside = np.zeros(depth.shape[-1], dtype=bool)
    inside[list(places)] = True
    pair = np.triu(np.outer(inside, inside), 1)
    within = depth[:, pair].min(axis=1)
    across = depth[:, np.outer(inside, ~inside)]
    return np.asarray(within - across.max(axis=1, initial=-np.inf))


def partition_of(depth: Floats, countries: Sequence[str]) -> Partition:
    """Return the parts that stand apart, deepest first, and last all who are in none.

    A part is a set of two or more, not all, whose pairs are all deeper than any pair across its border (a strong
    cluster, Apresjan 1966; such sets are nested or apart, and each is a cluster of single linkage). Of nested ones that
    with the widest margin counts. One group of all where there is none.

    Parameters
    ----------
    depth : (n, n) symmetric, 0 to 1.
    """
    n = len(countries)
    groups: list[tuple[int, ...]] = [(k,) for k in range(n)]
    strong: list[tuple[float, tuple[int, ...]]] = []
    i, j = np.triu_indices(n, 1)
    for pair in np.argsort(-depth[i, j], kind="stable"):
        mine, other = (next(g for g in groups if k in g) for k in (int(i[pair]), int(j[pair])))
        if mine == other:
            continue
        joined = tuple(sorted((*mine, *other)))
        groups = [g for g in groups if g not in (mine, other)] + [joined]
        if len(joined) < n and (margin := float(margin_of(depth[None], joined)[0])) > EQUAL:
            strong.append((margin, joined))
    parts: list[tuple[int, ...]] = []
    for _, part in sorted(strong, key=lambda s: (-s[0], s[1])):
        if not any(set(part) & set(chosen) for chosen in parts):
            parts.append(part)
    within = {p: float(depth[np.ix_(p, p)][np.triu_indices(len(p), 1)].mean()) for p in parts}
    rest = tuple(countries[k] for k in range(n) if not any(k in p for p in parts))
    named = [tuple(countries[k] for k in p) for p in sorted(parts, key=lambda p: (-within[p], p))]
    return (*named, rest) if rest else tuple(named)


def tiers_of(central: Floats, drawn: Floats, countries: Sequence[str], *, day: str | None = None) -> Tiers:
    """Return the tiers of a depth, and how often others that are as plausible give the same.

    Parameters
    ----------
    central : (n, n) depth. drawn : (draws, n, n).
    """
    countries = list(countries)
    found = Counter(partition_of(depth, countries) for depth in drawn)
    draws = len(drawn)
    together = np.zeros((len(countries), len(countries)))
    at = {c: k for k, c in enumerate(countries)}
    for partition, times in found.items():
        for part in partition:
            place = [at[c] for c in part]
            together[np.ix_(place, place)] += times
    mine = partition_of(central, countries)
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return Tiers(
        day=day,
        tiers=mine,
        stability=found[mine] / draws,
        together=pd.DataFrame(together / draws, index=countries, columns=countries),
        groupings=pd.DataFrame({"grouping": [p for p, _ in ranked], "share": [times / draws for _, times in ranked]}),
        central=central,
        drawn=drawn,
    )


def tiers_in(evidence: Evidence, dimension: str | None, weights: Weights, drawn: Drawn, day: str | None) -> Tiers:
    """Return the tiers over all dimensions, or in one.

    Raises
    ------
    UnknownNameError : no such dimension.
    """
    if dimension is not None and dimension not in DIMENSIONS:
        raise UnknownNameError("dimension", dimension, DIMENSIONS, "the dimensions of integration")
    held = depth_of(evidence, weights).held
    at = len(DIMENSIONS) if dimension is None else DIMENSIONS.index(dimension)
    central = either_way(held, overall(held, weights))[0, ..., at]
    return tiers_of(central, drawn.both[..., at], evidence.countries, day=day)


def in_words(partition: Partition) -> str:
    """Return a grouping as text.

    >>> in_words((("BLR", "RUS"), ("ARM", "KAZ")))
    'BLR + RUS | ARM + KAZ'
    """
    return " | ".join(" + ".join(tier) for tier in partition)
