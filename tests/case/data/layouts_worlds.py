"""Small worlds of random figures whose rows and columns close, to be written in each publisher's layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MadeWorld:
    """Figures with labels; the arrays are those of a ``WorldTable``."""

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    demands: tuple[str, ...]
    primaries: tuple[str, ...]
    intermediate: Array  # (N, S, N, S)
    final: Array  # (N, S, N, F)
    primary: Array  # (P, N, S)
    output: Array  # (N, S)
    demand_taxes: Array  # (P, N, F)

    @property
    def cells(self) -> int:
        return len(self.regions) * len(self.sectors)

    def flows(self) -> Array:
        """(N*S, N*S) intermediate deliveries as a matrix."""
        return self.intermediate.reshape(self.cells, self.cells)

    def demand(self) -> Array:
        """(N*S, N*F) final deliveries as a matrix."""
        return self.final.reshape(self.cells, -1)


def made_world(
    regions: Sequence[str],
    sectors: Sequence[str],
    demands: Sequence[str],
    primaries: Sequence[str],
    *,
    seed: int = 0,
    decimals: int = 4,
    falling: str = "",
) -> MadeWorld:
    """Draw a world and round it; then close it: output is what rows sell, the last primary row is what columns leave.

    Parameters
    ----------
    falling : a category of final demand that may be negative (changes in inventories).
    """
    N, S, F, P = len(regions), len(sectors), len(demands), len(primaries)
    rng = np.random.default_rng(seed)
    near = np.exp(2.0 * np.eye(N))  # most is bought at home
    intermediate = rng.lognormal(0.0, 1.5, (N, S, N, S)) * near[:, None, :, None]
    flows = intermediate.reshape(N * S, N * S)
    wanted = 2.0 * np.maximum(flows.sum(axis=0), flows.sum(axis=1)).reshape(N, S)
    shares = rng.lognormal(0.0, 1.0, (N, S, N, F)) * near[:, None, :, None]
    if falling:
        shares[..., list(demands).index(falling)] *= rng.choice([-0.2, 0.2], (N, S, N))
    final = wanted[:, :, None, None] * shares / shares.sum(axis=(2, 3), keepdims=True)
    intermediate, final = np.round(intermediate, decimals), np.round(final, decimals)
    output = np.round(intermediate.sum(axis=(2, 3)) + final.sum(axis=(2, 3)), decimals)
    left = output - intermediate.sum(axis=(0, 1))
    parts = rng.dirichlet(np.full(P, 0.5), (N, S)) * 0.2
    primary = np.round(np.moveaxis(parts, -1, 0) * left, decimals)
    primary[-1] = left - primary[:-1].sum(axis=0)
    primary = np.round(primary, decimals)
    taxes = np.zeros((P, N, F))
    taxes[0] = np.round(rng.lognormal(0.0, 1.0, (N, F)), decimals)
    return MadeWorld(
        tuple(regions), tuple(sectors), tuple(demands), tuple(primaries), intermediate, final, primary, output, taxes
    )
