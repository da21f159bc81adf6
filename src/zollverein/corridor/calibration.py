"""The calibrated mode: undisturbed it gives the observed flows exactly, disturbed it bends smoothly around them.

Least cost sends all by the cheapest way until a bound stops it; shippers do not, for reasons that no tariff shows.
Positive mathematical programming (Howitt 1995, doi:10.2307/1243543) lets the observed flows tell them: with flows held
at what was observed, the programme's reduced costs are what each link's tariff must hide. They are taken off the
tariffs, and a cost that rises with the distance from what was observed makes the observed plan the only best one:

    cost(x) = (c - d) x + bend / (2 s) (x - x0)^2,   s = max(x0, a hundredth of all that is observed)

`bend`, in US$/t, is by how much the marginal tonne gets dearer where a link carries twice what it was observed to.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zollverein.corridor.availability import Capacity
from zollverein.corridor.bending import Bend
from zollverein.corridor.bounds import bounds_under
from zollverein.corridor.horizon import Horizon
from zollverein.corridor.network import Network
from zollverein.corridor.programme import Programme, assemble
from zollverein.corridor.session import Session
from zollverein.errors import Infeasible, NetworkError

__all__ = ["BEND_USD_PER_T", "calibration"]

Floats = npt.NDArray[np.float64]
BEND_USD_PER_T = 50.0
SMALLEST_SHARE = 0.01
# Flows may differ from what was observed by this share while the duals are found. A hair's breadth lets a field, a
# quota or a pipe that was fully used earn its rent; held exactly, all of it would be taken for hidden cost, and oil
# that lost its way would not seek another.
HAIR = 1e-6


def calibration(network: Network, horizon: Horizon, bend_usd_per_t: float | None = None) -> Bend:
    """Calibrate a network to its table of observed flows.

    Raises
    ------
    NetworkError : nothing was observed, a bend that is none, or observed flows that the network cannot carry.
    """
    bend = BEND_USD_PER_T if bend_usd_per_t is None else bend_usd_per_t
    if not (isinstance(bend, int | float) and np.isfinite(bend) and bend > 0):
        raise NetworkError(f"bend_usd_per_t is {bend!r}; allowed is a number above 0")
    programme = assemble(network, horizon, {})
    arcs, observed = _observed(network, horizon, programme)
    if not observed.any():
        raise NetworkError(
            "table observed holds zeros alone, so there is nothing to calibrate to; add what links carried"
        )
    session = Session(programme)
    session.bound(bounds_under(programme, Capacity(network, horizon).under(()), 0))
    _bound_fields(session, network, horizon)
    last = _keep_stocks(session)
    columns = programme.flow_columns(arcs).ravel()
    around = np.maximum(observed * HAIR, SMALLEST_SHARE * HAIR * observed.sum(axis=0)).ravel()
    session.bound_columns(columns, np.maximum(observed.ravel() - around, 0.0), observed.ravel() + around)
    try:
        solution = session.solve()
    except Infeasible as error:
        raise NetworkError(
            f"table observed: the network cannot carry these flows, so there is nothing to calibrate to; {error}"
        ) from error
    hidden = solution.reduced_cost[columns].reshape(observed.shape)
    # A link that was not used and would not be needs no hidden cost: it is dear enough as it is.
    hidden = np.where(observed > 0, hidden, np.minimum(hidden, 0.0))
    smallest = SMALLEST_SHARE * observed.sum(axis=0)
    kept = dict(zip(programme.blocks.tanks, map(float, solution.reduced_cost[last]), strict=True))
    return Bend(arcs, observed, hidden, bend / np.maximum(observed, smallest), kept)


def _keep_stocks(session: Session) -> npt.NDArray[np.int64]:
    """Let tanks end as they began: else oil left over in them would be worth its salvage, and all oil no more."""
    programme = session.programme
    stock = programme.blocks.columns["stock"]
    last = np.arange(stock.start, stock.stop) + programme.blocks.width * (programme.periods - 1)
    session.bound_columns(last, np.minimum(programme.figures.initial, session.upper[last]), session.upper[last])
    return last


def _bound_fields(session: Session, network: Network, horizon: Horizon) -> None:
    """Hold fields to what they gave then: oil that was never there was not left in the ground for want of a way."""
    programme = session.programme
    supply = programme.blocks.columns["supply"].start
    for row in network.observed[network.observed["target"].isin(network.nodes.index)].to_dict("records"):
        mine = [
            k for k, (node, c) in enumerate(programme.blocks.fields)
            if node == row["target"] and row["commodity"] in ("", c)
        ]  # fmt: skip
        if len(mine) != 1:
            raise NetworkError(
                f"table observed: '{row['target']}' is no field of one commodity; name a field, and its commodity "
                f"where it has several"
            )
        columns = supply + mine[0] + programme.blocks.width * np.arange(programme.periods)
        given = float(row["kt_per_year"]) * horizon.years
        session.bound_columns(columns, np.zeros(len(columns)), np.minimum(given, session.upper[columns]))


def _observed(network: Network, horizon: Horizon, programme: Programme) -> tuple[tuple[tuple[str, str], ...], Floats]:
    """Observed arcs and their kt by period (arcs, T)."""
    rows = network.observed
    if rows.empty:
        raise NetworkError(
            'mode="calibrated" needs observed flows; give Network.from_tables a table observed '
            "(target, commodity, kt_per_year)"
        )
    arcs, values = [], []
    for row in rows[rows["target"].isin(network.links.index)].to_dict("records"):
        mine = [arc for arc in programme.blocks.arcs if arc[0] == row["target"] and row["commodity"] in ("", arc[1])]
        if len(mine) != 1:
            raise NetworkError(
                f"table observed: '{row['target']}' carries {', '.join(c for _, c in mine) or 'nothing'}"
                f"{'' if not row['commodity'] else ' and no ' + row['commodity']}; name one commodity that it carries"
            )
        arcs += mine
        values.append(float(row["kt_per_year"]) * horizon.years)
    if not arcs:
        raise NetworkError("table observed names no link, so there is nothing to calibrate to; add what links carried")
    return tuple(arcs), np.stack(values)
