"""A real cluster of two workers, one of which is killed in the midst of a sweep."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time

import pytest
from tests.stress.sweeps.specs import SHUT, spec
from tests.stress.sweeps.test_sweeping import bytes_of

import zollverein as zv
from zollverein.errors import InputError
from zollverein.stress.sweeps import sweep

distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
ASKED = spec(SHUT, draws=120, case="small", tail=0.02, sample={"threats": "none"})


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def case():
    return zv.open_case("small")


@pytest.mark.filterwarnings("ignore")
def test_a_worker_that_is_killed_costs_no_row_and_no_bit(cluster, case, tmp_path):
    alone = sweep(ASKED, out=tmp_path / "alone", case=case, jobs=1)
    with distributed.Client(cluster, set_as_default=False) as client:
        victims = list(client.run(os.getpid).values())
        told = []

        def kill() -> None:
            until = time.monotonic() + 60
            while not any(stage == "answers" and done for stage, done, *_ in told) and time.monotonic() < until:
                time.sleep(0.02)
            os.kill(victims[0], signal.SIGKILL)

        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        found = sweep(
            ASKED, out=tmp_path / "cluster", case=case, scheduler=cluster.scheduler_address,
            progress=lambda *t: told.append(t),
        )  # fmt: skip
        killer.join()
        assert victims[0] not in client.run(os.getpid).values()
    assert bytes_of(found.folder) == bytes_of(alone.folder)
    assert told[-1][1:3] == (told[-1][2], told[-1][2])


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_does_not_answer_is_told_before_anything_starts(case, tmp_path, monkeypatch):
    monkeypatch.setattr("zollverein.stress.sweeps.pools.SECONDS_TO_ANSWER", 1)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        for address in (f"tcp://127.0.0.1:{port}", "nonsense", "tcp://nowhere.invalid:8786"):
            with pytest.raises(InputError, match="no scheduler answers"):
                sweep(ASKED, out=tmp_path / "out", case=case, scheduler=address)
    assert not (tmp_path / "out").exists()


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_without_workers_is_told(case, tmp_path):
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None, silence_logs=50) as empty,
        pytest.raises(InputError, match="has no workers"),
    ):
        sweep(ASKED, out=tmp_path / "out", case=case, scheduler=empty.scheduler_address)
    assert not (tmp_path / "out").exists()
