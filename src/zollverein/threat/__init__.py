"""What may come: threats fitted to what happened or judged, and the years that are drawn from them.

Frames and numbers go in, incidents come out; nothing here reads a file or knows a network.
"""

from zollverein.threat.fitting import fitted_duration, fitted_frequency, fitted_severity
from zollverein.threat.history import Incident, outages_from_events
from zollverein.threat.kinds import KINDS, Duration, Frequency, Severity, Threat
from zollverein.threat.predictive import predictive_check
from zollverein.threat.sampling import Drawn, drawn, sampled
from zollverein.threat.table import observed_days, observed_years, threats_from_table
from zollverein.threat.targets import BarrierTarget, ExitTarget, Impediment, target_of

__all__ = [
    "KINDS",
    "BarrierTarget",
    "Drawn",
    "Duration",
    "ExitTarget",
    "Frequency",
    "Impediment",
    "Incident",
    "Severity",
    "Threat",
    "drawn",
    "fitted_duration",
    "fitted_frequency",
    "fitted_severity",
    "observed_days",
    "observed_years",
    "outages_from_events",
    "predictive_check",
    "sampled",
    "target_of",
    "threats_from_table",
]
