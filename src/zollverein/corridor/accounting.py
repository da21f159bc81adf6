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
    blending: pd.DataFrame,
    initial: pd.DataFrame,
) -> float:
    """Return the largest imbalance of any (node, commodity, period): what came in less what went out or was kept."""
    key = ["node", "commodity", "period"]
    ends = network.links
    last = stocks["period"].max() if len(stocks) else 0
    carried = stocks[stocks["period"] < last].assign(period=lambda f: f["period"] + 1)
    parts = [
        flows.assign(node=flows["link"].map(ends["to_node"]), kt=flows["arrived_kt"]),
        flows.assign(node=flows["link"].map(ends["from_node"]), kt=-flows["flow_kt"]),
        supply.assign(kt=supply["produced_kt"]),
        deliveries.assign(kt=-deliveries["delivered_kt"]),
        stocks.assign(kt=-stocks["stock_kt"]),
        carried.assign(kt=carried["stock_kt"]),
        initial.assign(period=0, kt=initial["stock_kt"]),
        blending.assign(commodity=blending["component"], kt=-blending["blended_kt"]),
        blending.assign(commodity=blending["blend"], kt=blending["blended_kt"]),
    ]
    total = pd.concat([part[[*key, "kt"]] for part in parts if len(part)]).groupby(key)["kt"].sum()
    return float(total.abs().max())
