"""`zollverein union`, as it is installed: asked, recorded to, and refused."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.e2e.conftest import Run

from zollverein.case import copy_case

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_case("small", tmp_path_factory.mktemp("cases") / "mine")


def said(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_union_state_stands_apart(start: Run) -> None:
    rows = json.loads(said(start("union", "tiers", "--years", "2023", "--json")))
    assert [row["dimension"] for row in rows] == ["overall"]
    assert rows[0]["apart"] > 0.95
    assert rows[0]["tiers"].startswith("BLR + RUS | ")


def test_a_pair_is_as_deep_as_it_is_said_to_be(run: Run) -> None:
    rows = json.loads(said(run("union", "integration", "--on", "2022-12-31", "--dimension", "goods", "--json")))
    assert len(rows) == 10
    assert all(0 <= row["low"] <= row["held"] <= row["high"] <= 1 for row in rows)


def test_a_barrier_is_put_on_the_register_followed_and_removed(run: Run, mine: Path) -> None:
    source = ("--case", mine, "--source", "example", "--confidence", "assumed", "--method", "made up")
    told = ("--imposing", "INL", "--affected", "BAY", "--product", "fish", "--hs", "03", "--mast", "A")
    assert "b02 is on the register" in said(
        run("union", "barriers", "add", *told, "--opened", "2023-05-01", "--recorded", "2023-05-02", *source)
    )
    assert "confirmed" in said(run("union", "barriers", "confirm", "b02", "--recorded", "2023-06-01", *source))
    said(run("union", "barriers", "remove", "b02", "--on", "2023-07-01", "--recorded", "2023-07-02", *source))
    history = json.loads(said(run("union", "barriers", "history", "b02", "--case", mine, "--json")))
    assert [event["status"] for event in history] == ["reported", "confirmed", "removed"]
    listed = ("union", "barriers", "list", "--case", mine, "--on", "2023-08-01", "--json")
    assert "b02" not in [row["barrier"] for row in json.loads(said(run(*listed)))]
    assert "b02" in [row["barrier"] for row in json.loads(said(run(*listed, "--as-of", "2023-06-15")))]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("union", "barriers", "remove", "b1", "--source", "example", "--case", "eurasia"), "zollverein case new"),
        (("union", "barriers", "history", "b009"), "did you mean"),
        (("union", "barriers", "list", "--on", "someday"), "is no day"),
        (("union", "barriers", "list", "--between", "KAZ"), "name two or more"),
        (("union", "integration", "--dimension", "good"), "did you mean 'goods'"),
        (("union", "integration", "--weight", "goods"), "dimension=weight"),
        (("union", "integration", "--on", "2013-01-01"), "0 countries on 2013-01-01"),
        (("union", "tiers", "--years", "soon"), "first-last"),
        (("union", "resolve", "Novorosiysk"), "did you mean"),
        (("union", "scoreboard", "--promise", "freedom"), "no promise 'freedom'"),
    ],
)
def test_what_does_not_fit_is_refused_without_a_traceback(run: Run, arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
