"""Estimates of gravity equations as folders: their tables, and a chart where there is one to draw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import altair as alt
import pandas as pd
import vl_convert

from zollverein.report.gravity_charts import event_chart, welfare_chart
from zollverein.report.writing import write_folder

if TYPE_CHECKING:
    from zollverein.gravity import Estimate
    from zollverein.stress import EstimatedWelfare

__all__ = ["write_estimate", "write_welfare"]

EVENT_LINE = "event_study.svg the path of trade around entry, with bounds of 95 percent"
WELFARE_LINE = "welfare.svg    real income by country, with the range of 90 percent of draws"


def write_estimate(estimate: Estimate, title: str, folder: str | Path, path: pd.DataFrame | None = None) -> Path:
    """Write an estimate as a folder: coefficients, covariance, ledger, rows left out and fitted trade.

    Parameters
    ----------
    path : an event study as `zollverein.gravity.event_path` returns it; it is written and drawn too.

    Raises
    ------
    OutputError : the place cannot be written to or holds what is not ours; nothing was changed.
    """
    tables = _estimate_tables(estimate)
    if path is None:
        return write_folder(folder, title, {"": tables}, {}, ())
    texts = {"event_study.svg": _svg(event_chart(path))}
    return write_folder(folder, title, {"": tables | {"event_study": path}}, texts, (EVENT_LINE,))


def write_welfare(welfare: EstimatedWelfare, estimate: Estimate, title: str, folder: str | Path) -> Path:
    """Write real income under changed effects as a folder, with the estimate that it rests on.

    Raises
    ------
    OutputError : the place cannot be written to or holds what is not ours; nothing was changed.
    """
    drawn = welfare.draws.real_income.rename_axis("draw").reset_index()
    tables = {"real_income": welfare.table, "cells": welfare.cells, "draws": drawn, **_estimate_tables(estimate)}
    texts = {"welfare.svg": _svg(welfare_chart(welfare))}
    return write_folder(folder, title, {"": tables}, texts, (WELFARE_LINE,))


def _estimate_tables(estimate: Estimate) -> dict[str, pd.DataFrame]:
    return {
        "coefficients": estimate.to_frame(),
        "covariance": estimate.covariance.rename_axis("term").reset_index(),
        "ledger": estimate.ledger,
        "left_out": estimate.left_out,
        "fitted": estimate.fitted,
    }


def _svg(chart: alt.LayerChart) -> str:
    drawn: str = vl_convert.vegalite_to_svg(chart.to_dict())
    return drawn if drawn.endswith("\n") else drawn + "\n"
