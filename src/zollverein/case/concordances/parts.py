"""One section of an aggregation file: new codes, what each is made of, and what is wrong with that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from zollverein.case.concordances.concordance import Concordance, identity
from zollverein.case.concordances.groups import AT, country_groups, group_members
from zollverein.case.concordances.judging import ADDS_TO_ONE_WITHIN, listed
from zollverein.case.concordances.plain_yaml import Keys, Plain
from zollverein.case.concordances.shipped import open_concordance, titles
from zollverein.case.data.country_names import named_countries
from zollverein.errors import InputError, near_matches

__all__ = ["Axis", "KeyFault", "read_axis"]

REST, KEEP = "rest", "keep"
ENTRY_KEYS = ("name", "of", "without")
CODE = re.compile(r"[\w.+-]+")


@dataclass(frozen=True, slots=True)
class KeyFault:
    """What is wrong at a key of the file."""

    keys: Keys
    said: str

    def told(self, file: str, lines: Mapping[Keys, int]) -> str:
        """Return the fault with its file, its line if known and its key."""
        near = next((lines[self.keys[:n]] for n in range(len(self.keys), 0, -1) if self.keys[:n] in lines), None)
        key = "".join(f"[{k}]" if isinstance(k, int) else f".{k}" for k in self.keys).lstrip(".")
        return f"{file}{f', line {near}' if near is not None else ''}, {key}: {self.said}"


@dataclass(frozen=True, slots=True)
class Part:
    """A code of the table in a new one: whole (weight None) or a share of it; where it was said."""

    target: str
    code: str
    weight: float | None
    keys: Keys


@dataclass(frozen=True)
class Axis:
    """A section as read: its parts, names and faults.

    Attributes
    ----------
    section : regions or sectors. codes : of the table. parts : in the order of the file. names : of the new codes.
    whole : the concordance, where the section names one. faults, notes : as found.
    """

    section: str
    codes: tuple[str, ...]
    parts: list[Part] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    whole: Concordance | None = None
    faults: list[KeyFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def concordance(self, file: str) -> Concordance:
        """Return the section as a concordance; it must be without faults."""
        if self.whole is not None:
            return self.whole
        rows = [
            (p.code, p.target, p.weight or 1.0, "assumed" if (p.weight or 1.0) < 1.0 else "reported")
            for p in self.parts
        ]
        frame = pd.DataFrame(rows, columns=["source", "target", "weight", "confidence"])
        title = f"the {self.section} of {file}"
        return Concordance(title, title, f"{self.section} of the table", title, frame)


def read_axis(section: str, given: Plain, codes: tuple[str, ...], beside: Path | None) -> Axis:
    """Read a section for a table with these codes; faults are collected, never raised.

    Parameters
    ----------
    beside : folder in which a CSV file that the section names is looked for.
    """
    axis = Axis(section, codes)
    if isinstance(given, str):
        return _named(axis, given, beside)
    if not isinstance(given, dict) or not given:
        axis.faults.append(KeyFault((section,), "no new codes; give {code: {name, of}}, or 'keep'"))
        return axis
    rests: list[str] = []
    for target, entry in given.items():
        _read_entry(axis, target, entry, rests)
    for target in rests[1:]:
        said = f"a second rest, after {section}.{rests[0]}; there can be one"
        axis.faults.append(KeyFault((section, target, "of"), said))
    _judge_uses(axis, rests[0] if rests else None, tuple(given))
    return axis


def _named(axis: Axis, given: str, beside: Path | None) -> Axis:
    """A section that is one word: keep, a shipped concordance or a file of one."""
    if given == KEEP:
        names = {code: _called(axis.section, code) for code in axis.codes}
        return Axis(axis.section, axis.codes, names=names, whole=identity(axis.codes, axis.section))
    try:
        path = (beside or Path()) / given if given.lower().endswith(".csv") else given
        found = open_concordance(path)
        targets, _ = found.weights(axis.codes)
    except InputError as error:
        axis.faults.append(KeyFault((axis.section,), str(error)))
        return axis
    try:
        called = titles(found.target_classification)
    except InputError:  # titles do not ship for every classification: codes then stand for themselves
        called = {}
    names = {target: called.get(target, target) for target in targets}
    return Axis(axis.section, axis.codes, names=names, whole=found)


def _called(section: str, code: str) -> str:
    """The name of a code that was given none: of the country, else the code itself."""
    return named_countries().get(code, (code,))[0] if section == "regions" else code


def _read_entry(axis: Axis, target: str, entry: Plain, rests: list[str]) -> None:
    keys: Keys = (axis.section, target)
    if not CODE.fullmatch(target):
        axis.faults.append(KeyFault(keys, "a code has letters, digits and _ . + - only; put words into 'name'"))
    if not isinstance(entry, dict):
        axis.faults.append(KeyFault(keys, "no mapping; write {name: ..., of: ...}"))
        return
    for key in entry:
        if key not in ENTRY_KEYS:
            near = near_matches(key, ENTRY_KEYS, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"allowed are {', '.join(ENTRY_KEYS)}"
            axis.faults.append(KeyFault((*keys, key), f"no such key; {hint}"))
    name = entry.get("name", "")
    if not isinstance(name, str):
        axis.faults.append(KeyFault((*keys, "name"), "no text; write what it is called"))
    axis.names[target] = name if isinstance(name, str) and name else _called(axis.section, target)
    if entry.get("of", "") in ("", [], {}):
        axis.faults.append(KeyFault(keys, "'of' is missing or empty; list the codes that it is made of"))
        return
    if entry["of"] == REST:
        rests.append(target)
        if "without" in entry:
            axis.faults.append(KeyFault((*keys, "without"), "a rest has no exceptions; drop the key"))
        return
    out = {part.code for part in _members(axis, target, entry.get("without", []), (*keys, "without"))}
    parts = list(_members(axis, target, entry["of"], (*keys, "of")))
    if absent := sorted(out - {part.code for part in parts}):
        axis.faults.append(KeyFault((*keys, "without"), f"{listed(absent)} is not in 'of' anyway; drop it"))
    kept = [part for part in parts if part.code not in out]
    if parts and not kept:
        axis.faults.append(KeyFault(keys, "nothing is left of it; list codes that are not in 'without'"))
    axis.parts.extend(kept)


def _members(axis: Axis, target: str, of: Plain, keys: Keys) -> Iterator[Part]:
    """The codes of the table that ``of`` names, a group's members one by one."""
    if isinstance(of, list):
        for k, item in enumerate(of):
            if isinstance(item, list):
                axis.faults.append(KeyFault((*keys, k), "a list within a list; write one list"))
            else:
                yield from _members(axis, target, item, (*keys, k))
    elif isinstance(of, dict):
        for code, weight in of.items():
            share = _share(axis, weight, (*keys, code))
            if _known(axis, code, (*keys, code)) and share is not None:
                yield Part(target, code, share, (*keys, code))
    elif of in axis.codes:
        yield Part(target, of, None, keys)
    elif of == REST:
        axis.faults.append(KeyFault(keys, "rest stands alone: 'of: rest'; it already holds all that is left"))
    elif axis.section == "regions" and of.partition(AT)[0] in country_groups():
        yield from _of_group(axis, target, of, keys)
    else:
        _known(axis, of, keys)


def _of_group(axis: Axis, target: str, name: str, keys: Keys) -> Iterator[Part]:
    try:
        members = group_members(name)
    except InputError as error:
        axis.faults.append(KeyFault(keys, str(error)))
        return
    there = [code for code in members if code in axis.codes]
    absent = [code for code in members if code not in axis.codes]
    if not there:
        axis.faults.append(KeyFault(keys, f"the table has none of the group '{name}' ({listed(absent)}); drop it"))
    elif absent:
        axis.notes.append(f"{target}: the table does not have {listed(absent)} of the group '{name}' by themselves")
    yield from (Part(target, code, None, keys) for code in there)


def _known(axis: Axis, code: str, keys: Keys) -> bool:
    if code in axis.codes:
        return True
    # Names of groups are small letters, codes of regions are not: one is not taken for the other.
    groups = tuple(country_groups()) if axis.section == "regions" and code.islower() else ()
    near = near_matches(code, (*axis.codes, *groups), 2)
    hint = "did you mean " + " or ".join(f"'{n}'" for n in near) + "?" if near else f"it has {listed(axis.codes)}"
    axis.faults.append(KeyFault(keys, f"the table has no {axis.section[:-1]} '{code}'; {hint}"))
    return False


def _share(axis: Axis, given: Plain, keys: Keys) -> float | None:
    try:
        share = float(given) if isinstance(given, str) else np.nan
    except ValueError:
        share = np.nan
    if not 0 < share <= 1:
        axis.faults.append(KeyFault(keys, f"weight {given!r}; allowed is a number above 0 and up to 1"))
        return None
    return share


def _judge_uses(axis: Axis, rest: str | None, order: Sequence[str]) -> None:
    """Every code once, or in parts that add to one; what is left goes to the rest, or is a fault."""
    uses: dict[str, list[Part]] = {}
    for part in axis.parts:
        uses.setdefault(part.code, []).append(part)
    for code, parts in uses.items():
        whole = [part for part in parts if part.weight is None]
        if whole and len(parts) > 1:
            other = next(part for part in parts if part is not parts[-1])
            mend = f"keep one, or part it by weights ({{{code}: 0.5}})"
            said = f"{code} stands in {axis.section}.{other.target} already; {mend}"
            axis.faults.append(KeyFault(parts[-1].keys, said))
        elif twice := [p for k, p in enumerate(parts) if p.target in {q.target for q in parts[:k]}]:
            axis.faults.append(KeyFault(twice[0].keys, f"{code} stands in {twice[0].target} twice; add its weights up"))
        elif not whole and abs(total := sum(part.weight or 0.0 for part in parts) - 1.0) > ADDS_TO_ONE_WITHIN:
            told = ", ".join(f"{part.target} {part.weight:g}" for part in parts)
            axis.faults.append(KeyFault(parts[0].keys, f"weights of {code} add to {1 + total:.12g} ({told}), not to 1"))
    left = [code for code in axis.codes if code not in uses]
    if rest is not None and not left:
        axis.faults.append(KeyFault((axis.section, rest, "of"), "nothing is left for a rest; drop it"))
    elif rest is not None:
        axis.parts.extend(Part(rest, code, None, (axis.section, rest, "of")) for code in left)
        axis.parts.sort(key=lambda part: order.index(part.target))
    elif left and not axis.faults:
        said = f"{listed(left)} of the table in no new code; put them somewhere, or add one with 'of: rest'"
        axis.faults.append(KeyFault((axis.section,), said))
