"""Sheets that somebody added for tables which the case did not have and a bundled one has: taken in with its schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from zollverein.case.contents import Contents, as_contents, contents_of, json_like
from zollverein.case.package import DESCRIPTOR, bundled_cases
from zollverein.case.tokens import quoted
from zollverein.case.workbook_layout import Forms, Layout, Sheet
from zollverein.case.workbook_sheets import header_of

__all__ = ["Grown", "with_new_tables"]

# So many of a table's columns in its header make a sheet of that name the table's.
FEWEST = 3
# What a table's entry says of the case that it stands in.
OF_ITS_CASE = ("hash", "title", "description")


@dataclass(frozen=True)
class Grown:
    """A case with the tables that a workbook adds to it.

    Attributes
    ----------
    layout, files, contents : with them, their own files empty. notes : which they are, a sentence each.
    """

    layout: Layout
    files: Mapping[str, bytes]
    contents: Contents
    notes: tuple[str, ...]


def with_new_tables(book: Any, layout: Layout, contents: Contents, asked: str) -> Grown:
    """Return a case with the tables that sheets are named after, each declared as a bundled case declares it.

    A sheet counts if a few columns of the table stand in its header; others of such a name are somebody's own.

    Parameters
    ----------
    contents : of the case before. asked : what a message calls it.
    """
    known = {sheet.sheet for sheet in layout.sheets.values()}
    titles = {title.strip().lower(): title for title in book.sheetnames if title not in known}
    found = {
        table: bundled
        for table, bundled in _declared(set(titles) - set(layout.sheets)).items()
        if header_of(book[titles[table]], {table: bundled.schemas[table]})[2] >= FEWEST
        and bundled.path(table) not in contents.files
    }
    if not found:
        return Grown(layout, contents.files, contents, ())
    files, resources = dict(contents.files), list(contents.descriptor["resources"])
    for table, bundled in found.items():
        resource = {key: value for key, value in bundled.resources[table].items() if key not in OF_ITS_CASE}
        if isinstance(resource["schema"], str):
            files.setdefault(resource["schema"], bundled.files[resource["schema"]])
        files[bundled.path(table)] = b""
        resources.append(resource)
    files[DESCRIPTOR] = json_like({**contents.descriptor, "resources": resources}, files[DESCRIPTOR])
    grown = as_contents(files, asked)
    like = next(iter(layout.sheets.values()))
    new = {
        table: Sheet(
            table, titles[table], grown.path(table), tuple(map(quoted, grown.schemas[table].names)),
            like.ending, True, like.marked,
        )
        for table in found
    }  # fmt: skip
    sheets, forms = {**layout.sheets, **new}, {**layout.forms, **{table: Forms() for table in new}}
    notes = (f"sheet '{s.sheet}' is new: it was taken in as table {s.table} ({s.path})" for s in new.values())
    return Grown(replace(layout, sheets=sheets, forms=forms), files, grown, tuple(notes))


def _declared(tables: set[str]) -> dict[str, Contents]:
    """The bundled case that declares each of these tables, of those that are in any."""
    found: dict[str, Contents] = {}
    for place in bundled_cases().values():
        if missing := tables - set(found):
            contents = contents_of(place)
            found |= {table: contents for table in sorted(missing) if table in contents.resources}
    return found
