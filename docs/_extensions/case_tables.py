"""The directive ``{case-tables}``: the tables of a bundled case with every column, as their schemas declare them."""

import json
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

import zollverein

CASES = Path(zollverein.__file__).parent / "cases"


class CaseTables(SphinxDirective):
    """``{case-tables} eurasia``: a heading, the file and a table of columns for each table."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        folder = CASES / self.arguments[0]
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        text: list[str] = []
        for resource in package["resources"]:
            schema = json.loads((folder / resource["schema"]).read_text(encoding="utf-8"))
            key = ", ".join(f"`{name}`" for name in schema.get("primaryKey", ()))
            text += ["", f"**{resource['name']}**, `{resource['path']}`: {resource['title']}."]
            text += [f"Key: {key}." if key else "", "", "| column | type | holds |", "| --- | --- | --- |"]
            text += [
                _row(field) for field in schema["fields"] if field["name"] not in {"source", "confidence", "method"}
            ]
        return self.parse_text_to_nodes("\n".join(text))


def _row(field: dict[str, object]) -> str:
    constraints: dict[str, object] = dict(field.get("constraints", {}))  # type: ignore[call-overload]
    ours: dict[str, object] = dict(field.get("x-zollverein", {}))  # type: ignore[call-overload]
    said = [] if field["title"] == str(field["name"]).replace("_", " ") else [str(field["title"])]
    if "enum" in constraints:
        said.append("one of " + ", ".join(f"`{value}`" for value in constraints["enum"]))  # type: ignore[attr-defined]
    if "foreign" in ours:
        places = [ours["foreign"]] if isinstance(ours["foreign"], str) else ours["foreign"]
        said.append("stands in " + " or ".join(f"`{place}`" for place in places))  # type: ignore[attr-defined]
    said += [f"or `{prefix}:` and a {what}" for prefix, what in dict(ours.get("prefixed", {})).items()]  # type: ignore[call-overload]
    said += ["a country or region"] if ours.get("country") else []
    said += [f"parted by `{ours['list']}`"] if "list" in ours else []
    said += [f"at least {constraints['minimum']}"] if "minimum" in constraints else []
    said += [f"at most {constraints['maximum']}"] if "maximum" in constraints else []
    said += ["may be empty"] if not constraints.get("required") else []
    return f"| `{field['name']}` | {field['type']} | {'; '.join(said)} |"


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_directive("case-tables", CaseTables)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
