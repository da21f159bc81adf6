"""What is held fixed while the world adjusts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from zollverein.errors import EconomyError

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
    """

    deficits: Deficits = "fixed"
    labour: Labour = "mobile"

    def __post_init__(self) -> None:
        for name, allowed in (("deficits", get_args(Deficits)), ("labour", get_args(Labour))):
            if getattr(self, name) not in allowed:
                raise EconomyError(
                    f"Closure({name}={getattr(self, name)!r}) is not known; choose one of {', '.join(allowed)}"
                )
