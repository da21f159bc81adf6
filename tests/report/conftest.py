"""A small, honest stress test: a made-up network routed by the real engine, and made-up figures of income."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from zollverein.corridor import (
    Horizon,
    Network,
    Outage,
    Routing,
    export_tonnes,
    export_value_usd_million,
    mean_netback_usd_per_t,
    route_tonnes,
    stranded_kt,
    transit_shares,
    transport_cost,
)
from zollverein.report import compare_html, html

EXPORTER = "KAZ"
HORIZON = Horizon(date(2022, 1, 1), date(2022, 6, 30), "week")
HALT = Outage("halt of the terminal", "cpc", date(2022, 3, 1), date(2022, 5, 30), share_lost=1.0)

NODES = """node|name|kind|country|latitude_deg|longitude_deg
tengiz|Tengiz|field|KAZ|46.2|53.4
mangystau|Mangystau|field|KAZ|43.5|52.8
novorossiysk|Novorossiysk|port|RUS|44.7|37.8
samara|Samara|junction|RUS|53.0|50.5
ust-luga|Ust-Luga|port|RUS|59.7|28.4
aktau|Aktau|port|KAZ|43.6|51.2
baku|Baku|port|AZE|40.3|49.7
ceyhan|Ceyhan|port|TUR|36.9|35.9
alashankou|Alashankou|border|CHN|45.2|82.5
mediterranean|Mediterranean|market|ITA|45.6|13.8
europe|North-West Europe|market|NLD|51.9|4.5
china|China, Xinjiang|market|CHN|44.4|84.9
"""
LINKS = """link|name|from_node|to_node|mode|countries|route|kt|tariff
cpc|Tengiz–Novorossiysk|tengiz|novorossiysk|pipeline|KAZ;RUS|cpc|54000|38
sea-black|Black Sea tankers|novorossiysk|mediterranean|tanker|RUS;ITA||90000|9
samara-line|Atyrau–Samara|tengiz|samara|pipeline|KAZ;RUS|atyrau-samara|11000|21
north|Samara–Ust-Luga|samara|ust-luga|pipeline|RUS||20000|24
baltic|Baltic tankers|ust-luga|europe|tanker|RUS;NLD||20000|8
field-aktau|Mangystau–Aktau|mangystau|aktau|pipeline|KAZ||9000|9
caspian|Aktau–Baku|aktau|baku|tanker|KAZ;AZE|aktau-baku|1200|14
btc|Baku–Ceyhan|baku|ceyhan|pipeline|AZE;GEO;TUR||30000|24
sea-med|Ceyhan tankers|ceyhan|mediterranean|tanker|TUR;ITA||30000|6
feeder|Tengiz–Aktau by rail|tengiz|aktau|rail|KAZ||900|31
east|Atasu–Alashankou|tengiz|alashankou|pipeline|KAZ;CHN|china|2600|34
xinjiang|Alashankou–Dushanzi|alashankou|china|pipeline|CHN||10000|5
"""
PRODUCTION = {"tengiz": 56000.0, "mangystau": 700.0}
PRICES = {"mediterranean": 720.0, "europe": 700.0, "china": 705.0}


def table(text: str) -> pd.DataFrame:
    """Rows of ``|``-parted text, numbers as numbers."""
    head, *rows = [line.split("|") for line in text.strip().splitlines()]
    frame = pd.DataFrame(rows, columns=head)
    for column in ("latitude_deg", "longitude_deg", "kt", "tariff"):
        if column in frame:
            frame[column] = frame[column].astype(float)
    return frame


def network() -> Network:
    """The made-up network, with sources and confidence as a case has them."""
    known = {"source": "atlas", "confidence": "reported", "method": ""}
    links = table(LINKS)
    figures = [
        {"link": row.link, "figure": figure, "value": value, "valid_from": None, "valid_to": None}
        | {"source": "tariffs;atlas", "confidence": confidence, "method": ""}
        for row in links.itertuples()
        for figure, value, confidence in (
            ("usable_kt_per_year", row.kt, "derived"), ("tariff_usd_per_t", row.tariff, "assumed"),
        )
    ]  # fmt: skip
    at_nodes = [(n, "crude", "production_kt_per_year", v) for n, v in PRODUCTION.items()]
    at_nodes += [(n, "crude", "price_usd_per_t", v) for n, v in PRICES.items()]
    at_nodes += [
        ("novorossiysk", "", "storage_kt", 800.0),
        ("tengiz", "", "storage_kt", 300.0),
        ("tengiz", "", "storage_usd_per_t_month", 1.0),
        ("novorossiysk", "", "storage_usd_per_t_month", 0.5),
    ]
    node_figures = pd.DataFrame(at_nodes, columns=["node", "commodity", "figure", "value"])
    return Network.from_tables(
        nodes=table(NODES).assign(**known),
        links=links.drop(columns=["kt", "tariff"]).assign(**known),
        link_figures=pd.DataFrame(figures),
        node_figures=node_figures.assign(valid_from=None, valid_to=None, **known),
        commodities=pd.DataFrame([{"commodity": "crude", "exporter": EXPORTER, "name": "Crude oil"}]),
    )


@dataclass(frozen=True)
class MadeUpCertificate:
    """Residuals as the stress room certifies them."""

    rows: tuple[tuple[str, str, float, str], ...]

    @property
    def max_residual(self) -> float:
        return max(value for _, _, value, _ in self.rows)

    def to_frame(self) -> pd.DataFrame:
        return pd.DataFrame(list(self.rows), columns=["part", "measure", "value", "tolerance"])


EMPTY = pd.DataFrame()


@dataclass(frozen=True)
class MadeUpTest:
    """The attributes of a `zollverein.stress.StressTest` that a report reads."""

    scenario: SimpleNamespace
    welfare: pd.DataFrame
    trade: pd.DataFrame
    certificate: MadeUpCertificate
    sources: pd.DataFrame
    source_list: pd.DataFrame
    case_name: str = "toy"
    case_title: str = "A made-up case"
    base_year: int | None = 2021
    baseline: Routing | None = None
    routing: Routing | None = None
    outcome: SimpleNamespace = field(default_factory=SimpleNamespace)
    corridor_summary: pd.DataFrame = field(default_factory=lambda: EMPTY)
    routes: pd.DataFrame = field(default_factory=lambda: EMPTY)
    transit: pd.DataFrame = field(default_factory=lambda: EMPTY)
    by_period: pd.DataFrame = field(default_factory=lambda: EMPTY)
    stocks: pd.DataFrame = field(default_factory=lambda: EMPTY)
    shortages: pd.DataFrame = field(default_factory=lambda: EMPTY)
    published: pd.DataFrame = field(default_factory=lambda: EMPTY)
    crude_link: pd.DataFrame = field(default_factory=lambda: EMPTY)
    founding: pd.DataFrame = field(default_factory=lambda: EMPTY)
    events: pd.DataFrame = field(default_factory=lambda: EMPTY)
    oil_to_income: pd.DataFrame = field(default_factory=lambda: EMPTY)
    transit_fees: pd.DataFrame = field(default_factory=lambda: EMPTY)
    budget: pd.DataFrame = field(default_factory=lambda: EMPTY)
    delivered: pd.DataFrame = field(default_factory=lambda: EMPTY)
    intervals: pd.DataFrame = field(default_factory=lambda: EMPTY)

    @property
    def name(self) -> str:
        return str(self.scenario.name)

    @property
    def assumed_share(self) -> float:
        return float(self.sources["assumed"].sum() / self.sources["figures"].sum())

    def frames(self) -> dict[str, pd.DataFrame]:
        names = ("welfare", "trade", "corridor_summary", "routes", "transit", "by_period", "stocks", "crude_link",
                 "oil_to_income", "transit_fees", "budget", "founding", "events", "sources", "source_list")  # fmt: skip
        frames = {name: getattr(self, name) for name in names} | {"certificate": self.certificate.to_frame()}
        if self.routing is not None:
            frames["flows"] = self.routing.flows
        return {name: frame for name, frame in frames.items() if len(frame)}


REGIONS = [
    ("KAZ", "Kazakhstan", -3.12, -3.5, -2.8), ("RUS", "Russia", 0.04, 0.03, 0.05),
    ("KGZ", "Kyrgyzstan", -0.09, -0.12, -0.05), ("BLR", "Belarus", 0.01, 0.0, 0.02),
    ("ARM", "Armenia", 0.002, 0.001, 0.004), ("E27", "European Union (27)", -0.02, -0.03, -0.01),
    ("CHN", "China", 0.003, 0.002, 0.004), ("TUR", "Türkiye", -0.011, -0.02, -0.01),
    ("AZE", "Azerbaijan", 0.031, 0.02, 0.05), ("ROW", "Rest of the world", 0.001, 0.0, 0.001),
]  # fmt: skip


def made_up_welfare(scale: float = 1.0) -> pd.DataFrame:
    rows = [
        {
            "region": code, "name": name, "real_income_percent": scale * value,
            "real_income_low_percent": min(scale * low, scale * high),
            "real_income_high_percent": max(scale * low, scale * high),
            "real_income_usd_million": scale * value * 1900.0, "real_wage_percent": scale * value * 0.9,
            "exports_percent": scale * value * 2.1, "imports_percent": scale * value * 1.7,
            "tariff_revenue_usd_million": scale * value * 11.0, "rent_usd_million": 0.0,
            "assumed_share": 0.31, "assumed_trade_share": 0.12,
        }
        for code, name, value, low, high in REGIONS
    ]  # fmt: skip
    return pd.DataFrame(rows)


def made_up_trade(scale: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    codes = [r[0] for r in REGIONS]
    rows = []
    for exporter in codes[:5]:
        for importer in codes:
            if exporter != importer:
                base, change = float(rng.uniform(10, 9000)), scale * float(rng.uniform(-30, 12))
                new = base * (1 + change / 100)
                sector = ("ENX", "Energy extraction: crude oil, natural gas, coal")
                rows.append((exporter, importer, *sector, base, new, change, "derived"))
    columns = [
        "exporter",
        "importer",
        "sector",
        "sector_name",
        "base_usd_million",
        "new_usd_million",
        "change_percent",
        "confidence",
    ]
    return pd.DataFrame(rows, columns=columns)


def made_up_sources() -> tuple[pd.DataFrame, pd.DataFrame]:
    counts = pd.DataFrame(
        [("trade", 240, 120, 60, 60), ("link_figures", 24, 10, 8, 6), ("links", 12, 12, 0, 0)],
        columns=["table", "figures", "reported", "derived", "assumed"],
    )
    listed = pd.DataFrame(
        [
            ("atlas", "Example Institute", "Atlas of pipes", "https://example.org/atlas", "2021-05-01", "2024-01-02",
             "CC BY 4.0", "links, nodes"),
            ("tariffs", "Example Agency", "Tariffs & fees", "https://example.org/t?a=1&b=2", "2022-02-01",
             "2024-01-02", "public", "link_figures"),
            ("general", "general knowledge", "what every reader knows", "", "", "", "", "trade"),
        ],
        columns=["key", "publisher", "title", "url", "date", "retrieved", "licence", "cited_in"],
    )  # fmt: skip
    return counts, listed


def economy_only(scale: float = 1.0, name: str = "no-walls", **changed: Any) -> MadeUpTest:
    """A test without a corridor."""
    counts, listed = made_up_sources()
    rows = (("economy", "goods market", 3e-11, "1e-08"), ("economy", "Walras' law", 1e-15, "1e-08"))
    scenario = SimpleNamespace(
        name=name, title="A union without walls", question="What would a union without walls be worth, and to whom?",
        case="toy", corridor=None, labour="mobile", economy=SimpleNamespace(deficits="fixed", barriers=(), tariffs=()),
        to_mapping=lambda: {"name": name, "title": "A union without walls"},
    )  # fmt: skip
    made = MadeUpTest(
        scenario=scenario, welfare=made_up_welfare(scale), trade=made_up_trade(scale),
        certificate=MadeUpCertificate(rows), sources=counts, source_list=listed,
    )  # fmt: skip
    return replace(made, **changed)


def halted(outages: tuple[Outage, ...] = (HALT,), name: str = "terminal-90-days") -> MadeUpTest:
    """A test with a corridor whose terminal stands still."""
    net = network()
    before = net.route(HORIZON)
    after = net.route(HORIZON, outages=outages)
    base = economy_only(scale=1.0 if outages else 0.0, name=name)
    scenario = SimpleNamespace(**vars(base.scenario) | {
        "title": "The terminal stands still for ninety days",
        "question": "A neighbour halts the terminal through which four fifths of our oil leaves. What is stranded, "
        "what finds another way, and what does it cost whom?",
        "corridor": SimpleNamespace(exporter=EXPORTER, foresight="rolling", mode="least_cost", events=(),
                                    outages=outages, revisions=(),
                                    horizon=SimpleNamespace(start=HORIZON.start, end=HORIZON.end, step="week",
                                                            periods="week")),
        "labour": "specific",
    })  # fmt: skip
    return replace(
        base, scenario=scenario, baseline=before, routing=after,
        corridor_summary=summary(before, after), routes=routes(before, after), transit=transit(before, after),
        by_period=by_period(before, after), stocks=stocks(before, after), crude_link=crude_link(),
        transit_fees=transit_fees(), budget=budget(),
        oil_to_income=oil_to_income(1.0 if outages else 0.0), founding=founding(), events=pd.DataFrame(
            [(o.name, o.target, o.start, o.end, o.share_lost, o.units_lost, o.announced_days) for o in outages],
            columns=["name", "target", "start", "end", "share_lost", "units_lost", "announced_days"]),
        certificate=MadeUpCertificate((*base.certificate.rows,
                                       ("corridor", "mass balance, kt", after.certificate.mass_balance_kt, "1e-06"),
                                       ("coupling", "market price factor", 4e-8, "1e-06"))),
    )  # fmt: skip


def summary(before: Routing, after: Routing) -> pd.DataFrame:
    moved = route_tonnes(after, EXPORTER).subtract(route_tonnes(before, EXPORTER), fill_value=0.0)

    def both(measure: Callable[[Routing, str], float]) -> tuple[float, float]:
        return measure(before, EXPORTER), measure(after, EXPORTER)

    rows = [
        ("exported", "kt", *both(export_tonnes)), ("displaced", "kt", 0.0, float(-moved.clip(upper=0).sum())),
        ("rerouted", "kt", 0.0, float(moved.clip(lower=0).sum())), ("stranded", "kt", *both(stranded_kt)),
        ("lost_at_field", "kt", 0.0, 0.0), ("shortfall", "kt", 0.0, 0.0),
        ("transport_cost", "usd_million", *both(transport_cost)),
        ("export_value", "usd_million", *both(export_value_usd_million)),
        ("netback", "usd_per_t", *both(mean_netback_usd_per_t)),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["measure", "unit", "before", "after"])
    return frame.assign(change=frame["after"] - frame["before"])


ROUTE_NAMES = {"cpc": "CPC to Novorossiysk", "atyrau-samara": "Atyrau–Samara", "aktau-baku": "Aktau–Baku",
               "china": "To China"}  # fmt: skip


def routes(before: Routing, after: Routing) -> pd.DataFrame:
    was, now = route_tonnes(before, EXPORTER), route_tonnes(after, EXPORTER)
    rows = [
        (r, ROUTE_NAMES[r], float(was[r]), float(now[r]), "derived", "usable capacity of a line") for r in was.index
    ]
    frame = pd.DataFrame(rows, columns=["route", "name", "before_kt", "after_kt", "confidence", "weakest_figure"])
    frame.insert(4, "change_kt", frame["after_kt"] - frame["before_kt"])
    return frame.sort_values("before_kt", ascending=False, ignore_index=True)


def transit(before: Routing, after: Routing) -> pd.DataFrame:
    was, now = transit_shares(before, EXPORTER), transit_shares(after, EXPORTER)
    both = pd.concat([was.rename("before_share"), now.rename("after_share")], axis=1).fillna(0.0)
    names = {"RUS": "Russia", "AZE": "Azerbaijan", "CHN": "China"}
    both = both.reset_index().assign(name=lambda f: [names.get(c, c) for c in f["country"]])
    return both[["country", "name", "before_share", "after_share"]].sort_values("before_share", ascending=False)


def by_period(before: Routing, after: Routing) -> pd.DataFrame:
    def one(routing: Routing) -> pd.Series[float]:
        flows = routing.flows[routing.flows["route"] != ""]
        return flows.groupby(["start", "days", "route"])["flow_kt"].sum()

    return pd.concat([one(before).rename("before_kt"), one(after).rename("after_kt")], axis=1).reset_index()


def stocks(before: Routing, after: Routing) -> pd.DataFrame:
    key = ["start", "node"]
    was = before.stocks.groupby(key)["stock_kt"].sum().rename("before_kt")
    now = after.stocks.groupby(key).agg(after_kt=("stock_kt", "sum"), capacity_kt=("capacity_kt", "max"))
    return pd.concat([was, now], axis=1).reset_index()


def crude_link() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "region": ["E27", "CHN"], "crude_share": [0.82, 0.11], "kt_before": [30000.0, 1300.0],
            "kt_after": [19500.0, 1290.0], "quantity_factor": [0.71, 0.999], "cost_before_usd_per_t": [47.0, 39.0],
            "cost_after_usd_per_t": [49.0, 39.0], "cost_change_usd_per_t": [2.0, 0.0],
            "iceberg_factor": [1.002, 1.0], "price_factor": [1.04, 1.001], "confidence": ["derived", "assumed"],
        }
    )  # fmt: skip


def transit_fees() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "country": ["RUS", "AZE"], "name": ["Russia", "Azerbaijan"], "before_usd_million": [1735.6, 3.8],
            "after_usd_million": [1428.7, 16.8], "change_usd_million": [-306.9, 13.0],
            "transfer_usd_million": [-195.2, 8.3], "confidence": ["assumed", "derived"],
        }
    )  # fmt: skip


def budget() -> pd.DataFrame:
    rows = [("oil_export_revenue", 48000.0, 41000.0), ("state_revenue", 19200.0, 16400.0)]
    frame = pd.DataFrame(rows, columns=["measure", "before", "after"])
    frame = frame.assign(country=EXPORTER, unit="usd_million", change=frame["after"] - frame["before"])
    return frame.assign(confidence="assumed")


def oil_to_income(scale: float) -> pd.DataFrame:
    rows = [
        ("not_produced", "kt", -10012.0, "corridor"), ("export_value", "usd_million", -7263.0, "corridor"),
        ("carriage", "usd_million", -350.0, "corridor"), ("corridor_price", "usd_per_t", 719.0, "corridor"),
        ("base_price", "usd_per_t", 473.0, "economy"), ("supply_lost", "usd_million", -4736.0, "economy"),
        ("rent", "usd_million", 950.0, "economy"), ("sector_exports", "usd_million", -4100.0, "economy"),
        ("exports", "usd_million", -2900.0, "economy"), ("income", "usd_million", -7100.0, "economy"),
        ("real_income", "usd_million", -5928.0, "economy"),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["step", "unit", "value", "counted_in"])
    frame.insert(1, "region", EXPORTER)
    prices = frame["step"].isin(["corridor_price", "base_price"])
    return frame.assign(value=frame["value"].where(prices, scale * frame["value"]))


def founding() -> pd.DataFrame:
    rows = [
        ("Oil shipped over the second port", 163.4, "kt", date(2023, 1, 1), date(2023, 3, 31), "atlas", "reported",
         295.9, np.nan),
        ("Growth over the year before", 6.0, "times", None, None, "tariffs;atlas", "reported", np.nan, np.nan),
    ]  # fmt: skip
    columns = ["fact", "value", "unit", "start", "end", "source", "confidence", "could_carry_kt", "modelled_kt"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="session")
def halt() -> MadeUpTest:
    return halted()


@pytest.fixture(scope="session")
def quiet() -> MadeUpTest:
    """Nothing happens."""
    return halted((), "nothing-happens")


@pytest.fixture(scope="session")
def walls() -> MadeUpTest:
    return economy_only(scale=-0.7)


@pytest.fixture(scope="session")
def several(halt: MadeUpTest, quiet: MadeUpTest, walls: MadeUpTest) -> SimpleNamespace:
    """A comparison of three, one of them without a corridor."""
    return comparison(halt, quiet, walls)


def comparison(*tests: MadeUpTest) -> SimpleNamespace:
    routed = [t for t in tests if len(t.corridor_summary)]
    corridor = by_route = EMPTY
    if routed:
        key = ["measure", "unit"]
        corridor = pd.concat(
            [routed[0].corridor_summary.set_index(key)["before"].rename("undisturbed")]
            + [t.corridor_summary.set_index(key)["after"].rename(t.name) for t in routed],
            axis=1,
        ).reset_index()
        key = ["route", "name"]
        by_route = pd.concat(
            [routed[0].routes.set_index(key)["before_kt"].rename("undisturbed")]
            + [t.routes.set_index(key)["after_kt"].rename(t.name) for t in routed],
            axis=1,
        ).reset_index()
    income = pd.concat([t.welfare.set_index(["region", "name"])["real_income_percent"].rename(t.name) for t in tests],
                       axis=1).reset_index()  # fmt: skip
    return SimpleNamespace(tests=tests, corridor=corridor, routes=by_route, real_income=income)


HOSTILE = "</script><img src=x onerror=alert(1)>&\"'"


@pytest.fixture(scope="session")
def hostile(halt: MadeUpTest) -> MadeUpTest:
    """Every name that a report shows tries to break out of it."""
    scenario = SimpleNamespace(**vars(halt.scenario) | {"title": HOSTILE, "question": HOSTILE + " ?"})
    listed = halt.source_list.assign(
        key=lambda f: [f"{k}{HOSTILE}" for k in f["key"]], title=HOSTILE, publisher=HOSTILE, licence=HOSTILE,
        url="javascript:alert(1)",
    )  # fmt: skip
    return replace(
        halt, scenario=scenario, case_title=HOSTILE, case_name=HOSTILE, source_list=listed,
        welfare=halt.welfare.assign(name=HOSTILE), routes=halt.routes.assign(name=HOSTILE),
        transit=halt.transit.assign(name=HOSTILE), trade=halt.trade.assign(sector_name=HOSTILE, confidence=HOSTILE),
        events=halt.events.assign(name=HOSTILE), founding=halt.founding.assign(fact=HOSTILE, source=HOSTILE),
        baseline=_renamed(halt.baseline), routing=_renamed(halt.routing),
    )  # fmt: skip


@pytest.fixture(scope="session")
def pages(halt: Any, quiet: Any, walls: Any, hostile: Any, several: Any) -> dict[str, str]:
    """The page of each, drawn once for all that read it."""
    return {
        "halt": html(halt), "quiet": html(quiet), "walls": html(walls), "hostile": html(hostile),
        "compared": compare_html(several),
    }  # fmt: skip


def _renamed(routing: Routing | None) -> Routing:
    assert routing is not None
    net = routing.network
    nodes, links = net.nodes.assign(name=HOSTILE), net.links.assign(name=HOSTILE, source=HOSTILE)
    return replace(routing, network=replace(net, nodes=nodes, links=links))
