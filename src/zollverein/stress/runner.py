"""From the name of a scenario to its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from zollverein.case import Case, bundled_cases, open_case, scenarios_of
from zollverein.corridor import Outage, Routing
from zollverein.economy import Economy, Outcome
from zollverein.errors import NoAnswerError, ScenarioError
from zollverein.stress import corridor_tables, coupling_tables, economy_tables, provenance
from zollverein.stress.coupling import Coupled, answer_again, couple
from zollverein.stress.crude import crude_link
from zollverein.stress.intervals import intervals_table, try_ends
from zollverein.stress.loading import ScenarioLike, case_around, load_scenario
from zollverein.stress.oil_to_income import oil_to_income_table
from zollverein.stress.preparing import prepared
from zollverein.stress.reading import read_scenario
from zollverein.stress.result import Comparison, StressCertificate, StressTest
from zollverein.stress.scenario import CorridorPart, Scenario
from zollverein.stress.shocks import closure_of, policy_of, shock_of

__all__ = ["Progress", "case_named", "check_scenario", "compare", "run"]

DEFAULT_CASE = "eurasia"
Progress = Callable[[str, float], None]
"""Called with what is being done and the share that is done, 0 to 1."""


def run(
    scenario: ScenarioLike,
    *,
    case: str | Path | Case | None = None,
    progress: Progress | None = None,
) -> StressTest:
    """Run one stress test.

    Parameters
    ----------
    scenario : a bundled scenario's name, a YAML file, a mapping or a `Scenario`.
    case : a bundled case's name, a folder, a zip or an open `Case`; absent: the case that the scenario names.
    progress : called as the work goes on.

    Raises
    ------
    InputError : the case, the scenario or a name in it is wrong; nothing was computed.
    NoAnswerError : no certified answer exists.

    Examples
    --------
    >>> import zollverein as zv
    >>> test = zv.run("novorossiysk-90-days")
    >>> test.measure("stranded") > 0
    True
    """
    tell = progress or (lambda _what, _share: None)
    tell("reading the case", 0.0)
    opened = case if isinstance(case, Case) else open_case(case if case is not None else case_named(scenario))
    checked = load_scenario(scenario, opened)
    tell("building the economy", 0.25)
    economy = opened.economy()
    if checked.corridor is None:
        tell("solving the economy", 0.5)
        answer = _Answer(economy.solve(shock_of(policy_of(checked, opened)), closure=closure_of(checked)))
    else:
        answer = _through_the_corridor(checked, checked.corridor, opened, economy, tell)
    tell("the range of the answer", 0.85)
    variants = _variants(checked, opened, answer)
    intervals = intervals_table(checked, opened, lambda what, share: tell(what, 0.9 + 0.05 * share))
    tell("the tables", 0.95)
    test = replace(_assembled(checked, opened, answer, variants), intervals=intervals)
    tell("done", 1.0)
    return test


def compare(
    scenarios: Sequence[ScenarioLike],
    *,
    case: str | Path | Case | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run several scenarios on one case and set them side by side.

    Raises
    ------
    ScenarioError : fewer than two scenarios, or two of one name.
    """
    if len(scenarios) < 2:
        raise ScenarioError(f"compare was given {len(scenarios)} scenario; it takes two or more")
    tell = progress or (lambda _what, _share: None)
    opened = case if isinstance(case, Case) else open_case(case if case is not None else case_named(scenarios[0]))
    loaded = [load_scenario(scenario, opened) for scenario in scenarios]
    _require_one_world(loaded, case is None)
    names = [scenario.name for scenario in loaded]
    if len(set(names)) < len(names):
        raise ScenarioError(f"compare was given two scenarios of one name among {', '.join(names)}; name each once")
    tests = [
        run(scenario, case=opened, progress=_part_of(tell, scenario.name, k, len(loaded)))
        for k, scenario in enumerate(loaded)
    ]
    return _side_by_side(tests)


def _require_one_world(loaded: Sequence[Scenario], by_name: bool) -> None:
    """Refuse scenarios of different cases or horizons: side by side, their figures would not be comparable."""
    for scenario in loaded[1:] if by_name else ():
        if scenario.case != loaded[0].case:
            raise ScenarioError(
                f"'{loaded[0].name}' names the case '{loaded[0].case}' and '{scenario.name}' the case "
                f"'{scenario.case}'; compare scenarios of one case, or name it with --case (case=)"
            )
    routed = [(s.name, s.corridor.horizon, s.corridor.exporter) for s in loaded if s.corridor is not None]
    for name, horizon, exporter in routed[1:]:
        if (horizon, exporter) != routed[0][1:]:
            raise ScenarioError(
                f"'{routed[0][0]}' and '{name}' differ in horizon or exporter, so that nothing undisturbed is common "
                f"to them; give both the same start, end, step and exporter"
            )


def check_scenario(scenario: Scenario, case: Case) -> None:
    """Check every name in a scenario against a case, without solving anything.

    Raises
    ------
    UnknownNameError, ScenarioError, NetworkError : what is wrong, where, and what is near.
    """
    checked = load_scenario(scenario, case)
    policy_of(checked, case)
    if checked.corridor is not None:
        crude_link(case, checked.corridor.exporter, prepared(checked.corridor, case)[1])
    case.economy()
    try_ends(checked, case)


def _part_of(tell: Progress, name: str, done: int, of: int) -> Progress:
    return lambda what, share: tell(f"{name}: {what}", (done + share) / of)


@dataclass(frozen=True, slots=True)
class _Answer:
    outcome: Outcome
    before: Routing | None = None
    coupled: Coupled | None = None
    outages: tuple[Outage, ...] = ()


def case_named(scenario: ScenarioLike) -> str | Path:
    """Return the case that a scenario names: by its key, by the folder it lies in, or the bundled one that has it.

    Raises
    ------
    UnknownNameError, ScenarioError : no such scenario, or a file with faults.
    """
    if isinstance(scenario, Scenario):
        return scenario.case
    if isinstance(scenario, Mapping):
        return str(scenario.get("case", DEFAULT_CASE))
    if not str(scenario).endswith((".yaml", ".yml")):
        return _bundled_case_with(str(scenario))
    home = case_around(scenario, "scenarios") or DEFAULT_CASE
    checked = read_scenario(scenario, open_case(home).scenario_files())
    if "case" not in checked.model_fields_set:
        return home
    beside = Path(scenario).parent / checked.case
    return beside if beside.exists() and "/" in checked.case else checked.case


def _bundled_case_with(name: str) -> str:
    """The bundled case that has a scenario of this name; the default one where none has."""
    others = [case for case in bundled_cases() if case != DEFAULT_CASE]
    return next((case for case in (DEFAULT_CASE, *others) if name in scenarios_of(case)), DEFAULT_CASE)


def _through_the_corridor(
    scenario: Scenario, part: CorridorPart, case: Case, economy: Economy, tell: Progress
) -> _Answer:
    network, horizon, outages, revisions = prepared(part, case)
    link = crude_link(case, part.exporter, horizon)
    policy, closure = policy_of(scenario, case), closure_of(scenario)
    tell("routing the corridor undisturbed", 0.35)
    before = network.route(horizon, foresight=part.foresight, mode=part.mode, bend_usd_per_t=part.bend_usd_per_t)
    tell("routing the corridor, coupled with the economy", 0.45)

    def route(price_factor: dict[str, float]) -> Routing:
        return network.route(
            horizon, outages=outages, revisions=revisions, foresight=part.foresight, price_factor=price_factor,
            mode=part.mode, bend_usd_per_t=part.bend_usd_per_t,
        )  # fmt: skip

    coupled = couple(economy, closure, policy, before, route, link)
    return _Answer(coupled.outcome, before, coupled, outages)


def _variants(scenario: Scenario, case: Case, answer: _Answer) -> list[Outcome]:
    """The economy again: other published elasticities, and both ends of the barriers' ranges; one at a time."""
    closure, variants = closure_of(scenario), []
    asked = [(case.economy(theta="theta_alternative"), policy_of(scenario, case))]
    if scenario.economy.barriers:
        economy = case.economy()
        asked += [(economy, policy_of(scenario, case, "low")), (economy, policy_of(scenario, case, "high"))]
    for economy, policy in asked:
        try:
            variants.append(
                economy.solve(shock_of(policy), closure=closure)
                if answer.coupled is None
                else answer_again(answer.coupled, economy, closure, policy)
            )
        except NoAnswerError as error:
            raise type(error)(f"the range of the answer has an end that cannot be solved: {error}") from error
    return variants


def _assembled(scenario: Scenario, case: Case, answer: _Answer, variants: list[Outcome]) -> StressTest:
    empty = pd.DataFrame()
    summary = routes = transit = by_period = stocks = link = founding = events = steps = shortages = empty
    fees = budget = delivered = empty
    rents = None
    coupled, before = answer.coupled, answer.before
    corridor_certificate, coupling = None, None
    if coupled is not None and before is not None and scenario.corridor is not None:
        exporter, after = scenario.corridor.exporter, coupled.routing
        summary = corridor_tables.summary_table(before, after, exporter)
        routes = corridor_tables.routes_table(case, before, after, exporter)
        transit = corridor_tables.transit_table(case, before, after, exporter)
        by_period = corridor_tables.by_period_table(before, after, exporter)
        stocks = corridor_tables.stocks_table(before, after)
        shortages = corridor_tables.shortages_table(before, after)
        link, founding = coupled.link.reset_index(), corridor_tables.founding_table(case, before, after, exporter)
        events = _event_table(answer.outages, scenario.corridor, case)
        oil, got = coupled.oils[0], coupled.rents
        steps = oil_to_income_table(oil.crude, oil.supply_factor, got, before, after, answer.outcome)
        rents = got.groupby("region")["usd_million"].sum()
        fees = coupling_tables.transit_fees_table(case, coupled)
        budget = coupling_tables.budget_table(case, coupled, before)
        delivered = coupling_tables.delivered_table(before, after)
        corridor_certificate, coupling = after.certificate, coupled.certificate
    welfare = economy_tables.welfare_table(case, answer.outcome, variants, rents)
    return StressTest(
        scenario=scenario,
        case_name=case.name,
        case_title=case.title,
        baseline=before,
        routing=coupled.routing if coupled else None,
        outcome=answer.outcome,
        certificate=StressCertificate(answer.outcome.certificate, corridor_certificate, coupling),
        welfare=welfare,
        trade=economy_tables.trade_table(case, answer.outcome),
        corridor_summary=summary,
        routes=routes,
        transit=transit,
        by_period=by_period,
        stocks=stocks,
        crude_link=link,
        founding=founding,
        events=events,
        sources=provenance.sources_table(scenario, case),
        source_list=provenance.source_list(scenario, case),
        oil_to_income=steps,
        base_year=case.base_year,
        shortages=shortages,
        transit_fees=fees,
        budget=budget,
        delivered=delivered,
        published=economy_tables.published_table(case, scenario.name, welfare),
    )


def _event_table(outages: Sequence[Outage], part: CorridorPart, case: Case) -> pd.DataFrame:
    """What befell the corridor; what the case's table says of its own events stands beside them."""
    columns = ["name", "target", "start", "end", "share_lost", "units_lost", "announced_days"]
    table = pd.DataFrame([[getattr(o, c) for c in columns] for o in outages], columns=columns)
    told = ["kind", "cause", "effect", "note", "source", "confidence"]
    happened = len(outages) - len(part.outages)
    if not happened:
        return table
    known = case.table("events").set_index("event").reindex(columns=told)
    # An outage that the scenario states is not the event of the table that happens to bear its name.
    records = known.reindex(table["name"]).reset_index(drop=True)
    return pd.concat([table, records.where(pd.Series(table.index < happened), other=None)], axis=1)


def _side_by_side(tests: Sequence[StressTest]) -> Comparison:
    welfare = [t.welfare.set_index(["region", "name"])["real_income_percent"].rename(t.name) for t in tests]
    real_income = pd.concat(welfare, axis=1).reset_index()
    routed = [t for t in tests if len(t.corridor_summary)]
    corridor = routes = pd.DataFrame()
    if routed:
        key, first = ["measure", "unit"], routed[0].corridor_summary.set_index(["measure", "unit"])
        after = [t.corridor_summary.set_index(key)["after"].rename(t.name) for t in routed]
        corridor = pd.concat([first["before"].rename("undisturbed"), *after], axis=1).reset_index()
        key = ["route", "name"]
        by_route = [t.routes.set_index(key)["after_kt"].rename(t.name) for t in routed]
        undisturbed = routed[0].routes.set_index(key)["before_kt"].rename("undisturbed")
        routes = pd.concat([undisturbed, *by_route], axis=1).fillna(0.0).reset_index()
    return Comparison(tuple(tests), corridor, routes, real_income)
