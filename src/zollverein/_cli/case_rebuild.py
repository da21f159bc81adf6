"""`zollverein case rebuild`: a base made again from its inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zollverein._cli.asking import JsonOption

if TYPE_CHECKING:
    from rich.console import Console

    from zollverein.case.building import Rebuilt

__all__ = ["rebuild"]


def rebuild(
    case: Annotated[str, typer.Argument(help="bundled case, folder or zip")] = "eurasia",
    folder: Annotated[
        Path | None, typer.Argument(help="folder to write a case with this base to; absent: only compare")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", help="year of the inputs; absent: the case's base year")] = None,
    dataset: Annotated[
        str | None,
        typer.Option("--from", help="take coefficients from a world table: a dataset of 'zollverein data list'"),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="--from: the publisher's file, as it was downloaded")
    ] = None,
    aggregation: Annotated[
        Path | None, typer.Option("--aggregation", help="--from: YAML file to the case's regions and sectors")
    ] = None,
    table_year: Annotated[
        int | None, typer.Option("--table-year", help="--from: which year of a file of several")
    ] = None,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="no progress bar")] = False,
) -> None:
    """Make a case's base again from its inputs by balancing: what moved, how far, and what differs from what stands."""
    from zollverein._cli.screen import (  # noqa: PLC0415 - help need not wait for pandas
        output,
        print_json,
        progress_bar,
        records,
    )
    from zollverein.case.building import Swap, rebuild_case  # noqa: PLC0415
    from zollverein.errors import InputError  # noqa: PLC0415

    swap = None
    if dataset is not None:
        if file is None or aggregation is None:
            raise InputError(
                f"--from {dataset} needs --file and --aggregation; the manual's page on rebuilding shows both"
            )
        swap = Swap(dataset, file, aggregation, table_year)
    elif file is not None or aggregation is not None:
        raise InputError("--file and --aggregation say something of a world table; name the dataset with --from")

    with progress_bar(quiet or as_json) as tell:
        made = rebuild_case(case, folder, year=year, swap=swap, tell=tell)
    if as_json:
        base = made.base
        print_json(
            {
                "year": base.year,
                "steps": records(base.report),
                "differs": records(made.differs),
                "beyond_errors": records(base.beyond),
                "missed_totals": records(base.missed),
                "reports_at_odds": records(base.at_odds),
                "absent_pairs": records(base.absent),
                "folder": None if made.folder is None else str(made.folder),
            }
        )
        return
    _show(output(), made)


def _show(console: Console, made: Rebuilt) -> None:
    import pandas as pd  # noqa: PLC0415

    from zollverein._cli.grid import table_or_cards  # noqa: PLC0415
    from zollverein.case.building.rebuilt_told import doubts_of  # noqa: PLC0415

    report = made.base.report
    shown = report.assign(
        share_moved_percent=report["share_moved_percent"].round(2),
        largest_ratio=report["largest_ratio"].map("{:.3g}".format),
        residual=report["residual"].map("{:.0e}".format),
        worst_gap_in_errors=report["worst_gap_in_errors"].round(2),
    )
    shown = shown.set_axis(["step", "cells", "sums", "moved %", "factor", "residual", "miss"], axis=1)
    what = "moved, largest factor of a cell, and worst miss of a sum in standard errors"
    console.print(table_or_cards(shown, f"Base of {made.base.year}: what each step {what}", console.width))
    differs = made.differs.assign(largest_change_percent=made.differs["largest_change_percent"].map(_percent))
    differs = pd.DataFrame(
        {
            "table": differs["table"],
            "rows": [f"+{a} −{r}" if a or r else "" for a, r in zip(differs["added"], differs["removed"], strict=True)],
            "changed": differs["changed"],
            "largest": differs["largest_change_percent"],
            "where": differs["where"].str.removesuffix("_usd_million"),
        }
    )
    title = "Beside the base that stands: rows, and what moved most of its total"
    console.print(table_or_cards(differs, title, console.width))
    for doubt in doubts_of(made.base):
        console.print(f"- {doubt}", highlight=False, markup=False, soft_wrap=True)
    if made.folder is None:
        told = "nothing was written; name a folder to write a case with this base"
    else:
        told = f"{made.folder}: a case with this base; zollverein run SCENARIO --case {made.folder}"
    console.print(told, highlight=False, markup=False, soft_wrap=True)


def _percent(change: float) -> str:
    if abs(change) == float("inf"):
        return "from 0"
    return f"{change:+,.3g} %" if change else ""
