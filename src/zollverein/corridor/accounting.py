"""Every tonne accounted for: what arrived, and the balance of every place, from the flows themselves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.corridor.network import Network
from zollverein.corridor.programme import Programme

__all__ = ["arrivals_kt", "mass_balance_kt"]

Floats = npt.NDArray[np.float64]


def arrivals_kt(programme: Programme, flow_kt: Floats, packed_kt: Floats) -> Floats:
    """Return (T, arcs) kt that arrive, day by day: what was put in so many days before, less losses.

    Parameters
    ----------
    flow_kt : (T, arcs) put in. packed_kt : (T, openings) that stays in lines that are being filled.
    """
    figures, horizon, arcs = programme.figures, programme.horizon, programme.blocks.arcs
    put_in = flow_kt.copy()
    at = {arc: k for k, arc in enumerate(arcs)}
    for k, arc in enumerate(programme.blocks.openings):
        put_in[:, at[arc]] -= packed_kt[:, k]
    out = put_in.copy()
    for k in map(int, np.flatnonzero(figures.transit_days > 0)):
        late = int(figures.transit_days[k])
        daily = np.repeat(put_in[:, k] / horizon.days, horizon.days)
        came = np.concatenate([np.full(late, figures.before[k]), daily])[: horizon.total_days]
        out[:, k] = horizon.by_period(came[None, :])[0]
    return np.asarray(out * (1.0 - figures.loss))


def mass_balance_kt(
    network: Network,
    flows: pd.DataFrame,
    deliveries: pd.DataFrame,
    supply: pd.DataFrame,
    stocks: pd.DataFrame,
    waiting: pd.DataFrame,
    blending: pd.DataFrame,
    initial: pd.DataFrame,
) -> float:
    """Return the largest imbalance of any (node, commodity, period): what came in less what went out or was kept."""
    nodes = {str(node): k for k, node in enumerate(network.nodes.index)}
    commodities = {str(commodity): k for k, commodity in enumerate(network.commodities.index)}
    last = int(flows["period"].max()) if len(flows) else 0
    total = np.zeros((len(nodes), len(commodities), last + 1))
    begins = {link: nodes[a] for link, (a, _) in network.ends.items()}
    ends = {link: nodes[b] for link, (_, b) in network.ends.items()}

    def book(
        frame: pd.DataFrame,
        kt: str,
        sign: float,
        place: dict[str, int] = nodes,
        *,
        at: str = "node",
        of: str = "commodity",
        later: int = 0,
    ) -> None:
        period = frame["period"].to_numpy(dtype=np.int64) + later
        inside = period <= last
        where = (_codes(frame[at], place), _codes(frame[of], commodities), period)
        np.add.at(total, tuple(index[inside] for index in where), sign * frame[kt].to_numpy()[inside])

    book(flows, "arrived_kt", 1.0, ends, at="link")
    book(flows, "flow_kt", -1.0, begins, at="link")
    book(supply, "produced_kt", 1.0)
    book(deliveries, "delivered_kt", -1.0)
    book(stocks, "stock_kt", -1.0)
    book(stocks, "stock_kt", 1.0, later=1)
    book(waiting, "waiting_kt", -1.0)
    book(waiting, "waiting_kt", 1.0, later=1)
    book(initial.assign(period=0), "stock_kt", 1.0)
    book(blending, "blended_kt", -1.0, of="component")
    book(blending, "blended_kt", 1.0, of="blend")
    return float(np.abs(total).max(initial=0.0))


def _codes(names: pd.Series[str], codes: dict[str, int]) -> npt.NDArray[np.int64]:
    # The names are few and stand in every period: each is looked up once.
    at, known = pd.factorize(names)
    return np.array([codes[name] for name in known], dtype=np.int64)[at]
