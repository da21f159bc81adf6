"""A union as its tables say: who belongs to it, how deep its pairs are, which barriers stand, and what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd

from zollverein.errors import UnionError, UnknownNameError
from zollverein.given import require
from zollverein.union import scoreboard as board
from zollverein.union.checks import checked, refuse_barriers
from zollverein.union.entities import Entities
from zollverein.union.integration import (
    Drawn,
    Evidence,
    Treaties,
    deepest,
    depth_of,
    either_way,
    evidence_on,
    load_on_goods,
    overall,
    spans,
)
from zollverein.union.register import Register, as_timestamp, pairs_of
from zollverein.union.tiers import Tiers, in_words, tiers_in
from zollverein.union.wedges import checked_wedges, factors
from zollverein.union.weights import DIMENSIONS, Weights

__all__ = ["Union"]

DRAWS, SEED = 400, 1
FIRST, LAST = 1900, 2100
PAIR_COLUMNS = (
    "date", "first", "second", "dimension", "provided", "held", "low", "high", "provision", "reach", "barriers",
)  # fmt: skip
# Further than this a survey's figure is not stretched.
MOST_TIMES = 3.0
RANGE = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class Union:
    """An economic union; build it with `Union.from_tables`.

    Attributes
    ----------
    name : the agreement that makes it. register : its barriers. entities : names in every spelling.
    wedges_table : trade-cost equivalents. as_of : the day up to which the register is known; None: all of it.
    """

    name: str
    treaties: Treaties = field(repr=False)
    promises: pd.DataFrame = field(repr=False)
    register: Register = field(repr=False)
    entities: Entities = field(repr=False)
    wedges_table: pd.DataFrame = field(repr=False)
    coverage: Mapping[tuple[str, str, str], float] = field(repr=False)
    as_of: pd.Timestamp | None = None

    @classmethod
    def from_tables(
        cls,
        name: str,
        *,
        agreements: pd.DataFrame,
        memberships: pd.DataFrame,
        provisions: pd.DataFrame,
        barriers: pd.DataFrame,
        events: pd.DataFrame,
        wedges: pd.DataFrame,
        promises: pd.DataFrame | None = None,
        aliases: pd.DataFrame | None = None,
        coverage: pd.DataFrame | None = None,
    ) -> Union:
        """Build a union from tables.

        Parameters
        ----------
        name : the agreement whose members are the union.
        agreements : agreement, in_force, ended. memberships : agreement, country, side (of a two-sided agreement;
            empty: all with all), valid_from, valid_to, status; of an exemption share and dimension (empty: all).
        provisions : agreement, dimension, degree (0 to 1).
        barriers, events : see `Register.from_tables`. wedges : see `checked_wedges`.
        promises : agreement, promise, kind (freedom or principle), promised.
        aliases : see `Entities.from_table`.
        coverage : exporter, importer, hs_chapter, share of the trade between them; absent: all chapters alike.

        Raises
        ------
        UnionError : what is wrong, every fault of the barriers' parties at once. UnknownNameError : no such agreement.
        """
        given = {"agreements": agreements, "memberships": memberships, "provisions": provisions, "promises": promises}
        frames = {key: checked(key, table) for key, table in given.items()}
        if name not in set(frames["agreements"]["agreement"]):
            raise UnknownNameError("agreement", str(name), frames["agreements"]["agreement"], "table agreements")
        register = Register.from_tables(barriers, events)
        rows, promised = frames["memberships"], frames["promises"]
        ever = rows.loc[(rows["agreement"] == name) & (rows["status"] == "member"), "country"]
        mine = promised[promised["agreement"] == name]
        refuse_barriers(register.barriers, set(ever), set(mine["promise"]) if len(mine) else None)
        no_names = pd.DataFrame(columns=["entity_id", "entity_type", "alias", "language"])
        return cls(
            name,
            Treaties(frames["agreements"], rows, frames["provisions"]),
            mine,
            register,
            Entities.from_table(no_names if aliases is None else aliases),
            checked_wedges(wedges),
            _coverage(checked("coverage", coverage)),
        )

    def with_wedges(self, wedges: pd.DataFrame) -> Union:
        """Return the union with other trade-cost equivalents of its barriers; see `checked_wedges` for the table.

        Raises
        ------
        UnionError : what is wrong with the table.
        """
        return replace(self, wedges_table=checked_wedges(wedges))

    def known(self, as_of: date | str | None) -> Union:
        """Return the union as its register stood on a day; None: all that is known."""
        if as_of is None:
            return self
        return replace(self, register=self.register.known(as_of), as_of=as_timestamp(as_of))

    def members(self, on: date | str, agreement: str | None = None) -> tuple[str, ...]:
        """Return who is a member, of the union or of another agreement, on a day.

        Raises
        ------
        UnknownNameError : no such agreement, with near matches.
        """
        agreement = agreement or self.name
        rows = self.treaties.memberships
        if agreement not in set(self.treaties.agreements["agreement"]):
            raise UnknownNameError("agreement", agreement, self.treaties.agreements["agreement"], "table agreements")
        day, treaties = as_timestamp(on), self.treaties.agreements
        if not spans(treaties["in_force"], treaties["ended"], day)[treaties["agreement"] == agreement].any():
            return ()
        mine = rows[(rows["agreement"] == agreement) & (rows["status"] == "member")]
        inside = spans(mine["valid_from"], mine["valid_to"], day)
        return tuple(sorted(mine.loc[inside, "country"].unique()))

    def barriers_in_force(self, on: date | str) -> pd.DataFrame:
        """Return the barriers that stand on a day, with their state; see `Register.state`."""
        return self.register.in_force(on)

    def wedges(
        self,
        change: Literal["remove", "raise"],
        *,
        pairs: Sequence[tuple[str, str]] | None = None,
        severity: float = 1.0,
    ) -> pd.DataFrame:
        """Return the change of iceberg costs if the barriers of some pairs went, or came once more; see `factors`."""
        return factors(self.wedges_table, change, pairs=pairs, severity=severity)

    def wedges_on(
        self, days: Sequence[date | str], *, surveyed: date | str, weights: Weights | None = None
    ) -> pd.DataFrame:
        """Return trade-cost equivalents by pair, sector and day.

        A survey tells what barriers cost on its day; between days they grow and shrink with the load on goods, the
        share of the depth promised that the barriers in force take from what goes from exporter to importer. Where the
        register held nothing on the survey's day, nothing says how the cost moved, and the survey's figure stands.

        Parameters
        ----------
        surveyed : the day that the table of wedges tells of.

        Returns
        -------
        date, union, exporter, importer, sector, ad_valorem_low, ad_valorem, ad_valorem_high, barriers (names).

        Raises
        ------
        UnionError : what is no day.
        """
        weights = _weights(weights)
        then = self._load(as_timestamp(surveyed), weights)
        frames = []
        for day in _days(days):
            now = self._load(day, weights)
            pairs = list(zip(self.wedges_table["exporter"], self.wedges_table["importer"], strict=True))
            # A register that grew from one small entry to a ban says that it grew, and not by how many times.
            scale = np.array(
                [
                    min(now[p][0] / then[p][0], MOST_TIMES) if p in now and then.get(p, (0.0,))[0] > 0 else 1.0
                    for p in pairs
                ]
            )
            scaled = {
                c: self.wedges_table[c].astype(float) * scale
                for c in ("ad_valorem_low", "ad_valorem", "ad_valorem_high")
            }
            told = [now[p][1] if p in now else "" for p in pairs]
            kept = self.wedges_table[["union", "exporter", "importer", "sector"]]
            frames.append(kept.assign(**scaled, barriers=told, date=day))
        columns = ["date", "union", "exporter", "importer", "sector", "ad_valorem_low", "ad_valorem", "ad_valorem_high",
                   "barriers"]  # fmt: skip
        return pd.concat(frames, ignore_index=True)[columns]

    def _load(self, day: pd.Timestamp, weights: Weights) -> dict[tuple[str, str], tuple[float, str]]:
        return load_on_goods(self._evidence(day, self._named(day, None, 2), weights), weights)

    def integration(
        self,
        on: date | str | Sequence[date | str],
        *,
        countries: Sequence[str] | None = None,
        weights: Weights | None = None,
        draws: int = DRAWS,
        seed: int = SEED,
    ) -> pd.DataFrame:
        """Return how deep each pair is integrated, in each dimension and over all (``overall``), on a day or several.

        Parameters
        ----------
        countries : which; absent: the members of that day. weights : see `Weights`.
        draws, seed : of degrees, measures, dimension weights and barriers, for low and high (5 and 95 percent).

        Returns
        -------
        date, first, second, dimension, provided (by provisions in force), held (what barriers leave), low, high (of
        held), provision (the agreement that provides it), reach (the share of it that standing and exemptions leave),
        barriers (names, those in force between the two that touch the dimension).

        Raises
        ------
        UnionError : fewer than two countries on a day, or what is no day.
        """
        weights = _weights(weights)
        rows = [row for day in _days(on) for row in self._pairs(day, countries, weights, draws, seed)]
        return pd.DataFrame(rows, columns=list(PAIR_COLUMNS))

    def tiers(
        self,
        on: date | str,
        *,
        countries: Sequence[str] | None = None,
        dimension: str | None = None,
        weights: Weights | None = None,
        draws: int = DRAWS,
        seed: int = SEED,
    ) -> Tiers:
        """Return the parts into which the union falls on a day, over all dimensions or in one; see `Tiers`.

        Raises
        ------
        UnionError : fewer than three countries, an unknown dimension, draws out of range.
        """
        weights = _weights(weights)
        day = as_timestamp(on)
        evidence = self._evidence(day, self._named(day, countries, 3), weights)
        return tiers_in(evidence, dimension, weights, Drawn.of(evidence, weights, draws, seed), f"{day:%Y-%m-%d}")

    def tiers_over(
        self,
        years: Sequence[int],
        core: Sequence[str],
        *,
        countries: Sequence[str] | None = None,
        dimensions: Sequence[str] = ("overall", *DIMENSIONS),
        weights: Weights | None = None,
        draws: int = DRAWS,
        seed: int = SEED,
    ) -> pd.DataFrame:
        """Return the tiers at the end of each year, over all and in each dimension, and whether a core stands apart.

        Parameters
        ----------
        countries : which, so that years before the union can be asked for; absent: the members of each year.
        dimensions : which; ``overall`` is their weighted mean.

        Returns
        -------
        year, dimension, tiers, stability, apart (share of draws in which the core is deeper with itself than with
        anybody else), margin, margin_low, margin_high (by how much). Years in which the core or two others were no
        members are left out.
        """
        weights = _weights(weights)
        known = set(self.treaties.memberships["country"])
        for country in core:
            if country not in known:
                raise UnknownNameError("country", str(country), known, "the core")
        rows = []
        for year in _years(years):
            day = as_timestamp(date(year, 12, 31))
            members = self.members(day) if countries is None else self._named(day, countries, 3)
            if len(members) < 3 or not set(core) <= set(members) or set(core) == set(members):
                continue
            evidence = self._evidence(day, members, weights)
            drawn = Drawn.of(evidence, weights, draws, seed)
            for dimension in dimensions:
                one = None if dimension == "overall" else dimension
                found = tiers_in(evidence, one, weights, drawn, None)
                told = (in_words(found.tiers), found.stability, found.apart(core), *found.margin(core))
                rows.append((year, dimension, *told))
        if not rows:
            raise UnionError(
                f"in none of these years were {', '.join(core)} members beside others; choose other years, a core of "
                f"two or more and not all, or name the countries"
            )
        columns = ["year", "dimension", "tiers", "stability", "apart", "margin", "margin_low", "margin_high"]
        return pd.DataFrame(rows, columns=columns)

    def scoreboard(self, years: Sequence[int], *, weights: Weights | None = None) -> pd.DataFrame:
        """Return promised against observed at the end of each year.

        Columns: promise, kind, country, year, promised, provided, observed, kept, suffered, imposed, evidence; see
        `zollverein.union.scoreboard`.
        """
        weights = _weights(weights)
        rows: list[dict[str, object]] = []
        for year in _years(years):
            day = as_timestamp(date(year, 12, 31))
            evidence = self._evidence(day, self._named(day, None, 2), weights)
            standing = self.register.in_force(day)
            rows += board.freedoms(self.promises, evidence, depth_of(evidence, weights), standing, year)
            rows += board.principles(self.promises, evidence.countries, standing, weights, year)
        return pd.DataFrame(rows, columns=list(board.COLUMNS))

    def _evidence(self, day: pd.Timestamp, countries: Sequence[str], weights: Weights) -> Evidence:
        return evidence_on(self.treaties, self.register, countries, day, weights, self.coverage)

    def _named(self, day: pd.Timestamp, countries: Sequence[str] | None, least: int) -> tuple[str, ...]:
        if countries is not None:
            require("countries", countries, (list, tuple), "a list of ISO alpha-3 codes", UnionError)
        named = self.members(day) if countries is None else tuple(dict.fromkeys(map(str, countries)))
        if len(named) < least:
            raise UnionError(
                f"{len(named)} countries on {day:%Y-%m-%d} ({', '.join(named) or 'none'}); {least} or more are needed: "
                f"choose another day, or name countries"
            )
        known = set(self.treaties.memberships["country"])
        for country in named:
            if country not in known:
                raise UnknownNameError("country", country, known, "table memberships")
        return named

    def _pairs(
        self, day: pd.Timestamp, countries: Sequence[str] | None, weights: Weights, draws: int, seed: int
    ) -> list[tuple[object, ...]]:
        evidence = self._evidence(day, self._named(day, countries, 2), weights)
        depth = depth_of(evidence, weights)
        whole = [*DIMENSIONS, "overall"]
        drawn = Drawn.of(evidence, weights, draws, seed)
        low, high = np.quantile(drawn.both, RANGE, axis=0)
        promised, held = (either_way(part, overall(part, weights))[0] for part in (depth.promised, depth.held))
        standing = self.register.in_force(day).to_dict("records")
        rows: list[tuple[object, ...]] = []
        for i, a in enumerate(evidence.countries):
            for j, b in enumerate(evidence.countries[i + 1 :], start=i + 1):
                between = [row for row in standing if {a, b} in map(set, pairs_of(row, evidence.countries))]
                for d, dimension in enumerate(whole):
                    touching = [
                        str(row["barrier"]) for row in between
                        if dimension == whole[-1] or dimension in str(row["freedom"]).split(";")
                    ]  # fmt: skip
                    provision, reach = deepest(evidence, i, j, d)
                    told = (promised[i, j, d], held[i, j, d], low[i, j, d], high[i, j, d])
                    rows.append((day, a, b, dimension, *told, provision, reach, ";".join(touching)))
        return rows


def _days(on: object) -> list[pd.Timestamp]:
    days = [on] if isinstance(on, str | date) or not isinstance(on, Iterable) else list(on)
    if not days:
        raise UnionError("no day is given; name one at least, such as '2022-12-31'")
    return [as_timestamp(day) for day in days]


def _years(years: object) -> list[int]:
    """Years in which a union may have been."""
    given: list[Any] = list(years) if isinstance(years, Iterable) and not isinstance(years, str) else [years]
    for year in given:
        if isinstance(year, bool) or not isinstance(year, int | np.integer) or not FIRST <= year <= LAST:
            raise UnionError(f"a year is {year!r:.40}; allowed are whole numbers from {FIRST} to {LAST}")
    if not given:
        raise UnionError("no year is given; name one at least")
    return [int(year) for year in given]


def _weights(weights: Weights | None) -> Weights:
    require("weights", weights or Weights(), Weights, "Weights", UnionError)
    return weights or Weights()


def _coverage(table: pd.DataFrame) -> dict[tuple[str, str, str], float]:
    """Shares by (from, to, chapter), and with an empty chapter the pairs of which any is known."""
    keys = zip(*(table[c].astype(str) for c in ("exporter", "importer", "hs_chapter")), strict=True)
    out = dict(zip(keys, map(float, table["share"]), strict=True))
    return out | {(i, n, ""): 1.0 for i, n, _ in out}
