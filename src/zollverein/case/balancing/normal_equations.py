"""Solve ``(B diag(v) B' + diag(square)) d = g`` again and again, for changing v: Newton's linear system."""

from __future__ import annotations

import numpy as np
from scipy import linalg, sparse

from zollverein.case.balancing.balanced import Array

__all__ = ["NormalEquations"]

# Up to this size a dense factorisation is quickest.
DENSE = 700
# Up to these sizes it stands in where conjugate gradients give up: at once, and when all else failed (0.3 GB).
STAND_IN, LAST_RESORT = 2_000, 6_000
MOST_PRODUCTS = 600
# Redundant constraints make the system singular; this much of the diagonal, and its multiples, keep it definite.
RIDGE = 1e-13


class NormalEquations:
    """The system of one problem; it remembers whether conjugate gradients have been worth while.

    Parameters
    ----------
    B : (K, C), Bt its transpose. square : (K,) added to the diagonal. thorough : factorise even if that takes long.

    Attributes
    ----------
    failures : how often no good solution was found, as when the system is singular and the other side is out of reach.
    """

    def __init__(self, B: sparse.csr_array, Bt: sparse.csr_array, square: Array, thorough: bool) -> None:
        self.failures = 0
        self._B, self._Bt, self._square = B, Bt, square
        self._most = LAST_RESORT if thorough else STAND_IN
        self._squares = B.multiply(B).tocsr()
        self._dense = len(square) <= DENSE

    def solve(self, g: Array, v: Array, accuracy: float) -> Array:
        """Return d for weights v (C,), to a relative accuracy where it is found step by step."""
        diagonal = self._squares @ v + self._square
        s = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
        if not self._dense:
            d, settled = self._by_products(g, v, s, accuracy)
            if settled or len(g) > self._most:
                self.failures += not settled
                return d
            self._dense = True
        return self._by_factors(g, v, s)

    def _by_products(self, g: Array, v: Array, s: Array, accuracy: float) -> tuple[Array, bool]:
        """Conjugate gradients on the system scaled to a diagonal of one (Jacobi)."""
        x, r = np.zeros_like(g), s * g
        p, rr = r.copy(), float(r @ r)
        best, nearest, first = x.copy(), rr, rr
        for _ in range(MOST_PRODUCTS):
            if rr <= accuracy**2 * first:
                return s * x, True
            sp = s * p
            hp = s * (self._B @ (v * (self._Bt @ sp)) + self._square * sp)
            curve = float(p @ hp)
            if curve <= 0.0:
                break
            alpha = rr / curve
            x += alpha * p
            r -= alpha * hp
            new = float(r @ r)
            p = r + (new / rr) * p
            rr = new
            if rr < nearest:
                best, nearest = x.copy(), rr
        # Redundant constraints put rounding out of reach; what shortens the gap tenfold will do.
        return s * best, nearest <= 0.01 * first

    def _by_factors(self, g: Array, v: Array, s: Array) -> Array:
        """Cholesky on the system scaled to a diagonal of one."""
        entries = self._B.data * np.repeat(s, np.diff(self._B.indptr)) * np.sqrt(v)[self._B.indices]
        root = sparse.csr_array((entries, self._B.indices, self._B.indptr), shape=self._B.shape)
        H = (root @ root.T).toarray()
        diagonal = H.diagonal() + s**2 * self._square
        ridge = RIDGE * len(g)
        while True:
            np.fill_diagonal(H, diagonal + ridge)
            try:
                factor = linalg.cho_factor(H, lower=True, check_finite=False)
            except linalg.LinAlgError:
                ridge *= 100.0
                continue
            return np.asarray(s * linalg.cho_solve(factor, s * g, check_finite=False))
