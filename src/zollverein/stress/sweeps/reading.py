"""From a sweep's file or mapping to a checked `SweepSpec`; every fault is told with its key and line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zollverein.case import ScenarioFile, bundled_cases, sweeps_of
from zollverein.errors import ScenarioError, UnknownNameError
from zollverein.stress.loading import case_around
from zollverein.stress.reading import read_yaml, validated
from zollverein.stress.sweeps.spec import SweepSpec

__all__ = ["read_sweep", "sweep_schema"]


def read_sweep(spec: str | Path | Mapping[str, Any] | SweepSpec, case: str | Path | None = None) -> SweepSpec:
    """Return a checked sweep from the name that a case gives it, a YAML file, a mapping or itself.

    Parameters
    ----------
    case : whose sweeps are looked up; absent: those of every bundled case. A sweep that names no case is of the one
        whose folder it lies in.

    Raises
    ------
    UnknownNameError : neither a name nor a file, with near matches.
    ScenarioError : every fault of a file at once, each with its line and key.
    """
    if isinstance(spec, SweepSpec):
        return spec
    if isinstance(spec, Mapping):
        return validated(SweepSpec, spec, {}, "the mapping", "sweep")
    path, home = _find(str(spec), case)
    data, lines = read_yaml(path, "sweep")
    return validated(SweepSpec, {"case": home, **data} if home else data, lines, path.name, "sweep")


def _find(name: str, case: str | Path | None) -> tuple[ScenarioFile, str]:
    """The file of a sweep, and the case that it lies in; empty where a case is given or it lies in none."""
    known: dict[str, tuple[ScenarioFile, str]] = {}
    for place in [case] if case is not None else bundled_cases():
        known = {k: (file, "" if case is not None else str(place)) for k, file in sweeps_of(place).items()} | known
    if name in known:
        return known[name]
    if Path(name).suffix in (".yaml", ".yml"):
        if Path(name).is_file():
            return Path(name), "" if case is not None else str(case_around(name, "sweeps") or "")
        raise ScenarioError(f"no sweep file '{name}'; give a file that exists, or one of {', '.join(known) or 'none'}")
    raise UnknownNameError("sweep", name, known)


def sweep_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a sweep file."""
    schema = SweepSpec.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "zollverein sweep", **schema}
