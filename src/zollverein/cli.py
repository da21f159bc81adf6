"""The command line: the same answers, from a shell.

Exit codes: 0 an answer; 2 bad input, nothing written; 3 sound input without a certified answer; 4 cases that differ, if
`case diff --exit-code` asks; 130 stopped by Ctrl-C; 1 our own bug.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections.abc import Sequence
from contextlib import suppress

import typer

from zollverein._version import __version__
from zollverein.errors import ZollvereinError

__all__ = ["main"]

STOPPED = 130
OUR_BUG = 1
BAD_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; bad input never shows a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _prepare_process()
    warnings.showwarning = _doubt  # type: ignore[assignment]
    if given == ["--version"]:
        sys.stdout.write(f"zollverein {__version__}\n")
        return 0
    try:
        from zollverein._cli.application import application  # noqa: PLC0415 - `--version` need not wait for it

        command = typer.main.get_command(application)
        result = command.main(args=given, prog_name="zollverein", standalone_mode=False)
        sys.stdout.flush()
    except Exception as error:  # noqa: BLE001 - the last door: every error becomes a sentence and an exit code
        return _told(error)
    except KeyboardInterrupt:
        return _say("stopped; nothing half-written is left", STOPPED)
    return result if isinstance(result, int) else 0


def _prepare_process() -> None:
    """Let the terminal take every name, have somewhere to write to, and stop on SIGTERM as on Ctrl-C."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - open to the end
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and threading.current_thread() is threading.main_thread():
            signal.signal(number, _stop)


def _stop(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _told(error: Exception) -> int:
    """Say what went wrong in one sentence and return the exit code for it."""
    if _was_stopped(error):
        return _say("stopped; nothing half-written is left", STOPPED)
    match error:
        case ZollvereinError():
            return _say(str(error), error.exit_code)
        case typer.Exit():
            return error.exit_code
        case typer.Abort():
            return _say("stopped; nothing half-written is left", STOPPED)
        case typer.TyperException():
            return _say(_usage(error), BAD_INPUT)
        case BrokenPipeError():
            # The reader of our output has gone, as `head` does; nothing more can be said to it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        case OSError():
            place = f" {error.filename}" if error.filename else ""
            return _say(f"{error.strerror or error}{place}; free space or choose another place", BAD_INPUT)
        case _:
            return _our_bug(error)


def _was_stopped(error: BaseException | None) -> bool:
    """Tell Ctrl-C that a compiled library met while it was loading, and wrapped in an error of its own."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


def _usage(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "zollverein"
    return f"{error.format_message().rstrip('.')}; see '{command} --help'"


def _say(message: str, code: int) -> int:
    with suppress(OSError):
        sys.stderr.write(f"zollverein: {message}\n")
    return code


def _doubt(message: Warning | str, *_where: object) -> None:
    """Say what is doubtful and go on; where in the code it was found is nothing to the person."""
    _say(str(message), 0)


def _our_bug(error: Exception) -> int:
    import traceback  # noqa: PLC0415

    if os.environ.get("ZOLLVEREIN_DEBUG"):
        traceback.print_exception(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(frame.filename)}, line {frame.lineno}"  # noqa: PTH119
    return _say(
        f"this is a bug of ours, not yours: {type(error).__name__}: {error} ({where}). Please report it with the "
        f"command that you ran; ZOLLVEREIN_DEBUG=1 shows the whole trace",
        OUR_BUG,
    )


if __name__ == "__main__":
    sys.exit(main())
