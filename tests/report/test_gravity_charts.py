"""Charts of estimates: they can be drawn, and they say what the frames say."""

from typing import Any

import pandas as pd
import pytest
import vl_convert
from tests.gravity.panels import panel

from zollverein.economy import Closure
from zollverein.errors import GravityError
from zollverein.gravity import agreements, estimate
from zollverein.report.gravity_charts import event_chart, welfare_chart
from zollverein.stress import estimated_welfare

PATH = pd.DataFrame(
    {
        "horizon": [-2, -1, 0, 1], "estimate": [-0.1, 0.0, 0.2, 0.35], "standard_error": [0.05, 0.0, 0.05, 0.1],
        "low": [-0.2, 0.0, 0.1, 0.15], "high": [0.0, 0.0, 0.3, 0.55], "binned": [True, False, False, True],
    }
)  # fmt: skip


def rows(chart: Any, mark: str) -> pd.DataFrame:
    spec = chart.to_dict()
    layer = next(part for part in spec["layer"] if part["mark"]["type"] == mark)
    data = layer.get("data") or spec["data"]
    values = data["values"] if "values" in data else spec["datasets"][data["name"]]
    return pd.DataFrame(values)


def test_an_event_study_is_drawn_as_it_is() -> None:
    chart = event_chart(PATH)
    chart.to_dict(validate=True)
    assert "<svg" in vl_convert.vegalite_to_svg(chart.to_dict())
    drawn = rows(chart, "point")
    assert drawn[["horizon", "estimate", "low", "high"]].to_numpy().tolist() == PATH[
        ["horizon", "estimate", "low", "high"]
    ].to_numpy().tolist()  # fmt: skip
    assert drawn["Years"].tolist() == ["-2 or earlier", "-1", "0", "+1 or later"]
    said = str(chart.description)
    assert "+1 or later +0.350 (0.150 to 0.550)" in said
    assert "-1 0.000" not in said, "the reference is no result"


def test_a_path_without_its_columns() -> None:
    with pytest.raises(GravityError, match="lacks the columns low, binned"):
        event_chart(PATH.drop(columns=["low", "binned"]))


def test_welfare_is_drawn_with_its_range_and_what_is_left_out_is_said() -> None:
    many = panel(11, countries=33, years=2)
    found = estimate(many, agreements(), backend="newton")
    welfare = estimated_welfare(
        many, found, terms="agreement", year=2001, theta=4.0, draws=5, closure=Closure("multiplicative")
    )
    chart = welfare_chart(welfare)
    chart.to_dict(validate=True)
    assert "<svg" in vl_convert.vegalite_to_svg(chart.to_dict())
    drawn = rows(chart, "bar").set_index("country")
    assert len(drawn) == 30
    table = welfare.table.set_index("country")
    assert drawn["low_percent"].to_numpy() == pytest.approx(table.loc[drawn.index, "low_percent"].to_numpy(), abs=1e-8)
    left = table.drop(index=drawn.index)["real_income_percent"].abs().max()
    assert left <= drawn["real_income_percent"].abs().min() + 1e-9
    assert "3 countries that move less are left out" in str(chart.description)
