"""What a reader must know of a base beyond its certificates: what gave way in it, reports at odds, pairs unreported."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from zollverein.case.balancing import Balanced
from zollverein.case.building.base_inputs import BaseInputs
from zollverein.case.building.base_pairs import Pairs, at_border

__all__ = ["absent_pairs", "cells_beyond", "reports_at_odds", "totals_missed"]

# A cell that moved by more standard errors than this, in logarithms, gave way beyond its error; so did a total.
BEYOND_ERRORS = 3.0
# Reports of one flow that differ by this factor are no rounding, no freight and no time of recording.
AT_ODDS = 2.0
# Below this, US$ million, a cell is nothing that anybody reports, whatever it was before.
NOTICED_USD_MILLION = 1.0


def cells_beyond(steps: Mapping[str, Balanced]) -> pd.DataFrame:
    """Return the cells that balancing moved farther than their errors allow, the farthest first.

    How far is ``|log(now / was)|`` over the cell's relative standard error: entropy moves cells by factors, so that one
    driven to next to nothing is as far off as one that grew without measure.

    Returns
    -------
    step, cell (what it is called), was_usd_million, now_usd_million, factor (now over was), errors (infinite where
    nothing is left). Cells below a million US$ both before and after are left out.
    """
    parts = [_beyond(name, step) for name, step in steps.items() if step.cell_errors is not None]
    columns = ["step", "cell", "was_usd_million", "now_usd_million", "factor", "errors"]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return found.sort_values("errors", ascending=False, kind="stable", ignore_index=True)[columns]


def _beyond(name: str, step: Balanced) -> pd.DataFrame:
    was, now = step.seed.ravel(), step.values.ravel()
    errors = np.zeros_like(was) if step.cell_errors is None else step.cell_errors.ravel()
    live = (was > 0) & (errors > 0) & (np.maximum(was, now) >= NOTICED_USD_MILLION)
    with np.errstate(divide="ignore"):
        factor = np.divide(now, was, out=np.ones_like(was), where=live)
        far = np.divide(np.abs(np.log(factor)), errors, out=np.zeros_like(was), where=live)
    at = np.flatnonzero(far > BEYOND_ERRORS)
    labels = step.axes[0].take(at)
    return pd.DataFrame(
        {
            "step": name,
            "cell": [", ".join(map(str, label)) if isinstance(label, tuple) else str(label) for label in labels],
            "was_usd_million": was[at],
            "now_usd_million": now[at],
            "factor": factor[at],
            "errors": far[at],
        }
    )


def totals_missed(steps: Mapping[str, Balanced]) -> pd.DataFrame:
    """Return the totals that a base misses by more than their errors allow, the farthest first.

    Returns
    -------
    step, total (what it is called), stated_usd_million, reached_usd_million, errors.
    """
    parts = []
    for name, step in steps.items():
        missed = step.constraints[step.constraints["gap_in_errors"].abs() > BEYOND_ERRORS]
        parts.append(
            pd.DataFrame(
                {
                    "step": name,
                    "total": missed["constraint"],
                    "stated_usd_million": missed["target"],
                    "reached_usd_million": missed["reached"],
                    "errors": missed["gap_in_errors"].abs(),
                }
            )
        )
    columns = ["step", "total", "stated_usd_million", "reached_usd_million", "errors"]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return found.sort_values("errors", ascending=False, kind="stable", ignore_index=True)


def reports_at_odds(inputs: BaseInputs, pairs: Pairs) -> pd.DataFrame:
    """Return the pairs whose reports differ by a factor of two or more, those farthest apart first.

    Returns
    -------
    exporter, importer, lowest_usd_million, highest_usd_million (free on board), times (infinite from zero), reports
    (who says what, by which source), taken_usd_million (what the base has).
    """
    key = ["exporter", "importer"]
    used = pairs.frame.set_index(key)["value_usd_million"]
    rows = []
    for pair, group in at_border(inputs.reports).groupby(key, sort=False):
        low, high = float(group["fob"].min()), float(group["fob"].max())
        if not high > 0 or high < AT_ODDS * low:
            continue
        said = [
            f"{r['reporter']} {r['fob']:,.6g} ({r['source']}{', preferred' if r['preferred'] else ''})"
            for r in group.to_dict("records")
        ]
        rows.append(
            (
                *pair,
                low,
                high,
                high / low if low > 0 else np.inf,
                "; ".join(said),
                float(used.loc[(str(pair[0]), str(pair[1]))]),
            )
        )
    columns = [*key, "lowest_usd_million", "highest_usd_million", "times", "reports", "taken_usd_million"]
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values("times", ascending=False, kind="stable", ignore_index=True)


def absent_pairs(pairs: Pairs) -> pd.DataFrame:
    """Return the pairs that nobody reports, which count as no trade, and what might be there.

    Returns
    -------
    exporter, importer, could_be_usd_million: what the pair would have if it traded as the reports that there are say of
    its exporter's sales and its importer's purchases, each independent of the other (sales times purchases over all).
    """
    frame = pairs.frame
    sales, purchases = (frame.groupby(side)["reported_usd_million"].sum() for side in ("exporter", "importer"))
    found = frame.loc[frame["absent"], ["exporter", "importer"]].reset_index(drop=True)
    total = float(sales.sum()) or 1.0
    could = sales.reindex(found["exporter"]).to_numpy() * purchases.reindex(found["importer"]).to_numpy() / total
    return found.assign(could_be_usd_million=could)
