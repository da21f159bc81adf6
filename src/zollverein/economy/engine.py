"""The economy as its users meet it: built from tables by name, shocked, solved."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zollverein.economy.attribution import shapley
from zollverein.economy.baseline import Baseline, baseline_of_flows
from zollverein.economy.batches import run_draws
from zollverein.economy.certificate import certify, trade_levels
from zollverein.economy.closure import Closure, Deficits
from zollverein.economy.conditional import Conditional, conditional
from zollverein.economy.cubes import long_frame
from zollverein.economy.draws import Draws, Effects, theta_draws
from zollverein.economy.equilibrium import consistent, solve
from zollverein.economy.fused_map import Equilibrium
from zollverein.economy.gains import autarky_table
from zollverein.economy.labels import framed, require, require_count
from zollverein.economy.outcome import Outcome
from zollverein.economy.path import rebased, walked
from zollverein.economy.players import BestTariffs, By, nash
from zollverein.economy.shock import Shock, ShockArrays, shock_arrays
from zollverein.economy.tables import UNSETTLED, AbsentPairs, baseline_of_tables
from zollverein.errors import EconomyError, ZollvereinError

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Economy"]

# A relative change below this is rounding.
SETTLED = 1e-9
MOST_JOBS = 256


@dataclass(frozen=True)
class Economy:
    """World trade in general equilibrium around a base year.

    Attributes
    ----------
    base : the base-year equilibrium as arrays.
    ledger : what had to move to make the tables an equilibrium (table, country, sector, was, now, why).
    """

    base: Baseline = field(repr=False)
    ledger: pd.DataFrame = field(repr=False)

    def __repr__(self) -> str:
        return (
            f"Economy({len(self.countries)} countries, {len(self.sectors)} sectors; "
            f"{len(self.ledger)} rows moved, see the ledger)"
        )

    @classmethod
    def from_tables(
        cls,
        trade: pd.DataFrame,
        *,
        theta: pd.DataFrame | float,
        value_added: pd.DataFrame | None = None,
        inputs: pd.DataFrame | None = None,
        tariffs: pd.DataFrame | None = None,
        final: pd.DataFrame | None = None,
        output: pd.DataFrame | None = None,
        clip: bool = False,
        absent_pairs: AbsentPairs = "refuse",
        deficits: Deficits = "fixed",
    ) -> Economy:
        """Build an economy from long tables; columns go by name, never by position.

        The tables may be pandas frames or any other dataframe: Polars, Arrow.

        Parameters
        ----------
        trade : exporter, importer, sector, value; net of tariff, domestic sales (exporter = importer) included. In a
            world of one sector the column may be left out of every table.
        theta : sector, theta (or sigma, ``theta = sigma - 1``); or one number for all sectors.
        value_added : country, sector, share of gross output; absent: no intermediates.
        inputs : country, input, user, share of the user's gross output.
        tariffs : exporter, importer, sector, rate (0.05 is five percent); absent rows are zero.
        final : country, sector, share of final consumption; absent: what each market has left after intermediate use.
            Where the two differ the base is solved first, and the ledger says so.
        output : country, sector, value: gross output, from which domestic sales are what exports leave. Absent:
            ``trade`` has them itself.
        clip : raise output to exports where they are larger, and say so in the ledger; else such a table is refused.
        absent_pairs : rows that are left out are no trade; but in a table where every pair that stands has all sectors,
            a pair that does not stand is taken for a hole: ``"refuse"`` it, or take it for ``"zero"`` too.
        deficits : closure of the first solve where the tables are not an equilibrium, or have deficits while ``"zero"``
            is asked; see `Closure`. The ledger says what output it moved.

        Raises
        ------
        EconomyError : naming the table, the row, what is allowed and the fix.
        NotConverged : the tables cannot be made an equilibrium.

        Examples
        --------
        >>> trade = pd.DataFrame({"exporter": list("AABB"), "importer": list("ABAB"), "sector": "all",
        ...                       "value": [80.0, 20.0, 20.0, 180.0]})
        >>> economy = Economy.from_tables(trade, theta=4.0)
        >>> dearer = pd.DataFrame({"exporter": ["A"], "importer": ["B"], "factor": [1.1]})
        >>> economy.solve(Shock(iceberg=dearer)).real_income.round(2).to_dict()
        {'A': -0.82, 'B': -0.47}
        """
        closure = Closure(deficits=deficits)
        given = {"value_added": value_added, "inputs": inputs, "tariffs": tariffs, "output": output, "final": final}
        frames = {name: None if table is None else framed(name, table) for name, table in given.items()}
        number = isinstance(theta, int | float | np.number | str | None)
        base, ledger = baseline_of_tables(
            framed("trade", trade), theta if number else framed("theta", theta), clip=clip, absent_pairs=absent_pairs,
            **frames,
        )  # fmt: skip
        unbalanced = deficits == "zero" and (np.abs(base.deficit) > SETTLED * base.income).any()
        if unbalanced or ledger["why"].isin(UNSETTLED).any():
            settled = _settled(base, closure)
            ledger = pd.concat([ledger, _moved(base, settled)], ignore_index=True)
            base = settled
        return cls(consistent(base), ledger)

    @classmethod
    def from_xarray(
        cls,
        trade: xr.DataArray,
        *,
        theta: xr.DataArray | float,
        value_added: xr.DataArray | None = None,
        inputs: xr.DataArray | None = None,
        tariffs: xr.DataArray | None = None,
        final: xr.DataArray | None = None,
        absent_pairs: AbsentPairs = "refuse",
        deficits: Deficits = "fixed",
    ) -> Economy:
        """Build an economy from labelled arrays; dimensions go by name, in any order.

        Parameters
        ----------
        trade, tariffs : dimensions exporter, importer, sector. theta : sector. value_added, final : country, sector.
        inputs : country, input, user. Missing values (NaN) are rows left out. Else as `from_tables`.

        Raises
        ------
        EconomyError : a dimension is missing, and whatever `from_tables` refuses.
        """
        pair, own = ("exporter", "importer", "sector"), ("country", "sector")
        return cls.from_tables(
            long_frame("trade", trade, pair, "value"),
            theta=theta if isinstance(theta, int | float) else long_frame("theta", theta, ("sector",), "theta"),
            value_added=None if value_added is None else long_frame("value_added", value_added, own, "share"),
            inputs=None if inputs is None else long_frame("inputs", inputs, ("country", "input", "user"), "share"),
            tariffs=None if tariffs is None else long_frame("tariffs", tariffs, pair, "rate"),
            final=None if final is None else long_frame("final", final, own, "share"),
            absent_pairs=absent_pairs,
            deficits=deficits,
        )

    def solve(
        self, shock: Shock | None = None, *, closure: Closure | None = None, near: Outcome | None = None
    ) -> Outcome:
        """Solve one shock to its certified equilibrium; warns where a closure does not promise that it is the only one.

        Parameters
        ----------
        near : an outcome of this economy to start from, of the same closure and quotas; absent: the base. The answer
            is the same, sooner.

        Raises
        ------
        EconomyError : the shock does not fit the tables.
        NotConverged : no certificate under tolerance, hence no result.
        """
        closure = closure or Closure()
        return self._solved(self._arrays(shock, closure), closure, None if near is None else near.state)

    def solve_many(self, shocks: Mapping[str, Shock], *, closure: Closure | None = None) -> dict[str, Outcome]:
        """Solve several shocks, each from the equilibrium of the one before it.

        Raises
        ------
        EconomyError, NotConverged : as `solve`; the message names the shock.
        """
        require("solve_many", shocks, Mapping, "shocks by name, such as {'first': Shock(...)}")
        closure, near, solved = closure or Closure(), None, {}
        for name, shock in shocks.items():
            try:
                solved[name] = self._solved(self._arrays(shock, closure), closure, near)
            except ZollvereinError as error:
                error.add_note(f"in the shock '{name}'")
                raise
            near = solved[name].state
        return solved

    def attribute(self, parts: Mapping[str, Shock], *, closure: Closure | None = None) -> pd.DataFrame:
        """Return what each part of a shock did to real income, percent by country; the parts add up exactly.

        The Shapley value over the parts; see `zollverein.economy.attribution`.

        Raises
        ------
        EconomyError : no parts, more than eight, or two that set the same tariff or levy the same flow.
        NotConverged : some of the parts together have no certified equilibrium.
        """
        require("attribute", parts, Mapping, "parts by name, such as {'tariffs': Shock(...)}")
        closure = closure or Closure()
        arrays = {name: self._arrays(shock, closure) for name, shock in parts.items()}
        return shapley(
            arrays, self.base, lambda joint: np.asarray(self._solved(joint, closure).real_income, dtype=np.float64)
        )

    def log_linear_path(self, shock: Shock, *, steps: int = 32, closure: Closure | None = None) -> pd.DataFrame:
        """Return the first-order split summed over equal steps of a shock, beside the exact log change; percent.

        Raises
        ------
        EconomyError : fewer than one step, or quotas or export taxes. NotConverged : a step has no certificate.
        """
        closure = closure or Closure()
        return walked(self.base, self._arrays(shock, closure), closure, steps)

    def conditional(self, shock: Shock) -> Conditional:
        """Solve the conditional equilibrium of gravity: outputs and expenditures stay, resistances adjust.

        Raises
        ------
        EconomyError : anything but iceberg costs. NotConverged : no certificate under tolerance.
        """
        return conditional(self.base, self._arrays(shock, Closure()))

    def gains_from_trade(self) -> pd.DataFrame:
        """Return what closing all borders would cost each country: real_wage_percent, real_income_percent.

        Raises
        ------
        EconomyError : a country makes nothing of a good that it uses.
        """
        return autarky_table(self.base)

    def draws(
        self,
        shock: Shock | None = None,
        *,
        draws: int = 200,
        seed: int = 1,
        theta_uncertainty: pd.DataFrame | None = None,
        theta_covariance: pd.DataFrame | None = None,
        effects: Effects | None = None,
        closure: Closure | None = None,
        jobs: int = 1,
    ) -> Draws:
        """Solve a shock under many draws of trade elasticities and of estimated effects on trade.

        Parameters
        ----------
        theta_uncertainty : sector with low and high (uniform), or with standard_error (normal).
        theta_covariance : square frame by sector, instead.
        effects : estimated effects on trade that come beside the shock.
        jobs : threads over draws; the numbers do not depend on it.

        Raises
        ------
        EconomyError : what is drawn does not fit the economy. NotConverged : not one draw has an equilibrium.
        """
        require_count("jobs", jobs, MOST_JOBS)
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
            raise EconomyError(f"seed is {seed!r}; allowed is a whole number from 0")
        rng, closure = np.random.default_rng(seed), closure or Closure()
        thetas = theta_draws(self.base.theta, self.sectors, theta_uncertainty, theta_covariance, draws, rng)
        return run_draws(self.base, self._arrays(shock, closure), closure, thetas, effects, rng, jobs)

    def best_tariffs(
        self,
        players: str | Sequence[str],
        *,
        by: By = "country",
        highest: float = 2.0,
        shock: Shock | None = None,
        closure: Closure | None = None,
    ) -> BestTariffs:
        """Return the tariffs that a player would choose for its own real income, or several in Nash equilibrium.

        A deficit that is owed whatever the tariff can make shutting out all other trade the best answer; `at_bound`
        then names the player. Build the economy with ``deficits="zero"`` for tariffs that answer to trade alone.

        Parameters
        ----------
        players : one country, or several that answer each other until none would move alone.
        by : one rate a player (``"country"``), one by exporter (``"partner"``), by ``"sector"``, or by ``"cell"``.
        highest : upper bound of a rate; 2 is two hundred percent. The lower bound is 0.
        shock : what else happens.

        Raises
        ------
        EconomyError, UnknownNameError : players or bounds that do not fit. NotConverged : the players do not settle.
        """
        require("players", players, (str, list, tuple), "one country or a list of several")
        closure = closure or Closure()
        named = [players] if isinstance(players, str) else list(players)
        return nash(self.base, self._arrays(shock, closure), closure, named, by, highest)

    def settled_at(self, outcome: Outcome) -> Economy:
        """Return the economy whose base year is an outcome of this one.

        Raises
        ------
        EconomyError : the outcome has quotas or export taxes.
        """
        require("settled_at", outcome, Outcome, "an Outcome, as solve returns it")
        if outcome.base is not self.base:
            raise EconomyError("the outcome is another economy's; give one that this economy solved")
        return Economy(rebased(self.base, outcome.shock, outcome.state), self.ledger)

    def _arrays(self, shock: Shock | None, closure: Closure) -> ShockArrays:
        return shock_arrays(Shock() if shock is None else shock, self.base, closure)

    def _solved(self, arrays: ShockArrays, closure: Closure, near: Equilibrium | None = None) -> Outcome:
        if closure.supply_elasticity < 0.0:
            warnings.warn(
                f"with a supply elasticity of {closure.supply_elasticity:g} the equilibrium may be not unique (Allen, "
                f"Arkolakis and Takahashi 2020 prove it for 0 and above); this is one of them",
                stacklevel=3,
            )
        state = solve(self.base, arrays, closure, near=near)
        return Outcome(self.base, arrays, state, closure, certify(self.base, arrays, closure, state))

    @property
    def countries(self) -> tuple[str, ...]:
        """Country labels in the order of the arrays."""
        return self.base.countries

    @property
    def sectors(self) -> tuple[str, ...]:
        """Sector labels in the order of the arrays."""
        return self.base.sectors


def _moved(base: Baseline, settled: Baseline) -> pd.DataFrame:
    """Return the outputs that the first solve moved, as rows of the ledger."""
    s, n = np.nonzero(np.abs(settled.output - base.output) > SETTLED * base.output)
    return pd.DataFrame(
        {
            "table": "output",
            "country": np.array(base.countries, dtype=object)[n],
            "sector": np.array(base.sectors, dtype=object)[s],
            "was": base.output[s, n],
            "now": settled.output[s, n],
            "why": "the base was solved to an equilibrium",
        }
    )


def _settled(base: Baseline, closure: Closure) -> Baseline:
    """Solve tables that are not an equilibrium to one and take its flows as the base."""
    arrays = shock_arrays(Shock(), base, closure)
    state = solve(base, arrays, closure)
    flows = trade_levels(base, arrays, state)[1]
    settled = baseline_of_flows(base.countries, base.sectors, flows, base.tau, base.theta, base.gamma, base.gamma_io)
    alpha = np.maximum(settled.alpha, 0.0)
    return replace(settled, alpha=alpha / alpha.sum(axis=0))
