"""Biproportional and multiproportional fitting: RAS and iterative proportional fitting on dense arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.case.balancing.balanced import TOLERANCE, Array, Balanced, constraint_report
from zollverein.errors import Infeasible, InputError, NotConverged

__all__ = ["ipf"]

SWEEPS = 5_000


def ipf(
    seed: npt.ArrayLike,
    margins: Sequence[tuple[Sequence[int], npt.ArrayLike]],
    *,
    axes: Sequence[pd.Index] | None = None,
    tolerance: float = TOLERANCE,
    most_sweeps: int = SWEEPS,
) -> Balanced:
    """Return the array nearest to the seed, in relative entropy, with given margins.

    Iterative proportional fitting (Deming and Stephan 1940; Bacharach 1970): each sweep scales the array to every
    margin in turn. Zeros stay zero.

    Parameters
    ----------
    seed : of any number of dimensions, no figure below zero.
    margins : pairs ``(axes kept, target)``: ``((0, 2), T)`` says that the array summed over all axes but 0 and 2 is T.
    axes : the labels along each dimension. tolerance : largest gap of a margin's cell, relative to that cell.
    """
    x = np.array(seed, dtype=np.float64)
    x0 = x.copy()
    labels = _axes(axes, x.shape)
    wanted = [_margin(kept, target, x) for kept, target in margins]
    history: list[float] = []
    for _ in range(most_sweeps):
        worst = 0.0
        for kept, target in wanted:
            other = tuple(a for a in range(x.ndim) if a not in kept)
            now = x.sum(axis=other, keepdims=True)
            if ((now == 0) & (target > 0)).any():
                raise Infeasible("a margin above zero has no cells above zero; give one a small seed")
            worst = max(worst, float(np.abs(now - target).max() / (np.abs(target).max() or 1.0)))
            if worst > 0:
                x *= np.divide(target, now, out=np.ones_like(now), where=now > 0)
        history.append(worst)
        if worst <= tolerance:
            break
    else:
        raise NotConverged(f"margins are missed by {history[-1]:.1e} after {most_sweeps} sweeps", history)
    names, targets, reached = [], [], []
    for kept, target in wanted:
        other = tuple(a for a in range(x.ndim) if a not in kept)
        now = x.sum(axis=other)
        index = pd.MultiIndex.from_product([labels[a] for a in kept]) if len(kept) > 1 else labels[kept[0]]
        names += [f"{' x '.join(str(labels[a].name) for a in kept)} {key}" for key in index]
        targets.append(target.ravel())
        reached.append(now.ravel())
    t, r = np.concatenate(targets), np.concatenate(reached)
    scale = np.maximum(np.abs(t), np.abs(r))
    gap = np.divide(np.abs(t - r), scale, out=np.zeros_like(t), where=scale > 0)
    report = constraint_report(names, t, r, np.zeros_like(t))
    return Balanced("IPF", x, x0, labels, report, float(gap.max(initial=0.0)), len(history))


def _axes(axes: Sequence[pd.Index] | None, shape: tuple[int, ...]) -> tuple[pd.Index, ...]:
    if axes is None:
        return tuple(pd.RangeIndex(size, name=f"axis {a}") for a, size in enumerate(shape))
    return tuple(index if index.name else index.rename(f"axis {a}") for a, index in enumerate(axes))


def _margin(kept: Sequence[int], target: npt.ArrayLike, x: Array) -> tuple[tuple[int, ...], Array]:
    wanted = np.asarray(target, dtype=np.float64)
    order = tuple(kept)
    if wanted.shape != tuple(x.shape[a] for a in order):
        raise InputError(
            f"the margin on axes {order} has shape {wanted.shape}; give {tuple(x.shape[a] for a in order)}"
        )
    wanted = wanted.transpose(np.argsort(order))
    kept_sorted = tuple(sorted(order))
    return kept_sorted, wanted.reshape([x.shape[a] if a in kept_sorted else 1 for a in range(x.ndim)])
