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
SHOWN, ROWS_SHOWN = 15, 60
# A growth beyond the first is told as a factor; beyond the second there was next to nothing before.
MOST_PERCENT, FROM_NOTHING = 10.0, 1e5


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
    from zollverein._cli.difference_grid import difference_grid  # noqa: PLC0415

    a, b = found.names
    if found.equal:
        console.print(f"{a} and {b} hold the same", highlight=False, markup=False, soft_wrap=True)
        return
    summary = found.summary()
    if len(summary):
        shown = summary.assign(largest=summary["largest"].map(_percent)).drop(columns="where")
        console.print(difference_grid(shown, f"{a} to {b}: rows by table, and the largest change", console.width))
    changes = found.weightiest()
    if len(changes):
        title = (
            f"Changes, {min(SHOWN, len(changes))} of {len(changes):,}, the largest shares of their column's total first"
        )
        console.print(difference_grid(_told(changes.head(SHOWN)), title, console.width))
    sureness = found.confidence()
    if len(sureness):
        counts = sureness.groupby(["table", "was", "now"], dropna=False).size().rename("figures").reset_index()
        console.print(difference_grid(counts, "Known otherwise than before", console.width))
    for frame, title in ((found.stated, "Descriptor"), (found.files, "Scenarios and sweeps")):
        if len(frame):
            console.print(difference_grid(frame, title, console.width))
    console.print("row by row: --table NAME; all of it: --json", highlight=False, markup=False)


def _show_table(console: Console, one: TableDifference | None, table: str) -> None:
    from zollverein._cli.difference_grid import difference_grid  # noqa: PLC0415

    if one is None:
        console.print(f"table {table} holds the same in both", highlight=False, markup=False)
        return
    for name, columns in (("added", one.columns_added), ("removed", one.columns_removed)):
        if columns:
            console.print(f"columns {name}: {', '.join(columns)}", highlight=False, markup=False)
    changed = one.changed.assign(_size=one.changed["share_of_total"].abs())
    changed = changed.sort_values("_size", ascending=False, kind="stable", na_position="last").drop(columns="_size")
    key = ", ".join(one.key)
    parts: tuple[tuple[pd.DataFrame, str, int], ...] = (
        (changed, "changed", 1), (one.added, "added", len(one.key)), (one.removed, "removed", len(one.key)),
    )  # fmt: skip
    for frame, what, keys in parts:
        if not len(frame):
            continue
        shown = frame.head(ROWS_SHOWN)
        title = f"{table}, {what}: {len(frame):,} (rows by {key})"
        shown = (
            _told(shown)
            if what == "changed"
            else shown[[*one.key, *(name for name in shown.columns if name not in one.key)]]
        )
        console.print(difference_grid(shown, title, console.width, keys=keys))
        if len(frame) > ROWS_SHOWN:
            console.print(f"{len(frame) - ROWS_SHOWN:,} more; take --json", highlight=False, markup=False)


def _told(changes: pd.DataFrame) -> pd.DataFrame:
    """Changes as a person reads them: numbers of six digits, the change in percent, and its share of the total."""
    numbers = changes["relative_change"].notna()
    texts = {
        side: changes[side].where(~numbers, changes[side].map(_six_digits, na_action="ignore"))
        for side in ("was", "now")
    }
    told = changes.assign(**texts, change=changes["relative_change"].map(_percent))
    return told.assign(of_total=changes["share_of_total"].map(_share)).drop(
        columns=["relative_change", "share_of_total"]
    )


def _six_digits(text: str) -> str:
    from zollverein._cli.difference_grid import readable  # noqa: PLC0415

    try:
        return readable(float(text))
    except ValueError:
        return text


def _percent(change: float) -> str | None:
    if change != change:  # noqa: PLR0124 - NaN: no number on both sides
        return None
    if abs(change) == float("inf"):
        return "from 0"
    if abs(change) <= MOST_PERCENT:
        return f"{100 * change:+.3g} %" if abs(change) < 1 else f"{100 * change:+,.0f} %"
    if abs(change) > FROM_NOTHING:
        return "from near 0"
    return f"{1 + change:,.0f} times" if change > 0 else f"{100 * change:+,.0f} %"


def _share(share: float) -> str | None:
    """A share of the column's total, with its sign."""
    if share != share:  # noqa: PLR0124 - NaN: no number, or no total
        return None
    return f"{100 * share:+.1f} %" if abs(share) >= 5e-4 else "~0 %"
