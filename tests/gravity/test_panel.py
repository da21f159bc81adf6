"""A panel is valid or refused whole, and knows what it holds."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from tests.gravity.panels import table

from zollverein.errors import GravityError
from zollverein.gravity import Panel


def small() -> pd.DataFrame:
    rows = [("A", "A", 2000, 9.0), ("A", "B", 2000, 1.0), ("B", "A", 2000, 0.0), ("B", "B", 2000, 5.0)]
    return pd.DataFrame(rows, columns=["exporter", "importer", "year", "trade"])


def test_all_faults_at_once_each_with_its_rows() -> None:
    bad = small().astype({"year": "object"})
    bad.loc[0, "trade"], bad.loc[1, "trade"], bad.loc[2, "trade"] = -1.0, np.nan, np.inf
    bad.loc[1, "exporter"], bad.loc[2, "importer"], bad.loc[3, "importer"] = None, " B", ""
    bad.loc[3, "year"] = 2000.5
    with pytest.raises(GravityError) as caught:
        Panel.from_table(bad)
    said = str(caught.value)
    assert "4 faults" in said
    for words in ("column exporter: row 2", "column importer: row 3 (' B'), row 4 ('')", "column year: row 4 (2000.5)",
                  "column trade: row 1 (-1.0), row 2 (nan), row 3 (inf)", "allowed is 0 and above"):  # fmt: skip
        assert words in said


@pytest.mark.parametrize("year", [2000.5, "2000", True, np.nan, np.inf])
def test_years_are_whole_numbers(year: object) -> None:
    with pytest.raises(GravityError, match="column year: row 1"):
        Panel.from_table(small().assign(year=pd.Series([year] * 4, dtype="object")))


def test_whole_years_stored_as_floats_are_years() -> None:
    assert Panel.from_table(small().assign(year=2000.0)).years == (2000,)


@pytest.mark.parametrize("trade", ["much", None, pd.NA, True])
def test_trade_is_a_number(trade: object) -> None:
    with pytest.raises(GravityError, match="column trade: row 1"):
        Panel.from_table(small().assign(trade=pd.Series([trade, 1.0, 1.0, 1.0], dtype="object")))


def test_repeated_rows_are_named_with_what_they_repeat() -> None:
    twice = pd.concat([small(), small().iloc[[1, 3]]], ignore_index=True)
    with pytest.raises(GravityError, match="row 5 repeats row 2, row 6 repeats row 4"):
        Panel.from_table(twice)
    by_sector = twice.assign(good=["x"] * 4 + ["y"] * 2)
    assert Panel.from_table(by_sector, sector="good").sectors == ("x", "y")


def test_missing_columns_and_their_near_matches() -> None:
    with pytest.raises(GravityError, match=r"2 faults.*'year' is missing.*'trade' is missing; did you mean 'Trade'"):
        Panel.from_table(small().rename(columns={"trade": "Trade"}).drop(columns="year"))


def test_a_column_is_not_hidden_by_another_of_its_name() -> None:
    both = small().assign(iso=["A", "A", "B", "B"])
    with pytest.raises(GravityError, match="'iso' is read as exporter"):
        Panel.from_table(both, exporter="iso")
    with pytest.raises(GravityError, match="'trade' stands there 2 times"):
        Panel.from_table(pd.concat([small(), small()["trade"]], axis=1))


def test_no_rows_and_no_table() -> None:
    with pytest.raises(GravityError, match="no rows"):
        Panel.from_table(small().iloc[:0])
    with pytest.raises(GravityError, match="is a list"):
        Panel.from_table([1, 2])


def test_many_bad_rows_are_counted() -> None:
    with pytest.raises(GravityError, match="and 59 rows more"):
        Panel.from_table(table(countries=4, years=4).assign(trade=-1.0))


def test_columns_go_by_name_and_any_dataframe_will_do() -> None:
    frame = small().rename(columns={"exporter": "from", "importer": "to", "year": "when", "trade": "usd"})
    frame = frame[frame.columns[::-1]]
    names = {"exporter": "from", "importer": "to", "year": "when", "trade": "usd"}
    for given in (frame, pa.Table.from_pandas(frame)):
        pd.testing.assert_frame_equal(
            Panel.from_table(given, **names).frame, Panel.from_table(small()).frame, check_like=True
        )


def test_rows_are_sorted_and_remember_where_they_stood() -> None:
    shuffled = small().iloc[[3, 1, 0, 2]].reset_index(drop=True)
    panel = Panel.from_table(shuffled)
    pd.testing.assert_frame_equal(panel.frame, Panel.from_table(small()).frame)
    assert panel.rows.tolist() == [3, 2, 4, 1]


def test_it_is_a_copy() -> None:
    given = small()
    panel = Panel.from_table(given)
    given.loc[:, "trade"] = 0.0
    assert panel.frame["trade"].sum() == 15.0


def test_it_knows_its_domestic_sales() -> None:
    whole = Panel.from_table(small())
    assert (whole.domestic, whole.without_domestic) == ("all", ())
    some = Panel.from_table(small().drop(index=3))
    assert (some.domestic, some.without_domestic) == ("some", (("B", 2000),))
    none = Panel.from_table(table(home=False))
    assert none.domestic == "none"
    assert len(none.without_domestic) == 8 * 4
    assert repr(none) == "Panel(224 rows: 8 countries, years 2000 to 2003, without domestic sales)"


def test_numbers_as_names_are_names() -> None:
    assert Panel.from_table(small().replace({"A": 10, "B": 9})).countries == ("10", "9")
