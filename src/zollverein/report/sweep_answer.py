"""The answer of a sweep in plain words: what is lost, how bad it may get, what drives it, and what helps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from zollverein.report.answer import KeyFigure
from zollverein.report.formatting import number, share
from zollverein.report.sweep_wording import (
    INCOME,
    LOSSES,
    NOTHING_DONE,
    amount,
    factor_names,
    first_world,
    loser,
    loss_told,
    period,
    policy_names,
    threat_words,
    world_names,
)

if TYPE_CHECKING:
    from zollverein.stress.sweeps.result import Sweep

__all__ = ["MONEY_THAT_COUNTS", "SURE", "SweepAnswer", "sweep_answer", "sweep_key_figures", "told_threshold"]

# Half a 95 percent interval, in standard errors.
SURE = 1.959963984540054
# A sum below this many US$ million is shown as zero: what a solver leaves, and no loss.
MONEY_THAT_COUNTS = 0.05
# A share of the variance that is worth a name, and how many are named.
BEHIND, NAMED = 0.05, 3
# An interval of a share that is broader than this orders nothing.
WIDE = 0.4
# Of the losses whose probability is known, the one nearest to this probability is told.
TOLD_PROBABILITY = 0.1


@dataclass(frozen=True, slots=True)
class SweepAnswer:
    """What a sweep found, in words.

    Attributes
    ----------
    headline : one sentence.
    paragraphs : what is lost and how bad it may get; what drives it; what helps; how the worlds differ.
    """

    headline: str
    paragraphs: tuple[str, ...]


def sweep_answer(sweep: Sweep) -> SweepAnswer:
    """Say what a sweep found; every number stands in its tables."""
    loss = loss_told(sweep)
    if not loss:
        alone = _without_sample(sweep)
        return SweepAnswer(alone, (alone,))
    measures = _measures(sweep, loss, first_world(sweep))
    mean = _mean(sweep, loss, measures)
    found = (
        (mean, _tail(sweep, loss, measures), _probability(sweep)), (_drivers(sweep),),
        (_policies(sweep), _options(sweep)), (_across(sweep, loss),),
    )  # fmt: skip
    paragraphs = (" ".join(filter(None, sentences)) for sentences in found)
    return SweepAnswer(mean, tuple(filter(None, paragraphs)))


def sweep_key_figures(sweep: Sweep) -> list[KeyFigure]:
    """Return the four or so figures that a reader should take home."""
    loss = loss_told(sweep)
    if not loss:
        return []
    measures, unit = _measures(sweep, loss, first_world(sweep)), period(sweep)
    what = LOSSES[loss][0].lower()
    figures = [
        KeyFigure(_of(measures, loss, "mean"), f"{what} in a {unit}, on average"),
        KeyFigure(_of(measures, loss, "var95"), f"exceeded in one {unit} of twenty"),
        KeyFigure(_of(measures, loss, "cvar95"), f"on average in the worst twentieth of {unit}s"),
    ]
    threshold = told_threshold(sweep)
    if threshold is not None:
        beyond = amount(INCOME, threshold["loss_usd_million"])
        figures.append(KeyFigure(_percent(threshold["probability"]), f"of {unit}s lose more than {beyond}"))
    return figures


def told_threshold(sweep: Sweep) -> Mapping[str, float] | None:
    """Return the row of the exceedance table that is told in words: of the first world, nearest to one in ten."""
    table = sweep.exceedance
    if not len(table):
        return None
    mine = table[(table["world"] == first_world(sweep)) & (table["probability"] > 0) & (table["loss_usd_million"] > 0)]
    if not len(mine):
        return None
    off = (mine["probability"] / TOLD_PROBABILITY).map(math.log).abs()
    row = mine.iloc[int(off.to_numpy().argmin())]
    return {str(key): float(value) for key, value in row.items() if key != "world"}


def _without_sample(sweep: Sweep) -> str:
    table = sweep.scenarios
    if not len(table) or not table["draws"].sum():
        return "No scenario is answered yet."
    good = table[table["draws"] > table["failed"]]
    loss = next((name for name in LOSSES if name in good and good[name].notna().any()), "")
    if not len(good) or not loss:
        return f"Not one of {number(int(table['draws'].sum()))} scenarios has an answer."
    names, who, what = world_names(sweep), loser(sweep), LOSSES[loss][1]
    if table["draws"].max() > 1:
        few = int(table["draws"].max())
        mean = amount(loss, float(good[loss].iloc[0]))
        return f"{number(few)} draws are too few to say how sure it is; on average they lose {mean} {what}."
    known = good[good[loss].notna()].sort_values(loss, kind="stable")
    low, high = known.iloc[0], known.iloc[-1]
    if len(known) == 1:
        return f"{_name(who)} {_verb(who, low[loss])} {amount(loss, abs(float(low[loss])))} {what}; nothing was drawn."
    verb = "lose" if who.endswith("members") else "loses"
    return (
        f"Each of {number(len(known))} scenarios was answered once, as it is written and without any threat. "
        f"{_name(who)} {verb} least under “{names[low['world']]}”, {amount(loss, float(low[loss]))} {what}, and most "
        f"under “{names[high['world']]}”, {amount(loss, float(high[loss]))}."
    )


def _mean(sweep: Sweep, loss: str, measures: pd.DataFrame) -> str:
    who, value = loser(sweep), _figure(measures, "mean")
    if not float(measures["value"].abs().max()) >= MONEY_THAT_COUNTS:
        return f"{_name(who)} {'lose' if who.endswith('members') else 'loses'} nothing in any {period(sweep)}."
    low, high = amount(loss, _figure(measures, "mean", "low")), amount(loss, _figure(measures, "mean", "high"))
    error = amount(loss, _figure(measures, "mean", "standard_error"))
    return (
        f"{_name(who)} {_verb(who, value)} {amount(loss, abs(value))} {LOSSES[loss][1]} a {period(sweep)} on average, "
        f"with a sampling error of {error} (95 percent: {low} to {high})."
    )


def _tail(sweep: Sweep, loss: str, measures: pd.DataFrame) -> str:
    unit, error = period(sweep), amount(loss, _figure(measures, "cvar95", "standard_error"))
    if not float(measures["value"].abs().max()) >= MONEY_THAT_COUNTS:
        return ""
    if not _figure(measures, "var95") >= MONEY_THAT_COUNTS:
        return (
            f"Fewer than one {unit} in twenty costs anything; the worst twentieth loses "
            f"{_of(measures, loss, 'cvar95')} on average, with an error of {error} (CVaR)."
        )
    return (
        f"One {unit} in twenty costs {_of(measures, loss, 'var95')} or more; those worst {unit}s cost "
        f"{_of(measures, loss, 'cvar95')} on average, with an error of {error} (CVaR)."
    )


def _probability(sweep: Sweep) -> str:
    row = told_threshold(sweep)
    if row is None:
        return ""
    return (
        f"The probability of losing more than {amount(INCOME, row['loss_usd_million'])} {LOSSES[INCOME][1]} in a "
        f"{period(sweep)} is {_percent(row['probability'])} (95 percent: {_percent(row['low'])} to "
        f"{_percent(row['high'])})."
    )


def _drivers(sweep: Sweep) -> str:
    table = sweep.drivers
    if not len(table):
        return _struck_in_worst(sweep)
    names, words = factor_names(sweep), threat_words(sweep)
    mine = table[table["total"] >= BEHIND].head(NAMED)
    if not len(mine):
        return "No single threat or figure is behind as much as a twentieth of the variance."
    told = [
        f"{names.get(row['factor'], row['factor'])}{_what(words.get(row['factor'], ''))} {share(row['total'])} "
        f"({share(row['total_low'])} to {share(row['total_high'])})"
        for row in mine.to_dict("records")
    ]
    samples = number(int(table["samples"].iloc[0]))
    wide = not (mine["total_high"] - mine["total_low"]).max() < WIDE
    doubt = f" {samples} pairs of samples leave these intervals wide: their order is not certain." if wide else ""
    return f"What drives it, by its share of the variance with all that it interacts with: {'; '.join(told)}.{doubt}"


def _struck_in_worst(sweep: Sweep) -> str:
    table = sweep.threats
    mine = table[table["in_worst"] > table["probability"]].head(NAMED) if len(table) else table
    if not len(mine):
        return ""
    words = threat_words(sweep)
    told = [
        f"{row['threat']}{_what(words.get(row['threat'], ''))} in {share(row['in_worst'])} (in all: "
        f"{share(row['probability'])})"
        for row in mine.to_dict("records")
    ]
    return f"Of the worst twentieth of {period(sweep)}s, these came with: {'; '.join(told)}."


def _policies(sweep: Sweep) -> str:
    table = sweep.policies
    if not len(table):
        return ""
    mine = table[table["base"] == table["base"].iloc[0]]
    names = policy_names(sweep)
    per, gain = "cvar95_avoided_per_dollar", "cvar95_avoided"
    priced = mine[mine[per].notna() & (mine[gain] >= MONEY_THAT_COUNTS)]
    if len(priced):
        best = priced.iloc[int(priced[per].to_numpy().argmax())]
        lead = (
            f"Of the policies, “{names[best['policy']]}” lowers the mean of the worst twentieth most for its cost: by "
            f"{number(float(best[per]), 2)} dollars for every dollar"
        )
    elif float(mine[gain].max()) >= MONEY_THAT_COUNTS:
        best = mine.iloc[int(mine[gain].to_numpy().argmax())]
        lead = f"Of the policies, “{names[best['policy']]}” lowers the mean of the worst twentieth most"
    else:
        return "No policy lowers the mean of the worst twentieth."
    return (
        f"{lead}; it avoids {_avoided(best)} on average and {amount(INCOME, float(best[gain]))} in the worst twentieth."
    )


def _avoided(row: pd.Series[Any]) -> str:
    value, error = float(row["loss_avoided"]), float(row["standard_error"])
    low, high = value - SURE * error, value + SURE * error
    doubt = "" if low > 0 or high < 0 else ", which this sample does not tell from nothing"
    return f"{amount(INCOME, value)} (95 percent: {amount(INCOME, low)} to {amount(INCOME, high)}{doubt})"


def _options(sweep: Sweep) -> str:
    table = sweep.options
    if not len(table):
        return ""
    mine = table[table["cvar_per_dollar"].notna() & (table["alone_cvar_usd_million"] >= MONEY_THAT_COUNTS)]
    if not len(mine):
        return "No option to build lowers the tail of the corridor’s losses by itself."
    best = mine.iloc[int(mine["cvar_per_dollar"].to_numpy().argmax())]
    return (
        f"Of what could be built, “{best['option']}” lowers the tail of the corridor’s losses most for its cost: by "
        f"{amount(INCOME, float(best['alone_cvar_usd_million']))}, {number(float(best['cvar_per_dollar']), 2)} dollars "
        f"for every dollar."
    )


def _across(sweep: Sweep, loss: str) -> str:
    """How the mean differs between scenarios and cells, nothing done."""
    labels = [world.label for world in sweep.plan.worlds if world.policy == NOTHING_DONE]
    table = sweep.distribution
    mine = table[(table["loss"] == loss) & (table["measure"] == "mean") & table["world"].isin(labels)]
    if len(mine) < 2:
        return ""
    names = world_names(sweep)
    low, high = mine.iloc[int(mine["value"].to_numpy().argmin())], mine.iloc[int(mine["value"].to_numpy().argmax())]
    return (
        f"All this is of “{names[first_world(sweep)]}”; over {number(len(mine))} worlds the mean runs from "
        f"{amount(loss, float(low['value']))} (“{names[low['world']]}”) to {amount(loss, float(high['value']))} "
        f"(“{names[high['world']]}”)."
    )


def _measures(sweep: Sweep, loss: str, label: str) -> pd.DataFrame:
    table = sweep.distribution
    return table[(table["world"] == label) & (table["loss"] == loss)].set_index("measure")


def _figure(measures: pd.DataFrame, measure: str, column: str = "value") -> float:
    return float(measures[column][measure])


def _of(measures: pd.DataFrame, loss: str, measure: str) -> str:
    return amount(loss, _figure(measures, measure))


def _percent(probability: float) -> str:
    """A probability; one that is small and not nothing is not shown as nothing."""
    return share(probability) if probability >= 5e-4 or not probability else f"under {share(1e-3)}"


def _what(words: str) -> str:
    return f" ({words})" if words else ""


def _name(who: str) -> str:
    return f"{who[:1].upper()}{who[1:]}"


def _verb(who: str, value: float) -> str:
    """A loss below zero is a gain."""
    verb = "lose" if value >= 0 else "gain"
    return verb if who.endswith("members") else f"{verb}s"
