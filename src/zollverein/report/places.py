"""The countries as they are drawn and named: outlines and labels, from Natural Earth (see ``data/README.md``)."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["Label", "country_names", "labels", "outlines"]


@dataclass(frozen=True, slots=True)
class Label:
    """Where a country's name stands on a map. ``area_km2`` is that of the part it stands in."""

    country: str
    name: str
    longitude_deg: float
    latitude_deg: float
    area_km2: float


def outlines() -> dict[str, Any]:
    """Return the countries' outlines as TopoJSON (Natural Earth, public domain)."""
    data: dict[str, Any] = json.loads(_data("outlines.json"))
    return data


@cache
def labels() -> tuple[Label, ...]:
    """Return the labels, the largest countries first."""
    return tuple(
        Label(r["country"], r["name"], float(r["longitude_deg"]), float(r["latitude_deg"]), float(r["area_km2"]))
        for r in csv.DictReader(_data("place_names.csv").splitlines())
    )


def country_names() -> dict[str, str]:
    """Return the names of the countries that have a label, by ISO 3166 alpha-3 code."""
    return {label.country: label.name for label in labels()}


def _data(name: str) -> str:
    return (files("zollverein.report") / "data" / name).read_text(encoding="utf-8")
