"""A network made ready to be disturbed many times, for an exporter's sums alone; with foresight or as news arrives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zollverein.corridor.availability import Availability, Capacity
from zollverein.corridor.calibration import calibration
from zollverein.corridor.horizon import Horizon
from zollverein.corridor.network import Foresight, Mode, Network
from zollverein.corridor.outage import Outage, each
from zollverein.corridor.plan import at_once, rolled
from zollverein.corridor.programme import Programme, assemble
from zollverein.corridor.router import Router
from zollverein.corridor.session import Session, Solution
from zollverein.corridor.tally import Tallied, Tally
from zollverein.errors import NotConverged

__all__ = ["Rehearsal"]

PROVEN = 1e-6


class Rehearsal:
    """A network over a horizon. State is what it is for: the programme, laid out once, and where the last solve ended.

    Parameters
    ----------
    network, horizon, foresight, mode, bend_usd_per_t : as `Network.route`.
    exporter : whose oil is summed.

    Attributes
    ----------
    undisturbed : the sums without outages. seconds : inside HiGHS so far.
    """

    def __init__(
        self,
        network: Network,
        horizon: Horizon,
        exporter: str,
        *,
        foresight: Foresight = "rolling",
        mode: Mode = "least_cost",
        bend_usd_per_t: float | None = None,
    ) -> None:
        self.network, self.horizon, self.seconds = network, horizon, 0.0
        self._router: Router | None = None
        if foresight == "perfect":
            self._router = Router(network, horizon, mode=mode, bend_usd_per_t=bend_usd_per_t)
            self._programme: Programme = self._router.programme
            self._capacity = self._router.capacity
        else:
            bend = calibration(network, horizon, bend_usd_per_t) if mode == "calibrated" else None
            self._programme = assemble(network, horizon, {}, bend)
            self._capacity = Capacity(network, horizon)
        self.tally = Tally(self._programme, network, exporter)
        self.undisturbed, self.error = self._under(())

    def priced(self, price_factor: Mapping[str, float], outages: Sequence[Outage]) -> tuple[Tallied, float]:
        """Return the sums under outages at other prices of market nodes; as `under` else.

        Raises
        ------
        NetworkError, Infeasible, NotConverged : as `under`.
        """
        laid_out = self._programme
        programme = assemble(self.network, self.horizon, price_factor, laid_out.bend, laid_out.blocks)
        now = self._capacity.under(outages)
        session = Session(programme)
        if self._router is None:
            x, _, solutions = rolled(session, self._capacity, outages)
        else:
            x, solutions = at_once(session, now)
        return self._proven(self.tally.at_prices(programme).of(x, now), solutions)

    def under(self, outages: Sequence[Outage]) -> tuple[Tallied, float]:
        """Return the sums under outages, and the largest error of the solves behind them.

        Raises
        ------
        NetworkError, UnknownNameError : an outage that does not fit. Infeasible : no plan satisfies the bounds.
        NotConverged : a solve without proof.
        """
        if not outages:
            return self.undisturbed, self.error
        for outage in each("outages", outages, Outage):
            self.network.check_outage(outage, self.horizon)
        return self._under(outages)

    def _under(self, outages: Sequence[Outage]) -> tuple[Tallied, float]:
        if self._router is not None:
            found, now, skipped = self._router.plan(outages)
            self.seconds += 0.0 if skipped else found.seconds
            return self.tally.of(found.x.reshape(self._programme.periods, -1), now), found.error
        return self._rolled(outages, self._capacity.under(outages))

    def _rolled(self, outages: Sequence[Outage], now: Availability) -> tuple[Tallied, float]:
        x, _, solutions = rolled(Session(self._programme), self._capacity, outages)
        return self._proven(self.tally.of(x, now), solutions)

    def _proven(self, tallied: Tallied, solutions: Sequence[Solution]) -> tuple[Tallied, float]:
        self.seconds += sum(solution.seconds for solution in solutions)
        error = max(solution.error for solution in solutions)
        if not error <= PROVEN:
            raise NotConverged(f"no certificate for a routing: its largest error is {error:.1e}; check units")
        return tallied, error
