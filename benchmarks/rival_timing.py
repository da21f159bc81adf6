"""How rivals are timed: building, inside HiGHS and in all, for the base and for outages that are built anew.

Runs in the rivals' environment, beside their scripts, and imports nothing of ours.
"""

import json
import time

import highspy
import numpy as np

OPTIONS = {"threads": 1, "random_seed": 1, "output_flag": False}
_inside = [0.0]
_run = highspy.Highs.run


def _timed_run(self):
    """Run HiGHS and add up its seconds."""
    began = time.perf_counter()
    status = _run(self)
    _inside[0] += time.perf_counter() - began
    return status


highspy.Highs.run = _timed_run


def under(data, number):
    """Return the capacities under an outage."""
    link_kt = data["link_kt"].copy()
    link_kt[data["outage_link"][number]] = data["outage_kt"][number]
    return link_kt


def rebuilt(built, solved, data, link_kt):
    """Build and solve; seconds of building, inside HiGHS and in all, and US$ million."""
    _inside[0] = 0.0
    began = time.perf_counter()
    model = built(data, link_kt)
    build = time.perf_counter() - began
    cost = solved(model)
    return build, _inside[0], time.perf_counter() - began, -cost / 1e3


def measured(name, version, built, solved, path, again):
    """Return the programme's data and a rival's row: the base, then outages built anew; without any, only built.

    `built` makes the model of data and capacities, `solved` solves it and returns its cost.
    """
    data = dict(np.load(path))
    row = {name: version}
    if not again:
        began = time.perf_counter()
        built(data, data["link_kt"])
        return data, row | {f"{name}_build_s": time.perf_counter() - began}
    # The first model of a process loads libraries; it is not timed.
    built(data, data["link_kt"])
    build, highs, whole, netback = rebuilt(built, solved, data, data["link_kt"])
    row |= {f"{name}_build_s": build, f"{name}_highs_s": highs, f"{name}_s": whole, f"{name}_netbacks": [netback]}
    spent = 0.0
    for number in range(again):
        *_, seconds, netback = rebuilt(built, solved, data, under(data, number))
        row[f"{name}_netbacks"].append(netback)
        spent += seconds
    return data, row | {f"{name}_again_s": spent / again}


def told(row):
    """Print a row as one line of JSON."""
    print(json.dumps(row))
