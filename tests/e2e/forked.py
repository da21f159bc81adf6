"""The command, in a process of its own that is forked from one which has read the program already.

To read the program, and the bundled case that most commands are asked of, takes longer than what they do then. The
rest is as ever: a folder, an environment, streams and an exit code of their own. That the installed command starts
from nothing is tried by the tests that start it.
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


@contextmanager
def ready() -> Iterator["subprocess.Popen[str]"]:
    """Begin the process that reads the program once."""
    with subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process


def answered(
    process: "subprocess.Popen[str]", arguments: list[str], cwd: Path, env: Mapping[str, str], timeout: float
) -> "subprocess.CompletedProcess[str]":
    """Let it fork, run `zollverein` with these arguments there, and return what that printed and its exit code."""
    assert process.stdin is not None
    assert process.stdout is not None
    with TemporaryDirectory() as folder:
        places = {name: f"{folder}/{name}" for name in STREAMS} | {"stdin": os.devnull}
        asked = {"arguments": arguments, "cwd": str(cwd), "env": dict(env), "places": places}
        process.stdin.write(f"{json.dumps(asked)}\n")
        process.stdin.flush()
        late = threading.Timer(timeout, os.kill, (int(process.stdout.readline()), signal.SIGKILL))
        late.start()
        code = int(process.stdout.readline())
        late.cancel()
        said = {name: Path(places[name]).read_text(encoding="utf-8") for name in ("stdout", "stderr")}
    if code == -signal.SIGKILL:
        raise subprocess.TimeoutExpired(arguments, timeout, said["stdout"], said["stderr"])
    return subprocess.CompletedProcess(arguments, code, **said)


def serve() -> None:
    """Read the program, then fork for each line that comes; say the new process's id, then its exit code."""
    import zollverein as zv  # noqa: PLC0415 - only in the process that forks
    import zollverein._cli.hindcast  # noqa: PLC0415
    import zollverein._cli.stress  # noqa: PLC0415
    import zollverein._cli.sweep  # noqa: PLC0415

    zv.open_case("eurasia")
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
