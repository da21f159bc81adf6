"""Figures taken by their labels where they have any, so that another order of the same rows changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_integer_dtype

from zollverein.case.balancing.door import Array, numbers, sequence
from zollverein.case.balancing.refusal import listed
from zollverein.errors import InputError, UnknownNameError

__all__ = ["aligned", "called", "index_of", "keyed", "no_such", "said", "same_levels"]


def aligned(
    what: str,
    given: object,
    axes: tuple[pd.Index, ...],
    *,
    whose: str = "the seed",
    one_for_all: bool = False,
    more_allowed: bool = False,
) -> Array:
    """Return figures as numbers, in the order of the labels along each dimension.

    A dict, a Series or (in two dimensions) a DataFrame goes by label; a Series of several levels also fills several
    dimensions. A default index (0, 1, 2 ...) counts as no labels where the axis has others, and any index where the
    axis has none: then, as in arrays, the position counts.

    Parameters
    ----------
    what : the argument's name. axes : labels along each dimension. whose : what has these labels.
    one_for_all : a single number may stand for all. more_allowed : labels that the axis lacks are left aside.

    Raises
    ------
    UnknownNameError : a label that the axis lacks. InputError : one missing or given twice; no numbers; another shape.
    """
    by_name = isinstance(given, Mapping)
    held: Any = keyed(what, given) if by_name else given
    shape = tuple(len(axis) for axis in axes)
    if isinstance(held, pd.Series) and axes:
        several = len(axes) > 1 and held.index.nlevels == len(axes)
        if several or len(axes) == 1:
            axis = pd.MultiIndex.from_product(axes) if several else axes[0]
            order = _order(what, held.index, axis, whose, by_name, more_allowed)
            if order is not None:
                held = held.iloc[order]
            held = held.to_numpy(dtype=object).reshape(shape) if several else held
    elif isinstance(held, pd.DataFrame) and len(axes) == 2:
        orders = [
            _order(what, labels, axis, whose, by_name, more_allowed)
            for labels, axis in zip((held.index, held.columns), axes, strict=True)
        ]
        held = held.iloc[
            slice(None) if orders[0] is None else orders[0], slice(None) if orders[1] is None else orders[1]
        ]
    figures = numbers(what, held)
    if one_for_all and figures.ndim == 0:
        return np.full(shape, figures.item())
    if figures.shape != shape:
        raise InputError(f"{what} has shape {figures.shape}; give {'one number, or ' if one_for_all else ''}{shape}")
    return figures


def index_of(what: str, given: object, of: str) -> pd.Index:
    """Return labels as an index.

    Raises
    ------
    InputError : they are no list; ``of`` says what is allowed.
    """
    return given if isinstance(given, pd.Index) else pd.Index(sequence(what, given, of))


def keyed(what: str, given: object) -> pd.Series[Any]:
    """Return a mapping or a Series as a Series by key.

    Raises
    ------
    InputError : it is neither, or has a key twice.
    """
    if isinstance(given, Mapping):
        return pd.Series(list(given.values()), index=pd.Index(list(given)), dtype=object)
    if not isinstance(given, pd.Series):
        raise InputError(f"{what} is a {type(given).__name__}; give a dict or a Series that says what each is for")
    if given.index.has_duplicates:
        raise InputError(f"{what} has '{said(given.index[given.index.duplicated()][0])}' twice; give it once")
    return given


def same_levels(what: str, index: pd.Index, axis: pd.Index, whose: str) -> pd.Index:
    """Return an index whose levels stand in the order of an axis's, by their names where both have the same.

    Raises
    ------
    InputError : it has another number of levels.
    """
    if index.nlevels != axis.nlevels:
        shown = [f" ('{said(one[0])}')" if len(one) else "" for one in (index, axis)]
        found, wanted = (f"{one.nlevels}{said_of}" for one, said_of in zip((index, axis), shown, strict=True))
        raise InputError(f"keys of {what} have parts: {found}, where {whose} has {wanted}; give as many")
    names = list(axis.names)
    if index.nlevels == 1 or None in names or list(index.names) == names or set(index.names) != set(names):
        return index
    return index.reorder_levels([index.names.index(name) for name in names])  # type: ignore[attr-defined, no-any-return]


def no_such(kind: str, key: object, known: pd.Index, whose: str, what: str) -> NoReturn:
    """Raise for a key of an argument that what it is for does not have.

    Raises
    ------
    InputError : it has the same key in another type. UnknownNameError : it has none like it, or near matches.
    """
    distinct = list(known.unique())
    twin = next((k for k in distinct if said(k) == said(key)), None)
    if twin is not None:
        raise InputError(f"{what} has the key {_typed(key)}, {whose} has {_typed(twin)}; give both in one type")
    raise UnknownNameError(kind, said(key), {said(k) for k in distinct}, f"{whose}, yet {what} has it")


def called(axis: pd.Index) -> str:
    """Return the name of a dimension."""
    return " ".join(str(name) for name in axis.names if name is not None) or "label"


def said(key: object) -> str:
    """Return a key as a person reads it."""
    return ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _order(
    what: str, index: pd.Index, axis: pd.Index, whose: str, by_name: bool, more_allowed: bool
) -> npt.NDArray[np.intp] | None:
    """Where each label of an axis stands in an index; None where they stand alike, or the position counts."""
    if index.equals(axis) and list(index.names) == list(axis.names):
        return None
    unlabelled = _bare(axis) or (_bare(index) and not is_integer_dtype(axis.dtype))
    same = index.nlevels == axis.nlevels and len(index) == len(axis) and bool(index.isin(axis).all())
    if unlabelled and not same and not by_name:
        return None
    index = same_levels(what, index, axis, whose)
    if index.equals(axis):
        return None
    foreign = np.flatnonzero(~index.isin(axis))
    if foreign.size and not more_allowed:
        no_such(called(axis), index[foreign[0]], axis, whose, what)
    if index.has_duplicates:
        raise InputError(f"{what} has '{said(index[index.duplicated()][0])}' twice; give it once")
    order = index.get_indexer(axis)
    missing = [said(key) for key in axis[order < 0].unique()[:8]]
    if missing:
        raise InputError(f"{what} lacks {listed(missing, int((order < 0).sum()))}; give one each")
    return order


def _bare(index: pd.Index) -> bool:
    """Whether an index is the default one."""
    return isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1 and index.name is None


def _typed(key: object) -> str:
    return repr(key.item() if isinstance(key, np.generic) else key)
