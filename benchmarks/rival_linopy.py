"""Build and solve with linopy the network programme that the benchmark wrote; print seconds and netbacks as JSON.

Runs in an environment of its own and imports nothing of ours: `rival_linopy.py FILE REBUILT`. The base and then REBUILT
outages are built anew each time; then all outages are solved in one model that linopy keeps in HiGHS and updates.
With none to rebuild, the base is only built.
"""

import sys
import time
from importlib.metadata import version

import linopy
import numpy as np
import pandas as pd
import xarray as xr
from linopy.solvers import Solver
from rival_timing import OPTIONS, measured, told, under


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


def solved(m):
    """Solve with a fresh hand-over and return the cost."""
    m.solve(solver_name="highs", io_api="direct", progress=False, **OPTIONS)
    return m.objective.value


def kept(data, again, netbacks):
    """Return seconds of an outage in one model that linopy keeps, and how far its netbacks are off."""
    m = built(data, data["link_kt"])
    solver = Solver.from_name("highs", m, io_api="direct", track_updates=True, options=OPTIONS)
    solver.solve(assign=True)
    capacity = m.constraints["capacity"]
    right_hand_side = capacity.rhs
    link = right_hand_side.coords["link"].values
    count = len(data["outage_link"])
    began, off = time.perf_counter(), 0.0
    for number in range(count):
        capacity.update(rhs=xr.DataArray(under(data, number)[link], coords=right_hand_side.coords))
        solver.solve(m, assign=True, disallow_rebuild=True)
        if number < again:
            netback = -m.objective.value / 1e3
            off = max(off, abs(netback - netbacks[1 + number]) / abs(netback))
    return {"linopy_kept_s": (time.perf_counter() - began) / count, "linopy_kept_off": off}


def main(path, again):
    """Print one row."""
    data, row = measured("linopy", version("linopy"), built, solved, path, again)
    told(row | kept(data, again, row["linopy_netbacks"]) if again else row)


main(sys.argv[1], int(sys.argv[2]))
