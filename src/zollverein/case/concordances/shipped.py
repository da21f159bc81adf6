"""The concordances, titles and sources that ship with the program, and a reader's own from a CSV file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from zollverein.case.concordances.concordance import Concordance
from zollverein.case.concordances.reading import read_concordance
from zollverein.errors import InputError, UnknownNameError

__all__ = ["TABLES", "Shipped", "concordance_sources", "concordances", "open_concordance", "shipped_rows", "titles"]

TABLES = Path(__file__).parent / "tables"


@dataclass(frozen=True, slots=True)
class Shipped:
    """A concordance that ships with the program, before its rows are read.

    Attributes
    ----------
    name, title, source_classification, target_classification : as in `Concordance`.
    sources : keys of `concordance_sources`. method : how its weights were chosen. path : its CSV file.
    """

    name: str
    title: str
    source_classification: str
    target_classification: str
    sources: tuple[str, ...]
    method: str
    path: Path


@cache
def concordances() -> dict[str, Shipped]:
    """Return the concordances that ship with the program, by name; their rows are read by `open_concordance`."""
    return {
        row["name"]: Shipped(
            row["name"],
            row["title"],
            row["source_classification"],
            row["target_classification"],
            tuple(row["sources"].split(";")),
            row["method"],
            TABLES / f"{row['name']}.csv",
        )
        for row in shipped_rows("concordances.csv")
    }


def concordance_sources() -> pd.DataFrame:
    """Return the sources of the shipped tables: key, publisher, title, url, date, retrieved, licence."""
    return pd.DataFrame(shipped_rows("sources.csv"), dtype="str")


def titles(classification: str) -> dict[str, str]:
    """Return what the codes of a classification are called, in its own order.

    >>> titles("OECD ICIO 2023")["C19"]
    'Coke and refined petroleum products'

    Raises
    ------
    UnknownNameError : a classification whose titles do not ship.
    """
    rows = shipped_rows("titles.csv")
    known = list(dict.fromkeys(row["classification"] for row in rows))
    if classification not in known:
        raise UnknownNameError("classification with titles", classification, known)
    return {row["code"]: row["title"] for row in rows if row["classification"] == classification}


def open_concordance(name_or_path: str | Path) -> Concordance:
    """Return a shipped concordance by its name, or one's own from a CSV file.

    The file has the columns source, target, weight and confidence; the last two may be left out: a source with one
    target goes there whole, and what is parted is assumed.

    Raises
    ------
    UnknownNameError : neither a shipped name nor a file. InputError : every fault of the file, with row and column.
    """
    text = str(name_or_path)
    known = concordances()
    if text in known:
        return _opened(text)
    path = Path(name_or_path)
    if path.suffix.lower() == ".csv":
        if not path.is_file():
            raise InputError(f"no file '{path}'; give a CSV file that exists, or one of {', '.join(known)}")
        return read_concordance(path)
    raise UnknownNameError("concordance", text, known, "the shipped concordances, nor a CSV file of that path")


@cache
def _opened(name: str) -> Concordance:
    found = concordances()[name]
    by_key = {row["key"]: row for row in shipped_rows("sources.csv")}
    columns = ("publisher", "title", "date", "url")
    cited = [", ".join(by_key[key][c] for c in columns if by_key[key][c]) for key in found.sources]
    return read_concordance(
        found.path,
        name=found.name,
        title=found.title,
        source_classification=found.source_classification,
        target_classification=found.target_classification,
        cited=tuple(cited),
    )


@cache
def shipped_rows(file: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a table that ships with the program; every cell is text."""
    with (TABLES / file).open(encoding="utf-8", newline="") as text:
        return tuple(csv.DictReader(text))
