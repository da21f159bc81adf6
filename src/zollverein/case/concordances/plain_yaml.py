"""A short YAML file as mappings, lists and text, with the line of each; codes stay text (``01``, ``NO``)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import yaml

from zollverein.errors import InputError

__all__ = ["Keys", "Plain", "PlainFile", "read_plain"]

Keys: TypeAlias = tuple[str | int, ...]
Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"
LARGEST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class PlainFile:
    """What a file holds.

    Attributes
    ----------
    data : its mapping. lines : the line of every key. faults : keys that stand twice, a sentence each.
    """

    data: dict[str, Plain]
    lines: dict[Keys, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class _TextLoader(yaml.BaseLoader):
    """YAML's mappings, lists and text; no aliases, of which a few lines could unfold to gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not allowed", problem_mark=self.get_mark())
        return super().compose_node(parent, index)


def read_plain(path: Path, noun: str) -> PlainFile:
    """Return what a YAML file holds.

    Raises
    ------
    InputError : a file that cannot be read, is not UTF-8 or no plain YAML mapping.
    """
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST_BYTES:
            raise InputError(f"{path.name} has {len(raw):,} bytes; an {noun} has at most {LARGEST_BYTES:,}")
        node = _TextLoader(raw.decode("utf-8-sig")).get_single_node()
        found = PlainFile({})
        data = _plain(node, (), path.name, found) if node is not None else ""
    except OSError as error:
        raise InputError(f"'{path}' cannot be read: {error.strerror}; check the path") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InputError(f"{path.name}{where}: {problem}; it must be plain YAML") from error
    except RecursionError:
        raise InputError(f"{path.name} is nested too deeply; an {noun} has a few levels") from None
    if not isinstance(data, dict):
        raise InputError(
            f"{path.name} holds {'a list' if isinstance(data, list) else 'no keys'}; an {noun} is a mapping"
        )
    found.data.update(data)
    return found


def _plain(node: yaml.Node, keys: Keys, file: str, found: PlainFile) -> Plain:
    if isinstance(node, yaml.MappingNode):
        out: dict[str, Plain] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key is a list or a mapping", problem_mark=key.start_mark)
            name, line = str(key.value), key.start_mark.line + 1
            if name in out:
                where = ".".join(map(str, (*keys, name)))
                found.faults.append(f"{file}, line {line}, {where}: the key stands twice; keep one")
                continue
            found.lines[*keys, name] = line
            out[name] = _plain(value, (*keys, name), file, found)
        return out
    found.lines.setdefault(keys, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value, (*keys, k), file, found) for k, value in enumerate(node.value)]
    return str(node.value).strip()
