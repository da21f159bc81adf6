"""Whether an estimate is the maximum: its first-order conditions, recomputed from coefficients and effects alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zollverein.errors import NotConverged
from zollverein.gravity.newton import Maximum
from zollverein.gravity.panel import Floats
from zollverein.gravity.sample import Sample

__all__ = ["TOLERANCE", "Certificate", "certified"]

TOLERANCE = 1e-8


@dataclass(frozen=True)
class Certificate:
    """First-order conditions of the Poisson pseudo-likelihood, ``X'(y - mu) = 0`` for regressors and dummies alike.

    Attributes
    ----------
    regressors : by regressor, ``|x'(y - mu)| / |x|'y``. fixed_effects : by family, the largest over its groups of
        ``|sum(y - mu)| / sum(y)``: by how much predicted trade misses what was observed.
    max_score : the largest of all. tolerance : what it may be.
    remaining_step : the largest move that one more Newton step would make, in standard errors.
    steps : Newton steps that were taken after the backend. backend : who fitted first. backend_gap : the largest
        distance of a coefficient of its own from the certified one, in standard errors; NaN where there is none.
    """

    regressors: pd.Series[float]
    fixed_effects: pd.Series[float]
    max_score: float
    tolerance: float
    remaining_step: float
    steps: int
    backend: str
    backend_gap: float

    def __repr__(self) -> str:
        return f"Certificate(largest score {self.max_score:.1e}, tolerance {self.tolerance:.0e}, {self.steps} steps)"


def certified(
    sample: Sample, found: Maximum, bread: Floats, standard_error: Floats, backend: str, backend_beta: Floats
) -> Certificate:
    """Return the certificate of a maximum.

    Parameters
    ----------
    bread : (k, k) inverse of the information. backend_beta : (k,) the backend's own coefficients.

    Raises
    ------
    NotConverged : a condition is missed by more than the tolerance; the message names it.
    """
    y = sample.trade
    mu = np.exp(sample.x @ found.beta + sample.effects.spread(found.effects))
    gap = y - mu
    regressors = pd.Series(np.abs(sample.x.T @ gap) / (np.abs(sample.x).T @ y), index=list(sample.names))
    families = {}
    for family, missed, total in zip(sample.families, sample.effects.sums(gap), sample.effects.sums(y), strict=True):
        families[family] = float((np.abs(missed) / total).max())
    fixed_effects = pd.Series(families)
    # Where a fit is perfect there is no standard error to measure by.
    measure = np.where(standard_error > 0.0, standard_error, np.inf)
    step = np.abs(bread @ (found.within.T @ gap)) / measure
    scores = pd.concat([regressors, fixed_effects])
    worst = float(scores.max())
    if not worst <= TOLERANCE:
        raise NotConverged(
            f"the estimate is no maximum: the score of {scores.idxmax()} is {worst:.1e} of its trade after "
            f"{found.steps} Newton steps; allowed is {TOLERANCE:.0e}. Try another backend, or look for groups with "
            f"next to no trade"
        )
    moved = np.abs(backend_beta - found.beta) / measure
    return Certificate(
        regressors, fixed_effects, worst, TOLERANCE, float(step.max()), found.steps, backend, float(moved.max())
    )
