"""Build and solve with PyPSA the network programme that the benchmark wrote; print seconds and netbacks as JSON.

Runs in an environment of its own and imports nothing of ours: `rival_pypsa.py FILE REBUILT`; the base and then REBUILT
outages are built anew each time; without any, the base is only built.

A bus is a node for one commodity, a link carries one commodity in kt a day, tanks are stores, markets are generators
that take, at a negative cost. What commodities share (a link's capacity, a market's intake, a tank's room) PyPSA does
not know: these are constraints of our own on its linopy model, by `create_model`. The programme is then the same.
"""

import json
import logging
import sys
import time
import warnings
from importlib.metadata import version

import highspy
import numpy as np
import pandas as pd
import pypsa
import xarray as xr

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
OPTIONS = {"threads": 1, "random_seed": 1, "output_flag": False}
inside = 0.0
run = highspy.Highs.run


def timed_run(self):
    """Run HiGHS and add up its seconds."""
    global inside  # noqa: PLW0603
    began = time.perf_counter()
    status = run(self)
    inside += time.perf_counter() - began
    return status


highspy.Highs.run = timed_run


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


def rebuilt(data, link_kt):
    """Build and solve; seconds of building, inside HiGHS and in all, and US$ million."""
    global inside  # noqa: PLW0603
    inside = 0.0
    began = time.perf_counter()
    n = built(data, link_kt)
    build = time.perf_counter() - began
    n.optimize.solve_model(solver_name="highs", io_api="direct", solver_options=OPTIONS)
    spent = time.perf_counter() - began
    return build, inside, spent, -n.model.objective.value / 1e3


def main(path, again):
    """Print one row."""
    data = dict(np.load(path))
    row = {"pypsa": version("pypsa")}
    if not again:
        began = time.perf_counter()
        built(data, data["link_kt"])
        print(json.dumps(row | {"pypsa_build_s": time.perf_counter() - began}))
        return
    # The first model of a process loads libraries; it is not timed.
    built(data, data["link_kt"])
    row["pypsa_build_s"], row["pypsa_highs_s"], row["pypsa_s"], netback = rebuilt(data, data["link_kt"])
    row["pypsa_netbacks"] = [netback]
    spent = 0.0
    for number in range(again):
        link_kt = data["link_kt"].copy()
        link_kt[data["outage_link"][number]] = data["outage_kt"][number]
        *_, seconds, netback = rebuilt(data, link_kt)
        row["pypsa_netbacks"].append(netback)
        spent += seconds
    row["pypsa_again_s"] = spent / again
    print(json.dumps(row))


main(sys.argv[1], int(sys.argv[2]))
