"""How long balancing takes: `python -m benchmarks.balancing [--quick] [--json]`.

Cubes of exporters, importers and sectors with all three pairs of margins, beside the plain loop that scales by each in
turn; tables of the OECD's size by RAS and GRAS; conflicting figures by weighted entropy, and how long it takes to name
a contradiction. One thread; seconds of the wall and of the processor. All that is timed is certified to 1e-9.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks.economy import table
from zollverein.case.balancing import Balanced, Constraints, gras, ipf, ras, reconcile
from zollverein.errors import Infeasible

Row = dict[str, Any]
TOLERANCE = 1e-9
CUBES, QUICK_CUBES = ((50, 50, 40), (100, 100, 40), (200, 200, 40)), ((20, 20, 10), (50, 50, 40))
TABLES, QUICK_TABLES = (1_000, 3_465), (300,)
SYSTEMS, QUICK_SYSTEMS = ((25, 20), (50, 40)), ((15, 10),)
COLUMNS = {
    "what": "what", "cells": "cells", "rules": "constraints", "wall_s": "wall s", "cpu_s": "processor s",
    "steps": "steps", "residual": "residual",
}  # fmt: skip


def timed(what: str, work: Callable[[], tuple[int, float]], cells: int, rules: int) -> Row:
    """Run once; return seconds of wall and processor, and what the work says of its steps and residual."""
    wall, cpu = time.perf_counter(), time.process_time()
    steps, residual = work()
    return {
        "what": what, "cells": f"{cells:,}", "rules": f"{rules:,}", "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu, "steps": steps, "residual": residual,
    }  # fmt: skip


def cube(shape: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return a seed over seven orders of magnitude, and a cube that differs by factors of pairs and by cell."""
    rng = np.random.default_rng(1)
    seed = rng.lognormal(0.0, 2.0, shape)
    made = seed * rng.lognormal(0.0, 0.3, shape)
    for kept in combinations(range(3), 2):
        made *= rng.lognormal(0.0, 0.5, [size if a in kept else 1 for a, size in enumerate(shape)])
    return seed, made


def plain_loop(seed: np.ndarray, margins: Sequence[tuple[tuple[int, ...], np.ndarray]]) -> tuple[int, float]:
    """Scale by each margin in turn until all are met: what one would write in five lines."""
    x, sweeps, worst = seed.copy(), 0, np.inf
    while worst > TOLERANCE:
        for kept, target in margins:
            other = tuple(a for a in range(x.ndim) if a not in kept)
            x *= np.expand_dims(target / x.sum(axis=other), other)
        worst = max(
            np.abs(x.sum(axis=tuple(a for a in range(x.ndim) if a not in kept)) / target - 1.0).max()
            for kept, target in margins
        )
        sweeps += 1
    return sweeps, float(worst)


def said(found: Balanced) -> tuple[int, float]:
    return found.iterations, found.residual


def cubes(shapes: Sequence[tuple[int, int, int]]) -> list[Row]:
    rows = []
    for shape in shapes:
        seed, made = cube(shape)
        margins = [(kept, made.sum(axis=3 - sum(kept))) for kept in combinations(range(3), 2)]
        name, rules = " x ".join(map(str, shape)), sum(target.size for _, target in margins)
        rows += [
            timed(f"ipf {name}", lambda s=seed, m=margins: said(ipf(s, m)), seed.size, rules),
            timed("  plain loop", lambda s=seed, m=margins: plain_loop(s, m), seed.size, rules),
        ]
    return rows


def tables(sizes: Sequence[int]) -> list[Row]:
    rows = []
    for n in sizes:
        rng = np.random.default_rng(2)
        seed = rng.lognormal(0.0, 2.0, (n, n)) * (rng.random((n, n)) < 0.5)
        made = seed * rng.lognormal(0.0, 0.3, (n, n)) * rng.lognormal(0.0, 0.5, (n, 1)) * rng.lognormal(0.0, 0.5, n)
        sign = np.where(rng.random((n, n)) < 0.02, -1.0, 1.0)
        margins = [((0,), made.sum(axis=1)), ((1,), made.sum(axis=0))]
        mixed = ((sign * made).sum(axis=1), (sign * made).sum(axis=0))
        cells = int(np.count_nonzero(seed))
        rows += [
            timed(f"ras {n} x {n}", lambda s=seed, m=margins: said(ras(s, m[0][1], m[1][1])), cells, 2 * n),
            timed("  plain loop", lambda s=seed, m=margins: plain_loop(s, m), cells, 2 * n),
            timed(f"gras {n} x {n}", lambda s=sign * seed, m=mixed: said(gras(s, *m)), cells, 2 * n),
        ]
    return rows


def conflicting(size: tuple[int, int]) -> tuple[np.ndarray, pd.DataFrame, Callable[..., Constraints]]:
    """Return a cube flat, its cells, and a maker of sums of pairs that are off by a standard error."""
    N, S = size
    seed, made = cube((N, N, S))
    cells = pd.DataFrame(dict(zip("ijk", (index.ravel() for index in np.indices(seed.shape)), strict=True)))
    rng = np.random.default_rng(3)

    def sums(by: list[str], error: float) -> Constraints:
        totals = pd.Series(made.ravel()).groupby([cells[name] for name in by]).sum()
        off = totals * (1.0 + error * rng.normal(size=len(totals)))
        return Constraints.sums(cells[by], off, relative_error=error, what=" ".join(by))

    return seed.ravel(), cells, sums


def contradicted(seed: np.ndarray, constraints: Constraints) -> tuple[int, float]:
    """Return how many constraints were named."""
    try:
        reconcile(seed, constraints)
    except Infeasible as error:
        return len(vars(error)["constraints"]), float("nan")
    raise SystemExit("constraints that contradict each other were met")


def systems(sizes: Sequence[tuple[int, int]]) -> list[Row]:
    rows = []
    for size in sizes:
        seed, _, sums = conflicting(size)
        mixed = sums(["i", "j"], 0.0) + sums(["i", "k"], 0.05) + sums(["j", "k"], 0.05)
        hard = sums(["i", "j"], 0.0) + sums(["i", "k"], 0.0) + sums(["j", "k"], 0.0)
        wrong = Constraints(hard.matrix, np.r_[1.1 * hard.targets[:1], hard.targets[1:]], hard.errors, hard.labels)
        name = f"{size[0]} x {size[0]} x {size[1]}"
        work = {
            f"hard {name}": lambda s=seed, c=hard: said(reconcile(s, c)),
            "  hard and soft": lambda s=seed, c=mixed: said(reconcile(s, c, cell_errors=0.3)),
            "  contradiction": lambda s=seed, c=wrong: contradicted(s, c),
        }
        rows += [timed(what, run, len(seed), len(hard)) for what, run in work.items()]
    return rows


def main(arguments: list[str]) -> int:
    """Print a table, or JSON."""
    quick = "--quick" in arguments
    with threadpool_limits(limits=1):
        rows = cubes(QUICK_CUBES if quick else CUBES)
        rows += tables(QUICK_TABLES if quick else TABLES)
        rows += systems(QUICK_SYSTEMS if quick else SYSTEMS)
    if "--json" in arguments:
        print(json.dumps(rows, indent=2))
    else:
        print(f"{'':<4}", end="")
        table([row | {"what": f"{row['what']:<18}"} for row in rows], COLUMNS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
