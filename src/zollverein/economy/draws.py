"""What a result owes to parameters that are not known for certain: many equilibria, and their quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.economy.baseline import Array
from zollverein.economy.describing import extremes_in_words
from zollverein.economy.labels import codes, framed, numbers, require, require_columns, require_count, scatter
from zollverein.errors import EconomyError

__all__ = ["Draws", "Effects", "checked_effects", "effect_cells", "effect_draws", "of_theta", "theta_draws"]

SMALLEST_THETA = 0.1
Codes = npt.NDArray[np.intp]
Cells = tuple[Codes | slice, Codes, Codes]
MOST_DRAWS = 100_000


@dataclass(frozen=True)
class Effects:
    """Estimated effects on trade that become changes of iceberg cost, ``exp(-beta x / theta)``.

    Parameters
    ----------
    coefficients : effect to its estimate, the semi-elasticity of trade as a PPML reports it.
    covariance : square frame of the estimates, rows and columns by effect.
    cells : exporter, importer, effect, value [, sector]: how much of an effect comes (1) or goes (-1) where.
    """

    coefficients: pd.Series[float]
    covariance: pd.DataFrame
    cells: pd.DataFrame


@dataclass(frozen=True)
class Draws:
    """Real income in every draw.

    Attributes
    ----------
    real_income : draw (rows) by country (columns), percent.
    theta : draw by sector. coefficients : draw by effect; no columns where there are none.
    failed : draws that have no certified equilibrium, with why; they are in no quantile.
    """

    real_income: pd.DataFrame = field(repr=False)
    theta: pd.DataFrame = field(repr=False)
    coefficients: pd.DataFrame = field(repr=False)
    failed: dict[int, str]

    def __repr__(self) -> str:
        return (
            f"Draws({len(self.theta)}, {len(self.failed)} failed; median real income, percent: "
            f"{extremes_in_words(self.real_income.median())})"
        )

    def quantiles(self, levels: Sequence[float] = (0.05, 0.5, 0.95)) -> pd.DataFrame:
        """Return quantiles of real income by country (rows) and level (columns).

        Raises
        ------
        EconomyError : a level outside 0 to 1.
        """
        require("the levels of quantiles", levels, (list, tuple, np.ndarray), "a list such as [0.05, 0.5, 0.95]")
        for level in levels:
            if not isinstance(level, int | float | np.number) or not 0.0 <= level <= 1.0:
                raise EconomyError(f"quantile {level!r} is asked; allowed is 0 to 1 (0.95 for ninety-five percent)")
        return self.real_income.quantile(list(levels)).T.rename_axis(index="country", columns="quantile")


def theta_draws(
    theta: Array,
    sectors: tuple[str, ...],
    table: pd.DataFrame | None,
    covariance: pd.DataFrame | None,
    draws: int,
    rng: np.random.Generator,
) -> Array:
    """Return draws of theta (draws, S); the economy's own where nothing is said.

    Parameters
    ----------
    table : sector and either low and high (uniform between them) or standard_error (normal).
    covariance : square frame by sector (jointly normal), instead of a table.

    Raises
    ------
    EconomyError : neither shape fits, both are given, or a draw falls to nothing.
    """
    require_count("draws", draws, MOST_DRAWS)
    out = np.tile(theta, (draws, 1))
    if table is not None and covariance is not None:
        raise EconomyError("theta was given a table and a covariance; give one of them")
    if covariance is not None:
        require("theta_covariance", covariance, pd.DataFrame, "a pandas DataFrame, rows and columns by sector")
        at = codes("theta_covariance", pd.DataFrame({"sector": covariance.index}), "sector", sectors)
        out[:, at] = rng.multivariate_normal(theta[at], _square("theta_covariance", covariance), size=draws)
    elif table is not None:
        table = framed("theta_uncertainty", table)
        is_range = {"low", "high"} <= set(table.columns)
        needed = ("sector", "low", "high") if is_range else ("sector", "standard_error")
        require_columns("theta_uncertainty", table, needed)
        at = codes("theta_uncertainty", table, "sector", sectors)
        scatter("theta_uncertainty", table, {"sector": sectors}, np.zeros(len(at)), fill=0.0)
        if is_range:
            low = numbers("theta_uncertainty", table, "low", above=0.0)
            high = numbers("theta_uncertainty", table, "high", above=0.0)
            if (low > high).any():
                k = int(np.argmax(low > high))
                raise EconomyError(
                    f"table theta_uncertainty, row {k + 1}: low is {low[k]:g} and high is {high[k]:g}; turn them round"
                )
            out[:, at] = rng.uniform(low, high, (draws, len(at)))
        else:
            error = numbers("theta_uncertainty", table, "standard_error", minimum=0.0)
            out[:, at] = rng.normal(theta[at], error, (draws, len(at)))
    if (out < SMALLEST_THETA).any():
        d, s = np.argwhere(out < SMALLEST_THETA)[0]
        raise EconomyError(
            f"draw {d + 1} of theta in {sectors[s]} is {out[d, s]:.3g}, below {SMALLEST_THETA:g}: the errors are too "
            f"wide for a normal law; give a range (columns low and high)"
        )
    return out


def effect_draws(effects: Effects, draws: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return draws of the coefficients (draws by effect), jointly normal.

    Raises
    ------
    EconomyError : names of coefficients and covariance differ, or it is no covariance.
    """
    coefficients, covariance = checked_effects(effects)
    drawn = rng.multivariate_normal(coefficients.to_numpy(dtype=float), covariance, size=draws)
    return pd.DataFrame(drawn, columns=list(coefficients.index))


def checked_effects(effects: Effects) -> tuple[pd.Series[float], Array]:
    """Return coefficients under string names and their covariance as an array.

    Raises
    ------
    EconomyError : names of coefficients and covariance differ or repeat, a coefficient is none, or it is no covariance.
    """
    require("the effects", effects, Effects, "Effects: coefficients, covariance and cells")
    require("Effects.coefficients", effects.coefficients, pd.Series, "a pandas Series by effect")
    require("Effects.covariance", effects.covariance, pd.DataFrame, "a pandas DataFrame, rows and columns by effect")
    names = list(effects.coefficients.index)
    if list(effects.covariance.index) != names or list(effects.covariance.columns) != names:
        raise EconomyError(
            f"Effects: the covariance is labelled {', '.join(map(str, effects.covariance.index))} and the coefficients "
            f"{', '.join(map(str, names))}; both must name the same effects in the same order"
        )
    for name, value in effects.coefficients.items():
        if isinstance(value, str) or not np.isfinite(value):
            raise EconomyError(f"Effects: the coefficient of {name} is {value!r}; allowed is a number")
    return effects.coefficients.rename(index=str), _square("Effects.covariance", effects.covariance)


def effect_cells(
    effects: Effects, countries: tuple[str, ...], sectors: tuple[str, ...]
) -> list[tuple[str, Cells, Array]]:
    """Return every effect with the cells (sector, importer, exporter) that it touches and its value there.

    Raises
    ------
    EconomyError : an unknown name, or an effect without a coefficient.
    """
    cells = framed("Effects.cells", effects.cells)
    require_columns("Effects.cells", cells, ("exporter", "importer", "effect", "value"), ("sector",))
    value = numbers("Effects.cells", cells, "value")
    codes("Effects.cells", cells, "effect", [str(name) for name in effects.coefficients.index])
    repeated = cells.drop(columns="value").astype(str).duplicated().to_numpy()
    if repeated.any():
        raise EconomyError(f"table Effects.cells, row {int(np.argmax(repeated)) + 1} stands there twice; keep one row")
    n, i = codes("Effects.cells", cells, "importer", countries), codes("Effects.cells", cells, "exporter", countries)
    s = codes("Effects.cells", cells, "sector", sectors) if "sector" in cells else None
    out = []
    for name, rows in cells.groupby("effect", sort=False).indices.items():
        where: Cells = (slice(None) if s is None else s[rows], n[rows], i[rows])
        out.append((str(name), where, value[rows]))
    return out


def of_theta(theta: Array, where: Cells) -> Array:
    """Return theta (S,) at cells, one value a cell, or a column where the cells are of every sector."""
    s = where[0]
    return theta[:, None] if isinstance(s, slice) else theta[s]


def _square(name: str, frame: pd.DataFrame) -> Array:
    try:
        values = frame.to_numpy(dtype=float)
    except ValueError as error:
        raise EconomyError(f"{name} holds what is no number ({error}); give numbers") from None
    if values.shape[0] != values.shape[1] or list(frame.index) != list(frame.columns):
        raise EconomyError(f"{name} is {values.shape[0]} by {values.shape[1]}; rows and columns must be the same names")
    if not values.size or frame.index.map(str).duplicated().any() or not np.isfinite(values).all():
        raise EconomyError(f"{name} is no covariance: it is empty, names one twice or holds what is no number")
    if not np.allclose(values, values.T) or np.linalg.eigvalsh(values).min() < -1e-8 * np.abs(values).max():
        raise EconomyError(f"{name} is no covariance: it must be symmetric, and no combination may vary negatively")
    return values
