"""What is benchmarked: functions that yield their phases."""

from __future__ import annotations

from collections.abc import Callable, Iterator

__all__ = ["BENCHMARKS", "Phases", "benchmark"]

Phases = Iterator[tuple[str, Callable[[], object]]]
BENCHMARKS: dict[str, Callable[[], Phases]] = {}


def benchmark(phases: Callable[[], Phases]) -> Callable[[], Phases]:
    """Register a benchmark under its function's name."""
    BENCHMARKS[phases.__name__] = phases
    return phases
