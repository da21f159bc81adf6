"""Output, home sales and final demand: what each region must make so that its markets clear and its GDP is met."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import optimize, sparse

from zollverein.case.balancing import Balanced, Constraints, errors_like_ras, reconcile
from zollverein.case.building.base_inputs import Array, BaseInputs
from zollverein.errors import Infeasible

__all__ = ["Production", "production"]

# How far a sector's share in GDP and in final spending may be off: judgements. Final spending is the softer one, being
# what markets leave, and its small cells are the softest, as in RAS: a residual of large numbers.
ACTIVITY_ERROR, FINAL_ERROR = 0.05, 0.50
# Where exports take more than what a target share would make, home sales start from this share of output.
LEAST_HOME_SHARE = 0.02
# A target of nothing would hold final spending at nothing, whatever the market leaves.
LEAST_FINAL_SHARE = 1e-3


@dataclass(frozen=True, eq=False)
class Production:
    """Accounts of every region and sector, (N, S) in US$ million.

    Attributes
    ----------
    home : sales at home. exports, imports : fob. final : final spending, tariffs included. output : home + exports.
    revenue : (N,) tariff revenue. balanced : one certificate and report per region.
    """

    home: Array = field(repr=False)
    exports: Array = field(repr=False)
    imports: Array = field(repr=False)
    final: Array = field(repr=False)
    revenue: Array = field(repr=False)
    balanced: tuple[Balanced, ...] = field(repr=False)

    @property
    def output(self) -> Array:
        """(N, S) gross output: what is sold at home and abroad."""
        return np.asarray(self.home + self.exports)


def production(inputs: BaseInputs, trade: pd.DataFrame) -> Production:
    """Solve each region for home sales h and final spending f, both positive, nearest to their targets.

    ``h_s + sum_i M_is (1 + tau_is) = sum_k a_sk (h_k + E_k) + f_s`` for every sector, and
    ``sum_k v_k (h_k + E_k) = GDP``, by weighted entropy (`reconcile`); final spending then is GDP, tariff revenue and
    the deficit, as accounts must be (Caliendo and Parro 2015, equations 8 and 9).

    Parameters
    ----------
    trade : exporter, importer, sector, value_usd_million.

    Raises
    ------
    Infeasible : a region whose GDP is less than what its exports and their inputs make by themselves, both named.
    NotConverged : see `reconcile`.
    """
    flows = _cube(inputs, trade)
    exports = np.asarray(flows.sum(axis=1).T)
    imports = np.asarray(flows.sum(axis=2).T)
    paid = np.asarray((flows * (1.0 + inputs.rate)).sum(axis=2).T)
    gdp = inputs.total("gdp")["value_usd_million"].to_numpy(dtype=np.float64)
    revenue = (paid - imports).sum(axis=1)
    spending = gdp + revenue + (imports - exports).sum(axis=1)
    solved = [
        _region(inputs, n, exports[n], paid[n], float(gdp[n]), float(spending[n])) for n in range(len(inputs.regions))
    ]
    S = len(inputs.sectors)
    values = np.array([balanced.values for balanced in solved])
    return Production(values[:, :S], exports, imports, values[:, S:], revenue, tuple(solved))


def _cube(inputs: BaseInputs, trade: pd.DataFrame) -> Array:
    """(S, N importers, N exporters) trade."""
    at = [pd.Index(labels).get_indexer(pd.Index(trade[column])) for labels, column in
          ((inputs.sectors, "sector"), (inputs.regions, "importer"), (inputs.regions, "exporter"))]  # fmt: skip
    out = np.zeros((len(inputs.sectors), len(inputs.regions), len(inputs.regions)))
    out[at[0], at[1], at[2]] = trade["value_usd_million"].to_numpy(dtype=np.float64)
    return out


def _region(inputs: BaseInputs, n: int, exports: Array, paid: Array, gdp: float, spending: float) -> Balanced:
    """One region: 2 S cells, S markets and GDP."""
    a, v, S = inputs.coefficients[n], inputs.value_added_share[n], len(inputs.sectors)
    made = inputs.gdp_share[n] * gdp / v
    home = np.maximum(made - exports, LEAST_HOME_SHARE * np.maximum(made, exports))
    final = np.maximum(inputs.final_share[n], LEAST_FINAL_SHARE) * spending
    # The target is what is made: the smaller a part of it stays at home, the less is known of that part.
    error = np.minimum(
        errors_like_ras(made, ACTIVITY_ERROR) * np.maximum(made / np.where(home > 0, home, 1.0), 1.0), 1.0
    )
    markets = sparse.csr_array(np.hstack([np.eye(S) - a, -np.eye(S)]))
    income = sparse.csr_array(np.hstack([v, np.zeros(S)])[None, :])
    region = inputs.regions[n]
    constraints = Constraints.linear(
        markets, a @ exports - paid, labels=inputs.sectors, what=f"{region}: market of"
    ) + Constraints.linear(income, [gdp - float(v @ exports)], labels=["GDP"], what=f"{region}:")
    cells = pd.MultiIndex.from_tuples(
        [(use, sector) for use in ("home sales", "final spending") for sector in inputs.sectors],
        names=["what", "sector"],
    )
    try:
        return reconcile(
            pd.Series(np.concatenate([home, final]), index=cells),
            constraints,
            cell_errors=np.concatenate([error, errors_like_ras(final, FINAL_ERROR)]),
        )
    except Infeasible as error_found:
        least = _least_gdp(a, v, exports, paid)
        if not gdp < least:
            raise
        raise _gdp_too_small(inputs, region, gdp, least, exports, v) from error_found


def _least_gdp(a: Array, v: Array, exports: Array, paid: Array) -> float:
    """The least value added that clears every market: only what exports and their inputs need is made."""
    left = np.eye(len(v)) - a
    found = optimize.linprog(v, A_ub=-left, b_ub=paid - a @ exports, bounds=(0.0, None), method="highs")
    return float(v @ exports) + (float(found.fun) if found.fun is not None else 0.0)


def _gdp_too_small(inputs: BaseInputs, region: str, gdp: float, least: float, exports: Array, v: Array) -> Infeasible:
    largest = inputs.sectors[int((v * exports).argmax())]
    return Infeasible(
        f"gdp of {region} is {gdp:,.6g} in {inputs.year} (table base_totals), and its exports of {exports.sum():,.6g} "
        f"(tables base_reports and base_totals, most of it {largest}) with the inputs that they take from home make "
        f"{least:,.6g} by themselves, US$ million; mend its GDP or its exports, or the value_added_share of {largest} "
        f"(table base_activity, with table inputs)"
    )
