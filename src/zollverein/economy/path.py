"""A large shock walked in small steps, each with its own first-order split; the sum tends to the exact change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.certificate import certify, trade_levels
from zollverein.economy.closure import Closure
from zollverein.economy.decomposition import log_linear_parts, require_split
from zollverein.economy.equilibrium import consistent, part_of, solve
from zollverein.economy.fused_map import Equilibrium
from zollverein.economy.labels import require_count
from zollverein.economy.shock import ShockArrays
from zollverein.errors import EconomyError

__all__ = ["rebased", "walked"]

MOST_STEPS = 10_000


def rebased(base: Baseline, shock: ShockArrays, state: Equilibrium) -> Baseline:
    """Return an equilibrium as the baseline of further shocks.

    Raises
    ------
    EconomyError : it has quotas or export taxes, which a baseline does not hold.
    """
    if shock.levies.cells[0].size:
        raise EconomyError("a baseline holds no quotas or export taxes, so this outcome cannot become one")
    pi, border, _ = trade_levels(base, shock, state)
    deficit = border.sum(axis=(0, 2)) - state.output.sum(axis=0)
    return consistent(
        replace(
            base,
            pi=pi / pi.sum(axis=2, keepdims=True),
            tau=shock.tau,
            expenditure=state.expenditure,
            output=state.output,
            value_added=state.value_added,
            tariff_revenue=state.tariff_revenue,
            deficit=deficit - deficit.mean(),
            income=state.income,
        )
    )


def walked(base: Baseline, shock: ShockArrays, closure: Closure, steps: int) -> pd.DataFrame:
    """Return the first-order split summed over equal steps of a shock, in percent, beside the exact change.

    Every change moves in equal steps of its log; tariffs in the log of one plus the rate; transfers in equal sums. The
    path starts where the closure puts the base without a shock: what the end of deficits does by itself is not in it.

    Returns
    -------
    Frame by country: terms_of_trade, volume_of_trade, direct, welfare (their sum), exact_log
    (log change of real income), all in percent.

    Raises
    ------
    EconomyError : fewer than one step, or a shock that has no first-order split.
    NotConverged : a step has no certificate.
    """
    require_count("the number of steps of a path", steps, MOST_STEPS)
    require_split(shock, closure)
    N = len(base.countries)
    terms, volume, direct = (np.zeros(N) for _ in range(3))
    # Every point is solved from the base itself, so that deficits and transfers are those of one closure throughout.
    part = part_of(base, shock, 0.0)
    start = before = solve(base, part, closure)
    here = rebased(base, part, before)
    for k in range(1, steps + 1):
        last, part = part, part_of(base, shock, k / steps)
        state = solve(base, part, closure, near=before)
        certify(base, part, closure, state)
        border = trade_levels(base, part, state)[1]
        of_terms, of_volume, of_itself = log_linear_parts(
            here, _between(last, part), closure, replace(state, c_hat=state.c_hat / before.c_hat), border
        )
        terms += of_terms.sum(axis=(0, 2))
        volume += of_volume.sum(axis=(0, 2))
        direct += of_itself.sum(axis=(0, 2))
        before, here = state, rebased(base, part, state)
    exact = _log_real_income(base, before) - _log_real_income(base, start)
    columns = {
        "terms_of_trade": 100.0 * terms,
        "volume_of_trade": 100.0 * volume,
        "direct": 100.0 * direct,
        "welfare": 100.0 * (terms + volume + direct),
        "exact_log": 100.0 * exact,
    }
    return pd.DataFrame(columns, index=pd.Index(base.countries, name="country"))


def _between(last: ShockArrays, part: ShockArrays) -> ShockArrays:
    """The shock from one point of the path to the next."""
    return replace(
        part,
        log_kappa_hat=part.log_kappa_hat - last.log_kappa_hat,
        log_productivity=part.log_productivity - last.log_productivity,
        supply=part.supply / last.supply,
        transfer=part.transfer - last.transfer,
    )


def _log_real_income(base: Baseline, state: Equilibrium) -> Array:
    return np.asarray(np.log(state.income / base.income) - (base.alpha * np.log(state.P_hat)).sum(axis=0))
