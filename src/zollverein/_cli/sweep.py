"""`zollverein sweep`: thousands of stress tests, kept as they come."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from zollverein import report
from zollverein._cli.screen import output, print_json, records
from zollverein._version import __version__
from zollverein.stress.sweeps import Sweep, Tell, check_sweep, open_sweep, read_sweep
from zollverein.stress.sweeps import sweep as run_sweep

__all__ = ["check_only", "run_or_resume", "show_sweep"]

STOPPED = 130
STAGES = {"answers": "answering", "exact": "the tail, exactly", "drivers": "what drives it", "invest": "what to build"}


def run_or_resume(
    spec: str, case: str | None, out: Path | None, jobs: int | None, scheduler: str | None, as_json: bool, quiet: bool
) -> None:
    """Run a sweep, or go on with it, print what it says and write its report."""
    asked = read_sweep(spec, case)
    folder = out or Path("zollverein-" + asked.name)
    reached: dict[str, tuple[int, int]] = {}
    try:
        with _bar(quiet or as_json, reached) as tell:
            found = run_sweep(asked, out=folder, case=case, jobs=jobs, scheduler=scheduler, progress=tell)
    except KeyboardInterrupt:
        told = "; ".join(f"{STAGES[stage]}: {done:,} of {of:,}" for stage, (done, of) in reached.items())
        sys.stderr.write(
            f"zollverein: stopped ({told or 'before anything was answered'}); what is done is kept in {folder}, and "
            f"the same command goes on from there\n"
        )
        raise typer.Exit(STOPPED) from None
    _show(found, as_json)


def show_sweep(folder: Path, case: str | None, as_json: bool) -> None:
    """Print what a sweep's folder says so far, and write its report."""
    _show(open_sweep(folder, case=case), as_json)


def check_only(spec: str, case: str | None) -> None:
    """Check a sweep, every world of it and every distribution, without answering a draw."""
    from zollverein.case import open_case  # noqa: PLC0415 - only here

    asked = read_sweep(spec, case)
    opened = open_case(case if case is not None else asked.case)
    plan = check_sweep(asked, opened)
    count = plan.sample.scenarios * len(plan.worlds)
    typer.echo(
        f"{asked.name}: valid on the case '{opened.name}'; {len(plan.worlds)} world{'s' * (len(plan.worlds) > 1)}, "
        f"{len(plan.threats)} threats, {count:,} scenarios"
    )


def _show(found: Sweep, as_json: bool) -> None:
    page = report.write_sweep_report(found, found.folder)
    if as_json:
        tables = {name: records(frame) for name, frame in found.frames().items()}
        about = {"zollverein": __version__, "sweep": found.plan.manifest["sweep"], "report": str(page)}
        print_json(about | tables)
        return
    console = output()
    console.print(report.sweep_terminal(found))
    console.print(f"report: {page}", highlight=False, soft_wrap=True, markup=False)


@contextmanager
def _bar(quiet: bool, reached: dict[str, tuple[int, int]]) -> Iterator[Tell]:
    """Give a function that moves a bar for each stage, with rate and time left; it also keeps how far each came."""
    console = Console(stderr=True)
    shown = not quiet and console.is_terminal
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"))
    with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, of: int, rate: float) -> None:
            reached[stage] = (done, of)
            if of and stage not in tasks:
                tasks[stage] = bar.add_task(STAGES[stage], total=of, told="")
            if stage in tasks:
                bar.update(tasks[stage], completed=done, told=_told(done, of, rate))

        yield tell


def _told(done: int, of: int, rate: float) -> str:
    """``1,250 of 10,000, 42.1 a second, 3 min 28 s left``."""
    if not rate:
        return f"{done:,} of {of:,}"
    left = int((of - done) / rate)
    minutes, seconds = divmod(left, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} h"] * (hours > 0) + [f"{minutes} min"] * (hours + minutes > 0) + [f"{seconds} s"] * (hours == 0)
    return f"{done:,} of {of:,}, {rate:,.1f} a second, {' '.join(parts)} left"
