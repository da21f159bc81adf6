"""An outcome as labelled cubes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zollverein.economy.certificate import trade_levels
from zollverein.errors import EconomyError

if TYPE_CHECKING:
    import xarray as xr

    from zollverein.economy.outcome import Outcome

__all__ = ["dataset_of"]


def dataset_of(outcome: Outcome) -> xr.Dataset:
    """Return flows (sector, importer, exporter), prices and output (sector, country) and incomes (country).

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
            "real_income_percent": ("country", outcome.real_income.to_numpy()),
            "real_wage_percent": ("country", outcome.real_wage.to_numpy()),
        },
        coords={"sector": list(base.sectors), "importer": countries, "exporter": countries, "country": countries},
        attrs={"max_residual": outcome.certificate.max_residual},
    )
