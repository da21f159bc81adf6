"""Which scenarios and sweeps of a case hold on it: checking tells, copying and freezing keep no others."""

from __future__ import annotations

from pathlib import Path

__all__ = ["faults_of_runs", "not_holding"]


def faults_of_runs(case: str | Path) -> dict[str, str]:
    """Return what is wrong with the scenarios and sweeps of a valid case, file to message.

    Nothing is solved: files are read, and every name in them is looked up in the case.
    """
    from zollverein.case import open_case, sweeps_of  # noqa: PLC0415 - help need not wait for the engines
    from zollverein.errors import ZollvereinError  # noqa: PLC0415
    from zollverein.stress import check_scenario, load_scenario  # noqa: PLC0415
    from zollverein.stress.sweeps import check_sweep, read_sweep  # noqa: PLC0415

    opened = open_case(case)
    wrong: dict[str, str] = {}
    for name in opened.scenario_files():
        try:
            check_scenario(load_scenario(name, opened), opened)
        except ZollvereinError as error:
            wrong[f"scenarios/{name}.yaml"] = str(error)
    for name in sweeps_of(case):
        try:
            check_sweep(read_sweep(name, case), opened)
        except ZollvereinError as error:
            wrong[f"sweeps/{name}.yaml"] = str(error)
    return wrong


def not_holding(folder: Path) -> dict[str, str]:
    """Return the scenarios and sweeps of a case's folder that it cannot carry, each with the first thing it lacks."""
    return {file: message.splitlines()[0] for file, message in faults_of_runs(folder).items()}
