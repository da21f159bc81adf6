"""Lines as they are drawn on a map: how long they are, which are one line, and which ends meet.

Longitude and latitude in degrees on WGS 84. Lengths are those of great circles on a sphere with the Earth's mean
radius; on the ellipsoid they differ by about half a percent at most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["EARTH_RADIUS_KM", "Line", "Meeting", "length_km", "meeting_ends", "merged"]

EARTH_RADIUS_KM = 6371.0088
"""Mean radius R1 of the ellipsoid (Moritz 2000, Geodetic Reference System 1980)."""

Line = npt.NDArray[np.float64]
"""(n, 2) longitude and latitude of the vertices."""


def length_km(line: Line) -> float:
    """Return the length of a line by the haversine of each step; a step over the 180th meridian takes the short way."""
    longitude, latitude = np.radians(line).T
    half = np.sin(np.diff(latitude) / 2) ** 2
    half += np.cos(latitude[:-1]) * np.cos(latitude[1:]) * np.sin(np.diff(longitude) / 2) ** 2
    return float(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0))).sum())


def merged(lines: Sequence[Line]) -> list[Line]:
    """Join pieces of one line where exactly two of them end in the same point; branches and rings stay apart.

    The first piece keeps its direction; others are turned where they must be.
    """
    pieces = [line for line in lines if len(line) > 1]
    at: dict[tuple[float, float], list[int]] = defaultdict(list)
    for number, line in enumerate(pieces):
        for end in (_point(line[0]), _point(line[-1])):
            at[end].append(number)
    done: set[int] = set()
    out: list[Line] = []
    for number, line in enumerate(pieces):
        if number in done:
            continue
        done.add(number)
        after = _followed(line, number, pieces, at, done)
        before = _followed(line[::-1], number, pieces, at, done)
        backwards = [piece[::-1] for piece in reversed(before)]
        out.append(np.concatenate([*[piece[:-1] for piece in backwards], line, *[piece[1:] for piece in after]]))
    return out


def _followed(
    line: Line, number: int, pieces: Sequence[Line], at: dict[tuple[float, float], list[int]], done: set[int]
) -> list[Line]:
    """The pieces that go on from the end of a line, in order and turned to go on."""
    out: list[Line] = []
    while True:
        end = _point(line[-1])
        others = [other for other in at[end] if other != number]
        if len(at[end]) != 2 or len(others) != 1 or others[0] in done:
            return out
        number = others[0]
        done.add(number)
        line = pieces[number] if _point(pieces[number][0]) == end else pieces[number][::-1]
        out.append(line)


def _point(position: npt.NDArray[np.float64]) -> tuple[float, float]:
    return float(position[0]), float(position[1])


@dataclass(frozen=True, eq=False)
class Meeting:
    """Which points meet.

    Attributes
    ----------
    group : (n,) number of the group of each point, counted from 0 in the order in which groups first appear.
    longitude_deg, latitude_deg : (groups,) middle of each group. apart_km : (groups,) from there to its farthest point.
    """

    group: npt.NDArray[np.intp]
    longitude_deg: npt.NDArray[np.float64]
    latitude_deg: npt.NDArray[np.float64]
    apart_km: npt.NDArray[np.float64]


def meeting_ends(points: Line, tolerance_km: float) -> Meeting:
    """Put points that lie within a tolerance of each other into one group, and on through those between.

    A chain of points, each within the tolerance of the next, is one group however long it is; ``apart_km`` shows it.
    """
    from scipy.sparse import coo_array  # noqa: PLC0415 - lists of datasets need not wait for it
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415
    from scipy.spatial import cKDTree  # noqa: PLC0415

    on_sphere = _unit_vectors(points)
    chord = 2 * np.sin(tolerance_km / EARTH_RADIUS_KM / 2)
    pairs = cKDTree(on_sphere).query_pairs(chord, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(points), len(points)))
    _, label = connected_components(links, directed=False)
    _, first, group = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.intp)
    rank[np.argsort(first)] = np.arange(len(first))
    group = rank[group]
    total = np.stack([np.bincount(group, on_sphere[:, axis]) for axis in range(3)], axis=1)
    middle = total / np.linalg.norm(total, axis=1, keepdims=True)
    away = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(np.linalg.norm(on_sphere - middle[group], axis=1) / 2, 1.0))
    apart = np.zeros(len(middle))
    np.maximum.at(apart, group, away)
    longitude = np.degrees(np.arctan2(middle[:, 1], middle[:, 0]))
    return Meeting(group, longitude, np.degrees(np.arcsin(np.clip(middle[:, 2], -1, 1))), apart)


def _unit_vectors(points: Line) -> npt.NDArray[np.float64]:
    longitude, latitude = np.radians(points).T
    flat = np.cos(latitude)
    return np.stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)], axis=1)
