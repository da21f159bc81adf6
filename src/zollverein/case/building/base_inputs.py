"""What a base is compiled from: totals, reports of trade by pair, structures and coefficients, each with its error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.case.case import Case
from zollverein.errors import CaseError

__all__ = ["ACCOUNTS", "INPUT_TABLES", "TOO_FAR", "Array", "BaseInputs", "base_inputs", "relative_errors", "weakest"]

Array = npt.NDArray[np.float64]

INPUT_TABLES = (
    "base_totals", "base_reports", "base_structure", "base_activity", "inputs", "tariffs", "sectors", "regions",
)  # fmt: skip
ACCOUNTS = (
    "gdp", "exports", "imports", "goods_exports", "goods_imports", "services_exports", "services_imports",
)  # fmt: skip
# Relative standard errors, percent, where a row states none of its own: a judgement, the same for every case.
ERROR_PERCENT = {"reported": 1.0, "derived": 5.0, "assumed": 25.0}
CONFIDENCES = tuple(ERROR_PERCENT)
ADDS_UP = 1e-6
# What differs by more is of another unit; no balancing should lay such a thing over everything else.
TOO_FAR = 100.0


@dataclass(frozen=True, eq=False)
class BaseInputs:
    """The inputs of one year, in arrays and frames whose order is that of the case's tables of regions and sectors.

    Attributes
    ----------
    regions : N. goods : traded sectors of goods, G. services : traded services, V. sectors : all, S.
    totals : account by region, index (region, account): value_usd_million, error, source, confidence.
    reports : every report of a pair's goods trade in this year. structure : shares by exporter, importer and kind.
    value_added_share, gdp_share, final_share : (N, S). coefficients : (N, S, S) region, input, user.
    rate : (S, N, N) sector, importer, exporter; tariffs, 0.05 is five percent.
    activity, inputs : the tables they come from, for sources.
    """

    year: int
    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    goods: tuple[str, ...]
    services: tuple[str, ...]
    totals: pd.DataFrame = field(repr=False)
    reports: pd.DataFrame = field(repr=False)
    structure: pd.DataFrame = field(repr=False)
    activity: pd.DataFrame = field(repr=False)
    inputs: pd.DataFrame = field(repr=False)
    value_added_share: Array = field(repr=False)
    gdp_share: Array = field(repr=False)
    final_share: Array = field(repr=False)
    coefficients: Array = field(repr=False)
    rate: Array = field(repr=False)

    def total(self, account: str) -> pd.DataFrame:
        """Return an account by region, those that have it: value_usd_million, error, source, confidence."""
        rows = self.totals[self.totals["account"] == account].set_index("region")
        return rows.reindex([r for r in self.regions if r in rows.index])


def base_inputs(case: Case, year: int | None = None) -> BaseInputs:
    """Read the inputs of a base from a case.

    Parameters
    ----------
    year : absent: the case's base year.

    Raises
    ------
    CaseError : a table or year that the case does not have, a region without GDP, shares that do not fit together.
    """
    if absent := [table for table in INPUT_TABLES if table not in case.tables]:
        raise CaseError(
            f"case '{case.name}' cannot be rebuilt: it has no table {', '.join(absent)}; docs/rebuilding.md says what "
            f"each of them holds"
        )
    totals, reports = case.table("base_totals"), case.table("base_reports")
    known = sorted({int(y) for y in totals["year"]} & {int(y) for y in reports["year"]})
    year = case.base_year if year is None else year
    if year is None or year not in known:
        raise CaseError(f"case '{case.name}' has no inputs of {year}; there are those of {', '.join(map(str, known))}")
    kinds = case.table("sectors").set_index("sector")
    traded = kinds["tradable"] == "yes"
    goods, services = kinds["kind"] == "goods", kinds["kind"] == "services"
    regions, sectors = tuple(case.table("regions")["region"]), tuple(kinds.index)
    activity, inputs = case.table("base_activity"), case.table("inputs")
    value_added = _grid(activity, "base_activity", "value_added_share", regions, sectors)
    coefficients = _coefficients(inputs, regions, sectors)
    _require_costs(value_added, coefficients, regions, sectors)
    totals = totals[totals["year"] == year]
    _require_gdp(totals, regions)
    reports = reports[reports["year"] == year]
    return BaseInputs(
        year, regions, sectors,
        goods=tuple(kinds.index[traded & goods]),
        services=tuple(kinds.index[traded & services]),
        totals=totals.assign(error=relative_errors(totals)),
        reports=reports.assign(error=relative_errors(reports)),
        structure=case.table("base_structure"),
        activity=activity,
        inputs=inputs,
        value_added_share=value_added,
        gdp_share=_shares(_grid(activity, "base_activity", "gdp_share", regions, sectors), "gdp_share", regions),
        final_share=_shares(_grid(activity, "base_activity", "final_share", regions, sectors), "final_share", regions),
        coefficients=coefficients,
        rate=_rates(case.table("tariffs"), regions, sectors),
    )  # fmt: skip


def relative_errors(rows: pd.DataFrame) -> pd.Series[float]:
    """Return relative standard errors: a row's own ``error_percent``, else what its confidence stands for."""
    default = rows["confidence"].map(ERROR_PERCENT)
    own = rows["error_percent"] if "error_percent" in rows else pd.Series(np.nan, index=rows.index)
    return own.astype(float).fillna(default) / 100.0


def weakest(confidences: Sequence[str]) -> str:
    """Return the least sure of several confidences."""
    return max(confidences, key=CONFIDENCES.index)


def _grid(table: pd.DataFrame, name: str, column: str, regions: Sequence[str], sectors: Sequence[str]) -> Array:
    grid = table.pivot_table(index="region", columns="sector", values=column).reindex(
        index=list(regions), columns=list(sectors)
    )
    holes = grid.isna()
    if holes.to_numpy().any():
        region, sector = next((r, s) for r in regions for s in sectors if holes.loc[r, s])
        raise CaseError(f"table {name}: no {column} for region {region}, sector {sector}; add the row")
    return grid.to_numpy(dtype=np.float64)


def _shares(grid: Array, column: str, regions: Sequence[str]) -> Array:
    total = grid.sum(axis=1)
    if (wrong := np.abs(total - 1.0)).max() > ADDS_UP:
        k = int(wrong.argmax())
        raise CaseError(f"table base_activity: the {column}s of {regions[k]} add to {total[k]:.9g}; they must add to 1")
    return np.asarray(grid / total[:, None])


def _coefficients(inputs: pd.DataFrame, regions: Sequence[str], sectors: Sequence[str]) -> Array:
    at = [pd.Index(labels).get_indexer(pd.Index(inputs[column])) for labels, column in
          ((regions, "region"), (sectors, "input"), (sectors, "user"))]  # fmt: skip
    out = np.zeros((len(regions), len(sectors), len(sectors)))
    out[at[0], at[1], at[2]] = inputs["share"].to_numpy(dtype=np.float64)
    return out


def _require_costs(value_added: Array, coefficients: Array, regions: Sequence[str], sectors: Sequence[str]) -> None:
    total = value_added + coefficients.sum(axis=1)
    if (wrong := np.abs(total - 1.0)).max() > ADDS_UP:
        n, s = map(int, np.unravel_index(int(wrong.argmax()), wrong.shape))
        raise CaseError(
            f"region {regions[n]}, sector {sectors[s]}: value added (table base_activity) and table inputs add "
            f"to {total[n, s]:.9g} of gross output; they must add to 1: mend one of them"
        )


def _require_gdp(totals: pd.DataFrame, regions: Sequence[str]) -> None:
    known = set(totals.loc[totals["account"] == "gdp", "region"])
    if absent := [region for region in regions if region not in known]:
        raise CaseError(f"table base_totals: no gdp for {', '.join(absent)}; every region needs one")
    gdp = totals[totals["account"] == "gdp"].set_index("region")["value_usd_million"]
    if (none := gdp[~(gdp > 0)]).size:
        raise CaseError(
            f"table base_totals: gdp of {none.index[0]} is {none.iloc[0]:g}; what it makes and trades must earn it, so "
            f"give its GDP, in US$ million"
        )
    beside = totals["value_usd_million"] / totals["region"].map(gdp)
    for row in totals[beside > TOO_FAR].to_dict("records"):
        raise CaseError(
            f"table base_totals: {row['account']} of {row['region']} is {row['value_usd_million']:,.6g} beside a GDP "
            f"of {gdp[row['region']]:,.6g}, more than {TOO_FAR:.0f} times as much; give both in US$ million"
        )


def _rates(tariffs: pd.DataFrame, regions: Sequence[str], sectors: Sequence[str]) -> Array:
    out = np.zeros((len(sectors), len(regions), len(regions)))
    at = [pd.Index(labels).get_indexer(pd.Index(tariffs[column])) for labels, column in
          ((sectors, "sector"), (regions, "importer"), (regions, "exporter"))]  # fmt: skip
    out[at[0], at[1], at[2]] = tariffs["applied_percent"].to_numpy(dtype=np.float64) / 100.0
    return out
