"""The partial equilibrium applications of the WTO's Advanced Guide (Yotov and others 2016), to the printed digit.

Its panel has 69 countries, with domestic sales, and takes every fourth year from 1986 to 2006. Standard errors are
clustered by pair, both directions together, and pair effects are of both directions together too. The 0.1907 of an
agreement without pair effects is the column without domestic sales.
"""

import os
from pathlib import Path

import pandas as pd
import pytest

from zollverein.gravity import (
    Estimate,
    Log,
    Panel,
    agreements,
    border,
    estimate,
    traditional,
)

FOLDER = Path(os.environ.get("ZOLLVEREIN_TRUTH", "../shared/truth")) / "agtpa"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"truth data absent: no {FOLDER} (set ZOLLVEREIN_TRUTH)")
EVERY = {"interval": 4, "cluster": "symmetric_pair"}
NAMES = {"distance": "dist", "contiguity": "cntg", "language": "lang", "colony": "clny"}
CONTROLS = (Log("dist"), "cntg", "lang", "clny")


@pytest.fixture(scope="module")
def panel() -> Panel:
    return Panel.from_table(pd.read_parquet(FOLDER / "panel.parquet"))


def printed(found: Estimate, *, errors: bool = True, digits: int = 4) -> list[object]:
    frame = found.to_frame().round(digits)
    return list(zip(frame["estimate"], frame["standard_error"], strict=True)) if errors else frame["estimate"].tolist()


@pytest.mark.parametrize("backend", ["newton", "pyfixest", "fereg"])
def test_traditional_gravity(panel: Panel, backend: str) -> None:
    if backend != "newton":
        pytest.importorskip(backend, reason=f"{backend} is not installed")
    found = estimate(panel, traditional(**NAMES, **EVERY), backend=backend)  # type: ignore[arg-type]
    assert found.observations == 28_152
    assert printed(found, digits=3) == [(-0.841, 0.032), (0.437, 0.083), (0.247, 0.077), (-0.222, 0.116)]
    assert found.adding_up < 1e-9
    counted = found.ledger.set_index("reason")["rows"]
    assert counted["domestic sales dropped"] == 69 * 6
    assert counted["given"] - counted["outside the years"] == 69 * 69 * 6


def test_agreements_without_pair_effects(panel: Panel) -> None:
    design = agreements(agreement="rta", pair_effects="none", others=CONTROLS, domestic="drop", **EVERY)  # type: ignore[arg-type]
    assert printed(estimate(panel, design, backend="newton"))[0] == (0.1907, 0.0658)


@pytest.mark.parametrize("backend", ["newton", "pyfixest", "fereg"])
def test_agreements_with_pair_effects(panel: Panel, backend: str) -> None:
    if backend != "newton":
        pytest.importorskip(backend, reason=f"{backend} is not installed")
    design = agreements(agreement="rta", pair_effects="symmetric_pair", **EVERY)  # type: ignore[arg-type]
    found = estimate(panel, design, backend=backend)  # type: ignore[arg-type]
    assert found.coefficients["rta"] == pytest.approx(0.55718534, abs=5e-9)
    assert printed(found) == [(0.5572, 0.1022)]
    assert found.resistances().residual < 1e-9


def test_lead_and_phasing_in(panel: Panel) -> None:
    options = {"agreement": "rta", "pair_effects": "symmetric_pair", **EVERY}
    lead = estimate(panel, agreements(**options, others=("rta_lead4",)), backend="newton")  # type: ignore[arg-type]
    assert printed(lead) == [(0.5200, 0.0859), (0.0774, 0.0921)]
    lags = agreements(**options, others=("rta_lag4", "rta_lag8", "rta_lag12"))  # type: ignore[arg-type]
    assert printed(estimate(panel, lags, backend="newton"), errors=False) == [0.2914, 0.4135, 0.1687, 0.1189]


def test_a_cross_section_with_its_border(panel: Panel) -> None:
    """Chapter 2, the year 2006: the coefficients that its counterfactual of trade without borders starts from."""
    design = border(by_year=False, others=(Log("dist"), "cntg"), years=[2006], cluster="symmetric_pair")
    found = estimate(panel, design, backend="newton").coefficients
    assert found["log_dist"] == pytest.approx(-0.7912879, abs=5e-8)
    assert found["cntg"] == pytest.approx(0.6736456, abs=5e-8)
    assert found["border"] == pytest.approx(-2.47445, abs=5e-6)


def test_the_panel_s_own_pairs_are_both_directions_together(panel: Panel) -> None:
    """`symmetric_pair` is the pair_id that the Guide's panel brings along."""
    frame = panel.frame[panel.frame["exporter"] != panel.frame["importer"]]
    a, b = frame["exporter"], frame["importer"]
    both = a.where(a < b, b) + b.where(a < b, a)
    told = pd.DataFrame({"ours": both, "theirs": frame["pair_id"]}).drop_duplicates()
    assert len(told) == told["ours"].nunique() == told["theirs"].nunique() == 69 * 68 // 2
