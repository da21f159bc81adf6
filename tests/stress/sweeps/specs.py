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

# Of the small case a draw is answered in a moment. What varies there stands for threats.
SHUT = {
    "extends": "halt",
    "name": "halted",
    "title": "t",
    "question": "q",
    "corridor": {
        "outages": [
            {"name": "shut", "target": "bay-moorings", "start": "2022-03-01", "end": "2022-04-30", "share_lost": 1.0}
        ]
    },
    "vary": [
        {"path": "scenario.corridor.outages.shut.share_lost",
         "distribution": {"law": "uniform", "low": 0.2, "high": 1.0}}
    ],
}  # fmt: skip
RAIL = {
    "name": "rail",
    "change": {
        "corridor": {
            "revisions": [{"target": "railway", "figure": "usable_kt_per_year", "value": 15000, "reason": "a test"}]
        }
    },
}
# Of the East African case too, and it has threats, to its lines and to trade.
PIPELINE = {
    "name": "pipeline",
    "title": "A year of the pipeline",
    "question": "Nothing happens of itself.",
    "corridor": {"exporter": "SSD", "horizon": {"start": "2024-01-01", "end": "2024-12-31", "step": "month"}},
}


def spec(*scenarios: dict[str, Any], draws: int | None = 60, seed: int = 3, **keys: Any) -> dict[str, Any]:
    """Write a sweep out; with no draws every scenario is answered once."""
    told: dict[str, Any] = {"name": "trial", "title": "A trial", "question": "A trial.", "scenarios": list(scenarios)}
    if draws is not None:
        told["sample"] = {"scenarios": draws, "seed": seed} | keys.pop("sample", {})
    return told | keys
