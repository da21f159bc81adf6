"""The network as validated frames, and the figures of its links and nodes over time."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.corridor.catalogue import LINK_FIGURES, NODE_FIGURES, ONLY_SHOWN, READ_ONCE, TABLES
from zollverein.corridor.horizon import Horizon
from zollverein.corridor.outage import Outage, Revision, each
from zollverein.errors import DoubtfulFigure, NetworkError, UnknownNameError
from zollverein.given import framed, require

if TYPE_CHECKING:
    from zollverein.corridor.routing import Routing

Floats = npt.NDArray[np.float64]
Foresight = Literal["rolling", "perfect"]
Mode = Literal["least_cost", "calibrated"]
OPTIONAL = ("link_units", "quotas", "blends", "observed")
Told = tuple[tuple[str, str], float, np.datetime64, np.datetime64]

__all__ = ["Network", "Told"]


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
    quotas: pd.DataFrame = field(repr=False)
    blends: pd.DataFrame = field(repr=False)
    observed: pd.DataFrame = field(repr=False)

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
        quotas: pd.DataFrame | None = None,
        blends: pd.DataFrame | None = None,
        observed: pd.DataFrame | None = None,
    ) -> Network:
        """Build a network from tables with one row per thing or figure.

        Parameters
        ----------
        nodes : node, name, kind, country.
        links : link, name, from_node, to_node, mode, countries (crossed, parted by ``;``), route (or empty).
        link_figures : link, figure (see `LINK_FIGURES`), value, valid_from, valid_to (dates or empty); a right names
            its commodity in a column of that name.
        node_figures : node, commodity (or empty), figure (see `NODE_FIGURES`), value, valid_from, valid_to.
        commodities : commodity, exporter (ISO alpha-3).
        link_units : link, units_available, capacity_kt_per_month: capacity by number of units left.
        quotas : quota, link, commodity (or empty: all), kt_per_year, counted (``year`` or ``period``): a bound on the
            sum over all rows of one quota.
        blends : node, component, blend, share_min, share_max, cost_usd_per_t: what may become of what at a node.
        observed : target, commodity (or empty), kt_per_year: what a link carried, or a field gave, in the time that the
            calibrated mode is to reproduce.

        Raises
        ------
        NetworkError, UnknownNameError : the table, the row and what is allowed.

        Warns
        -----
        DoubtfulFigure : a pipe far smaller than all that it joins.
        """
        given = {
            "nodes": nodes, "links": links, "link_figures": link_figures, "node_figures": node_figures,
            "link_units": link_units, "commodities": commodities, "quotas": quotas, "blends": blends,
            "observed": observed,
        }  # fmt: skip
        frames = {
            name: pd.DataFrame(columns=list(TABLES[name]))
            if table is None and name in OPTIONAL
            else framed(name, table, NetworkError)
            for name, table in given.items()
        }
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
        # They need this type.
        from zollverein.corridor.checks import check_references, check_values  # noqa: PLC0415
        from zollverein.corridor.plausibility import doubts  # noqa: PLC0415

        network = cls(
            nodes=frames["nodes"].set_index("node", drop=False),
            links=frames["links"]
            .assign(**{c: frames["links"][c].fillna("") for c in ("route", "countries")})
            .set_index("link", drop=False),
            link_figures=_with_commodity(frames["link_figures"]),
            node_figures=_with_commodity(frames["node_figures"]),
            link_units=frames["link_units"],
            commodities=frames["commodities"].set_index("commodity", drop=False),
            quotas=_with_commodity(frames["quotas"]),
            blends=frames["blends"].assign(**{"cost_usd_per_t": frames["blends"]["cost_usd_per_t"].fillna(0.0)}),
            observed=_with_commodity(frames["observed"]),
        )
        check_references(network)
        check_values(network)
        for doubt in doubts(network):
            warnings.warn(doubt, DoubtfulFigure, stacklevel=2)
        return network

    def route(
        self,
        horizon: Horizon,
        *,
        outages: Sequence[Outage] = (),
        revisions: Sequence[Revision] = (),
        foresight: Foresight = "rolling",
        mode: Mode = "least_cost",
        bend_usd_per_t: float | None = None,
        price_factor: Mapping[str, float] | None = None,
    ) -> Routing:
        """Route every period for the largest netback of the exporters.

        Parameters
        ----------
        horizon : the periods.
        outages, revisions : what befalls the network.
        foresight : ``"rolling"``: nobody knows of an outage before it begins nor, until it ends, how long it will
            last; ``"perfect"``: all is known from the first day.
        mode : ``"least_cost"``, the pure netback programme, or ``"calibrated"``: undisturbed it gives the flows of the
            table ``observed`` exactly, and bends smoothly around them.
        bend_usd_per_t : in calibrated mode, by how much the cost of a tonne rises where a link carries twice what it
            was observed to; absent: `BEND_USD_PER_T`.
        price_factor : factor on the price of a market node.

        Raises
        ------
        NetworkError, UnknownNameError : outages or revisions that do not fit the network.
        Infeasible : no plan satisfies the bounds.
        """
        from zollverein.corridor.calibration import calibration  # noqa: PLC0415 - these need Network's type
        from zollverein.corridor.plan import plan  # noqa: PLC0415

        for name, value, allowed in (("mode", mode, get_args(Mode)), ("foresight", foresight, get_args(Foresight))):
            if value not in allowed:
                raise NetworkError(f"{name} is '{value}'; allowed are {' and '.join(repr(a) for a in allowed)}")
        require("horizon", horizon, Horizon, "a Horizon, as in Horizon(first_day, last_day, 'month')", NetworkError)
        outages, revisions = each("outages", outages, Outage), each("revisions", revisions, Revision)
        network = self.revised([r for r in revisions if r.start is None])
        for outage in outages:
            network.check_outage(outage, horizon)
        dated = [r for r in revisions if r.start is not None]
        for revision in revisions:
            network.check_revision(revision, horizon)
        ready = network.revised(dated)
        bend = calibration(self, horizon, bend_usd_per_t) if mode == "calibrated" else None
        require("price_factor", price_factor or {}, Mapping, "factors by market, as in {'market': 1.1}", NetworkError)
        return plan(ready, horizon, outages, foresight, dict(price_factor or {}), bend)

    def revised(self, revisions: Iterable[Revision]) -> Network:
        """Return the network with figures changed; a dated revision leaves the earlier figure in force before it."""
        from zollverein.corridor.checks import check_values  # noqa: PLC0415

        revisions = list(revisions)
        if not revisions:
            return self
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
        changed = replace(self, link_figures=link_figures, node_figures=node_figures)
        check_values(changed)
        return changed

    def refigured(self, link_figures: pd.DataFrame, node_figures: pd.DataFrame) -> Network:
        """Return the network with other tables of figures, as `from_tables` takes them; all else stands.

        Raises
        ------
        NetworkError, UnknownNameError : as `from_tables`.
        """
        from zollverein.corridor.checks import check_references, check_values  # noqa: PLC0415

        given = {"link_figures": link_figures, "node_figures": node_figures}
        frames = {
            name: _with_commodity(_with_dates(framed(name, table, NetworkError))) for name, table in given.items()
        }
        changed = replace(self, **frames)
        check_references(changed)
        check_values(changed)
        return changed

    def check_outage(self, outage: Outage, horizon: Horizon) -> None:
        """Raise if an outage targets nothing known, a link without units, or days outside the horizon."""
        if outage.target not in self._places:
            raise UnknownNameError("link or node", outage.target, self._places, f"outage '{outage.name}'")
        if outage.units_lost is not None:
            most = self._units.get(outage.target)
            if most is None:
                raise NetworkError(
                    f"outage '{outage.name}' takes {outage.units_lost} units from '{outage.target}', which has no rows "
                    f"in link_units; give share_lost instead, or add its capacity by units left"
                )
            if outage.units_lost > most:
                raise NetworkError(
                    f"outage '{outage.name}' takes {outage.units_lost} units from '{outage.target}', which has {most}"
                )
        if outage.end <= horizon.start or outage.start > horizon.end:
            raise NetworkError(
                f"outage '{outage.name}' runs from {outage.start} to {outage.end}, outside the horizon "
                f"{horizon.start} to {horizon.end}; move one of them"
            )

    @cached_property
    def end_positions(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Positions, among the nodes, of the begins and ends of all links."""
        nodes = self.nodes.index
        a, b = (nodes.get_indexer(pd.Index(self.links[end])) for end in ("from_node", "to_node"))
        return np.asarray(a, dtype=np.intp), np.asarray(b, dtype=np.intp)

    @cached_property
    def _places(self) -> dict[str, None]:
        """Links, then nodes; outages are looked up here, thousands of times over."""
        return dict.fromkeys([*map(str, self.links.index), *map(str, self.nodes.index)])

    @cached_property
    def _units(self) -> dict[str, int]:
        """Most units of every link that has a table of them."""
        return {str(k): int(v) for k, v in self.link_units.groupby("link")["units_available"].max().items()}

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
        table = _by_period(self.told_of_links.get(figure, ()), horizon)
        absent = np.full(len(horizon), np.nan)
        return np.stack([table.get((link, ""), absent) for link in self.links.index])

    def right_figure(self, horizon: Horizon) -> dict[tuple[str, str], Floats]:
        """Return the rights of commodities on links, kt a year, by (link, commodity), (T,) each."""
        return _by_period(self.told_of_links.get("right_kt_per_year", ()), horizon)

    def node_figure(self, figure: str, horizon: Horizon) -> dict[tuple[str, str], Floats]:
        """Return a figure by (node, commodity), (T,) each; the commodity is empty where the row names none."""
        return _by_period(self.told_of_nodes.get(figure, ()), horizon)

    @cached_property
    def told_of_links(self) -> dict[str, list[Told]]:
        """What is stated of links, by figure, in the order in which it came into force."""
        return _told(self.link_figures, "link")

    @cached_property
    def told_of_nodes(self) -> dict[str, list[Told]]:
        """What is stated of nodes, likewise."""
        return _told(self.node_figures, "node")

    @cached_property
    def ends(self) -> dict[str, tuple[str, str]]:
        """Where every link begins and ends."""
        links = self.links
        return dict(zip(links.index, zip(links["from_node"], links["to_node"], strict=True), strict=True))

    def links_with(self, figure: str) -> set[str]:
        """Return the links for which a figure is stated."""
        return set(self.link_figures.loc[self.link_figures["figure"] == figure, "link"])

    def nodes_with(self, figure: str) -> set[str]:
        """Return the nodes for which a figure is stated."""
        return set(self.node_figures.loc[self.node_figures["figure"] == figure, "node"])


def _told(rows: pd.DataFrame, key: str) -> dict[str, list[Told]]:
    """Rows by figure, in the order in which they came into force: what and of which commodity, value, since, until."""
    ordered = rows.sort_values("valid_from", kind="stable", na_position="first")
    since, until = (ordered[c].to_numpy().astype("datetime64[D]") for c in ("valid_from", "valid_to"))
    of = zip(ordered[key], ordered["commodity"], strict=True)
    out: dict[str, list[Told]] = {}
    for figure, what, value, first, last in zip(
        ordered["figure"], of, ordered["value"].to_numpy(dtype=float), since, until, strict=True
    ):
        out.setdefault(str(figure), []).append((what, float(value), first, last))
    return out


def _by_period(rows: Iterable[Told], horizon: Horizon) -> dict[tuple[str, str], Floats]:
    """Figure by what it is of, NaN out of force; of several rows the one that came into force last speaks."""
    day = horizon.starts.astype("datetime64[D]")
    out: dict[tuple[str, str], Floats] = {}
    for what, value, first, last in rows:
        series = out.get(what)
        if series is None:
            series = out[what] = np.full(len(day), np.nan)
        if np.isnat(first) and np.isnat(last):
            series[:] = value
        else:
            series[(np.isnat(first) | (day >= first)) & (np.isnat(last) | (day <= last))] = value
    return out


def _with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{column: _days(frame[column], column) for column in ("valid_from", "valid_to")}).reset_index(
        drop=True
    )


def _days(column: pd.Series[Any], name: str) -> pd.Series[Any]:
    """Days as written, 2022-03-01 or a date; a number or another order of day and month would be guessed at."""
    told = column[column.notna()]
    number = told.map(lambda value: isinstance(value, int | float | np.number))
    if len(told) and number.any():
        raise NetworkError(f"column {name} holds {told[number].iloc[0]!r}; give days as 2022-03-01, or leave it empty")
    try:
        return pd.to_datetime(column, format="ISO8601").dt.tz_localize(None)
    except (ValueError, TypeError) as error:
        raise NetworkError(f"column {name} holds what is no day ({error}); give days as 2022-03-01") from None


def _with_commodity(frame: pd.DataFrame) -> pd.DataFrame:
    named = frame["commodity"] if "commodity" in frame else pd.Series("", index=frame.index, dtype=object)
    return frame.assign(commodity=named.astype(object).where(named.notna(), ""))


def _require_figure(revision: Revision, figures: Mapping[str, str]) -> None:
    if revision.figure not in figures:
        raise UnknownNameError("figure", revision.figure, figures, f"the revision of '{revision.target}'")


def _revise(rows: pd.DataFrame, key: str, revision: Revision) -> pd.DataFrame:
    mine = (rows[key] == revision.target) & (rows["figure"] == revision.figure)
    if revision.figure == "production_kt_per_year" and not mine.any():
        fields = rows.loc[rows["figure"] == revision.figure, key].unique()
        raise UnknownNameError("field", revision.target, fields, "the revision of production_kt_per_year")
    stated = sorted(set(rows.loc[mine, "commodity"]))
    if len(stated) > 1:
        raise NetworkError(
            f"the revision of {revision.figure} of '{revision.target}' does not say of which commodity; it is stated "
            f"for {', '.join(stated)}; change the table instead"
        )
    commodity = {"commodity": rows.loc[mine, "commodity"].iloc[0] if mine.any() else ""}
    start = pd.Timestamp(revision.start) if revision.start is not None else pd.NaT
    new = pd.DataFrame(
        [{key: revision.target, "figure": revision.figure, "value": float(revision.value), **commodity,
          "valid_from": start, "valid_to": pd.NaT}]
    ).astype({"valid_from": "datetime64[us]", "valid_to": "datetime64[us]"})  # fmt: skip
    kept = rows if revision.start is not None else rows[~mine]
    return pd.concat([kept, new.reindex(columns=[c for c in rows.columns if c in new.columns])], ignore_index=True)
