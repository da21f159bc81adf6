"""A concordance: which codes of one classification become which of another, and with what weight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from zollverein.errors import InputError, UnknownNameError, near_matches
from zollverein.given import framed

__all__ = ["COLUMNS", "CONFIDENCES", "Array", "Concordance", "identity", "require_known"]

Array = npt.NDArray[np.float64]

COLUMNS = ("source", "target", "weight", "confidence")
CONFIDENCES = ("reported", "derived", "assumed")
ADDS_TO_ONE_WITHIN = 1e-9
SHOWN = 12


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
        object.__setattr__(self, "frame", _judged(self.frame, self.name))

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
            raise InputError(f"{self._place()} is asked for {_listed(twice)} more than once; give each code once")
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
                    f"{self._place()} cannot be reversed by itself: {_listed(several)} of {self.target_classification} "
                    f"come from several codes; give weights_by, the size of each code of {self.source_classification}"
                )
            parts = rows.assign(weight=1.0)
        else:
            size = _sizes(weights_by, self.sources, self._place())
            parts = rows.assign(weight=rows["weight"] * rows["source"].map(size).to_numpy(float))
            total = parts.groupby("target", sort=False)["weight"].transform("sum")
            if empty := list(dict.fromkeys(parts.loc[total <= 0, "target"])):
                raise InputError(
                    f"weights_by gives nothing to all codes that {_listed(empty)} of {self.target_classification} come "
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

    def _place(self) -> str:
        return f"concordance '{self.name}'"


def identity(codes: Sequence[str], classification: str = "") -> Concordance:
    """Return the concordance that leaves every code what it is."""
    frame = pd.DataFrame({"source": list(codes), "target": list(codes), "weight": 1.0, "confidence": "reported"})
    return Concordance("identity", "every code stays what it is", classification, classification, frame)


def require_known(kind: str, given: Iterable[str], known: Sequence[str], where: str) -> None:
    """Refuse names that do not exist where they were looked for, all of them at once, each with its near matches."""
    there = set(known)
    unknown = [name for name in dict.fromkeys(given) if name not in there]
    if len(unknown) == 1:
        raise UnknownNameError(kind, unknown[0], known, where)
    if unknown:
        hints = [(name, near_matches(name, known, 1)) for name in unknown[:SHOWN]]
        told = [f"'{name}'" + (f" (did you mean '{near[0]}'?)" if near else "") for name, near in hints]
        more = f" and {len(unknown) - SHOWN} more" if len(unknown) > SHOWN else ""
        raise InputError(f"no {kind} {', '.join(told)}{more} in {where}; it has {_listed(list(known))}")


def _judged(given: pd.DataFrame, name: str) -> pd.DataFrame:
    place = f"concordance '{name}'"
    frame = framed(f"of {place}", given)
    if missing := [column for column in COLUMNS[:3] if column not in frame.columns]:
        raise InputError(f"{place} lacks column {', '.join(missing)}; it has source, target, weight and may confidence")
    frame = frame.reset_index(drop=True)
    if frame.empty:
        raise InputError(f"{place} has no rows; give at least one source with its target")
    faults = []
    for column in ("source", "target"):
        bad = [value for value in frame[column] if not isinstance(value, str) or not value.strip()]
        if bad:
            faults.append(f"{column} {_listed(list(map(repr, bad)))} is no code; codes are text, '01' and not 1")
    weight = pd.to_numeric(frame["weight"], errors="coerce").to_numpy(float)
    if (bad := ~(np.isfinite(weight) & (weight > 0))).any():
        faults.append(f"weight of {_listed(list(map(str, frame['source'][bad])))} is not a number above zero")
    twice = frame.duplicated(["source", "target"])
    if twice.any():
        pairs = [f"{a} to {b}" for a, b in zip(frame["source"][twice], frame["target"][twice], strict=True)]
        faults.append(f"{_listed(pairs)} stands more than once; keep one row")
    total = pd.Series(weight).groupby(list(frame["source"]), sort=False).transform("sum").to_numpy()
    if not faults and (off := np.abs(total - 1.0) > ADDS_TO_ONE_WITHIN).any():
        sums = {str(code): float(value) for code, value in zip(frame["source"][off], total[off], strict=True)}
        told = [f"{code} to {value:.12g}" for code, value in sums.items()]
        faults.append(f"weights add up for {_listed(told)}; those of a source add to 1 (give ten digits)")
    whole = ~frame["source"].duplicated(keep=False)
    default = whole.map({True: "reported", False: "assumed"})
    confidence = frame["confidence"].where(frame["confidence"].notna(), default) if "confidence" in frame else default
    if wrong := sorted({str(c) for c in confidence} - set(CONFIDENCES)):
        faults.append(f"confidence {_listed(wrong)}; allowed: {', '.join(CONFIDENCES)}")
    if faults:
        raise InputError(f"{place} is refused: " + "; ".join(faults))
    return pd.DataFrame(
        {
            "source": frame["source"].astype("str").to_numpy(),
            "target": frame["target"].astype("str").to_numpy(),
            "weight": np.where(whole, 1.0, weight / total),
            "confidence": confidence.astype("str").to_numpy(),
        }
    )


def _in_order_of_targets(pairs: pd.DataFrame, targets: Sequence[str]) -> pd.DataFrame:
    """Rows so that targets appear first in the given order, whatever the order of the sources."""
    at = pd.Index(targets).get_indexer(pd.Index(pairs["target"]))
    return pairs.iloc[np.argsort(at, kind="stable")].reset_index(drop=True)


def _sizes(weights_by: pd.Series[float], sources: Sequence[str], place: str) -> pd.Series[float]:
    require_known("size of code", sources, list(map(str, weights_by.index)), f"weights_by, which {place} reverses by")
    size = pd.to_numeric(weights_by, errors="coerce").astype(float)
    if size.index.has_duplicates:
        raise InputError(f"weights_by has {_listed(list(size.index[size.index.duplicated()]))} more than once")
    if not (np.isfinite(size) & (size >= 0)).all():
        bad = list(map(str, size.index[~(np.isfinite(size) & (size >= 0))]))
        raise InputError(f"weights_by of {_listed(bad)} is not a number of zero or more")
    return size


def _rank(confidence: pd.Series[str]) -> npt.NDArray[np.intp]:
    return np.asarray(pd.Index(CONFIDENCES).get_indexer(pd.Index(confidence)))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(map(str, names[:SHOWN]))
    return shown + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
