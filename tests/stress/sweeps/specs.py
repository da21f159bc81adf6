"""Sweeps small enough to be run in a test."""

from __future__ import annotations

from typing import Any

YEAR = {
    "name": "year",
    "title": "A year",
    "question": "Nothing happens of itself.",
    "corridor": {"horizon": {"start": "2023-01-01", "end": "2023-12-31", "step": "month"}},
}
HALT = YEAR | {
    "name": "halt",
    "corridor": YEAR["corridor"]
    | {
        "outages": [
            {"name": "halt", "target": "cpc-moorings", "start": "2023-03-01", "end": "2023-06-01", "units_lost": 3}
        ]
    },
}
TRADE = {
    "name": "dearer",
    "title": "Dearer trade",
    "question": "What if trade is dearer?",
    "economy": {"iceberg": [{"exporters": ["KAZ"], "importers": ["RUS"], "factor": 1.1}]},
}
WIDER = {
    "name": "wider",
    "change": {
        "corridor": {
            "revisions": [
                {"target": "aktau-baku", "figure": "usable_kt_per_year", "value": 9000, "reason": "a test"},
                {"target": "tengiz-aktau", "figure": "usable_kt_per_year", "value": 6000, "reason": "a test"},
            ]
        }
    },
    "capex_usd_million": 100,
}


def spec(*scenarios: dict[str, Any], draws: int | None = 60, seed: int = 3, **keys: Any) -> dict[str, Any]:
    """Write a sweep out; with no draws every scenario is answered once."""
    told: dict[str, Any] = {"name": "trial", "title": "A trial", "question": "A trial.", "scenarios": list(scenarios)}
    if draws is not None:
        told["sample"] = {"scenarios": draws, "seed": seed} | keys.pop("sample", {})
    return told | keys
