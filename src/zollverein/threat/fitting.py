"""How often, how long and how hard, from what happened: conjugate rates, lognormal durations, Dirichlet severities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import log_ndtr

from zollverein.errors import NotConverged, ThreatError
from zollverein.threat.kinds import Duration, Frequency, Severity

__all__ = ["PRIOR_DAYS", "PRIOR_EVENTS", "PRIOR_YEARS", "fitted_duration", "fitted_frequency", "fitted_severity"]

Floats = npt.NDArray[np.float64]
# Half an event in a year of nothing known (Jeffreys' prior for a Poisson rate is half an event in no time).
PRIOR_EVENTS, PRIOR_YEARS = 0.5, 1.0
# A fortnight, give or take a factor of four; the spread of logarithms about one, within half of itself or double.
PRIOR_DAYS = (np.log(14.0), np.log(4.0), 0.0, np.log(2.0))
PRIOR_WEIGHT = 0.5
STEP, FLAT = 1e-4, 1e-6


def fitted_frequency(
    events: int, years: float, *, prior_events: float = PRIOR_EVENTS, prior_years: float = PRIOR_YEARS
) -> Frequency:
    """Return the rate after so many events in so many years: ``Gamma(prior events + events, prior years + years)``.

    Raises
    ------
    ThreatError : a count or a time that is none.
    """
    if isinstance(events, bool) or not isinstance(events, int | np.integer) or events < 0:
        raise ThreatError(f"events are {events!r:.40}; allowed is a whole number, zero or more")
    if not (isinstance(years, int | float | np.number) and np.isfinite(years) and years > 0):
        raise ThreatError(f"the events were seen over {years!r:.40} years; allowed is a number above 0")
    return Frequency(prior_events + int(events), prior_years + float(years))


def fitted_duration(days: Sequence[float], ended: Sequence[bool] | None = None) -> Duration:
    """Return lognormal durations from those that were seen; of one that still runs only that it lasts longer is known.

    The mode of the posterior and the inverse of its curvature there (Laplace's approximation): normal priors
    `PRIOR_DAYS` on the mean of the logarithm and on the logarithm of its spread; an event that ended adds its density,
    one that did not the probability to last longer (Klein and Moeschberger 2003, chapter 3).

    Parameters
    ----------
    days : above 0. ended : whether each came to an end; absent: all.

    Raises
    ------
    ThreatError : a duration that is none, or as many ends as not. NotConverged : no mode was found.
    """
    seen = np.asarray(days, dtype=np.float64)
    over = np.ones(len(seen), dtype=bool) if ended is None else np.asarray(ended, dtype=bool)
    if seen.ndim != 1 or over.shape != seen.shape:
        raise ThreatError(f"{seen.size} durations and {over.size} ends are given; give one end for each")
    if not (np.isfinite(seen) & (seen > 0)).all():
        wrong = seen[~(np.isfinite(seen) & (seen > 0))][0]
        raise ThreatError(f"a duration is {wrong:g} days; allowed is a number above 0")
    log_days = np.log(seen)
    centre, width, spread, spread_width = PRIOR_DAYS

    def cost(at: Floats) -> float:
        z = (log_days - at[0]) / np.exp(at[1])
        likelihood = np.where(over, -0.5 * z**2 - at[1], log_ndtr(-z)).sum()
        prior = 0.5 * (((at[0] - centre) / width) ** 2 + ((at[1] - spread) / spread_width) ** 2)
        return float(prior - likelihood)

    def slope(at: Floats) -> Floats:
        scale = np.exp(at[1])
        z = (log_days - at[0]) / scale
        # The hazard of the normal law, by which a running event pulls.
        pull = np.where(over, z, np.exp(-0.5 * z**2 - log_ndtr(-z)) / np.sqrt(2.0 * np.pi))
        by_mean = (at[0] - centre) / width**2 - (pull / scale).sum()
        by_spread = (at[1] - spread) / spread_width**2 - np.where(over, z**2 - 1.0, pull * z).sum()
        return np.array([by_mean, by_spread])

    found = minimize(cost, np.array([centre, spread]), jac=slope, method="BFGS", options={"gtol": 1e-9})
    if not np.abs(slope(found.x)).max() <= FLAT * (1.0 + len(seen)):
        raise NotConverged(f"no most plausible duration was found: {found.message}")
    covariance = np.linalg.inv(_curvature(cost, found.x))
    covariance = (covariance + covariance.T) / 2.0
    (a, b), (_, d) = covariance
    return Duration(float(found.x[0]), float(found.x[1]), ((float(a), float(b)), (float(b), float(d))))


def fitted_severity(losses: Sequence[float], *, units: bool = False, raised: bool = False) -> Severity:
    """Return the losses that were seen, each with how often it was and half an event more (Jeffreys' prior).

    Raises
    ------
    ThreatError : none was seen, or a loss that is none.
    """
    counted = Counter(float(loss) for loss in losses)
    if not counted:
        raise ThreatError("no loss was seen; judge the severity, or give events that state it")
    ordered = sorted(counted)
    return Severity(tuple(ordered), tuple(counted[loss] + PRIOR_WEIGHT for loss in ordered), units, raised)


def _curvature(cost: Callable[[Floats], float], at: Floats) -> Floats:
    """(2, 2) second derivatives by central differences."""
    step = np.eye(2) * STEP
    out = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            corners = [cost(at + a * step[i] + b * step[j]) * a * b for a in (-1, 1) for b in (-1, 1)]
            out[i, j] = sum(corners) / (4.0 * STEP**2)
    return out
