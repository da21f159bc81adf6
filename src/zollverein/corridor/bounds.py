"""What is left of links and fields, as bounds of the programme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zollverein.corridor.availability import Availability
from zollverein.corridor.programme import Programme

__all__ = ["Bounds", "bounds_under"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of some rows and columns of a programme.

    Attributes
    ----------
    rows, row_lower, row_upper : which rows, and between what. columns, upper : which columns, and up to what.
    """

    rows: Ints
    row_lower: Floats
    row_upper: Floats
    columns: Ints
    upper: Floats


def bounds_under(programme: Programme, now: Availability, first: int) -> Bounds:
    """Return capacities, contracted minima, shippers' rights and field outputs from a period on.

    A minimum is waived in the share in which the link itself is out (force majeure). A right is a share of what the
    link can carry and shrinks with it: shippers are cut in proportion, not the dearest of them first.
    """
    blocks, later = programme.blocks, np.arange(first, programme.periods)
    take_links = [blocks.link_at[link] for link in blocks.takes]
    row_lower = np.hstack([
        np.full((len(later), len(blocks.links)), -np.inf),
        programme.figures.take.T[first:] * now.link_share[take_links, first:].T,
    ])  # fmt: skip
    row_upper = np.hstack([now.links_kt[:, first:].T, np.full((len(later), len(blocks.takes)), np.inf)])
    kinds = [np.arange(blocks.rows[kind].start, blocks.rows[kind].stop) for kind in ("capacity", "take")]
    rows = np.concatenate(kinds)[None, :] + blocks.height * later[:, None]
    share = now.field_share[programme.field_nodes]
    supply = np.arange(blocks.columns["supply"].start, blocks.columns["supply"].stop)
    rights = programme.rights
    link_of = [blocks.link_at[blocks.arcs[k][0]] for k in rights]
    columns = np.concatenate([supply, blocks.columns["flow"].start + rights])
    right, left = programme.figures.right[rights], now.link_share[link_of]
    right = np.where(np.isfinite(right), np.where(np.isfinite(right), right, 0.0) * left, np.inf)
    upper = np.vstack([programme.figures.production * share, right])
    return Bounds(
        rows=rows.ravel(),
        row_lower=row_lower.ravel(),
        row_upper=row_upper.ravel(),
        columns=(columns[None, :] + blocks.width * later[:, None]).ravel(),
        upper=upper[:, first:].T.ravel(),
    )
