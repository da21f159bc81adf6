"""A case of one's own, begun as a copy of a bundled one."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from zollverein.case.package import DESCRIPTOR, bundled_cases
from zollverein.errors import OutputError, UnknownNameError

__all__ = ["copy_case"]


def copy_case(name: str, folder: str | Path) -> Path:
    """Copy a bundled case into a folder that does not exist or is empty, whole or not at all; it is named after it.

    Raises
    ------
    UnknownNameError : no bundled case of that name, with near matches.
    OutputError : the folder holds something, or cannot be made.
    """
    bundled, target = bundled_cases(), Path(folder)
    if name not in bundled:
        raise UnknownNameError("case", name, bundled, "the bundled cases")
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise OutputError(f"'{target}' is there and not an empty folder; name one that does not exist")
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".zollverein-") as beside:
            made = Path(beside) / "case"
            shutil.copytree(bundled[name], made, ignore=shutil.ignore_patterns("__pycache__"))
            _rename(made / DESCRIPTOR, name, target.name)
            if target.exists():
                target.rmdir()
            made.rename(target)
    except (OSError, shutil.Error) as error:
        raise OutputError(f"'{target}' cannot be made: {error}; choose another place") from error
    return target


def _rename(descriptor: Path, old: str, folder: str) -> None:
    """Name the copy after its folder, in the letters that a data package's name may have."""
    name = re.sub(r"[^a-z0-9._-]+", "-", folder.lower()).strip("-.") or f"my-{old}"
    text = descriptor.read_text(encoding="utf-8")
    descriptor.write_text(text.replace(f'"name": "{old}"', f'"name": "{name}"', 1), encoding="utf-8")
