"""What the bundled case says of itself is true: tables, rows, how well figures are known, and what it admits."""

import json
import re
from pathlib import Path

import pytest

from zollverein.case import open_case

LEVELS = ("reported", "derived", "assumed")


@pytest.fixture(scope="module")
def case():
    return open_case("eurasia")


@pytest.fixture(scope="module")
def text(case):
    return (Path(case.folder) / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def told(text):
    """The README's table: a table's path, or 'all', to its four numbers; None where a cell is empty."""
    section = text.split("## The tables\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    assert rows[0][:5] == ["table", "rows", *LEVELS]
    names = [row[0] for row in rows[2:]]
    assert len(names) == len(set(names))
    return {row[0]: [int(cell.replace(",", "")) if cell else None for cell in row[1:5]] for row in rows[2:]}


def test_every_table_is_told_with_its_rows_and_its_confidence(case, told):
    described = json.loads((Path(case.folder) / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    known = case.confidence().set_index("table")
    true = {}
    for resource in described:
        name = resource["name"]
        levels = [int(known.loc[name, level]) for level in LEVELS] if name in known.index else [None] * 3
        true[resource["path"].removesuffix(".csv")] = [len(case.tables[name]), *levels]
    assert {name: numbers for name, numbers in told.items() if name != "all"} == true


def test_the_last_row_is_the_sum(case, told):
    sums = case.confidence()[[*LEVELS]].sum()
    assert told["all"] == [case.figures, *(int(sums[level]) for level in LEVELS)]


def test_the_opening_tells_figures_shares_and_sources(case, text):
    known = case.confidence()
    figures = int(known["figures"].sum())
    opening = " ".join(text.split("- **Reported**")[0].split())
    assert f"Of its {figures:,} figures" in opening
    shares = re.search(r"figures ([\d.]+) % are reported, ([\d.]+) % derived and ([\d.]+) % assumed", opening)
    assert shares is not None
    assert [float(s) for s in shares.groups()] == [round(100 * known[level].sum() / figures, 1) for level in LEVELS]
    assert f"name {len(case.sources)} sources" in opening


def test_the_weaknesses_quote_the_tables(case, text):
    pairs = case.table("pairs").set_index(["exporter", "importer"])["value_usd_million"]
    union = case.table("union_trade").query("year == 2021 and note.str.startswith('inside union (complete 5x5)')")
    reported = union.set_index(["exporter", "importer"])["value_usd_million"]
    members = case.table("regions").query("union == 'EAEU'")["region"]
    inside = pairs[pairs.index.isin([(a, b) for a in members for b in members])]
    told = text.split("## Known weaknesses\n")[1]
    for pair in (("KGZ", "RUS"), ("KGZ", "BLR"), ("RUS", "BLR"), ("BLR", "RUS")):
        assert pairs[pair] == pytest.approx(reported[pair], rel=0.005), "what is reported is what the base takes"
    assert f"The {len(inside)} pairs sum to {inside.sum():,.0f}" in told


def test_the_matrix_inside_the_union_is_complete(case):
    """Twenty flows between five members in each of five years, each once."""
    matrix = case.table("union_trade").query("note.str.startswith('inside union (complete 5x5)')")
    assert len(matrix) == 5 * 20
    assert not matrix.duplicated(["exporter", "importer", "year"]).any()
    assert set(matrix.groupby("year").size()) == {20}
