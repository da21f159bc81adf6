"""What an answer owes to figures that are not known for certain: the scenario again under draws of what varies."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from zollverein.case import Case
from zollverein.errors import DoubtfulFigure, NotConverged, ZollvereinError
from zollverein.stress.drawing import OF_ECONOMY, Target, draws_of, ends_of, resolved, tables_of
from zollverein.stress.ground import Ground
from zollverein.stress.scenario import Scenario
from zollverein.stress.varying import Vary
from zollverein.stress.world import Row, World, fails_at_ends, world_with

__all__ = ["LEVELS", "intervals_table", "try_ends"]

LEVELS = (0.05, 0.5, 0.95)
# Below this an income has not moved, and a ratio of two such means nothing.
RATIO_OF = 1e-9


def intervals_table(scenario: Scenario, case: Case, tell: Callable[[str, float], None]) -> pd.DataFrame:
    """Answer a scenario under draws of what it varies.

    Parameters
    ----------
    tell : called with what is being done and the share that is done.

    Returns
    -------
    measure, unit, region (of incomes), central (nothing varied), q05, median, q95, draws (answered), failed; empty
    where nothing varies. Incomes of draws that change nothing of the economy are to first order, corrected in the
    proportion in which the central answer differs from the exact one.

    Raises
    ------
    InputError : a distribution with an end that cannot be. NotConverged : more than half of the draws have no answer.
    """
    if not scenario.vary:
        return pd.DataFrame()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DoubtfulFigure)
        ground = Ground(case)
        variations = resolved(scenario, case)
        world = World(scenario, ground)
        _built_at_ends(world, variations)
        exactly = world.corridor is None or any(
            OF_ECONOMY & tables_of(settings) for vary, targets in variations for settings in ends_of(vary, targets)
        )
        central = world.exact() if exactly or world.corridor is None else world.first_order()
        seeds = {vary.name: scenario.seed for vary, _ in variations}
        rows: list[Row] = []
        failed: list[str] = []
        for k, settings in enumerate(draws_of(variations, seeds, 0, scenario.draws)):
            tell(f"draw {k + 1} of {scenario.draws}", (k + 1) / scenario.draws)
            try:
                drawn = world_with(world, scenario, settings)
                rows.append(drawn.exact() if exactly else drawn.first_order())
            except ZollvereinError as error:
                failed.append(str(error))
    if len(failed) * 2 > scenario.draws:
        raise NotConverged(f"{len(failed)} of {scenario.draws} draws of what varies have no answer; first: {failed[0]}")
    return _table(central, pd.DataFrame(rows), world.exact() if not exactly else central, len(failed))


def try_ends(scenario: Scenario, case: Case) -> None:
    """Try both ends of every distribution of a scenario, on the case as well.

    Raises
    ------
    InputError : an end that cannot be, and whose.
    """
    if scenario.vary:
        _built_at_ends(World(scenario, Ground(case)), resolved(scenario, case))


def _built_at_ends(world: World, variations: Sequence[tuple[Vary, Sequence[Target]]]) -> None:
    """Refuse what cannot be; a draw that finds no answer there will fail and be counted."""
    for _ in fails_at_ends(world, variations):
        pass


def _table(central: Row, drawn: pd.DataFrame, exact: Row, failed: int) -> pd.DataFrame:
    out = []
    for name, value in central.items():
        if name == "certificate" or isinstance(value, str):
            continue
        of_income = name.startswith("real_income_percent_") or name == "lost_income_usd_million"
        # Draws and centre share what first order leaves out, in proportion: where nothing is lost, nothing is put back.
        scale = float(exact[name]) / value if of_income and abs(value) > RATIO_OF else 1.0
        low, median, high = np.quantile(drawn[name].to_numpy(dtype=np.float64) * scale, LEVELS)
        region = name.removeprefix("real_income_percent_") if name.startswith("real_income_percent_") else ""
        measure = "real_income" if region else name.removesuffix("_usd_million").removesuffix("_kt")
        unit = "percent" if region else "kt" if name.endswith("_kt") else "usd_million"
        out.append((measure, unit, region, value * scale, low, median, high, len(drawn), failed))
    columns = ["measure", "unit", "region", "central", "q05", "median", "q95", "draws", "failed"]
    return pd.DataFrame(out, columns=columns)
