"""From what a caller calls a scenario to a checked one that knows whose oil of its case it follows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zollverein.case import DESCRIPTOR, Case
from zollverein.stress.reading import read_scenario, scenario_of
from zollverein.stress.scenario import Scenario

__all__ = ["ScenarioLike", "case_around", "load_scenario"]

ScenarioLike = str | Path | Mapping[str, Any] | Scenario


def load_scenario(scenario: ScenarioLike, case: Case) -> Scenario:
    """Return a checked scenario from a bundled name, a path, a mapping or a `Scenario`.

    Where it names no exporter of the corridor, it follows the one whose commodity stands first in the case.

    Raises
    ------
    UnknownNameError, ScenarioError : with near matches, or every fault with its line and key.
    """
    if isinstance(scenario, Scenario):
        checked = scenario
    elif isinstance(scenario, Mapping):
        checked = scenario_of(scenario, case.scenario_files())
    else:
        checked = read_scenario(scenario, case.scenario_files())
    return _following(checked, case)


def case_around(file: str | Path, room: str) -> Path | None:
    """Return the case's folder whose ``room`` (scenarios, sweeps) a file lies in; None where it lies in none."""
    folder = Path(file).resolve().parent
    return folder.parent if folder.name == room and (folder.parent / DESCRIPTOR).is_file() else None


def _following(scenario: Scenario, case: Case) -> Scenario:
    part = scenario.corridor
    if part is None or part.exporter or "commodities" not in case.tables:
        return scenario
    first = str(case.table("commodities")["exporter"].iloc[0])
    return scenario.model_copy(update={"corridor": part.model_copy(update={"exporter": first})})
