"""The tables of a report: which columns, what they are called, and what kind of figure each holds.

A sheet is said once here and shown by the screen and by the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from zollverein.report.formatting import Kind, apart, shown
from zollverein.report.places import country_names

if TYPE_CHECKING:
    from zollverein.stress import StressTest

__all__ = [
    "CASE_TABLES",
    "Column",
    "Sheet",
    "certificate_sheet",
    "corridor_sheet",
    "crude_sheet",
    "events_sheet",
    "founding_sheet",
    "held_back_sheet",
    "income_sheet",
    "knowledge_sheet",
    "link_sheet",
    "routes_sheet",
    "trade_sheet",
    "transit_sheet",
]

BUDGET = {
    "oil_export_revenue": "Oil exports",
    "rent_kept": "of it scarcity rent",
    "state_revenue": "The state’s share",
    "state_revenue_low": "at its low end",
    "state_revenue_high": "at its high end",
}
MEASURES = {
    "exported": "Exported",
    "displaced": "Lost by routes",
    "rerouted": "Gained by routes",
    "stranded": "Stranded",
    "delayed": "Delayed",
    "lost_at_field": "Lost at the fields",
    "shortfall": "Short of minimum",
    "transport_cost": "Cost of carriage",
    "transport_cost_per_t": "Carriage per tonne",
    "export_value": "Value of exports",
    "netback": "Mean netback",
    "route_concentration": "Concentration",
    "missed": "Exports missed",
    "recovery": "Time to recover",
}
# Columns that say nothing where they are zero throughout.
SILENT_AT_ZERO = ("rent_usd_million", "tariff_revenue_usd_million")
UNITS = {"kt": "kt", "usd_million": "US$ m", "usd_per_t": "US$/t", "percent": "%", "days": "days", "index": "HHI"}
CASE_TABLES = {
    "trade": "Trade between regions",
    "production": "Production",
    "inputs": "Inputs of industries",
    "sectors": "Trade elasticities",
    "tariffs": "Tariffs",
    "nodes": "Places of the network",
    "links": "Links of the network",
    "routes": "Routes",
    "link_figures": "Capacities and tariffs of links",
    "node_figures": "Output, prices and tanks",
    "link_units": "Moorings",
    "commodities": "Grades of oil",
    "market_regions": "Where landed oil goes",
    "crude": "Crude in the economy's trade",
    "events": "Events",
    "hazards": "Threats",
    "founding": "Facts beside the network",
    "wedges": "Trade cost of barriers",
    "memberships": "Memberships",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in the frame, its heading, its unit and what kind of figure it holds.

    ``text_key`` names a column of the frame that holds the text to show, where a row decides its digits itself.
    """

    key: str
    label: str
    kind: Kind
    unit: str = ""
    text_key: str = ""

    @property
    def is_figure(self) -> bool:
        """Whether it is set flush right."""
        return self.kind not in ("text", "mark", "date", "sources", "link")


@dataclass(frozen=True)
class Sheet:
    """A table ready to be shown.

    Attributes
    ----------
    name : key, unique in a report. caption : what it says, in words.
    columns : what is shown. frame : the rows.
    units_by_row : the frame has a column ``unit`` that decides each row's kind.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame = field(repr=False)
    units_by_row: bool = False

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows as plain mappings."""
        return [{str(k): v for k, v in row.items()} for row in self.frame.to_dict("records")]

    def text(self, row: Mapping[str, Any], column: Column) -> str:
        """Return what stands in a cell."""
        return str(row[column.text_key]) if column.text_key else shown(self.kind_in(row, column), row[column.key])

    def kind_in(self, row: Mapping[str, Any], column: Column) -> Kind:
        """Return the kind of a cell, which a row's unit may decide."""
        if not self.units_by_row or not column.is_figure:
            return column.kind
        return _kind_of(str(row["unit_key"]), column.kind.endswith("_change"))


def _kind_of(unit: str, change: bool) -> Kind:
    match unit:
        case "kt":
            return "kt_change" if change else "kt"
        case "usd_million":
            return "usd_million_change" if change else "usd_million"
        case "usd_per_t":
            return "usd_per_t_change" if change else "usd_per_t"
        case "index":
            return "factor"
    return "number"


def _sheet(name: str, caption: str, columns: Sequence[Column], frame: pd.DataFrame, by_row: bool = False) -> Sheet:
    """A sheet of those columns that the frame has and that say something."""
    there = tuple(
        c for c in columns
        if c.key in frame.columns and not frame[c.key].isna().all()
        and not (c.key in SILENT_AT_ZERO and not frame[c.key].abs().max() > 0)
    )  # fmt: skip
    return Sheet(name, caption, there, frame.reset_index(drop=True), by_row)


def routes_sheet(test: StressTest) -> Sheet:
    """Return tonnes by route, before and after."""
    columns = (
        Column("name", "Route", "text"), Column("confidence", "Known", "mark"),
        Column("before_kt", "Before", "kt", "kt"), Column("after_kt", "After", "kt", "kt"),
        Column("change_kt", "Change", "kt_change", "kt"),
    )  # fmt: skip
    return _sheet("routes", "Tonnes by route over the horizon", columns, test.routes)


def corridor_sheet(test: StressTest) -> Sheet:
    """Return the corridor in a few figures."""
    frame = test.corridor_summary
    if len(frame):
        still = (frame["measure"] == "shortfall") & (frame["before"].abs() < 0.05) & (frame["after"].abs() < 0.05)
        frame = frame[~still]
        frame = frame.assign(
            label=[MEASURES.get(m, str(m).replace("_", " ").capitalize()) for m in frame["measure"]],
            unit_key=frame["unit"],
            unit=[UNITS.get(u, str(u)) for u in frame["unit"]],
        )
    columns = (
        Column("label", "Measure", "text"), Column("unit", "Unit", "text"), Column("before", "Before", "number"),
        Column("after", "After", "number"), Column("change", "Change", "kt_change"),
    )  # fmt: skip
    return _sheet("corridor", "The corridor in figures, over the horizon", columns, frame, by_row=True)


def transit_sheet(test: StressTest) -> Sheet:
    """Return the share of exports that enters each foreign country."""
    frame = test.transit
    if len(frame):
        names = country_names()
        frame = frame.assign(name=[names.get(c, n) if n == c else n
                                   for c, n in zip(frame["country"], frame["name"], strict=True)])  # fmt: skip
    columns = (
        Column("name", "Country", "text"), Column("before_share", "Before", "share"),
        Column("after_share", "After", "share"),
    )  # fmt: skip
    return _sheet("transit", "Share of exports that enters", columns, frame)


def fees_sheet(test: StressTest) -> Sheet:
    """Return what foreign states earn by carrying the oil."""
    columns = (
        Column("name", "Country", "text"), Column("confidence", "Known", "mark"),
        Column("before_usd_million", "Before", "usd_million", "US$ m"),
        Column("after_usd_million", "After", "usd_million", "US$ m"),
        Column("change_usd_million", "Change", "usd_million_change", "US$ m"),
    )  # fmt: skip
    return _sheet("fees", "Fees for carrying the oil, over the horizon", columns, test.transit_fees)


def budget_sheet(test: StressTest) -> Sheet:
    """Return the exporter's revenue of oil, and what of it is the state's."""
    frame = test.budget
    if len(frame):
        frame = frame.assign(label=[BUDGET.get(m, str(m)) for m in frame["measure"]])
    columns = (
        Column("label", "Revenue", "text"), Column("confidence", "Known", "mark"),
        Column("before", "Before", "usd_million", "US$ m"), Column("after", "After", "usd_million", "US$ m"),
        Column("change", "Change", "usd_million_change", "US$ m"),
    )  # fmt: skip
    return _sheet("budget", "What the oil earns its exporter and the state, over the horizon", columns, frame)


def income_sheet(test: StressTest) -> Sheet:
    """Return real income, trade and revenue by region."""
    columns = (
        Column("name", "Region", "text"),
        Column("real_income_percent", "Real income", "percent_change", "%"),
        Column("real_income_low_percent", "Low", "percent_change", "%", "low_text"),
        Column("real_income_high_percent", "High", "percent_change", "%", "high_text"),
        Column("real_income_usd_million", "Real income", "usd_million_change", "US$ m"),
        Column("real_wage_percent", "Real factor income", "percent_change", "%"),
        Column("exports_percent", "Exports", "percent_change", "%"),
        Column("imports_percent", "Imports", "percent_change", "%"),
        Column("tariff_revenue_usd_million", "Tariff revenue", "usd_million_change", "US$ m"),
        Column("rent_usd_million", "Scarcity rent", "usd_million_change", "US$ m"),
        Column("assumed_share", "Base on assumed figures", "share"),
    )
    frame = test.welfare
    if {"real_income_low_percent", "real_income_high_percent"} <= set(frame.columns):
        bounds = zip(frame["real_income_low_percent"], frame["real_income_high_percent"], strict=True)
        ends = [apart(float(low), float(high)) for low, high in bounds]
        frame = frame.assign(low_text=[low for low, _ in ends], high_text=[high for _, high in ends])
    return _sheet("income", "Real income, trade and revenue by region", columns, frame)


def trade_sheet(test: StressTest, rows: int = 40) -> Sheet:
    """Return the flows that change most, with the regions' names."""
    names = dict(zip(test.welfare["region"], test.welfare["name"], strict=True))
    trade = test.trade.assign(change_usd_million=test.trade["new_usd_million"] - test.trade["base_usd_million"])
    size = trade["change_usd_million"].abs()
    trade = trade.loc[size[size > 0].sort_values(ascending=False, kind="stable").index[:rows]]
    trade = trade.assign(
        exporter_name=[names.get(c, c) for c in trade["exporter"]],
        importer_name=[names.get(c, c) for c in trade["importer"]],
    )
    columns = (
        Column("exporter_name", "From", "text"), Column("importer_name", "To", "text"),
        Column("sector_name", "Sector", "text"), Column("confidence", "Known", "mark"),
        Column("base_usd_million", f"Base {test.base_year or ''}".strip(), "usd_million", "US$ m"),
        Column("new_usd_million", "New", "usd_million", "US$ m"),
        Column("change_usd_million", "Change", "usd_million_change", "US$ m"),
        Column("change_percent", "Change", "percent_change", "%"),
    )  # fmt: skip
    return _sheet("trade", f"The {len(trade)} trade flows that change most, by value", columns, trade)


def crude_sheet(test: StressTest) -> Sheet:
    """Return what the corridor told the economy, and what came back."""
    names = dict(zip(test.welfare["region"], test.welfare["name"], strict=True))
    frame = test.crude_link
    if len(frame):
        frame = frame.assign(name=[names.get(r, r) for r in frame["region"]])
    columns = (
        Column("name", "Region", "text"), Column("confidence", "Known", "mark"),
        Column("crude_share", "Crude in the sector's trade", "share"),
        Column("kt_before", "Oil before", "kt", "kt"), Column("kt_after", "Oil after", "kt", "kt"),
        Column("quantity_factor", "Quantity bound", "factor"),
        Column("cost_change_usd_per_t", "Carriage, change", "usd_per_t_change", "US$/t"),
        Column("iceberg_factor", "Trade cost", "factor"), Column("price_factor", "Price returned", "factor"),
    )  # fmt: skip
    return _sheet("crude", "What the corridor told the economy, and the price that came back", columns, frame)


def founding_sheet(test: StressTest) -> Sheet:
    """Return the facts of the founding report beside what the network could carry."""
    columns = (
        Column("fact", "Fact", "text"), Column("confidence", "Known", "mark"), Column("value", "Value", "number"),
        Column("unit", "Unit", "text"), Column("could_carry_kt", "Could carry", "kt", "kt"),
        Column("modelled_kt", "Modelled", "kt", "kt"), Column("start", "From", "date"), Column("end", "To", "date"),
        Column("source", "Sources", "sources"),
    )  # fmt: skip
    return _sheet("founding", "Reported facts beside what the network could carry in the same time",
                  columns, test.founding)  # fmt: skip


def events_sheet(test: StressTest) -> Sheet:
    """Return what happened to the network, and when."""
    events = test.events
    if len(events) and test.routing is not None:
        known = pd.concat([test.routing.network.nodes["name"], test.routing.network.links["name"]])
        events = events.assign(where=[known.get(t, t) for t in events["target"]])
        if told := [c for c in ("cause", "effect", "note") if c in events.columns]:
            events = events.assign(what=[_told(row) for row in events[told].to_dict("records")])
    columns = (
        Column("name", "Event", "text"), Column("what", "What happened", "text"),
        Column("confidence", "Known", "mark"), Column("units_lost", "Units lost", "count"),
        Column("share_lost", "Capacity lost", "share"), Column("where", "Where", "text"),
        Column("start", "First day lost", "date"), Column("end", "First day back", "date"),
        Column("announced_days", "Days announced", "count"), Column("source", "Sources", "sources"),
    )  # fmt: skip
    return _sheet("events", "What happens to the corridor", columns, events)


def _told(row: Mapping[Any, Any]) -> str:
    """Cause, effect and note of an event in one line."""
    parts = [str(part) for part in row.values() if pd.notna(part) and str(part)]
    return "; ".join(parts) or "stated by the scenario"


def link_sheet(links: pd.DataFrame) -> Sheet:
    """Return tonnes and tariff of every link that carries oil, with its sources; takes `flows.link_flows`."""
    columns = (
        Column("name", "Link", "text"), Column("mode", "Mode", "text"), Column("confidence", "Known", "mark"),
        Column("before_kt", "Before", "kt", "kt"), Column("after_kt", "After", "kt", "kt"),
        Column("change_kt", "Change", "kt_change", "kt"),
        Column("tariff_usd_per_t", "Tariff", "usd_per_t", "US$/t"),
        Column("worth_usd_per_t", "Worth of a tonne more", "usd_per_t", "US$/t"),
        Column("weakest_figure", "Least known", "text"),
        Column("source", "Sources", "sources"),
    )  # fmt: skip
    return _sheet("links", "Every link that carries oil, before or after", columns, links)


def held_back_sheet(test: StressTest, links: pd.DataFrame) -> Sheet:
    """Return the links that limited rerouting; takes `flows.held_back`."""
    corridor = test.scenario.corridor
    step = corridor.horizon.step if corridor is not None else "period"
    periods = f"{step.capitalize()}s" if isinstance(step, str) else "Periods"
    columns = (
        Column("name", "Link", "text"),
        Column("worth_usd_per_t", "A tonne more was worth at most", "usd_per_t", "US$/t"),
        Column("undisturbed_usd_per_t", "Undisturbed", "usd_per_t", "US$/t"),
        Column("full_periods", f"{periods} full", "count"),
        Column("dearer_periods", f"{periods} dearer than undisturbed", "count"),
    )
    return _sheet("held_back", "What held it back", columns, links)


def knowledge_sheet(test: StressTest) -> Sheet:
    """Return by table how many figures are reported, derived and assumed."""
    frame = test.sources.assign(title=[CASE_TABLES.get(t, t) for t in test.sources["table"]])
    columns = (
        Column("title", "Table", "text"), Column("figures", "Figures", "count"),
        Column("reported", "● reported", "count"), Column("derived", "◐ derived", "count"),
        Column("assumed", "○ assumed", "count"),
    )  # fmt: skip
    return _sheet("knowledge", "How well the figures are known that this test rests on", columns, frame)


def certificate_sheet(test: StressTest) -> Sheet:
    """Return every residual that certifies the result."""
    columns = (
        Column("part", "Part", "text"), Column("measure", "Condition", "text"),
        Column("value", "Residual", "residual"), Column("tolerance", "Allowed", "residual"),
    )  # fmt: skip
    frame = test.certificate.to_frame()
    frame = frame.assign(tolerance=pd.to_numeric(frame["tolerance"]))
    return _sheet("certificate", "Residual of every condition, recomputed from the result", columns, frame)
