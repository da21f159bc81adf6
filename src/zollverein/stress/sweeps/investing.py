"""What to build: portfolios of options tried on the sweep's own outages, and what each option takes off the tail."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa

from zollverein.corridor import Option, Router, concentration, expansion, route_tonnes
from zollverein.corridor.expansion import added_kt
from zollverein.errors import ScenarioError, UnknownNameError
from zollverein.stress.sweeps.plan import Plan
from zollverein.stress.sweeps.spec import Investment
from zollverein.stress.sweeps.work import Bench, benches_of, outages_of

__all__ = ["STAGES", "check_investment", "invest"]

STAGES = ("frontier", "options", "tried")


def check_investment(plan: Plan, bench: Bench) -> None:
    """Refuse options that do not fit the network of the sweep's first world.

    Raises
    ------
    ScenarioError, UnknownNameError : what does not fit, and what is near.
    """
    asked = plan.spec.invest
    if asked is None:
        return
    if bench.world.corridor is None:
        raise ScenarioError("sweep key invest: the first scenario has no corridor to build in; give it one")
    links = bench.world.ground.network.links.index
    names = [option.name for option in asked.options]
    for k, option in enumerate(asked.options):
        where = f"sweep key invest.options.{k}"
        if option.link not in links:
            raise UnknownNameError("link", option.link, links, where)
        for needed in option.requires:
            if needed not in names:
                raise UnknownNameError("option", needed, names, where)
    if len(set(names)) < len(names):
        raise ScenarioError(f"sweep key invest: options are {', '.join(names)}; name each once")


def invest(plan: Plan, asked: Investment, tell: Callable[[int], None]) -> dict[str, pa.Table]:
    """Return the frontier of capex against loss, what each option is worth, and every portfolio that was tried.

    All outages of a draw are known from its first day (perfect foresight), losses are of the exporters' netback, and
    the draws that the choice is made on are not those that it is tried again on.

    Parameters
    ----------
    tell : called with how many portfolios were solved.

    Raises
    ------
    NetworkError : options that require each other in a circle. Infeasible : a draw without a plan.
    """
    bench = next(bench for _, bench in benches_of(plan))
    world, part = bench.world, bench.world.corridor
    if part is None:
        raise ScenarioError("sweep key invest: the first scenario has no corridor to build in; give it one")
    network = world.ground.network.revised(world.revisions)
    router = Router(network, world.horizon, mode=part.mode, bend_usd_per_t=part.bend_usd_per_t)
    drawn = outages_of(plan, bench, range(asked.scenarios + asked.check))
    chosen, kept = drawn[: asked.scenarios], drawn[asked.scenarios :]
    options = [
        Option(o.name, o.capex_usd_million, ((o.link, o.adds_kt_per_year),), requires=o.requires) for o in asked.options
    ]
    found = expansion(
        router, options, chosen, budgets_usd_million=asked.budgets_usd_million, alpha=asked.alpha, check=kept,
        progress=lambda _names, solved: tell(solved),
    )  # fmt: skip
    by_name = {option.name: option for option in options}
    frontier = found.frontier.assign(
        route_concentration=[
            _concentration(router, [by_name[n] for n in names.split(" + ") if n in by_name], part.exporter)
            for names in found.frontier["options"]
        ]
    )
    values = found.values.assign(
        cvar_per_dollar=np.where(
            found.values["capex_usd_million"] > 0,
            found.values["alone_cvar_usd_million"] / found.values["capex_usd_million"].where(lambda capex: capex > 0),
            np.nan,
        )
    ).sort_values("cvar_per_dollar", ascending=False, kind="stable", ignore_index=True)
    tables = {"frontier": frontier, "options": values, "tried": found.tried}
    return {name: pa.Table.from_pandas(table, preserve_index=False) for name, table in tables.items()}


def _concentration(router: Router, built: Sequence[Option], exporter: str) -> float:
    """Herfindahl-Hirschman index of the exporter's routes with some options built, undisturbed."""
    before = router.added_kt
    router.extend(before + np.sum([added_kt(router, option) for option in built], axis=0))
    try:
        return concentration(route_tonnes(router.route(), exporter))
    finally:
        router.extend(before)
