"""How well a link of the network is known: one judgement for every table that marks one."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from zollverein.corridor import Network

__all__ = ["link_marks", "weakest_of"]

WEAKEST_FIRST = ("assumed", "derived", "reported")
FIGURES = {
    "usable_kt_per_year": "usable capacity",
    "nominal_kt_per_year": "nominal capacity",
    "quota_kt_per_year": "quota",
    "right_kt_per_year": "shippers' rights",
    "minimum_kt_per_year": "contracted minimum",
    "transit_days": "days on the way",
    "line_fill_kt": "line fill",
    "tariff_usd_per_t": "tariff",
    "loss_share": "loss on the way",
}


def link_marks(network: Network) -> pd.DataFrame:
    """Return how well each link is known, and which of its figures makes it so.

    Returns
    -------
    Indexed by link: confidence, the weakest among the link itself, its figures in force and the capacities of its
    units (empty where nothing is known of it); weakest_figure, which of them that is, in words; source, the keys of all
    of them, parted by semicolons.
    """
    own = network.links.reset_index(drop=True).assign(what="that it exists")
    figures = network.link_figures.assign(what=[FIGURES.get(f, f) for f in network.link_figures["figure"]])
    units = network.link_units.assign(what="capacity by units in service")
    wanted = ["link", "what", "confidence", "source"]
    # Figures before the link itself: of two that are as weak, the one that can be measured is named first.
    rows = pd.concat([part.reindex(columns=wanted) for part in (figures, units, own) if len(part)])
    of_link = dict(list(rows.groupby("link", sort=False)))
    marks = [_mark(of_link.get(link, rows.iloc[:0])) for link in network.links.index]
    return pd.DataFrame(marks, index=network.links.index, columns=["confidence", "weakest_figure", "source"])


def weakest_of(confidences: Iterable[object]) -> str:
    """Return the weakest confidence of several; empty where none is known."""
    known = set(confidences)
    return next((c for c in WEAKEST_FIRST if c in known), "")


def _mark(rows: pd.DataFrame) -> tuple[str, str, str]:
    weakest = weakest_of(rows["confidence"])
    made_by = dict.fromkeys(rows.loc[rows["confidence"] == weakest, "what"])
    keys = [key.strip() for cited in rows["source"].dropna().astype(str) for key in cited.split(";")]
    return weakest, ", ".join(str(what) for what in made_by), ";".join(key for key in dict.fromkeys(keys) if key)
