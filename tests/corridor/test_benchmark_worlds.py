"""The networks of the benchmark are feasible and worth solving, and its smallest run works."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from benchmarks import networks

from zollverein.corridor import Router

ROOT = Path(__file__).parents[2]
SIZES = [(20, 50, 2, 3), (60, 180, 3, 6)]


@pytest.mark.parametrize(("nodes", "links", "commodities", "periods"), SIZES)
@pytest.mark.parametrize("lossy", [0.0, 0.2])
def test_networks_are_feasible_and_scarce(nodes, links, commodities, periods, lossy):
    network, horizon = networks.network(nodes, links, commodities, seed=3, lossy=lossy), networks.horizon(periods)
    assert (len(network.nodes), len(network.links), len(horizon)) == (nodes, links, periods)
    routing = Router(network, horizon).route()
    by_link = routing.flows.groupby(["link", "period"]).agg(flow=("flow_kt", "sum"), capacity=("capacity_kt", "first"))
    full = by_link["flow"] >= by_link["capacity"] * (1 - 1e-9)
    idle = by_link["flow"] <= 1e-9
    assert 0.1 < full.mean() < 0.7
    assert 0.1 < idle.mean() < 0.7
    assert 0.3 < routing.supply["produced_kt"].sum() / routing.supply["available_kt"].sum() < 0.99


def test_same_seed_same_network():
    first, again, other = (networks.network(30, 90, 2, seed) for seed in (5, 5, 6))
    assert first.link_figures.equals(again.link_figures)
    assert not first.links.equals(other.links)


@pytest.mark.parametrize(("periods", "step"), [(1, "month"), (12, "month"), (13, "week"), (52, "week")])
def test_horizons_have_the_periods_asked_for(periods, step):
    horizon = networks.horizon(periods)
    assert (len(horizon), horizon.step) == (periods, step)


def test_outages_last_one_to_four_whole_periods():
    network, horizon = networks.network(20, 50, 2), networks.horizon(13)
    scenarios = networks.random_outages(network, horizon, 40, seed=2)
    assert scenarios == networks.random_outages(network, horizon, 40, seed=2)
    starts = set(horizon.starts.astype(object))
    for (outage,) in scenarios:
        assert outage.start in starts
        assert (outage.end - outage.start).days in (7, 14, 21, 28)
        assert outage.end <= horizon.end + timedelta(days=1)
    assert len({outage.target for (outage,) in scenarios}) > 10


def test_too_few_links_are_refused():
    with pytest.raises(ValueError, match="too few to join 40 nodes"):
        networks.network(40, 20, 2)


@pytest.mark.e2e
def test_the_smallest_benchmark_runs():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.corridor", "one", "20", "50", "3", "2"],
        capture_output=True, text=True, check=False, cwd=ROOT, env=os.environ | {"PYTHONWARNINGS": "error"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)
    assert np.isfinite(row["netbacks"]).all()
    assert row["netbacks"][0] >= max(row["netbacks"]) - 1e-9
    assert row["off"] < 1e-9
