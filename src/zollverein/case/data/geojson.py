"""Any network that somebody has drawn: a GeoJSON file of lines, and of points for its places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zollverein.case.data.country_names import CountryReader, alpha_3
from zollverein.case.data.dataset import Dataset
from zollverein.case.data.geojson_features import Feature, read_features
from zollverein.case.data.network_building import network_from_routes
from zollverein.case.data.network_choice import Choice, chosen_routes
from zollverein.case.data.network_tables import Capacity, Confidence, End, NetworkTables, Place, Publication, Route
from zollverein.errors import DataError, InputError

__all__ = ["DATASETS", "Names", "read"]

KINDS = ("field", "junction", "port", "border", "refinery", "market")
MODES = ("pipeline", "tanker", "rail", "terminal", "transfer")

DATASETS = (
    Dataset(
        name="geojson-network",
        title="Any network drawn as GeoJSON",
        publisher="whoever drew it",
        kind="network",
        page="https://datatracker.ietf.org/doc/html/rfc7946",
        licence="As its publisher says; look there before you pass it on.",
        citation="As its publisher asks for; the format is Butler and others (2016), The GeoJSON Format, RFC 7946.",
        layout=(
            "One JSON file on WGS 84 (longitude before latitude, degrees): a FeatureCollection of LineString or "
            "MultiLineString features, one a link, and of Point features, one a place that ends of lines near it are "
            "tied to. Which properties hold the name, the countries, the ends, the status, the length in km and the "
            "capacity in kt a year is said when it is read; none of them has to be there."
        ),
        by_hand="It is a file of your own, or one that you have fetched from its publisher.",
    ),
)


@dataclass(frozen=True, slots=True)
class Names:
    """Which properties of features hold what; a property that is not there is passed over.

    Attributes
    ----------
    key : identifier. name : of a link or place. kind : of a place (field, junction, port, border, refinery, market).
    mode : of a link (pipeline, tanker, rail, terminal, transfer). country : of a place. countries : of a link, in order
        of travel, parted by commas or semicolons. start, end, start_country, end_country : of a link.
    status, fuel, owner : of a link. length_km, capacity_kt_per_year : of a link, numbers.
    """

    key: str = "id"
    name: str = "name"
    kind: str = "kind"
    mode: str = "mode"
    country: str = "country"
    countries: str = "countries"
    start: str = "start"
    end: str = "end"
    start_country: str = "start_country"
    end_country: str = "end_country"
    status: str = "status"
    fuel: str = "fuel"
    owner: str = "owner"
    length_km: str = "length_km"
    capacity_kt_per_year: str = "capacity_kt_per_year"


def read(
    path: str | Path,
    dataset: str = "geojson-network",
    *,
    publication: Publication | None = None,
    names: Names | None = None,
    country: str = "",
    mode: str = "pipeline",
    confidence: Confidence = "assumed",
    statuses: Sequence[str] = (),
    countries: Sequence[str] = (),
    box: tuple[float, float, float, float] | None = None,
    tolerance_km: float = 1.0,
) -> NetworkTables:
    """Read a drawn network as the tables of a corridor.

    Parameters
    ----------
    path : a GeoJSON file. publication : who drew it, for ``sources``; absent: only that it is this file.
    names : which properties hold what. country : of every line and place that says none, alpha-3.
    mode : of links that say none. confidence : how it is known that the lines are there.
    statuses, countries, box : only routes with these; see :class:`~zollverein.case.data.network_choice.Choice`.
    tolerance_km : ends of lines and places within it of each other are one node.

    Raises
    ------
    DataError : it is no GeoJSON on WGS 84, or a property holds what it cannot. InputError : no line is left.
    """
    path, names = Path(path), names or Names()
    if country and alpha_3(country) is None:
        raise InputError(f"'{country}' is no country; give its alpha-3 code")
    choice = Choice(tuple(statuses), tuple(countries), (), box)
    found = read_features(path, dataset)
    reading = _Reading(f"{dataset}: {path}", names, alpha_3(country) or "", mode, confidence, CountryReader())
    routes = [reading.route(feature) for feature in found.features if feature.lines]
    places = [place for feature in found.features for place in reading.places(feature)]
    kept, left_out = chosen_routes(dataset, routes, choice)
    told = [*found.notes, *reading.countries.told(), *left_out]
    publication = publication or Publication(key="drawn-network", publisher="not said", title=path.name)
    return network_from_routes(dataset, publication, kept, places, tolerance_km=tolerance_km, notes=told)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the properties of one file are read."""

    where: str
    names: Names
    country: str
    mode: str
    confidence: Confidence
    countries: CountryReader

    def route(self, feature: Feature) -> Route:
        """The route of a feature of lines."""
        names, held = self.names, feature.properties
        countries = self.countries.codes(_text(held, names.countries))
        key = _text(held, names.key) or f"line-{feature.number}"
        kt = self._number(feature, names.capacity_kt_per_year)
        return Route(
            key=key,
            name=_text(held, names.name) or key,
            lines=feature.lines,
            ends=(self._end(held, names.start, names.start_country), self._end(held, names.end, names.end_country)),
            countries=countries or ((self.country,) if self.country else ()),
            length_km=self._number(feature, names.length_km),
            mode=self._one_of(feature, names.mode, MODES) or self.mode,
            confidence=self.confidence,
            capacity=None if kt is None else Capacity(kt, self.confidence, f"property {names.capacity_kt_per_year}"),
            status=_text(held, names.status),
            fuel=_text(held, names.fuel),
            owner=_text(held, names.owner),
        )

    def places(self, feature: Feature) -> list[Place]:
        """The places of a feature of points."""
        names, held = self.names, feature.properties
        key = _text(held, names.key) or f"place-{feature.number}"
        name = _text(held, names.name) or key
        kind = self._one_of(feature, names.kind, KINDS) or "junction"
        country = self.countries.code(_text(held, names.country)) or self.country
        return [Place(key, name, x, y, kind, country, self.confidence) for x, y in feature.points]

    def _end(self, held: Mapping[str, Any], name: str, country: str) -> End:
        return End(_text(held, name), self.countries.code(_text(held, country)))

    def _one_of(self, feature: Feature, name: str, known: Sequence[str]) -> str:
        said = _text(feature.properties, name).lower()
        if said and said not in known:
            raise DataError(
                f"{self.where}, feature {feature.number}, property '{name}' is '{said}'; it may be "
                f"{', '.join(known)}; or say which other property holds it"
            )
        return said

    def _number(self, feature: Feature, name: str) -> float | None:
        said = feature.properties.get(name)
        if said is None or said == "":
            return None
        try:
            number = float("nan") if isinstance(said, bool) or "_" in str(said) else float(said)
        except (TypeError, ValueError):
            number = float("nan")
        if not 0 <= number < float("inf"):
            raise DataError(
                f"{self.where}, feature {feature.number}, property '{name}' is {said!r}; it must be a number that is "
                "not negative, with a decimal point"
            )
        return number


def _text(held: Mapping[str, Any], name: str) -> str:
    value = held.get(name)
    return "" if value is None else str(value).strip()
