"""Where the parts of a sweep are answered: processes of this machine, or a Dask cluster that the user names.

A part is answered as often as workers die under it, and handed back once. Parts come back in any order.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import pyarrow as pa

from zollverein._version import __version__
from zollverein.errors import InputError, NoAnswerError
from zollverein.processes import end_with_parent
from zollverein.stress.sweeps.plan import Chunk, Plan, portable
from zollverein.stress.sweeps.work import answered

__all__ = ["Pool", "pool_of", "require_jobs"]

Answers = Generator[tuple[Chunk, pa.Table], None, None]
MOST_JOBS = 256
# Parts that are with the workers at a time, for each of them: enough to keep it busy, few enough to stop at once.
AHEAD = 3
SECONDS_TO_ANSWER = 10
MOST_DEATHS = 5


class Pool(Protocol):
    """Workers that answer parts of one plan."""

    def answer(self, chunks: Sequence[Chunk]) -> Answers:
        """Yield parts with their rows as they come."""
        ...


@contextmanager
def pool_of(plan: Plan, jobs: int, scheduler: str | None) -> Iterator[Pool]:
    """Open the workers of a plan.

    Raises
    ------
    InputError : a number of jobs that is none; a scheduler that does not answer, or runs another version.
    """
    if scheduler is not None:
        with _dask(plan, scheduler) as pool:
            yield pool
        return
    require_jobs(jobs)
    if jobs == 1:
        yield _Here(plan)
        return
    processes = _Processes(plan, jobs)
    try:
        yield processes
    finally:
        processes.close()


def require_jobs(jobs: int) -> None:
    """Raise `InputError` unless a number of processes is one."""
    if isinstance(jobs, bool) or not isinstance(jobs, int) or not 1 <= jobs <= MOST_JOBS:
        raise InputError(f"jobs is {jobs!r}; allowed is a whole number from 1 to {MOST_JOBS}")


class _Here:
    """No other process than the one that asks."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def answer(self, chunks: Sequence[Chunk]) -> Answers:
        for chunk in chunks:
            yield chunk, answered(self.plan, chunk)


_OF_THIS_PROCESS: dict[str, Plan] = {}


def _begin(packed: str) -> None:
    """Take the plan over from a file; Ctrl-C is the parent's."""
    import signal  # noqa: PLC0415

    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _OF_THIS_PROCESS["plan"] = pickle.loads(Path(packed).read_bytes())


def _answered_here(chunk: Chunk) -> pa.Table:
    return answered(_OF_THIS_PROCESS["plan"], chunk)


class _Recorded(SpawnContext):
    """Begins processes afresh and remembers them, so that no other child of this process is touched."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[SpawnProcess] = []

    def Process(self, *arguments: Any, **named: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802
        self.begun.append(SpawnProcess(*arguments, **named))
        return self.begun[-1]


class _Processes:
    """Processes that start afresh: HiGHS keeps threads, which a fork would break. One that dies is replaced."""

    def __init__(self, plan: Plan, jobs: int) -> None:
        self.jobs = jobs
        # Not through the pipe by which a process is begun: one that dies meanwhile would leave its parent writing.
        self._folder = TemporaryDirectory(prefix="zollverein-")
        self.packed = Path(self._folder.name) / "plan"
        self.packed.write_bytes(pickle.dumps(portable(plan)))
        self.pool = self._opened()

    def _opened(self) -> ProcessPoolExecutor:
        self.context = _Recorded()
        return ProcessPoolExecutor(self.jobs, mp_context=self.context, initializer=_begin, initargs=(str(self.packed),))

    def close(self) -> None:
        """Let go of what runs ahead at once: its parts are answered again when the sweep goes on."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        for child in self.context.begun:
            if child.is_alive():
                child.terminate()
        self._folder.cleanup()

    def answer(self, chunks: Sequence[Chunk]) -> Answers:
        waiting, deaths = list(chunks)[::-1], 0
        running: dict[Future[pa.Table], Chunk] = {}
        while waiting or running:
            while waiting and len(running) < self.jobs * AHEAD:
                chunk = waiting.pop()
                running[self.pool.submit(_answered_here, chunk)] = chunk
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            lost: list[Chunk] = []
            for future in finished:
                chunk = running.pop(future)
                try:
                    rows = future.result()
                except BrokenProcessPool:
                    lost.append(chunk)
                    continue
                yield chunk, rows
            if lost:
                # A process was killed, and with it the whole pool: what was with it is answered again.
                deaths += 1
                if deaths > MOST_DEATHS:
                    raise NoAnswerError(
                        f"worker processes were killed {deaths} times, for want of memory perhaps; what is done is "
                        f"kept: run the sweep again with fewer --jobs"
                    )
                waiting += [*lost, *running.values()]
                running.clear()
                self.pool.shutdown(wait=False, cancel_futures=True)
                self.pool = self._opened()


@contextmanager
def _dask(plan: Plan, address: str) -> Iterator[Pool]:
    if find_spec("distributed") is None:
        raise InputError(
            "--scheduler needs the library distributed; install the extra: pip install 'zollverein[cluster]'"
        )
    distributed: Any = import_module("distributed")
    with _hushed("distributed", "asyncio", "tornado"):
        client = _client(distributed, address)
        try:
            _require_same_version(client, address)
            yield _Dask(client, plan)
        finally:
            client.close()


def _client(distributed: Any, address: str) -> Any:
    try:
        return distributed.Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except Exception as error:  # noqa: BLE001 - addresses fail in as many ways as there are protocols
        raise InputError(
            f"no scheduler answers at '{address}' within {SECONDS_TO_ANSWER} seconds ({type(error).__name__}); start "
            f"one with 'dask scheduler', or check address and port, as in tcp://10.0.0.5:8786"
        ) from None


def _require_same_version(client: Any, address: str) -> None:
    versions = client.run(_version)
    if not versions:
        raise InputError(f"the scheduler at '{address}' has no workers; start some with 'dask worker {address}'")
    for worker, version in versions.items():
        if version != __version__:
            raise InputError(
                f"worker {worker} runs zollverein {version or 'not at all'} and this is {__version__}; install one "
                f"version everywhere"
            )


@contextmanager
def _hushed(*names: str) -> Iterator[None]:
    """Keep loggers from saying what is said in a sentence of ours."""
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def _version() -> str:
    from zollverein._version import __version__  # noqa: PLC0415 - of the worker

    return __version__


class _Dask:
    """A cluster. The plan is a task of its own, so that a scheduler can make it again where a worker took it away."""

    def __init__(self, client: Any, plan: Plan) -> None:
        self.client = client
        self.plan = client.submit(pickle.loads, pickle.dumps(portable(plan)), key=f"plan-{plan.digest}")
        self.digest = plan.digest

    def answer(self, chunks: Sequence[Chunk]) -> Answers:
        distributed: Any = import_module("distributed")
        waiting = list(chunks)[::-1]
        running: dict[Any, Chunk] = {}
        finished = distributed.as_completed(loop=self.client.loop)

        def send() -> None:
            chunk = waiting.pop()
            future = self.client.submit(answered, self.plan, chunk, key=_key(self.digest, chunk), retries=MOST_DEATHS)
            running[future.key] = chunk
            finished.add(future)

        for _ in range(min(len(waiting), AHEAD * max(1, len(self.client.nthreads())))):
            send()
        for future in finished:
            yield running.pop(future.key), future.result()
            future.release()
            if waiting:
                send()


def _key(digest: str, chunk: Chunk) -> str:
    return f"answered-{digest}-{chunk.stage}-{chunk.world}-{chunk.part}-{chunk.swapped or 'own'}"
