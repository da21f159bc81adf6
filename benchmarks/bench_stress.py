"""A stress test, room by room."""

import zollverein as zv
from benchmarks.registry import Phases, benchmark


@benchmark
def stress() -> Phases:
    case = zv.open_case("eurasia")
    network, economy = case.network(), case.economy()
    test = zv.run("novorossiysk-90-days", case=case)
    horizon = test.routing.horizon
    yield "open and check the case", lambda: zv.open_case("eurasia")
    yield "build the economy", case.economy
    yield "solve the economy, zero shock", economy.solve
    yield "route the corridor undisturbed", lambda: network.route(horizon)
    yield "run the whole test", lambda: zv.run("novorossiysk-90-days", case=case)
