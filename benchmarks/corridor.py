"""How fast the corridor is, side by side with others in one run: `python -m benchmarks.corridor [--large]`.

The programme of many periods and commodities (see `benchmarks/networks.py`), built and solved; then again under random
outages: one link loses up to all of its capacity for one to four periods. Ours starts from the base's basis, and is
built anew for comparison; so are the rivals, linopy and PyPSA, in an environment that is made for them on first use,
with our version of HiGHS, one thread, the same options. What linopy does with a model that it keeps stands beside it.
Each size runs in a process of its own. Netbacks must agree to 1e-6, of the base and of the outages.

One size alone, as JSON: `one NODES LINKS PERIODS COMMODITIES` is ours, `rivals NODES ...` theirs.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.economy import ONE_THREAD, table

Row = dict[str, Any]
SIZES = ((100, 300, 12, 3), (300, 1_200, 26, 4))
LARGE = (1_000, 5_000, 52, 5)
SAME = 1e-6
HERE = Path(__file__).parent
RIVALS = HERE.parent / ".venv-pypsa"
PINNED = ("linopy==0.10.1", "pypsa==1.4.0")
# Links times commodities times periods up to which a programme is tiny, small, and solved in every way.
TINY, SMALL, MIDDLE = 1_000, 20_000, 200_000
# Outages whose netbacks are compared with the rivals'.
COMPARED = 5


def repetitions(flows: int) -> dict[str, int]:
    """Return how many outages each way of answering gets; none where that would take too long."""
    if flows <= TINY:
        return {"warm": 20, "cold": 2, "jobs": 0, "linopy": 2, "pypsa": 1}
    if flows <= SMALL:
        return {"warm": 200, "cold": 5, "jobs": 1_000, "linopy": 5, "pypsa": 2}
    if flows <= MIDDLE:
        return {"warm": 50, "cold": 2, "jobs": 400, "linopy": 2, "pypsa": 1}
    return {"warm": 20, "cold": 0, "jobs": 0, "linopy": 0, "pypsa": 0}


def ours(nodes: int, links: int, periods: int, commodities: int) -> Row:
    """Time one size in this process: the base, outages from its basis, outages built anew, and on two processes."""
    from benchmarks import networks  # noqa: PLC0415 - after the environment has set the threads
    from zollverein.corridor import Router, answers  # noqa: PLC0415

    network, horizon = networks.network(nodes, links, commodities), networks.horizon(periods)
    times = repetitions(links * commodities * periods)
    row: Row = {"nodes": nodes, "links": links, "periods": periods, "commodities": commodities}
    began = time.perf_counter()
    router = Router(network, horizon)
    row["base_s"] = time.perf_counter() - began
    row |= {"columns": len(router.programme.cost), "rows": len(router.programme.row_lower)}
    began = time.perf_counter()
    session = laid_out(network, horizon, ())
    row["build_s"] = time.perf_counter() - began
    scenarios = networks.random_outages(network, horizon, max(times["warm"], times["jobs"]))
    row["netbacks"] = [router.base().netback_usd_million]
    solved, skipped = [], []
    for scenario in scenarios[: times["warm"]]:
        began = time.perf_counter()
        answer = router.answer(scenario)
        (skipped if answer.skipped else solved).append(time.perf_counter() - began)
        if len(row["netbacks"]) <= COMPARED:
            row["netbacks"].append(answer.netback_usd_million)
    row["skipped"] = 100.0 * len(skipped) / times["warm"]
    if solved:
        row["warm_s"] = sum(solved) / len(solved)
    row["mean_s"] = (sum(solved) + sum(skipped)) / times["warm"]
    if times["cold"]:
        row |= cold(session, network, horizon, scenarios[: times["cold"]], row["netbacks"])
    if times["jobs"]:
        # Two outages show how long two processes need to start, each with a base of its own.
        seconds = []
        for count in (2, times["jobs"]):
            began = time.perf_counter()
            list(answers(router, scenarios[:count], jobs=2))
            seconds.append(time.perf_counter() - began)
        row["start_2_s"] = seconds[0]
        row["per_s_2"] = (times["jobs"] - 2) / (seconds[1] - seconds[0])
    row["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return row


def laid_out(network, horizon, outages):  # type: ignore[no-untyped-def]
    """Build the programme in HiGHS from nothing, as it stands under outages."""
    from zollverein.corridor.availability import Capacity  # noqa: PLC0415
    from zollverein.corridor.bounds import bounds_under  # noqa: PLC0415
    from zollverein.corridor.programme import assemble  # noqa: PLC0415
    from zollverein.corridor.session import Session  # noqa: PLC0415

    session = Session(assemble(network, horizon, {}))
    session.bound(bounds_under(session.programme, Capacity(network, horizon).under(outages), 0))
    return session


def cold(session, network, horizon, scenarios, netbacks) -> Row:  # type: ignore[no-untyped-def]
    """Solve the base without a basis; build and solve outages anew, and compare with the answers from the basis."""
    highs_s = session.solve().seconds
    spent, off = 0.0, 0.0
    for scenario, warm in zip(scenarios, netbacks[1:], strict=False):
        began = time.perf_counter()
        anew = laid_out(network, horizon, scenario)
        solution = anew.solve()
        spent += time.perf_counter() - began
        netback = (anew.programme.nobodys_usd_thousand(solution.x) - solution.cost) / 1e3
        off = max(off, abs(netback - warm) / abs(warm))
    return {"highs_s": highs_s, "again_s": spent / len(scenarios), "off": off}


def rivals(nodes: int, links: int, periods: int, commodities: int) -> Row:
    """Write one size as a file and time linopy and PyPSA on it in their environment."""
    from benchmarks import networks  # noqa: PLC0415

    network, horizon = networks.network(nodes, links, commodities), networks.horizon(periods)
    times = repetitions(links * commodities * periods)
    row: Row = {}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "programme.npz"
        scenarios = networks.random_outages(network, horizon, max(times["warm"], times["jobs"]))
        write(network, horizon, scenarios[: times["warm"]], path)
        for name in ("linopy", "pypsa"):
            command = [str(RIVALS / "bin" / "python"), str(HERE / f"rival_{name}.py"), str(path), str(times[name])]
            done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | ONE_THREAD)
            if done.returncode:
                print(f"{name} failed: {done.stderr[-2000:]}", file=sys.stderr)
            else:
                row |= json.loads(done.stdout.splitlines()[-1])
    return row


def write(network, horizon, scenarios, path: Path) -> None:  # type: ignore[no-untyped-def]
    """Write the programme's figures and the capacities of the links that outages hit; places are positions."""
    import numpy as np  # noqa: PLC0415

    from zollverein.corridor.availability import Capacity  # noqa: PLC0415
    from zollverein.corridor.programme import assemble  # noqa: PLC0415

    programme, capacity, T = assemble(network, horizon, {}), Capacity(network, horizon), len(horizon)
    blocks = programme.blocks
    cost, most = (a.reshape(T, blocks.width).T for a in (programme.cost, programme.column_upper))
    least_row, most_row = (programme.by_period(a).T for a in (programme.row_lower, programme.row_upper))
    columns, rows = blocks.columns, blocks.rows
    node = {key: k for k, key in enumerate(blocks.balances)}
    link = {name: k for k, name in enumerate(network.links.index)}
    intake, room = ({name: k for k, name in enumerate(names)} for names in (blocks.intakes, blocks.rooms))
    tail, head = network.links["from_node"].to_dict(), network.links["to_node"].to_dict()
    tanks = np.array([node[key] for key in blocks.tanks], dtype=int)
    hit = [link[scenario[0].target] for scenario in scenarios]
    np.savez(
        path,
        days=horizon.days,
        link_kt=capacity.under(()).links_kt,
        arc_link=[link[name] for name, _ in blocks.arcs],
        arc_tail=[node[tail[name], commodity] for name, commodity in blocks.arcs],
        arc_head=[node[head[name], commodity] for name, commodity in blocks.arcs],
        loss=programme.figures.loss,
        tariff=cost[columns["flow"]],
        field_at=[node[key] for key in blocks.fields],
        field_kt=most[columns["supply"]],
        field_cost=cost[columns["supply"]],
        market_at=[node[key] for key in blocks.markets],
        market_intake=[intake[name] for name, _ in blocks.markets],
        price=-cost[columns["delivery"]],
        intake_kt=most_row[rows["intake"]],
        tank_at=tanks,
        tank_room=[room[name] for name, _ in blocks.tanks],
        stock_cost=cost[columns["stock"]],
        initial=-least_row[rows["balance"]][tanks, 0],
        room_kt=most_row[rows["room"]],
        outage_link=hit,
        outage_kt=np.array([capacity.under(o).links_kt[k] for o, k in zip(scenarios, hit, strict=True)]),
    )


def rivals_installed() -> bool:
    """Make the rivals' environment where it is missing; False where it cannot be made."""
    if (RIVALS / "bin" / "python").exists():
        return True
    uv = str(Path(sys.executable).with_name("uv"))
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    packages = [*PINNED, f"highspy=={version('highspy')}"]
    steps = (
        [uv, "venv", "--quiet", "--python", python, str(RIVALS)],
        [uv, "pip", "install", "--quiet", "--python", str(RIVALS / "bin" / "python"), *packages],
    )
    return all(subprocess.run(step, check=False).returncode == 0 for step in steps)


def in_a_process(kind: str, size: tuple[int, ...]) -> Row:
    """Run one size alone and return its row."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.corridor", kind, *map(str, size)],
        stdout=subprocess.PIPE, text=True, check=False, env=os.environ | ONE_THREAD, cwd=HERE.parent,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{kind} {size} failed")
    row: Row = json.loads(done.stdout.splitlines()[-1])
    return row


def beside(size: tuple[int, ...], installed: bool) -> Row:
    """Return a size's row with the rivals', their ratios to ours, and how far netbacks differ."""
    row = in_a_process("one", size)
    if installed:
        row |= in_a_process("rivals", size)
    for name in ("linopy", "pypsa"):
        theirs = row.get(f"{name}_netbacks", [])
        if theirs:
            pairs = zip(row["netbacks"], theirs, strict=False)
            row["off"] = max(row.get("off", 0.0), *(abs(a - b) / abs(a) for a, b in pairs))
        for their, our in ((f"{name}_s", "base_s"), (f"{name}_again_s", "warm_s"), (f"{name}_kept_s", "mean_s")):
            if their in row and our in row:
                row[f"{their}_ratio"] = row[their] / row[our]
    row["off"] = max(row.get("off", 0.0), row.get("linopy_kept_off", 0.0))
    if "again_s" in row and "warm_s" in row:
        row["again_s_ratio"] = row["again_s"] / row["warm_s"]
    return row


def main(arguments: list[str]) -> int:
    """Print the tables; with a kind and a size, the row of that size as JSON; 1 where netbacks differ."""
    if arguments and arguments[0] in {"one", "rivals"}:
        kind, *numbers = arguments
        print(json.dumps({"one": ours, "rivals": rivals}[kind](*map(int, numbers))))
        return 0
    installed = rivals_installed()
    if not installed:
        print(f"{' and '.join(PINNED)} could not be installed; their columns stay empty\n")
    rows = [beside(size, installed) for size in (*SIZES, *([LARGE] if "--large" in arguments else []))]
    size = {"nodes": "nodes", "links": "links"}
    print(f"Built and solved once, seconds; HiGHS {version('highspy')}, {', '.join(PINNED)}")
    table(rows, {
        **size, "periods": "periods", "commodities": "commodities", "columns": "columns", "build_s": "build",
        "highs_s": "HiGHS cold", "base_s": "here", "peak_mb": "peak MB",
    })  # fmt: skip
    print("The same by others: building, inside HiGHS, and in all, with handing over and reading the answer back")
    table(rows, {
        **size, "linopy_build_s": "linopy build", "linopy_highs_s": "HiGHS", "linopy_s": "linopy",
        "linopy_s_ratio": "times here", "pypsa_build_s": "PyPSA build", "pypsa_highs_s": "HiGHS", "pypsa_s": "PyPSA",
        "pypsa_s_ratio": "times here",
    })  # fmt: skip
    print("An outage that needs solving, seconds: here from the base's basis, here anew, and by the others anew")
    table(rows, {
        **size, "warm_s": "here", "again_s": "anew", "again_s_ratio": "times", "linopy_again_s": "linopy",
        "linopy_again_s_ratio": "times", "pypsa_again_s": "PyPSA", "pypsa_again_s_ratio": "times",
    })  # fmt: skip
    print("Any outage, seconds: here, where some provably change nothing, and by a model that linopy keeps in HiGHS")
    table(rows, {
        **size, "skipped": "% unsolved", "mean_s": "here", "linopy_kept_s": "linopy kept",
        "linopy_kept_s_ratio": "times",
    })  # fmt: skip
    for row in rows:
        if "per_s_2" in row:
            row["per_s"] = 1 / row["mean_s"]
    print("Any outage, answers a second: one process, two once they have started, and the seconds of that start")
    table(rows, {**size, "per_s": "one", "per_s_2": "two", "start_2_s": "start"})
    worst = max(row["off"] for row in rows)
    print(f"Netbacks of all ways that ran agree to {worst:.1e}" if worst <= SAME else f"NETBACKS DIFFER by {worst:.1e}")
    return int(worst > SAME)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
