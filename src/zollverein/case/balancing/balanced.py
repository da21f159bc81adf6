"""What comes out of balancing: the new figures, their certificate, and a report of what moved and how far."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from zollverein.case.balancing.door import Array

__all__ = [
    "TOLERANCE",
    "Array",
    "Balanced",
    "constraint_report",
    "gaps_of",
    "named_axis",
    "relative_gaps",
]

# A hard constraint counts as met when it is missed by less than this, relative to the sum of its terms' sizes.
TOLERANCE = 1e-9
# Up to this a share is told in percent: 10 is 1,000 %.
MOST_PERCENT = 10.0


@dataclass(frozen=True, eq=False)
class Balanced:
    """Figures that meet their constraints, and how they came to.

    Attributes
    ----------
    method : ``"RAS"``, ``"GRAS"``, ``"IPF"`` or ``"weighted entropy"``.
    values : the new figures, shaped as the seed. seed : the figures before. Both in the seed's unit.
    axes : the labels along each dimension of ``values``, each with a name.
    constraints : one row each: constraint, target, reached, gap (reached less target), error (standard error, 0 is
        hard), gap_in_errors (gap over error; missing where hard).
    residual : certificate: the largest gap of a hard constraint relative to the sum of its terms' sizes, recomputed
        from ``values``; 0 where there is none.
    iterations : sweeps or Newton steps. notes : what else there is to know, a sentence each.
    cell_errors : relative standard errors of the seed, if they were given.
    """

    method: str
    values: Array = field(repr=False)
    seed: Array = field(repr=False)
    axes: tuple[pd.Index, ...] = field(repr=False)
    constraints: pd.DataFrame = field(repr=False)
    residual: float
    iterations: int
    notes: tuple[str, ...] = ()
    cell_errors: Array | None = field(default=None, repr=False)

    @cached_property
    def moved(self) -> pd.DataFrame:
        """Cells that moved, the largest changes first: labels of the axes, was, now, change, ratio.

        Where errors of cells were given also change_in_errors, the change over the seed's standard error.
        """
        change = (self.values - self.seed).ravel()
        flat = np.flatnonzero(change)
        flat = flat[np.argsort(-np.abs(change[flat]), kind="stable")]
        places = np.unravel_index(flat, self.seed.shape)
        labels = pd.concat(
            [axis.take(place).to_frame(index=False) for axis, place in zip(self.axes, places, strict=True)], axis=1
        )
        was, now = self.seed.ravel()[flat], self.values.ravel()[flat]
        table = labels.assign(was=was, now=now, change=now - was, ratio=now / was)
        if self.cell_errors is None:
            return table
        return table.assign(change_in_errors=(now - was) / (self.cell_errors.ravel()[flat] * np.abs(was)))

    @property
    def share_moved(self) -> float:
        """The sum of all changes' sizes over the sum of the seed's sizes."""
        return float(np.abs(self.values - self.seed).sum() / (np.abs(self.seed).sum() or 1.0))

    @property
    def largest_ratio(self) -> float:
        """The largest factor, up or down, by which a cell moved; infinite where one became zero."""
        live = self.seed != 0
        if not live.any():
            return 1.0
        ratio = self.values[live] / self.seed[live]
        lowest = float(ratio.min())
        return float(max(ratio.max(), 1.0 / lowest if lowest > 0 else np.inf))

    @property
    def summary(self) -> str:
        """The balancing in a few sentences."""
        soft = self.constraints["error"].to_numpy() > 0
        said = (
            f"{self.method}: {np.count_nonzero(self.seed):,} cells, {len(soft):,} constraints; "
            f"{_moved(self.share_moved)}, {_by_factor(self.largest_ratio)}"
        )
        if not soft.all():
            said += f"; hard constraints are met to {self.residual:.1e}"
        if soft.any():
            worst = float(self.constraints["gap_in_errors"].abs().max())
            said += f"; soft ones are missed by at most {worst:.2f} standard errors"
        return ". ".join([said, *self.notes])

    def labelled(self) -> pd.Series | pd.DataFrame:
        """Return the values with their labels: a Series, or a DataFrame where there are two dimensions."""
        if self.values.ndim == 2:
            return pd.DataFrame(self.values, index=self.axes[0], columns=self.axes[1])
        index = self.axes[0] if self.values.ndim == 1 else pd.MultiIndex.from_product(self.axes)
        return pd.Series(self.values.ravel(), index=index, name="value")


def _moved(share: float) -> str:
    """A share of the value as a person reads it; where the seed was no more than a pattern, a multiple of it."""
    if share <= MOST_PERCENT:
        return f"{share:.2%} of the value moved"
    return f"the seed is tiny beside what became of it: changes add up to {_multiple(share)} times its value"


def _by_factor(ratio: float) -> str:
    if np.isinf(ratio):
        return "cells became zero"
    return f"no cell by more than a factor of {_multiple(ratio)}"


def _multiple(ratio: float) -> str:
    return f"{ratio:,.4g}" if ratio < 1e4 else f"{ratio:,.0f}" if ratio < 1e9 else f"10^{np.log10(ratio):.0f}"


def constraint_report(labels: Sequence[str], targets: Array, reached: Array, errors: Array) -> pd.DataFrame:
    """Return the table of constraints of a `Balanced`; all (K,)."""
    gap = reached - targets
    in_errors = np.divide(gap, errors, out=np.full(len(gap), np.nan), where=errors > 0)
    return pd.DataFrame(
        {
            "constraint": list(labels),
            "target": targets,
            "reached": reached,
            "gap": gap,
            "error": errors,
            "gap_in_errors": in_errors,
        }
    )


def relative_gaps(matrix: sparse.csr_array, targets: Array, x: Array) -> Array:
    """Return (K,) how far ``matrix @ x`` is from the targets, relative to the sum of the terms' sizes."""
    return gaps_of(matrix @ x, targets, np.maximum(np.abs(targets), abs(matrix) @ np.abs(x)))


def gaps_of(reached: Array, targets: Array, size: Array) -> Array:
    """Return how far what was reached is from its target, relative to a size; infinite where a figure is none."""
    gap = np.divide(np.abs(reached - targets), size, out=np.zeros_like(size), where=size > 0)
    return np.where(np.isfinite(reached) & np.isfinite(size), gap, np.inf)


def named_axis(axis: pd.Index, name: str, taken: Collection[object] = ()) -> pd.Index:
    """Return an axis every level of which has a name; one that is missing or taken is made from ``name``."""
    made = [f"{name} {level}" for level in range(axis.nlevels)] if axis.nlevels > 1 else [name]
    return axis.set_names(
        [
            new if old is None else f"{old} ({name})" if old in taken else str(old)
            for old, new in zip(axis.names, made, strict=True)
        ]
    )
