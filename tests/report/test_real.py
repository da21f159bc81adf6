"""The report of the real case, and the double of these tests held against it."""

import io
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from zollverein.report import answer_of, compare_html, flow_map, key_figures, notebook, terminal, write_report
from zollverein.report.flows import link_flows
from zollverein.report.formatting import THIN

stress = pytest.importorskip("zollverein.stress", reason="the stress room is not there yet")


@pytest.fixture(scope="module")
def real(answer_of: Any) -> Any:
    return answer_of("novorossiysk-90-days")


@pytest.fixture(scope="module")
def policy(answer_of: Any) -> Any:
    return answer_of("union-splits")


def test_the_double_has_the_attributes_and_columns_of_the_real_one(real: Any, halt: Any) -> None:
    assert {f.name for f in fields(stress.StressTest)} <= {f.name for f in fields(halt)}
    for name, frame in halt.frames().items():
        assert set(frame.columns) <= set(real.frames()[name].columns), name
    named = set(real.corridor_summary["measure"])
    assert set(halt.corridor_summary["measure"]) <= named


def test_a_real_test_is_told_in_full(real: Any, policy: Any, tmp_path: Path) -> None:
    answer = answer_of(real)
    assert " Mt that would have left by " in answer.headline.replace(THIN, " ")
    assert "Kazakhstan’s real income falls by" in answer.headline
    assert len(key_figures(real)) == len(key_figures(policy)) == 4
    assert "Mt" not in " ".join(answer_of(policy).sentences)
    for test in (real, policy):
        assert test.scenario.title in notebook(test)
        place = write_report(test, tmp_path / test.name)
        assert (place / "report.html").stat().st_size < 4_000_000
        assert {p.stem for p in (place / "data").glob("*.parquet")} == set(test.frames())


def test_a_real_screen_holds_no_hole(real: Any, policy: Any) -> None:
    for test in (real, policy):
        console = Console(width=100, record=True, file=io.StringIO())
        console.print(terminal(test))
        text = console.export_text()
        assert max(len(line) for line in text.splitlines()) <= 100
        assert "nan" not in text.replace("finance", "")
        assert "None" not in text


def test_a_route_is_marked_as_the_link_that_it_is_counted_on(real: Any) -> None:
    links = link_flows(real).set_index("link")
    routes = real.routes.set_index("route")
    for route, counted in real.routing.network.links.groupby("route"):
        if route in routes.index and set(counted.index) <= set(links.index):
            assert routes.loc[route, "confidence"] in set(links.loc[counted.index, "confidence"]), route
    assert links.loc["cpc-moorings", "confidence"] == routes.loc["cpc", "confidence"] == "derived"
    assert "capacity by units in service of CPC terminal" in routes.loc["cpc", "weakest_figure"]


def test_a_real_map_names_the_terminal_that_is_halted(real: Any) -> None:
    spec = flow_map(real, "change", land="-").to_dict()
    for width in ("width >=", "width <"):
        named = [layer["data"] for layer in spec["layer"]
                 if layer["mark"]["type"] == "text" and width in str(layer["mark"].get("opacity"))]  # fmt: skip
        rows = [row for data in named for row in data.get("values") or spec["datasets"][data["name"]]]
        assert any(str(row.get("Place", "")).startswith("CPC marine terminal") for row in rows), width


def test_a_real_map_names_the_port_and_the_fields(real: Any) -> None:
    drawn = str(flow_map(real, "before", land="-").to_dict())
    for place in ("Novorossiysk", "Tengiz", "Aktau"):
        assert place in drawn


def test_a_real_comparison_stands_side_by_side(real: Any) -> None:
    comparison = stress.compare(["novorossiysk-90-days", "middle-corridor"])
    page = compare_html(comparison)
    assert all(test.scenario.title in page for test in comparison.tests)
