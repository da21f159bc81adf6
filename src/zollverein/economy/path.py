"""A large shock walked in small steps, each with its own first-order split; the sum tends to the exact change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.certificate import certify, trade_levels
from zollverein.economy.closure import Closure
from zollverein.economy.decomposition import log_linear_parts
from zollverein.economy.equilibrium import consistent, solve
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

    Every change moves in equal steps of its log; tariffs in the log of one plus the rate.

    Returns
    -------
    Frame by country: terms_of_trade, volume_of_trade, direct, welfare (their sum), exact_log
    (log change of real income), all in percent.

    Raises
    ------
    EconomyError : fewer than one step, quotas or export taxes, or specific factors whose supply changes.
    NotConverged : a step has no certificate.
    """
    require_count("the number of steps of a path", steps, MOST_STEPS)
    N = len(base.countries)
    terms, volume, direct, exact = (np.zeros(N) for _ in range(4))
    here = base
    whole = np.log1p(shock.tau) - np.log1p(base.tau)
    iceberg = shock.log_kappa_hat - np.log1p(shock.tau) + np.log1p(base.tau)
    for k in range(1, steps + 1):
        tau = np.expm1(np.log1p(base.tau) + whole * (k / steps))
        part = replace(
            shock,
            tau=tau,
            log_kappa_hat=np.log1p(tau) - np.log1p(here.tau) + iceberg / steps,
            log_productivity=shock.log_productivity / steps,
            supply=shock.supply ** (1.0 / steps),
            transfer=shock.transfer / steps,
        )
        state = solve(here, part, closure)
        certify(here, part, closure, state)
        of_terms, of_volume, of_itself = log_linear_parts(
            here, part, closure, state, trade_levels(here, part, state)[1]
        )
        terms += of_terms.sum(axis=(0, 2))
        volume += of_volume.sum(axis=(0, 2))
        direct += of_itself.sum(axis=(0, 2))
        exact += _log_real_income(here, state)
        here = rebased(here, part, state)
    columns = {
        "terms_of_trade": 100.0 * terms,
        "volume_of_trade": 100.0 * volume,
        "direct": 100.0 * direct,
        "welfare": 100.0 * (terms + volume + direct),
        "exact_log": 100.0 * exact,
    }
    return pd.DataFrame(columns, index=pd.Index(base.countries, name="country"))


def _log_real_income(base: Baseline, state: Equilibrium) -> Array:
    return np.asarray(np.log(state.income / base.income) - (base.alpha * np.log(state.P_hat)).sum(axis=0))
