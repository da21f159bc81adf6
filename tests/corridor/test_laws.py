"""What holds on every network: conservation, monotony, and the answer of another solver."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from tests.corridor.toys import two_ways

from zollverein.corridor import Horizon, Outage, stranded_kt
from zollverein.corridor.measures import export_value_usd_million, transport_cost

MONTHS = Horizon(date(2022, 1, 1), date(2022, 6, 30), "month")
FEW = settings(max_examples=25, deadline=None)
capacity = st.floats(0.0, 2000.0).map(lambda x: round(x, 3))


@st.composite
def outages(draw):
    first = draw(st.integers(0, 150))
    length = draw(st.integers(1, 60))
    start = date.fromordinal(date(2022, 1, 1).toordinal() + first)
    share = draw(st.sampled_from([0.25, 0.5, 1.0]))
    announced = draw(st.none() | st.integers(1, 90))
    end = date.fromordinal(start.toordinal() + length)
    return Outage("o", draw(st.sampled_from(["cheap", "dear", "field"])), start, end, share, None, announced)


def netback(routing):
    return export_value_usd_million(routing, "XXX") - transport_cost(routing, "XXX")


@FEW
@given(capacity, capacity, st.lists(outages(), max_size=2), st.sampled_from(["rolling", "perfect"]))
def test_every_tonne_is_accounted_for(cheap, dear, befalls, foresight):
    routing = two_ways(cheap=cheap, dear=dear, storage=15.0).route(MONTHS, outages=befalls, foresight=foresight)
    produced = routing.supply["produced_kt"].sum()
    delivered = routing.deliveries["delivered_kt"].sum()
    kept = routing.stocks.loc[routing.stocks["period"] == len(MONTHS) - 1, "stock_kt"].sum()
    assert produced == pytest.approx(delivered + kept, abs=1e-6)
    assert routing.supply["available_kt"].sum() == pytest.approx(produced + stranded_kt(routing, "XXX"), abs=1e-6)
    assert (routing.flows["flow_kt"] <= routing.flows["capacity_kt"] + 1e-6).all()
    assert routing.certificate.mass_balance_kt <= 1e-6


@FEW
@given(capacity, capacity, st.lists(outages(), max_size=2))
def test_knowing_more_never_earns_less(cheap, dear, befalls):
    net = two_ways(cheap=cheap, dear=dear)
    blind = netback(net.route(MONTHS, outages=befalls))
    knowing = netback(net.route(MONTHS, outages=befalls, foresight="perfect"))
    assert blind <= knowing + 1e-6 * max(1.0, abs(knowing))


@FEW
@given(capacity, capacity, st.floats(0.0, 500.0), st.lists(outages(), max_size=1))
def test_more_capacity_never_earns_less(cheap, dear, more, befalls):
    narrow = netback(two_ways(cheap=cheap, dear=dear).route(MONTHS, outages=befalls, foresight="perfect"))
    wide = netback(two_ways(cheap=cheap, dear=dear + more).route(MONTHS, outages=befalls, foresight="perfect"))
    assert wide >= narrow - 1e-6 * max(1.0, abs(narrow))


@FEW
@given(capacity, capacity)
def test_an_outage_of_nothing_is_no_outage(cheap, dear):
    net = two_ways(cheap=cheap, dear=dear)
    nothing = Outage("none", "cheap", date(2022, 2, 1), date(2022, 3, 1), share_lost=0.0)
    with_it, without = net.route(MONTHS, outages=[nothing]), net.route(MONTHS)
    assert with_it.flows["flow_kt"].to_numpy() == pytest.approx(without.flows["flow_kt"].to_numpy(), abs=1e-7)


@FEW
@given(st.integers(0, 2**32 - 1))
def test_another_solver_on_another_formulation_earns_the_same(seed):
    """A random two-port network with tanks, by scipy on a dense programme that is written out here again."""
    rng = np.random.default_rng(seed)
    cheap, dear, storage = rng.uniform(0, 1500), rng.uniform(0, 800), rng.uniform(1, 60)
    halt = Outage("h", "cheap", date(2022, 3, 1), date(2022, 4, 1), share_lost=float(rng.uniform(0, 1)))
    routing = two_ways(cheap=cheap, dear=dear, storage=storage).route(MONTHS, outages=[halt], foresight="perfect")
    days = MONTHS.days
    T = len(days)
    left = np.where(np.arange(T) == 2, 1.0 - halt.share_lost, 1.0)
    # Columns by month: to the port, onto the cheap way, onto the dear way, in the tank at the end.
    month = days * 12 / 365
    earn = np.concatenate([np.zeros(T), np.full(T, 560.0), np.full(T, 520.0), -1.0 * month])
    earn[-1] += 280.0  # what lies in the tank at the end counts at half of what it will earn
    balance = np.zeros((T, 4 * T))
    for t in range(T):
        balance[t, [t, T + t, 3 * T + t]] = 1.0, -1.0, -1.0
        if t:
            balance[t, 3 * T + t - 1] = 1.0
    output = np.zeros((T, 4 * T))
    output[np.arange(T), np.arange(T)] = output[np.arange(T), 2 * T + np.arange(T)] = 1.0
    upper = np.concatenate([np.full(T, np.inf), cheap * days / 365 * left, dear * days / 365, np.full(T, storage)])
    best = linprog(
        -earn, A_ub=output, b_ub=1095.0 * days / 365, A_eq=balance, b_eq=np.zeros(T),
        bounds=list(zip(np.zeros(4 * T), upper, strict=True)),
    )  # fmt: skip
    stock = routing.stocks["stock_kt"].to_numpy()
    ours = 1e3 * netback(routing) - float(stock @ month) + 280.0 * stock[-1]
    assert ours == pytest.approx(-best.fun, rel=1e-7, abs=1e-4)
