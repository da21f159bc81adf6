"""From a case's tables to the engines: the only place where a table meets an engine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal

import pandas as pd

from zollverein.case.fault import Fault
from zollverein.errors import CaseError, InputError, UnknownNameError

if TYPE_CHECKING:
    from zollverein.case.case import Case
    from zollverein.corridor import Network
    from zollverein.economy import Economy
    from zollverein.threat import Threat
    from zollverein.union import Union

__all__ = ["barriers_of", "economy_of", "network_of", "refusals", "threats_of", "union_of"]

# Without these an engine has nothing to stand on; a case may leave a whole room out.
READ_BY_ECONOMY = {
    "trade": ("exporter", "importer", "sector", "value_usd_million"),
    "production": ("region", "sector", "domestic_sales_usd_million", "value_added_share"),
    "inputs": ("region", "input", "user", "share"),
    "sectors": ("sector",),
}
OF_ECONOMY = tuple(READ_BY_ECONOMY)
MAY_BE_OF_ECONOMY = ("tariffs",)
OF_NETWORK = ("nodes", "links", "link_figures", "node_figures", "commodities")
MAY_BE_OF_NETWORK = ("link_units", "quotas", "blends", "observed")
OF_THREATS = ("hazards", "events")
OF_UNION = ("agreements", "memberships", "provisions", "barriers", "barrier_events", "wedges")
MAY_BE_OF_UNION = ("promises", "aliases", "hs_sectors", "trade", "sectors")

KEPT = 4
_BUILT: dict[tuple[object, ...], tuple[tuple[pd.DataFrame, ...], Union]] = {}


def economy_of(case: Case, theta: Literal["theta", "theta_alternative"] = "theta") -> Economy:
    """Build the economy from trade, production, inputs, sectors and, if it has them, tariffs of a case."""
    from zollverein.economy import Economy  # noqa: PLC0415

    for table, column in ((table, column) for table, columns in READ_BY_ECONOMY.items() for column in columns):
        if column not in case.table(table):
            raise CaseError(
                f"table {table} has no column '{column}', which an economy is built from; declare and fill it"
            )
    key = ["exporter", "importer", "sector"]
    foreign = case.table("trade")[[*key, "value_usd_million"]].rename(columns={"value_usd_million": "value"})
    production = case.table("production")
    home = pd.DataFrame(
        {
            "exporter": production["region"],
            "importer": production["region"],
            "sector": production["sector"],
            "value": production["domestic_sales_usd_million"],
        }
    )
    value_added = production[["region", "sector", "value_added_share"]].set_axis(["country", "sector", "share"], axis=1)
    inputs = case.table("inputs")[["region", "input", "user", "share"]].rename(columns={"region": "country"})
    tariffs = _if_there(case, "tariffs")
    rates = None if tariffs is None else tariffs[key].assign(rate_percent=tariffs["applied_percent"])
    elasticities = case.table("sectors")[["sector", theta]].rename(columns={theta: "theta"})
    return Economy.from_tables(
        pd.concat([foreign, home], ignore_index=True),
        theta=elasticities,
        value_added=value_added,
        inputs=inputs,
        tariffs=rates,
    )


def network_of(case: Case) -> Network:
    """Build the network from the corridor's tables; of figures in conflict the preferred row counts."""
    from zollverein.corridor import Network  # noqa: PLC0415

    return Network.from_tables(
        nodes=case.table("nodes"),
        links=case.table("links"),
        link_figures=case.preferred("link_figures").reset_index(drop=True),
        node_figures=case.preferred("node_figures").reset_index(drop=True),
        commodities=case.table("commodities"),
        **{table: _if_there(case, table) for table in MAY_BE_OF_NETWORK},
    )


def threats_of(case: Case) -> tuple[Threat, ...]:
    """Build what may happen to the network, fitted to the case's events or judged."""
    from zollverein.threat import threats_from_table  # noqa: PLC0415

    hazards = case.table("hazards")
    of_barriers = "events_of" in hazards.columns and (hazards["events_of"] == "barriers").any()
    stood = barriers_of(case) if of_barriers else None
    threats = threats_from_table(hazards, case.table("events"), stood)
    _require_targets(case, threats)
    return threats


def barriers_of(case: Case) -> pd.DataFrame:
    """Return the times that barriers of the case's union stood, which threats may rest on."""
    from zollverein.union import episodes  # noqa: PLC0415

    return episodes(union_of(case))


def _require_targets(case: Case, threats: Sequence[Threat]) -> None:
    """Refuse a threat, or what its cause strikes too, that is no link or node, no pair with a wedge and no member."""
    from zollverein.threat import BarrierTarget, ExitTarget  # noqa: PLC0415

    places = {*case.table("links")["link"], *case.table("nodes")["node"]}
    for threat in threats:
        where = f"table hazards, {threat.name}"
        for target in (*threat.targets, *(other for other, _, _ in threat.also)):
            if isinstance(target, BarrierTarget):
                wedges = case.table("wedges")
                known = {f"{a}-{b}" for a, b in zip(wedges["exporter"], wedges["importer"], strict=True)}
                for pair in map("-".join, target.pairs):
                    if pair not in known:
                        raise UnknownNameError("pair with a trade-cost equivalent", pair, known, where)
            elif isinstance(target, ExitTarget):
                rows = case.table("memberships")
                mine = (rows["agreement"] == case.union_agreement) & (rows["status"] == "member")
                if target.member not in set(rows.loc[mine, "country"]):
                    raise UnknownNameError("member of the union", target.member, rows.loc[mine, "country"], where)
            elif target not in places:
                raise UnknownNameError("link or node", target, places, where)


def refusals(case: Case, paths: Mapping[str, str]) -> list[Fault]:
    """Return what the engines refuse of a case, with the file of the table that they name (``paths`` by table)."""
    faults = []
    doors = ((OF_ECONOMY, economy_of), (OF_NETWORK, network_of), (OF_UNION, union_of), (OF_THREATS, threats_of))
    for tables, door in doors:
        if not set(tables) <= set(case.tables) or (door is union_of and case.union_agreement is None):
            continue
        try:
            door(case)
        except InputError as error:
            named = [table for table in paths if re.search(rf"\btable {table}\b", str(error))]
            found, _, rest = str(error).partition("; ")
            allowed = rest.removeprefix("allowed is ") if rest.startswith("allowed is ") else "what the engine takes"
            mend = rest if rest and not rest.startswith("allowed is ") else "mend the figure"
            faults.append(Fault(paths[named[0] if named else tables[0]], None, None, found, allowed, mend))
    return faults


def _if_there(case: Case, table: str) -> pd.DataFrame | None:
    return case.table(table) if table in case.tables else None


def union_of(case: Case, as_of: date | str | None = None) -> Union:
    """Build the union that the descriptor names, its register as it was known on a day.

    Raises
    ------
    CaseError : the descriptor names no union. UnionError : what the engine refuses.
    """
    if case.union_agreement is None:
        raise CaseError(
            f"case '{case.name}' names no union: set 'union' in datapackage.json to an agreement of its table "
            f"agreements"
        )
    # Draws vary what barriers cost and little else: the rest is built once for all cases that share those tables.
    frames = tuple(case.tables[name] for name in (*OF_UNION, *MAY_BE_OF_UNION) if name in case.tables)
    key = (case.union_agreement, *(id(frame) for frame in frames if frame is not case.tables.get("wedges")))
    if key not in _BUILT:
        while len(_BUILT) >= KEPT:
            del _BUILT[next(iter(_BUILT))]
        # The frames are kept beside it, so that nothing else can take their identities.
        _BUILT[key] = (frames, _built(case, case.union_agreement))
    return _BUILT[key][1].with_wedges(case.table("wedges")).known(as_of)


def _built(case: Case, agreement: str) -> Union:
    from zollverein.union import Union  # noqa: PLC0415

    return Union.from_tables(
        agreement,
        agreements=case.table("agreements"),
        memberships=case.table("memberships"),
        provisions=case.table("provisions"),
        barriers=case.table("barriers"),
        events=case.table("barrier_events"),
        wedges=case.table("wedges"),
        promises=_if_there(case, "promises"),
        aliases=_if_there(case, "aliases"),
        coverage=_chapter_shares(case),
    )


def _chapter_shares(case: Case) -> pd.DataFrame | None:
    """Share of each HS chapter in the goods traded by a pair: its sector's share, parted equally among its chapters."""
    if not {"hs_sectors", "trade", "sectors"} <= set(case.tables):
        return None
    chapters = case.table("hs_sectors")[["hs_chapter", "sector"]]
    goods = case.table("sectors").query("kind == 'goods'")["sector"]
    trade = case.table("trade")
    value = trade[trade["sector"].isin(goods)].groupby(["exporter", "importer", "sector"])["value_usd_million"].sum()
    share = (value / value.groupby(["exporter", "importer"]).transform("sum")).rename("share").reset_index()
    parts = chapters.assign(part=1.0 / chapters.groupby("sector")["hs_chapter"].transform("size"))
    joined = share.merge(parts, on="sector")
    joined["share"] *= joined["part"]
    return joined.groupby(["exporter", "importer", "hs_chapter"])["share"].sum().reset_index()
