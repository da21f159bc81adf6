"""All the files of a case, byte by byte, and what its descriptor and schemas say of them."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from zollverein.case.package import DESCRIPTOR, LARGEST_BYTES
from zollverein.case.schema import TableSchema, table_schema
from zollverein.case.tokens import TokenTable, tokens_of
from zollverein.errors import CaseError

__all__ = ["Contents", "as_contents", "contents_of", "files_in", "json_like", "require_inside"]

NOT_OF_A_CASE = ("__pycache__", "__MACOSX")


@dataclass(frozen=True)
class Contents:
    """The files of a case that is valid.

    Attributes
    ----------
    files : path inside the case to bytes. descriptor : the parsed datapackage.json.
    resources : table to its entry in the descriptor. schemas : table to what it must be.
    """

    files: Mapping[str, bytes]
    descriptor: Mapping[str, Any]
    resources: Mapping[str, Mapping[str, Any]]
    schemas: Mapping[str, TableSchema]

    def path(self, table: str) -> str:
        """Return the file of a table, inside the case."""
        return str(self.resources[table]["path"])

    def tokens(self, table: str) -> TokenTable:
        """Return a table as it is written."""
        return tokens_of(self.files[self.path(table)])

    def schema_data(self, table: str) -> Any:
        """Return the descriptor of a table's schema, as it is declared."""
        schema = self.resources[table]["schema"]
        return _json(self.files[schema]) if isinstance(schema, str) else schema


def contents_of(place: Path) -> Contents:
    """Return the contents of a valid case, a folder or a zip.

    Raises
    ------
    CaseError : no descriptor or schema that can be read; `zollverein case check` tells why.
    """
    return as_contents(files_in(place), str(place))


def as_contents(files: Mapping[str, bytes], asked: str) -> Contents:
    """Return files as the contents of a case; ``asked`` is what a message calls it."""
    try:
        descriptor = _json(files[DESCRIPTOR])
        resources = {str(resource["name"]): resource for resource in descriptor["resources"]}
        schemas = {}
        for name, resource in resources.items():
            data = resource["schema"]
            schema, faults = table_schema(_json(files[data]) if isinstance(data, str) else data, str(data))
            if schema is None or resource["path"] not in files:
                raise CaseError(f"case '{asked}', table {name}: {faults[0] if faults else 'its file is missing'}")
            schemas[name] = schema
    except (KeyError, TypeError, ValueError) as error:
        raise CaseError(f"case '{asked}' cannot be read as a whole: {error!r}; see: zollverein case check") from error
    return Contents(files, descriptor, resources, schemas)


def files_in(place: Path) -> dict[str, bytes]:
    """Return every file of a case by its path inside it; hidden ones and caches are none of its files.

    Raises
    ------
    CaseError : a zip that cannot be read, or one with a path that leads out of it.
    """
    if place.is_dir():
        found = {file.relative_to(place).as_posix(): file for file in sorted(place.rglob("*")) if file.is_file()}
        return {name: file.read_bytes() for name, file in found.items() if _belongs(name)}
    try:
        with zipfile.ZipFile(place) as archive:
            inside = [entry for entry in archive.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in inside) > LARGEST_BYTES:
                raise CaseError(f"'{place}' unpacks to more than {LARGEST_BYTES:,} bytes; split the case")
            names = [PurePosixPath(entry.filename) for entry in inside]
            roots = [name.parent for name in names if name.name == DESCRIPTOR and _belongs(str(name))]
            base = "" if not roots or str(roots[0]) == "." else f"{roots[0]}/"
            mine = [entry for entry in inside if entry.filename.startswith(base)]
            files = {entry.filename.removeprefix(base): archive.read(entry) for entry in mine}
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError) as error:
        raise CaseError(f"'{place}' cannot be read: {error}; pack it again") from error
    for name in files:
        require_inside(name, str(place))
    return {name: raw for name, raw in sorted(files.items()) if _belongs(name)}


def require_inside(name: str, where: str) -> None:
    """Refuse a path that leads out of the folder that it is written to."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\\" in name or ":" in path.parts[0]:
        raise CaseError(f"'{where}' holds a file '{name}'; allowed: a path inside the case; leave the file out")


def json_like(data: Any, like: bytes) -> bytes:
    """Return data as JSON in the form of another file: its indentation, its letters, its last line."""
    text = like.decode("utf-8-sig")
    indent = re.search(r"\n([ \t]+)\S", text)
    made = json.dumps(data, ensure_ascii=text.isascii() and "\\u" in text, indent=indent[1] if indent else None)
    return (made + "\n" * text.endswith("\n")).encode("utf-8")


def _belongs(name: str) -> bool:
    return not any(part.startswith(".") or part in NOT_OF_A_CASE for part in PurePosixPath(name).parts)


def _json(raw: bytes) -> Any:
    return json.loads(raw.decode("utf-8-sig"))
