"""What a sample of losses says, and how well: mean, quantiles, value at risk and what lies beyond it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betaincinv, ndtri

__all__ = ["LEVELS", "cvar", "distribution", "exceedance", "mean_error", "paired", "var", "whole_pairs"]

Floats = npt.NDArray[np.float64]
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
TAILS = (0.95, 0.99)
SURE = 0.95
# Below this, in US$ million or kt, a loss is the solvers' rounding.
LEAST = 0.05
FEWEST_IN_TAIL = 3.0


def whole_pairs(losses: Floats) -> Floats:
    """Return antithetic losses without the pairs of which one is missing (NaN); a last one without another goes too."""
    pairs = losses[: len(losses) // 2 * 2].reshape(-1, 2)
    return np.asarray(pairs[np.isfinite(pairs).all(axis=1)].ravel())


def mean_error(losses: Floats, *, antithetic: bool = False) -> float:
    """Return the standard error of the mean; of antithetic draws the pairs are independent, not their members."""
    if antithetic:
        losses = losses[: len(losses) // 2 * 2].reshape(-1, 2).mean(axis=1)
    return float(losses.std(ddof=1) / np.sqrt(len(losses))) if len(losses) > 1 else float("nan")


def var(losses: Floats, level: float) -> float:
    """Return the value at risk: the smallest loss that is not exceeded with probability ``level``."""
    ordered = np.sort(losses)
    place = int(np.ceil(level * len(ordered) - 1e-9))
    return float(ordered[min(max(place, 1), len(ordered)) - 1])


def cvar(losses: Floats, level: float) -> float:
    """Return the conditional value at risk: the mean of the worst ``1 - level`` (Rockafellar and Uryasev 2002).

    Where the tail ends inside a loss, only its part of that loss counts, so that it is coherent for any sample.
    """
    ordered = np.sort(losses)[::-1]
    tail = (1.0 - level) * len(ordered)
    weight = np.clip(tail - np.arange(len(ordered)), 0.0, 1.0)
    return float(weight @ ordered / tail)


def distribution(losses: Floats, *, antithetic: bool = False) -> pd.DataFrame:
    """Return measure, value, standard_error, low, high of a sample of losses.

    Measures are ``mean``, ``q05`` ... (quantiles), ``var95``, ``var99``, ``cvar95``, ``cvar99``, ``any`` (the
    probability of a loss worth the name, `LEAST`). ``low`` and ``high`` are a 95 percent interval for sampling alone:
    normal for means, by order statistics for quantiles (which needs no density), exact for a probability. The error of
    a conditional value at risk is that of its influence function (Manistre and Hancock 2005).
    """
    n, z = len(losses), float(ndtri(0.5 + SURE / 2.0))
    error = mean_error(losses, antithetic=antithetic)
    mean = float(losses.mean())
    rows = [("mean", mean, error, mean - z * error, mean + z * error)]
    rows += [(f"q{100 * level:02.0f}", *_quantile(losses, level)) for level in LEVELS]
    rows += [(f"var{100 * level:.0f}", *_quantile(losses, level)) for level in TAILS]
    for level in TAILS:
        at, beyond = var(losses, level), cvar(losses, level)
        influence = at + np.maximum(losses - at, 0.0) / (1.0 - level)
        # Of a tail of a draw or two no error is known.
        few = (1.0 - level) * n < FEWEST_IN_TAIL
        off = float("nan") if few else mean_error(influence, antithetic=antithetic)
        rows.append((f"cvar{100 * level:.0f}", beyond, off, beyond - z * off, beyond + z * off))
    rows.append(("any", *_share(int((losses > LEAST).sum()), n)))
    return pd.DataFrame(rows, columns=["measure", "value", "standard_error", "low", "high"])


def exceedance(losses: Floats, beyond: Sequence[float]) -> pd.DataFrame:
    """Return loss, probability of more, its standard_error, low and high (exact interval)."""
    rows = [(float(x), *_share(int((losses > x).sum()), len(losses))) for x in beyond]
    return pd.DataFrame(rows, columns=["loss", "probability", "standard_error", "low", "high"])


def paired(one: Floats, other: Floats, *, antithetic: bool = False) -> tuple[float, float]:
    """Return the mean difference of two policies on common draws, and its standard error."""
    difference = one - other
    return float(difference.mean()), mean_error(difference, antithetic=antithetic)


def _quantile(losses: Floats, level: float) -> tuple[float, float, float, float]:
    """A quantile, the half width of its interval in standard errors, and the interval by order statistics."""
    ordered, n = np.sort(losses), len(losses)
    z = float(ndtri(0.5 + SURE / 2.0))
    spread = z * np.sqrt(n * level * (1.0 - level))
    low = ordered[max(int(np.floor(n * level - spread)), 1) - 1]
    high = ordered[min(int(np.ceil(n * level + spread)) + 1, n) - 1]
    return var(losses, level), float(high - low) / (2.0 * z), float(low), float(high)


def _share(hits: int, n: int) -> tuple[float, float, float, float]:
    """A probability with its standard error and the exact interval (Clopper and Pearson 1934)."""
    p, half = hits / n, (1.0 - SURE) / 2.0
    low = float(betaincinv(hits, n - hits + 1, half)) if hits else 0.0
    high = float(betaincinv(hits + 1, n - hits, 1.0 - half)) if hits < n else 1.0
    return p, float(np.sqrt(p * (1.0 - p) / n)), low, high
