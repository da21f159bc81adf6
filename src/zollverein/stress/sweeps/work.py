"""What a worker does: draw the scenarios of a part, answer each, and hand back a table.

A row depends on the plan and its number alone. What a process has built for one part it keeps for the next.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby

import pyarrow as pa
from threadpoolctl import threadpool_limits

from zollverein._version import __version__
from zollverein.corridor import Outage
from zollverein.errors import DoubtfulFigure, ZollvereinError
from zollverein.stress.barrier_threats import BarrierBasis, barrier_basis, disturbed
from zollverein.stress.drawing import OF_ECONOMY, Setting, applied, draws_of, tables_of
from zollverein.stress.ground import Ground
from zollverein.stress.shocks import NOTHING
from zollverein.stress.sweeps.plan import SECOND, Chunk, Plan, Planned
from zollverein.stress.varying import Choice
from zollverein.stress.world import MEASURES, Row, World, world_with
from zollverein.threat import Impediment, Incident, sampled

__all__ = ["Bench", "answered", "benches_of", "outages_of", "schema_of"]

Incidents = tuple[Incident | Impediment, ...]
KEPT_WORLDS = 4
VARIED = "vary:"
OF_BARRIERS = frozenset({"wedges", "tariffs"})


@dataclass(frozen=True)
class Bench:
    """A world ready for work, and what threats to barriers need of its case."""

    world: World
    basis: BarrierBasis | None


_GROUNDS: dict[str, Ground] = {}
_BENCHES: OrderedDict[tuple[str, int], Bench] = OrderedDict()


def answered(plan: Plan, chunk: Chunk) -> pa.Table:
    """Answer a part of a sweep: one row for every scenario, a failed one with its reason."""
    planned = plan.worlds[chunk.world]
    with _at_work():
        bench = _bench(plan, planned)
        befalls = _incidents(plan, bench, chunk)
        settings = _settings(plan, planned, chunk)
        rows = [
            _row(plan, planned, chunk, bench, number, incidents, varied)
            for number, incidents, varied in zip(chunk.numbers, befalls, settings, strict=True)
        ]
    schema = schema_of(plan)
    columns = {name: [row.get(name) for row in rows] for name in schema.names}
    return pa.table({name: pa.array(column, schema.field(name).type) for name, column in columns.items()}, schema)


def schema_of(plan: Plan) -> pa.Schema:
    """Return the columns of a sweep's rows."""
    economy = sorted({str(region) for region in plan.case.table("regions")["region"]})
    varied: dict[str, pa.DataType] = {}
    for world in plan.worlds:
        for vary, _ in world.variations:
            law = vary.distribution
            words = isinstance(law, Choice) and any(isinstance(value, str) for value in law.values)
            varied[VARIED + vary.name] = pa.string() if words else pa.float64()
    text = ("scenario", "policy", "method", "status", "reason", "struck", "swapped", "version")
    fields: list[tuple[str, pa.DataType]] = [("draw", pa.int64()), ("seed", pa.int64())]
    fields += [(name, pa.string()) for name in text]
    fields += [("incidents", pa.int32()), ("certificate", pa.float64())]
    fields += [(name, pa.float64()) for name in (*MEASURES, "lost_income_usd_million")]
    fields += [(f"real_income_percent_{region}", pa.float64()) for region in economy]
    return pa.schema([*fields, *varied.items()])


@contextmanager
def _at_work() -> Iterator[None]:
    """One thread for a process, and no doubts: they were told when the case was opened.

    How many threads there are decides in which order a sum is taken, and so its last bits.
    """
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore", DoubtfulFigure)
        yield


def benches_of(plan: Plan) -> Iterator[tuple[Planned, Bench]]:
    """Yield every world of a plan, made ready.

    Raises
    ------
    InputError, NoAnswerError : one that cannot be made ready.
    """
    with _at_work():
        for planned in plan.worlds:
            yield planned, _bench(plan, planned)


def _bench(plan: Plan, planned: Planned) -> Bench:
    key = (plan.digest, planned.number)
    if key in _BENCHES:
        _BENCHES.move_to_end(key)
        return _BENCHES[key]
    if plan.digest not in _GROUNDS:
        _GROUNDS.clear()
        _GROUNDS[plan.digest] = Ground(plan.case)
    ground = _GROUNDS[plan.digest]
    if planned.settings:
        _, case = applied(planned.scenario, plan.case, planned.settings)
        ground = ground.varied(case, tables_of(planned.settings))
    _BENCHES[key] = _bench_of(plan, World(planned.scenario, ground))
    while len(_BENCHES) > KEPT_WORLDS:
        _BENCHES.popitem(last=False)
    return _BENCHES[key]


def _bench_of(plan: Plan, world: World) -> Bench:
    """Return a world with what threats to barriers need."""
    return Bench(world, _basis(plan, world) if plan.threats and world.corridor is not None else None)


def _basis(plan: Plan, world: World) -> BarrierBasis:
    return barrier_basis(world.ground.case, plan.threats, world.horizon.start, world.horizon.end, policy=world.policy)


def _incidents(plan: Plan, bench: Bench, chunk: Chunk) -> list[Incidents]:
    """What befalls the scenarios of a part; a swapped threat is drawn a second time."""
    if not plan.threats:
        return [()] * len(chunk.numbers)
    horizon, sample = bench.world.horizon, plan.sample
    found: list[list[Incident | Impediment]] = [[] for _ in chunk.numbers]
    for threat in plan.threats:
        seed = sample.seed + (SECOND if chunk.swapped in ("*", threat.name) else 0)
        at = 0
        for first, count in _runs(chunk.numbers):
            drawn = sampled(
                [threat], horizon.start, horizon.end, count, seed=seed, first=first, antithetic=sample.antithetic
            )
            for incidents in drawn:
                found[at] += incidents
                at += 1
    return [tuple(sorted(some, key=lambda incident: (incident.start, incident.name))) for some in found]


def outages_of(plan: Plan, bench: Bench, numbers: Sequence[int]) -> list[tuple[Outage, ...]]:
    """Return the outages of draws, the scenario's own among them."""
    chunk = Chunk("answers", 0, 0, tuple(numbers))
    own = bench.world.outages
    if bench.basis is None:
        return [own] * len(chunk.numbers)
    return [(*own, *disturbed(some, bench.basis).outages) for some in _incidents(plan, bench, chunk)]


def _settings(plan: Plan, planned: Planned, chunk: Chunk) -> list[list[Setting]]:
    if not planned.variations or plan.spec.sample is None:
        return [[]] * len(chunk.numbers)
    seeds = {
        vary.name: plan.sample.seed + (SECOND if chunk.swapped in ("*", vary.name) else 0)
        for vary, _ in planned.variations
    }
    out: list[list[Setting]] = []
    for first, count in _runs(chunk.numbers):
        out += draws_of(planned.variations, seeds, first, count, antithetic=plan.sample.antithetic)
    return out


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Stretches of numbers that follow each other: the first, and how many."""
    together = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    return [(members[0][1], len(members)) for members in (list(group) for _, group in together)]


def _row(
    plan: Plan, planned: Planned, chunk: Chunk, bench: Bench, number: int, incidents: Incidents, varied: list[Setting]
) -> Row:
    row: Row = {
        "draw": number, "seed": plan.sample.seed, "scenario": planned.base,
        "policy": planned.policy, "version": __version__, "struck": ";".join(_struck(incidents, plan)),
        "swapped": chunk.swapped, "incidents": len(incidents), "status": "answered", "reason": "",
    }  # fmt: skip
    for setting in varied:
        row.setdefault(VARIED + setting.target.path, setting.value)
    try:
        world, exactly = _at(planned, bench, varied, chunk.stage == "exact" or plan.spec.welfare == "exact")
        row["method"] = "exact" if exactly else "first_order" if plan.spec.welfare != "none" else "corridor"
        basis = _basis_of(plan, world, bench, varied)
        happens = disturbed(incidents, basis) if basis is not None else None
        outages = () if happens is None else happens.outages
        if exactly:
            return row | world.exact(outages, NOTHING if happens is None else happens.policy)
        raised = None if happens is None else happens.raised
        return row | world.first_order(outages, raised, welfare=plan.spec.welfare != "none")
    except ZollvereinError as error:
        return row | {"status": "failed", "reason": " ".join(str(error).split())}


def _basis_of(plan: Plan, world: World, bench: Bench, varied: Sequence[Setting]) -> BarrierBasis | None:
    """What threats to barriers need; made anew where a draw changes what they raise or what stands already."""
    policy = any(setting.target.keys[:1] == ("economy",) for setting in varied)
    if bench.basis is None or not (policy or OF_BARRIERS & tables_of(varied)):
        return bench.basis
    return _basis(plan, world)


def _struck(incidents: Incidents, plan: Plan) -> list[str]:
    """Names of the threats that struck; an incident is called by its threat and a number."""
    known = {threat.name for threat in plan.threats}
    return sorted({name for name in (_threat_of(incident.name) for incident in incidents) if name in known})


def _threat_of(incident: str) -> str:
    return incident.split(",", maxsplit=1)[0].rsplit(" ", 1)[0]


def _at(planned: Planned, bench: Bench, varied: Sequence[Setting], exactly: bool) -> tuple[World, bool]:
    """The world of a draw, and whether it must be solved exactly: derivatives hold at the case's own base alone."""
    if not varied:
        return bench.world, exactly or bench.world.corridor is None
    world = world_with(bench.world, planned.scenario, varied)
    return world, exactly or world.corridor is None or bool(OF_ECONOMY & tables_of(varied))
