"""Choose the newest libraries that pyproject.toml allows and write both locks; no index is named in them."""

import subprocess
import sys
from pathlib import Path

OPTIONS = (
    "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-header",
    "--upgrade",
)  # fmt: skip
# The second is bound to the first, so that what is tested is what is run.
LOCKS = (
    ("requirements.lock", ("--group", "build")),
    ("requirements-dev.lock", ("--group", "dev", "--constraint", "requirements.lock")),
)


def main() -> int:
    """Compile both locks; return uv's exit code."""
    uv = Path(sys.executable).with_name("uv")
    for name, options in LOCKS:
        command = [uv, "pip", "compile", *OPTIONS, *options, "--output-file", name, "pyproject.toml"]
        done = subprocess.run(command, check=False)
        if done.returncode:
            return done.returncode
        sys.stdout.write(f"{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
