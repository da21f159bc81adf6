"""What a person sees while and after a command works: consoles and a progress bar."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    import pandas as pd

    from zollverein.stress.runner import Progress as Tell

__all__ = ["faults_as_json", "output", "print_json", "progress_bar", "records"]

UNATTENDED_WIDTH = 100


class _Screen(Console):
    """A console that leaves it to the command line what a reader who has gone means."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def output() -> Console:
    """Console of standard output; into a file or a pipe it writes plain text of a fixed width."""
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        return _Screen()
    return _Screen(width=UNATTENDED_WIDTH)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain data: what is unknown is null, dates are ISO."""
    rows: list[dict[str, Any]] = json.loads(
        frame.to_json(orient="records", date_format="iso", date_unit="s", double_precision=12)
    )
    return rows


def print_json(data: dict[str, Any]) -> None:
    """Print data as JSON on standard output, and nothing else."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


@contextmanager
def faults_as_json(asked: bool) -> Iterator[None]:
    """Print the faults of a case that is refused meanwhile as JSON, where that is asked for, and end with 2."""
    from zollverein.errors import CaseError  # noqa: PLC0415

    try:
        yield
    except CaseError as error:
        faults = [asdict(fault) for fault in error.faults if is_dataclass(fault) and not isinstance(fault, type)]
        if not asked or not faults:
            raise
        sys.stdout.write(json.dumps(faults, ensure_ascii=False, indent=2) + "\n")
        raise typer.Exit(2) from error


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Tell]:
    """Give a function that moves a bar on standard error; no bar where nobody looks."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _what, _share: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda what, share: bar.update(task, description=what, completed=share)
