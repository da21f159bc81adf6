"""Uniform numbers that can be drawn in any part and anywhere: they depend on a seed, a name and a count alone."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

__all__ = ["uniforms"]

Floats = npt.NDArray[np.float64]
# Numbers that one step of the counter makes.
AT_A_STEP = 4
# Uniform numbers stay this far from 0 and 1, where a normal law has no quantile.
TAIL = 1e-12


def uniforms(name: str, seed: int, first: int, count: int, *, numbers: int = 1, antithetic: bool = False) -> Floats:
    """Return (count, numbers) uniform numbers of scenarios ``first`` on.

    They come from a generator that counts (Philox, Salmon and others 2011, doi:10.1145/2063384.2063405): its key is the
    seed and the name, its counter the scenario's number, so that any part of the scenarios can be drawn anywhere with
    the same result, and another name changes nothing of this one.

    Parameters
    ----------
    antithetic : scenarios 2k and 2k + 1 use opposite numbers.
    """
    # Pairs share a stream; what begins in the middle of one, or ends there, is cut off again.
    start, stop = (first // 2, (first + count + 1) // 2) if antithetic else (first, first + count)
    steps = -(-numbers // AT_A_STEP)
    stream = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")
    bits = np.random.Philox(key=np.array([seed, stream], dtype=np.uint64))
    bits.advance(start * steps)
    u = np.random.Generator(bits).random((stop - start, steps * AT_A_STEP))[:, :numbers]
    if antithetic:
        both = np.stack([u, 1.0 - u], axis=1).reshape(-1, numbers)
        u = both[first % 2 : first % 2 + count]
    return np.clip(u, TAIL, 1.0 - TAIL)
