"""Iterative proportional fitting: an array of any number of dimensions, scaled to margins in turn until all are met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.case.balancing.acceleration import Anderson
from zollverein.case.balancing.balanced import (
    TOLERANCE,
    Array,
    Balanced,
    constraint_report,
    gaps_of,
)
from zollverein.case.balancing.door import judged_tolerance, numbers, sequence, whole_number
from zollverein.case.balancing.margin import (
    Margin,
    as_constraints,
    contradicting,
    labelled_axes,
    margin_of,
    unsupported,
)
from zollverein.case.balancing.reconciling import reconcile
from zollverein.errors import InputError, NotConverged

__all__ = ["PATIENCE", "SWEEPS", "VANISHED", "by_newton", "certified", "fitted", "ipf", "newton_can", "seed_of"]

SWEEPS = 1_000
# Where sweeps do not settle Newton's method takes over, up to this many cells and targets.
MOST_CELLS, MOST_TARGETS = 250_000, 6_000
VANISHED = 1e-9
# Sweeps before Newton's method is tried on what it can take.
PATIENCE = 200


def ipf(
    seed: npt.ArrayLike,
    margins: Sequence[tuple[Sequence[int], npt.ArrayLike]],
    *,
    axes: Sequence[pd.Index | Sequence[object]] | None = None,
    tolerance: float = TOLERANCE,
    most_sweeps: int = SWEEPS,
) -> Balanced:
    """Return the array nearest to the seed, in relative entropy, with given margins.

    Iterative proportional fitting (Deming and Stephan 1940, doi:10.1214/aoms/1177731829): a sweep scales the array to
    every margin in turn; Anderson acceleration shortens the way. Every cell ends as its seed times one factor for each
    margin. Zeros stay zero.

    Parameters
    ----------
    seed : an array of any number of dimensions, no figure below zero; a DataFrame or a Series brings its labels.
    margins : pairs ``(dimensions kept, target)``: ``((0, 2), T)`` says that the array summed over all dimensions but 0
        and 2 is ``T``; ``((), 100.0)`` is the grand total. A target may be a Series, a DataFrame or a dict by label.
    axes : the labels along each dimension, in the seed's order; an Index may have a name, which reports then use.
    tolerance : largest gap of a sum, relative to its target. most_sweeps : after these it gives up.

    Raises
    ------
    InputError, UnknownNameError : figures that are not finite or below zero, shapes and labels that do not fit.
    Infeasible : margins that contradict each other or the seed's zeros; it names them, and both sums.
    NotConverged : margins that were not met; it names the worst.

    Examples
    --------
    >>> found = ipf([[10.0, 10.0], [10.0, 20.0]], [((0,), [30.0, 30.0]), ((1,), [20.0, 40.0])])
    >>> found.values.round(2).tolist()
    [[12.28, 17.72], [7.72, 22.28]]
    """
    tolerance = judged_tolerance(tolerance)
    x0 = seed_of(seed)
    if (x0 < 0).any():
        place = tuple(int(i) for i in np.argwhere(x0 < 0)[0])
        raise InputError(f"the seed has {x0[place]} at {place}; figures below zero are for gras or reconcile")
    if axes is None and isinstance(seed, pd.DataFrame | pd.Series):
        axes = list(seed.axes)
    labels = labelled_axes(axes, x0.shape)
    wanted = [margin_of(kept, target, labels, what=f"margin {kept!r:.40}") for kept, target in _pairs(margins)]
    return fitted("IPF", x0, wanted, tolerance, whole_number("most_sweeps", most_sweeps, 1))


def _pairs(margins: object) -> list[tuple[Any, Any]]:
    """Margins as pairs of the dimensions kept and the sums."""
    of = "pairs of the dimensions kept and the sums, such as [((0,), [30.0, 30.0])]"
    pairs = [sequence("a margin", pair, of) for pair in sequence("margins", margins, of)]
    if not pairs:
        raise InputError(f"margins is empty; give {of}")
    wrong = next((pair for pair in pairs if len(pair) != 2), None)
    if wrong is not None:
        raise InputError(f"a margin has {len(wrong)} parts; give {of}")
    return [(kept, target) for kept, target in pairs]


def seed_of(seed: npt.ArrayLike, dimensions: int | None = None) -> Array:
    """Return a seed as an array of numbers.

    Raises
    ------
    InputError : not numbers, not finite, empty, or of another number of dimensions.
    """
    x0 = numbers("the seed", seed)
    if x0.ndim == 0 or dimensions not in {None, x0.ndim}:
        raise InputError(f"the seed has {x0.ndim} dimensions; give {dimensions or 'at least 1'}")
    if not np.isfinite(x0).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(x0))[0])
        raise InputError(f"the seed has {x0[place]} at {place}; give a finite number, 0 where there is nothing")
    return x0


def fitted(method: str, x0: Array, margins: Sequence[Margin], tolerance: float, most_sweeps: int) -> Balanced:
    """Fit an array not below zero to margins that were checked one by one."""
    x = x0.copy()
    for margin in margins:
        x *= (margin.target != 0).reshape(margin.shape)
    contradicting(margins, 0.1 * tolerance)
    unsupported(margins, x)
    cells = np.flatnonzero(x)
    newton = newton_can(cells, margins)
    history = _swept(x, margins, 0.1 * tolerance, min(PATIENCE, most_sweeps) if newton else most_sweeps)
    # Cells that all but vanish may have to be zero: the programme behind Newton's method tells.
    lost = newton and (x.ravel()[cells] < VANISHED * x0.ravel()[cells]).any()
    if (history[-1] > tolerance and newton) or lost:
        return by_newton(method, x0, cells, margins, tolerance)
    return certified(method, x, x0, margins, tolerance, history)


def newton_can(cells: npt.NDArray[np.intp], margins: Sequence[Margin]) -> bool:
    """Return whether Newton's method is within reach."""
    return len(cells) <= MOST_CELLS and sum(margin.target.size for margin in margins) <= MOST_TARGETS


def by_newton(
    method: str, x0: Array, cells: npt.NDArray[np.intp], margins: Sequence[Margin], tolerance: float
) -> Balanced:
    """Solve for some cells, the others being zero, by Newton on the dual; it also says which targets contradict."""
    found = reconcile(x0.ravel()[cells], as_constraints(margins, cells), tolerance=tolerance)
    x = np.zeros(x0.size)
    x[cells] = found.values
    notes = tuple(note for note in found.notes if not note.startswith("cells are weighted"))
    return certified(method, x.reshape(x0.shape), x0, margins, tolerance, [np.inf] * (found.iterations + 1), notes)


def _swept(x: Array, margins: Sequence[Margin], tolerance: float, most: int) -> list[float]:
    """Scale ``x`` in place; return the largest relative gap seen in each sweep, 0 sweeps being one look."""
    logs = [np.zeros(margin.shape) for margin in margins]
    anderson = Anderson()
    history = [max(_gap(margin, x) for margin in margins)]
    while history[-1] > tolerance and len(history) <= most:
        before = _flat(logs[1:])
        worst = 0.0
        for m, margin in enumerate(margins):
            now = margin.sums(x)
            ratio = np.divide(margin.target, now, out=np.ones_like(now), where=now > 0)
            worst = max(worst, float(np.abs(ratio - 1.0).max(initial=0.0)))
            ratio = ratio.reshape(margin.shape)
            x *= ratio
            logs[m] += np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
        history.append(worst)
        if worst <= tolerance or len(margins) == 1:
            break
        # The first margin's factors follow from the others.
        point = _flat(logs[1:])
        proposed = anderson.next(before, point - before)
        for m, change in enumerate(_shaped(proposed - point, margins[1:]), start=1):
            x *= np.exp(change)
            logs[m] += change
    return history


def _gap(margin: Margin, x: Array) -> float:
    """The largest gap of a margin relative to the larger of target and sum."""
    now = margin.sums(x)
    return float(gaps_of(now, margin.target, np.maximum(margin.target, now)).max(initial=0.0))


def _flat(logs: Sequence[Array]) -> Array:
    return np.concatenate([log.ravel() for log in logs]) if logs else np.zeros(0)


def _shaped(flat: Array, margins: Sequence[Margin]) -> list[Array]:
    ends = np.cumsum([margin.target.size for margin in margins])
    return [part.reshape(m.shape) for part, m in zip(np.split(flat, ends[:-1]), margins, strict=True)]


def certified(
    method: str,
    x: Array,
    x0: Array,
    margins: Sequence[Margin],
    tolerance: float,
    history: Sequence[float],
    notes: tuple[str, ...] = (),
) -> Balanced:
    """Return the result once its sums, taken anew, are within the tolerance of their targets.

    Raises
    ------
    NotConverged : they are not; the worst is named.
    """
    reached = np.concatenate([margin.sums(x).ravel() for margin in margins])
    targets = np.concatenate([margin.target.ravel() for margin in margins])
    names = [name for margin in margins for name in margin.names()]
    size = np.maximum(np.abs(targets), np.concatenate([margin.sums(np.abs(x)).ravel() for margin in margins]))
    gap = gaps_of(reached, targets, size)
    if gap.max(initial=0.0) > tolerance:
        k = int(gap.argmax())
        raise NotConverged(
            f"{names[k]} reached {reached[k]:,.10g} of {targets[k]:,.10g} after {len(history) - 1} sweeps, a gap of "
            f"{gap[k]:.1e}; {tolerance:.0e} is allowed. Its cells may be too few to carry the target: look at the "
            f"zeros around it, or let reconcile weigh the targets by their errors", history,
        )  # fmt: skip
    report = constraint_report(names, targets, reached, np.zeros_like(targets))
    return Balanced(method, x, x0, margins[0].axes, report, float(gap.max(initial=0.0)), len(history) - 1, notes)
