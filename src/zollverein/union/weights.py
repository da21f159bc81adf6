"""What a provision, a standing and a barrier count for: judgements, all in the open, and how far each may be off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from zollverein.errors import UnionError
from zollverein.given import require

__all__ = ["DIMENSIONS", "FREEDOMS", "KINDS", "MEASURES", "STANDINGS", "Weights"]

MOST = 1_000_000.0

FREEDOMS = ("goods", "services", "capital", "labour")
DIMENSIONS = (
    *FREEDOMS, "economic", "political", "legal", "military", "monetary", "cultural", "humanitarian",
)  # fmt: skip
# How much of the trade that it touches a measure holds up while it stands, by UNCTAD MAST chapter. A ban holds up all,
# a certificate a part, a queue at the border less. Judged; every result is drawn over half to one and a half times it.
MEASURES = MappingProxyType({
    "A": 0.5, "B": 0.4, "C": 0.2, "D": 0.4, "E": 0.9, "F": 0.3, "G": 0.3, "H": 0.4, "I": 0.3, "J": 0.3, "K": 0.3,
    "L": 0.2, "M": 0.4, "N": 0.2, "O": 0.3, "P": 0.8, "": 0.3,
})  # fmt: skip
# A barrier breaks the treaty, a restriction fills a gap in it, an exemption is part of it.
KINDS = MappingProxyType({"barrier": 1.0, "restriction": 0.8, "exemption": 0.5})
STANDINGS = MappingProxyType(
    {"member": 1.0, "partner": 1.0, "associate": 0.3, "beneficiary": 0.5, "observer": 0.0, "exemption": 0.0}
)


@dataclass(frozen=True)
class Weights:
    """Weights of the degree of integration.

    Attributes
    ----------
    dimensions : weight of each dimension in the degree over all; scaled to add to one, absent ones count nothing.
    standings : what a country's standing counts for, by status of its membership.
    kinds, measures : what a barrier counts for, by kind and by MAST chapter.
    degree_spread : a provision's judged degree may be off by this much, up or down.
    measure_spread : a measure's weight may be off by this share of itself, up or down.
    """

    dimensions: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(DIMENSIONS, 1.0))
    standings: Mapping[str, float] = field(default_factory=lambda: STANDINGS)
    kinds: Mapping[str, float] = field(default_factory=lambda: KINDS)
    measures: Mapping[str, float] = field(default_factory=lambda: MEASURES)
    degree_spread: float = 0.15
    measure_spread: float = 0.5

    def __post_init__(self) -> None:
        for name in ("dimensions", "standings", "kinds", "measures"):
            require(
                f"the weights of {name}",
                getattr(self, name),
                Mapping,
                "weights by name, as in {'goods': 2.0}",
                UnionError,
            )
            for key, value in getattr(self, name).items():
                if not (isinstance(value, int | float | np.number) and 0 <= value <= MOST):
                    raise UnionError(f"the weight of {key or 'a measure without a chapter'} in {name} is {value!r}; "
                                     f"allowed is a number from 0 to {MOST:,.0f}")  # fmt: skip
        unknown = [d for d in self.dimensions if d not in DIMENSIONS]
        if unknown:
            raise UnionError(f"dimension '{unknown[0]}' is not known; allowed are {', '.join(DIMENSIONS)}")
        if not sum(self.dimensions.values()) > 0:
            raise UnionError("the dimensions' weights add to nothing; give one a weight above 0")
        for name in ("degree_spread", "measure_spread"):
            value = getattr(self, name)
            if not (isinstance(value, int | float | np.number) and 0.0 <= value <= 1.0):
                raise UnionError(f"{name} is {getattr(self, name)!r}; allowed is 0 to 1")

    def measure(self, chapter: str) -> float:
        """Return what a measure counts for; one without a chapter of its own counts as those without any."""
        return float(self.measures.get(chapter, self.measures.get("", MEASURES[""])))
