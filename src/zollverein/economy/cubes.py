"""Labelled cubes: an outcome as one, and tables from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zollverein.economy.certificate import trade_levels
from zollverein.errors import EconomyError

if TYPE_CHECKING:
    import xarray as xr

    from zollverein.economy.baseline import Array, Baseline
    from zollverein.economy.outcome import Outcome

__all__ = ["dataset_of", "long_frame"]


def long_frame(table: str, array: xr.DataArray, dims: Sequence[str], value: str) -> pd.DataFrame:
    """Return a labelled array as a long frame, missing values left out.

    Raises
    ------
    EconomyError : its dimensions are not these, or one has no labels.
    """
    if not hasattr(array, "to_series"):
        raise EconomyError(f"array {table} is a {type(array).__name__}; give an xarray.DataArray")
    if set(array.dims) != set(dims):
        raise EconomyError(
            f"array {table} has the dimensions {', '.join(map(str, array.dims))}; needed are {', '.join(dims)}, in any "
            f"order: rename them"
        )
    unlabelled = next((dim for dim in dims if dim not in array.coords), None)
    if unlabelled is not None:
        raise EconomyError(f"array {table} has no labels along {unlabelled}; give it coordinates")
    series = array.transpose(*dims).to_series().dropna()
    return series.rename(value).reset_index()


def dataset_of(outcome: Outcome) -> xr.Dataset:
    """Return flows (sector, importer, exporter), prices, output and labour (sector, country), and accounts (country).

    Raises
    ------
    EconomyError : xarray is not installed.
    """
    try:
        import xarray as xr  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise EconomyError("cubes need xarray: pip install 'zollverein[cubes]'") from error
    base, state = outcome.base, outcome.state
    pair, own = ("sector", "importer", "exporter"), ("sector", "country")
    countries = list(base.countries)
    return xr.Dataset(
        {
            "trade_base": (pair, base.flows),
            "trade": (pair, trade_levels(base, outcome.shock, state)[1]),
            "tariff": (pair, outcome.shock.tau),
            "price_factor": (own, state.P_hat),
            "unit_cost_factor": (own, state.c_hat),
            "output_base": (own, base.output),
            "output": (own, state.output),
            "labour_share_base": (own, _cube(outcome.labour["base"], base)),
            "labour_share": (own, _cube(outcome.labour["new"], base)),
            **{name: ("country", column.to_numpy()) for name, column in outcome.accounts.items()},
            "real_income_percent": ("country", outcome.real_income.to_numpy()),
            "real_wage_percent": ("country", outcome.real_wage.to_numpy()),
        },
        coords={"sector": list(base.sectors), "importer": countries, "exporter": countries, "country": countries},
        attrs={"max_residual": outcome.certificate.max_residual},
    )


def _cube(by_country_and_sector: pd.Series[float], base: Baseline) -> Array:
    return np.asarray(by_country_and_sector, dtype=np.float64).reshape(len(base.countries), len(base.sectors)).T
