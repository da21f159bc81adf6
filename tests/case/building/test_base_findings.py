"""What a base rests on badly is told by name: cells that gave way, reports at odds, pairs that nobody reports."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from zollverein.case import open_case
from zollverein.case.balancing import Constraints, reconcile
from zollverein.case.building.base import Base
from zollverein.case.building.base_crude import crude_of_year
from zollverein.case.building.base_findings import absent_pairs, cells_beyond, reports_at_odds, totals_missed
from zollverein.case.building.base_inputs import base_inputs
from zollverein.case.building.base_pairs import balanced_pairs
from zollverein.case.building.base_production import production
from zollverein.case.building.rebuilt_told import doubts_of
from zollverein.errors import CaseError, Infeasible


@pytest.fixture(scope="module")
def case():
    return open_case("eastafrica")


@pytest.fixture(scope="module")
def inputs(case):
    return base_inputs(case)


def with_report(inputs, exporter, importer, **changes):
    reports = inputs.reports.copy()
    mine = (reports["exporter"] == exporter) & (reports["importer"] == importer)
    assert mine.sum() == 1
    extra = reports[mine].assign(preferred=False, **changes)
    return replace(inputs, reports=pd.concat([reports, extra], ignore_index=True))


def test_a_cell_far_beyond_its_error_is_named_with_both_figures():
    cells = pd.Series([100.0, 100.0, 0.5], index=["AAA to BBB", "AAA to CCC", "BBB to CCC"])
    step = reconcile(cells, Constraints.linear([[1, 0, 0]], [20.0], labels=["total"], what=""), cell_errors=0.1)
    (row,) = cells_beyond({"pairs": step}).to_dict("records")
    assert (row["step"], row["cell"]) == ("pairs", "AAA to BBB")
    assert row["factor"] == pytest.approx(0.2)
    assert row["errors"] == pytest.approx(np.log(5) / 0.1)
    empty = cells_beyond(
        {"pairs": reconcile(cells, Constraints.linear([[1, 1, 1]], [200.6], what=""), cell_errors=0.1)}
    )
    assert empty.empty


def test_a_total_that_is_missed_is_named_with_both_figures():
    cells = pd.Series([100.0, 100.0], index=["AAA to BBB", "AAA to CCC"])
    totals = Constraints.linear(
        [[1, 1], [1, 1]], [200.0, 2_000_000.0], error=[2.0, 200_000.0], labels=["sure", "absurd"], what=""
    )
    step = reconcile(cells, totals, cell_errors=0.1)
    (row,) = totals_missed({"services": step, "pairs": step}).query("step == 'services'").to_dict("records")
    assert (row["total"], row["stated_usd_million"]) == ("absurd", 2_000_000.0)
    assert row["reached_usd_million"] == pytest.approx(200.0, rel=0.05)
    assert row["errors"] == pytest.approx((2_000_000 - row["reached_usd_million"]) / 200_000)
    assert totals_missed({}).empty


def test_a_report_ten_times_off_its_mirror_names_the_pair_both_figures_and_what_was_taken(inputs):
    row = inputs.reports.iloc[0]
    pair, figure = (row["exporter"], row["importer"]), float(row["value_usd_million"])
    other = "importer" if row["reporter"] != "importer" else "exporter"
    changed = with_report(inputs, *pair, reporter=other, basis="fob", value_usd_million=10 * figure)
    found = reports_at_odds(changed, balanced_pairs(changed))
    (told,) = found[(found["exporter"] == pair[0]) & (found["importer"] == pair[1])].to_dict("records")
    assert told["times"] == pytest.approx(10 * (1.05 if row["basis"] == "cif" else 1.0))
    assert f"{other} {10 * figure:,.6g} ({row['source']})" in told["reports"]
    assert "preferred" in told["reports"]
    assert told["taken_usd_million"] > 0
    assert reports_at_odds(inputs, balanced_pairs(inputs)).empty


def test_pairs_without_a_report_are_counted_with_what_could_be_there(inputs):
    reports = inputs.reports
    largest = reports.loc[reports["value_usd_million"].idxmax()]
    pair = (largest["exporter"], largest["importer"])
    kept = reports[~((reports["exporter"] == pair[0]) & (reports["importer"] == pair[1]))]
    pairs = balanced_pairs(replace(inputs, reports=kept))
    (row,) = absent_pairs(pairs).to_dict("records")
    assert (row["exporter"], row["importer"]) == pair
    reported = pairs.frame.groupby("exporter")["reported_usd_million"].sum()
    bought = pairs.frame.groupby("importer")["reported_usd_million"].sum()
    assert row["could_be_usd_million"] == pytest.approx(reported[pair[0]] * bought[pair[1]] / reported.sum())
    frame, none = pairs.frame, pd.DataFrame()
    base = Base(2022, {"pairs": frame}, {}, beyond=none, missed=none, at_odds=none, absent=absent_pairs(pairs))
    (said,) = doubts_of(base)
    assert said.startswith(f"1 of {len(frame)} pairs have no report and count as no trade")
    assert f"most of it {pair[0]} to {pair[1]}" in said


def test_a_gdp_that_exports_alone_exceed_names_them(inputs):
    key = [(a, b, s) for s in inputs.sectors[:1] for a in inputs.regions[:1] for b in inputs.regions[1:2]]
    trade = pd.DataFrame(key, columns=["exporter", "importer", "sector"]).assign(value_usd_million=1e9)
    with pytest.raises(Infeasible, match=rf"gdp of {inputs.regions[0]} is .* its exports of 1e\+09 .* by themselves"):
        production(inputs, trade)


@pytest.mark.parametrize(
    ("account", "value", "said"),
    [
        ("gdp", 0.0, "gdp of {} is 0; what it makes and trades must earn it"),
        ("services_exports", 1e12, "services_exports of {} is 1e\\+12 beside a GDP of"),
    ],
)
def test_totals_that_cannot_be_are_refused_by_name(case, account, value, said):
    totals = case.table("base_totals")
    at = totals.index[totals["account"] == account][0]
    totals.loc[at, "value_usd_million"] = value
    with pytest.raises(CaseError, match=said.format(totals.loc[at, "region"])):
        base_inputs(replace(case, tables={**case.tables, "base_totals": totals}))


@pytest.mark.parametrize("factor", [0.0, 1e-3, 1e3])
def test_totals_that_reports_make_nonsense_of_are_refused_in_our_words(inputs, factor):
    region = inputs.reports["exporter"].iloc[0]
    sold = float(inputs.reports.loc[inputs.reports["exporter"] == region, "value_usd_million"].sum())
    row = {"region": region, "account": "goods_exports", "value_usd_million": factor * sold, "error": 0.05}
    others = inputs.totals[(inputs.totals["account"] != "goods_exports") | (inputs.totals["region"] != region)]
    totals = pd.concat([others, pd.DataFrame([row])], ignore_index=True)
    with pytest.raises(CaseError, match=f"goods_exports of .* for {region} in .* its rows as exporter of base_reports"):
        balanced_pairs(replace(inputs, totals=totals))


def test_crude_of_another_year_keeps_its_share_of_the_sector_and_its_tonnes(case):
    trade, crude = case.table("trade"), case.table("crude")
    made = crude_of_year(case, trade.assign(value_usd_million=trade["value_usd_million"] / 2), 1999)
    assert len(made) <= len(crude)
    joined = made.merge(crude, on=["exporter", "destination"], suffixes=("", "_was"))
    assert np.allclose(joined["value_usd_million"], joined["value_usd_million_was"] / 2)
    assert (joined["kt"] == joined["kt_was"]).all()
    assert set(made["confidence"]) == {"assumed"}
    assert made["method"].str.startswith("recipe crude: ").all()
    assert made["method"].str.endswith("by trade of 1999").all()
    assert crude_of_year(replace(case, tables={"trade": trade}), trade, 1999) is None
