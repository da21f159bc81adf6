"""The first-order response of the world to what a corridor does to it, from one adjoint solve for each answer.

Real incomes and the flows that may be bounded answer linearly, in logs, to trade costs, tariffs, specific factors and
transfers. A bound on a flow is met by the levy that makes it just fit: which levies are above zero, and how high, is a
linear complementarity problem, small because only the bounded flows are in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from zollverein.economy.adjoint import Cells, sensitivities
from zollverein.economy.baseline import Array, Baseline
from zollverein.economy.closure import Closure
from zollverein.economy.equilibrium import solve
from zollverein.economy.shock import Shock, shock_arrays
from zollverein.errors import NotConverged

__all__ = ["Change", "Response", "response"]

Ints = npt.NDArray[np.intp]
NO_CELLS: Cells = (np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp))
# A levy or a slack of this size, in logs, is none.
SETTLED = 1e-10


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to the world, as arrays: a shock in the words of `Response`.

    Attributes
    ----------
    log_bound : (Q,) log of the bound on every flow that may be bounded; infinite where there is none.
    cells, log_iceberg : (sector, importer, exporter) of trade costs that change, and by how much in logs.
    tariff_cells, tariff : likewise of tariffs, the change of their rates.
    log_supply : (F,) log change of the specific factors.
    transfer : (N,) value given to each country; None: nothing.
    rent : (Q, N) who gets the rent of each flow's bound, in shares that add to one; nobody where it melts: all zero.
    """

    log_bound: Array
    rent: Array
    cells: Cells = NO_CELLS
    log_iceberg: Array = field(default_factory=lambda: np.empty(0))
    tariff_cells: Cells = NO_CELLS
    tariff: Array = field(default_factory=lambda: np.empty(0))
    log_supply: Array = field(default_factory=lambda: np.zeros(1))
    transfer: Array | None = None


@dataclass(frozen=True)
class Response:
    """Derivatives of N log real incomes, then of Q log flows, at the base: O = N + Q answers.

    Attributes
    ----------
    countries : N names. flows : (sector, importer, exporter) of the Q flows.
    iceberg, tariff : (O, S, N, N). supply : (O, F). transfer : (O, N).
    dearer : (O, Q) to the flows' trade costs, which is all that a levy does that melts. taken : (O, Q) to what a levy
        takes from the producers' receipts. sales : (Q,) value of the flows, which a levy's revenue is a share of; given
        to a country it is worth what a transfer is.
    """

    countries: tuple[str, ...]
    flows: Cells = field(repr=False)
    iceberg: Array = field(repr=False)
    tariff: Array = field(repr=False)
    supply: Array = field(repr=False)
    transfer: Array = field(repr=False)
    dearer: Array = field(repr=False)
    taken: Array = field(repr=False)
    sales: Array = field(repr=False)

    def real_income(self, change: Change) -> tuple[Array, Array]:
        """Return the first-order change of real income (N,), percent, and the log levies (Q,) that keep the bounds.

        Raises
        ------
        NotConverged : no levies keep the bounds.
        """
        N = len(self.countries)
        answers = self.iceberg[:, *change.cells] @ change.log_iceberg
        answers += self.tariff[:, *change.tariff_cells] @ change.tariff
        answers += self.supply @ change.log_supply
        if change.transfer is not None:
            answers += self.transfer @ change.transfer
        kept = change.rent.any(axis=1)
        toll = self.dearer + np.where(kept, (self.transfer @ change.rent.T) * self.sales - self.taken, 0.0)
        levy = _levies(-toll[N:], change.log_bound - answers[N:])
        return np.asarray(100.0 * np.expm1(answers[:N] + toll[:N] @ levy)), levy


def response(
    base: Baseline,
    closure: Closure,
    flows: Sequence[tuple[str, str, str]],
    factors: Sequence[tuple[str, str]],
) -> Response:
    """Differentiate the base equilibrium.

    Parameters
    ----------
    flows : (exporter, importer, sector) of flows that may be bounded.
    factors : (country, sector) of specific factors that may change.

    Raises
    ------
    NotConverged : an adjoint system was not solved.
    """
    country = {name: k for k, name in enumerate(base.countries)}
    sector = {name: k for k, name in enumerate(base.sectors)}
    cells = [(sector[s], country[n], country[i]) for i, n, s in flows]
    where: Cells = tuple(np.array([cell[k] for cell in cells], dtype=np.intp) for k in range(3))  # type: ignore[assignment]
    null = shock_arrays(Shock(), base, closure)
    state = solve(base, null, closure)
    parts = list(sensitivities(base, null, closure, state, np.eye(len(country)), cells))
    dearer = np.stack([part.log_iceberg[where] for part in parts])
    # What a levy takes, or melts, is no longer part of the flow that arrives.
    dearer[len(country) :] -= np.eye(len(cells))
    s, _, i = where
    sales = parts[0].sales[where]
    made = tuple(np.array(codes, dtype=np.intp) for codes in zip(*((sector[s], country[n]) for n, s in factors)))  # noqa: B905
    return Response(
        countries=base.countries,
        flows=where,
        iceberg=np.stack([part.log_iceberg for part in parts]),
        tariff=np.stack([part.tariff for part in parts]),
        supply=np.stack([part.log_supply[made] for part in parts]) if made else np.zeros((len(parts), 0)),
        transfer=np.stack([part.transfer for part in parts]),
        dearer=dearer,
        taken=np.stack([sales * part.sellers[s, i] for part in parts]),
        sales=sales,
    )


def _levies(matrix: Array, room: Array) -> Array:
    """Solve ``levy >= 0, room + matrix @ levy >= 0``, one of the two zero: principal pivoting (Murty 1974).

    Of all that break a bound the one of least index changes sides; on a matrix whose principal minors are positive,
    as own effects that outweigh the others' make it, this ends.
    """
    Q = len(room)
    levied = np.zeros(Q, dtype=bool)
    for _ in range(2 ** min(Q, 12)):
        levy, left = np.zeros(Q), room
        if levied.any():
            levy[levied] = np.linalg.solve(matrix[np.ix_(levied, levied)], -room[levied])
            left = room + matrix @ levy
        wrong = np.flatnonzero(np.where(levied, levy < -SETTLED, left < -SETTLED))
        if not wrong.size:
            return np.maximum(levy, 0.0)
        levied[wrong[0]] ^= True
    raise NotConverged(f"no levies keep the bounds of {Q} flows to first order; solve the shock exactly")
