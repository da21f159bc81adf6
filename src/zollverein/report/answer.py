"""The answer in plain words: one headline, and three sentences with their figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from zollverein.report.formatting import apart, money, number, percent, share, tonnes, with_sign
from zollverein.report.wording import varied, year_of_base

if TYPE_CHECKING:
    from zollverein.stress import StressTest

__all__ = ["Answer", "KeyFigure", "answer_of", "key_figures"]

# Below these, a figure is shown as zero, and a sentence says that nothing changed.
TONNES_THAT_COUNT = 0.05
PERCENT_THAT_COUNTS = 0.005
# A route that alone lost nearly all that was lost is named.
NEARLY_ALL = 0.9
# Stranded and rerouted tonnes that differ from the displaced by more than this share are no parts of them.
PARTS_DIFFER = 0.05


@dataclass(frozen=True, slots=True)
class Answer:
    """What a test found, in words.

    Attributes
    ----------
    headline : one sentence.
    sentences : three: what happens to the goods, to whom it costs what, and how sure that is.
    """

    headline: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure that is set large: its value as text, and what it is."""

    value: str
    label: str


def answer_of(test: StressTest) -> Answer:
    """Say what a stress test found."""
    income, tonnage = _income_clauses(test), _tonnage(test)
    if tonnage is None:
        return Answer(_sentence(income[0]), (_sentence(income[0]), _sentence(income[1]), _certainty(test)))
    first = _sentence(f"{tonnage}; {_home_income(test)}")
    middle = _sentence("; ".join(part for part in (_passage(test), _netback(test)) if part))
    return Answer(first, (_sentence(tonnage), middle, _sentence(income[0])))


def key_figures(test: StressTest) -> list[KeyFigure]:
    """Return the four or so figures that a reader should take home."""
    figures = []
    if len(test.corridor_summary):
        measures = test.corridor_summary.set_index("measure")
        stranded, rerouted = _change(measures, "stranded"), _change(measures, "rerouted")
        figures = [
            KeyFigure(tonnes(stranded), "stranded beyond what was before"),
            KeyFigure(tonnes(rerouted), "gained by other routes"),
            KeyFigure(_signed_money(_change(measures, "export_value")), "value of exports"),
        ]
    home = _home(test)
    if home is not None:
        figures.append(KeyFigure(_signed(float(home["real_income_percent"])), f"real income, {home['name']}"))
    if not len(test.corridor_summary):
        moved = _by_size(test)
        figures += [KeyFigure(_signed(float(r["real_income_percent"])), f"real income, {r['name']}")
                    for r in moved.to_dict("records")[:4] if home is None or r["region"] != home["region"]]  # fmt: skip
    return figures[:4]


def _tonnage(test: StressTest) -> str | None:
    """What became of the tonnes; None without a corridor."""
    if not len(test.corridor_summary):
        return None
    measures = test.corridor_summary.set_index("measure")
    displaced, rerouted = _change(measures, "displaced"), _change(measures, "rerouted")
    stranded, exported = _change(measures, "stranded"), _change(measures, "exported")
    if displaced <= TONNES_THAT_COUNT:
        if abs(exported) > TONNES_THAT_COUNT:
            more = "more leave" if exported > 0 else "fewer leave"
            return f"{tonnes(abs(exported))} {more} the country than undisturbed"
        return "Every tonne goes where it went before, and nothing more is stranded"
    kept = f"{tonnes(stranded)} are stranded" if stranded > TONNES_THAT_COUNT else ""
    elsewhere = f"{tonnes(rerouted)} find another way" if rerouted > TONNES_THAT_COUNT else ""
    lost = _change(measures, "lost_at_field")
    if lost > TONNES_THAT_COUNT:
        text = f"{tonnes(displaced)} fewer leave by {_loser(test)}: {tonnes(lost)} cannot be produced"
        return "; ".join(filter(None, [text, kept, elsewhere]))
    # Tanks and yearly quotas let a route catch up, so that what is stranded need not be what routes lost over the year.
    if abs(stranded + rerouted - displaced) > PARTS_DIFFER * displaced:
        moved = f"exports {'fall' if exported < 0 else 'rise'} by {tonnes(abs(exported))} over the horizon"
        gained = f"routes gain {tonnes(rerouted)}" if rerouted > TONNES_THAT_COUNT else ""
        return "; ".join(filter(None, [kept or "Nothing more is stranded", moved, gained]))
    if stranded > TONNES_THAT_COUNT:
        # What is filled into lines or left in tanks may make a little more of it than all.
        part = f"All of the {tonnes(displaced)}" if stranded >= displaced else _of(stranded, displaced)
        text = f"{part} that would have left by {_loser(test)} are stranded"
        return "; ".join(filter(None, [text, elsewhere]))
    return (
        f"All of the {tonnes(displaced)} that would have left by {_loser(test)} still leave: "
        f"{tonnes(rerouted)} find another way, and nothing more is stranded"
    )


def _of(part_kt: float, whole_kt: float) -> str:
    """``10.1 of the 12.9 Mt``, the unit once where both have the same."""
    part, whole = tonnes(part_kt), tonnes(whole_kt)
    unit = whole[-2:]
    return f"{part[:-3] if part.endswith(unit) else part} of the {whole}"


def _loser(test: StressTest) -> str:
    lost = -test.routes["change_kt"].clip(upper=0.0)
    worst = test.routes.iloc[int(lost.to_numpy().argmax())]
    return f"“{worst['name']}”" if lost.max() >= NEARLY_ALL * lost.sum() else "the routes that lost tonnes"


def _passage(test: StressTest) -> str:
    """Whose land the oil crosses now: the country of the largest share before, apart from the markets."""
    if not len(test.transit):
        return ""
    crossed = test.transit[~test.transit["country"].isin(_market_countries(test))]
    if not len(crossed):
        return ""
    first = crossed.sort_values("before_share", ascending=False, kind="stable").iloc[0]
    was, now = share(float(first["before_share"])), share(float(first["after_share"]))
    if was == now:
        return f"{first['name']} is still entered by {now} of exports"
    return f"{first['name']} is entered by {now} of exports, and was by {was}"


def _market_countries(test: StressTest) -> set[str]:
    if test.routing is None:
        return set()
    nodes = test.routing.network.nodes
    return set(nodes.loc[nodes["kind"] == "market", "country"])


def _netback(test: StressTest) -> str:
    measures = test.corridor_summary.set_index("measure")
    if "netback" not in measures.index or "export_value" not in measures.index:
        return ""
    per_tonne, value = _change(measures, "netback"), _change(measures, "export_value")
    if abs(per_tonne) < TONNES_THAT_COUNT and abs(value) < TONNES_THAT_COUNT:
        return "neither the netback of a tonne nor the value of exports changes"
    after = float(measures["after"]["netback"])
    moved = f"{'rises' if per_tonne > 0 else 'falls'} by US$ {number(abs(per_tonne), 1)} to US$ {number(after)}"
    netback = f"a tonne’s mean netback {moved}" if abs(per_tonne) >= TONNES_THAT_COUNT else "the mean netback stands"
    return f"{netback}, and exports earn {money(abs(value))} {'more' if value > 0 else 'less'} at the corridor’s prices"


def _home_income(test: StressTest) -> str:
    home = _home(test)
    return "no region’s real income changes" if home is None else _falls(home)


def _income_clauses(test: StressTest) -> tuple[str, str]:
    """What happens to real income at home, and to the others most touched."""
    moved = _by_size(test)
    if moved.empty:
        return "No region’s real income changes by as much as a hundredth of a percent", "Trade stays as it was"
    home = _home(test)
    first = moved.iloc[0] if home is None else home
    others = moved[moved["region"] != first["region"]].head(3)
    still = abs(float(first["real_income_percent"])) < PERCENT_THAT_COUNTS
    lead = _falls(first) if still else f"{_falls(first)} of its income in {year_of_base(test)}{_range(test, first)}"
    rest = _list([f"{r['name']} ({_signed(float(r['real_income_percent']))})" for r in others.to_dict("records")])
    if not rest:
        return f"{lead}; no other region’s changes by as much as a hundredth of a percent", _trade(test)
    return f"{lead}; most touched besides: {rest}", _trade(test)


def _trade(test: StressTest) -> str:
    home = _home(test)
    first = _by_size(test).iloc[0] if home is None else home
    moves = [_moved(float(first[f"{flow}_percent"])) for flow in ("exports", "imports")]
    return f"{first['name']}{_s(str(first['name']))} exports {moves[0]}, and its imports {moves[1]}"


def _certainty(test: StressTest) -> str:
    figures = int(test.sources["figures"].sum())
    return f"Of the {number(figures)} figures that this rests on, {share(test.assumed_share)} are assumed."


def _falls(region: pd.Series[Any]) -> str:
    value = float(region["real_income_percent"])
    if abs(value) < PERCENT_THAT_COUNTS:
        return f"{region['name']}{_s(str(region['name']))} real income does not change"
    verb = "rises" if value > 0 else "falls"
    return f"{region['name']}{_s(str(region['name']))} real income {verb} by {percent(abs(value))}"


def _moved(value: float) -> str:
    if abs(value) < PERCENT_THAT_COUNTS:
        return "do not change"
    return f"{'rise' if value > 0 else 'fall'} by {percent(abs(value))}"


def _range(test: StressTest, region: pd.Series[Any]) -> str:
    if "real_income_low_percent" not in region.index:
        return ""
    low, high = apart(float(region["real_income_low_percent"]), float(region["real_income_high_percent"]))
    besides = "" if test.scenario.corridor is None else "; no figure of the corridor was varied"
    return "" if low == high else f" (between {low} and {high} over {varied(test)}{besides})"


def _home(test: StressTest) -> pd.Series[Any] | None:
    """The exporter's region; without a corridor, who alone sets tariffs anew and feels it, or the first one touched."""
    corridor, setters = test.scenario.corridor, {n for t in test.scenario.economy.tariffs for n in t.importers}
    acts = {corridor.exporter} if corridor is not None else setters
    mine = test.welfare[test.welfare["region"].isin(acts)]
    moves = mine["real_income_percent"].abs() >= PERCENT_THAT_COUNTS
    if len(mine) == 1 and (corridor is not None or moves.all()):
        return mine.iloc[0]
    moved = test.welfare[test.welfare["real_income_percent"].abs() >= PERCENT_THAT_COUNTS]
    return moved.iloc[0] if len(moved) else None


def _by_size(test: StressTest) -> pd.DataFrame:
    size = test.welfare["real_income_percent"].abs()
    order = size[size >= PERCENT_THAT_COUNTS].sort_values(ascending=False, kind="stable").index
    return test.welfare.loc[order]


def _change(measures: pd.DataFrame, name: str) -> float:
    return float(measures["change"].get(name, 0.0))


def _signed(value: float) -> str:
    return with_sign(percent(value), value)


def _signed_money(value: float) -> str:
    return with_sign(money(value), value)


def _s(name: str) -> str:
    return "’" if name.endswith("s") else "’s"


def _list(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1] if parts else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""
