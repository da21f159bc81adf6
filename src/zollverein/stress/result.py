"""The answer to a scenario: labelled frames, both engines' results, and what certifies them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from zollverein.corridor import Routing, RoutingCertificate
from zollverein.economy import Outcome
from zollverein.economy.certificate import Certificate
from zollverein.errors import UnknownNameError
from zollverein.stress.coupling import CouplingCertificate
from zollverein.stress.scenario import Scenario

__all__ = ["Comparison", "StressCertificate", "StressTest"]


@dataclass(frozen=True, slots=True)
class StressCertificate:
    """What proves a stress test.

    Attributes
    ----------
    economy : residuals of the equilibrium conditions, recomputed from the result.
    corridor : tonnes that balance and decisions that were optimal; None without a corridor.
    coupling : how well the two agree; None without a corridor.
    """

    economy: Certificate
    corridor: RoutingCertificate | None
    coupling: CouplingCertificate | None

    @property
    def max_residual(self) -> float:
        """The largest residual of all, each relative to its own scale."""
        parts = [self.economy.max_residual]
        if self.corridor is not None:
            parts.append(self.corridor.max_residual)
        if self.coupling is not None:
            parts.append(self.coupling.residual)
        return max(parts)

    def to_frame(self) -> pd.DataFrame:
        """Return part, measure, value, tolerance."""
        rows: list[tuple[str, str, float, str]] = [
            ("economy", str(name), float(value), "1e-08")
            for name, value in self.economy.to_frame().itertuples(index=False, name=None)
        ]
        if self.corridor is not None:
            rows += [
                ("corridor", "mass balance, kt", self.corridor.mass_balance_kt, "1e-06"),
                ("corridor", "primal violation", self.corridor.primal_violation, "1e-06"),
                ("corridor", "duality gap, relative", self.corridor.relative_gap, "1e-06"),
            ]
        if self.coupling is not None:
            rows += [
                ("coupling", "price factor of the oil", self.coupling.price, "1e-06"),
                ("coupling", "tonnes, routed again at that price", self.coupling.quantities, "1e-06"),
                ("coupling", "fees and rents passed on", self.coupling.transfers, "1e-06"),
            ]
        return pd.DataFrame(rows, columns=["part", "measure", "value", "tolerance"])


@dataclass(frozen=True)
class StressTest:
    """A scenario answered. Every frame has named columns with their units.

    Attributes
    ----------
    scenario, case_name, case_title : what was asked of which case.
    base_year : the year of the economy's base, if the case states it.
    baseline, routing : the corridor undisturbed and disturbed; None where the scenario has no corridor.
    outcome : the economy's certified equilibrium.
    certificate : what proves both, and their agreement.
    welfare : by region; see `zollverein.stress.economy_tables.welfare_table`.
    trade : by exporter, importer and sector: sector_name, base_usd_million, new_usd_million, change_percent,
        confidence.
    corridor_summary : measure, unit, before, after, change.
    routes : route, name, before_kt, after_kt, change_kt, confidence, weakest_figure (what makes that mark).
    transit : country, name, before_share, after_share.
    by_period : start, days, route, before_kt, after_kt. stocks : start, node, before_kt, after_kt, capacity_kt.
    crude_link : by region, what the corridor told the economy and what came back.
    oil_to_income : the steps from lost oil to real income; see `zollverein.stress.oil_to_income.oil_to_income_table`.
    shortages : state (undisturbed or disturbed), then why markets miss their minimum: `zollverein.corridor.why_short`.
    transit_fees : foreign country: before_usd_million, after_usd_million, change_usd_million, transfer_usd_million,
        confidence; see `zollverein.stress.coupling_tables.transit_fees_table`.
    budget : country, measure, unit, before, after, change, confidence: the exporter's oil revenue and the state's.
    delivered : exporter, commodity, market, start, days, before_kt, after_kt, before_usd_per_t, after_usd_per_t,
        change_usd_per_t: what it cost to bring the oil there.
    founding : the facts of the founding report beside what the network could carry.
    events : what happened: name, target, start, end, share_lost, units_lost, announced_days; of events of the case's
        table also kind, cause, effect, note, source, confidence.
    sources : table, figures, reported, derived, assumed. source_list : the sources themselves.
    published : author, year, country, name, published, unit, here (percent of real income), of a table estimates that
        names this scenario.
    intervals : measure, unit, region, central, q05, median, q95, draws, failed: the answer under draws of what the
        scenario varies; empty where it varies nothing.
    nodes, links : the network drawn; empty without a corridor.
    """

    scenario: Scenario
    case_name: str
    case_title: str
    baseline: Routing | None = field(repr=False)
    routing: Routing | None = field(repr=False)
    outcome: Outcome = field(repr=False)
    certificate: StressCertificate
    welfare: pd.DataFrame = field(repr=False)
    trade: pd.DataFrame = field(repr=False)
    corridor_summary: pd.DataFrame = field(repr=False)
    routes: pd.DataFrame = field(repr=False)
    transit: pd.DataFrame = field(repr=False)
    by_period: pd.DataFrame = field(repr=False)
    stocks: pd.DataFrame = field(repr=False)
    crude_link: pd.DataFrame = field(repr=False)
    founding: pd.DataFrame = field(repr=False)
    events: pd.DataFrame = field(repr=False)
    sources: pd.DataFrame = field(repr=False)
    source_list: pd.DataFrame = field(repr=False)
    oil_to_income: pd.DataFrame = field(repr=False)
    base_year: int | None = None
    shortages: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    published: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    intervals: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    transit_fees: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    budget: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    delivered: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.scenario.name

    @property
    def assumed_share(self) -> float:
        """Share of the figures used that are assumed, by count."""
        return float(self.sources["assumed"].sum() / self.sources["figures"].sum())

    def measure(self, name: str) -> float:
        """Return the corridor's figure ``name`` after the shock, for example ``"stranded"``.

        Raises
        ------
        UnknownNameError : no such measure, with near matches.
        """
        if not len(self.corridor_summary):
            raise UnknownNameError("measure", name, (), f"test '{self.name}', which has no corridor")
        by_measure = self.corridor_summary.set_index("measure")["after"]
        if name not in by_measure.index:
            raise UnknownNameError("measure", name, by_measure.index, f"test '{self.name}'")
        return float(by_measure[name])

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return every table of the result by name, those that are empty left out; what a report stores as data."""
        names = (
            "welfare", "trade", "corridor_summary", "routes", "transit", "by_period", "stocks", "crude_link",
            "oil_to_income", "transit_fees", "budget", "delivered", "shortages", "published", "intervals",
            "founding", "events", "sources", "source_list",
        )  # fmt: skip
        frames = {name: getattr(self, name) for name in names}
        if self.routing is not None:
            frames |= {
                "flows": self.routing.flows,
                "deliveries": self.routing.deliveries,
                "supply": self.routing.supply,
            }
        frames["certificate"] = self.certificate.to_frame()
        return {name: frame for name, frame in frames.items() if len(frame)}

    def to_html(self, path: str | Path) -> Path:
        """Write one self-contained page.

        Raises
        ------
        OutputError : the place cannot be written to; nothing half-written is left.
        """
        from zollverein.report import write_html  # noqa: PLC0415 - a result knows its page only when asked for it

        return write_html(self, Path(path))

    def _repr_html_(self) -> str:
        from zollverein.report import notebook  # noqa: PLC0415

        return notebook(self)


@dataclass(frozen=True)
class Comparison:
    """Several scenarios side by side, each column one scenario in the order given.

    Attributes
    ----------
    tests : the stress tests.
    corridor : measure, unit, undisturbed, then a column per scenario. routes : route, name, then likewise (kt).
    real_income : region, name, then a column per scenario (percent).
    """

    tests: tuple[StressTest, ...]
    corridor: pd.DataFrame = field(repr=False)
    routes: pd.DataFrame = field(repr=False)
    real_income: pd.DataFrame = field(repr=False)

    def _repr_html_(self) -> str:
        from zollverein.report import notebook_comparison  # noqa: PLC0415

        return notebook_comparison(self)
