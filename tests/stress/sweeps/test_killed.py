"""A sweep that is killed at random moments, twenty times, and then goes on to the same bytes; and a clean stop."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

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
    asked, out, jobs = json.loads(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    sweep(asked, out=out, jobs=jobs, progress=lambda stage, done, of, _: print(stage, done, of, flush=True))
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups to kill a sweep with its workers")
def test_killed_twenty_times_it_ends_with_the_same_bytes(tmp_path):
    whole = sweep(ASKED, out=tmp_path / "whole", case=zv.open_case("small"), jobs=2)
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    out, chance = tmp_path / "killed", random.Random(6)
    killed = killed_at_work = 0
    while killed < KILLS:
        began = subprocess.Popen(
            [sys.executable, script, json.dumps(ASKED), out, "2" if killed % 4 == 3 else "1"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True, text=True,
        )  # fmt: skip
        # Half of the deaths come while it starts or plans, half in the midst of the work.
        if killed % 2:
            began.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.6))
        else:
            time.sleep(chance.uniform(0.2, 3.0))
        assert began.poll() is None or began.returncode == 0
        os.killpg(began.pid, signal.SIGKILL)
        began.wait()
        killed += 1
        killed_at_work += killed % 2 == 0
        began.stdout.close()
    assert killed_at_work == KILLS // 2
    there = set(bytes_of(out)) if out.exists() else set()
    assert {name for name in there if name.endswith(".parquet")} < set(bytes_of(whole.folder))
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
