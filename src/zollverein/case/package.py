"""A case as a package of files, from a folder or a zip: what is there, read and checked as a whole."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from zollverein.case.accounts import check_accounts
from zollverein.case.columns import check_cells, check_columns
from zollverein.case.declarations import judge_references
from zollverein.case.fault import Fault
from zollverein.case.parsing import Table, parse_table
from zollverein.case.rows import check_reports, check_rows
from zollverein.case.schema import TableSchema, parse_json, table_schema
from zollverein.case.seal import judge_seal
from zollverein.errors import CaseError, UnknownNameError, near_matches

__all__ = [
    "DESCRIPTOR",
    "Package",
    "ScenarioFile",
    "bundled_cases",
    "locate",
    "read_package",
    "scenarios_of",
    "sweeps_of",
]

ScenarioFile = Path | zipfile.Path

DESCRIPTOR = "datapackage.json"
LARGEST_BYTES = 200_000_000
LONGEST_PATH = 1_000
# Cases judged last, so that whoever opens one again does not wait: a run opens the same case several times.
REMEMBERED = 4
# And their tables: where one is edited, the others need not be read anew.
REMEMBERED_TABLES = 256
BUNDLED = Path(__file__).parents[1] / "cases"


@dataclass(frozen=True)
class Package:
    """What was read: title, tables and every fault found.

    Attributes
    ----------
    scenarios : name to YAML file, on the disk or inside the zip.
    base_year : the year of the economy's tables, if the descriptor states one.
    union : the agreement whose members are the union under test, if the descriptor states one.
    core : members that may stand apart from the rest, if the descriptor names some.
    """

    name: str
    title: str
    folder: Path
    tables: Mapping[str, Table]
    scenarios: Mapping[str, ScenarioFile]
    faults: tuple[Fault, ...]
    base_year: int | None = None
    union: str | None = None
    core: tuple[str, ...] = ()


def bundled_cases() -> dict[str, Path]:
    """Return the cases that ship with the program, by name."""
    return {path.parent.name: path.parent for path in sorted(BUNDLED.glob(f"*/{DESCRIPTOR}"))}


def locate(name_or_path: str | Path) -> Path:
    """Return where a case lies: a bundled name, a folder or a zip.

    Raises
    ------
    UnknownNameError : neither a bundled name nor a place that exists.
    """
    if not isinstance(name_or_path, str | Path) or not str(name_or_path):
        raise CaseError(f"a case is given as {name_or_path!r}; give a bundled name, a folder or a zip")
    bundled, text = bundled_cases(), str(name_or_path)
    if text in bundled:
        return bundled[text]
    path = Path(name_or_path)
    if len(text) > LONGEST_PATH:
        raise CaseError(f"a case's place has {len(text):,} letters; at most {LONGEST_PATH:,} are read")
    if path.is_dir() or (path.is_file() and path.suffix == ".zip"):
        return path
    if path.is_file():
        raise CaseError(f"'{path}' is a file; a case is a folder with a {DESCRIPTOR}, or a zip of one")
    raise UnknownNameError("case", text, bundled, "the bundled cases, nor a folder or zip of that path")


def scenarios_of(name_or_path: str | Path) -> dict[str, ScenarioFile]:
    """Return the scenarios of a case by name, without reading the case.

    Raises
    ------
    UnknownNameError : neither a bundled name nor a place that exists.
    """
    return _yaml_in(locate(name_or_path), "scenarios")


def sweeps_of(name_or_path: str | Path) -> dict[str, ScenarioFile]:
    """Return the sweeps of a case by name, without reading the case.

    Raises
    ------
    UnknownNameError : neither a bundled name nor a place that exists.
    """
    return _yaml_in(locate(name_or_path), "sweeps")


def read_package(path: Path) -> Package:
    """Read and check a whole case; faults are collected, never raised one by one.

    The files are read each time. If all their bytes are as before, so are the tables: nobody may change a frame of one.
    """
    files, faults = _files(path)
    scenarios = _yaml_in(path, "scenarios")
    if DESCRIPTOR not in files:
        if not faults:
            allowed = "a Frictionless Data Package"
            faults = [Fault(DESCRIPTOR, None, None, "the file is missing", allowed, "'zollverein case new' makes one")]
        return Package(path.stem, path.stem, path, {}, scenarios, tuple(faults))
    judged = _judged(_Contents.of(files))
    name, title = judged.name or path.stem, judged.title or path.stem
    found = tuple(sorted({*faults, *judged.faults}, key=_order))
    return replace(judged, name=name, title=title, folder=path, scenarios=scenarios, faults=found)


@dataclass(frozen=True, slots=True)
class _Contents:
    """The files of a case; two are the same if all their bytes are."""

    digest: bytes
    files: Mapping[str, bytes] = field(compare=False, repr=False)

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> _Contents:
        digest = hashlib.sha256()
        for name, raw in sorted(files.items()):
            digest.update(f"{name}\0{len(raw)}\0".encode())
            digest.update(raw)
        return cls(digest.digest(), files)


@lru_cache(maxsize=REMEMBERED)
def _judged(contents: _Contents) -> Package:
    """What files hold, and every fault in them; name and title are empty where the descriptor has none."""
    files, faults = contents.files, list[Fault]()
    descriptor, found = parse_json(files[DESCRIPTOR], DESCRIPTOR)
    faults += found
    resources = _resources(descriptor, faults)
    tables: dict[str, Table] = {}
    fields: dict[str, tuple[str, ...]] = {}
    for resource in resources:
        name = str(resource["name"])
        schema, found = _read_schema(resource, files)
        faults += found
        fields[name] = schema.names if schema is not None else ()
        if schema is not None:
            table, told = _read_table(str(resource["path"]), schema, files)
            faults += [*told, *judge_seal(resource, files.get(str(resource["path"])))]
            if table is not None:
                tables[name] = table
    for resource in resources:
        if (table := tables.get(str(resource["name"]))) is not None:
            faults += judge_references(table.schema, _schema_file(resource), fields)
    regions = tables["regions"].frame["region"].dropna() if _has_regions(tables) else ()
    union = _union(descriptor, tables, faults)
    members = _members(union, tables)
    core = _core(descriptor, members, faults)
    faults += [*check_columns(tables, set(regions), members), *check_reports(tables), *check_accounts(tables)]
    faults += _unlisted(files, resources)
    if resources and "sources" not in {r["name"] for r in resources}:
        allowed = "a table 'sources' that says where every figure is from"
        faults.append(Fault(DESCRIPTOR, None, None, "no table 'sources'", allowed, "add sources.csv and list it"))
    title, name = (str(descriptor.get(k, "")) if isinstance(descriptor, dict) else "" for k in ("title", "name"))
    year = _base_year(descriptor, faults)
    return Package(name, title, Path(), tables, {}, tuple(faults), year, union, core)


def _base_year(descriptor: Any, faults: list[Fault]) -> int | None:
    """The year of the economy's tables, which no table states: a year between 1900 and 2100, or nothing."""
    year = descriptor.get("base_year") if isinstance(descriptor, dict) else None
    if year is None:
        return None
    if isinstance(year, bool) or not isinstance(year, int) or not 1900 <= year <= 2100:
        faults.append(Fault(DESCRIPTOR, None, None, f"base_year {year!r}", "a year such as 2021", "mend or remove it"))
        return None
    return year


def _union(descriptor: Any, tables: Mapping[str, Table], faults: list[Fault]) -> str | None:
    """The agreement that makes the union: one of the table of agreements, or nothing."""
    union = descriptor.get("union") if isinstance(descriptor, dict) else None
    if union is None:
        return None
    known = set(tables["agreements"].frame["agreement"].dropna()) if "agreements" in tables else set()
    if not isinstance(union, str) or union not in known:
        near = near_matches(str(union), known)
        mend = f"did you mean '{near[0]}'?" if near else "mend or remove it"
        faults.append(Fault(DESCRIPTOR, None, None, f"union {union!r}", "an agreement of the table agreements", mend))
        return None
    return str(union)


def _core(descriptor: Any, members: set[str] | None, faults: list[Fault]) -> tuple[str, ...]:
    """The members that may stand apart: two or more of the union's, or nothing."""
    core = descriptor.get("union_core") if isinstance(descriptor, dict) else None
    if core is None:
        return ()
    allowed = f"a list of two or more of {', '.join(sorted(members or ()))}"
    texts = [part for part in core if isinstance(part, str)] if isinstance(core, list) else []
    if len(texts) < 2 or len(texts) != len(core) or not set(texts) <= (members or set()):
        faults.append(Fault(DESCRIPTOR, None, None, f"union_core {core!r}", allowed, "mend or remove it"))
        return ()
    return tuple(texts)


def _members(union: str | None, tables: Mapping[str, Table]) -> set[str] | None:
    """All that ever were members of the union; None where the case does not say."""
    table = tables.get("memberships")
    if union is None or table is None or table.bad & {"agreement", "country", "status"}:
        return None
    rows = table.frame
    return set(rows.loc[(rows["agreement"] == union) & (rows["status"] == "member"), "country"].dropna().astype(str))


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
            base = _base(archive)
            wanted = [i for i in inside if i.filename.startswith(base)]
            return {i.filename.removeprefix(base): archive.read(i) for i in wanted}, []
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError) as error:
        return {}, [Fault(path.name, None, None, f"not readable: {error}", "a zip of a case", "pack it again")]


def _base(archive: zipfile.ZipFile) -> str:
    """The folder of a zip in which the case lies, with its slash."""
    inside = [PurePosixPath(name) for name in archive.namelist()]
    root = next((p.parent for p in inside if p.name == DESCRIPTOR and p.parts[0] != "__MACOSX"), None)
    return "" if root is None or str(root) == "." else f"{root}/"


def _yaml_in(path: Path, name: str) -> dict[str, ScenarioFile]:
    """The YAML files of one of a case's folders, by name."""
    if path.is_dir():
        return {file.stem: file for file in sorted((path / name).glob("*.yaml"))}
    try:
        with zipfile.ZipFile(path) as archive:
            folder = zipfile.Path(path, f"{_base(archive)}{name}/")
        files = sorted(folder.iterdir(), key=str) if folder.is_dir() else []
    except (zipfile.BadZipFile, OSError):
        return {}  # told as a fault where the tables are read
    return {file.stem: file for file in files if file.suffix == ".yaml"}


def _folder_files(path: Path) -> tuple[dict[str, bytes], list[Fault]]:
    files, faults = {}, []
    if not (path / DESCRIPTOR).exists():
        return {}, []
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
        texts = [key for key in ("name", "path") if not lacking and not isinstance(resource[key], str)]
        if lacking or texts:
            found = f"resource {k + 1} lacks {', '.join(lacking) or ' and '.join(texts) + ' as text'}"
            faults.append(Fault(DESCRIPTOR, None, None, found, "name, path and schema", "complete it"))
        elif resource["name"] in [r["name"] for r in good]:
            found = f"two resources are named '{resource['name']}'"
            faults.append(Fault(DESCRIPTOR, None, None, found, "each name once", "rename one"))
        else:
            good.append(resource)
    return good


def _schema_file(resource: Mapping[str, Any]) -> str:
    return resource["schema"] if isinstance(resource["schema"], str) else DESCRIPTOR


def _read_schema(resource: Mapping[str, Any], files: Mapping[str, bytes]) -> tuple[TableSchema | None, list[Fault]]:
    data, file = resource["schema"], _schema_file(resource)
    if isinstance(data, str):
        if file not in files:
            found = f"the schema of '{resource['name']}' is missing"
            return None, [Fault(file, None, None, found, "a Table Schema", f"add it, or mend {DESCRIPTOR}")]
        data, faults = parse_json(files[file], file)
        if faults:
            return None, faults
    return table_schema(data, file)


def _read_table(file: str, schema: TableSchema, files: Mapping[str, bytes]) -> tuple[Table | None, tuple[Fault, ...]]:
    if file not in files:
        return None, (Fault(file, None, None, "the file is missing", f"a table that {DESCRIPTOR} lists", "add it"),)
    told = hashlib.sha256(f"{file}\0{schema!r}\0".encode() + files[file])
    return _parsed(_Unparsed(told.digest(), files[file], file, schema))


@dataclass(frozen=True, slots=True)
class _Unparsed:
    """A table's bytes and what they must be; two are the same if all of it is."""

    digest: bytes
    raw: bytes = field(compare=False, repr=False)
    file: str = field(compare=False)
    schema: TableSchema = field(compare=False, repr=False)


@lru_cache(maxsize=REMEMBERED_TABLES)
def _parsed(unparsed: _Unparsed) -> tuple[Table | None, tuple[Fault, ...]]:
    """A table and every fault that it shows by itself, whatever else the case holds."""
    table, faults = parse_table(unparsed.raw, unparsed.file, unparsed.schema)
    own = () if table is None else (*check_cells(table), *check_rows(table))
    return table, (*faults, *own)


def _unlisted(files: Mapping[str, bytes], resources: list[dict[str, Any]]) -> list[Fault]:
    listed = {str(r["path"]) for r in resources}
    return [
        Fault(name, None, None, f"a table that {DESCRIPTOR} does not list", "listed tables", "list or remove it")
        for name in files
        if name.endswith(".csv") and name not in listed and resources
    ]
