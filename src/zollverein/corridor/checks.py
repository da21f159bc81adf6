"""What must hold of a network's tables before anything is routed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zollverein.corridor.catalogue import FIGURES_OF_THE_NODE, LINK_FIGURES, NODE_FIGURES
from zollverein.corridor.network import Network
from zollverein.corridor.plausibility import mixed_units
from zollverein.errors import NetworkError, UnknownNameError

__all__ = ["check_references", "check_values"]

# A pipeline system of the size of the world's oil trade; beyond it a figure is in tonnes, or per day.
LARGEST_KT_PER_YEAR = 5_000_000.0
HIGHEST_USD_PER_T = 1_000_000.0
LONGEST_DAYS = 3_660.0


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
        ("quotas", "link", links),
        ("observed", "target", [*links, *nodes]),
        ("blends", "node", nodes),
        ("blends", "component", network.commodities.index),
        ("blends", "blend", network.commodities.index),
    ):
        values = getattr(network, table)[column]
        unknown = values[~values.isin(list(known))]
        if len(unknown):
            raise UnknownNameError(column, str(unknown.iloc[0]), known, f"table {table}, row {_row(unknown)}")
    for table in ("node_figures", "link_figures", "quotas", "observed"):
        named = getattr(network, table)["commodity"]
        unknown = named[(named != "") & ~named.isin(network.commodities.index)]
        if len(unknown):
            where = f"table {table}, row {_row(unknown)}"
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
            ((rows["figure"] == "load_share") & (value > 1), "a share, 0 to 1"),
            ((rows["figure"] == "transit_days") & (value != value.round()), "whole days"),
            (rows["figure"].str.endswith("_days") & (value > LONGEST_DAYS), f"at most {LONGEST_DAYS:,.0f} days"),
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
    _check_commodity_of_links(network)
    _check_units(network.link_units)
    _check_quotas(network.quotas)
    _check_blends(network.blends)
    _check_number("observed", network.observed, "kt_per_year", LARGEST_KT_PER_YEAR)
    twice = network.observed.duplicated(["target", "commodity"])
    if twice.any():
        raise NetworkError(
            f"table observed names '{network.observed.loc[twice, 'target'].iloc[0]}' twice; keep one row"
        )
    _check_fleets(network)
    mixed = mixed_units(network)
    if mixed:
        raise NetworkError("units are mixed up: " + "; ".join(mixed) + "; mend the unit (0 closes a link or a field)")


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


def _check_commodity_of_links(network: Network) -> None:
    rows = network.link_figures
    is_right, named = rows["figure"] == "right_kt_per_year", rows["commodity"] != ""
    if (is_right & ~named).any():
        link = rows.loc[is_right & ~named, "link"].iloc[0]
        raise NetworkError(f"table link_figures: right_kt_per_year of '{link}' names no commodity; name it")
    if (named & ~is_right).any():
        row = rows[named & ~is_right].iloc[0]
        raise NetworkError(
            f"table link_figures: {row['figure']} of '{row['link']}' names the commodity '{row['commodity']}'; it "
            f"is of all commodities: leave commodity empty, or use right_kt_per_year"
        )


def _check_number(table: str, rows: pd.DataFrame, column: str, most: float) -> None:
    value = pd.to_numeric(rows[column], errors="coerce")
    wrong = ~(np.isfinite(value) & (value >= 0) & (value <= most))
    if wrong.any():
        row = rows[wrong].iloc[0]
        raise NetworkError(
            f"table {table}, row {_row(rows.loc[wrong, column])}: {column} is {row[column]}; allowed is zero or more, "
            f"at most {most:,.0f}"
        )


FLEET = ("vehicles", "vehicle_load_t", "trips_per_year")


def _check_fleets(network: Network) -> None:
    told = {figure: network.links_with(figure) for figure in FLEET}
    for link in sorted(set().union(*told.values())):
        missing = [figure for figure in FLEET if link not in told[figure]]
        if missing:
            raise NetworkError(
                f"table link_figures: the fleet of '{link}' lacks {', '.join(missing)}; a fleet carries vehicles times "
                f"load times trips: add what is missing"
            )


def _check_quotas(quotas: pd.DataFrame) -> None:
    _check_number("quotas", quotas, "kt_per_year", LARGEST_KT_PER_YEAR)
    unnamed = quotas["quota"].isna() | (quotas["quota"].astype(str).str.strip() == "")
    if unnamed.any():
        raise NetworkError(f"table quotas, row {_row(quotas.loc[unnamed, 'quota'])}: it has no name; name the quota")
    wrong = ~quotas["counted"].isin(["year", "period"])
    if wrong.any():
        named = quotas.loc[wrong, "counted"]
        raise NetworkError(f"table quotas, row {_row(named)}: counted is '{named.iloc[0]}'; allowed is year or period")
    for name, rows in quotas.groupby("quota"):
        if len(rows[["kt_per_year", "counted"]].drop_duplicates()) > 1:
            raise NetworkError(
                f"table quotas: the rows of '{name}' state different figures; it is one quota on the sum of its links: "
                f"give all its rows the same kt_per_year and counted"
            )
        if rows.duplicated(["link", "commodity"]).any():
            raise NetworkError(f"table quotas: '{name}' names a link twice; keep one row")


def _check_blends(blends: pd.DataFrame) -> None:
    for column, most in (("share_min", 1.0), ("share_max", 1.0), ("cost_usd_per_t", HIGHEST_USD_PER_T)):
        _check_number("blends", blends, column, most)
    for number, row in enumerate(blends.to_dict("records"), start=1):
        if row["share_min"] > row["share_max"]:
            raise NetworkError(
                f"table blends, row {number}: share_min is {row['share_min']:g} and share_max {row['share_max']:g}; "
                f"swap the two"
            )
        if row["component"] == row["blend"]:
            raise NetworkError(f"table blends, row {number}: '{row['blend']}' is blended of itself; name another blend")
    key = ["node", "blend"]
    if blends.duplicated([*key, "component"]).any():
        twice = blends[blends.duplicated([*key, "component"])].iloc[0]
        raise NetworkError(
            f"table blends: {twice['component']} stands twice in {twice['blend']} at '{twice['node']}'; keep one"
        )
    for (node, blend), rows in blends.groupby(key):
        if rows["share_min"].sum() > 1.0 + 1e-9 or rows["share_max"].sum() < 1.0 - 1e-9:
            raise NetworkError(
                f"table blends: the shares of {blend} at '{node}' cannot add to one: at least "
                f"{rows['share_min'].sum():g}, at most {rows['share_max'].sum():g}; mend share_min or share_max"
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
