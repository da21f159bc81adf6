"""What a threat is: its kind, what it strikes, and how often, how long and how hard, each with how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from zollverein.errors import ThreatError
from zollverein.threat.targets import MOST_RAISED, BarrierTarget, Target, loss_fault, target_of

__all__ = ["KINDS", "Basis", "Duration", "Frequency", "Severity", "Threat"]

Basis = Literal["history", "judgement"]
# The Hybrid CoE's and the Joint Research Centre's conceptual model (2021), with nature and technique beside it.
KINDS = (
    "physical", "cyber", "legal-administrative", "disinformation", "interference", "military", "natural", "technical",
)  # fmt: skip
# These work on people and what they decide; what they do to a pipe they do through a barrier, unless they say so.
WITHOUT_TONNES = ("disinformation", "interference")


def _positive(what: str, value: float) -> None:
    if not (isinstance(value, int | float | np.number) and np.isfinite(value) and value > 0):
        raise ThreatError(f"{what} is {value!r:.40}; allowed is a number above 0")


@dataclass(frozen=True, slots=True)
class Frequency:
    """Events a year: a Gamma distribution of the rate of a Poisson process.

    Attributes
    ----------
    shape, years : the rate has mean ``shape / years``; of a fit, prior and observed events, and prior and observed
        years.
    """

    shape: float
    years: float

    def __post_init__(self) -> None:
        _positive("the shape of a frequency", self.shape)
        _positive("the years of a frequency", self.years)

    @property
    def mean(self) -> float:
        """Expected events a year."""
        return self.shape / self.years


@dataclass(frozen=True, slots=True)
class Duration:
    """Days that an event lasts: lognormal, its parameters not known for certain.

    Attributes
    ----------
    log_median, log_spread : of the logarithm of the days: mean, and logarithm of the standard deviation.
    covariance : ((2, 2)) of the two.
    """

    log_median: float
    log_spread: float
    covariance: tuple[tuple[float, float], tuple[float, float]] = ((0.0, 0.0), (0.0, 0.0))

    def __post_init__(self) -> None:
        for name in ("log_median", "log_spread"):
            if not np.isfinite(getattr(self, name)):
                raise ThreatError(f"{name} of a duration is {getattr(self, name)!r}; allowed is a number")
        matrix = np.asarray(self.covariance, dtype=float)
        if matrix.shape != (2, 2) or not np.isfinite(matrix).all() or np.linalg.eigvalsh(matrix).min() < -1e-12:
            raise ThreatError(f"the covariance of a duration is {self.covariance!r:.80}; it must be 2 by 2 and one")

    @property
    def median_days(self) -> float:
        """Days that half of all events last longer than."""
        return float(np.exp(self.log_median))


@dataclass(frozen=True, slots=True)
class Severity:
    """What an event takes: one of several losses, each with its weight; the weights are Dirichlet.

    Attributes
    ----------
    losses : shares of capacity above 0 to 1, or whole units; of barriers, shares of the recorded trade cost that are
        raised once more. weights : of each, above 0; their sum says how sure they are.
    units : whether losses are units. raised : whether they are of barriers, which allows them to 5.
    """

    losses: tuple[float, ...]
    weights: tuple[float, ...]
    units: bool = False
    raised: bool = False

    def __post_init__(self) -> None:
        if not self.losses or len(self.losses) != len(self.weights):
            raise ThreatError(
                f"a severity has {len(self.losses)} losses and {len(self.weights)} weights; give one each"
            )
        for weight in self.weights:
            _positive("a weight of a severity", weight)
        if self.units and self.raised:
            raise ThreatError("a severity is of barriers and in units; a barrier has none, so give shares")
        most = MOST_RAISED if self.raised else 1.0
        for loss in self.losses:
            _positive("a loss of a severity", loss)
            if (self.units and not float(loss).is_integer()) or (not self.units and loss > most):
                raise ThreatError(
                    f"a severity loses {loss:g}; allowed is {'whole units' if self.units else f'a share to {most:g}'}"
                )


@dataclass(frozen=True)
class Threat:
    """Something that may happen to the network, or to the union's barriers and members.

    Attributes
    ----------
    name, kind : one of `KINDS`. targets : links or nodes by name, `BarrierTarget`, `ExitTarget` (or their text, see
        `target_of`); each event strikes one of them, all alike likely.
    frequency, duration, severity : see there.
    also : (target, probability, share) that the same cause strikes at the same time and for as long.
    basis : what it rests on; source : who says so.
    cuts : disinformation or interference that takes capacity itself, and not through a barrier or an agreement.
    """

    name: str
    kind: str
    targets: tuple[Target, ...]
    frequency: Frequency
    duration: Duration
    severity: Severity
    also: tuple[tuple[Target, float, float], ...] = ()
    basis: Basis = "judgement"
    source: str = field(default="", compare=False)
    cuts: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ThreatError(f"threat '{self.name}': kind is '{self.kind}'; allowed are {', '.join(KINDS)}")
        if not self.targets:
            raise ThreatError(f"threat '{self.name}' strikes nothing; name a link, a node, a barrier or an exit")
        object.__setattr__(self, "targets", tuple(target_of(target) for target in self.targets))
        object.__setattr__(self, "also", tuple((target_of(t), chance, share) for t, chance, share in self.also))
        self._require_losses()
        self._require_cuts()

    def _require_losses(self) -> None:
        for target in self.targets:
            if isinstance(target, str) and not self.severity.raised:
                continue
            if self.severity.units:
                raise ThreatError(f"threat '{self.name}': {target} has no units; give shares")
            for loss in self.severity.losses:
                if fault := loss_fault(target, loss):
                    raise ThreatError(f"threat '{self.name}': {fault}")
        for other, probability, share in self.also:
            most = MOST_RAISED if isinstance(other, BarrierTarget) else 1.0
            if not (0.0 <= probability <= 1.0 and 0.0 < share <= most):
                raise ThreatError(
                    f"threat '{self.name}': '{other}' is struck too with probability {probability!r} for a share of "
                    f"{share!r}; allowed are 0 to 1, and above 0 to {most:g}"
                )
            if fault := loss_fault(other, share):
                raise ThreatError(f"threat '{self.name}': {fault}")

    def _require_cuts(self) -> None:
        if self.kind not in WITHOUT_TONNES or self.cuts:
            return
        for target in (*self.targets, *(other for other, _, _ in self.also)):
            if isinstance(target, str):
                raise ThreatError(
                    f"threat '{self.name}' is {self.kind} and takes capacity of '{target}'; name a barrier or an exit "
                    f"that it acts through, or set cuts to true if it cuts the line itself"
                )
