"""Lines of a publisher's as the tables of a corridor: nodes where their ends meet, links, and the figures of links.

The frames have the columns of a case's ``nodes``, ``links``, ``link_figures`` and ``sources``, so that they can be put
beside its own rows. What a publisher does not say stays empty: a country that is not known is no country.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from zollverein.case.data.drawn_lines import Line

__all__ = [
    "LINKS",
    "LINK_FIGURES",
    "NODES",
    "PUBLISHED",
    "SOURCES",
    "Capacity",
    "Confidence",
    "End",
    "NetworkTables",
    "Place",
    "Publication",
    "Route",
]

Confidence = Literal["reported", "derived", "assumed"]

HOW = ("source", "confidence", "method")
NODES = ("node", "name", "kind", "country", "latitude_deg", "longitude_deg", *HOW)
LINKS = ("link", "name", "from_node", "to_node", "mode", "operator", "length_km", "countries", "route", *HOW)
LINK_FIGURES = ("link", "figure", "commodity", "value", "valid_from", "valid_to", "preferred", "note", *HOW)
SOURCES = ("key", "publisher", "title", "url", "date", "retrieved", "licence")
PUBLISHED = ("link", "key", "status", "fuel", "owner", "start_year", "capacity", "capacity_unit", "route_accuracy")


@dataclass(frozen=True, eq=False)
class NetworkTables:
    """A network in the columns of a case's corridor.

    Attributes
    ----------
    dataset : name in the registry.
    nodes, links, link_figures, sources : rows for the tables of these names.
    published : what the publisher says of each link that a case has no column for, as it stands there: status, fuel,
        owner, year of start, capacity in its own unit, how exact the route is.
    notes : what was left out, joined or not known, a sentence each.
    """

    dataset: str
    nodes: pd.DataFrame = field(repr=False)
    links: pd.DataFrame = field(repr=False)
    link_figures: pd.DataFrame = field(repr=False)
    sources: pd.DataFrame = field(repr=False)
    published: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Publication:
    """Where rows come from: a row of a case's ``sources``, with ``key`` in the ``source`` column of every other."""

    key: str
    publisher: str
    title: str = ""
    url: str = ""
    date: str = ""
    retrieved: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """What is said of one end of a route: the name of the place and its alpha-3 country; empty where nothing is."""

    name: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Capacity:
    """A capacity in kilotonnes a year: how it is known, how it was come by, and from which day it holds."""

    kt_per_year: float
    confidence: Confidence
    method: str = ""
    note: str = ""
    valid_from: str = ""


@dataclass(frozen=True, eq=False)
class Route:
    """One line as its publisher describes it.

    Attributes
    ----------
    key, name : its publisher's identifier and name. lines : as drawn, in pieces; empty where it is not.
    ends : where it begins and ends. countries : alpha-3, in order of travel.
    length_km : as published. length_method : how, where the publisher estimated it. mode : of a link.
    confidence : how it is known that the line is there. capacity : in kt a year, where that can be said.
    status ... route_accuracy : as published, for the columns of ``PUBLISHED``.
    """

    key: str
    name: str
    lines: Sequence[Line] = ()
    ends: tuple[End, End] = (End(), End())
    countries: tuple[str, ...] = ()
    length_km: float | None = None
    length_method: str = ""
    mode: str = "pipeline"
    confidence: Confidence = "reported"
    capacity: Capacity | None = None
    status: str = ""
    fuel: str = ""
    owner: str = ""
    start_year: str = ""
    capacity_published: str = ""
    capacity_unit: str = ""
    route_accuracy: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A point that its publisher names: ends of routes near it are this place."""

    key: str
    name: str
    longitude_deg: float
    latitude_deg: float
    kind: str = "junction"
    country: str = ""
    confidence: Confidence = "reported"
