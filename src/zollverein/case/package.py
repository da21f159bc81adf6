"""A case as a package of files, from a folder or a zip: what is there, read and checked as a whole."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from zollverein.case.columns import check_columns
from zollverein.case.fault import Fault
from zollverein.case.parsing import Table, parse_table
from zollverein.case.rows import check_rows
from zollverein.case.schema import parse_json, table_schema
from zollverein.errors import CaseError, UnknownNameError

__all__ = ["Package", "bundled_cases", "locate", "read_package"]

DESCRIPTOR = "datapackage.json"
LARGEST_BYTES = 200_000_000
BUNDLED = Path(__file__).parents[1] / "cases"


@dataclass(frozen=True)
class Package:
    """What was read: title, tables and every fault found.

    Attributes
    ----------
    files : path inside the case to bytes, tables and scenarios alike.
    """

    name: str
    title: str
    folder: Path
    tables: Mapping[str, Table]
    scenarios: Mapping[str, Path]
    faults: tuple[Fault, ...]


def bundled_cases() -> dict[str, Path]:
    """Return the cases that ship with the program, by name."""
    return {path.parent.name: path.parent for path in sorted(BUNDLED.glob(f"*/{DESCRIPTOR}"))}


def locate(name_or_path: str | Path) -> Path:
    """Return where a case lies: a bundled name, a folder or a zip.

    Raises
    ------
    UnknownNameError : neither a bundled name nor a place that exists.
    """
    bundled, text = bundled_cases(), str(name_or_path)
    if text in bundled:
        return bundled[text]
    path = Path(name_or_path)
    if path.is_dir() or (path.is_file() and path.suffix == ".zip"):
        return path
    if path.is_file():
        raise CaseError(f"'{path}' is a file; a case is a folder with a {DESCRIPTOR}, or a zip of one")
    raise UnknownNameError("case", text, bundled, "the bundled cases, nor a folder or zip of that path")


def read_package(path: Path) -> Package:
    """Read and check a whole case; faults are collected, never raised one by one."""
    files, faults = _files(path)
    scenarios = {p.stem: p for p in sorted((path / "scenarios").glob("*.yaml"))} if path.is_dir() else {}
    if DESCRIPTOR not in files:
        if not faults:
            allowed = "a Frictionless Data Package"
            faults = [Fault(DESCRIPTOR, None, None, "the file is missing", allowed, "'zollverein case new' makes one")]
        return Package(path.stem, path.stem, path, {}, scenarios, tuple(faults))
    descriptor, found = parse_json(files[DESCRIPTOR], DESCRIPTOR)
    faults += found
    resources = _resources(descriptor, faults)
    tables: dict[str, Table] = {}
    for resource in resources:
        table, found = _read_table(resource, files)
        faults += found
        if table is not None:
            tables[str(resource["name"])] = table
    regions = tables["regions"].frame["region"].dropna() if _has_regions(tables) else ()
    faults += [*check_columns(tables, set(regions)), *check_rows(tables)]
    faults += _unlisted(files, resources)
    if resources and "sources" not in {r["name"] for r in resources}:
        allowed = "a table 'sources' that says where every figure is from"
        faults.append(Fault(DESCRIPTOR, None, None, "no table 'sources'", allowed, "add sources.csv and list it"))
    title = str(descriptor.get("title", path.stem)) if isinstance(descriptor, dict) else path.stem
    name = str(descriptor.get("name", path.stem)) if isinstance(descriptor, dict) else path.stem
    return Package(name, title, path, tables, scenarios, tuple(sorted(set(faults), key=_order)))


def _order(fault: Fault) -> tuple[str, int, str, str]:
    return fault.file, fault.row or 0, fault.column or "", fault.found


def _has_regions(tables: Mapping[str, Table]) -> bool:
    return "regions" in tables and "region" in tables["regions"].schema.names


def _files(path: Path) -> tuple[dict[str, bytes], list[Fault]]:
    if path.is_dir():
        return _folder_files(path)
    try:
        with zipfile.ZipFile(path) as archive:
            inside = [i for i in archive.infolist() if not i.is_dir()]
            if sum(i.file_size for i in inside) > LARGEST_BYTES:
                allowed = f"at most {LARGEST_BYTES:,} bytes unpacked"
                return {}, [Fault(path.name, None, None, "too large", allowed, "split the case")]
            roots = [PurePosixPath(i.filename) for i in inside]
            root = next((p.parent for p in roots if p.name == DESCRIPTOR and p.parts[0] != "__MACOSX"), None)
            base = "" if root is None or str(root) == "." else f"{root}/"
            wanted = [i for i in inside if i.filename.startswith(base)]
            return {i.filename.removeprefix(base): archive.read(i) for i in wanted}, []
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError) as error:
        return {}, [Fault(path.name, None, None, f"not readable: {error}", "a zip of a case", "pack it again")]


def _folder_files(path: Path) -> tuple[dict[str, bytes], list[Fault]]:
    files, faults = {}, []
    for file in sorted(path.rglob("*")):
        name = file.relative_to(path).as_posix()
        if not file.is_file() or file.suffix not in (".json", ".csv"):
            continue
        try:
            files[name] = file.read_bytes()
        except OSError as error:
            faults.append(Fault(name, None, None, f"cannot be read: {error.strerror}", "a readable file", "allow it"))
    return files, faults


def _resources(descriptor: Any, faults: list[Fault]) -> list[dict[str, Any]]:
    resources = descriptor.get("resources") if isinstance(descriptor, dict) else None
    if not isinstance(resources, list) or not resources:
        if not faults:
            found, allowed = "no resources", "a list of resources with name, path and schema"
            faults.append(Fault(DESCRIPTOR, None, None, found, allowed, "list the tables"))
        return []
    good: list[dict[str, Any]] = []
    for k, resource in enumerate(resources):
        lacking = [key for key in ("name", "path", "schema") if not (isinstance(resource, dict) and resource.get(key))]
        if lacking or not isinstance(resource["path"], str):
            found = f"resource {k + 1} lacks {', '.join(lacking) or 'a path as text'}"
            faults.append(Fault(DESCRIPTOR, None, None, found, "name, path and schema", "complete it"))
        elif resource["name"] in [r["name"] for r in good]:
            found = f"two resources are named '{resource['name']}'"
            faults.append(Fault(DESCRIPTOR, None, None, found, "each name once", "rename one"))
        else:
            good.append(resource)
    return good


def _read_table(resource: Mapping[str, Any], files: Mapping[str, bytes]) -> tuple[Table | None, list[Fault]]:
    file, place = str(resource["path"]), resource["schema"]
    data = place
    faults: list[Fault] = []
    if isinstance(place, str):
        if place not in files:
            found = f"the schema of '{resource['name']}' is missing"
            return None, [Fault(place, None, None, found, "a Table Schema", f"add it, or mend {DESCRIPTOR}")]
        data, faults = parse_json(files[place], place)
    if faults:
        return None, faults
    schema, faults = table_schema(data, place if isinstance(place, str) else DESCRIPTOR)
    if schema is None:
        return None, faults
    if file not in files:
        return None, [Fault(file, None, None, "the file is missing", f"a table that {DESCRIPTOR} lists", "add it")]
    return parse_table(files[file], file, schema)


def _unlisted(files: Mapping[str, bytes], resources: list[dict[str, Any]]) -> list[Fault]:
    listed = {str(r["path"]) for r in resources}
    return [
        Fault(name, None, None, f"a table that {DESCRIPTOR} does not list", "listed tables", "list or remove it")
        for name in files
        if name.endswith(".csv") and name not in listed and resources
    ]
