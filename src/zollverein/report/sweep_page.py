"""A sweep as one page that needs nothing but a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import yaml

from zollverein.report.formatting import days, number, share
from zollverein.report.page_parts import Cited, rendered, shown_sheet
from zollverein.report.sweep_answer import sweep_answer, sweep_key_figures
from zollverein.report.sweep_figures import sweep_figures
from zollverein.report.sweep_sheets import sweep_sheets
from zollverein.report.sweep_wording import (
    draws_line,
    failures_line,
    first_order_line,
    first_world,
    period,
    world_names,
)
from zollverein.stress.provenance import source_list

if TYPE_CHECKING:
    from zollverein.stress.sweeps.result import Sweep

__all__ = ["setting_of", "sweep_html"]

WELFARE = {
    "first_order": "to first order, the tail again exactly",
    "exact": "exactly, every draw",
    "none": "not at all: the corridor alone",
}
# Of scenarios that are answered once, each is its own tail.
ONCE = "to first order, and again exactly"


def sweep_html(sweep: Sweep) -> str:
    """Return a sweep as one self-contained HTML page.

    It opens from a file, prints, follows the reader's light or dark screen and makes no request of any kind.
    """
    cited = Cited.of(_sources(sweep))
    names, spec = world_names(sweep), sweep.plan.spec
    shown = {name: shown_sheet(sheet, cited) for name, sheet in sweep_sheets(sweep).items()}
    return rendered(
        "sweep.html.j2",
        sweep_figures(sweep),
        spec=spec,
        question=" ".join(spec.question.split()),
        setting=setting_of(sweep),
        answer=sweep_answer(sweep),
        key_figures=sweep_key_figures(sweep),
        sheets=shown,
        drives=any(name in shown for name in ("drivers", "tornado", "threats", "combinations", "worst")),
        builds="investment" in shown or "options" in shown,
        first=names[first_world(sweep)] if len(names) > 1 else "",
        period=period(sweep),
        draws=draws_line(sweep),
        failed=failures_line(sweep),
        first_order=first_order_line(sweep),
        sampled=spec.sample is not None,
        varied=[vary for vary, _ in sweep.plan.worlds[0].variations],
        checked=number(sweep.plan.check),
        tail=share(spec.tail),
        checked_again=_checked_again(sweep),
        rolling=any(w.scenario.corridor is not None and w.scenario.corridor.foresight == "rolling"
                    for w in sweep.plan.worlds),
        asked=_asked(sweep),
        digest=sweep.plan.digest,
        sources=cited.rows,
    )  # fmt: skip


def setting_of(sweep: Sweep) -> list[tuple[str, str]]:
    """Return what the sweep was run on, as terms and their values."""
    spec, case = sweep.plan.spec, sweep.plan.case
    parts = [("Sweep", spec.name), ("Case", f"{case.title} ({case.name})")]
    worlds = sweep.plan.worlds
    spans = {
        f"{days(part.horizon.start, part.horizon.end)}, by the {part.horizon.periods}"
        for part in (world.scenario.corridor for world in worlds) if part is not None
    }  # fmt: skip
    if spans:
        parts.append(("Time", "; ".join(sorted(spans))))
    done, planned = sweep.done
    parts.append(("Scenarios", number(done) if done == planned else f"{number(done)} of {number(planned)}"))
    if len(worlds) > 1:
        parts.append(("Worlds", number(len(worlds))))
    if spec.sample is not None:
        anti = ", in opposite pairs" if spec.sample.antithetic else ""
        count = len(sweep.plan.threats)
        parts.append(("Drawn", f"{number(count)} threat{'s' * (count != 1)}, seed {spec.sample.seed}{anti}"))
    told = WELFARE[spec.welfare] if spec.sample is not None or spec.welfare != "first_order" else ONCE
    return [*parts, ("Economy answers", told)]


def _checked_again(sweep: Sweep) -> bool:
    """Whether portfolios were tried again on draws that they were not chosen on."""
    invest = sweep.plan.spec.invest
    return invest is not None and invest.check > 0


def _asked(sweep: Sweep) -> str:
    """Return the sweep as it was asked, in the words of its file."""
    plain = sweep.plan.spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return str(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100))


def _sources(sweep: Sweep) -> list[pd.DataFrame]:
    """The sources of every scenario, and those of the threats that were drawn."""
    case = sweep.plan.case
    bases = {world.base: world.scenario for world in sweep.plan.worlds}
    lists = [source_list(scenario, case) for scenario in bases.values()]
    keys = {key.strip() for threat in sweep.plan.threats for key in threat.source.split(";")}
    if keys:
        lists.append(case.sources[case.sources["key"].isin(keys)].assign(cited_in="hazards"))
    return lists
