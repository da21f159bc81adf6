"""A base's coefficients taken from a publisher's world table, for the regions that the table has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from zollverein.case.building.world_case import Flows, flows_of
from zollverein.case.case import Case
from zollverein.case.concordances import aggregate_table, read_aggregation
from zollverein.case.data.reading import read_file
from zollverein.case.data.registry import dataset as known_dataset
from zollverein.case.data.sources import source_row
from zollverein.case.data.world_table import WorldTable
from zollverein.errors import InputError

__all__ = ["SWAPPED", "Swap", "swapped"]

# What a swap replaces in a case.
SWAPPED = ("inputs", "base_activity", "sources")


@dataclass(frozen=True)
class Swap:
    """A publisher's file in the place of a base's coefficients.

    Attributes
    ----------
    dataset : a world table of the registry. file : as it was downloaded.
    aggregation : to regions and sectors of the case, see `read_aggregation`. year : of a file of several.
    """

    dataset: str
    file: str | Path
    aggregation: str | Path | Mapping[str, Any]
    year: int | None = None


def swapped(case: Case, swap: Swap) -> Case:
    """Return a case whose ``inputs`` and ``base_activity`` are a world table's, where it has the region.

    Regions of the case that the table lacks keep their rows; those of the table that the case lacks are left out.

    Raises
    ------
    InputError : no world table, an aggregation to other sectors than the case's, or to none of its regions.
    DataError : the file is not what its adaptor reads.
    """
    if known_dataset(swap.dataset).kind != "world table":
        raise InputError(f"{swap.dataset} is no world table; coefficients come from one: zollverein data list")
    published = read_file(swap.dataset, swap.file, year=swap.year)
    if not isinstance(published, WorldTable):
        raise InputError(f"{swap.dataset} gives no world table")
    chosen = read_aggregation(swap.aggregation, published.regions, published.sectors)
    table = aggregate_table(published, chosen.regions, chosen.sectors).table
    sectors, regions = list(case.table("sectors")["sector"]), list(case.table("regions")["region"])
    if sorted(table.sectors) != sorted(sectors):
        raise InputError(
            f"the aggregation makes sectors {', '.join(table.sectors)}, and the case has {', '.join(sectors)}; it must "
            f"make these"
        )
    shared = [region for region in regions if region in table.regions]
    if not shared:
        raise InputError(f"the aggregation makes none of the case's regions {', '.join(regions)}; name some of them")
    flows = flows_of(table)
    told = {"source": swap.dataset, "confidence": "derived", "method": f"recipe swap: {swap.dataset} of {table.year}"}
    tables = dict(case.tables)
    for name, rows in (
        ("inputs", _inputs(table, flows, shared, sectors)),
        ("base_activity", _activity(table, flows, shared, sectors)),
    ):
        old = case.table(name)
        kept = old[~old["region"].isin(shared)]
        order = {region: k for k, region in enumerate(regions)}
        both = pd.concat([kept, rows.assign(**told)[list(old.columns)]], ignore_index=True)
        tables[name] = both.sort_values("region", key=lambda r: r.map(order), kind="stable", ignore_index=True)
    sources = case.table("sources")
    if swap.dataset not in set(sources["key"]):
        row = pd.DataFrame([source_row(known_dataset(swap.dataset), table.year)])
        tables["sources"] = pd.concat([sources, row[list(sources.columns)]], ignore_index=True)
    return replace(case, tables=MappingProxyType(tables))


def _inputs(table: WorldTable, flows: Flows, regions: list[str], sectors: list[str]) -> pd.DataFrame:
    at, places = [table.regions.index(r) for r in regions], [table.sectors.index(s) for s in sectors]
    share = flows.coefficients[np.ix_(at, places, places)]
    index = pd.MultiIndex.from_product([regions, sectors, sectors], names=["region", "input", "user"])
    return pd.DataFrame({"share": share.reshape(-1)}, index=index).reset_index()


def _activity(table: WorldTable, flows: Flows, regions: list[str], sectors: list[str]) -> pd.DataFrame:
    at, places = [table.regions.index(r) for r in regions], [table.sectors.index(s) for s in sectors]
    added = flows.output * flows.value_added_share
    grids = {
        "value_added_share": flows.value_added_share,
        "gdp_share": added / added.sum(axis=1, keepdims=True),
        "final_share": flows.final / flows.final.sum(axis=1, keepdims=True),
    }
    index = pd.MultiIndex.from_product([regions, sectors], names=["region", "sector"])
    picked = {name: grid[np.ix_(at, places)].reshape(-1) for name, grid in grids.items()}
    return pd.DataFrame(picked, index=index).reset_index()
