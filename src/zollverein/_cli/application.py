"""The commands and their options; what they do lives elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zollverein._cli.asking import JsonOption
from zollverein._cli.case import app as case_commands
from zollverein._cli.case_rebuild import rebuild
from zollverein._cli.data import app as data_commands
from zollverein._cli.gravity import app as gravity_commands
from zollverein._cli.scenario import app as scenario_commands
from zollverein._cli.union import app as union_commands

__all__ = ["application"]

application = typer.Typer(
    name="zollverein",
    help="Stress-test an economic union and its export corridors: in tonnes, money and welfare.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)
case_commands.command()(rebuild)
application.add_typer(case_commands, name="case", help="Check, show or start a case: the tables that are known.")
application.add_typer(data_commands, name="data", help="List, show, fetch or try publishers' data.")
application.add_typer(scenario_commands, name="scenario", help="List, show or check scenarios: what may happen.")
application.add_typer(gravity_commands, name="gravity", help="Estimate gravity equations, and what an effect is worth.")
application.add_typer(
    union_commands, name="union", help="How deep the union is, its tiers, and its register of barriers."
)

CaseOption = Annotated[
    str | None, typer.Option("--case", help="bundled case, folder or zip; absent: the one that the scenario names")
]
OutOption = Annotated[Path | None, typer.Option("--out", help="folder for the report and its data; made by the run")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="no progress bar")]


@application.command()
def run(
    scenario: Annotated[str, typer.Argument(help="bundled scenario or YAML file")],
    case: CaseOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Run one stress test: print it, and write its report and data."""
    from zollverein._cli.stress import run_one  # noqa: PLC0415 - help need not wait for the engines

    run_one(scenario, case, out, as_json, quiet)


@application.command()
def compare(
    scenarios: Annotated[list[str], typer.Argument(help="two or more bundled scenarios or YAML files")],
    case: CaseOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Set scenarios side by side."""
    from zollverein._cli.stress import run_several  # noqa: PLC0415

    run_several(scenarios, case, out, as_json, quiet)


@application.command()
def sweep(
    spec: Annotated[str, typer.Argument(help="YAML file of a sweep; or the folder of one, to see what it says so far")],
    case: Annotated[str | None, typer.Option("--case", help="bundled case, folder or zip; absent: the sweep's")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="folder for results, new or of this same sweep")] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", help="processes on this machine; absent: its cores")] = None,
    scheduler: Annotated[str | None, typer.Option("--scheduler", help="address of a Dask scheduler instead")] = None,
    check: Annotated[bool, typer.Option("--check", help="only check it, every world and every distribution")] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Run thousands of stress tests, or go on where they stopped: losses with their odds, and what drives them."""
    from zollverein._cli.sweep import check_only, run_or_resume, show_sweep  # noqa: PLC0415

    if Path(spec).is_dir():
        show_sweep(Path(spec), case, as_json)
    elif check:
        check_only(spec, case)
    else:
        run_or_resume(spec, case, out, jobs, scheduler, as_json, quiet)


@application.command()
def hindcast(
    case: Annotated[str, typer.Option("--case", help="bundled case, folder or zip")] = "eurasia",
    episode: Annotated[str | None, typer.Option("--episode", help="one episode alone; absent: all")] = None,
    mode: Annotated[str, typer.Option("--mode", help="how the network is routed")] = "least_cost",
    out: Annotated[Path | None, typer.Option("--out", help="CSV file for the results")] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Run the corridor against history: each forecast beside what came, inputs frozen at the day shown."""
    from zollverein._cli.hindcast import run_hindcast  # noqa: PLC0415

    run_hindcast(case, episode, mode, out, as_json, quiet)


@application.command()
def doctor() -> None:
    """Check that this installation can do its work: libraries, solver, charts and the bundled case."""
    from zollverein._cli.doctor import examine  # noqa: PLC0415

    raise typer.Exit(examine())


@application.callback(invoke_without_command=True)
def _about(version: Annotated[bool, typer.Option("--version", help="print the version and stop")] = False) -> None:
    if version:
        from zollverein._version import __version__  # noqa: PLC0415

        typer.echo(f"zollverein {__version__}")
        raise typer.Exit
