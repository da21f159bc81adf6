"""A margin of an array: its sums over all other dimensions, with names; and what is wrong with margins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from zollverein.case.balancing.balanced import Array, named_axis
from zollverein.case.balancing.by_label import aligned, called, index_of
from zollverein.case.balancing.constraints import Constraints
from zollverein.case.balancing.door import sequence
from zollverein.case.balancing.refusal import infeasible, listed
from zollverein.errors import InputError

__all__ = [
    "Margin",
    "as_constraints",
    "contradicting",
    "labelled_axes",
    "margin_of",
    "unsupported",
]

MOST_NAMED = 8


@dataclass(frozen=True, eq=False)
class Margin:
    """Sums of an array over the dimensions that are not kept.

    Attributes
    ----------
    kept : the dimensions kept, ascending. target : the sums, shaped as the kept dimensions.
    axes : the labels of the whole array's dimensions.
    """

    kept: tuple[int, ...]
    target: Array = field(repr=False)
    axes: tuple[pd.Index, ...] = field(repr=False)

    @property
    def summed(self) -> tuple[int, ...]:
        """The dimensions summed over."""
        return tuple(a for a in range(len(self.axes)) if a not in self.kept)

    @property
    def shape(self) -> tuple[int, ...]:
        """The target's shape with a 1 for each dimension summed over."""
        return tuple(len(axis) if a in self.kept else 1 for a, axis in enumerate(self.axes))

    @property
    def what(self) -> str:
        """The margin's name."""
        return " x ".join(called(self.axes[a]) for a in self.kept) or "total"

    def sums(self, x: Array) -> Array:
        """Return the sums of an array, shaped as the target."""
        return np.asarray(x.sum(axis=self.summed))

    def name(self, place: int) -> str:
        """Return the name of a cell of the target, by flat position: ``exporter KAZ, sector oil``."""
        at = np.unravel_index(place, self.target.shape) if self.kept else ()
        said = [_place(self.axes[a], int(i)) for a, i in zip(self.kept, at, strict=True)]
        return ", ".join(said) or "total"

    def refuse(self, wrong: npt.NDArray[np.bool_], advice: str) -> None:
        """Raise an InputError that names the targets that are wrong, if there are any."""
        if wrong.any():
            places = np.flatnonzero(wrong)
            named = [f"{self.name(int(k))} = {self.target.flat[k]:,.10g}" for k in places[:MOST_NAMED]]
            raise InputError(f"targets for {listed(named, len(places))}; {advice}")

    def names(self) -> list[str]:
        """Return the names of all cells of the target, flat."""
        said = [[_place(self.axes[a], i) for i in range(len(self.axes[a]))] for a in self.kept]
        grid = [""] if not said else said[0]
        for labels in said[1:]:
            grid = [f"{first}, {label}" for first in grid for label in labels]
        return grid if self.kept else ["total"]


def labelled_axes(
    axes: Sequence[pd.Index | Sequence[object]] | None, shape: tuple[int, ...], names: Sequence[str] = ()
) -> tuple[pd.Index, ...]:
    """Return labels with a name along each dimension; numbers where none are given.

    Parameters
    ----------
    names : of dimensions that bring none; absent: ``axis 0`` and so on.

    Raises
    ------
    InputError : labels that do not fit the shape, or stand twice.
    """
    of = "a list of labels for each dimension"
    given = [pd.RangeIndex(size) for size in shape] if axes is None else sequence("axes", axes, of)
    if len(given) != len(shape):
        raise InputError(f"the seed has {len(shape)} dimensions and {len(given)} axes were given; give labels for each")
    found: list[pd.Index] = []
    for a, (labels, size) in enumerate(zip(given, shape, strict=True)):
        axis = index_of(f"axes[{a}]", labels, of)
        if len(axis) != size:
            raise InputError(f"dimension {a} of the seed has {size} places and {len(axis)} labels; give one each")
        if axis.has_duplicates:
            raise InputError(f"dimension {a} has the label '{axis[axis.duplicated()][0]}' twice; each may stand once")
        name = names[a] if names else f"axis {a}"
        taken = {level for before in found for level in before.names}
        found.append(named_axis(axis, name, taken))
    return tuple(found)


def margin_of(
    kept: Sequence[int], target: object, axes: tuple[pd.Index, ...], *, what: str, signed: bool = False
) -> Margin:
    """Return a margin whose target is given in the order of ``kept``, or by label; ``what`` is its argument.

    Raises
    ------
    InputError : dimensions that are not there or twice, a shape that does not fit, a figure that is not finite, or one
        below zero unless ``signed``.
    """
    allowed = f"each once, out of 0 to {len(axes) - 1}"
    order = tuple(sequence(f"the dimensions kept by {what}", kept, f"a tuple of them, {allowed}"))
    whole = all(isinstance(a, int | np.integer) and not isinstance(a, bool) for a in order)
    if not whole or len(set(order)) != len(order) or not all(0 <= a < len(axes) for a in order):
        raise InputError(f"{what} keeps dimensions {order}; give {allowed}")
    wanted = aligned(what, target, tuple(axes[a] for a in order))
    margin = Margin(tuple(sorted(order)), np.asarray(wanted.transpose(np.argsort(order)), order="C"), axes)
    margin.refuse(~np.isfinite(margin.target), "give a finite number")
    if not signed:
        margin.refuse(margin.target < 0, "sums of figures above zero cannot be below it; for negatives use gras")
    return margin


def contradicting(margins: Sequence[Margin], tolerance: float) -> None:
    """Raise Infeasible where margins do not add up to the same over the dimensions that they share."""
    for first, second in combinations(margins, 2):
        _agree(first, second, tolerance)


def unsupported(margins: Sequence[Margin], x: Array) -> None:
    """Raise Infeasible where a target above zero has no cell above zero in an array that is nowhere below."""
    for margin in margins:
        empty = np.flatnonzero((margin.target > 0) & (margin.sums(x) == 0))
        if empty.size:
            named = [f"{margin.name(int(k))} = {margin.target.flat[k]:,.10g}" for k in empty[:MOST_NAMED]]
            raise infeasible(
                f"targets above zero without a cell above zero (under a target of 0 all are zero): "
                f"{listed(named, empty.size)}. Set them to 0, or give a zero cell in each a small seed",
                [margin.name(int(k)) for k in empty],
            )  # fmt: skip


def _agree(first: Margin, second: Margin, tolerance: float) -> None:
    """Two margins have the same sums over the dimensions that only one of them keeps."""
    shared = tuple(a for a in first.kept if a in second.kept)
    sums = [m.target.sum(axis=tuple(i for i, a in enumerate(m.kept) if a not in shared)) for m in (first, second)]
    gap = np.abs(sums[0] - sums[1])
    wrong = np.flatnonzero(gap > tolerance * np.maximum(np.abs(sums[0]), np.abs(sums[1])))
    if wrong.size == 0:
        return
    place = Margin(shared, np.asarray(sums[0]), first.axes)
    named = [
        f"{place.name(int(k))}: {np.asarray(sums[0]).flat[k]:,.10g} against {np.asarray(sums[1]).flat[k]:,.10g}"
        for k in wrong[np.argsort(-gap.flat[wrong])][:MOST_NAMED]
    ]
    raise infeasible(
        f"the margins '{first.what}' and '{second.what}' do not add up to the same: {listed(named, wrong.size)}. Scale "
        f"one to the other, or let reconcile weigh them by their errors", [first.what, second.what],
    )  # fmt: skip


def as_constraints(margins: Sequence[Margin], cells: npt.NDArray[np.intp]) -> Constraints:
    """Return margins as hard constraints on some cells of the array, by flat position."""
    shape = tuple(len(axis) for axis in margins[0].axes)
    at = np.unravel_index(cells, shape)
    parts = []
    for margin in margins:
        row = (
            np.ravel_multi_index([at[a] for a in margin.kept], margin.target.shape)
            if margin.kept
            else np.zeros_like(cells)
        )
        matrix = sparse.csr_array(
            (np.ones(len(cells)), (row, np.arange(len(cells)))), shape=(margin.target.size, len(cells))
        )
        parts.append(Constraints(matrix, margin.target.ravel(), np.zeros(margin.target.size), tuple(margin.names())))
    return Constraints.stack(parts)


def _place(axis: pd.Index, i: int) -> str:
    labels = axis[i] if axis.nlevels > 1 else (axis[i],)
    return ", ".join(f"{name} {label}" for name, label in zip(axis.names, labels, strict=True))
