"""The colours of a report, in pairs: on white paper, and on a dark screen."""

from __future__ import annotations

__all__ = [
    "BORDER",
    "DARK",
    "FAINT",
    "GAINED",
    "INK",
    "KEPT",
    "LAND",
    "LOST",
    "MUTED",
    "PAPER",
    "PLACE",
    "SEA",
    "SERIES",
    "SHADE",
    "colour_of",
]

INK = "#1d2733"
MUTED = "#5d6875"
FAINT = "#d9d6cd"
PAPER = "#fffffe"
LAND = "#e8e4da"
BORDER = "#fdfcfa"
SEA = "#dde7ed"
PLACE = "#a39d8d"
KEPT = "#1f4568"
LOST = "#c4622d"
GAINED = "#3d8f7d"
SHADE = "#efe3d3"
# Told apart by the colour-blind too (lightness differs between neighbours), and in this order in every chart.
SERIES = ("#1f4569", "#c08a2e", "#3d8f7e", "#a8472f", "#77557f", "#7f93a6", "#5b7a3a", "#c98f86")

DARK = {
    INK: "#e7e4dc",
    MUTED: "#9aa6b2",
    FAINT: "#36414d",
    PAPER: "#151b23",
    LAND: "#2a333d",
    BORDER: "#151b23",
    SEA: "#1a222c",
    PLACE: "#6f7a86",
    KEPT: "#8bb4dc",
    LOST: "#e88a52",
    GAINED: "#63bda8",
    SHADE: "#3a3128",
    SERIES[0]: "#7fabd6",
    SERIES[1]: "#dfb15c",
    SERIES[2]: "#62bba7",
    SERIES[3]: "#de7d62",
    SERIES[4]: "#b794c0",
    SERIES[5]: "#a9b8c6",
    SERIES[6]: "#9dbd78",
    SERIES[7]: "#e5b5ad",
}
"""What each colour of the charts becomes on a dark screen."""


def colour_of(names: list[str]) -> dict[str, str]:
    """Return a colour for every name, in order; beyond the palette they repeat."""
    return {name: SERIES[k % len(SERIES)] for k, name in enumerate(names)}
