"""What a user waits for: the command, started cold in a process of its own."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.registry import Phases, benchmark

COMMAND = Path(sys.executable).with_name("zollverein")


def call(*arguments: str) -> bytes:
    with TemporaryDirectory() as elsewhere:
        return subprocess.run([COMMAND, *arguments], cwd=elsewhere, check=True, capture_output=True).stdout


@benchmark
def command() -> Phases:
    yield "--version", lambda: call("--version")
    yield "--help", lambda: call("--help")
    yield "case check eurasia", lambda: call("case", "check", "eurasia")
    yield "run, report and all", lambda: call("run", "novorossiysk-90-days", "--out", "out")
    yield "run --json, no corridor", lambda: call("run", "no-internal-barriers", "--json")
