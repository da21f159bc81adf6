"""Which figures a sweep's page shows, with their titles, captions and legends."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from zollverein.report import palette, sweep_charts
from zollverein.report.answer import PERCENT_THAT_COUNTS
from zollverein.report.figures import Figure
from zollverein.report.formatting import money, number
from zollverein.report.sweep_answer import MONEY_THAT_COUNTS
from zollverein.report.sweep_wording import INCOME, first_world, loser, period, world_names

if TYPE_CHECKING:
    from zollverein.stress.sweeps.result import Sweep

__all__ = ["sweep_figures"]

TENTHS = 10


def sweep_figures(sweep: Sweep) -> dict[str, Figure]:
    """Return the figures that say something about a sweep, by name."""
    figures = [*_losses(sweep), *_drivers(sweep), *_regions(sweep), *_remedies(sweep)]
    return {figure.name: figure for figure in figures}


def _losses(sweep: Sweep) -> list[Figure]:
    table = sweep.distribution
    lost = table[table["loss"] == INCOME] if len(table) else table
    if not len(lost):
        return _worlds(sweep)
    if lost["value"].max() < MONEY_THAT_COUNTS:
        return []
    names, drawn = world_names(sweep), sweep_charts.worlds_drawn(sweep)
    colours = palette.colour_of([names[label] for label in drawn])
    left = len(set(lost["world"])) - len(drawn)
    more = f" The first of {number(len(drawn) + left)} worlds, and those of the largest means." if left else ""
    whose = f" of “{names[drawn[0]]}”" if len(drawn) > sweep_charts.BANDS else ""
    caption = (
        f"Probability of losing more real income than so much in a {period(sweep)}, {loser(sweep)}, on a logarithmic "
        f"scale. The band is the exact 95 percent interval of sampling{whose}; the far end rests on single draws.{more}"
    )
    legend = tuple((colour, name) for name, colour in colours.items()) if len(drawn) > 1 else ()
    chart = sweep_charts.exceedance_chart(sweep)
    return [Figure("exceedance", "How likely it is to lose more", caption, chart, legend)]


def _worlds(sweep: Sweep) -> list[Figure]:
    table = sweep.scenarios
    if INCOME not in table or len(table.dropna(subset=[INCOME])) < 2 or table[INCOME].abs().max() < MONEY_THAT_COUNTS:
        return []
    caption = f"Real income that is lost under each scenario, {loser(sweep)}; to the left of zero, what is gained."
    return [Figure("worlds", "Real income lost, scenario by scenario", caption, sweep_charts.worlds_chart(sweep))]


def _drivers(sweep: Sweep) -> list[Figure]:
    found = []
    if len(sweep.drivers):
        legend = ((palette.SERIES[1], "alone"), (palette.SERIES[0], "with all that it interacts with"))
        caption = (
            "Share of the variance of lost real income that each threat and each varied figure is behind: Sobol "
            "indices of first and of total order. The thin lines are bootstrapped 95 percent intervals, cut where "
            "they leave the chart; few samples leave them wide."
        )
        found.append(Figure("drivers", "Shares of the variance", caption, sweep_charts.drivers_chart(sweep), legend))
    if len(sweep.tornado):
        legend = ((palette.SERIES[0], "where the figure is low"), (palette.SERIES[1], "where it is high"))
        caption = (
            f"Mean loss of the draws in the lowest and in the highest tenth of each varied figure. A difference has a "
            f"sampling error of about {money(_error_of_difference(sweep))}; what is not much more says nothing."
        )
        found.append(Figure("tornado", "How the loss moves with each varied figure", caption,
                            sweep_charts.tornado_chart(sweep), legend))  # fmt: skip
    return found


def _error_of_difference(sweep: Sweep) -> float:
    """Standard error of the difference of two means, each of a tenth of the draws."""
    table = sweep.distribution
    mine = table[(table["world"] == first_world(sweep)) & (table["loss"] == INCOME) & (table["measure"] == "mean")]
    return float(mine["standard_error"].iloc[0]) * math.sqrt(2.0 * TENTHS)


def _regions(sweep: Sweep) -> list[Figure]:
    table = sweep.regions
    if not len(table):
        return []
    mine = table[table["world"] == first_world(sweep)]
    if not len(mine) or mine[["mean", "q05", "q95"]].abs().max().max() < PERCENT_THAT_COUNTS:
        return []
    names = world_names(sweep)
    of = f" Of “{names[first_world(sweep)]}”." if len(names) > 1 else ""
    caption = (
        f"Percent of base income: the mean, and from the 5 percent to the 95 percent quantile of the draws. Members of "
        f"the union, and whoever else moves by a hundredth of a percent.{of}"
    )
    legend = ((palette.LOST, "mean, a loss"), (palette.GAINED, "mean, a gain"), (palette.SERIES[5], "5 to 95 percent"))
    chart = sweep_charts.regions_chart(sweep)
    return [Figure("regions", "Change of real income by region", caption, chart, legend)]


def _remedies(sweep: Sweep) -> list[Figure]:
    found = []
    policies = sweep.policies
    if len(policies) and policies[["loss_avoided", "cvar95_avoided"]].abs().max().max() >= MONEY_THAT_COUNTS:
        caption = (
            "Loss of real income avoided against doing nothing, all policies on the same draws. The thin line is the "
            "95 percent interval of the mean."
        )
        legend = ((palette.SERIES[0], "avoided on average"), (palette.SERIES[1], "avoided in the worst twentieth"))
        found.append(Figure("policies", "What each policy avoids", caption, sweep_charts.policies_chart(sweep), legend))
    frontier = sweep.investment
    if len(frontier) and len(set(frontier["capex_usd_million"])) > 1:
        caption = (
            "Loss of the exporters’ netback, the best portfolio of each cost; below zero it is a gain. All outages of "
            "a draw are known here from its first day, so that losses are smaller than elsewhere on this page."
        )
        legend = ((palette.SERIES[0], "expected loss"), (palette.LOST, "tail (CVaR)"))
        found.append(Figure("frontier", "What capital buys", caption, sweep_charts.frontier_chart(sweep), legend))
        if "route_concentration" in frontier and frontier["route_concentration"].notna().any():
            caption = "Herfindahl-Hirschman index of the exporter’s routes, undisturbed: 1 is a single route."
            legend = ((palette.SERIES[0], "chosen for the expected loss"), (palette.LOST, "chosen for the tail"))
            chart = sweep_charts.concentration_chart(sweep)
            found.append(Figure("concentration", "How concentrated the routes are then", caption, chart, legend))
    return found
