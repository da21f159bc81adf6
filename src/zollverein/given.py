"""What a user gave to an engine, judged at its door: of the right kind, or named in the engine's own error."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from zollverein.errors import InputError

__all__ = ["framed", "require"]


def require(
    what: str, given: object, kind: type | tuple[type, ...], advice: str, error: type[InputError] = InputError
) -> None:
    """Raise ``error`` unless what a user gave is of a kind."""
    if not isinstance(given, kind):
        raise error(f"{what} is {given!r:.60}; give {advice}")


def framed(table: str, given: Any, error: type[InputError] = InputError) -> pd.DataFrame:
    """Return any dataframe (pandas, Polars, Arrow and what else narwhals knows) as one of pandas.

    Raises
    ------
    InputError : it is no dataframe; of the class ``error``.
    """
    if isinstance(given, pd.DataFrame):
        return given
    try:
        frame: pd.DataFrame = nw.from_native(given, eager_only=True).to_pandas()
    except TypeError:
        raise error(
            f"table {table} is a {type(given).__name__}; give a pandas DataFrame, or one of Polars or Arrow"
        ) from None
    return frame
