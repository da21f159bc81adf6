"""What a case that was made from another says of itself: a name and title of its own, and a README that holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from zollverein.case.copying import as_a_name
from zollverein.case.package import read_package

__all__ = ["README", "descends", "keep_readme", "write_readme"]

README = "README.md"
LEVELS = ("reported", "derived", "assumed")


def descends(descriptor: Mapping[str, Any], folder: Path, how: str) -> dict[str, Any]:
    """Return a descriptor that tells a case from the one that it was made from.

    Parameters
    ----------
    folder : it is named after its folder. how : a few words that end in a year or day, such as ``base of 2016``; they
        end its title, instead of what an earlier making of the kind had put there.
    """
    name, title = str(descriptor.get("name", "")), str(descriptor.get("title", ""))
    plain = re.sub(rf", {re.escape(how.rstrip('0123456789-'))}[\d-]+", "", title)
    told = {"name": as_a_name(folder.name) or as_a_name(f"{name} {how}"), "title": f"{plain}, {how}"}
    made = {**descriptor, **told}
    if "description" in made:
        made["description"] = f"Made from case '{name}' ({title}): {how}."
    return made


def keep_readme(files: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """Return files whose README, which tells of the case that they came from, is called after that case."""
    return {(f"README-of-{name}.md" if file == README else file): raw for file, raw in files.items()}


def write_readme(folder: Path, name: str, how: str, told: Sequence[str]) -> None:
    """Write the README of a whole case that was made from another.

    Parameters
    ----------
    name : of the other case. how : as in `descends`. told : what a reader must know of the making, a sentence each.
    """
    case = read_package(folder)
    known = {
        table: [int((read.frame["confidence"] == level).sum()) for level in LEVELS]
        for table, read in case.tables.items()
        if "confidence" in read.frame
    }
    figures = sum(map(sum, known.values()))
    shares = [100.0 * sum(counts[k] for counts in known.values()) / max(figures, 1) for k in range(len(LEVELS))]
    rows = [
        f"| {' | '.join([table, f'{len(read.frame):,}', *_shown(known.get(table))])} |"
        for table, read in case.tables.items()
    ]
    sources = len(case.tables["sources"].frame)
    before = f"README-of-{name}.md"
    lines = [
        f"# {case.title}",
        "",
        f"Made from case `{name}`: {how}. Of its {figures:,} figures {shares[0]:.1f} % are reported, "
        f"{shares[1]:.1f} % derived and {shares[2]:.1f} % assumed; they name {sources:,} sources.",
        *([f"`{before}` is what was written of that case: its counts, years and remarks are not this one's."]
          if (folder / before).exists() else []),
        "",
        "## How it was made",
        "",
        *(f"- {line}" for line in told),
        "",
        "## The tables",
        "",
        "| table | rows | reported | derived | assumed |",
        "| --- | ---: | ---: | ---: | ---: |",
        *rows,
        "",
    ]  # fmt: skip
    (folder / README).write_text("\n".join(lines), encoding="utf-8")


def _shown(counts: Sequence[int] | None) -> list[str]:
    return [""] * len(LEVELS) if counts is None else [f"{count:,}" for count in counts]
