"""`zollverein case diff`: what two cases differ in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from zollverein._cli.asking import JsonOption

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from zollverein.case.difference import Difference, TableDifference

__all__ = ["diff"]

DIFFERS = 4
SHOWN = 15


def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="bundled case, folder or zip")],
    b: Annotated[str, typer.Argument(metavar="B", help="another one")],
    table: Annotated[str | None, typer.Option("--table", help="one table, row by row")] = None,
    tolerance: Annotated[
        float, typer.Option("--tolerance", min=0.0, help="relative change up to which a number counts as the same")
    ] = 0.0,
    as_json: JsonOption = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="end with 4 if they differ, for scripts")] = False,
) -> None:
    """Compare two cases: tables, rows by their key, figures with their relative change, sources and scenarios."""
    from zollverein._cli.screen import output, print_json  # noqa: PLC0415 - help need not wait for pandas
    from zollverein.case.difference import difference  # noqa: PLC0415

    found = difference(a, b, tolerance=tolerance)
    one = None if table is None else _one(found, table, a, b)
    if as_json:
        told = found.to_mapping()
        print_json(told if table is None else {"cases": [a, b], "table": table, **told["tables"].get(table, {})})
    elif table is not None:
        _show_table(output(), one, table)
    else:
        _show(output(), found)
    if exit_code and (not found.equal if table is None else one is not None):
        raise typer.Exit(DIFFERS)


def _one(found: Difference, table: str, a: str, b: str) -> TableDifference | None:
    """The difference of a table; None if it does not differ."""
    from zollverein.case.contents import contents_of  # noqa: PLC0415
    from zollverein.case.package import locate  # noqa: PLC0415
    from zollverein.errors import UnknownNameError  # noqa: PLC0415

    if table in found.tables:
        return found.tables[table]
    known = [set(contents_of(locate(case)).resources) for case in (a, b)]
    if table not in known[0] & known[1]:
        raise UnknownNameError("table", table, known[0] & known[1], f"both '{a}' and '{b}'")
    return None


def _show(console: Console, found: Difference) -> None:
    from zollverein._cli.grid import table_or_cards  # noqa: PLC0415

    a, b = found.names
    if found.equal:
        console.print(f"{a} and {b} hold the same", highlight=False, markup=False, soft_wrap=True)
        return
    summary = found.summary()
    if len(summary):
        largest = summary["largest"].map(_percent)
        console.print(table_or_cards(summary.assign(largest=largest), f"{a} to {b}: rows by table", console.width))
    changes = found.largest()
    if len(changes):
        shown = changes.head(SHOWN).assign(change=changes["relative_change"].head(SHOWN).map(_percent))
        title = f"Largest relative changes, {min(SHOWN, len(changes))} of {len(changes):,}"
        console.print(table_or_cards(shown.drop(columns="relative_change"), title, console.width))
    sureness = found.confidence()
    if len(sureness):
        counts = sureness.groupby(["table", "was", "now"], dropna=False).size().rename("figures").reset_index()
        console.print(table_or_cards(counts, "Known otherwise than before", console.width))
    for frame, title in ((found.stated, "Descriptor"), (found.files, "Scenarios and sweeps")):
        if len(frame):
            console.print(table_or_cards(frame, title, console.width))
    console.print("row by row: --table NAME; all of it: --json", highlight=False, markup=False)


def _show_table(console: Console, one: TableDifference | None, table: str) -> None:
    from zollverein._cli.grid import ROWS_SHOWN, table_or_cards  # noqa: PLC0415

    if one is None:
        console.print(f"table {table} holds the same in both", highlight=False, markup=False)
        return
    for name, columns in (("added", one.columns_added), ("removed", one.columns_removed)):
        if columns:
            console.print(f"columns {name}: {', '.join(columns)}", highlight=False, markup=False)
    changed = one.changed.assign(_size=one.changed["relative_change"].abs())
    changed = changed.sort_values("_size", ascending=False, kind="stable", na_position="last").drop(columns="_size")
    changed = changed.assign(change=changed["relative_change"].map(_percent)).drop(columns="relative_change")
    parts: tuple[tuple[pd.DataFrame, str], ...] = (
        (changed, "changed"), (one.added, "added"), (one.removed, "removed"),
    )  # fmt: skip
    for frame, what in parts:
        if not len(frame):
            continue
        key = ", ".join(one.key)
        console.print(table_or_cards(frame, f"{table}, {what}: {len(frame):,} (rows by {key})", console.width))
        if len(frame) > ROWS_SHOWN:
            console.print(f"{len(frame) - ROWS_SHOWN:,} more; take --json", highlight=False, markup=False)


def _percent(change: float) -> str | None:
    if change != change:  # noqa: PLR0124 - NaN: no number on both sides
        return None
    return "from 0" if abs(change) == float("inf") else f"{100 * change:+,.3g} %"
