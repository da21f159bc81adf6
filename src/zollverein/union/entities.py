"""One entity for a name in any spelling: Tokajew and Tokayev, Noworossijsk and Novorossiysk."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from zollverein.errors import UnionError, UnknownNameError
from zollverein.given import framed, require

__all__ = ["Entities"]

NEEDED = ("entity_id", "entity_type", "alias", "language")


@dataclass(frozen=True, eq=False)
class Entities:
    """Names of countries, people, places, routes, agreements and terms; build it with `Entities.from_table`."""

    aliases: pd.DataFrame

    @classmethod
    def from_table(cls, aliases: pd.DataFrame) -> Entities:
        """Build from entity_id, entity_type, alias, language.

        Raises
        ------
        UnionError : a column is missing.
        """
        frame = framed("aliases", aliases, UnionError)
        missing = [c for c in NEEDED if c not in frame.columns]
        if missing:
            raise UnionError(f"table aliases lacks the column {missing[0]}; needed are {', '.join(NEEDED)}")
        return cls(frame[frame["alias"].notna()].reset_index(drop=True))

    @cached_property
    def _by_name(self) -> Mapping[str, list[tuple[str, str]]]:
        out: dict[str, list[tuple[str, str]]] = {}
        rows = zip(self.aliases["alias"], self.aliases["entity_id"], self.aliases["entity_type"], strict=True)
        for alias, entity, kind in rows:
            for name in (folded(str(alias)), folded(str(entity))):
                if (str(entity), str(kind)) not in out.setdefault(name, []):
                    out[name].append((str(entity), str(kind)))
        return out

    def resolve(self, name: str, kind: str | None = None) -> str:
        """Return the id of the entity that a name in any known spelling or language means.

        Case, accents and punctuation do not matter.

        Parameters
        ----------
        kind : entity_type to look in (country, place, person, ...); absent: all.

        Raises
        ------
        UnknownNameError : no such name, with near matches. UnionError : it means several; name the kind.
        """
        require("a name", name, str, "a name as text", UnionError)
        kinds = sorted(set(self.aliases["entity_type"].astype(str)))
        if kind is not None and kind not in kinds:
            raise UnknownNameError("kind", str(kind), kinds, "table aliases")
        found = [pair for pair in self._by_name.get(folded(name), ()) if kind in (None, pair[1]) and folded(name)]
        if not found:
            known = self.aliases if kind is None else self.aliases[self.aliases["entity_type"] == kind]
            raise UnknownNameError(kind or "entity", name, known["alias"].astype(str), "table aliases")
        if len({entity for entity, _ in found}) > 1:
            meant = ", ".join(f"{entity} ({of})" for entity, of in found)
            raise UnionError(f"'{name}' means {meant}; name the kind, or use one of these ids")
        return found[0][0]

    def spellings(self, entity: str) -> pd.DataFrame:
        """Return every spelling of an entity: alias, language.

        Raises
        ------
        UnknownNameError : no such entity.
        """
        rows = self.aliases[self.aliases["entity_id"] == entity]
        if rows.empty:
            raise UnknownNameError("entity", entity, self.aliases["entity_id"].astype(str).unique(), "table aliases")
        return rows[["alias", "language"]].reset_index(drop=True)


def folded(name: str) -> str:
    """Return a name as it is compared: without case, accents, punctuation and doubled blanks.

    >>> folded("  Tokajew,  Qassym-Schomart ")
    'tokajew qassym schomart'
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    kept = ("" if unicodedata.combining(c) else c if c.isalnum() else " " for c in plain)
    return " ".join("".join(kept).split())
