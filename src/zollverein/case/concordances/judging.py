"""The rows of a concordance, judged as a whole: what must be true of them, and how faults are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from zollverein.errors import InputError, UnknownNameError, near_matches
from zollverein.given import framed

__all__ = ["ADDS_TO_ONE_WITHIN", "COLUMNS", "CONFIDENCES", "judged", "listed", "require_known"]

COLUMNS = ("source", "target", "weight", "confidence")
CONFIDENCES = ("reported", "derived", "assumed")
ADDS_TO_ONE_WITHIN = 1e-9
SHOWN = 12


def judged(given: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the rows with weights that add to one exactly and a confidence each.

    Raises
    ------
    InputError : rows that are no concordance, every fault at once.
    """
    place = f"concordance '{name}'"
    frame = framed(f"of {place}", given)
    if missing := [column for column in COLUMNS[:3] if column not in frame.columns]:
        raise InputError(f"{place} lacks column {', '.join(missing)}; it has source, target, weight and may confidence")
    frame = frame.reset_index(drop=True)
    if frame.empty:
        raise InputError(f"{place} has no rows; give at least one source with its target")
    faults = []
    for column in ("source", "target"):
        bad = [value for value in frame[column] if not isinstance(value, str) or not value.strip()]
        if bad:
            faults.append(f"{column} {listed(list(map(repr, bad)))} is no code; codes are text, '01' and not 1")
    weight = pd.to_numeric(frame["weight"], errors="coerce").to_numpy(float)
    if (bad := ~(np.isfinite(weight) & (weight > 0))).any():
        faults.append(f"weight of {listed(list(map(str, frame['source'][bad])))} is not a number above zero")
    twice = frame.duplicated(["source", "target"])
    if twice.any():
        pairs = [f"{a} to {b}" for a, b in zip(frame["source"][twice], frame["target"][twice], strict=True)]
        faults.append(f"{listed(pairs)} stands more than once; keep one row")
    total = pd.Series(weight).groupby(list(frame["source"]), sort=False).transform("sum").to_numpy()
    if not faults and (off := np.abs(total - 1.0) > ADDS_TO_ONE_WITHIN).any():
        sums = {str(code): float(value) for code, value in zip(frame["source"][off], total[off], strict=True)}
        told = [f"{code} to {value:.12g}" for code, value in sums.items()]
        faults.append(f"weights add up for {listed(told)}; those of a source add to 1 (give ten digits)")
    whole = ~frame["source"].duplicated(keep=False)
    default = whole.map({True: "reported", False: "assumed"})
    confidence = frame["confidence"].where(frame["confidence"].notna(), default) if "confidence" in frame else default
    if wrong := sorted({str(c) for c in confidence} - set(CONFIDENCES)):
        faults.append(f"confidence {listed(wrong)}; allowed: {', '.join(CONFIDENCES)}")
    if faults:
        raise InputError(f"{place} is refused: " + "; ".join(faults))
    return pd.DataFrame(
        {
            "source": frame["source"].astype("str").to_numpy(),
            "target": frame["target"].astype("str").to_numpy(),
            "weight": np.where(whole, 1.0, weight / total),
            "confidence": confidence.astype("str").to_numpy(),
        }
    )


def require_known(kind: str, given: Iterable[str], known: Sequence[str], where: str) -> None:
    """Refuse names that do not exist where they were looked for, all of them at once, each with its near matches."""
    there = set(known)
    unknown = [name for name in dict.fromkeys(given) if name not in there]
    if len(unknown) == 1:
        raise UnknownNameError(kind, unknown[0], known, where)
    if unknown:
        hints = [(name, near_matches(name, known, 1)) for name in unknown[:SHOWN]]
        told = [f"'{name}'" + (f" (did you mean '{near[0]}'?)" if near else "") for name, near in hints]
        more = f" and {len(unknown) - SHOWN} more" if len(unknown) > SHOWN else ""
        raise InputError(f"no {kind} {', '.join(told)}{more} in {where}; it has {listed(list(known))}")


def listed(names: Sequence[str]) -> str:
    """Return names in a row, the first of them if they are many."""
    shown = ", ".join(map(str, names[:SHOWN]))
    return shown + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
