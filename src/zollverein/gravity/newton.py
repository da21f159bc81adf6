"""The maximum of the Poisson pseudo-likelihood, by Newton's steps with the fixed effects projected out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from zollverein.errors import NotConverged
from zollverein.gravity.panel import Floats
from zollverein.gravity.projection import TOLERANCE, FixedEffects

__all__ = ["Maximum", "maximised"]

STEPS, HALVINGS, SWEEPS = 100, 12, 3
# The largest change of any row's index by a last step.
SETTLED = 1e-11
LARGEST_INDEX = 500.0
# While a step still moves an index by more than this, the effects need not be taken out to the last digits.
FAR, ROUGH = 1e-2, 1e-7


@dataclass(frozen=True)
class Maximum:
    """Where the pseudo-likelihood is largest.

    Attributes
    ----------
    beta : (k,). effects : (groups,) for each family; only their sum in a row is determined.
    mu : (n,) fitted trade, ``exp(x beta + effects)``, in units of the sample. within : (n, k) regressors less their
        projection on the effects, weighted by ``mu``. steps : Newton's steps that were taken.
    """

    beta: Floats
    effects: list[Floats] = field(repr=False)
    mu: Floats = field(repr=False)
    within: Floats = field(repr=False)
    steps: int


def maximised(trade: Floats, x: Floats, effects: FixedEffects, index: Floats) -> Maximum:
    """Return the maximum, from an index (n,) near to it or not; trade (n,) has a mean of about 1.

    A step solves the weighted regression of ``(y - mu) / mu`` on regressors and effects, weights ``mu``; the first one
    also brings the index into their span. A step that lowers the pseudo-likelihood is halved.

    Raises
    ------
    NotConverged : the index did not settle.
    """
    y, eta = trade, np.asarray(index, dtype=np.float64)
    beta = np.zeros(x.shape[1])
    parts = [np.zeros(size) for size in effects.sizes]
    eta, beta, parts, _ = _step(y, x, effects, eta, beta, parts, ROUGH, in_span=False)
    history: list[float] = [np.inf]
    for steps in range(1, STEPS + 1):
        accuracy = ROUGH if history[-1] > FAR else TOLERANCE
        whole, new_beta, new_parts, within = _step(y, x, effects, eta, beta, parts, accuracy, in_span=True)
        share, height, new = 1.0, _height(y, eta), whole
        for _ in range(HALVINGS):
            if _height(y, new) >= height - 1e-12 * abs(height):
                break
            share /= 2.0
            new = eta + share * (whole - eta)
        moved = float(np.abs(new - eta).max())
        history.append(moved)
        eta = new
        beta = beta + share * (new_beta - beta)
        parts = [p + share * (q - p) for p, q in zip(parts, new_parts, strict=True)]
        stuck = len(history) > 4 and moved < 1e-8 and moved >= 0.5 * history[-2]
        settled = moved <= SETTLED * max(1.0, float(np.abs(eta).max())) and accuracy == TOLERANCE
        if settled or stuck:
            parts, mu = _balanced(y, x @ beta, effects, parts)
            return Maximum(beta, parts, mu, within, steps)
    raise NotConverged(
        f"the index still moved by {history[-1]:.1e} after {STEPS} Newton steps; look for a regressor that is nearly "
        f"made of others, or for groups with next to no trade",
        history,
    )


def _step(
    y: Floats,
    x: Floats,
    effects: FixedEffects,
    eta: Floats,
    beta: Floats,
    parts: list[Floats],
    accuracy: float,
    *,
    in_span: bool,
) -> tuple[Floats, Floats, list[Floats], Floats]:
    """One Newton step: the new index, coefficients and effects, and the regressors with the effects taken out."""
    mu = np.exp(np.clip(eta, -LARGEST_INDEX, LARGEST_INDEX))
    target = y / mu - 1.0 + (0.0 if in_span else eta)
    both = np.column_stack([target, x])
    solved = effects.solve(mu, both, accuracy)
    left = both - effects.spread(solved)
    within = left[:, 1:]
    weighted = mu[:, None] * within
    change: Floats = np.linalg.solve(weighted.T @ within, weighted.T @ left[:, 0]).astype(np.float64)
    shift = [part[:, 0] - part[:, 1:] @ change for part in solved]
    moved = x @ change + effects.spread(shift)
    if not in_span:
        return moved, change, shift, within
    return eta + moved, beta + change, [p + s for p, s in zip(parts, shift, strict=True)], within


def _balanced(y: Floats, known: Floats, effects: FixedEffects, parts: list[Floats]) -> tuple[list[Floats], Floats]:
    """Raise the pseudo-likelihood in one family's effects after the other: each has its maximum in closed form.

    Rounding leaves groups with little trade relatively far from their totals; this brings them there. Returns the
    effects and fitted trade (n,).
    """
    parts = list(parts)
    mu = np.exp(known + effects.spread(parts))
    for _ in range(SWEEPS):
        for k, code in enumerate(effects.codes):
            shift = np.log(np.bincount(code, y) / np.bincount(code, mu))
            parts[k] = parts[k] + shift
            mu = mu * np.exp(shift)[code]
    return parts, np.exp(known + effects.spread(parts))


def _height(y: Floats, eta: Floats) -> float:
    """The pseudo-likelihood but for a constant."""
    return float(y @ eta - np.exp(np.minimum(eta, LARGEST_INDEX)).sum())
