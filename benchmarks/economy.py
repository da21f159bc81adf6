"""How fast the economy is, side by side with others in one run: `python -m benchmarks.economy`.

Each size runs in a process of its own, on one thread, so that its peak of memory is its own: of the whole process,
interpreter and libraries included; what the solver alone allocates stands beside it. Rivals: gegravity 0.3 from PyPI,
in an environment that is made for it on first use, and the textbook's nested solver (`benchmarks/textbook.py`): wages
outside, prices inside, spending inside that. Seconds are the best of a few runs; residuals of 1e-9.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
SIZES = ((31, 40), (44, 56), (77, 45), (81, 50), (141, 65), (190, 26), (265, 170))
ONE_SECTOR = (30, 60, 120)
NESTED = {(31, 40), (44, 56), (77, 45)}
# Asked of the solver, in logs; what the certificate recomputes from the answer then stays under 1e-9.
RESIDUAL = 5e-10
HERE = Path(__file__).parent
RIVAL = HERE.parent / ".venv-gegravity"


def best(work: Callable[[], object], runs: int) -> float:
    """Return the shortest of some runs, seconds."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def bandwidth_gb_per_s() -> float:
    """Return what one thread reads in a product of a large matrix with a vector, GB/s."""
    import numpy as np  # noqa: PLC0415 - after the environment has set the threads

    matrix, vector = np.ones((4_000, 8_000)), np.ones(8_000)
    return matrix.nbytes / best(lambda: matrix @ vector, 5) / 1e9


def many_sectors(N: int, S: int) -> dict[str, float]:
    """Time one world in this process."""
    from benchmarks.textbook import nested  # noqa: PLC0415
    from benchmarks.worlds import tariffs_up, world  # noqa: PLC0415
    from zollverein.economy import Closure  # noqa: PLC0415
    from zollverein.economy.certificate import certify  # noqa: PLC0415
    from zollverein.economy.equilibrium import solve  # noqa: PLC0415

    base = world(N, S)
    shock, closure = tariffs_up(base), Closure()
    small = N * N * S < 1_500_000
    row: dict[str, float] = {"N": N, "S": S}
    row["solve_s"] = best(lambda: solve(base, shock, closure, tolerance=RESIDUAL), 5 if small else 1)
    state = solve(base, shock, closure, tolerance=RESIDUAL)
    row["iterations"] = len(state.history)
    began = time.perf_counter()
    row["residual"] = certify(base, shock, closure, state).max_residual
    row["certificate_s"] = time.perf_counter() - began
    row["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    if small:
        tracemalloc.start()
        solve(base, shock, closure, tolerance=RESIDUAL)
        row["solver_mb"] = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
    # Three passes over cubes an iteration: A q, B q and B' (X / A q).
    row["gb_per_s"] = 3 * 8 * N * N * S * len(state.history) / row["solve_s"] / 1e9
    if (N, S) in NESTED:
        began = time.perf_counter()
        nested(base, shock, RESIDUAL)
        row["nested_s"] = time.perf_counter() - began
    if (N, S) == (77, 45):
        row |= more(base, shock)
    return row


def more(base, shock) -> dict[str, float]:  # type: ignore[no-untyped-def]
    """Time 200 warm draws of theta and one gradient."""
    import numpy as np  # noqa: PLC0415

    from zollverein.economy import Closure  # noqa: PLC0415
    from zollverein.economy.adjoint import sensitivity  # noqa: PLC0415
    from zollverein.economy.equilibrium import solve  # noqa: PLC0415

    closure = Closure()
    state = solve(base, shock, closure, tolerance=RESIDUAL)
    rng = np.random.default_rng(1)
    draws = base.theta * rng.uniform(0.9, 1.1, (200, len(base.theta)))

    def all_draws() -> None:
        for theta in draws:
            solve(replace(base, theta=theta), shock, closure, near=state, tolerance=RESIDUAL)

    weights = np.zeros(len(base.countries))
    weights[0] = 1.0
    return {
        "draws_200_s": best(all_draws, 1),
        "gradient_s": best(lambda: sensitivity(base, shock, closure, state, weights), 5),
        "tariffs": float(base.tau.size),
    }


def one_sector(N: int) -> dict[str, float]:
    """Time one sector here, and gegravity on the same world in its own environment."""
    from benchmarks.worlds import closer, gravity_world  # noqa: PLC0415
    from zollverein.economy import Closure  # noqa: PLC0415
    from zollverein.economy.equilibrium import solve  # noqa: PLC0415

    base, table = gravity_world(N)
    shock, closure = closer(base, table), Closure()
    row: dict[str, float] = {"N": N, "solve_s": best(lambda: solve(base, shock, closure, tolerance=RESIDUAL), 20)}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "world.csv"
        table.to_csv(path, index=False)
        done = subprocess.run(
            [str(RIVAL / "bin" / "python"), str(HERE / "rival_gegravity.py"), str(path)],
            capture_output=True, text=True, check=False, env=os.environ | ONE_THREAD,
        )  # fmt: skip
    if done.returncode == 0:
        row |= json.loads(done.stdout.splitlines()[-1])
    return row


def rival_installed() -> bool:
    """Make gegravity's environment where it is missing; False where it cannot be made."""
    if (RIVAL / "bin" / "python").exists():
        return True
    uv = str(Path(sys.executable).with_name("uv"))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    steps = (
        [uv, "venv", "--quiet", "--python", version, str(RIVAL)],
        [uv, "pip", "install", "--quiet", "--python", str(RIVAL / "bin" / "python"), "gegravity==0.3"],
    )
    return all(subprocess.run(step, check=False).returncode == 0 for step in steps)


def in_a_process(*arguments: str) -> dict[str, float]:
    """Run one size alone and return its row."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.economy", *arguments],
        capture_output=True, text=True, check=False, env=os.environ | ONE_THREAD, cwd=HERE.parent,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed: {done.stderr[-2000:]}")
    row: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return row


def table(rows: list[dict[str, float]], columns: dict[str, str]) -> None:
    """Print rows under short names; a dash where a row has no figure."""
    print("  ".join(f"{name:>12}" for name in columns.values()))
    for row in rows:
        cells = [row.get(key, "-") for key in columns]
        print("  ".join(f"{cell:>12}" if isinstance(cell, str) else f"{cell:>12.4g}" for cell in cells))
    print()


def main(arguments: list[str]) -> int:
    """Print the tables; with a size, the row of that size as JSON."""
    if arguments:
        kind, *numbers = arguments
        row = {"one": one_sector, "many": many_sectors}[kind](*map(int, numbers))
        print(json.dumps(row))
        return 0
    if not rival_installed():
        print("gegravity could not be installed; its column stays empty\n")
    rows = [in_a_process("one", str(N)) for N in ONE_SECTOR]
    for row in rows:
        if "rival_solve_s" in row:
            row["ratio"] = row["rival_solve_s"] / row["solve_s"]
    print("One sector, seconds; gegravity's baseline is what it must solve before any scenario")
    table(rows, {"N": "countries", "solve_s": "here", "rival_baseline_s": "its baseline", "rival_solve_s": "gegravity",
                 "ratio": "times"})  # fmt: skip
    rows = [in_a_process("many", str(N), str(S)) for N, S in SIZES]
    speed = bandwidth_gb_per_s()
    for row in rows:
        row["of_memory"] = 100.0 * row["gb_per_s"] / speed
        if "nested_s" in row:
            row["ratio"] = row["nested_s"] / row["solve_s"]
    print(f"Many sectors with linkages and tariffs; one thread reads {speed:.1f} GB/s here")
    table(rows, {
        "N": "countries", "S": "sectors", "solve_s": "solve s", "iterations": "iterations", "residual": "residual",
        "certificate_s": "certificate s", "solver_mb": "solver MB", "peak_mb": "peak MB", "gb_per_s": "GB/s",
        "of_memory": "% of memory", "nested_s": "nested s", "ratio": "times",
    })  # fmt: skip
    middle = next(row for row in rows if "gradient_s" in row)
    print(f"77 x 45: 200 warm draws of theta {middle['draws_200_s']:.2f} s")
    print(f"77 x 45: gradient to all {middle['tariffs']:,.0f} tariffs {middle['gradient_s']:.3f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
