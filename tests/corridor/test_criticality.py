"""Cuts, critical links and attacks against brute force, and against a linear programme written out again."""

from datetime import date, timedelta
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from tests.corridor.toys import network, two_ways

from zollverein.corridor import Horizon, Outage, Router, bottleneck, criticality, worst_attack
from zollverein.errors import NetworkError, UnknownNameError

YEAR = Horizon(date(2022, 1, 1), date(2022, 12, 31), "month")
ALL_YEAR = (date(2022, 1, 1), date(2023, 1, 1))


def random_network(seed, width=3):
    """Fields, two layers of junctions and markets, all joined at random."""
    rng = np.random.default_rng(seed)
    layers = [[f"{name}{k}" for k in range(width)] for name in "fabm"]
    kinds = ("field", "junction", "junction", "market")
    of_kind = [(n, kind) for layer, kind in zip(layers, kinds, strict=True) for n in layer]
    nodes = [(n, kind, "AAA" if kind == "market" else "XXX") for n, kind in of_kind]
    links, figures = [], []
    for here, there in pairwise(layers):
        for a in here:
            for b in there:
                if b[1] == a[1] or rng.random() < 0.6:
                    links.append((f"{a}-{b}", a, b, ""))
                    figures.append((f"{a}-{b}", "nominal_kt_per_year", float(rng.integers(10, 200))))
                    figures.append((f"{a}-{b}", "tariff_usd_per_t", float(rng.integers(1, 30))))
    told = [(n, "crude", "production_kt_per_year", float(rng.integers(50, 300))) for n in layers[0]]
    told += [(n, "", "price_usd_per_t", 1000.0 + float(rng.integers(0, 20))) for n in layers[3]]
    return network(nodes, links, figures, told)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_most_that_can_leave_is_the_maximum_flow_and_what_the_routing_moves(seed):
    net = random_network(seed)
    found = bottleneck(net, YEAR, "XXX")
    capacity = net.link_figure("nominal_kt_per_year", YEAR)[:, 0]
    offered = {node: rate[0] for (node, _), rate in net.node_figure("production_kt_per_year", YEAR).items()}
    ends = list(net.ends.values())
    inner = [node for node, kind in net.nodes["kind"].items() if kind != "market"]
    # Of every field or junction no more goes out than comes in or is produced.
    more_out = np.array([[float(a == n) - float(b == n) for a, b in ends] for n in inner])
    into_markets = np.array([float(net.nodes["kind"][b] == "market") for _, b in ends])
    most = linprog(
        -into_markets, A_ub=more_out, b_ub=[offered.get(n, 0.0) for n in inner], bounds=[(0.0, c) for c in capacity]
    )
    assert found.maximum_kt == pytest.approx(-most.fun, abs=1e-2)
    # Every tonne earns far more than making way for it costs, so the best routing moves as much as can be moved.
    assert Router(net, YEAR).base().delivered_kt["XXX"] == pytest.approx(found.maximum_kt, abs=1e-2)
    assert found.cut["capacity_kt"].sum() == pytest.approx(found.maximum_kt)


def test_widening_the_cut_helps_and_widening_anything_else_does_not():
    net = two_ways(dear=0.0)
    found = bottleneck(net, YEAR, "XXX")
    assert found.cut[["kind", "name"]].to_numpy().tolist() == [["link", "cheap"], ["link", "dear"]]
    assert found.maximum_kt == pytest.approx(730.0)
    halted = bottleneck(net, YEAR, "XXX", [Outage("h", "cheap", date(2022, 1, 1), date(2022, 7, 2), share_lost=1.0)])
    assert halted.maximum_kt == pytest.approx(2.0 * 183)
    wide = bottleneck(two_ways(cheap=5000.0), YEAR, "XXX")
    assert wide.cut["kind"].tolist() == ["field"]
    with pytest.raises(UnknownNameError, match="did you mean 'XXX'"):
        bottleneck(net, YEAR, "XXY")


def test_a_quota_that_binds_is_in_the_cut():
    rows = [("treaty", "cheap", "", 500.0, "year"), ("treaty", "dear", "", 500.0, "year")]
    found = bottleneck(two_ways(quotas=rows), YEAR, "XXX")
    assert found.maximum_kt == pytest.approx(500.0)
    assert found.cut[["kind", "name", "capacity_kt"]].to_numpy().tolist() == [["quota", "treaty", 500.0]]
    assert Router(two_ways(quotas=rows), YEAR).base().delivered_kt["XXX"] == pytest.approx(500.0)


def test_a_field_s_own_loss_spares_the_cost_of_shutting_it_in():
    """The netback of an answer is sales less carriage less what shutting in costs, and only what was offered can be."""
    net = two_ways(node_figures=[("field", "", "shut_in_usd_per_t", 30.0)])
    router = Router(net, YEAR)
    assert router.base().netback_usd_million == pytest.approx((730 * 560 + 365 * 520) / 1e3)
    table = criticality(router, targets=["field", "cheap"]).set_index("targets")
    assert table.loc["field", "lost_usd_million"] == pytest.approx((730 * 560 + 365 * 520) / 1e3)
    assert table.loc["cheap", "lost_usd_million"] == pytest.approx(730 * (560 + 30) / 1e3)


def lost(net, targets):
    base = net.route(YEAR, foresight="perfect")
    outages = [Outage(t, t, *ALL_YEAR, share_lost=1.0) for t in targets]
    after = net.route(YEAR, outages=outages, foresight="perfect")
    value = [
        r.deliveries["value_usd_million"].sum() - (r.flows["flow_kt"] * r.flows["tariff_usd_per_t"]).sum() / 1e3
        for r in (base, after)
    ]
    return value[0] - value[1]


def test_every_loss_alone_and_in_pairs_is_that_of_a_routing_without_them():
    net = random_network(3)
    targets = [str(link) for link in net.links.index][:6]
    table = criticality(Router(net, YEAR), depth=2, targets=targets).set_index("targets")
    assert len(table) == 6 + 15
    for target in targets:
        assert table.loc[target, "lost_usd_million"] == pytest.approx(lost(net, [target]), abs=1e-6)
    for a, b in list(combinations(targets, 2))[:5]:
        together = lost(net, [a, b])
        assert table.loc[f"{a} + {b}", "lost_usd_million"] == pytest.approx(together, abs=1e-6)
        synergy = together - lost(net, [a]) - lost(net, [b])
        assert table.loc[f"{a} + {b}", "synergy_usd_million"] == pytest.approx(synergy, abs=1e-6)
    assert table["lost_usd_million"].is_monotonic_decreasing


def test_two_ways_that_stand_in_for_each_other_are_worth_more_together():
    table = criticality(Router(two_ways(cheap=1095.0, dear=1095.0), YEAR), depth=2, targets=["cheap", "dear"])
    by_name = table.set_index("targets")
    assert by_name.loc["dear", "lost_usd_million"] == pytest.approx(0.0, abs=1e-9)
    assert by_name.loc["cheap + dear", "synergy_usd_million"] == pytest.approx(1095 * 0.52)
    month = criticality(Router(two_ways(), YEAR), targets=["cheap"], start=date(2022, 3, 1), days=31)
    assert month["lost_usd_million"][0] == pytest.approx(2.0 * 31 * 0.56)


@pytest.mark.parametrize("seed", range(4))
def test_the_worst_attack_is_that_of_all_sets(seed):
    net, rng = random_network(seed, width=2), np.random.default_rng(seed)
    router = Router(net, YEAR)
    targets = [str(link) for link in net.links.index]
    cost = {target: float(rng.integers(1, 4)) for target in targets}
    found = worst_attack(router, budget=5.0, cost=cost, most=3)
    base = router.base().netback_usd_million
    for _, row in found.iterrows():
        sets = [s for s in combinations([*targets, "a0", "a1", "b0", "b1"], int(row["step"]))
                if sum(cost.get(t, 1.0) for t in s) <= 5.0]  # fmt: skip
        worst = max(
            base - router.answer([Outage(t, t, *ALL_YEAR, share_lost=1.0) for t in s]).netback_usd_million for s in sets
        )
        assert row["lost_usd_million"] == pytest.approx(worst, abs=1e-6)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda r: criticality(r, depth=3), "allowed are 1"),
        (lambda r: criticality(r, targets=["cheep"]), "did you mean 'cheap'"),
        (lambda r: criticality(r, targets=["cheap", "cheap"]), "name each once"),
        (lambda r: criticality(r, days=0), "whole number from 1"),
        (lambda r: criticality(r, start=date(2030, 1, 1), days=3), "outside the horizon"),
        (lambda r: worst_attack(r, budget=-1.0), "above 0"),
        (lambda r: worst_attack(r, budget=1.0, cost={"cheep": 1.0}), "did you mean 'cheap'"),
        (lambda r: worst_attack(r, budget=1.0, cost={"cheap": 0.0}), "above 0"),
        (lambda r: worst_attack(r, budget=1.0, most=0), "1 to 10"),
    ],
)
def test_what_cannot_be_lost_is_refused(ask, told):
    with pytest.raises((NetworkError, UnknownNameError), match=told):
        ask(Router(two_ways(), YEAR))


def test_days_of_a_loss_end_within_reason():
    table = criticality(Router(two_ways(), YEAR), targets=["cheap"], start=date(2022, 12, 1), days=365)
    assert table["lost_usd_million"][0] == pytest.approx(2.0 * 31 * 0.56)
    assert date(2022, 12, 1) + timedelta(days=365) > YEAR.end
