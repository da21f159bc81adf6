"""The reader's aggregation file: what it may say, the example of the manual, and every fault at once."""

import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import yaml

from zollverein.case.concordances import (
    aggregation_schema,
    group_members,
    open_concordance,
    read_aggregation,
    titles,
)
from zollverein.errors import InputError

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "concordances.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)[0]
REGIONS = ("ARM", "CHN", "HKG", "KAZ", "RUS", "UZB", *group_members("eu27"), "ROW")
SECTORS = tuple(titles("OECD ICIO 2023"))


def said(given, regions=("KAZ", "RUS", "CHN"), sectors=("A", "B", "C")):
    with pytest.raises(InputError) as caught:
        read_aggregation(given, regions, sectors)
    return str(caught.value)


def whole(**sections):
    return {"regions": "keep", "sectors": "keep", **sections}


def test_the_manuals_example_is_read(tmp_path):
    path = tmp_path / "aggregation.yaml"
    path.write_text(EXAMPLE, encoding="utf-8")
    found = read_aggregation(path, REGIONS, SECTORS)
    assert found.title == "Central Asia and its neighbours"
    assert list(found.region_names) == ["KAZ", "RUS", "CHN", "E26", "DEU", "ROW"]
    assert found.sector_names["OIL"] == "Oil and gas"
    targets, weights = found.regions.weights(REGIONS)
    assert targets == ("KAZ", "RUS", "CHN", "E26", "DEU", "ROW")
    assert weights.sum(axis=0).tolist() == [1, 1, 2, 26, 1, 3]
    rest = found.regions.frame.query("target == 'ROW'")["source"]
    assert list(rest) == ["ARM", "UZB", "ROW"]
    assert found.sectors.targets == ("AGR", "OIL", "COA", "GDS", "SER")
    assert np.allclose(found.sectors.weights(SECTORS)[1].sum(axis=1), 1, atol=0, rtol=1e-15)
    assert set(found.sectors.splits["confidence"]) == {"assumed"}
    assert found.notes == ()


def test_a_mapping_says_the_same_as_a_file(tmp_path):
    path = tmp_path / "aggregation.yaml"
    path.write_text(EXAMPLE, encoding="utf-8")
    from_file = read_aggregation(path, REGIONS, SECTORS)
    from_mapping = read_aggregation(yaml.safe_load(EXAMPLE), REGIONS, SECTORS)
    assert from_file.sectors.frame.equals(from_mapping.sectors.frame)
    assert from_file.regions.frame.equals(from_mapping.regions.frame)


def test_the_schema_is_the_published_one_and_takes_the_example():
    schema = json.loads((DOCS / "aggregation.schema.json").read_text(encoding="utf-8"))
    assert schema == aggregation_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert list(validator.iter_errors(yaml.safe_load(EXAMPLE))) == []
    assert list(validator.iter_errors({"regions": {"KAZ": {"off": "KAZ"}}, "sectors": "keep"}))
    assert list(validator.iter_errors({"regions": "keep", "sectors": {"A": {"of": {"A": 1.5}}}}))


def test_codes_stay_text(tmp_path):
    """`01` is no number and `NO` no truth value."""
    path = tmp_path / "plain.yaml"
    path.write_text("regions: {NO: {of: NO}, X: {of: rest}}\nsectors: {1: {of: [01, 02]}}\n", encoding="utf-8")
    found = read_aggregation(path, ["NO", "SE"], ["01", "02"])
    assert found.regions.targets == ("NO", "X")
    assert found.sectors.sources == ("01", "02")


def test_a_section_may_be_one_word(tmp_path):
    (tmp_path / "mine.csv").write_text("source,target\nKAZ,CIS\nRUS,CIS\nCHN,CHN\n", encoding="utf-8")
    path = tmp_path / "a.yaml"
    path.write_text("regions: mine.csv\nsectors: icio-2023-to-eurasia-13\n", encoding="utf-8")
    found = read_aggregation(path, ["CHN", "KAZ", "RUS"], SECTORS)
    assert found.regions.targets == ("CIS", "CHN")
    assert found.sectors.frame.equals(open_concordance("icio-2023-to-eurasia-13").frame)
    assert found.sector_names["PET"] == "Refined petroleum and coke"
    kept = read_aggregation(whole(), ["ROW", "KAZ"], ["c"])
    assert kept.regions.weights(["ROW", "KAZ"])[0] == ("ROW", "KAZ")
    assert kept.region_names == {"ROW": "ROW", "KAZ": "Kazakhstan"}


def test_members_that_the_table_does_not_have_are_told():
    found = read_aggregation(whole(regions={"EAU": {"of": "eaeu"}}), ["KAZ", "RUS"], ["A"])
    assert found.regions.sources == ("KAZ", "RUS")
    assert found.notes == ("EAU: the table does not have ARM, BLR, KGZ of the group 'eaeu' by themselves",)


FAULTY = {
    "twice": (
        whole(sectors={"X": {"of": ["A", "B"]}, "Y": {"of": ["B", "C"]}}),
        "sectors.Y.of[0]: B stands in sectors.X already",
    ),
    "twice in one": (
        whole(sectors={"X": {"of": ["A", "A", "B", "C"]}}),
        "sectors.X.of[1]: A stands in sectors.X already",
    ),
    "whole and parted": (
        whole(sectors={"X": {"of": ["A", "B", "C"]}, "Y": {"of": {"A": 0.5}}}),
        "sectors.Y.of.A: A stands in sectors.X already",
    ),
    "parts that do not add up": (
        whole(sectors={"X": {"of": ["A", "B", {"C": 0.5}]}, "Y": {"of": {"C": 0.4}}}),
        "sectors.X.of[2].C: weights of C add to 0.9 (X 0.5, Y 0.4), not to 1",
    ),
    "a part above one": (
        whole(sectors={"X": {"of": ["A", "B", {"C": 1.5}]}}),
        "sectors.X.of[2].C: weight '1.5'; allowed is a number above 0 and up to 1",
    ),
    "a part that is no number": (whole(sectors={"X": {"of": ["A", "B", {"C": "half"}]}}), "weight 'half'"),
    "no such code": (
        whole(regions={"X": {"of": ["KAZ", "RUS", "CNH"]}}),
        "regions.X.of[2]: the table has no region 'CNH'; did you mean 'CHN'?",
    ),
    "no such sector": (whole(sectors={"X": {"of": "D"}}), "sectors.X.of: the table has no sector 'D'; it has A, B, C"),
    "a group for sectors": (whole(sectors={"X": {"of": "eu27"}}), "the table has no sector 'eu27'"),
    "a group misspelt": (whole(regions={"X": {"of": "eau"}}), "did you mean 'eaeu'"),
    "a day that is none": (
        whole(regions={"X": {"of": "eaeu@2015"}}),
        "regions.X.of: group 'eaeu@2015': '2015' is no day",
    ),
    "a group that is not there": (whole(regions={"X": {"of": "gcc"}}), "the table has none of the group 'gcc'"),
    "left over": (
        whole(sectors={"X": {"of": "A"}}),
        "sectors: B, C of the table in no new code; put them somewhere, or add one with 'of: rest'",
    ),
    "two rests": (
        whole(sectors={"X": {"of": "rest"}, "Y": {"of": "rest"}}),
        "sectors.Y.of: a second rest, after sectors.X",
    ),
    "a rest of nothing": (
        whole(sectors={"X": {"of": ["A", "B", "C"]}, "Y": {"of": "rest"}}),
        "sectors.Y.of: nothing is left for a rest",
    ),
    "a rest among others": (whole(sectors={"X": {"of": ["A", "rest"]}}), "sectors.X.of[1]: rest stands alone"),
    "an exception from a rest": (
        whole(sectors={"X": {"of": "rest", "without": "A"}}),
        "sectors.X.without: a rest has no exceptions",
    ),
    "an exception of nothing": (
        whole(regions={"X": {"of": ["KAZ", "RUS"], "without": "CHN"}}),
        "regions.X.without: CHN is not in 'of' anyway",
    ),
    "nothing left of it": (whole(regions={"X": {"of": "KAZ", "without": "KAZ"}}), "regions.X: nothing is left of it"),
    "no of": (whole(sectors={"X": {"name": "All"}}), "sectors.X: 'of' is missing or empty"),
    "a misspelt key": (whole(sectors={"X": {"off": ["A"]}}), "sectors.X.off: no such key; did you mean 'of'?"),
    "no mapping": (whole(sectors={"X": "A"}), "sectors.X: no mapping; write {name: ..., of: ...}"),
    "a list in a list": (whole(sectors={"X": {"of": [["A", "B"], "C"]}}), "sectors.X.of[0]: a list within a list"),
    "a name that is none": (whole(sectors={"X": {"of": "rest", "name": ["a"]}}), "sectors.X.name: no text"),
    "words as a code": (
        whole(sectors={"Other goods": {"of": "rest"}}),
        "sectors.Other goods: a code has letters, digits",
    ),
    "an empty section": (whole(sectors={}), "sectors: no new codes"),
    "a section missing": ({"regions": "keep"}, "sectors: the key is missing"),
    "a section misspelt": ({"regions": "keep", "sektors": "keep"}, "sektors: no such key; did you mean 'sectors'?"),
    "a word that is none": (whole(sectors="keap"), "sectors: no concordance 'keap'"),
    "a concordance of other codes": (whole(sectors="icio-2023-to-eurasia-13"), "sectors: no code 'A'"),
}


@pytest.mark.parametrize("case", FAULTY)
def test_a_faulty_file_is_refused_with_its_key(case):
    given, expected = FAULTY[case]
    assert expected in said(given)


def test_every_fault_is_told_at_once_with_its_line(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(
        "title: bad\n"
        "regions:\n"
        "  KAZ: {of: [KAZ]}\n"
        "  EUR: {of: [KAZ, DEU]}\n"
        "  KAZ: {of: [RUS]}\n"
        "sectors:\n"
        "  X: {of: [A, Q]}\n"
        "  Y:\n"
        "    name: Y\n"
        "    of: {B: two}\n"
        "sector: keep\n",
        encoding="utf-8",
    )
    told = said(path)
    assert "bad.yaml is refused, 6 faults:" in told
    for expected in (
        "bad.yaml, line 5, regions.KAZ: the key stands twice",
        "bad.yaml, sector: no such key; did you mean 'sectors'?",
        "bad.yaml, line 4, regions.EUR.of[0]: KAZ stands in regions.KAZ already",
        "bad.yaml, line 4, regions.EUR.of[1]: the table has no region 'DEU'",
        "bad.yaml, line 7, sectors.X.of[1]: the table has no sector 'Q'",
        "bad.yaml, line 10, sectors.Y.of.B: weight 'two'",
    ):
        assert expected in told


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"regions: [1, 2\n", "it must be plain YAML"),
        (b"- a\n", "holds a list; an aggregation is a mapping"),
        (b"", "holds no keys"),
        (b"regions: \xff\n", "is not UTF-8 (byte 9)"),
        (b"a: &x {b: c}\nd: *x\n", "aliases"),
        (b"[1, 2]: x\n", "a key is a list or a mapping"),
        (b"a: " + b"[" * 400 + b"]" * 400, "nested too deeply"),
        (b"# " + b"x" * 1_000_001, "at most 1,000,000"),
    ],
)
def test_what_is_no_plain_yaml_is_named(tmp_path, content, expected):
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    assert expected in said(path)
    assert "cannot be read" in said(tmp_path / "none.yaml")
    assert "an aggregation is None; give a YAML file" in said(None)
