"""Smooth costs inside a linear programme: each bent flow is parted into pieces, ever finer around where it settles.

HiGHS starts every quadratic programme anew; pieces let it start from the last basis, which is a hundred times as fast
here. The answer is the quadratic programme's: pieces are refined until they are of no width, and the certificate's gap
is that of the quadratic programme.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

__all__ = ["PIECES", "Bend", "Pieces", "bent_cost", "bent_dual", "first_pieces", "next_pieces"]

Floats = npt.NDArray[np.float64]
# Ends of the pieces on either side of a centre, in widths.
OFFSETS = np.array([-64.0, -16.0, -4.0, -1.0, -0.25, 0.0, 0.25, 1.0, 4.0, 16.0, 64.0])
PIECES = len(OFFSETS) + 1
FINER = 16.0
# A piece of this width, as a share of what was observed, is none.
SETTLED = 1e-7
# Nor is one that the solver cannot tell from none.
SOLVER_KT = 1e-6


@dataclass(frozen=True, slots=True)
class Bend:
    """What is added to the costs of observed links.

    Attributes
    ----------
    arcs : (link, commodity), those observed. observed_kt : (arcs, T).
    hidden_usd_per_t : (arcs, T), taken off the tariff so that the observed flows are optimal.
    stiffness : (arcs, T), US$/t for each kt away from what was observed.
    kept_usd_per_t : by tank, (node, commodity): what oil in it at the end is worth beyond its salvage, so that the tank
        ends as it began.
    """

    arcs: tuple[tuple[str, str], ...]
    observed_kt: Floats
    hidden_usd_per_t: Floats
    stiffness: Floats
    kept_usd_per_t: dict[tuple[str, str], float] = field(default_factory=dict)

    @property
    def scale(self) -> Floats:
        """(arcs, T) kt against which a width is small."""
        return np.asarray(np.maximum(self.observed_kt, 1e-3 * self.observed_kt.max(axis=0, initial=1e-6)))


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of every bent flow: (arcs, T, PIECES) widths in kt, the last without end, and their costs in US$/t."""

    centre: Floats
    width: Floats
    upper: Floats
    cost: Floats


def first_pieces(bend: Bend) -> Pieces:
    """Return pieces around what was observed."""
    return _pieces(bend, bend.observed_kt, bend.scale / FINER)


def next_pieces(bend: Bend, last: Pieces, flow_kt: Floats) -> Pieces | None:
    """Return finer pieces around where the flows settled, (arcs, T); None where they are fine enough.

    Next to a centre within one width the best flow is at most four away, which the pieces that follow cover. Where a
    flow moved further they stay as wide, so that it may move on, and widen where it left them behind.
    """
    moved = np.abs(flow_kt - last.centre)
    # Below that width it is the solver's tolerance that moves a flow.
    settled = (last.width <= np.maximum(SETTLED * bend.scale, SOLVER_KT)) & (moved <= OFFSETS[-1] * last.width)
    if settled.all():
        return None
    near = settled | (moved <= last.width * (1.0 + 1e-9))
    wide = np.where(moved > -OFFSETS[1] * last.width, moved / 4.0, last.width)
    return _pieces(
        bend, np.maximum(flow_kt, 0.0), np.where(settled, last.width, np.where(near, last.width / FINER, wide))
    )


def _pieces(bend: Bend, centre: Floats, width: Floats) -> Pieces:
    """Between two ends a piece costs what the smooth cost rises by, so that the two agree at every end."""
    ends = np.maximum(centre[..., None] + width[..., None] * OFFSETS, 0.0)
    start = np.concatenate([np.zeros_like(ends[..., :1]), ends], axis=-1)
    upper = np.concatenate([np.diff(start, axis=-1), np.full_like(ends[..., :1], np.inf)], axis=-1)
    beyond = start[..., -1:] + OFFSETS[-1] * width[..., None]
    middle = np.concatenate([(start[..., :-1] + start[..., 1:]) / 2.0, beyond], axis=-1)
    cost = bend.stiffness[..., None] * (middle - bend.observed_kt[..., None]) - bend.hidden_usd_per_t[..., None]
    return Pieces(centre, width, upper, cost)


def bent_cost(bend: Bend, flow_kt: Floats) -> float:
    """Return what bending adds at flows (arcs, T): ``-hidden x + stiffness / 2 ((x - x0)**2 - x0**2)``."""
    away = (flow_kt - bend.observed_kt) ** 2 - bend.observed_kt**2
    return float((-bend.hidden_usd_per_t * flow_kt + bend.stiffness / 2.0 * away).sum())


def bent_dual(bend: Bend, price: Floats, lower: Floats, upper: Floats) -> float:
    """Return the least of ``bent_cost - price x`` over each flow's bounds: what bent flows add to the dual bound.

    Parameters
    ----------
    price : (arcs, T), what a kt of the flow is worth to the rows that it enters. lower, upper : (arcs, T) its bounds.
    """
    best = bend.observed_kt + (price + bend.hidden_usd_per_t) / bend.stiffness
    flow = np.clip(best, lower, upper)
    away = (flow - bend.observed_kt) ** 2 - bend.observed_kt**2
    return float((-(price + bend.hidden_usd_per_t) * flow + bend.stiffness / 2.0 * away).sum())
