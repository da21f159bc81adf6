"""What several rooms' tests share: the command, and a process that has read the program already."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

import zollverein as zv
from tests.forked import forking

# A change is judged by the same examples each time; `make search` looks for new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("search", print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
COMMAND = Path(sys.executable).with_name("zollverein")


@pytest.fixture(scope="session")
def eurasia() -> zv.Case:
    """The bundled case, opened once: what it derives of itself, such as its threats, is derived once too."""
    return zv.open_case("eurasia")


@pytest.fixture(scope="session")
def answer_of(eurasia: zv.Case) -> Callable[[str], zv.StressTest]:
    """The answer to a bundled scenario of that case, by its name; each is run once."""
    return cache(lambda name: zv.run(name, case=eurasia))


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
def ready() -> Iterator["subprocess.Popen[str]"]:
    """A process that has read the program, and forks where it can."""
    if not hasattr(os, "fork"):
        pytest.skip("commands are forked on POSIX systems")
    with forking() as process:
        yield process
