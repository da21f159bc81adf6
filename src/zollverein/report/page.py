"""One page that needs nothing but a browser: every chart, table, source and certificate of a stress test.

The page asks for nothing from the network: Vega stands in it once, charts are specifications beside it, and its
content security policy allows no script but its own and no request at all. The same test gives the same bytes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from zollverein.report import sheets
from zollverein.report.answer import answer_of, key_figures
from zollverein.report.bridge import bridge_sheet, why_sums_differ
from zollverein.report.figures import figures_compared, figures_of
from zollverein.report.flows import held_back, link_flows
from zollverein.report.formatting import CONFIDENCES, MARKS, days, number, residual, share
from zollverein.report.page_parts import Cited, rendered, shown_sheet
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
    cited = Cited.of([test.source_list])
    return rendered(
        "stress_test.html.j2",
        figures,
        test=test,
        base_year=base_year(test),
        has_map=any(name.startswith("map") for name in figures),
        range_covers=range_covers(test),
        shortages=[*filter(None, [stuck_line(test)]), *shortage_lines(test)],
        published=[*interval_lines(test), *published_lines(test)],
        weakest=test.routes.to_dict("records") if len(test.routes) else [],
        has_rent="rent_usd_million" in {c.key for c in sheets.income_sheet(test).columns},
        question=" ".join(str(test.scenario.question).split()),
        setting=_setting(test),
        answer=answer_of(test),
        key_figures=key_figures(test),
        sheets={sheet.name: shown_sheet(sheet, cited) for sheet in tables if len(sheet.frame)},
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
    cited = Cited.of(t.source_list for t in tests)
    return rendered(
        "comparison.html.j2",
        figures_compared(comparison),
        tests=[{"test": t, "answer": answer_of(t), "question": " ".join(str(t.scenario.question).split()),
                "setting": _setting(t), "largest": residual(t.certificate.max_residual),
                "assumed": share(t.assumed_share)} for t in tests],
        count=COUNTS.get(len(tests), str(len(tests))),
        sheets={sheet.name: shown_sheet(sheet, cited) for sheet in comparison_sheets(comparison)},
        sources=cited.rows,
    )  # fmt: skip


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
