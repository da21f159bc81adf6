"""Regressors that say nothing that the others or the fixed effects do not say already."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zollverein.errors import GravityError
from zollverein.gravity.panel import Floats
from zollverein.gravity.projection import FixedEffects

__all__ = ["refuse_collinear"]

# What is left of a column beside what it was.
NOTHING = 1e-7


def refuse_collinear(x: Floats, names: Sequence[str], effects: FixedEffects, families: Sequence[str]) -> None:
    """Raise `GravityError` naming every regressor (n, k) that lies in the span of those before it and the effects.

    Raises
    ------
    GravityError : such regressors, each with what it is made of.
    """
    size = np.linalg.norm(x, axis=0)
    faults = [f"'{names[j]}' is 0 in all {len(x):,} rows used" for j in range(len(names)) if size[j] == 0.0]
    live = [j for j in range(len(names)) if size[j] > 0.0]
    scaled = x[:, live] / size[live]
    within = effects.within(np.ones(len(x)), scaled) if live else scaled
    kept: list[int] = []
    for j in range(len(live)):
        name, left = names[live[j]], float(np.linalg.norm(within[:, j]))
        if left <= NOTHING:
            faults.append(f"'{name}' is what the fixed effects ({', '.join(families)}) say already")
            continue
        others, *_ = np.linalg.lstsq(within[:, kept], within[:, j], rcond=None)
        if np.linalg.norm(within[:, j] - within[:, kept] @ others) <= NOTHING * left:
            part = [repr(names[live[k]]) for k, share in zip(kept, others, strict=True) if abs(share) > NOTHING]
            faults.append(f"'{name}' is made of {', '.join(part)} and the fixed effects")
            continue
        kept.append(j)
    if faults:
        raise GravityError(
            f"{len(faults)} of {len(names)} regressors cannot be told apart from the rest: {'; '.join(faults)}. Leave "
            f"them out, or choose other fixed effects"
        )
