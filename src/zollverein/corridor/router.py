"""A network laid out once and asked many times: an outage only moves bounds, and starts from the undisturbed basis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from time import perf_counter
from typing import get_args

import highspy
import numpy as np
import numpy.typing as npt

from zollverein.corridor.availability import Availability, Capacity
from zollverein.corridor.bounds import Bounds, bounds_under
from zollverein.corridor.calibration import calibration
from zollverein.corridor.horizon import Horizon
from zollverein.corridor.network import Mode, Network
from zollverein.corridor.outage import Outage, each
from zollverein.corridor.programme import Programme, assemble
from zollverein.corridor.routing import Routing, routing_of
from zollverein.corridor.session import Session, Solution, Values
from zollverein.errors import NetworkError
from zollverein.given import require
from zollverein.processes import end_with_parent

__all__ = ["Answer", "Router", "answers"]

Floats = npt.NDArray[np.float64]
Basis = tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]
# Slack of a bound below which a flow may still be binding.
IDLE_KT = 1e-9


@dataclass(frozen=True, slots=True)
class Answer:
    """What a scenario comes to, without its tables.

    Attributes
    ----------
    netback_usd_million : the programme's objective: sales less carriage, storage and penalties; stocks at their value.
    delivered_kt, stranded_kt : by exporter: sold at markets; offered by fields and not produced.
    skipped : whether the outage provably changes nothing, so that the undisturbed plan was kept.
    iterations, seconds : of HiGHS.
    """

    netback_usd_million: float
    delivered_kt: dict[str, float]
    stranded_kt: dict[str, float]
    skipped: bool
    iterations: int = field(compare=False)
    seconds: float = field(compare=False)


class Router:
    """A network over a horizon inside HiGHS, with perfect foresight. State is what it is for: the basis and the bounds.

    Parameters
    ----------
    network, horizon : what is routed, and when. price_factor : factor on the price of a market node.
    mode, bend_usd_per_t : as in `Network.route`.
    basis : where the undisturbed solve starts, see `Router.basis`; absent: from nothing.

    Raises
    ------
    NetworkError, Infeasible : as `Network.route`.
    """

    def __init__(
        self,
        network: Network,
        horizon: Horizon,
        *,
        price_factor: Mapping[str, float] | None = None,
        mode: Mode = "least_cost",
        bend_usd_per_t: float | None = None,
        basis: Basis | None = None,
    ) -> None:
        require("network", network, Network, "a Network, as Network.from_tables builds it", NetworkError)
        require("horizon", horizon, Horizon, "a Horizon, as in Horizon(first_day, last_day, 'month')", NetworkError)
        if mode not in get_args(Mode):
            raise NetworkError(f"mode is {mode!r}; allowed are {' and '.join(map(repr, get_args(Mode)))}")
        self.network, self.horizon, self.mode, self.bend_usd_per_t = network, horizon, mode, bend_usd_per_t
        self.price_factor = dict(price_factor or {})
        bend = calibration(network, horizon, bend_usd_per_t) if mode == "calibrated" else None
        self.programme: Programme = assemble(network, horizon, self.price_factor, bend)
        programme = self.programme
        self.capacity = Capacity(network, horizon)
        self.session = Session(programme)
        exporter = network.commodities["exporter"].to_dict()
        self.exporters = tuple(dict.fromkeys(exporter.values()))
        self._seller = [exporter[c] for _, c in programme.blocks.markets]
        self._owner = [exporter[c] for _, c in programme.blocks.fields]
        self._added = np.zeros((len(network.links), len(horizon)))
        _, self._open = self._widened(self.capacity.open)
        self.session.bound(self._open)
        if basis is None:
            self.session.start()
        else:
            self.session.highs.setBasis(_as_highs(basis))
        self._base = self.session.solve()
        self._basis: highspy.HighsBasis = self.session.highs.getBasis()

    @property
    def added_kt(self) -> Floats:
        """What links were widened by, (links, T)."""
        return self._added

    @property
    def basis(self) -> Basis:
        """The undisturbed basis, statuses of columns and of rows as numbers, for another router of the same network."""
        return (
            np.array([int(status) for status in self._basis.col_status], dtype=np.int8),
            np.array([int(status) for status in self._basis.row_status], dtype=np.int8),
        )

    def extend(self, added_kt: Floats) -> None:
        """Widen links by (links, T) kt of each period, from now on; the undisturbed network is solved again.

        An outage takes its share of what is added too.
        """
        shape = (len(self.network.links), len(self.horizon))
        if np.shape(added_kt) != shape or not (np.isfinite(added_kt).all() and (np.asarray(added_kt) >= 0).all()):
            raise NetworkError(f"extend() takes {shape[0]} links by {shape[1]} periods of kt, each zero or more")
        self._added = np.asarray(added_kt, dtype=np.float64)
        _, self._open = self._widened(self.capacity.open)
        self._base = self._solved(self._open)
        self._basis = self.session.highs.getBasis()

    def slopes(self, outages: Sequence[Outage]) -> tuple[Answer, Floats]:
        """Return the answer and (links, T): US$ million that one more kt of added capacity would have earned."""
        now, bounds = self._disturbed(outages)
        skipped = self._changes_nothing(bounds)
        solution = self._base if skipped else self._solved(bounds)
        duals = self.programme.by_period(solution.row_dual)[:, self.programme.blocks.rows["capacity"]]
        return self._answer(solution, now, skipped=skipped), -duals.T * now.link_share / 1e3

    def base(self) -> Answer:
        """Return the answer of the network undisturbed."""
        return self._answer(self._base, self.capacity.open, skipped=False)

    def answer(self, outages: Sequence[Outage]) -> Answer:
        """Return the answer under outages, all known from the first day.

        Raises
        ------
        NetworkError, UnknownNameError : an outage that does not fit. Infeasible : no plan satisfies the bounds.
        """
        found, now, skipped = self.plan(outages)
        return self._answer(found, now, skipped=skipped)

    def plan(self, outages: Sequence[Outage]) -> tuple[Solution | Values, Availability, bool]:
        """Return the plan under outages, what they left, and whether the undisturbed plan was kept.

        Raises
        ------
        NetworkError, UnknownNameError, Infeasible : as `answer`.
        """
        now, bounds = self._disturbed(outages)
        if self._changes_nothing(bounds):
            return self._base, now, True
        self._move(bounds)
        return self.session.values(), now, False

    def route(self, outages: Sequence[Outage] = ()) -> Routing:
        """Return the whole routing under outages.

        Raises
        ------
        NetworkError, UnknownNameError, Infeasible : as `answer`. NotConverged : no certificate.
        """
        began = perf_counter()
        now, bounds = self._disturbed(outages)
        solution = self._base if self._changes_nothing(bounds) else self._solved(bounds)
        T = self.programme.periods
        return routing_of(
            self.network, self.programme, now, solution.x.reshape(T, -1),
            self.programme.by_period(solution.row_dual), [solution], perf_counter() - began,
        )  # fmt: skip

    def _disturbed(self, outages: Sequence[Outage]) -> tuple[Availability, Bounds]:
        for outage in each("outages", outages, Outage):
            self.network.check_outage(outage, self.horizon)
        return self._widened(self.capacity.under(outages))

    def _widened(self, now: Availability) -> tuple[Availability, Bounds]:
        """What is left with what links were widened by, and its bounds."""
        wide = replace(now, links_kt=now.links_kt + self._added * now.link_share) if self._added.any() else now
        return wide, bounds_under(self.programme, wide, 0)

    def _move(self, bounds: Bounds) -> None:
        """Set bounds, and the undisturbed basis.

        All that HiGHS keeps from the last solve is dropped: of plans that are equally good it would decide which is
        found, and a scenario's answer would depend on what was asked before it.
        """
        self.session.bound(bounds)
        self.session.highs.clearSolver()
        self.session.highs.setBasis(self._basis)

    def _solved(self, bounds: Bounds) -> Solution:
        self._move(bounds)
        return self.session.solve()

    def _changes_nothing(self, bounds: Bounds) -> bool:
        """Whether the undisturbed plan is still allowed and nothing new is: then it is still the best.

        The new bounds must lie within the old, and the old plan within the new bounds.
        """
        old = self._open
        if (bounds.row_upper > old.row_upper).any() or (bounds.upper > old.upper).any():
            return False
        if (bounds.row_lower != old.row_lower).any():
            return False
        activity = self._base.row_value[bounds.rows]
        fits = activity <= bounds.row_upper - IDLE_KT
        unmoved = bounds.row_upper == old.row_upper
        produced = self._base.x[bounds.columns]
        return bool((fits | unmoved).all() and ((produced <= bounds.upper) | (bounds.upper == old.upper)).all())

    def _answer(self, solution: Solution | Values, now: Availability, *, skipped: bool) -> Answer:
        blocks, figures = self.programme.blocks, self.programme.figures
        x = solution.x.reshape(self.programme.periods, blocks.width)
        sold = x[:, blocks.columns["delivery"]].sum(axis=0)
        share = now.field_share[self.programme.field_nodes]
        offered = figures.production * share
        lost = np.maximum(offered - x[:, blocks.columns["supply"]].T, 0.0).sum(axis=1)
        # The programme counts shutting in as what producing saves; here it is what not producing costs.
        shut_in = float((figures.shut_in * offered).sum())
        return Answer(
            netback_usd_million=(self.programme.nobodys_usd_thousand(solution.x) - solution.cost - shut_in) / 1e3,
            delivered_kt=_summed(self.exporters, self._seller, sold),
            stranded_kt=_summed(self.exporters, self._owner, lost),
            skipped=skipped,
            iterations=0 if skipped else solution.iterations,
            seconds=0.0 if skipped else solution.seconds,
        )


def _as_highs(basis: Basis) -> highspy.HighsBasis:
    whole = highspy.HighsBasis()
    whole.col_status, whole.row_status = ([highspy.HighsBasisStatus(int(s)) for s in part] for part in basis)
    whole.valid = True
    return whole


def _summed(exporters: Sequence[str], of: Sequence[str], kt: Floats) -> dict[str, float]:
    return {e: float(kt[[k for k, owner in enumerate(of) if owner == e]].sum()) for e in exporters}


def answers(
    router: Router,
    scenarios: Sequence[Sequence[Outage]],
    *,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Answer]:
    """Answer many scenarios in their order; the numbers do not depend on the number of processes.

    Parameters
    ----------
    scenarios : the outages of each. jobs : processes, each with a router of its own. progress : called with how many
        are done, of how many.

    Raises
    ------
    NetworkError, Infeasible : as `Router.answer`, the scenario's number noted.
    """
    if isinstance(jobs, bool) or not isinstance(jobs, int) or not 1 <= jobs <= MOST_JOBS:
        raise NetworkError(f"jobs is {jobs!r}; allowed is a whole number from 1 to {MOST_JOBS}")
    require("scenarios", scenarios, Sequence, "a list of lists of Outage", NetworkError)
    scenarios = [each("one of scenarios", scenario, Outage) for scenario in scenarios]
    for number, scenario in enumerate(scenarios):
        for outage in scenario:
            try:
                router.network.check_outage(outage, router.horizon)
            except Exception as error:
                error.add_note(f"in scenario {number + 1} of {len(scenarios)}")
                raise
    found = map(router.answer, scenarios) if jobs == 1 else _in_processes(router, scenarios, jobs)
    for done, answer in enumerate(found, start=1):
        if progress is not None:
            progress(done, len(scenarios))
        yield answer


MOST_JOBS = 256
_OF_THIS_PROCESS: dict[str, Router] = {}


def _in_processes(router: Router, scenarios: Sequence[Sequence[Outage]], jobs: int) -> Iterator[Answer]:
    """In processes that start afresh: HiGHS keeps threads, which a fork would break."""
    made_of = (
        router.network, router.horizon, router.price_factor, router.mode, router.bend_usd_per_t, router.basis,
        router.added_kt,
    )  # fmt: skip
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin, initargs=made_of)
    chunk = max(1, min(64, len(scenarios) // (4 * jobs)))
    try:
        yield from pool.map(_answered, scenarios, chunksize=chunk)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(
    network: Network,
    horizon: Horizon,
    price_factor: dict[str, float],
    mode: Mode,
    bend: float | None,
    basis: Basis,
    added_kt: Floats,
) -> None:
    end_with_parent()
    router = Router(network, horizon, price_factor=price_factor, mode=mode, bend_usd_per_t=bend, basis=basis)
    if added_kt.any():
        router.extend(added_kt)
    _OF_THIS_PROCESS["router"] = router


def _answered(outages: Sequence[Outage]) -> Answer:
    return _OF_THIS_PROCESS["router"].answer(outages)
