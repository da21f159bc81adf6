"""Does the union fall into parts? Countries that are deeper with each other than any of them is with anybody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.errors import UnionError, UnknownNameError
from zollverein.given import require
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
    stability : share of draws that give just these parts.
    together : country by country, share of draws in which the two are in one part.
    groupings : grouping (its parts, without those in none), share: all that any draw gave, most frequent first.
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
        UnionError : a country that is not among those grouped, fewer than two, or all of them.
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
        require("the core", core, (list, tuple), "a list of two or more countries", UnionError)
        for country in core:
            if country not in known:
                raise UnknownNameError("country", str(country), known, "those grouped")
        if not 2 <= len(set(core)) < len(known):
            raise UnionError(
                f"the core is {len(set(core))} of {len(known)} countries; name two or more of them, and not all"
            )
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
    depth : (n, n) symmetric.
    """
    parts = sorted(_parts(depth), key=lambda part: (-_within(depth, part), part))
    rest = tuple(countries[k] for k in range(len(countries)) if not any(k in part for part in parts))
    named = [tuple(countries[k] for k in part) for part in parts]
    return (*named, rest) if rest else tuple(named)


def _parts(depth: Floats) -> list[tuple[int, ...]]:
    """Places of the countries of each part."""
    n = len(depth)
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
    chosen: list[tuple[int, ...]] = []
    for _, part in sorted(strong, key=lambda s: (-s[0], s[1])):
        if not any(set(part) & set(taken) for taken in chosen):
            chosen.append(part)
    return chosen


def _within(depth: Floats, part: tuple[int, ...]) -> float:
    return float(depth[np.ix_(part, part)][np.triu_indices(len(part), 1)].mean())


def tiers_of(central: Floats, drawn: Floats, countries: Sequence[str], *, day: str | None = None) -> Tiers:
    """Return the tiers of a depth, and how often others that are as plausible give the same parts.

    Parameters
    ----------
    central : (n, n) depth. drawn : (draws, n, n), at least one.

    Raises
    ------
    UnionError : the shapes do not fit each other, or there is no draw.
    """
    countries, n = list(countries), len(countries)
    central, drawn = np.asarray(central, dtype=np.float64), np.asarray(drawn, dtype=np.float64)
    if central.shape != (n, n) or drawn.ndim != 3 or drawn.shape[1:] != (n, n) or not len(drawn):
        raise UnionError(
            f"{n} countries need a depth of {n} by {n} and draws of it; given are {central.shape} and {drawn.shape}"
        )
    found = Counter(tuple(sorted(_parts(depth))) for depth in drawn)
    together = np.zeros((n, n))
    for parts, times in found.items():
        for part in parts:
            together[np.ix_(part, part)] += times
    np.fill_diagonal(together, len(drawn))
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    named = [tuple(tuple(countries[k] for k in part) for part in parts) for parts, _ in ranked]
    return Tiers(
        day=day,
        tiers=partition_of(central, countries),
        stability=found[tuple(sorted(_parts(central)))] / len(drawn),
        together=pd.DataFrame(together / len(drawn), index=countries, columns=countries),
        groupings=pd.DataFrame({"grouping": named, "share": [times / len(drawn) for _, times in ranked]}),
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
