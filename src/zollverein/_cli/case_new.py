"""`zollverein case new`: a case of one's own, begun from a template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["new"]


def new(
    folder: Annotated[Path, typer.Argument(help="folder to make")],
    like: Annotated[str, typer.Option("--like", help="bundled case to start from")] = "eurasia",
    tables: Annotated[
        str | None,
        typer.Option("--tables", help="only these rooms of it, such as economy,union, or single tables; absent: all"),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="the case's name; absent: the folder's")] = None,
    title: Annotated[str | None, typer.Option("--title", help="the case's title; absent: the template's")] = None,
) -> None:
    """Start a case of your own: a valid copy of a bundled one, or of some rooms of it, to put your rows in."""
    from zollverein._cli.asking import parts  # noqa: PLC0415 - help need not wait for pandas
    from zollverein._cli.case_scenarios import not_holding  # noqa: PLC0415
    from zollverein.case.copying import copy_case  # noqa: PLC0415
    from zollverein.errors import InputError  # noqa: PLC0415

    rooms = None if tables is None else parts(tables)
    if rooms == []:
        raise InputError("--tables names nothing; give rooms such as economy,corridor,union, or leave it out")
    made = copy_case(like, folder, rooms=rooms, called=name, title=title, judge=None if rooms is None else not_holding)
    what = f"a copy of '{like}'" if rooms is None else f"{', '.join(rooms)} of '{like}'"
    typer.echo(f"{made}: {what}. Put your rows in, then: zollverein case check {made}")
