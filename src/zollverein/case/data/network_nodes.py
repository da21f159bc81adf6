"""Nodes: where the ends of lines meet, what they are called, and how each is known."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, count

import numpy as np

from zollverein.case.data.drawn_lines import Line, length_km, meeting_ends
from zollverein.case.data.network_tables import End, Place

__all__ = ["Node", "identifiers", "nodes_of"]

Described = tuple[Line | None, tuple[End, End], str]
"""A line, if it is drawn, its two ends, and its name."""


@dataclass
class Node:
    """What is gathered of a node while lines are tied to it.

    Attributes
    ----------
    place : the publisher's own point, if the node is one. longitude_deg, latitude_deg : None if it is not on the map.
    apart_km : from there to the farthest end that meets here. lines : how many ends do.
    names, countries : that are said of it, in the order in which they came; each once.
    fallback : a name for it where none is said.
    """

    place: Place | None = None
    longitude_deg: float | None = None
    latitude_deg: float | None = None
    apart_km: float = 0.0
    lines: int = 0
    names: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    fallback: str = ""

    @property
    def name(self) -> str:
        """What it is called: as the first that names it says."""
        return self.names[0] if self.names else self.fallback

    @property
    def country(self) -> str:
        """The first country that is said of it; empty if none is."""
        return self.countries[0] if self.countries else ""

    @property
    def id_wish(self) -> str:
        """What its identifier is made of."""
        return self.place.key if self.place and self.place.key else self.name

    def hear(self, end: End, line: str, which: str) -> None:
        """Take what a line's end says of the node."""
        self.lines += 1
        self.fallback = self.fallback or f"{line}, {which}"
        for said, held in ((end.name, self.names), (end.country, self.countries)):
            if said and said not in held:
                held.append(said)

    def row(self, node: str, source: str) -> tuple[object, ...]:
        """Return the row of the table ``nodes``."""
        kind, confidence, method = self._known()
        where = [None if value is None else round(value, 6) for value in (self.latitude_deg, self.longitude_deg)]
        return (node, self.name, kind, self.country or None, *where, source, confidence, method or None)

    def _known(self) -> tuple[str, str, str]:
        if self.place:
            meets = f"{self.lines} line ends are tied to it, {self.apart_km:.2f} km away at most" if self.lines else ""
            return self.place.kind, str(self.place.confidence), meets
        kind = "border" if len(self.countries) > 1 else "junction"
        if self.longitude_deg is None:
            where = "named by the publisher, without a place on the map"
        elif self.lines == 1:
            where = "where a line ends as drawn"
        else:
            where = f"where {self.lines} lines end as drawn, {self.apart_km:.2f} km from their middle at most"
        if len(self.countries) > 1:
            where += f"; its lines say {' and '.join(self.countries)}"
        return kind, "assumed", f"{where}; that it is a {kind} is assumed"


def nodes_of(
    described: Sequence[Described], places: Sequence[Place], tolerance_km: float, told: list[str]
) -> tuple[list[Node], list[tuple[int, int]]]:
    """Return the nodes, and for each line the numbers of those it begins and ends at.

    Drawn ends within the tolerance of each other or of a place are one node. A line that is not drawn is tied by the
    names of its ends: to the one node of that name and country, or to a node of its own that is not on the map.
    """
    drawn = [n for n, (line, _, _) in enumerate(described) if line is not None]
    nodes, group = _on_the_map([line for line, _, _ in described if line is not None], places, tolerance_km, told)
    at: list[tuple[int, int]] = [(-1, -1)] * len(described)
    for rank, n in enumerate(drawn):
        at[n] = (int(group[2 * rank]), int(group[2 * rank + 1]))
        _heard(nodes, at[n], described[n])
    by_name: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, node in enumerate(nodes):
        for name in node.names:
            for country in node.countries or [""]:
                by_name[name, country].append(number)
    for n, (line, ends, _) in enumerate(described):
        if line is None:
            first, last = (_named(end, nodes, by_name) for end in ends)
            at[n] = (first, last)
            _heard(nodes, at[n], described[n])
    return nodes, at


def _heard(nodes: Sequence[Node], at: tuple[int, int], described: Described) -> None:
    _, ends, name = described
    for number, end, which in zip(at, ends, ("start", "end"), strict=True):
        nodes[number].hear(end, name, which)


def _named(end: End, nodes: list[Node], by_name: dict[tuple[str, str], list[int]]) -> int:
    """The one node of a name and country; a new one where there is none, or more than one."""
    known = by_name[end.name, end.country]
    if len(known) != 1:
        nodes.append(Node())
        known[:] = [len(nodes) - 1]
    return known[0]


def _on_the_map(
    lines: Sequence[Line], places: Sequence[Place], tolerance_km: float, told: list[str]
) -> tuple[list[Node], np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """Nodes of drawn ends and of places, and the node of each end: first and last of each line in turn."""
    ends = [position for line in lines for position in (line[0], line[-1])]
    points = np.array([*ends, *[(place.longitude_deg, place.latitude_deg) for place in places]]).reshape(-1, 2)
    if not len(points):
        return [], np.array([], dtype=np.intp)
    met = meeting_ends(points, tolerance_km)
    nodes = [
        Node(longitude_deg=float(x), latitude_deg=float(y), apart_km=float(apart))
        for x, y, apart in zip(met.longitude_deg, met.latitude_deg, met.apart_km, strict=True)
    ]
    joined = []
    for place, number in zip(places, met.group[len(ends) :], strict=True):
        node = nodes[int(number)]
        if node.place:
            joined.append(place.name)
            continue
        node.place, node.longitude_deg, node.latitude_deg = place, place.longitude_deg, place.latitude_deg
        node.names += [place.name] if place.name else []
        node.countries += [place.country] if place.country else []
        node.fallback, node.apart_km = place.key, 0.0
    if joined:
        told.append(
            f"{len(joined)} places lie within {tolerance_km:g} km of another, or are tied to it by ends between, and "
            f"are taken for it: {', '.join(joined[:8])}."
        )
    for end, number in zip(ends, met.group, strict=False):
        node = nodes[int(number)]
        if node.place:
            away = length_km(np.array([(node.longitude_deg, node.latitude_deg), end]))
            node.apart_km = max(node.apart_km, away)
    return nodes, met.group


def identifiers(wishes: Sequence[str], kind: str) -> list[str]:
    """Return an identifier of a case (small letters, digits, hyphens) for each wish, all different."""
    taken: set[str] = set()
    out: list[str] = []
    for number, wish in enumerate(wishes, start=1):
        letters = unicodedata.normalize("NFKD", wish).encode("ascii", "ignore").decode("ascii").lower()
        plain = re.sub(r"[^a-z0-9]+", "-", letters).strip("-") or f"{kind}-{number}"
        name = next(name for name in chain([plain], (f"{plain}-{n}" for n in count(2))) if name not in taken)
        taken.add(name)
        out.append(name)
    return out
