"""A world input-output table, whoever published it: one value with labelled axes, in millions of US dollars."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from zollverein.errors import DataError

__all__ = ["Array", "WorldTable"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WorldTable:
    """Who sells what to whom, at basic prices, in US$ million of one year.

    Attributes
    ----------
    dataset : name in the registry. year : of the figures.
    regions : N. sectors : S. demands : F categories of final demand. primaries : P rows below the intermediate ones
        (value added, taxes less subsidies on products ...).
    intermediate : (N, S, N, S) seller, sold sector, buyer, using sector.
    final : (N, S, N, F) seller, sold sector, buyer, category. Changes in inventories may be negative.
    primary : (P, N, S) row, region, sector.
    output : (N, S) gross output as published.
    demand_taxes : (P, N, F) what primary rows hold below final demand (taxes on products bought by households, for
        example); they are in no market. Zero where the publisher has none.
    notes : what had to be done to the file while reading it, a sentence each.

    Raises
    ------
    DataError : axes and arrays do not fit, or a figure is not finite.
    """

    dataset: str
    year: int
    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    demands: tuple[str, ...]
    primaries: tuple[str, ...]
    intermediate: Array = field(repr=False)
    final: Array = field(repr=False)
    primary: Array = field(repr=False)
    output: Array = field(repr=False)
    demand_taxes: Array = field(repr=False)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        N, S, F, P = len(self.regions), len(self.sectors), len(self.demands), len(self.primaries)
        shapes = {
            "intermediate": (N, S, N, S),
            "final": (N, S, N, F),
            "primary": (P, N, S),
            "output": (N, S),
            "demand_taxes": (P, N, F),
        }
        for name, shape in shapes.items():
            array = getattr(self, name)
            if array.shape != shape:
                raise DataError(f"{self.dataset} {self.year}: {name} has shape {array.shape}, its axes say {shape}")
            if not np.isfinite(array).all():
                raise DataError(f"{self.dataset} {self.year}: {name} holds figures that are not finite; mend the file")
        for name in ("regions", "sectors", "demands", "primaries"):
            labels = getattr(self, name)
            if len(set(labels)) != len(labels):
                raise DataError(f"{self.dataset} {self.year}: {name} has a label twice; each may stand once")

    @property
    def value_added(self) -> Array:
        """(N, S) all primary rows: what intermediate inputs leave of output."""
        return np.asarray(self.primary.sum(axis=0))

    def imbalance(self) -> tuple[float, float]:
        """Return by how much rows and columns miss gross output at worst, relative to the world's mean cell of output.

        Rows: sales to users and final demand. Columns: intermediate and primary inputs.
        """
        scale = float(np.abs(self.output).mean()) or 1.0
        sales = self.intermediate.sum(axis=(2, 3)) + self.final.sum(axis=(2, 3))
        costs = self.intermediate.sum(axis=(0, 1)) + self.value_added
        return float(np.abs(sales - self.output).max() / scale), float(np.abs(costs - self.output).max() / scale)
