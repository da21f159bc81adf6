"""Trade by pair and sector: goods parted by the structure of exports, services laid along the pairs of goods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from zollverein.case.balancing import Balanced, Constraints, reconcile
from zollverein.case.building.base_inputs import BaseInputs, weakest
from zollverein.case.building.base_pairs import Pairs
from zollverein.errors import CaseError, Infeasible

__all__ = ["Flows", "goods_by_sector", "services_by_sector"]

# How far a share of a pair's goods, and a sector's share in all exports of a region, may be off: judgements.
SHARE_ERROR, STRUCTURE_ERROR = 0.25, 0.10
# Services have no report by pair: how they spread over partners is a guess.
SERVICES_ERROR = 0.50
SMALLEST_USD_MILLION = 1e-9
PAIR = ["exporter", "importer"]


@dataclass(frozen=True, eq=False)
class Flows:
    """Trade by pair and sector in the columns of a case's table, and the certificate of its balancing."""

    frame: pd.DataFrame = field(repr=False)
    balanced: Balanced = field(repr=False)


def goods_by_sector(inputs: BaseInputs, pairs: Pairs) -> Flows:
    """Part each pair's goods by sector: the pair's own shares if it has any, else its exporter's, fitted to both.

    Every pair keeps its total exactly; each exporter's structure holds within an error.
    """
    shares = _shares_of_pairs(inputs, "goods", inputs.goods)
    totals = pairs.frame[[*PAIR, "value_usd_million", "source", "confidence"]].rename(
        columns={"value_usd_million": "pair", "source": "pair_source", "confidence": "pair_confidence"}
    )
    cells = totals[totals["pair"] > 0].merge(shares, on=PAIR)
    cells["seed"] = cells["pair"] * cells["share"]
    cells = cells[cells["seed"] > SMALLEST_USD_MILLION].reset_index(drop=True)
    structure = _structure(inputs, "goods", inputs.goods)
    exports = totals.groupby("exporter")["pair"].sum()
    aims = structure * exports.reindex(structure.index.get_level_values("exporter")).to_numpy()
    live = pd.MultiIndex.from_frame(cells[["exporter", "sector"]].drop_duplicates())
    aims = aims[aims.index.isin(live) & (aims > 0)]
    constraints = Constraints.sums(
        cells[PAIR], cells.groupby(PAIR)["pair"].first(), what="goods of"
    ) + Constraints.sums(cells[["exporter", "sector"]], aims, relative_error=STRUCTURE_ERROR, what="exports of")
    seed = pd.Series(cells["seed"].to_numpy(), index=_names(cells))
    balanced = reconcile(seed, constraints, cell_errors=np.full(len(cells), SHARE_ERROR))
    method = [
        f"recipe sectors: pair {row.pair_confidence}, shares {row.confidence} ({row.method}), fitted to the exporter's "
        f"structure"
        for row in cells.itertuples()
    ]
    return Flows(_frame(cells, balanced, method), balanced)


def services_by_sector(inputs: BaseInputs, pairs: Pairs) -> Flows:
    """Lay what each region sells and buys of services along its goods trade, parted by the exporter's structure."""
    goods = pairs.frame[[*PAIR, "value_usd_million"]]
    sells, buys = inputs.total("services_exports"), inputs.total("services_imports")
    cells = goods[goods["exporter"].isin(sells.index) & goods["importer"].isin(buys.index)].reset_index(drop=True)
    laid = cells["value_usd_million"].clip(lower=SMALLEST_USD_MILLION)
    share = laid / laid.groupby(cells["exporter"]).transform("sum")
    seed = share * cells["exporter"].map(sells["value_usd_million"])
    constraints = Constraints.stack(
        [
            *_sides(inputs, cells, {"exporter": "services_exports", "importer": "services_imports"}),
            *_sides(inputs, cells, {"exporter": "exports", "importer": "imports"}, less=goods),
        ]
    )
    named = pd.Series(seed.to_numpy(), index=pd.Index(cells["exporter"] + " to " + cells["importer"], name="pair"))
    balanced = reconcile(named, constraints, cell_errors=np.full(len(cells), SERVICES_ERROR))
    structure = _structure(inputs, "services", inputs.services).rename("share").reset_index()
    sources = inputs.structure[(inputs.structure["kind"] == "services") & inputs.structure["importer"].isna()]
    parts = (
        cells[PAIR].assign(total=balanced.values)
        .merge(structure, on="exporter")
        .merge(sources[["exporter", "sector", "source", "confidence"]], on=["exporter", "sector"])
    )  # fmt: skip
    parts["pair_source"] = [
        _joined(sells.loc[a, "source"], buys.loc[b, "source"])
        for a, b in zip(parts["exporter"], parts["importer"], strict=True)
    ]
    parts["pair_confidence"] = [
        weakest(["derived", sells.loc[a, "confidence"], buys.loc[b, "confidence"], "assumed"])
        for a, b in zip(parts["exporter"], parts["importer"], strict=True)
    ]
    parts["value"] = parts["total"] * parts["share"]
    # Where no goods are traded next to nothing was laid; what is left of it is no trade.
    parts = parts[parts["value"] > SMALLEST_USD_MILLION].reset_index(drop=True)
    method = [
        "recipe services: totals of exports and imports spread like goods of the pair, exporter's structure"
    ] * len(parts)
    return Flows(_frame(parts, None, method), balanced)


def _sides(
    inputs: BaseInputs, cells: pd.DataFrame, accounts: Mapping[str, str], less: pd.DataFrame | None = None
) -> Iterator[Constraints]:
    """What regions sell and buy; of totals that count goods as well, what the goods balanced so far leave.

    Totals of the balance of payments and goods of the customs do not quite fit each other: the error stays that of the
    whole total. One that leaves nothing says nothing of services.
    """
    for side, account in accounts.items():
        totals = inputs.total(account)
        totals = totals[totals.index.isin(cells[side])]
        aims = totals["value_usd_million"]
        if less is not None:
            aims = aims - less.groupby(side)["value_usd_million"].sum().reindex(aims.index)
        sure = aims[(aims <= 0) & (totals["error"] == 0)]
        if len(sure):
            region, total = sure.index[0], float(totals.loc[sure.index[0], "value_usd_million"])
            raise Infeasible(
                f"{account} of {region} are {total:,.6g} for sure (table base_totals), and its goods alone make "
                f"{total - sure.iloc[0]:,.6g}; give one of the two an error, or mend it"
            )
        errors = (totals["error"] * totals["value_usd_million"])[aims > 0]
        if len(errors):
            yield Constraints.sums(cells[side], aims[aims > 0], error=errors, what=f"services among {account} of")


def _shares_of_pairs(inputs: BaseInputs, kind: str, sectors: Sequence[str]) -> pd.DataFrame:
    """Shares for every pair: its own rows of structure, else those of its exporter with all partners."""
    rows = inputs.structure[inputs.structure["kind"] == kind]
    columns = ["sector", "share", "source", "confidence", "method"]
    own = rows[rows["importer"].notna()][[*PAIR, *columns]]
    general = rows[rows["importer"].isna()][["exporter", *columns]]
    if lacking := [r for r in inputs.regions if r not in set(general["exporter"])]:
        raise CaseError(
            f"table base_structure: no {kind} of {lacking[0]} with all partners (rows with an empty importer); add them"
        )
    pairs = pd.MultiIndex.from_product([inputs.regions, inputs.regions], names=PAIR).to_frame(index=False)
    with_own = pd.MultiIndex.from_frame(own[PAIR].drop_duplicates())
    others = pairs[~pd.MultiIndex.from_frame(pairs).isin(with_own) & (pairs["exporter"] != pairs["importer"])]
    out = pd.concat([own, others.merge(general, on="exporter")], ignore_index=True)
    if strange := sorted(set(out["sector"]) - set(sectors)):
        raise CaseError(f"table base_structure: sector '{strange[0]}' is not among traded {kind}: {', '.join(sectors)}")
    return out


def _structure(inputs: BaseInputs, kind: str, sectors: Sequence[str]) -> pd.Series[float]:
    rows = inputs.structure[(inputs.structure["kind"] == kind) & inputs.structure["importer"].isna()]
    shares = rows[rows["sector"].isin(sectors)].set_index(["exporter", "sector"])["share"].astype(float)
    return shares / shares.groupby(level="exporter").transform("sum")


def _names(cells: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(cells[[*PAIR, "sector"]])


def _frame(cells: pd.DataFrame, balanced: Balanced | None, method: Sequence[str]) -> pd.DataFrame:
    value = cells["value"].to_numpy() if balanced is None else balanced.values
    sources = [_joined(a, b) for a, b in zip(cells["pair_source"], cells["source"], strict=True)]
    confidence = [
        weakest(["derived", a, b]) for a, b in zip(cells["pair_confidence"], cells["confidence"], strict=True)
    ]
    return cells[[*PAIR, "sector"]].assign(
        value_usd_million=value, source=sources, confidence=confidence, method=list(method)
    )


def _joined(*sources: str) -> str:
    return ";".join(dict.fromkeys(part for source in sources for part in str(source).split(";")))
