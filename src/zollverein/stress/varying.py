"""What is not known for certain: a path, a distribution, and how a draw is applied."""

from __future__ import annotations

from typing import Annotated, Literal, TypeGuard

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator
from scipy.special import ndtr, ndtri

from zollverein.case import How
from zollverein.stress.plain import Number, Part, Text

__all__ = ["Choice", "Lognormal", "Normal", "Triangular", "Uniform", "Vary"]

Floats = npt.NDArray[np.float64]
LARGEST = 1e15
Positive = Annotated[float, Field(strict=True, gt=0.0)]


class Uniform(Part):
    """Anything between two numbers, all alike likely."""

    law: Literal["uniform"]
    low: Number
    high: Number

    @model_validator(mode="after")
    def _in_order(self) -> Uniform:
        if not self.low < self.high:
            raise ValueError(f"runs from {self.low:g} to {self.high:g}; low must be below high")
        return self

    def at(self, u: Floats) -> Floats:
        """Return the quantiles at u, 0 to 1."""
        return self.low + (self.high - self.low) * u


class Triangular(Part):
    """Between two numbers, most likely at a third."""

    law: Literal["triangular"]
    low: Number
    mode: Number
    high: Number

    @model_validator(mode="after")
    def _in_order(self) -> Triangular:
        if not (self.low < self.high and self.low <= self.mode <= self.high):
            raise ValueError(f"has low {self.low:g}, mode {self.mode:g}, high {self.high:g}; they must be in order")
        return self

    def at(self, u: Floats) -> Floats:
        """Return the quantiles at u, 0 to 1."""
        width, left = self.high - self.low, self.mode - self.low
        below = self.low + np.sqrt(u * width * left)
        above = self.high - np.sqrt((1.0 - u) * width * (width - left))
        return np.where(u * width < left, below, above)


class Normal(Part):
    """Around a mean, within bounds if they are given (truncated)."""

    law: Literal["normal"]
    mean: Number
    standard_error: Positive
    low: Number | None = Field(None, description="never below")
    high: Number | None = Field(None, description="never above")

    @model_validator(mode="after")
    def _in_order(self) -> Normal:
        if self._bounds[1] - self._bounds[0] < 1e-6:
            raise ValueError(
                f"leaves next to nothing between {self.low} and {self.high}: with mean {self.mean:g} and standard "
                f"error {self.standard_error:g} hardly a draw falls there; move the bounds"
            )
        return self

    @property
    def _bounds(self) -> tuple[float, float]:
        """Probability below the two bounds."""
        low = 0.0 if self.low is None else float(ndtr((self.low - self.mean) / self.standard_error))
        return low, 1.0 if self.high is None else float(ndtr((self.high - self.mean) / self.standard_error))

    def at(self, u: Floats) -> Floats:
        """Return the quantiles at u, 0 to 1."""
        low, high = self._bounds
        return np.asarray(self.mean + self.standard_error * ndtri(low + (high - low) * u))


class Lognormal(Part):
    """Around a median, by a factor."""

    law: Literal["lognormal"]
    median: Positive
    spread_factor: Annotated[float, Field(strict=True, gt=1.0, le=100.0)] = Field(
        description="one standard deviation multiplies or divides by it"
    )

    def at(self, u: Floats) -> Floats:
        """Return the quantiles at u, 0 to 1."""
        return np.asarray(self.median * self.spread_factor ** ndtri(u))


class Choice(Part):
    """One of several values, numbers or words."""

    law: Literal["choice"]
    values: Annotated[tuple[int | float | str, ...], Field(min_length=2)]
    weights: tuple[Positive, ...] | None = Field(None, description="of each; absent: all alike")

    @model_validator(mode="after")
    def _paired(self) -> Choice:
        if self.weights is not None and len(self.weights) != len(self.values):
            raise ValueError(f"has {len(self.values)} values and {len(self.weights)} weights; give one each")
        if any(_is_number(value) and abs(value) > LARGEST for value in self.values):
            raise ValueError(f"chooses among numbers of which one is beyond {LARGEST:g}; check its unit")
        return self

    def position(self, u: Floats) -> npt.NDArray[np.intp]:
        """Return which value is chosen at u, 0 to 1."""
        weights = np.ones(len(self.values)) if self.weights is None else np.asarray(self.weights)
        return np.minimum(np.searchsorted(np.cumsum(weights) / weights.sum(), u, side="right"), len(weights) - 1)


class Vary(Part):
    """A figure that is not known for certain.

    The path leads into the scenario (``scenario.corridor.outages.0.units_lost``) or into a table of the case
    (``case.sectors.ENX.theta``: table, the keys of its first columns, column).
    """

    path: Text | tuple[Text, ...] = Field(description="what is varied; several share each draw")
    distribution: Annotated[Uniform | Triangular | Normal | Lognormal | Choice, Field(discriminator="law")]
    how: How = Field("value", alias="as", description="value: the draw replaces it; factor, plus: it changes it")
    reason: Text | None = Field(None, description="where the distribution comes from")

    @model_validator(mode="after")
    def _sensible(self) -> Vary:
        for path in self.paths:
            if path.split(".")[0] not in ("case", "scenario") or "." not in path:
                raise ValueError(f"the path '{path}' must begin with 'case.' or 'scenario.'")
        words = isinstance(self.distribution, Choice) and not all(map(_is_number, self.distribution.values))
        if words and (self.how != "value" or any(path.startswith("case.") for path in self.paths)):
            raise ValueError("chooses among words, which can only replace a value of the scenario (as: value)")
        return self

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that it leads to."""
        return (self.path,) if isinstance(self.path, str) else self.path

    @property
    def name(self) -> str:
        """What it is called in results: its first path."""
        return self.paths[0]

    def drawn(self, u: Floats) -> list[float | int | str]:
        """Return a value for every u, 0 to 1."""
        if isinstance(self.distribution, Choice):
            return [self.distribution.values[k] for k in self.distribution.position(u)]
        return [float(value) for value in self.distribution.at(u)]


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float)
