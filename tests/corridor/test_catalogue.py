"""What the engine can be told, a case can hold."""

import json
from pathlib import Path

import pytest

import zollverein
from zollverein.corridor.catalogue import LINK_FIGURES, NODE_FIGURES, READ_ONCE

CASES = Path(zollverein.__file__).parent / "cases"


@pytest.mark.parametrize("case", ["eurasia", "eastafrica", "small"])
@pytest.mark.parametrize(("table", "figures"), [("link_figures", LINK_FIGURES), ("node_figures", NODE_FIGURES)])
def test_a_case_s_schema_lists_every_figure(case, table, figures):
    schema = json.loads((CASES / case / "schemas" / f"{table}.json").read_text(encoding="utf-8"))
    listed = next(field["constraints"]["enum"] for field in schema["fields"] if field["name"] == "figure")
    assert listed == list(figures)


def test_figures_of_the_whole_horizon_are_figures():
    assert set(READ_ONCE) <= LINK_FIGURES.keys() | NODE_FIGURES.keys()
