"""Every table that ships is valid, complete for what it claims and names its source."""

import csv
from datetime import date
from importlib import resources

import numpy as np
import pandas as pd
import pytest

from zollverein.case.concordances import (
    concordance_sources,
    concordances,
    country_groups,
    group_members,
    open_concordance,
    thetas,
    titles,
)
from zollverein.case.concordances.isic_classes import division_weights
from zollverein.case.concordances.shipped import TABLES, shipped_rows
from zollverein.case.concordances.thetas import theta_by_division
from zollverein.case.countries import ISO_3166
from zollverein.case.data.adb_mrio import SECTORS as ADB_SECTORS
from zollverein.case.data.oecd_icio_editions import EDITIONS
from zollverein.case.data.wiod import SECTORS_2016
from zollverein.errors import InputError, UnknownNameError

NAMES = sorted(concordances())
# How many codes each classification has, by its publisher.
SIZES = {
    "ISIC rev 4 division": 88,
    "ISIC rev 4 section": 21,
    "ISIC rev 3.1 division": 62,
    "ISIC rev 3.1 section": 17,
    "OECD ICIO 2023": 45,
    "OECD ICIO 2025": 50,
    "WIOD 2016": 56,
    "WIOD 2013": 35,
    "GTAP 10": 65,
    "eurasia 13 sectors": 13,
}
# What a table leaves out, and says so: extraterritorial bodies; divisions that ISIC rev 3 did not have.
LEFT_OUT = {
    "isic4-to-icio-2023": 1,
    "isic4-to-icio-2025": 1,
    "isic4-to-eurasia-13": 1,
    "isic3-to-wiod-2013": 3,
}


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_concordance_is_valid_complete_and_cited(name):
    about, found = concordances()[name], open_concordance(name)
    assert found.title == about.title
    assert about.method
    if about.source_classification in SIZES:
        assert len(found.sources) == SIZES[about.source_classification] - LEFT_OUT.get(name, 0)
    if about.source_classification in {row["classification"] for row in shipped_rows("titles.csv")}:
        assert set(found.sources) <= set(titles(about.source_classification))
    if about.target_classification in {row["classification"] for row in shipped_rows("titles.csv")}:
        assert set(found.targets) <= set(titles(about.target_classification))
    known = set(concordance_sources()["key"])
    assert about.sources and set(about.sources) <= known
    assert len(found.cited) == len(about.sources)
    if (found.splits["confidence"] == "assumed").any():
        assert "assumed" in about.method


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_table_is_listed_and_its_weights_add_to_one_as_written(name):
    frame = pd.read_csv(TABLES / f"{name}.csv", dtype={"source": "str", "target": "str"}, keep_default_na=False)
    assert list(frame.columns) == ["source", "target", "weight", "confidence"]
    assert (frame.groupby("source")["weight"].sum() - 1).abs().max() <= 1e-9
    assert not frame.duplicated(["source", "target"]).any()
    assert not ((frame["weight"] < 1) & (frame["confidence"] != "assumed")).any(), "a parted code is assumed"


@pytest.mark.parametrize("classification", sorted({row["classification"] for row in shipped_rows("titles.csv")}))
def test_titles_are_complete(classification):
    called = titles(classification)
    assert len(called) == SIZES[classification]
    assert all(called.values())


def test_every_file_that_ships_is_read_by_something():
    others = {"concordances", "sources", "titles", "groups", "group_members", "theta_isic4", "isic31_isic4_classes"}
    assert {path.stem for path in TABLES.iterdir()} == others | set(NAMES)


def test_sources_are_whole():
    frame = concordance_sources()
    assert list(frame.columns) == ["key", "publisher", "title", "url", "date", "retrieved", "licence"]
    assert frame["key"].is_unique
    assert (frame[["publisher", "title", "licence"]] != "").all().all()
    assert ((frame["url"] != "") | (frame["key"] == "own")).all()


@pytest.mark.parametrize("edition", ["icio-2023", "icio-2025", "wiod-2016"])
def test_there_and_back_by_divisions_is_where_it_began(edition):
    """Industries parted into divisions and put together again are what they were, where divisions lie within them."""
    round_trip = open_concordance(f"{edition}-to-isic4").then(open_concordance(f"isic4-to-{edition}")).frame
    kept = round_trip[round_trip["source"] == round_trip["target"]]
    split = {"C24A", "C24B", "C301", "C302T309"}
    assert set(kept.loc[(kept["weight"] - 1).abs() > 1e-12, "source"]) <= split
    assert len(kept) == SIZES[open_concordance(f"{edition}-to-isic4").source_classification]


@pytest.mark.parametrize("edition", ["icio-2023", "icio-2025"])
def test_the_13_sectors_are_reached_alike_by_either_way(edition):
    direct = open_concordance(f"{edition}-to-eurasia-13")
    chained = open_concordance(f"{edition}-to-isic4").then(open_concordance("isic4-to-eurasia-13"))
    names, matrix = direct.weights(direct.sources)
    others, product = chained.weights(direct.sources)
    assert np.abs(pd.DataFrame(product, columns=list(others))[list(names)] - matrix).max().max() < 1e-15


def bundled_sectors():
    path = resources.files("zollverein") / "cases" / "eurasia" / "economy" / "sectors.csv"
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_the_13_sectors_and_their_elasticities_are_those_of_the_bundled_case():
    gtap = open_concordance("gtap-10-to-eurasia-13").frame
    division = dict(open_concordance("isic4-to-eurasia-13").frame[["source", "target"]].to_numpy().tolist())
    theta = theta_by_division().set_index("division")["theta"]
    for row in bundled_sectors():
        mine = set(gtap.loc[gtap["target"] == row["sector"], "source"])
        assert set(row["gtap"].replace("(omn)", "").replace("(crp)", "").split()) == mine - {"dwe"}
        values = {theta[code] for code, sector in division.items() if sector == row["sector"]}
        assert values == {float(row["theta"])}


def test_products_go_by_heading_or_chapter():
    by = open_concordance("hs-2017-to-isic4")
    chapters = {code for code in by.sources if len(code) == 2}
    assert chapters == {f"{k:02d}" for k in range(1, 98)} - {"77"}
    assert {len(code) for code in by.sources} == {2, 4}
    assert {code for code in by.sources if code.startswith("27")} == {"27", *(f"27{k:02d}" for k in range(1, 17))}
    products = by.by_prefix(["270900", "271012", "840710", "847130", "100119", "27"])
    targets, weights = products.weights(["270900", "271012", "840710", "847130", "100119"])
    assert [targets[k] for k in weights.argmax(axis=1)] == ["06", "19", "28", "26", "01"]
    assert len(products.frame.query("source == '27'")) == 3
    with pytest.raises(InputError, match="no beginning of code '999999', '77'"):
        by.by_prefix(["999999", "77", "01"])


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("icio-2023-to-isic4", EDITIONS["oecd-icio-2023"].sectors),
        ("icio-2025-to-isic4", EDITIONS["oecd-icio-2025"].sectors),
        ("wiod-2016-to-isic4", SECTORS_2016),
        ("wiod-2013-to-isic3", tuple(ADB_SECTORS.values())),
    ],
)
def test_industries_are_those_of_the_adaptors(name, known):
    assert open_concordance(name).sources == known


def test_isic_divisions_follow_their_recipe():
    for start, name in (("isic31", "isic3-to-isic4"), ("isic4", "isic4-to-isic3")):
        shipped = open_concordance(name).frame.set_index(["source", "target"])
        rows = division_weights(start)
        assert len(rows) == len(shipped)
        for source, target, weight, confidence in rows:
            assert shipped.loc[(source, target), "weight"] == pytest.approx(weight, abs=1e-11)
            assert shipped.loc[(source, target), "confidence"] == confidence


def test_the_correspondence_of_classes_is_complete():
    rows = shipped_rows("isic31_isic4_classes.csv")
    assert len({row["isic4"] for row in rows}) == 419
    assert len({row["isic31"] for row in rows}) == 298
    for start in ("isic31", "isic4"):
        assert {row[start] for row in rows if row[f"main_of_{start}"] == "yes"} == {row[start] for row in rows}


def test_groups_are_of_countries_that_exist_and_known_by_day():
    for group in country_groups().values():
        assert group.sources and set(group.sources) <= set(concordance_sources()["key"])
        assert {country for country, _, _ in group.spans} <= set(ISO_3166)
        assert group.on()
    assert len(group_members("eu27")) == len(group_members("eu")) == 27
    assert set(group_members("eu28")) - set(group_members("eu27")) == {"GBR"}
    assert set(group_members("eu@2020-01-31")) == set(group_members("eu28"))
    assert [len(group_members(f"eu@{year}-06-30")) for year in (1960, 1980, 1990, 2000, 2005, 2010)] == [
        6,
        9,
        12,
        15,
        25,
        27,
    ]
    assert len(group_members("ecowas@2024-06-30")) == 15
    assert len(group_members("ecowas")) == 12
    assert "KGZ" not in group_members("eaeu@2015-06-30")
    assert country_groups()["eaeu"].on(date(2016, 1, 1)) == ("ARM", "BLR", "KAZ", "KGZ", "RUS")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("eau", "did you mean 'eaeu'"),
        ("eu@yesterday", "'yesterday' is no day; write it as in eu@2015-06-30"),
        ("eaeu@2010-01-01", "known since 2015-01-01, not on 2010-01-01"),
    ],
)
def test_a_group_that_is_none_is_refused(name, said):
    with pytest.raises(InputError, match=said):
        group_members(name)


def test_names_that_do_not_exist_have_near_matches():
    with pytest.raises(UnknownNameError, match="did you mean 'icio-2023-to-isic4'"):
        open_concordance("icio-2023-to-isic")
    with pytest.raises(UnknownNameError, match="or 'OECD ICIO 2023'"):
        titles("OECD ICIO 2024")
    with pytest.raises(InputError, match=r"no file 'nowhere\.csv'"):
        open_concordance("nowhere.csv")


def weights(*rows):
    return pd.DataFrame(rows, columns=["sector", "code", "value"])


def test_elasticities_are_means_by_value():
    found = thetas(weights(("A", "10", 3.0), ("A", "29", 1.0), ("B", "05", 2.0), ("B", "06", 1.0), ("C", "64", 1.0)))
    rows = found.set_index("sector")
    assert list(found.columns) == ["sector", "theta", "theta_alternative", "source", "confidence", "method"]
    assert rows.loc["A", "theta"] == pytest.approx((3 * 4.298 + 6.215) / 4)
    other = theta_by_division().set_index("division")["theta_alternative"]
    assert rows.loc["A", "theta_alternative"] == pytest.approx((3 * other["10"] + other["29"]) / 4)
    assert rows.loc["A", "method"].startswith("mean weighted by value over ISIC rev 4 divisions 10, 29: 0.75 x 4.298")
    assert rows.loc["B", "theta"] == 10.892
    assert rows.loc["C", ["theta", "confidence", "source"]].tolist() == [4.0, "assumed", "own"]
    assert set(rows["source"].iloc[:2]) == {"fontagne2020"}
    assert set(rows["source"]) <= set(concordance_sources()["key"])


def test_elasticities_through_industries_are_as_sure_as_what_decides_them():
    by = open_concordance("icio-2023-to-isic4")
    found = thetas(weights(("FOO", "C10T12", 1.0), ("MIX", "A01_02", 1.0), ("MIX", "G", 1.0)), through=by)
    assert found["theta"].tolist() == pytest.approx([4.298, (5.071 + 4) / 2])
    assert found["confidence"].tolist() == ["derived", "assumed"]
    mining = thetas(weights(("B", "B", 1.0)), through=open_concordance("wiod-2016-to-isic4"))
    assert mining["confidence"].tolist() == ["assumed"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (weights(("A", "10", 0.0)), "sector 'A': its values add up to zero"),
        (weights(("A", "10", -1.0)), "has value '-1.0' for sector 'A', code '10'"),
        (weights(("A", "110", 1.0)), "no ISIC rev 4 division '110'"),
        (weights(("A", "10", 1.0)).drop(columns="value"), "lacks value"),
    ],
)
def test_no_elasticity_without_value_or_division(rows, said):
    with pytest.raises(InputError, match=said):
        thetas(rows)
