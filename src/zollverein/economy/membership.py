"""One-line shocks on membership: a union is formed, left, split or merged.

A union here is what it does to trade costs: tariffs between its members are gone and, if it is a customs union, one
tariff holds against outsiders. Barriers other than tariffs come as factors on iceberg costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import permutations

import numpy as np
import pandas as pd

from zollverein.economy.baseline import Baseline
from zollverein.economy.labels import require, tariff_rates
from zollverein.economy.shock import Shock
from zollverein.errors import EconomyError, UnknownNameError

__all__ = ["formation", "leaving", "merger", "splitting"]

Pairs = list[tuple[str, str]]


def formation(
    base: Baseline, members: Sequence[str], *, external: float | str | None = None, iceberg: float = 1.0
) -> Shock:
    """Return the shock of forming a union: no tariffs among its members.

    Parameters
    ----------
    external : tariff rate of all members against outsiders; or ``"mean"``, by sector and outsider the members' mean
        weighted by their imports (a customs union); None: each keeps its own (a free-trade area).
    iceberg : factor on the cost of trade among members, 0.95 being five percent cheaper.

    Raises
    ------
    UnknownNameError, EconomyError : a member that is none, or fewer than two.
    """
    members = _members(members)
    _require(base, members, 2)
    inside = list(permutations(members, 2))
    tariff = _tariff(base, inside, 0.0)
    if external is not None:
        outside = [c for c in base.countries if c not in members]
        tariff = pd.concat([tariff, _external(base, members, outside, external)], ignore_index=True)
    return Shock(tariff=tariff, iceberg=_cost(inside, iceberg))


def leaving(
    base: Baseline, leaver: str, members: Sequence[str], *, tariff: float | pd.DataFrame, iceberg: float = 1.0
) -> Shock:
    """Return the shock of one member's exit: tariffs and costs come up between it and the others, both ways.

    Parameters
    ----------
    tariff : a rate for all; or a frame exporter, importer, sector, rate (most-favoured-nation tariffs, for instance),
        of which the pairs that part are taken.

    Raises
    ------
    UnknownNameError, EconomyError : a country that is none, or no rates for a pair.
    """
    members = _members(members)
    if leaver not in members:
        raise EconomyError(
            f"{leaver} is none of the members {', '.join(members)}, so it cannot leave; name it among them"
        )
    others = [member for member in members if member != leaver]
    _require(base, (leaver, *others), 2)
    pairs = [pair for member in others for pair in ((leaver, member), (member, leaver))]
    return Shock(tariff=_new_tariff(base, pairs, tariff), iceberg=_cost(pairs, iceberg))


def splitting(
    base: Baseline, blocs: Sequence[Sequence[str]], *, tariff: float | pd.DataFrame, iceberg: float = 1.0
) -> Shock:
    """Return the shock of a union that falls apart into blocs: tariffs and costs come up between them.

    Parameters
    ----------
    blocs : two or more groups of countries that stay together. tariff : as in `leaving`.

    Raises
    ------
    UnknownNameError, EconomyError : a country that is none or stands in two blocs, or no rates for a pair.
    """
    pairs = _across(base, blocs, "a union splits into {} bloc; give two or more")
    return Shock(tariff=_new_tariff(base, pairs, tariff), iceberg=_cost(pairs, iceberg))


def merger(base: Baseline, blocs: Sequence[Sequence[str]], *, iceberg: float = 1.0) -> Shock:
    """Return the shock of unions that become one: tariffs between their members go.

    Raises
    ------
    UnknownNameError, EconomyError : a country that is none or stands in two blocs.
    """
    pairs = _across(base, blocs, "{} bloc cannot merge; give two or more")
    return Shock(tariff=_tariff(base, pairs, 0.0), iceberg=_cost(pairs, iceberg))


def _members(names: Iterable[str]) -> list[str]:
    """A group of countries as a list; a string is one name, not a group of letters."""
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise EconomyError(f"the members are {names!r}; give a list of names")
    found = list(names)
    if not found:
        raise EconomyError("a union or bloc of nobody; name its members")
    return found


def _across(base: Baseline, blocs: Sequence[Sequence[str]], too_few: str) -> Pairs:
    """Every pair of countries of different blocs, both ways."""
    groups = [_members(bloc) for bloc in blocs]
    _require(base, [c for group in groups for c in group], 2)
    if len(groups) < 2:
        raise EconomyError(too_few.format(len(groups)))
    return [(a, b) for one, other in permutations(groups, 2) for a in one for b in other]


def _require(base: Baseline, names: Iterable[str], least: int) -> None:
    require("the base", base, Baseline, "the `base` of an Economy")
    given = list(names)
    for name in given:
        if name not in base.countries:
            raise UnknownNameError("country", name, base.countries, "the members of a union")
    twice = next((name for name in given if given.count(name) > 1), None)
    if twice is not None:
        raise EconomyError(f"{twice} stands twice among the members; name each once")
    if len(given) < least:
        raise EconomyError(f"a union of {len(given)} is none; name {least} or more")


def _tariff(base: Baseline, pairs: Pairs, rate: float) -> pd.DataFrame:
    pair = pd.DataFrame(pairs, columns=["exporter", "importer"])
    return pair.merge(pd.DataFrame({"sector": base.sectors}), how="cross").assign(rate=rate)


def _new_tariff(base: Baseline, pairs: Pairs, tariff: float | pd.DataFrame) -> pd.DataFrame:
    if not isinstance(tariff, pd.DataFrame):
        require("the tariff", tariff, (int, float, np.number), "a rate (0.05 is five percent), or a frame of rates")
        return _tariff(base, pairs, float(tariff))
    tariff = tariff.assign(rate=tariff_rates("tariff", tariff)).drop(columns="rate_percent", errors="ignore")
    tariff = tariff.astype({column: str for column in ("exporter", "importer", "sector") if column in tariff})
    wanted = pd.MultiIndex.from_frame(tariff[["exporter", "importer"]]).isin(pairs)
    chosen = tariff[wanted].reset_index(drop=True)
    have = set(zip(chosen["exporter"], chosen["importer"], strict=True))
    missing = next((pair for pair in pairs if pair not in have), None)
    if missing is not None:
        raise EconomyError(
            f"the table of tariffs has no row from {missing[0]} to {missing[1]}; add its rates, or give one for all"
        )
    if "sector" in chosen:
        for (exporter, importer), rows in chosen.groupby(["exporter", "importer"]):
            if lacking := sorted(set(base.sectors) - set(rows["sector"])):
                raise EconomyError(
                    f"the table of tariffs has no rate from {exporter} to {importer} in {lacking[0]}; add it, or leave "
                    f"the column sector out"
                )
    return chosen


def _external(base: Baseline, members: Sequence[str], outside: Sequence[str], external: float | str) -> pd.DataFrame:
    if isinstance(external, str):
        if external != "mean":
            raise EconomyError(f"external is '{external}'; allowed are a rate, 'mean' or None")
        inside = [base.countries.index(c) for c in members]
        beyond = [base.countries.index(c) for c in outside]
        weight = base.flows[:, inside][:, :, beyond]
        rates = base.tau[:, inside][:, :, beyond]
        total = weight.sum(axis=1)
        mean = np.where(total > 0, (weight * rates).sum(axis=1) / np.where(total > 0, total, 1.0), rates.mean(axis=1))
        frames = [
            pd.DataFrame({"sector": s, "exporter": o, "importer": list(members), "rate": float(mean[j, k])})
            for j, s in enumerate(base.sectors)
            for k, o in enumerate(outside)
        ]
        return pd.concat(frames, ignore_index=True)
    if isinstance(external, bool) or not isinstance(external, int | float | np.number):
        raise EconomyError(f"external is {external!r}; allowed are a rate, 'mean' or None")
    table = _tariff(base, [(o, m) for o in outside for m in members], float(external))
    tariff_rates("formation(external=)", table)
    return table


def _cost(pairs: Pairs, factor: float) -> pd.DataFrame | None:
    require("the iceberg factor", factor, (int, float, np.number), "a number, 0.95 for five percent cheaper")
    if factor == 1.0:
        return None
    return pd.DataFrame(pairs, columns=["exporter", "importer"]).assign(factor=float(factor))
