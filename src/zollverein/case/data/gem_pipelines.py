"""Global Energy Monitor's trackers of oil and gas pipelines, as workbook or as GeoJSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from zollverein.case.data.country_names import CountryReader
from zollverein.case.data.dataset import Dataset
from zollverein.case.data.gem_capacities import Measured, in_kilotonnes
from zollverein.case.data.gem_rows import GemRow, gem_rows
from zollverein.case.data.network_building import network_from_routes
from zollverein.case.data.network_choice import Choice, chosen_routes, some
from zollverein.case.data.network_tables import Capacity, End, NetworkTables, Publication, Route
from zollverein.errors import DataError, InputError, UnknownNameError

__all__ = ["DATASETS", "read"]

LICENCE = "Creative Commons Attribution 4.0 (CC BY 4.0): free to use, also changed and for gain, with the source named."
LAYOUT = (
    "One workbook (.xlsx) with a sheet of pipelines, a row each, or the GeoJSON of the same release with the same "
    "names as properties and the routes as geometry: ProjectID, PipelineName, SegmentName, Fuel, Status, "
    "CountriesOrAreas or Countries, StartLocation, StartCountryOrArea or StartCountry, EndLocation, EndCountryOrArea "
    "or EndCountry, Capacity, CapacityUnits ({units}), {other}, LengthKnownKm, LengthEstimateKm, LengthMergedKm, "
    "Owner, StartYear1, RouteAccuracy. Some releases' workbooks hold the routes too, as WKTFormat. What is not known "
    "is empty or '--'."
)
BY_HAND = (
    "The publisher hands the files out by a form: open the page, choose Download Data, fill the form in, and take the "
    "file of {what} from the message that comes. Take the GeoJSON (GIS) file if there is one: a workbook may have no "
    "routes."
)
DATASETS = (
    Dataset(
        name="gem-oil-pipelines",
        title="Global Oil Infrastructure Tracker: oil and NGL pipelines",
        publisher="Global Energy Monitor",
        kind="network",
        page="https://globalenergymonitor.org/projects/global-oil-infrastructure-tracker/",
        licence=LICENCE,
        citation="Global Oil Infrastructure Tracker, Global Energy Monitor, (month and year) release.",
        layout=LAYOUT.format(units="bpd, mtpa ...", other="CapacityBOEd"),
        by_hand=BY_HAND.format(what="oil and NGL pipelines"),
    ),
    Dataset(
        name="gem-gas-pipelines",
        title="Global Gas Infrastructure Tracker: gas pipelines",
        publisher="Global Energy Monitor",
        kind="network",
        page="https://globalenergymonitor.org/projects/global-gas-infrastructure-tracker/",
        licence=LICENCE,
        citation="Global Gas Infrastructure Tracker, Global Energy Monitor, (month and year) release.",
        layout=LAYOUT.format(units="bcm/y, MMcf/d ...", other="CapacityBcm/y, CapacityBOEd"),
        by_hand=BY_HAND.format(what="gas pipelines"),
    ),
)
GASES = {"gas", "hydrogen", "gas and hydrogen"}
RELEASE = re.compile(r"(20\d\d)-(\d\d)(?!\d)")
YEAR = re.compile(r"(19|20)\d\d")
IN_USE = "operating"


def read(
    path: str | Path,
    dataset: str = "gem-oil-pipelines",
    *,
    statuses: Sequence[str] = (IN_USE,),
    countries: Sequence[str] = (),
    fuels: Sequence[str] = (),
    box: tuple[float, float, float, float] | None = None,
    barrels_per_tonne: float | None = None,
    tolerance_km: float = 1.0,
) -> NetworkTables:
    """Read a tracker's pipelines as the tables of a corridor.

    Parameters
    ----------
    path : workbook or GeoJSON. dataset : ``gem-oil-pipelines`` or ``gem-gas-pipelines``.
    statuses : operating, construction, proposed, idle, mothballed, shelved, cancelled, retired; none: all of them.
    countries, fuels, box : only routes with these; see :class:`~zollverein.case.data.network_choice.Choice`.
    barrels_per_tonne : to turn barrels into tonnes; absent: 7.33 for crude oil, and none for other liquids, whose
        capacities stay in barrels in ``published``.
    tolerance_km : ends within it of each other are one node.

    Raises
    ------
    DataError : it is not this tracker's file, or a cell holds what it cannot. InputError : no line is left.
    """
    path = Path(path)
    if dataset not in {known.name for known in DATASETS}:
        raise UnknownNameError(
            "dataset", dataset, [known.name for known in DATASETS], "the pipelines of this publisher"
        )
    choice = Choice(tuple(statuses), tuple(countries), tuple(fuels), box)
    if barrels_per_tonne is not None and not 0 < barrels_per_tonne < 100:
        raise InputError(f"{barrels_per_tonne:g} barrels to the tonne; crude oil has about 7.33, LPG about 11.6")
    rows, noticed = gem_rows(path, dataset)
    _require_tracker(path, dataset, rows)
    reader = CountryReader()
    routes = [_route(row, reader, barrels_per_tonne) for row in rows]
    kept, left_out = chosen_routes(dataset, routes, choice)
    told = [*noticed, *reader.told(), *left_out, *_told_of_capacities(kept)]
    return network_from_routes(dataset, _publication(path, dataset), kept, tolerance_km=tolerance_km, notes=told)


def _require_tracker(path: Path, dataset: str, rows: Sequence[GemRow]) -> None:
    """Raise where an oil file is read as gas, or a gas file as oil."""
    gases = sum(row.text("Fuel").lower() in GASES for row in rows)
    wants_gas = dataset == "gem-gas-pipelines"
    if rows and (gases == 0 if wants_gas else gases == len(rows)):
        held, other = ("gas", "gem-gas-pipelines") if gases else ("oil and NGL", "gem-oil-pipelines")
        raise DataError(f"{dataset}: {path} holds the {held} pipelines; read it as {other}")


def _route(row: GemRow, reader: CountryReader, barrels_per_tonne: float | None) -> Route:
    name, segment = row.text("PipelineName"), row.text("SegmentName")
    length, method = _length(row)
    return Route(
        key=row.text("ProjectID") or f"row-{row.number}",
        name=", ".join(filter(None, (name, segment))),
        lines=row.lines,
        ends=(_end(row, "Start", reader), _end(row, "End", reader)),
        countries=reader.codes(row.text("CountriesOrAreas", "Countries")),
        length_km=length,
        length_method=method,
        capacity=_capacity(row, barrels_per_tonne),
        status=row.text("Status"),
        fuel=row.text("Fuel"),
        owner=row.text("Owner"),
        start_year=row.text("StartYear1"),
        capacity_published=row.text("Capacity"),
        capacity_unit=row.text("CapacityUnits"),
        route_accuracy=row.text("RouteAccuracy"),
    )


def _end(row: GemRow, which: str, reader: CountryReader) -> End:
    country = reader.code(row.text(f"{which}CountryOrArea", f"{which}Country"))
    return End(row.text(f"{which}Location"), country)


def _length(row: GemRow) -> tuple[float | None, str]:
    """The length that is known, else the publisher's estimate from the route, and how it was come by."""
    known = row.number_in("LengthKnownKm")
    if known:
        return known, ""
    estimate = row.number_in("LengthEstimateKm")
    if estimate:
        return estimate, "the publisher's estimate from the route"
    merged = row.number_in("LengthMergedKm")
    return (merged, "the publisher's figure, known or estimated from the route") if merged else (None, "")


def _capacity(row: GemRow, barrels_per_tonne: float | None) -> Capacity | None:
    """The capacity in kt a year; of what is not in use yet only from its year of start on, if that is said."""
    value = row.number_in("Capacity")
    if not value:
        return None
    valid_from = ""
    if row.text("Status").lower() != IN_USE:
        year = YEAR.match(row.text("StartYear1"))
        if not year:
            return None
        valid_from = f"{year[0]}-01-01"
    return in_kilotonnes(Measured(value, row.text("CapacityUnits"), row.text("Fuel")), barrels_per_tonne, valid_from)


def _told_of_capacities(routes: Sequence[Route]) -> list[str]:
    told = []
    silent = [route.key for route in routes if not route.capacity_published]
    if silent:
        told.append(f"{len(silent)} routes have no published capacity: {some(silent)}.")
    kept: dict[str, int] = {}
    for route in routes:
        if route.capacity is None and route.capacity_published:
            unit = " of ".join(filter(None, (route.capacity_unit or "no unit", route.fuel)))
            kept[unit] = kept.get(unit, 0) + 1
    if kept:
        units = ", ".join(f"{count} in {unit}" for unit, count in kept.items())
        told.append(
            "Capacities without kilotonnes a year, for want of a unit, a fuel, a number or a year of start that gives "
            f"them, stay as published: {units}."
        )
    return told


def _publication(path: Path, dataset: str) -> Publication:
    """The row of ``sources``: the release is taken from the file's name, if it is said there."""
    known = next(known for known in DATASETS if known.name == dataset)
    release = RELEASE.search(path.name)
    date = f"{release[1]}-{release[2]}" if release else ""
    key = f"{dataset}-{date}" if date else dataset
    return Publication(key, known.publisher, known.title, known.page, date, "", "CC-BY-4.0")
