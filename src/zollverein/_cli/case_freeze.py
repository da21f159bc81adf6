"""`zollverein case freeze`: a case as it was known on a day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zollverein._cli.asking import JsonOption

if TYPE_CHECKING:
    from rich.console import Console

    from zollverein.case.freezing import Frozen

__all__ = ["freeze"]


def freeze(
    case: Annotated[str, typer.Argument(help="bundled case, folder or zip")],
    day: Annotated[str, typer.Argument(help="last day whose knowledge may be in it, such as 2022-03-28")],
    folder: Annotated[Path, typer.Argument(help="folder to make")],
    without: Annotated[str | None, typer.Option("--without", help="rooms or tables to leave out as a whole")] = None,
    keep: Annotated[
        str | None, typer.Option("--keep", help="rooms or tables to take as they are, whenever they were known")
    ] = None,
    reported_later: Annotated[
        bool, typer.Option("--reported-later", help="take what later sources report of states that had begun, too")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Copy a case as it was known on a day, without what was published later; sealed by hashes, to be cited."""
    from zollverein._cli.asking import parts  # noqa: PLC0415 - help need not wait for the engines
    from zollverein._cli.case_scenarios import not_holding  # noqa: PLC0415
    from zollverein._cli.screen import output, print_json  # noqa: PLC0415
    from zollverein.case.freezing import freeze_case  # noqa: PLC0415

    made = freeze_case(
        case, day, folder, without=parts(without), keep=parts(keep), reported_later=reported_later, judge=not_holding
    )
    if as_json:
        print_json(made.to_mapping())
        return
    _show(output(), made)


def _show(console: Console, made: Frozen) -> None:
    from zollverein._cli.grid import table_or_cards  # noqa: PLC0415

    touched = (made.tables["left_out"] + made.tables["undated"] + made.tables["later"]) > 0
    changed = made.tables[touched & (made.tables["kept"] > 0)].rename(columns={"left_out": "left out"})
    if len(changed):
        console.print(table_or_cards(changed, f"As known on {made.day}: rows by table", console.width))
    told = [*made.told[:-1], f"{made.folder}: {made.told[-1]}; row by row: --json"]
    for line in told:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
