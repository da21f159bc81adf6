"""From a case's tables to the engines: the only place where a table meets an engine."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

import pandas as pd

if TYPE_CHECKING:
    from zollverein.case.case import Case
    from zollverein.corridor import Network
    from zollverein.economy import Economy
    from zollverein.union import Union

__all__ = ["economy_of", "network_of", "union_of"]


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


def _if_there(case: Case, table: str) -> pd.DataFrame | None:
    return case.table(table) if table in case.tables else None


def union_of(case: Case, as_of: date | str | None = None) -> Union:
    """Build the union from memberships, barriers and wedges of a case."""
    from zollverein.union import Union  # noqa: PLC0415

    del as_of
    return Union.from_tables(
        memberships=case.table("memberships"), barriers=case.table("barriers"), wedges=case.table("wedges")
    )
