"""Run a sweep to its end, from wherever it stands: plan, answer, solve the tail again, find what drives it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from zollverein.case import Case, open_case
from zollverein.errors import OutputError
from zollverein.stress.sweeps.investing import STAGES, check_investment, invest
from zollverein.stress.sweeps.plan import Chunk, Plan, plan_of
from zollverein.stress.sweeps.pools import Pool, pool_of, require_jobs
from zollverein.stress.sweeps.reading import read_sweep
from zollverein.stress.sweeps.result import Sweep
from zollverein.stress.sweeps.risk import mean_error, whole_pairs
from zollverein.stress.sweeps.spec import StopRule, SweepSpec
from zollverein.stress.sweeps.store import Store, manifest_in, open_store, require_place
from zollverein.stress.sweeps.work import benches_of
from zollverein.stress.world import fails_at_ends

__all__ = ["Tell", "check_sweep", "open_sweep", "sweep"]

Tell = Callable[[str, int, int, float], None]
"""Called with the stage, scenarios done, scenarios in all, and scenarios a second."""


def sweep(
    spec: str | Path | Mapping[str, Any] | SweepSpec,
    *,
    out: str | Path,
    case: str | Path | Case | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    progress: Tell | None = None,
) -> Sweep:
    """Run a sweep, or go on with one where it stopped; a finished one is only summed up.

    Parameters
    ----------
    spec : a YAML file, a mapping or a `SweepSpec`.
    out : folder of the results, new, empty, or of the same sweep.
    case : a bundled case's name, a folder, a zip or an open `Case`; absent: the one that the sweep names.
    jobs : processes on this machine; absent: its cores. The results do not depend on it.
    scheduler : address of a Dask scheduler, instead of processes.
    progress : called as the work goes on.

    Raises
    ------
    InputError : what is asked, the case, the folder or the scheduler is wrong; nothing was computed.
    NoAnswerError : workers died over and over, or not one scenario has an answer.
    """
    asked, processes = read_sweep(spec), jobs if jobs is not None else os.cpu_count() or 1
    require_jobs(processes)
    opened = case if isinstance(case, Case) else open_case(case if case is not None else asked.case)
    plan, folder = plan_of(asked, opened), Path(out)
    if require_place(folder, plan.manifest):
        try_worlds(plan)  # of a sweep that goes on this was done before it began
    with pool_of(plan, processes, scheduler) as pool, open_store(folder, plan.manifest) as store:
        _Run(plan, store, pool, progress or (lambda *_: None)).through()
    return Sweep(folder, plan)


def open_sweep(folder: str | Path, *, case: str | Path | Case | None = None) -> Sweep:
    """Open a finished or an unfinished sweep for reading; only what is there is summed up.

    Raises
    ------
    OutputError : the folder holds no sweep, or one of another version or other figures of the case.
    """
    place = Path(folder)
    manifest = manifest_in(place)
    if manifest is None:
        raise OutputError(f"{place} holds no sweep; name a folder that `zollverein sweep` wrote")
    spec = read_sweep(manifest["sweep"])
    opened = case if isinstance(case, Case) else open_case(case if case is not None else spec.case)
    plan = plan_of(spec, opened)
    if plan.manifest["case"] != manifest["case"]:
        raise OutputError(f"{place} was made from other figures of the case '{opened.name}'; open it with that case")
    if plan.manifest != manifest:
        what = "by another version" if plan.manifest["version"] != manifest["version"] else "from other scenarios"
        raise OutputError(f"{place} was made {what}; open it with what it was made with, or sweep again")
    return Sweep(place, plan)


def check_sweep(spec: str | Path | Mapping[str, Any] | SweepSpec, case: Case) -> Plan:
    """Plan a sweep and try every world, and both ends of everything that varies, without answering a draw.

    Raises
    ------
    InputError, NoAnswerError : what cannot be, where it is said, and what to do.
    """
    plan = plan_of(read_sweep(spec), case)
    try_worlds(plan)
    return plan


def try_worlds(plan: Plan) -> None:
    """Make every world of a plan ready, and again at both ends of everything that varies in it.

    Raises
    ------
    InputError, NoAnswerError : one that cannot be made ready.
    """
    for planned, bench in benches_of(plan):
        if planned.number == 0:
            check_investment(plan, bench)
        for error in fails_at_ends(bench.world, planned.variations):
            raise error


class _Run:
    """One run. State is what it is for: what is done, and since when."""

    def __init__(self, plan: Plan, store: Store, pool: Pool, tell: Tell) -> None:
        self.plan, self.store, self.pool, self.tell = plan, store, pool, tell

    def through(self) -> None:
        """Answer what is missing, stage by stage."""
        self._answers()
        worlds = self.plan.worlds
        self._all(
            "exact", [chunk for world in worlds for chunk in self.plan.again(world.number, self._tail(world.number))]
        )
        if self.plan.spec.drivers is not None:
            self._all("drivers", self.plan.driving(worlds[0]))
        if self.plan.spec.invest is not None and not all(self.store.done(stage, 0) for stage in STAGES):
            tables = invest(self.plan, self.plan.spec.invest, lambda solved: self.tell("invest", solved, 0, 0.0))
            for stage in STAGES:
                self.store.write(stage, 0, 0, tables[stage])

    def _answers(self) -> None:
        chunks = self.plan.chunks()
        rule = self.plan.sample.stop
        if rule is None:
            self._all("answers", chunks)
            return
        watch = _Watch(self.plan, self.store, rule)
        self._all("answers", chunks, enough=watch.enough)
        last = watch.last_part()
        for world in self.plan.worlds:
            over = [part for part in self.store.done("answers", world.number) if part > last]
            self.store.drop("answers", world.number, over)

    def _all(self, stage: str, chunks: Sequence[Chunk], enough: Callable[[], bool] | None = None) -> None:
        done = {world.number: self.store.done(stage, world.number) for world in self.plan.worlds}
        missing = [chunk for chunk in chunks if chunk.part not in done[chunk.world]]
        total = sum(len(chunk.numbers) for chunk in chunks)
        already = total - sum(len(chunk.numbers) for chunk in missing)
        began, count = monotonic(), 0
        self.tell(stage, already, total, 0.0)
        if not missing or (enough is not None and enough()):
            return
        with closing(self.pool.answer(missing)) as answers:
            for chunk, rows in answers:
                self.store.write(stage, chunk.world, chunk.part, rows)
                count += len(chunk.numbers)
                self.tell(stage, already + count, total, count / max(monotonic() - began, 1e-9))
                if enough is not None and enough():
                    return

    def _tail(self, world: int) -> list[int]:
        """Draws of a world that are solved exactly: the largest losses to first order, and the first few as a check."""
        if self.plan.spec.welfare != "first_order":
            return []
        rows = self.store.read("answers", ["draw", "method", "status", "lost_income_usd_million"], world)
        mine = rows[(rows["status"] == "answered") & (rows["method"] == "first_order")]
        count = int(np.ceil(self.plan.spec.tail * len(rows) - 1e-9))
        worst = mine.sort_values(["lost_income_usd_million", "draw"], ascending=[False, True], kind="stable")
        checked = mine.loc[mine["draw"] < self.plan.check, "draw"]
        return sorted({int(draw) for draw in [*worst["draw"].head(count), *checked]})


class _Watch:
    """Whether enough was drawn: looked at where all parts up to one are there, so that it depends on nothing else."""

    def __init__(self, plan: Plan, store: Store, rule: StopRule) -> None:
        self.plan, self.store, self.rule = plan, store, rule
        self.losses: dict[int, list[np.ndarray[Any, np.dtype[np.float64]]]] = {w.number: [] for w in plan.worlds}
        self.parts = 0
        self.found: int | None = None

    def enough(self) -> bool:
        """Whether the mean of every world is known well enough by the parts so far."""
        while self.found is None and self._next():
            if self._known():
                self.found = self.parts - 1
        return self.found is not None

    def last_part(self) -> int:
        """The last part that counts."""
        return self.parts - 1 if self.found is None else self.found

    def _next(self) -> bool:
        if not all(self.store.has("answers", world.number, self.parts) for world in self.plan.worlds):
            return False
        for world in self.plan.worlds:
            self.losses[world.number].append(self.store.losses(world.number, self.parts, self.rule.measure))
        self.parts += 1
        return True

    def _known(self) -> bool:
        for losses in self.losses.values():
            whole = np.concatenate(losses)
            antithetic = self.plan.sample.antithetic
            whole = whole_pairs(whole) if antithetic else whole[np.isfinite(whole)]
            if len(whole) < self.rule.at_least:
                return False
            if not mean_error(whole, antithetic=antithetic) <= self.rule.standard_error:
                return False
        return True
