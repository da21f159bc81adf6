"""A publisher's own file of country codes: its numbers to ISO alpha-3, read and never remembered."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from zollverein.case.data.flat import Desk, answers
from zollverein.case.data.inspection_bytes import encoded, opened, refuse_what_is_no_text
from zollverein.errors import DataError, InputError

__all__ = [
    "ALPHA3",
    "UNKNOWN",
    "codes_from_csv",
    "codes_from_json",
    "load_codes",
    "odd_codes",
    "refuse_unknown_codes",
    "same_code",
]

ALPHA3 = re.compile(r"[A-Z]{3}")
UNKNOWN = "no code for "


def codes_from_csv(
    path: Path | str, code: tuple[str, ...], iso3: tuple[str, ...], called: str, empty: bool = False
) -> pd.DataFrame:
    """Read a table of codes: source (the publisher's, without leading zeros) and target (ISO alpha-3 as it has it).

    Parameters
    ----------
    code, iso3 : names that the publisher has given to the two columns, edition by edition; the first that is there.
    empty : whether a code without a target is kept, with an empty one.

    Raises
    ------
    DataError : no such file or columns, or a code with two meanings.
    """
    path = Path(path)
    with opened(path, called):
        refuse_what_is_no_text(path, called)
        encoding = encoded(path, called, "cp1252").encoding  # names only; codes are plain letters and digits
        lines = path.read_text(encoding=encoding, errors="replace").splitlines()
    rows = list(csv.DictReader(lines))
    there = set(rows[0]) if rows else set()
    chosen = [next((name for name in names if name in there), "") for names in (code, iso3)]
    if not all(chosen):
        raise DataError(
            f"{called}: {path} is no file of country codes; it must have a column {' or '.join(code)} and one "
            f"{' or '.join(iso3)}"
        )
    pairs = [(row[chosen[0]], row[chosen[1]]) for row in rows]
    return _frame(pairs, f"{called}: {path}", empty)


def codes_from_json(path: Path | str, called: str) -> pd.DataFrame:
    """Read UN Comtrade's ``Reporters.json`` or ``partnerAreas.json``: source, target and group (True or False).

    Raises
    ------
    DataError : a file that is neither.
    """
    path = Path(path)
    try:
        with opened(path, called):
            refuse_what_is_no_text(path, called)
            found = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise DataError(f"{called}: {path} is no JSON ({error}); download it again") from error
    rows = found.get("results") if isinstance(found, Mapping) else None
    if not rows or not all(isinstance(row, Mapping) for row in rows):
        raise DataError(f"{called}: {path} has no 'results'; take Reporters.json or partnerAreas.json of UN Comtrade")
    pairs, groups = [], {}
    for row in rows:
        low = {str(key).lower(): value for key, value in row.items()}
        number = low.get("reportercode", low.get("partnercode"))
        alpha3 = low.get("reportercodeisoalpha3", low.get("partnercodeisoalpha3"))
        if number is None:
            raise DataError(f"{called}: {path} has a row without a code; download it again")
        pairs.append((number, alpha3))
        groups[same_code(number)] = bool(low.get("isgroup"))
    out = _frame(pairs, f"{called}: {path}", empty=True)
    return out.assign(group=[groups[code] for code in out["source"]])


def same_code(code: object) -> str:
    """Return a code as it is compared: text without blanks, and without the leading zeros of a number."""
    text = str(code).strip()
    return str(int(text)) if text.isascii() and text.isdigit() else text


def load_codes(on: Desk, codes: pd.DataFrame, table: str) -> None:
    """Put source and target of country codes into a table of DuckDB.

    Raises
    ------
    InputError : columns that are missing.
    """
    if missing := [name for name in ("source", "target") if name not in codes]:
        raise InputError(f"the country codes have no column '{missing[0]}'; give source (the publisher's) and target")
    targets = ["" if pd.isna(target) else str(target).strip() for target in codes["target"]]
    clean = codes.assign(source=[same_code(code) for code in codes["source"]], target=targets)
    on.con.register("given", clean)
    on.con.execute(f'CREATE OR REPLACE TEMP TABLE "{table}" AS SELECT * FROM given')
    on.con.unregister("given")


def refuse_unknown_codes(on: Desk, columns: tuple[str, ...], measure: str, where: str) -> None:
    """Refuse rows in use whose country stands in no row of the publisher's file of codes."""
    for column in columns:
        found = answers(
            on,
            f"SELECT {column} AS code, count(*) AS n, sum({measure}) AS total FROM staged WHERE left_out IS NULL AND "
            f"starts_with({column}, $mark) GROUP BY ALL ORDER BY total DESC NULLS LAST, code",
            {"mark": UNKNOWN},
        )
        if found:
            first = ", ".join(
                f"'{code.removeprefix(UNKNOWN)}' ({rows} rows, {total or 0.0:,.6g})" for code, rows, total in found[:5]
            )
            raise DataError(
                f"{on.called}: {len(found)} {column} codes have no ISO alpha-3 in {where}: {first}; take the file of "
                "codes of the same edition, or add them"
            )


def odd_codes(on: Desk, columns: tuple[str, ...], measure: str) -> list[str]:
    """Note the areas in use whose code is no three letters, such as the publisher's 'nes' areas, with their value."""
    parts = " UNION ALL ".join(
        f"SELECT {column} AS code, {measure} AS total FROM staged WHERE left_out IS NULL" for column in columns
    )
    found = answers(
        on,
        f"SELECT code, sum(total) FROM ({parts}) WHERE NOT regexp_full_match(code, '[A-Z]{{3}}') GROUP BY code "
        "ORDER BY 2 DESC NULLS LAST, 1",
    )
    if not found:
        return []
    first = ", ".join(f"'{code}' ({total or 0.0:,.6g})" for code, total in found[:8])
    more = f" and {len(found) - 8} more" if len(found) > 8 else ""
    return [f"{len(found)} areas have a code of the publisher's own, not ISO's: {first}{more}"]


def _frame(pairs: list[tuple[object, object]], where: str, empty: bool = False) -> pd.DataFrame:
    known: dict[str, str] = {}
    for number, alpha3 in pairs:
        code, target = same_code(number), str(alpha3 or "").strip()
        if not code or not (target or empty):
            continue
        if known.setdefault(code, target) != target:
            raise DataError(f"{where} says of '{code}' that it is {known[code]} and {target}; take the whole file anew")
    return pd.DataFrame({"source": list(known), "target": list(known.values())}, dtype=str)
