"""Linear constraints on cells: sums of groups, balances, measured cells; hard, or with a standard error."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from zollverein.case.balancing.by_label import aligned, index_of, keyed, no_such, said, same_levels
from zollverein.case.balancing.door import Array, numbers, sequence, whole_number
from zollverein.errors import InputError
from zollverein.given import require

__all__ = ["Constraints"]

ByKey = Mapping[Any, float] | pd.Series
Figures = npt.ArrayLike | ByKey
Labels = Sequence[object] | pd.Index | npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Constraints:
    """``matrix @ x = targets``, each row exactly or within a standard error.

    Attributes
    ----------
    matrix : (K, C) coefficients of any sign. targets : (K,) in the unit of the cells.
    errors : (K,) absolute standard errors in that unit; 0 is hard: met exactly or refused.
    labels : (K,) what each row is called in reports and messages.

    Examples
    --------
    >>> cells = pd.DataFrame({"exporter": ["KAZ", "KAZ", "BLR"], "importer": ["RUS", "CHN", "RUS"]})
    >>> exports = Constraints.sums(cells["exporter"], {"KAZ": 90.0, "BLR": 20.0}, what="exports of")
    >>> imports = Constraints.sums(cells["importer"], {"RUS": 70.0}, relative_error=0.05, what="imports of")
    >>> (exports + imports).labels
    ('exports of KAZ', 'exports of BLR', 'imports of RUS')
    """

    matrix: sparse.csr_array = field(repr=False)
    targets: Array = field(repr=False)
    errors: Array = field(repr=False)
    labels: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        matrix = _rows(self.matrix)
        object.__setattr__(self, "matrix", matrix)
        K = matrix.shape[0]
        object.__setattr__(self, "labels", tuple(map(str, sequence("labels", self.labels, "a list of texts"))))
        if len(self.labels) != K:
            raise InputError(f"{K} constraints have {len(self.labels)} labels; give one each")
        for name in ("targets", "errors"):
            given = numbers(name, getattr(self, name))
            if given.shape != (K,):
                raise InputError(f"{name} of {K} constraints have shape {given.shape}; give ({K},)")
            object.__setattr__(self, name, given)
            wrong = ~np.isfinite(given) if name == "targets" else ~(np.isfinite(given) & (given >= 0))
            if wrong.any():
                k = int(np.flatnonzero(wrong)[0])
                raise InputError(
                    f"constraint '{self.labels[k]}' has {given[k]} among its {name}; give a finite number"
                    + (", 0 for a hard constraint" if name == "errors" else "")
                )
        if not np.isfinite(matrix.data).all():
            k = int(np.searchsorted(matrix.indptr, np.flatnonzero(~np.isfinite(matrix.data))[0], side="right")) - 1
            raise InputError(f"constraint '{self.labels[k]}' has a coefficient that is not finite; give numbers")

    def __len__(self) -> int:
        return len(self.labels)

    def __add__(self, other: Constraints) -> Constraints:
        return Constraints.stack([self, other])

    @property
    def cells(self) -> int:
        """Number of cells that the constraints are about."""
        return int(self.matrix.shape[1])

    @property
    def hard(self) -> npt.NDArray[np.bool_]:
        """(K,) which are to be met exactly."""
        return np.asarray(self.errors == 0)

    @classmethod
    def stack(cls, parts: Sequence[Constraints]) -> Constraints:
        """Return several sets on the same cells as one."""
        of = "a list of Constraints"
        for part in sequence("parts", parts, of):
            require("one of the sets put together", part, Constraints, "Constraints, for example Constraints.sums(...)")
        if not len(parts):
            raise InputError(f"parts is empty; give {of}")
        if len({part.cells for part in parts}) != 1:
            raise InputError(
                f"constraints on {', '.join(str(part.cells) for part in parts)} cells cannot be put together; "
                "build all of them on the same cells"
            )
        return cls(
            sparse.csr_array(sparse.vstack([part.matrix for part in parts], format="csr")),
            np.concatenate([part.targets for part in parts]),
            np.concatenate([part.errors for part in parts]),
            tuple(label for part in parts for label in part.labels),
        )

    @classmethod
    def linear(
        cls,
        matrix: npt.ArrayLike | sparse.sparray | pd.DataFrame,
        targets: Figures,
        *,
        error: Figures = 0.0,
        relative_error: Figures = 0.0,
        labels: Labels | None = None,
        what: str = "constraint",
    ) -> Constraints:
        """Return ``matrix @ x = targets`` with any coefficients.

        Parameters
        ----------
        matrix : (K, C), its columns in the order of the cells. targets : (K,) or a number for all.
        error, relative_error : absolute standard error, and one relative to the target's size; the larger counts. Both
            0: hard. These and targets go by label if they have some: a dict or a Series.
        labels : (K,); absent: the index of the matrix, or numbers. what : goes before each label.

        Raises
        ------
        InputError, UnknownNameError : shapes or labels do not fit, a number is not finite, or an error is relative to a
            target of zero, which makes none.
        """
        held = _rows(matrix)
        K = held.shape[0]
        if labels is None:
            labels = matrix.index if isinstance(matrix, pd.DataFrame) else pd.RangeIndex(K)
        axis = index_of("labels", labels, "a list of one label for each constraint")
        if len(axis) != K:
            raise InputError(f"{K} constraints have {len(axis)} labels; give one each")
        named = tuple(f"{what} {said(label)}".strip() for label in axis)
        aimed, absolute, relative = (
            aligned(name, given, (axis,), whose="labels", one_for_all=True)
            for name, given in (("targets", targets), ("error", error), ("relative_error", relative_error))
        )
        # One below zero must not vanish behind the other.
        least = np.minimum(absolute, relative)
        with np.errstate(all="ignore"):  # what is no number is named below
            errors = np.where(least < 0, least, np.maximum(absolute, relative * np.abs(aimed)))
        vain = (relative > 0) & (errors == 0)
        if vain.any():
            k = int(np.flatnonzero(vain)[0])
            raise InputError(
                f"constraint '{named[k]}' has a relative error and a target of 0, which makes no error at all; give "
                f"error= in the cells' unit as well, or make it hard"
            )
        return cls(held, aimed, errors, named)

    @classmethod
    def sums(
        cls,
        keys: pd.Series | pd.DataFrame | pd.Index | Sequence[object],
        targets: ByKey,
        *,
        error: ByKey | float = 0.0,
        relative_error: ByKey | float = 0.0,
        weights: npt.ArrayLike | pd.Series | None = None,
        what: str = "sum of",
    ) -> Constraints:
        """Return one constraint per target: the cells of a group add up to it.

        Parameters
        ----------
        keys : (C,) the group of each cell, in the cells' order; a frame with several columns groups by all of them, its
            keys are tuples. A missing key belongs to no group.
        targets : by group; groups without a target are free. error, relative_error : as in `linear`, also by group.
        weights : (C,) coefficient of each cell; absent: 1.

        Raises
        ------
        UnknownNameError : a target for a group that no cell belongs to. InputError : targets or errors that do not say
            what each is for; keys that are no list; figures as in `linear`.
        """
        groups, missing = _groups(keys)
        aims = keyed("targets", targets)
        index = same_levels("targets", aims.index, groups, "keys") if len(aims) else groups[:0]
        row = index.get_indexer(groups)
        row[missing] = -1
        absent = np.setdiff1d(np.arange(len(index)), row)
        if absent.size:
            no_such("group", index[absent[0]], groups[~missing], "keys", "targets")
        inside = np.flatnonzero(row >= 0)
        labelled = keys.index if isinstance(keys, pd.Series | pd.DataFrame) else pd.RangeIndex(len(groups))
        data = np.ones(len(groups)) if weights is None else aligned("weights", weights, (labelled,), whose="keys")
        matrix = sparse.csr_array((data[inside], (row[inside], inside)), shape=(len(index), len(groups)))
        absolute, relative = (
            aligned(name, given, (index,), whose="targets", one_for_all=True, more_allowed=True)
            for name, given in (("error", error), ("relative_error", relative_error))
        )
        return cls.linear(
            matrix, numbers("targets", aims), error=absolute, relative_error=relative,
            labels=[said(key) for key in index], what=what,
        )  # fmt: skip

    @classmethod
    def measured(
        cls,
        cells: Sequence[int] | npt.NDArray[np.intp],
        values: Figures,
        count: int,
        *,
        error: Figures = 0.0,
        relative_error: Figures = 0.0,
        labels: Labels | None = None,
        what: str = "cell",
    ) -> Constraints:
        """Return constraints on single cells, by position among ``count``: a second source for the same figure."""
        count = whole_number("count", count, 0)
        given = sequence("cells", cells, "a list of positions")
        wrong = next((c for c in given if not isinstance(c, int | np.integer) or isinstance(c, bool)), None)
        if wrong is not None:
            raise InputError(f"cells holds {wrong!r:.60}; give positions, whole numbers from 0 to {count - 1}")
        outside = next((c for c in given if not 0 <= c < count), None)
        if outside is not None:
            raise InputError(f"cell {outside} is not among {count} cells; give positions from 0 to {count - 1}")
        at = np.array(given, dtype=np.intp)
        matrix = sparse.csr_array((np.ones(len(at)), (np.arange(len(at)), at)), shape=(len(at), count))
        axis = pd.RangeIndex(len(at)) if labels is None else index_of("labels", labels, "a list of one for each cell")
        if len(axis) != len(at):
            raise InputError(f"{len(at)} cells have {len(axis)} labels; give one each")
        held, absolute, relative = (
            aligned(name, given, (axis,), whose="labels", one_for_all=True)
            for name, given in (("values", values), ("error", error), ("relative_error", relative_error))
        )
        named = at if labels is None else axis
        return cls.linear(matrix, held, error=absolute, relative_error=relative, labels=named, what=what)


def _rows(matrix: object) -> sparse.csr_array:
    """Coefficients as a sparse array of numbers, a row for each constraint."""
    if sparse.issparse(matrix):
        rows: Any = sparse.csr_array(matrix)  # type: ignore[call-overload]
        return sparse.csr_array((numbers("matrix", rows.data), rows.indices, rows.indptr), shape=rows.shape)
    held = np.atleast_2d(numbers("matrix", matrix))
    if held.ndim != 2:
        raise InputError(f"matrix has {held.ndim} dimensions; give 2, a row for each constraint")
    return sparse.csr_array(held)


def _groups(keys: object) -> tuple[pd.Index, npt.NDArray[np.bool_]]:
    """The group of each cell, and which cells have none."""
    if isinstance(keys, pd.MultiIndex):
        keys = keys.to_frame(index=False)
    if isinstance(keys, pd.DataFrame):
        several = keys.shape[1] != 1
        missing = keys.isna().any(axis=1).to_numpy()
        return pd.MultiIndex.from_frame(keys) if several else pd.Index(keys.iloc[:, 0]), missing
    of = "the group of each cell: a Series, a list or a frame"
    listed = keys if isinstance(keys, pd.Series) else sequence("keys", keys, of)
    wrong = next((key for key in listed if not isinstance(key, Hashable)), None)
    if wrong is not None:
        raise InputError(f"keys holds {wrong!r:.60}, a list; give {of}, with tuples where a key has several parts")
    held = pd.Series(listed, dtype=None if isinstance(keys, pd.Series) else object)
    return pd.Index(held), held.isna().to_numpy()
