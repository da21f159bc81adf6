"""How fast a sweep is: `python -m benchmarks.stress [--quick] [--json]`.

Sampled one-year scenarios of the bundled network, all its threats, by month: with foresight and as news arrives, each
with real income to first order for every draw and exactly for the worst twentieth. Then memory against the number of
draws, one process against two, one Dask worker against two, and where the time of a draw goes. Everything runs side by
side in one go; only ratios outlive the machine.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.economy import ONE_THREAD, table

Row = dict[str, Any]
FORESIGHTS = ("perfect", "rolling")
WHOLE, QUICK = 10_000, 400


def spec(foresight: str, draws: int, *, tail: float = 0.05) -> dict[str, Any]:
    """Return a sweep over a year of all the bundled threats."""
    horizon = {"start": "2023-01-01", "end": "2023-12-31", "step": "month"}
    year = {
        "name": "year", "title": "A year", "question": "What does a year cost?",
        "corridor": {"horizon": horizon, "foresight": foresight},
    }  # fmt: skip
    asked = {"name": f"bench-{foresight}", "title": "A benchmark", "question": "How fast?", "scenarios": [year]}
    return asked | {"sample": {"scenarios": draws, "seed": 7}, "tail": tail}


def swept(foresight: str, draws: int, jobs: int, dask_workers: int = 0, tail: float = 0.05) -> Row:
    """Run one sweep in this process and its workers: seconds of each stage, and the largest memory of a process."""
    from zollverein.stress.sweeps import sweep  # noqa: PLC0415 - after the environment has set the threads

    stages: dict[str, list[tuple[float, int]]] = {}
    began = time.perf_counter()

    def tell(stage: str, done: int, _of: int, _rate: float) -> None:
        stages.setdefault(stage, []).append((time.perf_counter() - began, done))

    with tempfile.TemporaryDirectory() as folder:
        asked = spec(foresight, draws, tail=tail)
        if dask_workers:
            from distributed import LocalCluster  # noqa: PLC0415 - an extra

            with LocalCluster(
                n_workers=dask_workers, threads_per_worker=1, dashboard_address=None, silence_logs=50
            ) as cluster:
                began = time.perf_counter()
                found = sweep(asked, out=Path(folder) / "out", scheduler=cluster.scheduler_address, progress=tell)
        else:
            found = sweep(asked, out=Path(folder) / "out", jobs=jobs, progress=tell)
        seconds = time.perf_counter() - began
        mean = float(found.distribution["value"].iloc[0])
    row: Row = {"foresight": foresight, "draws": draws, "jobs": dask_workers or jobs, "seconds": seconds, "mean": mean}
    for stage, told in stages.items():
        # From the first part that came back: workers have started, and read the case, by then.
        (first, some), (last, all_of_them) = told[1] if len(told) > 1 else told[0], told[-1]
        row[f"{stage}_s"] = last - told[0][0]
        row[f"{stage}_per_s"] = (all_of_them - some) / (last - first) if last > first else float("nan")
    row["own_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    row["worker_mb"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
    return row


def shares(foresight: str, draws: int) -> Row:
    """Return where the time of a draw goes: HiGHS, the economy's kernel, all else."""
    import zollverein as zv  # noqa: PLC0415
    from zollverein.economy.response import Response  # noqa: PLC0415
    from zollverein.stress.sweeps.plan import Chunk, plan_of  # noqa: PLC0415
    from zollverein.stress.sweeps.reading import read_sweep  # noqa: PLC0415
    from zollverein.stress.sweeps.work import answered, benches_of  # noqa: PLC0415

    plan = plan_of(read_sweep(spec(foresight, draws)), zv.open_case("eurasia"))
    world = next(bench.world for _, bench in benches_of(plan))
    kernel, plain = 0.0, Response.real_income

    def timed(self: Response, change: Any) -> Any:
        nonlocal kernel
        began = time.perf_counter()
        try:
            return plain(self, change)
        finally:
            kernel += time.perf_counter() - began

    answered(plan, Chunk("answers", 0, 0, tuple(range(20))))
    Response.real_income = timed  # type: ignore[method-assign]
    before, began = world.seconds, time.perf_counter()
    answered(plan, Chunk("answers", 0, 0, tuple(range(20, draws))))
    whole, highs = time.perf_counter() - began, world.seconds - before
    Response.real_income = plain  # type: ignore[method-assign]
    return {
        "foresight": foresight, "ms_a_draw": 1e3 * whole / (draws - 20), "highs": 100.0 * highs / whole,
        "kernel": 100.0 * kernel / whole, "else": 100.0 * (whole - highs - kernel) / whole,
    }  # fmt: skip


def in_a_process(*arguments: object) -> Row:
    """Run one measurement in a process of its own, with one thread to a process."""
    command = [sys.executable, "-m", "benchmarks.stress", *map(str, arguments)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **ONE_THREAD},
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main(arguments: list[str]) -> int:
    """Print the tables; with ``one`` or ``share`` and their numbers, one row as JSON."""
    if arguments and arguments[0] in ("one", "share"):
        kind, foresight, *numbers = arguments
        row = {"one": swept, "share": shares}[kind](foresight, *(float(n) if "." in n else int(n) for n in numbers))
        print(json.dumps(row))
        return 0
    quick = "--quick" in arguments
    draws, cores = QUICK if quick else WHOLE, min(2, multiprocessing.cpu_count())
    rows = [in_a_process("one", foresight, draws, cores) for foresight in FORESIGHTS]
    few = [in_a_process("one", foresight, max(draws // 10, 100), cores) for foresight in FORESIGHTS]
    scaling = [
        in_a_process("one", "rolling", max(draws // 5, 200), jobs, dask, 0.0)
        for jobs, dask in ((1, 0), (2, 0), (1, 1), (2, 2))
    ]
    where = [in_a_process("share", foresight, 120 if quick else 500) for foresight in FORESIGHTS]
    if "--json" in arguments:
        print(json.dumps({"whole": rows, "few": few, "scaling": scaling, "where": where}, indent=2))
        return 0
    print(f"A sweep on {cores} processes: all draws to first order, the worst twentieth and a check exactly")
    table([*rows, *few], {
        "foresight": "foresight", "draws": "draws", "seconds": "seconds", "answers_per_s": "draws/s",
        "exact_per_s": "exact/s", "own_mb": "MB here", "worker_mb": "MB a worker",
    })  # fmt: skip
    print("Scaling, first order alone, as news arrives: one and two processes, one and two Dask workers")
    for row, kind in zip(scaling, ("processes", "processes", "Dask", "Dask"), strict=True):
        row["kind"] = kind
    for one, two in ((0, 1), (2, 3)):
        scaling[two]["times"] = scaling[two]["answers_per_s"] / scaling[one]["answers_per_s"]
    table(scaling, {"kind": "workers", "jobs": "how many", "seconds": "seconds", "answers_per_s": "draws/s",
                    "times": "times one"})  # fmt: skip
    print("Where the time of a draw goes, percent")
    table(where, {"foresight": "foresight", "ms_a_draw": "ms a draw", "highs": "HiGHS", "kernel": "economy",
                  "else": "all else"})  # fmt: skip
    same = {round(row["mean"], 6) for row in scaling}
    print(f"Means of the four runs: {'the same' if len(same) == 1 else same}")
    return 0 if len(same) == 1 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
