"""One page that needs nothing but a browser: every chart, table, source and certificate of a stress test.

The page asks for nothing from the network: Vega stands in it once, charts are specifications beside it, and its
content security policy allows no script but its own and no request at all. The same test gives the same bytes.
"""

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
from typing import TYPE_CHECKING, Any

import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from zollverein._version import __version__
from zollverein.report import sheets
from zollverein.report.answer import answer_of, key_figures
from zollverein.report.bridge import bridge_sheet, why_sums_differ
from zollverein.report.figures import OUTLINES, Figure, figures_compared, figures_of
from zollverein.report.flows import held_back, link_flows
from zollverein.report.formatting import CONFIDENCES, MARKS, days, number, residual, share
from zollverein.report.palette import DARK
from zollverein.report.places import outlines
from zollverein.report.sheets import Column, Sheet
from zollverein.report.sheets_compared import comparison_sheets
from zollverein.report.wording import (
    base_year,
    interval_lines,
    published_lines,
    range_covers,
    shortage_lines,
    stuck_line,
)

if TYPE_CHECKING:
    from zollverein.stress import Comparison, StressTest

__all__ = ["compare_html", "html"]

# Which tables of a case each section of the page rests on.
CORRIDOR_TABLES = ("nodes", "links", "routes", "link_figures", "node_figures", "link_units", "commodities", "events")
ECONOMY_TABLES = ("trade", "production", "inputs", "sectors", "tariffs", "wedges", "memberships")
COUPLING_TABLES = ("crude", "market_regions", "commodities")
LONG_TEXT, BRIEF_TEXT = 40, 8
COUNTS = {2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six", 7: "Seven", 8: "Eight", 9: "Nine"}


def html(test: StressTest) -> str:
    """Return a stress test as one self-contained HTML page.

    It opens from a file, prints, follows the reader's light or dark screen and makes no request of any kind.
    """
    figures = figures_of(test)
    tables = [
        sheets.corridor_sheet(test), sheets.routes_sheet(test), sheets.transit_sheet(test), sheets.events_sheet(test),
        sheets.held_back_sheet(test, held_back(test)), sheets.link_sheet(link_flows(test)), sheets.income_sheet(test),
        sheets.trade_sheet(test), sheets.fees_sheet(test), sheets.budget_sheet(test),
        sheets.crude_sheet(test), bridge_sheet(test), sheets.founding_sheet(test), sheets.knowledge_sheet(test),
        sheets.certificate_sheet(test),
    ]  # fmt: skip
    cited = _Cited.of([test])
    return _rendered(
        "stress_test.html.j2",
        figures,
        test=test,
        base_year=base_year(test),
        range_covers=range_covers(test),
        shortages=[*filter(None, [stuck_line(test)]), *shortage_lines(test)],
        published=[*interval_lines(test), *published_lines(test)],
        weakest=test.routes.to_dict("records") if len(test.routes) else [],
        has_rent="rent_usd_million" in {c.key for c in sheets.income_sheet(test).columns},
        question=" ".join(str(test.scenario.question).split()),
        setting=_setting(test),
        answer=answer_of(test),
        key_figures=key_figures(test),
        sheets={sheet.name: _shown(sheet, cited) for sheet in tables if len(sheet.frame)},
        rests={
            "corridor": cited.behind(CORRIDOR_TABLES),
            "economy": cited.behind(ECONOMY_TABLES),
            "coupling": cited.behind(COUPLING_TABLES),
        },
        sources=cited.rows,
        knowledge=_knowledge(test),
        largest=residual(test.certificate.max_residual),
        why_sums_differ=why_sums_differ(test) if len(test.oil_to_income) else "",
        scenario=json.dumps(test.scenario.to_mapping(), indent=2, ensure_ascii=False, default=str),
    )


def compare_html(comparison: Comparison) -> str:
    """Return several stress tests side by side as one self-contained HTML page."""
    tests = list(comparison.tests)
    cited = _Cited.of(tests)
    return _rendered(
        "comparison.html.j2",
        figures_compared(comparison),
        tests=[{"test": t, "answer": answer_of(t), "question": " ".join(str(t.scenario.question).split()),
                "setting": _setting(t), "largest": residual(t.certificate.max_residual),
                "assumed": share(t.assumed_share)} for t in tests],
        count=COUNTS.get(len(tests), str(len(tests))),
        sheets={sheet.name: _shown(sheet, cited) for sheet in comparison_sheets(comparison)},
        sources=cited.rows,
    )  # fmt: skip


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
class _Cited:
    """The sources of a page, numbered."""

    rows: list[dict[str, Any]]

    @classmethod
    def of(cls, tests: Iterable[StressTest]) -> _Cited:
        by_key: dict[str, dict[str, Any]] = {}
        for test in tests:
            for record in test.source_list.fillna("").astype(str).to_dict("records"):
                row = {str(k): str(v) for k, v in record.items()}
                known: dict[str, Any] = by_key.setdefault(row["key"], dict(row))
                tables = dict.fromkeys(f"{known.get('cited_in', '')}, {row.get('cited_in', '')}".split(", "))
                known["cited_in"] = ", ".join(t for t in tables if t)
        rows = [by_key[key] for key in sorted(by_key)]
        for k, source in enumerate(rows, start=1):
            source["number"] = str(k)
            # What is no address of the web is shown and is no link.
            source["web"] = source.get("url", "") if source.get("url", "").startswith(("https://", "http://")) else ""
            source["tables"] = [sheets.CASE_TABLES.get(t, t) for t in source["cited_in"].split(", ")]
        return cls(rows)

    def links(self, keys: str) -> tuple[tuple[str, str], ...]:
        """Number and title of the sources of a cell, their keys parted by semicolons."""
        wanted = {key.strip() for key in keys.split(";")}
        return tuple((row["number"], row["title"] or row["publisher"]) for row in self.rows if row["key"] in wanted)

    def behind(self, tables: Iterable[str]) -> list[dict[str, Any]]:
        """The sources that any of these tables of the case cites."""
        wanted = set(tables)
        return [row for row in self.rows if wanted & set(row["cited_in"].split(", "))]


def _shown(sheet: Sheet, cited: _Cited) -> ShownSheet:
    return ShownSheet(sheet, [[_cell(sheet, row, column, cited) for column in sheet.columns] for row in sheet.rows()])


def _cell(sheet: Sheet, row: Mapping[str, Any], column: Column, cited: _Cited) -> Cell:
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


def _setting(test: StressTest) -> list[tuple[str, str]]:
    """What the test was run on, as terms and their values."""
    parts = [("Scenario", test.name), ("Case", f"{test.case_title} ({test.case_name})")]
    corridor = test.scenario.corridor
    if corridor is not None:
        parts += [
            ("Time", f"{days(corridor.horizon.start, corridor.horizon.end)}, by the {corridor.horizon.periods}"),
            ("Foresight", "nobody knows of an outage before it begins, nor how long it lasts"
             if corridor.foresight == "rolling" else "all is known from the first day"),
        ]  # fmt: skip
        if corridor.mode == "calibrated":
            parts.append(("Routing", "calibrated: it bends around the flows that the case observed"))
    run = "long run: labour and capital move between sectors" if test.scenario.labour == "mobile" else (
        "short run: labour and capital stay in their sectors")  # fmt: skip
    return [*parts, ("Economy", f"{run}; a change of {base_year(test)}")]


def _knowledge(test: StressTest) -> dict[str, Any]:
    counts = test.sources[["figures", *CONFIDENCES]].sum()
    total = max(int(counts["figures"]), 1)
    return {
        "figures": number(int(counts["figures"])),
        "parts": [
            {"name": c, "mark": MARKS[c], "share": share(part), "percent": round(100.0 * part, 2)}
            for c, part in ((c, float(counts[c]) / total) for c in CONFIDENCES)
        ],
    }


def _rendered(template: str, figures: Mapping[str, Figure], **context: Any) -> str:
    maps = any(name.startswith("map") for name in figures)
    scripts = {"vega": _vega() if figures else "", "page": _asset("page.js")}
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
def _vega() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, from the wheel of vl-convert."""
    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    # Inside a script element the parser looks for its end and for comments, even within strings.
    return bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")


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
