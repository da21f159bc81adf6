"""EU enlargement on one-sector WIOD data of 2000: the welfare of 44 countries, additive and multiplicative deficits.

The published answers come from the public GEGravity example (single precision, so that 1e-6 is what can agree). It
reports the change of ``Y / P``: with additive deficits spending over prices, with multiplicative ones, where spending
is a constant share of output, output over prices.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zollverein.economy import Closure, Economy, Outcome, Shock

FOLDER = Path(os.environ.get("ZOLLVEREIN_TRUTH", "../shared/truth")) / "one-sector-wiod-2000"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"truth data absent: no {FOLDER} (set ZOLLVEREIN_TRUTH)")
THETA, COEFFICIENT = 4.0, 0.22424901


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "panel.csv")


@pytest.fixture(scope="module")
def economy(panel: pd.DataFrame) -> Economy:
    base = panel[panel["year"] == 2000]
    trade = base[["exporter", "importer"]].assign(sector="all", value=base["trade"])
    return Economy.from_tables(trade, theta=THETA)


@pytest.fixture(scope="module")
def enlargement(panel: pd.DataFrame) -> Shock:
    """Pairs that the union joins after 2000 become closer by the estimated effect."""
    joined = panel.pivot_table(index=["exporter", "importer"], columns="year", values="eu_enlargement")
    new = joined[(joined[2014] - joined[2000]) > 0].reset_index()[["exporter", "importer"]]
    assert len(new) == 572
    return Shock(iceberg=new.assign(factor=np.exp(-COEFFICIENT / THETA)))


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "expected_welfare.csv").set_index("exporter")


def solved(economy: Economy, enlargement: Shock, deficits: str) -> Outcome:
    return economy.solve(enlargement, closure=Closure(deficits=deficits))  # type: ignore[arg-type]


def test_additive_deficits(economy: Economy, enlargement: Shock, expected: pd.DataFrame) -> None:
    outcome = solved(economy, enlargement, "fixed")
    assert len(expected) == 44
    assert np.abs(1 + outcome.real_income[expected.index] / 100 - expected["w_eu"]).max() < 1e-6
    assert outcome.certificate.max_residual < 1e-10


def test_multiplicative_deficits(economy: Economy, enlargement: Shock, expected: pd.DataFrame) -> None:
    outcome = solved(economy, enlargement, "multiplicative")
    assert np.abs(1 + outcome.real_wage[expected.index] / 100 - expected["w_mult"]).max() < 1e-6
    assert outcome.certificate.max_residual < 1e-10


def test_newton_took_a_handful_of_steps_and_the_map_found_nothing_to_add(economy: Economy, enlargement: Shock) -> None:
    assert solved(economy, enlargement, "fixed").certificate.iterations <= 2
