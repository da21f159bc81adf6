"""Build and solve with linopy the network programme that the benchmark wrote; print seconds and netbacks as JSON.

Runs in an environment of its own and imports nothing of ours: `rival_linopy.py FILE REBUILT`. The base and then REBUILT
outages are built anew each time; then all outages are solved in one model that linopy keeps in HiGHS and updates.
With none to rebuild, the base is only built.
"""

import json
import sys
import time
from importlib.metadata import version

import highspy
import linopy
import numpy as np
import pandas as pd
import xarray as xr
from linopy.solvers import Solver

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
    """Return the programme as a linopy model: flow, supply, delivery and stock by period."""
    period = pd.RangeIndex(len(data["days"]), name="period")
    m = linopy.Model()

    def columns(name, like, upper=None):
        index = pd.RangeIndex(len(like), name=name)
        top = np.inf if upper is None else xr.DataArray(upper, coords=[index, period])
        return m.add_variables(lower=0, upper=top, coords=[index, period], name=name)

    def by(expression, name, at, group):
        return expression.groupby(pd.Series(at, index=pd.RangeIndex(len(at), name=name), name=group)).sum()

    def array(name, values):
        return xr.DataArray(values, coords=[pd.RangeIndex(len(values), name=name), period])

    flow = columns("flow", data["arc_link"])
    supply = columns("supply", data["field_at"], data["field_kt"])
    delivery = columns("delivery", data["market_at"])
    stock = columns("stock", data["tank_at"])
    arrives = xr.DataArray(1.0 - data["loss"], coords=[pd.RangeIndex(len(data["loss"]), name="flow")])
    carried = stock.shift(period=1).fillna(0) - stock
    parts = [
        by(flow * arrives, "flow", data["arc_head"], "balance"),
        -by(1.0 * flow, "flow", data["arc_tail"], "balance"),
        by(1.0 * supply, "supply", data["field_at"], "balance"),
        -by(1.0 * delivery, "delivery", data["market_at"], "balance"),
        by(carried, "stock", data["tank_at"], "balance"),
    ]
    balance = linopy.merge(parts, join="outer")
    there = xr.zeros_like(balance.const)
    there.loc[{"balance": data["tank_at"], "period": 0}] = data["initial"]
    m.add_constraints(balance == -there, name="balance")
    used = np.unique(data["arc_link"])
    capacity = array("link", link_kt).isel(link=used)
    m.add_constraints(by(1.0 * flow, "flow", data["arc_link"], "link") <= capacity, name="capacity")
    intake = by(1.0 * delivery, "delivery", data["market_intake"], "intake")
    m.add_constraints(intake <= array("intake", data["intake_kt"]), name="intake")
    m.add_constraints(
        by(1.0 * stock, "stock", data["tank_room"], "room") <= array("room", data["room_kt"]), name="room"
    )
    m.add_objective(
        (flow * array("flow", data["tariff"])).sum()
        + (supply * array("supply", data["field_cost"])).sum()
        - (delivery * array("delivery", data["price"])).sum()
        + (stock * array("stock", data["stock_cost"])).sum()
    )
    return m


def under(data, number):
    """Return the capacities under an outage."""
    link_kt = data["link_kt"].copy()
    link_kt[data["outage_link"][number]] = data["outage_kt"][number]
    return link_kt


def rebuilt(data, link_kt):
    """Build and solve; seconds of building, inside HiGHS and in all, and US$ million."""
    global inside  # noqa: PLW0603
    inside = 0.0
    began = time.perf_counter()
    m = built(data, link_kt)
    build = time.perf_counter() - began
    m.solve(solver_name="highs", io_api="direct", progress=False, **OPTIONS)
    spent = time.perf_counter() - began
    return build, inside, spent, -m.objective.value / 1e3


def main(path, again):
    """Print one row."""
    data = dict(np.load(path))
    row = {"linopy": version("linopy")}
    if not again:
        began = time.perf_counter()
        built(data, data["link_kt"])
        print(json.dumps(row | {"linopy_build_s": time.perf_counter() - began}))
        return
    # The first model of a process loads libraries; it is not timed.
    built(data, data["link_kt"])
    row["linopy_build_s"], row["linopy_highs_s"], row["linopy_s"], netback = rebuilt(data, data["link_kt"])
    row["linopy_netbacks"] = [netback]
    spent = 0.0
    for number in range(again):
        *_, seconds, netback = rebuilt(data, under(data, number))
        row["linopy_netbacks"].append(netback)
        spent += seconds
    row["linopy_again_s"] = spent / again
    m = built(data, data["link_kt"])
    solver = Solver.from_name("highs", m, io_api="direct", track_updates=True, options=OPTIONS)
    solver.solve(assign=True)
    capacity = m.constraints["capacity"]
    right_hand_side = capacity.rhs
    link = right_hand_side.coords["link"].values
    kept = len(data["outage_link"])
    began, off = time.perf_counter(), 0.0
    for number in range(kept):
        capacity.update(rhs=xr.DataArray(under(data, number)[link], coords=right_hand_side.coords))
        solver.solve(m, assign=True, disallow_rebuild=True)
        if number < again:
            netback = -m.objective.value / 1e3
            off = max(off, abs(netback - row["linopy_netbacks"][1 + number]) / abs(netback))
    row["linopy_kept_s"], row["linopy_kept_off"] = (time.perf_counter() - began) / kept, off
    print(json.dumps(row))


main(sys.argv[1], int(sys.argv[2]))
