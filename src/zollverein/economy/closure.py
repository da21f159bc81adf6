"""What is held fixed while the world adjusts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from zollverein.economy.baseline import Array
from zollverein.errors import EconomyError, UnknownNameError

Deficits = Literal["fixed", "multiplicative", "world_share", "zero"]
Labour = Literal["mobile", "specific"]

__all__ = ["Closure", "Deficits", "Labour"]


@dataclass(frozen=True, slots=True)
class Closure:
    """Closure of the model.

    Parameters
    ----------
    deficits : how trade deficits (imports less exports) behave.
        ``"fixed"``: constant in the numeraire, world value added. ``"world_share"``: a constant share of world
        value added; under this numeraire the same numbers. ``"multiplicative"``: a constant ratio of spending to
        value added, scaled so that the world's deficits sum to zero. ``"zero"``: every country spends its income.
    labour : ``"mobile"`` between sectors (the long run) or ``"specific"`` to them (the short run: a sector's value
        added cannot leave it).
    specific_share : share of value added that a factor specific to the sector earns, the rest going to labour that
        moves: one number, or one by sector name (0 where none is named). Absent: 0 if labour is mobile, else 1.
    supply_elasticity : psi of a universal gravity model (Allen, Arkolakis and Takahashi 2020,
        doi:10.1086/704385): supply answers to the real price with this elasticity, ``Y = p (p / P)**psi``. For one
        sector without linkages; 0 is a fixed endowment. With a share b of value added in round-about production,
        ``psi = (1 - b) / b``.
    """

    deficits: Deficits = "fixed"
    labour: Labour = "mobile"
    specific_share: float | Mapping[str, float] | None = None
    supply_elasticity: float = 0.0

    def __post_init__(self) -> None:
        for name, allowed in (("deficits", get_args(Deficits)), ("labour", get_args(Labour))):
            if getattr(self, name) not in allowed:
                raise EconomyError(
                    f"Closure({name}={getattr(self, name)!r}) is not known; choose one of {', '.join(allowed)}"
                )
        given = self.specific_share
        for key, share in given.items() if isinstance(given, Mapping) else [("", given)] if given is not None else []:
            if isinstance(share, bool) or not isinstance(share, int | float) or not 0.0 <= share <= 1.0:
                where = f" of {key}" if key else ""
                raise EconomyError(f"Closure(specific_share): the share{where} is {share!r}; allowed is 0 to 1")
        if given is not None and self.labour == "mobile" and self.is_short_run:
            raise EconomyError(
                'Closure(labour="mobile") has no specific factors, yet specific_share is given; '
                'use labour="specific", or leave specific_share out'
            )
        psi = self.supply_elasticity
        if not isinstance(psi, int | float) or not (np.isfinite(psi) and psi > -1.0):
            raise EconomyError(f"Closure(supply_elasticity={psi!r}): allowed is a number above -1 (0: an endowment)")

    @property
    def is_short_run(self) -> bool:
        """Whether any factor is specific to its sector."""
        share = self.specific_share
        if share is None:
            return self.labour == "specific"
        return any(s > 0 for s in share.values()) if isinstance(share, Mapping) else share > 0

    def specific_shares(self, sectors: Sequence[str]) -> Array:
        """Return the share of value added that is specific, (S,).

        Raises
        ------
        UnknownNameError : a share is given for a sector that is none.
        """
        if not isinstance(self.specific_share, Mapping):
            default = 1.0 if self.labour == "specific" else 0.0
            return np.full(len(sectors), default if self.specific_share is None else float(self.specific_share))
        for name in self.specific_share:
            if name not in sectors:
                raise UnknownNameError("sector", name, sectors, "Closure(specific_share)")
        return np.array([float(self.specific_share.get(sector, 0.0)) for sector in sectors])
