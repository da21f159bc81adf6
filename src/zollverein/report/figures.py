"""Which figures a page shows, with their titles, captions and legends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import altair as alt

from zollverein.report import charts, palette
from zollverein.report.answer import PERCENT_THAT_COUNTS
from zollverein.report.flow_map import flow_map
from zollverein.report.flows import has_map
from zollverein.report.wording import base_year, varied

if TYPE_CHECKING:
    from zollverein.stress import Comparison, StressTest

__all__ = ["Figure", "figures_compared", "figures_of"]

OUTLINES = "@outlines"
"""What stands for the outlines in a specification, until the page fills them in."""


@dataclass(frozen=True)
class Figure:
    """A chart on a page.

    Attributes
    ----------
    name : its key on the page. title, caption : words above and below it.
    chart : what is drawn. legend : colour and meaning.
    """

    name: str
    title: str
    caption: str
    chart: alt.Chart | alt.LayerChart = field(repr=False)
    legend: tuple[tuple[str, str], ...] = ()

    @property
    def description(self) -> str:
        """The chart in words."""
        return str(self.chart.description)

    def spec(self) -> dict[str, Any]:
        """Return the chart as a Vega-Lite specification, `OUTLINES` standing for the outlines."""
        # Checked against Vega-Lite's schema by the tests: here it would take longer than to draw up the chart.
        spec: dict[str, Any] = self.chart.to_dict(validate=False)
        return spec

    def dressed_legend(self) -> list[tuple[str, str, str]]:
        """Return the legend's colours on paper and on a dark screen, and their meaning."""
        return [(colour, palette.DARK.get(colour, colour), meaning) for colour, meaning in self.legend]


def figures_of(test: StressTest) -> dict[str, Figure]:
    """Return the figures that say something about a test, by name."""
    figures = [*_corridor(test), *_economy(test)]
    return {figure.name: figure for figure in figures}


def figures_compared(comparison: Comparison) -> dict[str, Figure]:
    """Return the figures that set tests side by side, by name."""
    names = [test.name for test in comparison.tests]
    figures: dict[str, Figure] = {}
    if len(comparison.routes):
        routes = palette.colour_of(list(charts.comparison_routes(comparison).values()))
        figures["routes"] = Figure(
            "routes", "Where the oil leaves", "Tonnes over the horizon, each counted once, on its route.",
            charts.routes_compared(comparison), tuple((colour, name) for name, colour in routes.items()),
        )  # fmt: skip
    if comparison.real_income[names].abs().max().max() < PERCENT_THAT_COUNTS:
        return figures
    legend = tuple((colour, name) for name, colour in palette.colour_of(names).items())
    income = Figure(
        "income", "Real income by region",
        "Percent of base income; regions that move by less than 0.005 % are left out.",
        charts.income_compared(comparison), legend,
    )  # fmt: skip
    figures["income"] = income
    return figures


def _corridor(test: StressTest) -> list[Figure]:
    if test.routing is None or not len(test.routes):
        return []
    routes = palette.colour_of([str(name) for name in charts.route_names(test).values()])
    by_route = tuple((colour, name) for name, colour in routes.items())
    shaded = ((palette.SHADE, "an outage"),) if len(test.events) else ()
    both = ((palette.SERIES[5], "undisturbed"), (palette.LOST, "in this test"))
    found = [
        *_maps(test),
        Figure("routes-before", "Undisturbed", "Tonnes a day, by the period that they were loaded in.",
               charts.routes_chart(test, "before"), by_route),
        Figure("routes-after", "In this test", "Tonnes a day, by the period that they were loaded in.",
               charts.routes_chart(test, "after"), (*by_route, *shaded)),
        Figure("stranded", "Stranded oil, summed up", "Oil that could have been produced and was not, because it could "
               "not leave.", charts.stranded_chart(test), (*both, *shaded)),
    ]  # fmt: skip
    if len(test.stocks) and test.stocks["capacity_kt"].max() > 0:
        found.append(Figure("stocks", "Oil in tanks", "All tanks together, at the end of each period; the dotted line "
                            "is their capacity.", charts.stocks_chart(test), (*both, *shaded)))  # fmt: skip
    return found


def _maps(test: StressTest) -> list[Figure]:
    if not has_map(test):
        return []
    carried = (
        "The width of a line is in proportion to tonnes over the horizon. Lines join places and do not trace pipes."
    )
    above = "What is lost or gained lies on what stays, at least as broad as can be seen."
    ring = " A ring marks where an outage strikes." if len(test.events) else ""
    idle = "Dotted: a link that stands idle here, and carries oil on the other map."
    return [
        Figure("map-change", "What stays, what is lost, what finds another way", f"{carried} {above}{ring}",
               flow_map(test, "change", land=OUTLINES),
               ((palette.KEPT, "flows as before"), (palette.LOST, "lost"), (palette.GAINED, "gained"))),
        Figure("map-before", "Undisturbed", idle, flow_map(test, "before", land=OUTLINES), ((palette.KEPT, "tonnes"),)),
        Figure("map-after", "In this test", idle,
               flow_map(test, "after", land=OUTLINES), ((palette.KEPT, "tonnes"),)),
    ]  # fmt: skip


def _economy(test: StressTest) -> list[Figure]:
    found = []
    if test.welfare["real_income_percent"].abs().max() >= PERCENT_THAT_COUNTS:
        found.append(Figure(
            "income", "Change of real income by region",
            f"Percent of base income. The thin line spans the answers over {varied(test)}, and over nothing else.",
            charts.income_chart(test),
        ))  # fmt: skip
    if (test.trade["new_usd_million"] - test.trade["base_usd_million"]).abs().max() >= 0.05:
        found.append(Figure(
            "trade", "The trade flows that change most",
            f"Value at the border, a year, US$ million of {base_year(test)}.", charts.trade_chart(test),
        ))  # fmt: skip
    return found
