"""Estimation of gravity equations by Poisson pseudo-maximum likelihood (PPML).

A panel of trade goes in; coefficients come out with their covariance, a ledger of the rows they rest on, and a
certificate that they are the maximum, so that a draw of them can go into an economy. The estimator is that of Santos
Silva and Tenreyro (2006, doi:10.1162/rest.88.4.641), with effects of exporters, importers and pairs. Frames go in and
come out; nothing here reads a file or prints.
"""

from zollverein.gravity.bridge import Elasticity, effect_arguments, trade_elasticity
from zollverein.gravity.certificate import Certificate
from zollverein.gravity.design import Design, regressors
from zollverein.gravity.estimate import Estimate, Reset, estimate
from zollverein.gravity.event import EventTime, event_path
from zollverein.gravity.panel import Panel
from zollverein.gravity.presets import (
    PRESETS,
    Preset,
    agreements,
    border,
    by_agreement,
    by_member,
    event_study,
    preset_design,
    tariffs,
    traditional,
)
from zollverein.gravity.resistance import Resistances
from zollverein.gravity.terms import Border, ByYear, International, Lag, Lead, Log, PerAgreement, PerMember

__all__ = [
    "PRESETS",
    "Border",
    "ByYear",
    "Certificate",
    "Design",
    "Elasticity",
    "Estimate",
    "EventTime",
    "International",
    "Lag",
    "Lead",
    "Log",
    "Panel",
    "PerAgreement",
    "PerMember",
    "Preset",
    "Reset",
    "Resistances",
    "agreements",
    "border",
    "by_agreement",
    "by_member",
    "effect_arguments",
    "estimate",
    "event_path",
    "event_study",
    "preset_design",
    "regressors",
    "tariffs",
    "trade_elasticity",
    "traditional",
]
