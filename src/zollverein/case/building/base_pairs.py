"""Trade in goods by pair: one figure from several reports, then all balanced against what regions trade in all."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import sparse

from zollverein.case.balancing import Balanced, Constraints, reconcile
from zollverein.case.building.base_inputs import TOO_FAR, BaseInputs, weakest
from zollverein.errors import CaseError

__all__ = ["CIF_OVER_FOB", "Pairs", "at_border", "balanced_pairs", "mirror_of"]

# Freight and insurance on the way, where only the value at the importer's border is known: the usual round figure of
# trade statistics (IMF Direction of Trade Statistics takes 1.06, older practice 1.10); an assumption of every case.
CIF_OVER_FOB = 1.05
# No two statistical offices agree closer than this, whatever each of them says of itself.
LEAST_ERROR = 1e-3
DISAGREE_BY = 0.005
MIRROR = (
    "exporter", "importer", "exporter_report_usd_million", "importer_report_usd_million", "value_used_usd_million",
    "source", "confidence", "method",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Pairs:
    """Goods trade by pair.

    Attributes
    ----------
    frame : exporter, importer, reported_usd_million (fob, before balancing), error (relative), value_usd_million,
        source, confidence, method, absent (nobody reports it); in the order of regions, a row for every two of them.
    balanced : certificate and report of the balancing.
    """

    frame: pd.DataFrame = field(repr=False)
    balanced: Balanced = field(repr=False)


def balanced_pairs(inputs: BaseInputs) -> Pairs:
    """Return goods trade of every pair, free on board, balanced to totals of exports and imports.

    A pair's figure is its preferred report, its error that of the report or half the relative spread of all reports
    that are as well known, whichever is larger. Totals count with errors of their own, so that what is well known
    stays and what is assumed gives way.

    Raises
    ------
    CaseError : a pair that no region stands for. Infeasible, NotConverged : see `reconcile`.
    """
    cells = _estimates(inputs)
    sides = [Constraints(sparse.csr_array((0, len(cells))), np.zeros(0), np.zeros(0), ())]
    for account, side in (("goods_exports", "exporter"), ("goods_imports", "importer")):
        totals = inputs.total(account)
        if len(totals):
            sides.append(
                Constraints.sums(
                    cells[side], totals["value_usd_million"], relative_error=totals["error"], what=f"{account} of"
                )
            )
    seed = pd.Series(
        cells["reported_usd_million"].to_numpy(),
        index=pd.Index(cells["exporter"] + " to " + cells["importer"], name="pair"),
    )
    balanced = reconcile(seed, Constraints.stack(sides), cell_errors=cells["error"].to_numpy())
    cells["value_usd_million"] = balanced.values
    cells["method"] = _told(cells)
    moved = ~np.isclose(cells["value_usd_million"], cells["reported_usd_million"], rtol=DISAGREE_BY, atol=1e-9)
    # A report that balancing had to move is no longer what was reported.
    cells["confidence"] = cells["confidence"].mask((cells["confidence"] == "reported") & moved, "derived")
    return Pairs(cells, balanced)


def at_border(reports: pd.DataFrame) -> pd.DataFrame:
    """Return reports with a column ``fob``: their value at the exporter's border, US$ million."""
    factor = np.where(reports["basis"] == "cif", 1.0 / CIF_OVER_FOB, 1.0)
    return reports.assign(fob=factor * reports["value_usd_million"])


def _estimates(inputs: BaseInputs) -> pd.DataFrame:
    """One row for every two regions: what is reported, free on board, and how far that may be off."""
    regions = list(inputs.regions)
    reports = at_border(inputs.reports)
    for column in ("exporter", "importer"):
        if strange := sorted(set(reports[column]) - set(regions)):
            raise CaseError(f"table base_reports: {column} '{strange[0]}' is no region of the case; add it to regions")
    if (own := reports["exporter"] == reports["importer"]).any():
        region = reports.loc[own, "exporter"].iloc[0]
        raise CaseError(f"table base_reports: {region} is reported to trade with itself; drop that row")
    chosen = reports[reports["preferred"]].set_index(["exporter", "importer"])
    _require_traders(inputs, chosen)
    spread = _spread(reports, chosen)
    pairs = pd.MultiIndex.from_product([regions, regions], names=["exporter", "importer"])
    pairs = pairs[pairs.get_level_values(0) != pairs.get_level_values(1)]
    rows = chosen.reindex(pairs)
    cif = rows["basis"] == "cif"
    confidence = rows["confidence"].mask(cif & (rows["confidence"] == "reported"), "derived").fillna("assumed")
    return pd.DataFrame(
        {
            "reported_usd_million": rows["fob"].fillna(0.0),
            "error": pd.concat([rows["error"], spread.reindex(pairs)], axis=1)
            .max(axis=1)
            .fillna(1.0)
            .clip(lower=LEAST_ERROR),
            "source": rows["source"].fillna("own"),
            "confidence": confidence,
            "method": rows["method"].fillna(""),
            "cif": cif,
            "absent": rows["fob"].isna(),
        }
    ).reset_index()


def _require_traders(inputs: BaseInputs, chosen: pd.DataFrame) -> None:
    """Refuse a total of exports or imports that no report makes up, or that reports make nonsense of."""
    for account, side in (("goods_exports", "exporter"), ("goods_imports", "importer")):
        totals = inputs.total(account)["value_usd_million"]
        sums = chosen["fob"].groupby(level=side).sum()
        for region, total in totals.items():
            reported = float(sums.get(region, 0.0))
            said = f"table base_totals has {account} of {total:,.6g} for {region} in {inputs.year}"
            if total > 0 and not reported > 0:
                raise CaseError(f"{said}, and no row of base_reports has it as {side}; add its pairs")
            if reported > TOO_FAR * total:
                mend = "mend the unit" if total > 0 else "give the total, or drop its row if it is not known"
                raise CaseError(f"{said}, and its rows as {side} of base_reports add up to {reported:,.6g}; {mend}")
            if total > TOO_FAR * reported:
                raise CaseError(
                    f"{said}, and its rows as {side} of base_reports add up to {reported:,.6g} only; mend the unit, or "
                    f"add its pairs"
                )


def _spread(reports: pd.DataFrame, chosen: pd.DataFrame) -> pd.Series[float]:
    """Half the relative distance of the farthest report that is known as well as the preferred one."""
    beside = reports.join(chosen[["fob", "confidence"]].add_prefix("preferred_"), on=["exporter", "importer"])
    equal = beside[(beside["confidence"] != "assumed") | (beside["preferred_confidence"] == "assumed")]
    larger = equal[["fob", "preferred_fob"]].max(axis=1).replace(0.0, np.nan)
    gap = (equal["fob"] - equal["preferred_fob"]).abs() / larger / 2.0
    widest: pd.Series[float] = gap.groupby([equal["exporter"], equal["importer"]]).max().fillna(0.0)
    return widest


def _told(cells: pd.DataFrame) -> list[str]:
    """The recipe of each pair, with what balancing did to it."""
    out = []
    for row in cells.to_dict("records"):
        if row["absent"]:
            out.append("recipe pairs: no report of this pair, taken as no trade")
            continue
        parts = [str(row["method"])] if row["method"] else []
        if row["cif"]:
            parts.append(f"cif / {CIF_OVER_FOB:g}")
        was, now = float(row["reported_usd_million"]), float(row["value_usd_million"])
        change = now / was - 1.0 if was else 0.0
        parts.append(
            f"balanced to totals of regions, moved {100 * change:+.2f} %" if change else "as balanced: unmoved"
        )
        out.append(f"recipe pairs: {'; '.join(parts)}")
    return out


def mirror_of(inputs: BaseInputs, pairs: Pairs) -> pd.DataFrame:
    """Return pairs that exporter and importer both report: what each says, and what the base takes."""
    key = ["exporter", "importer"]
    first = inputs.reports.sort_values("preferred", ascending=False, kind="stable").drop_duplicates([*key, "reporter"])
    columns = ["value_usd_million", "source", "confidence", "basis"]
    sides = {side: first[first["reporter"] == side].set_index(key)[columns].add_suffix(f"_{side}") for side in key}
    order = pd.MultiIndex.from_frame(pairs.frame[key])
    both = sides["exporter"].join(sides["importer"], how="inner")
    both = both.loc[order[order.isin(both.index)]]
    used = pairs.frame.set_index(key)["value_usd_million"]
    rows = pd.DataFrame(
        {
            "exporter_report_usd_million": both["value_usd_million_exporter"],
            "importer_report_usd_million": both["value_usd_million_importer"],
            "value_used_usd_million": used.reindex(both.index),
            "source": [
                ";".join(dict.fromkeys([*str(a).split(";"), *str(b).split(";")]))
                for a, b in zip(both["source_exporter"], both["source_importer"], strict=True)
            ],
            "confidence": [
                weakest(["derived", str(a), str(b)])
                for a, b in zip(both["confidence_exporter"], both["confidence_importer"], strict=True)
            ],
            "method": "recipe mirror: both reports beside the balanced pair; the importer's is "
            + both["basis_importer"],
        },
        index=both.index,
    )
    return rows.reset_index()[list(MIRROR)]
