"""What to build: options chosen against sampled outages, on the frontier of capital against expected and tail loss.

A two-stage stochastic programme by sample average approximation (Kleywegt, Shapiro and Homem-de-Mello 2002,
doi:10.1137/S1052623499363220). The second stage, what a scenario earns with some options built, is concave in capacity,
and its duals are slopes; the mean and the conditional value at risk (Rockafellar and Uryasev 2000,
doi:10.21314/JOR.2000.038) of the losses are bounded by planes through the portfolios tried (the L-shaped method, Van
Slyke and Wets 1969), and a small integer programme picks the next, until none can be better.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from zollverein.corridor.horizon import DAYS_PER_YEAR
from zollverein.corridor.outage import Outage
from zollverein.corridor.router import Router
from zollverein.errors import NetworkError, NotConverged, UnknownNameError
from zollverein.given import require

__all__ = ["Expansion", "Option", "added_kt", "expansion"]

Floats = npt.NDArray[np.float64]
Scenario = Sequence[Outage]
MOST_ROUNDS = 200
# US$ million by which a portfolio may fall short of the best and still be called it.
CLOSE = 1e-4


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be built.

    Parameters
    ----------
    name : what it is called. capex_usd_million : what it costs.
    additions : (link, kt a year) that it adds. ready : first day it can be used; None: from the start.
    requires : options without which it is of no use. group : of the options of one group at most one is built.
    """

    name: str
    capex_usd_million: float
    additions: tuple[tuple[str, float], ...]
    ready: date | None = None
    requires: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Expansion:
    """What to build at every budget.

    Attributes
    ----------
    frontier : objective (expected or cvar), budget_usd_million, options, capex_usd_million, expected_loss_usd_million,
        cvar_loss_usd_million, and, where scenarios were kept aside, checked_expected_loss_usd_million with its
        standard error and checked_cvar_loss_usd_million. A loss is measured against the network undisturbed and
        unextended; below zero it is a gain.
    values : option, alone_usd_million (fall of the expected loss where nothing else is built), last_usd_million (where
        all that may stand beside it is built), alone_cvar_usd_million.
    tried : options, capex_usd_million, expected_loss_usd_million, cvar_loss_usd_million of every portfolio solved.
    """

    frontier: pd.DataFrame = field(repr=False)
    values: pd.DataFrame = field(repr=False)
    tried: pd.DataFrame = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Tried:
    """Losses of a portfolio and planes below the two measures: measure + slope @ (y - built) bounds it from below."""

    built: Floats
    losses: Floats
    expected: float
    cvar: float
    expected_slope: Floats
    cvar_slope: Floats


def expansion(
    router: Router,
    options: Sequence[Option],
    scenarios: Sequence[Scenario],
    *,
    budgets_usd_million: Sequence[float],
    alpha: float = 0.95,
    check: Sequence[Scenario] = (),
    progress: Callable[[str, int], None] | None = None,
) -> Expansion:
    """Choose what to build at every budget, for the least expected loss and for the least conditional value at risk.

    Parameters
    ----------
    router : the network over the horizon that counts; it is left as it was.
    scenarios : sampled outages, equally likely. check : others, kept aside, on which what was chosen is tried again.
    alpha : the tail beyond it is what the conditional value at risk averages.
    progress : called with the portfolio's options and how many portfolios were solved.

    Raises
    ------
    NetworkError, UnknownNameError : options, scenarios or budgets that do not fit.
    """
    _require(router, options, scenarios, budgets_usd_million, alpha)
    solver = _Solver(router, options, scenarios, alpha, progress)
    try:
        nothing = np.zeros(len(options))
        solver.tried(nothing)
        rows = [
            solver.row(objective, float(budget), solver.best(objective, float(budget)), check)
            for objective in ("expected", "cvar")
            for budget in sorted(budgets_usd_million)
        ]
        values = solver.values()
    finally:
        router.extend(solver.already)
    tried = pd.DataFrame([solver.told(t) for t in solver.seen.values()])
    return Expansion(pd.DataFrame(rows), values, tried.sort_values("capex_usd_million", ignore_index=True))


class _Solver:
    """Portfolios tried so far, and the planes through them."""

    def __init__(
        self,
        router: Router,
        options: Sequence[Option],
        scenarios: Sequence[Scenario],
        alpha: float,
        progress: Callable[[str, int], None] | None,
    ) -> None:
        self.router, self.options, self.scenarios, self.alpha = router, options, scenarios, alpha
        self.progress = progress
        self.capex = np.array([o.capex_usd_million for o in options], dtype=float)
        self.added = np.stack([added_kt(router, option) for option in options])
        self.already, self.base = router.added_kt, router.base().netback_usd_million
        self.seen: dict[tuple[int, ...], _Tried] = {}

    def tried(self, built: Floats) -> _Tried:
        """Solve every scenario with some options built, once."""
        key = tuple(round(float(y)) for y in built)
        if key not in self.seen:
            losses, slopes = self._losses(np.array(key, dtype=float), self.scenarios)
            count = len(losses)
            order = np.argsort(-losses, kind="stable")
            weight = np.zeros(count)
            tail = (1.0 - self.alpha) * count
            weight[order] = np.clip(tail - np.arange(count), 0.0, 1.0) / tail
            self.seen[key] = _Tried(
                np.array(key, dtype=float), losses, float(losses.mean()), float(weight @ losses),
                slopes.mean(axis=0), weight @ slopes,
            )  # fmt: skip
            if self.progress is not None:
                self.progress(self.named(built), len(self.seen))
        return self.seen[key]

    def _losses(self, built: Floats, scenarios: Sequence[Scenario]) -> tuple[Floats, Floats]:
        self.router.extend(self.already + np.tensordot(built, self.added, axes=1))
        losses, slopes = [], []
        for scenario in scenarios:
            answer, slope = self.router.slopes(scenario)
            losses.append(self.base - answer.netback_usd_million)
            slopes.append(-np.einsum("kit,it->k", self.added, slope))
        return np.array(losses), np.stack(slopes)

    def best(self, objective: str, budget: float) -> _Tried:
        """Return the portfolio of the least measure within a budget; of equals the cheapest."""
        found: _Tried | None = None
        for _ in range(MOST_ROUNDS):
            built, bound = self._master(objective, budget)
            trial = self.tried(built)
            if found is None or _measure(trial, objective) < _measure(found, objective) - CLOSE:
                found = trial
            if _measure(found, objective) <= bound + CLOSE:
                affordable = [
                    t for t in self.seen.values()
                    if self._allowed(t.built, budget) and _measure(t, objective) <= _measure(found, objective) + CLOSE
                ]  # fmt: skip
                return min(affordable, key=lambda t: (float(self.capex @ t.built), tuple(-t.built)))
        raise NotConverged(
            f"the choice of options did not settle in {MOST_ROUNDS} rounds; offer fewer options that differ little"
        )

    def _master(self, objective: str, budget: float) -> tuple[Floats, float]:
        """Minimise the highest plane over portfolios within the budget; return the portfolio and that bound."""
        K = len(self.options)
        at = {option.name: k for k, option in enumerate(self.options)}
        rows, lower, upper = [np.append(self.capex, 0.0)], [-np.inf], [budget + 1e-9]
        for k, option in enumerate(self.options):
            for needed in option.requires:
                row = np.zeros(K + 1)
                row[k], row[at[needed]] = 1.0, -1.0
                rows, lower, upper = [*rows, row], [*lower, -np.inf], [*upper, 0.0]
        for group in sorted({o.group for o in self.options} - {""}):
            row = np.array([float(o.group == group) for o in self.options] + [0.0])
            rows, lower, upper = [*rows, row], [*lower, -np.inf], [*upper, 1.0]
        for tried in self.seen.values():
            slope = tried.expected_slope if objective == "expected" else tried.cvar_slope
            rows.append(np.append(slope, -1.0))
            lower, upper = [*lower, -np.inf], [*upper, float(slope @ tried.built) - _measure(tried, objective)]
        found = milp(
            np.append(np.zeros(K), 1.0),
            constraints=LinearConstraint(np.stack(rows), lower, upper),
            integrality=np.append(np.ones(K), 0.0),
            bounds=Bounds(np.append(np.zeros(K), -np.inf), np.append(np.ones(K), np.inf)),
            options={"mip_rel_gap": 0.0},
        )
        if found.x is None:
            raise NotConverged(f"the choice of options was not solved: {found.message}")
        return np.round(found.x[:K]), float(found.fun)

    def _allowed(self, built: Floats, budget: float) -> bool:
        chosen = {o.name for o, y in zip(self.options, built, strict=True) if y > 0}
        groups = [o.group for o in self.options if o.name in chosen and o.group]
        needed = {name for o in self.options if o.name in chosen for name in o.requires}
        affordable = float(self.capex @ built) <= budget + 1e-9
        return needed <= chosen and len(set(groups)) == len(groups) and affordable

    def values(self) -> pd.DataFrame:
        """Return what each option is worth alone (with what it requires), and last."""
        nothing = self.tried(np.zeros(len(self.options)))
        rows = []
        for k, option in enumerate(self.options):
            alone = self._with(self._needed(option.name))
            without = self._with(self._needed(option.name) - {option.name})
            beside = {o.name for o in self.options if not o.group} | self._needed(option.name)
            rest = beside - {n for n in beside if option.name in self._needed(n)}
            rows.append({
                "option": option.name,
                "capex_usd_million": float(self.capex[k]),
                "alone_usd_million": without.expected - alone.expected,
                "last_usd_million": self._with(rest).expected - self._with(rest | {option.name}).expected,
                "alone_cvar_usd_million": without.cvar - alone.cvar,
                "expected_loss_without_usd_million": nothing.expected,
            })  # fmt: skip
        return pd.DataFrame(rows)

    def _needed(self, name: str) -> set[str]:
        """An option and all that it requires."""
        option = next(o for o in self.options if o.name == name)
        return {name}.union(*(self._needed(other) for other in option.requires))

    def _with(self, names: set[str]) -> _Tried:
        return self.tried(np.array([float(o.name in names) for o in self.options]))

    def row(self, objective: str, budget: float, tried: _Tried, check: Sequence[Scenario]) -> dict[str, object]:
        """Return a row of the frontier, tried again on scenarios that were kept aside."""
        row = {"objective": objective, "budget_usd_million": budget} | self.told(tried)
        if check:
            losses, _ = self._losses(tried.built, check)
            tail = np.sort(losses)[::-1][: max(1, round((1.0 - self.alpha) * len(losses)))]
            row |= {
                "checked_expected_loss_usd_million": float(losses.mean()),
                "checked_standard_error_usd_million": float(losses.std(ddof=1) / np.sqrt(len(losses))),
                "checked_cvar_loss_usd_million": float(tail.mean()),
            }
        return row

    def told(self, tried: _Tried) -> dict[str, object]:
        """Return a portfolio in words and figures."""
        return {
            "options": self.named(tried.built),
            "capex_usd_million": float(self.capex @ tried.built),
            "expected_loss_usd_million": tried.expected,
            "cvar_loss_usd_million": tried.cvar,
        }

    def named(self, built: Floats) -> str:
        """Return the names of what is built."""
        return " + ".join(o.name for o, y in zip(self.options, built, strict=True) if y > 0.5) or "nothing"


def _measure(tried: _Tried, objective: str) -> float:
    return tried.expected if objective == "expected" else tried.cvar


def added_kt(router: Router, option: Option) -> Floats:
    """Return (links, T) kt that an option adds, from the day it is ready."""
    horizon, position = router.horizon, {link: k for k, link in enumerate(router.network.links.index)}
    day = np.arange(horizon.total_days)
    usable = day >= (horizon.day(option.ready) if option.ready is not None else 0)
    days = horizon.by_period(usable.astype(float)[None, :])[0]
    added = np.zeros((len(position), len(horizon)))
    for link, kt_per_year in option.additions:
        added[position[link]] += kt_per_year / DAYS_PER_YEAR * days
    return added


def _require(
    router: Router, options: Sequence[Option], scenarios: Sequence[Scenario], budgets: Sequence[float], alpha: float
) -> None:
    for option in options:
        require("an option", option, Option, "an Option", NetworkError)
    names = [option.name for option in options]
    if not names or len(set(names)) < len(names):
        raise NetworkError(f"options are {', '.join(names) or 'none'}; give one at least, each by its own name")
    for option in options:
        _require_option(router, option, names)
    _require_no_circle(options)
    if not scenarios:
        raise NetworkError("no scenarios are given; sample outages first, a few hundred at least")
    for budget in budgets:
        if not (isinstance(budget, int | float | np.number) and np.isfinite(budget) and budget >= 0):
            raise NetworkError(f"a budget is {budget!r}; allowed is zero or more, in US$ million")
    if not len(budgets):
        raise NetworkError("no budgets are given; name one at least, in US$ million")
    if not 0.0 <= alpha < 1.0:
        raise NetworkError(f"alpha is {alpha!r}; allowed is 0 up to, not including, 1 (0.95: the worst twentieth)")


def _require_option(router: Router, option: Option, names: Sequence[str]) -> None:
    if not option.additions:
        raise NetworkError(f"option '{option.name}' adds nothing; name a link and kt a year")
    for link, kt in option.additions:
        if link not in router.network.links.index:
            raise UnknownNameError("link", link, router.network.links.index, f"option '{option.name}'")
        if not (np.isfinite(kt) and kt > 0):
            raise NetworkError(f"option '{option.name}' adds {kt} kt a year to '{link}'; allowed is above 0")
    if not (np.isfinite(option.capex_usd_million) and option.capex_usd_million >= 0):
        raise NetworkError(f"option '{option.name}' costs {option.capex_usd_million}; allowed is zero or more")
    for needed in option.requires:
        if needed not in names:
            raise UnknownNameError("option", needed, names, f"what option '{option.name}' requires")


def _require_no_circle(options: Sequence[Option]) -> None:
    needs = {option.name: set(option.requires) for option in options}
    while ready := [name for name, needed in needs.items() if not needed]:
        needs = {name: needed - set(ready) for name, needed in needs.items() if name not in ready}
    if needs:
        raise NetworkError(f"options {', '.join(sorted(needs))} require each other in a circle; part them")
