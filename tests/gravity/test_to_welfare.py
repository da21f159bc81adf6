"""From a panel to welfare: an estimate's coefficients and covariance go into an economy as they are."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zollverein.economy import Closure, Economy, Effects, Shock
from zollverein.gravity import Design, Estimate, Panel, effect_arguments, estimate

FOLDER = Path(os.environ.get("ZOLLVEREIN_TRUTH", "../shared/truth")) / "one-sector-wiod-2000"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"truth data absent: no {FOLDER} (set ZOLLVEREIN_TRUTH)")
THETA = 4.0


@pytest.fixture(scope="module")
def panel() -> Panel:
    return Panel.from_table(pd.read_csv(FOLDER / "panel.csv"))


@pytest.fixture(scope="module")
def found(panel: Panel) -> Estimate:
    terms, families = ("eu_enlargement", "other_fta"), ("exporter-year", "importer-year", "pair")
    return estimate(panel, Design(terms, families, domestic="drop"), backend="newton")


@pytest.fixture(scope="module")
def economy(panel: Panel) -> Economy:
    base = panel.frame[panel.frame["year"] == 2000]
    return Economy.from_tables(base[["exporter", "importer"]].assign(sector="all", value=base["trade"]), theta=THETA)


@pytest.fixture(scope="module")
def cells(panel: Panel) -> pd.DataFrame:
    """Pairs that the union joins after 2000."""
    by_year = panel.frame.pivot_table(index=["exporter", "importer"], columns="year", values="eu_enlargement")
    joined = by_year[by_year[2014] > by_year[2000]].reset_index()[["exporter", "importer"]]
    assert len(joined) == 572
    return joined.assign(effect="eu_enlargement", value=1.0)


@pytest.mark.parametrize(
    ("deficits", "column", "measure"), [("fixed", "w_eu", "real_income"), ("multiplicative", "w_mult", "real_wage")]
)
def test_central_welfare_is_the_published_one(
    found: Estimate, economy: Economy, cells: pd.DataFrame, deficits: str, column: str, measure: str
) -> None:
    factor = np.exp(-found.coefficients["eu_enlargement"] / THETA)
    closer = cells[["exporter", "importer"]].assign(factor=factor)
    outcome = economy.solve(Shock(iceberg=closer), closure=Closure(deficits=deficits))  # type: ignore[arg-type]
    expected = pd.read_csv(FOLDER / "expected_welfare.csv").set_index("exporter")[column]
    assert len(expected) == 44
    assert np.abs(1.0 + getattr(outcome, measure)[expected.index] / 100.0 - expected).max() < 1e-6


def test_draws_of_the_estimate_give_an_interval(found: Estimate, economy: Economy, cells: pd.DataFrame) -> None:
    """All the room's engines know of each other is a Series, a frame and a table of cells."""
    whole = Effects(coefficients=found.coefficients, covariance=found.covariance, cells=cells)
    drawn = economy.draws(draws=60, seed=3, effects=whole)
    assert drawn.failed == {}
    mine = drawn.coefficients["eu_enlargement"]
    error = float(np.sqrt(found.covariance.loc["eu_enlargement", "eu_enlargement"]))
    assert abs(mine.mean() - 0.22424901) < 3.0 * error / np.sqrt(60)
    quantiles = drawn.quantiles((0.05, 0.5, 0.95))
    expected = pd.read_csv(FOLDER / "expected_welfare.csv").set_index("exporter")["w_eu"]
    for country in ("HUN", "SVK", "POL", "CZE"):
        low, median, high = quantiles.loc[country]
        central = 100.0 * (expected[country] - 1.0)
        assert 0.0 < low < central < high
        assert median == pytest.approx(central, rel=0.15)


def test_only_the_effects_that_are_named_go_over(found: Estimate, economy: Economy, cells: pd.DataFrame) -> None:
    given = effect_arguments(found, cells)
    drawn = economy.draws(draws=5, seed=3, effects=Effects(**given))
    assert list(drawn.coefficients.columns) == ["eu_enlargement"]
