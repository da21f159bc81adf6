"""The charts beside the map: flows, tanks and stranded oil over time; real income and trade by region."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Literal

import altair as alt
import pandas as pd

from zollverein.errors import ScenarioError
from zollverein.report import palette
from zollverein.report.answer import PERCENT_THAT_COUNTS
from zollverein.report.chart_style import layered, records
from zollverein.report.formatting import THIN, apart, money, percent, tonnes, with_sign
from zollverein.report.sheets import trade_sheet

if TYPE_CHECKING:
    from zollverein.stress import Comparison, StressTest

__all__ = [
    "comparison_routes",
    "income_chart",
    "income_compared",
    "route_names",
    "routes_chart",
    "routes_compared",
    "stocks_chart",
    "stranded_chart",
    "trade_chart",
]

WIDTH = 760
BAR = 26
# From whom to whom, and beneath it (a tab in the row) what; on a narrow page every name (a line feed) on its own line.
TWO_LINES, LINE, ON_A_LINE = 38, 14, 24
FLOW = r"narrow ? split(replace(datum.label, /\t/g, '\n'), '\n') : split(replace(datum.label, /\n/g, ' '), '\t')"
# The month, and beneath every January and the first tick its year.
YEAR = "datum.index === 0 || month(datum.value) === 0 ? timeFormat(datum.value, '%Y') : ''"
MONTH = f"[timeFormat(datum.value, '%b'), {YEAR}]"
TIME = alt.Axis(labelExpr=MONTH, title=None, labelOverlap=True, tickCount="month", grid=False)


def routes_chart(test: StressTest, what: Literal["before", "after"]) -> alt.LayerChart:
    """Draw the flow on every route over time as stacked steps, kt a day, outages shaded."""
    table = test.by_period
    # Tonnes of a period over its days: the last period of a horizon is often a short one.
    table = table.assign(
        kt_a_day=table[f"{what}_kt"] / table["days"], start=pd.to_datetime(table["start"]),
        highest=table[["before_kt", "after_kt"]].max(axis=1) / table["days"],
    )  # fmt: skip
    top = float(table.groupby("start")[["before_kt", "after_kt"]].sum().max(axis=1).max()) / float(table["days"].max())
    names = route_names(test)
    table = table[table["route"].isin(list(names))]
    rows = _closed(table).assign(
        Route=lambda f: f["route"].map(names), order=lambda f: f["route"].map(list(names).index)
    )
    rows["Tonnes"] = [tonnes(v) for v in rows[f"{what}_kt"]]
    colours = palette.colour_of(list(names.values()))
    drawn = rows[["start", "Route", "kt_a_day", "order", "Tonnes"]]
    areas = alt.Chart(alt.InlineData(values=records(drawn))).mark_area(
        interpolate="step-after", line=False, opacity=0.92
    ).encode(
        x=alt.X("start:T", axis=TIME),
        y=alt.Y("kt_a_day:Q", stack="zero", axis=_axis("kt a day", 4),
                scale=alt.Scale(domain=[0, round(1.05 * top, 3)], nice=True)),
        color=alt.Color("Route:N", legend=None, scale=alt.Scale(domain=list(colours), range=list(colours.values()))),
        order="order:Q",
        tooltip=[alt.Tooltip("Route:N"), alt.Tooltip("start:T", title="Period from", format="%d %B %Y"),
                 alt.Tooltip("Tonnes:N")],
    )  # fmt: skip
    shades = _outages(test) if what == "after" else []
    totals = {names[str(r)]: float(v) for r, v in table.groupby("route")[f"{what}_kt"].sum().items()}
    said = "; ".join(f"{name} {tonnes(kt)}" for name, kt in sorted(totals.items(), key=lambda p: -p[1]))
    title = "undisturbed" if what == "before" else "in this test"
    return _sized([*shades, areas], 210, f"Flow on every route over time, {title}. In all: {said}.")


def stranded_chart(test: StressTest) -> alt.LayerChart:
    """Draw the oil that was not produced because it could not leave, summed up over time, before and after.

    Raises
    ------
    ScenarioError : the test has no corridor.
    """
    before, after = test.baseline, test.routing
    if before is None or after is None:
        raise ScenarioError(
            f"scenario '{test.name}' has no corridor, so nothing can be stranded; give it one to draw this"
        )
    exporter = test.scenario.corridor.exporter if test.scenario.corridor else ""
    parts = []
    for label, routing in (("undisturbed", before), ("in this test", after)):
        mine = routing.supply[routing.supply["exporter"] == exporter]
        by_period = mine.groupby(["start", "days"])["shut_in_kt"].sum().reset_index()
        ends = pd.to_datetime(by_period["start"]) + pd.to_timedelta(by_period["days"], unit="D")
        first = pd.DataFrame({"start": [pd.to_datetime(by_period["start"].iloc[0])], "kt": [0.0]})
        summed = pd.DataFrame({"start": ends, "kt": by_period["shut_in_kt"].cumsum()})
        parts.append(pd.concat([first, summed]).assign(Case=label))
    rows = pd.concat(parts, ignore_index=True)
    rows["Tonnes"] = [tonnes(v) for v in rows["kt"]]
    chart = _lines(rows, "kt", "kt, summed up")
    end = rows.groupby("Case", sort=False)["kt"].last()
    said = f"At the end {tonnes(end['in this test'])} are stranded, undisturbed {tonnes(end['undisturbed'])}."
    return _sized([*_outages(test), chart], 170, f"Stranded oil over time. {said}")


def stocks_chart(test: StressTest) -> alt.LayerChart:
    """Draw what lies in the tanks at the end of every period, all together, before and after."""
    key = ["before_kt", "after_kt", "capacity_kt"]
    total = test.stocks.groupby("start")[key].sum().reset_index()
    # A stock is what lies there when its period ends.
    lengths = test.by_period.drop_duplicates("start").set_index("start")["days"]
    first = pd.to_datetime(total["start"].iloc[:1])
    total["start"] = pd.to_datetime(total["start"]) + pd.to_timedelta(total["start"].map(lengths), unit="D")
    if test.routing is not None:
        initial = float(test.routing.initial_stocks["stock_kt"].sum())
        opening = total.iloc[:1].assign(start=first, before_kt=initial, after_kt=initial)
        total = pd.concat([opening, total], ignore_index=True)
    long = total.melt("start", ["before_kt", "after_kt"], var_name="Case", value_name="kt")
    long["Case"] = long["Case"].map({"before_kt": "undisturbed", "after_kt": "in this test"})
    long["Tonnes"] = [tonnes(v) for v in long["kt"]]
    capacity = alt.Chart(alt.InlineData(values=records(total[["start", "capacity_kt"]]))).mark_line(
        color=palette.MUTED, strokeDash=[2, 3], strokeWidth=1.2
    ).encode(x=alt.X("start:T", axis=TIME), y="capacity_kt:Q")  # fmt: skip
    peak = float(total["after_kt"].max())
    said = f"In this test at most {tonnes(peak)} of {tonnes(float(total['capacity_kt'].max()))} are filled."
    layers = [*_outages(test), capacity, _lines(long, "kt", "kt in tanks")]
    return _sized(layers, 170, f"Oil in tanks over time. {said}")


def income_chart(test: StressTest) -> alt.LayerChart:
    """Draw the change of real income by region, with its range where one is known."""
    frame = test.welfare.rename(columns={"name": "Region"}).assign(
        key=[f"{k:03d}" for k in range(len(test.welfare))],
        Change=[with_sign(percent(v), v) for v in test.welfare["real_income_percent"]],
    )
    ranged = {"real_income_low_percent", "real_income_high_percent"} <= set(frame.columns)
    tips = ["Region:N", "Change:N"]
    if ranged:
        bounds = zip(frame["real_income_low_percent"], frame["real_income_high_percent"], strict=True)
        frame["Range"] = [" to ".join(apart(float(a), float(b))) for a, b in bounds]
        tips.append("Range:N")
    wanted = ["key", "Region", "Change", "real_income_percent"]
    wanted += ["Range", "real_income_low_percent", "real_income_high_percent"] if ranged else []
    base = alt.Chart(alt.InlineData(values=records(frame[wanted])))
    y = alt.Y("Region:N", sort=list(frame["Region"]), axis=alt.Axis(
        title=None, labelColor=palette.INK, labelFontSize=12, labelLimit=190))  # fmt: skip
    bars = base.mark_bar(height=13, cornerRadius=1).encode(
        y=y, x=alt.X("real_income_percent:Q", axis=_axis("real income, percent", 6)),
        color=alt.condition("datum.real_income_percent < 0", alt.value(palette.LOST), alt.value(palette.GAINED)),
        tooltip=tips,
    )  # fmt: skip
    layers: list[alt.Chart] = [bars]
    if ranged:
        layers.append(base.mark_rule(color=palette.INK, strokeWidth=1.4).encode(
            y=y, x="real_income_low_percent:Q", x2="real_income_high_percent:Q"))  # fmt: skip
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color=palette.MUTED).encode(x="zero:Q")
    said = "; ".join(f"{r['Region']} {r['Change']}" for r in frame.to_dict("records"))
    return _sized([*layers, zero], BAR * len(frame) + 10, f"Change of real income by region: {said}.")


def trade_chart(test: StressTest, rows: int = 12) -> alt.LayerChart:
    """Draw the trade flows that change most, by value."""
    sheet = trade_sheet(test, rows)
    frame = sheet.frame
    # What stands after a colon lists what the sector is made of; the table beneath has room for it.
    sectors = [str(name).partition(":")[0] for name in frame["sector_name"]]
    flows = list(zip(frame["exporter_name"], frame["importer_name"], sectors, strict=True))
    frame = frame.assign(
        Flow=["\n".join([*_folded(f"{a} →"), *_folded(b)]) + "\t" + "\n".join(_folded(s)) for a, b, s in flows],
        Said=[f"{a} → {b}, {s}" for a, b, s in flows],
        Change=[with_sign(money(v), v) for v in frame["change_usd_million"]],
        Percent=[with_sign(percent(v), v) for v in frame["change_percent"]],
    )  # fmt: skip
    wanted = ["Flow", "Said", "Change", "Percent", "change_usd_million"]
    bars = alt.Chart(alt.InlineData(values=records(frame[wanted]))).mark_bar(height=13, cornerRadius=1).encode(
        y=alt.Y("Flow:N", sort=list(frame["Flow"]), axis=alt.Axis(
            title=None, labelColor=palette.INK, labelFontSize=12, labelLimit=300, labelExpr=FLOW,
            # Vega sets the first line on the bar, where the middle of all lines belongs.
            labelLineHeight=LINE, labelOffset=alt.ExprRef(expr=f"narrow ? {-LINE} : {-LINE / 2}"))),
        x=alt.X("change_usd_million:Q", axis=_axis("US$ million", 5)),
        color=alt.condition("datum.change_usd_million < 0", alt.value(palette.LOST), alt.value(palette.GAINED)),
        tooltip=[alt.Tooltip("Said:N", title="Flow"), "Change:N", "Percent:N"],
    )  # fmt: skip
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color=palette.MUTED).encode(x="zero:Q")
    said = "; ".join(f"{r['Said']} {r['Change']}" for r in frame.head(6).to_dict("records"))
    rows_drawn = max(len(frame), 1)
    most_lines = max((len(flow.replace("\t", "\n").split("\n")) for flow in frame["Flow"]), default=1)
    chart = _sized(
        [bars, zero], TWO_LINES * rows_drawn + 10, f"Trade flows that change most: {said}.",
        usermeta={"narrow_height": (LINE * most_lines + 10) * rows_drawn + 10},
    )  # fmt: skip
    # The page sets the parameter and takes the height where it is as narrow as a telephone.
    return chart.add_params(alt.param(name="narrow", value=False))


def _folded(name: str) -> list[str]:
    """A name on as many lines as a narrow page needs for it."""
    return textwrap.wrap(name, ON_A_LINE) or [name]


def income_compared(comparison: Comparison) -> alt.LayerChart:
    """Draw real income by region, a dot for every scenario."""
    names = [test.name for test in comparison.tests]
    frame = comparison.real_income
    order = frame[names].abs().max(axis=1)
    frame = frame.loc[order[order >= PERCENT_THAT_COUNTS].index]
    long = frame.melt("name", names, var_name="Scenario", value_name="percent")
    long = long.rename(columns={"name": "Region"})
    long["Change"] = [with_sign(percent(v), v) for v in long["percent"]]
    colours = palette.colour_of(names)
    dots = alt.Chart(alt.InlineData(values=records(long))).mark_point(filled=True, size=90, opacity=0.9).encode(
        y=alt.Y("Region:N", sort=list(frame["name"]), axis=alt.Axis(
            title=None, labelColor=palette.INK, labelFontSize=12, labelLimit=190, grid=True)),
        x=alt.X("percent:Q", axis=_axis("real income, percent", 6)),
        color=alt.Color("Scenario:N", legend=None, scale=alt.Scale(domain=list(colours), range=list(colours.values()))),
        tooltip=["Region:N", "Scenario:N", "Change:N"],
    )  # fmt: skip
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color=palette.MUTED).encode(x="zero:Q")
    described = "Change of real income by region and scenario; the table beneath holds every figure."
    return _sized([zero, dots], BAR * max(len(frame), 1) + 10, described)


def routes_compared(comparison: Comparison) -> alt.LayerChart:
    """Draw the tonnes that leave by every route, a bar for each scenario and one for the undisturbed corridor."""
    cases = [name for name in comparison.routes.columns if name not in ("route", "name")]
    names = comparison_routes(comparison)
    long = comparison.routes.melt("route", cases, var_name="Scenario", value_name="kt")
    long["Route"], long["order"] = long["route"].map(names), long["route"].map(list(names).index)
    long["Tonnes"] = [tonnes(v) for v in long["kt"]]
    colours = palette.colour_of(list(names.values()))
    bars = alt.Chart(alt.InlineData(values=records(long))).mark_bar(height=20, opacity=0.92).encode(
        y=alt.Y("Scenario:N", sort=cases, axis=alt.Axis(
            title=None, labelColor=palette.INK, labelFontSize=12, labelLimit=190)),
        x=alt.X("sum(kt):Q", axis=_axis("kt over the horizon", 6)),
        color=alt.Color("Route:N", legend=None, scale=alt.Scale(domain=list(colours), range=list(colours.values()))),
        order="order:Q",
        tooltip=["Scenario:N", "Route:N", "Tonnes:N"],
    )  # fmt: skip
    totals = comparison.routes[cases].sum()
    described = "Tonnes by route and scenario. In all: " + "; ".join(f"{c} {tonnes(totals[c])}" for c in cases) + "."
    return _sized([bars], 34 * len(cases) + 10, described)


def comparison_routes(comparison: Comparison) -> dict[str, str]:
    """Return the routes of a comparison by name, in the order of its table."""
    return _told_apart(comparison.routes)


def _axis(title: str, ticks: int) -> alt.Axis:
    """An axis whose numbers are parted by thin spaces, as they are everywhere else."""
    return alt.Axis(title=title, tickCount=ticks, labelOverlap=True, labelExpr=f"replace(datum.label, /,/g, '{THIN}')")


def _lines(rows: pd.DataFrame, column: str, title: str) -> alt.Chart:
    """Two lines over time: undisturbed in grey, the test in ink."""
    wanted = rows[["start", "Case", column, "Tonnes"]]
    domain, colours = ["undisturbed", "in this test"], [palette.SERIES[5], palette.LOST]
    lines: alt.Chart = alt.Chart(alt.InlineData(values=records(wanted))).mark_line(strokeWidth=2.2).encode(
        x=alt.X("start:T", axis=TIME),
        y=alt.Y(f"{column}:Q", axis=_axis(title, 4), scale=alt.Scale(zero=True)),
        color=alt.Color("Case:N", legend=None, scale=alt.Scale(domain=domain, range=colours)),
        tooltip=[alt.Tooltip("Case:N"), alt.Tooltip("start:T", title="On", format="%d %B %Y"), alt.Tooltip("Tonnes:N")],
    )  # fmt: skip
    return lines


def _outages(test: StressTest) -> list[alt.Chart]:
    """Shade the days of every event within the horizon."""
    if not len(test.events) or test.routing is None:
        return []
    first = pd.Timestamp(test.routing.horizon.start)
    last = pd.Timestamp(test.routing.horizon.end) + pd.Timedelta(days=1)
    spans = pd.DataFrame(
        {
            "Event": _events_named(test.events),
            "from": pd.to_datetime(test.events["start"]).where(lambda d: d > first, first),
            "until": pd.to_datetime(test.events["end"]).where(lambda d: d < last, last),
        }
    )
    spans = spans[spans["from"] < spans["until"]]
    if spans.empty:
        return []
    return [
        alt.Chart(alt.InlineData(values=records(spans))).mark_rect(color=palette.SHADE, opacity=0.75).encode(
            x=alt.X("from:T", axis=TIME), x2="until:T", tooltip=["Event:N"])
    ]  # fmt: skip


def _events_named(events: pd.DataFrame) -> list[str]:
    """An event by its name, with its cause where the case tells one."""
    causes = events["cause"] if "cause" in events.columns else [None] * len(events)
    return [f"{name}: {cause}" if pd.notna(cause) else str(name)
            for name, cause in zip(events["name"], causes, strict=True)]  # fmt: skip


def _closed(table: pd.DataFrame) -> pd.DataFrame:
    """Repeat the last period at its end, so that its step is drawn to the end of the horizon."""
    last = table[table["start"] == table["start"].max()]
    end: pd.DataFrame = last.assign(start=last["start"] + pd.to_timedelta(last["days"], unit="D"))
    closed: pd.DataFrame = pd.concat([table, end], ignore_index=True)
    return closed


def route_names(test: StressTest) -> dict[str, str]:
    """Return routes in the order of their table, by name; two of one name are told apart by their key."""
    return _told_apart(test.routes)


def _told_apart(routes: pd.DataFrame) -> dict[str, str]:
    names: dict[str, str] = {}
    for route, name in zip(routes["route"], routes["name"], strict=True):
        names[str(route)] = str(name) if str(name) not in names.values() else f"{name} ({route})"
    return names


def _sized(layers: list[alt.Chart], height: int, description: str, **more: Any) -> alt.LayerChart:
    return layered(layers, WIDTH, height, description, **more)
