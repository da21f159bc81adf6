"""A scenario that names no exporter follows the first one of its case."""

import pytest

from zollverein.case import open_case
from zollverein.stress import Scenario, load_scenario

TOLD = {"title": "t", "question": "q?"}
QUIET = {**TOLD, "name": "quiet", "corridor": {"horizon": {"start": "2022-01-01", "end": "2022-01-31"}}}


@pytest.mark.parametrize("given", [QUIET, Scenario.model_validate(QUIET)], ids=["mapping", "scenario"])
def test_an_absent_exporter_is_the_first_of_the_case(given):
    case = open_case("small")
    first = case.table("commodities")["exporter"].iloc[0]
    assert load_scenario(given, case).corridor.exporter == first


def test_a_named_exporter_stays():
    named = {**QUIET, "corridor": {**QUIET["corridor"], "exporter": "ZZZ"}}
    assert load_scenario(named, open_case("small")).corridor.exporter == "ZZZ"


def test_without_a_corridor_there_is_nobody_to_follow():
    still = {
        **TOLD,
        "name": "still",
        "economy": {"iceberg": [{"exporters": ["INL"], "importers": ["SEA"], "factor": 1.1}]},
    }
    assert load_scenario(still, open_case("small")).corridor is None
