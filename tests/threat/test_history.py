"""Past events become losses of capacity; what was ordered and never done is none."""

from datetime import date

import pandas as pd
import pytest

from zollverein.errors import InputError, UnknownNameError
from zollverein.threat import outages_from_events


def table(**changes):
    rows = {
        "event": ["E1", "E2", "E3"],
        "target": ["moorings", "moorings", "field"],
        "start": pd.to_datetime(["2022-03-21", "2022-07-05", "2022-08-03"]),
        "end": pd.to_datetime(["2022-03-23", "2022-08-04", "2022-11-06"]),
        "applied": [True, False, True],
        "units_lost": [2.0, 3.0, float("nan")],
        "share_lost": [float("nan"), float("nan"), 0.78],
        "announced_days": [float("nan"), 30.0, 60.0],
    }
    return pd.DataFrame(rows | changes)


def test_losses_come_out_as_they_stand_in_the_order_wanted():
    field, moorings = outages_from_events(table(), ["E3", "E1"])
    assert (field.target, field.share_lost, field.units_lost, field.announced_days) == ("field", 0.78, None, 60)
    assert (moorings.units_lost, moorings.share_lost, moorings.announced_days) == (2, None, None)
    assert (moorings.start, moorings.end) == (date(2022, 3, 21), date(2022, 3, 23))


def test_what_was_ordered_and_not_carried_out_is_no_loss():
    assert outages_from_events(table(), ["E2"]) == ()


def test_an_unknown_event_lists_near_matches():
    with pytest.raises(UnknownNameError, match="E1"):
        outages_from_events(table(), ["E11"])


def test_an_applied_event_must_state_its_loss():
    with pytest.raises(InputError, match="event E1"):
        outages_from_events(table(units_lost=[None, 3.0, None]), ["E1"])
    with pytest.raises(InputError, match="announced_days"):
        outages_from_events(table().drop(columns="announced_days"), ["E1"])
