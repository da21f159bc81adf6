"""What commands share: options, the union of a case, names in a list, and how a table is shown."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pandas as pd

    from zollverein.union import Union

__all__ = [
    "AsOfOption",
    "CaseOption",
    "JsonOption",
    "country_of",
    "parts",
    "require_known",
    "require_members",
    "shown",
    "union_of",
]

CaseOption = Annotated[str, typer.Option("--case", help="bundled case, folder or zip")]
JsonOption = Annotated[bool, typer.Option("--json", help="machine-readable JSON on standard output, nothing else")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="day up to which the register is known; absent: all")]


def union_of(case: str, as_of: str | None) -> Union:
    """Return the union of a case, its register as it was known on a day."""
    from zollverein.case import open_case  # noqa: PLC0415

    return open_case(case).union(as_of)


def parts(text: str | None) -> list[str]:
    """Return the parts of a list that commas or semicolons part."""
    return [part.strip() for part in (text or "").replace(";", ",").split(",") if part.strip()]


def require_known(kind: str, name: str, known: Sequence[str], where: str = "") -> None:
    """Raise unless a name is known, with near ones."""
    from zollverein.errors import UnknownNameError  # noqa: PLC0415

    if name not in known:
        raise UnknownNameError(kind, name, known, where or f"--{kind}")


def country_of(union: Union, name: str) -> str:
    """The code of a country by any of its names; what is none is left for the judge of members."""
    from zollverein.errors import InputError  # noqa: PLC0415

    try:
        return str(union.entities.resolve(name, "country"))
    except InputError:
        return name


def require_members(members: Sequence[str], named: Sequence[str]) -> None:
    """Raise unless two or more members are named."""
    from zollverein.errors import InputError  # noqa: PLC0415

    for country in named:
        require_known("country", country, members, "--between")
    if len(named) < 2:
        raise InputError(f"--between names {len(named)} country; name two or more, parted by commas")


def shown(frame: pd.DataFrame, title: str, as_json: bool) -> None:
    """Print a table, or its rows as JSON."""
    from zollverein._cli.grid import table_or_cards  # noqa: PLC0415
    from zollverein._cli.screen import output  # noqa: PLC0415

    if as_json:
        sys.stdout.write(frame.to_json(orient="records", date_format="iso", indent=2, force_ascii=False) + "\n")
        return
    console = output()
    rounded = frame.assign(**{str(c): frame[c].round(3) for c in frame.select_dtypes("float")})
    console.print(table_or_cards(rounded, title, console.width))
