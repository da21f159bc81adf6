"""From a panel to real income in one call: central, with its interval, and nothing where nothing changes."""

import numpy as np
import pandas as pd
import pytest
from tests.gravity.panels import panel, table

from zollverein.economy import Economy, Shock
from zollverein.errors import EconomyError, GravityError, UnknownNameError
from zollverein.gravity import Design, Estimate, Panel, agreements, estimate
from zollverein.stress import estimated_welfare

THETA = 5.0


@pytest.fixture(scope="module")
def rows() -> Panel:
    return panel(11, zeros=0.1)


@pytest.fixture(scope="module")
def found(rows: Panel) -> Estimate:
    return estimate(rows, agreements(), backend="newton")


def test_the_central_answer_is_the_economy_s(rows: Panel, found: Estimate) -> None:
    welfare = estimated_welfare(rows, found, terms="agreement", year=2003, theta=THETA, draws=20)
    now = rows.frame[rows.frame["year"] == 2003]
    trade = now[["exporter", "importer"]].assign(sector="all", value=now["trade"])
    there = now.loc[now["agreement"] == 1.0, ["exporter", "importer"]]
    dearer = there.assign(factor=np.exp(found.coefficients["agreement"] / THETA))
    expected = Economy.from_tables(trade, theta=THETA).solve(Shock(iceberg=dearer)).real_income
    mine = welfare.table.set_index("country")["real_income_percent"]
    assert np.allclose(mine[expected.index], expected, atol=1e-10)
    assert (mine[there["exporter"].unique()] < 0).any()
    assert welfare.max_residual < 1e-9
    assert (welfare.cells["value"] == -1.0).all()
    assert len(welfare.cells) == len(there)


def test_the_interval_is_that_of_the_draws(rows: Panel, found: Estimate) -> None:
    first, again = (
        estimated_welfare(rows, found, terms=["agreement"], year=2003, theta=THETA, draws=40, seed=4) for _ in range(2)
    )
    assert first.table.equals(again.table)
    assert (first.table["low_percent"] <= first.table["median_percent"]).all()
    assert (first.table["median_percent"] <= first.table["high_percent"]).all()
    drawn = first.draws.real_income
    country = first.table["country"].iloc[0]
    assert first.table["low_percent"].iloc[0] == pytest.approx(drawn[country].quantile(0.05))
    wider = estimated_welfare(
        rows, found, terms="agreement", year=2003, theta=THETA, draws=40, seed=4, theta_standard_error=0.8
    )
    assert wider.draws.theta["all"].std() > 0.1
    assert first.draws.theta["all"].std() == 0.0


def test_between_some_countries_only(rows: Panel, found: Estimate) -> None:
    members = ["C00", "C01", "C02", "C03"]
    welfare = estimated_welfare(rows, found, terms="agreement", year=2003, theta=THETA, between=members, draws=5)
    assert set(welfare.cells["exporter"]) | set(welfare.cells["importer"]) <= set(members)
    assert (welfare.cells["exporter"] != welfare.cells["importer"]).all()


def test_adding_where_it_is_not(rows: Panel, found: Estimate) -> None:
    members = ["C00", "C01", "C02"]
    options = {"terms": "agreement", "year": 2000, "theta": THETA, "between": members, "draws": 5}
    welfare = estimated_welfare(rows, found, change="add", **options)  # type: ignore[arg-type]
    now = rows.frame[(rows.frame["year"] == 2000) & rows.frame["exporter"].isin(members) & rows.frame["importer"].isin(members)]  # fmt: skip  # noqa: E501
    without = now[(now["agreement"] == 0.0) & (now["exporter"] != now["importer"])]
    assert len(welfare.cells) == len(without)
    assert (welfare.cells["value"] == 1.0).all()
    assert welfare.table.set_index("country").loc[members, "real_income_percent"].max() > 0


def test_two_terms_at_once_compound(rows: Panel) -> None:
    twice = Panel.from_table(rows.frame.assign(half=0.5 * rows.frame["contiguity"]))
    both = estimate(twice, Design(("agreement", "half")), backend="newton")
    one = [
        estimated_welfare(twice, both, terms=t, year=2003, theta=THETA, draws=2).cells for t in ("agreement", "half")
    ]
    joint = estimated_welfare(twice, both, terms=("agreement", "half"), year=2003, theta=THETA, draws=2)
    pd.testing.assert_frame_equal(joint.cells, pd.concat(one, ignore_index=True))
    assert set(one[1]["value"]) == {-0.5}


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"terms": "agrement"}, UnknownNameError, "did you mean 'agreement'"),
        ({"year": 1999}, UnknownNameError, "no year '1999'"),
        ({"between": ["C00", "Q"]}, UnknownNameError, "no country 'Q'"),
        ({"change": "halve"}, GravityError, "allowed is remove, add"),
        ({"change": "add"}, GravityError, "say between which countries"),
        ({"between": ["C00"]}, GravityError, "nothing to remove in 2003"),
        ({"theta": 0.0}, EconomyError, "theta"),
        ({"draws": 0}, EconomyError, "draws"),
    ],
)
def test_what_is_refused(
    rows: Panel, found: Estimate, options: dict[str, object], error: type[Exception], words: str
) -> None:
    asked = {"terms": "agreement", "year": 2003, "theta": THETA, "draws": 2} | options
    with pytest.raises(error, match=words):
        estimated_welfare(rows, found, **asked)  # type: ignore[arg-type]


def test_panels_that_make_no_economy(found: Estimate) -> None:
    frame = table(11)
    sectors = Panel.from_table(frame.assign(good="x"), sector="good")
    abroad = Panel.from_table(frame[frame["exporter"] != frame["importer"]])
    for rows, words in ((sectors, "is by sector"), (abroad, "sales at home are missing")):
        plain = estimate(rows, Design(("agreement",)), backend="newton")
        with pytest.raises(GravityError, match=words):
            estimated_welfare(rows, plain, terms="agreement", year=2003, theta=THETA)
    some = estimate(Panel.from_table(frame), agreements(years=[2000, 2001, 2002]), backend="newton")
    with pytest.raises(UnknownNameError, match="the years of the estimate"):
        estimated_welfare(Panel.from_table(frame), some, terms="agreement", year=2003, theta=THETA)
    assert found.observations
