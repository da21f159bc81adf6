"""Tariffs that a country would choose for itself: the best answer to the others' tariffs, and Nash equilibria.

The objective is the player's own log real income, its gradient comes from the adjoint, and the search is a
bounded quasi-Newton method (L-BFGS-B, Byrd and others 1995, doi:10.1137/0916069).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize

from zollverein.economy.adjoint import sensitivity
from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.closure import Closure
from zollverein.economy.equilibrium import solve
from zollverein.economy.fused_map import Equilibrium
from zollverein.economy.shock import ShockArrays
from zollverein.errors import EconomyError, NotConverged, UnknownNameError

__all__ = ["BestTariffs", "By", "nash"]

Codes = npt.NDArray[np.intp]
By = Literal["country", "partner", "sector", "cell"]
SETTLED = 1e-4
MAX_ROUNDS = 60
GRADIENT_SMALL = 1e-7


@dataclass(frozen=True)
class BestTariffs:
    """Tariffs chosen by players.

    Attributes
    ----------
    tariff : exporter, importer, sector, rate: a frame for `Shock(tariff=...)`, the players' imports only.
    real_income : percent change of real income over the base by country.
    at_bound : players that would go beyond the highest rate allowed, so that the rates are that bound's choice.
    rounds : best answers until nobody moved by more than a hundredth of a percentage point; 1 for a single player.
    """

    tariff: pd.DataFrame = field(repr=False)
    real_income: pd.Series[float]
    at_bound: tuple[str, ...]
    rounds: int


@dataclass(frozen=True, slots=True)
class _Instruments:
    """Which rates a player sets together: one code per cell of its imports."""

    player: int
    cells: tuple[Codes, Codes]
    group: Codes
    count: int


@dataclass(slots=True)
class _Last:
    """The equilibrium last solved in a search: where the next one starts, and log real incomes there."""

    near: Equilibrium | None
    income: Array


def nash(
    base: Baseline, shock: ShockArrays, closure: Closure, players: Sequence[str], by: By, highest: float
) -> BestTariffs:
    """Return tariffs from which no player would move alone, by rounds of best answers.

    Raises
    ------
    EconomyError, UnknownNameError : no players, one that is none, or a bound that is not above zero.
    NotConverged : the players still move after the last round.
    """
    for name in players:
        if players.count(name) > 1:
            raise EconomyError(f"the player {name} stands twice; name each once")
    if not players:
        raise EconomyError("tariffs of nobody: name one player or more")
    if not isinstance(highest, int | float | np.number) or not (np.isfinite(highest) and highest > 0):
        raise EconomyError(f"the highest rate is {highest!r}; allowed is a number above 0 (1 is a hundred percent)")
    instruments = [_instruments(base, player, by) for player in players]
    tau, moves = shock.tau, []
    near: Equilibrium | None = None
    for round_ in range(1, MAX_ROUNDS + 1):
        before = tau
        for mine in instruments:
            tau, income, near = _search(base, _with(base, shock, tau), closure, mine, highest, near)
        moves.append(float(np.abs(tau - before).max()))
        if len(players) == 1 or moves[-1] <= SETTLED:
            table = _table(base, tau, [mine.player for mine in instruments])
            change = pd.Series(100.0 * np.expm1(income), index=pd.Index(base.countries, name="country"))
            return BestTariffs(table, change.rename("real_income_percent"), _at_bound(table, highest), round_)
    raise NotConverged(
        f"after {MAX_ROUNDS} rounds of best answers a tariff still moves by {moves[-1]:.1e}; {SETTLED:.0e} is asked. "
        f"Let the players set fewer rates, or lower the highest",
        moves,
    )


def _at_bound(table: pd.DataFrame, highest: float) -> tuple[str, ...]:
    reached = table["rate"] >= highest * (1.0 - 1e-9)
    return tuple(dict.fromkeys(table.loc[reached, "importer"]))


def _instruments(base: Baseline, player: str, by: By) -> _Instruments:
    if player not in base.countries:
        raise UnknownNameError("player", player, base.countries, "the countries of the economy")
    n = base.countries.index(player)
    s, i = np.nonzero(base.pi[:, n, :] > 0)
    foreign = i != n
    s, i = s[foreign], i[foreign]
    if not s.size:
        raise EconomyError(f"{player} imports nothing, so it has no tariff to choose")
    if not isinstance(by, str):
        raise EconomyError(f"tariffs are set by {by!r}; allowed are country, partner, sector or cell")
    keys = {"country": np.zeros_like(s), "partner": i, "sector": s, "cell": s * len(base.countries) + i}
    if by not in keys:
        raise EconomyError(f"tariffs are set by '{by}'; allowed are {', '.join(keys)}")
    codes, group = np.unique(keys[by], return_inverse=True)
    return _Instruments(n, (s, i), group.astype(np.intp), len(codes))


def _search(
    base: Baseline,
    shock: ShockArrays,
    closure: Closure,
    mine: _Instruments,
    highest: float,
    near: Equilibrium | None,
) -> tuple[Array, Array, Equilibrium | None]:
    """Climb from the rates that stand; return tau, log real incomes and the equilibrium there."""
    s, i = mine.cells
    weights = np.zeros(len(base.countries))
    weights[mine.player] = 1.0
    last = _Last(near, np.zeros(len(base.countries)))

    def tau_of(rates: Array) -> Array:
        tau = shock.tau.copy()
        tau[s, mine.player, i] = rates[mine.group]
        return tau

    def loss(rates: Array) -> tuple[float, Array]:
        trial = _with(base, shock, tau_of(rates))
        state = solve(base, trial, closure, near=last.near)
        income = np.log(state.income / base.income) - (base.alpha * np.log(state.P_hat)).sum(axis=0)
        last.near, last.income = state, income
        slope = sensitivity(base, trial, closure, state, weights).tariff[s, mine.player, i]
        # Log points in percent: the search's stopping rules are absolute.
        uphill = np.bincount(mine.group, slope, minlength=mine.count)
        return -100.0 * float(income[mine.player]), np.asarray(-100.0 * uphill, dtype=float)

    standing = np.bincount(mine.group, shock.tau[s, mine.player, i]) / np.bincount(mine.group)
    found = minimize(
        loss, np.clip(standing, 0.0, highest), jac=True, method="L-BFGS-B",
        bounds=[(0.0, highest)] * mine.count, options={"gtol": GRADIENT_SMALL, "ftol": 1e-14, "maxiter": 500},
    )  # fmt: skip
    loss(found.x)
    return tau_of(found.x), last.income, last.near


def _with(base: Baseline, shock: ShockArrays, tau: Array) -> ShockArrays:
    """The same shock under other tariffs."""
    return replace(shock, tau=tau, log_kappa_hat=shock.log_kappa_hat + np.log1p(tau) - np.log1p(shock.tau))


def _table(base: Baseline, tau: Array, players: Sequence[int]) -> pd.DataFrame:
    rows = []
    for n in players:
        s, i = np.nonzero(base.pi[:, n, :] > 0)
        foreign = i != n
        rows += [
            (base.countries[b], base.countries[n], base.sectors[a], float(tau[a, n, b]))
            for a, b in zip(s[foreign], i[foreign], strict=True)
        ]
    return pd.DataFrame(rows, columns=["exporter", "importer", "sector", "rate"])
