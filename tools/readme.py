"""Run the zollverein commands of a README's console blocks and write what they print below them.

In a block, a line that starts with ``$`` is a command; what follows is its output. Commands share one new, empty
folder, in order. Long output is cut, with a line of three dots in place of the rest.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

BIN = Path(sys.executable).parent
# Lines of output that are shown, by the word after `zollverein`.
LINES = {"run": 70, "compare": 33, "sweep": 37}
SHORT = 12
DOTS = "..."


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language, without their fences."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[tuple[str, str]]:
    """Split a console block into commands, each with the output that stands below it."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
    return [(command.strip(), output) for command, _, output in (part.partition("\n") for part in parts[1:])]


def printed(command: str, folder: Path) -> str:
    """Run a command in a folder and return what it prints, as plain text without trailing blanks."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    environment = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "FORCE_COLOR"}} | {"PATH": path}
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode:
        raise SystemExit(f"$ {command}\nended with {done.returncode}: {done.stderr}")
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


def refreshed(text: str) -> str:
    """Return a README with every output written again; commands of `make` stay as they are."""
    with TemporaryDirectory() as folder:
        for block in blocks(text, "console"):
            new = ""
            for command, _ in commands(block):
                lines = [] if command.startswith("make") else printed(command, Path(folder)).splitlines()
                most = LINES.get(command.split()[1], SHORT)
                shown = lines if len(lines) <= most else [*lines[:most], DOTS]
                new += "".join(f"{line}\n" for line in (f"$ {command}", *shown))
            text = text.replace(f"```console\n{block}```", f"```console\n{new}```")
    return text


def main(path: str) -> int:
    """Rewrite one README in place."""
    readme = Path(path)
    readme.write_text(refreshed(readme.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
