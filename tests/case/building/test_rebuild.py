"""A base made again from its inputs: it is the one that is bundled, its accounts close, and well-known figures stay."""

import shutil

import numpy as np
import pandas as pd
import pytest
from tests.case.data.layouts_icio import write_icio

from zollverein.case import difference, open_case
from zollverein.case.building.base import compiled_base
from zollverein.case.building.base_inputs import base_inputs
from zollverein.case.building.rebuild import KEYS, rebuild_case
from zollverein.case.building.rebuilt_files import csv_of
from zollverein.case.building.swapped import SWAPPED, Swap
from zollverein.case.concordances import open_concordance
from zollverein.case.contents import contents_of
from zollverein.errors import CaseError, Infeasible, InputError, OutputError


@pytest.fixture(scope="module")
def case():
    return open_case("eurasia")


@pytest.fixture(scope="module")
def inputs(case):
    return base_inputs(case)


@pytest.fixture(scope="module")
def base(inputs):
    return compiled_base(inputs)


@pytest.fixture(scope="module")
def copy(case, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rebuilt") / "own"
    shutil.copytree(case.folder, folder)
    return folder


MADE = [table for table in KEYS if table not in SWAPPED]


@pytest.mark.parametrize("table", MADE)
def test_what_is_bundled_is_what_the_recipe_makes(case, base, table):
    key = list(KEYS[table])
    stands, made = case.table(table).set_index(key), base.tables[table].set_index(key)
    assert list(stands.index) == list(made.index)
    for column in stands.columns:
        if stands[column].dtype == float:
            # Ten digits are written; a zero may be one up to rounding of its table.
            scale = float(stands[column].abs().max())
            assert np.allclose(made[column], stands[column], rtol=1e-6, atol=1e-11 * scale), column
    for column in ("source", "confidence"):
        assert (made[column] == stands[column]).all()


def test_every_row_names_its_recipe(case):
    for table in MADE:
        assert case.table(table)["method"].str.startswith("recipe ").all()


def test_markets_clear_and_accounts_close(case):
    """Recomputed from the written tables alone."""
    production = case.table("production").set_index(["region", "sector"])
    trade, tariffs, inputs = case.table("trade"), case.table("tariffs"), case.table("inputs")
    keys = ["exporter", "importer", "sector"]
    paid = trade.merge(tariffs[[*keys, "applied_percent"]], on=keys, how="left").fillna({"applied_percent": 0.0})
    paid["paid"] = paid["value_usd_million"] * (1 + paid["applied_percent"] / 100)
    bought = paid.groupby(["importer", "sector"])["paid"].sum().rename_axis(["region", "sector"])
    used = inputs.merge(
        production["gross_output_usd_million"].reset_index(), left_on=["region", "user"], right_on=["region", "sector"]
    )
    used = (used["share"] * used["gross_output_usd_million"]).groupby([used["region"], used["input"]]).sum()
    deficits = case.table("deficits").set_index("region")
    final = case.table("final").set_index(["region", "sector"])["share"]
    spent = final * deficits["final_spending_usd_million"].reindex(final.index.get_level_values("region")).to_numpy()
    supply = production["domestic_sales_usd_million"] + bought.reindex(production.index).fillna(0.0)
    demand = used.reindex(production.index).to_numpy() + spent.reindex(production.index).to_numpy()
    assert np.abs(supply - demand).max() < 1e-8 * supply.max()
    assert np.abs(supply / demand - 1).max() < 1e-6
    gdp = production["value_added_usd_million"].groupby("region").sum()
    assert np.allclose(gdp.reindex(deficits.index), deficits["gdp_usd_million"], rtol=1e-8)
    assert abs(deficits["deficit_usd_million"].sum()) < 1e-6 * deficits["exports_usd_million"].sum()
    assert (production["domestic_sales_usd_million"] > 0).all()
    assert (case.table("final")["share"] >= 0).all()


def test_pairs_are_trade_and_services_come_besides(case):
    goods = set(case.table("sectors").query("kind == 'goods'")["sector"])
    trade = case.table("trade")
    summed = trade[trade["sector"].isin(goods)].groupby(["exporter", "importer"])["value_usd_million"].sum()
    pairs = case.table("pairs").set_index(["exporter", "importer"])["value_usd_million"]
    assert np.allclose(summed.reindex(pairs.index).fillna(0.0), pairs, rtol=1e-8, atol=1e-6)


def test_what_is_reported_stays_and_what_is_assumed_gives_way(base, inputs):
    moved = base.steps["pairs"].moved.set_index("pair")["ratio"].sub(1).abs()
    reports = inputs.reports[inputs.reports["preferred"]]
    names = reports["exporter"] + " to " + reports["importer"]
    reported = reports["confidence"] == "reported"
    assert moved.reindex(names[reported]).fillna(0.0).max() < 0.06
    assert moved.reindex(names[reports["confidence"] == "assumed"]).max() > 0.05
    value = reports["value_usd_million"][reported]
    assert (moved.reindex(names[reported]).fillna(0.0).to_numpy() * value).sum() / value.sum() < 0.02


def test_every_step_carries_its_certificate(base):
    assert (base.report["residual"] < 1e-9).all()
    assert set(base.report["step"]) == {"pairs", "sectors", "services", *(f"production of {r}" for r in regions())}


def regions():
    return open_case("eurasia").table("regions")["region"]


def test_inside_the_union_every_pair_is_published(case):
    members = ["ARM", "BLR", "KAZ", "KGZ", "RUS"]
    pairs = case.table("base_reports").query("year == 2021 and preferred")
    inside = pairs[pairs["exporter"].isin(members) & pairs["importer"].isin(members)]
    assert len(inside) == 20
    assert set(inside["confidence"]) == {"reported", "derived"}
    assert set(inside.loc[inside["confidence"] == "derived", "method"]) == {"sum of twelve months as published"}


def test_a_second_year_is_a_case_of_its_own(case, copy, tmp_path):
    made = rebuild_case(copy, tmp_path / "second", year=2016)
    second = open_case(tmp_path / "second")
    assert (second.base_year, second.name) == (2016, "second")
    assert "mirror" not in second.tables, "nobody but the exporter reports in that matrix"
    reports = case.table("base_reports").query("year == 2016 and exporter != 'UZB'")
    assert set(reports["confidence"]) == {"reported"}
    pairs = second.table("pairs").set_index(["exporter", "importer"])["value_usd_million"]
    told = reports.set_index(["exporter", "importer"])["value_usd_million"]
    assert np.allclose(pairs.reindex(told.index), told, rtol=1e-9), "no total contradicts what was reported"
    assert made.folder == tmp_path / "second"
    assert second.title == f"{case.title}, base of 2016"
    readme = (tmp_path / "second" / "README.md").read_text(encoding="utf-8")
    assert (
        f"Made from case `{case.name}`: base of 2016. Of its {int(second.confidence()['figures'].sum()):,} figures"
        in readme
    )
    assert "became next to nothing" in readme, "cells of final spending that balancing leaves nothing of"
    assert (tmp_path / "second" / f"README-of-{case.name}.md").read_bytes() == (copy / "README.md").read_bytes()
    described = contents_of(tmp_path / "second")
    assert described.resources["trade"]["title"].endswith(", 2016")
    assert all("2021" not in field["title"] for field in described.schema_data("crude")["fields"])
    crude, sold = second.table("crude"), second.table("trade").query("exporter == 'KAZ' and sector == 'ENX'")
    assert (
        crude.groupby("region")["value_usd_million"].sum() / sold.set_index("importer")["value_usd_million"]
    ).max() < 1.2
    again = difference(copy, tmp_path / "second").summary().set_index("table")
    for row in made.differs.to_dict("records"):
        if row["where"]:
            assert row["where"] == again.loc[row["table"], "where"], "as `case diff`"
            assert row["largest_change_percent"] == pytest.approx(100 * again.loc[row["table"], "largest"])
    solved = second.economy().solve()
    assert solved.certificate.max_residual < 1e-8


def test_a_report_of_ones_own_comes_through(copy, tmp_path):
    own = tmp_path / "mine"
    shutil.copytree(copy, own)
    path = own / "base" / "reports.csv"
    reports = pd.read_csv(path, dtype=str, keep_default_na=False)
    mine = (reports["exporter"] == "KAZ") & (reports["importer"] == "CHN") & (reports["year"] == "2021")
    assert mine.sum() == 1
    reports.loc[mine, "value_usd_million"] = "12000"
    reports.to_csv(path, index=False)
    made = rebuild_case(own, own)
    pairs = open_case(own).table("pairs").set_index(["exporter", "importer"])["value_usd_million"]
    assert pairs["KAZ", "CHN"] == pytest.approx(12000, rel=0.05)
    assert made.differs.set_index("table").loc["pairs", "largest_change_percent"] > 15


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        (
            "base/totals.csv",
            ("KAZ,2021,gdp,197112.2554", "KAZ,2021,gdp,2000"),
            "gdp of KAZ is 2,000 .* its exports of 66,121",
        ),
        ("base/activity.csv", ("KAZ,AGR,0.5", "KAZ,AGR,0.4"), "must add to 1"),
        (
            "base/totals.csv",
            ("KAZ,2021,exports,66132.0,2,", "KAZ,2021,exports,1000,0,"),
            "exports of KAZ are 1,000 for sure",
        ),
        ("base/reports.csv", ("KGZ,IND,2021,2.0,", "KGZ,KGZ,2021,2.0,"), "KGZ is reported to trade with itself"),
    ],
)
def test_inputs_that_contradict_each_other_are_refused_by_name(copy, tmp_path, file, change, said):
    own = tmp_path / "mine"
    shutil.copytree(copy, own)
    text = (own / file).read_text(encoding="utf-8")
    assert text.count(change[0]) == 1
    (own / file).write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises((Infeasible, CaseError), match=said):
        rebuild_case(own)


def test_what_cannot_be_rebuilt_says_why(case, copy, tmp_path):
    with pytest.raises(CaseError, match="no table base_totals"):
        rebuild_case("small")
    with pytest.raises(CaseError, match="no inputs of 1999; there are those of 2016, 2021"):
        base_inputs(case, 1999)
    with pytest.raises(OutputError, match="lies inside the case"):
        rebuild_case(copy, copy / "deeper")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").write_text("x")
    with pytest.raises(OutputError, match="not an empty folder"):
        rebuild_case(copy, tmp_path / "full")


def test_numbers_are_written_with_ten_digits():
    frame = pd.DataFrame({"a": [1 / 3, 2e15, np.nan], "b": ["x", "y", "z"]})
    assert csv_of(frame) == "a,b\n0.3333333333,x\n2e+15,y\n,z\n"


def test_coefficients_of_a_publisher_take_the_place_of_the_case_s(copy, tmp_path):
    industries = open_concordance("icio-2023-to-isic4").sources
    made = write_icio(tmp_path / "2020_SML.csv", ("CHN", "KAZ", "RUS", "ROW"), industries, seed=3)
    aggregation = {
        "regions": {"KAZ": {"of": "KAZ"}, "XXX": {"of": "rest"}},
        "sectors": "icio-2023-to-eurasia-13",
    }
    swap = Swap("oecd-icio-2023", tmp_path / "2020_SML.csv", aggregation)
    rebuilt = rebuild_case(copy, tmp_path / "swapped", swap=swap)
    before, after = open_case(copy), open_case(tmp_path / "swapped")
    changed = rebuilt.differs.set_index("table")["largest_change_percent"]
    assert abs(changed["inputs"]) > 10
    key = ["region", "input", "user"]
    was, now = (case.table("inputs").set_index(key)["share"] for case in (before, after))
    others = was.index.get_level_values("region") != "KAZ"
    assert now.reindex(was.index[others]).equals(was[others]), "regions that the table lacks keep theirs"
    # By hand: what Kazakh metals used of all metals, over what they made; nothing was drawn from stocks of them.
    kaz, metals = 1, [industries.index(code) for code in ("C24", "C25")]
    used = made.intermediate[:, metals][:, :, kaz][:, :, metals].sum()
    assert now["KAZ", "MET", "MET"] == pytest.approx(used / made.output[kaz, metals].sum(), rel=0.05)
    assert "oecd-icio-2023" in set(after.sources["key"])
    mine = after.table("base_activity").query("region == 'KAZ'")
    assert set(mine["method"]) == {"recipe swap: oecd-icio-2023 of 2020"}
    assert after.economy().solve().certificate.max_residual < 1e-8


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sectors": {"ALL": {"of": "rest"}}}, "makes sectors ALL, and the case has AGR"),
        ({"regions": {"XXX": {"of": "rest"}}}, "makes none of the case's regions"),
    ],
)
def test_a_swap_that_does_not_fit_is_refused(copy, tmp_path, change, said):
    write_icio(tmp_path / "2020_SML.csv", ("KAZ", "ROW"), open_concordance("icio-2023-to-isic4").sources)
    aggregation = {"regions": {"KAZ": {"of": "KAZ"}, "XXX": {"of": "rest"}}, "sectors": "icio-2023-to-eurasia-13"}
    with pytest.raises(InputError, match=said):
        rebuild_case(copy, swap=Swap("oecd-icio-2023", tmp_path / "2020_SML.csv", aggregation | change))


def test_a_total_that_no_report_makes_up_is_refused(copy, tmp_path):
    own = tmp_path / "mine"
    shutil.copytree(copy, own)
    path = own / "base" / "reports.csv"
    reports = pd.read_csv(path, dtype=str, keep_default_na=False)
    reports[reports["exporter"] != "KAZ"].to_csv(path, index=False)
    with pytest.raises(CaseError, match="goods_exports of 60,321 for KAZ in 2021, and no row of base_reports"):
        rebuild_case(own)
