"""What single constraints settle before anything is solved: zeros that they force, and targets out of any reach."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from zollverein.case.balancing.balanced import Array

__all__ = ["forced_zeros", "out_of_reach"]

Mask = npt.NDArray[np.bool_]


def out_of_reach(B: sparse.csr_array, b: Array) -> npt.NDArray[np.intp]:
    """Return the rows of ``B y = b`` that no ``y >= 0`` meets: none of their coefficients has the target's sign."""
    above, below = _signs(B, np.ones(B.shape[1], dtype=bool))
    return np.flatnonzero(((b > 0) & ~above) | ((b < 0) & ~below))


def forced_zeros(B: sparse.csr_array, b: Array) -> Mask:
    """Return (C,) cells that are zero because cells of one sign add up to nothing, and others follow from them."""
    zero = np.zeros(B.shape[1], dtype=bool)
    while True:
        above, below = _signs(B, ~zero)
        rows = np.flatnonzero((b == 0) & (above != below))
        if rows.size == 0:
            return zero
        zero |= np.asarray(abs(B[rows]).sum(axis=0)).ravel() > 0


def _signs(B: sparse.csr_array, live: Mask) -> tuple[Mask, Mask]:
    """Return (K,) whether a row has a coefficient above zero, and below, on a live cell."""
    weight = live.astype(np.float64)
    signs = sparse.csr_array((np.sign(B.data), B.indices, B.indptr), shape=B.shape)
    total, size = signs @ weight, abs(signs) @ weight
    return np.asarray(size + total > 0), np.asarray(size - total > 0)
