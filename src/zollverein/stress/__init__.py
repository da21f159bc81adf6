"""A stress test: what happens, carried through the corridor and the economy to a certified answer."""

from zollverein.stress.barrier_threats import (
    BarrierBasis,
    Disturbance,
    barrier_basis,
    disturbed,
    joined_policies,
)
from zollverein.stress.coupling import Coupled, CouplingCertificate, CrudeLink, couple
from zollverein.stress.estimated import EstimatedWelfare, estimated_welfare
from zollverein.stress.hindcasting import Hindcast, hindcast
from zollverein.stress.loading import load_scenario
from zollverein.stress.reading import read_scenario, scenario_of, scenario_schema
from zollverein.stress.result import Comparison, StressCertificate, StressTest
from zollverein.stress.runner import case_named, check_scenario, compare, run
from zollverein.stress.scenario import Scenario

__all__ = [
    "BarrierBasis",
    "Comparison",
    "Coupled",
    "CouplingCertificate",
    "CrudeLink",
    "Disturbance",
    "EstimatedWelfare",
    "Hindcast",
    "Scenario",
    "StressCertificate",
    "StressTest",
    "barrier_basis",
    "case_named",
    "check_scenario",
    "compare",
    "couple",
    "disturbed",
    "estimated_welfare",
    "hindcast",
    "joined_policies",
    "load_scenario",
    "read_scenario",
    "run",
    "scenario_of",
    "scenario_schema",
]
