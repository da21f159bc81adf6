"""`zollverein scenario`: what may happen, as files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from zollverein._cli.asking import CaseOption

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_scenarios(case: CaseOption = "eurasia") -> None:
    """List the scenarios of a case with the question that each asks."""
    from rich.markup import escape  # noqa: PLC0415 - help need not wait for the engines

    from zollverein._cli.screen import output  # noqa: PLC0415
    from zollverein.case import open_case  # noqa: PLC0415
    from zollverein.errors import InputError, ScenarioError  # noqa: PLC0415
    from zollverein.stress import load_scenario  # noqa: PLC0415

    opened, console = open_case(case), output()
    broken: list[str] = []
    for name in opened.scenario_files():
        try:
            scenario = load_scenario(name, opened)
        except InputError as error:
            broken.append(str(error))
            continue
        console.print(f"[bold]{escape(name)}[/bold]  {escape(scenario.title)}", highlight=False)
        console.print(f"  {escape(scenario.question)}\n", highlight=False)
    if broken:
        raise ScenarioError("\n".join(broken))


@app.command()
def show(name: Annotated[str, typer.Argument(help="bundled scenario or file")], case: CaseOption = "eurasia") -> None:
    """Print a scenario as YAML, with what it takes over from others filled in."""
    import yaml  # noqa: PLC0415

    from zollverein.case import open_case  # noqa: PLC0415
    from zollverein.stress import load_scenario  # noqa: PLC0415

    scenario = load_scenario(name, open_case(case))
    sys.stdout.write(yaml.safe_dump(scenario.to_mapping(), sort_keys=False, allow_unicode=True, width=100))


@app.command()
def check(
    path: Annotated[str, typer.Argument(help="bundled scenario or file")],
    case: Annotated[str | None, typer.Option("--case", help="absent: the one that the scenario names")] = None,
) -> None:
    """Check a scenario against a case without running it; every fault is named with its line."""
    from zollverein.case import open_case  # noqa: PLC0415
    from zollverein.stress import case_named, check_scenario, load_scenario  # noqa: PLC0415

    opened = open_case(case if case is not None else case_named(path))
    scenario = load_scenario(path, opened)
    check_scenario(scenario, opened)
    typer.echo(f"{scenario.name}: valid on the case '{opened.name}'")


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option("--out", help="file to write; absent: standard output")] = None,
    of_sweep: Annotated[bool, typer.Option("--sweep", help="of a sweep's file instead")] = False,
) -> None:
    """Print the JSON Schema of a scenario file, for editors that complete and check YAML."""
    from zollverein.errors import OutputError  # noqa: PLC0415
    from zollverein.stress import scenario_schema  # noqa: PLC0415
    from zollverein.stress.sweeps import sweep_schema  # noqa: PLC0415

    text = json.dumps(sweep_schema() if of_sweep else scenario_schema(), indent=2, ensure_ascii=False) + "\n"
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror}; choose another file") from error
