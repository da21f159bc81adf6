"""Run the registered benchmarks: `python -m benchmarks [WORD ...] [--json]`; words pick by name.

A benchmark lives in `benchmarks/bench_<room>.py` and is a function without arguments, registered with
`@benchmark`, that yields its phases as pairs of a name and a function to be timed. Each phase runs until it has been
timed often or long enough; its best and median time count, and the peak of memory that Python's allocator sees, from a
run of its own. Say a speed only with one of these numbers.
"""

from __future__ import annotations

import importlib
import json
import platform
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.registry import BENCHMARKS

LONGEST_SECONDS = 3.0
MOST_RUNS = 20


def timed(work: Callable[[], object], smoke: bool) -> dict[str, float]:
    """Time one phase; a smoke run only sees that it works."""
    seconds: list[float] = []
    while not seconds or (not smoke and sum(seconds) < LONGEST_SECONDS and len(seconds) < MOST_RUNS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    peak = 0
    if not smoke:
        tracemalloc.start()
        work()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return {
        "best_s": min(seconds),
        "median_s": statistics.median(seconds),
        "runs": len(seconds),
        "peak_mb": peak / 1e6,
    }


def measured(words: Sequence[str] = (), smoke: bool = False) -> list[dict[str, object]]:
    """Run every benchmark whose name holds one of the words, all without words."""
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        importlib.import_module(f"benchmarks.{path.stem}")
    rows: list[dict[str, object]] = []
    for name, phases in BENCHMARKS.items():
        if not words or any(word in name for word in words):
            rows += [{"benchmark": name, "phase": phase, **timed(work, smoke)} for phase, work in phases()]
    return rows


def main(arguments: Sequence[str]) -> int:
    """Print a table, or JSON."""
    rows = measured([word for word in arguments if not word.startswith("-")])
    if "--json" in arguments:
        print(json.dumps({"python": platform.python_version(), "machine": platform.machine(), "rows": rows}, indent=2))
        return 0
    print(f"{'benchmark':<24} {'phase':<30} {'best':>9} {'median':>9} {'runs':>5} {'peak':>9}")
    for row in rows:
        print(
            f"{row['benchmark']:<24} {row['phase']:<30} {row['best_s']:>7.3f} s {row['median_s']:>7.3f} s "
            f"{row['runs']:>5} {row['peak_mb']:>6.1f} MB"
        )
    return 0 if rows else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
