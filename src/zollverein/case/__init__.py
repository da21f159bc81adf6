"""What is known: a folder of plain tables with a source for every figure, valid as a whole or refused."""

from zollverein.case.case import Case, check_case, matching, open_case
from zollverein.case.copying import copy_case
from zollverein.case.editing import append_rows
from zollverein.case.fault import Fault
from zollverein.case.figures import How, Place, place_of, with_figures
from zollverein.case.package import DESCRIPTOR, ScenarioFile, bundled_cases, scenarios_of, sweeps_of

__all__ = [
    "DESCRIPTOR",
    "Case",
    "Fault",
    "How",
    "Place",
    "ScenarioFile",
    "append_rows",
    "bundled_cases",
    "check_case",
    "copy_case",
    "matching",
    "open_case",
    "place_of",
    "scenarios_of",
    "sweeps_of",
    "with_figures",
]
