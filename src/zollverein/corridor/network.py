"""The network as validated frames, and the figures of its links and nodes over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.corridor.horizon import Horizon
from zollverein.corridor.outage import Outage, Revision
from zollverein.errors import NetworkError, UnknownNameError

if TYPE_CHECKING:
    from zollverein.corridor.routing import Routing

Floats = npt.NDArray[np.float64]

__all__ = ["LINK_FIGURES", "NODE_FIGURES", "Network"]

LINK_FIGURES = {
    "nominal_kt_per_year": "nameplate capacity",
    "usable_kt_per_year": "capacity that can in fact be used, with its reason",
    "quota_kt_per_year": "upper bound by treaty or contract",
    "tariff_usd_per_t": "cost of carriage",
    "loss_share": "share lost on the way",
    "transit_days": "time on the way (shown, not yet used: flows arrive in their period)",
    "minimum_kt_per_year": "contracted minimum (shown, not yet used)",
    "length_km": "length",
}
NODE_FIGURES = {
    "production_kt_per_year": "output offered by a field",
    "demand_kt_per_year": "largest intake of a market or refinery",
    "minimum_kt_per_year": "intake that must be served; what is not is penalised and reported",
    "price_usd_per_t": "price paid at the market",
    "storage_kt": "tank capacity",
    "initial_stock_kt": "stock at the start",
    "storage_usd_per_t_month": "cost of storage",
    "shut_in_usd_per_t": "cost of not producing a tonne",
}
ONLY_SHOWN = ("transit_days", "minimum_kt_per_year", "length_km")
READ_ONCE = ("loss_share", "initial_stock_kt")
FIGURES_OF_THE_NODE = ("demand_kt_per_year", "minimum_kt_per_year", "storage_kt")
TABLES = {
    "nodes": ("node", "name", "kind", "country"),
    "links": ("link", "name", "from_node", "to_node", "mode", "countries", "route"),
    "link_figures": ("link", "figure", "value", "valid_from", "valid_to"),
    "node_figures": ("node", "commodity", "figure", "value", "valid_from", "valid_to"),
    "link_units": ("link", "units_available", "capacity_kt_per_month"),
    "commodities": ("commodity", "exporter"),
}


@dataclass(frozen=True)
class Network:
    """A network of fields, links and markets.

    Attributes are the frames of `Network.from_tables`, indexed for use; build it with that.
    """

    nodes: pd.DataFrame = field(repr=False)
    links: pd.DataFrame = field(repr=False)
    link_figures: pd.DataFrame = field(repr=False)
    node_figures: pd.DataFrame = field(repr=False)
    link_units: pd.DataFrame = field(repr=False)
    commodities: pd.DataFrame = field(repr=False)

    @classmethod
    def from_tables(
        cls,
        *,
        nodes: pd.DataFrame,
        links: pd.DataFrame,
        link_figures: pd.DataFrame,
        node_figures: pd.DataFrame,
        commodities: pd.DataFrame,
        link_units: pd.DataFrame | None = None,
    ) -> Network:
        """Build a network from tables with one row per thing or figure.

        Parameters
        ----------
        nodes : node, name, kind, country.
        links : link, name, from_node, to_node, mode, countries (crossed, parted by ``;``), route (or empty).
        link_figures : link, figure (see `LINK_FIGURES`), value, valid_from, valid_to (dates or empty).
        node_figures : node, commodity (or empty), figure (see `NODE_FIGURES`), value, valid_from, valid_to.
        commodities : commodity, exporter (ISO alpha-3).
        link_units : link, units_available, capacity_kt_per_month: capacity by number of units left.

        Raises
        ------
        NetworkError, UnknownNameError : the table, the row and what is allowed.
        """
        units = link_units if link_units is not None else pd.DataFrame(columns=list(TABLES["link_units"]))
        frames = {
            "nodes": nodes, "links": links, "link_figures": link_figures,
            "node_figures": node_figures, "link_units": units, "commodities": commodities,
        }  # fmt: skip
        for name, columns in TABLES.items():
            missing = [c for c in columns if c not in frames[name].columns]
            if missing:
                raise NetworkError(f"table {name} lacks the column {missing[0]}; needed are {', '.join(columns)}")
        for name, key in (("nodes", "node"), ("links", "link"), ("commodities", "commodity")):
            repeated = frames[name][key].duplicated()
            if repeated.any():
                raise NetworkError(
                    f"table {name}: {key} '{frames[name].loc[repeated, key].iloc[0]}' stands there twice"
                )
        for name in ("link_figures", "node_figures"):
            frames[name] = _with_dates(frames[name])
        from zollverein.corridor.checks import check_references, check_values  # noqa: PLC0415 - they need this type

        network = cls(
            nodes=nodes.set_index("node", drop=False),
            links=links.assign(route=links["route"].fillna("")).set_index("link", drop=False),
            link_figures=frames["link_figures"],
            node_figures=frames["node_figures"].assign(commodity=node_figures["commodity"].fillna("")),
            link_units=units,
            commodities=commodities.set_index("commodity", drop=False),
        )
        check_references(network)
        check_values(network)
        return network

    def route(
        self,
        horizon: Horizon,
        *,
        outages: Sequence[Outage] = (),
        revisions: Sequence[Revision] = (),
        foresight: Literal["rolling", "perfect"] = "rolling",
        mode: Literal["least_cost"] = "least_cost",
        price_factor: Mapping[str, float] | None = None,
    ) -> Routing:
        """Route every period for the largest netback of the exporters.

        Parameters
        ----------
        horizon : the periods.
        outages, revisions : what befalls the network.
        foresight : ``"rolling"``: nobody knows of an outage before it begins nor, until it ends, how long it will
            last; ``"perfect"``: all is known from the first day.
        mode : ``"least_cost"``, the pure netback programme.
        price_factor : factor on the price of a market node.

        Raises
        ------
        NetworkError, UnknownNameError : outages or revisions that do not fit the network.
        Infeasible : no plan satisfies the bounds.
        """
        from zollverein.corridor.plan import plan  # noqa: PLC0415 - plan needs Network's type

        if mode != "least_cost":
            raise NetworkError(f"mode is '{mode}'; this version knows 'least_cost'")
        if foresight not in ("rolling", "perfect"):
            raise NetworkError(f"foresight is '{foresight}'; allowed are 'rolling' and 'perfect'")
        network = self.revised([r for r in revisions if r.start is None])
        for outage in outages:
            network.check_outage(outage, horizon)
        dated = [r for r in revisions if r.start is not None]
        for revision in revisions:
            network.check_revision(revision, horizon)
        return plan(network.revised(dated), horizon, tuple(outages), foresight, dict(price_factor or {}))

    def revised(self, revisions: Iterable[Revision]) -> Network:
        """Return the network with figures changed; a dated revision leaves the earlier figure in force before it."""
        from zollverein.corridor.checks import check_values  # noqa: PLC0415

        link_figures, node_figures = self.link_figures, self.node_figures
        for revision in revisions:
            if revision.target in self.links.index:
                _require_figure(revision, LINK_FIGURES)
                link_figures = _revise(link_figures, "link", revision)
            elif revision.target in self.nodes.index:
                _require_figure(revision, NODE_FIGURES)
                node_figures = _revise(node_figures, "node", revision)
            else:
                known = [*self.links.index, *self.nodes.index]
                raise UnknownNameError("link or node", revision.target, known, f"the revision of {revision.figure}")
        changed = Network(self.nodes, self.links, link_figures, node_figures, self.link_units, self.commodities)
        check_values(changed)
        return changed

    def check_outage(self, outage: Outage, horizon: Horizon) -> None:
        """Raise if an outage targets nothing known, a link without units, or days outside the horizon."""
        if outage.target not in self.links.index and outage.target not in self.nodes.index:
            known = [*self.links.index, *self.nodes.index]
            raise UnknownNameError("link or node", outage.target, known, f"outage '{outage.name}'")
        if outage.units_lost is not None:
            steps = self.link_units.loc[self.link_units["link"] == outage.target, "units_available"]
            if steps.empty:
                raise NetworkError(
                    f"outage '{outage.name}' takes {outage.units_lost} units from '{outage.target}', which has no rows "
                    f"in link_units; give share_lost instead, or add its capacity by units left"
                )
            if outage.units_lost > steps.max():
                raise NetworkError(
                    f"outage '{outage.name}' takes {outage.units_lost} units from '{outage.target}', "
                    f"which has {int(steps.max())}"
                )
        if outage.end <= horizon.start or outage.start > horizon.end:
            raise NetworkError(
                f"outage '{outage.name}' runs from {outage.start} to {outage.end}, outside the horizon "
                f"{horizon.start} to {horizon.end}; move one of them"
            )

    def check_revision(self, revision: Revision, horizon: Horizon) -> None:
        """Raise if a revision could change nothing: a figure that is only shown, or a day on which none is read."""
        what = f"the revision of {revision.figure} of '{revision.target}'"
        if revision.figure in ONLY_SHOWN and revision.target in self.links.index:
            raise NetworkError(
                f"{what} changes nothing: the figure is shown, and not yet used in routing; leave it out"
            )
        if revision.start is None:
            return
        last = horizon.starts[-1].astype(date)
        if revision.start > last:
            raise NetworkError(
                f"{what} starts on {revision.start}; figures are read on the first day of each period, the last of "
                f"which begins on {last}: start it then at the latest"
            )
        if revision.figure in READ_ONCE:
            raise NetworkError(f"{what} has a start, but that figure holds for the whole horizon; leave start out")

    def link_figure(self, figure: str, horizon: Horizon) -> Floats:
        """Return a figure of every link by period, (L, T), NaN where none is in force at the period's start."""
        table = _by_period(self.link_figures, self.link_figures["link"], figure, horizon)
        return np.stack([table.get(link, np.full(len(horizon), np.nan)) for link in self.links.index])

    def node_figure(self, figure: str, horizon: Horizon) -> dict[tuple[str, str], Floats]:
        """Return a figure by (node, commodity), (T,) each; the commodity is empty where the row names none."""
        rows = self.node_figures
        keys = pd.Series(list(zip(rows["node"], rows["commodity"], strict=True)), index=rows.index)
        return _by_period(rows, keys, figure, horizon)


def _by_period(rows: pd.DataFrame, keys: pd.Series[Any], figure: str, horizon: Horizon) -> dict[Any, Floats]:
    """Figure by key and period, NaN out of force; of several rows the one that came into force last speaks."""
    wanted = rows.loc[rows["figure"] == figure].sort_values("valid_from", kind="stable", na_position="first")
    day = horizon.starts.astype("datetime64[D]")
    since = wanted["valid_from"].to_numpy().astype("datetime64[D]")
    until = wanted["valid_to"].to_numpy().astype("datetime64[D]")
    out: dict[Any, Floats] = {}
    for key, value, first, last in zip(keys[wanted.index], wanted["value"].astype(float), since, until, strict=True):
        series = out.setdefault(key, np.full(len(day), np.nan))
        series[(np.isnat(first) | (day >= first)) & (np.isnat(last) | (day <= last))] = value
    return out


def _with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(
        valid_from=pd.to_datetime(frame["valid_from"]), valid_to=pd.to_datetime(frame["valid_to"])
    ).reset_index(drop=True)


def _require_figure(revision: Revision, figures: Mapping[str, str]) -> None:
    if revision.figure not in figures:
        raise UnknownNameError("figure", revision.figure, figures, f"the revision of '{revision.target}'")


def _revise(rows: pd.DataFrame, key: str, revision: Revision) -> pd.DataFrame:
    mine = (rows[key] == revision.target) & (rows["figure"] == revision.figure)
    if revision.figure == "production_kt_per_year" and not mine.any():
        fields = rows.loc[rows["figure"] == revision.figure, key].unique()
        raise UnknownNameError("field", revision.target, fields, "the revision of production_kt_per_year")
    commodity = {"commodity": rows.loc[mine, "commodity"].iloc[0] if mine.any() else ""} if key == "node" else {}
    start = pd.Timestamp(revision.start) if revision.start is not None else pd.NaT
    new = pd.DataFrame(
        [{key: revision.target, "figure": revision.figure, "value": float(revision.value), **commodity,
          "valid_from": start, "valid_to": pd.NaT}]
    ).astype({"valid_from": "datetime64[us]", "valid_to": "datetime64[us]"})  # fmt: skip
    kept = rows if revision.start is not None else rows[~mine]
    return pd.concat([kept, new.reindex(columns=[c for c in rows.columns if c in new.columns])], ignore_index=True)
