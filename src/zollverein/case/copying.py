"""A case of one's own, begun as a copy of a bundled one, or of some rooms of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path, PurePosixPath

from zollverein.case.case import check_case
from zollverein.case.contents import Contents, as_contents, contents_of
from zollverein.case.doors import OF_ECONOMY
from zollverein.case.fault import refuse
from zollverein.case.leaving_out import Less, leave_out, named_in
from zollverein.case.package import DESCRIPTOR, bundled_cases, read_package
from zollverein.case.writing import whole_folder, write_files
from zollverein.errors import UnknownNameError

__all__ = ["Judge", "as_a_name", "copy_case", "remove_unfit", "rooms_of", "tables_of"]

# What every room needs: where figures come from, and the codes of the case's own regions.
ALWAYS = ("sources", "regions")
RUNS = ("scenarios", "sweeps")
# Given a folder, which of its files (scenarios, sweeps) do not hold on the case in it, each with the reason.
Judge = Callable[[Path], Mapping[str, str]]


def copy_case(
    name: str,
    folder: str | Path,
    *,
    rooms: Collection[str] | None = None,
    called: str | None = None,
    title: str | None = None,
    judge: Judge | None = None,
) -> Path:
    """Copy a bundled case into a folder that does not exist or is empty, whole or not at all.

    Parameters
    ----------
    rooms : folders of the template to take (``economy``, ``corridor``, ``union``), or single tables; absent: all of
        it. Sources that nothing names any more stay behind, and schemas lose their references to what does.
    called : its name; absent: the folder's. title : its title; absent: the template's.
    judge : which scenarios and sweeps do not hold on fewer rooms; they stay behind. Absent: all are taken.

    Raises
    ------
    UnknownNameError : no bundled case or room of that name, with near matches.
    CaseError : the rooms are no valid case by themselves, with what breaks.
    OutputError : the folder holds something, or cannot be made.
    """
    bundled, target = bundled_cases(), Path(folder)
    if name not in bundled:
        raise UnknownNameError("case", name, bundled, "the bundled cases")
    contents = contents_of(bundled[name])
    files = dict(contents.files) if rooms is None else _some_rooms(contents, bundled[name], rooms)
    files[DESCRIPTOR] = _named(files[DESCRIPTOR], name, as_a_name(called or target.name) or f"my-{name}", title)
    with whole_folder(target) as made:
        write_files(files, made)
        if rooms is not None:
            if faults := check_case(made):
                raise refuse(target.name, faults)
            remove_unfit(made, judge)
    return target


def remove_unfit(folder: Path, judge: Judge | None) -> dict[str, str]:
    """Remove the scenarios and sweeps of a folder that do not hold, until the rest do; return the reasons by file.

    Each of them runs an economy; without one none holds, and the judge need not be asked.
    """
    if judge is None:
        return {}
    tables = read_package(folder).tables
    if lacking := [table for table in OF_ECONOMY if table not in tables]:
        why = f"it runs on an economy, and there is no table {', '.join(lacking)}"
        unfit = {
            f"{path.parent.name}/{path.name}": why for room in RUNS for path in sorted((folder / room).glob("*.yaml"))
        }
        _remove(folder, unfit)
        return unfit
    unfit = {}
    while found := judge(folder):
        _remove(folder, found)
        unfit |= found
    return unfit


def _remove(folder: Path, files: Iterable[str]) -> None:
    for file in files:
        (folder / file).unlink()
        if not any((folder / file).parent.iterdir()):
            (folder / file).parent.rmdir()


def rooms_of(contents: Contents) -> dict[str, list[str]]:
    """Return the rooms of a case, which are the folders of its tables, each with its tables."""
    rooms: dict[str, list[str]] = {}
    for table in contents.resources:
        parts = PurePosixPath(contents.path(table)).parts
        if len(parts) > 1:
            rooms.setdefault(parts[0], []).append(table)
    return rooms


def tables_of(contents: Contents, asked: Iterable[str], *, besides: bool = True) -> list[str]:
    """Return the tables that rooms and tables, by name, stand for.

    Parameters
    ----------
    besides : with the tables in a room that every room needs, such as regions; named themselves, they always count.

    Raises
    ------
    UnknownNameError : neither a room nor a table, with near matches.
    """
    rooms = rooms_of(contents)
    found: list[str] = []
    for name in asked:
        if name not in rooms and name not in contents.resources:
            raise UnknownNameError("room or table", name, [*rooms, *contents.resources], "the case")
        found += [table for table in rooms[name] if besides or table not in ALWAYS] if name in rooms else [name]
    return list(dict.fromkeys(found))


def _some_rooms(contents: Contents, place: Path, rooms: Collection[str]) -> dict[str, bytes]:
    """The files of some rooms of a case."""
    kept = {*ALWAYS, *tables_of(contents, rooms)}
    less = Less(contents, read_package(place).tables)
    less.gone |= {table: "not asked for" for table in contents.resources if table not in kept}
    files = leave_out(less)
    used = named_in(less, "sources", "key")
    keys = less.tables["sources"].frame["key"]
    if not used:
        return files
    again = as_contents(files, str(place))
    sources = again.tokens("sources")
    rows = [row for row, key in zip(sources.rows, keys, strict=True) if key in used]
    files[contents.path("sources")] = sources.with_rows(rows).to_bytes()
    return files


def _named(raw: bytes, old: str, name: str, title: str | None) -> bytes:
    """The descriptor with another name and title, every other letter as it was."""
    text = raw.decode("utf-8").replace(f'"name": "{old}"', f'"name": "{name}"', 1)
    if title is not None:
        before = json.loads(text).get("title")
        was = f'"title": {json.dumps(before, ensure_ascii=False)}'
        text = text.replace(was, f'"title": {json.dumps(title, ensure_ascii=False)}', 1)
    return text.encode("utf-8")


def as_a_name(text: str) -> str:
    """A text in the letters that a data package's name may have."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-.")
