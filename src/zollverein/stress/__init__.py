"""A stress test: what happens, carried through the corridor and the economy to a certified answer."""

from zollverein.stress.coupling import Coupled, CouplingCertificate, CrudeLink, couple
from zollverein.stress.estimated import EstimatedWelfare, estimated_welfare
from zollverein.stress.hindcasting import Hindcast, hindcast
from zollverein.stress.reading import read_scenario, scenario_of, scenario_schema
from zollverein.stress.result import Comparison, StressCertificate, StressTest
from zollverein.stress.runner import case_named, check_scenario, compare, load_scenario, run
from zollverein.stress.scenario import Scenario

__all__ = [
    "Comparison",
    "Coupled",
    "CouplingCertificate",
    "CrudeLink",
    "EstimatedWelfare",
    "Hindcast",
    "Scenario",
    "StressCertificate",
    "StressTest",
    "case_named",
    "check_scenario",
    "compare",
    "couple",
    "estimated_welfare",
    "hindcast",
    "load_scenario",
    "read_scenario",
    "run",
    "scenario_of",
    "scenario_schema",
]
