"""`zollverein run` and `zollverein compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zollverein import report
from zollverein._cli.screen import output, print_json, progress_bar, records
from zollverein._version import __version__
from zollverein.stress import Comparison, StressTest
from zollverein.stress import compare as compare_scenarios
from zollverein.stress import run as run_scenario

__all__ = ["run_one", "run_several"]


def run_one(scenario: str, case: str | None, out: Path | None, as_json: bool, quiet: bool) -> None:
    """Run a scenario, print it, write its report."""
    if out is not None:
        report.check_folder(out)
    with progress_bar(quiet or as_json) as tell:
        test = run_scenario(scenario, case=case, progress=tell)
        written = None
        if out is not None or not as_json:
            tell("the report", 1.0)
            written = report.write_report(test, out or Path("zollverein-" + test.name))
    if as_json:
        print_json(_as_data(test) | ({"report": str(written)} if written else {}))
        return
    console = output()
    console.print(report.terminal(test))
    console.print(f"report: {written}", highlight=False, soft_wrap=True, markup=False)


def run_several(scenarios: list[str], case: str | None, out: Path | None, as_json: bool, quiet: bool) -> None:
    """Run scenarios, print them side by side, write their reports if a folder is given."""
    if out is not None:
        report.check_folder(out)
    with progress_bar(quiet or as_json) as tell:
        comparison = compare_scenarios(scenarios, case=case, progress=tell)
        written = None
        if out is not None:
            tell("the report", 1.0)
            written = report.write_comparison(comparison, out)
    if as_json:
        print_json(_comparison_as_data(comparison) | ({"report": str(written)} if written else {}))
        return
    console = output()
    console.print(report.compare_terminal(comparison))
    if written:
        console.print(f"report: {written}", highlight=False, soft_wrap=True, markup=False)


def _as_data(test: StressTest) -> dict[str, Any]:
    tables = {name: records(frame) for name, frame in test.frames().items() if name not in _LARGE}
    return {
        "zollverein": __version__,
        "scenario": test.scenario.to_mapping(),
        "case": test.case_name,
        "assumed_share": test.assumed_share,
        "max_residual": test.certificate.max_residual,
        **tables,
    }


# Flows by link and week and trade by pair and sector are in the report's data folder, not in the JSON.
_LARGE = frozenset({"flows", "deliveries", "supply", "trade", "by_period", "stocks"})


def _comparison_as_data(comparison: Comparison) -> dict[str, Any]:
    return {
        "zollverein": __version__,
        "scenarios": [test.scenario.to_mapping() for test in comparison.tests],
        "corridor": records(comparison.corridor),
        "routes": records(comparison.routes),
        "real_income": records(comparison.real_income),
    }
