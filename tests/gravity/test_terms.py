"""Regressors are what they say, row by row."""

import numpy as np
import pandas as pd
import pytest
from tests.gravity.panels import panel, table

from zollverein.errors import GravityError
from zollverein.gravity import (
    Border,
    ByYear,
    Design,
    International,
    Lag,
    Lead,
    Log,
    Panel,
    PerAgreement,
    PerMember,
    regressors,
)


def columns_of(*terms: object, given: Panel | None = None, **options: object) -> pd.DataFrame:
    return regressors(given or panel(), Design(terms, **options))  # type: ignore[arg-type]


def test_log_of_a_column_and_of_one_plus_a_rate() -> None:
    found = columns_of(Log("distance"), Log("tariff", plus=1.0), "distance", "tariff")
    assert np.allclose(found["log_distance"], np.log(found["distance"]))
    assert np.allclose(found["log_1_plus_tariff"], np.log1p(found["tariff"]))


def test_a_log_that_does_not_exist_is_refused_where_it_would_be_used() -> None:
    frame = table()
    frame.loc[(frame["exporter"] == "C00") & (frame["importer"] == "C00"), "distance"] = 0.0
    with pytest.raises(GravityError, match="row 1, column distance: 0 has no log"):
        columns_of(Log("distance"), given=Panel.from_table(frame))
    kept = columns_of(Log("distance"), given=Panel.from_table(frame), domestic="drop")
    assert np.isfinite(kept["log_distance"]).all()


def test_leads_and_lags_look_at_the_same_pair_in_another_year() -> None:
    found = columns_of("agreement", Lag("agreement", 2), Lead("agreement", 1))
    at = found.set_index(["exporter", "importer", "year"])
    for (a, b, year), row in at.iterrows():
        for column, other in (("agreement_lag_2", year - 2), ("agreement_lead_1", year + 1)):
            if other in (2000, 2001, 2002, 2003):
                assert row[column] == at.loc[(a, b, other), "agreement"]
            else:
                assert np.isnan(row[column])


def test_lags_see_years_that_the_design_leaves_out() -> None:
    found = columns_of(Lag("agreement", 1), years=[2003])
    before = columns_of("agreement", years=[2002])
    assert np.array_equal(found["agreement_lag_1"], before["agreement"])


def test_border_by_year_and_international() -> None:
    found = columns_of(ByYear(Border(), reference=2001), International("distance"), "distance")
    abroad = (found["exporter"] != found["importer"]).to_numpy()
    assert [c for c in found if c.startswith("border")] == ["border_2000", "border_2002", "border_2003"]
    for year in (2000, 2002, 2003):
        assert np.array_equal(found[f"border_{year}"], abroad * (found["year"] == year))
    assert np.array_equal(found["distance_international"], found["distance"] * abroad)
    with pytest.raises(GravityError, match="reference year 1999"):
        columns_of(ByYear(Border(), reference=1999))


def test_a_dummy_for_each_agreement_where_several_overlap() -> None:
    frame = table(countries=3, years=1)
    frame["agreement_name"] = ["", "X", "X; Y", None, "", "Y", "X", "", ""]
    found = columns_of(PerAgreement(), given=Panel.from_table(frame))
    assert list(found.columns[3:]) == ["X", "Y"]
    assert found["X"].tolist() == [0, 1, 1, 0, 0, 0, 1, 0, 0]
    assert found["Y"].tolist() == [0, 0, 1, 0, 0, 1, 0, 0, 0]
    with pytest.raises(GravityError, match="names an agreement"):
        columns_of(PerAgreement(), given=Panel.from_table(frame.assign(agreement_name="")))


@pytest.mark.parametrize("side", ["exporter", "importer"])
def test_members_share_out_the_dummy(side: str) -> None:
    found = columns_of(PerMember("agreement", side), "agreement")  # type: ignore[arg-type]
    mine = [c for c in found if c.startswith("agreement:")]
    assert np.array_equal(found[mine].sum(axis=1), found["agreement"])
    for column in mine:
        assert set(found.loc[found[column] > 0, side]) == {column.removeprefix("agreement:")}
    with pytest.raises(GravityError, match="'Q' is exporter"):
        columns_of(PerMember("agreement", members=("Q",)))


def test_a_dummy_is_zero_or_one() -> None:
    with pytest.raises(GravityError, match=r"row 3, column agreement: 0.5 is found"):
        columns_of(PerMember("agreement"), given=Panel.from_table(table().assign(agreement=[0, 1, 0.5] + [0] * 253)))


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("nix", "no column 'nix'"),
        ("distanc", "did you mean 'distance'"),
        ("exporter", "row 1, column exporter: 'C00' is no number"),
        (Lag("nix", 1), "no column 'nix'"),
    ],
)
def test_columns_that_are_no_regressors(term: object, words: str) -> None:
    with pytest.raises(GravityError, match=words):
        columns_of(term)


@pytest.mark.parametrize("years", [0, -1, 1.5, True, "4"])
def test_leads_and_lags_are_whole_years(years: object) -> None:
    for term in (Lag, Lead):
        with pytest.raises(GravityError, match="whole number from 1"):
            term("agreement", years)  # type: ignore[arg-type]


def test_a_regressor_stands_once() -> None:
    with pytest.raises(GravityError, match="'distance' twice"):
        columns_of("distance", "distance")
