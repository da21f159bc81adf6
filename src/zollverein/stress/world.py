"""A scenario on a case, made ready to be disturbed by one draw after another; each answer is a row of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.corridor import Horizon, Network, Outage, Revision
from zollverein.corridor.carriage import Carried
from zollverein.corridor.rehearsal import Rehearsal
from zollverein.corridor.tally import Tallied
from zollverein.economy import Outcome
from zollverein.economy.adjoint import Cells
from zollverein.economy.response import NO_CELLS, Change
from zollverein.errors import InputError, NoAnswerError, ScenarioError
from zollverein.stress.barrier_threats import BarrierBasis, Raised, joined_policies
from zollverein.stress.coupling import agree
from zollverein.stress.drawing import Setting, Target, applied, ends_of, tables_of
from zollverein.stress.ground import Ground
from zollverein.stress.preparing import prepared
from zollverein.stress.scenario import CorridorPart, Scenario
from zollverein.stress.settling import NEXT_TO_NOTHING, bounds_of
from zollverein.stress.shocks import NOTHING, Policy, closure_of, policy_of, shock_of
from zollverein.stress.tie import CrudeLink, Tie, tied_to, told
from zollverein.stress.varying import Vary

__all__ = ["MEASURES", "Row", "World", "fails_at_ends", "world_with"]

Floats = npt.NDArray[np.float64]
Row = dict[str, float | str]
# What a corridor's row holds beside incomes; every loss is against the case's corridor, undisturbed and unchanged.
MEASURES = (
    "exported_kt", "lost_exports_kt", "stranded_kt", "lost_at_field_kt", "shortfall_kt", "export_value_usd_million",
    "lost_revenue_usd_million", "carriage_usd_million", "lost_netback_usd_million",
)  # fmt: skip


class World:
    """A scenario on a case. State is what it is for: engines and programmes laid out once.

    Parameters
    ----------
    scenario : its own outages, revisions and policy are part of every answer. ground : the case's engines.
    like : another world, whose programmes are taken over where nothing but what happens differs.

    Raises
    ------
    InputError, NoAnswerError : a name that does not fit; an undisturbed corridor without an answer.
    """

    horizon: Horizon
    outages: tuple[Outage, ...]
    revisions: list[Revision]
    link: CrudeLink
    tie: Tie
    _undisturbed: Rehearsal
    _changed: Rehearsal
    _basis: BarrierBasis | None = None
    _basis_cells: tuple[Cells, Cells]

    def __init__(self, scenario: Scenario, ground: Ground, like: World | None = None) -> None:
        self.scenario, self.ground = scenario, ground
        self.closure, self.policy = closure_of(scenario), policy_of(scenario, ground.case)
        self.regions = ground.economy.countries
        if scenario.corridor is not None:
            self._open(scenario.corridor, like)

    def _open(self, part: CorridorPart, like: World | None) -> None:
        if like is not None and like.ground is self.ground and like.corridor is not None and _same(part, like.corridor):
            # What is revised was made and checked for the other one: only what happens is new.
            happens = part.model_copy(update={"revisions": ()})
            _, self.horizon, self.outages, _ = prepared(happens, self.ground.case, self.ground.network)
            self.revisions, self.link, self.tie = like.revisions, like.link, like.tie
            self._undisturbed, self._changed = like._undisturbed, like._changed
            return
        network, self.horizon, self.outages, self.revisions = prepared(part, self.ground.case, self.ground.network)
        self.link = self.ground.link(part.exporter, self.horizon)
        self._undisturbed = self._rehearsal(part, network)
        self._changed = self._undisturbed
        if self.revisions:
            self._changed = self._rehearsal(part, network.revised(self.revisions))
        undisturbed = _summed(self._undisturbed.undisturbed.oil)
        self.tie = tied_to(self.link, self.ground.economy, network, undisturbed)

    def _rehearsal(self, part: CorridorPart, network: Network) -> Rehearsal:
        return Rehearsal(
            network, self.horizon, part.exporter,
            foresight=part.foresight, mode=part.mode, bend_usd_per_t=part.bend_usd_per_t,
        )  # fmt: skip

    @property
    def corridor(self) -> CorridorPart | None:
        """What happens to the corridor, if anything."""
        return self.scenario.corridor

    @cached_property
    def sector(self) -> int:
        """Position of the sector that the oil is part of."""
        return self.ground.economy.sectors.index(self.link.sector)

    @property
    def seconds(self) -> float:
        """Spent inside HiGHS so far."""
        if self.corridor is None:
            return 0.0
        return self._undisturbed.seconds + (self._changed.seconds if self.revisions else 0.0)

    def first_order(self, outages: Sequence[Outage] = (), raised: Raised | None = None, *, welfare: bool = True) -> Row:
        """Answer a draw to first order: the corridor exactly, at base prices; incomes by the derivatives of the base.

        Raises
        ------
        ScenarioError : there is no corridor, or more oil is lost than the economy's tables know of.
        NotConverged, Infeasible : as the corridor; no levies keep the bounds.
        """
        if self.corridor is None:
            raise ScenarioError(f"scenario '{self.scenario.name}' has no corridor; ask for welfare: exact")
        tallied, error = self._changed.under((*self.outages, *outages))
        row: Row = {"certificate": error, **self._measures(tallied)}
        if not welfare:
            return row
        response = self.ground.response(self.closure, self.corridor.exporter, self.link.sector)
        income, _ = response.real_income(self._change(_summed(tallied.oil), raised))
        return row | self._incomes(income)

    def exact(self, outages: Sequence[Outage] = (), policy: Policy = NOTHING) -> Row:
        """Answer a draw exactly: corridor and economy at their certified fixed point.

        Raises
        ------
        ScenarioError, NotConverged, Infeasible : as `zollverein.stress.coupling.couple`.
        """
        policy = joined_policies(self.policy, policy)
        part = self.corridor
        if part is None:
            outcome = self.ground.economy.solve(shock_of(policy), closure=self.closure)
            return {"certificate": outcome.certificate.max_residual, **self._incomes(_percent(outcome))}
        happens, routed = (*self.outages, *outages), {}

        def route(price_factor: dict[str, float]) -> Carried:
            at = tuple(price_factor.values())
            if at not in routed:
                routed[at] = self._routed(part, price_factor, happens)
            return _summed(routed[at][0].oil)

        agreed = agree(self.ground.economy, self.closure, policy, self.tie, route)
        tallied, error = routed[tuple(agreed.price_factor.values())]
        certificate = max(agreed.outcome.certificate.max_residual, error, agreed.certificate.residual)
        row: Row = {"certificate": certificate, **self._measures(tallied)}
        return row | self._incomes(_percent(agreed.outcome))

    def _routed(
        self, part: CorridorPart, price_factor: Mapping[str, float], outages: Sequence[Outage]
    ) -> tuple[Tallied, float]:
        """Route at some prices; at the case's own, where every fixed point begins, the programme is laid out already.

        Not with foresight: there a solve begins where the last one ended, and may find another plan of the same cost.
        """
        if part.foresight == "rolling" and all(factor == 1.0 for factor in price_factor.values()):
            return self._changed.under(outages)
        return self._changed.priced(price_factor, outages)

    def _measures(self, now: Tallied) -> dict[str, float]:
        """Measures of a disturbed corridor, losses against the undisturbed one."""
        was = self._undisturbed.undisturbed
        value, carriage = now.export_value_usd_million, now.carriage_usd_million
        netback_was = was.export_value_usd_million - was.carriage_usd_million
        found = (
            now.exported_kt, was.exported_kt - now.exported_kt, now.stranded_kt, was.available_kt - now.available_kt,
            now.shortfall_kt, value, was.export_value_usd_million - value, carriage, netback_was - (value - carriage),
        )  # fmt: skip
        return dict(zip(MEASURES, found, strict=True))

    def _incomes(self, percent: Floats) -> dict[str, float]:
        income = self.ground.economy.base.income
        out = {f"real_income_percent_{region}": float(p) for region, p in zip(self.regions, percent, strict=True)}
        focus = self.focus
        lost = -float(sum(percent[k] / 100.0 * income[k] for k in focus))
        return {"lost_income_usd_million": lost, **out}

    @cached_property
    def focus(self) -> tuple[int, ...]:
        """Whose lost income is summed: the exporter's, or that of the union's members where no corridor is routed."""
        if self.corridor is not None:
            return (self.regions.index(self.corridor.exporter),)
        table = self.ground.case.table("regions")
        members = set(table.loc[table["union"].fillna("") != "", "region"]) if "union" in table else set()
        return tuple(k for k, region in enumerate(self.regions) if region in members or not members)

    def _change(self, oil: Carried, raised: Raised | None) -> Change:
        """What the corridor and governments do, in the words of the first-order response."""
        bound = bounds_of([self.tie], [told(self.tie, oil)])[0]
        regions, N = self.regions, len(self.regions)
        exporter = regions.index(bound.exporter)
        abroad = np.array([k for k in range(N) if k != exporter])
        rent = np.zeros(N)
        if bound.rent_shares is not None:
            rent = bound.rent_shares
        elif not bound.melts:
            rent[regions.index(bound.recipient)] = 1.0
        bounded = np.maximum(bound.quantity_factor[abroad], NEXT_TO_NOTHING)
        cells = (np.full(N, self.sector), np.arange(N), np.full(N, exporter))
        log_iceberg = np.log(bound.iceberg_factor)
        log_iceberg[exporter] = 0.0
        (at, more), (tariff_at, tariff) = self._raised(raised)
        return Change(
            log_bound=np.where(np.abs(bounded - 1.0) > 1e-12, np.log(bounded), np.inf),
            rent=np.tile(rent, (len(abroad), 1)),
            cells=tuple(np.concatenate(pair) for pair in zip(cells, at, strict=True)),  # type: ignore[arg-type]
            log_iceberg=np.concatenate([log_iceberg, np.log(more)]),
            tariff_cells=tariff_at,
            tariff=tariff - self.ground.economy.base.tau[tariff_at],
            log_supply=np.array([np.log(bound.supply_factor)]),
            transfer=bound.fee_transfer,
        )

    def _raised(self, raised: Raised | None) -> tuple[tuple[Cells, Floats], tuple[Cells, Floats]]:
        """Cells and numbers of trade costs and of tariffs: the scenario's own, and those of a draw."""
        own = self._own
        if raised is None or not (len(raised.iceberg) or len(raised.tariff)):
            return own
        if self._basis is not raised.basis:
            self._basis, self._basis_cells = raised.basis, (
                self._cells(raised.basis.cells), self._cells(raised.basis.tariff_cells)
            )  # fmt: skip
        if self.policy.tariff is not None and len(raised.tariff):
            both = joined_policies(self.policy, raised.policy)
            return self._numbers(both.iceberg, "factor"), self._numbers(both.tariff, "rate_percent")
        costs, tariffs = self._basis_cells
        dearer = _picked(costs, raised.iceberg), raised.factor
        rates = _picked(tariffs, raised.tariff), raised.rate_percent / 100.0
        return _beside(own[0], dearer), _beside(own[1], rates)

    @cached_property
    def _own(self) -> tuple[tuple[Cells, Floats], tuple[Cells, Floats]]:
        return self._numbers(self.policy.iceberg, "factor"), self._numbers(self.policy.tariff, "rate_percent")

    def _numbers(self, frame: pd.DataFrame | None, column: str) -> tuple[Cells, Floats]:
        """Cells of a frame and its numbers: factors, or rates as shares."""
        if frame is None:
            return NO_CELLS, np.empty(0)
        numbers = frame[column].to_numpy(dtype=np.float64)
        return self._cells(frame), numbers / 100.0 if column == "rate_percent" else numbers

    def _cells(self, frame: pd.DataFrame) -> Cells:
        """Sector, importer and exporter of every row."""
        sector, importer, exporter = (
            np.array([codes[name] for name in frame[column].tolist()], dtype=np.intp)
            for column, codes in (("sector", self._sectors), ("importer", self._regions), ("exporter", self._regions))
        )
        return sector, importer, exporter

    @cached_property
    def _regions(self) -> dict[str, int]:
        return {name: k for k, name in enumerate(self.regions)}

    @cached_property
    def _sectors(self) -> dict[str, int]:
        return {name: k for k, name in enumerate(self.ground.economy.sectors)}


def _picked(cells: Cells, rows: npt.NDArray[np.intp]) -> Cells:
    sector, importer, exporter = (codes[rows] for codes in cells)
    return sector, importer, exporter


def _beside(one: tuple[Cells, Floats], other: tuple[Cells, Floats]) -> tuple[Cells, Floats]:
    """Cells and numbers of both; of a cell that stands in both, logs of factors add."""
    sector, importer, exporter = (np.concatenate(pair) for pair in zip(one[0], other[0], strict=True))
    return (sector, importer, exporter), np.concatenate([one[1], other[1]])


def world_with(world: World, scenario: Scenario, settings: Sequence[Setting]) -> World:
    """Return a world with settings applied to its scenario and its case; what they do not touch is taken over.

    Raises
    ------
    InputError, NoAnswerError : the settings make no scenario, or no case that an engine takes.
    """
    scenario, case = applied(scenario, world.ground.case, settings)
    tables = tables_of(settings)
    ground = world.ground.varied(case, tables) if tables else world.ground
    return World(scenario, ground, like=world)


def fails_at_ends(world: World, variations: Sequence[tuple[Vary, Sequence[Target]]]) -> Iterator[NoAnswerError]:
    """Build a world at either end of everything that varies; yield what finds no answer there.

    Raises
    ------
    ScenarioError : an end that cannot be, and whose.
    """
    for vary, targets in variations:
        for settings in ends_of(vary, targets):
            try:
                world_with(world, world.scenario, settings)
            except NoAnswerError as error:
                error.add_note(f"at an end of what varies, '{vary.name}'")
                yield error
            except InputError as error:
                said = ", ".join(f"{s.target.path} by {s.how} {s.value}" for s in settings[:2])
                raise ScenarioError(f"vary '{vary.name}', at an end of its distribution ({said}): {error}") from None


def _same(part: CorridorPart, other: CorridorPart) -> bool:
    """Whether nothing differs but events and outages."""
    happens = {"events": (), "outages": ()}
    return part.model_copy(update=happens) == other.model_copy(update=happens)


def _summed(oil: Sequence[Carried]) -> Carried:
    """All of an exporter's commodities together."""
    if len(oil) == 1:
        return oil[0]
    return Carried(*(np.sum([getattr(part, name) for part in oil], axis=0) for name in Carried.__dataclass_fields__))


def _percent(outcome: Outcome) -> Floats:
    return np.asarray(outcome.real_income.to_numpy(), dtype=np.float64)
