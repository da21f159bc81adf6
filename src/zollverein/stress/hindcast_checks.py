"""What must hold of the tables of history before anything is routed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from zollverein.case import Case
from zollverein.errors import CaseError, UnknownNameError

__all__ = ["check_inputs", "check_measures", "parts"]

ROUTE_KINDS = ("route", "route_gain")


def check_measures(case: Case, measures: pd.DataFrame, variants: Sequence[str], episode: str, exporter: str) -> None:
    """Raise unless every measure asks for something that there is.

    Raises
    ------
    UnknownNameError, CaseError : an exporter, a variant or a target that is none.
    """
    exporters = case.table("commodities")["exporter"]
    if exporter not in set(exporters):
        raise UnknownNameError("exporter", exporter, exporters.unique(), f"episode {episode}")
    routes = case.table("routes")["route"]
    figures = case.table("node_figures")
    fields = figures.loc[figures["figure"] == "production_kt_per_year", "node"].unique()
    for row in measures.to_dict("records"):
        where = f"table hindcast_observed, episode {episode}, measure {row['measure']}"
        for name in parts(row["variants"]):
            if name not in variants:
                raise UnknownNameError("variant", name, variants, where)
        targets = parts(row["target"])
        if row["kind"] in ROUTE_KINDS:
            if len(targets) != 1:
                raise CaseError(f"{where} is a {row['kind']} and names {len(targets)} targets; name one route")
            if targets[0] not in set(routes):
                raise UnknownNameError("route", targets[0], routes, where)
        elif row["kind"] == "rerouted" and targets:
            raise CaseError(f"{where} is what all routes gain; leave target empty, or ask route_gain")
        else:
            for name in targets:
                if name not in set(fields):
                    raise UnknownNameError("field", name, fields, where)


def check_inputs(rows: pd.DataFrame, carried: str, outages: Sequence[str]) -> None:
    """Raise unless outages have a size and a first day, and the last level of a route is stated once.

    Raises
    ------
    CaseError : the row, what it lacks and what to do.
    """
    for row in rows[rows["figure"].isin(outages)].to_dict("records"):
        where = f"hindcast_inputs.csv, row {row['row']}: {row['figure']} of '{row['target']}'"
        if pd.isna(row["value"]) or pd.isna(row["valid_from"]):
            lacking = "value" if pd.isna(row["value"]) else "valid_from"
            raise CaseError(f"{where} has no {lacking}; an outage has a size and a first day: give it")
        if row["figure"] == "units_lost" and float(row["value"]) != round(float(row["value"])):
            raise CaseError(f"{where} is {row['value']:g}; allowed are whole units")
    levels = rows[rows["figure"] == carried]
    twice = levels["target"].duplicated()
    if twice.any():
        again = levels[twice].iloc[0]
        raise CaseError(
            f"hindcast_inputs.csv, row {again['row']}: {carried} of '{again['target']}' stands twice; keep one row"
        )


def parts(cell: object) -> list[str]:
    """Return the names in a cell, parted by semicolons; none in an empty one."""
    return [part.strip() for part in cell.split(";") if part.strip()] if isinstance(cell, str) else []
