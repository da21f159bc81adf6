"""A concordance: which codes of one classification become which of another, and with what weight."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.case.concordances.judging import CONFIDENCES, judged, listed, require_known
from zollverein.errors import InputError

__all__ = ["Array", "Concordance", "identity"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Concordance:
    """Explicit weights from the codes of one classification to those of another.

    Attributes
    ----------
    name, title : how it is asked for, and what it says.
    source_classification, target_classification : from where to where, ``ISIC rev 3``.
    frame : source, target, weight, confidence; codes are text and a pair stands once. All weights are above zero and
        those of a source add to one: within 1e-9 as given, then exactly, for they are divided by their sum.
        ``confidence`` says what a row rests on: ``reported`` (a publisher's correspondence), ``derived`` (computed from
        one by a rule) or ``assumed`` (judgement, an equal split). Left out, a whole code is reported, a part assumed.
    cited : the works it is from, one each.

    Raises
    ------
    InputError : rows that are none of this, every fault at once.
    """

    name: str
    title: str
    source_classification: str
    target_classification: str
    frame: pd.DataFrame = field(repr=False)
    cited: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "frame", judged(self.frame, self.name))

    @property
    def sources(self) -> tuple[str, ...]:
        """Its source codes, in the order of their first appearance."""
        return tuple(dict.fromkeys(self.frame["source"]))

    @property
    def targets(self) -> tuple[str, ...]:
        """Its target codes, in the order of their first appearance."""
        return tuple(dict.fromkeys(self.frame["target"]))

    @property
    def splits(self) -> pd.DataFrame:
        """Rows of the codes that go to more than one target: what rests on weights."""
        return self.frame[self.frame["source"].duplicated(keep=False)].reset_index(drop=True)

    def weights(self, sources: Sequence[str]) -> tuple[tuple[str, ...], Array]:
        """Return the targets that ``sources`` reach and the weights to them.

        Returns
        -------
        T targets in the order in which the concordance names them, and a (len(sources), T) matrix with rows that add to
        one.

        Raises
        ------
        UnknownNameError, InputError : codes without a row here, all of them, with near matches; a code twice.
        """
        require_known("code", sources, self.sources, self._place())
        if len(set(sources)) != len(sources):
            twice = [code for code in dict.fromkeys(sources) if list(sources).count(code) > 1]
            raise InputError(f"{self._place()} is asked for {listed(twice)} more than once; give each code once")
        rows = self.frame[self.frame["source"].isin(sources)]
        targets = tuple(dict.fromkeys(rows["target"]))
        matrix = np.zeros((len(sources), len(targets)))
        at = pd.Index(sources).get_indexer(pd.Index(rows["source"]))
        matrix[at, pd.Index(targets).get_indexer(pd.Index(rows["target"]))] = rows["weight"]
        return targets, matrix

    def then(self, other: Concordance) -> Concordance:
        """Return the concordance that does this one and then ``other``: the product of their weights.

        Raises
        ------
        UnknownNameError, InputError : targets of this one that ``other`` does not know.
        """
        require_known("code", self.targets, other.sources, f"{other._place()} (a target of '{self.name}')")
        joined = self.frame.merge(other.frame, left_on="target", right_on="source", suffixes=("", "_of"), sort=False)
        worst = np.maximum(_rank(joined["confidence"]), _rank(joined["confidence_of"]))
        parts = pd.DataFrame(
            {
                "source": joined["source"],
                "target": joined["target_of"],
                "weight": joined["weight"] * joined["weight_of"],
                "rank": worst,
            }
        )
        pairs = parts.groupby(["source", "target"], sort=False).agg({"weight": "sum", "rank": "max"}).reset_index()
        pairs["confidence"] = [CONFIDENCES[k] for k in pairs.pop("rank")]
        return Concordance(
            f"{self.name}+{other.name}",
            f"{self.title}; then {other.title}",
            self.source_classification,
            other.target_classification,
            _in_order_of_targets(pairs, other.targets),
            tuple(dict.fromkeys((*self.cited, *other.cited))),
        )

    def reversed(self, weights_by: pd.Series[float] | None = None) -> Concordance:
        """Return the way back, each target parted among its sources.

        Parameters
        ----------
        weights_by : size of each source code (output, trade), by code. A target is parted by size times weight. Needed
            where a target has several sources: nothing here says how it parts.

        Raises
        ------
        InputError : a target with several sources and no sizes, sizes missing, below zero or zero for all of a target.
        """
        rows = self.frame
        if weights_by is None:
            several = list(dict.fromkeys(rows.loc[rows["target"].duplicated(), "target"]))
            if several:
                raise InputError(
                    f"{self._place()} cannot be reversed by itself: {listed(several)} of {self.target_classification} "
                    f"come from several codes; give weights_by, the size of each code of {self.source_classification}"
                )
            parts = rows.assign(weight=1.0)
        else:
            size = _sizes(weights_by, self.sources, self._place())
            parts = rows.assign(weight=rows["weight"] * rows["source"].map(size).to_numpy(float))
            total = parts.groupby("target", sort=False)["weight"].transform("sum")
            if empty := list(dict.fromkeys(parts.loc[total <= 0, "target"])):
                raise InputError(
                    f"weights_by gives nothing to all codes that {listed(empty)} of {self.target_classification} come "
                    f"from; give at least one of them a size above zero"
                )
            parts["weight"] = parts["weight"] / total
            parts["confidence"] = [max(c, "derived", key=CONFIDENCES.index) for c in parts["confidence"]]
            parts = parts[parts["weight"] > 0]
        swapped = parts.rename(columns={"source": "target", "target": "source"})
        return Concordance(
            f"{self.name}-reversed",
            f"{self.title}, reversed",
            self.target_classification,
            self.source_classification,
            swapped,
            self.cited,
        )

    def by_prefix(self, codes: Sequence[str]) -> Concordance:
        """Return the concordance of finer codes: each goes where its longest beginning that stands here goes.

        With chapters and headings here, six-digit products go by their heading where it is named, else their chapter.

        Raises
        ------
        UnknownNameError, InputError : codes of which no beginning stands here.
        """
        known = set(self.sources)
        begins = {code: _longest_beginning(code, known) for code in dict.fromkeys(codes)}
        require_known("beginning of code", [c for c, begin in begins.items() if not begin], self.sources, self._place())
        found = pd.DataFrame({"code": list(begins), "source": list(begins.values())}, dtype="str")
        rows = (
            found.merge(self.frame, on="source", sort=False).drop(columns="source").rename(columns={"code": "source"})
        )
        return Concordance(
            f"{self.name}-by-prefix",
            f"{self.title}, by the beginnings of finer codes",
            self.source_classification,
            self.target_classification,
            _in_order_of_targets(rows, self.targets),
            self.cited,
        )

    def _place(self) -> str:
        return f"concordance '{self.name}'"


def identity(codes: Sequence[str], classification: str = "") -> Concordance:
    """Return the concordance that leaves every code what it is."""
    frame = pd.DataFrame({"source": list(codes), "target": list(codes), "weight": 1.0, "confidence": "reported"})
    return Concordance("identity", "every code stays what it is", classification, classification, frame)


def _longest_beginning(code: str, known: Container[str]) -> str:
    return next((code[:n] for n in range(len(code), 0, -1) if code[:n] in known), "")


def _in_order_of_targets(pairs: pd.DataFrame, targets: Sequence[str]) -> pd.DataFrame:
    """Rows so that targets appear first in the given order, whatever the order of the sources."""
    at = pd.Index(targets).get_indexer(pd.Index(pairs["target"]))
    return pairs.iloc[np.argsort(at, kind="stable")].reset_index(drop=True)


def _sizes(weights_by: pd.Series[float], sources: Sequence[str], place: str) -> pd.Series[float]:
    require_known("size of code", sources, list(map(str, weights_by.index)), f"weights_by, which {place} reverses by")
    size = pd.to_numeric(weights_by, errors="coerce").astype(float)
    if size.index.has_duplicates:
        raise InputError(f"weights_by has {listed(list(size.index[size.index.duplicated()]))} more than once")
    if not (np.isfinite(size) & (size >= 0)).all():
        bad = list(map(str, size.index[~(np.isfinite(size) & (size >= 0))]))
        raise InputError(f"weights_by of {listed(bad)} is not a number of zero or more")
    return size


def _rank(confidence: pd.Series[str]) -> npt.NDArray[np.intp]:
    return np.asarray(pd.Index(CONFIDENCES).get_indexer(pd.Index(confidence)))
