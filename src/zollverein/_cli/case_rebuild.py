"""`zollverein case rebuild`: a base made again from its inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zollverein._cli.asking import JsonOption

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
    from zollverein._cli.grid import table_or_cards  # noqa: PLC0415 - help need not wait for pandas
    from zollverein._cli.screen import output, print_json, progress_bar, records  # noqa: PLC0415
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
    report = made.base.report
    if as_json:
        print_json(
            {
                "year": made.base.year,
                "steps": records(report),
                "differs": records(made.differs),
                "folder": None if made.folder is None else str(made.folder),
            }
        )
        return
    console = output()
    shown = report.assign(
        share_moved_percent=report["share_moved_percent"].round(2),
        largest_ratio=report["largest_ratio"].map("{:.3g}".format),
        residual=report["residual"].map("{:.0e}".format),
        worst_gap_in_errors=report["worst_gap_in_errors"].round(2),
    )
    console.print(table_or_cards(shown, f"Base of {made.base.year}: what each step moved", console.width))
    differs = made.differs.assign(largest_change_percent=made.differs["largest_change_percent"].map("{:.3g}".format))
    console.print(table_or_cards(differs, "Beside the base that stands", console.width))
    if made.folder is None:
        told = "nothing was written; name a folder to write a case with this base"
    else:
        told = f"{made.folder}: a case with this base; zollverein run SCENARIO --case {made.folder}"
    console.print(told, highlight=False, markup=False, soft_wrap=True)
