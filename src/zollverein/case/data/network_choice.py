"""Which of a publisher's routes are wanted: by status, country, fuel and place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from zollverein.case.countries import ISO_3166
from zollverein.case.data.drawn_lines import Line
from zollverein.case.data.network_tables import Route
from zollverein.errors import DataError, InputError, UnknownNameError

__all__ = ["Choice", "chosen_routes", "some"]

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a route must be to be taken; an empty field takes all.

    Attributes
    ----------
    statuses, fuels : as the publisher writes them, capitals aside. countries : alpha-3; a route may touch any of them.
    box : west, south, east, north in degrees; a route with a vertex inside is taken whole. West beyond east spans the
        180th meridian.
    """

    statuses: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    fuels: tuple[str, ...] = ()
    box: Box | None = None

    def __post_init__(self) -> None:
        for code in self.countries:
            if code not in ISO_3166:
                raise UnknownNameError("country", code, ISO_3166, "the countries of a network; give alpha-3 codes")
        if self.box is not None:
            west, south, east, north = self.box
            if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90):
                raise InputError(
                    f"the box {self.box} is none; give west, south, east, north in degrees, south below north"
                )


def chosen_routes(dataset: str, routes: Sequence[Route], choice: Choice) -> tuple[list[Route], list[str]]:
    """Return the routes that are wanted, and a sentence on each filter that left some out.

    Raises
    ------
    UnknownNameError : a status or fuel that no route has. DataError : no route lies in the box, and all would if
        latitude and longitude were swapped.
    """
    kept, told = list(routes), []
    for what, wanted, of in (
        ("status", choice.statuses, lambda route: route.status),
        ("fuel", choice.fuels, lambda route: route.fuel),
    ):
        if wanted:
            kept, left_out = _with(kept, what, wanted, of, dataset)
            told += left_out
    if choice.countries:
        before = len(kept)
        kept = [route for route in kept if set(route.countries) & set(choice.countries)]
        told += _left_out(before - len(kept), f"touch none of {', '.join(choice.countries)}")
    if choice.box is not None:
        before = len(kept)
        kept = _in_box(dataset, kept, choice.box)
        told += _left_out(before - len(kept), "have no point in the box")
    return kept, told


def some(names: Sequence[str], most: int = 8) -> str:
    """Return the first of some names, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _with(
    routes: list[Route], what: str, wanted: Sequence[str], of: Callable[[Route], str], dataset: str
) -> tuple[list[Route], list[str]]:
    held = Counter(of(route).casefold() for route in routes)
    for name in wanted:
        if routes and name.casefold() not in held:
            raise UnknownNameError(what, name, filter(None, held), f"the routes of {dataset}")
    kept = [route for route in routes if of(route).casefold() in {name.casefold() for name in wanted}]
    others = [f"{count} {name or f'without a {what}'}" for name, count in held.most_common()]
    others = [told for told in others if told.split(" ", 1)[1] not in {name.casefold() for name in wanted}]
    return kept, [f"Left out by {what}: {some(others)}."] if others else []


def _left_out(count: int, why: str) -> list[str]:
    return [f"{count} routes are left out: they {why}."] if count else []


def _in_box(dataset: str, routes: list[Route], box: Box) -> list[Route]:
    kept = [route for route in routes if any(_touches(line, box) for line in route.lines)]
    swapped = [route for route in routes if any(_touches(line[:, ::-1], box) for line in route.lines)]
    if swapped and not kept:
        raise DataError(
            f"{dataset}: no route lies in the box {box}, and {len(swapped)} would if latitude and longitude were "
            "swapped; GeoJSON has longitude first: mend the file, or the box"
        )
    return kept


def _touches(line: Line, box: Box) -> bool:
    west, south, east, north = box
    x, y = line[:, 0], line[:, 1]
    across = (x >= west) & (x <= east) if west <= east else (x >= west) | (x <= east)
    return bool(np.any(across & (y >= south) & (y <= north)))
