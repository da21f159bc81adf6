"""Which part of a shock did what: the Shapley value over its parts, which adds up exactly.

Parts that act together (a tariff beside a cost that rises) have no separate effects; the Shapley value (1953) gives
each its mean contribution over all orders in which the parts could come, so that the rows add to the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.shock import Levies, ShockArrays, refuse_nobody
from zollverein.errors import EconomyError

__all__ = ["MOST_PARTS", "joined", "shapley"]

MOST_PARTS = 8


def joined(base: Baseline, parts: Mapping[str, ShockArrays]) -> ShockArrays:
    """Return several shocks as one: costs and productivities multiply, tariffs must not touch the same cell.

    Raises
    ------
    EconomyError : two parts set the tariff of the same cell, or levy the same flow.
    """
    tau = base.tau
    touched = np.zeros(base.tau.shape, dtype=bool)
    for name, part in parts.items():
        mine = part.tau != base.tau
        if (both := touched & mine).any():
            s, n, i = np.argwhere(both)[0]
            raise EconomyError(
                f"part '{name}' sets the tariff of {base.countries[n]} on {base.countries[i]} in {base.sectors[s]}, "
                f"which another part sets as well; a cell belongs to one part"
            )
        touched |= mine
        tau = np.where(mine, part.tau, tau)
    refuse_nobody(base, np.logical_or.reduce([np.isinf(p.log_kappa_hat) for p in parts.values()]))
    iceberg = sum(p.log_kappa_hat - np.log1p(p.tau) + np.log1p(base.tau) for p in parts.values())
    return ShockArrays(
        tau=tau,
        log_kappa_hat=np.asarray(iceberg + np.log1p(tau) - np.log1p(base.tau)),
        log_productivity=np.asarray(sum(p.log_productivity for p in parts.values())),
        supply=np.prod([p.supply for p in parts.values()], axis=0),
        transfer=np.asarray(sum(p.transfer for p in parts.values())),
        levies=_joined_levies(base, [p.levies for p in parts.values()]),
    )


def _joined_levies(base: Baseline, levies: Sequence[Levies]) -> Levies:
    s, n, i = (np.concatenate([part.cells[axis] for part in levies]) for axis in range(3))
    places = np.ravel_multi_index((s, n, i), base.tau.shape)
    if len(np.unique(places)) < len(places):
        raise EconomyError("two parts levy or bound the same flow; a flow belongs to one part")
    return Levies(
        (s, n, i),
        *(
            np.concatenate([getattr(part, name) for part in levies])
            for name in ("log_gross", "quota", "bound", "owner", "melts")
        ),
    )


def shapley(
    parts: Mapping[str, ShockArrays],
    base: Baseline,
    real_income: Callable[[ShockArrays], Array],
) -> pd.DataFrame:
    """Return each part's share of the change of real income, in percent of base income.

    Parameters
    ----------
    parts : name to shock; together they are the whole. ``2**parts - 1`` equilibria are solved.
    real_income : percent change by country (N,) of a shock.

    Returns
    -------
    Frame by country: one column for each part, and ``total``.

    Raises
    ------
    EconomyError : no parts or too many, or two parts that set the same cell.
    """
    names = tuple(parts)
    if "total" in names:
        raise EconomyError("a part is called 'total', which is the name of their sum; name it otherwise")
    if not 1 <= len(names) <= MOST_PARTS:
        raise EconomyError(
            f"an attribution was given {len(names)} parts; allowed are 1 to {MOST_PARTS} (each one doubles the work)"
        )
    worth: dict[frozenset[str], Array] = {frozenset(): np.zeros(len(base.countries))}
    for size in range(1, len(names) + 1):
        for chosen in combinations(names, size):
            worth[frozenset(chosen)] = real_income(joined(base, {name: parts[name] for name in chosen}))
    K, countries = len(names), base.countries
    columns: dict[str, Array] = {}
    for name in names:
        others = [n for n in names if n != name]
        columns[name] = sum(
            (
                factorial(size) * factorial(K - size - 1) / factorial(K)
                * (worth[frozenset(chosen) | {name}] - worth[frozenset(chosen)])
                for size in range(K) for chosen in combinations(others, size)
            ),
            start=np.zeros(len(countries)),
        )  # fmt: skip
    columns["total"] = worth[frozenset(names)]
    return pd.DataFrame(columns, index=pd.Index(countries, name="country"))
