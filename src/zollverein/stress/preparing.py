"""From what a scenario says of the corridor to what its engine takes, every name checked."""

from __future__ import annotations

import pandas as pd

from zollverein.case import Case
from zollverein.corridor import Horizon, Network, Outage, Revision
from zollverein.errors import ScenarioError, UnknownNameError
from zollverein.stress.scenario import CorridorPart
from zollverein.threat import outages_from_events

__all__ = ["horizon_of", "prepared"]


def prepared(
    part: CorridorPart, case: Case, network: Network | None = None
) -> tuple[Network, Horizon, tuple[Outage, ...], list[Revision]]:
    """Return the network, the horizon, and what befalls them.

    Parameters
    ----------
    network : of the case, if it is at hand.

    Raises
    ------
    UnknownNameError, ScenarioError, NetworkError : what is wrong, where, and what is near.
    """
    network = case.network() if network is None else network
    horizon = horizon_of(part)
    outages = (*_happened(part, case), *_stated(part))
    for outage in outages:
        network.check_outage(outage, horizon)
    revisions = [Revision(r.target, r.figure, r.value, r.start) for r in part.revisions]
    network.revised(revisions)
    for revision in revisions:
        network.check_revision(revision, horizon)
    return network, horizon, outages, revisions


def horizon_of(part: CorridorPart) -> Horizon:
    """Return the periods that a corridor is routed over."""
    step = part.horizon.step
    steps = step if isinstance(step, str) else tuple((piece.step, piece.until) for piece in step)
    return Horizon(part.horizon.start, part.horizon.end, steps)


def _stated(part: CorridorPart) -> list[Outage]:
    return [
        Outage(o.name, o.target, o.start, o.end, o.share_lost, o.units_lost, o.announced_days, o.known_from)
        for o in part.outages
    ]


def _happened(part: CorridorPart, case: Case) -> list[Outage]:
    if not part.events:
        return []
    table = case.table("events")
    if part.events == "all":
        inside = (pd.to_datetime(table["end"]) > pd.Timestamp(part.horizon.start)) & (
            pd.to_datetime(table["start"]) <= pd.Timestamp(part.horizon.end)
        )
        wanted = list(table.loc[inside, "event"])
    else:
        wanted = list(part.events)
        for event in wanted:
            if event not in set(table["event"]):
                raise UnknownNameError("event", event, table["event"], "scenario key corridor.events")
            if not table.loc[table["event"] == event, "applied"].all():
                raise ScenarioError(
                    f"scenario key corridor.events: {event} was not carried out or has no size on record (column "
                    f"applied of table events), so it would change nothing; state an outage instead"
                )
    return [
        Outage(o.name, o.target, o.start, o.end, o.share_lost, o.units_lost, o.announced_days)
        for o in outages_from_events(table, wanted)
    ]
