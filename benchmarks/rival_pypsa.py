"""Build and solve with PyPSA the network programme that the benchmark wrote; print seconds and netbacks as JSON.

Runs in an environment of its own and imports nothing of ours: `rival_pypsa.py FILE REBUILT`; the base and then REBUILT
outages are built anew each time; without any, the base is only built.

A bus is a node for one commodity, a link carries one commodity in kt a day, tanks are stores, markets are generators
that take, at a negative cost. What commodities share (a link's capacity, a market's intake, a tank's room) PyPSA does
not know: these are constraints of our own on its linopy model, by `create_model`. The programme is then the same.
"""

import logging
import sys
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
import pypsa
import xarray as xr
from rival_timing import OPTIONS, measured, told

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)


def built(data, link_kt):
    """Return the network with its linopy model made and the shared bounds added."""
    days = data["days"].astype(float)
    T = len(days)
    snapshots = pd.RangeIndex(T, name="snapshot")
    n = pypsa.Network()
    n.set_snapshots(snapshots)
    n.snapshot_weightings.loc[:, :] = days[:, None]
    buses = max(data[key].max() for key in ("arc_tail", "arc_head", "field_at", "market_at")) + 1
    bus = np.array([f"b{k}" for k in range(buses)])

    def named(prefix, like):
        return pd.Index([f"{prefix}{k}" for k in range(len(like))], name="name")

    def series(values, names):
        return pd.DataFrame(values.T, index=snapshots, columns=names)

    flows, fields, markets, tanks = (
        named(prefix, data[key])
        for prefix, key in (("f", "arc_link"), ("s", "field_at"), ("d", "market_at"), ("k", "tank_at"))
    )
    n.add("Bus", bus)
    n.add(
        "Link", flows, bus0=bus[data["arc_tail"]], bus1=bus[data["arc_head"]], efficiency=1.0 - data["loss"],
        p_nom=(data["link_kt"] / days).max(axis=1)[data["arc_link"]], marginal_cost=series(data["tariff"], flows),
    )  # fmt: skip
    field_per_day = data["field_kt"] / days
    most = field_per_day.max(axis=1)
    share = series(field_per_day / most[:, None], fields)
    n.add(
        "Generator", fields, bus=bus[data["field_at"]], p_nom=most, p_max_pu=share,
        marginal_cost=series(data["field_cost"], fields),
    )  # fmt: skip
    intake_per_day = data["intake_kt"] / days
    n.add(
        "Generator", markets, bus=bus[data["market_at"]], sign=-1.0,
        p_nom=intake_per_day.max(axis=1)[data["market_intake"]], marginal_cost=series(-data["price"], markets),
    )  # fmt: skip
    n.add(
        "Store", tanks, bus=bus[data["tank_at"]], e_nom=data["room_kt"].max(axis=1)[data["tank_room"]],
        e_initial=data["initial"], marginal_cost_storage=series(data["stock_cost"] / days, tanks),
    )  # fmt: skip
    m = n.optimize.create_model(include_objective_constant=False)

    def shared(variable, names, group, bound, called):
        at = pd.Series(group, index=names, name=called)
        used = np.unique(group)
        top = xr.DataArray(bound[used].T, coords=[snapshots, pd.Index(used, name=called)])
        m.add_constraints(m[variable].sel(name=names).groupby(at).sum() <= top, name=called)

    shared("Link-p", flows, data["arc_link"], link_kt / days, "capacity")
    shared("Generator-p", markets, data["market_intake"], intake_per_day, "intake")
    shared("Store-e", tanks, data["tank_room"], data["room_kt"], "room")
    return n


def solved(n):
    """Solve and return the cost."""
    n.optimize.solve_model(solver_name="highs", io_api="direct", solver_options=OPTIONS)
    return n.model.objective.value


_, row = measured("pypsa", version("pypsa"), built, solved, sys.argv[1], int(sys.argv[2]))
told(row)
