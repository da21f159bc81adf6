"""`zollverein hindcast`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from zollverein import report
from zollverein._cli.screen import output, progress_bar
from zollverein._version import __version__
from zollverein.stress import hindcast

__all__ = ["run_hindcast"]


def run_hindcast(case: str, episode: str | None, mode: str, out: Path | None, as_json: bool, quiet: bool) -> None:
    """Run a case against its history, print it, write the results if a file is given."""
    if out is not None:
        report.check_file(out)
    with progress_bar(quiet or as_json) as tell:
        past = hindcast(case=case, episode=episode, mode=mode, progress=tell)
    written = report.write_csv(past.results, out) if out is not None else None
    if as_json:
        data = {"zollverein": __version__, "case": past.case_name, "mode": past.mode, "max_residual": past.max_residual}
        data |= {
            name: json.loads(frame.to_json(orient="records", date_format="iso", date_unit="s", double_precision=12))
            for name, frame in past.frames().items()
        }
        data |= {"written": str(written)} if written else {}
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
        return
    console = output()
    console.print(report.hindcast_terminal(past))
    if written:
        console.print(f"results: {written}", highlight=False, soft_wrap=True, markup=False)
