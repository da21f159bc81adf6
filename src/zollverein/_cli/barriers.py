"""`zollverein union barriers`: the register, one barrier's history, and what is recorded of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from zollverein._cli.asking import (
    AsOfOption,
    CaseOption,
    JsonOption,
    country_of,
    parts,
    require_members,
    shown,
    union_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

FolderOption = Annotated[str, typer.Option("--case", help="folder of your case")]
SourceOption = Annotated[str, typer.Option("--source", help="key of sources.csv")]
ConfidenceOption = Annotated[str, typer.Option("--confidence", help="reported, derived or assumed")]
RecordedOption = Annotated[str | None, typer.Option("--recorded", help="day from which it is known; absent: today")]
QuoteOption = Annotated[str | None, typer.Option("--quote", help="words of the source")]
LanguageOption = Annotated[str | None, typer.Option("--language", help="language of the quote, such as ru")]
NoteOption = Annotated[str | None, typer.Option("--note", help="in own words")]
MethodOption = Annotated[str | None, typer.Option("--method", help="how it is derived or assumed")]


@app.command("list")
def list_barriers(
    on: Annotated[str | None, typer.Option("--on", help="day on which they stand; absent: today")] = None,
    between: Annotated[str | None, typer.Option("--between", help="two or more countries, parted by commas")] = None,
    whole: Annotated[bool, typer.Option("--all", help="those that do not stand as well")] = False,
    case: CaseOption = "eurasia",
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the barriers that stand on a day."""
    union = union_of(case, as_of)
    day = on or date.today().isoformat()
    state = union.register.state(day)
    if not whole:
        state = state[state["remaining"] > 0]
    if between is not None:
        named = [country_of(union, name) for name in parts(between)]
        require_members(union.members(day), named)
        state = union.register.between(state, named)
    columns = ["barrier", "imposing", "affected", "product", "mast_chapter", "status", "opened", "remaining"]
    if as_json:
        columns += ["kind", "freedom", "principle", "source", "confidence", "evidence", "conflict", "what_happened"]
    listed = state[[c for c in columns if c in state]].assign(opened=state["opened"].dt.strftime("%Y-%m-%d"))
    if state["conflict"].any() and not as_json:
        listed = listed.assign(conflict=["sources differ" if c else "" for c in state["conflict"]])
    shown(listed, f"Barriers on {day}" + ("" if as_of is None else f", as known on {as_of}"), as_json)


@app.command()
def history(
    barrier: Annotated[str, typer.Argument(help="its key")],
    case: CaseOption = "eurasia",
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Everything on record of one barrier, oldest first; what sources say differently stands side by side."""
    told = union_of(case, as_of).register.history(barrier)
    for column in ("happened", "recorded"):
        told[column] = told[column].dt.strftime("%Y-%m-%d")
    shown(told, f"History of {barrier}", as_json)


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
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
