"""A case of one's own from a publisher's world table and an aggregation file, in one step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from zollverein.case.building.rebuilt_files import csv_of
from zollverein.case.building.world_case import WorldCase, tables_of_world
from zollverein.case.concordances import (
    Concordance,
    aggregate_table,
    concordance_sources,
    concordances,
    open_concordance,
    read_aggregation,
)
from zollverein.case.copying import as_a_name
from zollverein.case.data.dataset import Dataset
from zollverein.case.data.reading import read_file
from zollverein.case.data.registry import dataset as known_dataset
from zollverein.case.data.sources import source_row
from zollverein.case.data.world_table import WorldTable
from zollverein.case.package import DESCRIPTOR, bundled_cases
from zollverein.case.writing import place_case
from zollverein.errors import InputError

__all__ = ["NewCase", "case_from_world"]

# Whose schemas a new case has; they are the same in every bundled one.
TEMPLATE = "small"
ROOM = "economy"
TITLES = {
    "sources": "Where every figure comes from",
    "regions": "Regions of the economy",
    "sectors": "Sectors and trade elasticities",
    "trade": "Trade between regions by sector",
    "production": "Output, value added and sales at home",
    "inputs": "Input coefficients",
}


@dataclass(frozen=True, eq=False)
class NewCase:
    """A case that was made.

    Attributes
    ----------
    folder : where it lies. totals : what aggregation kept: what, before, after and their gap, US$ million.
    ledger : what had to be changed to make a model of the table. notes : of reading, aggregation and these changes.
    """

    folder: Path
    totals: pd.DataFrame = field(repr=False)
    ledger: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()


def case_from_world(
    folder: str | Path,
    name: str,
    file: str | Path,
    aggregation: str | Path | Mapping[str, Any],
    *,
    year: int | None = None,
    usd_per_eur: float | None = None,
    title: str | None = None,
) -> NewCase:
    """Make a case from a world table: read by its adaptor, aggregated, without negative demand, checked as a whole.

    Parameters
    ----------
    folder : does not exist, or is empty. name : a dataset of kind ``world table``. file : as it was downloaded.
    aggregation : see `read_aggregation`. year : of a file of several. usd_per_eur : for tables in euros.
    title : absent: that of the aggregation file.

    Raises
    ------
    InputError : no such dataset, one that is no world table, or faults of the aggregation file.
    DataError : the file is not what its adaptor reads. CaseError : the case would have faults. OutputError : no place.
    """
    about = known_dataset(name)
    if about.kind != "world table":
        raise InputError(f"{name} holds {about.kind}, and a case is made from a world table; see: zollverein data list")
    published = read_file(name, file, year=year, usd_per_eur=usd_per_eur)
    if not isinstance(published, WorldTable):
        raise InputError(f"{name} gives no world table")
    chosen = read_aggregation(aggregation, published.regions, published.sectors)
    if len(set(chosen.regions.frame["target"])) < 2:
        raise InputError("the aggregation makes one region, which trades with nobody; make two or more")
    merged = aggregate_table(published, chosen.regions, chosen.sectors)
    made = tables_of_world(merged.table, published, chosen, _to_isic(published), about.name)
    notes = tuple(dict.fromkeys([*chosen.notes, *made.notes]))
    called = title or chosen.title or f"{about.title}, {published.year}"
    written = _files(Path(folder), about, published.year, made, called, notes, merged.totals)
    return NewCase(place_case(written, folder), merged.totals, made.ledger, notes)


def _to_isic(published: WorldTable) -> Concordance | None:
    """The shipped concordance from the table's industries to ISIC rev 4, the first that knows all of them."""
    for name in concordances():
        if name.endswith("-to-isic4"):
            found = open_concordance(name)
            if set(published.sectors) <= set(found.sources):
                return found
    return None


def _files(
    folder: Path,
    about: Dataset,
    year: int,
    made: WorldCase,
    title: str,
    notes: tuple[str, ...],
    totals: pd.DataFrame,
) -> dict[str, bytes]:
    """Every file of the case, by path."""
    template = bundled_cases()[TEMPLATE]
    tables = {"sources": _sources(about, year, made), **made.tables}
    listed, out = [], {}
    for table, frame in tables.items():
        path = f"{table}.csv" if table == "sources" else f"{ROOM}/{table}.csv"
        out[path] = csv_of(frame).encode()
        schema = (template / "schemas" / f"{table}.json").read_text(encoding="utf-8")
        out[f"schemas/{table}.json"] = schema.replace("US$ million, 2021", f"US$ million, {year}").encode()
        listed.append(
            {
                "name": table,
                "path": path,
                "title": TITLES[table],
                "profile": "tabular-data-resource",
                "schema": f"schemas/{table}.json",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
            }
        )
    descriptor = {
        "name": as_a_name(folder.name) or "my-case",
        "title": title,
        "description": f"Made from {about.title} ({about.publisher}), year {year}.",
        "profile": "tabular-data-package",
        "base_year": year,
        "resources": listed,
    }
    out[DESCRIPTOR] = (json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n").encode()
    out["README.md"] = _readme(about, year, title, notes, made, totals).encode()
    out["scenarios/first-test.yaml"] = _first_test(made).encode()
    return out


def _sources(about: Dataset, year: int, made: WorldCase) -> pd.DataFrame:
    own = source_row(about, year)
    named = {key for key in ";".join(made.tables["sectors"]["source"]).split(";") if key}
    shipped = concordance_sources()
    others = shipped[shipped["key"].isin(named)]
    return pd.concat([pd.DataFrame([own]), others[list(own)]], ignore_index=True).fillna("")


def _readme(
    about: Dataset, year: int, title: str, notes: tuple[str, ...], made: WorldCase, totals: pd.DataFrame
) -> str:
    lines = [
        f"# {title}",
        "",
        f"Made from {about.title} ({about.publisher}), year {year}. Cite it as: {about.citation}",
        "",
        f"Terms: {about.licence}",
        "",
        "## What was done",
        "",
        *(f"- {note}" for note in notes),
        "- Elasticities are means over ISIC divisions, weighted by output; table `sectors` says of which.",
        "- There are no tariffs in a world table: base tariffs count as zero until you add a table `tariffs`.",
        "",
        "## What aggregation kept",
        "",
        "| total | before | after |",
        "| --- | ---: | ---: |",
        *(
            f"| {row[0]} | {row[1]:,.3f} | {row[2]:,.3f} |"
            for row in totals.iloc[:, :3].itertuples(index=False, name=None)
        ),
        "",
    ]
    return "\n".join(lines)


def _first_test(made: WorldCase) -> str:
    """A scenario to begin with: the largest customer of the first region makes it a tenth dearer to sell there."""
    trade, names = made.tables["trade"], made.tables["regions"].set_index("region")["name"]
    mine = str(names.index[0])
    sold = trade[trade["exporter"] == mine].groupby("importer")["value_usd_million"].sum()
    other = str(sold.idxmax())
    question = (
        f"{names[other]} buys more from {names[mine]} than anybody else. If everything that {names[mine]} sells there "
        f"cost ten percent more to bring across the border, what would it do to real income, here and everywhere else?"
    )
    scenario = {
        "name": "first-test",
        "title": f"Selling to {names[other]} becomes a tenth dearer",
        "question": question,
        "economy": {"iceberg": [{"exporters": [mine], "importers": [other], "factor": 1.1}]},
    }
    return str(yaml.safe_dump(scenario, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False))
