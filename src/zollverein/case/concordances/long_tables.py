"""Long tables (trade by pair and sector, tariffs, output) with fewer codes: sums conserved, means weighted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.case.concordances.concordance import Concordance
from zollverein.case.concordances.judging import require_known
from zollverein.errors import InputError
from zollverein.given import framed

__all__ = ["aggregate_rows"]

SHOWN = 5


def aggregate_rows(
    frame: pd.DataFrame,
    column: str | Sequence[str],
    concordance: Concordance,
    value: str | Sequence[str] = (),
    *,
    mean_of: str | Sequence[str] = (),
    weighted_by: str | None = None,
    keys: Sequence[str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Replace codes in one or more columns of a long table and add up what falls together.

    Parameters
    ----------
    column : columns with codes of the concordance's source (``exporter`` and ``importer`` at once, for example).
    value : columns that are added up; a code that is parted gives each target its weight's share.
    mean_of : columns that are averaged (a rate, an elasticity), with the weights in column ``weighted_by`` times those
        of the concordance. Averages of what has no weights cannot be formed. ``weighted_by`` is added up too.
    keys : columns that tell rows apart besides; None: all that are left.

    Returns
    -------
    The table: keys, column, value, mean_of and ``weighted_by`` in the order of ``frame``, rows in the order in which
    they first appear. And the totals: what, before, after, gap of every column that is added up.

    Raises
    ------
    InputError : columns that do not exist or hold no numbers; a mean without weights, or with none above zero.
    UnknownNameError, InputError : codes that the concordance does not know.
    """
    frame = framed("to aggregate", frame)
    codes, sums, means = _names(column), _names(value), _names(mean_of)
    if means and weighted_by is None:
        raise InputError(f"the mean of {', '.join(means)} needs weights; name their column in weighted_by")
    if weighted_by is not None and weighted_by not in sums:
        sums = [*sums, weighted_by]
    _require_columns(frame, codes, [*sums, *means])
    left = [name for name in frame.columns if name not in {*codes, *sums, *means}]
    chosen = left if keys is None else list(keys)
    require_known("column", chosen, list(map(str, frame.columns)), "the table to aggregate")
    for name in codes:
        require_known(f"code in column '{name}'", frame[name].unique(), concordance.sources, f"'{concordance.name}'")
    wanted = [name for name in frame.columns if name in {*chosen, *codes, *sums, *means}]
    by = [name for name in wanted if name in {*chosen, *codes}]
    out, weight = _recoded(frame[wanted], codes, concordance)
    if weight is not None:
        out[sums] = out[sums].mul(weight, axis=0)
    if out.duplicated(by).any():
        out = _summed(out, by, sums, means, weighted_by)
    totals = pd.DataFrame(
        {"what": sums, "before": [_total(frame, s) for s in sums], "after": [_total(out, s) for s in sums]}
    )
    return out, totals.assign(gap=totals["after"] - totals["before"])


def _recoded(
    frame: pd.DataFrame, codes: Sequence[str], concordance: Concordance
) -> tuple[pd.DataFrame, npt.NDArray[np.float64] | None]:
    """Rows with their new codes, and the weight of each; None where every code goes whole."""
    out = frame.reset_index(drop=True)
    if concordance.splits.empty:
        target = dict(zip(concordance.frame["source"], concordance.frame["target"], strict=True))
        return out.assign(**{name: out[name].map(target) for name in codes}), None
    rules = concordance.frame.sort_values("source", kind="stable")
    first = pd.Index(rules["source"]).duplicated()
    starts = np.flatnonzero(~first)
    counts = np.diff(np.append(starts, len(rules)))
    sources, targets, shares = pd.Index(rules["source"])[~first], rules["target"].array, rules["weight"].to_numpy()
    weight = np.ones(len(out))
    for name in codes:
        at = sources.get_indexer(pd.Index(out[name]))
        many = counts[at]
        row = np.repeat(np.arange(len(out)), many)
        rule = np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many) + starts[at][row]
        out = out.take(row).reset_index(drop=True)
        out[name] = targets.take(rule)
        weight = weight[row] * shares[rule]
    return out, weight


def _summed(
    rows: pd.DataFrame, by: Sequence[str], sums: Sequence[str], means: Sequence[str], weighted_by: str | None
) -> pd.DataFrame:
    order = list(rows.columns)
    if weighted_by is not None and (rows[weighted_by] < 0).any():
        raise InputError(f"column '{weighted_by}' has weights below zero; a mean takes weights of zero or more")
    products = rows.assign(**{name: rows[name] * rows[weighted_by] for name in means})
    out = products.groupby(list(by), sort=False, dropna=False)[[*sums, *means]].sum().reset_index()
    if means:
        empty = out[weighted_by] == 0
        if empty.any():
            where = out.loc[empty, list(by)].head(SHOWN).to_dict("records")
            told = "; ".join(", ".join(f"{k} {v}" for k, v in row.items()) for row in where)
            raise InputError(
                f"no mean of {', '.join(means)} for {int(empty.sum())} groups whose '{weighted_by}' adds up to zero "
                f"({told}); give them weights above zero, or leave their rows out"
            )
        out[list(means)] = out[list(means)].div(out[weighted_by], axis=0)
    return out[order]


def _require_columns(frame: pd.DataFrame, codes: Sequence[str], numbers: Sequence[str]) -> None:
    require_known("column", [*codes, *numbers], list(map(str, frame.columns)), "the table to aggregate")
    if not codes or not numbers:
        raise InputError("nothing to aggregate; name a column of codes and a column of values or means")
    for name in numbers:
        if not pd.api.types.is_numeric_dtype(frame[name]) or not np.isfinite(frame[name].to_numpy(float)).all():
            raise InputError(f"column '{name}' holds cells that are no finite number; mend them or leave the rows out")


def _names(given: str | Sequence[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _total(frame: pd.DataFrame, name: str) -> float:
    return float(frame[name].sum())
