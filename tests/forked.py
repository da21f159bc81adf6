"""The command, in processes of their own that are forked from one which has read the program already.

To read the program, and the bundled cases, takes longer than most of what commands do then. The rest is as ever: a
folder, an environment, streams and an exit code of their own. That the installed command starts from nothing is tried
by the tests that start it.
"""

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

STREAMS = {"stdin": os.O_RDONLY, "stdout": os.O_WRONLY | os.O_CREAT, "stderr": os.O_WRONLY | os.O_CREAT}
CASES = ("eurasia", "eastafrica", "small")


@contextmanager
def forking() -> Iterator["subprocess.Popen[str]"]:
    """Begin the process that reads the program once, and forks."""
    with subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process


def begun(
    process: "subprocess.Popen[str]", arguments: list[str], cwd: Path, env: Mapping[str, str], streams: Path
) -> int:
    """Let it fork and run `zollverein` with these arguments there; return the new process's id.

    What it prints goes to the files `stdout` and `stderr` of the folder `streams`. One at a time.
    """
    assert process.stdin is not None
    places = {name: str(streams / name) for name in STREAMS} | {"stdin": os.devnull}
    asked = {"arguments": arguments, "cwd": str(cwd), "env": dict(env), "places": places}
    process.stdin.write(f"{json.dumps(asked)}\n")
    process.stdin.flush()
    return _number(process)


def ended(process: "subprocess.Popen[str]") -> int:
    """Wait for what was begun and return its exit code; a signal that killed it is below zero."""
    return _number(process)


def answered(
    process: "subprocess.Popen[str]", arguments: list[str], cwd: Path, env: Mapping[str, str], timeout: float
) -> "subprocess.CompletedProcess[str]":
    """Run `zollverein` to its end, and return what it printed and its exit code."""
    with TemporaryDirectory() as folder:
        pid = begun(process, arguments, cwd, env, Path(folder))
        late = threading.Timer(timeout, os.kill, (pid, signal.SIGKILL))
        late.start()
        code = ended(process)
        late.cancel()
        said = {name: (Path(folder) / name).read_text(encoding="utf-8") for name in ("stdout", "stderr")}
    if code == -signal.SIGKILL:
        raise subprocess.TimeoutExpired(arguments, timeout, said["stdout"], said["stderr"])
    return subprocess.CompletedProcess(arguments, code, **said)


def _number(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def serve() -> None:
    """Read the program, then fork for each line that comes; say the new process's id, then its exit code."""
    import zollverein as zv  # noqa: PLC0415 - only in the process that forks
    import zollverein._cli.hindcast  # noqa: PLC0415
    import zollverein._cli.stress  # noqa: PLC0415
    import zollverein._cli.sweep  # noqa: PLC0415

    for case in CASES:
        zv.open_case(case)
    gc.freeze()
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            be_the_command(**json.loads(line))
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def be_the_command(arguments: list[str], cwd: str, env: dict[str, str], places: dict[str, str]) -> NoReturn:
    """Take the place of a process that was started with these arguments."""
    from zollverein.cli import main  # noqa: PLC0415

    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    for number, (name, flags) in enumerate(STREAMS.items()):
        os.dup2(os.open(places[name], flags), number)
        setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False))
    sys.argv[:] = ["zollverein", *arguments]
    code = main()
    # As Python ends, but for taking apart all that was read: the memory goes with the process.
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    serve()
