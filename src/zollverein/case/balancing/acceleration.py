"""Anderson acceleration of a fixed-point map: the next point from the last few steps, not from the last one alone."""

from __future__ import annotations

from collections import deque

import numpy as np

from zollverein.case.balancing.balanced import Array

__all__ = ["Anderson"]

MEMORY = 10
RIDGE = 1e-12
# No figure moves by more than this in one step (in logs, where the map works on logs).
LONGEST = 3.0


class Anderson:
    """Remembers the last steps of ``x -> x + step(x)`` and proposes the next point (Anderson 1965).

    The proposal makes the combined step smallest, in least squares (Walker and Ni 2011, doi:10.1137/10078356X). After
    a step that grew more than twofold it forgets, and the plain step is taken.
    """

    def __init__(self, memory: int = MEMORY) -> None:
        self._points: deque[Array] = deque(maxlen=memory)
        self._steps: deque[Array] = deque(maxlen=memory)
        self._last: tuple[Array, Array] | None = None

    def next(self, point: Array, step: Array) -> Array:
        """Return the next point after the map has moved ``point`` by ``step``, both (n,)."""
        if self._last is not None:
            before, moved = self._last
            if np.linalg.norm(step) > 2.0 * np.linalg.norm(moved):
                self._points.clear()
                self._steps.clear()
            else:
                self._points.append(point - before)
                self._steps.append(step - moved)
        self._last = (point, step)
        if not self._steps:
            return point + step
        steps = np.stack(self._steps)
        gram = steps @ steps.T
        ridge = RIDGE * float(np.trace(gram)) or 1.0
        weights = np.linalg.solve(gram + ridge * np.eye(len(gram)), steps @ step)
        change = step - weights @ (np.stack(self._points) + steps)
        largest = float(np.abs(change).max(initial=0.0))
        if not np.isfinite(largest) or largest > LONGEST:
            return point + step
        return np.asarray(point + change)
