"""What a threat strikes: a link or node by its name, the barriers of a pair of countries, a member of the union.

::

    cpc-terminal        a link or a node loses capacity
    barrier:RUS-KAZ     what RUS (exporter) sells to KAZ (importer) meets the barriers on record once more
    barriers:RUS-KAZ    the same in both directions
    exit:ARM            ARM leaves the union
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from zollverein.errors import ThreatError, near_matches

__all__ = ["MOST_RAISED", "BarrierTarget", "ExitTarget", "Impediment", "Target", "loss_fault", "target_of"]

GRAMMAR = "a link or a node by its name, barrier:EXPORTER-IMPORTER, barriers:ONE-OTHER (both directions) or exit:MEMBER"
PREFIXES = ("barrier", "barriers", "exit")
# Barriers can be raised by several times what is on record, as a scenario's can.
MOST_RAISED = 5.0


@dataclass(frozen=True, slots=True)
class BarrierTarget:
    """The barriers that trade of ``exporter`` to ``importer`` meets; ``both``: in both directions."""

    exporter: str
    importer: str
    both: bool = False

    def __post_init__(self) -> None:
        for country in (self.exporter, self.importer):
            if not (isinstance(country, str) and country and country == country.strip()):
                raise ThreatError(f"a barrier between {self.exporter!r} and {self.importer!r}; name two countries")
        if self.exporter == self.importer:
            raise ThreatError(f"a barrier of {self.exporter} against itself; a barrier stands between two countries")

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Ordered pairs (exporter, importer)."""
        there = (self.exporter, self.importer)
        return (there, there[::-1]) if self.both else (there,)

    def __str__(self) -> str:
        return f"barrier{'s' if self.both else ''}:{self.exporter}-{self.importer}"


@dataclass(frozen=True, slots=True)
class ExitTarget:
    """A member that leaves the union."""

    member: str

    def __post_init__(self) -> None:
        if not (isinstance(self.member, str) and self.member and self.member == self.member.strip()):
            raise ThreatError(f"an exit of {self.member!r}; name a member of the union")

    def __str__(self) -> str:
        return f"exit:{self.member}"


Target = str | BarrierTarget | ExitTarget


@dataclass(frozen=True, slots=True)
class Impediment:
    """A barrier raised, or a member gone, from ``start`` up to, not including, ``end``.

    Attributes
    ----------
    share : of the recorded trade-cost equivalent that is raised once more, above 0 to `MOST_RAISED`; of an exit 1.
    """

    name: str
    target: BarrierTarget | ExitTarget
    start: date
    end: date
    share: float = 1.0

    def __post_init__(self) -> None:
        if fault := loss_fault(self.target, self.share):
            raise ThreatError(f"'{self.name}': {fault}")


def target_of(text: Target) -> Target:
    """Return what a text names; a name without a colon is a link or a node.

    Raises
    ------
    ThreatError : the text follows no form, with the near ones.

    Examples
    --------
    >>> target_of("barriers:RUS-KAZ").pairs
    (('RUS', 'KAZ'), ('KAZ', 'RUS'))
    """
    if not isinstance(text, str):
        return text
    prefix, colon, rest = (part.strip() for part in text.partition(":"))
    if not colon:
        return text.strip()
    if prefix not in PREFIXES:
        near = near_matches(prefix, PREFIXES)
        meant = f"; did you mean '{near[0]}:{rest}'?" if near else ""
        raise ThreatError(f"target '{text}' begins with '{prefix}:'; allowed is {GRAMMAR}{meant}")
    if prefix == "exit":
        return ExitTarget(rest)
    countries = [part.strip() for part in rest.split("-")]
    if len(countries) != 2:
        raise ThreatError(f"target '{text}' names no pair; allowed is {GRAMMAR}")
    return BarrierTarget(countries[0], countries[1], both=prefix == "barriers")


def loss_fault(target: Target, share: float) -> str | None:
    """Return why a target cannot lose such a share; None if it can."""
    most = MOST_RAISED if isinstance(target, BarrierTarget) else 1.0
    if isinstance(target, ExitTarget) and share != 1.0:
        return f"{target} takes {share!r}; a member leaves whole, so that it is 1"
    if not 0.0 < share <= most:
        return f"{target} takes {share!r}; allowed is above 0 to {most:g}"
    return None
