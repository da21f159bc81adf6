"""`zollverein gravity`: what it prints, what it writes, and what it refuses."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from tests.gravity.panels import table
from typer.testing import CliRunner

from zollverein._cli.gravity import app
from zollverein.errors import GravityError, InputError, UnknownNameError
from zollverein.gravity import PRESETS, Panel, agreements, estimate
from zollverein.stress import estimated_welfare

NEWTON = ("--backend", "newton")


def told(*arguments: object) -> str:
    """What a command prints; what it raises is raised here too, as the command line above it would tell it."""
    done = CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "panel.csv"
    table(21, zeros=0.2).to_csv(path, index=False)
    return path


def test_presets_are_listed_each_in_a_line() -> None:
    lines = told("presets").splitlines()
    assert [line.split()[0] for line in lines] == list(PRESETS)
    assert [row["preset"] for row in json.loads(told("presets", "--json"))] == list(PRESETS)


def test_json_is_the_estimate(file: Path) -> None:
    data = json.loads(told("estimate", file, *NEWTON, "--json"))
    found = estimate(Panel.from_table(pd.read_csv(file)), agreements(), backend="newton")
    assert data["coefficients"][0]["estimate"] == pytest.approx(found.coefficients["agreement"], rel=1e-10)
    assert data["coefficients"][0]["standard_error"] == pytest.approx(
        float(found.to_frame()["standard_error"].iloc[0]), rel=1e-9
    )
    assert data["ledger"] == found.ledger.to_dict("records")
    assert data["reset"]["p"] == pytest.approx(found.reset().p)
    assert data["certificate"]["max_score"] <= data["certificate"]["tolerance"]


def test_the_screen_has_coefficients_rows_and_tests(file: Path) -> None:
    said = told("estimate", file, *NEWTON)
    for words in ("Coefficients, agreements", "agreement", "separated: no trade in a group", "RESET:", "pseudo R2",
                  "largest score"):  # fmt: skip
        assert words.lower() in said.lower()


def test_options_reach_the_design(file: Path) -> None:
    options = ("--years", "2001,2003", "--cluster", "exporter,importer", "--pair-effects", "none", "--domestic", "drop",
               "--control", "log:distance", "--control", "contiguity")  # fmt: skip
    data = json.loads(told("estimate", file, *NEWTON, *options, "--json"))
    assert [row["term"] for row in data["coefficients"]] == ["agreement", "log_distance", "contiguity"]
    assert data["ledger"][1] == {"reason": "outside the years", "rows": 128}
    assert data["ledger"][2] == {"reason": "domestic sales dropped", "rows": 16}


def test_columns_by_role_and_parquet(file: Path) -> None:
    renamed = pd.read_csv(file).rename(columns={"exporter": "from", "trade": "usd", "agreement": "rta"})
    parquet = file.with_suffix(".parquet")
    renamed.to_parquet(parquet)
    roles = ("--column", "exporter=from", "--column", "trade=usd", "--column", "agreement=rta")
    ours, theirs = (json.loads(told("estimate", path, *NEWTON, *more, "--json")) for path, more in ((file, ()), (parquet, roles)))  # fmt: skip  # noqa: E501
    assert ours["coefficients"][0]["estimate"] == theirs["coefficients"][0]["estimate"]


def test_namibia_is_a_country_and_a_missing_figure_is_missing(file: Path) -> None:
    frame = pd.read_csv(file).replace({"C01": "NA"})
    text = frame.astype({"agreement": "object"})
    text.loc[5, "agreement"] = "NA"
    text.to_csv(file, index=False)
    data = json.loads(told("estimate", file, *NEWTON, "--json"))
    assert {"reason": "a regressor is missing", "rows": 1} in data["ledger"]


def test_a_panel_by_sector_has_effects_by_sector(file: Path) -> None:
    pd.concat([table(1).assign(good="x"), table(2).assign(good="y")]).to_csv(file, index=False)
    said = told("estimate", file, *NEWTON, "--column", "sector=good")
    assert "exporter-sector-year, importer-sector-year, pair-sector" in said


def test_theta_is_told_both_ways(file: Path) -> None:
    said = told("estimate", file, *NEWTON, "--preset", "tariffs")
    assert "if trade is valued with the tariff" in said
    assert "if it is net of it" in said


def test_an_event_study_is_written_with_its_chart(file: Path, tmp_path: Path) -> None:
    frame = table(21, years=8)
    pair = frame[["exporter", "importer"]].min(axis=1) + frame[["exporter", "importer"]].max(axis=1)
    turn = pair.map({p: k % 3 for k, p in enumerate(sorted(set(pair)))})
    frame["entry"] = (2003 + turn).where((turn < 2) & (frame["exporter"] != frame["importer"]))
    frame.to_csv(file, index=False)
    out = tmp_path / "out"
    options = ("--preset", "event_study", "--column", "entry=entry", "--first", "-3", "--last", "3")
    data = json.loads(told("estimate", file, *NEWTON, *options, "--out", out, "--json"))
    assert data["written"] == str(out)
    assert [row["horizon"] for row in data["event_study"]] == list(range(-3, 4))
    assert (out / "event_study.svg").read_text(encoding="utf-8").startswith("<svg")
    written = pd.read_csv(out / "data" / "event_study.csv")
    assert written["estimate"].tolist() == pytest.approx([row["estimate"] for row in data["event_study"]], abs=1e-9)
    names = {path.stem for path in (out / "data").glob("*.parquet")}
    assert names == {"coefficients", "covariance", "ledger", "left_out", "fitted", "event_study"}
    assert "event_study.svg" in (out / "README.txt").read_text(encoding="utf-8")


def test_from_estimate_to_welfare_in_one_command(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = ("welfare", file, *NEWTON, "--remove", "agreement", "--between", "C00,C01,C02,C03", "--theta", 4,
             "--year", 2003, "--draws", 30, "--seed", 2)  # fmt: skip
    data = json.loads(told(*asked, "--out", out, "--json"))
    panel = Panel.from_table(pd.read_csv(file))
    found = estimate(panel, agreements(), backend="newton")
    expected = estimated_welfare(
        panel, found, terms="agreement", year=2003, theta=4.0, between=["C00", "C01", "C02", "C03"], draws=30, seed=2
    )
    told_rows = pd.DataFrame(data["real_income"])
    pd.testing.assert_frame_equal(told_rows, expected.table, check_exact=False, atol=1e-9)
    assert {path.stem for path in (out / "data").glob("*.csv")} >= {"real_income", "draws", "cells", "coefficients"}
    assert (out / "welfare.svg").read_text(encoding="utf-8").startswith("<svg")
    said = told(*asked)
    assert "Real income without agreement, 2003, percent" in said
    assert "5 and 95 percent quantiles of 30 draws" in said


def test_an_effect_that_comes(file: Path) -> None:
    added = ("--add", "agreement", "--between", "C00,C01", "--theta", 4, "--year", 2000, "--draws", 5)
    data = json.loads(told("welfare", file, *NEWTON, *added, "--json"))
    assert data["change"] == "add"
    income = {row["country"]: row["real_income_percent"] for row in data["real_income"]}
    assert income["C00"] > 0 or income["C01"] > 0


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("--preset", "agreement"), UnknownNameError, "did you mean 'agreements'"),
        (("--column", "trade"), InputError, "give ROLE=NAME"),
        (("--column", "tradee=x"), InputError, "there is no role 'tradee'"),
        (("--column", "agreement=rta"), GravityError, "no column 'rta'"),
        (("--years", "2001;2002"), InputError, "whole numbers with commas"),
        (("--preset", "border", "--leads", "4"), GravityError, "takes no option leads"),
        (("--domestic", "none"), GravityError, "allowed is keep, require, drop"),
    ],
)
def test_what_is_refused(file: Path, arguments: tuple[str, ...], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        told("estimate", file, *NEWTON, *arguments)


def test_files_that_cannot_be_read_and_places_that_cannot_be_written(file: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no file"):
        told("estimate", tmp_path / "nix.csv", *NEWTON)
    (tmp_path / "bad.csv").write_bytes(b"exporter,importer\n\xff\xfe\n")
    (tmp_path / "bad.parquet").write_bytes(b"no parquet")
    (tmp_path / "empty.csv").write_text("")
    for name in ("bad.csv", "bad.parquet", "empty.csv"):
        with pytest.raises(InputError, match="cannot be read"):
            told("estimate", tmp_path / name, *NEWTON)
    taken = tmp_path / "taken"
    taken.mkdir()
    shutil.copy(file, taken)
    with pytest.raises(InputError, match="did not write"):
        told("estimate", file, *NEWTON, "--out", taken)
    for both in ((), ("--remove", "agreement", "--add", "agreement")):
        with pytest.raises(InputError, match="say what changes"):
            told("welfare", file, *NEWTON, "--year", 2003, "--theta", 4, *both)
