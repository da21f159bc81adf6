"""A sweep to be read: its rows, and what they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from zollverein.errors import UnknownNameError
from zollverein.stress.sweeps import answers
from zollverein.stress.sweeps.plan import Plan
from zollverein.stress.sweeps.store import Store

__all__ = ["Sweep"]


CONSTANT = ("seed", "scenario", "policy", "version", "swapped", "certificate")


@dataclass(frozen=True)
class Sweep:
    """A sweep's folder and what is in it.

    Attributes
    ----------
    folder : where its rows are, as a partitioned Parquet dataset (``results``). plan : what was asked.
    """

    folder: Path
    plan: Plan = field(repr=False)

    @cached_property
    def _store(self) -> Store:
        return Store(self.folder, self.plan.manifest)

    def rows(self, world: str | int = 0, *, as_answered: bool = False) -> pd.DataFrame:
        """Return the rows of a world, one a draw: the tail as it was solved exactly, the rest as it was answered.

        Parameters
        ----------
        world : its label or number. as_answered : every row as it was answered at first.

        Raises
        ------
        UnknownNameError : no such world, with near matches.
        """
        number = self._number(world)
        first = self._store.read("answers", world=number)
        exact = self._store.read("exact", world=number)
        if as_answered or first.empty or exact.empty:
            return first
        better = exact[exact["status"] == "answered"].set_index("draw")
        out = first.set_index("draw")
        better = better[better.index.isin(out.index)]
        out.loc[better.index, :] = better[out.columns]
        return out.reset_index()[first.columns]

    def _number(self, world: str | int) -> int:
        labels = [planned.label for planned in self.plan.worlds]
        if isinstance(world, int) and 0 <= world < len(labels):
            return world
        if world not in labels:
            raise UnknownNameError("world", str(world), labels, f"sweep '{self.plan.spec.name}'")
        return labels.index(str(world))

    @property
    def done(self) -> tuple[int, int]:
        """Scenarios that are answered, and planned."""
        planned = self.plan.sample.scenarios * len(self.plan.worlds)
        return sum(len(rows) for _, rows in self._worlds), planned

    @cached_property
    def _worlds(self) -> list[tuple[str, pd.DataFrame]]:
        """Every world's rows, without what is the same in all of them: of a million draws each column is 8 MB."""
        worlds = [(world.label, self.rows(world.number)) for world in self.plan.worlds]
        return [(label, rows.drop(columns=[c for c in CONSTANT if c in rows])) for label, rows in worlds]

    @property
    def _drawn(self) -> list[tuple[str, pd.DataFrame]]:
        """Worlds whose draws make a sample; none where every scenario was answered once."""
        return [(label, rows) for label, rows in self._worlds if len(rows) > 1]

    @cached_property
    def scenarios(self) -> pd.DataFrame:
        """Every world in a row: world, scenario, policy, the grid's values, draws, failed, and mean losses."""
        out = []
        for planned, (label, rows) in zip(self.plan.worlds, self._worlds, strict=True):
            good = rows[rows["status"] == "answered"] if len(rows) else rows
            row = {"world": label, "scenario": planned.base, "policy": planned.policy, **planned.cell}
            row |= {"draws": len(rows), "failed": len(rows) - len(good)}
            named = [c for c in (*answers.LOSSES, *_incomes(rows)) if c in rows and rows[c].notna().any()]
            out.append(row | {name: float(good[name].mean()) for name in named})
        return pd.DataFrame(out)

    @cached_property
    def distribution(self) -> pd.DataFrame:
        """Losses of every world: mean, quantiles, value at risk and beyond, each with its error."""
        return answers.distribution_table(self._drawn, antithetic=self.plan.sample.antithetic)

    @cached_property
    def exceedance(self) -> pd.DataFrame:
        """Probability of losing more income than so much."""
        return answers.exceedance_table(self._drawn, self.plan.spec.beyond)

    @cached_property
    def regions(self) -> pd.DataFrame:
        """Change of real income by region: mean and spread over the draws."""
        names = self.plan.case.table("regions").set_index("region")["name"]
        return answers.regions_table(self._drawn, names, antithetic=self.plan.sample.antithetic)

    @cached_property
    def threats(self) -> pd.DataFrame:
        """How likely each threat is, and what the draws with it lost."""
        if not self.plan.threats or not self._drawn:
            return pd.DataFrame()
        kinds = pd.DataFrame(
            [(t.name, t.kind, t.basis) for t in self.plan.threats], columns=["threat", "kind", "basis"]
        )
        return answers.threats_table(self._worlds[0][1], kinds)

    @cached_property
    def combinations(self) -> pd.DataFrame:
        """The worst plausible combinations of two or three threats."""
        return answers.combinations_table(self._worlds[0][1]) if self.plan.threats and self._drawn else pd.DataFrame()

    @cached_property
    def worst(self) -> pd.DataFrame:
        """The worst draws; each can be had again by its number."""
        return answers.worst_table(self._worlds[0][1]) if self._drawn else pd.DataFrame()

    @cached_property
    def drivers(self) -> pd.DataFrame:
        """Sobol indices of threats and varied figures for lost income; to first order if the answers are."""
        if self.plan.spec.drivers is None:
            return pd.DataFrame()
        driven = self._store.read("drivers", world=0)
        if driven.empty:
            return pd.DataFrame()
        return answers.drivers_table(
            self.rows(0, as_answered=True), driven, self.plan.factors(self.plan.worlds[0]), self.plan.sample.seed
        )

    @cached_property
    def tornado(self) -> pd.DataFrame:
        """How lost income moves with each varied figure."""
        named = [vary.name for vary, _ in self.plan.worlds[0].variations]
        return answers.tornado_table(self._worlds[0][1], named) if named and self._drawn else pd.DataFrame()

    @cached_property
    def policies(self) -> pd.DataFrame:
        """What each policy changes against doing nothing, on the same draws."""
        if not self.plan.spec.policies or not self._drawn:
            return pd.DataFrame()
        worlds = [
            (planned.place, planned.policy, rows)
            for planned, (_, rows) in zip(self.plan.worlds, self._worlds, strict=True)
        ]
        capex = {policy.name: policy.capex_usd_million for policy in self.plan.spec.policies}
        return answers.policies_table(worlds, capex, antithetic=self.plan.sample.antithetic)

    @cached_property
    def approximation(self) -> pd.DataFrame:
        """How far answers to first order are from exact ones."""
        worlds = [
            (w.label, self.rows(w.number, as_answered=True), self._store.read("exact", world=w.number))
            for w in self.plan.worlds
        ]
        return answers.approximation_table(worlds, self.plan.check)

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Draws without an answer, and why."""
        exact = [(f"{w.label}, solved exactly", self._store.read("exact", world=w.number)) for w in self.plan.worlds]
        return answers.failures_table([(label, rows) for label, rows in [*self._worlds, *exact] if len(rows)])

    @cached_property
    def investment(self) -> pd.DataFrame:
        """Portfolios of options at every budget; see `zollverein.corridor.expansion`."""
        return self._store.read("frontier")

    @cached_property
    def options(self) -> pd.DataFrame:
        """What each option is worth, alone and last, and per dollar."""
        return self._store.read("options")

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return every table by name, those that are empty left out."""
        names = (
            "scenarios", "distribution", "exceedance", "regions", "threats", "combinations", "worst", "drivers",
            "tornado", "policies", "investment", "options", "approximation", "failures",
        )  # fmt: skip
        frames = {name: getattr(self, name) for name in names}
        return {name: frame for name, frame in frames.items() if len(frame)}


def _incomes(rows: pd.DataFrame) -> list[str]:
    return [str(column) for column in rows.columns if str(column).startswith("real_income_percent_")]
