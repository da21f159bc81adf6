"""From a sweep's file or mapping to a checked `SweepSpec`; every fault is told with its key and line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zollverein.errors import ScenarioError
from zollverein.stress.reading import read_yaml, validated
from zollverein.stress.sweeps.spec import SweepSpec

__all__ = ["read_sweep", "sweep_schema"]


def read_sweep(spec: str | Path | Mapping[str, Any] | SweepSpec) -> SweepSpec:
    """Return a checked sweep from a YAML file, a mapping or itself.

    Raises
    ------
    ScenarioError : no such file, or every fault of it at once, each with its line and key.
    """
    if isinstance(spec, SweepSpec):
        return spec
    if isinstance(spec, Mapping):
        return validated(SweepSpec, spec, {}, "the mapping", "sweep")
    path = Path(spec)
    if not path.is_file():
        raise ScenarioError(f"no sweep file '{spec}'; give a YAML file with name, title, question and scenarios")
    data, lines = read_yaml(path, "sweep")
    return validated(SweepSpec, data, lines, path.name, "sweep")


def sweep_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a sweep file."""
    schema = SweepSpec.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "zollverein sweep", **schema}
