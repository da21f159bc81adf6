"""What all charts share: typefaces, quiet axes, and rows as plain data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from zollverein.report import palette

__all__ = ["FONT", "layered", "records"]

FONT = "Inter, 'Helvetica Neue', Helvetica, Arial, sans-serif"


def layered(layers: Sequence[alt.Chart], width: int, height: int, description: str, **more: Any) -> alt.LayerChart:
    """Return charts laid over each other in the house's style.

    At one go: Altair copies all layers whenever something is set on a chart that has them.

    Parameters
    ----------
    width, height : pixels. description : the chart in words. more : what else Vega-Lite knows of layers.
    """
    axis = alt.AxisConfig(
        labelColor=palette.MUTED, titleColor=palette.MUTED, labelFontSize=11, titleFontSize=11,
        titleFontWeight="normal", gridColor=palette.FAINT, domainColor=palette.MUTED, tickColor=palette.FAINT,
        labelPadding=6, domain=False, ticks=False, gridOpacity=0.7,
    )  # fmt: skip
    config = alt.Config(
        background="transparent", font=FONT, view=alt.ViewConfig(stroke=None), axis=axis, text=alt.MarkConfig(font=FONT)
    )
    chart: alt.LayerChart = alt.LayerChart(
        layer=list(layers), width=width, height=height, description=description, config=config, **more
    )
    return chart


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain data: dates as ISO text, what is not known as null, numbers to nine digits."""
    rows: list[dict[str, Any]] = json.loads(
        frame.to_json(orient="records", date_format="iso", double_precision=9, force_ascii=False)
    )
    return rows
