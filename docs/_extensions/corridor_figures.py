"""The directive ``{corridor-figures}``: every figure that a link or a node can be told, as the package lists them."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from zollverein.corridor.catalogue import LINK_FIGURES, NODE_FIGURES, READ_ONCE


class CorridorFigures(SphinxDirective):
    """Two tables: of links, and of nodes."""

    def run(self) -> list[nodes.Node]:
        text = []
        for title, figures in (("of a link", LINK_FIGURES), ("of a node", NODE_FIGURES)):
            text += ["", f"| {title} | holds |", "| --- | --- |"]
            text += [
                f"| `{name}` | {meaning}{'; one figure for the whole horizon' if name in READ_ONCE else ''} |"
                for name, meaning in figures.items()
            ]
        return self.parse_text_to_nodes("\n".join(text))


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_directive("corridor-figures", CorridorFigures)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
