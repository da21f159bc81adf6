"""The years before and after a pair's entry into a union, and their effects as a path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zollverein.errors import GravityError
from zollverein.gravity.panel import Floats, Panel, numbers
from zollverein.gravity.terms import Selection, require_dummy

if TYPE_CHECKING:
    from zollverein.gravity.estimate import Estimate

__all__ = ["EventTime", "event_path"]


@dataclass(frozen=True)
class EventTime:
    """A dummy for each period before and after a pair's entry; the period just before it is the reference.

    Parameters
    ----------
    entry : column with the year in which the union came to be in force for the pair; empty: never.
    dummy : instead, a column that is 1 from that year on. It must begin at 0 where it is ever 1, and not go back.
    first, last : the first and last period; what lies beyond is counted into them.
    width : years in a period. With trade every four years it is 4.
    """

    entry: str | None = None
    dummy: str | None = None
    first: int = -5
    last: int = 10
    width: int = 1

    def __post_init__(self) -> None:
        if (self.entry is None) == (self.dummy is None):
            raise GravityError("an event study is given entry= or dummy=, one of them: the column that tells the entry")
        for name in ("first", "last", "width"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise GravityError(f"EventTime has {name}={value!r:.40}; allowed is a whole number")
        if self.first > -2 or self.last < 0 or self.width < 1:
            raise GravityError(
                f"an event study from {self.first} to {self.last} by {self.width} years is asked; allowed is a first "
                f"period of -2 or earlier (-1 is the reference), a last one of 0 or later, and 1 year or more"
            )

    @property
    def horizons(self) -> tuple[int, ...]:
        """Periods that have an effect of their own; -1 is the reference and has none."""
        return tuple(k for k in range(self.first, self.last + 1) if k != -1)

    @staticmethod
    def name_of(horizon: int) -> str:
        """Return the name of a period's dummy: ``before_3``, ``after_0``."""
        return f"before_{-horizon}" if horizon < 0 else f"after_{horizon}"

    def columns(self, rows: Selection) -> dict[str, Floats]:
        """Return the dummy of each period under ``before_<k>`` and ``after_<k>``, entry being period 0.

        Raises
        ------
        GravityError : an entry that is not known, or a period in which no row that is taken lies.
        """
        entry = _entries(rows.panel, self.dummy) if self.dummy is not None else numbers(rows.panel, str(self.entry))
        since = rows.panel.frame["year"].to_numpy(dtype=np.float64) - entry
        period = np.clip(np.floor(since / self.width), self.first, self.last)
        out = {self.name_of(k): (period == k).astype(np.float64) for k in self.horizons}
        empty = [k for k in (*self.horizons, -1) if not (rows.taken & (period == k)).any()]
        if empty:
            raise GravityError(
                f"the event study has no row in period {', '.join(map(str, sorted(empty)))} (years since entry, by "
                f"{self.width}); choose first, last and width so that every period has one"
            )
        return out


def event_path(estimate: Estimate) -> pd.DataFrame:
    """Return an event study as a frame to plot: horizon, estimate, standard_error, low, high, binned.

    ``horizon`` counts periods since entry, in years by the width of a period. The reference period -1 is there with 0.
    ``low`` and ``high`` bound 95 percent. ``binned`` marks the first and last period, which hold what lies beyond.

    Raises
    ------
    GravityError : the design of the estimate has no `EventTime`.
    """
    events = [term for term in estimate.design.regressors if isinstance(term, EventTime)]
    if not events:
        raise GravityError("the design has no event study; give it EventTime(...), or take the preset event_study")
    event, table = events[0], estimate.to_frame().set_index("term")
    columns = ["estimate", "standard_error", "low", "high"]
    rows = []
    for k in range(event.first, event.last + 1):
        found = table.loc[event.name_of(k), columns].to_numpy().tolist() if k != -1 else [0.0] * len(columns)
        rows.append((k * event.width, *found))
    path = pd.DataFrame(rows, columns=["horizon", *columns])
    return path.assign(binned=[k in (event.first, event.last) for k in range(event.first, event.last + 1)])


def _entries(panel: Panel, dummy: str) -> Floats:
    """First year (n,) in which a dummy is 1 for the pair; NaN where it never is."""
    values = require_dummy(panel, dummy)
    pair = ["exporter", "importer", *panel.keys[3:]]
    frame = panel.frame[[*pair, "year"]].assign(value=values)
    before = frame.groupby(pair)["value"].shift()
    started, ended = values == 1.0, (before == 1.0) & (frame["value"] == 0.0)
    first = frame["year"] == frame.groupby(pair)["year"].transform("min")
    unknown = started & first.to_numpy()
    for bad, said in ((unknown, "is 1 from the pair's first year on, so that its entry is not known"),
                      (ended.to_numpy(), "goes back from 1 to 0")):  # fmt: skip
        if bad.any():
            k = int(np.argmax(bad))
            a, b = frame["exporter"].iloc[k], frame["importer"].iloc[k]
            raise GravityError(
                f"table panel, column {dummy}: for {a} to {b} it {said} ({int(bad.sum()):,} such rows; the first is "
                f"row {panel.rows[k]}); give the year of entry as a column (entry=), or leave these pairs out"
            )
    entered = frame["year"].where(started).groupby([frame[c] for c in pair]).transform("min")
    return entered.to_numpy(dtype=np.float64)
