"""Zeros that a Poisson model would fit with an index of minus infinity: found, all of them, before anything is fitted.

An observation is separated where some combination of regressors and fixed effects is zero in every row with trade,
nowhere negative in the rows without, and positive in it (Correia, Guimaraes and Zylkin 2019, arXiv:1903.01633,
proposition 1). Their iterative rectifier looks for such a combination by regressions with large weights on the rows
with trade; here those rows are projected out exactly, and what is left, a handful of columns over the zeros, is one
small linear programme, whose optimum touches every separated row at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from zollverein.errors import NotConverged
from zollverein.gravity.panel import Bools, Floats, Ints
from zollverein.gravity.projection import FixedEffects

__all__ = ["separated"]

# Relative to a column of unit size: what is smaller is rounding of the projection.
ROUNDING = 1e-7
FIRST_PROBES, MOST_PROBES = 4, 256
LARGEST_WEIGHT = 1e5


def separated(trade: Floats, x: Floats, codes: Sequence[Ints]) -> Bools:
    """Return the rows (n,) without trade that regressors and fixed effects together separate.

    Parameters
    ----------
    trade : (n,) at or above 0. x : (n, k) regressors. codes : families of groups, each (n,), dense from 0; every group
        has a row with trade (groups that have none are separated too, and are found without this).

    Raises
    ------
    NotConverged : the projection or the programme did not come to an end.
    """
    found = np.zeros(len(trade), dtype=np.bool_)
    zeros = trade == 0.0
    if not zeros.any():
        return found
    basis = _silent_where_trade_is(zeros, x, codes)
    live = np.abs(basis).max(axis=1, initial=0.0) > 0.0
    if live.any():
        found[np.flatnonzero(zeros)[live]] = _lifted(basis[live])
    return found


def _silent_where_trade_is(zeros: Bools, x: Floats, codes: Sequence[Ints]) -> Floats:
    """A basis (zeros, d) of what all combinations that are zero in every row with trade are in the rows without."""
    effects = FixedEffects([code[~zeros] for code in codes])
    ones = np.ones(int((~zeros).sum()))
    beyond = [code[zeros] for code in codes]
    columns = [_of_regressors(zeros, x, effects, ones, beyond)]
    rng, probes = np.random.Generator(np.random.Philox(key=1)), FIRST_PROBES
    while True:
        random = [rng.standard_normal((size, probes)) for size in effects.sizes]
        solved = effects.solve(ones, effects.spread(random))
        columns.append(
            sum(
                ((r - s)[code] for r, s, code in zip(random, solved, beyond, strict=True)),
                start=np.zeros((int(zeros.sum()), probes)),
            )
        )
        left, size, _ = np.linalg.svd(np.concatenate(columns, axis=1), full_matrices=False)
        rank = int((size > ROUNDING * np.sqrt(len(left))).sum())
        # Random combinations span all there are as soon as one more adds nothing.
        if rank < min(sum(c.shape[1] for c in columns), len(left)) or probes > MOST_PROBES or rank == len(left):
            break
        probes *= 2
    basis = left[:, :rank] / np.abs(left[:, :rank]).max(axis=0, initial=1e-300)
    return np.where(np.abs(basis) > ROUNDING, basis, 0.0)


def _of_regressors(zeros: Bools, x: Floats, effects: FixedEffects, ones: Floats, beyond: Sequence[Ints]) -> Floats:
    """The part of the basis that needs the regressors: combinations that are collinear where trade is."""
    size = np.linalg.norm(x, axis=0)
    scaled = x / np.where(size > 0.0, size, 1.0)
    solved = effects.solve(ones, scaled[~zeros])
    # Rows of zeros, so that there is a direction for every regressor even where few rows have trade.
    within = np.concatenate([scaled[~zeros] - effects.spread(solved), np.zeros((x.shape[1], x.shape[1]))])
    _, spread, turn = np.linalg.svd(within, full_matrices=False)
    beta = turn[spread <= ROUNDING].T
    fitted = sum((s[code] for s, code in zip(solved, beyond, strict=True)), start=np.zeros((int(zeros.sum()), 1)))
    return np.asarray((scaled[zeros] - fitted) @ beta)


def _lifted(basis: Floats) -> Bools:
    """Rows (n,) that some combination lifts above zero and puts none below: max sum t, t <= basis c, 0 <= t <= 1."""
    n, d = basis.shape
    found = linprog(
        np.concatenate([np.zeros(d), -np.ones(n)]),
        A_ub=sparse.hstack([sparse.csr_array(-basis), sparse.eye_array(n)], format="csr"),
        b_ub=np.zeros(n),
        bounds=[(-LARGEST_WEIGHT, LARGEST_WEIGHT)] * d + [(0.0, 1.0)] * n,
        method="highs",
    )
    if found.status != 0 or found.x is None:
        raise NotConverged(f"the programme that looks for separated observations was not solved: {found.message}")
    return np.asarray(found.x[d:] > 0.5)
