"""What a sweep comes to before anything is computed: its worlds, what is drawn in them, and in which parts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any
from weakref import WeakKeyDictionary

import pandas as pd
from pandas.api.types import is_object_dtype

from zollverein._version import __version__
from zollverein.case import Case
from zollverein.errors import ScenarioError, UnknownNameError
from zollverein.stress.drawing import Setting, Target, applied, require_open, resolved, target_of
from zollverein.stress.loading import load_scenario
from zollverein.stress.reading import merged
from zollverein.stress.scenario import Scenario
from zollverein.stress.sweeps.spec import Sample, SweepSpec
from zollverein.stress.sweeps.store import digest_of
from zollverein.stress.varying import Vary
from zollverein.threat import Threat

__all__ = ["NOTHING_DONE", "Chunk", "Plan", "Planned", "plan_of", "portable"]

NOTHING_DONE = "nothing"
# Scenarios in a part: small enough that little is lost when a worker dies, large enough that files stay few.
PART, SMALLEST_PART, PARTS, EXACT_PART = 250, 10, 40, 10
# Of the draws that are answered to first order this share, and at least so many, are solved exactly whatever they are.
CHECKED, FEWEST_CHECKED, MOST_CHECKED = 0.02, 20, 200
# What a second draw of the same scenario is keyed with, for Sobol indices.
SECOND = 1 << 32


@dataclass(frozen=True)
class Planned:
    """One world: a scenario under a policy, at one place of the grid.

    Attributes
    ----------
    label : what it is called in results. place : the same without the policy. cell : the grid's values by path.
    variations : what varies in it, resolved.
    """

    number: int
    label: str
    place: str
    scenario: Scenario
    base: str
    policy: str
    settings: tuple[Setting, ...]
    cell: Mapping[str, float | int | str]
    variations: tuple[tuple[Vary, tuple[Target, ...]], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of the work: some scenarios of a world.

    Attributes
    ----------
    stage : ``answers``, ``exact`` (again, exactly), ``drivers``. swapped : factors whose draws are the second ones;
        ``*``: all of them.
    """

    stage: str
    world: int
    part: int
    numbers: tuple[int, ...]
    swapped: str = ""


@dataclass(frozen=True)
class Plan:
    """A sweep, planned against a case."""

    spec: SweepSpec
    case: Case = field(repr=False)
    worlds: tuple[Planned, ...] = field(repr=False)
    threats: tuple[Threat, ...] = field(repr=False)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What tells this sweep from every other: what is asked, the case's figures, the version."""
        return {
            "sweep": self.spec.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            "case": {"name": self.case.name, "digest": _digest_of(self.case)},
            "version": __version__,
            "worlds": [
                {"number": w.number, "label": w.label, "policy": w.policy, "scenario": _told(w.scenario),
                 "cell": dict(w.cell)}
                for w in self.worlds
            ],
        }  # fmt: skip

    @cached_property
    def digest(self) -> str:
        """A short name for the whole plan."""
        return digest_of(self.manifest)

    @property
    def sample(self) -> Sample:
        """The sample; of a sweep without one, every scenario once, with no threat."""
        return self.spec.sample or Sample(scenarios=1, threats="none")

    @property
    def check(self) -> int:
        """Draws up to this number are solved exactly whatever they are, to say how far first-order answers are off."""
        if self.spec.welfare != "first_order" or self.spec.sample is None:
            return 0
        wanted = min(max(int(CHECKED * self.sample.scenarios), FEWEST_CHECKED), MOST_CHECKED)
        return min(wanted, self.sample.scenarios)

    @property
    def part(self) -> int:
        """Scenarios in a part of the answers."""
        return min(PART, max(SMALLEST_PART, -(-self.sample.scenarios // PARTS)))

    def chunks(self) -> list[Chunk]:
        """Return the parts of the first stage, the worlds side by side, so that a stop rule sees all of them grow."""
        numbers, size = range(self.sample.scenarios), self.part
        return [
            Chunk("answers", world.number, part, tuple(numbers[first : first + size]))
            for part, first in enumerate(range(0, len(numbers), size))
            for world in self.worlds
        ]

    def again(self, world: int, numbers: Sequence[int]) -> list[Chunk]:
        """Return the parts in which some scenarios are solved exactly."""
        ordered = sorted(numbers)
        return [
            Chunk("exact", world, part, tuple(ordered[first : first + EXACT_PART]))
            for part, first in enumerate(range(0, len(ordered), EXACT_PART))
        ]

    def factors(self, world: Planned) -> tuple[str, ...]:
        """Return what is drawn in a world: threats, then varied figures."""
        return (*(threat.name for threat in self.threats), *(vary.name for vary, _ in world.variations))

    def driving(self, world: Planned) -> list[Chunk]:
        """Return the parts of Saltelli's design: all drawn again, then one factor after the other."""
        if self.spec.drivers is None:
            return []
        samples = self.spec.drivers.samples
        chunks: list[Chunk] = []
        for swapped in ("*", *self.factors(world)):
            for first in range(0, samples, self.part):
                numbers = tuple(range(first, min(first + self.part, samples)))
                chunks.append(Chunk("drivers", world.number, len(chunks), numbers, swapped))
        return chunks


def plan_of(spec: SweepSpec, case: Case) -> Plan:
    """Plan a sweep: every scenario, policy, path and threat is resolved, or refused.

    Raises
    ------
    InputError : what is wrong, where, and what is near.
    """
    scenarios = [_named(entry, case, k) for k, entry in enumerate(spec.scenarios)]
    # Files are taken in, so that what was asked can be read again wherever the folder goes.
    files = [isinstance(entry, str) and entry.endswith((".yaml", ".yml")) for entry in spec.scenarios]
    entries = [
        _whole(scenario) if from_file else entry
        for entry, scenario, from_file in zip(spec.scenarios, scenarios, files, strict=True)
    ]
    spec = spec.model_copy(update={"scenarios": tuple(entries)})
    names = [scenario.name for scenario in scenarios]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ScenarioError(f"sweep key scenarios: two are called '{twice}'; name each once")
    worlds: list[Planned] = []
    for scenario, policy in product(scenarios, [None, *spec.policies]):
        done = scenario if policy is None else _under(scenario, policy.name, policy.change, case)
        for cell in product(*(axis.values for axis in spec.grid)):
            worlds.append(_planned(len(worlds), scenario.name, done, policy.name if policy else None, spec, cell, case))
    threats = _threats(spec, case)
    if threats and not all(world.scenario.corridor for world in worlds):
        lacking = next(world.base for world in worlds if world.scenario.corridor is None)
        raise ScenarioError(
            f"sweep key sample.threats: scenario '{lacking}' has no corridor, hence no days on which a threat could "
            f"strike; give it one, or set threats: none"
        )
    return Plan(spec, case, tuple(worlds), threats)


def _named(entry: str | Mapping[str, Any], case: Case, k: int) -> Scenario:
    try:
        scenario = load_scenario(entry, case)
    except ScenarioError as error:
        raise ScenarioError(f"sweep key scenarios.{k}: {error}") from None
    if "case" in scenario.model_fields_set and scenario.case not in (case.name, str(case.folder)):
        raise ScenarioError(
            f"sweep key scenarios.{k}: '{scenario.name}' is of the case '{scenario.case}' and the sweep of "
            f"'{case.name}'; sweep scenarios of one case"
        )
    return scenario


def _told(scenario: Scenario) -> dict[str, Any]:
    """A scenario as the manifest has it, however it was put together."""
    return scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"extends", "case"})


def _whole(scenario: Scenario) -> dict[str, Any]:
    """A scenario with all its keys, those that it took over from another included."""
    return scenario.model_dump(mode="json", by_alias=True, exclude={"extends", "case"})


def _under(scenario: Scenario, name: str, change: Mapping[str, Any], case: Case) -> Scenario:
    """A scenario with a policy's keys laid over it; what it revises comes on top of what the scenario does."""
    try:
        done = load_scenario(merged(_whole(scenario), change, lists_grow=True), case)
    except ScenarioError as error:
        raise ScenarioError(f"sweep key policies, '{name}', over scenario '{scenario.name}': {error}") from None
    if _times(done) != _times(scenario):
        raise ScenarioError(
            f"sweep key policies, '{name}': it changes horizon or exporter of scenario '{scenario.name}', so that "
            f"nothing undisturbed is common to them; write a scenario of its own instead"
        )
    return done


def _times(scenario: Scenario) -> tuple[object, ...]:
    part = scenario.corridor
    return () if part is None else (part.horizon, part.exporter)


def _planned(
    number: int,
    base: str,
    scenario: Scenario,
    policy: str | None,
    spec: SweepSpec,
    cell: Sequence[float | int | str],
    case: Case,
) -> Planned:
    settings = []
    for k, (axis, value) in enumerate(zip(spec.grid, cell, strict=True)):
        where = f"sweep key grid.{k}"
        require_open(axis.path, where, drawn=False)
        settings.append(Setting(target_of(axis.path, scenario, case, where), value, axis.how))
    inside = [setting for setting in settings if setting.target.place is None]
    scenario, _ = applied(scenario, case, inside, "sweep key grid")
    values = [f"{axis.path}={value}" for axis, value in zip(spec.grid, cell, strict=True)]
    return Planned(
        number=number,
        label=", ".join([base, *([policy] if policy else []), *values]),
        place=", ".join([base, *values]),
        scenario=scenario,
        base=base,
        policy=policy or NOTHING_DONE,
        settings=tuple(setting for setting in settings if setting.target.place is not None),
        cell={axis.path: value for axis, value in zip(spec.grid, cell, strict=True)},
        variations=resolved(scenario, case),
    )


def _threats(spec: SweepSpec, case: Case) -> tuple[Threat, ...]:
    wanted = spec.sample.threats if spec.sample is not None else "none"
    if wanted == "none" or not wanted:
        return ()
    if "hazards" not in case.tables:
        raise ScenarioError(
            f"sweep key sample.threats: case '{case.name}' has no table hazards; add it, or set threats: none"
        )
    known = {threat.name: threat for threat in case.threats()}
    if wanted == "all":
        return tuple(known.values())
    for name in wanted:
        if name not in known:
            raise UnknownNameError("hazard", name, known, "sweep key sample.threats")
    return tuple(known[name] for name in dict.fromkeys(wanted))


_DIGESTS: WeakKeyDictionary[Case, str] = WeakKeyDictionary()


def _digest_of(case: Case) -> str:
    """A digest of all the case's figures, taken once: a case does not change."""
    if case not in _DIGESTS:
        _DIGESTS[case] = _digest_of_tables(case.tables)
    return _DIGESTS[case]


def _digest_of_tables(tables: Mapping[str, pd.DataFrame]) -> str:
    told = hashlib.blake2b(digest_size=12)
    for name in sorted(tables):
        frame = tables[name]
        told.update(name.encode() + "|".join(map(str, frame.columns)).encode())
        mixed = frame.astype({column: str for column in frame.columns if is_object_dtype(frame[column])})
        told.update(pd.util.hash_pandas_object(mixed, index=False).to_numpy().tobytes())
    return told.hexdigest()


def portable(plan: Plan) -> Plan:
    """Return the plan such that it can be sent: the case's tables and the manifest with it, and none of its files."""
    sent = replace(plan, case=replace(plan.case, tables=dict(plan.case.tables), _scenarios={}))
    sent.__dict__["manifest"] = plan.manifest  # what it would be there too, at the cost of all tables' digest
    return sent
