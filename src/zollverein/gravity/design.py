"""What is regressed on what: regressors, fixed effects, clusters, years, and whether sales at home are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from zollverein.errors import GravityError, UnknownNameError
from zollverein.gravity.panel import Ints, Panel
from zollverein.gravity.terms import Regressor, Selection, Term, regressor_columns

__all__ = ["CONSTANT", "HETERO", "PARTS", "Design", "Domestic", "grouped", "regressors", "selected"]

Domestic = Literal["keep", "require", "drop"]
PARTS = ("exporter", "importer", "year", "sector", "pair", "symmetric_pair", "domestic")
"""What fixed effects and clusters are made of, joined by hyphens: ``exporter-year``, ``pair``."""
HETERO, CONSTANT = "hetero", "constant"


@dataclass(frozen=True)
class Design:
    """A gravity equation to estimate.

    Parameters
    ----------
    regressors : names of columns, or terms such as ``Log("distance")``.
    fixed_effects : each a group, written with the parts of `PARTS` joined by hyphens. ``exporter-year`` and
        ``importer-year`` stand for multilateral resistance, ``pair`` for what two countries are to each other in one
        direction, ``symmetric_pair`` in both alike; ``domestic`` for each country's sales at home and all else
        together. None: one constant.
    cluster : errors may be correlated within it; several names are multiway. ``symmetric_pair`` puts both directions
        into one cluster. ``hetero``: no correlation.
    years : years that are taken; or ``interval``, every so many years from the panel's first. Neither: all.
    domestic : ``keep`` what there is of sales at home, ``require`` them for every exporter and year, or ``drop`` them.

    Raises
    ------
    GravityError : no regressors, or a value that is not allowed. UnknownNameError : a part that does not exist.

    Examples
    --------
    >>> Design(("rta",), fixed_effects=("exporter-year", "importer-year", "pair")).cluster
    ('pair',)
    """

    regressors: Sequence[Regressor]
    fixed_effects: Sequence[str] = ("exporter-year", "importer-year")
    cluster: str | Sequence[str] = "pair"
    years: Sequence[int] | None = None
    interval: int | None = None
    domestic: Domestic = "keep"

    def __post_init__(self) -> None:
        for name in ("regressors", "fixed_effects", "cluster"):
            value = getattr(self, name)
            value = (value,) if isinstance(value, str | Term) else value
            if not isinstance(value, list | tuple):
                raise GravityError(f"the design's {name} are {value!r:.60}; give a name or a list of them")
            object.__setattr__(self, name, tuple(value))
        self._check_names()
        if self.domestic not in get_args(Domestic):
            raise GravityError(f"domestic is {self.domestic!r:.40}; allowed is {', '.join(get_args(Domestic))}")
        if self.years is not None and self.interval is not None:
            raise GravityError("the design is given years and an interval; give one of them")
        if self.interval is not None and not (_whole(self.interval) and self.interval >= 1):
            raise GravityError(f"interval is {self.interval!r:.40}; allowed is a whole number of years from 1")
        if self.years is not None:
            if isinstance(self.years, str) or not all(_whole(year) for year in self.years) or not len(self.years):
                raise GravityError(f"years are {self.years!r:.60}; give a list such as [2000, 2005, 2010]")
            object.__setattr__(self, "years", tuple(sorted({int(year) for year in self.years})))

    def _check_names(self) -> None:
        if not self.regressors:
            raise GravityError("the design has no regressors; name at least one column or term")
        for regressor in self.regressors:
            if not isinstance(regressor, str | Term):
                raise GravityError(
                    f"a regressor is {regressor!r:.60}; give the name of a column or a term such as Log('distance')"
                )
        for kind, names in (("fixed effect", self.fixed_effects), ("cluster", self.cluster)):
            for name in names:
                for part in str(name).split("-"):
                    if part not in PARTS and not (kind == "cluster" and name == HETERO):
                        raise UnknownNameError(f"part of a {kind}", part, PARTS, f"'{name}'")
            if len({frozenset(str(name).split("-")) for name in names}) < len(names):
                raise GravityError(f"the design has a {kind} twice ({', '.join(names)}); keep one")
        if not self.cluster:
            raise GravityError("the design has no cluster; give one, or 'hetero' for errors that are not correlated")
        if HETERO in self.cluster and len(self.cluster) > 1:
            raise GravityError("errors are clustered, or 'hetero'; not both")


def selected(panel: Panel, design: Design) -> Selection:
    """Return the years of a design and the rows of a panel that are in them, sales at home as the design says.

    Raises
    ------
    GravityError : a year that the panel does not have, or domestic sales that a design requires and are not there.
    """
    if not isinstance(panel, Panel):
        raise GravityError(f"the panel is a {type(panel).__name__}; make one with Panel.from_table(...)")
    if not isinstance(design, Design):
        raise GravityError(f"the design is {design!r:.60}; give a Design, or one that a preset builds")
    years = panel.years
    if design.years is not None:
        absent = [year for year in design.years if year not in panel.years]
        if absent:
            raise GravityError(
                f"the panel has no year {', '.join(map(str, absent))}; it has {', '.join(map(str, panel.years))}"
            )
        years = tuple(design.years)
    elif design.interval is not None:
        years = tuple(year for year in panel.years if (year - panel.years[0]) % design.interval == 0)
    if design.domestic == "require" and panel.domestic != "all":
        lacking = [f"{country} in {year}" for country, year in panel.without_domestic if year in years]
        if lacking:
            more = f" and {len(lacking) - 5:,} more" if len(lacking) > 5 else ""
            raise GravityError(
                f"the design needs sales at home, and they are missing for {', '.join(lacking[:5])}{more}; add rows "
                f"with exporter = importer, or take domestic='keep' or 'drop'"
            )
    taken = panel.frame["year"].isin(years).to_numpy()
    return Selection(panel, taken & ~panel.at_home if design.domestic == "drop" else taken, years)


def grouped(panel: Panel, name: str) -> tuple[Ints, pd.DataFrame]:
    """Return the group (n,) of each row under a fixed effect or cluster, and a frame of labels, one row a group.

    Raises
    ------
    GravityError : it names sectors and the panel has none.
    """
    if name == CONSTANT:
        return np.zeros(len(panel.frame), dtype=np.int64), pd.DataFrame({CONSTANT: ["all"]})
    labels: dict[str, object] = {}
    for part in name.split("-"):
        if part == "sector" and "sector" not in panel.keys:
            raise GravityError(f"'{name}' is by sector, and the panel has none; name its column with sector=")
        labels |= _labels(panel, part)
    frame = pd.DataFrame(labels)
    codes = frame.groupby(list(frame.columns), sort=True).ngroup()
    first = np.unique(codes.to_numpy(), return_index=True)[1]
    return np.asarray(codes, dtype=np.int64), frame.iloc[first].reset_index(drop=True)


def regressors(panel: Panel, design: Design) -> pd.DataFrame:
    """Return the regressors of a design in every row that its years take, whether used in an estimation or not.

    The frame has exporter, importer, year [, sector] and a column for each regressor; NaN where one is not known.

    Raises
    ------
    GravityError : the design does not fit the panel.
    """
    rows = selected(panel, design)
    found = regressor_columns(design.regressors, rows)
    return panel.frame[list(panel.keys)].assign(**found)[rows.taken].reset_index(drop=True)


def _labels(panel: Panel, part: str) -> dict[str, object]:
    frame = panel.frame
    a, b = frame["exporter"], frame["importer"]
    if part == "pair":
        return {"exporter": a, "importer": b}
    if part == "symmetric_pair":
        return {"country": a.where(a <= b, b), "partner": b.where(a <= b, a)}
    if part == "domestic":
        return {"domestic": a.where(panel.at_home, "")}
    return {part: frame[part]}


def _whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
