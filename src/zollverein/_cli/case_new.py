"""`zollverein case new`: a case of one's own, begun from a template."""

from __future__ import annotations

import os
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
    dataset: Annotated[
        str | None,
        typer.Option("--from", help="make its economy from a world table: a dataset of 'zollverein data list'"),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="--from: the publisher's file, as it was downloaded")
    ] = None,
    aggregation: Annotated[
        Path | None, typer.Option("--aggregation", help="--from: YAML file with your regions and sectors")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", help="--from: which year of a file of several")] = None,
    usd_per_eur: Annotated[
        float | None, typer.Option("--usd-per-eur", help="--from: the year's rate, for tables in euros")
    ] = None,
) -> None:
    """Start a case of your own: a copy of a bundled one or of rooms of it, or an economy from a world table."""
    from zollverein._cli.asking import parts  # noqa: PLC0415 - help need not wait for pandas
    from zollverein._cli.case_scenarios import not_holding  # noqa: PLC0415
    from zollverein.case import bundled_cases  # noqa: PLC0415
    from zollverein.case.copying import copy_case  # noqa: PLC0415
    from zollverein.errors import InputError  # noqa: PLC0415

    if dataset is not None:
        _from_world(folder, dataset, file, aggregation, year, usd_per_eur, title)
        return
    if unused := [o for o, v in (("--file", file), ("--aggregation", aggregation), ("--year", year)) if v is not None]:
        raise InputError(f"{unused[0]} says something of a world table; name the dataset with --from")
    rooms = None if tables is None else parts(tables)
    if rooms == []:
        raise InputError("--tables names nothing; give rooms such as economy,corridor,union, or leave it out")
    made = copy_case(like, folder, rooms=rooms, called=name, title=title, judge=None if rooms is None else not_holding)
    what = f"a copy of '{like}'" if rooms is None else f"{', '.join(rooms)} of '{like}'"
    # A folder called like a bundled case is found by its path only.
    place = f".{os.sep}{made}" if str(made) in bundled_cases() else f"{made}"
    typer.echo(f"{made}: {what}. Put your rows in, then: zollverein case check {place}")


def _from_world(
    folder: Path,
    dataset: str,
    file: Path | None,
    aggregation: Path | None,
    year: int | None,
    usd_per_eur: float | None,
    title: str | None,
) -> None:
    from zollverein._cli.grid import table_or_cards  # noqa: PLC0415
    from zollverein._cli.screen import output  # noqa: PLC0415
    from zollverein.case.building.from_world import case_from_world  # noqa: PLC0415
    from zollverein.errors import InputError  # noqa: PLC0415

    if file is None or aggregation is None:
        lacking = "--file, the publisher's file" if file is None else "--aggregation, your regions and sectors"
        raise InputError(f"--from {dataset} needs {lacking}; the manual's tutorial shows both")
    made = case_from_world(folder, dataset, file, aggregation, year=year, usd_per_eur=usd_per_eur, title=title)
    console = output()
    # Rounded first, and plus nothing, so that a gap of nothing has no sign.
    shown = {c: (made.totals[c].round(3) + 0.0).map("{:,.3f}".format) for c in made.totals.columns[1:]}
    totals = made.totals.assign(**shown)
    totals.columns = [str(column).removesuffix("_usd_million") for column in totals.columns]
    console.print(table_or_cards(totals, "What aggregation kept, US$ million", console.width))
    for note in made.notes:
        console.print(f"- {note}", highlight=False, markup=False, soft_wrap=True)
    told = f"{made.folder}: a case; next: zollverein run {made.folder}/scenarios/first-test.yaml"
    console.print(told, highlight=False, markup=False, soft_wrap=True)
