"""The PPML behind the public GEGravity example: EU enlargement on 44 countries, 2000 to 2014, to the printed digit."""

import os
from pathlib import Path

import pandas as pd
import pytest

from zollverein.gravity import Estimate, Panel, agreements, estimate

FOLDER = Path(os.environ.get("ZOLLVEREIN_TRUTH", "../shared/truth")) / "one-sector-wiod-2000"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"truth data absent: no {FOLDER} (set ZOLLVEREIN_TRUTH)")


@pytest.fixture(scope="module", params=["newton", "pyfixest", "fereg"])
def found(request: pytest.FixtureRequest) -> Estimate:
    if request.param != "newton":
        pytest.importorskip(request.param, reason=f"{request.param} is not installed")
    panel = Panel.from_table(pd.read_csv(FOLDER / "panel.csv"))
    design = agreements(agreement="eu_enlargement", others=("other_fta",), domestic="drop")
    return estimate(panel, design, backend=request.param)


def test_the_published_coefficients_and_errors(found: Estimate) -> None:
    assert found.coefficients["eu_enlargement"] == pytest.approx(0.22424901, abs=5e-9)
    frame = found.to_frame().round(4)
    assert frame["estimate"].tolist()[1] == -0.0365
    assert frame["standard_error"].tolist() == [0.0713, 0.0503]


def test_the_ledger_explains_the_rows(found: Estimate) -> None:
    """7,744 rows are given and 7,568 used: what is missing are the domestic sales of 44 countries in four years."""
    counted = found.ledger.set_index("reason")["rows"]
    assert (counted["given"], counted["used"], found.observations) == (7_744, 7_568, 7_568)
    assert counted["domestic sales dropped"] == 44 * 4
    assert counted.drop(["given", "used", "domestic sales dropped"]).sum() == 0
    assert found.certificate.max_score < 1e-9
