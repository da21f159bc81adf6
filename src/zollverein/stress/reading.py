"""From a scenario's file or mapping to a checked `Scenario`; every fault is told with its key and line."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import BaseModel, ValidationError

from zollverein.case import ScenarioFile
from zollverein.errors import ScenarioError, UnknownNameError, near_matches
from zollverein.stress.scenario import Scenario

__all__ = ["merged", "read_scenario", "read_yaml", "scenario_of", "scenario_schema", "validated"]

LARGEST_BYTES = 1_000_000
BRANCHES = frozenset({"function-after", "uniform", "triangular", "normal", "lognormal", "choice"})
# What pydantic says in Python's words.
WORDS = {
    "tuple_type": "give a list in square brackets, even of one",
    "model_type": "give keys with their values, indented below it, or leave it out",
    "model_attributes_type": "give keys with their values, indented below it, or leave it out",
    "dict_type": "give keys with their values, indented below it",
    "string_type": "give a text; in quotation marks if it looks like a number or a day",
    "float_type": "give a number, with a decimal point and no quotation marks",
    "int_type": "give a whole number, without quotation marks",
    "bool_type": "give true or false",
}
Keys = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


def read_scenario(name_or_path: str | Path, bundled: Mapping[str, ScenarioFile]) -> Scenario:
    """Read a scenario by the name that a case gives it, or from a YAML file.

    Parameters
    ----------
    bundled : the scenarios of the case, name to file; ``extends`` is looked up there and beside the file.

    Raises
    ------
    UnknownNameError : neither a name nor a file, with near matches.
    ScenarioError : every fault of the file at once, each with its line and key.
    """
    path = _find(str(name_or_path), bundled, None)
    data, lines = _with_parents(path, bundled, ())
    return validated(Scenario, data, lines, str(path.name))


def scenario_of(data: Mapping[str, Any], bundled: Mapping[str, ScenarioFile]) -> Scenario:
    """Check a mapping as `read_scenario` checks a file; ``extends`` may name a scenario of the case."""
    whole = dict(data)
    lines: dict[Keys, str] = {}
    if isinstance(parent := whole.get("extends"), str):
        base, lines = _with_parents(_find(parent, bundled, None, "key 'extends'"), bundled, ())
        whole = merged(_varied(base, whole), whole)
    return validated(Scenario, whole, lines, "the mapping")


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario file."""
    schema = Scenario.model_json_schema(by_alias=True)
    # A file that extends another may leave out what it takes over.
    schema["if"] = {"required": ["extends"]}
    schema["then"] = {"required": ["name"]}
    schema["else"] = {"required": schema.pop("required")}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "zollverein scenario", **schema}


def _find(name: str, bundled: Mapping[str, ScenarioFile], beside: ScenarioFile | None, where: str = "") -> ScenarioFile:
    if name in bundled:
        return bundled[name]
    for path in ([beside / name] if beside else []) + [Path(name)]:
        if path.suffix in (".yaml", ".yml") and path.is_file():
            return path
    if name.endswith((".yaml", ".yml")):
        raise ScenarioError(f"no scenario file '{name}'; give a file that exists, or one of {', '.join(bundled)}")
    raise UnknownNameError("scenario", name, bundled, where)


def _with_parents(
    path: ScenarioFile, bundled: Mapping[str, ScenarioFile], seen: tuple[str, ...]
) -> tuple[dict[str, Any], dict[Keys, str]]:
    place = os.path.realpath(str(path))
    if place in seen:
        chain = " extends ".join(Path(p).name for p in (*seen, place))
        raise ScenarioError(f"scenarios extend each other in a circle: {chain}; break it")
    data, lines = read_yaml(path)
    parent = data.get("extends")
    if not isinstance(parent, str):
        return data, lines
    base, base_lines = _with_parents(
        _find(parent, bundled, cast("ScenarioFile", path.parent), lines[("extends",)]), bundled, (*seen, place)
    )
    return merged(_varied(base, data), data), {**base_lines, **lines}


def _varied(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A title taken over says that something has changed; one that is given replaces it."""
    return {**base, "title": f"{base.get('title')}, varied as '{over.get('name')}'"} if "name" in over else dict(base)


def merged(base: Mapping[str, Any], over: Mapping[str, Any], *, lists_grow: bool = False) -> dict[str, Any]:
    """Lay one mapping over another: mappings merge key by key, lists grow if asked, anything else replaces."""
    out = dict(base)
    for key, value in over.items():
        old = out.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            out[key] = merged(old, value, lists_grow=lists_grow)
        elif lists_grow and isinstance(old, list) and isinstance(value, list):
            out[key] = [*old, *value]
        else:
            out[key] = value
    return out


class _PlainLoader(yaml.SafeLoader):
    """YAML's plain data only: no aliases (a few lines could unfold to gigabytes), no key twice."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_mark()
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not allowed", problem_mark=mark)
        return super().compose_node(parent, index)


# Dates stay text here, so that an impossible one is told together with every other fault.
_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: ScenarioFile, noun: str = "scenario") -> tuple[dict[str, Any], dict[Keys, str]]:
    """Return the mapping that a YAML file holds, and for every key the file and line where it stands.

    Raises
    ------
    ScenarioError : a file that cannot be read, or is more than plain YAML.
    """
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST_BYTES:
            raise ScenarioError(f"{path.name} has {len(raw):,} bytes; a {noun} has at most {LARGEST_BYTES:,}")
        loader = _PlainLoader(raw.decode("utf-8"))
        node = loader.get_single_node()
        lines: dict[Keys, str] = {}
        if node is not None:
            _note_lines(node, (), path.name, lines)
        data = loader.construct_document(node) if node is not None else None
    except (TypeError, KeyError, IndexError, AttributeError) as error:
        # PyYAML's own answers to a tag whose text it cannot make sense of, and to a key that is no plain value.
        raise ScenarioError(
            f"{path.name}: a key or a tagged value that is not plain ({error}); write plain YAML"
        ) from error
    except OSError as error:
        raise ScenarioError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path.name} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ScenarioError(f"{path.name}{where}: {problem}; it must be plain YAML") from error
    except RecursionError:
        raise ScenarioError(f"{path.name} is nested too deeply; a {noun} has a few levels") from None
    if not isinstance(data, dict):
        kind = "nothing" if data is None else f"a {type(data).__name__}"
        raise ScenarioError(f"{path.name} holds {kind}; a {noun} is a mapping with name, title and question")
    return data, lines


def _note_lines(node: yaml.Node, keys: Keys, file: str, lines: dict[Keys, str]) -> None:
    lines[keys] = f"{file}, line {node.start_mark.line + 1}"
    if isinstance(node, yaml.MappingNode):
        known: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key is a list or a mapping", problem_mark=key.start_mark)
            if key.value in known:
                raise yaml.MarkedYAMLError(problem=f"key '{key.value}' stands twice", problem_mark=key.start_mark)
            known.add(key.value)
            _note_lines(value, (*keys, key.value), file, lines)
            lines[(*keys, key.value)] = f"{file}, line {key.start_mark.line + 1}"
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            _note_lines(value, (*keys, position), file, lines)


def validated(
    model: type[Model], data: Mapping[str, Any], lines: Mapping[Keys, str], where: str, noun: str = "scenario"
) -> Model:
    """Check a mapping against a model.

    Raises
    ------
    ScenarioError : every fault at once, each with its line and key.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = [_fault(model, dict(e), lines, where, noun) for e in error.errors(include_url=False)]
        head = f"{where} is not a {noun}; {len(faults)} fault{'s' * (len(faults) > 1)}:"
        raise ScenarioError("\n  ".join([head, *faults])) from None


def _fault(model: type[BaseModel], error: dict[str, Any], lines: Mapping[Keys, str], where: str, noun: str) -> str:
    keys: Keys = tuple(k for n, k in enumerate(error["loc"]) if n == 0 or not _is_branch(k))
    known = next((lines[keys[:n]] for n in range(len(keys), -1, -1) if keys[:n] in lines), where)
    name = ".".join(map(str, keys)) or f"the {noun}"
    if error["type"] == "extra_forbidden":
        allowed = _allowed_keys(model, keys[:-1])
        near = near_matches(str(keys[-1]), allowed)
        hint = f"did you mean '{near[0]}'?" if near else f"allowed are {', '.join(allowed)}"
        return f"{known}: key '{name}' is not known; {hint}"
    if error["type"] == "missing":
        return f"{known}: key '{name}' is missing"
    given = error.get("input")
    message = WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    if error["type"] == "too_short":
        message = f"give at least {error['ctx']['min_length']}"
    if error["type"] == "invalid_key" and isinstance(given, int):
        keys, message = keys[:-1], f"a key {given}, as after a decimal comma; write a number with a point, such as 0.15"
        name, given = ".".join(map(str, keys)), None
    if error["type"] == "literal_error" and isinstance(given, str):
        expected = [word.strip(" '") for word in error["ctx"]["expected"].replace(" or ", ", ").split(",")]
        close = difflib.get_close_matches(given, expected, n=1)
        message += f"; did you mean '{close[0]}'?" if close else ""
    shown = f" is {given!r}" if isinstance(given, str | int | float) else ""
    return f"{known}: {name}{shown}: {message[0].lower() + message[1:]}"


def _is_branch(key: str | int) -> bool:
    """Pydantic names the branch of a union in a location; a reader wrote no such key."""
    return isinstance(key, str) and (key.startswith(("tuple[", "literal[")) or key in BRANCHES)


def _allowed_keys(top: type[BaseModel], keys: Keys) -> list[str]:
    model: type[BaseModel] | None = top
    for key in keys:
        if isinstance(key, int) or model is None:
            continue
        field = next((f for n, f in model.model_fields.items() if (f.alias or n) == key), None)
        model = _model_in(field.annotation) if field else None
    return [f.alias or n for n, f in model.model_fields.items()] if model else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        if (model := _model_in(part)) is not None:
            return model
    return None
