"""The words that scenarios and sweeps are written in: plain data, every key known, every value of its kind."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

__all__ = ["Codes", "Count", "Day", "Name", "Number", "Part", "Share", "Text"]


def _written_as_a_day(value: object) -> object:
    if isinstance(value, str | date):
        return value
    raise ValueError("give a day as 2022-03-23")


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"'{twice}' stands twice; name each once")
    return names


# Strict: YAML's `yes`, a number in quotation marks or a day as seconds would each be taken for another thing.
Number = Annotated[float, Field(strict=True)]
Count = Annotated[int, Field(strict=True)]
Share = Annotated[float, Field(strict=True, ge=0.0, le=1.0)]
Day = Annotated[date, BeforeValidator(_written_as_a_day)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Codes = Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_each_once)]


class Part(BaseModel):
    """Plain data: no key that is not known, no value that can be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)
