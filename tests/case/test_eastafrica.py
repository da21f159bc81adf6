"""The second bundled case: another union, another corridor, and no line of code of its own."""

import json
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from zollverein.case import open_case, scenarios_of
from zollverein.case.building.base import compiled_base
from zollverein.case.building.base_inputs import base_inputs
from zollverein.case.building.rebuild import KEYS
from zollverein.corridor import Horizon, Outage, Revision, bottleneck, stranded_kt, transit_shares
from zollverein.economy import Shock
from zollverein.stress import load_scenario

LEVELS = ("reported", "derived", "assumed")
YEAR = Horizon(date(2024, 1, 1), date(2024, 12, 31), "month")
MEMBERS = ("BDI", "COD", "KEN", "RWA", "SSD", "TZA", "UGA")


@pytest.fixture(scope="module")
def case():
    return open_case("eastafrica")


@pytest.fixture(scope="module")
def network(case):
    return case.network()


@pytest.fixture(scope="module")
def undisturbed(network):
    return network.route(YEAR, mode="calibrated")


@pytest.fixture(scope="module")
def text(case):
    return (Path(case.folder) / "README.md").read_text(encoding="utf-8")


def test_the_readme_counts_every_table(case, text) -> None:
    section = text.split("## The tables\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    told = {row[0]: [int(cell.replace(",", "")) if cell else None for cell in row[1:5]] for row in rows[2:]}
    known = case.confidence().set_index("table")
    resources = json.loads((Path(case.folder) / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    true = {}
    for resource in resources:
        name = resource["name"]
        levels = [int(known.loc[name, level]) for level in LEVELS] if name in known.index else [None] * 3
        true[resource["path"].removesuffix(".csv")] = [len(case.tables[name]), *levels]
    assert {name: numbers for name, numbers in told.items() if name != "all"} == true
    assert told["all"] == [case.figures, *(int(known[level].sum()) for level in LEVELS)]


def test_the_readme_opens_with_what_is_known(case, text) -> None:
    known = case.confidence()
    figures, opening = int(known["figures"].sum()), " ".join(text.split("- **Reported**")[0].split())
    assert f"Of its {figures:,} figures" in opening
    shares = re.search(r"figures ([\d.]+) % are reported, ([\d.]+) % derived and ([\d.]+) % assumed", opening)
    assert shares is not None
    assert [float(s) for s in shares.groups()] == [round(100 * known[level].sum() / figures, 1) for level in LEVELS]
    assert f"name {len(case.sources)} sources" in " ".join(opening.split())


def test_every_source_is_named_by_a_figure(case) -> None:
    named = {
        key for name, table in case.tables.items() if name != "sources" and "source" in table
        for cell in table["source"].dropna() for key in cell.split(";")
    }  # fmt: skip
    assert sorted(set(case.table("sources")["key"]) - named - {"own"}) == []


def test_its_base_is_what_its_inputs_make(case) -> None:
    made = compiled_base(base_inputs(case)).tables
    for name in ("trade", "production", "final", "deficits", "pairs"):
        key = list(KEYS[name])
        stands, again = case.table(name).set_index(key), made[name].set_index(key)
        figures = [column for column in stands if column.endswith(("_usd_million", "share"))]
        assert np.allclose(again.loc[stands.index, figures], stands[figures], rtol=1e-6, atol=1e-6)
        assert len(stands) == len(again)


def test_the_calibrated_corridor_carries_what_was_observed(case, undisturbed) -> None:
    carried = undisturbed.flows.groupby(["link", "commodity"])["flow_kt"].sum()
    observed = case.table("observed").set_index(["target", "commodity"])["kt_per_year"]
    assert np.allclose(carried[observed.index] / observed, YEAR.total_days / 365, rtol=0.01)


def test_there_is_one_way_out(network, undisturbed) -> None:
    """All of it crosses Sudan; without the terminals nothing leaves, and two thirds hang on one line."""
    assert transit_shares(undisturbed, "SSD")["SDN"] == pytest.approx(1.0, abs=0.01)
    closed = Outage("closed", "bashayer", YEAR.start, date(2025, 1, 1), share_lost=1.0)
    shut = network.route(YEAR, outages=[closed], mode="calibrated")
    assert shut.deliveries.query("node.str.startswith('market')")["delivered_kt"].sum() < 1.0
    exported = undisturbed.deliveries.query("node.str.startswith('market')")
    dar = exported.loc[exported["commodity"] == "dar-blend", "delivered_kt"].sum() / exported["delivered_kt"].sum()
    assert 0.63 < dar < 0.70


def test_fees_are_those_of_the_agreement(case) -> None:
    """9.10 US$ a barrel by the line of Dar Blend, 11.00 by the other, all of it Sudan's."""
    tariff = case.table("link_figures").query("figure == 'tariff_usd_per_t' and preferred").set_index("link")["value"]
    barrels = case.table("commodities").set_index("commodity")["barrels_per_tonne"]
    assert (tariff["melut-line"] + tariff["petrodar-line"]) / barrels["dar-blend"] == pytest.approx(9.10, abs=0.02)
    assert (tariff["unity-line"] + tariff["greater-nile-line"]) / barrels["nile-blend"] == pytest.approx(
        11.00, abs=0.02
    )
    fees = case.table("fee_shares").set_index("link")["country"]
    assert set(fees[["melut-line", "petrodar-line", "unity-line", "greater-nile-line"]]) == {"SDN"}


def test_the_wells_bind_and_not_the_lines(network) -> None:
    narrow = bottleneck(network, Horizon(YEAR.start, YEAR.end, "year"), "SSD")
    assert narrow.maximum_kt == pytest.approx(narrow.offered_kt)
    assert set(narrow.cut["name"]) == {"blocks-3-7", "unity-fields"}


def test_a_line_to_lamu_would_be_a_second_way(case, network) -> None:
    """What the revision of the scenario builds takes all the oil that the terminals cannot."""
    scenario = load_scenario("with-a-line-to-lamu", case)
    closed = Outage("closed", "bashayer", YEAR.start, date(2025, 1, 1), share_lost=1.0)
    built = [Revision(r.target, r.figure, r.value, r.start) for r in scenario.corridor.revisions]
    routed = network.route(YEAR, outages=[closed], revisions=built)
    assert transit_shares(routed, "SSD")["KEN"] == pytest.approx(1.0, abs=0.02)
    assert stranded_kt(routed, "SSD") < 0.01 * routed.supply["produced_kt"].sum()


def test_the_oil_of_the_corridor_is_the_oil_of_the_economy(case) -> None:
    crude = case.table("crude").groupby("region")["value_usd_million"].sum()
    sold = case.table("trade").query("exporter == 'SSD' and sector == 'OIL'").set_index("importer")["value_usd_million"]
    assert (crude / sold[crude.index]).between(0.97, 1.03).all()
    assert crude.sum() / sold.sum() > 0.99


def test_a_union_without_barriers_is_worth_something_to_every_member(case) -> None:
    wedges = case.union().wedges("remove", pairs=[(a, b) for a in MEMBERS for b in MEMBERS if a != b])
    iceberg = wedges[["exporter", "importer", "factor"]]
    assert len(iceberg) == len(MEMBERS) * (len(MEMBERS) - 1)
    outcome = case.economy().solve(Shock(iceberg=iceberg))
    assert (outcome.real_income[list(MEMBERS)] > 0.0).all()
    assert outcome.real_income[["CHN", "E27", "ROW"]].abs().max() < 0.01


def test_the_register_tells_a_border_that_was_closed_and_opened(case) -> None:
    union = case.union()
    standing = {day: set(union.barriers_in_force(day)["barrier"]) for day in ("2020-06-30", "2022-06-30", "2024-06-30")}
    assert ["b06" in barriers for barriers in standing.values()] == [True, False, False]
    assert ["b08" in barriers for barriers in standing.values()] == [False, False, True]


def test_threats_are_fitted_to_what_befell_the_corridor(case) -> None:
    threats = {threat.name: threat for threat in case.threats()}
    applied = case.table("events").query("applied")["event"]
    history = case.table("hazards").query("basis == 'history' and events_of == 'events'")
    assert set(";".join(history["events"]).split(";")) <= set(applied)
    assert len(threats) == len(case.table("hazards"))
    assert threats["petrodar-war"].severity.losses == (1.0,)


@pytest.mark.parametrize("name", sorted(scenarios_of("eastafrica")))
def test_scenarios_are_valid(case, name) -> None:
    assert load_scenario(name, case).name == name


def test_there_are_the_scenarios_that_the_readme_tells_of(case, text) -> None:
    told = re.findall(r"^\| `([a-z0-9-]+)` \|", text, re.MULTILINE)
    assert sorted(told) == sorted(scenarios_of("eastafrica"))
