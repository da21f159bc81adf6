"""Do the threats make what happened? Posterior predictive checks against the events they were fitted to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from zollverein.errors import ThreatError, UnknownNameError
from zollverein.threat.kinds import Threat
from zollverein.threat.sampling import DAYS_PER_YEAR, drawn

__all__ = ["predictive_check"]

LEVELS = (0.05, 0.5, 0.95)


def predictive_check(
    threats: Sequence[Threat],
    observed: Mapping[str, Sequence[float]],
    years: float | Mapping[str, float],
    *,
    draws: int = 2000,
    seed: int = 1,
) -> pd.DataFrame:
    """Return, for each threat, what it makes in as many years as were observed beside what was.

    Parameters
    ----------
    observed : by threat, the days of each event that was seen. years : over which; or by threat, see `observed_years`.

    Returns
    -------
    threat, quantity (events; days lost; longest, days: what falls within those years), observed, low, median, high (5,
    50, 95 percent), p: the share of draws at or above what was observed, ties counting half. Far from the middle (below
    0.05 or above 0.95) the threat does not make what happened (Gelman, Meng and Stern 1996).

    Raises
    ------
    UnknownNameError : observations of a threat that is not given. ThreatError : a time that is none.
    """
    names = [threat.name for threat in threats]
    for name in observed:
        if name not in names:
            raise UnknownNameError("threat", name, names, "what was observed")
    rows = []
    for threat in threats:
        window = max(round(_years(years, threat.name) * DAYS_PER_YEAR), 1)
        made = drawn(threat, window, draws, seed=seed)
        there = np.arange(made.days.shape[1]) < made.count[:, None]
        # What runs on when the years are over was not seen to its end.
        days = np.where(there, np.minimum(made.days, window - made.day), 0)
        seen = np.asarray(observed.get(threat.name, ()), dtype=np.float64)
        for quantity, of_draws, told in (
            ("events", made.count, float(len(seen))),
            ("days lost", days.sum(axis=1), float(seen.sum())),
            ("longest, days", days.max(axis=1, initial=0), float(seen.max(initial=0.0))),
        ):
            p = float((of_draws > told).mean() + 0.5 * (of_draws == told).mean())
            rows.append((threat.name, quantity, told, *np.quantile(of_draws, LEVELS), p))
    return pd.DataFrame(rows, columns=["threat", "quantity", "observed", "low", "median", "high", "p"])


def _years(years: float | Mapping[str, float], threat: str) -> float:
    if isinstance(years, Mapping):
        if threat not in years:
            raise UnknownNameError("threat", threat, years, "the years over which events were seen")
        years = years[threat]
    if not (isinstance(years, int | float | np.number) and np.isfinite(years) and years > 0):
        raise ThreatError(f"the events were seen over {years!r:.40} years; allowed is a number above 0")
    return float(years)
