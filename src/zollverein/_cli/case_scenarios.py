"""Which scenarios and sweeps of a case hold on it: what copying and freezing ask before they keep them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["not_holding"]


def not_holding(folder: Path) -> dict[str, str]:
    """Return the scenarios and sweeps of a case's folder that it cannot carry, each with the first thing it lacks."""
    from zollverein.case import open_case, sweeps_of  # noqa: PLC0415 - help need not wait for the engines
    from zollverein.errors import ZollvereinError  # noqa: PLC0415
    from zollverein.stress import check_scenario, load_scenario  # noqa: PLC0415
    from zollverein.stress.sweeps import check_sweep, read_sweep  # noqa: PLC0415

    case = open_case(folder)
    lacking: dict[str, str] = {}
    for name in case.scenario_files():
        try:
            check_scenario(load_scenario(name, case), case)
        except ZollvereinError as error:
            lacking[f"scenarios/{name}.yaml"] = _first_line(error)
    for name in sweeps_of(folder):
        try:
            check_sweep(read_sweep(name, folder), case)
        except ZollvereinError as error:
            lacking[f"sweeps/{name}.yaml"] = _first_line(error)
    return lacking


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
