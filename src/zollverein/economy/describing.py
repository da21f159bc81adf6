"""What a shock and a closure were, in words and counts, for whoever finds a result without its script."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd

from zollverein.economy.baseline import Baseline
from zollverein.economy.closure import Closure
from zollverein.economy.shock import ShockArrays

__all__ = ["about", "extremes_in_words"]


def about(base: Baseline, shock: ShockArrays, closure: Closure, max_residual: float) -> pd.DataFrame:
    """Return item and value: the size of the world, what of it was shocked, what was held fixed, and the proof."""
    moved = shock.log_kappa_hat - (np.log1p(shock.tau) - np.log1p(base.tau))
    banned, traded = np.isposinf(shock.log_kappa_hat), base.pi > 0
    counts = {
        "tariffs changed": (shock.tau != base.tau) & traded,
        "trade costs changed": (np.abs(moved) > 1e-14) & traded & ~banned,
        "flows banned": banned & traded,
        "export taxes": ~shock.levies.quota,
        "quotas": shock.levies.quota,
        "productivities changed": shock.log_productivity != 0.0,
        "supplies changed": shock.supply != 1.0,
        "transfers": shock.transfer != 0.0,
    }
    rows: dict[str, object] = {
        "countries": len(base.countries),
        "sectors": len(base.sectors),
        **{name: int(np.count_nonzero(which)) for name, which in counts.items()},
        **{f"closure: {field.name}": _plain(getattr(closure, field.name)) for field in fields(closure)},
        "largest residual": max_residual,
    }
    return pd.DataFrame({"item": list(rows), "value": [str(value) for value in rows.values()]})


def extremes_in_words(percent: pd.Series[float], most: int = 3) -> str:
    """Return the largest changes of a series in percent, such as 'MEX +1.31, USA +0.08 and 29 others'."""
    order = percent.abs().sort_values(ascending=False, kind="stable").index[:most]
    named = ", ".join(f"{name} {percent[name]:+.3g}" for name in order)
    rest = len(percent) - len(order)
    return named + (f" and {rest} other{'s' * (rest > 1)}" if rest else "")


def _plain(value: object) -> str:
    return "none" if value is None else str(value)
