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
    spans : country (ISO alpha-3), first day, first day after it left or None.
    sources : keys of `concordance_sources`.
    """

    name: str
    title: str
    as_of: date
    spans: tuple[tuple[str, date, date | None], ...]
    sources: tuple[str, ...]

    def on(self, day: date | None = None) -> tuple[str, ...]:
        """Return who was a member on a day; None: on the day that the table is true for."""
        when = day or self.as_of
        inside = [c for c, since, until in self.spans if since <= when and (until is None or when < until)]
        return tuple(dict.fromkeys(inside))


@cache
def country_groups() -> dict[str, CountryGroup]:
    """Return the groups of countries that ship with the program, by name."""
    spans: dict[str, list[tuple[str, date, date | None]]] = {}
    for row in shipped_rows("group_members.csv"):
        until = date.fromisoformat(row["until"]) if row["until"] else None
        spans.setdefault(row["group"], []).append((row["country"], date.fromisoformat(row["since"]), until))
    return {
        row["group"]: CountryGroup(
            row["group"],
            row["title"],
            date.fromisoformat(row["as_of"]),
            tuple(spans[row["group"]]),
            tuple(row["sources"].split(";")),
        )
        for row in shipped_rows("groups.csv")
    }


def group_members(name: str) -> tuple[str, ...]:
    """Return the members of a group: ``eaeu`` as of its table's day, ``eu@2015-06-30`` on a day of one's own.

    Raises
    ------
    UnknownNameError : no such group. InputError : what follows the ``@`` is no day, or nobody was a member then.
    """
    plain, _, day = name.partition(AT)
    groups = country_groups()
    if plain not in groups:
        raise UnknownNameError("group of countries", plain, groups)
    try:
        when = date.fromisoformat(day) if AT in name else None
    except ValueError:
        raise InputError(f"group '{name}': '{day}' is no day; write it as in {plain}@2015-06-30") from None
    members = groups[plain].on(when)
    if not members:
        raise InputError(f"group '{name}' had no members on {when}; give a later day")
    return members
