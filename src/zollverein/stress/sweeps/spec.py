"""What a sweep asks: scenarios, a grid, policies and a sample, as plain data in a short YAML file."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from zollverein.case import How
from zollverein.stress.plain import Count, Name, Number, Part, Share, Text

__all__ = ["Axis", "Drivers", "Investment", "Policy", "Sample", "StopRule", "SweepSpec"]

Welfare = Literal["first_order", "exact", "none"]
Measure = Literal["lost_income_usd_million", "lost_revenue_usd_million", "lost_exports_kt", "stranded_kt"]
MOST_SCENARIOS = 10_000_000


class StopRule(Part):
    """When enough scenarios were drawn."""

    measure: Measure = Field("lost_income_usd_million", description="whose mean must be known well enough")
    standard_error: Annotated[float, Field(strict=True, gt=0.0)] = Field(description="of the mean, in its unit")
    at_least: Count = Field(1_000, ge=100, description="scenarios that are drawn in any case")


class Sample(Part):
    """Scenarios drawn at random."""

    scenarios: Count = Field(1_000, ge=1, le=MOST_SCENARIOS, description="how many; with a stop rule, at most")
    seed: Count = Field(1, ge=0, lt=2**31, description="the same seed gives the same draws on any number of workers")
    antithetic: bool = Field(False, description="draw in pairs of opposite numbers")
    threats: Literal["all", "none"] | tuple[str, ...] = Field("all", description="hazards of the case that may strike")
    stop: StopRule | None = None


class Axis(Part):
    """A figure that takes several values in turn."""

    path: Text = Field(description="into the scenario or the case, as in a scenario's vary")
    values: Annotated[tuple[int | float | str, ...], Field(min_length=1, max_length=1_000)]
    how: How = Field("value", alias="as")

    @model_validator(mode="after")
    def _each_once(self) -> Axis:
        twice = next((value for value in self.values if self.values.count(value) > 1), None)
        if twice is not None:
            raise ValueError(f"takes the value {twice!r} twice; name each once")
        return self


class Policy(Part):
    """What may be done: keys that are laid over every scenario. All policies meet the same draws."""

    name: Name
    title: Text | None = None
    change: dict[str, Any] = Field(description="keys of a scenario, laid over it as by extends")
    capex_usd_million: Number | None = Field(None, ge=0.0, description="what it costs")


class Drivers(Part):
    """What drives the losses: Sobol indices of every threat and every varied figure."""

    samples: Count = Field(256, ge=16, le=100_000, description="pairs of scenarios; a power of two")

    @model_validator(mode="after")
    def _power_of_two(self) -> Drivers:
        if self.samples & (self.samples - 1):
            raise ValueError(f"takes {self.samples} samples; Sobol indices need a power of two, as 256 or 512")
        return self


class Investment(Part):
    """Which options of the case pay: portfolios tried on sampled outages."""

    scenarios: Count = Field(200, ge=20, le=20_000, description="drawn outages that the choice is made on")
    check: Count = Field(200, ge=0, le=20_000, description="other ones that it is tried again on")
    budgets_usd_million: Annotated[tuple[Annotated[float, Field(strict=True, ge=0.0)], ...], Field(min_length=1)]
    alpha: Annotated[float, Field(strict=True, ge=0.5, lt=1.0)] = 0.95
    options: tuple[InvestmentOption, ...] = Field(min_length=1)


class InvestmentOption(Part):
    """Something that can be built."""

    name: Name
    capex_usd_million: Annotated[float, Field(strict=True, ge=0.0)]
    link: Text
    adds_kt_per_year: Annotated[float, Field(strict=True, gt=0.0)]
    requires: tuple[Name, ...] = ()
    reason: Text = Field(description="what is built, and where the numbers come from")


class SweepSpec(Part):
    """One sweep. Build it from a file with `read_sweep`."""

    name: Name
    title: Text
    question: Text
    case: str = Field("eurasia", description="bundled case, folder or zip")
    scenarios: Annotated[tuple[str | dict[str, Any], ...], Field(min_length=1)] = Field(
        description="names, files, or scenarios written out"
    )
    sample: Sample | None = Field(None, description="absent: every scenario once, as it is written")
    grid: tuple[Axis, ...] = Field((), description="figures that take several values, each with each")
    policies: tuple[Policy, ...] = Field((), description="what may be done, beside doing nothing")
    welfare: Welfare = Field(
        "first_order", description="of a draw: to first order by the base's derivatives, by an exact solve, or none"
    )
    tail: Share = Field(0.05, description="worst share of the draws that is solved again exactly")
    beyond: tuple[Number, ...] = Field((), description="losses of real income, US$ million, whose probability is told")
    drivers: Drivers | None = None
    invest: Investment | None = None

    @model_validator(mode="after")
    def _coherent(self) -> SweepSpec:
        names = [policy.name for policy in self.policies]
        if len(set(names)) < len(names) or "nothing" in names:
            raise ValueError(
                f"has policies {', '.join(names)}; name each once, and none 'nothing', which is always there"
            )
        paths = [axis.path for axis in self.grid]
        if len(set(paths)) < len(paths):
            raise ValueError(f"has two axes of one path among {', '.join(paths)}; join their values")
        for key in ("drivers", "invest"):
            if getattr(self, key) is not None and self.sample is None:
                raise ValueError(f"asks for {key} without a sample to draw from; add sample")
        if self.drivers is not None and self.sample is not None:
            fewest = self.sample.stop.at_least if self.sample.stop is not None else self.sample.scenarios
            certain = min(fewest, self.sample.scenarios)
            if self.drivers.samples > certain:
                raise ValueError(
                    f"asks for drivers of {self.drivers.samples} samples and draws {certain} scenarios for certain; "
                    f"draw more, or take fewer samples"
                )
            if self.sample.antithetic:
                raise ValueError(
                    "asks for drivers with antithetic draws; their indices need independent ones: drop one"
                )
        return self


Investment.model_rebuild()
SweepSpec.model_rebuild()
