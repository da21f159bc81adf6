"""What a notebook shows of a stress test: the answer and two tables, as a fragment without scripts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from zollverein.report import sheets
from zollverein.report.answer import answer_of
from zollverein.report.formatting import residual, share
from zollverein.report.sheets import Sheet
from zollverein.report.sheets_compared import comparison_sheets

if TYPE_CHECKING:
    from zollverein.stress import Comparison, StressTest

__all__ = ["notebook", "notebook_comparison"]


def notebook(test: StressTest) -> str:
    """Return a stress test as an HTML fragment, in the notebook's own typeface and colours."""
    shown = [sheets.routes_sheet(test), sheets.corridor_sheet(test), sheets.income_sheet(test)]
    return _fragment(test.scenario.title, [answer_of(test).headline], shown, [_trust(test)])


def notebook_comparison(comparison: Comparison) -> str:
    """Return several stress tests side by side as an HTML fragment."""
    answers = [f"{test.name}: {answer_of(test).headline}" for test in comparison.tests]
    trust = [f"{test.name}: {_trust(test)}" for test in comparison.tests]
    return _fragment("Scenarios side by side", answers, comparison_sheets(comparison), trust)


def _trust(test: StressTest) -> str:
    return (
        f"{share(test.assumed_share)} of figures assumed; largest residual {residual(test.certificate.max_residual)}."
    )


def _fragment(title: str, answers: list[str], shown: list[Sheet], trust: list[str]) -> str:
    filled = [sheet for sheet in shown if len(sheet.frame)]
    return _environment().get_template("notebook.html.j2").render(
        title=title, answers=answers, sheets=filled, trust=trust
    )  # fmt: skip


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("zollverein.report", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
