"""The tables of a case's economy from a world input-output table: trade, production, inputs, sectors, regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from zollverein.case.concordances import Aggregation, Concordance, thetas
from zollverein.case.countries import ISO_3166
from zollverein.case.data.country_names import named_countries
from zollverein.case.data.world_table import Array, WorldTable
from zollverein.errors import DataError

__all__ = ["Flows", "WorldCase", "flows_of", "tables_of_world"]

# What is traded below this share of the seller's output is rounding of the publisher's, and left out.
LEAST_SHARE = 1e-12
# ISIC rev 4 divisions of agriculture, mining and manufacturing.
GOODS = tuple(f"{k:02d}" for k in range(1, 34))
TWICE = 2.0
# What publishers call by these codes, and no reader should have to: ICIO, WIOD, ADB; EXIOBASE's five rests.
REST = {
    "ROW": "Rest of the world", "WA": "Rest of Asia and the Pacific", "WE": "Rest of Europe", "WF": "Rest of Africa",
    "WL": "Rest of Latin America", "WM": "Rest of the Middle East",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Flows:
    """A world table as the model takes it: no negative sales, and markets that clear.

    Attributes
    ----------
    sales : (N, S, N) seller, sector, buyer: intermediate and final together. final : (N, S) final spending of buyers.
    output : (N, S). value_added_share : (N, S) of output. coefficients : (N, S, S) region, input, user.
    ledger : what had to be changed: what, region, sector, was_usd_million, now_usd_million.
    """

    sales: Array = field(repr=False)
    final: Array = field(repr=False)
    output: Array = field(repr=False)
    value_added_share: Array = field(repr=False)
    coefficients: Array = field(repr=False)
    ledger: pd.DataFrame = field(repr=False)


@dataclass(frozen=True, eq=False)
class WorldCase:
    """Tables of an economy by name, what moved on the way, and notes for the reader."""

    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    ledger: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()


def flows_of(table: WorldTable) -> Flows:
    """Return a world table without negative final demand, output made anew by the same technology.

    A model of one period has no stocks: what was drawn from them (negative changes in inventories) is taken out of
    final demand, and output is what the rest requires, ``x = (I - A)^-1 f`` with the table's own coefficients, as in
    Costinot and Rodríguez-Clare (2014, Handbook of International Economics, ch. 4). A sector that a region does not
    have takes the world's mean technology, and makes nothing.

    Raises
    ------
    DataError : a sector whose inputs cost more than what it sells, by region and sector.
    """
    N, S = table.output.shape
    demand = table.final.sum(axis=3)
    taken = np.where(demand < 0, demand, 0.0)
    final = demand - taken
    made = table.output
    live = made > 0
    a = np.divide(table.intermediate, made, out=np.zeros_like(table.intermediate), where=live[None, None, :, :])
    a = np.maximum(a, 0.0)
    output = made
    if (taken < 0).any() or (table.intermediate < 0).any():
        square = np.eye(N * S) - a.reshape(N * S, N * S)
        output = np.maximum(np.linalg.solve(square, final.sum(axis=2).reshape(-1)).reshape(N, S), 0.0)
    used = np.asarray(a * output)
    share = np.asarray(1.0 - a.sum(axis=(0, 1)))
    _require_value_added(table, share, live)
    coefficients = np.asarray(a.sum(axis=0).transpose(1, 0, 2))
    _fill_absent(share, coefficients, live, output)
    moved = np.abs(output - table.output) > LEAST_SHARE * table.output.max()
    ledger = [
        ("negative final demand", table.regions[n], table.sectors[s], float(taken[:, s, n].sum()), 0.0)
        for s, n in np.argwhere(taken.sum(axis=0) < 0)
    ] + [
        ("output", table.regions[n], table.sectors[s], float(table.output[n, s]), float(output[n, s]))
        for n, s in np.argwhere(moved)
    ]
    columns = ["what", "region", "sector", "was_usd_million", "now_usd_million"]
    return Flows(
        np.asarray(used.sum(axis=3) + final),
        np.asarray(final.sum(axis=0).T),
        output,
        share,
        coefficients,
        pd.DataFrame(ledger, columns=columns),
    )


def _require_value_added(table: WorldTable, share: Array, live: np.ndarray) -> None:
    wrong = np.argwhere(live & (share <= 0))
    if not wrong.size:
        return
    named = ", ".join(f"{table.regions[n]} {table.sectors[s]} ({share[n, s]:.1%})" for n, s in wrong[:8])
    raise DataError(
        f"{table.dataset} {table.year}: inputs of {len(wrong)} sectors cost as much as what they sell or more, which "
        f"no model of production takes: {named}; merge each with a larger sector in the aggregation file"
    )


def _fill_absent(share: Array, coefficients: Array, live: np.ndarray, output: Array) -> None:
    """Give a sector without output the world's mean technology, in place."""
    for n, s in np.argwhere(~live):
        weights = output[:, s] * live[:, s]
        if weights.sum() > 0:
            coefficients[n, :, s] = np.average(coefficients[:, :, s], axis=0, weights=weights)
            share[n, s] = 1.0 - coefficients[n, :, s].sum()
        else:
            coefficients[n, :, s], share[n, s] = 0.0, 1.0


def tables_of_world(
    table: WorldTable, published: WorldTable, aggregation: Aggregation, to_isic: Concordance | None, source: str
) -> WorldCase:
    """Return the tables of a case's economy.

    Parameters
    ----------
    table : aggregated. published : as it was read, whose sales weigh the elasticities of its industries.
    to_isic : from the publisher's industries to ISIC rev 4 divisions; None: every sector has an elasticity of 4.
    source : key of the publisher in the case's sources.

    Raises
    ------
    DataError : see `flows_of`; a region or sector without output.
    """
    flows = flows_of(table)
    if empty := [r for r, made in zip(table.regions, flows.output.sum(axis=1), strict=True) if made <= 0]:
        raise DataError(f"{table.dataset} {table.year}: region {empty[0]} makes nothing; merge it with another")
    told = f"recipe world: {table.dataset} of {table.year}, aggregated"
    known = {"source": source, "confidence": "derived", "method": told}
    tables = {
        "regions": _regions(table, aggregation, known),
        "sectors": _sectors(table, published, aggregation, to_isic),
        "trade": _trade(table, flows).assign(**known),
        "production": _production(table, flows).assign(**known),
        "inputs": _inputs(table, flows).assign(**known),
    }
    return WorldCase(tables, flows.ledger, _notes(table, flows))


def _notes(table: WorldTable, flows: Flows) -> tuple[str, ...]:
    notes = list(table.notes)
    taken = flows.ledger[flows.ledger["what"] == "negative final demand"]
    if len(taken):
        change = flows.output.sum() / table.output.sum() - 1.0
        off = f"{abs(change):.2%} {'more' if change > 0 else 'less'} than published"
        cells = "1 cell" if len(taken) == 1 else f"{len(taken)} cells"
        notes.append(
            f"US$ {-taken['was_usd_million'].sum():,.0f} million of negative final demand (drawn from stocks) were "
            f"taken out in {cells}; the world's output is {off}"
        )
    return tuple(notes)


def _regions(table: WorldTable, aggregation: Aggregation, known: Mapping[str, str]) -> pd.DataFrame:
    members = aggregation.regions.frame.groupby("target", sort=False)["source"].agg(list).to_dict()
    rows = []
    for region in table.regions:
        # What a table calls its own rest of the world is no country; a region of such alone stands for itself.
        of = [part for part in members[region] if part in ISO_3166 or part in members] or [region]
        rows.append(
            {
                "region": region,
                "name": _called(region, aggregation.region_names.get(region, region)),
                "kind": "country" if len(of) == 1 and of[0] in ISO_3166 else "aggregate",
                "members": ";".join(of) if len(of) > 1 else of[0],
                "union": "",
                "io_coefficients_from": "own",
                **known,
            }
        )
    return pd.DataFrame(rows)


def _called(code: str, name: str) -> str:
    """The name of a region; where it is only the code again, that of the country or of the rest that it stands for."""
    if name != code:
        return name
    return REST.get(code.upper()) or named_countries().get(code, (code,))[0]


def _sectors(
    table: WorldTable, published: WorldTable, aggregation: Aggregation, to_isic: Concordance | None
) -> pd.DataFrame:
    sold = pd.Series(published.output.sum(axis=0), index=list(published.sectors))
    # A concordance may know more codes than the table has.
    held = aggregation.sectors.frame[aggregation.sectors.frame["source"].isin(published.sectors)]
    rows = held.assign(value=held["source"].map(sold) * held["weight"])
    weights = rows.rename(columns={"target": "sector", "source": "code"})[["sector", "code", "value"]]
    if to_isic is None:
        none = {"theta": 4.0, "theta_alternative": 4.0, "source": "own", "confidence": "assumed"}
        none["method"] = "no elasticity is known: 4"
        found = pd.DataFrame([{"sector": s, **none} for s in table.sectors])
        goods = pd.Series(True, index=list(table.sectors))
    else:
        found = thetas(weights, through=to_isic)
        parts = weights.merge(to_isic.frame, left_on="code", right_on="source")
        parts["value"] *= parts["weight"]
        parts["goods"] = parts["value"].where(parts["target"].isin(GOODS), 0.0)
        sums = parts.groupby("sector")[["value", "goods"]].sum()
        goods = sums["goods"] * TWICE >= sums["value"]
    codes = rows.groupby("target", sort=False)["source"].agg(" ".join).to_dict()
    found = found.set_index("sector").loc[list(table.sectors)].reset_index()
    return pd.DataFrame(
        {
            "sector": found["sector"],
            "name": [aggregation.sector_names.get(s, s) for s in found["sector"]],
            "isic_rev4": [f"{published.dataset}: {codes[s]}" for s in found["sector"]],
            "gtap": "",
            "tradable": "yes",
            "kind": ["goods" if goods[s] else "services" for s in found["sector"]],
            "theta": found["theta"],
            "theta_alternative": found["theta_alternative"],
            "alternative_note": "",
            "source": found["source"],
            "confidence": found["confidence"],
            "method": found["method"],
        }
    )


def _trade(table: WorldTable, flows: Flows) -> pd.DataFrame:
    N = len(table.regions)
    least = LEAST_SHARE * flows.output.max()
    abroad = ~np.eye(N, dtype=bool)
    seller, buyer, sector = np.nonzero((flows.sales.transpose(0, 2, 1) > least) & abroad[:, :, None])
    return pd.DataFrame(
        {
            "exporter": np.array(table.regions)[seller],
            "importer": np.array(table.regions)[buyer],
            "sector": np.array(table.sectors)[sector],
            "value_usd_million": flows.sales[seller, sector, buyer],
        }
    )


def _production(table: WorldTable, flows: Flows) -> pd.DataFrame:
    N, S = flows.output.shape
    home = np.einsum("nsn->ns", flows.sales)
    least = LEAST_SHARE * flows.output.max()
    counted = np.where(flows.sales > least, flows.sales, 0.0)
    exports = counted.sum(axis=2) - np.einsum("nsn->ns", counted)
    imports = counted.sum(axis=0).T - np.einsum("nsn->ns", counted)
    absorbed = home + imports
    grids = {
        "gross_output_usd_million": home + exports,
        "value_added_usd_million": (home + exports) * flows.value_added_share,
        "exports_usd_million": exports,
        "imports_usd_million": imports,
        "domestic_sales_usd_million": home,
        "value_added_share": flows.value_added_share,
        "own_trade_share": np.divide(home, absorbed, out=np.ones_like(home), where=absorbed > 0),
    }
    keys = {"region": np.repeat(table.regions, S), "sector": np.tile(table.sectors, N)}
    return pd.DataFrame({**keys, **{name: grid.reshape(-1) for name, grid in grids.items()}})


def _inputs(table: WorldTable, flows: Flows) -> pd.DataFrame:
    n, k, j = np.nonzero(flows.coefficients > 0)
    regions, sectors = np.array(table.regions), np.array(table.sectors)
    share = flows.coefficients[n, k, j]
    return pd.DataFrame({"region": regions[n], "input": sectors[k], "user": sectors[j], "share": share})
