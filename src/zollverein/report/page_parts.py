"""What every page is made of: cells and their sources, charts as data, and scripts that the page itself allows."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import pandas as pd
import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from zollverein._version import __version__
from zollverein.report.figures import OUTLINES, Figure
from zollverein.report.formatting import CONFIDENCES
from zollverein.report.palette import DARK
from zollverein.report.places import outlines
from zollverein.report.sheets import CASE_TABLES, Column, Sheet
from zollverein.report.vega_script import vega_script

__all__ = ["Cell", "Cited", "ShownSheet", "rendered", "shown_sheet"]

LONG_TEXT, BRIEF_TEXT = 40, 8


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: its text, the value that it is sorted by, and the sources that it links to.

    Of a mark: its meaning, and the figure that makes it.
    """

    text: str
    order: str
    column: Column
    meaning: str = ""
    reason: str = ""
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """A sheet with its cells."""

    sheet: Sheet
    rows: list[list[Cell]]

    def breadth(self, column: int) -> str:
        """Return what a narrow screen should know of a column: ``long`` text needs room, ``brief`` codes none."""
        longest = max((len(row[column].text) for row in self.rows), default=0)
        return "long" if longest > LONG_TEXT else "brief" if longest <= BRIEF_TEXT else ""


@dataclass(frozen=True)
class Cited:
    """The sources of a page, numbered."""

    rows: list[dict[str, Any]]

    @classmethod
    def of(cls, lists: Iterable[pd.DataFrame]) -> Cited:
        """Number the sources of several results; one that several cite has one number."""
        by_key: dict[str, dict[str, Any]] = {}
        for sources in lists:
            for record in sources.fillna("").astype(str).to_dict("records"):
                row = {str(k): str(v) for k, v in record.items()}
                known: dict[str, Any] = by_key.setdefault(row["key"], dict(row))
                tables = dict.fromkeys(f"{known.get('cited_in', '')}, {row.get('cited_in', '')}".split(", "))
                known["cited_in"] = ", ".join(t for t in tables if t)
        rows = [by_key[key] for key in sorted(by_key)]
        for k, source in enumerate(rows, start=1):
            source["number"] = str(k)
            # What is no address of the web is shown and is no link.
            source["web"] = source.get("url", "") if source.get("url", "").startswith(("https://", "http://")) else ""
            source["tables"] = [CASE_TABLES.get(t, t) for t in source["cited_in"].split(", ")]
        return cls(rows)

    def links(self, keys: str) -> tuple[tuple[str, str], ...]:
        """Number and title of the sources of a cell, their keys parted by semicolons."""
        wanted = {key.strip() for key in keys.split(";")}
        return tuple((row["number"], row["title"] or row["publisher"]) for row in self.rows if row["key"] in wanted)

    def behind(self, tables: Iterable[str]) -> list[dict[str, Any]]:
        """The sources that any of these tables of the case cites."""
        wanted = set(tables)
        return [row for row in self.rows if wanted & set(row["cited_in"].split(", "))]


def shown_sheet(sheet: Sheet, cited: Cited) -> ShownSheet:
    """Return a sheet with its cells, sources as the page numbers them."""
    return ShownSheet(sheet, [[_cell(sheet, row, column, cited) for column in sheet.columns] for row in sheet.rows()])


def _cell(sheet: Sheet, row: Mapping[str, Any], column: Column, cited: Cited) -> Cell:
    value = row[column.key]
    text = sheet.text(row, column)
    if column.kind == "sources":
        return Cell("" if cited.links(str(value)) else text, str(value), column, links=cited.links(str(value)))
    if column.kind == "mark":
        place = CONFIDENCES.index(value) if value in CONFIDENCES else len(CONFIDENCES)
        return Cell(text, str(place), column, meaning=str(value), reason=str(row.get("weakest_figure", "") or ""))
    if column.unit == "%":
        text = text.removesuffix("%").rstrip()
    is_number = isinstance(value, int | float) and not math.isnan(value)
    return Cell(text, repr(float(value)) if is_number else text, column)


def rendered(template: str, figures: Mapping[str, Figure], **context: Any) -> str:
    """Return a page of a template: figures, style and scripts, and whatever else the template names."""
    maps = any(name.startswith("map") for name in figures)
    scripts = {"vega": vega_script() if figures else "", "page": _asset("page.js")}
    data = {
        "charts": {name: figure.spec() for name, figure in figures.items()},
        "dark": DARK,
        "outlines": outlines() if maps else None,
        "placeholder": OUTLINES,
    }
    return _environment().get_template(template).render(
        figures=figures,
        style=Markup(_asset("page.css")),
        scripts={name: Markup(code) for name, code in scripts.items() if code},
        policy=" ".join(_digest(code) for code in scripts.values() if code),
        data=Markup(_json(data)),
        versions=_versions(),
        **context,
    )  # fmt: skip


def _json(data: object) -> str:
    """JSON that cannot end the script element that it stands in, whatever names it holds."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"),
                            ("\u2029", "\\u2029")):  # fmt: skip
        text = text.replace(character, code)
    return text


def _digest(script: str) -> str:
    """What the content security policy knows a script by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


@cache
def _asset(name: str) -> str:
    return (files("zollverein.report") / "templates" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("zollverein.report", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip


@cache
def _versions() -> str:
    packages = ("highspy", "numpy", "pandas", "altair")
    parts = [f"zollverein {__version__}", f"Python {platform.python_version()}"]
    parts += [f"{name} {version(name)}" for name in packages]
    return ", ".join([*parts, f"Vega {vl_convert.get_vega_version()}"])
