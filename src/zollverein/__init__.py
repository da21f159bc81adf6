"""Stress-test an economic union and its export corridors: in tonnes, money and welfare.

>>> import zollverein as zv
>>> test = zv.run("novorossiysk-90-days")
>>> sorted(test.routes.columns)
['after_kt', 'before_kt', 'change_kt', 'confidence', 'name', 'route', 'weakest_figure']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from zollverein._version import __version__

if TYPE_CHECKING:
    from zollverein.case import Case, Fault, check_case, open_case
    from zollverein.corridor import Horizon, Network, Outage, Revision, Routing
    from zollverein.economy import Closure, Economy, Effects, Outcome, Shock
    from zollverein.errors import ZollvereinError
    from zollverein.gravity import Design, Estimate, Panel
    from zollverein.stress import Comparison, Hindcast, Scenario, StressTest, compare, hindcast, run
    from zollverein.stress.sweeps import Sweep, open_sweep, sweep
    from zollverein.union import Union, Weights

# Loaded on first use, so that `zollverein --version` need not wait for pandas and a solver.
_HOME = {
    "Case": "case", "Fault": "case", "check_case": "case", "open_case": "case",
    "Closure": "economy", "Economy": "economy", "Effects": "economy", "Outcome": "economy", "Shock": "economy",
    "Comparison": "stress", "Hindcast": "stress", "Scenario": "stress", "StressTest": "stress", "compare": "stress",
    "hindcast": "stress", "run": "stress",
    "Sweep": "stress.sweeps", "open_sweep": "stress.sweeps", "sweep": "stress.sweeps",
    "Horizon": "corridor", "Network": "corridor", "Outage": "corridor", "Revision": "corridor", "Routing": "corridor",
    "Design": "gravity", "Estimate": "gravity", "Panel": "gravity",
    "Union": "union", "Weights": "union", "ZollvereinError": "errors",
}  # fmt: skip

__all__ = [
    "Case",
    "Closure",
    "Comparison",
    "Design",
    "Economy",
    "Effects",
    "Estimate",
    "Fault",
    "Hindcast",
    "Horizon",
    "Network",
    "Outage",
    "Outcome",
    "Panel",
    "Revision",
    "Routing",
    "Scenario",
    "Shock",
    "StressTest",
    "Sweep",
    "Union",
    "Weights",
    "ZollvereinError",
    "__version__",
    "check_case",
    "compare",
    "hindcast",
    "open_case",
    "open_sweep",
    "run",
    "sweep",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'zollverein' has no attribute '{name}'; it has {', '.join(__all__)}")
    value = getattr(import_module(f"zollverein.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
