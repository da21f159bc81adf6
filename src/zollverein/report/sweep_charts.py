"""The charts of a sweep: how likely which loss is, what drives it, whom it touches, and what helps."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from zollverein.report import palette
from zollverein.report.answer import PERCENT_THAT_COUNTS
from zollverein.report.chart_style import layered, records
from zollverein.report.formatting import THIN, money, number, percent, share, with_sign
from zollverein.report.sweep_answer import SURE
from zollverein.report.sweep_wording import (
    INCOME,
    base_names,
    digits,
    factor_names,
    first_world,
    members,
    policy_names,
    world_names,
)
from zollverein.stress.sweeps.risk import exceedance

if TYPE_CHECKING:
    from zollverein.stress.sweeps.result import Sweep

__all__ = [
    "concentration_chart", "drivers_chart", "exceedance_chart", "frontier_chart", "policies_chart", "regions_chart",
    "tornado_chart", "worlds_chart", "worlds_drawn",
]  # fmt: skip

WIDTH, BAR, PAIR = 760, 26, 36
LINE, ON_A_LINE = 14, 24
# Curves on one chart, points on each, bars beneath each other: as many as can be told apart.
CURVES, POINTS, BARS = 6, 80, 12
# A curve ends where fewer draws than this lie beyond: what is left is chance.
FEWEST_BEYOND = 1
TICKS = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 5e-3, 2e-3, 1e-3, 1e-4, 1e-5)
PERCENT = f"format(100 * datum.value, '~g') + '{THIN}%'"
# Lines that lie on each other are told apart by their dashes; bands are not, beyond two.
DASHES = ([1, 0], [7, 5], [2, 3], [10, 3, 2, 3], [4, 2], [1, 2])
BANDS = 2
ALONE, TOGETHER = "alone", "with all it interacts with"


def worlds_drawn(sweep: Sweep) -> list[str]:
    """Return the worlds that have a curve: the first, and those with the largest mean loss."""
    table = sweep.distribution
    mine = table[(table["loss"] == INCOME) & (table["measure"] == "mean")]
    order = [str(world) for world in mine.sort_values("value", ascending=False, kind="stable")["world"]]
    wanted = {*([first_world(sweep)] if first_world(sweep) in order else []), *order[: CURVES - 1]}
    return [label for label in world_names(sweep) if label in wanted]


def exceedance_chart(sweep: Sweep) -> alt.LayerChart:
    """Draw the probability of losing more, a line for each world with its 95 percent interval, on a log axis."""
    names, drawn = world_names(sweep), worlds_drawn(sweep)
    rows = pd.concat([_curve(sweep, label).assign(World=names[label]) for label in drawn], ignore_index=True)
    floor = float(rows["probability"].min()) / 2.0
    rows["low"] = rows["low"].clip(lower=floor)
    rows["Loss"], rows["Probability"] = rows["loss"].map(money), rows["probability"].map(share)
    rows["Interval"] = [f"{share(low)} to {share(high)}" for low, high in zip(rows["low"], rows["high"], strict=True)]
    colours = palette.colour_of([names[label] for label in drawn])
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    base = alt.Chart(alt.InlineData(values=records(rows)))
    ticks = [tick for tick in TICKS if tick >= floor]
    y_axis = alt.Axis(title="probability of losing more", values=ticks, labelExpr=PERCENT)
    x = alt.X("loss:Q", axis=_axis("real income lost, US$ million", 6), scale=alt.Scale(nice=False, zero=True))
    color = alt.Color("World:N", legend=None, scale=scale)
    banded = rows if len(drawn) <= BANDS else rows[rows["World"] == names[drawn[0]]]
    band = alt.Chart(alt.InlineData(values=records(banded))).mark_area(opacity=0.16).encode(
        x=x, y=alt.Y("low:Q", axis=y_axis, scale=alt.Scale(type="log", domain=[floor, 1.0], nice=False, clamp=True)),
        y2="high:Q", color=color,
    )  # fmt: skip
    line = base.mark_line(strokeWidth=2.2).encode(
        x=x, y=alt.Y("probability:Q", axis=y_axis), color=color,
        strokeDash=alt.StrokeDash("World:N", legend=None, scale=alt.Scale(
            domain=list(colours), range=[list(dash) for dash in DASHES[: len(colours)]])),
        tooltip=["World:N", alt.Tooltip("Loss:N", title="More than"), "Probability:N", "Interval:N"],
    )  # fmt: skip
    told = sweep.exceedance[sweep.exceedance["world"] == first_world(sweep)]
    said = "; ".join(
        f"more than {money(r['loss_usd_million'])} {share(r['probability'])}" for r in told.to_dict("records")
    )
    return _sized([band, line], 300, f"Probability of losing more real income: {said}.")


def worlds_chart(sweep: Sweep) -> alt.LayerChart:
    """Draw the lost income of every world of a sweep without a sample."""
    names = world_names(sweep)
    frame = sweep.scenarios.dropna(subset=[INCOME]).head(4 * BARS)
    worlds = [names[label] for label in frame["world"]]
    frame = frame.assign(World=worlds, Label=_on_lines(worlds), Loss=frame[INCOME].map(money), value=frame[INCOME])
    bars = alt.Chart(alt.InlineData(values=records(frame[["Label", "World", "value", "Loss"]]))).mark_bar(
        height=13, cornerRadius=1
    ).encode(
        y=alt.Y("Label:N", sort=_on_lines(worlds), axis=_names_axis(worlds)),
        x=alt.X("value:Q", axis=_axis("real income lost, US$ million", 6)),
        color=alt.condition("datum.value > 0", alt.value(palette.LOST), alt.value(palette.GAINED)),
        tooltip=["World:N", "Loss:N"],
    )  # fmt: skip
    said = "; ".join(f"{r['World']} {r['Loss']}" for r in frame.to_dict("records"))
    return _sized([bars, _zero()], _height(worlds), f"Real income lost in every world: {said}.")


def drivers_chart(sweep: Sweep) -> alt.LayerChart:
    """Draw Sobol indices, two bars for each driver, with their intervals."""
    table, names = sweep.drivers.head(BARS), factor_names(sweep)
    table = table[table["total"] > 5e-4] if (table["total"] > 5e-4).any() else table
    parts = [
        pd.DataFrame({
            "Driver": [names.get(f, f) for f in table["factor"]], "Share": what, "value": table[column],
            "low": table[f"{short}_low"].fillna(table[column]), "high": table[f"{short}_high"].fillna(table[column]),
        })
        for what, column, short in ((ALONE, "first_order", "first"), (TOGETHER, "total", "total"))
    ]  # fmt: skip
    rows = pd.concat(parts, ignore_index=True)
    rows["Value"], rows["Label"] = rows["value"].map(share), _on_lines(rows["Driver"])
    rows["Interval"] = [f"{share(low)} to {share(high)}" for low, high in zip(rows["low"], rows["high"], strict=True)]
    base = alt.Chart(alt.InlineData(values=records(rows)))
    drivers = [names.get(factor, factor) for factor in table["factor"]]
    y = alt.Y("Label:N", sort=_on_lines(drivers), axis=_names_axis(drivers), scale=alt.Scale(padding=0.25))
    offset = alt.YOffset("Share:N", sort=[ALONE, TOGETHER], scale=alt.Scale(paddingInner=0.15))
    x_axis = alt.Axis(title="share of the variance", tickCount=6, labelExpr=PERCENT, labelOverlap=True)
    # Indices lie between nothing and all; an interval of few samples that reaches beyond is cut there.
    domain = [max(-0.2, min(0.0, float(rows["low"].min()))), min(1.2, max(0.1, float(rows["high"].max())))]
    scale = alt.Scale(domain=domain, clamp=True, nice=False)
    bars = base.mark_bar(cornerRadius=1).encode(
        y=y, yOffset=offset, x=alt.X("value:Q", axis=x_axis, scale=scale),
        color=alt.Color("Share:N", legend=None, scale=alt.Scale(
            domain=[ALONE, TOGETHER], range=[palette.SERIES[1], palette.SERIES[0]])),
        tooltip=["Driver:N", "Share:N", "Value:N", alt.Tooltip("Interval:N", title="95 percent")],
    )  # fmt: skip
    spans = base.mark_rule(color=palette.INK, strokeWidth=1.3).encode(
        y=y, yOffset=offset, x=alt.X("low:Q", scale=scale), x2="high:Q")  # fmt: skip
    said = "; ".join(f"{r['Driver']} {r['Value']}" for r in rows[rows["Share"] == TOGETHER].to_dict("records"))
    return _sized([bars, spans, _zero()], _height(drivers, PAIR),
                  f"Share of the variance, with all that it interacts with: {said}.")  # fmt: skip


def tornado_chart(sweep: Sweep) -> alt.LayerChart:
    """Draw the mean loss where each varied figure is low and where it is high."""
    table, names = sweep.tornado.head(BARS), factor_names(sweep)
    rows = pd.concat([
        pd.DataFrame({"Figure": [names.get(f, f) for f in table["factor"]], "End": end,
                      "value": table[f"loss_at_{short}"], "At": [digits(v) for v in table[f"{short}_value"]]})
        for end, short in (("where it is low", "low"), ("where it is high", "high"))
    ], ignore_index=True)  # fmt: skip
    rows["Loss"] = rows["value"].map(money)
    spans = pd.DataFrame({"Figure": [names.get(f, f) for f in table["factor"]], "from": table["loss_at_low"],
                          "to": table["loss_at_high"]})  # fmt: skip
    figures = list(spans["Figure"])
    spans["Label"], rows["Label"] = _on_lines(figures), _on_lines(rows["Figure"])
    y = alt.Y("Label:N", sort=_on_lines(figures), axis=_names_axis(figures))
    x_axis = _axis("mean loss of real income, US$ million", 6)
    x_scale = alt.Scale(zero=False, nice=True, padding=14)
    bars = alt.Chart(alt.InlineData(values=records(spans))).mark_bar(height=9, color=palette.SHADE).encode(
        y=y, x=alt.X("from:Q", axis=x_axis, scale=x_scale), x2="to:Q")  # fmt: skip
    dots = alt.Chart(alt.InlineData(values=records(rows))).mark_point(filled=True, size=95, opacity=1.0).encode(
        y=y, x=alt.X("value:Q", axis=x_axis, scale=x_scale),
        color=alt.Color("End:N", legend=None, scale=alt.Scale(
            domain=["where it is low", "where it is high"], range=[palette.SERIES[0], palette.SERIES[1]])),
        tooltip=["Figure:N", "End:N", alt.Tooltip("At:N", title="Figure at"), "Loss:N"],
    )  # fmt: skip
    said = "; ".join(f"{r['Figure']} {r['End']} {r['Loss']}" for r in rows.to_dict("records"))
    return _sized([bars, dots], _height(figures), f"Mean loss of real income: {said}.")


def regions_chart(sweep: Sweep) -> alt.LayerChart:
    """Draw the change of real income by region: its mean, and from the 5 percent to the 95 percent quantile."""
    table = sweep.regions[sweep.regions["world"] == first_world(sweep)]
    size = table[["mean", "q05", "q95"]].abs().max(axis=1)
    inside = table["region"].isin(members(sweep))
    table = table.assign(outside=~inside, size=-table["mean"].abs())[inside | (size >= PERCENT_THAT_COUNTS)]
    table = table.sort_values(["outside", "size"], kind="stable").rename(columns={"name": "Region"})
    table["Mean"] = [with_sign(percent(v), v) for v in table["mean"]]
    table["Range"] = [f"{with_sign(percent(a), a)} to {with_sign(percent(b), b)}"
                      for a, b in zip(table["q05"], table["q95"], strict=True)]  # fmt: skip
    table["Label"] = _on_lines(table["Region"])
    base = alt.Chart(alt.InlineData(values=records(table[["Label", "Region", "mean", "q05", "q95", "Mean", "Range"]])))
    regions = list(table["Region"])
    y = alt.Y("Label:N", sort=_on_lines(regions), axis=_names_axis(regions))
    tips = ["Region:N", "Mean:N", alt.Tooltip("Range:N", title="5 to 95 percent")]
    spans = base.mark_bar(height=9, cornerRadius=1, color=palette.SERIES[5], opacity=0.55).encode(
        y=y, x=alt.X("q05:Q", axis=_axis("real income, percent", 6)), x2="q95:Q", tooltip=tips)  # fmt: skip
    dots = base.mark_point(filled=True, size=80, opacity=1.0).encode(
        y=y, x="mean:Q", tooltip=tips,
        color=alt.condition("datum.mean < 0", alt.value(palette.LOST), alt.value(palette.GAINED)),
    )  # fmt: skip
    said = "; ".join(f"{r['Region']} {r['Mean']} ({r['Range']})" for r in table.to_dict("records"))
    return _sized([spans, _zero(), dots], _height(regions),
                  f"Change of real income by region, mean and 5 to 95 percent: {said}.")  # fmt: skip


def policies_chart(sweep: Sweep) -> alt.LayerChart:
    """Draw what each policy avoids on average, with its interval, and in the worst twentieth."""
    bases, names = base_names(sweep), policy_names(sweep)
    table = sweep.policies.head(2 * BARS)
    several = len(set(table["base"])) > 1
    table = table.assign(
        Policy=[f"{names[p]}, {bases.get(b, b)}" if several else names[p]
                for p, b in zip(table["policy"], table["base"], strict=True)],
        value=table["loss_avoided"], low=table["loss_avoided"] - SURE * table["standard_error"],
        high=table["loss_avoided"] + SURE * table["standard_error"], tail=table["cvar95_avoided"],
    )  # fmt: skip
    table["Avoided"], table["Tail"] = table["value"].map(money), table["tail"].map(money)
    table["Interval"] = [f"{money(a)} to {money(b)}" for a, b in zip(table["low"], table["high"], strict=True)]
    policies = list(table["Policy"])
    table["Label"] = _on_lines(policies)
    wanted = ["Label", "Policy", "value", "low", "high", "tail", "Avoided", "Tail", "Interval"]
    base = alt.Chart(alt.InlineData(values=records(table[wanted])))
    y = alt.Y("Label:N", sort=_on_lines(policies), axis=_names_axis(policies))
    tips = ["Policy:N", alt.Tooltip("Avoided:N", title="Avoided on average"),
            alt.Tooltip("Interval:N", title="95 percent"),
            alt.Tooltip("Tail:N", title="In the worst twentieth")]  # fmt: skip
    bars = base.mark_bar(height=13, cornerRadius=1, color=palette.SERIES[0]).encode(
        y=y, x=alt.X("value:Q", axis=_axis("loss of real income avoided, US$ million", 6)), tooltip=tips)  # fmt: skip
    spans = base.mark_rule(color=palette.INK, strokeWidth=1.4).encode(y=y, x="low:Q", x2="high:Q")
    dots = base.mark_point(filled=True, shape="diamond", size=90, color=palette.SERIES[1], opacity=1.0).encode(
        y=y, x="tail:Q", tooltip=tips)  # fmt: skip
    said = "; ".join(f"{r['Policy']} {r['Avoided']} ({r['Interval']}), in the worst twentieth {r['Tail']}"
                     for r in table.to_dict("records"))  # fmt: skip
    return _sized([bars, spans, dots, _zero()], _height(policies),
                  f"Loss of real income that each policy avoids: {said}.")  # fmt: skip


def frontier_chart(sweep: Sweep) -> alt.LayerChart:
    """Draw expected and tail loss of the best portfolio against what it costs."""
    table = sweep.investment
    parts = []
    for aim, column, words in (("expected", "expected_loss_usd_million", "expected loss"),
                               ("cvar", "cvar_loss_usd_million", "tail (CVaR)")):  # fmt: skip
        mine = table[table["objective"] == aim]
        mine = mine if len(mine) else table
        parts.append(pd.DataFrame({"Loss": words, "capex": mine["capex_usd_million"], "value": mine[column],
                                   "Built": mine["options"]}))  # fmt: skip
    rows = pd.concat(parts, ignore_index=True).drop_duplicates(["Loss", "capex"])
    rows["Capex"], rows["Sum"] = rows["capex"].map(money), rows["value"].map(money)
    colours = {"expected loss": palette.SERIES[0], "tail (CVaR)": palette.LOST}
    said = "; ".join(f"{r['Loss']} at {r['Capex']} {r['Sum']} ({r['Built']})" for r in rows.to_dict("records"))
    return _frontier(rows, "Loss", colours, "loss of the corridor, US$ million",
                     ["Loss:N", "Built:N", "Capex:N", alt.Tooltip("Sum:N", title="Loss")],
                     f"Loss of the best portfolio against its cost: {said}.")  # fmt: skip


def concentration_chart(sweep: Sweep) -> alt.LayerChart:
    """Draw how concentrated the routes are, with the best portfolio of every budget."""
    table = sweep.investment
    aims = {"expected": "chosen for the expected loss", "cvar": "chosen for the tail"}
    rows = pd.DataFrame({"Chosen": [aims.get(a, a) for a in table["objective"]], "capex": table["capex_usd_million"],
                         "value": table["route_concentration"], "Built": table["options"]})  # fmt: skip
    rows = rows.dropna(subset=["value"]).drop_duplicates(["Chosen", "capex"])
    rows["Capex"], rows["Index"] = rows["capex"].map(money), [number(v, 3) for v in rows["value"]]
    colours = dict(zip(aims.values(), (palette.SERIES[0], palette.LOST), strict=True))
    said = "; ".join(f"{r['Chosen']} at {r['Capex']} {r['Index']}" for r in rows.to_dict("records"))
    return _frontier(rows, "Chosen", colours, "concentration (HHI)", ["Chosen:N", "Built:N", "Capex:N", "Index:N"],
                     f"Concentration of routes against the cost of what is built: {said}.", height=150,
                     scale=alt.Scale(domain=[0, 1]))  # fmt: skip


def _frontier(
    rows: pd.DataFrame,
    what: str,
    colours: dict[str, str],
    title: str,
    tips: Sequence[Any],
    said: str,
    *,
    height: int = 240,
    scale: alt.Scale | None = None,
) -> alt.LayerChart:
    base = alt.Chart(alt.InlineData(values=records(rows))).encode(
        x=alt.X("capex:Q", axis=_axis("capex, US$ million", 6), scale=alt.Scale(zero=True, nice=True)),
        y=alt.Y("value:Q", axis=_axis(title, 5), scale=scale or alt.Scale(zero=False, nice=True)),
        color=alt.Color(f"{what}:N", legend=None, scale=alt.Scale(domain=list(colours), range=list(colours.values()))),
    )  # fmt: skip
    steps = base.mark_line(strokeWidth=2.0, interpolate="step-after")
    dots = base.mark_point(filled=True, size=75, opacity=1.0).encode(tooltip=tips)
    return _sized([steps, dots], height, said)


def _curve(sweep: Sweep, label: str) -> pd.DataFrame:
    """Probability of losing more, at losses spread over the draws of a world, with its exact interval."""
    rows = sweep.rows(label)
    losses = rows.loc[(rows["status"] == "answered") & rows[INCOME].notna(), INCOME].to_numpy(dtype=np.float64)
    ordered = np.sort(losses)
    beyond = np.geomspace(len(ordered), FEWEST_BEYOND, POINTS)
    at = np.unique(np.clip(len(ordered) - np.ceil(beyond).astype(int) - 1, 0, len(ordered) - 1))
    # What a solver leaves beside zero is no loss.
    curve = exceedance(losses, sorted({0.0, *(float(x) for x in ordered[at] if x > 0)}))
    return curve[curve["probability"] > 0]


def _names_axis(names: Sequence[str]) -> alt.Axis:
    """An axis of names, long ones on several lines whose middle is on the bar."""
    lines = {len(_folded(name)) for name in names}
    offset = {
        "condition": [
            {"test": f"length(split(datum.value, '\\n')) === {count}", "value": -LINE * (count - 1) / 2}
            for count in sorted(lines) if count > 1
        ],
        "value": 0,
    }  # fmt: skip
    return alt.Axis(
        title=None, labelColor=palette.INK, labelFontSize=12, labelLimit=260, labelLineHeight=LINE,
        labelExpr="split(datum.label, '\\n')", labelOffset=offset if max(lines, default=1) > 1 else 0,
    )  # fmt: skip


def _folded(name: str) -> list[str]:
    return textwrap.wrap(name, ON_A_LINE) or [name]


def _on_lines(names: Iterable[str]) -> list[str]:
    """Names as they stand on an axis."""
    return ["\n".join(_folded(name)) for name in names]


def _height(names: Sequence[str], least: int = BAR) -> int:
    """Height of a chart of bars with such names."""
    each = max([least, *(LINE * len(_folded(name)) + 8 for name in names)])
    return each * max(len(names), 1) + 10


def _zero() -> alt.Chart:
    zero: alt.Chart = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color=palette.MUTED)
    return zero.encode(x="zero:Q")


def _axis(title: str, ticks: int) -> alt.Axis:
    return alt.Axis(title=title, tickCount=ticks, labelOverlap=True, labelExpr=f"replace(datum.label, /,/g, '{THIN}')")


def _sized(layers: list[alt.Chart], height: int, description: str, **more: Any) -> alt.LayerChart:
    return layered(layers, WIDTH, height, description, **more)
