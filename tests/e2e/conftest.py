"""The installed command, run as a user runs it: in a process of its own."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.forked import answered

Run = Callable[..., "subprocess.CompletedProcess[str]"]


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
def run(start: Run, plain_environment: dict[str, str], elsewhere: Path, request: pytest.FixtureRequest) -> Run:
    """The same in a process that has read the program already: for all but what depends on how a command starts."""
    if not hasattr(os, "fork"):
        return start
    ready = request.getfixturevalue("ready")

    def run_it(*arguments: object, cwd: Path = elsewhere) -> "subprocess.CompletedProcess[str]":
        return answered(ready, list(map(str, arguments)), cwd, plain_environment, timeout=120)

    return run_it


@pytest.fixture(scope="session")
def report_folder(start: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `zollverein run novorossiysk-90-days --out` writes."""
    folder = tmp_path_factory.mktemp("report") / "novorossiysk"
    done = start("run", "novorossiysk-90-days", "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder
