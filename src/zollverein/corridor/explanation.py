"""Why a programme has no plan: an irreducible set of bounds that cannot hold together, in the network's own names."""

from __future__ import annotations

from collections.abc import Mapping

import highspy
import numpy as np

from zollverein.corridor.programme import Programme

__all__ = ["bound_of_column", "bound_of_row", "why_infeasible"]

MOST_NAMED = 6
_MEANING = {
    "flow": "flow on", "supply": "output of", "delivery": "delivery at", "unmet": "unmet minimum of",
    "stock": "stock at", "unshipped": "unshipped minimum of", "blended": "blending at", "packed": "filling of",
    "balance": "balance of", "capacity": "capacity of", "intake": "intake of", "room": "tanks of",
    "take": "contracted minimum of", "least": "least share in the blend at", "most": "largest share in the blend at",
    "filling": "rate of filling or drawing of", "rising": "return to output of", "packing": "line fill of",
    "pushing": "line fill of", "sealed": "line fill of", "piece": "flow on", "bending": "flow on",
    "waiting": "oil that waits at",
}  # fmt: skip


def bound_of_column(programme: Programme, k: int) -> tuple[str, int | None]:
    """Return what a column stands for, such as 'flow on 'cpc' (crude)', and its period."""
    blocks = programme.blocks
    t, place = divmod(k, blocks.width)
    return _words(*_at(blocks.columns, blocks.column_keys, place)), t


def bound_of_row(programme: Programme, k: int) -> tuple[str, int | None]:
    """Return what a row stands for, such as 'capacity of 'cpc'', and its period; a quota has a label instead."""
    blocks = programme.blocks
    if k >= blocks.height * programme.periods:
        quota = blocks.quotas[k - blocks.height * programme.periods]
        return f"quota '{quota.name}' of {quota.label}", None
    t, place = divmod(k, blocks.height)
    return _words(*_at(blocks.rows, blocks.row_keys, place)), t


def _at(slices: Mapping[str, slice], keys: Mapping[str, tuple[object, ...]], place: int) -> tuple[str, object]:
    """Kind and key of a column or row of a period."""
    kind = next(name for name, s in slices.items() if s.start <= place < s.stop)
    return kind, keys[kind][place - slices[kind].start]


def why_infeasible(highs: highspy.Highs, programme: Programme, status: str) -> str:
    """Return a message with the bounds of an irreducible infeasible subsystem, as HiGHS finds it."""
    if status != "Infeasible":
        return (
            f"the routing programme ended as '{status}'; figures that differ by many orders of magnitude are the usual "
            f"cause: check units"
        )
    highs.setOptionValue("iis_strategy", int(highspy.IisStrategy.kIisStrategyFromLp))
    _, iis = highs.getIis()
    lp = highs.getLp()
    # Balances only tie the bounds together; what can be loosened is named first.
    starts = programme.horizon.starts
    named = [(*bound_of_row(programme, k), lp.row_lower_[k], lp.row_upper_[k]) for k in iis.row_index_]
    named += [(*bound_of_column(programme, k), lp.col_lower_[k], lp.col_upper_[k]) for k in iis.col_index_]
    named.sort(key=lambda bound: bound[0].startswith(_MEANING["balance"]))
    bounds = [
        f"{name}{'' if t is None else f' from {starts[t]}'} ({_range(lower, upper)})" for name, t, lower, upper in named
    ]
    if not bounds:
        return "no plan satisfies the bounds, and HiGHS names none of them; check stocks, minima and tank rates"
    more = len(bounds) - MOST_NAMED
    shown = "; ".join(bounds[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
    return f"no plan satisfies these bounds together, and without any one of them there is one: {shown}. Loosen one"


def _words(kind: str, key: object) -> str:
    first, *rest = key if isinstance(key, tuple) else (key,)
    of = f" ({', '.join(map(str, rest))})" if rest else ""
    return f"{_MEANING[kind]} '{first}'{of}"


def _range(lower: float, upper: float) -> str:
    if lower == upper:
        return f"{lower:,.6g}"
    low = f"at least {lower:,.6g}" if np.isfinite(lower) and lower > -1e29 else ""
    high = f"at most {upper:,.6g}" if np.isfinite(upper) and upper < 1e29 else ""
    return " and ".join(filter(None, (low, high))) or "free"
