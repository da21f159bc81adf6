"""From what varies to values: paths resolved against scenario and case, draws by number, and both with them applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from zollverein.case import Case, How, Place, doors, place_of, with_figures
from zollverein.errors import ScenarioError, UnknownNameError
from zollverein.stress.reading import validated
from zollverein.stress.scenario import Scenario
from zollverein.stress.varying import Choice, Vary
from zollverein.threat.streams import uniforms

__all__ = [
    "OF_ECONOMY",
    "OF_LINK",
    "OF_NETWORK",
    "Setting",
    "Target",
    "applied",
    "draws_of",
    "ends_of",
    "resolved",
    "tables_of",
    "target_of",
]

Floats = npt.NDArray[np.float64]
Value = float | int | str
# Quantiles at which an end of a distribution is tried before anything is computed.
ENDS = (1e-3, 1.0 - 1e-3)
# What a draw is answered from: tables of the economy, of the network, of what ties them, and of the union's barriers.
OF_ECONOMY = frozenset((*doors.OF_ECONOMY, *doors.MAY_BE_OF_ECONOMY))
OF_NETWORK = frozenset((*doors.OF_NETWORK, *doors.MAY_BE_OF_NETWORK))
OF_LINK = frozenset({
    "commodities", "crude", "trade", "production", "market_regions", "regions", "fee_shares", "operators", "links",
})  # fmt: skip
READ = OF_ECONOMY | OF_NETWORK | OF_LINK | {"wedges"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a path leads: into the scenario (keys) or into a table of the case (place)."""

    path: str
    keys: tuple[str | int, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """A value for a target, and how it is applied."""

    target: Target
    value: Value
    how: How


def target_of(path: str, scenario: Scenario, case: Case, where: str) -> Target:
    """Resolve a path, or refuse it with what is near.

    Raises
    ------
    UnknownNameError, InputError : nothing is there, or nothing that can be varied.
    """
    root, _, rest = path.partition(".")
    if root == "case":
        place = place_of(case, rest, f"{where}, path '{path}'")
        if place.table not in READ:
            raise ScenarioError(
                f"{where}: the path '{path}' leads into table '{place.table}', which no draw reads, so that varying it "
                f"would change nothing; allowed are {', '.join(sorted(READ & set(case.tables)))}"
            )
        return Target(path, place=place)
    if root != "scenario":
        raise ScenarioError(f"{where}: the path '{path}' must begin with 'case.' or 'scenario.'")
    return Target(path, keys=_keys(_mapping(scenario), rest, f"{where}, path '{path}'"))


def require_open(path: str, where: str, *, drawn: bool) -> None:
    """Refuse paths to what a scenario is called, and to the time that threats are drawn for.

    Raises
    ------
    ScenarioError : what may not be varied.
    """
    keys = path.split(".")
    closed = keys[0] == "scenario" and keys[1] not in ("corridor", "economy")
    fixed = keys[:2] == ["scenario", "corridor"] and keys[2:3] in (["horizon"], ["exporter"])
    if closed or (fixed and drawn):
        raise ScenarioError(
            f"{where}: the path '{path}' leads to what every draw must share; allowed are the keys of "
            f"scenario.corridor (but for horizon and exporter) and of scenario.economy, and tables of the case"
        )


def resolved(scenario: Scenario, case: Case) -> tuple[tuple[Vary, tuple[Target, ...]], ...]:
    """Resolve everything that a scenario varies, and try both ends of every distribution on the scenario itself.

    Raises
    ------
    UnknownNameError, InputError : a path that leads nowhere. ScenarioError : an end that is no scenario.
    """
    found = []
    for k, vary in enumerate(scenario.vary):
        where = f"scenario key vary.{k}"
        for path in vary.paths:
            require_open(path, where, drawn=True)
        targets = tuple(target_of(path, scenario, case, where) for path in vary.paths)
        for value in _ends(vary):
            applied(scenario, case, [Setting(t, value, vary.how) for t in targets if t.place is None], where)
        found.append((vary, targets))
    return tuple(found)


def ends_of(vary: Vary, targets: Sequence[Target]) -> list[list[Setting]]:
    """Return the settings at either end of a distribution."""
    return [[Setting(target, value, vary.how) for target in targets] for value in _ends(vary)]


def _ends(vary: Vary) -> list[Value]:
    law = vary.distribution
    return list(law.values) if isinstance(law, Choice) else vary.drawn(np.array(ENDS))


def applied(
    scenario: Scenario, case: Case, settings: Sequence[Setting], where: str = "a draw"
) -> tuple[Scenario, Case]:
    """Return scenario and case with settings applied, both checked as if they had been written so.

    Raises
    ------
    ScenarioError : the scenario would not be one.
    """
    inside = [setting for setting in settings if setting.target.place is None]
    if inside:
        data = _mapping(scenario)
        for setting in inside:
            _set(data, setting, where)
        try:
            scenario = Scenario.model_validate(data)
        except ValidationError:
            told = ", ".join(f"{s.target.path} = {s.value!r}" for s in inside)
            validated(Scenario, data, {}, f"{where}: the scenario with {told}")
    outside = [(s.target.place, float(s.value), s.how) for s in settings if s.target.place is not None]
    return scenario, with_figures(case, outside) if outside else case


def tables_of(settings: Sequence[Setting]) -> set[str]:
    """Return the tables of the case that settings change."""
    return {setting.target.place.table for setting in settings if setting.target.place is not None}


def _mapping(scenario: Scenario) -> dict[str, Any]:
    """The scenario as plain data, keys that were left out included."""
    return scenario.model_dump(mode="json", by_alias=True)


def _keys(data: Any, path: str, where: str) -> tuple[str | int, ...]:
    keys: list[str | int] = []
    at = data
    for part in path.split("."):
        key = _key(at, part, where)
        at = at[key]
        keys.append(key)
    if isinstance(at, dict | list):
        inside = ", ".join(map(str, at if isinstance(at, dict) else range(len(at)))) or "nothing"
        raise ScenarioError(f"{where} leads to a group and not to a value; go on to one of {inside}")
    return tuple(keys)


def _key(at: Any, part: str, where: str) -> str | int:
    """A key of a mapping, a position of a list, or the name of one of its entries."""
    if isinstance(at, dict):
        if part not in at:
            raise UnknownNameError("key", part, at, where)
        return part
    if isinstance(at, list):
        names = [str(entry.get("name", entry.get("target", ""))) if isinstance(entry, dict) else "" for entry in at]
        if part in names:
            return names.index(part)
        if part.isdecimal() and int(part) < len(at):
            return int(part)
        raise UnknownNameError("entry", part, [n for n in names if n] or list(map(str, range(len(at)))), where)
    raise ScenarioError(f"{where} goes on beyond a value ('{part}'); stop there, or name what the scenario states")


def _set(data: Any, setting: Setting, where: str) -> None:
    *way, last = setting.target.keys
    for key in way:
        data = data[key]
    old = data[last]
    if setting.how == "value":
        data[last] = setting.value
        return
    if not isinstance(old, int | float) or isinstance(old, bool) or isinstance(setting.value, str):
        raise ScenarioError(f"{where}: '{setting.target.path}' is {old!r}, which cannot be changed by {setting.how}")
    data[last] = old * setting.value if setting.how == "factor" else old + setting.value


def draws_of(
    variations: Sequence[tuple[Vary, Sequence[Target]]],
    seeds: Mapping[str, int],
    first: int,
    count: int,
    *,
    antithetic: bool = False,
) -> list[list[Setting]]:
    """Return the settings of every scenario from ``first`` on.

    Parameters
    ----------
    seeds : of each variation by name; a variation's own stream depends on nothing else.
    """
    streams = {
        vary.name: uniforms(f"vary {vary.name}", seeds[vary.name], first, count, antithetic=antithetic)[:, 0]
        for vary, _ in variations
    }
    columns = [vary.drawn(streams[vary.name]) for vary, _ in variations]
    return [
        [
            Setting(target, column[k], vary.how)
            for (vary, targets), column in zip(variations, columns, strict=True)
            for target in targets
        ]
        for k in range(count)
    ]
