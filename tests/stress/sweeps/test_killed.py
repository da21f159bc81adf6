"""A sweep that is killed at random moments, twenty times, and then goes on to the same bytes; and a clean stop."""

from __future__ import annotations

import json
import multiprocessing
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.stress.sweeps.specs import spec
from tests.stress.sweeps.test_sweeping import bytes_of

import zollverein as zv
from zollverein.stress.sweeps import sweep

KILLS = 20
CHEAPER = {
    "name": "rail",
    "change": {
        "corridor": {
            "revisions": [{"target": "railway", "figure": "usable_kt_per_year", "value": 15000, "reason": "a test"}]
        }
    },
}
# The small case is read in a moment; what varies there stands for threats, and doubles of it for policies.
SMALL = {
    "extends": "halt",
    "name": "halted",
    "title": "t",
    "question": "q",
    "vary": [
        {"path": "case.node_figures.*.*.price_usd_per_t.value", "as": "factor",
         "distribution": {"law": "lognormal", "median": 1.0, "spread_factor": 1.2}}
    ],
}  # fmt: skip
ASKED = spec(SMALL, draws=80, case="small", policies=[CHEAPER], tail=0.02, sample={"threats": "none"})
WORKER = """
import json, sys
from zollverein.stress.sweeps import sweep
if __name__ == "__main__":
    sweep(json.loads(sys.argv[1]), out=sys.argv[2], jobs=2, progress=lambda stage, done, *_: print(done, flush=True))
"""
# Processes that are forked from one that has read the program already: twenty starts cost little.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["zollverein.stress.sweeps"])


def work(out, told) -> None:
    sweep(ASKED, out=out, jobs=1, progress=lambda _stage, done, *_: told.put(done))


def killed_alone(out, chance: random.Random, at_work: bool) -> None:
    """Kill a sweep of one process: while it starts and plans, or once it has begun to answer."""
    told = FORKS.Queue()
    began = FORKS.Process(target=work, args=(out, told))
    began.start()
    if at_work:
        told.get(timeout=60)
        time.sleep(chance.uniform(0.0, 0.5))
    else:
        time.sleep(chance.uniform(0.05, 1.5))
    began.kill()
    began.join()
    told.close()
    told.cancel_join_thread()


def killed_with_workers(out, script, chance: random.Random) -> list[int]:
    """Kill the first of a sweep's processes alone; return those that it had begun."""
    began = subprocess.Popen(
        [sys.executable, script, json.dumps(ASKED), out], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    began.stdout.readline()
    time.sleep(chance.uniform(2.0, 4.0))
    workers = [int(pid) for pid in Path(f"/proc/{began.pid}/task/{began.pid}/children").read_text().split()]
    began.send_signal(signal.SIGKILL)
    began.wait()
    began.stdout.close()
    return workers


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds a sweep's workers in /proc")
def test_killed_twenty_times_it_ends_with_the_same_bytes(tmp_path):
    whole = sweep(ASKED, out=tmp_path / "whole", case=zv.open_case("small"), jobs=2)
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    out, chance = tmp_path / "killed", random.Random(6)
    for kill in range(KILLS):
        if kill % 10 == 9:
            workers = killed_with_workers(out, script, chance)
            assert workers
            until = time.monotonic() + 20
            while any(map(running, workers)) and time.monotonic() < until:
                time.sleep(0.1)
            assert not any(map(running, workers))  # no worker outlives the sweep that began it
        else:
            killed_alone(out, chance, at_work=bool(kill % 2))
    there = set(bytes_of(out)) if out.exists() else set()
    assert {name for name in there if name.endswith(".parquet")} <= set(bytes_of(whole.folder))
    sweep(ASKED, out=out, case=zv.open_case("small"), jobs=2)
    assert bytes_of(out) == bytes_of(whole.folder)


def test_ctrl_c_ends_it_cleanly_and_it_goes_on(tmp_path):
    asked = tmp_path / "asked.yaml"
    asked.write_text(json.dumps(ASKED | {"sample": ASKED["sample"] | {"scenarios": 4000}}))
    command = [sys.executable, "-m", "zollverein", "sweep", asked, "--out", tmp_path / "out", "--jobs", "2", "--quiet"]
    began = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    parts = tmp_path / "out" / "results"
    until = time.monotonic() + 60
    while not list(parts.rglob("*.parquet")) and time.monotonic() < until:
        time.sleep(0.1)
    asked_at = time.monotonic()
    began.send_signal(signal.SIGINT)
    said = began.communicate(timeout=30)[1]
    assert time.monotonic() - asked_at < 10
    assert began.returncode == 130
    assert "what is done is kept" in said
    assert "Traceback" not in said
    assert not list(parts.rglob("*.writing"))
    kept = bytes_of(parts)
    assert kept
    again = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while len(bytes_of(parts)) <= len(kept) and time.monotonic() < until + 60:
        time.sleep(0.1)
    again.send_signal(signal.SIGTERM)
    assert again.wait(timeout=30) == 130
    again.communicate()
    assert kept.items() <= bytes_of(parts).items()
