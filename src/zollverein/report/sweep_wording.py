"""What the parts of a sweep are called, so that each is called the same in words, tables, charts and on the screen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from zollverein.report.formatting import money, number, share, tonnes

if TYPE_CHECKING:
    from zollverein.stress.sweeps.plan import Planned
    from zollverein.stress.sweeps.result import Sweep

__all__ = [
    "INCOME", "LOSSES", "NOTHING_DONE", "amount", "base_names", "digits", "draws_line", "factor_names", "failures_line",
    "first_order_line", "first_world", "loser", "loss_told", "members", "period", "policy_names", "struck_named",
    "threat_words", "world_names",
]  # fmt: skip

INCOME = "lost_income_usd_million"
# What is lost: as a heading, and after a sum.
LOSSES = {
    INCOME: ("Real income lost", "of real income"),
    "lost_revenue_usd_million": ("Export revenue lost", "of export revenue"),
    "lost_netback_usd_million": ("Netback lost", "of netback"),
    "lost_exports_kt": ("Exports lost", "of exports"),
    "stranded_kt": ("Oil stranded", "stranded"),
}
NOTHING_DONE = "nothing"
YEAR = (365, 366)
# US$ million that are shown as zero.
NEXT_TO_NOTHING = 0.05


def world_names(sweep: Sweep) -> dict[str, str]:
    """Return what each world is called, by its label: only what tells it from the others."""
    policies = policy_names(sweep) if sweep.plan.spec.policies else {}
    return _told_apart({world.label: [*_place(sweep, world), policies.get(world.policy, "")]
                        for world in sweep.plan.worlds}, sweep.plan.worlds[0].scenario.title)  # fmt: skip


def base_names(sweep: Sweep) -> dict[str, str]:
    """Return what each scenario at each place of the grid is called, whatever the policy, by its label without one."""
    bases = {world.label: _place(sweep, world) for world in sweep.plan.worlds if world.policy == NOTHING_DONE}
    return _told_apart(bases, sweep.plan.worlds[0].scenario.title)


def _place(sweep: Sweep, world: Planned) -> list[str]:
    several = len({other.base for other in sweep.plan.worlds}) > 1
    return [*([world.scenario.title] if several else []),
            *(f"{_short(path)}: {_value(value)}" for path, value in world.cell.items())]  # fmt: skip


def _told_apart(parts: dict[str, list[str]], alone: str) -> dict[str, str]:
    """Titles are free text and may be alike; labels are not."""
    names = {label: "; ".join(filter(None, some)) or alone for label, some in parts.items()}
    told = list(names.values())
    return {label: name if told.count(name) == 1 else label for label, name in names.items()}


def policy_names(sweep: Sweep) -> dict[str, str]:
    """Return what each policy is called, by its name."""
    named = {policy.name: policy.title or policy.name for policy in sweep.plan.spec.policies}
    return {NOTHING_DONE: "nothing done", **named}


def factor_names(sweep: Sweep) -> dict[str, str]:
    """Return what each driver is called: a threat by its name, a varied figure by the last parts of its path."""
    names = {threat.name: threat.name for threat in sweep.plan.threats}
    varied = [vary.name for world in sweep.plan.worlds for vary, _ in world.variations]
    names |= {path: _short(path) for path in varied}
    told = list(names.values())
    return {path: name if told.count(name) == 1 else path for path, name in names.items()}


def threat_words(sweep: Sweep) -> dict[str, str]:
    """Return what each threat is, in the case's words, by its name."""
    case = sweep.plan.case
    if "hazards" not in case.tables or "what" not in case.tables["hazards"]:
        return {}
    hazards = case.tables["hazards"]
    return {str(name): str(what) for name, what in zip(hazards["hazard"], hazards["what"], strict=True)
            if pd.notna(what)}  # fmt: skip


def struck_named(struck: str) -> str:
    """Return the threats of a draw as a list."""
    return ", ".join(filter(None, struck.split(";"))) or "none"


def members(sweep: Sweep) -> list[str]:
    """Return the regions of the union's members; of a case that names none, all regions."""
    table = sweep.plan.case.table("regions")
    inside = table["union"].fillna("").astype(str) != "" if "union" in table else pd.Series(False, index=table.index)
    return [str(region) for region in (table[inside] if inside.any() else table)["region"]]


def loser(sweep: Sweep) -> str:
    """Return whose income is counted: the exporter's, or that of all members."""
    corridor = sweep.plan.worlds[0].scenario.corridor
    if corridor is None:
        return "The union’s members"
    names = sweep.plan.case.table("regions").set_index("region")["name"]
    return str(names.get(corridor.exporter, corridor.exporter))


def period(sweep: Sweep) -> str:
    """Return what one draw is: a year where every horizon is one, else a draw."""
    return "year" if all(_is_year(world) for world in sweep.plan.worlds) else "draw"


def first_world(sweep: Sweep) -> str:
    """Return the label of the world that tables of one world tell of: the first scenario, nothing done."""
    return sweep.plan.worlds[0].label


def loss_told(sweep: Sweep) -> str:
    """Return the loss that the answer is about: of income, or the first that was measured; none without a sample."""
    table = sweep.distribution
    there = set(table["loss"]) if len(table) else set()
    return next((loss for loss in LOSSES if loss in there), "")


def amount(loss: str, value: float) -> str:
    """Return a loss in its unit."""
    return tonnes(value) if loss.endswith("_kt") else money(value)


def draws_line(sweep: Sweep) -> str:
    """Return one sentence: how many scenarios were answered, and how many were meant to be."""
    done, planned = sweep.done
    worlds = len(sweep.plan.worlds)
    where = f" in {number(worlds)} worlds" if worlds > 1 else ""
    if done >= planned:
        return f"{number(done)} scenario{'s' * (done != 1)}{where}, all of them run."
    rule = sweep.plan.sample.stop
    if rule is not None:
        return f"{number(done)} scenarios{where}; with {number(planned)} at most, the stop rule says when it is enough."
    return (
        f"Unfinished: {number(done)} of {number(planned)} scenarios{where} are answered so far. Run the sweep again in "
        f"the same folder and it goes on from there."
    )


def failures_line(sweep: Sweep) -> str:
    """Return one sentence on draws without an answer."""
    table = sweep.failures
    if not len(table):
        return "No scenario failed."
    failed, done = int(table["draws"].sum()), max(sweep.done[0], 1)
    return (
        f"{number(failed)} of {number(done)} scenarios ({share(failed / done)}) have no answer and count in no figure; "
        f"if they are worse than the others, losses are understated."
    )


def first_order_line(sweep: Sweep) -> str:
    """Return one sentence: how far answers to first order are from exact ones; nothing where all are exact."""
    table = sweep.approximation
    if not len(table):
        return ""
    mine = table[table["world"] == table["world"].iloc[0]].set_index("draws")
    parts = []
    for which, where in (("at random", "taken at random"), ("worst", "of the largest losses")):
        if which in mine.index:
            row = mine.loc[which]
            if float(row["largest"]) < NEXT_TO_NOTHING:
                parts.append(f"of {_draws(int(row['solved']))} {where}, none is off by as much as US$ 50 thousand")
                continue
            parts.append(
                f"of {_draws(int(row['solved']))} {where}, by {money(abs(float(row['bias'])))} too "
                f"{'much' if row['bias'] > 0 else 'little'} on average and {money(float(row['largest']))} at most"
            )
    return f"First-order losses against exact ones: {'; '.join(parts)}."


def digits(value: float) -> str:
    """Return a figure of the case to four digits, whatever its size."""
    if not value or not math.isfinite(value):
        return number(value)
    if value == round(value):
        return number(value)
    return number(value, min(max(0, 3 - math.floor(math.log10(abs(value)))), 9))


def _draws(count: int) -> str:
    return f"{number(count)} draw{'s' * (count != 1)}"


def _is_year(world: Planned) -> bool:
    corridor = world.scenario.corridor
    return corridor is not None and (corridor.horizon.end - corridor.horizon.start).days + 1 in YEAR


def _short(path: str) -> str:
    """``case.link_figures.btc.tariff_usd_per_t.value`` as ``btc, tariff usd per t``."""
    root, *parts = path.split(".")
    parts = parts[1:] if root == "case" and len(parts) > 2 else parts
    if len(parts) > 1 and parts[-1] == "value":
        parts = parts[:-1]
    return ", ".join(part.replace("_", " ") for part in parts if part != "*") or path


def _value(value: float | int | str) -> str:
    return value if isinstance(value, str) else digits(value)
