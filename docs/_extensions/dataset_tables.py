"""The directive ``{datasets}``: every dataset that the registry knows, with its terms, its citation and its layout."""

import re
from itertools import groupby

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from zollverein.case.data.dataset import Dataset
from zollverein.case.data.registry import datasets


class DatasetTables(SphinxDirective):
    """``{datasets}``: a table of all; ``{datasets} layouts``: what is said of each, those that are alike together."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        known = list(datasets().values())
        text = _layouts(known) if self.arguments == ["layouts"] else _table(known)
        return self.parse_text_to_nodes("\n".join(text))


def _table(known: list[Dataset]) -> list[str]:
    rows = [
        f"| `{dataset.name}` | {_plain(dataset.title)} | {dataset.kind} | "
        f"{'`data get`' if dataset.files else 'by hand'} | {_plain(dataset.licence)} |"
        for dataset in known
    ]
    return ["| dataset | what | kind | got | terms |", "| --- | --- | --- | --- | --- |", *rows]


def _layouts(known: list[Dataset]) -> list[str]:
    text: list[str] = []
    for (publisher, layout), group in groupby(known, key=lambda dataset: (dataset.publisher, dataset.layout)):
        alike = list(group)
        names = ", ".join(f"`{dataset.name}`" for dataset in alike)
        text += ["", f"**{names}** ([{_plain(publisher)}]({alike[0].page}))", "", _plain(layout)]
        text += ["", f"To cite: {_plain(alike[0].citation)}"]
        hand = dict.fromkeys(dataset.by_hand for dataset in alike if dataset.by_hand)
        text += [line for told in hand for line in ("", f"By hand: {_plain(told)}")]
    return text


def _plain(text: str) -> str:
    """A publisher's words as they stand, whatever signs of Markdown are in them."""
    return re.sub(r"([\\`*_{}\[\]<>$|#])", r"\\\1", text)


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_directive("datasets", DatasetTables)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
