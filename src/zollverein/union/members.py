"""A union as tables: who belongs to it, which barriers stand, and their trade-cost equivalents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from zollverein.errors import InputError, UnknownNameError

__all__ = ["Union"]

PAIR = ["exporter", "importer"]
NEEDED = {
    "memberships": ("agreement", "country", "valid_from", "valid_to", "status"),
    "barriers": ("barrier", "imposing", "affected", "opened", "closed"),
    "wedges": ("union", *PAIR, "sector", "ad_valorem_low", "ad_valorem", "ad_valorem_high"),
}


@dataclass(frozen=True, eq=False)
class Union:
    """An economic union; build it with `Union.from_tables`.

    Attributes
    ----------
    memberships, barriers, table : the frames it was built from (``table`` holds the wedges).
    """

    memberships: pd.DataFrame = field(repr=False)
    barriers: pd.DataFrame = field(repr=False)
    table: pd.DataFrame = field(repr=False)

    @classmethod
    def from_tables(cls, *, memberships: pd.DataFrame, barriers: pd.DataFrame, wedges: pd.DataFrame) -> Union:
        """Build a union.

        Parameters
        ----------
        memberships : agreement, country, valid_from, valid_to (last day or empty), status.
        barriers : barrier, imposing and affected (``;``-lists), opened, closed.
        wedges : union, exporter, importer, sector (empty: all goods), ad_valorem_low, ad_valorem, ad_valorem_high.

        Raises
        ------
        InputError : a column is missing, or a wedge is negative or its range is out of order.
        """
        for name, frame in (("memberships", memberships), ("barriers", barriers), ("wedges", wedges)):
            missing = [c for c in NEEDED[name] if c not in frame.columns]
            if missing:
                raise InputError(f"table {name} lacks the column {missing[0]}; needed are {', '.join(NEEDED[name])}")
        low, mid, high = (wedges[c].to_numpy(dtype=float) for c in NEEDED["wedges"][-3:])
        wrong = ~((low >= 0) & (low <= mid) & (mid <= high) & np.isfinite(high))
        if wrong.any():
            row = int(np.argmax(wrong))
            raise InputError(
                f"table wedges, row {row + 1}: low {low[row]:g}, central {mid[row]:g}, high {high[row]:g}; "
                f"allowed is 0 or more, in this order (0.15 is fifteen percent)"
            )
        return cls(memberships, barriers, wedges)

    def members(self, agreement: str, as_of: date | str) -> tuple[str, ...]:
        """Return who is a member of an agreement on a day.

        Raises
        ------
        UnknownNameError : no such agreement, with near matches.
        """
        rows = self.memberships[self.memberships["agreement"] == agreement]
        if rows.empty:
            raise UnknownNameError("agreement", agreement, self.memberships["agreement"].unique(), "table memberships")
        inside = _in_force(rows["valid_from"], rows["valid_to"], as_of) & (rows["status"] == "member")
        return tuple(sorted(rows.loc[inside, "country"].unique()))

    def barriers_in_force(self, as_of: date | str) -> pd.DataFrame:
        """Return the barriers on record that stand on a day; one without a closing day still stands."""
        inside = _in_force(self.barriers["opened"], self.barriers["closed"], as_of)
        return self.barriers[inside].reset_index(drop=True)

    def wedges(
        self,
        change: Literal["remove", "raise"],
        *,
        pairs: Sequence[tuple[str, str]] | None = None,
        severity: float = 1.0,
    ) -> pd.DataFrame:
        """Return the change of iceberg costs if the barriers of some pairs went, or came once more.

        With w the trade-cost equivalent times ``severity``, removal is the factor ``1 / (1 + w)`` and raising
        ``1 + w``.

        Parameters
        ----------
        pairs : (exporter, importer); None: all that have a wedge.
        severity : share of the wedge that goes or comes, above 0.

        Returns
        -------
        exporter, importer, sector (empty: all goods), factor_low, factor, factor_high; low is the small wedge.

        Raises
        ------
        UnknownNameError : a pair without a wedge. InputError : change or severity is not allowed.
        """
        if change not in ("remove", "raise"):
            raise InputError(f"change is '{change}'; allowed are 'remove' and 'raise'")
        if not (np.isfinite(severity) and severity > 0):
            raise InputError(f"severity is {severity}; allowed is a number above 0 (1 is the whole wedge)")
        rows = self.table
        if pairs is not None:
            known = set(zip(rows["exporter"], rows["importer"], strict=True))
            for pair in pairs:
                if pair not in known:
                    near = [f"{a} to {b}" for a, b in sorted(known)]
                    raise UnknownNameError("wedge of", f"{pair[0]} to {pair[1]}", near, "table wedges")
            wanted = pd.MultiIndex.from_frame(rows[PAIR]).isin(list(pairs))
            rows = rows[wanted]
        sign = -1.0 if change == "remove" else 1.0
        factors = {
            name: (1.0 + severity * rows[column].astype(float)) ** sign
            for name, column in (
                ("factor_low", "ad_valorem_low"),
                ("factor", "ad_valorem"),
                ("factor_high", "ad_valorem_high"),
            )
        }
        return rows[[*PAIR, "sector"]].assign(**factors).reset_index(drop=True)


def _in_force(start: pd.Series[pd.Timestamp], end: pd.Series[pd.Timestamp], as_of: date | str) -> pd.Series[bool]:
    day = pd.Timestamp(as_of)
    return (start.isna() | (start <= day)) & (end.isna() | (end >= day))
