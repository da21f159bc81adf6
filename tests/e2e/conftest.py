"""The installed command, run as a user runs it: in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
def run(command: Path, plain_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run `zollverein` with arguments in an empty folder (or `cwd`) and return what it printed and its exit code."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def run_it(*arguments: object, **options: Any) -> "subprocess.CompletedProcess[str]":
        options = {"cwd": elsewhere, "env": plain_environment, "timeout": 120} | options
        return subprocess.run(
            [str(command), *map(str, arguments)], capture_output=True, text=True, check=False, **options
        )

    return run_it


@pytest.fixture(scope="session")
def report_folder(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `zollverein run novorossiysk-90-days --out` writes."""
    folder = tmp_path_factory.mktemp("report") / "novorossiysk"
    done = run("run", "novorossiysk-90-days", "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder
