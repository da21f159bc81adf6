"""The network as it was known at a freeze: what a case holds, less what came later, plus what was known then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from zollverein.case import Case
from zollverein.corridor import Network
from zollverein.errors import CaseError
from zollverein.stress.hindcast_tables import CARRIED, OUTAGE_FIGURES, published_on

__all__ = ["STATUSES", "Known", "network_known"]

UNITS_FIGURE = "capacity_kt_per_month"
STATUSES = {
    "used": "published by the freeze",
    "undated": "used; its source has no date (general knowledge)",
    "published_later": "used; published after the freeze, describing a state before it",
    "begins_later": "left out: holds from a day after the freeze",
    "derived_later": "left out: derived or assumed from a source of after the freeze, so it may hold what came later",
    "restated": "left out: the inputs say what was known then",
    "input": "used: what was known then, from the inputs",
    "input_published_later": "used: what was known then, as a source of after the freeze tells it",
    "withdrawn": "the inputs withdraw the figure: nothing was known then",
}
# A place that loses one of these through the freeze would silently leave the network.
VITAL = ("production_kt_per_year", "price_usd_per_t")


@dataclass(frozen=True)
class Known:
    """A network at a freeze, and of every figure what became of it.

    Attributes
    ----------
    figures : table, target, figure, value, valid_from, known_on, status (see `STATUSES`), source, confidence, method.
    """

    network: Network
    figures: pd.DataFrame


def network_known(case: Case, inputs: pd.DataFrame, freeze: date, calibrated_to: str | None = None) -> Known:
    """Build the network of a case as it was known on a day.

    Parameters
    ----------
    inputs : the rows that restate figures; see `zollverein.stress.hindcast_tables.inputs_of`.
    calibrated_to : the exporter whose last known levels by route a calibrated routing starts from; absent: none.

    Raises
    ------
    CaseError : a place that would lose its output or price, since no figure of it was known.
    """
    stated = inputs[~inputs["figure"].isin((CARRIED, *OUTAGE_FIGURES))]
    nodes, links = case.table("nodes"), case.table("links")
    base = {
        "link_figures": case.preferred("link_figures").rename(columns={"link": "target"}),
        "node_figures": case.preferred("node_figures").rename(columns={"node": "target"}),
        "link_units": _units(case),
    }
    judged = {name: _judged(case, rows, stated, freeze) for name, rows in base.items()}
    judged["link_units"] = _whole_links(judged["link_units"])
    for rows in judged.values():
        _require_vital(rows, stated, freeze)
    kept = {name: rows[rows["status"].isin(("used", "undated", "published_later"))] for name, rows in judged.items()}
    new = stated[stated["value"].notna()]
    of_link = new["target"].isin(links["link"])
    units = new["figure"] == UNITS_FIGURE
    network = Network.from_tables(
        nodes=nodes,
        links=links,
        commodities=case.table("commodities"),
        link_figures=_joined(kept["link_figures"], new[of_link & ~units]).rename(columns={"target": "link"}),
        node_figures=_joined(kept["node_figures"], new[~of_link]).rename(columns={"target": "node"}),
        link_units=_joined(kept["link_units"], new[units])
        .rename(columns={"target": "link", "units": "units_available", "value": UNITS_FIGURE})
        .drop(columns="figure"),
        observed=None if calibrated_to is None else _observed(case, inputs, calibrated_to),
    )
    return Known(network, _listed(judged, inputs, freeze))


def _observed(case: Case, inputs: pd.DataFrame, exporter: str) -> pd.DataFrame:
    """What the links that routes are counted on were last known to carry of the exporter's oil (kt a year)."""
    commodities = case.table("commodities")
    mine = commodities.loc[commodities["exporter"] == exporter, "commodity"]
    level = inputs.loc[inputs["figure"] == CARRIED, ["target", "value"]]
    counted = case.table("links")[["link", "route"]].merge(level, left_on="route", right_on="target")
    # A route that is counted on several links does not say what each of them carried.
    counted = counted[~counted["route"].duplicated(keep=False)] if len(mine) == 1 else counted.head(0)
    return pd.DataFrame(
        {"target": counted["link"], "commodity": "".join(mine.head(1)), "kt_per_year": counted["value"].astype(float)}
    )


def _units(case: Case) -> pd.DataFrame:
    if "link_units" not in case.tables:
        columns = ["target", "units", "value", "source", "confidence", "method"]
        return pd.DataFrame(columns=columns).assign(figure=UNITS_FIGURE)
    named = {"link": "target", "units_available": "units", UNITS_FIGURE: "value"}
    return case.table("link_units").rename(columns=named).assign(figure=UNITS_FIGURE)


def _judged(case: Case, rows: pd.DataFrame, stated: pd.DataFrame, freeze: date) -> pd.DataFrame:
    """Every base figure with its status at the freeze."""
    day = pd.Timestamp(freeze)
    published = published_on(case, rows)
    begins = pd.to_datetime(rows["valid_from"]) if "valid_from" in rows else pd.Series(pd.NaT, index=rows.index)
    restated = set(zip(stated["target"], stated["figure"], stated["commodity"].fillna(""), strict=True))
    commodity = rows["commodity"].fillna("") if "commodity" in rows else pd.Series("", index=rows.index)
    status = []
    for k, key in enumerate(zip(rows["target"], rows["figure"], commodity, strict=True)):
        if key in restated:
            status.append("restated")
        elif begins.iloc[k] > day:
            status.append("begins_later")
        elif pd.isna(published.iloc[k]):
            status.append("undated")
        elif published.iloc[k] <= day:
            status.append("used")
        else:
            status.append("published_later" if rows["confidence"].iloc[k] == "reported" else "derived_later")
    return rows.assign(status=status, known_on=published)


def _whole_links(units: pd.DataFrame) -> pd.DataFrame:
    """Capacity by units left is one figure of a link: without one of its rows, none is used."""
    broken = units.loc[units["status"] == "derived_later", "target"].unique()
    return units.assign(status=units["status"].where(~units["target"].isin(broken), "derived_later"))


def _require_vital(rows: pd.DataFrame, stated: pd.DataFrame, freeze: date) -> None:
    out = rows[rows["figure"].isin(VITAL)]
    alive = set(zip(out["target"], out["figure"], strict=True))
    known = out[out["status"].isin(("used", "undated", "published_later"))]
    new = stated[stated["value"].notna()]
    left = {*zip(known["target"], known["figure"], strict=True), *zip(new["target"], new["figure"], strict=True)}
    if lost := sorted(alive - left):
        target, figure = lost[0]
        raise CaseError(
            f"{figure} of '{target}' was not known on {freeze}: its sources are later; say in hindcast_inputs.csv what "
            f"was known then"
        )


def _joined(kept: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    columns = [c for c in kept.columns if c in new.columns and c not in ("known_on", "status")]
    both = [part[columns] for part in (kept, new) if len(part)]
    return pd.concat(both, ignore_index=True) if both else kept[columns]


def _listed(judged: dict[str, pd.DataFrame], inputs: pd.DataFrame, freeze: date) -> pd.DataFrame:
    columns = [
        "table",
        "target",
        "figure",
        "value",
        "valid_from",
        "known_on",
        "status",
        "source",
        "confidence",
        "method",
    ]
    later = inputs["published_on"] > pd.Timestamp(freeze)
    status = pd.Series("input", index=inputs.index).where(~later, "input_published_later")
    own = inputs.assign(table="hindcast_inputs", status=status.where(inputs["value"].notna(), "withdrawn"))
    parts: list[pd.DataFrame] = [rows.assign(table=name).reindex(columns=columns) for name, rows in judged.items()]
    return pd.concat([*(p for p in parts if len(p)), own[columns]], ignore_index=True)
