"""What was promised against what is observed: the four freedoms and the principles, by member and year."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from zollverein.union.integration import Depth, Evidence
from zollverein.union.register import pairs_of
from zollverein.union.weights import FREEDOMS, Weights

__all__ = ["COLUMNS", "freedoms", "principles"]

COLUMNS = (
    "promise", "kind", "country", "year", "promised", "provided", "observed", "kept", "suffered", "imposed", "evidence",
)  # fmt: skip


def freedoms(
    promises: pd.DataFrame, evidence: Evidence, depth: Depth, standing: pd.DataFrame, year: int
) -> list[dict[str, object]]:
    """Return a row for each freedom and member.

    promised : by the treaty's aim. provided : mean depth that provisions in force give the member with the others.
    observed : of it what barriers leave, those it suffers and those it imposes. kept : observed over provided.
    suffered, imposed : barriers that stand. evidence : their names.
    """
    n = len(evidence.countries)
    rows: list[dict[str, object]] = []
    for promise in promises[promises["kind"] == "freedom"].to_dict("records"):
        name = str(promise["promise"])
        if name not in FREEDOMS:
            continue
        d = FREEDOMS.index(name)
        told = _told(standing, evidence.countries, "freedom", name)
        for k, country in enumerate(evidence.countries):
            others = [j for j in range(n) if j != k]
            provided = float(depth.promised[0, k, others, d].mean())
            observed = float((depth.held[0, k, others, d].mean() + depth.held[0, others, k, d].mean()) / 2.0)
            rows.append(
                _row(promise, country, year, told)
                | {"provided": provided, "observed": observed, "kept": observed / provided if provided > 0 else np.nan}
            )
    return rows


def principles(
    promises: pd.DataFrame,
    countries: Sequence[str],
    standing: pd.DataFrame,
    weights: Weights,
    year: int,
) -> list[dict[str, object]]:
    """Return a row for each principle and member.

    observed : ``prod_b (1 - remaining kind measure / partners)`` over the barriers that touch the principle and strike
    the member, by the share of the other members that impose it. Where nothing is on record there is no observation:
    a register that says nothing does not say that a promise is kept.
    """
    rows: list[dict[str, object]] = []
    others = max(len(countries) - 1, 1)
    for promise in promises[promises["kind"] == "principle"].to_dict("records"):
        told = _told(standing, countries, "principle", str(promise["promise"]))
        for country in countries:
            kept = 1.0
            for row in told.to_dict("records"):
                imposers = sum(affected == country for _, affected in row["pairs"])
                strength = weights.measure(_text(row["mast_chapter"]))
                loss = float(row["remaining"]) * weights.kinds.get(_text(row["kind"]), 1.0) * strength
                kept *= 1.0 - min(loss, 1.0) * imposers / others
            row_of = _row(promise, country, year, told)
            observed = kept if row_of["evidence"] else np.nan
            rows.append(row_of | {"provided": np.nan, "observed": observed, "kept": observed})
    return rows


def _told(standing: pd.DataFrame, countries: Sequence[str], column: str, name: str) -> pd.DataFrame:
    """Barriers in force that touch a freedom or principle, with the pairs of members that they part."""
    mine = standing[np.array([name in _text(cell).split(";") for cell in standing[column]], dtype=bool)]
    pairs = [pairs_of(row, countries) for row in mine.to_dict("records")]
    told = mine.assign(pairs=pd.Series(pairs, index=mine.index, dtype=object))
    return told[np.array([bool(p) for p in pairs], dtype=bool)]


def _row(promise: Mapping[Hashable, Any], country: str, year: int, told: pd.DataFrame) -> dict[str, object]:
    suffered = [b for b, pairs in zip(told["barrier"], told["pairs"], strict=True) if country in {a for _, a in pairs}]
    imposed = [b for b, pairs in zip(told["barrier"], told["pairs"], strict=True) if country in {i for i, _ in pairs}]
    return {
        "promise": promise["promise"], "kind": promise["kind"], "country": country, "year": year,
        "promised": float(promise["promised"]), "suffered": len(suffered), "imposed": len(imposed),
        "evidence": ";".join(dict.fromkeys([*suffered, *imposed])),
    }  # fmt: skip


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""
