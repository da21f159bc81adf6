"""What a threat is: its kind, what it strikes, and how often, how long and how hard, each with how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from zollverein.errors import ThreatError

__all__ = ["KINDS", "Basis", "Duration", "Frequency", "Severity", "Threat"]

Basis = Literal["history", "judgement"]
# The Hybrid CoE's and the Joint Research Centre's conceptual model (2021), with nature and technique beside it.
KINDS = (
    "physical", "cyber", "legal-administrative", "disinformation", "interference", "military", "natural", "technical",
)  # fmt: skip


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
    losses : shares of capacity above 0 to 1, or whole units. weights : of each, above 0; their sum says how sure they
        are. units : whether losses are units.
    """

    losses: tuple[float, ...]
    weights: tuple[float, ...]
    units: bool = False

    def __post_init__(self) -> None:
        if not self.losses or len(self.losses) != len(self.weights):
            raise ThreatError(
                f"a severity has {len(self.losses)} losses and {len(self.weights)} weights; give one each"
            )
        for weight in self.weights:
            _positive("a weight of a severity", weight)
        for loss in self.losses:
            _positive("a loss of a severity", loss)
            if (self.units and not float(loss).is_integer()) or (not self.units and loss > 1.0):
                raise ThreatError(
                    f"a severity loses {loss:g}; allowed is {'whole units' if self.units else 'a share to 1'}"
                )


@dataclass(frozen=True)
class Threat:
    """Something that may happen to the network.

    Attributes
    ----------
    name, kind : one of `KINDS`. targets : links or nodes; each event strikes one of them, all alike likely.
    frequency, duration, severity : see there.
    also : (target, probability, share) that the same cause strikes at the same time and for as long.
    basis : what it rests on; source : who says so.
    """

    name: str
    kind: str
    targets: tuple[str, ...]
    frequency: Frequency
    duration: Duration
    severity: Severity
    also: tuple[tuple[str, float, float], ...] = ()
    basis: Basis = "judgement"
    source: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ThreatError(f"threat '{self.name}': kind is '{self.kind}'; allowed are {', '.join(KINDS)}")
        if not self.targets:
            raise ThreatError(f"threat '{self.name}' strikes nothing; name a link or a node")
        for target, probability, share in self.also:
            if not (0.0 <= probability <= 1.0 and 0.0 < share <= 1.0):
                raise ThreatError(
                    f"threat '{self.name}': '{target}' is struck too with probability {probability!r} for a share of "
                    f"{share!r}; allowed are 0 to 1, and above 0 to 1"
                )
