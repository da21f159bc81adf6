"""An estimated gravity equation: coefficients with their covariance, and all that vouches for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri, xlogy

from zollverein.errors import GravityError
from zollverein.gravity.backends import Backend, first_fit, require_backend
from zollverein.gravity.certificate import Certificate, certified
from zollverein.gravity.collinearity import refuse_collinear
from zollverein.gravity.covariance import bread_of, sandwich
from zollverein.gravity.design import Design
from zollverein.gravity.newton import Maximum, maximised
from zollverein.gravity.panel import Floats, Panel
from zollverein.gravity.resistance import Resistances, resistances_of
from zollverein.gravity.sample import Sample, sample_of

__all__ = ["REACH", "Estimate", "Reset", "estimate"]

REACH = float(ndtri(0.975))
"""Standard errors from an estimate to the bounds of 95 percent."""
MOST_DRAWS = 1_000_000


@dataclass(frozen=True)
class Reset:
    """Ramsey's test of the functional form.

    Attributes
    ----------
    statistic : Wald statistic, chi-squared with one degree of freedom if the form is right. p : its probability then.
    """

    statistic: float
    p: float


@dataclass(frozen=True)
class Estimate:
    """A gravity equation estimated by Poisson pseudo-maximum likelihood.

    Attributes
    ----------
    design : what was estimated.
    coefficients : by regressor; semi-elasticities of trade. covariance : of the coefficients, clustered.
    observations : rows used. ledger : reason, rows; what was given, less what was left out and why, is what was used.
    left_out : every row that was separated or a singleton, with its reason and the family of groups.
    pseudo_r2 : one less the deviance over that of a constant (Cameron and Windmeijer 1997,
        doi:10.1016/S0304-4076(96)01818-0); other than one of likelihoods it does not change with the unit of trade.
    certificate : the first-order conditions, recomputed.
    mended : whether several dimensions of clustering gave no covariance, so that eigenvalues below zero were set to it.
    """

    design: Design
    coefficients: pd.Series[float]
    covariance: pd.DataFrame = field(repr=False)
    observations: int
    ledger: pd.DataFrame = field(repr=False)
    left_out: pd.DataFrame = field(repr=False)
    pseudo_r2: float
    certificate: Certificate
    mended: bool
    sample: Sample = field(repr=False)
    maximum: Maximum = field(repr=False)

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{term} {value:.4g} ({error:.2g})"
            for term, value, error in zip(self.coefficients.index[:4], self.coefficients, self._error, strict=False)
        )
        more = f" and {len(self.coefficients) - 4} more" if len(self.coefficients) > 4 else ""
        return f"Estimate({shown}{more}; {self.observations:,} rows, {self.certificate!r})"

    def about(self) -> str:
        """Return in a few sentences what was estimated, on what, and how well it is vouched for."""
        left = self.ledger.iloc[1:-1]
        gone = ", ".join(f"{row.rows:,} {row.reason}" for row in left[left["rows"] > 0].itertuples())
        parts = [
            f"Poisson pseudo-maximum likelihood on {self.observations:,} of {int(self.ledger['rows'].iloc[0]):,} rows"
            + (f" (left out: {gone})" if gone else ""),
            f"fixed effects: {', '.join(self.sample.families)}; errors clustered by {', '.join(self.design.cluster)}",
            f"pseudo R2 {self.pseudo_r2:.4f}; largest score {self.certificate.max_score:.1e}, allowed "
            f"{self.certificate.tolerance:.0e}",
        ]
        parts += ["the covariance had eigenvalues below zero, which were set to it"] * self.mended
        return ". ".join(part[0].upper() + part[1:] for part in parts) + "."

    def to_frame(self) -> pd.DataFrame:
        """Return term, estimate, standard_error, z, p, low and high; the last two bound 95 percent, all are normal."""
        value, error = self.coefficients.to_numpy(dtype=float), self._error
        z = np.divide(value, error, out=np.copysign(np.full_like(value, np.inf), value), where=error > 0.0)
        reach = REACH * error
        return pd.DataFrame(
            {
                "term": list(self.coefficients.index), "estimate": value, "standard_error": error, "z": z,
                "p": 2.0 * ndtr(-np.abs(z)), "low": value - reach, "high": value + reach,
            }
        )  # fmt: skip

    @property
    def fitted(self) -> pd.DataFrame:
        """Every row used: exporter, importer, year [, sector], trade and fitted, in the panel's unit."""
        unit = self.sample.unit
        return self.sample.keys.assign(trade=unit * self.sample.trade, fitted=unit * self.maximum.mu)

    @cached_property
    def fixed_effects(self) -> dict[str, pd.DataFrame]:
        """For each family, the labels of its groups and their effect on log trade.

        Only the sum of a row's effects is determined. Of all sets of effects that give it, this is the one with the
        least sum of squares over all families.
        """
        index = self.sample.effects.spread(self.maximum.effects) + np.log(self.sample.unit)
        parts = self.sample.effects.least_norm(index)
        named = zip(self.sample.families, self.sample.labels, parts, strict=True)
        return {family: label.assign(effect=part) for family, label, part in named}

    @property
    def adding_up(self) -> float:
        """By what share predicted trade misses observed trade, at most, over exporter-years and importer-years.

        Raises
        ------
        GravityError : the design has neither family.
        """
        of = [s for f, s in self.certificate.fixed_effects.items() if {"exporter", "importer"} & {*str(f).split("-")}]
        if not of:
            raise GravityError("the design has no effects of exporters or importers, so that nothing has to add up")
        return float(max(of))

    def resistances(self, reference: str | None = None) -> Resistances:
        """Return outward and inward multilateral resistance of every country and year, from the fixed effects.

        Parameters
        ----------
        reference : country whose inward resistance is 1 in every year; absent: the first that imports in all years.

        Raises
        ------
        GravityError : the design lacks exporter-year or importer-year effects, or the reference does not import.
        NotConverged : the resistances do not solve their system.
        """
        return resistances_of(self.sample, self.maximum, reference)

    def reset(self) -> Reset:
        """Test whether the square of the linear index adds anything, which in the right form it does not (Ramsey 1969).

        The square, effects included, is added as a regressor and the equation estimated again; the statistic is Wald's
        on its coefficient, errors clustered as before (Santos Silva and Tenreyro 2006, doi:10.1162/rest.88.4.641).

        Raises
        ------
        GravityError : the square is collinear with the rest. NotConverged : the second estimation did not converge.
        """
        index = np.log(self.maximum.mu)
        # The index itself is in the span already, so that its square may be taken about its mean.
        square = ((index - index.mean()) / index.std()) ** 2
        names = (*self.sample.names, "square of the index")
        x = np.column_stack([self.sample.x, square])
        refuse_collinear(x, names, self.sample.effects, self.sample.families)
        again = maximised(self.sample.trade, x, self.sample.effects, index)
        scores = again.within * (self.sample.trade - again.mu)[:, None]
        covariance, _ = sandwich(scores, bread_of(again.within, again.mu), self.sample.clusters)
        statistic = float(again.beta[-1] ** 2 / covariance[-1, -1])
        return Reset(statistic, float(2.0 * ndtr(-np.sqrt(statistic))))

    def draws(self, n: int, seed: int) -> pd.DataFrame:
        """Return draws of the coefficients (n by term), jointly normal.

        The generator counts (Philox), so that a seed gives the same draws anywhere, and more draws begin with fewer.

        Raises
        ------
        GravityError : a number of draws or a seed that is not allowed.
        """
        if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 1 <= n <= MOST_DRAWS:
            raise GravityError(f"{n!r:.40} draws are asked; allowed is a whole number from 1 to {MOST_DRAWS:,}")
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
            raise GravityError(f"seed is {seed!r:.40}; allowed is a whole number from 0")
        values, vectors = np.linalg.eigh(self.covariance.to_numpy(dtype=float))
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        normal = np.random.Generator(np.random.Philox(key=int(seed))).standard_normal((n, len(values)))
        drawn = self.coefficients.to_numpy(dtype=float) + np.einsum("dk,jk->dj", normal, root)
        return pd.DataFrame(drawn, columns=list(self.coefficients.index))

    @property
    def _error(self) -> Floats:
        return np.asarray(np.sqrt(np.diagonal(self.covariance.to_numpy(dtype=float))))


def estimate(panel: Panel, design: Design, *, backend: Backend = "pyfixest") -> Estimate:
    """Estimate a gravity equation by Poisson pseudo-maximum likelihood (Santos Silva and Tenreyro 2006).

    ``E[trade] = exp(x beta + fixed effects)``. Rows are checked, separated and lone ones left out and listed; the
    backend fits; Newton steps take the fit on to the last digits; the first-order conditions are recomputed.

    Parameters
    ----------
    backend : ``pyfixest``, ``fereg`` (both extras), or ``newton``: the Newton steps alone, from the data. The answer
        does not depend on it.

    Raises
    ------
    GravityError : the design does not fit the panel, regressors are collinear, or the backend is not installed.
    NotConverged : no maximum that could be certified.

    Examples
    --------
    >>> pairs = [(a, b, y) for y in (2000, 2001) for a in "ABCD" for b in "ABCD"]
    >>> table = pd.DataFrame(pairs, columns=["exporter", "importer", "year"])
    >>> near = ((table["exporter"] < "C") == (table["importer"] < "C")).astype(float)
    >>> table["near"] = near * (table["exporter"] != table["importer"])
    >>> table["trade"] = [3.0 + k % 7 + 20 * x for k, x in enumerate(table["near"])]
    >>> found = estimate(Panel.from_table(table), Design(("near",)), backend="newton")
    >>> found.ledger["rows"].tolist()
    [32, 0, 0, 0, 0, 0, 0, 32]
    >>> found.adding_up < 1e-9
    True
    """
    require_backend(backend)
    sample = sample_of(panel, design)
    refuse_collinear(sample.x, sample.names, sample.effects, sample.families)
    return _fitted(sample, design, backend)


def _fitted(sample: Sample, design: Design, backend: Backend) -> Estimate:
    """The estimate of a sample that has been checked."""
    first = first_fit(backend, sample.trade, sample.x, sample.effects.codes)
    found = maximised(sample.trade, sample.x, sample.effects, first.index)
    bread = bread_of(found.within, found.mu)
    scores = found.within * (sample.trade - found.mu)[:, None]
    covariance, mended = sandwich(scores, bread, sample.clusters)
    names = list(sample.names)
    error = np.sqrt(np.diagonal(covariance))
    certificate = certified(sample, found, bread, error, backend, first.beta)
    y = sample.trade
    deviance, nothing = (2.0 * float((xlogy(y, y / m) - y + m).sum()) for m in (found.mu, np.ones(len(y))))
    return Estimate(
        design, pd.Series(found.beta, index=names), pd.DataFrame(covariance, index=names, columns=names), len(y),
        sample.ledger, sample.left_out, 1.0 - deviance / nothing, certificate, mended, sample, found,
    )  # fmt: skip
