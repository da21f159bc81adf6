"""A sweep that is killed at random moments, twenty times, and then goes on to the same bytes; and a clean stop."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from tests.forked import begun, ended
from tests.stress.sweeps.specs import RAIL, SHUT, spec
from tests.stress.sweeps.test_sweeping import bytes_of

import zollverein as zv
from zollverein.stress.sweeps import sweep

KILLS = 20
ASKED = spec(SHUT, draws=40, case="small", policies=[RAIL], tail=0.02, sample={"threats": "none"})


def asked_in(folder: Path, **sample: object) -> Path:
    path = folder / "asked.yaml"
    path.write_text(json.dumps(ASKED | {"sample": ASKED["sample"] | sample}))
    return path


def parts(out: Path) -> set[Path]:
    return set((out / "results").rglob("*.parquet"))


def waited(until: Callable[[], object], seconds: float = 60.0) -> None:
    late = time.monotonic() + seconds
    while not until() and time.monotonic() < late:
        time.sleep(0.01)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def begun_by(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def wait_for_a_moment(pid: int, out: Path, chance: random.Random, kill: int) -> None:
    """While it starts and plans, or some time after it has begun to answer; every tenth has workers that answer."""
    if kill % 10 == 9:
        waited(lambda: len(begun_by(pid)) >= 2 or not running(pid))
        time.sleep(chance.uniform(1.0, 4.0))
    elif kill % 2:
        before = parts(out)
        waited(lambda: parts(out) - before or not running(pid))
        time.sleep(chance.uniform(0.0, 0.3))
    else:
        time.sleep(chance.uniform(0.0, 1.0))


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds a sweep's workers in /proc")
def test_killed_twenty_times_it_ends_with_the_same_bytes(ready, plain_environment, tmp_path):
    whole = sweep(ASKED, out=tmp_path / "whole", case=zv.open_case("small"), jobs=1)
    command = ["sweep", str(asked_in(tmp_path)), "--out", str(tmp_path / "killed"), "--quiet", "--jobs"]
    out, chance, kill = tmp_path / "killed", random.Random(6), 0
    while kill < KILLS:
        many = kill % 10 == 9
        pid = begun(ready, [*command, "2" if many else "1"], tmp_path, plain_environment, tmp_path)
        wait_for_a_moment(pid, out, chance, kill)
        workers = begun_by(pid)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        code = ended(ready)
        assert code in {0, -signal.SIGKILL}, (tmp_path / "stderr").read_text()
        if code == 0:  # it was sooner: let it answer all again
            shutil.rmtree(out / "results")
            continue
        kill += 1
        assert bool(workers) == many
        waited(lambda workers=workers: not any(map(running, workers)), 20)
        assert not any(map(running, workers))  # no worker outlives the sweep that began it
    left, wanted = ({path.relative_to(place) for path in parts(place)} for place in (out, whole.folder))
    assert left <= wanted
    shutil.rmtree(out / "tables", ignore_errors=True)  # what the command shows of a sweep that it has ended
    (out / "report.html").unlink(missing_ok=True)
    sweep(ASKED, out=out, case=zv.open_case("small"), jobs=1)
    assert bytes_of(out) == bytes_of(whole.folder)


def test_ctrl_c_ends_it_cleanly_and_it_goes_on(ready, plain_environment, tmp_path):
    out, asked = tmp_path / "out", asked_in(tmp_path, scenarios=400)
    command = ["sweep", str(asked), "--out", str(out), "--quiet", "--jobs"]
    first = subprocess.Popen(
        [sys.executable, "-m", "zollverein", *command, "2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    waited(lambda: parts(out))
    asked_at = time.monotonic()
    first.send_signal(signal.SIGINT)
    said = first.communicate(timeout=30)[1]
    assert time.monotonic() - asked_at < 10
    assert first.returncode == 130
    assert "what is done is kept" in said
    assert "Traceback" not in said
    assert not list(out.rglob("*.writing"))
    kept = bytes_of(out / "results")
    assert kept
    again = begun(ready, [*command, "1"], tmp_path, plain_environment, tmp_path)
    waited(lambda: len(parts(out)) > len(kept))
    os.kill(again, signal.SIGTERM)
    assert ended(ready) == 130
    assert kept.items() <= bytes_of(out / "results").items()
