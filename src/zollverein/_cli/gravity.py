"""`zollverein gravity`: estimate gravity equations, and what the effects found are worth."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zollverein._cli.asking import JsonOption

if TYPE_CHECKING:
    import pandas as pd

    from zollverein.gravity import Design, Estimate, Panel, Reset

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

PanelArgument = Annotated[Path, typer.Argument(help="CSV or Parquet file: exporter, importer, year, trade and more")]
PresetOption = Annotated[str, typer.Option("--preset", help="one of: zollverein gravity presets")]
ColumnOption = Annotated[
    list[str] | None, typer.Option("--column", help="ROLE=NAME of a column, such as trade=exports; may be given again")
]
ControlOption = Annotated[
    list[str] | None, typer.Option("--control", help="a further regressor, or log:NAME; may be given again")
]
PairOption = Annotated[str | None, typer.Option("--pair-effects", help="pair, symmetric_pair or none")]
DomesticOption = Annotated[str | None, typer.Option("--domestic", help="sales at home: keep, require or drop")]
YearsOption = Annotated[str | None, typer.Option("--years", help="2000,2005,2010; absent: all")]
IntervalOption = Annotated[int | None, typer.Option("--interval", help="every so many years, from the first")]
ClusterOption = Annotated[
    str | None,
    typer.Option("--cluster", help="pair, symmetric_pair, hetero, or several such as exporter,importer,year"),
]
LeadsOption = Annotated[str | None, typer.Option("--leads", help="years by which the agreement is led, such as 4")]
LagsOption = Annotated[str | None, typer.Option("--lags", help="years by which it is lagged, such as 4,8,12")]
ReferenceOption = Annotated[int | None, typer.Option("--reference", help="year that a border by year compares to")]
FirstOption = Annotated[int | None, typer.Option("--first", help="first period of an event study, such as -5")]
LastOption = Annotated[int | None, typer.Option("--last", help="its last period")]
WidthOption = Annotated[int | None, typer.Option("--width", help="years in a period of it")]
BackendOption = Annotated[str, typer.Option("--backend", help="pyfixest, fereg, or newton, which needs no extra")]
OutOption = Annotated[Path | None, typer.Option("--out", help="folder for tables and charts")]


@app.command()
def presets(as_json: JsonOption = False) -> None:
    """List the usual equations, each in a line."""
    from zollverein._cli.screen import output  # noqa: PLC0415 - help need not wait for the engines
    from zollverein.gravity import PRESETS  # noqa: PLC0415

    if as_json:
        rows = [{"preset": name, "about": p.about, "columns": list(p.columns)} for name, p in PRESETS.items()]
        _print_json(rows)
        return
    console, width = output(), max(map(len, PRESETS))
    for name, preset in PRESETS.items():
        columns = f" (columns: {', '.join(preset.columns)})" if preset.columns else ""
        console.print(f"{name:<{width}}  {preset.about}{columns}", highlight=False, markup=False, soft_wrap=True)


@app.command()
def estimate(
    panel: PanelArgument,
    preset: PresetOption = "agreements",
    column: ColumnOption = None,
    control: ControlOption = None,
    pair_effects: PairOption = None,
    domestic: DomesticOption = None,
    years: YearsOption = None,
    interval: IntervalOption = None,
    cluster: ClusterOption = None,
    leads: LeadsOption = None,
    lags: LagsOption = None,
    reference: ReferenceOption = None,
    first: FirstOption = None,
    last: LastOption = None,
    width: WidthOption = None,
    backend: BackendOption = "pyfixest",
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Estimate a gravity equation by PPML: coefficients, the rows they rest on, RESET test and certificate."""
    from zollverein._cli.screen import output  # noqa: PLC0415
    from zollverein.gravity import EventTime, event_path  # noqa: PLC0415
    from zollverein.report.gravity_files import write_estimate  # noqa: PLC0415

    _check_out(out)
    options = {"pair_effects": pair_effects, "domestic": domestic, "interval": interval, "reference": reference,
               "first": first, "last": last, "width": width}  # fmt: skip
    read, design = _asked(panel, preset, column, control, cluster, years, leads, lags, options)
    found, reset = _estimated(read, design, backend, as_json)
    path = event_path(found) if any(isinstance(term, EventTime) for term in design.regressors) else None
    written = write_estimate(found, f"Gravity, {preset}: {panel.name}", out, path) if out is not None else None
    if as_json:
        data = _as_data(found, reset, preset)
        data |= {"event_study": _records(path)} if path is not None else {}
        _print_json(data | ({"written": str(written)} if written else {}))
        return
    console = output()
    _print_estimate(console, found, reset, preset)
    if written:
        console.print(f"tables: {written}", highlight=False, soft_wrap=True, markup=False)


@app.command()
def welfare(
    panel: PanelArgument,
    year: Annotated[int, typer.Option("--year", help="year whose trade is the base")],
    theta: Annotated[float, typer.Option("--theta", help="trade elasticity")],
    preset: PresetOption = "agreements",
    remove: Annotated[list[str] | None, typer.Option("--remove", help="a term whose effect goes")] = None,
    add: Annotated[list[str] | None, typer.Option("--add", help="a term whose effect comes")] = None,
    between: Annotated[str | None, typer.Option("--between", help="countries, A,B,...; absent: all")] = None,
    theta_error: Annotated[float | None, typer.Option("--theta-error", help="standard error of theta")] = None,
    deficits: Annotated[str, typer.Option("--deficits", help="fixed, multiplicative, world_share or zero")] = "fixed",
    draws: Annotated[int, typer.Option("--draws", help="draws of the coefficients")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="seed of the draws")] = 1,
    column: ColumnOption = None,
    control: ControlOption = None,
    pair_effects: PairOption = None,
    domestic: DomesticOption = None,
    years: YearsOption = None,
    interval: IntervalOption = None,
    cluster: ClusterOption = None,
    backend: BackendOption = "pyfixest",
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Estimate effects on trade, take them away or bring them, and print real income by country with its interval."""
    from zollverein._cli.grid import table_or_cards  # noqa: PLC0415
    from zollverein._cli.screen import output  # noqa: PLC0415
    from zollverein.economy import Closure  # noqa: PLC0415
    from zollverein.errors import InputError  # noqa: PLC0415
    from zollverein.report.gravity_files import write_welfare  # noqa: PLC0415
    from zollverein.stress import estimated_welfare  # noqa: PLC0415

    if bool(remove) == bool(add):
        raise InputError("say what changes: --remove TERM, or --add TERM with --between; one of them")
    _check_out(out)
    closure = Closure(deficits=deficits)  # type: ignore[arg-type]  # judged there
    options = {"pair_effects": pair_effects, "domestic": domestic, "interval": interval}
    read, design = _asked(panel, preset, column, control, cluster, years, None, None, options)
    found, reset = _estimated(read, design, backend, as_json)
    terms, change = (remove, "remove") if remove else (add or [], "add")
    result = estimated_welfare(
        read, found, terms=terms, year=year, theta=theta, change=change,  # type: ignore[arg-type]  # one of the two
        between=between.split(",") if between else None, theta_standard_error=theta_error, draws=draws, seed=seed,
        closure=closure,
    )  # fmt: skip
    verb = "without" if remove else "with"
    title = f"Real income {verb} {' and '.join(terms)}, {year}, percent"
    written = write_welfare(result, found, title, out) if out is not None else None
    if as_json:
        told = {"year": year, "theta": theta, "change": change, "terms": terms, "draws": draws, "seed": seed}
        told |= {"failed_draws": len(result.draws.failed), "max_residual": result.max_residual}
        data = {**told, "real_income": _records(result.table), "estimate": _as_data(found, reset, preset)}
        _print_json(data | ({"written": str(written)} if written else {}))
        return
    console = output()
    _print_estimate(console, found, reset, preset)
    console.print()
    console.print(table_or_cards(result.table.round(4), title, console.width))
    said = (
        f"low and high are the 5 and 95 percent quantiles of {draws:,} draws"
        f"{f', of which {len(result.draws.failed)} had no equilibrium' if result.draws.failed else ''}; equilibrium "
        f"certified at {result.max_residual:.0e}"
    )
    console.print(said, highlight=False, markup=False, soft_wrap=True)
    if written:
        console.print(f"tables: {written}", highlight=False, soft_wrap=True, markup=False)


def _check_out(out: Path | None) -> None:
    """Refuse a place that cannot be written to before anything is computed."""
    if out is not None:
        from zollverein.report import check_folder  # noqa: PLC0415

        check_folder(out)


def _asked(
    path: Path,
    preset: str,
    column: list[str] | None,
    control: list[str] | None,
    cluster: str | None,
    years: str | None,
    leads: str | None,
    lags: str | None,
    options: Mapping[str, object],
) -> tuple[Panel, Design]:
    """The panel and the design that a command line asks for; the design is judged first, for it costs nothing."""
    from zollverein._cli.panel_file import design_of, names_of, read_panel  # noqa: PLC0415

    names = names_of(column or [], preset)
    # A panel by sector has effects of exporters and importers in each.
    by_sector = True if "sector" in names else None
    design = design_of(
        preset, names, controls=control or [], cluster=cluster, years=years, leads=leads, lags=lags,
        by_sector=by_sector, **options,
    )  # fmt: skip
    return read_panel(path, names), design


def _estimated(panel: Panel, design: Design, backend: str, quiet: bool) -> tuple[Estimate, Reset]:
    from zollverein._cli.screen import progress_bar  # noqa: PLC0415
    from zollverein.gravity import estimate as estimated  # noqa: PLC0415

    with progress_bar(quiet) as tell:
        tell("estimating", 0.1)
        found = estimated(panel, design, backend=backend)  # type: ignore[arg-type]  # judged there
        tell("testing the form", 0.7)
        return found, found.reset()


def _print_estimate(console: Any, found: Estimate, reset: Reset, preset: str) -> None:
    from zollverein._cli.grid import table_or_cards  # noqa: PLC0415
    from zollverein.gravity import trade_elasticity  # noqa: PLC0415

    frame = found.to_frame().rename(columns={"standard_error": "std_error"})
    console.print(table_or_cards(frame.round(6), f"Coefficients, {preset}", console.width))
    lines = [found.about()]
    by_pair = any("pair" in part for name in found.design.fixed_effects for part in name.split("-"))
    verdict = " (no verdict: with effects of pairs it rejects true forms too)" if by_pair else ""
    verdict = verdict or " (the form is doubtful)" * (reset.p < 0.05)
    lines.append(f"RESET: {reset.statistic:.2f}, p {reset.p:.3f}{verdict}")
    if by_pair:
        lines.append(
            "Errors with effects of pairs are too small where countries are few (Weidner and Zylkin 2021): with a "
            "dozen, intervals cover far less than they say."
        )
    if "log_1_plus_tariff" in found.coefficients.index or preset == "tariffs":
        term = next(str(name) for name in found.coefficients.index if str(name).startswith("log_1_plus_"))
        gross, net = (
            trade_elasticity(found, valuation=valuation, term=term) for valuation in ("with_tariff", "net_of_tariff")
        )
        lines.append(
            f"theta: {gross.theta:.3f} ({gross.standard_error:.3f}) if trade is valued with the tariff, "
            f"{net.theta:.3f} if it is net of it"
        )
    console.print(table_or_cards(found.ledger, "Rows", console.width))
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _as_data(found: Estimate, reset: Reset, preset: str) -> dict[str, Any]:
    from zollverein._version import __version__  # noqa: PLC0415

    certificate = found.certificate
    return {
        "zollverein": __version__,
        "preset": preset,
        "observations": found.observations,
        "coefficients": _records(found.to_frame()),
        "covariance": found.covariance.to_numpy().tolist(),
        "ledger": _records(found.ledger),
        "pseudo_r2": found.pseudo_r2,
        "reset": {"statistic": reset.statistic, "p": reset.p},
        "certificate": {
            "max_score": certificate.max_score, "tolerance": certificate.tolerance, "steps": certificate.steps,
            "backend": certificate.backend,
        },
    }  # fmt: skip


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", double_precision=12))
    return records


def _print_json(data: object) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
