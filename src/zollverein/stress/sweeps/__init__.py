"""Many stress tests: planned, drawn, answered on many cores or machines, kept, and summed up."""

from zollverein.stress.sweeps.reading import read_sweep, sweep_schema
from zollverein.stress.sweeps.result import Sweep
from zollverein.stress.sweeps.spec import SweepSpec
from zollverein.stress.sweeps.sweeping import Tell, check_sweep, open_sweep, sweep

__all__ = ["Sweep", "SweepSpec", "Tell", "check_sweep", "open_sweep", "read_sweep", "sweep", "sweep_schema"]
