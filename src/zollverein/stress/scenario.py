"""What happens in a stress test: a short, plain description that is checked before anything is computed."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from zollverein.stress.plain import Codes, Count, Day, Name, Number, Part, Share, Text
from zollverein.stress.varying import Vary

__all__ = [
    "BarrierChange",
    "CorridorPart",
    "EconomyPart",
    "HorizonSpec",
    "IcebergChange",
    "OutageSpec",
    "RevisionSpec",
    "Scenario",
    "StepSpec",
    "TariffChange",
]


Step = Literal["day", "week", "month", "year"]


class StepSpec(Part):
    """Periods of one length up to a day."""

    step: Step = Field(description="length of a period")
    until: Day = Field(description="last day that it holds for")


# Tagged, so that a fault is told of the one that was meant.
Steps = Annotated[
    Annotated[Step, Tag("literal[step]")] | Annotated[tuple[StepSpec, ...], Tag("tuple[steps]")],
    Discriminator(lambda given: "literal[step]" if isinstance(given, str) else "tuple[steps]"),
]


class HorizonSpec(Part):
    """The time that the corridor is routed over, both days included."""

    start: Day = Field(description="first day, for example 2022-01-01")
    end: Day = Field(description="last day")
    step: Steps = Field("week", description="length of a period; or several, each with the last day that it holds for")

    @model_validator(mode="after")
    def _forwards(self) -> HorizonSpec:
        if self.end < self.start:
            raise ValueError(f"ends on {self.end}, before it starts on {self.start}; swap the two")
        if not 1950 <= self.start.year <= self.end.year <= 2150:
            raise ValueError(f"runs from {self.start} to {self.end}; the years 1950 to 2150 are allowed")
        if (self.end - self.start).days > 366 * 10:
            raise ValueError(f"covers {(self.end - self.start).days:,} days; at most ten years are allowed")
        if not isinstance(self.step, str):
            days = [self.start, *(piece.until for piece in self.step)]
            if days[-1] != self.end or any(a >= b for a, b in pairwise(days)):
                raise ValueError(f"has steps that must each end after the one before, and the last on {self.end}")
        return self

    @property
    def periods(self) -> str:
        """What a period is called: ``week``, or ``day, then month``."""
        return self.step if isinstance(self.step, str) else ", then ".join(piece.step for piece in self.step)


class OutageSpec(Part):
    """A loss of capacity of a link, or of all that leaves a node."""

    name: Text = Field(description="what it is called in results")
    target: str = Field(description="a link or a node of the case")
    start: Day = Field(description="first day lost")
    end: Day = Field(description="first day back")
    share_lost: Share | None = Field(None, description="share of the capacity lost, 0 to 1")
    units_lost: Count | None = Field(None, ge=0, description="parallel units lost, for example moorings")
    announced_days: Count | None = Field(None, ge=1, le=36_500, description="duration announced when it began")
    known_from: Day | None = Field(None, description="day from which it is known with its dates, as maintenance is")

    @model_validator(mode="after")
    def _one_severity(self) -> OutageSpec:
        if (self.share_lost is None) == (self.units_lost is None):
            raise ValueError("give either share_lost or units_lost, and not both")
        if self.end <= self.start:
            raise ValueError(f"ends on {self.end} and starts on {self.start}; the end must come after the start")
        return self


class RevisionSpec(Part):
    """A figure of a link or node that is changed: a capacity built, a quota cut, a tariff raised."""

    target: str = Field(description="a link or a node of the case")
    figure: str = Field(description="which figure, for example usable_kt_per_year")
    value: Number = Field(description="its new value, in the unit of its name")
    start: Day | None = Field(None, description="first day on which it holds; absent: always")
    reason: Text = Field(description="what is built or decided, and where the number comes from")


class CorridorPart(Part):
    """What happens to the corridor."""

    exporter: str = Field("", description="whose oil is followed, ISO alpha-3; absent: the case's first one")
    horizon: HorizonSpec
    foresight: Literal["rolling", "perfect"] = Field(
        "rolling", description="rolling: nobody knows of an outage before it begins nor how long it lasts"
    )
    mode: Literal["least_cost", "calibrated"] = Field(
        "least_cost", description="calibrated: undisturbed it gives the case's observed flows, and bends around them"
    )
    bend_usd_per_t: Number | None = Field(
        None, gt=0.0, le=10_000.0, description="calibrated: how much dearer a tonne gets where a link carries twice"
    )
    events: tuple[str, ...] | Literal["all"] = Field((), description="events of the case's table that happen; or 'all'")
    outages: tuple[OutageSpec, ...] = Field((), description="outages beyond the table of events")
    revisions: tuple[RevisionSpec, ...] = Field((), description="figures of the network that are changed")

    @model_validator(mode="after")
    def _bend_has_a_use(self) -> CorridorPart:
        if self.bend_usd_per_t is not None and self.mode != "calibrated":
            raise ValueError("gives bend_usd_per_t, which only mode: calibrated uses; set the mode or leave it out")
        return self

    @model_validator(mode="after")
    def _each_revision_once(self) -> CorridorPart:
        keys = [(r.target, r.figure, r.start) for r in self.revisions]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise ValueError(f"{twice[1]} of '{twice[0]}' is revised twice from the same day; keep one revision")
        return self


class BarrierChange(Part):
    """Recorded barriers inside the union that are removed, or raised once more."""

    change: Literal["remove", "raise"]
    between: Codes = Field(description="countries on one side")
    and_: Codes | None = Field(None, alias="and", description="countries on the other; absent: all pairs of 'between'")
    severity: Number = Field(1.0, gt=0.0, le=5.0, description="share of the recorded trade-cost equivalent")

    model_config = ConfigDict(populate_by_name=True)

    @model_validator(mode="after")
    def _touches_something(self) -> BarrierChange:
        if not self.pairs:
            raise ValueError(f"names {', '.join(self.between)} alone; a barrier stands between two, so name another")
        if self.change == "remove" and self.severity > 1.0:
            raise ValueError(f"removes {self.severity:g} times what stands; a severity of at most 1 can be removed")
        return self

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Ordered pairs (exporter, importer) that the change touches, both directions."""
        other = self.and_ or self.between
        both = [(a, b) for a in self.between for b in other] + [(b, a) for a in self.between for b in other]
        return tuple(dict.fromkeys(pair for pair in both if pair[0] != pair[1]))


class TariffChange(Part):
    """New tariffs for all pairs of the exporters with the importers."""

    exporters: Codes
    importers: Codes
    sectors: Codes | None = Field(None, description="absent: every sector")
    rate: Number | None = Field(None, gt=-1.0, le=3.0, description="a rate: 0.05 is five percent")
    level: Literal["mfn"] | None = Field(None, description="the importer's most-favoured-nation tariff in the case")

    @model_validator(mode="after")
    def _one_level(self) -> TariffChange:
        _require_two(self.exporters, self.importers)
        if (self.rate is None) == (self.level is None):
            raise ValueError("give either rate or level, and not both")
        return self


class IcebergChange(Part):
    """A change of trade costs for all pairs of the exporters with the importers."""

    exporters: Codes
    importers: Codes
    sectors: Codes | None = Field(None, description="absent: every sector")
    factor: Number = Field(gt=0.0, le=10.0, description="factor on the cost of trade: 1.1 is ten percent dearer")

    @model_validator(mode="after")
    def _between_two(self) -> IcebergChange:
        _require_two(self.exporters, self.importers)
        return self


def _require_two(exporters: tuple[str, ...], importers: tuple[str, ...]) -> None:
    if set(exporters) == set(importers) and len(exporters) == 1:
        raise ValueError(f"goes from {exporters[0]} to itself; trade has two ends, so name another")


class EconomyPart(Part):
    """How the world adjusts, and what changes in it beyond the corridor."""

    labour: Literal["mobile", "specific"] | None = Field(
        None,
        description="mobile between sectors: the long run; specific to them: the short run. "
        "Absent: specific where there is a corridor, else mobile",
    )
    deficits: Literal["fixed", "multiplicative", "world_share", "zero"] = Field("fixed", description="trade deficits")
    barriers: tuple[BarrierChange, ...] = ()
    tariffs: tuple[TariffChange, ...] = ()
    iceberg: tuple[IcebergChange, ...] = ()

    @model_validator(mode="after")
    def _each_barrier_once(self) -> EconomyPart:
        pairs = [pair for barrier in self.barriers for pair in barrier.pairs]
        twice = next((pair for pair in pairs if pairs.count(pair) > 1), None)
        if twice is not None:
            raise ValueError(f"the barriers from {twice[0]} to {twice[1]} are changed twice; change them once")
        return self


class Scenario(Part):
    """One stress test: what is asked, of which case, and what happens in it.

    Build it from a file with `read_scenario`, or from a mapping with `scenario_of`.
    """

    name: Name = Field(description="lower case, digits and hyphens")
    title: Text = Field(description="one line")
    question: Text = Field(description="a paragraph: what this scenario asks, and of whom")
    case: str = Field("eurasia", description="bundled case, folder or zip")
    extends: str | None = Field(None, description="a scenario whose keys are taken over where this one is silent")
    corridor: CorridorPart | None = Field(None, description="absent: no corridor is routed")
    economy: EconomyPart = EconomyPart()
    vary: tuple[Vary, ...] = Field((), description="what is not known for certain: figures and their distributions")
    draws: Count = Field(100, ge=20, le=10_000, description="how often `run` draws them")
    seed: Count = Field(1, ge=0, lt=2**31, description="of those draws")

    @model_validator(mode="after")
    def _each_varied_once(self) -> Scenario:
        paths = [path for vary in self.vary for path in vary.paths]
        twice = next((path for path in paths if paths.count(path) > 1), None)
        if twice is not None:
            raise ValueError(f"varies '{twice}' twice; give it one distribution")
        return self

    @model_validator(mode="after")
    def _coherent(self) -> Scenario:
        if self.economy.labour == "mobile" and self.corridor is not None:
            raise ValueError(
                "economy.labour is 'mobile' beside a corridor; oil that cannot leave idles what produces it, "
                "which needs 'specific' (the short run): leave labour out or set it to specific"
            )
        return self

    @property
    def labour(self) -> Literal["mobile", "specific"]:
        """The closure of factors: as given, else the short run beside a corridor and the long run without."""
        return self.economy.labour or ("mobile" if self.corridor is None else "specific")

    def to_mapping(self) -> dict[str, Any]:
        """Return the scenario as plain data, as it would be written in YAML."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
