"""The words for constraints that cannot be met together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from zollverein.case.balancing.balanced import Array
from zollverein.case.balancing.contradiction import Contradiction
from zollverein.errors import Infeasible

__all__ = ["alone", "infeasible", "listed", "together"]

MOST_NAMED = 8
ADVICE = "Mend a target, give one of them an error (in reconcile), or a zero cell in it a small seed"


def infeasible(message: str, named: Sequence[str]) -> Infeasible:
    """Return the error for what contradicts; its ``constraints`` holds the names."""
    error = Infeasible(message)
    error.constraints = tuple(named)
    return error


def listed(named: Sequence[str], count: int | None = None) -> str:
    """Return the first few of ``count`` names as one text."""
    more = (len(named) if count is None else count) - min(len(named), MOST_NAMED)
    return "; ".join(named[:MOST_NAMED]) + (f"; and {more:,} more" if more > 0 else "")


def alone(labels: Sequence[str], targets: Array, rows: npt.NDArray[np.intp]) -> Infeasible:
    """Return the error for constraints that no cells of the seed's signs meet, each by itself."""
    said = listed([_said(labels, targets, int(k)) for k in rows])
    return infeasible(
        f"no cells with the seed's signs and zeros can meet {said}. Give such a constraint an error, mend its target, "
        f"or give a zero cell in it a small seed of the right sign", [labels[k] for k in rows],
    )  # fmt: skip


def together(labels: Sequence[str], targets: Array, found: Contradiction) -> Infeasible:
    """Return the error for constraints that contradict each other, those that ask too much first.

    Parameters
    ----------
    labels, targets : (K,) of all constraints that ``found`` counts.
    """
    names = [labels[k] for k in found.rows]
    if len(names) == 1:
        return alone(labels, targets, found.rows)
    size = np.abs(found.weights)
    if size.min() > 0 and np.ptp(size) <= 1e-6 * size.max() and np.ptp(np.sign(found.weights)) > 0:
        asks, leaves = found.rows[found.weights > 0], found.rows[found.weights < 0]
        said = f"{_all(labels, targets, asks)}, against {_all(labels, targets, leaves)}"
    else:
        said = listed([_said(labels, targets, int(k)) for k in found.rows])
    sure = (
        "; without any one of them the others can be met" if found.irreducible
        else "; they may not be the fewest that do" if found.weights.any() else "; they are those most at odds"
    )  # fmt: skip
    return infeasible(f"{len(names):,} hard constraints contradict each other: {said}{sure}. {ADVICE}", names)


def _all(labels: Sequence[str], targets: Array, rows: npt.NDArray[np.intp]) -> str:
    said = listed([_said(labels, targets, int(k)) for k in rows])
    return said if len(rows) == 1 else f"{said} (together {targets[rows].sum():,.10g})"


def _said(labels: Sequence[str], targets: Array, k: int) -> str:
    return f"'{labels[k]}' = {targets[k]:,.10g}"
