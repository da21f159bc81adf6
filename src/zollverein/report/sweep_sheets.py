"""The tables of a sweep: which columns, what they are called, and what kind of figure each holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from zollverein.report.formatting import THIN, number, share
from zollverein.report.sheets import Column, Sheet
from zollverein.report.sweep_wording import (
    INCOME,
    LOSSES,
    base_names,
    digits,
    factor_names,
    first_world,
    members,
    period,
    policy_names,
    struck_named,
    threat_words,
    world_names,
)

if TYPE_CHECKING:
    from zollverein.stress.sweeps.result import Sweep

__all__ = ["MAKERS", "ROWS_SHOWN", "TABLES", "member_regions", "sweep_sheets"]

# A page holds no more rows of a table than a person reads; the file beside it holds them all.
ROWS_SHOWN = 100
# Members of the union stand in each of so many worlds on a screen.
FEW_WORLDS = 3
BASES = {"history": "fitted to events", "judgement": "judged"}
UNITS = {"usd_million": f"US${THIN}m", "kt": "kt"}
MEASURES = ("mean", "q05", "q50", "q95", "var95", "cvar95", "var99", "cvar99", "any")


def sweep_sheets(sweep: Sweep) -> dict[str, Sheet]:
    """Return every table that holds something, ready to be shown, by the name that it has in the sweep."""
    return {name: MAKERS[name](sweep) for name in sweep.frames()}


def member_regions(sweep: Sweep) -> Sheet:
    """Return the real income of the union's members, in every world; of many worlds, in the first."""
    table, names = sweep.regions, world_names(sweep)
    caption = "Real income of the union’s members, change in percent"
    if len(table):
        table = table[table["region"].isin(members(sweep))]
        if len(names) > FEW_WORLDS:
            table = table[table["world"] == first_world(sweep)]
            caption = f"{caption}, “{names[first_world(sweep)]}”"
        elif len(names) > 1:
            table = table.assign(world_name=table["world"].map(names))
    return _sheet("members", caption, _region_columns(), table)


def _scenarios(sweep: Sweep) -> Sheet:
    names = world_names(sweep)
    table = sweep.scenarios.assign(name=sweep.scenarios["world"].map(names))
    columns = (
        Column("name", "World", "text"), Column("draws", "Answered", "count"), Column("failed", "Failed", "count"),
        *(Column(loss, words[0], "kt" if loss.endswith("_kt") else "usd_million",
                 "kt" if loss.endswith("_kt") else "US$ m") for loss, words in LOSSES.items()),
        *(Column(f"real_income_percent_{region}", region, "percent_change", "%") for region in members(sweep)),
    )  # fmt: skip
    what = "mean losses, and real income of members" if sweep.plan.spec.sample else "losses, and real income of members"
    return _sheet("scenarios", f"Every world: {what}", columns, table)


def _distribution(sweep: Sweep) -> Sheet:
    wide = _wide(sweep)
    lead = [Column("loss_name", "What is lost", "text"), Column("unit", "Unit", "text")]
    lead += [Column("name", "World", "text")] if _several(wide["world"]) else []
    caption = f"Losses in a {period(sweep)}, and their sampling errors"
    return _sheet("distribution", caption, (*lead, *_measures()), wide, by_row=True)


def _measures() -> tuple[Column, ...]:
    return (
        Column("mean", "Mean", "number"), Column("mean_error", "± error", "number"), Column("q05", "5 %", "number"),
        Column("q50", "Median", "number"), Column("var95", "95 % (VaR)", "number"),
        Column("var95_range", "its interval", "number", "", "var95_range"),
        Column("cvar95", "CVaR 95", "number"), Column("cvar95_error", "± error", "number"),
        Column("var99", "99 % (VaR)", "number"), Column("cvar99", "CVaR 99", "number"),
        Column("any", "Any loss", "share", "", "any_text"),
    )  # fmt: skip


def _wide(sweep: Sweep) -> pd.DataFrame:
    """Measures of each loss and world in columns."""
    table, names = sweep.distribution, world_names(sweep)
    rows = []
    for (loss, world), mine in table.groupby(["loss", "world"], sort=False) if len(table) else ():
        told = mine.set_index("measure")
        row: dict[str, object] = {
            "world": world, "name": names[str(world)], "loss": loss, "loss_name": LOSSES[str(loss)][0],
            "unit_key": told["unit"].iloc[0], "unit": UNITS[str(told["unit"].iloc[0])],
        }  # fmt: skip
        row |= {measure: float(told["value"][measure]) for measure in MEASURES}
        row |= {f"{measure}_error": float(told["standard_error"][measure]) for measure in ("mean", "var95", "cvar95")}
        low, high = float(told["low"]["var95"]), float(told["high"]["var95"])
        row |= {"var95_range": f"{number(low)} to {number(high)}", "any_text": share(float(told["value"]["any"]))}
        rows.append(row)
    order = [row for loss in LOSSES for row in rows if row["loss"] == loss]
    return pd.DataFrame(order)


def _exceedance(sweep: Sweep) -> Sheet:
    names = world_names(sweep)
    table = sweep.exceedance.assign(name=sweep.exceedance["world"].map(names))
    columns = (
        *([Column("name", "World", "text")] if _several(table["world"]) else []),
        Column("loss_usd_million", "More than", "usd_million", "US$ m"), Column("probability", "Probability", "share"),
        Column("standard_error", "± error", "share"), Column("low", "Low", "share"), Column("high", "High", "share"),
    )  # fmt: skip
    return _sheet("exceedance", f"Probability of losing more real income in a {period(sweep)}", columns, table)


def _regions(sweep: Sweep) -> Sheet:
    table, inside = sweep.regions, members(sweep)
    table = table[table["world"] == first_world(sweep)]
    order = table.assign(outside=~table["region"].isin(inside), size=-table["mean"].abs())
    table = table.loc[order.sort_values(["outside", "size"], kind="stable").index]
    names = world_names(sweep)
    of = f", “{names[first_world(sweep)]}”" if len(names) > 1 else ""
    return _sheet("regions", f"Change of real income by region{of}", _region_columns(), table)


def _region_columns() -> tuple[Column, ...]:
    return (
        Column("name", "Region", "text"), Column("world_name", "World", "text"),
        Column("mean", "Mean", "percent_change", "%"), Column("standard_error", "± error", "percent", "%"),
        Column("q05", "5 %", "percent_change", "%"), Column("median", "Median", "percent_change", "%"),
        Column("q95", "95 %", "percent_change", "%"), Column("worst", "Worst", "percent_change", "%"),
    )  # fmt: skip


def _threats(sweep: Sweep) -> Sheet:
    words, table = threat_words(sweep), sweep.threats
    table = table.assign(
        what=[words.get(threat, "") for threat in table["threat"]],
        told_basis=[BASES.get(basis, basis) for basis in table["basis"]],
        source=table["threat"].map({threat.name: threat.source for threat in sweep.plan.threats}),
    )
    columns = (
        Column("threat", "Threat", "text"), Column("what", "What happens", "text"), Column("kind", "Kind", "text"),
        Column("told_basis", "Known", "text"), Column("probability", "Probability", "share"),
        Column("mean_with", "Mean loss with it", "usd_million", "US$ m"),
        Column("mean_without", "Without", "usd_million", "US$ m"), Column("in_worst", "In the worst 5 %", "share"),
        Column("source", "Sources", "sources"),
    )  # fmt: skip
    return _sheet("threats", f"How likely each threat is in a {period(sweep)}, and what came with it", columns, table)


def _combinations(sweep: Sweep) -> Sheet:
    columns = (
        Column("struck", "Threats together", "text"), Column("draws", "Draws", "count"),
        Column("probability", "Probability", "share"), Column("mean_loss", "Mean loss", "usd_million", "US$ m"),
        Column("standard_error", "± error", "usd_million", "US$ m"),
        Column("worst_loss", "Worst", "usd_million", "US$ m"),
    )  # fmt: skip
    return _sheet("combinations", "The worst plausible combinations of two or three threats", columns,
                  sweep.combinations)  # fmt: skip


def _worst(sweep: Sweep) -> Sheet:
    methods = {"exact": "exact", "first_order": "first order", "corridor": "corridor alone"}
    table = sweep.worst
    table = table.assign(
        told=[struck_named(struck) for struck in table["struck"]],
        told_method=[methods.get(method, method) for method in table["method"]],
        draw=[number(int(draw)) for draw in table["draw"]],
    )
    columns = (
        Column("draw", "Draw", "text"), Column(INCOME, "Real income lost", "usd_million", "US$ m"),
        Column("lost_exports_kt", "Exports lost", "kt", "kt"), Column("stranded_kt", "Stranded", "kt", "kt"),
        Column("incidents", "Incidents", "count"), Column("told", "What struck", "text"),
        Column("told_method", "Answered", "text"),
    )  # fmt: skip
    return _sheet("worst", f"The {len(table)} worst draws", columns, table)


def _drivers(sweep: Sweep) -> Sheet:
    names = factor_names(sweep)
    table = sweep.drivers.assign(name=[names.get(factor, factor) for factor in sweep.drivers["factor"]])
    columns = (
        Column("name", "Driver", "text"), Column("first_order", "Alone", "share"), Column("first_low", "Low", "share"),
        Column("first_high", "High", "share"), Column("total", "With all it interacts with", "share"),
        Column("total_low", "Low", "share"), Column("total_high", "High", "share"),
    )  # fmt: skip
    caption = f"What share of the variance each is behind, of {number(int(table['samples'].iloc[0]))} pairs of samples"
    return _sheet("drivers", caption, columns, table)


def _tornado(sweep: Sweep) -> Sheet:
    names = factor_names(sweep)
    table = sweep.tornado.assign(name=[names.get(factor, factor) for factor in sweep.tornado["factor"]])
    table = table.assign(difference=table["loss_at_high"] - table["loss_at_low"])
    for end in ("low", "high"):
        table[f"{end}_text"] = [digits(value) for value in table[f"{end}_value"]]
    columns = (
        Column("name", "Figure", "text"), Column("low_value", "Low tenth up to", "number", "", "low_text"),
        Column("high_value", "High tenth from", "number", "", "high_text"),
        Column("loss_at_low", "Mean loss where low", "usd_million", "US$ m"),
        Column("loss_at_high", "Where high", "usd_million", "US$ m"),
        Column("difference", "Difference", "usd_million_change", "US$ m"), Column("factor", "Path", "text"),
    )  # fmt: skip
    return _sheet("tornado", "How the loss moves with each varied figure", columns, table)


def _policies(sweep: Sweep) -> Sheet:
    bases, names, table = base_names(sweep), policy_names(sweep), sweep.policies
    table = table.assign(
        base_name=[bases.get(base, base) for base in table["base"]], name=[names[policy] for policy in table["policy"]]
    )
    columns = (
        Column("name", "Policy", "text"),
        *([Column("base_name", "Scenario", "text")] if _several(table["base"]) else []),
        Column("capex_usd_million", "Cost", "usd_million", "US$ m"),
        Column("loss_avoided", "Loss avoided", "usd_million_change", "US$ m"),
        Column("standard_error", "± error", "usd_million", "US$ m"),
        Column("unpaired_error", "± on draws of its own", "usd_million", "US$ m"),
        Column("cvar95_avoided", "CVaR avoided", "usd_million_change", "US$ m"),
        Column("loss_avoided_per_dollar", "Loss avoided per dollar", "factor"),
        Column("cvar95_avoided_per_dollar", "CVaR avoided per dollar", "factor"),
    )  # fmt: skip
    caption = "What each policy changes against doing nothing, on the same draws"
    return _sheet("policies", caption, columns, table)


def _investment(sweep: Sweep) -> Sheet:
    aims = {"expected": "expected loss", "cvar": "tail"}
    table = sweep.investment
    table = table.assign(aim=[aims.get(aim, aim) for aim in table["objective"]])
    columns = (
        Column("aim", "Chosen for", "text"), Column("budget_usd_million", "Budget", "usd_million", "US$ m"),
        Column("options", "Built", "text"), Column("capex_usd_million", "Capex", "usd_million", "US$ m"),
        Column("expected_loss_usd_million", "Expected loss", "usd_million", "US$ m"),
        Column("cvar_loss_usd_million", "CVaR", "usd_million", "US$ m"),
        Column("checked_expected_loss_usd_million", "Expected, on other draws", "usd_million", "US$ m"),
        Column("checked_standard_error_usd_million", "± error", "usd_million", "US$ m"),
        Column("checked_cvar_loss_usd_million", "CVaR, on other draws", "usd_million", "US$ m"),
        Column("route_concentration", "Route concentration", "factor", "HHI"),
    )  # fmt: skip
    return _sheet("investment", "What to build at every budget", columns, table)


def _options(sweep: Sweep) -> Sheet:
    asked = sweep.plan.spec.invest
    reasons = {option.name: option.reason for option in asked.options} if asked is not None else {}
    table = sweep.options.assign(reason=[reasons.get(option, "") for option in sweep.options["option"]])
    columns = (
        Column("option", "Option", "text"), Column("reason", "What is built", "text"),
        Column("capex_usd_million", "Capex", "usd_million", "US$ m"),
        Column("alone_usd_million", "Expected loss avoided, alone", "usd_million_change", "US$ m"),
        Column("last_usd_million", "As the last", "usd_million_change", "US$ m"),
        Column("alone_cvar_usd_million", "CVaR avoided, alone", "usd_million_change", "US$ m"),
        Column("cvar_per_dollar", "CVaR avoided per dollar", "factor"),
    )  # fmt: skip
    return _sheet("options", "What each option is worth", columns, table)


def _approximation(sweep: Sweep) -> Sheet:
    names = world_names(sweep)
    which = {"at random": "taken at random", "worst": "the largest losses"}
    table = sweep.approximation
    table = table.assign(name=table["world"].map(names), which=[which.get(w, w) for w in table["draws"]])
    columns = (
        *([Column("name", "World", "text")] if _several(table["world"]) else []),
        Column("which", "Draws", "text"), Column("solved", "Solved again", "count"),
        Column("first_order", "Mean loss, first order", "usd_million", "US$ m"),
        Column("exact", "Exact", "usd_million", "US$ m"),
        Column("bias", "First order too much by", "usd_million_change", "US$ m"),
        Column("standard_error", "± error", "usd_million", "US$ m"),
        Column("largest", "At most", "usd_million", "US$ m"),
    )  # fmt: skip
    return _sheet("approximation", "How far first-order answers are from exact ones", columns, table)


def _failures(sweep: Sweep) -> Sheet:
    names = world_names(sweep)
    table = sweep.failures
    table = table.assign(name=table["world"].map(names), number=[number(int(first)) for first in table["first"]])
    columns = (
        *([Column("name", "World", "text")] if _several(table["world"]) else []),
        Column("reason", "Why", "text"), Column("draws", "Draws", "count"), Column("number", "One of them", "text"),
    )  # fmt: skip
    return _sheet("failures", "Draws without an answer", columns, table)


def _sheet(name: str, caption: str, columns: tuple[Column, ...], frame: pd.DataFrame, by_row: bool = False) -> Sheet:
    """A sheet of those columns that the frame has and that say something, of as many rows as a person reads."""
    there = tuple(c for c in columns if c.key in frame.columns and not frame[c.key].isna().all())
    if len(frame) > ROWS_SHOWN:
        caption = f"{caption} (the first {ROWS_SHOWN} of {number(len(frame))} rows; all are in tables/{name}.csv)"
    return Sheet(name, caption, there, frame.head(ROWS_SHOWN).reset_index(drop=True), by_row)


def _several(names: pd.Series[str]) -> bool:
    return len(set(names)) > 1


MAKERS: dict[str, Callable[[Sweep], Sheet]] = {
    "scenarios": _scenarios, "distribution": _distribution, "exceedance": _exceedance, "regions": _regions,
    "threats": _threats, "combinations": _combinations, "worst": _worst, "drivers": _drivers, "tornado": _tornado,
    "policies": _policies, "investment": _investment, "options": _options, "approximation": _approximation,
    "failures": _failures,
}  # fmt: skip
TABLES = tuple(MAKERS)
"""Names of all tables that a sweep may have."""
