"""The sweep command: it runs, resumes, is read again, and refuses what cannot be before anything is written."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.test_command import assert_refused

pytestmark = pytest.mark.e2e
Run = Callable[..., "subprocess.CompletedProcess[str]"]
SWEEP = """
name: trial
title: A trial
question: What if the price is another one?
case: small
scenarios:
  - extends: halt
    name: halted
    title: Halted
    question: For how long?
    vary:
      - path: case.node_figures.*.*.price_usd_per_t.value
        distribution: {law: lognormal, median: 1.0, spread_factor: 1.2}
        as: factor
sample: {scenarios: 20, threats: none}
beyond: [1, 10]
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sweep") / "trial.yaml"
    path.write_text(SWEEP)
    return path


@pytest.fixture(scope="module")
def folder(start: Run, asked: Path) -> Path:
    out = asked.parent / "out"
    done = start("sweep", asked, "--out", out, "--jobs", 1)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert f"report: {out}" in done.stdout
    assert "Real income lost" in done.stdout
    return out


def test_its_folder_holds_rows_tables_and_a_page(folder: Path) -> None:
    assert (folder / "report.html").read_text().startswith("<!doctype html>")
    assert (folder / "tables" / "distribution.csv").is_file()
    assert len(list((folder / "results").rglob("*.parquet"))) >= 4


def test_it_is_resumed_and_read_again(run: Run, asked: Path, folder: Path) -> None:
    rows = {path: path.stat().st_mtime_ns for path in (folder / "results").rglob("*.parquet")}
    again = run("sweep", asked, "--out", folder, "--json")
    assert again.returncode == 0, again.stderr
    told = json.loads(again.stdout)
    assert told["sweep"]["name"] == "trial"
    assert told["scenarios"][0]["draws"] == 20
    assert {row["measure"] for row in told["distribution"]} >= {"mean", "var95", "cvar95"}
    shown = run("sweep", folder)
    assert shown.returncode == 0, shown.stderr
    assert "Real income lost" in shown.stdout
    assert rows == {path: path.stat().st_mtime_ns for path in (folder / "results").rglob("*.parquet")}


def test_a_check_answers_nothing(run: Run, asked: Path, tmp_path: Path) -> None:
    done = run("sweep", asked, "--check", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "valid on the case 'small'; 1 world, 0 threats, 20 scenarios" in done.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("spread_factor: 1.2", "spread_factor: 0.9", "greater than 1"),
        ("law: lognormal", "law: lognormall", "lognormal"),
        ("price_usd_per_t.value", "price_usd.value", "price_usd_per_t"),
        ("extends: halt", "extends: hallt", "did you mean 'halt'"),
        ("threats: none", "threats: all", "no table hazards"),
        ("sample:", "sampel:", "did you mean 'sample'"),
        ("scenarios: 20", "scenarios: -4", "line 15"),
        ("case: small", "case: smal", "small"),
    ],
)
def test_what_cannot_be_is_refused(run: Run, tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert was in SWEEP
    (tmp_path / "bad.yaml").write_text(SWEEP.replace(was, becomes))
    assert_refused(run("sweep", "bad.yaml", "--out", "out", cwd=tmp_path), said)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.yaml"]


def test_places_and_workers_that_cannot_be_are_refused(run: Run, asked: Path, folder: Path, tmp_path: Path) -> None:
    assert_refused(run("sweep", "nowhere.yaml"), "no sweep file 'nowhere.yaml'")
    assert_refused(run("sweep", "quick-yaer"), "quick-year")
    assert_refused(run("sweep", tmp_path), "holds no sweep")
    assert_refused(run("sweep", asked, "--jobs", 0, "--out", tmp_path / "a"), "allowed is a whole number")
    other = tmp_path / "other.yaml"
    other.write_text(SWEEP.replace("scenarios: 20", "scenarios: 50"))
    assert_refused(run("sweep", other, "--out", folder), "asks something else")
    done = run("sweep", asked, "--scheduler", "tcp://127.0.0.1:1", "--out", tmp_path / "b")
    assert_refused(done, "no scheduler answers at 'tcp://127.0.0.1:1'")
    assert not (tmp_path / "b").exists()
