"""What is known: a folder of plain tables with a source for every figure, valid as a whole or refused."""

from zollverein.case.adding_up import AddedUp, add_up
from zollverein.case.case import Case, check_case, matching, open_case
from zollverein.case.copying import copy_case
from zollverein.case.difference import Difference, TableDifference, difference
from zollverein.case.editing import append_rows
from zollverein.case.fault import Fault
from zollverein.case.figures import How, Place, place_of, with_figures
from zollverein.case.freezing import Frozen, freeze_case
from zollverein.case.package import DESCRIPTOR, ScenarioFile, bundled_cases, scenarios_of, sweeps_of
from zollverein.case.workbook_reading import ReadBack, from_excel
from zollverein.case.workbook_writing import Written, to_excel
from zollverein.case.writing import save_case

__all__ = [
    "DESCRIPTOR",
    "AddedUp",
    "Case",
    "Difference",
    "Fault",
    "Frozen",
    "How",
    "Place",
    "ReadBack",
    "ScenarioFile",
    "TableDifference",
    "Written",
    "add_up",
    "append_rows",
    "bundled_cases",
    "check_case",
    "copy_case",
    "difference",
    "freeze_case",
    "from_excel",
    "matching",
    "open_case",
    "place_of",
    "save_case",
    "scenarios_of",
    "sweeps_of",
    "to_excel",
    "with_figures",
]
