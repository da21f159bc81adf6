"""`zollverein union`: what was promised, what is done, and the register of barriers."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from zollverein._cli.asking import AsOfOption, CaseOption, JsonOption, parts, require_known, shown, union_of
from zollverein._cli.barriers import app as barrier_commands

if TYPE_CHECKING:
    import pandas as pd

    from zollverein.union import Weights

__all__ = ["app"]

FIRST_YEAR, LAST_YEAR = 1900, 2100
FEW = 3
TIERS_SAY = """\
stability: share of draws that give just these parts; below about 0.9 which others group is not sure.
apart: share of draws in which the core is deeper with itself than with anybody else; margin: by how much,
with its 5 and 95 percent. What trade itself shows: zollverein union trade"""

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(
    barrier_commands, name="barriers", help="List the register of barriers, follow one, or record what became of it."
)

WeightOption = Annotated[
    list[str] | None,
    typer.Option("--weight", help="dimension=weight, may be given again; absent: all dimensions alike"),
]

CoreOption = Annotated[
    str | None,
    typer.Option("--core", help="countries that may stand apart, parted by commas; absent: those the case names"),
]


@app.command()
def integration(
    on: Annotated[
        str, typer.Option("--on", help="days, parted by commas")
    ] = "2015-12-31,2019-12-31,2022-12-31,2025-12-31",
    case: CaseOption = "eurasia",
    dimension: Annotated[str, typer.Option("--dimension", help="one of them, overall, or all")] = "overall",
    between: Annotated[
        str | None, typer.Option("--between", help="countries, parted by commas; absent: members")
    ] = None,
    weight: WeightOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """How deep each pair is integrated: what treaties provide, and what exemptions and barriers leave of it."""
    from zollverein.union import DIMENSIONS  # noqa: PLC0415 - help need not wait for the engines

    union, weights = union_of(case, as_of), _weights(weight)
    frame = union.integration(parts(on), countries=parts(between) or None, weights=weights)
    known = [*DIMENSIONS, "overall"]
    if dimension != "all":
        require_known("dimension", dimension, [*known, "all"])
        frame = frame[frame["dimension"] == dimension]
    frame = frame.assign(date=frame["date"].dt.strftime("%Y-%m-%d"))
    if not as_json:
        frame = _for_the_screen(frame)
    shown(frame, f"Depth of integration, 0 to 1 ({dimension}; {on})", as_json)


@app.command()
def tiers(
    core: CoreOption = None,
    years: Annotated[str, typer.Option("--years", help="first-last, or years parted by commas")] = "2015-2025",
    countries: Annotated[str | None, typer.Option("--countries", help="absent: the members of each year")] = None,
    dimension: Annotated[str, typer.Option("--dimension", help="one of them, overall, or all")] = "overall",
    case: CaseOption = "eurasia",
    weight: WeightOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Does the union fall into parts: which, since when, in which dimensions, and how sure that is."""
    from zollverein.union import DIMENSIONS  # noqa: PLC0415

    require_known("dimension", dimension, [*DIMENSIONS, "overall", "all"])
    named = _core_of(case, core)
    found = union_of(case, as_of).tiers_over(
        _years(years), named, countries=parts(countries) or None, weights=_weights(weight),
        dimensions=["overall", *DIMENSIONS] if dimension == "all" else [dimension],
    )  # fmt: skip
    shown(found, f"Parts at the end of each year, and whether {_listed(named)} stand apart", as_json)
    if not as_json:
        typer.echo(TIERS_SAY, err=False)


@app.command()
def trade(
    core: CoreOption = None,
    case: CaseOption = "eurasia",
    draws: Annotated[int, typer.Option("--draws", min=1, help="draws of sectors")] = 100,
    as_json: JsonOption = False,
) -> None:
    """The tiers that trade itself shows: what gravity leaves of each pair's trade in the base year."""
    from zollverein.case import open_case  # noqa: PLC0415
    from zollverein.stress.trade_tiers import trade_tiers  # noqa: PLC0415

    named = _core_of(case, core)
    found = trade_tiers(open_case(case), draws=draws)
    apart, (margin, low, high) = found.tiers.apart(named), found.tiers.margin(named)
    if as_json:
        told = {"tiers": str(found.tiers), "stability": found.tiers.stability, "apart": apart, "margin": margin,
                "margin_low": low, "margin_high": high, "distance": found.distance,
                "standard_error": found.standard_error, "residuals": found.residuals.to_dict("records")}  # fmt: skip
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
    else:
        shown(found.residuals, "Log of trade over what size, distance and openness explain", as_json)
        typer.echo(f"Tiers in trade: {found.tiers} ({found.tiers.stability:.0%} of draws)")
        typer.echo(
            f"{_listed(named)} stand apart in {apart:.0%} of draws; margin {margin:.2f} ({low:.2f} to {high:.2f})"
        )
        typer.echo(f"Trade falls with distance by {-found.distance:.2f} ({found.standard_error:.2f})")


@app.command()
def scoreboard(
    years: Annotated[
        str, typer.Option("--years", help="first-last, or years parted by commas")
    ] = "2015,2019,2022,2025",
    case: CaseOption = "eurasia",
    promise: Annotated[str | None, typer.Option("--promise", help="one freedom or principle; absent: all")] = None,
    weight: WeightOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Promised against observed, for each freedom and principle, member and year, with the evidence."""
    board = union_of(case, as_of).scoreboard(_years(years), weights=_weights(weight))
    if promise is not None:
        require_known("promise", promise, sorted(set(board["promise"])))
        board = board[board["promise"] == promise]
    if not as_json:
        board = board.assign(evidence=[_few(cell) for cell in board["evidence"]])
    shown(board, "Promised, provided and observed, 0 to 1", as_json)


@app.command()
def resolve(
    name: Annotated[str, typer.Argument(help="a name in any spelling or language")],
    kind: Annotated[str | None, typer.Option("--kind", help="country, place, person, route, agreement ...")] = None,
    case: CaseOption = "eurasia",
) -> None:
    """Find the entity that a name means, and its other spellings."""
    entities = union_of(case, None).entities
    entity = entities.resolve(name, kind)
    spellings = entities.spellings(entity)
    told = ", ".join(f"{alias} ({language})" for alias, language in spellings.itertuples(index=False, name=None))
    typer.echo(f"{entity}: {told}")


def _weights(given: list[str] | None) -> Weights | None:
    from zollverein import union  # noqa: PLC0415
    from zollverein.errors import InputError  # noqa: PLC0415

    if not given:
        return None
    weights: dict[str, float] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        try:
            weights[name.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals:
            raise InputError(f"--weight {pair}: give dimension=weight, for example --weight goods=2")
    return union.Weights(dimensions=weights)


def _core_of(case: str, core: str | None) -> list[str]:
    """The countries that may stand apart: as asked for, else as the case's descriptor names them."""
    from zollverein.case import open_case  # noqa: PLC0415
    from zollverein.errors import InputError  # noqa: PLC0415

    named = parts(core) or list(open_case(case).union_core)
    if not named:
        raise InputError(f"case '{case}' names no union_core; say which countries may stand apart: --core AAA,BBB")
    return named


def _listed(countries: list[str]) -> str:
    return ",".join(countries)


def _years(text: str) -> list[int]:
    from zollverein.errors import InputError  # noqa: PLC0415

    years: list[int] = []
    for part in parts(text):
        first, _, last = part.partition("-")
        try:
            ends = int(first), int(last or first)
            years += range(max(ends[0], FIRST_YEAR), min(ends[1], LAST_YEAR) + 1)
            if ends[0] < FIRST_YEAR or ends[1] > LAST_YEAR:
                raise ValueError(part)
        except ValueError:
            years = []
            break
    if not years:
        raise InputError(f"--years {text}: give first-last or years parted by commas, such as 2015-2025 or 2015,2022")
    return years


def _for_the_screen(frame: pd.DataFrame) -> pd.DataFrame:
    """What a hundred letters have room for: on one day why, on several how it moved."""
    pair = frame["first"] + "-" + frame["second"]
    if len(set(frame["date"])) > 1:
        counted = [len([b for b in cell.split(";") if b]) for cell in frame["barriers"]]
        lines = frame[["date", "dimension", "provided", "held", "low", "high"]].assign(barriers=counted)
    else:
        lines = frame[["dimension", "provided", "held", "low", "high", "provision", "reach"]].assign(
            barriers=[_few(cell) for cell in frame["barriers"]]
        )
    lines.insert(0, "pair", pair)
    return lines


def _few(cell: str) -> str:
    """The first of a list of names, and how many more there are; JSON has all."""
    names = [name for name in cell.split(";") if name]
    more = f" +{len(names) - FEW}" if len(names) > FEW else ""
    return " ".join(names[:FEW]) + more
