"""A base compiled from its inputs: trade, production, final demand and deficits that fit together, certified."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from zollverein.case.balancing import Balanced
from zollverein.case.building.base_findings import absent_pairs, cells_beyond, reports_at_odds, totals_missed
from zollverein.case.building.base_flows import goods_by_sector, services_by_sector
from zollverein.case.building.base_inputs import BaseInputs, weakest
from zollverein.case.building.base_pairs import balanced_pairs, mirror_of
from zollverein.case.building.base_production import Production, production

__all__ = ["Base", "compiled_base"]

Tell = Callable[[str, float], None]


@dataclass(frozen=True, eq=False)
class Base:
    """What a base is made of.

    Attributes
    ----------
    year : of its inputs. tables : trade, production, final, deficits, pairs and mirror, in the columns of a case.
    steps : certificate and report of every step, by name; production has one per region.
    beyond : cells that balancing moved farther than their errors allow, see `cells_beyond`.
    missed : totals that it misses by more than their errors allow, see `totals_missed`.
    at_odds : pairs whose reports differ by a factor of two or more, and what was taken, see `reports_at_odds`.
    absent : pairs that nobody reports and that count as no trade, see `absent_pairs`.
    """

    year: int
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    steps: Mapping[str, Balanced] = field(repr=False)
    beyond: pd.DataFrame = field(repr=False)
    missed: pd.DataFrame = field(repr=False)
    at_odds: pd.DataFrame = field(repr=False)
    absent: pd.DataFrame = field(repr=False)

    @property
    def report(self) -> pd.DataFrame:
        """Per step: cells, constraints, share_moved_percent, largest_ratio, residual, worst_gap_in_errors."""
        rows = []
        for name, step in self.steps.items():
            soft = step.constraints["gap_in_errors"].abs().max()
            rows.append(
                {
                    "step": name,
                    "cells": int(np.count_nonzero(step.seed)),
                    "constraints": len(step.constraints),
                    "share_moved_percent": 100.0 * step.share_moved,
                    "largest_ratio": step.largest_ratio,
                    "residual": step.residual,
                    "worst_gap_in_errors": soft,
                }
            )
        return pd.DataFrame(rows)


def compiled_base(inputs: BaseInputs, tell: Tell = lambda _what, _share: None) -> Base:
    """Compile a base: pairs, then sectors, then services, then production and what it leaves for final demand.

    Raises
    ------
    CaseError, Infeasible, NotConverged : see each step.
    """
    tell("pairs", 0.0)
    pairs = balanced_pairs(inputs)
    tell("sectors", 0.2)
    goods = goods_by_sector(inputs, pairs)
    tell("services", 0.5)
    services = services_by_sector(inputs, pairs)
    trade = _ordered(inputs, pd.concat([goods.frame, services.frame], ignore_index=True))
    tell("production", 0.6)
    made = production(inputs, trade)
    tables = {
        "trade": trade,
        "production": _production_table(inputs, made),
        "final": _final_table(inputs, made),
        "deficits": _deficits_table(inputs, made),
        "pairs": pairs.frame[["exporter", "importer", "value_usd_million", "source", "confidence", "method"]],
        "mirror": mirror_of(inputs, pairs),
    }
    steps = {"pairs": pairs.balanced, "sectors": goods.balanced, "services": services.balanced}
    steps |= {f"production of {region}": done for region, done in zip(inputs.regions, made.balanced, strict=True)}
    tell("done", 1.0)
    return Base(
        inputs.year, tables, steps,
        beyond=cells_beyond(steps), missed=totals_missed(steps), at_odds=reports_at_odds(inputs, pairs),
        absent=absent_pairs(pairs),
    )  # fmt: skip


def _ordered(inputs: BaseInputs, trade: pd.DataFrame) -> pd.DataFrame:
    rank = {column: dict(zip(labels, range(len(labels)), strict=True)) for column, labels in
            (("exporter", inputs.regions), ("importer", inputs.regions), ("sector", inputs.sectors))}  # fmt: skip
    keys = pd.DataFrame({column: trade[column].map(places) for column, places in rank.items()})
    order = keys.sort_values(list(rank)).index
    return pd.DataFrame(trade.loc[order]).reset_index(drop=True)


def _production_table(inputs: BaseInputs, made: Production) -> pd.DataFrame:
    output = made.output
    added = output * inputs.value_added_share
    absorbed = made.home + made.imports
    own = np.divide(made.home, absorbed, out=np.ones_like(absorbed), where=absorbed > 0)
    columns = {
        "gross_output_usd_million": output,
        "value_added_usd_million": added,
        "exports_usd_million": made.exports,
        "imports_usd_million": made.imports,
        "domestic_sales_usd_million": made.home,
        "value_added_share": inputs.value_added_share,
        "own_trade_share": own,
    }
    target = inputs.gdp_share * added.sum(axis=1, keepdims=True)
    method = [
        [
            f"recipe production: markets clear and GDP is met; value added {100 * (va / aim - 1):+.1f} % off its target"
            if aim > 0
            else "recipe production: markets clear and GDP is met"
            for va, aim in zip(row, aims, strict=True)
        ]
        for row, aims in zip(added, target, strict=True)
    ]
    return _table(inputs, columns, method)


def _final_table(inputs: BaseInputs, made: Production) -> pd.DataFrame:
    share = made.final / made.final.sum(axis=1, keepdims=True)
    method = [
        [f"recipe final: what markets leave after intermediate use; target {aim:.4g}" for aim in row]
        for row in inputs.final_share
    ]
    return _table(inputs, {"share": share}, method)


def _table(inputs: BaseInputs, columns: Mapping[str, np.ndarray], method: list[list[str]]) -> pd.DataFrame:
    """A table by region and sector; sources are those of the activity row and of GDP."""
    known = inputs.activity.set_index(["region", "sector"])[["source", "confidence"]].to_dict("index")
    gdp = inputs.total("gdp")["source"].to_dict()
    rows = []
    for n, region in enumerate(inputs.regions):
        for s, sector in enumerate(inputs.sectors):
            row = known[(region, sector)]
            sources = dict.fromkeys([*str(row["source"]).split(";"), *str(gdp[region]).split(";")])
            rows.append(
                {
                    "region": region,
                    "sector": sector,
                    **{name: grid[n, s] for name, grid in columns.items()},
                    "source": ";".join(sources),
                    "confidence": weakest(["derived", str(row["confidence"])]),
                    "method": method[n][s],
                }
            )
    return pd.DataFrame(rows)


def _deficits_table(inputs: BaseInputs, made: Production) -> pd.DataFrame:
    gdp = inputs.total("gdp")
    exports, imports = made.exports.sum(axis=1), made.imports.sum(axis=1)
    return pd.DataFrame(
        {
            "region": list(inputs.regions),
            "gdp_usd_million": gdp["value_usd_million"].to_numpy(),
            "exports_usd_million": exports,
            "imports_usd_million": imports,
            "deficit_usd_million": imports - exports,
            "final_spending_usd_million": gdp["value_usd_million"].to_numpy() + imports - exports + made.revenue,
            "source": [";".join(dict.fromkeys([*source.split(";"), "own"])) for source in gdp["source"]],
            "confidence": "derived",
            "method": "recipe deficits: imports less exports of goods and services; final spending with tariff revenue",
        }
    )
