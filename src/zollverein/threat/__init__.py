"""What can go wrong. In this first form: what did, from the table of events."""

from zollverein.threat.history import Incident, outages_from_events

__all__ = ["Incident", "outages_from_events"]
