"""The lines and points of a GeoJSON file (RFC 7946), or what is wrong with it."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from zollverein.case.data.drawn_lines import Line
from zollverein.case.data.inspection_bytes import encoded, opened, refuse_what_is_no_text
from zollverein.case.fault import LONGEST_SHOWN
from zollverein.errors import DataError

__all__ = ["Feature", "Features", "read_features", "refuse_places_off_the_map"]

LINES = {"LineString", "MultiLineString"}
POINTS = {"Point", "MultiPoint"}
GEOMETRIES = LINES | POINTS | {"Polygon", "MultiPolygon", "GeometryCollection"}
WGS_84 = re.compile(r".*(CRS:?84|EPSG:+(\d+(\.\d+)*:)?4326|EPSG::?4979|WGS[ _]?(19)?84)\s*", re.IGNORECASE)
DEPTH = 8
"""How deep collections may hold collections; deeper is no map of a network."""


@dataclass(frozen=True, eq=False)
class Feature:
    """One feature. ``number`` counts from 1; ``lines`` and ``points`` are (n, 2) longitudes and latitudes."""

    number: int
    properties: Mapping[str, Any]
    lines: tuple[Line, ...]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Features:
    """All features of a file, those without a place included, and what was noticed, a sentence each."""

    features: tuple[Feature, ...]
    notes: tuple[str, ...]


def read_features(path: Path, dataset: str) -> Features:
    """Read a GeoJSON file.

    Raises
    ------
    DataError : it is none, or cut off; it is on another coordinate system than WGS 84; places lie off the map or their
        longitudes and latitudes seem swapped; it holds neither lines nor points.
    """
    with opened(path, dataset):
        refuse_what_is_no_text(path, dataset)
        found = encoded(path, dataset)
        content = _parsed(path, dataset, found.encoding)
    _refuse_other_system(path, dataset, content)
    kinds: Counter[str] = Counter()
    features = tuple(
        _feature(path, dataset, number, raw, kinds) for number, raw in enumerate(_raw(path, dataset, content), start=1)
    )
    if not any(feature.lines or feature.points for feature in features):
        held = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "no features"
        raise DataError(f"{dataset}: {path} holds neither lines nor points ({held}); a network is drawn in LineStrings")
    refuse_places_off_the_map(path, dataset, features)
    return Features(features, (*found.notes, *_noticed(path, kinds)))


def _parsed(path: Path, dataset: str, encoding: str) -> Any:
    def refuse_constant(name: str) -> NoReturn:
        raise DataError(f"{dataset}: {path} holds '{name}', which is no number in JSON; export it again without it")

    text = path.read_text(encoding=encoding)
    try:
        return json.loads(text, parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        raise DataError(f"{dataset}: {path} {_broken(error, text)}") from error
    except ValueError as error:
        raise DataError(f"{dataset}: {path} holds a number that none can be ({error}); download it again") from error
    except RecursionError as error:
        raise DataError(f"{dataset}: {path} is nested too deeply for a map; download it again") from error


def _broken(error: json.JSONDecodeError, text: str) -> str:
    place = f"line {error.lineno}, column {error.colno}"
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return f"is cut off: it ends in the middle ({place}); download it again"
    if error.msg == "Extra data":
        return (
            f"holds more than one JSON text ({place}): one feature a line, or two files in one; put its features into "
            "one FeatureCollection"
        )
    return f"is no JSON: {place}: {error.msg}; download or export it again"


def _refuse_other_system(path: Path, dataset: str, content: Any) -> None:
    system = content.get("crs") if isinstance(content, dict) else None
    if system is None:
        return
    held = system.get("properties", {}) if isinstance(system, dict) else {}
    name = str(held.get("name") or held.get("href") or held.get("code") or system) if isinstance(held, dict) else "?"
    if not WGS_84.fullmatch(name):
        raise DataError(
            f"{dataset}: {path} is on the coordinate system '{name[:80]}'; GeoJSON is on WGS 84 (RFC 7946, section 4): "
            "export it again as EPSG:4326"
        )


def _raw(path: Path, dataset: str, content: Any) -> Iterator[Any]:
    """Every feature of the file, whatever it is made of."""
    kind = content.get("type") if isinstance(content, dict) else None
    if kind == "FeatureCollection" and isinstance(content.get("features"), list):
        yield from content["features"]
    elif kind == "Feature":
        yield content
    elif kind in GEOMETRIES:
        yield {"type": "Feature", "properties": {}, "geometry": content}
    elif kind == "Topology":
        raise DataError(f"{dataset}: {path} is TopoJSON; export it as GeoJSON")
    else:
        raise DataError(
            f"{dataset}: {path} is JSON and no GeoJSON: at its top stands "
            f"{f'type {kind!r}' if kind else type(content).__name__} where a FeatureCollection with features belongs"
        )


def _feature(path: Path, dataset: str, number: int, raw: Any, kinds: Counter[str]) -> Feature:
    if not isinstance(raw, dict) or raw.get("type") != "Feature":
        raise DataError(f"{dataset}: {path}, feature {number} is no Feature; export the file again")
    properties = raw.get("properties") or {}
    if not isinstance(properties, dict):
        raise DataError(f"{dataset}: {path}, feature {number} has properties that are no table; export the file again")
    if "id" in raw and "id" not in properties:
        properties = properties | {"id": raw["id"]}
    _refuse_half_characters(properties, f"{dataset}: {path}, feature {number}")
    lines: list[Line] = []
    points: list[tuple[float, float]] = []
    where = f"{dataset}: {path}, feature {number}"
    for kind, coordinates in _geometries(raw.get("geometry"), where):
        kinds[kind] += 1
        if kind in LINES:
            pieces = [coordinates] if kind == "LineString" else coordinates
            lines += [_line(piece, where) for piece in _listed(pieces, where)]
        elif kind in POINTS:
            positions = [coordinates] if kind == "Point" else coordinates
            points += [_position(position, where) for position in _listed(positions, where) if position]
    return Feature(number, properties, tuple(lines), tuple(points))


def _refuse_half_characters(properties: Mapping[str, Any], where: str) -> None:
    """JSON may hold one half of a pair of surrogates, which is no character: no file can be written with it."""
    for name, value in properties.items():
        try:
            f"{name} {value}".encode()
        except UnicodeEncodeError as error:
            raise DataError(
                f"{where}, property {name!r} holds {error.object[error.start : error.end]!r}, half of a character; "
                "export the file again as UTF-8"
            ) from error


def _geometries(geometry: Any, where: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The kind and the coordinates of what a feature is drawn with; nothing counts as ``none``."""
    if geometry is None:
        yield "without a place", None
    elif not isinstance(geometry, dict) or geometry.get("type") not in GEOMETRIES or depth > DEPTH:
        raise DataError(f"{where} has no geometry of GeoJSON; export the file again")
    elif geometry["type"] == "GeometryCollection":
        members = _listed(geometry.get("geometries"), where)
        if not members:
            yield "without a place", None
        for member in members:
            yield from _geometries(member, where, depth + 1)
    else:
        yield geometry["type"], geometry.get("coordinates")


def _listed(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise DataError(f"{where} has coordinates that are no list; export the file again")
    return value


def _line(positions: Any, where: str) -> Line:
    """(n, 2) longitude and latitude; heights are left out."""
    listed = _listed(positions, where)
    if len(listed) < 2:
        raise DataError(f"{where} has a line of {len(listed)} positions; a line has two or more")
    return np.array([_position(position, where) for position in listed])


def _position(position: Any, where: str) -> tuple[float, float]:
    if isinstance(position, list) and len(position) >= 2:
        x, y = position[:2]
        if _is_number(x) and _is_number(y):
            return float(x), float(y)
    raise DataError(
        f"{where} has {str(position)[:LONGEST_SHOWN]} for a position; one is [longitude, latitude] in degrees"
    )


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # a whole number of more than 308 digits
        return False


def refuse_places_off_the_map(path: Path, dataset: str, features: Sequence[Feature]) -> None:
    """Raise where a longitude is beyond 180 or a latitude beyond 90 degrees, and say what that looks like.

    Raises
    ------
    DataError : projected coordinates, longitudes from 0 to 360, latitude before longitude, or plain errors.
    """
    all_x = np.concatenate([_column(feature, 0) for feature in features])
    all_y = np.concatenate([_column(feature, 1) for feature in features])
    far_x, far_y = float(np.abs(all_x).max(initial=0)), float(np.abs(all_y).max(initial=0))
    if far_x <= 180 and far_y <= 90:
        return
    first = next(f for f in features if (np.abs(_column(f, 0)) > 180).any() or (np.abs(_column(f, 1)) > 90).any())
    off = (np.abs(_column(first, 0)) > 180) | (np.abs(_column(first, 1)) > 90)
    x, y = _column(first, 0)[off][0], _column(first, 1)[off][0]
    where = f"{dataset}: {path}, feature {first.number} has the position [{x:.10g}, {y:.10g}]"
    if far_x <= 90 and far_y <= 180:
        raise DataError(f"{where}: latitude seems to stand before longitude in this file; swap them")
    if far_y <= 90 and far_x <= 360:
        raise DataError(f"{where}: longitudes seem to run from 0 to 360; take 360 off those above 180")
    if far_x > 1000 or far_y > 1000:
        raise DataError(
            f"{where}: these seem to be projected coordinates, metres and not degrees; export it again on WGS 84 "
            "(EPSG:4326)"
        )
    raise DataError(f"{where}, off the map: longitudes end at 180 and latitudes at 90 degrees; mend that feature")


def _column(feature: Feature, axis: int) -> Line:
    points = [np.array([point[axis] for point in feature.points])]
    return np.concatenate([*points, *[line[:, axis] for line in feature.lines]])


def _noticed(path: Path, kinds: Counter[str]) -> list[str]:
    out = []
    if kinds["without a place"]:
        out.append(f"{path.name}: {kinds['without a place']} features have no geometry")
    areas = kinds["Polygon"] + kinds["MultiPolygon"]
    if areas:
        out.append(f"{path.name}: {areas} polygons are left out; only lines and points are read")
    return out
