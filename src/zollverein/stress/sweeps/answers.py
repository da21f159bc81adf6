"""What a sweep's rows say: tables of losses, of what drives them, and of what may be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.stress.sweeps.risk import cvar, distribution, exceedance, mean_error, paired, var, whole_pairs

__all__ = [
    "LOSSES", "approximation_table", "combinations_table", "distribution_table", "drivers_table", "exceedance_table",
    "failures_table", "policies_table", "regions_table", "threats_table", "tornado_table", "worst_table",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
LOSSES = {
    "lost_income_usd_million": "usd_million", "lost_revenue_usd_million": "usd_million",
    "lost_netback_usd_million": "usd_million", "lost_exports_kt": "kt", "stranded_kt": "kt",
}  # fmt: skip
INCOME = "lost_income_usd_million"
WORST = 10
# A combination is plausible if it came as often as this in the sample, and so many times that its mean means something.
PLAUSIBLE, FEWEST_TOGETHER = 1e-3, 5
TAIL = 0.95
RESAMPLES = 500
FEWEST = 20


def losses_of(rows: pd.DataFrame, measure: str, *, antithetic: bool = False) -> Floats:
    """Return one measure of the answered draws, in their order; of antithetic draws whole pairs alone."""
    mine = _answered(rows).set_index("draw")[measure].astype(float)
    if antithetic:
        every = list(range(int(mine.index.max()) + 1)) if len(mine) else []
        return whole_pairs(np.asarray(mine.reindex(every), dtype=np.float64))
    return np.asarray(mine.dropna(), dtype=np.float64)


def distribution_table(worlds: Sequence[tuple[str, pd.DataFrame]], *, antithetic: bool) -> pd.DataFrame:
    """Return world, loss, unit, measure, value, standard_error, low, high; see `risk.distribution`."""
    parts = []
    for label, rows in worlds:
        for loss, unit in LOSSES.items():
            sample = losses_of(rows, loss, antithetic=antithetic)
            if len(sample) >= FEWEST:
                told = distribution(sample, antithetic=antithetic)
                told.insert(0, "unit", unit)
                told.insert(0, "loss", loss)
                told.insert(0, "world", label)
                parts.append(told)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def exceedance_table(worlds: Sequence[tuple[str, pd.DataFrame]], beyond: Sequence[float]) -> pd.DataFrame:
    """Return world, loss_usd_million, probability, standard_error, low, high of more lost income than that."""
    parts = []
    for label, rows in worlds:
        sample = losses_of(rows, INCOME)
        limits = beyond or _round_numbers(sample) if len(sample) >= FEWEST else []
        if limits:
            told = exceedance(sample, limits).rename(columns={"loss": "loss_usd_million"})
            told.insert(0, "world", label)
            parts.append(told)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def regions_table(
    worlds: Sequence[tuple[str, pd.DataFrame]], names: pd.Series[str], *, antithetic: bool
) -> pd.DataFrame:
    """Return world, region, name, mean, standard_error, q05, median, q95, worst: change of real income, percent."""
    out = []
    for label, rows in worlds:
        mine = _answered(rows)
        for column in [c for c in rows.columns if c.startswith("real_income_percent_")]:
            sample = losses_of(mine, column, antithetic=antithetic)
            region = column.removeprefix("real_income_percent_")
            if not len(sample):
                continue
            low, median, high = np.quantile(sample, [0.05, 0.5, 0.95])
            error = mean_error(sample, antithetic=antithetic)
            out.append(
                (label, region, names.get(region, region), sample.mean(), error, low, median, high, sample.min())
            )
    columns = ["world", "region", "name", "mean", "standard_error", "q05", "median", "q95", "worst"]
    return pd.DataFrame(out, columns=columns)


def threats_table(rows: pd.DataFrame, kinds: pd.DataFrame) -> pd.DataFrame:
    """Return what strikes with a threat: what each came with, without saying that it is the cause.

    Parameters
    ----------
    kinds : threat, kind, basis.

    Returns
    -------
    threat, kind, basis, probability (of one such event or more), mean_with, mean_without (lost income, US$ million),
    in_worst (share of the worst twentieth in which it struck); the likeliest there first.
    """
    mine = _answered(rows)
    if mine[INCOME].notna().sum() < FEWEST:
        return pd.DataFrame()
    loss = mine[INCOME].to_numpy(dtype=np.float64)
    worst = loss >= var(loss, TAIL)
    came = _came(mine)
    never = np.zeros(len(mine), dtype=bool)
    out = []
    for threat, kind, basis in kinds[["threat", "kind", "basis"]].itertuples(index=False, name=None):
        here = came.get(threat, never)
        with_it = float(loss[here].mean()) if here.any() else float("nan")
        without = float(loss[~here].mean()) if (~here).any() else float("nan")
        out.append((threat, kind, basis, here.mean(), with_it, without, here[worst].mean()))
    columns = ["threat", "kind", "basis", "probability", "mean_with", "mean_without", "in_worst"]
    table = pd.DataFrame(out, columns=columns)
    return table.sort_values("in_worst", ascending=False, kind="stable", ignore_index=True)


def combinations_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the worst plausible combinations: two or three threats that came in one draw.

    struck, draws, probability, mean_loss, standard_error, worst_loss (US$ million of income; whatever else struck
    beside them). Plausible is what came in a thousandth of the draws, and five times; of threats only those without
    which less is lost, for certain. Ranked by the mean less its error, so that luck does not lead.
    """
    mine = _answered(rows).dropna(subset=INCOME)
    loss = mine[INCOME].to_numpy(dtype=np.float64)
    fewest = max(FEWEST_TOGETHER, int(np.ceil(PLAUSIBLE * len(mine))))
    here = {threat: came for threat, came in _came(mine).items() if came.sum() >= fewest and _costs(loss, came)}
    out = []
    for size in (2, 3):
        for some in combinations(here, size):
            together = np.logical_and.reduce([here[threat] for threat in some])
            if (count := int(together.sum())) >= fewest:
                lost = loss[together]
                row = (count, count / len(mine), float(lost.mean()), mean_error(lost), float(lost.max()))
                out.append((" + ".join(some), *row))
    columns = ["struck", "draws", "probability", "mean_loss", "standard_error", "worst_loss"]
    table = pd.DataFrame(out, columns=columns)
    order = (table["standard_error"] - table["mean_loss"]).sort_values(kind="stable").index
    return table.loc[order].head(WORST).reset_index(drop=True)


def _came(rows: pd.DataFrame) -> dict[str, npt.NDArray[np.bool_]]:
    """By threat, in which draws it struck."""
    struck = [set(filter(None, text.split(";"))) for text in rows["struck"]]
    return {threat: np.array([threat in some for some in struck]) for threat in sorted(set().union(*struck))}


def _costs(loss: Floats, came: npt.NDArray[np.bool_]) -> bool:
    """Whether more is lost where a threat came, by twice the error of the difference."""
    if not 1 < came.sum() < len(came) - 1:
        return False
    with_it, without = loss[came], loss[~came]
    return bool(with_it.mean() - without.mean() > 2.0 * np.hypot(mean_error(with_it), mean_error(without)))


def worst_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the worst draws: draw, lost income, lost exports and stranded oil, incidents, struck, method."""
    mine = _answered(rows)
    columns = ["draw", INCOME, "lost_exports_kt", "stranded_kt", "incidents", "struck", "method"]
    return (
        mine.sort_values([INCOME, "draw"], ascending=[False, True], kind="stable")[columns]
        .head(WORST)
        .reset_index(drop=True)
    )


def drivers_table(
    own: pd.DataFrame, driven: pd.DataFrame, factors: Sequence[str], seed: int, measure: str = INCOME
) -> pd.DataFrame:
    """Return Sobol indices of every threat and varied figure: what share of the variance each is behind.

    Parameters
    ----------
    own : the sample's own draws. driven : the second draws, all together (``swapped`` is ``*``) and one by one.
    seed : of the resampling that the intervals are from.

    Returns
    -------
    factor, first_order, first_low, first_high, total, total_low, total_high (95 percent, bootstrapped), samples.
    Saltelli and others (2010, doi:10.1016/j.cpc.2009.09.018) as scipy has it; the largest total first.
    """
    second = {str(swapped): rows.set_index("draw")[measure] for swapped, rows in driven.groupby("swapped")}
    if set(second) != {"*", *factors}:
        return pd.DataFrame()
    first = own.set_index("draw")[measure].reindex(second["*"].index)
    whole = pd.concat({"own": first, **second}, axis=1).dropna()
    samples = 1 << (len(whole).bit_length() - 1) if len(whole) else 0
    if samples < 16 or not whole.to_numpy().std() > 0:
        return pd.DataFrame()
    whole = whole.iloc[:samples]
    own_draws, second_draws = whole["own"].to_numpy(), whole["*"].to_numpy()
    swapped = np.stack([whole[factor].to_numpy() for factor in factors])
    one, total = _indices(own_draws, second_draws, swapped)
    rng = np.random.default_rng(seed)
    picks = rng.integers(samples, size=(RESAMPLES, samples))
    again = [_indices(own_draws[pick], second_draws[pick], swapped[:, pick]) for pick in picks]
    first_low, first_high = np.quantile([some for some, _ in again], [0.025, 0.975], axis=0)
    total_low, total_high = np.quantile([some for _, some in again], [0.025, 0.975], axis=0)
    table = pd.DataFrame(
        {
            "factor": list(factors), "first_order": one, "first_low": first_low, "first_high": first_high,
            "total": total, "total_low": total_low, "total_high": total_high, "samples": samples,
        }
    )  # fmt: skip
    return table.sort_values("total", ascending=False, kind="stable", ignore_index=True)


def _indices(own: Floats, second: Floats, swapped: Floats) -> tuple[Floats, Floats]:
    """First-order and total indices (factors,)."""
    from scipy.stats import sobol_indices  # noqa: PLC0415 - it takes a second to load

    func: Any = {"f_A": own[None, :], "f_B": second[None, :], "f_AB": swapped[:, None, :]}
    found = sobol_indices(func=func, n=len(own))
    return np.atleast_1d(found.first_order), np.atleast_1d(found.total_order)


def tornado_table(rows: pd.DataFrame, factors: Sequence[str]) -> pd.DataFrame:
    """Return how lost income moves with each varied figure: factor, low_value, high_value, loss_at_low, loss_at_high.

    Means of the draws in the lowest and in the highest tenth of the figure; of words none.
    """
    mine = _answered(rows).dropna(subset=INCOME)
    out = []
    for factor in factors:
        column = mine.get(f"vary:{factor}")
        if column is None or column.dtype == object or len(mine) < FEWEST or not pd.api.types.is_numeric_dtype(column):
            continue
        low, high = column.quantile(0.1), column.quantile(0.9)
        below, above = mine[column <= low], mine[column >= high]
        out.append((factor, float(low), float(high), float(below[INCOME].mean()), float(above[INCOME].mean())))
    table = pd.DataFrame(out, columns=["factor", "low_value", "high_value", "loss_at_low", "loss_at_high"])
    order = (table["loss_at_high"] - table["loss_at_low"]).abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def policies_table(
    worlds: Sequence[tuple[str, str, pd.DataFrame]], capex: dict[str, float | None], *, antithetic: bool
) -> pd.DataFrame:
    """Return what each policy changes, on the same draws as doing nothing.

    Parameters
    ----------
    worlds : base (scenario and cell), policy, rows; the first policy of each base is doing nothing.

    Returns
    -------
    base, policy, capex_usd_million, loss_avoided (mean, US$ million of income), standard_error (of the paired
    difference), unpaired_error (what it were on draws of their own), cvar95_avoided, per_dollar (of both).
    """
    out = []
    for base in dict.fromkeys(base for base, _, _ in worlds):
        mine = [(policy, rows) for other, policy, rows in worlds if other == base]
        nothing = _by_draw(mine[0][1])
        for policy, rows in mine[1:]:
            both = pd.concat({"nothing": nothing, "policy": _by_draw(rows)}, axis=1).dropna()
            if len(both) < FEWEST:
                continue
            if antithetic:
                both = both[pd.Series(both.index // 2).duplicated(keep=False).to_numpy()]
            one, other = both["nothing"].to_numpy(), both["policy"].to_numpy()
            mean, error = paired(one, other, antithetic=antithetic)
            apart = float(np.hypot(mean_error(one, antithetic=antithetic), mean_error(other, antithetic=antithetic)))
            tail, cost = cvar(one, TAIL) - cvar(other, TAIL), capex.get(policy)
            per = (mean / cost, tail / cost) if cost else (float("nan"), float("nan"))
            out.append((base, policy, cost, mean, error, apart, tail, *per))
    columns = ["base", "policy", "capex_usd_million", "loss_avoided", "standard_error", "unpaired_error",
               "cvar95_avoided", "loss_avoided_per_dollar", "cvar95_avoided_per_dollar"]  # fmt: skip
    return pd.DataFrame(out, columns=columns)


def approximation_table(worlds: Sequence[tuple[str, pd.DataFrame, pd.DataFrame]], check: int) -> pd.DataFrame:
    """Return how far first-order answers are from exact ones, for real income lost.

    Parameters
    ----------
    worlds : label, first-order rows, exact rows. check : draws up to this number were solved exactly whatever they
        were, so that they say how biased the mean is; the others because they are in the tail.

    Returns
    -------
    world, draws (which), solved, first_order, exact (means), bias, standard_error, largest (difference).
    """
    out = []
    for label, first, exact in worlds:
        if exact.empty:
            continue
        both = pd.concat({"first": _by_draw(first), "exact": _by_draw(exact)}, axis=1, join="inner").dropna()
        for which, some in (("at random", both[both.index < check]), ("worst", both[both.index >= check])):
            if len(some):
                off = (some["first"] - some["exact"]).to_numpy()
                row = (some["first"].mean(), some["exact"].mean(), off.mean(), mean_error(off), np.abs(off).max())
                out.append((label, which, len(some), *row))
    columns = ["world", "draws", "solved", "first_order", "exact", "bias", "standard_error", "largest"]
    return pd.DataFrame(out, columns=columns)


def failures_table(worlds: Sequence[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """Return why draws failed: world, draws, first (number of one), reason."""
    parts = []
    for label, rows in worlds:
        failed = rows[rows["status"] == "failed"]
        if len(failed):
            told = failed.groupby("reason")["draw"].agg(draws="size", first="min").reset_index()
            parts.append(told.assign(world=label)[["world", "draws", "first", "reason"]])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _answered(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with an answer; of a world without rows, no rows with their columns."""
    if rows.empty:
        return pd.DataFrame(columns=["draw", "struck", *LOSSES], dtype=float)
    return rows[rows["status"] == "answered"]


def _by_draw(rows: pd.DataFrame) -> pd.Series[float]:
    return _answered(rows).set_index("draw")[INCOME].astype(float)


def _round_numbers(losses: Floats) -> list[float]:
    """Losses of one, two or five times a power of ten, up to the largest in the sample."""
    largest = float(losses.max())
    if not largest > 0:
        return []
    power = 10.0 ** np.floor(np.log10(largest))
    steps = [m * power / scale for scale in (1000.0, 100.0, 10.0, 1.0) for m in (1.0, 2.0, 5.0)]
    return [step for step in steps if largest / 200.0 <= step < largest]
