"""From routes to tables: pieces joined, ends that meet made one node, every row with how it is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from itertools import chain

import numpy as np
import pandas as pd

from zollverein.case.data.drawn_lines import EARTH_RADIUS_KM, Line, length_km, merged
from zollverein.case.data.network_choice import some
from zollverein.case.data.network_nodes import Node, identifiers, nodes_of
from zollverein.case.data.network_tables import (
    LINK_FIGURES,
    LINKS,
    NODES,
    PUBLISHED,
    SOURCES,
    End,
    NetworkTables,
    Place,
    Publication,
    Route,
)
from zollverein.errors import InputError

__all__ = ["network_from_routes"]

ALONG = f"length along the route as drawn, on a sphere of {EARTH_RADIUS_KM} km"
WIDEST_TOLERANCE_KM = 100.0
FAR_FROM_DRAWN = 2.0
"""A published length so many times longer or shorter than the drawn one is told of."""


@dataclass(frozen=True, eq=False)
class _Piece:
    """One line of a route from end to end.

    ``line`` is None where the route is described and not drawn; the piece is ``number`` (from 1) ``of`` so many.
    """

    route: Route
    line: Line | None
    ends: tuple[End, End]
    number: int = 1
    of: int = 1

    @property
    def id_wish(self) -> str:
        return self.route.key + (f"-{self.number}" if self.of > 1 else "")


def network_from_routes(
    dataset: str,
    publication: Publication,
    routes: Sequence[Route],
    places: Sequence[Place] = (),
    *,
    tolerance_km: float = 1.0,
    notes: Iterable[str] = (),
) -> NetworkTables:
    """Return the tables of a network of routes.

    Pieces of one route that end in the same point are joined. Ends within ``tolerance_km`` of each other are one node,
    at their middle, or at the publisher's place if one is among them. A route that is not drawn is tied by the names of
    its ends, where one node alone has that name and country. Routes that cross or touch between their ends are not
    joined.

    Raises
    ------
    InputError : a tolerance that is negative or beyond 100 km, or no line is left.
    """
    if not 0 <= tolerance_km <= WIDEST_TOLERANCE_KM:
        raise InputError(f"a tolerance of {tolerance_km:g} km; give one from 0 to {WIDEST_TOLERANCE_KM:g}")
    told = list(notes)
    pieces = _pieces(routes, told)
    if not pieces:
        raise InputError(f"{dataset}: no line is left. {' '.join(told)} Take the filters wider, or another file")
    nodes, at = nodes_of([(piece.line, piece.ends, piece.route.name) for piece in pieces], places, tolerance_km, told)
    rings = [piece.route.key for piece, (start, end) in zip(pieces, at, strict=True) if start == end]
    if rings:
        told.append(
            f"{len(rings)} lines end where they begin, within {tolerance_km:g} km, and are left out: {some(rings)}."
        )
    kept = [(piece, ends) for piece, ends in zip(pieces, at, strict=True) if ends[0] != ends[1]]
    used = sorted(
        set(chain.from_iterable(ends for _, ends in kept)) | {n for n, node in enumerate(nodes) if node.place}
    )
    names = dict(zip(used, identifiers([nodes[n].id_wish for n in used], "node"), strict=True))
    links = identifiers([piece.id_wish for piece, _ in kept], "link")
    told += _told_of_pieces([piece for piece, _ in kept])
    told += _told_of_nodes([nodes[n] for n in used], list(names.values()), tolerance_km)
    told += _told_of_parts(used, [ends for _, ends in kept])
    labelled = list(zip(links, [piece for piece, _ in kept], strict=True))
    return NetworkTables(
        dataset=dataset,
        nodes=pd.DataFrame([nodes[n].row(names[n], publication.key) for n in used], columns=list(NODES)),
        links=pd.DataFrame(
            [
                _link_row(link, piece, (names[ends[0]], names[ends[1]]), publication.key)
                for link, (piece, ends) in zip(links, kept, strict=True)
            ],
            columns=list(LINKS),
        ),
        link_figures=pd.DataFrame(
            [_figure_row(link, piece, publication.key) for link, piece in labelled if piece.route.capacity],
            columns=list(LINK_FIGURES),
        ),
        sources=pd.DataFrame([[text or None for text in astuple(publication)]], columns=list(SOURCES)),
        published=pd.DataFrame(
            [_published_row(link, piece.route) for link, piece in labelled], columns=list(PUBLISHED)
        ),
        notes=tuple(told),
    )


def _pieces(routes: Sequence[Route], told: list[str]) -> list[_Piece]:
    """Cut routes into lines from end to end; those that are neither drawn nor have two named ends are told of."""
    out, nowhere = [], []
    for route in routes:
        lines = merged(route.lines)
        first, last = _filled(route)
        if len(lines) == 1:
            out.append(_Piece(route, lines[0], (first, last)))
        elif lines:
            within = End(country=route.countries[0] if len(route.countries) == 1 else "")
            out += [_Piece(route, line, (within, within), n, len(lines)) for n, line in enumerate(lines, start=1)]
        elif first.name and last.name:
            out.append(_Piece(route, None, (first, last)))
        else:
            nowhere.append(route.key)
    if nowhere:
        told.append(
            f"{len(nowhere)} routes are neither drawn nor have two named ends, and are left out: {some(nowhere)}."
        )
    return out


def _filled(route: Route) -> tuple[End, End]:
    """The ends, with the first and the last country of travel where an end's own is not said."""
    first, last = route.ends
    if route.countries:
        first = End(first.name, first.country or route.countries[0])
        last = End(last.name, last.country or route.countries[-1])
    return first, last


def _link_row(link: str, piece: _Piece, ends: tuple[str, str], source: str) -> tuple[object, ...]:
    route = piece.route
    length, confidence, method = route.length_km, str(route.confidence), route.length_method
    if piece.line is not None and (length is None or piece.of > 1):
        length, method = length_km(piece.line), ALONG
        confidence = "derived" if confidence == "reported" else confidence
    name = route.name + (f", piece {piece.number} of {piece.of}" if piece.of > 1 else "")
    countries = ";".join(route.countries) or None
    rounded = None if length is None else round(length, 3)
    return (link, name, *ends, route.mode, None, rounded, countries, None, source, confidence, method or None)


def _figure_row(link: str, piece: _Piece, source: str) -> tuple[object, ...]:
    capacity = piece.route.capacity
    if capacity is None:
        return ()
    confidence, method = str(capacity.confidence), capacity.method
    if piece.of > 1:
        confidence = "assumed"
        shared = f"the route is drawn in {piece.of} pieces that do not join, and each is given the whole's capacity"
        method = f"{method}; {shared}" if method else shared
    start = capacity.valid_from or None
    value, note = round(capacity.kt_per_year, 3), capacity.note or None
    figure = "nominal_kt_per_year"
    return (link, figure, None, value, start, None, True, note, source, confidence, method or None)


def _published_row(link: str, route: Route) -> tuple[object, ...]:
    said = (
        route.key,
        route.status,
        route.fuel,
        route.owner,
        route.start_year,
        route.capacity_published,
        route.capacity_unit,
        route.route_accuracy,
    )
    return (link, *[text or None for text in said])


def _told_of_pieces(pieces: Sequence[_Piece]) -> list[str]:
    told = []
    branched = list(dict.fromkeys(piece.route.key for piece in pieces if piece.of > 1))
    if branched:
        told.append(
            f"{len(branched)} routes are drawn in pieces that do not join into one line, each a link: {some(branched)}."
        )
    far = [
        piece.route.key
        for piece in pieces
        if piece.line is not None and piece.of == 1 and piece.route.length_km
        if not 1 / FAR_FROM_DRAWN <= length_km(piece.line) / piece.route.length_km <= FAR_FROM_DRAWN
    ]
    if far:
        told.append(f"{len(far)} routes are drawn more than twice as long or short as published: {some(far)}.")
    nowhere = [piece.route.key for piece in pieces if not piece.route.countries]
    if nowhere:
        told.append(f"{len(nowhere)} links have no known country, and a case needs one: {some(nowhere)}.")
    return told


def _told_of_nodes(nodes: Sequence[Node], names: Sequence[str], tolerance_km: float) -> list[str]:
    told = []
    labelled = list(zip(nodes, names, strict=True))
    countless = [name for node, name in labelled if not node.country]
    if countless:
        told.append(f"{len(countless)} nodes have no known country, and a case needs one: {some(countless)}.")
    borders = [f"{name} ({'/'.join(node.countries)})" for node, name in labelled if len(node.countries) > 1]
    if borders:
        told.append(
            f"{len(borders)} nodes are in different countries by what meets there; look at them: {some(borders)}."
        )
    wide = [name for node, name in labelled if node.apart_km > max(tolerance_km, 1e-6)]
    if wide:
        told.append(
            f"{len(wide)} nodes are chains of ends wider than the tolerance of {tolerance_km:g} km: {some(wide)}."
        )
    return told


def _told_of_parts(used: Sequence[int], ends: Sequence[tuple[int, int]]) -> list[str]:
    """Say into how many parts that do not touch the network falls."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - lists of datasets need not wait for it
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    place = {number: rank for rank, number in enumerate(used)}
    pairs = np.array([(place[start], place[end]) for start, end in ends]).reshape(-1, 2)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(used), len(used)))
    parts, label = connected_components(graph, directed=False)
    if parts < 2:
        return []
    largest = int(np.bincount(label).max())
    return [f"The network falls into {parts} parts that do not touch; the largest has {largest} of {len(used)} nodes."]
