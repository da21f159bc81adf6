"""Least squares on fixed effects: what is left of a variable once several families of group means are taken out.

With ``D`` the dummies of all families and ``w`` weights, the normal equations ``D' w D a = D' w x`` are solved by
conjugate gradients, preconditioned by one sweep over the families forward and back (symmetric Gauss-Seidel), which is
alternating projections with conjugate-gradient acceleration (Correia 2017; Hestenes and Stiefel 1952,
doi:10.6028/jres.049.044). No matrix larger than the pairs of groups that meet is formed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, lsmr

from zollverein.errors import NotConverged
from zollverein.gravity.panel import Floats, Ints

__all__ = ["TOLERANCE", "FixedEffects"]

Parts = list[Floats]
# Of a column's own size: aimed at, and enough.
TOLERANCE, ENOUGH = 1e-13, 1e-10
ITERATIONS, RESTARTS, PATIENCE = 4000, 4, 60
LEAST_NORM = 1e-14


class FixedEffects:
    """Families of groups over the rows of a sample, laid out once and solved under any weights.

    Parameters
    ----------
    codes : for each family (n,) the group of a row, dense from 0.
    """

    def __init__(self, codes: Sequence[Ints]) -> None:
        self.codes = tuple(codes)
        self.sizes = tuple(int(code.max()) + 1 for code in codes)
        self._meet: dict[tuple[int, int], tuple[Ints, Ints, Ints]] = {}
        for a in range(len(codes)):
            for b in range(a):
                cell, at = np.unique(codes[a] * self.sizes[b] + codes[b], return_inverse=True)
                starts = np.searchsorted(cell // self.sizes[b], np.arange(self.sizes[a] + 1))
                self._meet[a, b] = (at, cell % self.sizes[b], starts)

    def sums(self, values: Floats) -> Parts:
        """Return the sum of values (n,) or (n, m) in each group, for each family (groups, m)."""
        columns = values.reshape(len(values), -1)
        return [
            np.stack([np.bincount(code, column, minlength=size) for column in columns.T], axis=1)
            for code, size in zip(self.codes, self.sizes, strict=True)
        ]

    def spread(self, effects: Sequence[Floats]) -> Floats:
        """Return the sum of each row's effects, (n, m) for families of (groups, m)."""
        total = effects[0][self.codes[0]]
        for code, effect in zip(self.codes[1:], effects[1:], strict=True):
            total = total + effect[code]
        return np.asarray(total)

    def solve(self, weights: Floats, x: Floats, tolerance: float = TOLERANCE) -> Parts:
        """Return the effects (groups, m) of the weighted regression of x (n, m) on all families.

        Where families overlap only the sum of a row's effects is determined; any one solution is returned.

        Parameters
        ----------
        tolerance : of what is left in the groups, over the size of a column of x.

        Raises
        ------
        NotConverged : the tolerance was not reached.
        """
        system = _System(self, weights)
        total = [np.zeros((size, x.shape[1])) for size in self.sizes]
        # What the preconditioned residual of a column is measured by: the column's own weighted sum of squares.
        energy = np.einsum("n,nm->m", weights, x**2)
        energy = np.where(energy > 0.0, energy, 1.0)
        history: list[float] = []
        for restart in range(RESTARTS):
            residual = self.sums(weights[:, None] * (x - self.spread(total) if restart else x))
            step = system.precondition(residual)
            norm = _dot(residual, step)
            history.append(float(np.sqrt(np.max(np.abs(norm) / energy))))
            # A restart from the residual itself cleans what rounding has left; where it gains nothing, nothing is left.
            if history[-1] <= tolerance or (restart > 1 and history[-1] > 0.5 * history[-2]):
                break
            total = _conjugate_gradients(system, total, residual, step, norm, energy, tolerance)
        if history[-1] > max(ENOUGH, 10.0 * tolerance):
            raise NotConverged(
                f"taking out the fixed effects stuck at a relative residual of {history[-1]:.1e} after "
                f"{RESTARTS * ITERATIONS:,} iterations; leave out a family of fixed effects that hardly varies",
                history,
            )
        return total

    def within(self, weights: Floats, x: Floats) -> Floats:
        """Return x (n, m) less its weighted projection on all families."""
        return x - self.spread(self.solve(weights, x))

    def least_norm(self, index: Floats) -> Parts:
        """Return, of all effects whose sums are an index (n,), those with the least sum of squares; (groups,) each.

        Raises
        ------
        NotConverged : the index is no sum of effects.
        """
        ends = np.cumsum(self.sizes)

        def spread(flat: Floats) -> Floats:
            return self.spread(list(np.split(flat.ravel(), ends[:-1])))

        def gather(values: Floats) -> Floats:
            return np.concatenate([part[:, 0] for part in self.sums(values)])

        shape = (len(index), int(ends[-1]))
        operator = LinearOperator(shape, matvec=spread, rmatvec=gather, dtype=np.float64)
        flat = lsmr(operator, index, atol=LEAST_NORM, btol=LEAST_NORM, conlim=0.0, maxiter=ITERATIONS)[0]
        gap = float(np.abs(spread(flat) - index).max())
        if gap > 1e-8 * max(1.0, float(np.abs(index).max())):
            raise NotConverged(f"the fixed effects leave {gap:.1e} of the index unexplained after {ITERATIONS:,} steps")
        return np.split(np.asarray(flat, dtype=np.float64), ends[:-1])


class _System:
    """The normal equations under one set of weights."""

    def __init__(self, effects: FixedEffects, weights: Floats) -> None:
        self.weight = effects.sums(weights)
        self.low: dict[tuple[int, int], sparse.csr_array] = {}
        for (a, b), (at, column, starts) in effects._meet.items():
            shape = (effects.sizes[a], effects.sizes[b])
            met = np.bincount(at, weights, minlength=len(column))
            self.low[a, b] = sparse.csr_array((met, column, starts), shape=shape)
            self.low[b, a] = sparse.csr_array(self.low[a, b].T)

    def times(self, effects: Parts) -> Parts:
        out = [weight * effect for weight, effect in zip(self.weight, effects, strict=True)]
        for (a, b), met in self.low.items():
            out[a] = out[a] + met @ effects[b]
        return out

    def precondition(self, residual: Parts) -> Parts:
        """One symmetric Gauss-Seidel sweep from nothing."""
        out: Parts = []
        for a, own in enumerate(residual):
            earlier = [self.low[a, b] @ out[b] for b in range(a)]
            out.append((own - sum(earlier, start=np.zeros(1))) / self.weight[a])
        for a in range(len(out) - 2, -1, -1):
            later = [self.low[a, b] @ out[b] for b in range(a + 1, len(out))]
            out[a] = out[a] - sum(later, start=np.zeros(1)) / self.weight[a]
        return out


def _conjugate_gradients(
    system: _System, total: Parts, residual: Parts, step: Parts, norm: Floats, energy: Floats, tolerance: float
) -> Parts:
    """One descent from ``total``; each column stops by itself, and its best point is kept."""
    floor = tolerance**2 * energy
    direction, best, kept = step, norm, total
    since, live = np.zeros(len(norm), dtype=np.int64), norm > floor
    for _ in range(ITERATIONS):
        image = system.times(direction)
        curvature = _dot(direction, image)
        length = np.divide(norm, curvature, out=np.zeros_like(norm), where=live & (curvature > 0.0))
        total = [t + length * d for t, d in zip(total, direction, strict=True)]
        residual = [r - length * i for r, i in zip(residual, image, strict=True)]
        step = system.precondition(residual)
        new = _dot(residual, step)
        better = live & (new < 0.5 * best)
        best, since = np.where(better, new, best), np.where(better, 0, since + 1)
        kept = [np.where(better, t, k) for t, k in zip(total, kept, strict=True)]
        # Rounding ends the descent; going on would only let the effects drift where they are not determined.
        live &= (new > floor) & (since <= PATIENCE)
        if not live.any():
            break
        turn = np.divide(new, norm, out=np.zeros_like(norm), where=live)
        direction = [s + turn * d for s, d in zip(step, direction, strict=True)]
        norm = new
    return kept


def _dot(a: Parts, b: Parts) -> Floats:
    """Inner product over all families, one for each column."""
    return np.asarray(sum((np.einsum("gm,gm->m", p, q) for p, q in zip(a, b, strict=True)), start=np.zeros(1)))
