"""What one cannot do without: every link and node lost by itself, in pairs, and the worst that a budget can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import Literal, get_args

import numpy as np
import pandas as pd

from zollverein.corridor.horizon import as_day
from zollverein.corridor.outage import Outage
from zollverein.corridor.router import Answer, Router, answers
from zollverein.errors import NetworkError, UnknownNameError

__all__ = ["Depth", "criticality", "worst_attack"]

Depth = Literal[1, 2]
LARGEST_ATTACK = 10


def criticality(
    router: Router,
    *,
    depth: Depth = 1,
    targets: Sequence[str] | None = None,
    start: date | None = None,
    days: int | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Rank links and nodes, alone (N-1) or also in pairs (N-2), by the money that their loss costs.

    Parameters
    ----------
    targets : links and nodes to lose; absent: every link, and every node that is no field or market.
    start, days : when, and for how long; absent: the whole horizon.
    jobs, progress : as in `answers`.

    Returns
    -------
    targets (joined with ``+``), count, lost_usd_million, stranded_kt (all exporters), synergy_usd_million (what a pair
    costs beyond the sum of its members' losses), the costliest first.

    Raises
    ------
    UnknownNameError, NetworkError : a target or a time that does not fit.
    """
    if depth not in get_args(Depth):
        raise NetworkError(f"depth is {depth!r}; allowed are 1 (each alone) and 2 (pairs too)")
    lost = {target: _lost(router, target, start, days) for target in _targets(router, targets)}
    base = router.base()
    alone = dict(zip(lost, answers(router, [(o,) for o in lost.values()], jobs=jobs, progress=progress), strict=True))
    rows = [_row(base, (target,), answer, 0.0) for target, answer in alone.items()]
    if depth == 2:
        pairs = list(combinations(lost, 2))
        found = answers(router, [(lost[a], lost[b]) for a, b in pairs], jobs=jobs, progress=progress)
        for (a, b), answer in zip(pairs, found, strict=True):
            together = sum(base.netback_usd_million - alone[t].netback_usd_million for t in (a, b))
            rows.append(_row(base, (a, b), answer, together))
    table = pd.DataFrame(rows, columns=["targets", "count", "lost_usd_million", "stranded_kt", "synergy_usd_million"])
    return table.sort_values(["lost_usd_million", "count", "targets"], ascending=[False, True, True], ignore_index=True)


def worst_attack(
    router: Router,
    *,
    budget: float,
    cost: Mapping[str, float] | None = None,
    targets: Sequence[str] | None = None,
    most: int = 3,
    start: date | None = None,
    days: int | None = None,
) -> pd.DataFrame:
    """Find which targets an attacker with a budget would take out to cost the most money.

    Branch and bound over sets of targets: a set loses at most what all that the budget could still buy with it would
    lose, since more outages never earn more. Where contracts waive a minimum for a link that is out they may, and
    where a field that is lost need not be shut in at a cost; then all sets are tried. Either way the answer is exact.

    Parameters
    ----------
    budget : what the attacker can spend. cost : by target; absent, or for one not named: 1.
    most : targets at most.

    Returns
    -------
    step (size of the set), targets, spent, lost_usd_million, stranded_kt: the worst set of every size up to ``most``.

    Raises
    ------
    UnknownNameError, NetworkError : targets, costs or budget that do not fit.
    """
    named = _targets(router, targets)
    price = _prices(named, cost)
    if not (isinstance(budget, int | float) and np.isfinite(budget) and budget > 0):
        raise NetworkError(f"budget is {budget!r}; allowed is a number above 0")
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= LARGEST_ATTACK:
        raise NetworkError(f"most is {most!r}; allowed is a whole number from 1 to {LARGEST_ATTACK}")
    lost = {target: _lost(router, target, start, days) for target in named}
    base = router.base()
    alone = {target: base.netback_usd_million - router.answer((o,)).netback_usd_million for target, o in lost.items()}
    order = sorted((t for t in named if price[t] <= budget), key=lambda t: (-alone[t], t))
    rows = []
    for size in range(1, min(most, len(order)) + 1):
        worst = _worst(router, base, order, price, lost, budget, size)
        if worst is None:
            break
        members, answer = worst
        rows.append((
            size, " + ".join(members), sum(price[t] for t in members),
            base.netback_usd_million - answer.netback_usd_million,
            sum(answer.stranded_kt.values()) - sum(base.stranded_kt.values()),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=["step", "targets", "spent", "lost_usd_million", "stranded_kt"])


def _worst(
    router: Router,
    base: Answer,
    order: Sequence[str],
    price: Mapping[str, float],
    lost: Mapping[str, Outage],
    budget: float,
    size: int,
) -> tuple[tuple[str, ...], Answer] | None:
    """The costliest set of one size within the budget."""
    best: tuple[float, tuple[str, ...], Answer] | None = None
    monotone = not router.programme.blocks.takes and not router.programme.figures.shut_in.any()

    def loss(members: Sequence[str]) -> tuple[float, Answer]:
        answer = router.answer([lost[t] for t in members])
        return base.netback_usd_million - answer.netback_usd_million, answer

    def open_sets(members: tuple[str, ...], rest: Sequence[str], left: float) -> Iterator[tuple[str, ...]]:
        nonlocal best
        if len(members) == size:
            yield members
            return
        buyable = [t for t in rest if price[t] <= left]
        if len(buyable) < size - len(members):
            return
        if best is not None and monotone and loss((*members, *buyable))[0] <= best[0] + 1e-9:
            return  # not even all of them together would cost more
        for k, target in enumerate(buyable):
            yield from open_sets((*members, target), buyable[k + 1 :], left - price[target])

    for members in open_sets((), order, budget):
        value, answer = loss(members)
        if best is None or value > best[0] + 1e-9:
            best = (value, members, answer)
    return None if best is None else best[1:]


def _targets(router: Router, targets: Sequence[str] | None) -> list[str]:
    network = router.network
    if targets is None:
        priced = network.nodes_with("price_usd_per_t")
        inner = [n for n, kind in network.nodes["kind"].items() if kind != "field" and n not in priced]
        return [*map(str, network.links.index), *map(str, inner)]
    known = [*network.links.index, *network.nodes.index]
    for target in targets:
        if target not in known:
            raise UnknownNameError("link or node", str(target), known, "targets")
    if len(set(targets)) < len(targets) or not targets:
        raise NetworkError(f"targets are {', '.join(targets) or 'none'}; name each once, and one at least")
    return list(targets)


def _prices(named: Sequence[str], cost: Mapping[str, float] | None) -> dict[str, float]:
    for target, price in (cost or {}).items():
        if target not in named:
            raise UnknownNameError("target", target, named, "cost")
        if not (isinstance(price, int | float) and np.isfinite(price) and price > 0):
            raise NetworkError(f"the cost of '{target}' is {price!r}; allowed is a number above 0")
    return {target: float((cost or {}).get(target, 1.0)) for target in named}


def _lost(router: Router, target: str, start: date | None, days: int | None) -> Outage:
    first = as_day(start or router.horizon.start)
    if first is None:
        raise NetworkError(f"start is {start!r}; give a day, as in date(2022, 3, 1)")
    if not router.horizon.start <= first <= router.horizon.end:
        raise NetworkError(
            f"start is {first}, outside the horizon {router.horizon.start} to {router.horizon.end}; choose a day in it"
        )
    if days is not None and (isinstance(days, bool) or not isinstance(days, int) or days < 1):
        raise NetworkError(f"days is {days!r}; allowed is a whole number from 1")
    end = router.horizon.end + timedelta(days=1) if days is None else first + timedelta(days=days)
    return Outage(f"loss of {target}", target, first, end, share_lost=1.0)


def _row(
    base: Answer, targets: tuple[str, ...], answer: Answer, together: float
) -> tuple[str, int, float, float, float]:
    lost = base.netback_usd_million - answer.netback_usd_million
    stranded = sum(answer.stranded_kt.values()) - sum(base.stranded_kt.values())
    return " + ".join(targets), len(targets), lost, stranded, lost - together if len(targets) > 1 else 0.0
