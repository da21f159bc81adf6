"""What all charts share: typefaces, quiet axes, and rows as plain data."""

from __future__ import annotations

import json
from typing import Any, TypeVar

import altair as alt
import pandas as pd

from zollverein.report import palette

__all__ = ["FONT", "records", "styled"]

FONT = "Inter, 'Helvetica Neue', Helvetica, Arial, sans-serif"

AnyChart = TypeVar("AnyChart", alt.Chart, alt.LayerChart)


def styled(chart: AnyChart) -> AnyChart:
    """Return a chart in the house's style."""
    dressed: AnyChart = (
        chart.configure(background="transparent", font=FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=palette.MUTED, titleColor=palette.MUTED, labelFontSize=11, titleFontSize=11,
            titleFontWeight="normal", gridColor=palette.FAINT, domainColor=palette.MUTED, tickColor=palette.FAINT,
            labelPadding=6, domain=False, ticks=False, gridOpacity=0.7,
        )
        .configure_text(font=FONT)
    )  # fmt: skip
    return dressed


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain data: dates as ISO text, what is not known as null, numbers to nine digits."""
    rows: list[dict[str, Any]] = json.loads(
        frame.to_json(orient="records", date_format="iso", double_precision=9, force_ascii=False)
    )
    return rows
