"""The economy as its users meet it: built from tables by name, shocked, solved."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from zollverein.economy.baseline import Baseline, baseline_of_flows
from zollverein.economy.certificate import certify, trade_levels
from zollverein.economy.closure import Closure
from zollverein.economy.equilibrium import consistent, solve
from zollverein.economy.outcome import Outcome
from zollverein.economy.shock import Shock, shock_arrays
from zollverein.economy.tables import baseline_of_tables

__all__ = ["Economy"]


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

    @classmethod
    def from_tables(
        cls,
        trade: pd.DataFrame,
        *,
        theta: pd.DataFrame | float,
        value_added: pd.DataFrame | None = None,
        inputs: pd.DataFrame | None = None,
        tariffs: pd.DataFrame | None = None,
        deficits: str = "fixed",
    ) -> Economy:
        """Build an economy from long tables; columns go by name, never by position.

        Parameters
        ----------
        trade : exporter, importer, sector, value; net of tariff, domestic sales (exporter = importer) included.
        theta : sector, theta (or sigma, ``theta = sigma - 1``); or one number for all sectors.
        value_added : country, sector, share of gross output; absent: no intermediates.
        inputs : country, input, user, share of the user's gross output.
        tariffs : exporter, importer, sector, rate (0.05 is five percent); absent rows are zero.
        deficits : closure of the first solve where the tables are not an equilibrium; see `Closure`.

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
        base, ledger = baseline_of_tables(trade, theta, value_added, inputs, tariffs)
        if len(ledger):
            base = _settled(base, Closure(deficits=deficits))  # type: ignore[arg-type]
        return cls(consistent(base), ledger)

    def solve(self, shock: Shock | None = None, *, closure: Closure | None = None) -> Outcome:
        """Solve one shock to its certified equilibrium.

        Raises
        ------
        EconomyError : the shock does not fit the tables.
        NotConverged : no certificate under tolerance, hence no result.
        """
        closure = closure or Closure()
        arrays = shock_arrays(shock or Shock(), self.base, closure)
        state = solve(self.base, arrays, closure)
        return Outcome(self.base, arrays, state, certify(self.base, arrays, closure, state))

    @property
    def countries(self) -> tuple[str, ...]:
        """Country labels in the order of the arrays."""
        return self.base.countries

    @property
    def sectors(self) -> tuple[str, ...]:
        """Sector labels in the order of the arrays."""
        return self.base.sectors


def _settled(base: Baseline, closure: Closure) -> Baseline:
    """Solve tables that are not an equilibrium to one and take its flows as the base."""
    arrays = shock_arrays(Shock(), base, closure)
    state = solve(base, arrays, closure)
    flows = trade_levels(base, arrays, state)[1]
    settled = baseline_of_flows(base.countries, base.sectors, flows, base.tau, base.theta, base.gamma, base.gamma_io)
    alpha = np.maximum(settled.alpha, 0.0)
    return replace(settled, alpha=alpha / alpha.sum(axis=0))
