"""`zollverein data`: publishers' data, how to get them, and what is in a file that one has."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zollverein._cli.asking import JsonOption

if TYPE_CHECKING:
    from zollverein.case.data.dataset import Dataset
    from zollverein.case.data.reading import Reading

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NameArgument = Annotated[str, typer.Argument(help="dataset; zollverein data list names them")]
NETWORK = ("nodes", "links", "link_figures", "sources", "published")
TERMS_SHOWN, FILES_SHOWN = 60, 4
STOPS = (";", ":", "(", ". ", ", free", ", and")


@app.command("list")
def list_datasets(as_json: JsonOption = False) -> None:
    """List the datasets that there are adaptors for."""
    from rich.markup import escape  # noqa: PLC0415 - help need not wait for it
    from rich.table import Table  # noqa: PLC0415

    from zollverein._cli.screen import output  # noqa: PLC0415
    from zollverein.case.data.registry import datasets  # noqa: PLC0415

    known = list(datasets().values())
    if as_json:
        _print_json([_as_data(dataset) for dataset in known])
        return
    table = Table()
    for heading, whole in (("dataset", True), ("kind", True), ("got", True), ("what, whose, on what terms", False)):
        table.add_column(heading, no_wrap=whole, overflow="fold")
    for dataset in known:
        about = f"{dataset.title}\n{dataset.publisher}; {terms_in_short(dataset.licence)}"
        table.add_row(dataset.name, dataset.kind, "data get" if dataset.files else "by hand", escape(about))
    console = output()
    console.print(table)
    console.print("All of one: zollverein data show NAME", highlight=False)


@app.command()
def show(name: NameArgument, as_json: JsonOption = False) -> None:
    """Show all that is known of a dataset: terms, how to cite it, where to get it, and what its adaptor reads."""
    from rich.markup import escape  # noqa: PLC0415

    from zollverein._cli.screen import output  # noqa: PLC0415
    from zollverein.case.data.registry import dataset as known_dataset  # noqa: PLC0415

    dataset = known_dataset(name)
    if as_json:
        _print_json(_as_data(dataset))
        return
    console = output()
    for label, told in _told(dataset):
        console.print(f"[bold]{label}[/bold]", highlight=False)
        console.print(f"  {escape(told)}", highlight=False, soft_wrap=not console.is_terminal)


@app.command()
def get(
    name: NameArgument,
    folder: Annotated[Path | None, typer.Argument(help="folder for the files; absent: one of its name")] = None,
    file: Annotated[
        list[str] | None, typer.Option("--file", help="which of several; a pattern; may be repeated")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept-licence", help="agree to the terms that are shown")] = False,
    mirror: Annotated[str | None, typer.Option("--mirror", help="address that holds the files instead")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="no progress bar")] = False,
) -> None:
    """Fetch a dataset's files: shows the terms first, checks what comes, and goes on where it broke off."""
    from zollverein._cli.screen import progress_bar  # noqa: PLC0415
    from zollverein.case.data import fetching  # noqa: PLC0415
    from zollverein.case.data.registry import dataset as known_dataset  # noqa: PLC0415

    dataset, place = known_dataset(name), folder or Path(name)
    wanted = fetching.wanted_files(dataset, file or ())
    typer.echo(fetching.licence_notice(dataset, wanted), err=True)
    if not accept and sys.stdin is not None and sys.stdin.isatty():
        accept = typer.confirm("Do you agree to these terms?", err=True)
        if not accept:
            typer.echo("nothing was fetched", err=True)
            raise typer.Exit(2)
    there = {path.name for path in place.iterdir()} if place.is_dir() else set()
    try:
        with progress_bar(quiet) as tell:
            say = fetching.wordless if quiet else _aside
            paths = fetching.get(name, place, file=file or (), accepted=accept, base_url=mirror, tell=tell, say=say)
    except KeyboardInterrupt:
        typer.echo("what has come so far is kept; the same command goes on from there", err=True)
        raise
    for path in paths:
        typer.echo(f"{path}{' (was there already)' if path.name in there else ''}")


def _aside(sentence: str) -> None:
    typer.echo(sentence, err=True)


@app.command()
def read(
    name: NameArgument,
    file: Annotated[Path, typer.Argument(help="file, or folder of files, as the publisher hands it out")],
    year: Annotated[int | None, typer.Option("--year", help="only this year")] = None,
    country: Annotated[list[str] | None, typer.Option("--country", help="only this one; may be given again")] = None,
    status: Annotated[list[str] | None, typer.Option("--status", help="of a line; may be given again")] = None,
    rate: Annotated[float | None, typer.Option("--usd-per-eur", help="for tables in euros: the year's rate")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="of figures whose file does not say it")] = None,
    codes: Annotated[
        Path | None, typer.Option("--country-codes", help="the publisher's file of country codes, if it lies elsewhere")
    ] = None,
    reporters: Annotated[Path | None, typer.Option("--reporters", help="UN Comtrade's Reporters.json")] = None,
    partners: Annotated[Path | None, typer.Option("--partners", help="UN Comtrade's partnerAreas.json")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="tidy .csv or .parquet; of a network a folder")] = None,
    as_json: JsonOption = False,
) -> None:
    """Try an adaptor on a file: sizes, totals, whether it closes, what was noticed; and write it as a tidy table."""
    from zollverein.case.data.reading import facts, notes_of, read_file  # noqa: PLC0415
    from zollverein.case.data.registry import dataset as known_dataset  # noqa: PLC0415

    network = known_dataset(name).kind == "network"
    if out is not None:  # before a long file is read
        _require_place(out, network)
    found = read_file(
        name,
        file,
        year=year,
        countries=country or (),
        statuses=status or (),
        usd_per_eur=rate,
        unit=unit,
        country_codes=codes,
        reporters=reporters,
        partners=partners,
    )
    written = _write(found, out, f"{name}: {file.name}") if out is not None else {}
    said = facts(found) | written
    if as_json:
        _print_json(said | {"notes": list(notes_of(found))})
        return
    width = max(map(len, said))
    for label, value in said.items():
        typer.echo(f"{label.replace('_', ' '):<{width}}  {_figure(label, value)}")
    for note in notes_of(found):
        typer.echo(f"- {note}")


def _require_place(out: Path, network: bool) -> None:
    if network:
        from zollverein.report import check_folder  # noqa: PLC0415 - slow to import, and few need it

        check_folder(out)
    else:
        from zollverein.case.data.tidy_files import require_place  # noqa: PLC0415

        require_place(out)


def _write(found: Reading, out: Path, title: str) -> dict[str, Any]:
    """Write what was read: a network as a folder of its tables, all else as one tidy file."""
    from zollverein.case.data.network_tables import NetworkTables  # noqa: PLC0415

    if isinstance(found, NetworkTables):
        from zollverein.report.writing import write_folder  # noqa: PLC0415

        write_folder(out, title, {"": {table: getattr(found, table) for table in NETWORK}}, {}, ())
        return {"written": str(out)}
    from zollverein.case.data.tidy_files import write_tidy  # noqa: PLC0415

    return {"rows_written": write_tidy(found, out), "written": str(out)}


def terms_in_short(licence: str) -> str:
    """Return a licence in a few words: its first part, cut at a word where it is long."""
    cut = min((at for stop in STOPS if (at := licence.find(stop)) > 0), default=len(licence))
    first = licence[:cut].rstrip(". ")
    if len(first) <= TERMS_SHOWN:
        return first
    return first[:TERMS_SHOWN].rsplit(" ", 1)[0] + " ..."


def _figure(label: str, value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2e}" if "miss" in label else f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and label != "year" else str(value)


def _told(dataset: Dataset) -> list[tuple[str, str]]:
    """Label and text of each thing that is known; how to get it before its many files."""
    several = " --file NAME" * (len(dataset.files) > 1)
    got = [("Fetched by", f"zollverein data get {dataset.name}{several}")] if dataset.files else []
    hand = [("By hand", dataset.by_hand)] if dataset.by_hand else []
    files = [
        " ".join(filter(None, (remote.name, remote.holds and f"({remote.holds})", remote.url, remote.checksum or "")))
        for remote in dataset.files[:FILES_SHOWN]
    ]
    if len(dataset.files) > FILES_SHOWN:
        files.append(
            f"... and {len(dataset.files) - FILES_SHOWN} more, the last {dataset.files[-1].name}; all of them: "
            f"zollverein data show {dataset.name} --json"
        )
    return [
        (dataset.name, dataset.title),
        ("Publisher", dataset.publisher),
        ("Kind", dataset.kind),
        *got,
        *hand,
        ("Page", dataset.page),
        ("Terms", dataset.licence),
        ("Cite", dataset.citation),
        ("Layout", dataset.layout),
        *([("Files", "\n  ".join(files))] if files else []),
    ]


def _as_data(dataset: Dataset) -> dict[str, Any]:
    return asdict(dataset) | {"fetched": bool(dataset.files)}


def _print_json(data: Any) -> None:
    import json  # noqa: PLC0415

    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
