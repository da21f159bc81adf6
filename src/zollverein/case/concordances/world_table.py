"""A world table with fewer regions and sectors: matrix products, no sum lost, and the sums shown."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import NoneType

import numpy as np
import pandas as pd

from zollverein.case.concordances.concordance import Array, Concordance
from zollverein.case.data.world_table import WorldTable
from zollverein.given import require

__all__ = ["Aggregated", "aggregate_table"]


@dataclass(frozen=True, eq=False)
class Aggregated:
    """An aggregated world table and the proof that nothing was lost.

    Attributes
    ----------
    table : with the new regions and sectors, in the order in which the concordances name them; its notes say how
        much trade has become domestic because its two regions are one now.
    totals : what, before_usd_million, after_usd_million, gap_usd_million; a row for each array, category of final
        demand and primary row.
    """

    table: WorldTable
    totals: pd.DataFrame = field(repr=False)


def aggregate_table(table: WorldTable, regions: Concordance | None, sectors: Concordance | None) -> Aggregated:
    """Aggregate a world table by concordances of its regions, of its sectors or of both; None leaves an axis as it is.

    ``Z'[r,t,q,u] = sum W[n,r] V[s,t] Z[n,s,m,v] W[m,q] V[v,u]``, one axis after the other and the last first, so that
    nothing as large as the table is made besides it. Where every weight is one and no two codes meet, figures are moved
    and not multiplied.

    Raises
    ------
    UnknownNameError, InputError : codes of the table that a concordance does not know.
    """
    require("the table", table, WorldTable, "a WorldTable, as adaptors return one")
    for what, by in (("regions", regions), ("sectors", sectors)):
        require(what, by, (Concordance, NoneType), "a Concordance, or None to leave them as they are")
    region_names, W = (table.regions, None) if regions is None else regions.weights(table.regions)
    sector_names, V = (table.sectors, None) if sectors is None else sectors.weights(table.sectors)
    intermediate = table.intermediate
    for axis, weights in ((3, V), (2, W), (1, V), (0, W)):
        intermediate = _along(intermediate, axis, weights)
    final = table.final
    for axis, weights in ((2, W), (1, V), (0, W)):
        final = _along(final, axis, weights)
    smaller = replace(
        table,
        regions=region_names,
        sectors=sector_names,
        intermediate=intermediate,
        final=final,
        primary=_along(_along(table.primary, 2, V), 1, W),
        output=_along(_along(table.output, 1, V), 0, W),
        demand_taxes=_along(table.demand_taxes, 1, W),
        notes=(*table.notes, *_notes(table, regions, sectors)),
    )
    moved = _foreign(table) - _foreign(smaller)
    if W is not None and moved > 0:
        said = f"US$ {moved:,.6g} million of trade between regions that are one now is domestic"
        smaller = replace(smaller, notes=(*smaller.notes, said))
    return Aggregated(smaller, _totals(table, smaller))


def _along(array: Array, axis: int, weights: Array | None) -> Array:
    """``sum_k array[.., k, ..] weights[k, t]`` along an axis, without ever copying the array."""
    if weights is None:
        return array
    if (
        weights.shape[0] == weights.shape[1]
        and ((weights != 0).sum(axis=0) == 1).all()
        and (weights.max(axis=0) == 1).all()
    ):
        order = weights.argmax(axis=0)
        return array if (order == np.arange(len(order))).all() else np.take(array, order, axis=axis)
    before, after = array.shape[:axis], array.shape[axis + 1 :]
    if not after:
        return np.asarray(array @ weights)
    slabs = array.reshape(int(np.prod(before)), array.shape[axis], int(np.prod(after)))
    return np.asarray(np.matmul(weights.T, slabs).reshape(*before, weights.shape[1], *after))


def _notes(table: WorldTable, regions: Concordance | None, sectors: Concordance | None) -> list[str]:
    out = []
    for what, codes, by in (("regions", table.regions, regions), ("sectors", table.sectors, sectors)):
        if by is not None:
            targets, _ = by.weights(codes)
            split = by.splits["source"].isin(codes)
            parted = f", {by.splits['source'][split].nunique()} of them parted by weights" if split.any() else ""
            out.append(f"{len(codes)} {what} became {len(targets)} by concordance '{by.name}'{parted}")
    return out


def _foreign(table: WorldTable) -> float:
    """Sales across borders to users and final demand, US$ million."""
    own = np.arange(len(table.regions))
    home = table.intermediate[own, :, own].sum() + table.final[own, :, own].sum()
    return float(table.intermediate.sum() + table.final.sum() - home)


def _totals(before: WorldTable, after: WorldTable) -> pd.DataFrame:
    def sums(table: WorldTable) -> dict[str, float]:
        return {
            "output": float(table.output.sum()),
            "intermediate use": float(table.intermediate.sum()),
            **{f"final demand {d}": float(table.final[..., k].sum()) for k, d in enumerate(table.demands)},
            **{f"primary {p}": float(table.primary[k].sum()) for k, p in enumerate(table.primaries)},
            **{f"below final demand {p}": float(table.demand_taxes[k].sum()) for k, p in enumerate(table.primaries)},
        }

    was, became = sums(before), sums(after)
    frame = pd.DataFrame({"what": list(was), "before_usd_million": was.values(), "after_usd_million": became.values()})
    return frame.assign(gap_usd_million=frame["after_usd_million"] - frame["before_usd_million"])
