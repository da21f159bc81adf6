"""The usual gravity equations, each a `Design` that is built by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Literal, get_args

from zollverein.errors import GravityError, UnknownNameError
from zollverein.gravity.design import Design, Domestic
from zollverein.gravity.event import EventTime
from zollverein.gravity.terms import Border, ByYear, Lag, Lead, Log, PerAgreement, PerMember, Regressor

__all__ = [
    "PRESETS",
    "PairEffects",
    "Preset",
    "agreements",
    "border",
    "by_agreement",
    "by_member",
    "event_study",
    "preset_design",
    "tariffs",
    "traditional",
]

PairEffects = Literal["pair", "symmetric_pair", "none"]
Names = str | Sequence[str]
Years = Sequence[int] | None


def traditional(
    *,
    distance: str = "distance",
    contiguity: str = "contiguity",
    language: str = "language",
    colony: str = "colony",
    others: Sequence[Regressor] = (),
    years: Years = None,
    interval: int | None = None,
    cluster: Names = "pair",
    by_sector: bool = False,
) -> Design:
    """Build traditional gravity: log distance, contiguity, language and colony between countries.

    Effects of exporters and importers by year; no domestic sales (Yotov and others 2016, chapter 1, application 1).

    Parameters
    ----------
    distance, contiguity, language, colony : names of their columns. others : further regressors.
    years, interval, cluster : as in `Design`. by_sector : effects of exporters and importers by sector too.
    """
    resisted = _resistances(by_sector)
    return Design(
        (Log(distance), contiguity, language, colony, *others), resisted, cluster, years, interval, domestic="drop"
    )


def agreements(
    *,
    agreement: str = "agreement",
    pair_effects: PairEffects = "pair",
    leads: Sequence[int] = (),
    lags: Sequence[int] = (),
    others: Sequence[Regressor] = (),
    domestic: Domestic = "require",
    years: Years = None,
    interval: int | None = None,
    cluster: Names = "pair",
    by_sector: bool = False,
) -> Design:
    """Build the effect of trade agreements: a dummy, with effects of pairs and domestic sales.

    Effects of pairs take up what made two countries agree (Baier and Bergstrand 2007,
    doi:10.1016/j.jinteco.2006.02.005); domestic sales let an agreement divert trade from home
    (Yotov and others 2016, chapter 1, application 3).

    Parameters
    ----------
    agreement : column that is 1 where a pair has one. pair_effects : of each direction (``pair``), of both together
        (``symmetric_pair``), or ``none``: then pass distance and the like in ``others``, and each country's sales at
        home have an effect of their own.
    leads, lags : years by which the dummy is also led (a test of anticipation) or lagged (phasing in).
    others : further regressors. domestic, years, interval, cluster : as in `Design`. by_sector : effects by sector too.
    """
    terms: list[Regressor] = [agreement]
    terms += [Lead(agreement, k) for k in leads]
    terms += [Lag(agreement, k) for k in lags]
    return _with_pairs((*terms, *others), pair_effects, domestic, years, interval, cluster, by_sector)


def border(
    *,
    by_year: bool = True,
    reference: int | None = None,
    pair_effects: PairEffects = "none",
    others: Sequence[Regressor] = (),
    years: Years = None,
    interval: int | None = None,
    cluster: Names = "pair",
    by_sector: bool = False,
) -> Design:
    """Build the cost of crossing a border, year by year: needs domestic sales (Bergstrand, Larch and Yotov 2015).

    Parameters
    ----------
    by_year : a border for each year. reference : year to compare to; needed under effects of pairs, which take up the
        border of one year. pair_effects, others, years, interval, cluster, by_sector : as in `agreements`; without
        effects of pairs pass distance and the like in ``others``.

    Raises
    ------
    GravityError : effects of pairs without a reference year.
    """
    if pair_effects != "none" and (reference is None or not by_year):
        raise GravityError(
            "effects of pairs take up a border that does not change; give a reference year (reference=) and by_year, "
            "or pair_effects='none'"
        )
    term: Regressor = ByYear(Border(), reference) if by_year else Border()
    families = (*_resistances(by_sector), *_pairs(pair_effects, by_sector))
    return Design((*others, term), families, cluster, years, interval, domestic="require")


def tariffs(
    *,
    tariff: str = "tariff",
    pair_effects: PairEffects = "pair",
    others: Sequence[Regressor] = (),
    domestic: Domestic = "drop",
    years: Years = None,
    interval: int | None = None,
    cluster: Names = "pair",
    by_sector: bool = False,
) -> Design:
    """Build the effect of tariffs, ``log(1 + rate)``; `trade_elasticity` reads theta off it.

    Theta is less the coefficient only where trade is valued with the tariff; `trade_elasticity` says what else it is.

    Parameters
    ----------
    tariff : column of rates; 0.05 is five percent. Sales at home need a row of 0 if they are kept.
    pair_effects, others, domestic, years, interval, cluster, by_sector : as in `agreements`.
    """
    terms = (Log(tariff, plus=1.0), *others)
    return _with_pairs(terms, pair_effects, domestic, years, interval, cluster, by_sector)


def by_agreement(
    *,
    label: str = "agreement_name",
    pair_effects: PairEffects = "pair",
    others: Sequence[Regressor] = (),
    domestic: Domestic = "require",
    years: Years = None,
    interval: int | None = None,
    cluster: Names = "pair",
    by_sector: bool = False,
) -> Design:
    """Build an effect for each agreement (Baier, Yotov and Zylkin 2019, doi:10.1016/j.jinteco.2018.08.002).

    Parameters
    ----------
    label : column that names the agreement of a pair in a year, several parted by semicolons.
    pair_effects, others, domestic, years, interval, cluster, by_sector : as in `agreements`.
    """
    terms = (PerAgreement(label), *others)
    return _with_pairs(terms, pair_effects, domestic, years, interval, cluster, by_sector)


def by_member(
    *,
    agreement: str = "agreement",
    side: Literal["exporter", "importer"] = "exporter",
    members: Sequence[str] = (),
    pair_effects: PairEffects = "pair",
    others: Sequence[Regressor] = (),
    domestic: Domestic = "require",
    years: Years = None,
    interval: int | None = None,
    cluster: Names = "pair",
    by_sector: bool = False,
) -> Design:
    """Build the effect of one agreement apart for each member, on its exports or its imports.

    Parameters
    ----------
    agreement : column that is 1 where the agreement is in force. side : whose effect it is. members : absent: all.
    pair_effects, others, domestic, years, interval, cluster, by_sector : as in `agreements`.
    """
    terms = (PerMember(agreement, side, tuple(members)), *others)
    return _with_pairs(terms, pair_effects, domestic, years, interval, cluster, by_sector)


def event_study(
    *,
    entry: str | None = None,
    agreement: str | None = None,
    first: int = -5,
    last: int = 10,
    width: int = 1,
    pair_effects: PairEffects = "pair",
    others: Sequence[Regressor] = (),
    domestic: Domestic = "require",
    years: Years = None,
    interval: int | None = None,
    cluster: Names = "pair",
    by_sector: bool = False,
) -> Design:
    """Build the path of trade before and after entry, relative to the period just before it; `event_path` reads it.

    Parameters
    ----------
    entry : column with the year of entry; or ``agreement``, a dummy that is 1 from then on (absent both: the dummy
        ``agreement``). first, last, width : as in `EventTime`.
    pair_effects, others, domestic, years, interval, cluster, by_sector : as in `agreements`.
    """
    dummy = agreement or (None if entry else "agreement")
    terms = (EventTime(entry, dummy, first, last, width), *others)
    return _with_pairs(terms, pair_effects, domestic, years, interval, cluster, by_sector)


@dataclass(frozen=True)
class Preset:
    """A usual equation.

    Attributes
    ----------
    build : makes its `Design`. about : one line that says what it estimates. columns : names of columns that it takes.
    """

    build: Callable[..., Design]
    about: str
    columns: tuple[str, ...]


PRESETS: Mapping[str, Preset] = {
    "traditional": Preset(
        traditional,
        "log distance, contiguity, language, colony; no domestic sales",
        ("distance", "contiguity", "language", "colony"),
    ),
    "agreements": Preset(
        agreements, "trade agreements, with pair effects and domestic sales; leads and lags", ("agreement",)
    ),
    "border": Preset(border, "the cost of crossing a border, by year, with domestic sales", ()),
    "tariffs": Preset(tariffs, "log(1 + tariff), which gives the trade elasticity", ("tariff",)),
    "by_agreement": Preset(by_agreement, "an effect for each agreement", ("label",)),
    "by_member": Preset(by_member, "the effect of one agreement for each member", ("agreement",)),
    "event_study": Preset(event_study, "trade by years before and after entry", ("entry", "agreement")),
}
"""The presets by name."""


def preset_design(name: str, **options: object) -> Design:
    """Return the design of a preset, built with the options that are given; an option of None is left out.

    Raises
    ------
    UnknownNameError : no such preset. GravityError : it takes no such option, or not with this value.
    """
    if name not in PRESETS:
        raise UnknownNameError("preset", name, PRESETS)
    given = {option: value for option, value in options.items() if value is not None}
    taken = signature(PRESETS[name].build).parameters
    unknown = [option for option in given if option not in taken]
    if unknown:
        raise GravityError(f"the preset '{name}' takes no option {', '.join(unknown)}; it takes {', '.join(taken)}")
    return PRESETS[name].build(**given)


def _resistances(by_sector: bool) -> tuple[str, ...]:
    return ("exporter-sector-year", "importer-sector-year") if by_sector else ("exporter-year", "importer-year")


def _pairs(pair_effects: PairEffects, by_sector: bool) -> tuple[str, ...]:
    if pair_effects not in get_args(PairEffects):
        raise GravityError(f"pair_effects is {pair_effects!r:.40}; allowed is {', '.join(get_args(PairEffects))}")
    return () if pair_effects == "none" else (pair_effects + "-sector" * by_sector,)


def _with_pairs(
    terms: Sequence[Regressor],
    pair_effects: PairEffects,
    domestic: Domestic,
    years: Years,
    interval: int | None,
    cluster: Names,
    by_sector: bool,
) -> Design:
    families = (*_resistances(by_sector), *_pairs(pair_effects, by_sector))
    if pair_effects == "none" and domestic != "drop":
        # Without effects of pairs, nothing else takes up by how much each country prefers its own goods.
        families = (*families, "domestic" + "-sector" * by_sector)
    return Design(tuple(terms), families, cluster, years, interval, domestic)
