"""The installed command, run as a user runs it: in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.forked import answered, ready

COMMAND = Path(sys.executable).with_name("zollverein")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def command() -> Path:
    assert COMMAND.is_file(), "the command is not installed: make check"
    return COMMAND


@pytest.fixture(scope="session")
def plain_environment() -> dict[str, str]:
    """The environment without what a colour terminal or a debugger would set."""
    unwanted = {"COLUMNS", "FORCE_COLOR", "NO_COLOR", "ZOLLVEREIN_DEBUG", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}
    return {name: value for name, value in os.environ.items() if name not in unwanted}


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="session")
def start(command: Path, plain_environment: dict[str, str], elsewhere: Path) -> Run:
    """Start `zollverein` as it is installed, in an empty folder (or `cwd`): what it printed and its exit code."""

    def start_it(*arguments: object, **options: Any) -> "subprocess.CompletedProcess[str]":
        options = {"cwd": elsewhere, "env": plain_environment, "timeout": 120} | options
        return subprocess.run(
            [str(command), *map(str, arguments)], capture_output=True, text=True, check=False, **options
        )

    return start_it


@pytest.fixture(scope="session")
def run(start: Run, plain_environment: dict[str, str], elsewhere: Path) -> Iterator[Run]:
    """The same in a process that has read the program already: for all but what depends on how a command starts."""
    if not hasattr(os, "fork"):
        yield start
        return
    with ready() as process:

        def run_it(*arguments: object, cwd: Path = elsewhere) -> "subprocess.CompletedProcess[str]":
            return answered(process, list(map(str, arguments)), cwd, plain_environment, timeout=120)

        yield run_it


@pytest.fixture(scope="session")
def report_folder(start: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `zollverein run novorossiysk-90-days --out` writes."""
    folder = tmp_path_factory.mktemp("report") / "novorossiysk"
    done = start("run", "novorossiysk-90-days", "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder
