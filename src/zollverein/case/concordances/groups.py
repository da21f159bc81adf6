"""Groups of countries, by whom and when: who was a member of the European Union on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from zollverein.case.concordances.shipped import shipped_rows
from zollverein.errors import InputError, UnknownNameError

__all__ = ["CountryGroup", "country_groups", "group_members"]

AT = "@"


@dataclass(frozen=True, slots=True)
class CountryGroup:
    """A group of countries and when each belonged to it.

    Attributes
    ----------
    name, title : ``eaeu``, Eurasian Economic Union. as_of : the day that the table is true for.
    known_since : from which day on the table is complete; None: a fixed list, whatever the day.
    spans : country (ISO alpha-3), first day or None (a member since ``known_since`` at least), first day after it left
        or None.
    sources : keys of `concordance_sources`.
    """

    name: str
    title: str
    as_of: date
    known_since: date | None
    spans: tuple[tuple[str, date | None, date | None], ...]
    sources: tuple[str, ...]

    def on(self, day: date | None = None) -> tuple[str, ...]:
        """Return who was a member on a day; None: on the day that the table is true for.

        Raises
        ------
        InputError : a day before the table is complete.
        """
        when = day or self.as_of
        if self.known_since is not None and when < self.known_since:
            raise InputError(
                f"group '{self.name}' is known since {self.known_since}, not on {when}; list its members then yourself"
            )
        return tuple(
            country
            for country, since, until in self.spans
            if (since is None or since <= when) and (until is None or when < until)
        )


@cache
def country_groups() -> dict[str, CountryGroup]:
    """Return the groups of countries that ship with the program, by name."""
    spans: dict[str, list[tuple[str, date | None, date | None]]] = {}
    for row in shipped_rows("group_members.csv"):
        spans.setdefault(row["group"], []).append((row["country"], _day(row["since"]), _day(row["until"])))
    return {
        row["group"]: CountryGroup(
            row["group"],
            row["title"],
            date.fromisoformat(row["as_of"]),
            _day(row["known_since"]),
            tuple(spans[row["group"]]),
            tuple(row["sources"].split(";")),
        )
        for row in shipped_rows("groups.csv")
    }


def group_members(name: str) -> tuple[str, ...]:
    """Return the members of a group: ``eaeu`` as of its table's day, ``eu@2015-06-30`` on a day of one's own.

    >>> group_members("eaeu@2015-03-01")
    ('ARM', 'BLR', 'KAZ', 'RUS')

    Raises
    ------
    UnknownNameError : no such group. InputError : what follows the ``@`` is no day, or one before the group is known.
    """
    plain, _, day = name.partition(AT)
    groups = country_groups()
    if plain not in groups:
        raise UnknownNameError("group of countries", plain, groups)
    try:
        when = date.fromisoformat(day) if AT in name else None
    except ValueError:
        raise InputError(f"group '{name}': '{day}' is no day; write it as in {plain}@2015-06-30") from None
    return groups[plain].on(when)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
