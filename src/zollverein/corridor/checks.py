"""What must hold of a network's tables before anything is routed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zollverein.corridor.catalogue import FIGURES_OF_THE_NODE, LINK_FIGURES, NODE_FIGURES
from zollverein.corridor.network import Network
from zollverein.errors import NetworkError, UnknownNameError

__all__ = ["check_references", "check_values"]

# A pipeline system of the size of the world's oil trade; beyond it a figure is in tonnes, or per day.
LARGEST_KT_PER_YEAR = 5_000_000.0
HIGHEST_USD_PER_T = 1_000_000.0


def check_references(network: Network) -> None:
    """Raise unless every name stands where it is looked for.

    Raises
    ------
    UnknownNameError, NetworkError : the table, the row and what is near.
    """
    nodes, links = network.nodes.index, network.links.index
    for table, column, known in (
        ("links", "from_node", nodes),
        ("links", "to_node", nodes),
        ("link_figures", "link", links),
        ("node_figures", "node", nodes),
        ("link_units", "link", links),
        ("link_figures", "figure", LINK_FIGURES),
        ("node_figures", "figure", NODE_FIGURES),
    ):
        values = getattr(network, table)[column]
        unknown = values[~values.isin(list(known))]
        if len(unknown):
            raise UnknownNameError(column, str(unknown.iloc[0]), known, f"table {table}, row {_row(unknown)}")
    named = network.node_figures["commodity"]
    unknown = named[(named != "") & ~named.isin(network.commodities.index)]
    if len(unknown):
        where = f"table node_figures, row {_row(unknown)}"
        raise UnknownNameError("commodity", str(unknown.iloc[0]), network.commodities.index, where)
    loops = network.links[network.links["from_node"] == network.links["to_node"]]
    if len(loops):
        raise NetworkError(f"link '{loops.index[0]}' leads from '{loops['from_node'].iloc[0]}' to itself")


def check_values(network: Network) -> None:
    """Raise unless every figure is a number of sense, stated once for a time.

    Raises
    ------
    NetworkError : the table, the figure and what is allowed.
    """
    for table, key in (("link_figures", "link"), ("node_figures", "node")):
        rows = getattr(network, table)
        value = pd.to_numeric(rows["value"], errors="coerce")
        signed = rows["figure"].isin(["price_usd_per_t", "tariff_usd_per_t"])
        for wrong, allowed in (
            (~np.isfinite(value), "a number"),
            ((value < 0) & ~signed, "zero or more"),
            ((rows["figure"] == "loss_share") & (value >= 1), "a share below 1"),
            (
                rows["figure"].str.endswith("_kt_per_year") & (value > LARGEST_KT_PER_YEAR),
                f"at most {LARGEST_KT_PER_YEAR:,.0f} kt a year: is it in tonnes?",
            ),
            (
                rows["figure"].str.contains("usd_per_t") & (value.abs() > HIGHEST_USD_PER_T),
                f"at most {HIGHEST_USD_PER_T:,.0f} US$/t",
            ),
        ):
            if wrong.any():
                row = rows[wrong].iloc[0]
                raise NetworkError(
                    f"table {table}: {row['figure']} of '{row[key]}' is {row['value']}; allowed is {allowed}"
                )
        _check_once(table, key, rows)
    of_node = network.node_figures["figure"].isin(FIGURES_OF_THE_NODE) & (network.node_figures["commodity"] != "")
    if of_node.any():
        row = network.node_figures[of_node].iloc[0]
        raise NetworkError(
            f"table node_figures: {row['figure']} of '{row['node']}' names the commodity "
            f"'{row['commodity']}'; it bounds all commodities together: leave commodity empty"
        )
    unnamed = (network.node_figures["figure"] == "production_kt_per_year") & (network.node_figures["commodity"] == "")
    if unnamed.any():
        node = network.node_figures.loc[unnamed, "node"].iloc[0]
        raise NetworkError(f"table node_figures: production_kt_per_year of '{node}' names no commodity; name it")
    _check_units(network.link_units)


def _check_once(table: str, key: str, rows: pd.DataFrame) -> None:
    backwards = rows["valid_from"] > rows["valid_to"]
    if backwards.any():
        row = rows[backwards].iloc[0]
        raise NetworkError(
            f"table {table}: {row['figure']} of '{row[key]}' holds from {row['valid_from']:%Y-%m-%d} to "
            f"{row['valid_to']:%Y-%m-%d}; swap the two"
        )
    same = [key, "figure", "valid_from", *(["commodity"] if "commodity" in rows else [])]
    twice = rows.duplicated(same)
    if twice.any():
        row = rows[twice].iloc[0]
        raise NetworkError(
            f"table {table}: {row['figure']} of '{row[key]}' is stated twice from the same day; keep one, or give the "
            f"later one its valid_from"
        )


def _check_units(units: pd.DataFrame) -> None:
    if not len(units):
        return
    left = pd.to_numeric(units["units_available"], errors="coerce")
    capacity = pd.to_numeric(units["capacity_kt_per_month"], errors="coerce")
    wrong = ~(np.isfinite(left) & (left >= 0) & (left == left.round()) & np.isfinite(capacity) & (capacity >= 0))
    if wrong.any():
        row = units[wrong].iloc[0]
        raise NetworkError(
            f"table link_units: '{row['link']}' has {row['capacity_kt_per_month']} kt a month with "
            f"{row['units_available']} units left; allowed are numbers, zero or more, units whole"
        )
    for link, steps in units.assign(left=left, capacity=capacity).groupby("link"):
        ordered = steps.sort_values("left")
        if ordered["left"].duplicated().any() or (ordered["capacity"].diff() < 0).any():
            raise NetworkError(
                f"table link_units: the capacity of '{link}' must be stated once for each number of units left and "
                f"not fall where more are left; mend its rows"
            )
        if (ordered.loc[ordered["left"] == 0, "capacity"] > 0).any():
            raise NetworkError(f"table link_units: '{link}' has a capacity with no units left; it must be 0")


def _row(rows: pd.Series[str]) -> object:
    return rows.index[0] + 1 if isinstance(rows.index[0], int | np.integer) else rows.index[0]
