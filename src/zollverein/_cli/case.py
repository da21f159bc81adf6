"""`zollverein case`: the tables that are known."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from zollverein._cli.asking import JsonOption
from zollverein._cli.case_add_up import add_up
from zollverein._cli.case_diff import diff
from zollverein._cli.case_excel import from_excel, to_excel
from zollverein._cli.case_freeze import freeze
from zollverein._cli.case_new import new

if TYPE_CHECKING:
    import pandas as pd

    from zollverein.case import Fault

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

CaseArgument = Annotated[str, typer.Argument(help="bundled case, folder or zip")]
SOURCES_SHOWN = 12


@app.command()
def check(case: CaseArgument = "eurasia", as_json: JsonOption = False) -> None:
    """Check a case: every fault at once, with file, row, column and how to mend it; then its scenarios and sweeps."""
    from dataclasses import asdict  # noqa: PLC0415 - help need not wait for the engines

    from rich.markup import escape  # noqa: PLC0415

    from zollverein._cli.screen import output  # noqa: PLC0415
    from zollverein.case import check_case, open_case  # noqa: PLC0415

    faults = check_case(case) or _faults_of_runs(case)
    if as_json:
        sys.stdout.write(json.dumps([asdict(fault) for fault in faults], ensure_ascii=False, indent=2) + "\n")
        raise typer.Exit(2 if faults else 0)
    console = output()
    if not faults:
        opened = open_case(case)
        console.print(
            f"{opened.name}: valid, {len(opened.tables)} tables, {opened.figures:,} rows",
            highlight=False,
            markup=False,
        )
        return
    for file in dict.fromkeys(fault.file for fault in faults):
        console.print(f"[bold]{escape(file)}[/bold]", highlight=False)
        for fault in (f for f in faults if f.file == file):
            place = ", ".join(
                [f"row {fault.row}"] * (fault.row is not None) + [f"column {fault.column}"] * bool(fault.column)
            )
            told = f"{fault.found}; allowed: {fault.allowed}; {fault.mend}"
            console.print(f"  {place + ': ' if place else ''}{told}", highlight=False, markup=False)
    console.print(f"{case}: refused, {len(faults)} fault{'s' * (len(faults) != 1)}", highlight=False, markup=False)
    raise typer.Exit(2)


@app.command()
def show(
    case: CaseArgument = "eurasia",
    table: Annotated[str | None, typer.Argument(help="a table; absent: all of them in a line each")] = None,
    where: Annotated[list[str] | None, typer.Option("--where", help="column=value, may be given again")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a case knows and how well; of figures in conflict all rows, the preferred one marked."""
    from zollverein._cli.grid import CONFIDENCE, PREFERRED, ROWS_SHOWN, table_or_cards  # noqa: PLC0415
    from zollverein._cli.screen import output  # noqa: PLC0415
    from zollverein.case import open_case  # noqa: PLC0415

    opened = open_case(case)
    if table is None:
        frame, title = opened.confidence(), opened.title
    else:
        frame, title = _chosen(opened.table(table), table, where or []), f"{opened.name}, {table}"
    if as_json:
        sys.stdout.write(frame.to_json(orient="records", date_format="iso", indent=2, force_ascii=False) + "\n")
        return
    console = output()
    console.print(table_or_cards(frame, title, console.width))
    if len(frame) > ROWS_SHOWN:
        more = f"{len(frame) - ROWS_SHOWN:,} rows more; narrow them with --where column=value, or take --json"
        console.print(more, highlight=False)
    for line in _cited(frame.head(ROWS_SHOWN), opened.sources):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    legend = [*CONFIDENCE, *([PREFERRED] if "preferred" in frame else [])]
    console.print("  ".join(f"{sign} {word}" for word, sign in legend), highlight=False)


app.command()(new)
app.command()(diff)
app.command()(freeze)
app.command("add-up")(add_up)
app.command("to-excel")(to_excel)
app.command("from-excel")(from_excel)


def _faults_of_runs(case: str) -> list[Fault]:
    """What is wrong with the scenarios and sweeps of a case whose tables are right, a fault for each thing told."""
    from zollverein._cli.case_scenarios import faults_of_runs  # noqa: PLC0415 - help need not wait for the engines
    from zollverein.case import Fault  # noqa: PLC0415

    allowed, mend = "what the format and the case's tables know", "mend the file, or take it out of the folder"
    faults = []
    for file, message in faults_of_runs(case).items():
        head, *told = message.splitlines()
        faults += [Fault(file, None, None, line.strip(), allowed, mend) for line in told or [head]]
    return faults


def _chosen(frame: pd.DataFrame, table: str, where: list[str]) -> pd.DataFrame:
    from zollverein.case import matching  # noqa: PLC0415
    from zollverein.errors import InputError, UnknownNameError  # noqa: PLC0415

    for condition in where:
        column, equals, value = condition.partition("=")
        if not equals:
            raise InputError(f"--where {condition}: it has no '='; give column=value, for example link=aktau-baku")
        found = matching(frame, table, {column: value})
        if found.empty:
            known = frame[column].dropna().astype(str).unique()
            raise UnknownNameError(column, value, known, f"table '{table}'" + " as narrowed so far" * (len(where) > 1))
        frame = found
    return frame


def _cited(frame: pd.DataFrame, sources: pd.DataFrame) -> list[str]:
    """A line for every source behind the rows: key, publisher, title, address."""
    if "source" not in frame:
        return []
    keys = dict.fromkeys(part.strip() for cell in frame["source"].dropna() for part in str(cell).split(";"))
    known = sources.set_index("key")
    lines = []
    for key in list(keys)[:SOURCES_SHOWN]:
        parts = known.loc[key, ["publisher", "title", "date", "url"]].dropna()
        lines.append(f"{key}: {', '.join(map(str, parts))}")
    if len(keys) > SOURCES_SHOWN:
        lines.append(f"{len(keys) - SOURCES_SHOWN} sources more: zollverein case show CASE sources")
    return lines
