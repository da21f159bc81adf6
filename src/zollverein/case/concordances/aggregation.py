"""The reader's own regions and sectors, from a short YAML file: what each is made of, checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zollverein.case.concordances.concordance import Concordance
from zollverein.case.concordances.parts import Axis, read_axis
from zollverein.case.concordances.plain_yaml import Plain, PlainFile, read_plain
from zollverein.errors import InputError, near_matches
from zollverein.given import require

__all__ = ["Aggregation", "aggregation_schema", "read_aggregation"]

SECTIONS = ("regions", "sectors")
SHOWN = 40


@dataclass(frozen=True, eq=False)
class Aggregation:
    """Which regions and sectors of a table become which.

    Attributes
    ----------
    title : what it is for. regions, sectors : concordances from the table's codes, targets in the order of the file.
    region_names, sector_names : what the new codes are called.
    notes : what a reader should know, a sentence each: members of a group that the table does not have.
    """

    title: str
    regions: Concordance
    sectors: Concordance
    region_names: Mapping[str, str]
    sector_names: Mapping[str, str]
    notes: tuple[str, ...] = ()


def read_aggregation(
    path_or_dict: str | Path | Mapping[str, Any], regions: Sequence[str], sectors: Sequence[str]
) -> Aggregation:
    """Read an aggregation file, or a mapping of the same form, for a table with these regions and sectors.

    Each section maps a new code to ``{name, of, without}``; ``of`` is a code, a group of countries (``eu27``,
    ``eu@2015-06-30``), ``rest`` (all that is left, once), a list of these or ``{code: weight}``. A section may also be
    ``keep``, the name of a shipped concordance, or a CSV file beside the YAML file.

    Raises
    ------
    InputError : every fault at once, with the key (and line) where it stands.
    """
    require("an aggregation", path_or_dict, (str, Path, Mapping), "a YAML file or a mapping of the same form")
    if isinstance(path_or_dict, Mapping):
        name, beside = "the aggregation", None
        file = PlainFile(_texts(path_or_dict))
    else:
        path = Path(path_or_dict)
        name, beside = path.name, path.parent
        file = read_plain(path, "aggregation")
    faults = [*file.faults, *_section_faults(file.data, name)]
    axes: dict[str, Axis] = {}
    for section, codes in (("regions", regions), ("sectors", sectors)):
        if section in file.data:
            axis = read_axis(section, file.data[section], tuple(codes), beside)
            axes[section] = axis
            faults += [fault.told(name, file.lines) for fault in axis.faults]
    if faults:
        count = f"{len(faults)} fault{'s' * (len(faults) != 1)}"
        lines = [f"{name} is refused, {count}:", *(f"  {fault}" for fault in faults[:SHOWN])]
        raise InputError("\n".join([*lines, f"  and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else lines))
    title = file.data.get("title", "")
    return Aggregation(
        title if isinstance(title, str) else "",
        axes["regions"].concordance(name),
        axes["sectors"].concordance(name),
        axes["regions"].names,
        axes["sectors"].names,
        (*axes["regions"].notes, *axes["sectors"].notes),
    )


def aggregation_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an aggregation file."""
    code = {"type": ["string", "integer"]}
    weights = {"type": "object", "additionalProperties": {"type": "number", "exclusiveMinimum": 0, "maximum": 1}}
    many = {"type": "array", "minItems": 1, "items": {"anyOf": [code, weights]}}
    entry = {
        "type": "object",
        "additionalProperties": False,
        "required": ["of"],
        "properties": {
            "name": {"type": "string", "description": "what it is called; the code, if left out"},
            "of": {"anyOf": [code, many, weights], "description": "codes of the table, a group of countries, or rest"},
            "without": {"anyOf": [code, {"type": "array", "items": code}], "description": "codes to leave out of 'of'"},
        },
    }
    section = {
        "anyOf": [
            {"type": "string", "description": "keep, a shipped concordance or a CSV file"},
            {"type": "object", "minProperties": 1, "additionalProperties": entry},
        ]
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "zollverein aggregation",
        "type": "object",
        "additionalProperties": False,
        "required": list(SECTIONS),
        "properties": {"title": {"type": "string"}, **dict.fromkeys(SECTIONS, section)},
    }


def _section_faults(data: Mapping[str, Plain], name: str) -> list[str]:
    known = ("title", *SECTIONS)
    faults = []
    for key in data:
        if key not in known:
            near = near_matches(key, known, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"allowed are {', '.join(known)}"
            faults.append(f"{name}, {key}: no such key; {hint}")
    absent = [section for section in SECTIONS if section not in data]
    return faults + [f"{name}, {section}: the key is missing; give its new codes, or 'keep'" for section in absent]


def _texts(given: Any) -> Any:
    """A mapping as a file would hold it: text, lists and mappings."""
    if isinstance(given, Mapping):
        return {str(key): _texts(value) for key, value in given.items()}
    if isinstance(given, list | tuple):
        return [_texts(value) for value in given]
    return "" if given is None else repr(given) if isinstance(given, float) else str(given)
