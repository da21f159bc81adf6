"""Linear constraints on cells: sums of groups, balances, measured cells; hard, or with a standard error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from zollverein.case.balancing.balanced import Array, numbers
from zollverein.errors import InputError, UnknownNameError

__all__ = ["Constraints"]


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
        matrix = sparse.csr_array(self.matrix).astype(np.float64)
        object.__setattr__(self, "matrix", matrix)
        K = matrix.shape[0]
        object.__setattr__(self, "labels", tuple(map(str, self.labels)))
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
        matrix: npt.ArrayLike | sparse.sparray,
        targets: npt.ArrayLike,
        *,
        error: npt.ArrayLike = 0.0,
        relative_error: npt.ArrayLike = 0.0,
        labels: Sequence[object] | None = None,
        what: str = "constraint",
    ) -> Constraints:
        """Return ``matrix @ x = targets`` with any coefficients.

        Parameters
        ----------
        matrix : (K, C). targets : (K,) or a number for all.
        error, relative_error : absolute standard error, and one relative to the target's size; the larger counts. Both
            0: hard. labels : (K,); absent: numbered. what : goes before each label.

        Raises
        ------
        InputError : shapes do not fit, a number is not finite, or a relative error of a zero target, which is none.
        """
        held = sparse.csr_array(matrix if sparse.issparse(matrix) else np.atleast_2d(numbers("the matrix", matrix)))
        K = held.shape[0]
        named = tuple(f"{what} {label}".strip() for label in (labels if labels is not None else range(K)))
        aimed = _spread(targets, K, "targets")
        absolute, relative = _spread(error, K, "errors"), _spread(relative_error, K, "relative errors")
        # One below zero must not vanish behind the other.
        least = np.minimum(absolute, relative)
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
        keys: pd.Series | pd.DataFrame | Sequence[object],
        targets: Mapping[object, float] | pd.Series,
        *,
        error: Mapping[object, float] | pd.Series | float = 0.0,
        relative_error: Mapping[object, float] | pd.Series | float = 0.0,
        weights: npt.ArrayLike | None = None,
        what: str = "sum of",
    ) -> Constraints:
        """Return one constraint per target: the cells of a group add up to it.

        Parameters
        ----------
        keys : (C,) the group of each cell; a frame with several columns groups by all of them, its keys are tuples.
            A missing key belongs to no group.
        targets : by group; groups without a target are free. error, relative_error : as in `linear`, also by group.
        weights : (C,) coefficient of each cell; absent: 1.

        Raises
        ------
        UnknownNameError : a target for a group that no cell belongs to.
        """
        frame = keys if isinstance(keys, pd.DataFrame) else pd.DataFrame({"key": list(keys)})
        aims = targets if isinstance(targets, pd.Series) else pd.Series(dict(targets), dtype=object)
        groups = pd.MultiIndex.from_frame(frame) if frame.shape[1] > 1 else pd.Index(frame.iloc[:, 0])
        if aims.index.has_duplicates:
            twice = aims.index[aims.index.duplicated()][0]
            raise InputError(
                f"'{what} {_said(twice)}' has two targets; give one, or put the second in a set of its own"
            )
        row = aims.index.get_indexer(groups)
        row[frame.isna().any(axis=1).to_numpy()] = -1
        absent = np.setdiff1d(np.arange(len(aims)), row)
        if absent.size:
            name = _said(aims.index[absent[0]])
            raise UnknownNameError(what, name, {_said(g) for g in groups.dropna().unique()}, "the targets")
        inside = np.flatnonzero(row >= 0)
        data = np.ones(len(frame)) if weights is None else _spread(weights, len(frame), "weights")
        matrix = sparse.csr_array((data[inside], (row[inside], inside)), shape=(len(aims), len(frame)))
        labels = [_said(key) for key in aims.index]
        return cls.linear(
            matrix, numbers("targets", aims.to_numpy()), error=_by_key(error, aims.index, what),
            relative_error=_by_key(relative_error, aims.index, what), labels=labels, what=what,
        )  # fmt: skip

    @classmethod
    def measured(
        cls,
        cells: Sequence[int] | npt.NDArray[np.intp],
        values: npt.ArrayLike,
        count: int,
        *,
        error: npt.ArrayLike = 0.0,
        relative_error: npt.ArrayLike = 0.0,
        labels: Sequence[object] | None = None,
        what: str = "cell",
    ) -> Constraints:
        """Return constraints on single cells, by position among ``count``: a second source for the same figure."""
        at = np.asarray(cells, dtype=np.intp)
        if at.size and (at.min() < 0 or at.max() >= count):
            raise InputError(f"cell {int(at.max() if at.max() >= count else at.min())} is not among {count} cells")
        matrix = sparse.csr_array((np.ones(len(at)), (np.arange(len(at)), at)), shape=(len(at), count))
        named = labels if labels is not None else list(at)
        return cls.linear(matrix, values, error=error, relative_error=relative_error, labels=named, what=what)


def _spread(given: npt.ArrayLike, count: int, what: str) -> Array:
    figures = numbers(what, given)
    if figures.ndim == 0:
        return np.full(count, figures.item())
    if figures.shape != (count,):
        raise InputError(f"{what} have shape {figures.shape}; give one number, or ({count},)")
    return figures


def _by_key(given: Mapping[object, float] | pd.Series | float, keys: pd.Index, what: str) -> Array:
    if isinstance(given, int | float | np.number):
        return np.full(len(keys), float(given))
    series = given if isinstance(given, pd.Series) else pd.Series(dict(given), dtype=object)
    found = series.reindex(keys)
    if found.isna().any():
        raise InputError(
            f"'{what} {_said(keys[found.isna().to_numpy()][0])}' has a target and no error; give one for each"
        )
    return numbers(f"errors of {what}", found.to_numpy())


def _said(key: object) -> str:
    return ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)
