"""The calibrated mode: undisturbed it gives the observed flows exactly, disturbed it bends smoothly around them.

Least cost sends all by the cheapest way until a bound stops it; shippers do not, for reasons that no tariff shows.
Positive mathematical programming (Howitt 1995, doi:10.2307/1243543) lets the observed flows tell them: with flows held
at what was observed, the programme's reduced costs are what each link's tariff must hide. They are added to the
tariffs, and a cost that rises with the distance from what was observed makes the observed plan the only best one:

    cost(x) = (c - d) x + bend / (2 s) (x - x0)^2,   s = max(x0, a hundredth of all that is observed)

`bend`, in US$/t, is by how much the marginal tonne gets dearer where a link carries twice what it was observed to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from zollverein.corridor.availability import Capacity
from zollverein.corridor.bounds import bounds_under
from zollverein.corridor.horizon import Horizon
from zollverein.corridor.network import Network
from zollverein.corridor.programme import Programme, assemble
from zollverein.corridor.session import Session
from zollverein.errors import Infeasible, NetworkError

__all__ = ["BEND_USD_PER_T", "Bend", "calibration"]

Floats = npt.NDArray[np.float64]
BEND_USD_PER_T = 50.0
SMALLEST_SHARE = 0.01
# Flows may differ from what was observed by this share while the duals are found. A hair's breadth lets a field, a
# quota or a pipe that was fully used earn its rent; held exactly, all of it would be taken for hidden cost, and oil
# that lost its way would not seek another.
HAIR = 1e-6


@dataclass(frozen=True, slots=True)
class Bend:
    """What is added to the costs of observed links.

    Attributes
    ----------
    arcs : (link, commodity), those observed. observed_kt : (arcs, T).
    hidden_usd_per_t : (arcs, T), taken off the tariff so that the observed flows are optimal.
    stiffness : (arcs, T), US$/t for each kt away from what was observed.
    """

    arcs: tuple[tuple[str, str], ...]
    observed_kt: Floats
    hidden_usd_per_t: Floats
    stiffness: Floats

    def applied(self, programme: Programme) -> Programme:
        """Return a programme of the same horizon with the hidden costs and the bending."""
        at = {arc: k for k, arc in enumerate(programme.blocks.arcs)}
        place = programme.blocks.columns["flow"].start + np.array([at[arc] for arc in self.arcs], dtype=np.int64)
        shape = (programme.periods, programme.blocks.width)
        cost, curvature = programme.cost.reshape(shape).copy(), np.zeros(shape)
        cost[:, place] -= (self.hidden_usd_per_t + self.stiffness * self.observed_kt).T
        curvature[:, place] = self.stiffness.T
        return replace(programme, cost=cost.ravel(), curvature=curvature.ravel())


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
    session = Session(programme)
    session.bound(bounds_under(programme, Capacity(network, horizon).under(()), 0))
    at = {arc: k for k, arc in enumerate(programme.blocks.arcs)}
    place = programme.blocks.columns["flow"].start + np.array([at[arc] for arc in arcs])
    columns = (place[:, None] + programme.blocks.width * np.arange(len(horizon))).ravel()
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
    return Bend(arcs, observed, hidden, bend / np.maximum(observed, smallest))


def _observed(network: Network, horizon: Horizon, programme: Programme) -> tuple[tuple[tuple[str, str], ...], Floats]:
    """Observed arcs and their kt by period (arcs, T)."""
    rows = network.observed
    if rows.empty:
        raise NetworkError(
            'mode="calibrated" needs observed flows; give Network.from_tables a table observed '
            "(link, commodity, kt_per_year)"
        )
    arcs, values = [], []
    for row in rows.to_dict("records"):
        mine = [arc for arc in programme.blocks.arcs if arc[0] == row["link"] and row["commodity"] in ("", arc[1])]
        if len(mine) != 1:
            raise NetworkError(
                f"table observed: '{row['link']}' carries {', '.join(c for _, c in mine) or 'nothing'}"
                f"{'' if not row['commodity'] else ' and no ' + row['commodity']}; name one commodity that it carries"
            )
        arcs += mine
        values.append(float(row["kt_per_year"]) * horizon.days / 365.0)
    return tuple(arcs), np.stack(values)
