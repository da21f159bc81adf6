"""What a case knows of its history: episodes, who knew what when, and the network as it was known at a freeze."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from zollverein.case import Case
from zollverein.case.knowing import last_day
from zollverein.corridor import Horizon, Outage
from zollverein.errors import CaseError, UnknownNameError
from zollverein.stress.hindcast_checks import check_inputs, check_measures, parts

__all__ = [
    "CARRIED",
    "OUTAGE_FIGURES",
    "Episode",
    "Variant",
    "announced_record",
    "episodes_of",
    "inputs_of",
    "outages_of",
]

TABLES = ("hindcast_episodes", "hindcast_variants", "hindcast_inputs", "hindcast_observed")
CARRIED = "carried_kt_per_year"
OUTAGE_FIGURES = ("share_lost", "units_lost")


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of asking an episode: what was known on a day.

    Attributes
    ----------
    freeze : the last day whose knowledge may enter. inputs : names of sets of inputs; a later one overrides.
    given : what is taken as known, in words. discounted : what was announced counts only as far as announcements
        had come true before.
    """

    name: str
    title: str
    freeze: date
    inputs: tuple[str, ...]
    given: str
    discounted: bool


@dataclass(frozen=True, slots=True)
class Episode:
    """One event or year of history. ``measures`` are the rows of the table of what was observed."""

    name: str
    title: str
    question: str
    exporter: str
    horizon: Horizon
    variants: tuple[Variant, ...]
    measures: pd.DataFrame


def episodes_of(case: Case, wanted: str | None = None) -> tuple[Episode, ...]:
    """Return the episodes of a case, or the one that is wanted.

    Raises
    ------
    CaseError : the case has no history. UnknownNameError : no such episode, with near matches.
    """
    missing = [name for name in TABLES if name not in case.tables]
    if missing:
        raise CaseError(
            f"case '{case.name}' has no table {missing[0]}, so that there is no history to run against; a hindcast "
            f"reads {', '.join(TABLES)}: see docs/hindcast.md"
        )
    table = case.table("hindcast_episodes")
    if wanted is not None:
        if wanted not in set(table["episode"]):
            raise UnknownNameError("episode", wanted, table["episode"], f"case '{case.name}'")
        table = table[table["episode"] == wanted]
    return tuple(_episode(case, row) for row in table.to_dict("records"))


def inputs_of(case: Case, episode: Episode, variant: Variant) -> pd.DataFrame:
    """Return the inputs of a variant; of sets that state the same figure the last one's rows.

    Raises
    ------
    UnknownNameError : a set that the table does not have.
    CaseError : rows that were not known at the freeze, each with its row, its day and what to do.
    """
    table = case.table("hindcast_inputs")
    table["row"] = range(2, len(table) + 2)
    parts = []
    for order, name in enumerate(variant.inputs):
        if name not in set(table["set"]):
            where = f"table hindcast_variants, episode {episode.name}, variant {variant.name}"
            raise UnknownNameError("set of inputs", name, table["set"].unique(), where)
        parts.append(table[table["set"] == name].assign(order=order))
    rows = pd.concat(parts, ignore_index=True) if parts else table.head(0).assign(order=0)
    rows["published_on"] = published_on(case, rows)
    _refuse_the_future(rows, episode, variant)
    key = [rows[c].astype("str").fillna("") for c in ("target", "figure", "commodity")]
    last = rows["order"].groupby(key).transform("max")
    rows = rows[rows["order"] == last].drop(columns="order").reset_index(drop=True)
    check_inputs(rows, CARRIED, OUTAGE_FIGURES)
    return rows


def outages_of(inputs: pd.DataFrame, horizon: Horizon) -> tuple[Outage, ...]:
    """Return the outages that were under way or announced; one without an end lasts beyond the horizon.

    An outage with an end was announced to end then, and that is believed; of one without, the engine believes that it
    will last as long again as it has lasted.
    """
    outages = []
    after = (pd.Timestamp(horizon.end) + pd.Timedelta(days=1)).date()
    for row in inputs[inputs["figure"].isin(OUTAGE_FIGURES)].to_dict("records"):
        start = pd.Timestamp(row["valid_from"]).date()
        ends = pd.notna(row["valid_to"])
        end = (pd.Timestamp(row["valid_to"]) + pd.Timedelta(days=1)).date() if ends else after
        if end <= horizon.start or start > horizon.end:
            continue
        units = row["figure"] == "units_lost"
        outages.append(
            Outage(
                f"{row['target']} {start}",
                str(row["target"]),
                start,
                end,
                share_lost=None if units else float(row["value"]),
                units_lost=int(row["value"]) if units else None,
                announced_days=(end - start).days if ends else None,
            )
        )
    return tuple(outages)


def announced_record(events: pd.DataFrame, freeze: date) -> tuple[float, int]:
    """Return which share of the days announced came true, and of how many events that were over at the freeze.

    An event that was announced and not carried out came true on no day. The share is at most one; without any event
    on record it is one: there is no reason yet to believe less than what is said.
    """
    over = events[events["announced_days"].notna() & (pd.to_datetime(events["end"]) <= pd.Timestamp(freeze))]
    if not len(over):
        return 1.0, 0
    lasted = (pd.to_datetime(over["end"]) - pd.to_datetime(over["start"])).dt.days.where(over["applied"], 0)
    return min(float(lasted.sum() / over["announced_days"].astype(float).sum()), 1.0), len(over)


def published_on(case: Case, rows: pd.DataFrame) -> pd.Series[Any]:
    """Return the last day on which the newest source of each row can have been published; NaT where none has a date."""
    dated = {str(k): last_day(d) for k, d in zip(case.sources["key"], case.sources["date"], strict=True)}
    newest: list[Any] = []
    for cell in rows["source"].fillna("").astype(str):
        days = [day for key in cell.split(";") if pd.notna(day := dated.get(key.strip(), pd.NaT))]
        newest.append(max(days) if days else pd.NaT)
    return pd.Series(newest, index=rows.index, dtype="datetime64[ns]")


def _refuse_the_future(rows: pd.DataFrame, episode: Episode, variant: Variant) -> None:
    freeze, faults = pd.Timestamp(variant.freeze), []
    for row in rows.to_dict("records"):
        where = f"hindcast_inputs.csv, row {row['row']}: {row['figure']} of '{row['target']}'"
        if row["known_on"] > freeze:
            faults.append(
                f"{where} was known on {row['known_on']:%Y-%m-%d}, after the freeze of {variant.freeze}; give the "
                f"figure that was known by then, or take the set '{row['set']}' out of the variant"
            )
        elif row["published_on"] > freeze and pd.isna(row["method"]):
            faults.append(
                f"{where} was known on {row['known_on']:%Y-%m-%d}, yet its source is of "
                f"{row['published_on']:%Y-%m-%d}, after the freeze of {variant.freeze}; say in column method "
                f"how it was known before"
            )
    if faults:
        raise CaseError(
            f"episode {episode.name}, variant {variant.name}, would look into its future:\n  " + "\n  ".join(faults)
        )


def _episode(case: Case, row: dict[Any, Any]) -> Episode:
    variants = case.table("hindcast_variants").query("episode == @row['episode']")
    measures = case.table("hindcast_observed").query("episode == @row['episode']").reset_index(drop=True)
    if variants.empty or measures.empty:
        lacking = "hindcast_variants" if variants.empty else "hindcast_observed"
        raise CaseError(f"episode {row['episode']} has no row in table {lacking}; add one, or remove the episode")
    start, end = (pd.Timestamp(row[name]).date() for name in ("start", "end"))
    check_measures(case, measures, [str(v) for v in variants["variant"]], str(row["episode"]), str(row["exporter"]))
    return Episode(
        name=str(row["episode"]),
        title=str(row["title"]),
        question=str(row["question"]),
        exporter=str(row["exporter"]),
        horizon=Horizon(start, end, row["step"]),
        variants=tuple(_variant(v) for v in variants.to_dict("records")),
        measures=_within(measures, start, end),
    )


def _variant(row: dict[Any, Any]) -> Variant:
    return Variant(
        name=str(row["variant"]),
        title=str(row["title"]),
        freeze=pd.Timestamp(row["freeze"]).date(),
        inputs=tuple(parts(row["inputs"])),
        given=str(row["given"]),
        discounted=bool(row["discounted"]),
    )


def _within(measures: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    outside = (measures["start"] < pd.Timestamp(start)) | (measures["end"] > pd.Timestamp(end))
    if outside.any():
        row = measures[outside].iloc[0]
        raise CaseError(
            f"table hindcast_observed, episode {row['episode']}, measure {row['measure']}: {row['start']:%Y-%m-%d} to "
            f"{row['end']:%Y-%m-%d} lies outside of the episode's {start} to {end}; widen the episode"
        )
    return measures
