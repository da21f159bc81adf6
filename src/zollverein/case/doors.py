"""From a case's tables to the engines: the only place where a table meets an engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Literal

import pandas as pd

from zollverein.case.fault import Fault
from zollverein.errors import InputError

if TYPE_CHECKING:
    from zollverein.case.case import Case
    from zollverein.corridor import Network
    from zollverein.economy import Economy
    from zollverein.union import Union

__all__ = ["economy_of", "network_of", "refusals", "union_of"]

# Without these an engine has nothing to stand on; a case may leave a whole room out.
OF_ECONOMY = ("trade", "production", "inputs", "sectors", "tariffs")
OF_NETWORK = ("nodes", "links", "link_figures", "node_figures", "commodities")
OF_UNION = ("memberships", "barriers", "wedges")


def economy_of(case: Case, theta: Literal["theta", "theta_alternative"] = "theta") -> Economy:
    """Build the economy from trade, production, inputs, sectors and tariffs of a case."""
    from zollverein.economy import Economy  # noqa: PLC0415

    key = ["exporter", "importer", "sector"]
    foreign = case.table("trade")[[*key, "value_usd_million"]].rename(columns={"value_usd_million": "value"})
    production = case.table("production")
    home = pd.DataFrame(
        {
            "exporter": production["region"],
            "importer": production["region"],
            "sector": production["sector"],
            "value": production["domestic_sales_usd_million"],
        }
    )
    value_added = production[["region", "sector", "value_added_share"]].set_axis(["country", "sector", "share"], axis=1)
    inputs = case.table("inputs")[["region", "input", "user", "share"]].rename(columns={"region": "country"})
    tariffs = case.table("tariffs")
    rates = tariffs[key].assign(rate_percent=tariffs["applied_percent"])
    elasticities = case.table("sectors")[["sector", theta]].rename(columns={theta: "theta"})
    return Economy.from_tables(
        pd.concat([foreign, home], ignore_index=True),
        theta=elasticities,
        value_added=value_added,
        inputs=inputs,
        tariffs=rates,
    )


def network_of(case: Case) -> Network:
    """Build the network from the corridor's tables; of figures in conflict the preferred row counts."""
    from zollverein.corridor import Network  # noqa: PLC0415

    return Network.from_tables(
        nodes=case.table("nodes"),
        links=case.table("links"),
        link_figures=case.preferred("link_figures").reset_index(drop=True),
        node_figures=case.preferred("node_figures").reset_index(drop=True),
        commodities=case.table("commodities"),
        link_units=_if_there(case, "link_units"),
        quotas=_if_there(case, "quotas"),
        blends=_if_there(case, "blends"),
        observed=_if_there(case, "observed"),
    )


def refusals(case: Case, paths: Mapping[str, str]) -> list[Fault]:
    """Return what the engines refuse of a case, with the file of the table that they name (``paths`` by table)."""
    faults = []
    for tables, door in ((OF_ECONOMY, economy_of), (OF_NETWORK, network_of), (OF_UNION, union_of)):
        if not set(tables) <= set(case.tables):
            continue
        try:
            door(case)
        except InputError as error:
            named = [table for table in paths if re.search(rf"\btable {table}\b", str(error))]
            found, _, rest = str(error).partition("; ")
            allowed = rest.removeprefix("allowed is ") if rest.startswith("allowed is ") else "what the engine takes"
            mend = rest if rest and not rest.startswith("allowed is ") else "mend the figure"
            faults.append(Fault(paths[named[0] if named else tables[0]], None, None, found, allowed, mend))
    return faults


def _if_there(case: Case, table: str) -> pd.DataFrame | None:
    return case.table(table) if table in case.tables else None


def union_of(case: Case, as_of: date | str | None = None) -> Union:
    """Build the union from memberships, barriers and wedges of a case."""
    from zollverein.union import Union  # noqa: PLC0415

    del as_of
    return Union.from_tables(
        memberships=case.table("memberships"), barriers=case.table("barriers"), wedges=case.table("wedges")
    )
