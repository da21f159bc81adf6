"""`zollverein case to-excel` and `from-excel`: a case for who works in a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zollverein._cli.asking import JsonOption

__all__ = ["from_excel", "to_excel"]


def to_excel(
    case: Annotated[str, typer.Argument(help="bundled case, folder or zip")],
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="workbook to make")],
) -> None:
    """Write a case as an Excel workbook: a sheet for each table; from-excel makes the same case of it again."""
    from zollverein.case.workbook_writing import to_excel as written  # noqa: PLC0415 - help need not wait for it

    made = written(case, file)
    named = f'"{file}"' if " " in str(file) else str(file)
    typer.echo(
        f"{made.file}: {made.tables} tables, {made.rows:,} rows. Back: zollverein case from-excel {named} FOLDER"
    )
    if made.left_out:
        typer.echo(f"not in it, since they are no text: {', '.join(made.left_out)}")


def from_excel(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="workbook that to-excel wrote, changed or not")],
    folder: Annotated[Path, typer.Argument(help="folder to make")],
    add_up: Annotated[
        bool, typer.Option("--add-up", help="let production follow trade where it was edited, as 'case add-up' does")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a case of a workbook, whole and checked, or tell every fault by sheet and cell and write nothing."""
    from zollverein._cli.screen import faults_as_json, print_json  # noqa: PLC0415 - help need not wait for pandas
    from zollverein.case.workbook_reading import from_excel as read  # noqa: PLC0415

    with faults_as_json(as_json):
        made = read(file, folder, follow_trade=add_up)
    if as_json:
        print_json({"folder": str(made.folder), "tables": made.tables, "rows": made.rows, "notes": list(made.notes)})
        return
    for note in made.notes:
        typer.echo(note)
    typer.echo(f"{made.folder}: valid, {made.tables} tables, {made.rows:,} rows")
