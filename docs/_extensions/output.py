"""The directive ``{output}``: run a zollverein command while the manual is built and show what it prints."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

COMMAND = Path(sys.executable).with_name("zollverein")


class Output(SphinxDirective):
    """``{output} scenario list``: the command, then its output; an exit code other than 0 fails the build.

    The option ``lines`` shows the first lines alone.
    """

    option_spec: ClassVar = {"lines": directives.nonnegative_int}
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        said = self.arguments[0]
        with TemporaryDirectory() as elsewhere:
            done = subprocess.run(
                [str(COMMAND), *shlex.split(said)], capture_output=True, text=True, check=False, timeout=300,
                cwd=elsewhere, env={**os.environ, "COLUMNS": "96", "NO_COLOR": "1"},
            )  # fmt: skip
        if done.returncode:
            raise self.error(f"zollverein {said} ended with {done.returncode}: {done.stderr.strip()}")
        lines = [line.rstrip() for line in done.stdout.splitlines()]
        most = self.options.get("lines", len(lines))
        shown = lines if len(lines) <= most else [*lines[:most], "..."]
        text = f"$ zollverein {said}\n" + "\n".join(shown)
        return [nodes.literal_block(text, text, language="console")]


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_directive("output", Output)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
