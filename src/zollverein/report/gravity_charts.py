"""Charts of estimated gravity equations: the path of trade around an entry, and real income with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

from zollverein.errors import GravityError
from zollverein.report import palette
from zollverein.report.chart_style import layered, records
from zollverein.report.formatting import THIN, number, with_sign

if TYPE_CHECKING:
    from zollverein.stress import EstimatedWelfare

__all__ = ["event_chart", "welfare_chart"]

WIDTH, HEIGHT, BAR = 760, 300, 22
PATH = ("horizon", "estimate", "low", "high", "binned")
COUNTRIES_SHOWN = 30


def event_chart(path: pd.DataFrame) -> alt.LayerChart:
    """Draw an event study: effect on log trade by years since entry, with bounds of 95 percent.

    Hollow points are the first and last period, which hold what lies beyond. The dashed line parts before from after.

    Parameters
    ----------
    path : horizon, estimate, low, high, binned, as `zollverein.gravity.event_path` returns it.

    Raises
    ------
    GravityError : columns are missing.
    """
    missing = [column for column in PATH if column not in path]
    if missing:
        raise GravityError(f"the path lacks the columns {', '.join(missing)}; give what event_path(estimate) returns")
    reference = (path["low"] == path["high"]) & (path["estimate"] == 0.0)
    frame = path.assign(
        Effect=[with_sign(number(float(v), 3), float(v)) for v in path["estimate"]],
        Range=[
            f"{number(float(a), 3)} to {number(float(b), 3)}" for a, b in zip(path["low"], path["high"], strict=True)
        ],
        Years=[_years(int(k), bool(binned)) for k, binned in zip(path["horizon"], path["binned"], strict=True)],
        reference=reference,
    )
    width = int(path["horizon"].diff().iloc[1:].min()) if len(path) > 1 else 1
    base = alt.Chart(alt.InlineData(values=records(frame)))
    x = alt.X(
        "horizon:Q",
        axis=alt.Axis(title="years since entry", values=[int(k) for k in path["horizon"]], format="d", grid=False),
        scale=alt.Scale(nice=False, padding=18),
    )
    y = alt.Y("estimate:Q", axis=alt.Axis(title="effect on log trade", tickCount=6))
    bounds = base.mark_rule(color=palette.KEPT, strokeWidth=1.4).encode(
        x=x, y=alt.Y("low:Q", axis=alt.Axis(title="effect on log trade")), y2="high:Q"
    )
    points = base.mark_point(color=palette.KEPT, size=64, opacity=1.0, strokeWidth=1.6).encode(
        x=x, y=y, tooltip=["Years:N", "Effect:N", "Range:N"],
        fill=alt.condition("datum.binned", alt.value(palette.PAPER), alt.value(palette.KEPT)),
    )  # fmt: skip
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color=palette.MUTED).encode(y="zero:Q")
    entry = alt.Chart(alt.InlineData(values=[{"entry": -0.5 * width}])).mark_rule(
        color=palette.MUTED, strokeDash=[2, 3]
    ).encode(x="entry:Q")  # fmt: skip
    told = frame[~frame["reference"]]
    said = "; ".join(f"{r['Years']} {r['Effect']} ({r['Range']})" for r in told.to_dict("records"))
    return _sized([zero, entry, bounds, points], HEIGHT, f"Effect on log trade by years since entry: {said}.")


def welfare_chart(welfare: EstimatedWelfare) -> alt.LayerChart:
    """Draw the change of real income of the countries that move most, with the range of 90 percent of draws."""
    table = welfare.table
    most = table.loc[table["real_income_percent"].abs().sort_values(ascending=False, kind="stable").index]
    frame = table.loc[sorted(most.index[:COUNTRIES_SHOWN])]
    frame = frame.assign(
        Change=[with_sign(number(float(v), 3), float(v)) for v in frame["real_income_percent"]],
        Range=[
            f"{number(float(a), 3)} to {number(float(b), 3)}"
            for a, b in zip(frame["low_percent"], frame["high_percent"], strict=True)
        ],
    )
    base = alt.Chart(alt.InlineData(values=records(frame)))
    y = alt.Y("country:N", sort=list(frame["country"]), axis=alt.Axis(title=None, labelColor=palette.INK))
    title = alt.Axis(title="real income, percent", tickCount=6, labelExpr=f"replace(datum.label, /,/g, '{THIN}')")
    bars = base.mark_bar(height=12, cornerRadius=1).encode(
        y=y, x=alt.X("real_income_percent:Q", axis=title), tooltip=["country:N", "Change:N", "Range:N"],
        color=alt.condition("datum.real_income_percent < 0", alt.value(palette.LOST), alt.value(palette.GAINED)),
    )  # fmt: skip
    bounds = base.mark_rule(color=palette.INK, strokeWidth=1.4).encode(y=y, x="low_percent:Q", x2="high_percent:Q")
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color=palette.MUTED).encode(x="zero:Q")
    said = "; ".join(f"{r['country']} {r['Change']} ({r['Range']})" for r in frame.to_dict("records"))
    left = f" {len(table) - len(frame)} countries that move less are left out." if len(table) > len(frame) else ""
    return _sized([bars, bounds, zero], BAR * len(frame) + 10, f"Change of real income, percent: {said}.{left}")


def _years(horizon: int, binned: bool) -> str:
    side = "or earlier" if horizon < 0 else "or later"
    return f"{horizon:+d}" + f" {side}" * binned if horizon else "0" + f" {side}" * binned


def _sized(layers: list[alt.Chart], height: int, description: str) -> alt.LayerChart:
    return layered(layers, WIDTH, height, description)
