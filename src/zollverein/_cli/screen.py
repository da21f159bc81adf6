"""What a person sees while and after a command works: consoles and a progress bar."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from zollverein.stress.runner import Progress as Tell

__all__ = ["output", "progress_bar"]

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
