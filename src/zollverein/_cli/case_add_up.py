"""`zollverein case add-up`: production made to follow trade after somebody edited it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from zollverein._cli.asking import JsonOption

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

__all__ = ["add_up"]

ROWS_SHOWN = 40


def add_up(
    case: Annotated[str, typer.Argument(help="folder of a case")],
    as_json: JsonOption = False,
) -> None:
    """Let production follow trade: exports, imports, home sales, own shares and value added where they disagree."""
    from zollverein._cli.screen import (  # noqa: PLC0415 - help need not wait for pandas
        faults_as_json,
        output,
        print_json,
        records,
    )
    from zollverein.case.adding_up import add_up as followed  # noqa: PLC0415

    with faults_as_json(as_json):
        changes = followed(case).changes
    if as_json:
        print_json({"case": case, "changes": records(changes)})
        return
    _show(output(), changes, case)


def _show(console: Console, changes: pd.DataFrame, where: str) -> None:
    """Print which figures of production became others."""
    from zollverein._cli.difference_grid import difference_grid, readable  # noqa: PLC0415

    if changes.empty:
        console.print(f"{where}: production agrees with trade", highlight=False, markup=False, soft_wrap=True)
        return
    shown = changes.head(ROWS_SHOWN)
    shown = shown.assign(was=[readable(v) for v in shown["was"]], now=[readable(v) for v in shown["now"]])
    console.print(difference_grid(shown, "Production follows trade", console.width, keys=3))
    rows = changes[["region", "sector"]].drop_duplicates()
    more = f"; {len(changes) - ROWS_SHOWN:,} more: --json" if len(changes) > ROWS_SHOWN else ""
    told = f"{where}: {len(changes):,} figures in {len(rows):,} rows of production follow trade{more}"
    console.print(told, highlight=False, markup=False, soft_wrap=True)
