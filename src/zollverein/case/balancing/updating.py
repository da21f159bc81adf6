"""Carry an older table to newer sums of rows and columns, and say what changed beside growth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.case.balancing.balanced import TOLERANCE, Balanced
from zollverein.case.balancing.biproportional import Sums, gras, ras, table

__all__ = ["Updated", "update"]


@dataclass(frozen=True, eq=False)
class Updated:
    """A table carried to newer sums.

    Attributes
    ----------
    balanced : the table and its certificate; its ``moved`` counts from the older table.
    growth : sizes of all figures now over those before: what each cell would have done had nothing shifted.
    """

    balanced: Balanced
    growth: float

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """The newer table, (R, C)."""
        return self.balanced.values

    @cached_property
    def shifted(self) -> pd.DataFrame:
        """Cells by how far they are from the older table scaled as a whole, the farthest first.

        Labels of row and column, was, scaled (was times growth), now, change (now less scaled), ratio (now to scaled).
        """
        old, new = self.balanced.seed, self.balanced.values
        flat = np.flatnonzero(old)
        was, now = old.ravel()[flat], new.ravel()[flat]
        scaled = was * self.growth
        order = np.argsort(-np.abs(now - scaled), kind="stable")
        places = np.unravel_index(flat[order], old.shape)
        labels = pd.concat(
            [a.take(place).to_frame(index=False) for a, place in zip(self.balanced.axes, places, strict=True)], axis=1
        )
        found = labels.assign(was=was[order], scaled=scaled[order], now=now[order], change=(now - scaled)[order])
        return found.assign(ratio=found["now"] / found["scaled"])

    @property
    def share_shifted(self) -> float:
        """Half the sum of distances from the older table scaled as a whole, over the newer sizes."""
        new = self.balanced.values
        distance = np.abs(new - self.balanced.seed * self.growth).sum()
        return float(distance / (2.0 * (np.abs(new).sum() or 1.0)))

    @property
    def summary(self) -> str:
        """The update in a few sentences."""
        return (
            f"{self.balanced.summary}. Against the older table scaled by {self.growth:.4g} as a whole, "
            f"{self.share_shifted:.2%} of the value sits in other cells"
        )


def update(
    old: npt.ArrayLike | pd.DataFrame,
    rows: Sums,
    columns: Sums,
    *,
    tolerance: float = TOLERANCE,
) -> Updated:
    """Return an older table carried to newer sums: by RAS, or by GRAS where a figure or a sum is below zero.

    Parameters
    ----------
    old : (R, C), of any sign; a DataFrame brings its labels. rows, columns : (R,) and (C,) the newer sums.
    tolerance : largest gap of a sum, relative to the sizes of its terms.

    Raises
    ------
    InputError, UnknownNameError, Infeasible, NotConverged : as in `ras` and `gras`.

    Examples
    --------
    >>> found = update([[10.0, 10.0], [10.0, 20.0]], rows=[30.0, 60.0], columns=[36.0, 54.0])
    >>> found.growth, found.shifted[["row", "column", "scaled", "now"]].round(2).iloc[0].tolist()
    (1.8, [1.0, 1.0, 36.0, 39.36])
    """
    x0, margins = table(old, rows, columns)
    signed = bool((x0 < 0).any() or any((margin.target < 0).any() for margin in margins))
    balanced = (gras if signed else ras)(old, rows, columns, tolerance=tolerance)
    size = float(np.abs(x0).sum())
    return Updated(balanced, float(np.abs(balanced.values).sum() / size) if size else 1.0)
