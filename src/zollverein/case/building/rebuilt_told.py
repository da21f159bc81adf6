"""What a reader must know of a base that was made again, a sentence each: for a screen, and for a copy's README."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd

from zollverein.case.building.base import Base
from zollverein.case.building.swapped import Swap
from zollverein.case.case import Case

__all__ = ["doubts_of", "told_of"]

SHOWN = 12
NOTHING_USD_MILLION, WHOLE_USD_MILLION = 1e-3, 100.0


def told_of(case: Case, base: Base, made: Mapping[str, pd.DataFrame], swap: Swap | None) -> list[str]:
    """Return what was made, from what, what stayed, and what to doubt."""
    known = [name for name, table in made.items() if name in case.tables and len(table)]
    told = [
        f"Tables {', '.join(known)} were compiled for {base.year} by `zollverein case rebuild` from base_totals, "
        f"base_reports, base_structure, base_activity, inputs and tariffs; each row's `method` names its recipe."
    ]
    if swap is not None:
        told.append(f"Tables inputs and base_activity are those of {swap.dataset} where it has the region.")
    if gone := [name for name, table in made.items() if name in case.tables and table.empty]:
        told.append(f"Left out, since the inputs of {base.year} make no row of it: {', '.join(gone)}.")
    if "crude" in made:
        told.append(
            f"Crude oil is no input of a base: its part of the sector's exports and its tonnes are taken from the base "
            f"before, its value follows the exports of {base.year}; all of it is assumed."
        )
    told.append(f"Every other table is as it was in `{case.name}`, of the years that it states.")
    return told + doubts_of(base)


def doubts_of(base: Base) -> list[str]:
    """Return what of a base rests on little: pairs without a report, reports at odds, totals and cells that moved."""
    return [*_absent(base), *_at_odds(base), *_missed(base), *_beyond(base)]


def _absent(base: Base) -> list[str]:
    if base.absent.empty:
        return []
    trade = float(base.tables["pairs"]["value_usd_million"].sum())
    could = float(base.absent["could_be_usd_million"].sum())
    largest = base.absent.nlargest(3, "could_be_usd_million")
    named = ", ".join(f"{a} to {b}" for a, b in zip(largest["exporter"], largest["importer"], strict=True))
    return [
        f"{len(base.absent):,} of {len(base.tables['pairs']):,} pairs have no report and count as no trade; if they "
        f"traded as much as the reports of their two sides let expect, {100.0 * could / (trade + could):.1f} % of all "
        f"trade in goods would be there (most of it {named})."
    ]


def _at_odds(base: Base) -> list[str]:
    return _first_of(
        base.at_odds,
        "pairs whose reports differ twofold or more",
        lambda row: (
            f"Reports of {row['exporter']} to {row['importer']} differ {row['times']:,.3g} times, US$ million: "
            f"{row['reports']}; the base takes {_amount(row['taken_usd_million'])}."
        ),
    )


def _missed(base: Base) -> list[str]:
    return _first_of(
        base.missed,
        "totals that are missed beyond what their errors allow",
        lambda row: (
            f"{row['step']}, total of {row['total']}: {_amount(row['stated_usd_million'])} US$ million stated, "
            f"{_amount(row['reached_usd_million'])} in the base, {row['errors']:,.3g} standard errors off."
        ),
    )


def _beyond(base: Base) -> list[str]:
    return _first_of(
        base.beyond,
        "cells that moved beyond what their errors allow",
        lambda row: (
            f"{row['step']}, {row['cell']}: {_amount(row['was_usd_million'])} US$ million became "
            f"{_amount(row['now_usd_million'])}, {row['errors']:,.3g} standard errors off."
        ),
    )


def _first_of(rows: pd.DataFrame, what: str, told: Callable[[dict[Hashable, Any]], str]) -> list[str]:
    """The first rows, a sentence each, and how many more there are."""
    more = len(rows) - SHOWN
    rest = [f"{more:,} more {what}; `zollverein case rebuild --json` has all."] if more > 0 else []
    return [*map(told, rows.head(SHOWN).to_dict("records")), *rest]


def _amount(usd_million: float) -> str:
    if usd_million < NOTHING_USD_MILLION:
        return "next to nothing"
    return f"{usd_million:,.0f}" if usd_million >= WHOLE_USD_MILLION else f"{usd_million:.3g}"
