"""Caliendo and Parro (2015), NAFTA 1993 to 2005, zero deficits: the exact real income of the same experiment."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zollverein.economy import Closure, Economy, Outcome, Shock

FOLDER = Path(os.environ.get("ZOLLVEREIN_TRUTH", "../shared/truth")) / "caliendo-parro-2015"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"truth data absent: no {FOLDER} (set ZOLLVEREIN_TRUTH)")
COUNTRIES = np.array(
    "Argentina Australia Austria Brazil Canada Chile China Denmark Finland France Germany Greece Hungary India "
    "Indonesia Ireland Italy Japan Korea Mexico Netherlands NewZealand Norway Portugal SouthAfrica Spain Sweden "
    "Turkey UK USA ROW".split()
)
N, S, TRADABLE = 31, 40, 20
SECTORS = np.array([f"s{j:02d}" for j in range(S)])
NAFTA = ["Mexico", "Canada", "USA"]


def tariff_frame(name: str) -> pd.DataFrame:
    rate = np.loadtxt(FOLDER / name).reshape(TRADABLE, N, N) / 100
    s, n, i = np.indices(rate.shape)
    frame = pd.DataFrame(
        {
            "exporter": COUNTRIES[i.ravel()],
            "importer": COUNTRIES[n.ravel()],
            "sector": SECTORS[s.ravel()],
            "rate": rate.ravel(),
        }
    )
    return frame[frame["exporter"] != frame["importer"]]


@pytest.fixture(scope="module")
def economy() -> Economy:
    flows = np.zeros((S, N, N))
    flows[:TRADABLE] = np.loadtxt(FOLDER / "xbilat1993.txt").reshape(TRADABLE, N, N) * 1000
    exports = flows.sum(axis=1)
    output = np.maximum(np.loadtxt(FOLDER / "GO.txt"), exports)
    home = np.arange(N)
    flows[:, home, home] = output - exports
    s, n, i = np.nonzero(flows)
    gamma = np.loadtxt(FOLDER / "B.txt")
    inputs = np.loadtxt(FOLDER / "IO.txt").reshape(N, S, S) * (1 - gamma.T)[:, None, :]
    c, k, j = (index.ravel() for index in np.indices(inputs.shape))
    return Economy.from_tables(
        pd.DataFrame(
            {"exporter": COUNTRIES[i], "importer": COUNTRIES[n], "sector": SECTORS[s], "value": flows[s, n, i]}
        ),
        theta=pd.DataFrame(
            {"sector": SECTORS, "theta": np.r_[np.loadtxt(FOLDER / "T.txt"), np.full(S - TRADABLE, 8.22)]}
        ),
        value_added=pd.DataFrame(
            {"country": np.tile(COUNTRIES, S), "sector": np.repeat(SECTORS, N), "share": gamma.ravel()}
        ),
        inputs=pd.DataFrame(
            {"country": COUNTRIES[c], "input": SECTORS[k], "user": SECTORS[j], "share": inputs.ravel()}
        ),
        tariffs=tariff_frame("tariffs1993.txt"),
        deficits="zero",
    )


@pytest.fixture(scope="module")
def nafta(economy: Economy) -> Outcome:
    tariff = tariff_frame("tariffs1993.txt")
    among = tariff["exporter"].isin(NAFTA) & tariff["importer"].isin(NAFTA)
    tariff.loc[among, "rate"] = tariff_frame("tariffs2005.txt").loc[among, "rate"]
    return economy.solve(Shock(tariff=tariff), closure=Closure(deficits="zero"))


def test_the_base_settles_to_an_equilibrium_and_says_what_moved(economy: Economy) -> None:
    why = economy.ledger["why"].value_counts()
    assert why["negative final demand"] == 185
    solved = "the base was solved to an equilibrium"
    assert set(why.index) == {"negative final demand", "shares scaled to add to one", solved}
    scaled = economy.ledger[economy.ledger["why"] == "shares scaled to add to one"]
    assert (scaled["was"] - scaled["now"]).abs().max() < 1e-6, "no more than the rounding of the published files"
    assert economy.solve(closure=Closure(deficits="zero")).real_income.abs().max() < 1e-9


def test_exact_real_income_to_the_published_digit(nafta: Outcome) -> None:
    assert nafta.real_income[NAFTA].round(4).tolist() == [0.0073, -0.1101, 0.0741]


def test_real_wages_to_the_published_digit(nafta: Outcome) -> None:
    assert nafta.real_wage[NAFTA].round(2).tolist() == [1.72, 0.32, 0.11]


def test_certificate(nafta: Outcome) -> None:
    assert nafta.certificate.max_residual < 1e-10


def test_the_published_first_order_split_to_the_printed_digit(nafta: Outcome) -> None:
    """Table 2: welfare, terms of trade, volume of trade; a first-order split, not the exact change above."""
    split = nafta.log_linear.loc[NAFTA].round(2)
    assert split["welfare"].tolist() == [1.31, -0.06, 0.08]
    assert split["terms_of_trade"].tolist() == [-0.41, -0.11, 0.04]
    assert split["volume_of_trade"].tolist() == [1.72, 0.04, 0.04]


def test_the_split_by_partner_and_sector_adds_up(nafta: Outcome) -> None:
    whole = nafta.log_linear
    for by in ("pair", "sector", "cell"):
        parts = nafta.decompose(by).groupby(level="country").sum()
        assert np.allclose(parts.loc[whole.index], whole, atol=1e-12)


def test_imports_from_nafta_grow_as_published(nafta: Outcome) -> None:
    trade = nafta.trade
    inside = trade[trade["exporter"].isin(NAFTA) & trade["importer"].isin(NAFTA)]
    foreign = inside[inside["exporter"] != inside["importer"]].groupby("importer")[["base", "new"]].sum()
    growth = 100 * (foreign["new"] / foreign["base"] - 1)
    assert growth[NAFTA].round().tolist() == [118, 11, 41]


def test_the_split_along_a_path_tends_to_the_exact_change(economy: Economy, nafta: Outcome) -> None:
    tariff = tariff_frame("tariffs1993.txt")
    among = tariff["exporter"].isin(NAFTA) & tariff["importer"].isin(NAFTA)
    tariff.loc[among, "rate"] = tariff_frame("tariffs2005.txt").loc[among, "rate"]
    sums = []
    for steps in (1, 2, 4, 8, 16, 32):
        path = economy.log_linear_path(Shock(tariff=tariff), steps=steps, closure=Closure(deficits="zero"))
        sums.append(path.loc["Mexico", "welfare"])
        exact = 100 * np.log1p(nafta.real_income / 100)
        assert np.allclose(path["exact_log"], exact, atol=1e-7)
    assert np.round(sums, 3).tolist() == [1.312, 0.632, 0.315, 0.160, 0.083, 0.045]
    assert (np.diff(np.abs(np.array(sums) - nafta.real_income["Mexico"])) < 0).all()


def test_domestic_shares_alone_give_the_same_real_wage(nafta: Outcome) -> None:
    check = nafta.home_share_check
    known = check.dropna()
    assert len(known) == 16  # the others make nothing of some good
    assert {"Canada", "USA"} <= set(known.index)
    assert np.allclose(known["from_home_shares"], known["solved"], atol=1e-7)
