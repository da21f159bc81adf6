"""Sweeps from plan to tables: the same rows on any number of processes, from wherever they were interrupted."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.stress.sweeps.specs import HALT, PIPELINE, SHUT, TRADE, WIDER, YEAR, spec

import zollverein as zv
from zollverein.errors import InputError, OutputError, ScenarioError, UnknownNameError
from zollverein.stress.drawing import Setting, applied, target_of
from zollverein.stress.loading import load_scenario
from zollverein.stress.sweeps import check_sweep, open_sweep, sweep
from zollverein.stress.sweeps.plan import plan_of
from zollverein.stress.sweeps.reading import read_sweep
from zollverein.stress.sweeps.work import answered, benches_of, outages_of


@pytest.fixture(scope="module")
def case(eurasia):
    return eurasia


@pytest.fixture(scope="module")
def eastafrica():
    return zv.open_case("eastafrica")


@pytest.fixture(scope="module")
def small():
    return zv.open_case("small")


@pytest.fixture(scope="module")
def done(case, tmp_path_factory):
    """Sixty draws of a year, with and without a policy, on one process."""
    out = tmp_path_factory.mktemp("sweep") / "out"
    return sweep(spec(YEAR, policies=[WIDER], tail=0.1), out=out, case=case, jobs=1)


def bytes_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_the_number_of_processes_changes_no_bit(done, case, tmp_path):
    """A part of every stage and world is answered by two processes as it was by one."""
    other = tmp_path / "two"
    shutil.copytree(done.folder, other)
    lost = [sorted(world.iterdir())[-1] for world in sorted((other / "results").glob("stage=*/world=*"))]
    assert len(lost) == 4
    for part in lost:
        part.unlink()
    sweep(spec(YEAR, policies=[WIDER], tail=0.1), out=other, case=case, jobs=2)
    assert bytes_of(done.folder) == bytes_of(other)


def test_a_part_that_is_missing_is_answered_again_and_no_other(done, case, tmp_path):
    again = tmp_path / "again"
    shutil.copytree(done.folder, again)
    lost = again / "results/stage=answers/world=001/part-00000002.parquet"
    kept = again / "results/stage=answers/world=000/part-00000000.parquet"
    lost.unlink()
    (again / "results/stage=answers/world=000/part-00000009.writing").write_bytes(b"half")
    stamp = kept.stat().st_mtime_ns
    told = []
    sweep(spec(YEAR, policies=[WIDER], tail=0.1), out=again, case=case, jobs=1, progress=lambda *t: told.append(t))
    assert bytes_of(again) == bytes_of(done.folder)
    assert kept.stat().st_mtime_ns == stamp
    assert [t[:3] for t in told if t[0] == "answers"] == [("answers", 110, 120), ("answers", 120, 120)]


def test_every_row_says_what_it_is(done):
    rows = done.rows("year")
    assert rows["draw"].tolist() == list(range(60))
    assert set(rows["seed"]) == {3}
    assert set(rows["version"]) == {zv.__version__}
    assert (rows["status"] == "answered").all()
    assert (rows["certificate"] <= 1e-6).all()
    assert set(rows["method"]) == {"first_order", "exact"}
    # The worst tenth and the first twenty were solved exactly.
    exact = rows[rows["method"] == "exact"]
    assert set(range(20)) <= set(exact["draw"])
    first = done.rows("year", as_answered=True)
    assert (first["method"] == "first_order").all()
    worst = first.nlargest(6, "lost_income_usd_million")["draw"]
    assert set(worst) <= set(exact["draw"])


def test_losses_are_against_the_corridor_undisturbed(done, case):
    rows = done.rows("year")
    quiet = rows[(rows["incidents"] == 0) | (rows["lost_exports_kt"].abs() < 1e-6)]
    assert len(quiet)
    whole = rows["exported_kt"] + rows["lost_exports_kt"]
    np.testing.assert_allclose(whole, whole.iloc[0])
    income = case.economy().base.income[list(case.economy().countries).index("KAZ")]
    np.testing.assert_allclose(
        rows["lost_income_usd_million"], -rows["real_income_percent_KAZ"] / 100.0 * income, rtol=1e-9, atol=1e-6
    )


def test_first_order_is_near_the_exact_answer(done):
    table = done.approximation
    at_random = table[table["draws"] == "at random"]
    assert (at_random["solved"] == 20).all()
    assert (at_random["bias"].abs() < 0.03 * at_random["exact"]).all()


def test_an_exact_draw_is_what_a_run_of_it_gives(done, case):
    """Draw 460 or any other can be had again: its outages and barriers, put into the scenario, give the same answer."""
    plan = done.plan
    bench = next(bench for _, bench in benches_of(plan))
    rows = done.rows("year").set_index("draw")
    alone = rows[(rows["method"] == "exact") & ~rows["struck"].str.contains("stop|raise|slow|halt|leave|press|disinf")]
    draw = int(alone["lost_income_usd_million"].idxmax())
    (outages,) = outages_of(plan, bench, [draw])
    told = [
        {"name": f"{o.name} {k}", "target": o.target, "start": o.start, "end": o.end, "share_lost": o.share_lost,
         "units_lost": o.units_lost}
        for k, o in enumerate(outages)
    ]  # fmt: skip
    test = zv.run(YEAR | {"name": "again", "corridor": YEAR["corridor"] | {"outages": told}}, case=case)
    mine = test.welfare.set_index("region")["real_income_percent"]
    for region in ("KAZ", "RUS", "E27"):
        assert rows.loc[draw, f"real_income_percent_{region}"] == pytest.approx(mine[region], rel=1e-5, abs=1e-7)
    assert rows.loc[draw, "stranded_kt"] == pytest.approx(test.measure("stranded"), rel=1e-6, abs=1e-6)


def test_policies_meet_the_same_draws(done):
    assert (done.rows("year")["struck"] == done.rows("year, wider")["struck"]).all()
    told = done.policies.iloc[0]
    assert told["policy"] == "wider"
    assert told["loss_avoided"] > 0.0
    assert told["standard_error"] < told["unpaired_error"] / 3.0
    one, other = (done.rows(w)["lost_income_usd_million"] for w in ("year", "year, wider"))
    assert told["loss_avoided"] == pytest.approx((one - other).mean())
    assert told["loss_avoided_per_dollar"] == pytest.approx(told["loss_avoided"] / 100.0)


def test_tables_are_told_from_the_rows(done):
    rows = done.rows("year")
    table = done.distribution.set_index(["world", "loss", "measure"])["value"]
    assert table["year", "lost_income_usd_million", "mean"] == pytest.approx(rows["lost_income_usd_million"].mean())
    assert table["year", "stranded_kt", "var95"] == np.sort(rows["stranded_kt"])[56]
    told = done.exceedance[done.exceedance["world"] == "year"].set_index("loss_usd_million")["probability"]
    for loss, probability in told.items():
        assert probability == pytest.approx((rows["lost_income_usd_million"] > loss).mean())
    threats = done.threats.set_index("threat")
    storm = rows["struck"].str.split(";").map(lambda some: "moorings-storm" in some)
    assert threats.loc["moorings-storm", "probability"] == pytest.approx(storm.mean())
    assert threats.loc["moorings-storm", "mean_with"] == pytest.approx(
        rows.loc[storm, "lost_income_usd_million"].mean()
    )
    assert done.worst["draw"].iloc[0] == rows["lost_income_usd_million"].idxmax()
    assert done.failures.empty
    assert json.loads((done.folder / "manifest.json").read_text())["sweep"]["name"] == "trial"
    assert open_sweep(done.folder).done == (120, 120)
    whole = pd.read_parquet(done.folder / "results")
    assert whole.groupby(["stage", "world"], observed=True).size()["answers"].tolist() == [60, 60]


def test_scenarios_and_a_grid_are_answered_once_each(case, tmp_path):
    grid = [{"path": "scenario.corridor.outages.halt.units_lost", "values": [1, 2, 3]}]
    found = sweep(spec(HALT, draws=None, grid=grid, welfare="exact"), out=tmp_path / "grid", case=case, jobs=1)
    table = found.scenarios.set_index("scenario.corridor.outages.halt.units_lost")
    assert table["draws"].tolist() == [1, 1, 1]
    assert table["lost_income_usd_million"].is_monotonic_increasing
    assert found.distribution.empty
    assert found.threats.empty
    alone = zv.run(HALT, case=case).welfare.set_index("region")["real_income_percent"]["KAZ"]
    assert table.loc[3, "real_income_percent_KAZ"] == pytest.approx(alone, rel=1e-6)


def test_a_grid_over_the_case_and_a_scenario_without_a_corridor(case, tmp_path):
    grid = [{"path": "case.sectors.*.theta", "values": [0.8, 1.25], "as": "factor"}]
    found = sweep(spec(TRADE, draws=None, grid=grid), out=tmp_path / "grid", case=case, jobs=1)
    table = found.scenarios
    assert table["case.sectors.*.theta"].tolist() == [0.8, 1.25]
    told = load_scenario(TRADE, case)
    setting = Setting(target_of("case.sectors.*.theta", told, case, ""), 0.8, "factor")
    _, changed = applied(told, case, [setting])
    alone = zv.run(TRADE, case=changed).welfare.set_index("region")["real_income_percent"]["KAZ"]
    assert table.loc[0, "real_income_percent_KAZ"] == pytest.approx(alone, rel=1e-7)


def test_what_varies_is_drawn_with_the_threats(eastafrica, tmp_path):
    varied = PIPELINE | {
        "vary": [
            {"path": "case.node_figures.*.*.price_usd_per_t.value", "as": "factor",
             "distribution": {"law": "lognormal", "median": 1.0, "spread_factor": 1.3}}
        ]
    }  # fmt: skip
    found = sweep(
        spec(varied, draws=20, welfare="exact", case="eastafrica"), out=tmp_path / "vary", case=eastafrica, jobs=1
    )
    rows = found.rows()
    assert (rows["struck"] != "").any()
    path = "vary:case.node_figures.*.*.price_usd_per_t.value"
    per_tonne = rows["export_value_usd_million"] / rows["exported_kt"]
    assert np.corrcoef(per_tonne, rows[path])[0, 1] > 0.99
    assert found.tornado["factor"].tolist() == ["case.node_figures.*.*.price_usd_per_t.value"]


def test_a_draw_that_has_no_answer_is_a_row_with_its_reason(small, tmp_path):
    """A loss beyond what the tables know of is refused by the coupling: in the sweep it is a row."""
    big = SHUT | {
        "vary": [
            {"path": "case.crude.*.*.*.value_usd_million", "as": "factor",
             "distribution": {"law": "choice", "values": [1.0, 1000.0]}}
        ]
    }  # fmt: skip
    asked = spec(big, draws=10, case="small", sample={"threats": "none"})
    found = sweep(asked, out=tmp_path / "failed", case=small, jobs=1)
    rows = found.rows(as_answered=True)
    failed = rows[rows["status"] == "failed"]
    assert 0 < len(failed) < 10
    assert failed["reason"].str.contains("of its output of").all()
    assert failed["lost_income_usd_million"].isna().all()
    assert set(failed["vary:case.crude.*.*.*.value_usd_million"]) == {1000.0}
    assert found.failures["draws"].sum() == len(failed)
    assert found.scenarios["failed"].iloc[0] == len(failed)


def test_it_stops_when_enough_is_known_and_not_before(small, tmp_path):
    stop = {"measure": "lost_exports_kt", "standard_error": 150.0, "at_least": 100}
    asked = spec(SHUT, draws=400, case="small", welfare="none", sample={"threats": "none", "stop": stop})
    found = sweep(asked, out=tmp_path / "stop", case=small, jobs=2)
    count = len(found.rows())
    assert 100 <= count < 400
    losses = found.rows()["lost_exports_kt"].to_numpy()
    assert losses.std(ddof=1) / np.sqrt(count) <= 150.0
    shorter = losses[: count - found.plan.part]
    assert len(shorter) >= 100
    assert shorter.std(ddof=1) / np.sqrt(len(shorter)) > 150.0
    alone = sweep(asked, out=tmp_path / "alone", case=small, jobs=1)
    assert bytes_of(alone.folder) == bytes_of(found.folder)


def test_sobol_indices_are_found_for_what_is_drawn(eastafrica, tmp_path):
    asked = spec(
        PIPELINE, draws=64, case="eastafrica", welfare="none", sample={"threats": ["floods", "heglig-war"]},
        drivers={"samples": 64},
    )  # fmt: skip
    found = sweep(asked, out=tmp_path / "drivers", case=eastafrica, jobs=1)
    driven = pd.read_parquet(found.folder / "results" / "stage=drivers")
    assert set(driven["swapped"]) == {"*", "floods", "heglig-war"}
    own = found.rows()
    # With one of two factors drawn again, what the other alone brings about stays as it was.
    swapped = driven[driven["swapped"] == "heglig-war"].set_index("draw")
    only = own[~own["struck"].str.contains("heglig")].set_index("draw")
    same = only.index[~swapped.loc[only.index, "struck"].str.contains("heglig")]
    assert len(same) > 10
    np.testing.assert_array_equal(only.loc[same, "lost_exports_kt"], swapped.loc[same, "lost_exports_kt"])


REFUSED = [
    (spec(YEAR, sample={"threats": ["moorings-strom"]}), UnknownNameError, "moorings-storm"),
    (spec(TRADE), ScenarioError, "has no corridor"),
    (spec(YEAR, YEAR), ScenarioError, "two are called 'year'"),
    (spec("novorossiysk-90-day"), UnknownNameError, "novorossiysk-90-days"),
    (spec(YEAR, grid=[{"path": "scenario.corridor.x", "values": [1]}]), UnknownNameError, "no key 'x'"),
    (spec(YEAR, grid=[{"path": "scenario.draws", "values": [1]}]), ScenarioError, "every draw must share"),
    (spec(YEAR, grid=[{"path": "scenario.corridor.foresight", "values": ["rolling"] * 2}]), ScenarioError, "twice"),
    (spec(YEAR, policies=[{"name": "x", "change": {"corridor": {"horizon": {"end": "2023-06-30"}}}}]), ScenarioError,
     "changes horizon or exporter"),
    (spec(YEAR | {"case": "small"}), ScenarioError, "sweep scenarios of one case"),
    (
        spec(YEAR | {"vary": [{"path": "scenario.corridor.horizon.end", "distribution": {
            "law": "choice", "values": ["2023-06-30", "2023-12-31"]}}]}),
        ScenarioError, "every draw must share",
    ),
    (spec(YEAR, policies=[WIDER, WIDER]), ScenarioError, "name each once"),
    (spec(YEAR, policies=[{"name": "x", "change": {"corridor": {"foresite": "perfect"}}}]), ScenarioError, "foresight"),
    (spec(YEAR, drivers={"samples": 100}), ScenarioError, "power of two"),
    (spec(YEAR, drivers={"samples": 64}), ScenarioError, "draw more, or take fewer"),
    (spec(YEAR, draws=0), ScenarioError, "greater than or equal to 1"),
    (spec(YEAR, draws=128, sample={"antithetic": True}, drivers={"samples": 64}), ScenarioError, "drop one"),
    (spec(YEAR, draws=None, drivers={"samples": 64}), ScenarioError, "without a sample"),
    (spec(YEAR, tail=1.5), ScenarioError, "less than or equal to 1"),
    (spec(YEAR, welfare="approximate"), ScenarioError, "first_order"),
    (spec(YEAR, sampel={}), ScenarioError, "sampel"),
    (
        spec(YEAR, invest={"budgets_usd_million": [1.0], "options": [
            {"name": "a", "capex_usd_million": 1.0, "link": "btk", "adds_kt_per_year": 1.0, "reason": "x"}]}),
        UnknownNameError, "btc",
    ),
    (
        spec(YEAR | {"vary": [{"path": "case.sectors.ENX.theta", "distribution": {"law": "normal", "mean": 3.0,
                                                                                "standard_error": 2.0}}]}),
        InputError, "at an end of its distribution",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "error", "said"), REFUSED)
def test_what_cannot_be_is_refused_before_anything_is_written(asked, error, said, case, tmp_path):
    with pytest.raises(error, match=said):
        sweep(asked, out=tmp_path / "out", case=case, jobs=1)
    assert not (tmp_path / "out").exists()


def test_a_folder_of_something_else_is_refused(done, case, tmp_path):
    before = bytes_of(done.folder)
    with pytest.raises(OutputError, match="asks something else"):
        sweep(spec(YEAR, policies=[WIDER], tail=0.2), out=done.folder, case=case, jobs=1)
    with pytest.raises(OutputError, match="asks something else"):
        sweep(spec(YEAR, policies=[WIDER], tail=0.1, seed=4), out=done.folder, case=case, jobs=1)
    assert bytes_of(done.folder) == before
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds no sweep"):
        sweep(spec(YEAR), out=tmp_path, case=case, jobs=1)
    with pytest.raises(OutputError, match="is a file"):
        sweep(spec(YEAR), out=tmp_path / "notes.txt", case=case, jobs=1)
    with pytest.raises(OutputError, match="holds no sweep"):
        open_sweep(tmp_path / "nowhere")
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(OutputError, match="cannot be read"):
        open_sweep(tmp_path)


def test_results_of_other_figures_are_refused(done, case):
    setting = plan_of(
        read_sweep(
            spec(
                YEAR
                | {
                    "vary": [
                        {"path": "case.sectors.ENX.theta", "distribution": {"law": "uniform", "low": 1.0, "high": 2.0}}
                    ]
                }
            )
        ),
        case,
    )
    target = setting.worlds[0].variations[0][1][0]
    _, changed = applied(setting.worlds[0].scenario, case, [Setting(target, 7.0, "value")])
    with pytest.raises(OutputError, match="other figures"):
        sweep(spec(YEAR, policies=[WIDER], tail=0.1), out=done.folder, case=changed, jobs=1)
    with pytest.raises(OutputError, match="other figures"):
        open_sweep(done.folder, case=changed)


def test_jobs_that_are_none_are_refused(case, tmp_path):
    for jobs in (0, -1, 1.5, True, 1000):
        with pytest.raises(InputError, match="allowed is a whole number"):
            sweep(spec(YEAR), out=tmp_path / "out", case=case, jobs=jobs)


def test_a_check_plans_and_answers_nothing(case):
    plan = check_sweep(read_sweep(spec(YEAR, policies=[WIDER])), case)
    assert [world.label for world in plan.worlds] == ["year", "year, wider"]
    assert len(plan.threats) == 25


def test_parts_that_are_broken_or_another_s_are_answered_again(done, case, tmp_path):
    again, other = tmp_path / "again", tmp_path / "other"
    shutil.copytree(done.folder, again)
    sweep(spec(YEAR, draws=20, welfare="none", seed=4), out=other, case=case, jobs=1)
    home = "results/stage=answers/world=000"
    shutil.copy(other / home / "part-00000001.parquet", again / home / "part-00000001.parquet")
    shutil.copy(again / home / "part-00000000.parquet", again / home / "part-00000077.parquet")
    (again / home / "part-00000002.parquet").write_bytes(b"PAR1 truncated")
    assert open_sweep(again, case=case).done == (100, 120)
    sweep(spec(YEAR, policies=[WIDER], tail=0.1), out=again, case=case, jobs=1)
    assert bytes_of(again) == bytes_of(done.folder)


def test_a_policy_leaves_what_a_scenario_set_back(case, tmp_path):
    """A child without its parent's outage has none under a policy either."""
    parent, child = tmp_path / "parent.yaml", tmp_path / "child.yaml"
    parent.write_text(json.dumps(HALT | {"name": "parent"}))
    child.write_text(json.dumps({"name": "child", "extends": str(parent), "corridor": {"outages": []}}))
    nothing = {"name": "noop", "change": {"economy": {"deficits": "fixed"}}}
    asked = spec(str(child), draws=None, policies=[nothing], welfare="exact")
    found = sweep(asked, out=tmp_path / "out", case=case, jobs=1)
    assert found.scenarios["lost_income_usd_million"].tolist() == [0.0, 0.0]
    parent.unlink()
    child.unlink()
    assert open_sweep(tmp_path / "out", case=case).done == (2, 2)


def test_a_draw_that_varies_barriers_is_the_one_that_a_grid_has(eastafrica):
    """What threats raise is what the draw says that barriers cost."""
    path = "case.wedges.*.*.*.ad_valorem"
    law = {"law": "choice", "values": [0.75, 1.25]}
    varied = PIPELINE | {"vary": [{"path": path, "as": "factor", "distribution": law}]}
    grid = [{"path": path, "values": [0.75, 1.25], "as": "factor"}]

    def rows_of(scenario, **keys):
        asked = spec(scenario, draws=24, case="eastafrica", sample={"threats": ["road-levies", "kenya-bans"]}, **keys)
        plan = plan_of(read_sweep(asked), eastafrica)
        rows = pd.concat([answered(plan, chunk).to_pandas().assign(world=chunk.world) for chunk in plan.chunks()])
        return rows.set_index(["world", "draw"])

    drawn, placed = rows_of(varied).loc[0], rows_of(PIPELINE, grid=grid)
    assert (drawn["struck"] != "").any()
    for number, factor in enumerate((0.75, 1.25)):
        mine = drawn[drawn[f"vary:{path}"] == factor]
        theirs = placed.loc[number].loc[mine.index]
        assert (mine["real_income_percent_UGA"] != 0.0).any()
        np.testing.assert_allclose(mine["real_income_percent_UGA"], theirs["real_income_percent_UGA"], rtol=1e-9)


def test_opposite_draws_are_counted_in_whole_pairs():
    from zollverein.stress.sweeps.risk import mean_error, whole_pairs  # noqa: PLC0415

    u = np.random.default_rng(2).random(200)
    losses = np.stack([u, 1.0 - u], axis=1).ravel()
    losses[7] = np.nan
    assert mean_error(whole_pairs(losses), antithetic=True) < 1e-12
    assert len(whole_pairs(losses)) == 398
