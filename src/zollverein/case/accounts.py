"""Figures of one table that another states as well: what production says of exports is what trade adds up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.case.fault import Fault
from zollverein.case.parsing import Table

__all__ = [
    "ADDED",
    "HOME",
    "IMPORTS",
    "MEND_TRADE",
    "OUTPUT",
    "OWN",
    "SHARE",
    "SIDES",
    "check_accounts",
    "traded",
]

# Rounding of figures written with ten digits, and what is next to nothing beside it, US$ million.
AGREES, NOTHING = 1e-4, 1e-3
# What costs may miss one by; the economy scales away as much.
ADD_UP = 1e-6
SIDES = (("exports_usd_million", "exporter"), ("imports_usd_million", "importer"))
MEND_TRADE = "mend one of them, or let production follow trade: 'zollverein case add-up', 'from-excel --add-up'"
HOME, IMPORTS, OWN = "domestic_sales_usd_million", "imports_usd_million", "own_trade_share"
OUTPUT, ADDED, SHARE = "gross_output_usd_million", "value_added_usd_million", "value_added_share"


def check_accounts(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Yield where production contradicts trade or itself; the economy would take the one and a reader the other."""
    production, trade = tables.get("production"), tables.get("trade")
    if production is None or production.bad or not _of_numbers(production):
        return
    yield from _value_added(production)
    yield from _own_share(production)
    yield from _costs(production, tables.get("inputs"))
    if trade is None or trade.bad or not {"exporter", "importer", "sector", "value_usd_million"} <= set(trade.frame):
        return
    if not _of_numbers(trade):
        return
    yield from _at_home(trade)
    places = list(zip(production.frame["region"], production.frame["sector"], strict=True))
    for column, side in SIDES:
        if column not in production.frame:
            continue
        told, found = production.frame[column].to_numpy(dtype=float), traded(production.frame, trade.frame, side)
        for k in np.flatnonzero(np.abs(told - found) > AGREES * np.maximum(told, found) + NOTHING):
            region, sector = places[k]
            yield Fault(
                production.file, int(production.lines[k]), column,
                f"{told[k]:,.6g}, and {trade.file} adds up to {found[k]:,.6g} for {side} {region}, sector {sector}",
                "the sum of trade",
                MEND_TRADE,
            )  # fmt: skip


def _of_numbers(table: Table) -> bool:
    """Whether what is reckoned with is declared as numbers; if not, the economy says so."""
    figures = {"value_usd_million", HOME, IMPORTS, OWN, OUTPUT, ADDED, SHARE, SIDES[0][0]}
    return all(pd.api.types.is_numeric_dtype(table.frame[column]) for column in figures & set(table.frame))


def traded(production: pd.DataFrame, trade: pd.DataFrame, side: str) -> npt.NDArray[np.float64]:
    """Return what trade adds up to for every row of production, on the side of exporters or importers, US$ million."""
    abroad = trade[trade["exporter"] != trade["importer"]]
    sums = abroad.groupby([side, "sector"])["value_usd_million"].sum().to_dict()
    places = zip(production["region"], production["sector"], strict=True)
    return np.array([sums.get(place, 0.0) for place in places], dtype=np.float64)


def _at_home(trade: Table) -> Iterator[Fault]:
    """Rows of trade within a region: output less exports says that already, and the economy would count it twice."""
    frame = trade.frame
    for k in np.flatnonzero((frame["exporter"] == frame["importer"]).to_numpy()):
        yield Fault(
            trade.file, int(trade.lines[k]), "importer", f"'{frame['importer'].iloc[k]}' buys from itself",
            "trade between two regions", "drop the row: what a region sells at home is its output less its exports, "
            "column domestic_sales_usd_million of table production",
        )  # fmt: skip


def _value_added(production: Table) -> Iterator[Fault]:
    frame = production.frame
    if not {OUTPUT, ADDED, SHARE} <= set(frame):
        return
    told, due = frame[ADDED].to_numpy(dtype=float), (frame[OUTPUT] * frame[SHARE]).to_numpy(dtype=float)
    for k in np.flatnonzero(np.abs(told - due) > AGREES * np.maximum(told, due) + NOTHING):
        found = f"{told[k]:,.6g}, and {SHARE} of {OUTPUT} is {due[k]:,.6g}"
        yield Fault(
            production.file, int(production.lines[k]), ADDED, found, "share times output", "mend one of the three"
        )


def _own_share(production: Table) -> Iterator[Fault]:
    frame = production.frame
    if not {HOME, IMPORTS, OWN} <= set(frame):
        return
    home, told = frame[HOME].to_numpy(dtype=float), frame[OWN].to_numpy(dtype=float)
    absorbed = home + frame[IMPORTS].to_numpy(dtype=float)
    # As far as two figures of ten digits, and next to nothing, can tell.
    slack = AGREES + NOTHING / np.maximum(absorbed, NOTHING)
    for k in np.flatnonzero((absorbed > NOTHING) & (np.abs(told - home / np.maximum(absorbed, NOTHING)) > slack)):
        found = f"{told[k]:.6g}, and {HOME} is {home[k] / absorbed[k]:.6g} of itself and {IMPORTS}"
        allowed = "home sales over home sales and imports"
        yield Fault(production.file, int(production.lines[k]), OWN, found, allowed, "mend one of the three")


def _costs(production: Table, inputs: Table | None) -> Iterator[Fault]:
    """Costs of a sector that are not all of its output, at the first of its inputs."""
    if inputs is None or inputs.bad or SHARE not in production.frame:
        return
    if not {"region", "user", "share"} <= set(inputs.frame):
        return
    bought = inputs.frame.groupby(["region", "user"], sort=False)["share"].sum().to_dict()
    users = zip(inputs.frame["region"], inputs.frame["user"], strict=True)
    first = {place: int(line) for place, line in reversed(list(zip(users, inputs.lines, strict=True)))}
    sectors = zip(production.frame["region"], production.frame["sector"], strict=True)
    for place, added, line in zip(sectors, production.frame[SHARE], production.lines, strict=True):
        total = float(added) + bought.get(place, 0.0)
        if abs(total - 1.0) > ADD_UP:
            region, sector = place
            found = f"shares of output in {region}, sector {sector}, add to {total:.8g}: inputs to {total - added:.8g}"
            file, row, column = (
                (inputs.file, first[place], "share") if place in first else (production.file, int(line), SHARE)
            )
            yield Fault(
                file, row, column, f"{found}, and {SHARE} in table production is {added:.8g}",
                "costs that add to 1", "mend one of these shares",
            )  # fmt: skip
