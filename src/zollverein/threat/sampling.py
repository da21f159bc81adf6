"""Years that may come: outages drawn from threats, scenario by scenario, the same on any number of workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv, ndtri, pdtr

from zollverein.errors import ThreatError
from zollverein.threat.history import Incident
from zollverein.threat.kinds import Threat
from zollverein.threat.streams import uniforms
from zollverein.threat.targets import Impediment, Target

__all__ = ["MOST_EVENTS", "Drawn", "drawn", "sampled"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
DAYS_PER_YEAR = 365.0
# Events of one threat in one scenario beyond these are cut off, and so is whoever gives a rate that makes them.
MOST_EVENTS = 60
OFTEN = MOST_EVENTS // 3
# Uniform numbers of a threat: its rate, its count, two for the duration's parameters; of each event: its day, its
# duration, its loss and its target.
OF_A_THREAT, OF_AN_EVENT = 4, 4
LONGEST_DAYS = 3650
CHUNK = 1000


@dataclass(frozen=True)
class Drawn:
    """What one threat does in many scenarios.

    Attributes
    ----------
    count : (n,) events in each scenario. day : (n, events) days after the start. days : (n, events) how long.
    loss : (n, events) position of its loss. target : (n, events) position of what is struck.
    too : (n, events, others) whether what the same cause may strike is struck.
    """

    count: Ints
    day: Ints
    days: Ints
    loss: Ints
    target: Ints
    too: npt.NDArray[np.bool_]


def drawn(
    threat: Threat, days: int, scenarios: int, *, seed: int = 1, first: int = 0, antithetic: bool = False
) -> Drawn:
    """Draw one threat for scenarios ``first`` to ``first + scenarios - 1``, all at once.

    Uniform numbers come from a generator that counts (Philox, Salmon and others 2011, doi:10.1145/2063384.2063405): its
    key is the seed and the threat's name, its counter the scenario's number, so that any part of the scenarios can be
    drawn anywhere with the same result, and another threat changes nothing of this one. All else is their transform:
    the rate by its Gamma, the count by the Poisson of that rate, days by a lognormal whose parameters are drawn too.

    Parameters
    ----------
    days : that the scenarios last. antithetic : scenarios 2k and 2k + 1 use opposite numbers.
    """
    needed = OF_A_THREAT + MOST_EVENTS * (OF_AN_EVENT + len(threat.also))
    u = uniforms(threat.name, seed, first, scenarios, numbers=needed, antithetic=antithetic)
    rate = np.asarray(gammaincinv(threat.frequency.shape, u[:, 0]), dtype=np.float64) / threat.frequency.years
    count = _poisson(rate * days / DAYS_PER_YEAR, u[:, 1])
    values, vectors = np.linalg.eigh(np.asarray(threat.duration.covariance))
    off = ndtri(u[:, 2:4]) * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
    each = u[:, OF_A_THREAT:].reshape(scenarios, MOST_EVENTS, -1)
    median, spread = threat.duration.log_median + off[:, 0], threat.duration.log_spread + off[:, 1]
    lasting = np.exp(median[:, None] + np.exp(spread)[:, None] * ndtri(each[:, :, 1]))
    shares = np.cumsum(threat.severity.weights) / np.sum(threat.severity.weights)
    chance = np.array([probability for _, probability, _ in threat.also])
    return Drawn(
        count=count,
        day=(each[:, :, 0] * days).astype(np.int64),
        days=np.clip(np.round(np.minimum(lasting, LONGEST_DAYS)), 1, LONGEST_DAYS).astype(np.int64),
        loss=np.minimum(np.searchsorted(shares, each[:, :, 2]), len(shares) - 1).astype(np.int64),
        target=(each[:, :, 3] * len(threat.targets)).astype(np.int64),
        too=each[:, :, OF_AN_EVENT : OF_AN_EVENT + len(chance)] < chance,
    )


def sampled(
    threats: Sequence[Threat],
    start: date,
    end: date,
    scenarios: int,
    *,
    seed: int = 1,
    first: int = 0,
    antithetic: bool = False,
) -> Iterator[tuple[Incident | Impediment, ...]]:
    """Return what befalls network and union in each scenario between two days, both included; see `drawn`.

    A link or node has an `Incident`, barriers and members an `Impediment`.

    Parameters
    ----------
    scenarios : how many. seed : of all of them. first : the number of the first.

    Raises
    ------
    ThreatError : days, counts or a seed that are none, two threats of one name, or a rate of too many events.
    """
    _require(threats, start, end, scenarios, seed, first)
    days = (end - start).days + 1
    for begins in range(0, scenarios, CHUNK):
        some = min(CHUNK, scenarios - begins)
        parts = [drawn(t, days, some, seed=seed, first=first + begins, antithetic=antithetic) for t in threats]
        for k in range(some):
            found = [
                incident for threat, part in zip(threats, parts, strict=True)
                for incident in _incidents(threat, part, k, start)
            ]  # fmt: skip
            yield tuple(sorted(found, key=lambda incident: (incident.start, incident.name)))


def _poisson(mean: Floats, u: Floats) -> Ints:
    """The smallest count that a Poisson variable stays at or below with probability u, at most `MOST_EVENTS`."""
    count = np.zeros(len(mean), dtype=np.int64)
    while True:
        more = (pdtr(count, mean) < u) & (count < MOST_EVENTS)
        if not more.any():
            return count
        count[more] += 1


def _incidents(threat: Threat, part: Drawn, k: int, start: date) -> Iterator[Incident | Impediment]:
    for e in range(int(part.count[k])):
        begins = start + timedelta(days=int(part.day[k, e]))
        ends = begins + timedelta(days=int(part.days[k, e]))
        name, lost = f"{threat.name} {e + 1}", threat.severity.losses[part.loss[k, e]]
        share, units = (None, int(lost)) if threat.severity.units else (lost, None)
        yield _struck(name, threat.targets[part.target[k, e]], begins, ends, share, units)
        for (other, _, taken), struck in zip(threat.also, part.too[k, e], strict=True):
            if struck:
                yield _struck(f"{name}, {other}", other, begins, ends, taken, None)


def _struck(
    name: str, target: Target, start: date, end: date, share: float | None, units: int | None
) -> Incident | Impediment:
    if isinstance(target, str):
        return Incident(name, target, start, end, share, units, None)
    return Impediment(name, target, start, end, 1.0 if share is None else share)


def _require(threats: Sequence[Threat], start: date, end: date, scenarios: int, seed: int, first: int) -> None:
    names = [threat.name for threat in threats]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ThreatError(f"threat '{twice[0]}' is given twice; name each once")
    if not (isinstance(start, date) and isinstance(end, date) and start <= end):
        raise ThreatError(f"scenarios run from {start!r} to {end!r}; give two days, the first not after the last")
    for what, value in (("scenarios", scenarios), ("seed", seed), ("first", first)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value < 2**62:
            raise ThreatError(f"{what} is {value!r:.40}; allowed is a whole number, zero or more")
    years = ((end - start).days + 1) / DAYS_PER_YEAR
    for threat in threats:
        if threat.frequency.mean * years > OFTEN:
            raise ThreatError(
                f"threat '{threat.name}' happens {threat.frequency.mean * years:.3g} times between {start} and {end}; "
                f"allowed are {OFTEN}: sample a shorter time, or part the threat"
            )
