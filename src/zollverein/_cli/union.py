"""`zollverein union`: what was promised, what is done, and the register of barriers."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

__all__ = ["app"]

FIRST_YEAR, LAST_YEAR = 1900, 2100
FEW = 3
TIERS_SAY = """\
stability: share of draws that give just these parts; below about 0.9 which others group is not sure.
apart: share of draws in which the core is deeper with itself than with anybody else; margin: by how much,
with its 5 and 95 percent. What trade itself shows: zollverein union trade"""

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
barriers = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(barriers, name="barriers", help="List the register of barriers, follow one, or record what became of it.")

CaseOption = Annotated[str, typer.Option("--case", help="bundled case, folder or zip")]
FolderOption = Annotated[str, typer.Option("--case", help="folder of your case")]
JsonOption = Annotated[bool, typer.Option("--json", help="machine-readable JSON on standard output, nothing else")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="day up to which the register is known; absent: all")]
WeightOption = Annotated[
    list[str] | None,
    typer.Option("--weight", help="dimension=weight, may be given again; absent: all dimensions alike"),
]
SourceOption = Annotated[str, typer.Option("--source", help="key of sources.csv")]
ConfidenceOption = Annotated[str, typer.Option("--confidence", help="reported, derived or assumed")]
RecordedOption = Annotated[str | None, typer.Option("--recorded", help="day from which it is known; absent: today")]
QuoteOption = Annotated[str | None, typer.Option("--quote", help="words of the source")]
LanguageOption = Annotated[str | None, typer.Option("--language", help="language of the quote, such as ru")]
NoteOption = Annotated[str | None, typer.Option("--note", help="in own words")]
MethodOption = Annotated[str | None, typer.Option("--method", help="how it is derived or assumed")]


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

    union, weights = _union(case, as_of), _weights(weight)
    frame = union.integration(_parts(on), countries=_parts(between) or None, weights=weights)
    known = [*DIMENSIONS, "overall"]
    if dimension != "all":
        _require_known("dimension", dimension, [*known, "all"])
        frame = frame[frame["dimension"] == dimension]
    frame = frame.assign(date=frame["date"].dt.strftime("%Y-%m-%d"))
    if not as_json:
        frame = _for_the_screen(frame)
    _shown(frame, f"Depth of integration, 0 to 1 ({dimension}; {on})", as_json)


@app.command()
def tiers(
    core: Annotated[str, typer.Option("--core", help="countries that may stand apart, parted by commas")] = "BLR,RUS",
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

    _require_known("dimension", dimension, [*DIMENSIONS, "overall", "all"])
    found = _union(case, as_of).tiers_over(
        _years(years), _parts(core), countries=_parts(countries) or None, weights=_weights(weight),
        dimensions=["overall", *DIMENSIONS] if dimension == "all" else [dimension],
    )  # fmt: skip
    _shown(found, f"Parts at the end of each year, and whether {core} stand apart", as_json)
    if not as_json:
        typer.echo(TIERS_SAY, err=False)


@app.command()
def trade(
    core: Annotated[str, typer.Option("--core", help="countries that may stand apart, parted by commas")] = "BLR,RUS",
    case: CaseOption = "eurasia",
    draws: Annotated[int, typer.Option("--draws", min=1, help="draws of sectors")] = 100,
    as_json: JsonOption = False,
) -> None:
    """The tiers that trade itself shows: what gravity leaves of each pair's trade in the base year."""
    from zollverein.case import open_case  # noqa: PLC0415
    from zollverein.stress.trade_tiers import trade_tiers  # noqa: PLC0415

    found = trade_tiers(open_case(case), draws=draws)
    named = _parts(core)
    apart, (margin, low, high) = found.tiers.apart(named), found.tiers.margin(named)
    if as_json:
        told = {"tiers": str(found.tiers), "stability": found.tiers.stability, "apart": apart, "margin": margin,
                "margin_low": low, "margin_high": high, "distance": found.distance,
                "standard_error": found.standard_error, "residuals": found.residuals.to_dict("records")}  # fmt: skip
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
    else:
        _shown(found.residuals, "Log of trade over what size, distance and openness explain", as_json)
        typer.echo(f"Tiers in trade: {found.tiers} ({found.tiers.stability:.0%} of draws)")
        typer.echo(f"{core} stand apart in {apart:.0%} of draws; margin {margin:.2f} ({low:.2f} to {high:.2f})")
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
    board = _union(case, as_of).scoreboard(_years(years), weights=_weights(weight))
    if promise is not None:
        _require_known("promise", promise, sorted(set(board["promise"])))
        board = board[board["promise"] == promise]
    if not as_json:
        board = board.assign(evidence=[_few(cell) for cell in board["evidence"]])
    _shown(board, "Promised, provided and observed, 0 to 1", as_json)


@app.command()
def resolve(
    name: Annotated[str, typer.Argument(help="a name in any spelling or language")],
    kind: Annotated[str | None, typer.Option("--kind", help="country, place, person, route, agreement ...")] = None,
    case: CaseOption = "eurasia",
) -> None:
    """Find the entity that a name means, and its other spellings."""
    entities = _union(case, None).entities
    entity = entities.resolve(name, kind)
    spellings = entities.spellings(entity)
    told = ", ".join(f"{alias} ({language})" for alias, language in spellings.itertuples(index=False, name=None))
    typer.echo(f"{entity}: {told}")


@barriers.command("list")
def list_barriers(
    on: Annotated[str | None, typer.Option("--on", help="day on which they stand; absent: today")] = None,
    between: Annotated[str | None, typer.Option("--between", help="two or more countries, parted by commas")] = None,
    whole: Annotated[bool, typer.Option("--all", help="those that do not stand as well")] = False,
    case: CaseOption = "eurasia",
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the barriers that stand on a day."""
    union = _union(case, as_of)
    day = on or date.today().isoformat()
    state = union.register.state(day)
    if not whole:
        state = state[state["remaining"] > 0]
    if between is not None:
        named = [_country(union, name) for name in _parts(between)]
        _require_members(union.members(day), named)
        state = union.register.between(state, named)
    columns = ["barrier", "imposing", "affected", "product", "mast_chapter", "status", "opened", "remaining"]
    if as_json:
        columns += ["kind", "freedom", "principle", "source", "confidence", "evidence", "conflict", "what_happened"]
    shown = state[[c for c in columns if c in state]].assign(opened=state["opened"].dt.strftime("%Y-%m-%d"))
    if state["conflict"].any() and not as_json:
        shown = shown.assign(conflict=["sources differ" if c else "" for c in state["conflict"]])
    _shown(shown, f"Barriers on {day}" + ("" if as_of is None else f", as known on {as_of}"), as_json)


@barriers.command()
def history(
    barrier: Annotated[str, typer.Argument(help="its key")],
    case: CaseOption = "eurasia",
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Everything on record of one barrier, oldest first; what sources say differently stands side by side."""
    told = _union(case, as_of).register.history(barrier)
    for column in ("happened", "recorded"):
        told[column] = told[column].dt.strftime("%Y-%m-%d")
    _shown(told, f"History of {barrier}", as_json)


@barriers.command()
def add(
    imposing: Annotated[
        str, typer.Option("--imposing", help="who imposes it: countries parted by semicolons, or members")
    ],
    affected: Annotated[str, typer.Option("--affected", help="whom it strikes: likewise; members: all others")],
    product: Annotated[str, typer.Option("--product", help="in words")],
    opened: Annotated[str, typer.Option("--opened", help="the day on which it began")],
    source: SourceOption,
    case: FolderOption,
    hs: Annotated[str, typer.Option("--hs", help="HS chapters such as 04;07-08, all, or services")] = "all",
    mast: Annotated[str | None, typer.Option("--mast", help="UNCTAD MAST chapter, A to P")] = None,
    kind: Annotated[str, typer.Option("--kind", help="barrier, restriction or exemption")] = "barrier",
    freedom: Annotated[str, typer.Option("--freedom", help="goods, services, capital, labour")] = "goods",
    principle: Annotated[
        str | None, typer.Option("--principle", help="principle of the treaty that it touches")
    ] = None,
    status: Annotated[str, typer.Option("--status", help="what it is at first")] = "reported",
    key: Annotated[str | None, typer.Option("--key", help="its key; absent: the next")] = None,
    confidence: ConfidenceOption = "reported",
    recorded: RecordedOption = None,
    quote: QuoteOption = None,
    language: LanguageOption = None,
    note: NoteOption = None,
    method: MethodOption = None,
) -> None:
    """Put a barrier on the register of your case; the case with it is checked first."""
    from zollverein.case import append_rows  # noqa: PLC0415
    from zollverein.union import added_barrier  # noqa: PLC0415

    told = {
        "barrier": key, "imposing": imposing, "affected": affected, "product": product, "hs_chapters": hs,
        "mast_chapter": mast, "kind": kind, "freedom": freedom, "principle": principle, "what_happened": note,
    }  # fmt: skip
    evidence = _evidence(source, confidence, recorded, quote, language, note, method) | {"status": status}

    def made(opened_case: object) -> Mapping[str, Sequence[Mapping[str, object]]]:
        row, event = added_barrier(opened_case.union().register, told, opened, **evidence)  # type: ignore[attr-defined]
        return {"barriers": [row], "barrier_events": [event]}

    added = append_rows(case, made)
    _said(added, f"{added['barriers'][0]['barrier']} is on the register of {case}")


@barriers.command()
def record(
    barrier: Annotated[str, typer.Argument(help="its key")],
    status: Annotated[str, typer.Option("--status", help="what became of it: under_review, contested, recurred ...")],
    source: SourceOption,
    case: FolderOption,
    on: Annotated[str | None, typer.Option("--on", help="the day on which it happened; absent: not known")] = None,
    remaining: Annotated[float | None, typer.Option("--remaining", help="share that still stands; absent: all")] = None,
    confidence: ConfidenceOption = "reported",
    recorded: RecordedOption = None,
    quote: QuoteOption = None,
    language: LanguageOption = None,
    note: NoteOption = None,
    method: MethodOption = None,
) -> None:
    """Record what became of a barrier; nothing that was recorded earlier is changed."""
    evidence = _evidence(source, confidence, recorded, quote, language, note, method) | {"remaining": remaining}
    _record(case, barrier, status, on, evidence)


@barriers.command()
def confirm(
    barrier: Annotated[str, typer.Argument(help="its key")],
    source: SourceOption,
    case: FolderOption,
    on: Annotated[str | None, typer.Option("--on", help="the day on which it was; absent: not known")] = None,
    confidence: ConfidenceOption = "reported",
    recorded: RecordedOption = None,
    quote: QuoteOption = None,
    language: LanguageOption = None,
    note: NoteOption = None,
    method: MethodOption = None,
) -> None:
    """Record that a barrier is confirmed."""
    _record(case, barrier, "confirmed", on, _evidence(source, confidence, recorded, quote, language, note, method))


@barriers.command()
def remove(
    barrier: Annotated[str, typer.Argument(help="its key")],
    source: SourceOption,
    case: FolderOption,
    on: Annotated[str | None, typer.Option("--on", help="its last day; absent: not known")] = None,
    confidence: ConfidenceOption = "reported",
    recorded: RecordedOption = None,
    quote: QuoteOption = None,
    language: LanguageOption = None,
    note: NoteOption = None,
    method: MethodOption = None,
) -> None:
    """Record that a barrier was removed; its history stays."""
    _record(case, barrier, "removed", on, _evidence(source, confidence, recorded, quote, language, note, method))


def _record(case: str, barrier: str, status: str, on: str | None, evidence: dict[str, object]) -> None:
    from zollverein.case import append_rows  # noqa: PLC0415
    from zollverein.union import added_event  # noqa: PLC0415

    def made(opened_case: object) -> Mapping[str, Sequence[Mapping[str, object]]]:
        register = opened_case.union().register  # type: ignore[attr-defined]
        return {"barrier_events": [added_event(register, barrier, status, on, **evidence)]}

    _said(append_rows(case, made), f"{barrier} is {status} on the register of {case}")


def _evidence(
    source: str, confidence: str, recorded: str | None, quote: str | None, language: str | None, note: str | None,
    method: str | None,
) -> dict[str, object]:  # fmt: skip
    return {
        "source": source, "confidence": confidence, "recorded": recorded or date.today().isoformat(), "quote": quote,
        "language": language, "note": note, "method": method,
    }  # fmt: skip


def _said(added: Mapping[str, Sequence[Mapping[str, object]]], words: str) -> None:
    rows = sum(map(len, added.values()))
    typer.echo(f"{words}; {rows} row{'s' * (rows != 1)} added, nothing changed")


def _union(case: str, as_of: str | None):  # type: ignore[no-untyped-def]
    from zollverein.case import open_case  # noqa: PLC0415

    return open_case(case).union(as_of)


def _weights(given: list[str] | None):  # type: ignore[no-untyped-def]
    from zollverein.errors import InputError  # noqa: PLC0415
    from zollverein.union import Weights  # noqa: PLC0415

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
    return Weights(dimensions=weights)


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").replace(";", ",").split(",") if part.strip()]


def _years(text: str) -> list[int]:
    from zollverein.errors import InputError  # noqa: PLC0415

    years: list[int] = []
    for part in _parts(text):
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


def _require_known(kind: str, name: str, known: Sequence[str], where: str = "") -> None:
    from zollverein.errors import UnknownNameError  # noqa: PLC0415

    if name not in known:
        raise UnknownNameError(kind, name, known, where or f"--{kind}")


def _country(union, name: str) -> str:  # type: ignore[no-untyped-def]
    """The code of a country by any of its names; what is none is left for the judge of members."""
    from zollverein.errors import InputError  # noqa: PLC0415

    try:
        return str(union.entities.resolve(name, "country"))
    except InputError:
        return name


def _require_members(members: Sequence[str], named: Sequence[str]) -> None:
    from zollverein.errors import InputError  # noqa: PLC0415

    for country in named:
        _require_known("country", country, members, "--between")
    if len(named) < 2:
        raise InputError(f"--between names {len(named)} country; name two or more, parted by commas")


def _for_the_screen(frame: pd.DataFrame) -> pd.DataFrame:
    """What a hundred letters have room for: on one day why, on several how it moved."""
    pair = frame["first"] + "-" + frame["second"]
    if len(set(frame["date"])) > 1:
        counted = [len([b for b in cell.split(";") if b]) for cell in frame["barriers"]]
        shown = frame[["date", "dimension", "provided", "held", "low", "high"]].assign(barriers=counted)
    else:
        shown = frame[["dimension", "provided", "held", "low", "high", "provision", "reach"]].assign(
            barriers=[_few(cell) for cell in frame["barriers"]]
        )
    shown.insert(0, "pair", pair)
    return shown


def _few(cell: str) -> str:
    """The first of a list of names, and how many more there are; JSON has all."""
    names = [name for name in cell.split(";") if name]
    more = f" +{len(names) - FEW}" if len(names) > FEW else ""
    return " ".join(names[:FEW]) + more


def _shown(frame: pd.DataFrame, title: str, as_json: bool) -> None:
    from zollverein._cli.grid import table_or_cards  # noqa: PLC0415
    from zollverein._cli.screen import output  # noqa: PLC0415

    if as_json:
        sys.stdout.write(frame.to_json(orient="records", date_format="iso", indent=2, force_ascii=False) + "\n")
        return
    console = output()
    rounded = frame.assign(**{str(c): frame[c].round(3) for c in frame.select_dtypes("float")})
    console.print(table_or_cards(rounded, title, console.width))
