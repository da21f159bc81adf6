"""Standard errors of a Poisson pseudo-maximum: the sandwich, clustered in one dimension or several."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from zollverein.gravity.panel import Floats, Ints

__all__ = ["bread_of", "sandwich"]


def bread_of(within: Floats, mu: Floats) -> Floats:
    """Return the inverse (k, k) of the information ``within' diag(mu) within``; within is (n, k), mu (n,)."""
    return np.asarray(np.linalg.inv(within.T @ (mu[:, None] * within)))


def sandwich(scores: Floats, bread: Floats, clusters: Sequence[Ints]) -> tuple[Floats, bool]:
    """Return the covariance (k, k), and whether it had to be mended to be one.

    ``bread (sum_s (-1)^(|s| + 1) M_s) bread`` over all non-empty sets ``s`` of cluster dimensions, ``M_s`` the sum of
    outer products of the scores added up within what the dimensions of ``s`` share (Cameron, Gelbach and Miller 2011,
    doi:10.1198/jbes.2010.07136). The only correction for a small sample is ``G / (G - 1)``, with ``G`` the fewest
    clusters in any dimension: parameters are not counted, as Stata's commands for Poisson regression do not. Several
    dimensions may give a matrix that is no covariance; its negative eigenvalues are then set to zero, as those authors
    propose.

    Parameters
    ----------
    scores : (n, k) of each row, regressors less their projection times ``y - mu``. clusters : (n,) each, dense from 0.
    """
    k = scores.shape[1]
    meat, fewest = np.zeros((k, k)), min(int(code.max()) + 1 for code in clusters)
    for count in range(1, len(clusters) + 1):
        for chosen in combinations(clusters, count):
            summed = _summed(scores, chosen)
            meat += (-1.0) ** (count + 1) * (summed.T @ summed)
    covariance = fewest / (fewest - 1.0) * bread @ meat @ bread
    covariance = (covariance + covariance.T) / 2.0
    values, vectors = np.linalg.eigh(covariance)
    mended = bool(values.min() < -1e-12 * values.max())
    if mended:
        covariance = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return np.asarray(covariance), mended


def _summed(scores: Floats, chosen: Sequence[Ints]) -> Floats:
    """Scores added up within the groups that several dimensions share, (groups, k)."""
    shared = chosen[0]
    for code in chosen[1:]:
        shared = np.unique(shared * (int(code.max()) + 1) + code, return_inverse=True)[1]
    return np.stack([np.bincount(shared, column) for column in scores.T], axis=1)
