"""The corridor run against history: each forecast beside what came, inputs frozen at the day shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pandas as pd

from zollverein.case import Case, open_case
from zollverein.corridor import Routing, stranded_kt
from zollverein.errors import CaseError
from zollverein.stress.hindcast_checks import parts
from zollverein.stress.hindcast_measures import UNITS, Forecasts, forecasts, spread_of
from zollverein.stress.hindcast_network import STATUSES, Known, network_known
from zollverein.stress.hindcast_tables import (
    CARRIED,
    Episode,
    Variant,
    announced_record,
    episodes_of,
    inputs_of,
    outages_of,
)
from zollverein.stress.runner import DEFAULT_CASE, Progress

__all__ = ["FORECASTS", "Hindcast", "hindcast"]

FORECASTS = ("model", "persistence", "proportional", "expert")


@dataclass(frozen=True)
class Hindcast:
    """Forecasts beside what came, for each episode, variant and measure.

    Attributes
    ----------
    results : episode, variant, measure, title, kind, target, unit, start, end, freeze, timing (``ahead``: the time
        lies after the freeze; ``under way``: it had begun; ``given``: it was over, and what happened in it is given),
        model, persistence, proportional, expert, observed, then of each forecast the error (``error_model``, in the
        unit) and the error in percent of what was observed (``percent_model``), skill (of the model over
        persistence), persistence_basis, expert_on, expert_source, source, confidence, method.
    episodes : episode, title, question, start, end, step, variant, variant_title, given, freeze, record_share (the part
        of what is announced that is believed), record_events (on how many events that rests),
        stranded_undisturbed_kt (what could not leave even so), then by status the number of figures, max_residual.
    figures : episode, variant, table, target, figure, value, valid_from, known_on, status, meaning, source,
        confidence, method: every figure that was used or left out at the freeze, and why.
    mode : how the network was routed. max_residual : the largest residual of all routings.
    """

    case_name: str
    case_title: str
    mode: str
    results: pd.DataFrame = field(repr=False)
    episodes: pd.DataFrame = field(repr=False)
    figures: pd.DataFrame = field(repr=False)
    max_residual: float

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return every table of the result by name."""
        return {"results": self.results, "episodes": self.episodes, "figures": self.figures}

    def published_later(self) -> pd.DataFrame:
        """Return the figures published after the freeze, describing a state before it."""
        return self.figures[self.figures["status"].isin(("published_later", "input_published_later"))]

    def _repr_html_(self) -> str:
        shown = ["episode", "variant", "title", "unit", *FORECASTS, "observed", "skill"]
        return self.results[shown].to_html(index=False, border=0, na_rep="–", float_format="{:,.1f}".format)


def hindcast(
    *,
    case: str | Path | Case | None = None,
    episode: str | None = None,
    mode: str = "least_cost",
    progress: Progress | None = None,
) -> Hindcast:
    """Run a case's corridor against its own history.

    Parameters
    ----------
    case : a bundled case's name, a folder, a zip or an open `Case`; absent: the bundled one.
    episode : one episode alone.
    mode : how the network is routed; see `zollverein.Network.route`.
    progress : called as the work goes on.

    Raises
    ------
    UnknownNameError : no such episode, with near matches.
    CaseError : the case has no history, or an input that was not known at the freeze.
    NoAnswerError : a routing without a certificate.

    Examples
    --------
    >>> import zollverein as zv
    >>> past = zv.hindcast(episode="pumping-station-2025")
    >>> past.results["observed"].notna().any() and past.max_residual < 1e-6
    True
    """
    tell = progress or (lambda _what, _share: None)
    tell("reading the case", 0.0)
    opened = case if isinstance(case, Case) else open_case(case if case is not None else DEFAULT_CASE)
    runs = [(e, v) for e in episodes_of(opened, episode) for v in e.variants]
    results, told, figures = [], [], []
    routed: dict[tuple[object, ...], _Routed] = {}
    for done, (which, variant) in enumerate(runs):
        tell(f"{which.name}: {variant.name}", done / len(runs))
        # A variant that only believes less of what is announced knew the same as its neighbour: it is routed once.
        key = (which.name, variant.freeze, variant.inputs)
        if key not in routed:
            routed = {key: _routed(opened, which, variant, mode)}
        answer = _run(opened, which, variant, routed[key])
        results.append(answer.results)
        told.append(answer.summary)
        figures.append(answer.figures)
    tell("done", 1.0)
    if not any(len(part) for part in results):
        raise CaseError("no measure of table hindcast_observed is asked of any variant; leave variants empty for all")
    summary = pd.DataFrame(told)
    return Hindcast(
        case_name=opened.name,
        case_title=opened.title,
        mode=mode,
        results=scored(pd.concat(results, ignore_index=True)),
        episodes=summary,
        figures=pd.concat(figures, ignore_index=True),
        max_residual=float(summary["max_residual"].max()),
    )


def scored(results: pd.DataFrame) -> pd.DataFrame:
    """Return results with the error of each forecast, in the unit and in percent, and the model's skill.

    ``skill = 1 - |error of the model| / |error of persistence|``: one is perfect, zero no better than yesterday's
    level, below zero worse. It is not defined where persistence was exact.
    """
    scores: dict[str, Any] = {}
    observed = results["observed"]
    for name in FORECASTS:
        scores[f"error_{name}"] = results[name] - observed
        scores[f"percent_{name}"] = 100.0 * scores[f"error_{name}"] / observed.where(observed != 0)
    benchmark = scores["error_persistence"].abs()
    scores["skill"] = 1.0 - scores["error_model"].abs() / benchmark.where(benchmark > 0)
    return results.assign(**scores)


@dataclass(frozen=True, slots=True)
class _Answer:
    results: pd.DataFrame
    summary: dict[str, Any]
    figures: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Routed:
    """What was known at a freeze, and the network routed on it without and with what befalls it."""

    inputs: pd.DataFrame
    known: Known
    before: Routing
    after: Routing


def _routed(case: Case, episode: Episode, variant: Variant, mode: str) -> _Routed:
    inputs = inputs_of(case, episode, variant)
    known = network_known(case, inputs, variant.freeze, episode.exporter if mode == "calibrated" else None)
    outages = outages_of(inputs, episode.horizon)
    # Which modes there are is the engine's to say: it refuses a name that it does not know.
    how = cast("Any", mode)
    before = known.network.route(episode.horizon, mode=how)
    after = known.network.route(episode.horizon, outages=outages, mode=how) if outages else before
    return _Routed(inputs, known, before, after)


def _run(case: Case, episode: Episode, variant: Variant, routed: _Routed) -> _Answer:
    inputs, known, before, after = routed.inputs, routed.known, routed.before, routed.after
    share, events = 1.0, 0
    if variant.discounted:
        if "events" not in case.tables:
            raise CaseError(f"variant {variant.name} of episode {episode.name} is discounted, which needs table events")
        share, events = announced_record(case.table("events"), variant.freeze)
    carried = inputs[inputs["figure"] == CARRIED].set_index("target")
    spread = spread_of(after, {str(r): float(kt) for r, kt in carried["value"].items()}, episode.exporter)
    basis = carried["method"].to_dict()
    rows = []
    for measure in _asked(episode, variant):
        said = forecasts(measure, before, after, spread, episode.exporter, share)
        rows.append(_row(measure, episode, variant, said, basis))
    summary = {
        "episode": episode.name, "title": episode.title, "question": episode.question,
        "start": pd.Timestamp(episode.horizon.start), "end": pd.Timestamp(episode.horizon.end),
        "step": episode.horizon.step, "variant": variant.name, "variant_title": variant.title, "given": variant.given,
        "freeze": pd.Timestamp(variant.freeze), "record_share": share, "record_events": events,
        "stranded_undisturbed_kt": stranded_kt(before, episode.exporter),
        **_counted(known), "max_residual": max(r.certificate.max_residual for r in (before, after)),
    }  # fmt: skip
    figures = known.figures.assign(meaning=known.figures["status"].map(STATUSES))
    figures.insert(0, "episode", episode.name)
    figures.insert(1, "variant", variant.name)
    return _Answer(pd.DataFrame(rows), summary, figures)


def _asked(episode: Episode, variant: Variant) -> list[dict[Any, Any]]:
    """The measures that a variant is asked for: those that name it, and those that name none."""
    mine = [not (named := parts(cell)) or variant.name in named for cell in episode.measures["variants"]]
    return episode.measures[mine].to_dict("records")


def _counted(known: Known) -> dict[str, int]:
    counts = known.figures["status"].value_counts()
    return {status: int(counts.get(status, 0)) for status in STATUSES}


def _row(
    measure: dict[Any, Any], episode: Episode, variant: Variant, said: Forecasts, basis: dict[Any, Any]
) -> dict[str, Any]:
    freeze = pd.Timestamp(variant.freeze)
    target = "" if pd.isna(measure["target"]) else str(measure["target"])
    return {
        "episode": episode.name, "variant": variant.name, "measure": measure["measure"], "title": measure["title"],
        "kind": measure["kind"], "target": target, "unit": UNITS.get(str(measure["kind"]), "kt"),
        "start": measure["start"], "end": measure["end"], "freeze": freeze,
        "timing": "given" if measure["end"] <= freeze else "ahead" if measure["start"] > freeze else "under way",
        "model": said.model, "persistence": said.persistence, "proportional": said.proportional,
        "expert": _number(measure["expert"]), "observed": _number(measure["observed"]),
        "persistence_basis": str(basis.get(target, "")),
        **{name: measure[name] for name in ("expert_on", "expert_source", "source", "confidence", "method")},
    }  # fmt: skip


def _number(value: object) -> float:
    return float("nan") if pd.isna(value) else float(cast("float", value))  # type: ignore[call-overload]
