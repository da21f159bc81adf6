"""The rows that an estimation rests on, and a ledger of those that it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from zollverein.errors import GravityError
from zollverein.gravity.design import CONSTANT, HETERO, Design, grouped, selected
from zollverein.gravity.panel import Bools, Floats, Ints, Panel
from zollverein.gravity.projection import FixedEffects
from zollverein.gravity.separation import separated
from zollverein.gravity.terms import regressor_columns

__all__ = ["Sample", "sample_of"]

GIVEN, USED = "given", "used"
YEARS, HOME, MISSING = "outside the years", "domestic sales dropped", "a regressor is missing"
EMPTY, BY_REGRESSORS, SINGLE = "separated: no trade in a group", "separated: regressors and effects", "singleton"
REASONS = (YEARS, HOME, MISSING, EMPTY, BY_REGRESSORS, SINGLE)


@dataclass(frozen=True)
class Sample:
    """What is fitted, n rows with k regressors.

    Attributes
    ----------
    trade : (n,) over its mean. unit : that mean, in the panel's unit; nothing that is estimated depends on it.
    x : (n, k). names : of the regressors.
    effects : the fixed effects. families : their names. labels : for each, a frame with a row a group.
    clusters : for each dimension of clustering, (n,) the cluster of a row.
    keys : exporter, importer, year [, sector] of the rows.
    ledger : reason, rows. left_out : exporter, importer, year [, sector], trade, reason, group: every row that was
        separated or a singleton, with the group that made it one.
    """

    trade: Floats = field(repr=False)
    unit: float
    x: Floats = field(repr=False)
    names: tuple[str, ...]
    effects: FixedEffects = field(repr=False)
    families: tuple[str, ...]
    labels: tuple[pd.DataFrame, ...] = field(repr=False)
    clusters: tuple[Ints, ...] = field(repr=False)
    keys: pd.DataFrame = field(repr=False)
    ledger: pd.DataFrame
    left_out: pd.DataFrame = field(repr=False)


def sample_of(panel: Panel, design: Design) -> Sample:
    """Return the rows that a design can be estimated on.

    Left out, in this order: other years, domestic sales if the design drops them, rows with a regressor that is not
    known; then, until nothing changes, groups without any trade, groups of one row (which their own effect fits, so
    that they say nothing), and what regressors and effects together separate.

    Raises
    ------
    GravityError : the design does not fit the panel, or leaves nothing to estimate.
    NotConverged : the search for separated rows did not come to an end.
    """
    rows = selected(panel, design)
    found = regressor_columns(design.regressors, rows)
    x = np.stack(list(found.values()), axis=1)
    families = tuple(design.fixed_effects) or (CONSTANT,)
    groups = [grouped(panel, name) for name in families]
    reason = np.full(len(panel.frame), "", dtype=object)
    reason[~rows.taken] = HOME
    reason[~panel.frame["year"].isin(rows.years).to_numpy()] = YEARS
    reason[(reason == "") & np.isnan(x).any(axis=1)] = MISSING
    trade = panel.frame["trade"].to_numpy(dtype=np.float64)
    group = _drop(trade, x, [code for code, _ in groups], families, reason)
    used = reason == ""
    _require_some(used, trade, reason)
    ledger = _ledger(reason)
    apart = np.isin(reason, (EMPTY, BY_REGRESSORS, SINGLE))
    left_out = panel.frame.loc[apart, [*panel.keys, "trade"]].assign(reason=reason[apart], group=group[apart])
    codes, labels = zip(*(_dense(code, label, used) for code, label in groups), strict=True)
    clusters = tuple(_cluster(panel, name, used) for name in design.cluster)
    unit = float(trade[used].mean())
    if (trade[used] == trade[used][0]).all():
        raise GravityError("trade is the same in all rows used, so that there is nothing to explain; give other rows")
    return Sample(
        trade[used] / unit, unit, x[used], tuple(found), FixedEffects(codes), families, labels, clusters,
        panel.frame.loc[used, list(panel.keys)].reset_index(drop=True), ledger, left_out.reset_index(drop=True),
    )  # fmt: skip


def _drop(trade: Floats, x: Floats, codes: Sequence[Ints], families: Sequence[str], reason: Ints) -> Ints:
    """Write into ``reason`` (n,) why rows cannot be used, until all that are left can; return their groups' family."""
    group = np.full(len(trade), "", dtype=object)
    while True:
        before = int((reason == "").sum())
        for code, family in zip(codes, families, strict=True):
            left = np.flatnonzero(reason == "")
            total = np.bincount(code[left], trade[left], minlength=int(code.max()) + 1)
            count = np.bincount(code[left], minlength=int(code.max()) + 1)
            for bad, why in ((total == 0.0, EMPTY), ((count == 1) & (total > 0.0) & (family != CONSTANT), SINGLE)):
                at = left[bad[code[left]]]
                reason[at], group[at] = why, family
        if int((reason == "").sum()) == before:
            left = np.flatnonzero(reason == "")
            if len(left):
                dense = [np.unique(code[left], return_inverse=True)[1].astype(np.int64) for code in codes]
                reason[left[separated(trade[left], x[left], dense)]] = BY_REGRESSORS
            if int((reason == "").sum()) == before:
                return group


def _require_some(used: Bools, trade: Floats, reason: Ints) -> None:
    if used.any() and (trade[used] > 0.0).any():
        return
    counted = _counted(reason)
    counts = ", ".join(f"{rows:,} {why}" for why, rows in counted if rows)
    raise GravityError(
        f"the design leaves no row with trade to estimate on (of {len(reason):,} given, {counts or 'none has trade'}); "
        f"loosen it, or give more rows"
    )


def _counted(reason: Ints) -> list[tuple[str, int]]:
    return [(why, int((reason == why).sum())) for why in REASONS]


def _ledger(reason: Ints) -> pd.DataFrame:
    return pd.DataFrame(
        [(GIVEN, len(reason)), *_counted(reason), (USED, int((reason == "").sum()))], columns=["reason", "rows"]
    )


def _dense(code: Ints, labels: pd.DataFrame, used: Bools) -> tuple[Ints, pd.DataFrame]:
    there, dense = np.unique(code[used], return_inverse=True)
    return dense.astype(np.int64), labels.iloc[there].reset_index(drop=True)


def _cluster(panel: Panel, name: str, used: Bools) -> Ints:
    if name == HETERO:
        return np.arange(int(used.sum()), dtype=np.int64)
    code, labels = grouped(panel, name)
    dense, _ = _dense(code, labels, used)
    if dense.max() == 0:
        raise GravityError(
            f"errors are clustered by {name}, and the rows used are all of one cluster; choose a finer cluster"
        )
    return dense
